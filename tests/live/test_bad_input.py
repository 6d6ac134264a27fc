"""Input that cannot be meant: answered with a code, nothing stored, everybody else untouched."""

import json
from typing import Any
from uuid import uuid4

import pytest

from app.core.commands import REGISTRY
from tests.core.one_database import database_kind
from tests.house.actors import ACK, Actor, Company, Leader, Person, strictly_read
from tests.house.rooms import Room

__all__ = ["database_kind"]

DEEP = json.loads("[" * 40 + "]" * 40)
# what is on the wire, in place of the payload, and the code it is refused with
PAYLOADS = {
    "no object": ("[1]", "invalid"),
    "nothing": ("null", "invalid"),
    "a number": ("7", "invalid"),
    "a text": ('"words"', "invalid"),
    "two payloads": ("{},{}", "invalid"),
    "an unknown field": ('{"unasked":1}', "invalid"),
    "a field of another room": ('{"group_session_id":"another"}', "invalid"),
    "NaN": ('{"version":NaN}', "unreadable"),
    "Infinity": ('{"version":-Infinity}', "unreadable"),
    "1e999": ('{"version":1e999}', "unreadable"),
    "no JSON": ('{"version":', "unreadable"),
    "a key twice": ('{"id":"a","id":"b"}', "unreadable"),
    "too deep for us": (json.dumps({"answer": DEEP}), "invalid"),
    "too deep to read": ('{"answer":' + "[" * 9000 + "]" * 9000 + "}", "unreadable"),
    "33 KiB": ('{"text":"' + "x" * 33 * 1024 + '"}', "too_large"),
    "9 KiB of letters of four bytes": ('{"text":"' + "\U0001f33b" * 9 * 1024 + '"}', "too_large"),
}
# for one field of the right payload of a command, what no command takes there
WRONG_VALUES: tuple[Any, ...] = (
    None,
    True,
    1.5,
    2**60,
    -(2**60),
    "",
    "x" * 5000,
    "a\x00b",
    "\ud800",
    "../etc",
    [],
    {},
    {"$ne": 1},
)
# those of them that a field may well have
FINE: dict[str, tuple[Any, ...]] = {
    "accept": (True,),
    "locked": (True,),
    "held": (True,),
    "heard": (True,),
    "writing": (True,),
    "reply": ("../etc",),
    "title": ("../etc", None),
    "text": ("../etc", ""),
    "exercise_id": (None,),
}
FINE_IN = {
    "save_note": {"stage_id": (None,), "participant_id": (None,)},
    "move_stage": {"after_stage_id": (None,)},
    "assign_pairs": {"pairs": ([],)},
    "pause_for_me": {"id": (None,)},
    "answer_signal": {"after": ("../etc", "")},
    "give_turn": {"after": (None, "")},
    "meet_alert": {"words": ("", "../etc")},
}
# a packet, and the code of its answer
PACKETS = (
    ('2{ns},{id}["connect",{}]', "unknown_command"),
    ('2{ns},{id}["disconnect",{}]', "unknown_command"),
    ('2{ns},{id}["connect_error",{}]', "unknown_command"),
    ('2{ns},{id}["*",{}]', "unknown_command"),
    ('2{ns},{id}["nothing of ours",{}]', "unknown_command"),
    ('2{ns},{id}["end",{"version":99}]', "unknown_command"),
    ('2{ns},{id}["",{}]', "unknown_command"),
    ("2{ns},{id}[7,{}]", "unknown_command"),
    ("2{ns},{id}[null]", "unknown_command"),
    ("2{ns},{id}[]", "unreadable"),
    ("2{ns},{id}{}", "unreadable"),
    ("2{ns},{id}", "unreadable"),
    ('51-{ns},{id}["submit_reflection",{"_placeholder":true,"num":0}]', "unreadable"),
    ('9{ns},{id}["leave",{}]', "unreadable"),
)
# no packet at all, or none that asks for an answer
MESSAGES: tuple[Any, ...] = (
    b"",
    b"\x00\xff" * 100,
    b'2/participant,1["leave",{}]',
    "",
    "x",
    "7",
    "2",
    "2/participant",
    "2/nowhere,1[]",
    "0/participant,{}",
    "0/facilitator,{}",
    "3/participant,1[]",
    "2/participant," + "9" * 400 + '["leave",{}]',
)


def right(room: Room, command: str) -> dict[str, Any]:
    """A payload whose every field is of the right form."""
    made: dict[str, Any] = {
        name: {
            "id": str(uuid4()),
            "version": 1,
            "stage_id": "s-one",
            "participant_id": room.people["Amal"],
            "answer": "yes" if command == "answer_question" else {"text": "words"},
            "question": "speak",
            "choice": "listen",
            "held": True,
            "heard": True,
            "facilitator_id": "f" * 22,
            "ids": [str(uuid4())],
            "how": "talked",
            "words": "words",
            "audience": "facilitators",
            "revision": 1,
            "passed": False,
            "kind": "hand",
            "reply": "a line",
            "after": room.people["Birgit"] if command == "give_turn" else "another line",
            "accept": True,
            "writing": True,
            "seen": 0,
            "minutes": 5,
            "exercise_id": None,
            "title": "A title",
            "after_stage_id": "s-one",
            "locked": True,
            "text": "a note",
            "pairs": [[room.people["Amal"], room.people["Birgit"]]],
            "state": "ok",
            "to": room.people["Birgit"],
            "member_id": "m" * 22,
        }[name]
        for name in model_of(command).model_fields
    }
    return made


