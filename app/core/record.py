"""Notes of the record: a draft that saves itself, a signature, and addenda. After signing nothing changes.

Only those who lead a group write and sign. What is signed is what the signer had before them: the verb takes
the text of their page, and refuses when somebody has stored a newer one. The part that all notes share is
written once and lands in every individual note as it is signed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row

from app.core import attendance, layouts, names_check, stored
from app.core.agenda import alone, counts
from app.core.changes import Change, Who, changing
from app.core.commands import LEADING, facilitator_role
from app.core.models import Facilitator, GroupSession, SessionState, new_id
from app.core.named import people_of
from app.core.record_models import Addendum, NoteKind, ProcessNote, RecordNote
from app.core.refusals import Invalid, NotFound, NotNow, Refused, Superseded
from app.core.sealing import open_sealed, seal
from app.exercises import Unreadable, clean
from app.exercises.plain import N_

Sections = Sequence[Mapping[str, str]]  # {"key", "title", "text"}
LONGEST = 8_000  # code points of one section
TOO_LONG = N_("A section of a note has 8,000 letters at most.")
MOST = layouts.MOST + 1  # sections of a note, with the shared part
NEWER = N_("Somebody has stored a newer text of this. Both are on this page now.")
ADDED = N_(
    "Not signed yet: another addendum of yours was. Look at it, then sign this one if it is still needed."
)
SIGNED = N_("This note is signed. What comes later is written below it, as an addendum.")


class Named(Refused):
    """A note names somebody, or holds their words; ``findings`` say where."""

    code = "names"
    sentence_by_default = N_("Not signed: it holds a name or words of somebody else. Below you see where.")


def save(
    db: Connection,
    facilitator_id: str,
    group_session_id: str,
    kind: str,
    member_id: str,
    layout: str,
    sections: Sections,
    revision: int,
) -> dict[str, Any]:
    """Keeps a draft; ``revision`` is one above what the writer saw. The same again answers the same.

    Raises Superseded, with the text that stands, where that is newer; NotNow once the note is signed.
    """
    with _leading(db, facilitator_id, group_session_id, "save_record_note") as change:
        _place(change, kind, member_id)
        body = _read(sections)
        stands = _find(change, kind, member_id)
        if stands is not None and stands.signed_at is not None:
            raise NotNow(SIGNED)
        if stands is not None and revision <= stands.revision:
            if revision == stands.revision and sections_of(stands) == body:
                return _kept(stands.revision, stands.saved_at)
            raise _superseded(db, stands)
        _keep(change, stands, kind, member_id, layout, body, revision)
        return _kept(revision, change.at)


def sign(
    db: Connection,
    facilitator_id: str,
    group_session_id: str,
    kind: str,
    member_id: str,
    layout: str,
    sections: Sections,
    revision: int,
    shared: Sections = (),
    shared_revision: int = 0,
) -> dict[str, Any]:
    """Signs a note as it stands on the signer's page, made on ``revision`` (0: on a draft nobody has saved).

    An individual note gets the shared part, made on ``shared_revision``. Raises Superseded where either was
    stored anew since, Named where the names check stops, NotNow before the session has ended or once the note
    is signed with another text. The same again answers the same.
    """
    with _leading(db, facilitator_id, group_session_id, "sign_note") as change:
        row = change.before
        _place(change, kind, member_id)
        if kind == NoteKind.SHARED:
            raise NotFound()
        if row.state != SessionState.ENDED:
            raise NotNow(N_("A note is signed when the session has ended."))
        with_shared = kind == NoteKind.INDIVIDUAL and not alone(row)
        body = _read(sections)
        common = _read(shared, within=1) if with_shared else []
        stands = _find(change, kind, member_id)
        if stands is not None and stands.signed_at is not None:
            if sections_of(stands) == common + body and stands.signed_by == facilitator_id:
                return _signed(stands)
            raise NotNow(SIGNED)
        _fresh(db, stands, revision, "note")
        part = _find(change, NoteKind.SHARED, "") if with_shared else None
        _fresh(db, part, shared_revision, "shared")
        if not any(each["text"] for each in body):
            raise Invalid(N_("Nothing is written yet."))
        _must_name_nobody(change, member_id, body, common)
        if with_shared and (part is None or sections_of(part) != common):
            _keep(change, part, NoteKind.SHARED, "", layout, common, shared_revision + 1)
        new = _keep(change, stands, kind, member_id, layout, common + body, revision + 1)
        values = {"signed_at": change.at, "signed_by": facilitator_id}
        place = (group_session_id, str(kind), member_id, layout)
        signature = _hash(*place, common + body, facilitator_id, change.at.isoformat())
        stored.change(db, RecordNote, new, signature=signature, **values)
        return {"note_id": new, "signature": signature, "signed_at": change.at.isoformat()}


def findings(
    check: names_check.Check, member_id: str, sections: Sections, shared: Sections = ()
) -> list[dict[str, Any]]:
    """What the names check finds in a note: kind, section, whether ``in_title`` or in its text, start, end,
    whose it is, and whether it stops.

    A note of a member may not name the others; what is for all may name nobody, nor may the shared part.
    """
    found = [
        (each, of == "title")
        for part, besides in ((shared, ""), (sections, member_id))
        for of in ("title", "text")
        for each in check.of({section["key"]: section[of] for section in part}, besides)
    ]
    aliases = {each.id: each.alias for each in check.people}
    return [
        asdict(each) | {"in_title": in_title, "alias": aliases[each.person], "stops": each.stops}
        for each, in_title in [*found, *_split(check, member_id, sections, shared, found)]
    ]


def _split(
    check: names_check.Check,
    member_id: str,
    sections: Sections,
    shared: Sections,
    found: list[tuple[names_check.Finding, bool]],
) -> list[tuple[names_check.Finding, bool]]:
    """Words of somebody's that go over from one text of a note into the next, as the note is read, with the
    titles and without; not what was ``found`` within a text.
    """
    read = [
        (section["key"], of == "title", section[of], part is sections)
        for part in (shared, sections)
        for section in part
        for of in ("title", "text")
    ]
    known = {(each.section, in_title) for each, in_title in found if each.kind == names_check.WORDS}
    more: dict[tuple[str, bool], names_check.Finding] = {}
    for parts in (read, [each for each in read if not each[1]]):
        texts, own = [each[2] for each in parts], [each[3] for each in parts]
        for place, each in check.across(texts, own, member_id):
            key, in_title = parts[place][:2]
            if (key, in_title) not in known:
                more.setdefault((key, in_title), replace(each, section=key))
    return [(each, in_title) for (_, in_title), each in more.items()]


def quoted(
    db: Connection,
    group_session_id: str,
    member_id: str,
    sections: Sections,
    shared: Sections,
    rest: Callable[[], None],
) -> list[dict[str, Any]]:
    """Words of others from the group's other sessions in a note that is about to be signed, as findings.

    It reads all that was ever written in the group, so it is no part of the verb: what is over does not
    change meanwhile. ``rest`` is called between two sessions, so that nobody waits for all of it.
    """
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None or not counts(row):
        raise NotFound()
    body, common = _read(sections), _read(shared) if shared else []
    found: list[dict[str, Any]] = []
    for other in stored.find_all(db, GroupSession, ("number", "id"), group_id=row.group_id):
        if other.id != row.id and other.started_at is not None and counts(other):
            check = names_check.Check(people_of(db, other))
            found += [each for each in findings(check, member_id, body, common) if each["kind"] == "words"]
            rest()
    place = ("section", "in_title", "start", "end")
    return list({tuple(each[name] for name in place): each for each in found}.values())


def quoted_later(
    db: Connection, group_session_id: str, note_id: str, text: str, rest: Callable[[], None]
) -> list[dict[str, Any]]:
    """The same for an addendum to a note of this session."""
    note = stored.find(db, RecordNote, id=note_id, group_session_id=group_session_id)
    if note is None:
        raise NotFound()
    return quoted(db, group_session_id, note.member_id, _addendum(text), (), rest)


def add(db: Connection, facilitator_id: str, note_id: str, row_id: str, text: str) -> None:
    """Adds to a signed note; signed as it is written, under the id its form was given. The same again is done
    already; other words under this id are refused with Invalid, so that nobody takes them for signed.
    """
    note = stored.find(db, RecordNote, id=note_id)
    if note is None:
        raise NotFound()
    with _leading(db, facilitator_id, note.group_session_id, "add_to_note") as change:
        if note.signed_at is None:
            raise NotNow(N_("Only a signed note takes an addendum."))
        [said] = _read(_addendum(text))
        stands = stored.find(db, Addendum, id=row_id)
        if stands is not None:
            if (stands.note_id, stands.facilitator_id) != (note_id, facilitator_id):
                raise NotFound()
            if open_sealed(Addendum.text, row_id, stands.text) != said["text"]:
                raise Invalid(ADDED)
            return
        if not said["text"]:
            raise Invalid(N_("Nothing is written yet."))
        _must_name_nobody(change, note.member_id, [said], [])
        signature = _hash(note.signature, said["text"], facilitator_id, change.at.isoformat())
        place = {"id": row_id, "note_id": note_id, "facilitator_id": facilitator_id}
        sealed = seal(Addendum.text, row_id, said["text"])
        stored.add(db, Addendum, **place, text=sealed, written_at=change.at, signature=signature)
        change.wrote(note_id)


def save_process(
    db: Connection, facilitator_id: str, group_session_id: str, text: str, revision: int
) -> dict[str, Any]:
    """Keeps a facilitator's own process note, apart from the record; the revision rules are those of save."""
    with _leading(db, facilitator_id, group_session_id, "save_process_note") as change:
        [said] = _read([{"key": "process", "title": "", "text": text}])
        place = {"group_session_id": group_session_id, "facilitator_id": facilitator_id}
        stands = stored.find(
            db, ProcessNote, group_session_id=group_session_id, facilitator_id=facilitator_id
        )
        if stands is not None and revision <= stands.revision:
            there = open_sealed(ProcessNote.text, stands.id, stands.text)
            if revision == stands.revision and there == said["text"]:
                return _kept(stands.revision, stands.saved_at)
            newer = [{"key": "process", "title": "", "text": there}]
            raise Superseded(NEWER, of="note", revision=stands.revision, sections=newer)
        row_id = stands.id if stands else new_id()
        values = {"text": seal(ProcessNote.text, row_id, said["text"]), "revision": revision}
        if stands is None:
            stored.add(db, ProcessNote, id=row_id, **place, **values, saved_at=change.at)
        else:
            stored.change(db, ProcessNote, row_id, **values, saved_at=change.at)
        change.wrote(row_id)
        return _kept(revision, change.at)


