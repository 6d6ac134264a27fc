"""Strangers who stay strangers and readers who do not read are let go; nobody else is."""

from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

from app.expiry import Expiry
from app.on_call import OnCall
from realtime import keeper
from realtime.absences import Absences
from realtime.keeper import LARGEST_QUEUE, SILENT_SECONDS, Keeper
from realtime.leaders import Leaders
from realtime.rights import Rights
from tests.realtime.conftest import Wire


class Line:
    """An Engine.IO connection as far as the keeper knows it."""

    def __init__(self, waiting: int = 0) -> None:
        self.queue: Queue[int] = Queue()
        for packet in range(waiting):
            self.queue.put(packet)
        self.closed = False

    def close(self, wait: bool, abort: bool) -> None:
        assert abort and not wait, "a client that is told CLOSE would stay away"
        self.closed = True


def kept_by(lines: dict[str, Line], connected: set[str]) -> Keeper:
    manager = SimpleNamespace(
        get_namespaces=lambda: ["/participant"],
        get_participants=lambda _namespace, _room: [(f"sid of {sid}", sid) for sid in connected],
    )
    server = SimpleNamespace(manager=manager, environ={}, eio=SimpleNamespace(sockets=lines))
    pusher: Any = None
    return Keeper(server, pusher)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(at=100.0)
    monkeypatch.setattr(keeper.time, "monotonic", lambda: made.at)
    return made


def test_all_that_looks_by_itself_is_started_with_the_server(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Keeper = wire.app.extensions["concentric.keeper"]
    looks = {Rights, Leaders, Absences, OnCall, Expiry}
    assert {type(each) for each in kept.loops} == looks
    started = []
    for each in looks:
        monkeypatch.setattr(each, "start", lambda each: started.append(type(each)))
    monkeypatch.setattr(keeper, "Pings", lambda _eio: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(keeper.runtime, "spawn", lambda *_: None)
    kept.start()
    assert set(started) == looks


def test_a_connection_that_never_names_a_namespace_is_closed_after_ten_seconds(
    clock: SimpleNamespace,
) -> None:
    lines = {"stranger": Line(), "person": Line()}
    keeping = kept_by(lines, {"person"})
    for at in (100.0, 103.0, 100.0 + SILENT_SECONDS):
        clock.at = at
        keeping.let_go()
        assert not lines["stranger"].closed
    clock.at += 0.1
    keeping.let_go()
    assert lines["stranger"].closed and not lines["person"].closed


def test_the_ten_seconds_are_counted_anew_for_somebody_who_was_known(clock: SimpleNamespace) -> None:
    lines, connected = {"person": Line()}, {"person"}
    keeping = kept_by(lines, connected)
    for clock.at in (100.0, 120.0):
        keeping.let_go()
    connected.clear()
    for clock.at in (121.0, 130.0):
        keeping.let_go()
    assert not lines["person"].closed
    clock.at = 131.5
    keeping.let_go()
    assert lines["person"].closed


@pytest.mark.parametrize(
    ("waiting", "closed"), [(0, False), (LARGEST_QUEUE, False), (LARGEST_QUEUE + 1, True)]
)
def test_a_reader_who_does_not_read_is_let_go(waiting: int, closed: bool) -> None:
    lines = {"person": Line(waiting)}
    kept_by(lines, {"person"}).let_go()
    assert lines["person"].closed is closed
