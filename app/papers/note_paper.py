"""Signed notes of the record, each alone on its paper: what was signed, by whom and when, and what was added.

A draft makes no paper. An individual note names its own member and, by the check at signing, nobody else.
"""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from app.core import overview, record_pages, stored
from app.core.models import Member
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from app.exercises.plain import N_
from app.papers import wording
from app.papers.blocks import Block, heading, rule, text

TITLES = {
    "group": N_("Group note"),
    "individual": N_("Individual note"),
    "member_safe": N_("Summary of the session"),
}


def of_kind(kind: str) -> Callable[[Connection, Any], dict[str, Any]]:
    """The gather of one kind of note of a session; NotFound until it is signed."""

    def gather(db: Connection, asked: Any) -> dict[str, Any]:
        wanted = (kind, asked.member_id if kind == "individual" else "")
        for note in record_pages.signed_notes(db, asked.group_session_id):
            if (note["kind"], note["member_id"]) == wanted:
                return _paper(db, kind, note)
        raise NotFound()

    return gather


def record(db: Connection, asked: Any) -> dict[str, Any]:
    """A member's record: their signed notes in the order of the sessions; NotFound while there is none."""
    told = record_pages.member_record(db, asked.group_id, asked.member_id)
    if not told["notes"]:
        raise NotFound()
    zone = overview.group_page(db, asked.group_id)["group"]["time_zone"]
    content: list[Block | None] = []
    for note in told["notes"]:
        content.append(heading(wording.session_title(note["session"])))
        content.append(text(_when(note["session"], zone), soft=True))
        content += _body(note, zone, level=2)
    return wording.laid_out(_("Signed notes"), content, over=told["member"]["alias"])


def _paper(db: Connection, kind: str, note: dict[str, Any]) -> dict[str, Any]:
    facts = overview.session_facts(db, note["group_session_id"])
    group, session = facts["group"], facts["session"]
    title = _(TITLES[kind])
    under = [wording.session_title(session), _when(session, group["time_zone"])]
    if kind == "individual":
        member = stored.find(db, Member, id=note["member_id"])
        if member is None:
            raise NotFound()
        under.insert(0, open_sealed(Member.alias, member.id, member.alias))
    content = _body(note, group["time_zone"], level=1)
    # a group's name is for those who lead it; this one is handed to members
    over = "" if kind == "member_safe" else group["name"]
    return wording.laid_out(title, content, over=over, under=under)


def _body(note: dict[str, Any], zone: str, level: int) -> list[Block | None]:
    found: list[Block | None] = []
    for section in note["sections"]:
        if section["text"]:
            found += [heading(section["title"], level), text(section["text"])]
    signed = {"name": note["signed_by"], "time": wording.moment(note["signed_at"], zone)}
    found += [rule(), text(_("Signed by %(name)s, %(time)s.", **signed), soft=True)]
    if not note["holds"]:
        found.append(text(_("This text is not what was signed: it does not fit its signature.")))
    for each in note["addenda"]:
        added = {"name": each["by"], "time": wording.moment(each["written_at"], zone)}
        found += [
            heading(_("Added later"), level),
            text(each["text"]),
            text(_("Added by %(name)s, %(time)s.", **added), soft=True),
        ]
    if note["kind"] != "member_safe":  # it would puzzle whom it is handed to
        found.append(text(_("Signature: %(letters)s", letters=note["signature"]), soft=True))
    return found


def _when(session: dict[str, Any], zone: str) -> str:
    return wording.moment(session["started_at"], zone) if session["started_at"] else ""