def sections_of(row: Row[Any]) -> list[dict[str, str]]:
    """What a note says, section by section."""
    sections: list[dict[str, str]] = json.loads(open_sealed(RecordNote.body, row.id, row.body))
    return sections


def holds(row: Row[Any]) -> bool:
    """Whether a signed note is what was signed, by whom and when the row says."""
    place = (row.group_session_id, str(row.kind), row.member_id, row.layout)
    again = _hash(*place, sections_of(row), row.signed_by, row.signed_at.isoformat())
    return bool(row.signature == again)


@contextmanager
def _leading(db: Connection, facilitator_id: str, group_session_id: str, action: str) -> Iterator[Change]:
    """``changing()`` for whoever leads the group of a session that is in the record; else NotFound."""
    with changing(db, Who("facilitator", group_session_id, facilitator_id), action) as change:
        role = facilitator_role(db, facilitator_id, change.before.group_id)
        if role not in LEADING or not counts(change.before):
            raise NotFound()
        yield change


def _place(change: Change, kind: str, member_id: str) -> None:
    """Whether a session has a note of this kind: for a member who belonged to it, or for all of them."""
    row = change.before
    if kind not in set(NoteKind) or (kind == NoteKind.INDIVIDUAL) != bool(member_id):
        raise NotFound()
    if kind != NoteKind.INDIVIDUAL and alone(row):
        raise NotFound()
    if member_id and member_id not in {each["member_id"] for each in attendance.attendance(change.db, row)}:
        raise NotFound()


