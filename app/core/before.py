"""The meeting before the group: each member has one before they first sit in a session with the others, or a
facilitator says why not. Nobody is kept at a door by it; the room opens once it is said of everybody.
"""

from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, shelf, stored
from app.core.models import Group, GroupSession, Member, Participant
from app.core.refusals import NotFound
from app.core.sealing import open_sealed, seal

CAME = (
    select(col(Participant.member_id), col(GroupSession.kind), col(GroupSession.started_at))
    .join(GroupSession, col(GroupSession.id) == col(Participant.group_session_id))
    .where(
        col(Participant.member_id).is_not(None),
        col(Participant.admitted_at).is_not(None),
        attendance.STAYED,
        col(GroupSession.ended_at).is_not(None),
        col(GroupSession.started_at).is_not(None),
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(GroupSession.started_at))
)


def of_members(db: Connection, group: Any) -> dict[str, dict[str, Any]]:
    """By member of a group whose programme has such a meeting: ``met_at``, the first one or None; ``reason``,
    why they begin without; ``lacks``, whether one of the two is still needed. Empty where there is none.

    Whoever has been in a session of the group already needs neither.
    """
    programme = shelf.programme(db, group.programme_id)
    kinds = {each.id for each in programme.meetings if each.kind == "pre"} if programme else set()
    if not kinds:
        return {}
    came = db.execute(CAME.where(col(GroupSession.group_id) == group.id)).all()
    met = {each.member_id: each.started_at for each in reversed(came) if each.kind in kinds}
    inside = {each.member_id for each in came if each.kind == "group"}
    found = {}
    for each in stored.find_all(db, Member, ("created_at", "id"), group_id=group.id, left_at=None):
        reason = open_sealed(Member.without_meeting, each.id, each.without_meeting) or ""
        needed = each.id not in met and each.id not in inside
        found[each.id] = {
            "met_at": met.get(each.id),
            "reason": reason if needed else "",
            "lacks": needed and not reason,
        }
    return found


def in_group(db: Connection, group_id: str) -> dict[str, dict[str, Any]]:
    """The same by the group's id."""
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    return of_members(db, group)


def somebody_lacks_it(db: Connection, group: Any) -> bool:
    return any(each["lacks"] for each in of_members(db, group).values())


def say_why_not(db: Connection, group_id: str, member_id: str | None, reason: str) -> None:
    """Keeps why a member begins without a meeting (None: everybody who still lacks one), or takes the reason
    back where it is empty.
    """
    if member_id is None:
        members = [key for key, each in in_group(db, group_id).items() if each["lacks"]]
    elif stored.exists(db, Member, id=member_id, group_id=group_id):
        members = [member_id]
    else:
        raise NotFound()
    for each in members:
        sealed = seal(Member.without_meeting, each, reason) if reason else None
        stored.change(db, Member, each, without_meeting=sealed)
