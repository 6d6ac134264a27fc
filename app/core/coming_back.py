"""Somebody who was away and comes back: the signed summary for members of each session since they were last
there, and no answer of anybody.
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
) -> list[dict[str, Any]]:
    """``missed()`` for somebody inside, as long as the session is on. ``known`` keeps who missed nothing: the
    sessions before are the same ones as soon as this one has begun.
    """
    if person.standing != Standing.ADMITTED or row.state not in OPEN or person.id in known:
        return []
    found = missed(db, row, person.member_id)
    if not found and row.started_at is not None:
        known[person.id] = {}
    return found


def missed(db: Connection, row: Row[Any], member_id: str | None) -> list[dict[str, Any]]:
    """What a member reads of the sessions that they missed since they were last there, the newest first: the
    ``number`` of each, the names of its ``stages``, and the ``summary`` for members with what was ``added``
    to it, once it is signed.

    Nothing that anybody wrote in private is in it, and no session that was over before they joined. Empty for
    whoever was there last time.
    """
    joined = stored.find(db, Member, id=member_id) if member_id is not None else None
    if joined is None or row.kind != "group" or not counts(row):
        return []
    away, there = [], attendance.sessions_with(db, joined.id)
    for each in reversed(leaving.ended_before(db, row)):
        if each.id in there or joined.created_at > each.ended_at:
            break
        away.append(each)
    return [_told(db, each) for each in away]


def _told(db: Connection, session: Row[Any]) -> dict[str, Any]:
    visited = {each.stage_id for each in stored.find_all(db, StageVisit, group_session_id=session.id)}
    titles = [stage["title"] for stage in agenda_of(session) if stage["id"] in visited]
    return {"number": session.number, "stages": titles, **_signed(db, session.id)}


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
