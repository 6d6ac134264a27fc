"""A member who leaves, and one who was away: what the others, the facilitators and they themselves read."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.core import coming_back, groups, leaving
from app.core.models import Member, Reflection, Standing
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from tests.core.cast import MEMBERS, Oak, agenda, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def leaves(oak: Oak, name: str = "Amal", told: str = "Amal has left the group.", note: str = "") -> None:
    oak.database.writer.do(
        leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members[name], told, note
    )


def page(oak: Oak, name: str = "Amal") -> dict[str, Any]:
    with oak.database.reader() as db:
        return leaving.page(db, oak.group_id, oak.members[name])


def ends(oak: Oak) -> None:
    oak.does(oak.fola, "end")


def next_session(oak: Oak, *there: str) -> Oak:
    """The group's next session, live, with these members in it."""
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name)
    oak.does(oak.fola, "start")
    return oak


def test_whoever_leaves_in_a_session_goes_at_once_with_what_they_showed_by_name(oak: Oak) -> None:
    mine = oak.writes(oak.amal, text="Lunch with my old team.")["id"]
    other = oak.writes(oak.birgit, text="Nobody rang.")["id"]
    for each in (mine, other):
        oak.does(oak.fola, "show_reflection", id=each)
    version = oak.row().version
    leaves(oak)
    assert oak.shown_ids() == [other]
    assert oak.person(oak.amal).standing == Standing.REMOVED
    assert oak.row().version > version
    with refused("not_now"):
        oak.joins("Amal")
    assert oak.one(select(Reflection.__table__).where(Reflection.id == mine)).answer is not None


def test_what_whoever_left_showed_by_name_stands_on_no_page_of_an_earlier_session_either(
    oak: Oak, news: list[Any]
) -> None:
    mine = oak.writes(oak.amal, text="Lunch with my old team.")["id"]
    other = oak.writes(oak.birgit, text="Nobody rang.")["id"]
    for each in (mine, other):
        oak.does(oak.fola, "show_reflection", id=each)
    ends(oak)
    version = oak.row().shared_version
    leaves(oak)
    assert oak.shown_ids() == [other] and oak.row().shared_version == version + 1
    assert news[-1].shared and news[-1].reflections == {mine}, "what lies in open pages goes as well"
    leaves(oak, told="They have left us.")
    assert oak.row().shared_version == version + 1
    oak.database.writer.do(leaving.comes_back, oak.group_id, oak.members["Amal"])
    assert oak.shown_ids() == [mine, other]


def test_what_whoever_left_wrote_without_their_name_stays_where_it_was_shown(oak: Oak) -> None:
    for name in MEMBERS:
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    ends(oak)
    shown, version = oak.shown_ids(), oak.row().version
    leaves(oak)
    assert len(shown) == 5 and oak.shown_ids() == shown, "one that went with them would have a name"
    assert oak.row().version == version


def test_leaving_again_changes_the_words_and_nothing_else(oak: Oak) -> None:
    leaves(oak)
    version, first = oak.row().version, page(oak)
    leaves(oak, told="They have left us.", note="Rang before.")
    again = page(oak)
    assert (again["told"], again["note"]) == ("They have left us.", "Rang before.")
    assert again["left_at"] == first["left_at"] and oak.row().version == version


def test_the_group_is_told_once_at_the_start_of_the_next_session(oak: Oak) -> None:
    ends(oak)
    leaves(oak)
    next_session(oak, "Birgit")
    assert oak.console()["to_tell"] == ["Amal has left the group."]
    oak.moves_to("mixed")
    assert oak.console()["to_tell"] == []
    ends(oak)
    next_session(oak, "Birgit")
    assert oak.console()["to_tell"] == []


@pytest.mark.parametrize("at", ["words", "talk"])
def test_who_leaves_in_the_middle_of_a_session_is_told_of_once_in_the_next(oak: Oak, at: str) -> None:
    oak.moves_to(at)
    leaves(oak)
    assert oak.console()["to_tell"] == []
    ends(oak)
    next_session(oak, "Birgit")
    assert oak.console()["to_tell"] == ["Amal has left the group."]
    ends(oak)
    next_session(oak, "Birgit")
    assert oak.console()["to_tell"] == []


def test_a_session_that_never_began_was_no_telling(oak: Oak) -> None:
    leaves(oak)
    ends(oak)
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    ends(oak)
    next_session(oak, "Birgit")
    assert oak.console()["to_tell"] == ["Amal has left the group."]


