"""The gate: what must be there before a room opens, for group sessions and one-to-one meetings alike."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from app.core import before, consents, contacts, shelf, stored
from app.core.changes import Change
from app.core.models import Group, Member, now
from app.core.refusals import Invalid, NotAgreed, NotFound, NotNow
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_

LEAST_SECONDS, MOST_SECONDS = 30, 900
MISSING = {  # in the order of the gate
    "clinician": N_(
        "The room cannot open yet: say on the group's Safety page who is clinically responsible."
    ),
    "numbers": N_(
        "The room cannot open yet: the emergency and crisis numbers are not confirmed on the Safety page."
    ),
    "on_call": N_("The room cannot open yet: the on-call contact is missing on the group's Safety page."),
    "mail": N_(
        "The room cannot open yet: no e-mail can be sent from here, and the on-call contact has only an "
        "e-mail address. Enter a web address that is called on the group's Safety page."
    ),
    "consent": N_("The room cannot open yet: the consent text is missing on the group's Safety page."),
    "limits": N_(
        "The room cannot open yet: the limits of confidentiality are missing on the group's Safety page."
    ),
    "safeguarding": N_("The safeguarding contact is not on record yet. Enter it on the group's page."),
    "guardian": N_(
        "A guardian's consent is not on record for everybody yet. Enter it on the members' pages."
    ),
    "young_person": N_("The assent of every young person must be on record. Enter it on the members' pages."),
    "meeting": N_(
        "Not everybody has had the meeting before the group. Hold it, or say on the group's page why not."
    ),
}
NO_MAIL = N_(
    "No e-mail can be sent from here yet: no mail server is set up. Enter a web address that is called, or "
    "ask whoever runs this system."
)
NO_CONSENTS = N_(
    "A guardian's consent or this young person's own assent is not on record. Enter it on the member's page."
)
_mail_goes_out = [True]
KEEPS_NOBODY_OUT = frozenset({"meeting"})  # what facilitators owe, and no member is kept at a door for


def use(mail_goes_out: bool) -> None:
    """Says whether this installation can send e-mail: an address that nobody writes to is no contact."""
    _mail_goes_out[0] = mail_goes_out


def missing(db: Connection, group: Any, row: Any = None) -> list[str]:
    """What a group still lacks, as keys of MISSING in their order; for the room of ``row``, a session, only
    what that room needs.
    """
    found = [*_of_the_group(db, group), *_of_young_people(db, group, row)]
    together = row is not None and row.kind == "group"
    return [*found, "meeting"] if together and before.somebody_lacks_it(db, group) else found


def of_group(db: Connection, group_id: str) -> list[str]:
    """What a group still lacks."""
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    return missing(db, group)


def of_session(db: Connection, row: Any) -> list[str]:
    """What the room of a session still lacks; nobody real is in a simulated one."""
    if row.sandbox or row.rehearsal_of:
        return []
    return missing(db, stored.find(db, Group, id=row.group_id), row)


def must_be_passed(change: Change) -> None:
    """Refuses to open a room while something is missing."""
    _refuse(of_session(change.db, change.before))


def must_still_stand(change: Change) -> None:
    """Refuses to begin once something was taken back since the room was opened."""
    _refuse([each for each in of_session(change.db, change.before) if each not in KEEPS_NOBODY_OUT])


def must_have_consents(change: Change, member: Any, asked_by_leader: bool = False) -> None:
    """Refuses a member of a group of young people whose guardian's consent or own assent is not on record
    now: the room may have been opened before they joined the group, or before a yes was taken back.
    """
    row = change.before
    if row.sandbox or row.rehearsal_of or member is None:
        return
    if member.guardian_consented_at is not None and member.assented_at is not None:
        return
    if for_young_people(change.db, stored.find(change.db, Group, id=row.group_id)):
        raise NotNow(NO_CONSENTS) if asked_by_leader else NotAgreed()


def members_without_contact(db: Connection, group_id: str) -> list[str]:
    """The ids of a group's members for whom nobody is named who can be called in an emergency. This keeps
    no room shut: it is shown, so that somebody asks.
    """
    members = stored.find_all(db, Member, ("created_at", "id"), group_id=group_id, left_at=None)
    return [each.id for each in members if not contacts.has_contact(each)]


def members_without_address(db: Connection, group_id: str) -> list[str]:
    """The ids of members of a group that meets online of whom nobody knows where they are meanwhile: the
    question at the door asks for the address that is held. Shown, like a missing contact.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None or not group.online:
        return []
    members = stored.find_all(db, Member, ("created_at", "id"), group_id=group_id, left_at=None)
    return [each.id for each in members if not contacts.of_member(each)["address"]]


