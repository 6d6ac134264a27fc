"""What a session came to: who was there, what was done, what people wrote; for a page and for export.

Withdrawn answers are not in it. Averages over the group appear from five answers on.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.agenda import agenda_of
from app.core.models import (
    SMALL,
    Facilitator,
    GroupSession,
    Participant,
    Reflection,
    SessionState,
    Signal,
    StageVisit,
    Standing,
    now,
)
from app.core.overview import facilitators_of, minutes_of, plan_page
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from app.exercises import drawn, texts_of

MOOD, WORD, LEAVING, STEP = "mood_event_checkin", "one_word_checkin", "leaving_check", "step_plan"


def summary_of(db: Connection, group_session_id: str) -> dict[str, Any]:
    """The whole summary of one session; a rehearsal has none."""
    page = plan_page(db, group_session_id)
    row = _row(db, group_session_id)
    if row.rehearsal_of is not None:
        raise NotFound()
    stages, people = page["stages"], _people(db, group_session_id)
    answers = _answers(db, group_session_id, stages, {person["id"]: person["alias"] for person in people})
    visits = _visits(db, group_session_id)
    moods = {each["participant_id"]: value for each, value in _values(answers, MOOD, "mood")}
    before = _last_moods(db, row)
    _about_people(people, answers, moods, before)
    told = [_stage(stage, answers, visits.get(stage["id"], [])) for stage in stages]
    session = page["session"]
    return {
        "group": page["group"],
        "session": session
        | {"planned": minutes_of(stages), "actual": _minutes(row.started_at, row.ended_at)},
        "facilitators": facilitators_of(db, row.group_id),
        "people": people,
        "mood": _mood(people),
        "leaving": _leaving(answers),
        "pulse": _pulse(stages, answers),
        "stages": told,
        "signals": _signals(db, group_session_id, {person["id"]: person["alias"] for person in people}),
    }


def _row(db: Connection, group_session_id: str) -> Any:
    return db.execute(select(GroupSession.__table__).where(col(GroupSession.id) == group_session_id)).one()


def _people(db: Connection, group_session_id: str) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Participant.__table__)
        .where(
            col(Participant.group_session_id) == group_session_id, col(Participant.admitted_at).is_not(None)
        )
        .order_by(col(Participant.admitted_at))
    ).all()
    return [
        {
            "id": row.id,
            "member_id": row.member_id,
            "alias": open_sealed(Participant.alias, row.id, row.alias),
            "came_at": row.admitted_at,
            "left_at": row.left_at,
            "removed": row.standing == Standing.REMOVED,
            "heard": row.heard_at is not None,
        }
        for row in rows
    ]


def _answers(
    db: Connection, group_session_id: str, stages: list[dict[str, Any]], aliases: dict[str, str]
) -> list[dict[str, Any]]:
    prompts = {stage["id"]: stage["prompts"] for stage in stages}
    rows = db.execute(
        select(Reflection.__table__)
        .where(col(Reflection.group_session_id) == group_session_id, col(Reflection.withdrawn_at).is_(None))
        .order_by(col(Reflection.created_at), col(Reflection.id))
    ).all()
    return [_answer(row, prompts.get(row.stage_id, []), aliases) for row in rows]


def _answer(row: Any, prompts: list[dict[str, Any]], aliases: dict[str, str]) -> dict[str, Any]:
    answer = json.loads(open_sealed(Reflection.answer, row.id, row.answer))
    return {
        "id": row.id,
        "stage_id": row.stage_id,
        "participant_id": row.participant_id,
        "alias": aliases.get(row.participant_id, ""),
        "audience": str(row.audience),
        "passed": row.passed,
        "late": row.late,
        "shown": row.shown_at is not None,
        "saved_at": row.saved_at,
        "parts": [
            {
                "key": prompt["key"],
                "exercise": prompt.get("exercise", ""),
                "prompt": prompt["text"],
                "type": prompt["type"],
                "value": answer[prompt["key"]],
                "text": text,
                "drawn": drawn(prompt, answer[prompt["key"]]),
            }
            for prompt, text in texts_of(prompts, answer)
        ],
    }


def _values(
    answers: Iterable[dict[str, Any]], exercise: str, ending: str
) -> list[tuple[dict[str, Any], Any]]:
    """What answers hold for one prompt of an exercise; a merged stage may have prefixed its key."""
    return [
        (answer, part["value"])
        for answer in answers
        for part in answer["parts"]
        if part["exercise"] == exercise and (part["key"] == ending or part["key"].endswith(f"_{ending}"))
    ]


def _texts(answers: Iterable[dict[str, Any]], exercise: str, ending: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for answer in answers:
        for part in answer["parts"]:
            if part["exercise"] == exercise and (part["key"] == ending or part["key"].endswith(f"_{ending}")):
                found.setdefault(answer["participant_id"], []).append(part["text"])
    return found


def _about_people(
    people: list[dict[str, Any]], answers: list[dict[str, Any]], moods: dict[str, int], before: dict[str, int]
) -> None:
    """Writes beside each person: mood and last week's, first and last word, how they left, their step."""
    words, steps = _texts(answers, WORD, "word"), _texts(answers, STEP, "step")
    leaving = _texts(answers, LEAVING, "leaving")
    for person in people:
        said = words.get(person["id"], [])
        person["mood"] = moods.get(person["id"])
        person["last_mood"] = before.get(person["member_id"] or "")
        person["first_word"] = said[0] if said else ""
        person["last_word"] = said[-1] if len(said) > 1 else ""
        person["leaving"] = (leaving.get(person["id"]) or [""])[-1]
        person["step"] = (steps.get(person["id"]) or [""])[-1]


