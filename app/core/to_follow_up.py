"""What a session leaves to do: whose call has no follow-up, who wanted a word, who was silent or away.

One entry for a person, with every reason, so that nobody is called three times for one evening.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import attendance, leaving, stored
from app.core.agenda import agenda_of, alone, counts
from app.core.models import GroupSession, SessionState
from app.core.record_models import NoteKind, RecordNote
from app.core.summary_answers import LEAVING

FELL = 3  # points of the week's mood, from the last session to this one
RANKS = ("calls", "word", "left_at", "fell", "silent", "unheard", "absent")  # the most pressing first


def to_follow_up(
    db: Connection, row: Row[Any], told: dict[str, Any], there: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The people to follow up after a session, the most pressing first. Empty for what is in no record.

    ``told`` is the session's summary, ``there`` comes from ``attendance.attendance``. Of each: ``calls``
    (urgent signals without a follow-up, or still open), ``word`` (left wanting a word), ``fell`` (points of
    mood), ``silent`` (three times running), ``unheard`` (today), ``absent``, ``left_at`` (left the group and
    was not called), and ``meeting``, the id of a meeting with them that is planned already.
    """
    if not counts(row):
        return []
    words = _words(agenda_of(row))
    found = {person["id"]: _today(person, told, words) for person in told["people"]}
    people = [*found.values(), *_at_the_door(told, set(found))]
    entries = [*people, *_away(there, people)]
    if not alone(row) and _is_newest(db, row):
        _over_weeks(db, row, entries)
    planned = _planned(db, row)
    kept = [each | {"meeting": planned.get(each["member_id"])} for each in entries if _rank(each) is not None]
    return sorted(kept, key=lambda each: _rank(each) or 0)


def notes_to_sign(db: Connection, row: Row[Any], there: list[dict[str, Any]]) -> dict[str, int] | None:
    """How many notes of a session are ``signed``, ``of`` how many; None once all are, or where none is due.

    Due are the note of the group and one for each member who belonged to it then, there or not.
    """
    if not counts(row) or row.state != SessionState.ENDED:
        return None
    due = len(there) + (0 if alone(row) else 1)
    kinds = (NoteKind.GROUP, NoteKind.INDIVIDUAL)
    rows = stored.find_all(db, RecordNote, group_session_id=row.id)
    signed = sum(each.signed_at is not None and each.kind in kinds for each in rows)
    return {"signed": signed, "of": due} if signed < due else None


def _today(person: dict[str, Any], told: dict[str, Any], words: set[str]) -> dict[str, Any]:
    """What this session alone says of somebody who was in it."""
    hearing = any(each["heard"] for each in told["people"])
    fell = 0
    if person["mood"] is not None and person["last_mood"] is not None:
        fell = person["last_mood"] - person["mood"]
    return _entry(
        person["member_id"],
        person["alias"],
        participant_id=person["id"],
        calls=_calls(told, person["id"]),
        word=bool(person["leaving"]) and person["leaving"] in words,
        fell=fell if fell >= FELL else 0,
        unheard=hearing and not person["heard"],
    )


def _calls(told: dict[str, Any], participant_id: str) -> list[dict[str, Any]]:
    return [
        each
        for each in told["signals"]
        if each["participant_id"] == participant_id and (each["lacks"] or (each["urgent"] and each["open"]))
    ]


def _at_the_door(told: dict[str, Any], inside: set[str]) -> list[dict[str, Any]]:
    """Who called and was never let in."""
    others = {
        each["participant_id"]: each for each in told["signals"] if each["participant_id"] not in inside
    }
    return [
        _entry(each["member_id"], each["alias"], participant_id=key, calls=_calls(told, key))
        for key, each in others.items()
    ]


def _words(stages: Iterable[dict[str, Any]]) -> set[str]:
    """The last choice of "How are you leaving?": a word first. It may be in any language."""
    return {
        prompt["options"][-1]
        for stage in stages
        for prompt in stage["prompts"]
        if prompt.get("exercise") == LEAVING and len(prompt.get("options", ())) > 2
    }


def _away(there: list[dict[str, Any]], found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {each["member_id"]: each for each in found if each["member_id"]}
    away = []
    for each in there:
        if each["status"] != "absent":
            continue
        if each["member_id"] in known:
            known[each["member_id"]]["absent"] = True  # their phone came in, a facilitator says they did not
        else:
            away.append(_entry(each["member_id"], each["alias"], absent=True))
    return away


def _over_weeks(db: Connection, row: Row[Any], entries: list[dict[str, Any]]) -> None:
    """Who was silent three times running, and who has left and was not called."""
    quiet = attendance.silent(db, row.group_id)
    for each in entries:
        if each["member_id"] in quiet:
            each |= {"silent": True, "unheard": False}
    here = {each["member_id"]: each for each in entries}
    for gone in leaving.left_members(db, row.group_id):
        if gone["called_at"] is None:
            new = gone["id"] not in here
            entry = _entry(gone["id"], gone["alias"]) if new else here[gone["id"]]
            entry |= {"left_at": gone["left_at"], "absent": False, "silent": False, "unheard": False}
            entries += [entry] if new else []


def _is_newest(db: Connection, row: Row[Any]) -> bool:
    """Whether no later session of the group has ended: what goes over the weeks stands on the last one."""
    later = db.execute(
        select(col(GroupSession.id)).where(
            col(GroupSession.group_id) == row.group_id,
            col(GroupSession.kind) == row.kind,
            col(GroupSession.number) > row.number,
            col(GroupSession.state) == SessionState.ENDED,
        )
    ).first()
    return later is None


def _planned(db: Connection, row: Row[Any]) -> dict[str, str]:
    rows = stored.find_all(
        db, GroupSession, ("number",), group_id=row.group_id, state=SessionState.PLANNED, rehearsal_of=None
    )
    return {each.member_id: each.id for each in rows if each.member_id is not None}


def _entry(member_id: str | None, alias: str, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"participant_id": None, "calls": [], "word": False, "fell": 0, "left_at": None}
    empty |= {"silent": False, "unheard": False, "absent": False}
    return empty | {"member_id": member_id, "alias": alias} | more


def _rank(entry: dict[str, Any]) -> int | None:
    return next((place for place, name in enumerate(RANKS) if entry[name]), None)
