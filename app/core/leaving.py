"""A member who leaves the group: what the group is told, the lines held for them, the one call."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlmodel import col

from app.core import crowd, held_lines, reveals, stored
from app.core.agenda import counts
from app.core.changes import Who, changing
from app.core.models import Audience, GroupSession, Member, Participant, Reflection, Standing, now
from app.core.refusals import NotFound, NotNow
from app.core.sealing import open_sealed, seal
from app.library import load


def member_leaves(
    db: Connection, facilitator_id: str, group_id: str, member_id: str, told: str = "", note: str = ""
) -> None:
    """The member has left: their link fails, their place in a running session ends, and named answers of
    theirs leave the shared screens. What was recorded stays.

    ``told`` is what the group will be told, ``note`` is for facilitators alone.
    """
    row = _member(db, group_id, member_id)
    words = json.dumps({"told": told, "note": note}, ensure_ascii=False)
    values: dict[str, Any] = {"leaving": seal(Member.leaving, member_id, words)}
    if row.left_at is None:
        values["left_at"] = now()
    stored.change(db, Member, member_id, **values)
    if row.left_at is None:
        _leaves_the_screens(db, facilitator_id, member_id)
    places = [
        each
        for each in stored.find_all(db, Participant, member_id=member_id)
        if each.standing != Standing.REMOVED
    ]
    for place in places:
        session = stored.find(db, GroupSession, id=place.group_session_id)
        if session is not None and session.state in held_lines.RUNNING:
            _leaves_the_room(db, facilitator_id, session.id, place.id)


def comes_back(db: Connection, group_id: str, member_id: str) -> None:
    """The member has not left after all: their link works again."""
    _member(db, group_id, member_id)
    stored.change(db, Member, member_id, left_at=None, leaving=None, called_at=None)


def call_made(db: Connection, group_id: str, member_id: str) -> None:
    """The one call after leaving was made."""
    row = _member(db, group_id, member_id)
    if row.left_at is None:
        raise NotNow("This person is still in the group.")
    if row.called_at is None:
        stored.change(db, Member, member_id, called_at=now())


def page(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """What facilitators see of a leaving: when, what the group is told, and the call; and the lines that wait
    for a member, whether they have left or not.
    """
    row = _member(db, group_id, member_id)
    words = _words(row)
    call = load().when_a_member_leaves.call
    return {
        "left_at": row.left_at,
        "called_at": row.called_at,
        **words,
        "lines": held_lines.waiting(db, row),
        "within_days": call.within_days,
        "call": [{"title": each.title, "cue": each.cue} for each in call.rows],
        "no_answer": load().when_a_member_leaves.no_answer,
    }


def left_members(db: Connection, group_id: str) -> list[dict[str, Any]]:
    """Those who have left, with whether the call was made; the last one first."""
    rows = [each for each in stored.find_all(db, Member, group_id=group_id) if each.left_at is not None]
    rows.sort(key=lambda each: each.left_at, reverse=True)
    return [
        {
            "id": each.id,
            "alias": open_sealed(Member.alias, each.id, each.alias),
            "left_at": each.left_at,
            "called_at": each.called_at,
        }
        for each in rows
    ]


def to_tell(db: Connection, row: Row[Any]) -> list[str]:
    """What a facilitator tells the group at the start of this session: of those who left since the last one
    began, so that whoever left in the middle of it is told of as well, and each once.
    """
    if row.kind != "group":
        return []
    since = _began_before(db, row)
    until = row.started_at or row.ended_at or now()
    told = []
    for each in stored.find_all(db, Member, ("left_at",), group_id=row.group_id):
        if each.left_at is not None and since < each.left_at <= until:
            words = _words(each)["told"]
            told += [words] if words else []
    return told


def ended_before(db: Connection, row: Row[Any]) -> list[Row[Any]]:
    """The group's sessions that had ended before this one began, in the order in which they ended; a lobby
    that was closed before anything began was none.
    """
    return [
        each
        for each in stored.find_all(db, GroupSession, ("ended_at",), group_id=row.group_id, kind="group")
        if each.ended_at is not None
        and each.started_at is not None
        and each.id != row.id
        and counts(each)
        and (row.started_at is None or each.ended_at <= row.started_at)
    ]


def _leaves_the_screens(db: Connection, facilitator_id: str, member_id: str) -> None:
    """Pages of sessions that are over, and show what they gave with their name, hear that it is gone."""
    showing = (
        select(col(Reflection.id), col(Reflection.group_session_id), col(Reflection.participant_id))
        .join(Participant, col(Participant.id) == col(Reflection.participant_id))
        .join(GroupSession, col(GroupSession.id) == col(Participant.group_session_id))
        .where(
            col(Participant.member_id) == member_id,
            col(GroupSession.ended_at).is_not(None),
            col(Reflection.shown_at).is_not(None),
            col(Reflection.audience) != Audience.UNNAMED,
        )
    )
    gone = defaultdict(list)
    for each in db.execute(showing).all():
        gone[each.group_session_id, each.participant_id].append(each.id)
    for (group_session_id, participant_id), ids in gone.items():
        with changing(db, Who("facilitator", group_session_id, facilitator_id), "member_leaves") as change:
            change.wrote(participant_id, shared=True, reflections=ids)


def _leaves_the_room(db: Connection, facilitator_id: str, group_session_id: str, participant_id: str) -> None:
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "member_leaves") as change:
        was_inside = stored.exists(db, Participant, id=participant_id, standing=Standing.ADMITTED)
        db.execute(
            update(Participant)
            .where(col(Participant.id) == participant_id)
            .values(standing=Standing.REMOVED, left_at=change.at)
        )
        hidden = reveals.hide_named(change, participant_id)
        change.wrote(participant_id, shared=True, people=[participant_id], reflections=hidden)
        if was_inside:
            crowd.went(change)


def _member(db: Connection, group_id: str, member_id: str) -> Row[Any]:
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    return row


def _words(row: Any) -> dict[str, str]:
    if row.leaving is None:
        return {"told": "", "note": ""}
    found: dict[str, str] = json.loads(open_sealed(Member.leaving, row.id, row.leaving))
    return found


def _began_before(db: Connection, row: Row[Any]) -> datetime:
    """When the last session that came to its first stage did so."""
    began = [each.started_at for each in ended_before(db, row) if each.started_at is not None]
    return began[-1] if began else datetime.min.replace(tzinfo=now().tzinfo)
