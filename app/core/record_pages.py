"""What facilitators see of the record: the notes of a session as drafts or signed, and a member's record."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import (
    attendance,
    draft_facts,
    drafting,
    follow_ups,
    layouts,
    names_check,
    overview,
    retention,
    stored,
)
from app.core.agenda import alone, counts
from app.core.drafting import Say, english
from app.core.layouts import Layout
from app.core.models import Facilitator, Group, GroupSession, Member, SessionState
from app.core.named import people_of
from app.core.record import findings, holds, sections_of
from app.core.record_models import Addendum, NoteKind, ProcessNote, RecordNote
from app.core.refusals import NotFound
from app.core.sealing import open_sealed

Note = dict[str, Any]
UNSAVED: Note = {"revision": 0, "signed_at": None, "saved_at": None, "addenda": []}


def notes_page(
    db: Connection, facilitator_id: str, group_session_id: str, layout_id: str = "", say: Say = english
) -> dict[str, Any]:
    """All notes of a session: ``shared``, ``group``, ``member_safe``, ``members`` and the reader's own
    ``process`` note. What nobody has saved yet is drafted; it has revision 0.
    """
    row = _counted(db, group_session_id)
    page = overview.session_facts(db, group_session_id)
    rows = {(each.kind, each.member_id): each for each in _rows(db, group_session_id)}
    chosen = layouts.layout(db, layout_id or _last_layout(db, row))
    facts, check = draft_facts.facts_of(db, row), names_check.Check(people_of(db, row))
    names, added = _names(db, rows.values()), _addenda(db, rows.values())

    def told(kind: NoteKind, member_id: str, layout: Layout, draft: Any) -> Note:
        stands = rows.get((kind, member_id))
        place = {"kind": str(kind), "member_id": member_id, "layout": layout["id"]}
        if stands is not None and stands.signed_at is not None:
            return {**place, **_note(stands, names, added), "findings": []}
        note = _note(stands, names, added) if stands is not None else UNSAVED | {"sections": draft()}
        return {**place, **note, "findings": findings(check, member_id, note["sections"])}

    def of_member(each: dict[str, Any]) -> dict[str, Any]:
        stands = rows.get((NoteKind.INDIVIDUAL, each["member_id"]))
        layout = layouts.layout(db, stands.layout) if stands is not None else chosen
        draft = told(
            NoteKind.INDIVIDUAL,
            each["member_id"],
            layout,
            lambda: drafting.individual(facts, each["member_id"], layout, check, say),
        )
        return each | {"note": draft, "into": _into(layout, draft["sections"])}

    members = [of_member(each) for each in attendance.attendance(db, row)]
    for_all = not alone(row)
    return {
        "group": page["group"],
        "session": page["session"],
        "ended": row.state == SessionState.ENDED,
        "expires_at": retention.expires_at(db, row),
        "kept": retention.settings_of(db, row.group_id),
        "alone": alone(row),
        "layout": chosen,
        "layouts": layouts.layouts(db),
        "members": members,
        "guests": facts["group"]["guests"],
        "process": _process(db, facilitator_id, group_session_id),
        "shared": told(NoteKind.SHARED, "", chosen, lambda: drafting.shared_part(facts, say))
        if for_all
        else None,
        "group_note": told(NoteKind.GROUP, "", chosen, lambda: drafting.group_note(facts, chosen, say))
        if for_all
        else None,
        "member_safe": told(NoteKind.MEMBER_SAFE, "", chosen, lambda: drafting.member_safe(facts, say))
        if for_all
        else None,
    }


def newest(db: Connection, facilitator_id: str, group_session_id: str) -> dict[str, Any]:
    """What stands of a session's notes, by place, for a page that has been open for a while."""
    _counted(db, group_session_id)
    rows = _rows(db, group_session_id)
    names, added = _names(db, rows), _addenda(db, rows)
    found = {place_of(str(each.kind), each.member_id): _note(each, names, added) for each in rows}
    process = _process(db, facilitator_id, group_session_id)
    return found | ({"process": process} if process["revision"] else {})


def signed_card(db: Connection, group_session_id: str, place: str) -> dict[str, Any] | None:
    """One signed note as a card of the page; None where none is signed in this place."""
    row = _counted(db, group_session_id)
    rows = [each for each in _rows(db, group_session_id) if place_of(str(each.kind), each.member_id) == place]
    if not rows or rows[0].signed_at is None:
        return None
    [note] = _told(db, rows)
    card = {"place": place, "of": "member" if note["member_id"] else place, "note": note}
    there = (each for each in attendance.attendance(db, row) if each["member_id"] == note["member_id"])
    return card | next(there, {})


def place_of(kind: str, member_id: str) -> str:
    """The name of a note's place on the page."""
    return f"m-{member_id}" if kind == NoteKind.INDIVIDUAL else kind


def signed_notes(db: Connection, group_session_id: str) -> list[Note]:
    """The signed notes of a session with their addenda: the group's, members' and the member-safe one."""
    _counted(db, group_session_id)
    rows = [each for each in _rows(db, group_session_id) if each.signed_at is not None]
    return _told(db, rows)


