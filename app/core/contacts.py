"""What is held of a member for an emergency: who they are, where, whom to call, and the code word."""

import json
from typing import Any

from sqlalchemy import Connection

from app.core import consents, stored
from app.core.models import Member
from app.core.refusals import NotFound
from app.core.sealing import open_sealed, seal

FIELDS = {
    "name": 120,
    "phone": 60,
    "address": 300,
    "contact": 120,
    "contact_phone": 60,
}  # code points at most


def keep(db: Connection, group_id: str, member_id: str, held: dict[str, str], code_word: str) -> None:
    """Keeps a member's contacts and code word; what is empty is no longer held."""
    if stored.find(db, Member, id=member_id, group_id=group_id) is None:
        raise NotFound()
    known = {key: held[key] for key in FIELDS if held.get(key)}
    text = json.dumps(known, ensure_ascii=False)
    stored.change(
        db,
        Member,
        member_id,
        contacts=seal(Member.contacts, member_id, text) if known else None,
        code_word=seal(Member.code_word, member_id, code_word) if code_word else None,
    )


def of_member(row: Any) -> dict[str, str]:
    """What a member's row holds, each field of FIELDS and ``code_word``, empty where nothing is known."""
    known = json.loads(open_sealed(Member.contacts, row.id, row.contacts) or "{}")
    held = {key: str(known.get(key, "")) for key in FIELDS}
    return held | {"code_word": open_sealed(Member.code_word, row.id, row.code_word)}


def has_contact(row: Any) -> bool:
    """Whether a member's row names somebody who can be called in an emergency, and how."""
    known = of_member(row)
    return bool(known["contact"] and known["contact_phone"])


def held(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """What those who lead a group hold of a member, and where the member stands with the group's texts."""
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    versions = consents.newest(db, group_id)
    return {**of_member(row), "consent": consents.standing(db, member_id, versions)}
