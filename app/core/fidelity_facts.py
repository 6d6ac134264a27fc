"""What sessions recorded of how they kept to the method, as counts: from it the checklist is pre-ticked.

A fixed number of queries, however many sessions, people and answers there are. Of an answer it counts which
questions have one, and what came first, the mood or what happened; nothing else of it is kept or told.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, instruments, roles, shelf, stored, tags
from app.core.agenda import Stage, agenda_of
from app.core.alerts import OPEN
from app.core.course import focus_of
from app.core.course_models import FeedbackLine, MeasureResponse, Pair, PairMember, Step, Turn
from app.core.models import (
    URGENT,
    Group,
    Member,
    Participant,
    Signal,
    StageVisit,
)
from app.core.safety_models import Attendance, FollowUp, QuietQuestion
from app.core.summary_answers import LEAVING, MOOD, PULSE, STEP, answers_in, values
from app.library.fits import AREAS, TECHNIQUE_OF

FEELINGS = ("name_the_feeling", "feelings_scale_down", "ending_feelings")
ASKED = (MOOD, LEAVING, PULSE, STEP, *FEELINGS)  # whose answers are counted


@dataclass
class Facts:
    """What one session recorded. ``there`` are the people who were in it, as ids of participants, and of
    members who came without a place of their own; every other set is part of it.
    """

    row: Any
    of: int | None = None  # how many sessions the group has
    leaders: int = 1
    there: set[str] = field(default_factory=set)
    screens: int = 0  # people who had a screen of their own
    planned: int = 0  # minutes
    in_plan: set[str] = field(default_factory=set)  # exercises that the plan named
    been: set[str] = field(default_factory=set)  # exercises in whose stages the group was
    answered: dict[str, set[str]] = field(default_factory=dict)  # exercise → people
    linked: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    marked: bool = False  # whether hearing was marked at all
    spoke: set[str] = field(default_factory=set)  # heard, a turn, or words for the group
    asked: set[str] = field(default_factory=set)  # privately, by a facilitator
    helped: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)
    techniques: int = 0
    areas: set[str] = field(default_factory=set)  # that came up
    focus: set[str] = field(default_factory=set)  # of those who were there
    calls: int = 0
    unmet: int = 0
    forms: set[str] = field(default_factory=set)  # people who answered a form that asks about risk
    forms_asked: bool = False


def of_sessions(db: Connection, rows: Sequence[Any]) -> list[Facts]:
    """The facts of these sessions, all of one group, in their order."""
    found = {row.id: Facts(row) for row in rows}
    if not rows:
        return []
    ids = list(found)
    seats = _people(db, rows, found)
    _about_the_group(db, rows[0].group_id, found)
    _stages(db, ids, found)
    _answers(db, rows, found)
    _hearing(db, ids, found, seats)
    _helping(db, ids, found, seats)
    _areas(db, ids, found)
    _risk(db, ids, found)
    for each in found.values():
        _only_who_was_there(each)
    return list(found.values())


def _in(db: Connection, model: Any, ids: Iterable[str]) -> list[Any]:
    return list(db.execute(select(model.__table__).where(model.group_session_id.in_(list(ids)))).all())


def _people(db: Connection, rows: Sequence[Any], found: dict[str, Facts]) -> dict[tuple[str, str], str]:
    """Who was there; gives the person in each session by member."""
    seats, members = {}, {each.id: each for each in stored.find_all(db, Member, group_id=rows[0].group_id)}
    here: dict[str, set[str]] = defaultdict(set)
    inside = attendance.INSIDE.where(col(Participant.group_session_id).in_(list(found)))
    for each in db.execute(inside).all():
        facts = found[each.group_session_id]
        facts.there.add(each.id)
        facts.screens += not each.without_phone
        facts.marked |= each.heard_at is not None
        facts.heard |= {each.id} if each.heard_at is not None else set()
        if each.member_id:
            seats[each.group_session_id, each.member_id] = each.id
            here[each.group_session_id].add(each.member_id)
    for each in _in(db, Attendance, found):
        facts, place = found[each.group_session_id], (each.group_session_id, each.member_id)
        if each.status in attendance.THERE:
            facts.there.add(seats.setdefault(place, each.member_id))
            here[each.group_session_id].add(each.member_id)
        else:
            facts.there.discard(seats.get(place, ""))
            here[each.group_session_id].discard(each.member_id)
    for session, own in here.items():
        found[session].focus = {area for key in own for area in focus_of(members[key])["areas"]}
    return seats


def _about_the_group(db: Connection, group_id: str, found: dict[str, Facts]) -> None:
    group = stored.find(db, Group, id=group_id)
    programme = shelf.programme(db, group.programme_id) if group else None
    leading = roles.how_many_lead(db, group_id)
    for each in found.values():
        each.leaders = leading
        each.of = (group.sessions if group else None) or (programme.group_sessions if programme else None)


def _stages(db: Connection, ids: list[str], found: dict[str, Facts]) -> None:
    been: dict[str, set[str]] = defaultdict(set)
    for each in _in(db, StageVisit, ids):
        been[each.group_session_id].add(each.stage_id)
    for key, facts in found.items():
        stages = agenda_of(facts.row)
        facts.planned = sum(_meant(stage) for stage in stages if not stage.get("added"))
        facts.in_plan = {name for stage in stages for name in _exercises(stage)}
        facts.been = {name for stage in stages if stage["id"] in been[key] for name in _exercises(stage)}


def _meant(stage: Stage) -> int:
    return int(stage["planned"] if "planned" in stage else stage["minutes"])


def _exercises(stage: Stage) -> set[str]:
    """Those a stage names, and those its prompts are kept as: an own copy counts as what it copies."""
    return {*stage["exercises"], *(each.get("exercise", "") for each in stage["prompts"])} - {""}


def _answers(db: Connection, rows: Sequence[Any], found: dict[str, Facts]) -> None:
    stages = {
        (row.id, stage["id"]): stage["prompts"]
        for row in rows
        for stage in agenda_of(row)
        if any(each.get("exercise") in ASKED for each in stage["prompts"])
    }
    by_session: dict[str, list[Any]] = defaultdict(list)
    for each in answers_in(db, stages):
        by_session[each["group_session_id"]].append(each)
    for key, answers in by_session.items():
        facts = found[key]
        for answer in answers:
            for part in answer["parts"]:
                if part["exercise"] != MOOD or part["type"] == "scale_0_10":
                    facts.answered.setdefault(part["exercise"], set()).add(answer["participant_id"])
        for answer, value in values(answers, MOOD, "link"):
            if value in _links(stages[key, answer["stage_id"]]):
                facts.linked.add(answer["participant_id"])


def _links(prompts: list[dict[str, Any]]) -> set[str]:
    """The choices that say what came first; the last one is "hard to say", in any language."""
    own = [each for each in prompts if each.get("exercise") == MOOD and each["type"] == "single_choice"]
    return {option for each in own for option in each["options"][:-1]}


def _hearing(
    db: Connection, ids: list[str], found: dict[str, Facts], seats: dict[tuple[str, str], str]
) -> None:
    for each in _in(db, Turn, ids):
        found[each.group_session_id].heard.add(each.participant_id)
    spoke = attendance.spoke(db, ids)
    for facts in found.values():
        facts.spoke = facts.heard | (spoke & facts.there)
    for each in _in(db, QuietQuestion, ids):
        found[each.group_session_id].asked.add(each.participant_id)
    for each in _in(db, Step, ids):
        person = seats.get((each.group_session_id, each.member_id))
        found[each.group_session_id].steps |= {person} if person else set()


def _helping(
    db: Connection, ids: list[str], found: dict[str, Facts], seats: dict[tuple[str, str], str]
) -> None:
    """Who wrote a line to another, or practised with one."""
    for each in _in(db, FeedbackLine, ids):
        if each.participant_id is not None:
            found[each.group_session_id].helped.add(each.participant_id)
    pairs = db.execute(
        select(col(PairMember.participant_id), col(Pair.group_session_id))
        .join(Pair, col(Pair.id) == col(PairMember.pair_id))
        .where(col(Pair.group_session_id).in_(ids))
    )
    for each in pairs.all():
        found[each.group_session_id].helped.add(each.participant_id)


def _areas(db: Connection, ids: list[str], found: dict[str, Facts]) -> None:
    """Areas that came up: tagged so that it points at nobody, or those that a working exercise was made for.
    An exercise for all four says nothing of an area; one for fewer, or one of a known technique, is a
    technique.
    """
    names = sorted({name for facts in found.values() for name in facts.been})
    known = {each.id: each for each in shelf.exercises(db, names)}
    tagged = tags.areas_of(db, ids)
    for key, facts in found.items():
        work = [known[name] for name in facts.been if name in known]
        telling = [each for each in work if 0 < len(each.areas) < len(AREAS)]
        facts.areas = {area for each in telling if len(each.areas) == 1 for area in each.areas}
        facts.areas |= tagged.get(key, set())
        facts.techniques = len({each.id for each in work if each.id in TECHNIQUE_OF or each in telling})


def _risk(db: Connection, ids: list[str], found: dict[str, Facts]) -> None:
    """Urgent calls and whether each was met; and forms with an item that never waits."""
    calls = [each for each in _in(db, Signal, ids) if each.kind in URGENT and each.lowered_at is None]
    written = set(
        db.execute(
            select(col(FollowUp.signal_id)).where(col(FollowUp.signal_id).in_([each.id for each in calls]))
        ).scalars()
    )
    for each in calls:
        facts = found[each.group_session_id]
        facts.calls += 1
        facts.unmet += each.status in OPEN and each.id not in written
    asking = {key for key, each in instruments.known(db).items() if getattr(each, "alert_items", ())}
    for facts in found.values():
        facts.forms_asked = any(set(stage.get("measures", ())) & asking for stage in agenda_of(facts.row))
    for each in _in(db, MeasureResponse, ids):
        if each.measure_id in asking and each.participant_id:
            found[each.group_session_id].forms.add(each.participant_id)


def _only_who_was_there(facts: Facts) -> None:
    for name in ("linked", "heard", "spoke", "asked", "helped", "steps", "forms"):
        setattr(facts, name, getattr(facts, name) & facts.there)
    facts.answered = {name: own & facts.there for name, own in facts.answered.items()}