def member_record(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """A member's record: their signed notes in the order of the sessions, with addenda, and follow-ups."""
    member = stored.find(db, Member, id=member_id, group_id=group_id)
    if member is None:
        raise NotFound()
    query = (
        select(RecordNote.__table__)
        .where(col(RecordNote.member_id) == member_id, col(RecordNote.signed_at).is_not(None))
        .order_by(col(RecordNote.signed_at), col(RecordNote.id))
    )
    rows = list(db.execute(query).all())
    group = stored.find(db, Group, id=group_id)
    of = {each["id"]: each for each in overview.sessions_of(db, group)}
    notes = [each | {"session": of[each["group_session_id"]]} for each in _told(db, rows)]
    return {
        "member": {"id": member_id, "alias": open_sealed(Member.alias, member_id, member.alias)},
        "notes": sorted(notes, key=lambda each: (each["session"]["started_at"], each["signed_at"])),
        "follow_ups": follow_ups.of_member(db, member_id),
    }


def check_of(db: Connection, group_session_id: str) -> names_check.Check:
    """The names check of a session's notes."""
    return names_check.Check(people_of(db, _counted(db, group_session_id)))


def _told(db: Connection, rows: list[Row[Any]]) -> list[Note]:
    names, added = _names(db, rows), _addenda(db, rows)
    return [
        _note(each, names, added)
        | {"kind": str(each.kind), "member_id": each.member_id, "group_session_id": each.group_session_id}
        for each in rows
    ]


def _counted(db: Connection, group_session_id: str) -> Row[Any]:
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None or not counts(row):
        raise NotFound()
    return row


def _rows(db: Connection, group_session_id: str) -> list[Row[Any]]:
    return stored.find_all(db, RecordNote, ("kind", "made_at"), group_session_id=group_session_id)


def _last_layout(db: Connection, row: Row[Any]) -> str:
    """The layout in which this group was noted last."""
    found = db.execute(
        select(col(RecordNote.layout))
        .join(GroupSession, col(GroupSession.id) == col(RecordNote.group_session_id))
        .where(col(GroupSession.group_id) == row.group_id)
        .order_by(col(RecordNote.saved_at).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or layouts.FIRST


def _into(layout: Layout, sections: list[dict[str, str]]) -> dict[str, str]:
    """Which section takes a chip or the line, by its fact; the last where the layout has changed since."""
    there = {each["key"] for each in sections}
    into = {fact: layouts.section_of(layout["sections"], fact) for fact in (*layouts.CHIPS, "line")}
    return {fact: key if key in there else sections[-1]["key"] for fact, key in into.items()}


def _note(row: Row[Any], names: dict[str, str], added: dict[str, list[dict[str, Any]]]) -> Note:
    signed = row.signed_at is not None
    return {
        "id": row.id,
        "layout": row.layout,
        "revision": row.revision,
        "saved_at": row.saved_at,
        "saved_by": names.get(row.saved_by, ""),
        "sections": sections_of(row),
        "signed_at": row.signed_at,
        "signed_by": names.get(row.signed_by, "") if signed else "",
        "signature": row.signature,
        "holds": holds(row) if signed else None,
        "addenda": [each | {"by": names.get(each["by"], "")} for each in added.get(row.id, [])],
    }


def _process(db: Connection, facilitator_id: str, group_session_id: str) -> Note:
    row = stored.find(db, ProcessNote, group_session_id=group_session_id, facilitator_id=facilitator_id)
    text = open_sealed(ProcessNote.text, row.id, row.text) if row else ""
    return {
        "revision": row.revision if row else 0,
        "saved_at": row.saved_at if row else None,
        "signed_at": None,
        "sections": [{"key": "process", "title": "", "text": text}],
    }


def _addenda(db: Connection, rows: Iterable[Row[Any]]) -> dict[str, list[dict[str, Any]]]:
    ids = [each.id for each in rows if each.signed_at is not None]
    query = select(Addendum.__table__).where(col(Addendum.note_id).in_(ids))
    found: dict[str, list[dict[str, Any]]] = {}
    for each in db.execute(query.order_by(col(Addendum.written_at), col(Addendum.id))).all() if ids else ():
        found.setdefault(each.note_id, []).append(
            {
                "id": each.id,
                "by": each.facilitator_id,
                "written_at": each.written_at,
                "text": open_sealed(Addendum.text, each.id, each.text),
                "signature": each.signature,
            }
        )
    return found


def _names(db: Connection, rows: Iterable[Row[Any]]) -> dict[str, str]:
    """The names of everybody who wrote in these notes; a handful of facilitators, whatever the notes."""
    wrote = {each.saved_by for each in rows} | {each.signed_by for each in rows}
    ids = [each.id for each in rows]
    added = select(col(Addendum.facilitator_id)).where(col(Addendum.note_id).in_(ids))
    wrote |= set(db.execute(added).scalars()) if ids else set()
    query = select(col(Facilitator.id), col(Facilitator.name))
    found = db.execute(query.where(col(Facilitator.id).in_(sorted(wrote - {None})))).all() if wrote else ()
    return {each.id: open_sealed(Facilitator.name, each.id, each.name) for each in found}
