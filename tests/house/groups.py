"""Groups as they must be before a room opens: one helper for every test's world."""

from sqlalchemy import Connection

from app.core import before, consents, gate, stored
from app.core.models import Group, Member

PLAN = {
    "confirmed": True,
    "clinician": "Dr Ines Okafor, 020 7946 0011",
    "on_call": {"name": "Kofi", "reach": "020 7946 0022", "mail": "on-call@example.org"},
}


def complete(db: Connection, group_id: str, facilitator_id: str) -> None:
    """The group passes the gate, with the numbers it has; its members have said yes to its texts, and had
    their meetings before the group elsewhere.
    """
    group = stored.find(db, Group, id=group_id)
    assert group is not None
    numbers = {"emergency_number": group.emergency_number, "crisis_line": group.crisis_line or "116 123"}
    gate.keep_safety_plan(db, group_id, country="GB", **numbers, **PLAN)  # type: ignore[arg-type]
    consents.adopt(db, facilitator_id, group_id)
    everybody_says_yes(db, group_id)
    before.say_why_not(db, group_id, None, "Met on paper.")


def everybody_says_yes(db: Connection, group_id: str) -> None:
    """All members of the group say yes to its texts as they stand."""
    versions = consents.newest(db, group_id)
    for member in stored.find_all(db, Member, group_id=group_id):
        consents.say_yes(db, group_id, versions, member_id=member.id)
