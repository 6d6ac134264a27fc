"""The worker notices who leads: observers do not count, and every session is swept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from app.core.models import SessionState, now
from realtime.leaders import Leaders
from tests.house.rooms import make_room
from tests.realtime.conftest import Wire


@pytest.fixture
def leaders(wire: Wire) -> Leaders:
    return Leaders(wire.database, wire.sockets, wire.dispatcher.presence)


def test_a_session_is_without_a_leader_from_the_last_drop_to_the_first_return(
    wire: Wire, leaders: Leaders
) -> None:
    room = make_room(wire.database)
    for name in ("Amal", "Fola", "Sami", "Olu"):
        wire.admits(room, name)
    drops = wire.server.handlers["/facilitator", "disconnect"]
    leaders.look()
    drops("Fola")
    leaders.look()
    assert room.row.leaderless_since is None, "Sami supports, and is still there"
    drops("Sami")
    leaders.look()
    assert room.row.leaderless_since is not None, "Olu watches, and leads nobody"
    wire.admits(room, "Sami", "Sami again")
    leaders.look()
    assert room.row.leaderless_since is None


def test_a_session_that_nobody_is_connected_to_is_swept_too(wire: Wire, leaders: Leaders) -> None:
    room: Any = make_room(wire.database)
    leaders.sweep()
    assert room.row.state == SessionState.LIVE
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        leaders.sweep()
    assert room.row.state == SessionState.ENDED and room.row.without_close


def test_a_yes_is_shown_at_once_only_while_somebody_who_leads_is_connected(wire: Wire) -> None:
    room, answers = make_room(wire.database), {name: str(uuid4()) for name in ("Amal", "Birgit")}
    for name, answer in answers.items():
        written = {"id": answer, "stage_id": "s-one", "answer": {"text": name}, "audience": "facilitators"}
        room.does(name, "submit_reflection", **written)
        room.does("Fola", "request_share", id=answer)
    for name in ("Amal", "Birgit", "Fola", "Olu"):
        wire.admits(room, name)
    assert wire.plays(
        "/participant", "Amal", "answer_share_request", {"id": answers["Amal"], "accept": True}
    )["ok"]
    wire.server.handlers["/facilitator", "disconnect"]("Fola")
    assert wire.plays(
        "/participant", "Birgit", "answer_share_request", {"id": answers["Birgit"], "accept": True}
    )["ok"]
    assert {each.id for each in room.reflections if each.shown_at} == {answers["Amal"]}
