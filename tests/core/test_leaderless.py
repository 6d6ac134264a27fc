"""All facilitators drop: the room holds, its members read what happens, and nothing stays open for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app.core import leaderless, overview, views
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.models import GroupSession, now
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

BEGIN = datetime(2026, 11, 3, 17, 50, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(BEGIN, tick=False) as made:
        yield made


@pytest.fixture
def oak(clock: Any, planned_oak: Oak) -> Oak:
    """The oak group, live since 17:50; nobody who leads is connected."""
    planned_oak.starts()
    return planned_oak


def notes(oak: Oak, here: bool = False) -> None:
    """The worker looks who is connected."""
    oak.database.writer.do(leaderless.note, oak.id, here)


def due(oak: Oak, here: bool = False) -> bool:
    with oak.database.reader() as db:
        return leaderless.due(db, views.session_row(db, oak.id), here)


def reads(oak: Oak) -> dict[str, Any]:
    with oak.database.reader() as db:
        told: dict[str, Any] = views.room(db, views.session_row(db, oak.id), leader_here=False)["leaderless"]
        return told


def test_a_drop_is_kept_without_a_version_and_forgotten_when_somebody_is_back(oak: Oak, clock: Any) -> None:
    before = oak.row()
    assert due(oak)
    notes(oak)
    assert oak.row().leaderless_since == BEGIN and not due(oak)
    clock.shift(timedelta(minutes=5))
    notes(oak)
    assert oak.row().leaderless_since == BEGIN, "the drop is kept, not the last look"
    assert due(oak, here=True)
    notes(oak, here=True)
    after = oak.row()
    assert after.leaderless_since is None and not due(oak, here=True)
    assert (after.version, after.shared_version) == (before.version, before.shared_version)


def test_after_ten_minutes_the_group_reads_until_when_it_waits_and_then_that_it_stops(
    oak: Oak, clock: Any
) -> None:
    notes(oak)
    versions = [oak.row().shared_version]
    for minutes, phase in ((9, ""), (2, "late"), (5, "late"), (5, "stopped"), (60, "stopped")):
        clock.shift(timedelta(minutes=minutes))
        notes(oak)
        assert reads(oak) == {"phase": phase, "until": BEGIN + timedelta(minutes=20)}
        versions.append(oak.row().shared_version - versions[0])
    assert versions[1:] == [0, 1, 1, 2, 2]
    assert oak.row().state == "live" and oak.row().moved_version < oak.row().version
    notes(oak, here=True)
    assert oak.room()["leaderless"] == {"phase": "", "until": None}


def test_a_second_drop_is_told_anew(oak: Oak, clock: Any) -> None:
    for _ in range(2):
        notes(oak)
        clock.shift(timedelta(minutes=11))
        before = oak.row().shared_version
        notes(oak)
        assert oak.row().shared_version == before + 1
        notes(oak, here=True)


def test_meanwhile_answers_and_signals_are_taken_and_nothing_advances(oak: Oak, clock: Any) -> None:
    notes(oak)
    clock.shift(timedelta(minutes=30))
    notes(oak)
    stage = oak.row().stage_index
    assert oak.writes(oak.amal, text="A walk.", audience="group_named")["ok"]
    assert oak.signals(oak.amal)
    assert oak.row().stage_index == stage and oak.shown() == []


def test_every_member_gets_the_new_text(oak: Oak, clock: Any, news: list[Any]) -> None:
    notes(oak)
    clock.shift(timedelta(minutes=10))
    news.clear()
    notes(oak)
    (told,) = news
    assert told.shared and not told.moved
    assert told.people == {oak.people[name].id for name in oak.members}


@pytest.mark.parametrize("planned", [None, timedelta(minutes=30), timedelta(minutes=-5)])
def test_a_lobby_waits_for_its_leader_from_the_time_for_which_the_group_was_asked(
    clock: Any, planned_oak: Oak, planned: timedelta | None
) -> None:
    scheduled = planned and BEGIN + planned
    write = update(GroupSession).where(col(GroupSession.id) == planned_oak.id).values(scheduled_at=scheduled)
    planned_oak.database.writer.do(lambda db: db.execute(write) and None)
    planned_oak.opens()
    notes(planned_oak)
    waits = max(BEGIN, scheduled or BEGIN)
    for minutes, phase in ((9, ""), (2, "late"), (10, "stopped")):
        clock.move_to(waits + timedelta(minutes=minutes))
        waits = waits + timedelta(minutes=minutes)
        notes(planned_oak)
        until = max(BEGIN, scheduled or BEGIN) + timedelta(minutes=20)
        assert reads(planned_oak) == {"phase": phase, "until": until}
    notes(planned_oak, here=True)
    assert planned_oak.room()["leaderless"]["phase"] == "" and planned_oak.row().state == "lobby"


@pytest.mark.parametrize("before", ["planned", "ended"])
def test_outside_of_an_open_session_nobody_is_missed(clock: Any, planned_oak: Oak, before: str) -> None:
    if before == "ended":
        planned_oak.opens()
        planned_oak.does(planned_oak.fola, "end")
    assert not due(planned_oak)
    notes(planned_oak)
    assert planned_oak.row().leaderless_since is None


# a session that everybody has left open


def sweeps(oak: Oak) -> list[str]:
    with oak.database.reader() as db:
        found = leaderless.forgotten(db)
    for each in found:
        oak.database.writer.do(leaderless.close, each)
    return found


def planned_end() -> timedelta:
    return timedelta(minutes=70)  # seven stages of ten minutes


@pytest.mark.parametrize("state", ["lobby", "live", "held"])
def test_a_session_still_open_two_hours_after_its_end_closes_by_itself(
    clock: Any, planned_oak: Oak, state: str
) -> None:
    oak = planned_oak
    oak.opens()
    if state != "lobby":
        oak.does(oak.fola, "start")
    if state == "held":
        oak.does(oak.fola, "hold")
    clock.shift(planned_end() + timedelta(hours=2, seconds=-1))
    assert sweeps(oak) == [] and oak.row().state == state
    clock.shift(timedelta(seconds=1))
    assert sweeps(oak) == [oak.id]
    row = oak.row()
    assert (row.state, row.without_close, row.held_at, row.ended_at) == (
        "ended",
        True,
        None,
        datetime.now(UTC),
    )
    assert sweeps(oak) == []
    entry = oak.log()[-1]
    assert (entry.actor_kind, entry.action) == ("server", "close_by_itself")


def test_a_session_that_somebody_still_leads_is_not_closed_over_their_heads(oak: Oak, clock: Any) -> None:
    clock.shift(planned_end() + timedelta(hours=2))
    oak.does(oak.fola, "add_minutes", minutes=1)
    clock.shift(timedelta(minutes=29))
    assert sweeps(oak) == []
    oak.database.writer.do(leaderless.close, oak.id)
    assert oak.row().state == "live", "what was found is looked at again inside the door"
    clock.shift(timedelta(minutes=1))
    assert sweeps(oak) == [oak.id]


def test_what_a_page_confirms_by_itself_keeps_no_session_open(oak: Oak, clock: Any) -> None:
    clock.shift(planned_end() + timedelta(hours=2))
    signal = oak.signals(oak.amal)
    oak.does(oak.fola, "signals_shown", ids=[signal])
    assert oak.log()[-1].action == "signals_shown"
    assert sweeps(oak) == [oak.id]


def test_a_rehearsal_and_a_sandbox_are_closed_by_their_own_rules(oak: Oak, clock: Any) -> None:
    def becomes(db: Any, **values: Any) -> None:
        db.execute(update(GroupSession).where(col(GroupSession.id) == oak.id).values(**values))

    clock.shift(timedelta(days=1))
    oak.database.writer.do(becomes, sandbox=True)
    assert sweeps(oak) == []
    oak.database.writer.do(becomes, sandbox=False, rehearsal_of=oak.id)
    assert sweeps(oak) == []


def test_it_waits_on_today_until_somebody_has_looked(oak: Oak, clock: Any) -> None:
    def waits() -> list[str]:
        with oak.database.reader() as db:
            return [each["id"] for each in overview.today(db, oak.leaders["Sami"])["unclosed"]]

    clock.shift(timedelta(hours=8))
    assert sweeps(oak) == [oak.id] and waits() == [oak.id]
    oak.database.writer.do(leaderless.follow_up, oak.leaders["Fola"], oak.id)
    version = oak.row().version
    assert waits() == []
    oak.database.writer.do(leaderless.follow_up, oak.leaders["Fola"], oak.id)
    assert oak.row().version == version
    with refused("not_found"):
        oak.database.writer.do(leaderless.follow_up, oak.leaders["Fola"], "nowhere")


def test_a_session_that_was_ended_properly_waits_for_nobody(oak: Oak) -> None:
    oak.does(oak.fola, "end")
    with oak.database.reader() as db:
        assert overview.today(db, oak.leaders["Fola"])["unclosed"] == []


def test_a_leader_who_was_there_until_a_restart_counts_for_the_seconds_in_which_lines_come_back(
    oak: Oak,
) -> None:
    began = now()
    soon, later = began + timedelta(seconds=29), began + timedelta(seconds=30)
    assert leaderless.led_until(oak.row(), began, soon)
    assert not leaderless.led_until(oak.row(), began, later)
    with time_machine.travel(began + timedelta(seconds=3), tick=False):
        oak.database.writer.do(leaderless.note, oak.id, False)
    assert leaderless.led_until(oak.row(), began, soon), "noted by the new server: the line is not back yet"
    with time_machine.travel(began + timedelta(minutes=5), tick=False):
        assert not leaderless.led_until(oak.row(), now(), now()), "there was nobody before this restart"
    oak.does(oak.fola, "end")
    assert not leaderless.led_until(oak.row(), began, soon)


def alone(oak: Oak, who: Who, name: str, **payload: Any) -> dict[str, Any]:
    """A command that comes while nobody who leads is connected."""
    command = REGISTRY["participant"][name]
    read = command.payload.model_validate(payload)
    answer: dict[str, Any] = oak.database.writer.do(perform, who, command, read, "", False, of=oak.id)
    return answer


def test_a_yes_while_nobody_leads_shows_nothing_before_a_leader_does(oak: Oak, news: list[Any]) -> None:
    answer = oak.writes(oak.amal, text="Amal wrote this.", audience="facilitators")["id"]
    oak.does(oak.fola, "request_share", id=answer)
    del news[:]
    for _ in range(2):
        alone(oak, oak.amal, "answer_share_request", id=answer, accept=True)
    assert oak.shown() == [] and [each.shared for each in news] == [False]
    told = oak.on_console(answer)
    assert (told["acts"], told["share"], told["audience"]) == ("show", "yes", "group_named")
    oak.does(oak.fola, "show_reflection", id=answer)
    assert oak.shown_ids() == [answer]


@pytest.mark.parametrize("led", [True, False])
def test_what_is_changed_while_it_is_presented_waits_for_a_leader(planned_oak: Oak, led: bool) -> None:
    table = prompt("table", "decision_table", who="worker")
    planned_oak.plans([stage("work", table, prompt("seen", who="others"))])
    planned_oak.starts()
    oak, answer = planned_oak, str(uuid4())
    oak.does(oak.fola, "give_turn", stage_id="work", participant_id=oak.amal.id)
    options = [
        {"text": each, "pros": [], "cons": [], "helper": "", "chosen": False} for each in ("Go", "Stay")
    ]
    given = {"id": answer, "stage_id": "work", "audience": "group_named"}
    for revision, question in ((1, "Move out?"), (2, "Move out now?")):
        words = {"table": {"question": question, "wish": "", "options": options}}
        send = {**given, "revision": revision, "answer": words}
        if led or revision == 1:
            oak.does(oak.amal, "submit_reflection", **send)
        else:
            alone(oak, oak.amal, "submit_reflection", **send)
        if revision == 1:
            oak.does(oak.fola, "show_reflection", id=answer)
    assert oak.shown_ids() == ([answer] if led else [])
