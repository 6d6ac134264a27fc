"""What a session came to: who was there, what was done, what people wrote; for a page and for export.

For facilitators alone. Withdrawn answers are not in it. The pulse has averages from five answers on; the mean
of the moods, which stand beside each name anyway, is there from the first. What it costs does not grow with
the number of people, answers or other groups: a fixed number of queries, each over one session.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, signed_words, stored, tags
from app.core.agenda import agenda_of
from app.core.models import SMALL, Group, GroupSession, Participant, SessionState, StageVisit, Standing, now
from app.core.overview import facilitators_of, session_facts
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from app.core.summary_answers import (
    LEAVING,
    MOOD,
    PULSE,
    STEP,
    WORD,
    Answer,
    answers_in,
    answers_of,
    asks,
    texts,
    values,
)
from app.core.summary_calls import earlier_alerts, signals_of
from app.core.touched import touched

LOOKED_AT = 6  # sessions in which the mood of last time is looked for
BESIDE = {
    "mood": (MOOD, "mood"),
    "word": (WORD, "word"),
    "leaving": (LEAVING, "leaving"),
    "step": (STEP, "step"),
}


def summary_of(db: Connection, group_session_id: str, drafting: bool = False) -> dict[str, Any]:
    """The whole summary of one session; a rehearsal has none.

    Words that stand in a signed note now are left out, unless another note is drafted from them;
    ``words_in_note`` says of a person that their first and last word are among them. For a draft
    what a facilitator wrote down for somebody counts once they said yes to it; otherwise it is marked.
    """
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None or row.rehearsal_of is not None:
        raise NotFound()
    page = session_facts(db, group_session_id)
    stages, people = page["stages"], _people(db, group_session_id)
    answers = answers_of(db, group_session_id, stages, {person["id"]: person["alias"] for person in people})
    if drafting:
        answers = [each for each in answers if not each["scribed"]]
    whose = set() if drafting else signed_words.hidden(db, group_session_id)
    in_note = whose & texts(answers, WORD, "word").keys()
    answers = signed_words.without_words(answers, whose)
    _about_people(people, stages, answers, _last_moods(db, row, people))
    for person in people:
        person["words_in_note"] = person["id"] in in_note
    told = _stages(db, row, stages, answers)
    tagged = tags.themes_of(db, group_session_id)
    return {
        "group": page["group"],
        "session": page["session"]
        | {"planned": _planned(stages), "actual": _minutes(row.started_at, row.ended_at)},
        "facilitators": facilitators_of(db, row.group_id),
        "people": people,
        "mood": _mood(people),
        "leaving": _leaving(answers),
        "pulse": _pulse(stages, answers),
        "stages": told,
        "signals": signals_of(db, group_session_id),
        "earlier": earlier_alerts(db, row),
        "themes": tagged["themes"],
        "touched": touched(db, _been(told), tagged),
    }


def touched_of(db: Connection, group_session_id: str) -> dict[str, Any]:
    """What changes in a summary when a tag is set: ``themes`` and ``touched``; with the group's time zone."""
    row = stored.find(db, GroupSession, id=group_session_id)
    group = stored.find(db, Group, id=row.group_id) if row else None
    if row is None or group is None:
        raise NotFound()
    tagged = tags.themes_of(db, group_session_id)
    visits = _visits(db, group_session_id)
    been = [stage for stage in agenda_of(row) if stage["id"] in visits]
    told = {"themes": tagged["themes"], "touched": touched(db, been, tagged)}
    return told | {"time_zone": group.time_zone}


