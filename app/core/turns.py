"""Whose turn it is: the member who works in a stage, and what the others are asked meanwhile."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core import attendance, shelf, stored
from app.core.agenda import Stage, agenda_of, alone, counts, find_stage
from app.core.changes import Change, at
from app.core.course_models import Turn
from app.core.models import (
    Facilitator,
    GroupSession,
    LogEntry,
    Member,
    Participant,
    SessionState,
    StageVisit,
    Standing,
    new_id,
)
from app.core.refusals import Invalid, NotFound, Stale
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed
from app.library.fits import fit
from app.library.items import Exercise

Prompts = Sequence[Mapping[str, Any]]

NEWEST_FIRST = (
    select(col(Turn.participant_id))
    .where(col(Turn.group_session_id) == bindparam("session"), col(Turn.stage_id) == bindparam("stage"))
    .order_by(col(Turn.given_at).desc(), col(Turn.id))
)
NOT_YOURS = "This question is for somebody else now. Your words stay on this page."


def give_turn(change: Change, command: Any) -> dict[str, Any]:
    """From now on this person works in the stage; the others listen, or answer what is meant for them.
    ``after`` is who had the turn on the page where it was decided, "" for nobody: where another leader has
    given it meanwhile it stays.
    """
    find_stage(agenda_of(change.before), command.stage_id)
    person = stored.find(change.db, Participant, id=command.participant_id, group_session_id=change.before.id)
    if person is None or person.standing != Standing.ADMITTED:
        raise NotFound()
    has_it = [*turns_of(change.db, change.before.id, command.stage_id), ""][0]
    if has_it == person.id:
        return at(change)
    if command.after not in (None, has_it):
        raise Stale(version=change.before.version, **_who_gave(change))
    inside = stored.find_all(
        change.db, Participant, group_session_id=change.before.id, standing=Standing.ADMITTED
    )
    stored.add(
        change.db,
        Turn,
        id=new_id(),
        group_session_id=change.before.id,
        stage_id=command.stage_id,
        participant_id=person.id,
        given_at=change.at,
    )
    # every form may hold other questions now
    change.wrote(person.id, shared=True, people=[each.id for each in inside])
    return at(change)


def _who_gave(change: Change) -> dict[str, str]:
    """Which facilitator gave the turn last, and when."""
    query = (
        select(col(LogEntry.at), col(Facilitator.id), col(Facilitator.name))
        .join(Facilitator, col(Facilitator.id) == col(LogEntry.actor_id))
        .where(col(LogEntry.group_session_id) == change.before.id, col(LogEntry.action) == "give_turn")
        .order_by(col(LogEntry.version).desc())
    )
    last = change.db.execute(query.limit(1)).one_or_none()
    if last is None:
        return {}
    return {"by": open_sealed(Facilitator.name, last.id, last.name), "at": last.at.isoformat()}


def turns_of(db: Connection, group_session_id: str, stage_id: str) -> list[str]:
    """The participants who had the turn in a stage, the one who has it first; empty before anybody got it."""
    return list(db.execute(NEWEST_FIRST, {"session": group_session_id, "stage": stage_id}).scalars())


def turn(db: Connection, turns: list[str]) -> dict[str, str] | None:
    """Whose turn it is, as everybody in the room may know: id and alias."""
    person = stored.find(db, Participant, id=turns[0]) if turns else None
    if person is None:
        return None
    return {"id": person.id, "alias": open_sealed(Participant.alias, person.id, person.alias)}


def takes_turns(stage: Stage) -> bool:
    """Whether somebody works in this stage while the others do something else."""
    return bool(stage["pool"]) or any(prompt.get("who", "all") != "all" for prompt in stage["prompts"])


def asked_of(prompts: Prompts, turns: Sequence[str], participant_id: str, alone: bool) -> list[Any]:
    """The prompts that one person is asked: all of them share some, the worker and the others have their own.

    In a one-to-one meeting (``alone``) the one person works. Before anybody has the turn, only what is for
    all is asked. Who had the turn before keeps their questions, so that no answer loses a part.
    """
    mine = {"all"}
    if alone or participant_id in turns:
        mine.add("worker")
    if set(turns) - {participant_id}:
        mine.add("others")
    return [prompt for prompt in prompts if prompt.get("who", "all") in mine]


def on_form(stage: Stage, turns: Sequence[str], participant_id: str, alone: bool) -> list[Any]:
    """The prompts of one person's form: as ``asked_of``, except that in a stage of cards nobody has both the
    worker's questions, which take one answer, and those of the others on one form.
    """
    if not stage["repeat"]:
        return asked_of(stage["prompts"], turns, participant_id, alone)
    mine = "worker" if alone or turns[:1] == [participant_id] else "others" if turns else ""
    return [prompt for prompt in stage["prompts"] if prompt.get("who", "all") in ("all", mine)]


def writes_cards(stage: Stage, turns: Sequence[str], participant_id: str, alone: bool) -> bool:
    """Whether this person sends one card after the other, and not one answer that they change."""
    asked = on_form(stage, turns, participant_id, alone)
    return bool(stage["repeat"]) and all(prompt.get("who") != "worker" for prompt in asked)


def is_the_workers(stage: Stage, answer: Mapping[str, Any]) -> bool:
    """Whether an answer holds words to a question that is for whoever has the turn: whoever reads them knows
    whose they are, with a name or without.
    """
    return any(prompt.get("who") == "worker" and prompt["key"] in answer for prompt in stage["prompts"])


def place_of(stage: Stage, turns: Sequence[str], participant_id: str, alone: bool) -> str:
    """What a person reads about turns: "mine", "theirs", "open" (nobody has it yet), or "" where there are
    none.
    """
    if alone or not (turns or takes_turns(stage)):
        return ""
    if not turns:
        return "open"
    return "mine" if turns[0] == participant_id else "theirs"


def chooser(db: Connection, row: Any, stage: Stage, inside: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a facilitator chooses in a stage in which somebody works: the person, and the exercise for them.

    ``inside`` are the people of the roster. ``pool`` is what fits the phase of the stage and the areas of
    whoever has the turn, the best first, without a turn or a focus the phase alone; ``rest`` is what else the
    stage offers, in its order. In a meeting one to one the one who is there works.
    """
    taken = turns_of(db, row.id, stage["id"])
    focus = _areas(db, [each["id"] for each in inside])
    workers = taken[:1] or ([each["id"] for each in inside[:1]] if alone(row) else [])
    areas = focus.get(workers[0], []) if workers else []
    tracker = turn_tracker(db, row.group_id) if takes_turns(stage) else {}
    pool = [
        {
            "id": exercise.id,
            "title": exercise.title,
            "name": exercise.name,
            "minutes": exercise.minutes,
            "fit": (fit(exercise, areas) if areas else 1) if in_phase(exercise, stage) else 0,
            "in_phase": in_phase(exercise, stage),
        }
        for exercise in shelf.exercises(db, stage["pool"])
        if stage["exercises"] != [exercise.id]
    ]
    return {
        "takes": takes_turns(stage),
        "turn": turn(db, taken),
        "areas": areas,
        "people": [
            {"id": each["id"], "alias": each["alias"], "wants": each["wants"], "heard": each["heard"]}
            | {"areas": focus.get(each["id"], []), "had": each["id"] in taken}
            | {name: tracker.get(each["member_id"], NO_TIME)[name] for name in ("without", "how")}
            for each in inside
        ],
        "chosen": stage["exercises"][0] if stage["pool"] and stage["exercises"] else None,
        "pool": sorted((each for each in pool if each["fit"]), key=lambda each: -each["fit"]),
        "rest": [each for each in pool if not each["fit"]],
    }