def as_it_stands(room: Room) -> dict[str, Any]:
    """The session's row, but for since when nobody leads: a client that is hung up on may be the leader's."""
    return {key: value for key, value in room.row._mapping.items() if key != "leaderless_since"}


def model_of(command: str) -> Any:
    return next(rows[command].payload for rows in REGISTRY.values() if command in rows)


def plays_raw(actor: Actor, command: str, payload: str) -> str:
    """Sends a packet as it is, waits for its acknowledgement, and gives the code."""
    number = 900_000 + len(actor.frames)
    actor.sends(f"2{actor.namespace},{number}[{json.dumps(command)},{payload}]")
    return answer_to(actor, number)


def answer_to(actor: Actor, number: int) -> str:
    """The code of the acknowledgement with this number."""
    start = f"{ACK}{actor.namespace},{number}["

    def answer() -> list[str]:
        return [frame for frame in actor.frames if isinstance(frame, str) and frame.startswith(start)]

    actor.sees(answer, f"an answer to {number}")
    outcome = strictly_read(answer()[0])[2][0]
    return "ok" if outcome["ok"] else str(outcome["error"]["code"])


@pytest.fixture
def people(company: Company, oak: Room) -> tuple[Leader, Person, Person, Actor]:
    return (
        company.leader(oak),
        company.person(oak, "Amal"),
        company.person(oak, "Birgit"),
        company.wall(oak),
    )


def test_what_cannot_be_read_is_refused_with_a_code_and_touches_nobody(
    oak: Room, people: tuple[Leader, Person, Person, Actor]
) -> None:
    fola, amal, birgit, _ = people
    before = as_it_stands(oak)
    heard = len(birgit.frames)
    wrong = []
    for actor, kind in ((amal, "participant"), (fola, "facilitator")):
        for command in REGISTRY[kind]:
            for name, (payload, code) in PAYLOADS.items():
                found = plays_raw(actor, command, payload)
                if found != code:
                    wrong.append((command, name, found))
    assert not wrong
    assert as_it_stands(oak) == before
    assert birgit.frames[heard:] == []
    assert amal.writes("still here")["ok"]


def test_every_field_of_every_command_refuses_what_it_does_not_take(
    oak: Room, people: tuple[Leader, Person, Person, Actor]
) -> None:
    fola, amal, birgit, _ = people
    before = as_it_stands(oak)
    heard = len(birgit.frames)
    wrong = []
    for actor, kind in ((amal, "participant"), (fola, "facilitator")):
        for command, row in REGISTRY[kind].items():
            whole = right(oak, command)
            row.payload.model_validate(whole)  # else every refusal below would prove nothing
            for name, field in row.payload.model_fields.items():
                if field.is_required():
                    rest = {key: value for key, value in whole.items() if key != name}
                    if plays_raw(actor, command, json.dumps(rest)) != "invalid":
                        wrong.append((command, f"without {name}"))
                for value in refused_by(command, name):
                    code = plays_raw(actor, command, json.dumps(whole | {name: value}))
                    if code != "invalid":
                        wrong.append((command, name, value, code))
    assert not wrong
    assert as_it_stands(oak) == before
    assert birgit.frames[heard:] == []


def refused_by(command: str, name: str) -> list[Any]:
    """The wrong values for a field: all of them, but those that it may well have."""
    fine = FINE.get(name) or FINE_IN.get(command, {}).get(name, ())
    return [value for value in WRONG_VALUES if not any(value is each or value == each != 1 for each in fine)]


def test_an_event_that_is_no_command_is_answered_and_runs_nothing(oak: Room, company: Company) -> None:
    amal = company.person(oak, "Amal")
    before = as_it_stands(oak)
    for number, (packet, code) in enumerate(PACKETS, start=4711):
        amal.sends(packet.replace("{ns}", amal.namespace).replace("{id}", str(number)))
        assert (packet, answer_to(amal, number)) == (packet, code)
    assert as_it_stands(oak) == before
    assert amal.writes("still here")["ok"]


def test_a_message_that_is_no_packet_of_ours_harms_nobody(oak: Room, company: Company) -> None:
    company.leader(oak)  # without one Birgit would be told so at some time
    amal, birgit = company.person(oak, "Amal"), company.person(oak, "Birgit")
    before, heard = as_it_stands(oak), len(birgit.frames)
    for message in MESSAGES:
        amal.sends(message)
        assert (message, plays_raw(amal, "sync", '{"seen":1000000}')) == (message, "ok")
    assert as_it_stands(oak) == before
    assert birgit.frames[heard:] == []


def test_a_message_above_64_kib_closes_its_own_connection_alone(oak: Room, company: Company) -> None:
    amal, birgit = company.person(oak, "Amal"), company.person(oak, "Birgit")
    before = as_it_stands(oak)
    amal.sends('2/participant,1["submit_reflection",{"text":"' + "x" * 65 * 1024 + '"}]')
    amal.sees(lambda: not amal.client.connected, "the end of the connection")
    assert as_it_stands(oak) == before
    assert birgit.writes("nothing has happened")["ok"]
    assert company.person(oak, "Amal").writes("back again")["ok"]


def test_a_flood_of_commands_is_slowed_down_for_the_one_who_sends_it(oak: Room, company: Company) -> None:
    amal = company.person(oak, "Amal", sandbox=False)
    birgit = company.person(oak, "Birgit", sandbox=False)
    pending = [amal.begins("submit_reflection", {}) for _ in range(300)]
    assert birgit.writes("not slowed")["ok"]
    codes = [each.now()["error"]["code"] for each in pending]
    assert set(codes) == {"invalid", "slow_down"}
    assert amal.signals("support") == {"ok": True, "status": "new"}
