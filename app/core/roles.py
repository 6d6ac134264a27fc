"""Who leads, supports and watches a group, and whose hand is on a session now.

Every change is told to all sessions of the group that are not over, so that it takes effect on every open
page and socket at once.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlmodel import col

from app.core import accounts, groups, sessions, stored
from app.core.agenda import agenda_of, find_stage
from app.core.changes import Change, Who, at, changing
from app.core.models import (
    Facilitator,
    GroupFacilitator,
    GroupSession,
    LogEntry,
    Role,
    SessionState,
    StageVisit,
)
from app.core.refusals import NotFound, NotNow
from app.core.sealing import open_sealed

HANDS = (Role.LEAD, Role.SUPPORT)  # an observer's hand is never on a session
# what is told of another facilitator's presses: what moves the room, and nothing about one person
PRESSES = (
    *("open_lobby", "start", "hold", "resume", "end", "go_to_stage", "skip_stage", "add_minutes"),
    *("insert_stage", "move_stage", "choose_exercise", "lock", "rotate_link", "reveal", "hand_over"),
)
MAY_BE_THERE = (
    select(col(GroupFacilitator.facilitator_id), col(GroupFacilitator.role))
    .join(Facilitator, col(Facilitator.id) == col(GroupFacilitator.facilitator_id))
    .where(col(GroupFacilitator.group_id) == bindparam("group"), col(Facilitator.disabled_at).is_(None))
)
LAST_PRESS = (
    select(LogEntry.__table__, col(Facilitator.name).label("name"))
    .join(Facilitator, col(Facilitator.id) == col(LogEntry.actor_id))
    .where(
        col(LogEntry.group_session_id) == bindparam("session"),
        col(LogEntry.actor_kind) == "facilitator",
        col(LogEntry.action).in_(PRESSES),
    )
    .order_by(col(LogEntry.version).desc())
    .limit(1)
)


def hand_over(change: Change, command: Any) -> dict[str, Any]:
    """From now on this facilitator leads the session; both of them may still press everything."""
    found = _place(change.db, change.before.group_id, command.facilitator_id)
    account = stored.find(change.db, Facilitator, id=command.facilitator_id)
    if found is None or found.role not in HANDS or account is None or account.disabled_at is not None:
        raise NotFound()
    if hand_on(change.db, change.before) != command.facilitator_id:
        people = sessions.inside(change.db, change.before.id)
        change.wrote(command.facilitator_id, shared=True, people=people, led_by=command.facilitator_id)
    return at(change)


def hand_on(db: Connection, row: Any) -> str:
    """The facilitator whose hand is on a session: to whom it was handed over, else the group's lead."""
    places = stored.find_all(db, GroupFacilitator, ("facilitator_id",), group_id=row.group_id)
    hands = [each for each in places if each.role in HANDS]
    hands.sort(key=lambda each: (each.facilitator_id != row.led_by, each.role != Role.LEAD))
    return str(hands[0].facilitator_id) if hands else ""


def give_role(db: Connection, actor_id: str, group_id: str, facilitator_id: str, role: Role) -> None:
    """Gives an account of this installation a role in a group, or another one than before."""
    account = stored.find(db, Facilitator, id=facilitator_id)
    if account is None or account.disabled_at is not None:
        raise NotFound()
    before = _place(db, group_id, facilitator_id)
    if before is not None and before.role == role:
        return
    if role != Role.LEAD:
        _must_leave_a_lead(db, group_id, facilitator_id)
    groups.set_role(db, group_id, facilitator_id, role)
    _tell(db, actor_id, group_id, facilitator_id)


def end_role(db: Connection, actor_id: str, group_id: str, facilitator_id: str) -> None:
    """Ends a facilitator's role in a group: from now on it does not exist for them."""
    if _place(db, group_id, facilitator_id) is None:
        raise NotFound()
    _must_leave_a_lead(db, group_id, facilitator_id)
    db.execute(
        delete(GroupFacilitator).where(
            col(GroupFacilitator.group_id) == group_id, col(GroupFacilitator.facilitator_id) == facilitator_id
        )
    )
    _tell(db, actor_id, group_id, facilitator_id)


def of_group(db: Connection, group_id: str) -> dict[str, Role]:
    """Who may be at a group's consoles now, and as what: the roles of accounts that are not disabled."""
    return {each.facilitator_id: each.role for each in db.execute(MAY_BE_THERE, {"group": group_id}).all()}


def how_many_lead(db: Connection, group_id: str) -> int:
    """How many people lead or support a group, without accounts that are disabled."""
    query = (
        select(func.count())
        .select_from(GroupFacilitator)
        .join(Facilitator, col(Facilitator.id) == col(GroupFacilitator.facilitator_id))
        .where(
            col(GroupFacilitator.group_id) == group_id,
            col(GroupFacilitator.role) != Role.OBSERVER,
            col(Facilitator.disabled_at).is_(None),
        )
    )
    return int(db.execute(query).scalar_one())


def choices(db: Connection, group_id: str) -> list[dict[str, Any]]:
    """The accounts of the installation that have no role in this group yet: id and name."""
    here = {each.facilitator_id for each in stored.find_all(db, GroupFacilitator, group_id=group_id)}
    return [each for each in accounts.colleagues(db, "") if each["id"] not in here]


def last_press(db: Connection, row: Any) -> dict[str, Any] | None:
    """Which facilitator pressed last what moves the room, and when: id, name, action, at. ``action`` of a
    move is ``next`` or ``back``.
    """
    found = db.execute(LAST_PRESS, {"session": row.id}).one_or_none()
    if found is None:
        return None
    action = _direction(db, row, found) if found.action == "go_to_stage" else found.action
    return {
        "id": found.actor_id,
        "name": open_sealed(Facilitator.name, found.actor_id, found.name),
        "action": action,
        "at": found.at,
    }


def _direction(db: Connection, row: Any, entry: Any) -> str:
    stages = agenda_of(row)
    visits = stored.find_all(db, StageVisit, ("entered_at", "id"), group_session_id=row.id)
    visits = [each for each in visits if each.entered_at < entry.at]
    if not visits:
        return "next"
    came_from = find_stage(stages, visits[-1].stage_id)
    return "back" if find_stage(stages, entry.subject_id) < came_from else "next"


def _place(db: Connection, group_id: str, facilitator_id: str) -> Any:
    return stored.find(db, GroupFacilitator, group_id=group_id, facilitator_id=facilitator_id)


def _must_leave_a_lead(db: Connection, group_id: str, facilitator_id: str) -> None:
    """Refuses to take the last lead away. A disabled account leads nobody."""
    leads = {key for key, role in of_group(db, group_id).items() if role == Role.LEAD}
    if leads == {facilitator_id}:
        raise NotNow("A group always has somebody who leads. Make somebody else the lead first.")


def _tell(db: Connection, actor_id: str, group_id: str, facilitator_id: str) -> None:
    """Every session of the group that is not over hears of it; a hand that may not lead is taken off."""
    for session in stored.find_all(db, GroupSession, ("id",), group_id=group_id):
        if session.state == SessionState.ENDED:
            continue
        with changing(db, Who("facilitator", session.id, actor_id), "change_role") as change:
            place = _place(db, group_id, facilitator_id)
            lost = change.before.led_by == facilitator_id and (place is None or place.role not in HANDS)
            more: dict[str, Any] = {"led_by": None} if lost else {}
            change.wrote(facilitator_id, shared=True, people=sessions.inside(db, session.id), **more)