def _find(change: Change, kind: str, member_id: str) -> Row[Any] | None:
    place = {"group_session_id": change.before.id, "kind": NoteKind(kind), "member_id": member_id}
    return stored.find(change.db, RecordNote, **place)


def _read(sections: Sections, within: int = MOST) -> list[dict[str, str]]:
    """Sections as they are kept; Invalid for what is none."""
    try:
        kept = [
            {
                "key": each["key"],
                "title": clean(each["title"], limit=layouts.TITLE),
                "text": clean(each["text"], limit=LONGEST, too_long=TOO_LONG),
            }
            for each in sections
        ]
        keys = [each["key"] for each in kept]
        sound = all(key.isidentifier() and len(key) <= 36 for key in keys) and len(set(keys)) == len(keys)
    except Unreadable as wrong:
        raise Invalid(wrong.sentence) from None
    except (KeyError, TypeError, AttributeError):
        raise Invalid() from None
    if not 1 <= len(kept) <= within or not sound:
        raise Invalid()
    return kept


def _addendum(text: str) -> Sections:
    return [{"key": "addendum", "title": "", "text": text}]


def _fresh(db: Connection, stands: Row[Any] | None, revision: int, of: str) -> None:
    if revision != (stands.revision if stands is not None else 0):
        if stands is None:
            raise Superseded(NEWER, of=of, revision=0, sections=[])
        raise _superseded(db, stands, of)


