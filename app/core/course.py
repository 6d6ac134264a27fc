"""A member's course: what is kept of it beside answers, and what has changed since the beginning."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core import attendance, goals, signed_words, steps, stored, turns
from app.core.agenda import Stage, agenda_of, alone, counts
from app.core.changes import Change
from app.core.models import GroupSession, Member, Participant, Reflection, SessionState
from app.core.opened import answer_of, waits_for_yes
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal
from app.exercises import TYPES, drawn

MOOD, CIRCLE, TIMELINE = "mood_event_checkin", "closeness_circle", "timeline"
SNAPSHOT = "relationship_snapshot"
Told = list[tuple[Any, dict[str, Any], Any]]  # an answer's row, a prompt of it, and its value
AREAS = ("grief", "dispute", "change", "lonely")
OF_MEMBER = (
    select(
        Reflection.__table__,
        col(GroupSession.agenda).label("agenda"),
        col(GroupSession.number).label("number"),
        col(GroupSession.kind).label("kind"),
    )
    .join(Participant, col(Participant.id) == col(Reflection.participant_id))
    .join(GroupSession, col(GroupSession.id) == col(Reflection.group_session_id))
    .where(
        col(Participant.member_id) == bindparam("member"),
        col(Reflection.withdrawn_at).is_(None),
        col(Reflection.passed).is_(False),
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(Reflection.created_at), col(Reflection.id))
)


# kept beside an answer, in its transaction


def check(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> None:
    """Refuses what is not this person's to rate."""
    goals.check(change, stage, person, answer)


def keep(change: Change, stage: Stage, person: Any, reflection_id: str, answer: Mapping[str, Any]) -> None:
    """Keeps the goals, steps, ratings and outcomes of a member's answer; a revision updates its own rows."""
    if person.member_id is None or not counts(change.before):
        return
    goals.keep(change, stage, person, reflection_id, answer)
    steps.keep(change, stage, person, reflection_id, answer)


def forget(change: Change, reflection_id: str) -> None:
    """Takes back what was kept beside an answer that is withdrawn."""
    goals.forget(change, reflection_id)
    steps.forget(change, reflection_id)


def then_and_now(db: Connection, member_id: str) -> dict[str, Any]:
    """The first mood, goals and circle of a member beside the last, from their own answers; the last is None
    where there was one alone.
    """
    return _then_and_now(_told(db, member_id), goals.then_and_now(db, member_id))


def _then_and_now(told: Told, ends: list[dict[str, Any]]) -> dict[str, Any]:
    moods = _moods(told)
    circles = [
        (None if alone(row) else row.number, drawn(prompt, value) or {})
        for row, prompt, value in told
        if prompt["type"] == CIRCLE and isinstance(value, dict)
    ]
    last = max(moods, default=0)
    weeks = range(min(moods, default=1), last + 1)
    points = [{"number": number, "value": moods.get(number)} for number in weeks]
    return {
        "mood": {
            "first": moods[min(moods)],
            "last": moods[last] if len(moods) > 1 else None,  # one number is no way from one to another
            "points": points,
        }
        if moods
        else None,
        "goals": ends,
        "circle": {
            "first": circles[0][1] if circles else None,
            "last": circles[-1][1] if len(circles) > 1 else None,
            "first_number": circles[0][0] if circles else None,
            "last_number": circles[-1][0] if len(circles) > 1 else None,
        },
    }


def _moods(told: Told) -> dict[int, int]:
    """The moods of the opening rounds, by the number of the session."""
    return {
        row.number: value
        for row, prompt, value in told
        if prompt.get("exercise") == MOOD and prompt["type"] == "scale_0_10" and row.kind == "group"
    }


# what facilitators see and set


def standing(sessions: Iterable[Any], was: Mapping[str, str]) -> list[dict[str, Any]]:
    """How a member was in each session (rows): a status of attendance, ``ahead``, or ``before``: not in the
    group. ``was`` comes from ``attendance.of_sessions``.
    """
    return [
        {
            "number": each.number,
            "there": was.get(each.id) in attendance.THERE,
            "ended": each.state == SessionState.ENDED,
            "status": was.get(each.id) or ("ahead" if each.started_at is None else "before"),
        }
        for each in sessions
    ]


def points(sessions: Iterable[Mapping[str, Any]], moods: Mapping[int, int]) -> list[dict[str, Any]]:
    """A member's moods as a chart takes them: one point for each session in which they were in the group,
    with the reason where there is no number (``missed``, ``silent``: there without one, ``ahead``).
    """
    states = {"present": "silent", "late": "silent", "ahead": "ahead"}
    return [
        {
            "number": each["number"],
            "value": moods.get(each["number"]),
            "state": "" if each["number"] in moods else states.get(each["status"], "missed"),
        }
        for each in sessions
        if each["status"] != "before" or each["number"] in moods
    ]


