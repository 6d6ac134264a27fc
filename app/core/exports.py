"""The log of files that left the house: who took what, of what, and when; never a word of content."""

from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import stored
from app.core.agenda import counts
from app.core.commands import LEADING, facilitator_role
from app.core.models import Facilitator, Group, GroupSession, Member, new_id, now
from app.core.record_models import Export
from app.core.refusals import NotFound
from app.core.sealing import open_sealed

LATEST = 100  # of the log, on a page

TAKEN = (
    select(
        Export.__table__,
        col(Facilitator.name).label("facilitator"),
        col(Group.name).label("group_name"),
        col(Group.time_zone),
        col(Member.alias),
        col(GroupSession.number),
        col(GroupSession.title),
        col(GroupSession.kind).label("session_kind"),
    )
    .join(Facilitator, col(Facilitator.id) == col(Export.facilitator_id))
    .join(Group, col(Group.id) == col(Export.group_id))
    .outerjoin(Member, col(Member.id) == col(Export.member_id))
    .outerjoin(GroupSession, col(GroupSession.id) == col(Export.group_session_id))
    .order_by(col(Export.at).desc(), col(Export.id))
    .limit(LATEST)
)


def exportable(db: Connection, facilitator_id: str, group_id: str, group_session_id: str = "") -> Any:
    """The row of the session that files may be made of, None where a whole group is meant; NotFound for
    whoever does not lead the group, and for a session that is rehearsed or tried out.
    """
    if facilitator_role(db, facilitator_id, group_id) not in LEADING:
        raise NotFound()
    if not group_session_id:
        return None
    row = stored.find(db, GroupSession, id=group_session_id, group_id=group_id)
    if row is None or not counts(row):
        raise NotFound()
    return row


def log_export(
    db: Connection,
    facilitator_id: str,
    kind: str,
    *,
    group_id: str,
    group_session_id: str = "",
    member_id: str = "",
    named: bool,
    words: bool,
) -> str:
    """Writes down that a file is about to leave, and gives the entry's id. Rights are read anew: whoever has
    lost them while the file was made gets NotFound, and no file.
    """
    exportable(db, facilitator_id, group_id, group_session_id)
    if member_id:
        member_of(db, group_id, member_id)
    new = new_id()
    stored.add(
        db,
        Export,
        id=new,
        facilitator_id=facilitator_id,
        group_id=group_id,
        group_session_id=group_session_id or None,
        member_id=member_id or None,
        kind=kind,
        named=named,
        words=words,
        at=now(),
    )
    return new


def member_of(db: Connection, group_id: str, member_id: str) -> dict[str, str]:
    """A member of a group, also one who has left: id and alias; NotFound where there is none."""
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    return {"id": row.id, "alias": open_sealed(Member.alias, row.id, row.alias)}


def of_group(db: Connection, group_id: str) -> list[dict[str, Any]]:
    """The files that were taken of a group, its sessions and its members; the newest first."""
    return [_told(row) for row in db.execute(TAKEN.where(col(Export.group_id) == group_id)).all()]


def of_facilitator(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """The files that somebody took, of whichever group; the newest first."""
    own = TAKEN.where(col(Export.facilitator_id) == facilitator_id)
    return [_told(row) for row in db.execute(own).all()]


def _told(row: Any) -> dict[str, Any]:
    session = None
    if row.group_session_id is not None:
        title = open_sealed(GroupSession.title, row.group_session_id, row.title)
        session = {"kind": row.session_kind, "number": row.number, "title": title, "of": None}
    return {
        "kind": row.kind,
        "named": row.named,
        "words": row.words,
        "at": row.at,
        "by": open_sealed(Facilitator.name, row.facilitator_id, row.facilitator),
        "group": open_sealed(Group.name, row.group_id, row.group_name),
        "time_zone": row.time_zone,
        "session": session,
        "member": open_sealed(Member.alias, row.member_id or "", row.alias),
    }
