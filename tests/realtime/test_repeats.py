"""Every command sent twice, and twice at once: answered both times, and what it did is done once."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from app.core.commands import REGISTRY
from app.core.models import SessionState
from tests.house.databases import Warm
from tests.house.rooms import make_room
from tests.realtime.cast import Scene, enter, make_scene, sid
from tests.realtime.conftest import Wire, code_of

# what the second one hears where it is not the same answer again
SECOND = {"insert_stage": "stale", "save_note": "superseded"}
DIFFERENT = {"reveal", "deliver_lines"}  # tells how many it has just shown
# these mean something new each time: more minutes, another link, another lot
ANEW = {"add_minutes", "rotate_link", "draw_pairs"}
ROLE = {"come_in": "waiting"}
STATE = {"open_lobby": SessionState.PLANNED, "start": SessionState.LOBBY, "resume": SessionState.HELD}
STORED = [(kind, name) for kind, rows in REGISTRY.items() for name, row in rows.items() if row.verb]


def scenes(wire: Wire) -> Iterator[tuple[str, Scene, Callable[[], dict[str, Any]]]]:
    """For each command a session in which it does something, and a way to send it, the same each time."""
    stranger = make_room(wire.database)
    for kind, command in STORED:
        scene = make_scene(wire, STATE.get(command, SessionState.LIVE))
        enter(wire, scene, stranger)
        role = ROLE.get(command, "admitted" if kind == "participant" else "lead")
        handler = partial(wire.plays, f"/{kind}", sid(scene, role), command, scene.payload(command, role))
        yield command, scene, handler


@pytest.fixture
def on_sqlite(warm: Warm) -> Iterator[Wire]:
    """What is answered twice does not depend on the database."""
    yield from wire_on(warm, "sqlite")


@pytest.fixture
def on_postgresql(warm: Warm) -> Iterator[Wire]:
    """Where two can truly write at once."""
    yield from wire_on(warm, "postgresql")


def wire_on(warm: Warm, kind: str) -> Iterator[Wire]:
    made = Wire(warm.url(kind), warm.open(kind))
    yield made
    made.close()
    warm.empty(kind)


def test_a_command_sent_twice_is_answered_twice_and_done_once(on_sqlite: Wire) -> None:
    wrong = []
    for command, scene, play in scenes(on_sqlite):
        before = scene.room.row.version
        answers = [play(), play()]
        codes, moved = [code_of(each) for each in answers], scene.room.row.version - before
        same = command in {*SECOND, *ANEW, *DIFFERENT} or answers[0] == answers[1]
        expected = ["ok", SECOND.get(command, "ok")]
        if (codes, moved, same) != (expected, 1 + (command in ANEW), True):
            wrong.append((command, answers, f"moved by {moved}"))
    assert not wrong


def test_a_command_sent_twice_at_once_ends_like_one_sent_twice(on_postgresql: Wire) -> None:
    wrong = []
    for command, scene, play in scenes(on_postgresql):
        before = scene.room.row.version
        answers = at_once(play)
        codes, moved = sorted(map(code_of, answers)), scene.room.row.version - before
        if (codes, moved) != (sorted(["ok", SECOND.get(command, "ok")]), 1 + (command in ANEW)):
            wrong.append((command, answers, f"moved by {moved}"))
        assert scene.room.has_every_version()
    assert not wrong


def at_once(play: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """What two hear who send the same at the same time."""
    answers: list[dict[str, Any]] = []
    together = threading.Barrier(2)

    def one() -> None:
        together.wait()
        answers.append(play())

    players = [threading.Thread(target=one) for _ in range(2)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    return answers
