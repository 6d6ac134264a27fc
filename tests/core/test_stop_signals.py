"""What should make a facilitator stop and look, from both sides of each threshold."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core import groups, measures, rehearsal, stop_signals
from app.core.changes import Who
from app.core.models import Facilitator, GroupFacilitator, Member, Participant, Role, Signal, now
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

RELIABLE = 6


def signs(oak: Oak, name: str = "Fola") -> list[dict[str, Any]]:
    with oak.database.reader() as db:
        return stop_signals.of_group(db, oak.leaders[name], oak.group_id, RELIABLE)


def kinds(oak: Oak, name: str = "Fola") -> list[str]:
    return [each["kind"] for each in signs(oak, name)]


def writes(oak: Oak, query: Any) -> None:
    oak.database.writer.do(lambda db: db.execute(query))


def test_an_ordinary_evening_has_none(oak: Oak) -> None:
    assert signs(oak) == [] == signs(oak, "Sami")


@pytest.mark.parametrize(("flags", "there"), [(1, []), (2, ["flags"]), (3, ["flags"])])
def test_two_flags_that_are_open(oak: Oak, flags: int, there: list[str]) -> None:
    for who in (oak.amal, oak.birgit, oak.chidi)[:flags]:
        oak.signals(who)
    assert kinds(oak) == there == kinds(oak, "Sami")
    assert [each["names"] for each in signs(oak)] == [["Amal", "Birgit", "Chidi"][:flags]][: len(there)]


def test_a_hand_is_no_flag_and_neither_is_what_was_resolved(oak: Oak) -> None:
    first = oak.signals(oak.amal)
    oak.signals(oak.birgit, "hand")
    oak.signals(oak.chidi, "slower")
    assert kinds(oak) == []
    oak.signals(oak.birgit)
    oak.does(oak.fola, "acknowledge_signal", id=first)
    assert kinds(oak) == ["flags"], "seen is not met"
    oak.does(oak.fola, "resolve_signal", id=first)
    assert kinds(oak) == []


def test_what_made_up_people_call_is_no_flag(planned_oak: Oak) -> None:
    made = planned_oak.database.writer.do(
        rehearsal.rehearse, planned_oak.leaders["Fola"], planned_oak.id, aliases=["A", "B"], title="1"
    )
    for person in made["people"]:
        values = {"group_session_id": made["id"], "participant_id": person, "kind": "support"}
        writes(planned_oak, Signal.__table__.insert().values(id=person, status="new", **values))
    assert kinds(planned_oak) == []


@pytest.mark.parametrize(("members", "there"), [(8, []), (9, ["alone"])])
def test_alone_with_more_than_eight_members(planned_oak: Oak, members: int, there: list[str]) -> None:
    more = [f"Member {place}" for place in range(members - len(planned_oak.members))]
    planned_oak.database.writer.do(groups.add_members, planned_oak.group_id, more)
    assert kinds(planned_oak) == [], "there are two of them"
    sami = col(GroupFacilitator.facilitator_id) == planned_oak.leaders["Sami"]
    writes(planned_oak, update(GroupFacilitator).where(sami).values(role=Role.OBSERVER))
    assert kinds(planned_oak) == there
    assert kinds(planned_oak, "Sami") == [], "whoever observes reads none of it"
    writes(planned_oak, update(GroupFacilitator).where(sami).values(role=Role.SUPPORT))
    disabled = col(Facilitator.id) == planned_oak.leaders["Sami"]
    writes(planned_oak, update(Facilitator).where(disabled).values(disabled_at=now()))
    assert kinds(planned_oak) == there
    amal = col(Member.id) == planned_oak.members["Amal"]
    writes(planned_oak, update(Member).where(amal).values(left_at=now()))
    assert kinds(planned_oak) == []


@pytest.mark.parametrize(("days", "there"), [(27.9, []), (28.1, ["supervision"])])
@pytest.mark.parametrize("column", ["supervised_at", "created_at"])
def test_more_than_four_weeks_without_a_supervisor(
    planned_oak: Oak, column: str, days: float, there: list[str]
) -> None:
    fola = col(Facilitator.id) == planned_oak.leaders["Fola"]
    since = now() - timedelta(days=days)
    writes(planned_oak, update(Facilitator).where(fola).values(**{column: since}))
    assert kinds(planned_oak) == there
    assert kinds(planned_oak, "Sami") == []
    planned_oak.database.writer.do(stop_signals.note_supervision, planned_oak.leaders["Fola"], now().date())
    assert kinds(planned_oak) == []
    with planned_oak.database.reader() as db:
        last = stop_signals.last_supervision(db, planned_oak.leaders["Fola"])
        assert last is not None and last <= now()


def test_a_talk_that_is_still_to_come_is_not_noted(planned_oak: Oak) -> None:
    with refused("invalid"):
        planned_oak.database.writer.do(
            stop_signals.note_supervision, planned_oak.leaders["Fola"], (now() + timedelta(days=2)).date()
        )


@pytest.mark.parametrize(
    ("scores", "there"),
    [
        ([5, 11], []),
        ([5, 11, 16], []),
        ([5, 10, 16], []),
        ([5, 11, 17], ["worse"]),
        ([5, 11, 17, 16], []),
        ([20, 5, 11, 17], ["worse"]),
        ([17, 11, 5], []),
    ],
)
def test_a_member_who_is_reliably_worse_twice_in_a_row(
    planned_oak: Oak, scores: list[int], there: list[str]
) -> None:
    for week, total in enumerate(scores):
        planned_oak.database.writer.do(
            measures.enter_score,
            planned_oak.leaders["Fola"],
            planned_oak.members["Amal"],
            "phq9",
            total,
            now() - timedelta(weeks=10 - week),
        )
    assert kinds(planned_oak) == there
    assert [(each["names"], each["measures"]) for each in signs(planned_oak)] == [(["Amal"], ["PHQ-9"])][
        : len(there)
    ]
    amal = col(Member.id) == planned_oak.members["Amal"]
    writes(planned_oak, update(Member).where(amal).values(left_at=now()))
    assert kinds(planned_oak) == []


def test_today_has_those_of_all_groups_and_supervision_once(oak: Oak) -> None:
    oak.signals(oak.amal)
    oak.signals(oak.birgit)
    other = oak.database.writer.do(groups.create_group, oak.leaders["Fola"], name="Ash", programme_id=None)
    oak.database.writer.do(groups.add_members, other, [str(place) for place in range(9)])
    old = now() - timedelta(days=40)
    writes(oak, update(Facilitator).values(created_at=old))
    with oak.database.reader() as db:
        found = stop_signals.of_all(db, oak.leaders["Fola"], RELIABLE)
        assert sorted((each["kind"], each.get("group", "")) for each in found) == [
            ("alone", "Ash"),
            ("flags", "Oak"),
            ("supervision", ""),
        ]
        assert stop_signals.of_all(db, "nobody", RELIABLE) == []


def test_a_guest_behind_a_flag_is_named_as_well(oak: Oak) -> None:
    guest = oak.joins("Gia")
    oak.signals(guest)
    oak.signals(oak.amal)
    assert signs(oak)[0]["names"] == ["Gia", "Amal"]
    assert oak.one(Participant.__table__.select().where(col(Participant.id) == guest.id)).member_id is None


def test_while_a_session_runs_its_console_says_that_two_calls_are_open(oak: Oak) -> None:
    def told(name: str) -> list[tuple[int, list[str]]]:
        who = Who("facilitator", oak.id, oak.leaders[name])
        return [(each["number"], each["names"]) for each in oak.console(who)["stop_signals"]]

    oak.signals(oak.amal)
    assert told("Fola") == []
    call = oak.signals(oak.birgit)
    oak.signals(oak.chidi, "hand")
    assert told("Fola") == [(2, ["Amal", "Birgit"])] == told("Sami")
    sami = col(GroupFacilitator.facilitator_id) == oak.leaders["Sami"]
    writes(oak, update(GroupFacilitator).where(sami).values(role=Role.OBSERVER))
    assert told("Sami") == [], "whoever observes meets nobody"
    oak.does(oak.fola, "hold")
    assert told("Fola") == [(2, ["Amal", "Birgit"])]
    oak.does(oak.fola, "resolve_signal", id=call)
    assert told("Fola") == []


def test_before_a_session_the_page_says_so_once(open_oak: Oak) -> None:
    for who in (open_oak.amal, open_oak.birgit):
        open_oak.signals(who)
    assert kinds(open_oak) == ["flags"] and open_oak.console()["stop_signals"] == []
