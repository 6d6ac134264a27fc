"""Whoever sends too much is slowed down, and a call for somebody goes through all the same."""

import pytest

from app.core.commands import REGISTRY
from realtime.sockets import NAMESPACES
from tests.house.rooms import make_room
from tests.realtime.conftest import Wire, code_of

# what is about somebody in need, from either side
NEVER_SLOWED = {
    "participant": {
        *("raise_signal", "lower_signal", "say_safe_for_now", "ask_to_talk"),
        *("answer_question", "pause_for_me", "stop_now"),
    },
    "facilitator": {
        *("signals_shown", "acknowledge_signal", "answer_signal", "meet_alert", "resolve_signal"),
        "mark_not_safe",
    },
    "display": set[str](),
}


@pytest.fixture
def database_kind() -> str:
    """How much somebody may send does not depend on the database."""
    return "sqlite"


def test_after_too_many_commands_all_are_refused_but_what_is_about_somebody_in_need(wire: Wire) -> None:
    room = make_room(wire.database)
    room.lets_in("Goran", guest=True)
    for name in ("Amal", "Goran", "Fola", "display"):
        who = room.who(name)
        wire.dispatcher.admit(NAMESPACES[who.kind], name, {"ticket": room.ticket(name)})
        socket = wire.sockets.get(NAMESPACES[who.kind], name)
        assert socket is not None
        socket.bucket.tokens = socket.bucket.rate = 0.0
        went_through = {
            command
            for command in REGISTRY[who.kind]
            if code_of(wire.plays(NAMESPACES[who.kind], name, command, {})) != "slow_down"
        }
        assert went_through == NEVER_SLOWED[who.kind], name
    call = {"id": "11111111-1111-4111-8111-111111111111", "kind": "support"}
    assert code_of(wire.plays(NAMESPACES["participant"], "Goran", "raise_signal", call)) == "ok"


def test_a_second_device_gives_nobody_more(wire: Wire) -> None:
    room = make_room(wire.database)
    for device in ("phone", "laptop"):
        wire.dispatcher.admit(NAMESPACES["participant"], device, {"ticket": room.ticket("Amal")})
    phone, laptop = (wire.sockets.get(NAMESPACES["participant"], each) for each in ("phone", "laptop"))
    assert phone is not None and laptop is not None and phone.bucket is laptop.bucket
