"""What expires, and when: unsigned drafts, members' answers, working material. Signed notes and scores never.

A group says for how many days. Drafts count from the end of their session. Answers and working material count
from when the programme is over (over.py); whoever plans another session before the days are over keeps
everything. All of it is told to whoever leads beforehand.

Working material is what people come back to: circles, goals, steps, the week's mood with its events,
timelines, plans. An answer that holds any of it is kept whole as long as that. With it go what facilitators
noted for themselves: the console's notes and the process notes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, union, update
from sqlmodel import col

from app.core import fidelity, over, stored
from app.core.agenda import agenda_of
from app.core.course_models import FeedbackLine, Goal, GoalRating, Pair, Step
from app.core.models import (
    Group,
    GroupFacilitator,
    GroupSession,
    Installation,
    Member,
    Note,
    Reflection,
    Role,
    SessionState,
    now,
)
from app.core.record_models import NoteKind, ProcessNote, RecordNote, Tags
from app.core.refusals import Invalid, NotFound
from app.core.signed_words import is_working
from app.exercises.plain import N_

BOUNDS = {"drafts_kept": (7, 180), "answers_kept": (7, 365), "work_kept": (7, 730)}  # days
SOON = timedelta(days=7)  # how long before something expires Today says so
BATCH = 100  # rows deleted in one transaction
FARTHEST = timedelta(days=60)  # a clock that went further since the last run is asked about first

UNSIGNED: Any = (
    select(
        col(RecordNote.id),
        col(RecordNote.kind),
        col(RecordNote.group_session_id),
        col(GroupSession.group_id),
        col(GroupSession.number),
        col(GroupSession.kind).label("session_kind"),
        col(GroupSession.ended_at),
        col(Group.drafts_kept),
        col(Group.days_changed_at),
    )
    .join(GroupSession, col(GroupSession.id) == col(RecordNote.group_session_id))
    .join(Group, col(Group.id) == col(GroupSession.group_id))
    .where(col(RecordNote.signed_at).is_(None), col(GroupSession.state) == SessionState.ENDED)
    .order_by(col(GroupSession.ended_at), col(RecordNote.id))
)
OTHER = RecordNote.__table__.alias("other")
SIGNED: Any = select(OTHER.c.id).where(
    OTHER.c.group_session_id == col(RecordNote.group_session_id),
    OTHER.c.kind == NoteKind.INDIVIDUAL,
    OTHER.c.signed_at.is_not(None),
)
SAID = (Reflection, FeedbackLine)  # what people wrote, and what was written to them
NOTED = (Note, ProcessNote)  # what facilitators wrote for themselves
REAL = col(GroupSession.rehearsal_of).is_(None)  # what is rehearsed goes with its end
ANSWERED = union(
    *(
        select(col(model.group_session_id), col(model.stage_id))
        .join(GroupSession, col(GroupSession.id) == col(model.group_session_id))
        .where(col(GroupSession.group_id) == bindparam("group"), REAL)
        for model in SAID
    )
)
SCENES: Any = (
    select(col(Pair.id))
    .join(GroupSession, col(GroupSession.id) == col(Pair.group_session_id))
    .where(col(GroupSession.group_id) == col(Group.id), col(Pair.scene).is_not(None))
)


def _in_sessions(model: Any) -> Any:
    of_session = col(GroupSession.id) == col(model.group_session_id)
    return (
        select(col(model.id))
        .join(GroupSession, of_session)
        .where(col(GroupSession.group_id) == col(Group.id), REAL)
    )


def _of_members(model: Any) -> Any:
    own = col(Member.id) == col(model.member_id)
    return select(col(model.id)).join(Member, own).where(col(Member.group_id) == col(Group.id))


# what a group holds of its work beside answers, and everything it holds
WORK = (*map(_in_sessions, NOTED), *map(_of_members, (Goal, Step)), SCENES)
HELD = (*map(_in_sessions, SAID), *WORK)


def expires_at(db: Connection, row: Row[Any]) -> datetime | None:
    """When the unsigned drafts of a session are deleted; None before it has ended."""
    group = stored.find(db, Group, id=row.group_id)
    if group is None or row.ended_at is None:
        return None
    return kept_until(row.ended_at, group.drafts_kept, group.days_changed_at)


def kept_until(since: datetime, days: int, changed_at: datetime | None) -> datetime:
    """Until when something is kept: for so many days, and for a week after the days were made shorter
    or the programme was made to end earlier, so that it is told a week before whatever the days were.
    """
    until = since + timedelta(days=days)
    return until if changed_at is None else max(until, changed_at + SOON)


def soon(db: Connection, facilitator_id: str, at: datetime) -> list[dict[str, Any]]:
    """Sessions whose unsigned drafts are deleted within a week, in groups this facilitator leads: the
    session's ``id``, ``group_id``, ``number`` and ``kind``, how many ``drafts``, and when (``expires_at``).
    """
    mine = UNSIGNED.join(
        GroupFacilitator, col(GroupFacilitator.group_id) == col(GroupSession.group_id)
    ).where(
        col(GroupFacilitator.facilitator_id) == facilitator_id,
        col(GroupFacilitator.role).in_([Role.LEAD, Role.SUPPORT]),
        or_(col(RecordNote.kind) != NoteKind.SHARED, ~SIGNED.exists()),  # it is in every note that is signed
    )
    found: dict[str, dict[str, Any]] = {}
    for each in db.execute(mine).all():
        if _due(each) > at + SOON:
            continue
        place = {"group_id": each.group_id, "number": each.number, "kind": each.session_kind}
        entry = {"id": each.group_session_id, **place, "drafts": 0, "expires_at": _due(each)}
        found.setdefault(each.group_session_id, entry)["drafts"] += 1
    return list(found.values())


def going(
    db: Connection, group_ids: Iterable[str], at: datetime, within: timedelta | None = None
) -> list[dict[str, Any]]:
    """What goes of groups whose programme is over: each ``group_id``, ``what`` (answers, or work with what
    facilitators noted) and ``expires_at``, the next first. ``within`` leaves out what goes later than that.
    """
    found = []
    for group in _over(db, at, group_ids):
        due = {what: _day(group, what) for what in ("answers", "work")}
        if within is not None and min(due.values()) > at + within:
            continue
        answers, work = _stages(db, group["id"])
        holds = {"answers": bool(answers), "work": bool(work) or _holds_work(db, group["id"])}
        found += [
            {"group_id": group["id"], "what": what, "expires_at": day}
            for what, day in due.items()
            if holds[what] and (within is None or day <= at + within)
        ]
    return sorted(found, key=lambda each: each["expires_at"])


def end_of(db: Connection, group_id: str, at: datetime) -> dict[str, Any]:
    """When the programme of a group was over, or will be if no further session is held (``over_at``, None
    before there is a day; ``is_over``), and what is ``going`` then; ``held_until`` is the day before which
    nothing goes, since the days were made shorter, or the programme was made to end earlier, less than a week
    ago, else None.
    """
    moment = over.moments(db, [group_id]).get(group_id)
    told = {"over_at": moment, "is_over": moment is not None and moment <= at}
    row = stored.find(db, Group, id=group_id)
    held = row.days_changed_at + SOON if row is not None and row.days_changed_at else None
    return told | {
        "going": going(db, [group_id], at),
        "held_until": held if held is not None and held > at else None,
    }


def settings_of(db: Connection, group_id: str) -> dict[str, Any]:
    """The days of a group, and whether signed words are hidden."""
    row = stored.find(db, Group, id=group_id)
    if row is None:
        raise NotFound()
    days = {name: getattr(row, name) for name in BOUNDS}
    return {**days, "hide_signed": row.hide_signed}


def keep_settings(db: Connection, group_id: str, days: Mapping[str, int], hide_signed: bool) -> None:
    """Sets for how many days a group keeps what; Invalid outside BOUNDS, or with work kept shorter. Nothing
    goes for a week after any of the days was made shorter.
    """
    row = stored.find(db, Group, id=group_id)
    if row is None or days.keys() != BOUNDS.keys():
        raise NotFound()
    if any(not low <= days[name] <= high for name, (low, high) in BOUNDS.items()):
        raise Invalid(N_("One of the numbers of days is too small or too large. Nothing was changed."))
    if days["work_kept"] < days["answers_kept"]:
        raise Invalid(N_("Working material is kept at least as long as other answers. Nothing was changed."))
    shorter = any(days[name] < getattr(row, name) for name in BOUNDS)
    changed_at = now() if shorter else row.days_changed_at
    stored.change(db, Group, group_id, **days, hide_signed=hide_signed, days_changed_at=changed_at)


# deleting


def jumped(db: Connection, at: datetime) -> timedelta | None:
    """How far the clock went since the last run, where that is further than FARTHEST; else None. Where none
    ever was, an old installation that has something to delete has been updated, and is asked about as well.
    """
    row = stored.find(db, Installation, id="installation")
    if row is None:
        return None
    gone = at - (row.expired_at or row.created_at)
    if gone <= FARTHEST or (row.expired_at is None and not is_due(db, at)):
        return None
    return gone  # type: ignore[no-any-return]


def ran(db: Connection, at: datetime) -> None:
    """Notes that a run is done."""
    if stored.find(db, Installation, id="installation") is not None:
        stored.change(db, Installation, "installation", expired_at=at)


def is_due(db: Connection, at: datetime) -> bool:
    """Whether ``expire`` would delete anything now."""
    return bool(_unsigned(db, at)) or any(_has_due(db, each, at) for each in _over(db, at))


def expire(db: Connection, at: datetime) -> int:
    """Deletes what is due, a batch at most; gives how many rows. Run until it gives 0."""
    drafts = [each.id for each in _unsigned(db, at)[:BATCH]]
    if drafts:
        still = (col(RecordNote.id).in_(drafts), col(RecordNote.signed_at).is_(None))
        return db.execute(delete(RecordNote).where(*still)).rowcount
    for group in _over(db, at):
        stages = _due_stages(db, group, at)
        if stages:
            return _forget(db, stages[0], at)
        if _is_due(group, "work", at) and _holds_work(db, group["id"]):
            return _forget_work(db, group["id"], at)
    return 0


def _unsigned(db: Connection, at: datetime) -> list[Row[Any]]:
    return [each for each in db.execute(UNSIGNED).all() if _due(each) <= at]


def _due(draft: Row[Any]) -> datetime:
    return kept_until(draft.ended_at, draft.drafts_kept, draft.days_changed_at)


def _over(db: Connection, at: datetime, group_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The groups whose programme is over (of these, or of all) and that still hold something: their days,
    and ``over_at``, in its order.
    """
    days = (col(Group.answers_kept), col(Group.work_kept), col(Group.days_changed_at))
    query = select(col(Group.id), *days).where(or_(*(each.exists() for each in HELD)))
    if group_ids is not None:
        query = query.where(col(Group.id).in_(list(group_ids)))
    held = {row.id: dict(row._mapping) for row in db.execute(query)}
    moments = over.moments(db, held)
    found = [held[key] | {"over_at": moment} for key, moment in moments.items() if moment <= at]
    return sorted(found, key=lambda each: (each["over_at"], each["id"]))


