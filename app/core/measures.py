"""Measures: a private form, its score, what a change means, and the alert that never waits."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from app.core import consents, instruments, signals, stored
from app.core.agenda import agenda_of
from app.core.changes import Change
from app.core.course_models import MeasureResponse
from app.core.models import Group, Member, SessionState, SignalKind, new_id, now
from app.core.refusals import Invalid, NotFound, NotNow, Superseded
from app.core.sealing import open_sealed, seal
from app.library.measures import Measure, Other

OPENS_BEFORE = timedelta(minutes=30)
BASELINE = 10  # response, remission and recovery are told only from this first score on
REMISSION, RECOVERED = 5, 10
RESPONDS = ("phq9", "gad7")  # half of the first score counts as response; remission is known of PHQ-9 alone
OTHER_POINTS = {6: 5, 5: 6}  # both lines are in use for PHQ-9; a report says what the other one would say


# scoring


def score(measure: Measure, answers: Mapping[str, int | None]) -> dict[str, Any]:
    """The total of some answers: up to ``max_blank`` blanks are made up for by the mean, rounded half up.

    Gives {"total": int or None, "pro_rated": bool, "missing": int}. Raises Invalid for anything that is not
    one of the items with one of the values, or blank.
    """
    offered: dict[str, Sequence[int]] = dict.fromkeys(measure.keys, measure.values)
    if measure.difficulty:
        offered[measure.difficulty.key] = range(len(measure.difficulty.options))
    if not answers.keys() <= offered.keys():
        raise Invalid("This question is not part of the form.")
    for key, value in answers.items():
        if value is not None and (type(value) is not int or value not in offered[key]):
            raise Invalid("Please choose one of the answers given.")
    given = [
        measure.counted(item, value) for item in measure.items if (value := answers.get(item.key)) is not None
    ]
    missing = len(measure.items) - len(given)
    if missing > measure.max_blank or not given:  # of nothing there is no mean
        return {"total": None, "pro_rated": False, "missing": missing}
    exact = Decimal(sum(given)) / Decimal(len(given)) * Decimal(len(measure.items)) * measure.times
    total = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return {"total": total, "pro_rated": missing > 0, "missing": missing}


def needs_a_person(measure: Measure, answers: Mapping[str, int | None]) -> bool:
    """Whether an item that must never wait was answered above the lowest answer, or left blank."""
    return any(
        (value := answers.get(item.key)) is None or measure.counted(item, value) != measure.values[0]
        for item in measure.items
        if item.key in measure.alert_items
    )


def band(measure: Measure | Other, total: int | None) -> str:
    """The screening label of a total; never a diagnosis."""
    if total is None:
        return ""
    return next((each.label for each in measure.bands if each.low <= total <= each.high), "")


def change_of(
    measure: Measure | Other, first: int | None, last: int | None, reliable: int | None
) -> list[str]:
    """What has changed from the first score to the last, as codes for the page: ``improved``, ``worse``,
    ``small``, ``response``, ``remission``, ``recovered``.

    ``reliable`` is the number of points that count; the measure says which way is better. It is a change, and
    nothing is said of its cause.
    """
    if first is None or last is None or reliable is None:
        return []
    drop = first - last
    gain = drop if measure.better == "lower" else -drop
    found = ["improved" if gain >= reliable else "worse" if -gain >= reliable else "small"]
    if measure.id in RESPONDS and first >= BASELINE:
        if 2 * drop >= first:
            found.append("response")
        if measure.id == "phq9" and last < REMISSION:
            found.append("remission")
        if last < RECOVERED and drop >= reliable:
            found.append("recovered")
    return found


# which measures, and when


def of_session(db: Connection, row: Any) -> list[str]:
    """The ids of the private forms that a session's plan names and that can be asked, in its order."""
    named = dict.fromkeys(name for stage in agenda_of(row) for name in stage.get("measures", ()))
    return [name for name in named if instruments.can_be_asked(db, name)]


def is_open(row: Any, leader_here: bool, at: datetime) -> bool:
    """Whether the form may be filled in, always while a facilitator is present: from half an hour before the
    planned start, whenever the lobby was opened, and for as long as the session runs. Without a planned start
    it is open as soon as the lobby is.
    """
    if not leader_here or row.state == SessionState.ENDED or opens_later(row, at) is not None:
        return False
    return row.state != SessionState.PLANNED or is_early(row, at)