def in_phase(exercise: Exercise, stage: Stage) -> bool:
    """Whether an exercise is for the phase in which a stage was planned; every one is where it has none."""
    phase = stage.get("phase")
    return not phase or phase in exercise.phases


def _areas(db: Connection, participant_ids: Sequence[str]) -> dict[str, list[str]]:
    """The areas of those who have a focus, by participant; the main one first."""
    rows: list[Any] = list(
        db.execute(
            select(col(Participant.id), col(Member.id).label("member"), col(Member.focus))
            .join(Member, col(Member.id) == col(Participant.member_id))
            .where(col(Participant.id).in_(participant_ids), col(Member.focus).is_not(None))
        ).all()
    )
    return {each.id: json.loads(open_sealed(Member.focus, each.member, each.focus))["areas"] for each in rows}


def may_answer(change: Change, stage: Stage, answer: Mapping[str, Any], participant_id: str) -> None:
    """Refuses an answer to questions that are for others, once somebody has the turn."""
    if all(prompt.get("who", "all") == "all" for prompt in stage["prompts"]):
        return
    one_to_one = alone(change.before)
    turns = turns_of(change.db, change.before.id, stage["id"])
    if not turns and not one_to_one:
        return
    asked = {prompt["key"] for prompt in asked_of(stage["prompts"], turns, participant_id, one_to_one)}
    if not answer.keys() <= asked:
        raise Invalid(NOT_YOURS)


# who has had time of their own lately

