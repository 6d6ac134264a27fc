"""What comes over the wire has the fields that docs/protocol.md lists."""

from typing import Any
from uuid import uuid4

from tests.house.actors import Actor, Company
from tests.house.rooms import Room
from tests.test_protocol import names_in, rows_under


def listed(name: str) -> set[str]:
    """The fields of a kind of state, as the page lists them."""
    cell = next(row[2] for row in rows_under("Events") if names_in(row[0]) == [name])
    return set(names_in(cell))


def screen_of(actor: Actor) -> dict[str, Any]:
    return next(data for name, data in actor.events if name == "screen")


def answer_of(kind: str, command: str) -> set[str]:
    row = next(row for row in rows_under(f"/{kind}") if names_in(row[0]) == [command])
    return {"ok", *names_in(row[4])}


def test_screens_and_lists_have_the_fields_of_the_page(company: Company, oak: Room) -> None:
    fola, amal, wall = company.leader(oak), company.person(oak, "Amal"), company.wall(oak)
    named = amal.writes("named", audience="group_named")
    assert fola.shows(named["id"])["ok"]
    wall.sees(lambda: named["id"] in wall.of("shown"), "the answer")
    fola.sees(lambda: fola.of("reflections") and amal.of("mine"), "the answer")
    screens = {each.namespace: screen_of(each) for each in (fola, amal, wall)}
    common = {"version", "server_now", "session", "stage", "regions"}
    assert set(screens["/facilitator"]) == common | {"people", "reflections"}
    assert set(screens["/participant"]) == common | {"mine", "shown", "tallies"}
    assert set(screens["/display"]) == common | {"shown", "tallies"}
    for screen in screens.values():
        assert {"id", "code", "state", "stage_id", "stage_index", "stages"} <= set(screen["session"])
        assert set(screen["session"]["stages"][0]) == {"id", "title", "kind"}
        assert set(screen["stage"]) == {"prompts", "audiences", "repeat", "turn"}
    assert len(screens["/facilitator"]["session"]["stages"]) == 3
    assert (
        len(screens["/participant"]["session"]["stages"])
        == len(screens["/display"]["session"]["stages"])
        == 1
    )
    assert set(amal.of("mine")[named["id"]]) == listed("mine")
    assert set(wall.of("shown")[named["id"]]) == listed("shown")
    assert set(fola.of("reflections")[named["id"]]) == listed("reflections")
    presence = {"here", "away", "gone", "waiting"}
    assert set(fola.of("people")[oak.people["Amal"]]) == listed("people") - presence


def test_acknowledgements_have_the_fields_of_the_page(company: Company, oak: Room) -> None:
    fola, amal = company.leader(oak), company.person(oak, "Amal")
    submitted = amal.writes("words")
    signal = str(uuid4())
    told = {
        "submit_reflection": submitted,
        "set_writing": amal.says("set_writing", stage_id="s-one", writing=True),
        "raise_signal": amal.says("raise_signal", id=signal, kind="hand"),
        "lower_signal": amal.says("lower_signal", id=signal),
        "sync": amal.says("sync", seen=0),
        "withdraw_reflection": amal.says("withdraw_reflection", id=submitted["id"]),
        "leave": amal.says("leave"),
    }
    for command, answer in told.items():
        assert (command, set(answer)) == (command, answer_of("participant", command))
    note = {"text": "a note", "revision": 1}
    inserted = {"exercise_id": None, "minutes": 5, "after_stage_id": "s-two", "version": 2**40}
    led = {
        "add_minutes": fola.says("add_minutes", minutes=2),
        "insert_stage": fola.says("insert_stage", **inserted),
        "mark_heard": fola.says("mark_heard", participant_id=oak.people["Amal"]),
        "save_note": fola.says("save_note", **note),
        "reveal": fola.reveals(),
        "lock": fola.says("lock", locked=True),
        "go_to_stage": fola.says("go_to_stage", stage_id="s-two", version=2**40),
    }
    for command, answer in led.items():
        assert (command, set(answer)) == (command, answer_of("facilitator", command))
