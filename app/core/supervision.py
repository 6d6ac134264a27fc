"""What goes to supervision: how the sessions of a group went, in numbers and shapes.

No name, alias or word of a participant is in it, and no title that a facilitator gave; only the questions are
words, which the facilitators type themselves and which are checked against names before they are kept.
"""

from collections import Counter, defaultdict
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, contacts, fidelity, measures, shelf, stop_signals, stored
from app.core.agenda import agenda_of
from app.core.alerts import OPEN
from app.core.models import (
    SMALL,
    Facilitator,
    Group,
    GroupFacilitator,
    GroupSession,
    Member,
    Participant,
    Role,
    Signal,
    StageVisit,
    now,
)
from app.core.named import people_of
from app.core.names_check import Check, Person
from app.core.record_models import SupervisionQuestions
from app.core.refusals import Invalid, NotFound, Stale
from app.core.sealing import open_sealed, seal
from app.library import load

LONGEST = 4000  # code points of the questions
RELIABLE = 6  # points of the PHQ-9, where the site says nothing else
CHANGES = ("improved", "small", "worse", "response", "remission")


def pack(db: Connection, group_id: str, reliable: int = RELIABLE) -> dict[str, Any]:
    """Everything for supervision. ``sessions`` in their order, each with minutes, who was there as counts,
    its stages, and the ``answers`` of its checklist; ``lines`` are the names of the checklist's lines;
    ``signals`` are counts, and seconds until somebody acknowledged them; ``outcome`` is there from five
    people on.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    members = stored.find_all(db, Member, group_id=group_id)
    programme = shelf.programme(db, group.programme_id)
    return {
        "programme": programme.title if programme and programme.id in load().programmes else "",
        "of": group.sessions or (programme.group_sessions if programme else None),
        "members": sum(each.left_at is None for each in members),
        "left": sum(each.left_at is not None for each in members),
        "leaders": len(_leaders(db, group_id)),
        "supervised": [each.supervised_at for each in _leaders(db, group_id)],
        "lines": dict(fidelity.LINES),
        "sessions": _sessions(db, group_id, members),
        "stop_signals": stop_signals.counted(db, group_id, reliable),
        "signals": _signals(db, group_id),
        "outcome": _outcome(db, [each.id for each in members], reliable),
        "outcome_from": SMALL,
        "questions": questions(db, group_id),
    }


def _leaders(db: Connection, group_id: str) -> list[Any]:
    query = (
        select(Facilitator.__table__)
        .join(GroupFacilitator, col(GroupFacilitator.facilitator_id) == col(Facilitator.id))
        .where(
            col(GroupFacilitator.group_id) == group_id,
            col(GroupFacilitator.role) != Role.OBSERVER,
            col(Facilitator.disabled_at).is_(None),
        )
        .order_by(col(GroupFacilitator.role), col(Facilitator.id))
    )
    return list(db.execute(query).all())


# how the sessions went


def _sessions(db: Connection, group_id: str, members: list[Any]) -> list[dict[str, Any]]:
    found = stored.find_all(db, GroupSession, ("number",), group_id=group_id)
    rows = [each for each in found if fidelity.has_one(each)]
    ids = [each.id for each in rows]
    statuses = attendance.of_sessions(db, rows, members)
    visits: dict[tuple[str, str], float] = defaultdict(float)
    for each in db.execute(
        select(StageVisit.__table__).where(col(StageVisit.group_session_id).in_(ids))
    ).all():
        end = each.left_at or each.entered_at
        visits[each.group_session_id, each.stage_id] += (end - each.entered_at).total_seconds()
    guests = Counter(
        db.execute(
            attendance.INSIDE.with_only_columns(col(Participant.group_session_id)).where(
                col(Participant.group_session_id).in_(ids), col(Participant.member_id).is_(None)
            )
        ).scalars()
    )
    trend = {each["id"]: each for each in fidelity.of_group(db, group_id)}
    return [
        {
            "number": row.number,
            "ended_at": row.ended_at,
            "planned": sum(_meant(each) for each in agenda_of(row) if not each.get("added")),
            "actual": round((row.ended_at - row.started_at).total_seconds() / 60),
            "without_close": row.without_close,
            "there": {
                status: sum(own.get(row.id) == status for own in statuses.values())
                for status in attendance.STATUSES
            },
            "guests": guests[row.id],
            "stages": [_stage(each, visits.get((row.id, each["id"]))) for each in agenda_of(row)],
            "answers": trend[row.id]["answers"],
            "by_hand": trend[row.id]["by_hand"],
        }
        for row in rows
    ]


def _meant(stage: dict[str, Any]) -> int:
    return int(stage["planned"] if "planned" in stage else stage["minutes"])


def _stage(stage: dict[str, Any], seconds: float | None) -> dict[str, Any]:
    """A stage by the exercises of the shipped library; ``own`` says that others are in it."""
    shipped = [load().exercises[each].title for each in stage["exercises"] if each in load().exercises]
    return {
        "exercises": shipped,
        "own": len(shipped) < len(stage["exercises"]) or (bool(stage["prompts"]) and not stage["exercises"]),
        "talk": not stage["prompts"],
        "planned": _meant(stage),
        "actual": None if seconds is None else round(seconds / 60),
        "skipped": bool(stage.get("skipped")),
        "added": bool(stage.get("added")),
    }


def _signals(db: Connection, group_id: str) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Signal.__table__)
        .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
        .where(
            col(GroupSession.group_id) == group_id,
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(Signal.kind))
    ).all()
    kinds: dict[str, list[Any]] = defaultdict(list)
    for each in rows:
        kinds[each.kind.value].append(each)
    told = []
    for kind, own in kinds.items():
        waits = [(each.seen_at - each.raised_at).total_seconds() for each in own if each.seen_at is not None]
        told.append(
            {
                "kind": kind,
                "count": len(own),
                "seen": len(waits),
                "open": sum(each.status in OPEN for each in own),
                "middle": round(median(waits)) if waits else None,
                "longest": round(max(waits)) if waits else None,
            }
        )
    return told


def _outcome(db: Connection, member_ids: list[str], reliable: int) -> list[dict[str, Any]]:
    """By measure: how many changed in which way, where five people or more have a first and a last score."""
    by_measure: dict[str, list[list[str]]] = defaultdict(list)
    for own in measures.courses_of(db, member_ids, reliable).values():
        for each in own:
            if each["change"]:
                by_measure[each["name"]].append(each["change"])
    return [
        {"measure": name, "people": len(own)} | {key: sum(key in each for each in own) for key in CHANGES}
        for name, own in by_measure.items()
        if len(own) >= SMALL
    ]


# the questions


def questions(db: Connection, group_id: str) -> dict[str, Any]:
    """What the facilitators want to ask: ``text``, ``revision`` (0: none yet), ``saved_at``; ``withheld``
    where the text names somebody by now, an alias that came later for one.
    """
    row = stored.find(db, SupervisionQuestions, group_id=group_id)
    if row is None:
        return {"text": "", "revision": 0, "saved_at": None, "withheld": False}
    text = open_sealed(SupervisionQuestions.text, group_id, row.text)
    withheld = _names_somebody(text, _people(db, group_id, wrote=False))
    shown = "" if withheld else text
    return {"text": shown, "revision": row.revision, "saved_at": row.saved_at, "withheld": withheld}


def own_text(db: Connection, group_id: str) -> str:
    """The questions as they were typed, for those who lead and may put them right."""
    row = stored.find(db, SupervisionQuestions, group_id=group_id)
    return open_sealed(SupervisionQuestions.text, group_id, row.text) if row else ""


def keep_questions(
    db: Connection, facilitator_id: str, group_id: str, text: str, revision: int, at: datetime | None = None
) -> int:
    """Keeps the questions over the ``revision`` that the page had, and gives the new one. Refuses what names
    a member or holds eight words in a row of theirs, and what somebody else has changed meanwhile.
    """
    if stored.find(db, Group, id=group_id) is None:
        raise NotFound()
    text = text.strip()[:LONGEST]
    row = stored.find(db, SupervisionQuestions, group_id=group_id)
    if row is not None and open_sealed(SupervisionQuestions.text, group_id, row.text) == text:
        return int(row.revision)
    if revision != (row.revision if row is not None else 0):
        raise Stale("Somebody else has changed the questions meanwhile. Yours stand here; look at both.")
    if _names_somebody(text, _people(db, group_id, wrote=True)):
        raise Invalid("This names a member, or holds their words. Write “one member” instead.")
    values = {
        "text": seal(SupervisionQuestions.text, group_id, text),
        "saved_by": facilitator_id,
        "saved_at": at or now(),
    }
    if row is None:
        stored.add(db, SupervisionQuestions, group_id=group_id, revision=1, **values)
    else:
        table = SupervisionQuestions.__table__
        db.execute(table.update().where(table.c.group_id == group_id).values(revision=revision + 1, **values))
    return revision + 1


def _names_somebody(text: str, people: list[Person]) -> bool:
    return any(each.stops for each in Check(people).of({"text": text}))


def _people(db: Connection, group_id: str, wrote: bool) -> list[Person]:
    """Everybody who was ever in the group, under each alias; with what they ``wrote``, or without."""
    sessions = stored.find_all(db, GroupSession, group_id=group_id)
    people = [each for row in sessions for each in people_of(db, row)] if wrote else []
    for member in stored.find_all(db, Member, group_id=group_id):
        alias = open_sealed(Member.alias, member.id, member.alias)
        people.append(Person(member.id, alias, contacts.of_member(member)["name"]))
    of_group = select(Participant.__table__).where(
        col(Participant.group_session_id).in_([each.id for each in sessions])
    )
    for place in db.execute(of_group).all():
        alias = open_sealed(Participant.alias, place.id, place.alias)
        people.append(Person(place.member_id or place.id, alias))
    return people