def for_young_people(db: Connection, group: Any) -> bool:
    """Whether the group's programme is one that opens only with guardians and assent."""
    programme = shelf.programme(db, group.programme_id)
    return programme is not None and programme.is_conditional


def safety_plan(group: Any) -> dict[str, Any]:
    """What a group's row says of who is responsible, whom to call, and when."""
    call = json.loads(open_sealed(Group.on_call, group.id, group.on_call) or "{}")
    return {
        "country": group.country,
        "emergency_number": group.emergency_number,
        "crisis_line": group.crisis_line,
        "confirmed_at": group.numbers_confirmed_at,
        "clinician": open_sealed(Group.clinician, group.id, group.clinician),
        "on_call": {key: call.get(key, "") for key in ("name", "reach", "mail", "webhook")},
        "procedure": open_sealed(Group.procedure, group.id, group.procedure),
        "works_alone": group.works_alone,
        "escalate_after": group.escalate_after,
    }


def keep_safety_plan(
    db: Connection,
    group_id: str,
    *,
    country: str,
    emergency_number: str,
    crisis_line: str,
    confirmed: bool,
    clinician: str,
    on_call: dict[str, str],
    works_alone: bool = False,
    escalate_after: int = 120,
    procedure: str = "",
    at: datetime | None = None,
) -> None:
    """Keeps the safety plan as it stands, complete or not; ``confirmed`` says that somebody called the
    numbers or looked them up. ``on_call`` is ``{"name", "reach", "mail", "webhook"}``, each may be empty, as
    may ``procedure``, what the site does when somebody is in danger.
    Where no e-mail goes out, an address alone reaches nobody and is refused.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    if on_call.get("webhook") and not _is_https(on_call["webhook"]):
        raise Invalid("The web address to call must begin with https://.")
    if on_call.get("mail") and on_call["mail"].count("@") != 1:
        raise Invalid("This is not an e-mail address.")
    if on_call.get("mail") and not (_mail_goes_out[0] or on_call.get("webhook") or works_alone):
        raise Invalid(NO_MAIL)
    if not LEAST_SECONDS <= escalate_after <= MOST_SECONDS:
        raise Invalid("Choose between 30 and 900 seconds.")
    same = (group.emergency_number, group.crisis_line) == (emergency_number, crisis_line)
    since = group.numbers_confirmed_at if same else None
    kept = {key: on_call[key] for key in ("name", "reach", "mail", "webhook") if on_call.get(key)}
    stored.change(
        db,
        Group,
        group_id,
        country=country,
        emergency_number=emergency_number,
        crisis_line=crisis_line,
        numbers_confirmed_at=(since or at or now()) if confirmed else None,
        clinician=seal(Group.clinician, group_id, clinician) if clinician else None,
        on_call=seal(Group.on_call, group_id, json.dumps(kept, ensure_ascii=False)) if kept else None,
        procedure=seal(Group.procedure, group_id, procedure) if procedure else None,
        works_alone=works_alone,
        escalate_after=escalate_after,
    )


def _of_the_group(db: Connection, group: Any) -> list[str]:
    plan, known = safety_plan(group), consents.newest(db, group.id)
    call = plan["on_call"]
    # somebody who works alone is the clinician, and names the service that is called instead
    reached = plan["works_alone"] or call["mail"] or call["webhook"]
    by_mail_alone = call["mail"] and not (plan["works_alone"] or call["webhook"])
    there = {
        "clinician": plan["clinician"] or plan["works_alone"],
        "numbers": plan["confirmed_at"] and plan["emergency_number"] and plan["crisis_line"],
        "on_call": call["name"] and call["reach"] and reached,
        "mail": _mail_goes_out[0] or not by_mail_alone,
        "consent": "consent" in known,
        "limits": "limits" in known,
    }
    return [what for what, found in there.items() if not found]


def _of_young_people(db: Connection, group: Any, row: Any) -> list[str]:
    """What a programme for young people asks for; a meeting with one member asks it of that member."""
    if not for_young_people(db, group):
        return []
    members = stored.find_all(db, Member, group_id=group.id, left_at=None)
    if row is not None and row.member_id is not None:
        members = [each for each in members if each.id == row.member_id]
    found = []
    if not open_sealed(Group.safeguarding, group.id, group.safeguarding):
        found.append("safeguarding")
    if not members or any(each.guardian_consented_at is None for each in members):
        found.append("guardian")
    if not members or any(each.assented_at is None for each in members):
        found.append("young_person")
    return found


def _refuse(found: list[str]) -> None:
    if found:
        raise NotNow(MISSING[found[0]], missing=found)


def _is_https(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
