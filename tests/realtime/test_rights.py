"""A right that has ended closes the socket it opened, and does nothing more in between."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app.core import accounts, door, roles
from app.core.models import Facilitator, Role, now
from app.core.refusals import Retry
from realtime.push import News, Pusher
from realtime.rights import Rights
from tests.core.one_database import database_kind
from tests.house.rooms import LATEST, Room, make_room
from tests.realtime.conftest import Wire, code_of

__all__ = ["database_kind"]


class Line:
    """A dispatcher whose facilitators come from browsers that are signed in, and what keeps their rights."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.room: Room = make_room(wire.database)
        self.tokens = {
            name: wire.database.writer.do(accounts.begin_sign_in, self.room.leading[name])
            for name in ("Fola", "Sami", "Olu")
        }
        for name, token in self.tokens.items():
            self.opens(name, token)
        self.rights = Rights(wire.server, wire.database, wire.sockets)

    def opens(self, name: str, token: str) -> None:
        ticket = self.wire.tickets.issue(self.room.who(name), sign_in=door.hashed(token))
        self.wire.dispatcher.admit("/facilitator", name, {"ticket": ticket})

    def told(self) -> list[tuple[str, str]]:
        """Who was told that their socket closes, and why."""
        return [(to, data["code"]) for event, to, data in self.wire.server.emitted if event == "notice"]

    def does(self, verb: Any, *args: Any) -> None:
        self.wire.database.writer.do(verb, *args)


@pytest.fixture
def line(wire: Wire) -> Iterator[Line]:
    yield Line(wire)


def disable(db: Any, facilitator_id: str) -> None:
    db.execute(update(Facilitator).where(col(Facilitator.id) == facilitator_id).values(disabled_at=now()))


def test_nobody_is_let_go_while_their_rights_stand(line: Line) -> None:
    line.rights.look()
    assert line.told() == []


@pytest.mark.parametrize("how", ["signs out", "signs out everywhere", "is disabled", "loses the role"])
def test_whoever_loses_the_right_is_let_go_at_the_next_look_and_does_nothing_before(
    line: Line, how: str
) -> None:
    sami = line.room.leading["Sami"]
    if how == "signs out":
        line.does(accounts.end_sign_in, line.tokens["Sami"])
    elif how == "signs out everywhere":
        line.does(accounts.end_all_sign_ins, sami)
    elif how == "is disabled":
        line.does(disable, sami)
    else:
        line.does(roles.end_role, line.room.leading["Fola"], line.room.group, sami)
    version = line.room.row.version
    for command in ("hold", "sync"):
        payload = {"version": version} if command == "hold" else {}
        assert code_of(line.wire.plays("/facilitator", "Sami", command, payload)) == "not_found"
    assert line.room.row.version == version
    line.rights.look()
    line.rights.look()
    assert line.told() == [("Sami", "removed" if how == "loses the role" else "signed_out")]
    assert ("Sami", f"facilitators:{line.room.id}") in line.wire.server.left
    assert "Sami" in line.wire.server.closed


def test_a_browser_that_is_signed_out_opens_no_socket_with_a_ticket_from_before(line: Line) -> None:
    line.does(accounts.end_sign_in, line.tokens["Fola"])
    with pytest.raises(Exception, match="not_found"):
        line.opens("Fola", line.tokens["Fola"])


def test_another_browser_of_the_same_person_stays(line: Line) -> None:
    other = line.wire.database.writer.do(accounts.begin_sign_in, line.room.leading["Sami"])
    ticket = line.wire.tickets.issue(line.room.who("Sami"), sign_in=door.hashed(other))
    line.wire.dispatcher.admit("/facilitator", "Sami at home", {"ticket": ticket})
    line.does(accounts.end_sign_in, line.tokens["Sami"])
    line.rights.look()
    assert line.told() == [("Sami", "signed_out")]
    assert code_of(line.wire.plays("/facilitator", "Sami at home", "sync", {})) == "ok"