def focus_of(row: Any) -> dict[str, Any]:
    """The focus of a member's row: areas, the main one first, and the one sentence."""
    if row.focus is None:
        return {"areas": [], "sentence": ""}
    focus: dict[str, Any] = json.loads(open_sealed(Member.focus, row.id, row.focus))
    return focus


def set_focus(db: Connection, group_id: str, member_id: str, areas: list[str], sentence: str) -> None:
    """Sets what a member works on, with them: one main area, two at most, and one sentence."""
    if len(areas) > 2 or len(set(areas)) != len(areas) or not set(areas) <= set(AREAS):
        raise Invalid("One main focus, and one more at most.")
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    value = json.dumps({"areas": areas, "sentence": sentence}, ensure_ascii=False)
    stored.change(db, Member, member_id, focus=seal(Member.focus, member_id, value))


def course_page(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """Everything on a member's course; NotFound if they are not of this group."""
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    sessions = stored.find_all(db, GroupSession, ("number",), group_id=group_id, kind="group")
    sessions = [each for each in sessions if counts(each)]
    numbers = {each.id: each.number for each in sessions}
    sat = standing(sessions, attendance.of_sessions(db, sessions, [row])[member_id])
    wanted = goals.goals_of(db, member_id)
    told = _told(db, member_id)
    return {
        "member": {
            "id": row.id,
            "alias": open_sealed(Member.alias, row.id, row.alias),
            "guardian": row.guardian_consented_at is not None,
            "assent": row.assented_at is not None,
        },
        "focus": focus_of(row),
        "attendance": sat,
        "mood": points(sat, _moods(told)),
        "then": _then_and_now(told, goals.ends_of(wanted)),
        "goals": wanted,
        "steps": [each | {"number": numbers.get(each["session"])} for each in steps.steps_of(db, member_id)],
        "events": _events(told),
        "inventory": _inventory(
            told, signed_words.hidden(db, *{each.group_session_id for each, _, _ in told})
        ),
        "timeline": _timeline(told),
        "silent": member_id in attendance.silent(db, group_id),
        "turns": turns.turn_tracker(db, group_id).get(member_id, turns.NO_TIME),
    }


def _events(told: Told) -> list[dict[str, Any]]:
    """What happened with people, week by week, as the member told it in the opening rounds."""
    return [
        {"number": row.number, "text": TYPES["short_texts"].as_text(value, prompt)}
        for row, prompt, value in told
        if prompt.get("exercise") == MOOD and prompt["type"] == "short_texts" and row.kind == "group"
    ]


def _inventory(told: Told, whose: set[str]) -> list[dict[str, Any]]:
    """What the member said of their people: the questions beside the circle, and single relationships looked
    at closely. One entry for an answer, oldest first; ``number`` is None for a one-to-one meeting, ``hidden``
    says that words of it stand in a signed note (``whose`` is from ``signed_words.hidden``).
    """
    entries: dict[str, dict[str, Any]] = {}
    for row, prompt, value in told:
        if prompt.get("exercise") not in (CIRCLE, SNAPSHOT) or prompt["type"] == CIRCLE:
            continue
        number = None if alone(row) else row.number
        entry = entries.setdefault(row.id, {"number": number, "parts": [], "hidden": False})
        if row.participant_id in whose and not signed_words.stays(prompt):
            entry["hidden"] = True
            continue
        part = {"prompt": prompt["text"], "text": TYPES[prompt["type"]].as_text(value, prompt)}
        entry["parts"].append(part)
    return list(entries.values())


def _timeline(told: Told) -> dict[str, Any] | None:
    """The timeline that the member drew last, as a drawing and in words; None before the first."""
    found = [
        {"drawn": drawn(prompt, value), "text": TYPES[TIMELINE].as_text(value, prompt)}
        for _, prompt, value in told
        if prompt["type"] == TIMELINE
    ]
    return found[-1] if found else None


def _told(db: Connection, member_id: str) -> Told:
    """Everything the member answered, in the order of time: the answer's row, the prompt and the value. What
    a facilitator wrote for them is among it once they said yes to it.
    """
    rows = db.execute(OF_MEMBER, {"member": member_id}).all()
    return [(row, prompt, value) for row in rows if not waits_for_yes(row) for prompt, value in _values(row)]


def _values(row: Any) -> list[tuple[dict[str, Any], Any]]:
    """The prompts that an answer's row holds a value for."""
    stages = agenda_of(_AgendaRow(row.group_session_id, row.agenda))
    prompts: list[dict[str, Any]] = next(
        (stage["prompts"] for stage in stages if stage["id"] == row.stage_id), []
    )
    answer = answer_of(row)
    return [(prompt, answer[prompt["key"]]) for prompt in prompts if prompt["key"] in answer]


class _AgendaRow:
    """As much of a session's row as ``agenda_of`` needs."""

    def __init__(self, row_id: str, agenda: Any):
        self.id, self.agenda = row_id, agenda