def test_a_lobby_that_was_closed_before_anything_began_was_missed_by_nobody(oak: Oak) -> None:
    ends(oak)
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    ends(oak)
    next_session(oak, "Amal", "Birgit")
    assert oak.me(oak.amal)["missed"] == oak.me(oak.birgit)["missed"] == []


def test_what_the_facilitators_keep_of_a_leaving_reaches_no_member(oak: Oak) -> None:
    ends(oak)
    leaves(oak, told="SPOKEN ALOUD", note="KEPT FOR US")
    next_session(oak, "Birgit")
    seen = json.dumps([oak.room(), oak.me(oak.birgit), oak.wall()], default=str)
    assert "KEPT FOR US" not in seen and "SPOKEN ALOUD" not in seen
    row = oak.one(select(Member.__table__).where(Member.id == oak.members["Amal"]))
    assert "KEPT" not in str(row.leaving) and "KEPT" in open_sealed(Member.leaving, row.id, row.leaving)


def test_the_call_is_recorded_once_and_a_mistake_can_be_taken_back(oak: Oak) -> None:
    leaves(oak)
    for _ in range(2):
        oak.database.writer.do(leaving.call_made, oak.group_id, oak.members["Amal"])
    assert page(oak)["called_at"] is not None
    oak.database.writer.do(leaving.comes_back, oak.group_id, oak.members["Amal"])
    assert page(oak)["left_at"] is None and page(oak)["called_at"] is None
    with oak.database.reader() as db:
        assert leaving.left_members(db, oak.group_id) == []


def test_nobody_of_another_group_is_found(oak: Oak) -> None:
    other = oak.database.writer.do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=None)
    with oak.database.reader() as db, pytest.raises(NotFound):
        leaving.page(db, other, oak.members["Amal"])


def test_lines_for_somebody_who_left_wait_for_the_call(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("round", prompt("lines", "feedback"))])
    planned_oak.plans()
    planned_oak.starts()
    lines = [{"to": planned_oak.members["Amal"], "text": "I will miss you."}]
    planned_oak.writes(planned_oak.birgit, "round", lines=lines, audience="group_named")
    assert page(planned_oak)["lines"] == []
    leaves(planned_oak)
    held = [(each["from"], each["text"]) for each in page(planned_oak)["lines"]]
    assert held == [("Birgit", "I will miss you.")]


def test_whoever_was_away_reads_what_was_done_and_nothing_that_anybody_wrote(oak: Oak) -> None:
    oak.writes(oak.birgit, text="SAID IN THE ROOM", audience="group_named")
    titles = [each["title"] for each in agenda()]
    ends(oak)
    absent = next(name for name in MEMBERS if name not in ("Amal", "Birgit"))
    next_session(oak, "Amal", "Birgit")
    ends(oak)
    next_session(oak, "Amal", absent)
    (missed,) = oak.me(getattr(oak, absent.lower()))["missed"]
    assert missed["number"] == oak.row().number - 1
    assert (missed["summary"], missed["added"]) == ([], []) and set(missed["stages"]) <= set(titles)
    assert oak.me(oak.amal)["missed"] == []
    assert "SAID IN THE ROOM" not in json.dumps(missed)
    with oak.database.reader() as db:
        assert coming_back.missed(db, oak.row(), None) == []
    oak.moves_to("mixed")
    assert oak.me(getattr(oak, absent.lower()))["missed"] == [missed]


def test_whoever_was_away_twice_reads_of_both_sessions_since_they_were_there_the_newest_first(
    oak: Oak,
) -> None:
    ends(oak)
    next_session(oak, "Amal", "Birgit")
    ends(oak)
    next_session(oak, "Birgit")
    ends(oak)
    new = oak.database.writer.do(groups.add_members, oak.group_id, ["Noor"])
    oak.members["Noor"] = new[0]
    next_session(oak, "Birgit")
    ends(oak)
    next_session(oak, *MEMBERS, "Noor")

    def numbers(name: str) -> list[int]:
        return [each["number"] for each in oak.me(getattr(oak, name.lower()))["missed"]]

    assert (numbers("Chidi"), numbers("Amal"), numbers("Birgit")) == ([4, 3, 2], [4, 3], [])
    assert numbers("Noor") == [4]  # of what was before they joined they read nothing