def opens_later(row: Any, at: datetime) -> datetime | None:
    """When the form of a session opens that has not begun and is planned for more than half an hour from now;
    else None.
    """
    if row.state not in (SessionState.PLANNED, SessionState.LOBBY) or row.scheduled_at is None:
        return None
    opens: datetime = row.scheduled_at - OPENS_BEFORE
    return opens if at < opens else None


def is_early(row: Any, at: datetime) -> bool:
    """Whether a planned session is so near that its members may come to the private form, and no further."""
    return (
        row.state == SessionState.PLANNED
        and row.scheduled_at is not None
        and row.scheduled_at - OPENS_BEFORE <= at
    )


# verbs


def submit_measure(
    change: Change, *, person: Any, measure: Measure, response_id: str, revision: int, answers: dict[str, Any]
) -> dict[str, Any]:
    """Stores a member's answers once, however often they are sent, and the alert with them."""
    if person.member_id is None:
        raise NotFound()
    stands = stored.find(change.db, MeasureResponse, id=response_id)
    if stands is not None:
        if stands.participant_id != person.id or stands.measure_id != measure.id:
            raise NotFound()
        same = json.loads(open_sealed(MeasureResponse.answers, stands.id, stands.answers)) == answers
        if revision == stands.revision and same:
            return {"ok": True, "id": response_id, "revision": revision}
        if revision != stands.revision + 1:
            raise Superseded(revision=stands.revision)
    result = score(measure, answers)
    if not consents.may_store(change.db, change.before, person) and call_for_a_person(
        change, person, measure, answers
    ):
        # without a yes no answer is stored, and a call for a person goes through all the same
        return {"ok": True, "id": response_id, "revision": revision, "stored": False}
    consents.must_stand(change, person)
    values = {
        "revision": revision,
        "answers": seal(MeasureResponse.answers, response_id, json.dumps(answers)),
        "score": seal(MeasureResponse.score, response_id, json.dumps(result)),
        "saved_at": change.at,
    }
    if stands is None:
        change.db.execute(
            insert(MeasureResponse).values(
                id=response_id,
                member_id=person.member_id,
                group_session_id=change.before.id,
                participant_id=person.id,
                measure_id=measure.id,
                taken_at=change.at,
                **values,
            )
        )
    else:
        stored.change(change.db, MeasureResponse, response_id, **values)
    change.wrote(response_id, people=[person.id])
    if needs_a_person(measure, answers):
        signals.raise_for(change, person.id, SignalKind.ITEM_9)
    return {"ok": True, "id": response_id, "revision": revision}


def call_for_a_person(
    change: Change, person: Any, measure: Measure, answers: Mapping[str, int | None]
) -> bool:
    """Raises the private alert of answers that are not stored, if an item of theirs must never wait."""
    score(measure, answers)  # refuses what is no answer to this form
    if person.member_id is None or not needs_a_person(measure, answers):
        return False
    change.wrote(signals.raise_for(change, person.id, SignalKind.ITEM_9), people=[person.id])
    return True


def enter_score(
    db: Connection, facilitator_id: str, member_id: str, measure_id: str, total: int, taken_at: datetime
) -> str:
    """Keeps a score that was taken elsewhere; refuses blocked instruments, numbers out of range and a day
    that has not come yet where the group is.
    """
    measure = instruments.known(db).get(measure_id)
    if measure is None or measure.licence_status == "blocked":
        raise NotFound()
    if not measure.range[0] <= total <= measure.range[1]:
        raise Invalid("This number is outside the range of the measure.")
    member = stored.find(db, Member, id=member_id)
    group = stored.find(db, Group, id=member.group_id) if member else None
    if group is None:
        raise NotFound()
    zone, at = ZoneInfo(group.time_zone), now()
    if taken_at.astimezone(zone).date() > at.astimezone(zone).date():
        raise Invalid("This day has not come yet.")
    if not consents.stands(db, member_id, None):
        raise NotNow(consents.NO_YES)
    new = new_id()
    result = {"total": total, "pro_rated": False, "missing": 0}
    db.execute(
        insert(MeasureResponse).values(
            id=new,
            member_id=member_id,
            measure_id=measure_id,
            answers=seal(MeasureResponse.answers, new, "{}"),
            score=seal(MeasureResponse.score, new, json.dumps(result)),
            entered_by=facilitator_id,
            taken_at=min(taken_at, at),
            saved_at=at,
        )
    )
    return new


