"""Without a name only among five or more: who are in the session now, and were there for the stage."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core import crowd, door, groups
from app.core.models import StageVisit, now
from tests.core.cast import MEMBERS, Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def writes_unnamed(oak: Oak, *names: str, stage_id: str = "words") -> list[str]:
    return [
        oak.writes(oak.people[name], stage_id, text=f"{name} wrote this.", audience="group_unnamed")["id"]
        for name in names or MEMBERS
    ]


def offered(oak: Oak) -> bool:
    return "group_unnamed" in oak.room()["stage"]["offered"]


def is_long_gone(oak: Oak) -> None:
    oak.database.writer.do(crowd.note, oak.id, {oak.ewa.id: now()}, [])


def leaves(oak: Oak) -> None:
    oak.does(oak.ewa, "leave")


def exits(oak: Oak) -> None:
    oak.database.writer.do(door.free_seat, oak.ewa)


def is_removed(oak: Oak) -> None:
    oak.does(oak.fola, "remove", participant_id=oak.ewa.id)


GOES = [is_long_gone, leaves, exits, is_removed]


@pytest.mark.parametrize("goes", GOES)
def test_when_the_fifth_has_gone_it_is_offered_to_nobody_and_nothing_is_released(
    oak: Oak, goes: Callable[[Oak], None]
) -> None:
    written = writes_unnamed(oak)
    assert offered(oak) and oak.console()["can_release_unnamed"]
    goes(oak)
    assert not offered(oak) and not oak.console()["can_release_unnamed"]
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == []
    mine = next(each for each in oak.me(oak.amal)["mine"] if each["id"] == written[0])
    assert (mine["audience"], mine["kept_back"]) == ("group_unnamed", "few"), "and its writer reads so"


@pytest.mark.parametrize("goes", GOES)
def test_everybody_hears_of_it_when_the_fifth_goes_and_nobody_when_the_sixth_does(
    oak: Oak, goes: Callable[[Oak], None], news: list[Any]
) -> None:
    oak.does(oak.fola, "admit", participant_id=oak.joins("Gus").id)
    news.clear()
    goes(oak)
    assert not any(oak.amal.id in each.people for each in news)
    oak.people["Ewa"] = oak.people.pop("Gus")
    goes(oak)
    assert oak.amal.id in news[-1].people and news[-1].shared


@pytest.mark.parametrize("goes", GOES)
def test_what_is_said_of_a_waiting_answer_changes_with_who_was_there_though_five_are_here(
    oak: Oak, goes: Callable[[Oak], None]
) -> None:
    written = writes_unnamed(oak)
    oak.moves_to("mixed")
    gus = oak.joins("Gus")
    oak.does(oak.fola, "admit", participant_id=gus.id)
    before = oak.person(oak.amal).own_version + oak.row().shared_version
    goes(oak)
    mine = next(each for each in oak.me(oak.amal)["mine"] if each["id"] == written[0])
    assert (offered(oak), mine["kept_back"]) == (True, "apart")
    assert oak.person(oak.amal).own_version + oak.row().shared_version > before, "their page hears of it"


def test_with_five_again_it_is_offered_again_and_what_was_kept_back_goes_with_the_rest(oak: Oak) -> None:
    written = writes_unnamed(oak)
    is_long_gone(oak)
    oak.database.writer.do(crowd.note, oak.id, {}, [oak.ewa.id])
    assert offered(oak)
    assert oak.me(oak.amal)["mine"][0]["kept_back"] == ""
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(written)


def test_whoever_comes_back_by_their_link_counts_again(oak: Oak) -> None:
    leaves(oak)
    assert not offered(oak)
    oak.joins("Ewa")
    assert offered(oak)


def test_whoever_was_away_after_a_stage_and_is_back_was_there_for_it(oak: Oak) -> None:
    written = writes_unnamed(oak)
    oak.moves_to("mixed")
    is_long_gone(oak)
    assert oak.me(oak.amal)["mine"][0]["kept_back"] == "few"
    oak.database.writer.do(crowd.note, oak.id, {}, [oak.ewa.id])
    assert oak.me(oak.amal)["mine"][0]["kept_back"] == ""
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(written)


@pytest.mark.parametrize("came", ["before", "after"])
def test_of_a_stage_left_before_it_was_written_down_who_was_there_the_times_decide(
    oak: Oak, came: str
) -> None:
    """A session that was running while the house was brought up to date."""
    written = writes_unnamed(oak, *MEMBERS[:4])
    oak.moves_to("mixed")
    forget = update(StageVisit).where(col(StageVisit.stage_id) == "words").values(there=None)
    oak.database.writer.do(lambda db: db.execute(forget) and None)
    if came == "after":
        is_removed(oak)
        oak.does(oak.fola, "admit", participant_id=oak.joins("Gus").id)
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == (sorted(written) if came == "before" else [])


@pytest.mark.parametrize("how", ["came later", "was away meanwhile"])
def test_a_release_needs_five_who_were_there_for_the_stage(oak: Oak, how: str) -> None:
    if how == "came later":
        is_removed(oak)
    written = writes_unnamed(oak, *MEMBERS[:4])
    if how == "was away meanwhile":
        leaves(oak)
    oak.moves_to("mixed")
    if how == "came later":
        gus = oak.joins("Gus")
        oak.does(oak.fola, "admit", participant_id=gus.id)
    else:
        oak.joins("Ewa")
    assert offered(oak), "five are here now"
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == [], "of what was written when they were not"
    oak.moves_to("words")  # the group comes back to it, all five
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(written)


def test_what_was_released_is_the_same_whoever_leaves_and_once_is_once(oak: Oak) -> None:
    """Nobody is told apart by an answer that comes or goes together with them."""
    gus = oak.joins("Gus")
    oak.does(oak.fola, "admit", participant_id=gus.id)
    written = writes_unnamed(oak)
    leaves(oak)  # five are left
    oak.does(oak.fola, "reveal", stage_id="words")
    order = oak.shown_ids()
    assert sorted(order) == sorted(written), "hers too: else it would be the one that went with her"
    oak.does(oak.fola, "remove", participant_id=gus.id)
    oak.does(oak.dolores, "leave")
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown_ids() == order


def test_a_late_answer_and_one_that_the_session_left_behind_stay_with_the_facilitators(oak: Oak) -> None:
    writes_unnamed(oak, *MEMBERS[:4])
    oak.does(oak.fola, "reveal", stage_id="words")
    writes_unnamed(oak, "Ewa")
    assert oak.me(oak.ewa)["mine"][0]["kept_back"] == "late"
    oak.moves_to("mixed")
    oak.writes(oak.amal, "mixed", word="Soft.", audience="group_unnamed")
    oak.does(oak.fola, "end")
    told = {each["stage_id"]: each["kept_back"] for each in oak.me(oak.amal)["mine"]}
    assert told == {"words": "", "mixed": "over"}


def test_whoever_was_gone_at_the_release_hides_nobody_from_the_names_that_follow(oak: Oak) -> None:
    gus = oak.joins("Gus")
    oak.does(oak.fola, "admit", participant_id=gus.id)
    oak.writes(oak.amal, text="Whose is this?", audience="group_unnamed")
    named = {name: oak.writes(oak.people[name], text=name)["id"] for name in MEMBERS[1:]}
    for name, each in named.items():  # no name stands beside it yet
        oak.does(oak.people[name], "take_back", id=each)
    oak.does(gus, "leave")
    oak.does(oak.fola, "reveal", stage_id="words")
    assert len(oak.shown()) == 1
    for name in MEMBERS[1:]:
        oak.does(oak.fola, "request_share", id=named[name])
    for name in MEMBERS[1:3]:
        oak.does(oak.people[name], "answer_share_request", id=named[name], accept=True)
    with refused("not_now"):  # Amal and Ewa would be left: Gus had gone
        oak.does(oak.dolores, "answer_share_request", id=named["Dolores"], accept=True)


def test_a_short_drop_counts_and_whoever_has_no_phone_is_there(oak: Oak) -> None:
    """Who is connected is in no row; only what is noted after two minutes counts."""
    assert offered(oak)
    leaves(oak)
    (milo,) = oak.database.writer.do(groups.add_members, oak.group_id, ["Milo"])
    oak.does(oak.fola, "seat", member_id=milo)
    assert offered(oak)
