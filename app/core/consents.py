"""What must be on record before a programme for young people may begin."""

from typing import Any

from sqlalchemy import Connection

from app.core import shelf, stored
from app.core.changes import Change
from app.core.models import Group, Member
from app.core.refusals import NotNow
from app.core.sealing import open_sealed

MISSING = {
    "safeguarding": "The safeguarding contact is not on record yet. Enter it on the group's page.",
    "guardian": "A guardian's consent is not on record for everybody yet. Enter it on the members' pages.",
    "young_person": "The assent of every young person must be on record. Enter it on the members' pages.",
}


def missing(db: Connection, group: Any) -> list[str]:
    """What a conditional programme still asks for, as keys of MISSING; nothing for all others."""
    programme = shelf.programme(db, group.programme_id)
    if programme is None or programme.status != "conditional":
        return []
    members = stored.find_all(db, Member, group_id=group.id, left_at=None)
    found = (
        []
        if group.safeguarding and open_sealed(Group.safeguarding, group.id, group.safeguarding)
        else ["safeguarding"]
    )
    if not members or any(each.guardian_consented_at is None for each in members):
        found.append("guardian")
    if not members or any(each.assented_at is None for each in members):
        found.append("young_person")
    return found


def must_be_on_record(change: Change) -> None:
    """Refuses to open a room while something is missing."""
    group = stored.find(change.db, Group, id=change.before.group_id)
    for what in missing(change.db, group):
        raise NotNow(MISSING[what])
