"""A whole programme of twelve sessions with six simulated members, meetings included, up to the goodbye."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import goals, groups
from app.core.course_models import FeedbackLine
from app.core.models import GroupSession, now
from app.db import Database
from app.library import load
from app.library.agendas import agenda_of as programme_agenda
from app.library.agendas import meeting_agenda
from tests.core.programme import Course, Diary

PROGRAMME, SESSIONS = "online_short_75", 12
MISSES = {2: 4, 5: 7, 3: SESSIONS}  # the place of a member, and the session that they miss


@pytest.fixture
def whole(ring: None, sqlite_url: str) -> Any:
    database = Database(sqlite_url)
    yield Course(database, PROGRAMME, misses=MISSES)
    database.close()


def test_a_programme_of_twelve_sessions_ends_with_then_and_now_for_each_member(whole: Course) -> None:
    programme = load().programmes[PROGRAMME]
    begin = now().replace(hour=18, minute=0, second=0, microsecond=0)
    meetings = {each.kind: each for each in programme.meetings}

    def meets(kind: str, week: float) -> None:
        for alias in whole.aliases:
            with time_machine.travel(begin + timedelta(weeks=week), tick=True):
                number = 0 if kind == "pre" else programme.group_sessions
                whole.plays(number, meeting_agenda(PROGRAMME, meetings[kind].id), meetings[kind].id, alias)

    meets("pre", -1)
    for number in range(1, programme.group_sessions + 1):
        with time_machine.travel(begin + timedelta(weeks=number), tick=True):
            whole.plays(number, programme_agenda(PROGRAMME, number))
        if number == meetings["mid"].after_session:
            one_goal_is_met(whole, whole.aliases[0])
            meets("mid", number + 0.5)
    what_waits_is_for_the_absent_alone(whole)
    meets("after", programme.group_sessions + 1)
    meets("follow_up", programme.group_sessions + 8)

    for place, alias in enumerate(whole.aliases):
        page, diary = whole.seen(alias), whole.diaries[alias]
        attended = [each["number"] for each in page["attendance"] if each["there"]]
        assert attended == [number for number in range(1, SESSIONS + 1) if number != MISSES.get(place)]
        then_and_now_are_as_given(page, diary, attended)
        measures_are_as_given(whole, alias)
        assert len(page["turns"]["sessions"]) >= 2
        assert sum(len(each["parts"]) for each in page["inventory"]) == diary.of_people > 0
    the_group_saw_what_was_for_it(whole)
    with whole.database.reader() as db:
        table = GroupSession.__table__
        ended = db.execute(select(table).where(table.c.state == "ended")).all()
        assert len(ended) == SESSIONS + 4 * len(whole.aliases)
        lines = db.execute(select(FeedbackLine.__table__)).all()
        assert lines and all(each.delivered_at is not None for each in lines)


def one_goal_is_met(whole: Course, alias: str) -> None:
    """From here on it is not asked about; what was rated stays."""
    goal = whole.seen(alias)["goals"][0]
    whole.database.writer.do(goals.set_status, whole.group_id, whole.members[alias], goal["id"], "met")


def then_and_now_are_as_given(page: dict[str, Any], diary: Diary, attended: list[int]) -> None:
    then = page["then"]
    first, last = min(diary.moods), max(diary.moods)
    assert (then["mood"]["first"], then["mood"]["last"]) == (diary.moods[first], diary.moods[last])
    line = {each["number"]: each["value"] for each in then["mood"]["points"]}
    assert line == {number: diary.moods.get(number) for number in range(first, last + 1)}
    assert len(diary.moods) == len(attended)
    rings = [
        [(each["label"], each["ring"]) for each in then["circle"][name]["people"]]
        for name in ("first", "last")
    ]
    assert rings == [diary.circles[0], diary.circles[-1]] and len(diary.circles) > 1
    assert then["circle"]["first_number"] is None and then["circle"]["last_number"] is not None
    ends = {
        text: (ratings[0], ratings[-1] if len(ratings) > 1 else None) for text, ratings in diary.goals.items()
    }
    assert {each["text"]: (each["first"], each["last"]) for each in then["goals"]} == ends
    assert any(last is not None and last > first for first, last in ends.values())
    told = [(each["text"], each["outcome"]) for each in reversed(page["steps"])]
    assert told == [(words, outcome) for words, outcome, _ in diary.steps] and any(how for _, how in told)


def measures_are_as_given(whole: Course, alias: str) -> None:
    told, given = whole.measured(alias), whole.diaries[alias].measures
    assert {name: (each["first"], each["last"]) for name, each in told.items()} == {
        name: (totals[0], totals[-1]) for name, totals in given.items()
    }
    way = "worse" if alias == whole.aliases[-1] else "improved"
    assert {"phq9", "gad7"} <= told.keys() and all(way in told[name]["change"] for name in ("phq9", "gad7"))


def what_waits_is_for_the_absent_alone(whole: Course) -> None:
    """After the last session: lines of the goodbye for whoever missed it; they are given after the group."""
    absent = whole.aliases[3]
    with whole.database.reader() as db:
        waits = {alias: whole.waiting_for(db, alias) for alias in whole.aliases}
    assert [alias for alias, lines in waits.items() if lines] == [absent]
    own = [each["text"] for each in waits[absent] if not each["to_all"]]
    assert own and any(each["to_all"] for each in waits[absent])
    assert not set(own) & set(whole.received[absent])


def the_group_saw_what_was_for_it(whole: Course) -> None:
    """Of one member by name, of one without, of the others nothing; and each of them received their lines."""
    names = {each["alias"] for each in whole.shown}
    assert names == {whole.aliases[0], None}
    with whole.database.reader() as db:
        assert [each for each in whole.waiting_for(db, whole.aliases[3]) if not each["to_all"]] == []
    for alias in whole.aliases:
        assert any("noticed you" in text for text in whole.received[alias]), alias
        assert not any(text.startswith(f"{alias} ") for text in whole.received[alias])


@pytest.mark.parametrize("programme", sorted(load().programmes))
def test_every_programme_runs_from_its_first_meeting_to_its_last(
    ring: None, sqlite_url: str, programme: str
) -> None:
    database = Database(sqlite_url)
    try:
        whole = Course(database, programme, people=2)
        for member_id in whole.members.values():
            for who in ("guardian", "young_person"):
                database.writer.do(groups.member_consents, whole.group_id, member_id, who, True)
        of = load().programmes[programme]
        first, *rest = of.meetings
        for alias in whole.aliases:
            whole.plays(0, meeting_agenda(programme, first.id), first.id, alias)
        for number in range(1, of.group_sessions + 1):
            whole.plays(number, programme_agenda(programme, number))
        for meeting in rest:
            whole.plays(
                of.group_sessions, meeting_agenda(programme, meeting.id), meeting.id, whole.aliases[0]
            )
        for alias in whole.aliases:
            then = whole.seen(alias)["then"]
            assert then["mood"]["first"] is not None and then["mood"]["last"] is not None, alias
    finally:
        database.close()