def _last_moods(db: Connection, row: Any) -> dict[str, int]:
    """Each member's mood in the newest earlier session of the group."""
    earlier = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == row.group_id,
            col(GroupSession.kind) == row.kind,
            col(GroupSession.number) < row.number,
            col(GroupSession.state) == SessionState.ENDED,
        )
        .order_by(col(GroupSession.number).desc())
    ).first()
    if earlier is None:
        return {}
    people = {person["id"]: person["member_id"] for person in _people(db, earlier.id)}
    answers = _answers(db, earlier.id, agenda_of(earlier), {})
    return {
        people[answer["participant_id"]]: value
        for answer, value in _values(answers, MOOD, "mood")
        if people.get(answer["participant_id"])
    }


def _mood(people: list[dict[str, Any]]) -> dict[str, Any]:
    now_, both = (
        [person["mood"] for person in people if person["mood"] is not None],
        [(p["mood"], p["last_mood"]) for p in people if p["mood"] is not None and p["last_mood"] is not None],
    )
    return {
        "count": len(now_),
        "mean": _mean(now_),
        "last_mean": _mean([last for _, last in both]),
        "up": sum(mood > last for mood, last in both),
        "down": sum(mood < last for mood, last in both),
        "same": sum(mood == last for mood, last in both),
    }


def _leaving(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = {who: texts[-1] for who, texts in _texts(answers, LEAVING, "leaving").items()}
    return [{"text": text, "count": count} for text, count in Counter(last.values()).most_common()]


def _pulse(stages: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The group's averages on the pulse; None where fewer than five answered."""
    prompts = [
        prompt
        for stage in stages
        for prompt in stage["prompts"]
        if prompt.get("exercise") == "session_pulse" and prompt["type"] == "scale_0_10"
    ]
    values: dict[str, list[int]] = {}
    for answer in answers:
        for part in answer["parts"]:
            if part["exercise"] == "session_pulse" and part["type"] == "scale_0_10":
                values.setdefault(part["key"], []).append(part["value"])
    return [
        {
            "prompt": prompt["text"],
            "count": len(found),
            "mean": _mean(found) if len(found) >= SMALL else None,
        }
        for prompt in prompts
        if (found := values.get(prompt["key"], []))
    ]


def _stage(stage: dict[str, Any], answers: list[dict[str, Any]], visits: list[Any]) -> dict[str, Any]:
    own = [answer for answer in answers if answer["stage_id"] == stage["id"]]
    return {
        "id": stage["id"],
        "title": stage["title"],
        "kind": stage["kind"],
        "planned": stage["minutes"],
        "actual": round(sum((end - start).total_seconds() for start, end in visits) / 60) if visits else None,
        "skipped": bool(stage.get("skipped")),
        "answers": [answer for answer in own if not answer["passed"]],
        "passed": [answer["alias"] for answer in own if answer["passed"]],
    }


def _visits(db: Connection, group_session_id: str) -> dict[str, list[tuple[datetime, datetime]]]:
    rows = db.execute(
        select(StageVisit.__table__).where(col(StageVisit.group_session_id) == group_session_id)
    ).all()
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in rows:
        found.setdefault(row.stage_id, []).append((row.entered_at, row.left_at or now()))
    return found


def _signals(db: Connection, group_session_id: str, aliases: dict[str, str]) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Signal.__table__)
        .where(col(Signal.group_session_id) == group_session_id)
        .order_by(col(Signal.raised_at))
    ).all()
    names = {
        row.id: open_sealed(Facilitator.name, row.id, row.name)
        for row in db.execute(
            select(col(Facilitator.id), col(Facilitator.name)).where(
                col(Facilitator.id).in_([row.seen_by for row in rows if row.seen_by])
            )
        )
    }
    return [
        {
            "id": row.id,
            "kind": str(row.kind),
            "alias": aliases.get(row.participant_id, ""),
            "status": str(row.status),
            "taken_back": row.lowered_at is not None,
            "raised_at": row.raised_at,
            "seen_at": row.seen_at,
            "seen_by": names.get(row.seen_by, ""),
            "resolved_at": row.resolved_at,
            "reply": open_sealed(Signal.reply, row.id, row.reply),
        }
        for row in rows
    ]


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None else round(((end or now()) - start).total_seconds() / 60)


def _mean(values: list[int]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None