def _must_name_nobody(
    change: Change, member_id: str, body: list[dict[str, str]], common: list[dict[str, str]]
) -> None:
    check = names_check.Check(people_of(change.db, change.before))
    found = findings(check, member_id, body, common)
    if any(each["stops"] for each in found):
        raise Named(findings=found)


def _keep(
    change: Change,
    stands: Row[Any] | None,
    kind: str,
    member_id: str,
    layout: str,
    body: list[dict[str, str]],
    revision: int,
) -> str:
    if stands is None or layout != stands.layout:
        layouts.layout(change.db, layout)  # refuses one that is not there, before anything is written
    row_id = str(stands.id) if stands is not None else new_id()
    values = {
        "layout": layout,
        "body": seal(RecordNote.body, row_id, json.dumps(body, ensure_ascii=False)),
        "revision": revision,
        "saved_at": change.at,
        "saved_by": change.who.id,
    }
    if stands is None:
        place = {"group_session_id": change.before.id, "kind": NoteKind(kind), "member_id": member_id}
        stored.add(change.db, RecordNote, id=row_id, **place, made_at=change.at, **values)
    else:
        stored.change(change.db, RecordNote, row_id, **values)
    change.wrote(row_id)
    return row_id


def _superseded(db: Connection, stands: Row[Any], of: str = "note") -> Superseded:
    writer = stored.find(db, Facilitator, id=stands.saved_by)
    name = open_sealed(Facilitator.name, writer.id, writer.name) if writer else ""
    return Superseded(NEWER, of=of, revision=stands.revision, sections=sections_of(stands), by=name)


def _kept(revision: int, at: Any) -> dict[str, Any]:
    return {"revision": revision, "saved_at": at.isoformat()}


def _signed(row: Row[Any]) -> dict[str, Any]:
    return {"note_id": row.id, "signature": row.signature, "signed_at": row.signed_at.isoformat()}


def _hash(*parts: Any) -> str:
    """SHA-256 over the parts in one fixed form of JSON."""
    plain = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
