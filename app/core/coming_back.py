"""Somebody who was away last time and comes back: the summary that was signed for members, and no answer of
anybody.
"""

from typing import Any

from sqlalchemy import Connection, Row

from app.core import attendance, leaving, record, stored
from app.core.agenda import agenda_of, counts
from app.core.models import Member, SessionState, StageVisit, Standing
from app.core.record_models import Addendum, NoteKind, RecordNote
from app.core.sealing import open_sealed

OPEN = (SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)


def told(
    db: Connection, row: Row[Any], person: Row[Any], known: dict[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """``missed()`` for somebody inside, as long as the session is on. ``known`` keeps who missed nothing: the
    session before is the same one as soon as this one has begun.
    """
    if person.standing != Standing.ADMITTED or row.state not in OPEN or person.id in known:
        return None
    found = missed(db, row, person.member_id)
    if found is None and row.started_at is not None:
        known[person.id] = {}
    return found


def missed(db: Connection, row: Row[Any], member_id: str | None) -> dict[str, Any] | None:
    """What a member who was away last time reads: the ``number`` of that session, the names of its
    ``stages``, and the ``summary`` for members with what was ``added`` to it, once it is signed.

    Nothing that anybody wrote in private is in it. None for whoever was there, and before the second session.
    """
    if member_id is None or row.kind != "group" or not counts(row):
        return None
    last = leaving.last_ended(db, row)
    if last is None:
        return None
    joined = stored.find(db, Member, id=member_id)
    if joined is None or last.id in attendance.sessions_with(db, member_id):
        return None
    if last.ended_at is None or joined.created_at > last.ended_at:
        return None  # they were not in the group yet
    visited = {each.stage_id for each in stored.find_all(db, StageVisit, group_session_id=last.id)}
    titles = [stage["title"] for stage in agenda_of(last) if stage["id"] in visited]
    return {"number": last.number, "stages": titles, **_signed(db, last.id)}


def _signed(db: Connection, group_session_id: str) -> dict[str, list[Any]]:
    """The summary for members as it was signed; a draft, or what no longer fits its signature, is nothing."""
    kind = NoteKind.MEMBER_SAFE
    note = stored.find(db, RecordNote, group_session_id=group_session_id, kind=kind, member_id="")
    if note is None or note.signed_at is None or not record.holds(note):
        return {"summary": [], "added": []}
    added = stored.find_all(db, Addendum, ("written_at",), note_id=note.id)
    return {
        "summary": [each for each in record.sections_of(note) if each["text"]],
        "added": [open_sealed(Addendum.text, each.id, each.text) for each in added],
    }
