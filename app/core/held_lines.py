"""Lines that wait for a member who was away when they were given: read to them, or given in a meeting."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from app.core import attendance, stored
from app.core.agenda import agenda_of
from app.core.changes import Who, changing
from app.core.course_models import FeedbackLine, LineState
from app.core.feedback import ALL, alias_of, awaits_yes, gives_goodbye, is_goodbye
from app.core.models import Group, GroupSession, Member, Participant, SessionState, StageVisit, Standing, now
from app.core.refusals import NotFound
from app.core.sealing import open_sealed

RUNNING = (SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)


def waiting(db: Connection, member: Any) -> list[dict[str, Any]]:
    """What waits for a member, oldest first: id, from, text, ``state`` (queued, ok, held), and whether it
    ``waits`` for its writer's yes; then the goodbye lines to all that were given while they were away
    (``to_all``).
    """
    own = [_told(db, each) | {"to_all": False} for each in _waiting(db, member)]
    return own + [_told(db, each) | {"to_all": True} for each in _missed(db, member)]


def give(
    db: Connection, facilitator_id: str, group_id: str, member_id: str, line_ids: Collection[str]
) -> int:
    """The member has these lines now, which a facilitator has read; gives how many. One that is held back is
    not given. Whoever is in a room sees them there.
    """
    member = stored.find(db, Member, id=member_id, group_id=group_id)
    if member is None:
        raise NotFound()
    lines = [
        each
        for each in _waiting(db, member)
        if each.id in line_ids and each.state != LineState.HELD and not awaits_yes(db, each)
    ]
    values = {"state": LineState.OK, "checked_by": facilitator_id, "delivered_at": now()}
    for each in lines:
        stored.change(db, FeedbackLine, each.id, **values)
    for place in stored.find_all(db, Participant, member_id=member_id, standing=Standing.ADMITTED):
        session = stored.find(db, GroupSession, id=place.group_session_id)
        if lines and session is not None and session.state in RUNNING:
            with changing(db, Who("facilitator", session.id, facilitator_id), "give_lines") as change:
                change.wrote(place.id, people=[place.id])
    return len(lines)


def _waiting(db: Connection, member: Any) -> list[Any]:
    """Lines of sessions that are over; goodbye lines once the goodbye is, or the member has left."""
    lines = stored.find_all(db, FeedbackLine, ("created_at", "id"), to_id=member.id, delivered_at=None)
    if member.left_at is not None:
        return lines
    ended = {each.id for each in _ended(db, member.group_id)}
    over = _is_over(db, member.group_id)
    return [each for each in lines if each.group_session_id in ended and (over or not is_goodbye(db, each))]


def _missed(db: Connection, member: Any) -> list[Any]:
    """Lines to all that were given in a goodbye to which the member did not come; not those of their own."""
    there = attendance.sessions_with(db, member.id)
    own = {each.id for each in stored.find_all(db, Participant, member_id=member.id)}
    missed = [
        each
        for each in _goodbyes(db, member.group_id)
        if each.id not in there and each.started_at >= member.created_at
    ]
    return [
        line
        for line in stored.find_all(
            db, FeedbackLine, ("created_at", "id"), group_id=member.group_id, to_id=ALL
        )
        if line.participant_id not in own
        and line.delivered_at is not None
        and any(each.started_at <= line.delivered_at <= each.ended_at for each in missed)
    ]


def _is_over(db: Connection, group_id: str) -> bool:
    """Whether the goodbye lies behind the group: it was held, or the last session is over without one."""
    group = stored.find(db, Group, id=group_id)
    last = group.sessions if group is not None and group.sessions else None
    ended = _ended(db, group_id)
    return bool(_goodbyes(db, group_id)) or any(last is not None and each.number >= last for each in ended)


def _goodbyes(db: Connection, group_id: str) -> list[Any]:
    """The sessions, over by now, that came to a goodbye."""
    return [
        each
        for each in _ended(db, group_id)
        for stage in filter(gives_goodbye, agenda_of(each))
        if stored.exists(db, StageVisit, group_session_id=each.id, stage_id=stage["id"])
    ]


def _ended(db: Connection, group_id: str) -> list[Any]:
    return stored.find_all(
        db, GroupSession, ("number",), group_id=group_id, kind="group", state=SessionState.ENDED
    )


def _told(db: Connection, line: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "from": alias_of(db, line.participant_id),
        "text": open_sealed(FeedbackLine.text, line.id, line.text),
        "state": line.state.value,
        "waits": awaits_yes(db, line),
    }