def _people(db: Connection, group_session_id: str) -> list[dict[str, Any]]:
    rows = db.execute(
        attendance.INSIDE.where(col(Participant.group_session_id) == group_session_id).order_by(
            col(Participant.admitted_at), col(Participant.id)
        )
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


def _about_people(
    people: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    answers: list[Answer],
    before: dict[str, tuple[int, int]],
) -> None:
    """Writes beside each person: mood, the mood of last time with the number of that session, first and last
    word, how they left, their step; and in ``scribed`` which of these were written down for them and wait for
    their yes (keys of BESIDE).
    """
    moods = {each["participant_id"]: value for each, value in values(answers, MOOD, "mood")}
    first, last = _words(stages, answers)
    steps = texts(answers, STEP, "step")
    leaving = texts(answers, LEAVING, "leaving")
    lines = {each["participant_id"]: _line(value) for each, value in values(answers, STEP, "step")}
    waiting = [each for each in answers if each["scribed"]]
    unsure = {
        name: {each["participant_id"] for each, _ in values(waiting, *place)}
        for name, place in BESIDE.items()
    }
    for person in people:
        person["mood"] = moods.get(person["id"])
        person["last_mood"], person["last_number"] = before.get(person["member_id"] or "", (None, None))
        person["first_word"] = (first.get(person["id"]) or [""])[-1]
        person["last_word"] = (last.get(person["id"]) or [""])[-1]
        person["leaving"] = (leaving.get(person["id"]) or [""])[-1]
        person["step"] = (steps.get(person["id"]) or [""])[-1]
        person["step_line"] = lines.get(person["id"], person["step"])
        person["scribed"] = [name for name, whose in unsure.items() if person["id"] in whose]


def _words(
    stages: list[dict[str, Any]], answers: list[Answer]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The words by participant of the first stage that asks for one, and of the last if it is another: what
    somebody says at the end is no first word, and what comes in late belongs to its stage all the same.
    """
    ids = [stage["id"] for stage in asks(stages, WORD)]
    first, last = ([each for each in answers if each["stage_id"] in ends] for ends in (ids[:1], ids[1:][-1:]))
    return texts(first, WORD, "word"), texts(last, WORD, "word")


def _line(step: Any) -> str:
    """A step as one line: what, when, with whom."""
    if not isinstance(step, dict):
        return str(step)
    told = (step.get("text") or step.get("first_step"), step.get("when"), step.get("who"))
    return " · ".join(each for each in told if each)


def _last_moods(db: Connection, row: Any, people: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Each member's mood the last time they gave one, and the number of that session: for whoever missed the
    session before it is an earlier one. Looked for in the group's last few sessions before this one.
    """
    earlier = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == row.group_id,
            col(GroupSession.kind) == "group",
            col(GroupSession.id) != row.id,
            col(GroupSession.state) == SessionState.ENDED,
            col(GroupSession.ended_at) <= (row.started_at or now()),
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(GroupSession.number).desc())
        .limit(LOOKED_AT)
    ).all()
    numbers = {each.id: each.number for each in earlier}
    members = {person["member_id"] for person in people} - {None}
    seats = db.execute(
        select(col(Participant.id), col(Participant.member_id)).where(
            col(Participant.group_session_id).in_(list(numbers)), col(Participant.member_id).in_(members)
        )
    ).all()
    whose = {each.id: each.member_id for each in seats}
    asked = {
        (each.id, stage["id"]): stage["prompts"] for each in earlier for stage in asks(agenda_of(each), MOOD)
    }
    given = values(answers_in(db, asked), MOOD, "mood")
    found: dict[str, tuple[int, int]] = {}
    for answer, value in sorted(given, key=lambda each: numbers[each[0]["group_session_id"]]):
        member_id = whose.get(answer["participant_id"])
        if member_id is not None and not answer["scribed"]:  # theirs once they said yes
            found[member_id] = (value, numbers[answer["group_session_id"]])
    return found


def _mood(people: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean of the moods, of however few: each of them stands beside its name for whoever reads this."""
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


def _leaving(answers: list[Answer]) -> list[dict[str, Any]]:
    last = {who: said[-1] for who, said in texts(answers, LEAVING, "leaving").items()}
    return [{"text": text, "count": count} for text, count in Counter(last.values()).most_common()]


def _pulse(stages: list[dict[str, Any]], answers: list[Answer]) -> list[dict[str, Any]]:
    """The group's averages on the pulse; None where fewer than five answered."""
    prompts = [
        prompt
        for stage in stages
        for prompt in stage["prompts"]
        if prompt.get("exercise") == PULSE and prompt["type"] == "scale_0_10"
    ]
    given: dict[str, list[int]] = {}
    for answer in answers:
        for part in answer["parts"]:
            if part["exercise"] == PULSE and part["type"] == "scale_0_10":
                given.setdefault(part["key"], []).append(part["value"])
    return [
        {
            "prompt": prompt["text"],
            "count": len(found),
            "mean": _mean(found) if len(found) >= SMALL else None,
        }
        for prompt in prompts
        if (found := given.get(prompt["key"], []))
    ]


def _stages(
    db: Connection, row: Any, stages: list[dict[str, Any]], answers: list[Answer]
) -> list[dict[str, Any]]:
    visits, marks = _visits(db, row.id), tags.of_session(db, row.id)
    by_stage: dict[str, list[Answer]] = {}
    for answer in answers:
        by_stage.setdefault(answer["stage_id"], []).append(answer | {"tags": marks.get(answer["id"], [])})
    return [
        _stage(stage, by_stage.get(stage["id"], []), visits.get(stage["id"], []), row.ended_at or now())
        for stage in stages
    ]


def _stage(stage: dict[str, Any], own: list[Answer], visits: list[Any], at: datetime) -> dict[str, Any]:
    seconds = sum(((end or at) - start).total_seconds() for start, end in visits)
    return {
        "id": stage["id"],
        "title": stage["title"],
        "kind": stage["kind"],
        "phase": stage.get("phase", ""),
        "exercises": stage["exercises"],
        "planned": _meant(stage),
        "actual": round(seconds / 60) if visits else None,
        "skipped": bool(stage.get("skipped")),
        "added": bool(stage.get("added")),
        "answers": [answer for answer in own if not answer["passed"]],
        "passed": [answer["alias"] for answer in own if answer["passed"]],
    }


def _been(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [stage for stage in told if stage["actual"] is not None]


def _visits(db: Connection, group_session_id: str) -> dict[str, list[tuple[datetime, datetime | None]]]:
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for row in stored.find_all(db, StageVisit, group_session_id=group_session_id):
        found.setdefault(row.stage_id, []).append((row.entered_at, row.left_at))
    return found


def _planned(stages: list[dict[str, Any]]) -> int:
    """The minutes of the plan with which the session began: with what was skipped, without what was added."""
    return sum(_meant(stage) for stage in stages if not stage.get("added"))


def _meant(stage: dict[str, Any]) -> int:
    """The minutes that a stage had before anybody gave it more while people were there."""
    return int(stage.get("planned", stage["minutes"]))


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None else round(((end or now()) - start).total_seconds() / 60)


def _mean(numbers: list[int]) -> float | None:
    return round(sum(numbers) / len(numbers), 1) if numbers else None