# ``sessions`` (numbers) with the turn, and ``heard`` (numbers) where nobody had it; how many ``words`` with a
# facilitator; ``how`` the last of them was (turn, heard, word or ""); sessions ``without`` any since
NO_TIME: dict[str, Any] = {
    "sessions": [],
    "heard": [],
    "words": 0,
    "how": "",
    "without": 0,
    "due": False,
}


def turn_tracker(db: Connection, group_id: str) -> dict[str, dict[str, Any]]:
    """By member (see NO_TIME): when they had time of their own, how many sessions went by since, and whether
    it is their turn.

    Nobody goes two sessions in a row without work time or a word with a facilitator: a meeting one to one, or
    a follow-up. Whoever was only marked as heard had neither, except in a session in which nobody was given
    the turn: there a facilitator does not use turns, and it is the best that is known. Only sessions in which
    somebody could work, and to which they came, count.
    """
    held = [
        each for each in stored.find_all(db, GroupSession, ("number",), group_id=group_id) if counts(each)
    ]
    rows = {each.id: each for each in held if each.state != SessionState.PLANNED}
    worked = _worked(db, rows.values())
    places, given = _places(db, list(rows)), _given(db, list(rows))
    by_turns = {each.group_session_id for own in given.values() for each in own}
    without_turns = {each.id for each in held if each.ended_at and each.id not in by_turns}
    meetings = {key for key, each in rows.items() if alone(each) and each.started_at}
    tracker, came = {}, attendance.came(db, worked | meetings)
    members = stored.find_all(db, Member, ("created_at",), group_id=group_id, left_at=None)
    written = _follow_ups(db, [each.id for each in members])
    for member in members:
        there = came.get(member.id, set())
        words = [*written.get(member.id, []), *(rows[each].started_at for each in there & meetings)]
        times = [(each, "word", 0) for each in words]
        for place in places.get(member.id, []):
            session = rows[place.group_session_id]
            times += _times(place, session, given.get(place.id, []), session.id in without_turns)
        last, how, _ = max(times, key=lambda each: each[0], default=(None, "", 0))
        without = sum(last is None or last < rows[each].started_at for each in there)
        tracker[member.id] = {
            "sessions": sorted({number for _, kind, number in times if kind == "turn" and number}),
            "heard": sorted({number for _, kind, number in times if kind == "heard" and number}),
            "words": sum(kind == "word" for _, kind, _ in times),
            "how": how,
            "without": without,
            "due": without >= 1,
        }
    return tracker


def _times(place: Any, session: Any, given: list[Any], without_turns: bool) -> list[tuple[Any, str, int]]:
    """What somebody had in a session of the group, from their place in it: when, how, and its number."""
    if alone(session):
        return []
    times = [(each.given_at, "turn", session.number) for each in given]
    heard = [(place.heard_at, "heard", session.number)] if without_turns and place.heard_at else []
    return times + heard


def _follow_ups(db: Connection, member_ids: list[str]) -> dict[str, list[Any]]:
    """By member: when somebody wrote down that they had seen to them."""
    found: dict[str, list[Any]] = {}
    for each in db.execute(
        select(col(FollowUp.member_id), col(FollowUp.written_at)).where(
            col(FollowUp.member_id).in_(member_ids)
        )
    ).all():
        found.setdefault(each.member_id, []).append(each.written_at)
    return found


def _worked(db: Connection, rows: Iterable[Any]) -> set[str]:
    """The group's sessions that are over and came to a stage in which somebody works."""
    ended = [each for each in rows if each.ended_at and each.started_at and not alone(each)]
    visits: dict[str, set[str]] = {}
    for each in _of_sessions(db, StageVisit, [each.id for each in ended]):
        visits.setdefault(each.group_session_id, set()).add(each.stage_id)
    return {
        each.id
        for each in ended
        if any(takes_turns(stage) and stage["id"] in visits.get(each.id, ()) for stage in agenda_of(each))
    }


def _places(db: Connection, sessions: list[str]) -> dict[str, list[Any]]:
    """By member: where they came in."""
    places: dict[str, list[Any]] = {}
    for each in _of_sessions(db, Participant, sessions):
        if each.member_id is not None and each.admitted_at is not None:
            places.setdefault(each.member_id, []).append(each)
    return places


def _given(db: Connection, sessions: list[str]) -> dict[str, list[Any]]:
    given: dict[str, list[Any]] = {}
    for each in _of_sessions(db, Turn, sessions):
        given.setdefault(each.participant_id, []).append(each)
    return given


def _of_sessions(db: Connection, model: Any, sessions: list[str]) -> list[Any]:
    table = model.__table__
    return list(db.execute(select(table).where(table.c.group_session_id.in_(sessions))).all())