def noon_of(day: date, time_zone: str) -> datetime:
    """The middle of a day where a group is: it is that day in every place and file that tells it."""
    return datetime.combine(day, time(12), ZoneInfo(time_zone))


# what facilitators see


def course_of(db: Connection, member_id: str, reliable: int) -> list[dict[str, Any]]:
    """A member's measures: the first and the last score with their bands, and what the change means."""
    if stored.find(db, Member, id=member_id) is None:
        raise NotFound()
    return courses_of(db, [member_id], reliable)[member_id]


def courses_of(db: Connection, member_ids: list[str], reliable: int) -> dict[str, list[dict[str, Any]]]:
    """The same of several members, by their ids. The same two numbers are compared throughout, the first
    score and the last, and beside them in ``since`` the last two; ``series`` has all, oldest first, with a
    total of None where too much was left blank.
    """
    rows = db.execute(
        select(MeasureResponse.__table__)
        .where(col(MeasureResponse.member_id).in_(member_ids))
        .order_by(col(MeasureResponse.taken_at), col(MeasureResponse.id))
    ).all()
    by_member: dict[str, dict[str, list[Any]]] = {member_id: {} for member_id in member_ids}
    for row in rows:
        by_member[row.member_id].setdefault(row.measure_id, []).append(row)
    listed = instruments.known(db)
    return {
        member_id: [_course(listed[name], own, reliable) for name, own in measured.items() if name in listed]
        for member_id, measured in by_member.items()
    }


def _course(measure: Measure | Other, rows: list[Any], reliable: int) -> dict[str, Any]:
    scores = [json.loads(open_sealed(MeasureResponse.score, row.id, row.score)) for row in rows]
    series = [
        {"at": row.taken_at, "value": each["total"], "pro_rated": each["pro_rated"]}
        for row, each in zip(rows, scores, strict=True)
    ]
    counted = [each for each in series if each["value"] is not None]
    first = counted[0]["value"] if counted else None
    last = counted[-1]["value"] if counted[1:] else None
    points = reliable if measure.id == "phq9" else measure.reliable
    other = OTHER_POINTS.get(points or 0) if measure.id == "phq9" else None
    return {
        "id": measure.id,
        "name": measure.name,
        "range": tuple(measure.range),
        "better": measure.better,
        "bands": [{"label": each.label, "low": each.low, "high": each.high} for each in measure.bands],
        "series": series,
        "first": first,
        "last": last,
        "first_band": band(measure, first),
        "last_band": band(measure, last),
        "change": change_of(measure, first, last, points),
        "since": change_of(measure, counted[-2]["value"], last, points) if counted[1:] else [],
        "points": points,
        "other": {"points": other, "change": change_of(measure, first, last, other)[:1]} if other else None,
        "times": len(rows),
        "incomplete": len(series) - len(counted),
        "pro_rated": any(each["pro_rated"] for each in (*counted[:1], *counted[-1:])),
    }


def sent_in(db: Connection, row: Any) -> dict[str, list[str]]:
    """Which measures came in for a session, by participant: for the console, without a number."""
    found: dict[str, list[str]] = {}
    for each in stored.find_all(db, MeasureResponse, ("saved_at",), group_session_id=row.id):
        found.setdefault(each.participant_id, []).append(each.measure_id)
    return found


def why(db: Connection, participant_id: str) -> str:
    """What raised the alert of a person: "above" the lowest answer, or "blank"."""
    listed = instruments.known(db)
    for row in reversed(stored.find_all(db, MeasureResponse, ("saved_at",), participant_id=participant_id)):
        measure = listed.get(row.measure_id)
        answers = json.loads(open_sealed(MeasureResponse.answers, row.id, row.answers))
        if isinstance(measure, Measure) and needs_a_person(measure, answers):
            return "blank" if all(answers.get(key) is None for key in measure.alert_items) else "above"
    return "above"