def _is_due(group: Mapping[str, Any], what: str, at: datetime) -> bool:
    return _day(group, what) <= at


def _day(group: Mapping[str, Any], what: str) -> datetime:
    return kept_until(group["over_at"], group[f"{what}_kept"], group["days_changed_at"])


def _has_due(db: Connection, group: Mapping[str, Any], at: datetime) -> bool:
    return bool(_due_stages(db, group, at)) or (_is_due(group, "work", at) and _holds_work(db, group["id"]))


def _due_stages(db: Connection, group: Mapping[str, Any], at: datetime) -> list[tuple[str, str]]:
    """The stages, with their session, whose answers a group no longer keeps."""
    if not _is_due(group, "answers", at):
        return []
    answers, work = _stages(db, group["id"])
    return sorted(answers + work) if _is_due(group, "work", at) else answers


def _stages(db: Connection, group_id: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The stages of which answers are there, with their session: those that hold none of the working
    material, and those that do.
    """
    found = db.execute(ANSWERED, {"group": group_id}).all()
    answered = sorted((each.group_session_id, each.stage_id) for each in found)
    working = {
        (row.id, stage["id"])
        for row in stored.find_all(db, GroupSession, group_id=group_id)
        for stage in agenda_of(row)
        if any(is_working(prompt) for prompt in stage["prompts"])
    }
    return [each for each in answered if each not in working], [each for each in answered if each in working]


def _holds_work(db: Connection, group_id: str) -> bool:
    query = select(col(Group.id)).where(col(Group.id) == group_id, or_(*(each.exists() for each in WORK)))
    return db.execute(query).first() is not None


def _forget(db: Connection, due: tuple[str, str], at: datetime) -> int:
    """Deletes a batch of the answers of a stage with all that hangs on them."""
    session, stage = due
    fidelity.keep_recorded(db, session, at)  # it is told from what goes now
    of_stage = (col(Reflection.group_session_id) == session, col(Reflection.stage_id) == stage)
    ids = list(db.execute(select(col(Reflection.id)).where(*of_stage).limit(BATCH)).scalars())
    for model, column in ((Goal, "reflection_id"), (GoalRating, "reflection_id")):
        _let_go(db, model, column, ids)
    for column in ("reflection_id", "outcome_reflection_id"):
        _let_go(db, Step, column, ids)
    db.execute(delete(Tags).where(col(Tags.reflection_id).in_(ids)))
    of_stage = (col(FeedbackLine.group_session_id) == session, col(FeedbackLine.stage_id) == stage)
    db.execute(delete(FeedbackLine).where(*of_stage))
    db.execute(update(Pair).where(col(Pair.group_session_id) == session).values(scene=None))
    db.execute(delete(Reflection).where(col(Reflection.id).in_(ids)))
    return max(len(ids), 1)  # a stage that held lines alone is done as well


def _forget_work(db: Connection, group_id: str, at: datetime) -> int:
    """Deletes what a group holds of its work once its answers are gone: goals, steps, scenes, and what
    facilitators noted for themselves.
    """
    own = select(col(GroupSession.id)).where(col(GroupSession.group_id) == group_id)
    members = select(col(Member.id)).where(col(Member.group_id) == group_id)
    for session in db.execute(select(col(Step.group_session_id)).where(col(Step.member_id).in_(members))):
        if session.group_session_id is not None:
            fidelity.keep_recorded(db, session.group_session_id, at)
    goals = select(col(Goal.id)).where(col(Goal.member_id).in_(members))
    db.execute(delete(GoalRating).where(col(GoalRating.goal_id).in_(goals)))
    scenes = (col(Pair.group_session_id).in_(own), col(Pair.scene).is_not(None))
    gone = db.execute(update(Pair).where(*scenes).values(scene=None)).rowcount
    for course in (Goal, Step):
        gone += db.execute(delete(course).where(col(course.member_id).in_(members))).rowcount
    for noted in NOTED:
        gone += db.execute(delete(noted).where(col(noted.group_session_id).in_(own))).rowcount
    return gone


def _let_go(db: Connection, model: Any, column: str, ids: list[str]) -> None:
    named = model.__table__.c[column]
    db.execute(update(model.__table__).where(named.in_(ids)).values({column: None}))
