"""Whoever waits at the door receives nothing of the room, whatever happens in it."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.core.models import SessionState
from app.db import Database
from app.regions import WAITING
from tests.realtime.packets import House
from tests.realtime.play import CANARY, PEOPLE, Play


@pytest.fixture
def database_kind() -> str:
    """Who receives which frame does not depend on the database."""
    return "sqlite"


@pytest.fixture
def house(database_url: str, database: Database) -> Iterator[House]:
    made = House(database_url, database)
    yield made
    made.close()


def test_nothing_of_the_room_reaches_somebody_at_the_door(house: House) -> None:
    play = Play(house, ("Gia", "Birgit"))
    play.goes_to(SessionState.LIVE, "")
    version = {"version": play.room.row.version}
    for name, command, payload in (
        ("Fola", "show_reflection", {"id": play.own["asked"]}),
        ("Birgit", "set_writing", {"stage_id": "s-words", "writing": True}),
        ("Fola", "give_turn", {"stage_id": "s-words", "participant_id": play.room.people["Birgit"]}),
        ("Fola", "go_to_stage", {"stage_id": "s-mood"} | version),
        ("Fola", "hold", {}),
        ("Fola", "resume", {}),
    ):
        moved = {"version": play.room.row.version} if command in ("hold", "resume") else {}
        play.says(name, command, **payload | moved)
        play.pushes()
    play.says("Gia", "sync", seen=0)
    door_of_it = [json.loads(each)[1] for each in play.frames("Gia")]
    told = "\n".join(play.frames("Gia"))
    secrets = [*PEOPLE, "to be shown", CANARY, "The stage", "What is on your mind?", *play.own.values()]
    assert [each for each in secrets if each in told] == []
    names = {each.get("name") for each in door_of_it if each.get("name")}
    names |= {name for each in door_of_it for name, html in each.get("regions", {}).items() if html.strip()}
    assert names <= set(WAITING)
    assert not any(each.get("mine") or each.get("shown") or each.get("people") for each in door_of_it)
    assert "The stage s-mood" in "\n".join(play.frames("Birgit")), "it has happened"


def test_whoever_waits_cannot_tell_by_a_number_that_the_group_moves_on(house: House) -> None:
    play = Play(house, ("Gia", "Birgit"))
    play.goes_to(SessionState.LIVE, "")
    before = play.says("Gia", "sync", seen=0)
    play.says("Fola", "go_to_stage", stage_id="s-mood", version=play.room.row.version)
    assert play.says("Birgit", "sync", seen=0)["version"] > before["version"]
    assert play.says("Gia", "sync", seen=0) == before
    called = play.says("Gia", "raise_signal", id=str(uuid4()), kind="support")
    assert called["ok"] and called.get("version", 0) <= before["version"] + 1
    shown = [json.loads(each)[1] for each in play.frames("Gia")]
    assert {each["version"] for each in shown if "version" in each} <= {
        before["version"],
        before["version"] + 1,
    }
