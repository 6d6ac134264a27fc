"""What goes wrong in one command stays with that command."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.changes import Change
from app.core.commands import REGISTRY, Command
from app.core.models import SessionState
from app.core.refusals import NotNow
from app.core.sessions import lock
from realtime.sockets import NAMESPACES
from tests.house.rooms import make_room
from tests.realtime.cast import Scene, enter, make_scene, sid
from tests.realtime.conftest import Wire, code_of


@pytest.fixture
def scene(wire: Wire) -> Scene:
    made = make_scene(wire, SessionState.LIVE)
    enter(wire, made, make_room(wire.database))
    return made


def writes_and_refuses(change: Change, command: Any) -> dict[str, Any]:
    lock(change, command)
    raise NotNow()


def writes_and_fails(change: Change, command: Any) -> dict[str, Any]:
    lock(change, command)
    raise ZeroDivisionError("with words of a participant")


@pytest.mark.parametrize("verb", [writes_and_refuses, writes_and_fails])
def test_a_verb_that_stops_after_a_write_leaves_nothing_and_is_told_as_a_fault(
    wire: Wire, scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, verb: Any
) -> None:
    right = REGISTRY["facilitator"]["lock"]
    broken = Command(right.name, right.payload, right.who, right.states, verb)
    monkeypatch.setitem(REGISTRY["facilitator"], "lock", broken)
    before = scene.room.row
    answer = wire.plays("/facilitator", sid(scene, "lead"), "lock", {"locked": True})
    assert code_of(answer) == "internal"
    assert answer["error"]["ref"] in caplog.text
    assert "participant" not in caplog.text
    assert scene.room.row == before


def test_a_verb_that_fails_takes_nobody_with_it(
    wire: Wire, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A held door makes one batch of all of them, the broken one in the middle."""
    right = REGISTRY["facilitator"]["lock"]
    broken = Command(right.name, right.payload, right.who, right.states, writes_and_fails)
    monkeypatch.setitem(REGISTRY["facilitator"], "lock", broken)
    batch = [
        ("/participant", "admitted", "raise_signal", {"id": str(uuid4()), "kind": "support"}),
        ("/facilitator", "lead", "lock", {"locked": True}),
        ("/participant", "waiting", "raise_signal", {"id": str(uuid4()), "kind": "support"}),
        ("/facilitator", "lead", "go_to_stage", {"stage_id": "nowhere", "version": 1}),
        ("/facilitator", "lead", "mark_heard", {"participant_id": scene.room.people["Amal"]}),
    ]
    before = scene.room.row.version
    answers = wire.plays_in_one_batch([(space, sid(scene, role), *rest) for space, role, *rest in batch])
    assert [code_of(each) for each in answers] == ["ok", "internal", "ok", "not_found", "ok"]
    assert scene.room.row.version == before + 3
    assert scene.room.has_every_version()


NEVER_SLOWED = {
    "raise_signal",
    "lower_signal",
    "say_safe_for_now",
    "ask_to_talk",
    "answer_question",
    "pause_for_me",
    "stop_now",
    "signals_shown",
    "acknowledge_signal",
    "answer_signal",
    "meet_alert",
    "resolve_signal",
    "mark_not_safe",
}


@pytest.mark.parametrize("drains", [False, True])
def test_what_calls_for_a_person_and_what_answers_it_is_never_slowed_down_nor_put_off(
    wire: Wire, scene: Scene, drains: bool
) -> None:
    """Everything else is slowed down for somebody who sends too much, and put off by a server that ends."""
    wire.dispatcher.drain.begun = drains
    taken = set()
    for namespace, role in (("/participant", "admitted"), ("/facilitator", "lead")):
        socket = wire.sockets.get(namespace, sid(scene, role))
        assert socket is not None
        for name, command in REGISTRY[namespace[1:]].items():
            if command.verb is None:
                continue
            if not drains:
                socket.bucket.tokens, socket.bucket.rate = 0.0, 0.0
            answer = wire.plays(namespace, sid(scene, role), name, scene.payload(name, role))
            if code_of(answer) != ("retry" if drains else "slow_down"):
                taken.add(name)
    assert taken == NEVER_SLOWED


def test_a_second_device_gives_nobody_more(wire: Wire) -> None:
    room = make_room(wire.database)
    for device in ("phone", "laptop"):
        wire.dispatcher.admit(NAMESPACES["participant"], device, {"ticket": room.ticket("Amal")})
    phone, laptop = (wire.sockets.get(NAMESPACES["participant"], each) for each in ("phone", "laptop"))
    assert phone is not None and laptop is not None and phone.bucket is laptop.bucket
