"""A facilitator's private notes: kept by place and writer, told to their writer alone."""

import json
from typing import Any

import pytest

from app.core import export, notes, summary, views
from app.core.changes import Who
from tests.core.cast import Oak, refused


def note(oak: Oak, text: str, revision: int = 1, who: Who | None = None, **place: str) -> dict[str, Any]:
    return oak.does(who or oak.fola, "save_note", text=text, revision=revision, **place)


def beside(oak: Oak, who: Who | None = None) -> dict[str, Any]:
    found: dict[str, Any] = oak.console(who)["notes"]
    return found


def told(oak: Oak, who: Who | None = None) -> list[tuple[str | None, str | None, str]]:
    with oak.database.reader() as db:
        found = notes.told(db, views.session_row(db, oak.id), (who or oak.fola).id)
    return [(each["stage"], each["person"], each["text"]) for each in found]


def test_a_note_stands_where_it_was_written(oak: Oak) -> None:
    note(oak, "Quiet today.", stage_id="words")
    note(oak, "Ask about the letter.", participant_id=oak.amal.id)
    assert beside(oak)["stage"]["text"] == "Quiet today."
    assert {key: each["text"] for key, each in beside(oak)["people"].items()} == {
        oak.amal.id: "Ask about the letter."
    }
    oak.moves_to("mixed")
    assert beside(oak)["stage"] is None
    assert oak.amal.id in beside(oak)["people"]
    oak.moves_to("words")
    assert beside(oak)["stage"]["text"] == "Quiet today."


def test_a_note_is_changed_in_place(oak: Oak) -> None:
    note(oak, "Quiet.", stage_id="words")
    answer = note(oak, "Quiet at first.", revision=2, stage_id="words")
    assert answer["revision"] == 2
    assert beside(oak)["stage"]["text"] == "Quiet at first."
    assert told(oak) == [("Words", None, "Quiet at first.")]


def test_an_old_revision_of_a_note_changes_nothing(oak: Oak) -> None:
    note(oak, "Quiet.", stage_id="words")
    note(oak, "Quiet at first.", revision=2, stage_id="words")
    before = oak.row().version
    for revision in (1, 2):
        with refused("superseded") as caught:
            note(oak, "Late.", revision=revision, stage_id="words")
        assert caught.value.more["revision"] == 2
    assert (beside(oak)["stage"]["text"], oak.row().version) == ("Quiet at first.", before)


def test_a_colleagues_notes_are_their_own(oak: Oak) -> None:
    note(oak, "Quiet.", stage_id="words")
    note(oak, "Loud.", who=oak.sami, stage_id="words")
    assert beside(oak)["stage"]["text"] == "Quiet."
    assert beside(oak, oak.sami)["stage"]["text"] == "Loud."
    assert told(oak, oak.sami) == [("Words", None, "Loud.")]


def test_a_note_belongs_to_its_session(oak: Oak) -> None:
    stranger = oak.amal.id
    oak.plans()
    oak.starts()
    for place in ({"participant_id": stranger}, {"stage_id": "nowhere"}):
        with refused("not_found"):
            note(oak, "Quiet.", **place)
    assert told(oak) == []


@pytest.mark.parametrize("state", ["hold", "end"])
def test_a_note_can_be_written_in_a_pause_and_after_the_end(oak: Oak, state: str) -> None:
    oak.does(oak.fola, state)
    note(oak, "Quiet.", stage_id="words")
    assert told(oak) == [("Words", None, "Quiet.")]


def test_notes_are_told_by_stage_and_then_by_person(oak: Oak) -> None:
    note(oak, "Both.", participant_id=oak.birgit.id)
    note(oak, "Three.", stage_id="talk")
    note(oak, "Four.", participant_id=oak.amal.id)
    note(oak, "One.", stage_id="words")
    note(oak, "", stage_id="mixed")
    assert told(oak) == [
        ("Words", None, "One."),
        ("Talk", None, "Three."),
        (None, "Amal", "Four."),
        (None, "Birgit", "Both."),
    ]


def test_nobody_but_its_writer_is_given_a_note(oak: Oak) -> None:
    note(oak, "Canary.", stage_id="words")
    note(oak, "Canary.", participant_id=oak.amal.id)
    assert "Canary" in json.dumps(oak.console(), default=str)
    with oak.database.reader() as db:
        whole = summary.summary_of(db, oak.id)
    others = [oak.console(oak.sami), oak.room(), oak.me(oak.amal), oak.wall(), whole, export.as_csv(whole)]
    assert "Canary" not in json.dumps(others, default=str)


def test_a_note_is_no_news_for_the_group(oak: Oak, news: list[Any]) -> None:
    shared = oak.row().shared_version
    note(oak, "Quiet.", participant_id=oak.amal.id)
    (change,) = news
    assert not (change.shared or change.moved or change.people or change.reflections)
    assert oak.row().shared_version == shared