def test_news_reaches_nobody_whose_role_has_just_ended(line: Line) -> None:
    wire = line.wire
    screens = wire.app.extensions["concentric"].screens
    pusher = Pusher(wire.app, wire.server, wire.database, screens, wire.sockets, wire.dispatcher.presence)
    line.does(
        roles.give_role, line.room.leading["Fola"], line.room.group, line.room.leading["Sami"], Role.LEAD
    )
    line.does(roles.end_role, line.room.leading["Sami"], line.room.group, line.room.leading["Fola"])
    wire.server.emitted.clear()
    news = News(shared=True, everybody=True, console={"steer"})
    pusher._guarded(pusher._push_plain, line.room.id, pusher.rooms[line.room.id], news)
    pusher._guarded(pusher._push_regions, line.room.id, pusher.rooms[line.room.id], news)
    assert line.told() == [("Fola", "removed")]
    rooms = {to for event, to, _ in wire.server.emitted if event == "region"}
    fola = wire.sockets.get("/facilitator", "Fola")
    assert fola is not None and fola.person_room not in rooms
    assert ("Fola", f"facilitators:{line.room.id}") in wire.server.left
    place = [event for event, to, _ in wire.server.emitted].index("notice")
    assert place == 0, "let go before anything is sent to the room"


def test_a_console_left_alone_for_half_an_hour_looks_on_and_does_nothing(line: Line) -> None:
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        version = line.room.row.version
        for command in ("hold", "acknowledge_signal", "mark_heard"):
            payload: dict[str, Any] = {"id": "x"} if command == "acknowledge_signal" else {"version": version}
            if command == "mark_heard":
                payload = {"participant_id": line.room.people["Amal"]}
            assert code_of(line.wire.plays("/facilitator", "Fola", command, payload)) == "covered"
        assert code_of(line.wire.plays("/facilitator", "Fola", "sync", {})) == "ok"
        shown = line.wire.plays("/facilitator", "Fola", "signals_shown", {"ids": ["x"]})
        assert code_of(shown) != "covered"
        line.rights.look()
    assert line.told() == [] and line.room.row.version == version


class Enough(BaseException):
    """The test has seen enough of a loop that never ends."""


def test_a_database_that_is_away_for_a_moment_does_not_end_the_looking(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = iter([OSError("gone"), Retry(), Enough()])

    def look() -> None:
        raise next(looks)

    monkeypatch.setattr(line.rights, "look", look)
    monkeypatch.setattr("app.loops.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("app.loops.runtime.spawn", lambda run, *given: run(*given))
    with pytest.raises(Enough):
        line.rights.start()
    assert caplog.messages == ["a look failed: OSError"], "a busy database is nothing to report"


def test_a_walls_socket_closes_with_the_end_of_its_session(wire: Wire, line: Line) -> None:
    room = line.room
    assert wire.admits(room, "display")
    line.rights.look()
    assert line.told() == []
    room.does("Fola", "end", version=LATEST)
    line.rights.look()
    assert line.told() == [("display", "ended")] and wire.server.closed == ["display"]
    assert ("display", f"display:{room.id}") in wire.server.left, "nothing more of the session reaches it"
    assert not wire.admits(room, "display", "once more")
    assert code_of(wire.plays("/display", "display", "sync", {"seen": 0})) == "not_found"


def test_a_walls_socket_closes_twelve_hours_after_its_address_was_made(wire: Wire, line: Line) -> None:
    assert wire.admits(line.room, "display")
    with time_machine.travel(now() + timedelta(hours=11, minutes=59), tick=False):
        line.rights._look_at_walls()
        assert line.told() == []
    with time_machine.travel(now() + timedelta(hours=12), tick=False):
        line.rights._look_at_walls()
        assert line.told() == [("display", "signed_out")]
        assert code_of(wire.plays("/display", "display", "sync", {"seen": 0})) == "not_found"
