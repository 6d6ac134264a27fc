"""How people find and enter a session: room links and codes, personal links, the waiting room."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from app.core import consents, crowd, gate, late, lots, measures, pins, quiet, stored
from app.core.changes import Change, Who, changing
from app.core.models import (
    CODE_LETTERS,
    Group,
    GroupSession,
    Member,
    Participant,
    SessionState,
    Standing,
    new_code,
    new_id,
    now,
)
from app.core.refusals import NotFound, NotNow
from app.core.sealing import seal

OPEN_STATES = (SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)
LARGEST_ROOM = 200
WALL_STANDS = timedelta(hours=12)


def hashed(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_link(column: Any, hash_name: str, row_id: str) -> dict[str, Any]:
    """A fresh token for a link: sealed so that it can be shown again, hashed so that it can be found."""
    token = new_id()
    return {column.key: seal(column, row_id, token), hash_name: hashed(token)}


def new_room_link(db: Connection, group_session_id: str) -> dict[str, Any]:
    """A fresh room link and a code that no open session has."""
    return {
        **new_link(GroupSession.room_link, "room_link_hash", group_session_id),
        "code": free_code(db),
    }


def free_code(db: Connection) -> str:
    while True:
        code = new_code()
        if session_by_code(db, code) is None:
            return code


def session_by_room_link(db: Connection, token: str) -> Any:
    return session_by_room_hash(db, hashed(token))


def session_by_room_hash(db: Connection, link_hash: str) -> Any:
    return _session(db, col(GroupSession.room_link_hash) == link_hash)


def session_by_display_link(db: Connection, token: str) -> Any:
    """The session whose wall has this address now; nobody's where the address has had its time."""
    row = _session(db, col(GroupSession.display_link_hash) == hashed(token))
    return row if row is not None and wall_stands(row) else None


def wall_stands(row: Any) -> bool:
    """Whether the address of a session's wall works: until the session ends, and for twelve hours."""
    made = row.display_link_at
    return row.state != SessionState.ENDED and made is not None and now() - made < WALL_STANDS


def new_wall(group_session_id: str) -> dict[str, Any]:
    """A fresh address for a session's wall."""
    link = new_link(GroupSession.display_link, "display_link_hash", group_session_id)
    return link | {"display_link_at": now()}


def wall_for_today(row: Any) -> dict[str, Any]:
    """What makes the address last through a session that begins now: its time begins anew while it stands, so
    that a wall that is up already stays up; a fresh one where it stands no more.
    """
    if not wall_stands(row):
        return new_wall(row.id)
    return {} if now() - row.display_link_at < WALL_STANDS / 2 else {"display_link_at": now()}


def session_by_code(db: Connection, code: str) -> Any:
    """The session, not yet ended, with this code; read as people type it."""
    letters = "".join(code.upper().split()).replace("-", "")
    if len(letters) != 6 or any(letter not in CODE_LETTERS for letter in letters):
        return None
    return _session(db, (col(GroupSession.code) == letters) & (col(GroupSession.state) != SessionState.ENDED))


def member_by_link(db: Connection, token: str) -> Any:
    """The member with this personal link, who has not left the group."""
    return member_by_hash(db, hashed(token))


def member_by_hash(db: Connection, link_hash: str) -> Any:
    return db.execute(
        select(Member.__table__).where(col(Member.link_hash) == link_hash, col(Member.left_at).is_(None))
    ).one_or_none()


def session_for_member(db: Connection, member: Any, led: Callable[[str], bool] = lambda _id: False) -> Any:
    """The session a member's link leads to: their own open meeting, the group's open one, one that begins
    soon and has a private form, else the newest in which they took part. A meeting of somebody else is not
    there for them. ``led`` says of a session's id whether a facilitator is at its console.
    """
    theirs = col(GroupSession.member_id) == member.id
    open_ones = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == member.group_id,
            col(GroupSession.state).in_(OPEN_STATES),
            col(GroupSession.rehearsal_of).is_(None),
            theirs | col(GroupSession.member_id).is_(None),
        )
        .order_by(col(GroupSession.member_id).is_(None), col(GroupSession.opened_at).desc())
    ).first()
    if open_ones is not None:
        return open_ones
    soon = _early_session(db, member, led)
    if soon is not None:
        return soon
    return db.execute(
        select(GroupSession.__table__)
        .join(Participant, col(Participant.group_session_id) == col(GroupSession.id))
        .where(
            col(Participant.member_id) == member.id,
            col(Participant.standing) != Standing.REMOVED,
            col(Participant.admitted_at).is_not(None),  # not one at whose door they only stood
        )
        .order_by(col(GroupSession.opened_at).desc())
    ).first()


def _early_session(db: Connection, member: Any, led: Callable[[str], bool]) -> Any:
    planned = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == member.group_id,
            col(GroupSession.state) == SessionState.PLANNED,
            col(GroupSession.rehearsal_of).is_(None),
            col(GroupSession.scheduled_at) <= now() + measures.OPENS_BEFORE,
            (col(GroupSession.member_id) == member.id) | col(GroupSession.member_id).is_(None),
        )
        .order_by(col(GroupSession.member_id).is_(None), col(GroupSession.scheduled_at).desc())
    ).all()
    for row in planned:
        # an answer that must not wait needs everybody whom the gate asks for
        asks = led(row.id) and measures.of_session(db, row)
        if asks and gate.KEEPS_NOBODY_OUT.issuperset(gate.of_session(db, row)):
            return row
    return None


def seat_of(db: Connection, group_session_id: str, member: Any) -> Any:
    """The row of a member as a participant of a session, if they took part and were not removed."""
    found = stored.find(db, Participant, group_session_id=group_session_id, member_id=member.id)
    return found if found is not None and found.standing != Standing.REMOVED else None


def sent_away(db: Connection, group_session_id: str, member: Any, participant_id: str) -> bool:
    """Whether somebody was removed or refused: the member, or the guest who had this place."""
    return _sent_away(db, group_session_id, member, participant_id) is not None


def _sent_away(db: Connection, group_session_id: str, member: Any, participant_id: str) -> Any:
    one: dict[str, Any] = {"member_id": member.id} if member is not None else {"id": participant_id}
    removed: dict[str, Any] = {"group_session_id": group_session_id, "standing": Standing.REMOVED}
    return stored.find(db, Participant, **one, **removed)


def keep_answers_of_sent_away(
    db: Connection,
    group_session_id: str,
    member: Any,
    participant_id: str,
    answers: Mapping[str, bool | None],
) -> None:
    """What somebody answered at the door who was sent away while they did: kept and shown to those who lead,
    and it lets nobody in.
    """
    found = _sent_away(db, group_session_id, member, participant_id)
    if found is None:
        raise NotFound()
    with changing(db, Who("participant", group_session_id, found.id), "told_at_the_door") as change:
        if change.before.state == SessionState.ENDED:
            raise NotFound()
        asked = set(answers) - (set() if found.member_id else {"at_address"})  # of a guest none is held
        given = {name: answers[name] for name in asked if answers[name] is not None}
        if any(getattr(found, name) != value for name, value in given.items()):
            stored.change(db, Participant, found.id, **given)
            change.wrote(found.id)


def join(
    db: Connection,
    group_session_id: str,
    *,
    alias: str,
    member: Any = None,
    at_address: bool | None = None,
    private: bool | None = None,
    safe: bool | None = None,
    participant_id: str | None = None,
    unlocked: bool = True,
    pin_hash: str | None = None,
    agreed: Mapping[str, int] | None = None,
    language: str = "en",
) -> str:
    """Enters a session and gives the participant's id. A member comes in at once, unless the door is locked
    or held; a guest waits, and does not come into a group of young people, nor does a member of one without
    the consents on record. Whoever is in the session already
    finds their own place again; removed stays removed. Shortly before a session with a private form a member
    may come as well: to that form, not to a room. They wait before its door and come in once it is open.

    ``at_address``, ``private`` and ``safe`` are the answers to the questions at the door, None where they
    were not asked: after any no the screen is plain. ``participant_id`` chooses the id of a new participant,
    so that running this again makes the same one. ``unlocked``: a member has proved their PIN.
    ``pin_hash`` is one that they choose now, kept where they may, ``agreed`` the versions of the texts that
    they say yes to now, read in ``language``.
    """
    new = participant_id or new_id()
    who = Who("participant", group_session_id, new)
    with changing(db, who, "join") as change:
        early = member is not None and measures.is_early(change.before, change.at)
        if change.before.state not in OPEN_STATES and not early:
            raise NotNow("This room is not open now.")
        found = _own_place(change, member)
        answers = {"at_address": at_address, "private": private, "safe": safe}
        if found is not None and found.standing == Standing.REMOVED:
            raise NotNow("This room is not open now.")
        if found is not None and found.id == new:
            return new  # run again
        if found is not None:
            gate.must_have_consents(change, member)
            _return(change, found, answers, pins.enters(change, found, member, unlocked, pin_hash))
            _agree(change, found.id, member, agreed, language)
            return str(found.id)
        alone_with = change.before.member_id
        if alone_with is not None and (member is None or member.id != alone_with):
            raise NotFound()
        if member is not None and member.group_id != change.before.group_id:
            raise NotFound()
        if member is not None and change.before.rehearsal_of is not None:
            raise NotFound()  # no member is ever part of a rehearsal
        if member is None and _only_members(change):
            raise NotFound()
        gate.must_have_consents(change, member)
        held = change.before.locked_at is not None or late.door_is_held(change.before)
        admitted = member is not None and not held and not early
        unlocked_at = pins.enters(change, None, member, unlocked, pin_hash)
        _add(change, new, alias, member, admitted, answers, unlocked_at)
        _agree(change, new, member, agreed, language)
    return new


def free_seat(db: Connection, who: Who) -> None:
    """Somebody is gone by Quick exit. Others see what they see of everybody who is gone, and no reason. Of a
    session that is over nothing changes: they were there to its end.
    """
    with changing(db, who, "exit") as change:
        person = stored.find(db, Participant, id=who.id, group_session_id=who.group_session_id)
        if person is None:
            raise NotFound()
        if person.left_at is None and change.before.state != SessionState.ENDED:
            db.execute(update(Participant).where(col(Participant.id) == who.id).values(left_at=change.at))
            change.wrote(who.id)
            if person.standing == Standing.ADMITTED:
                crowd.went(change)


def _session(db: Connection, condition: Any) -> Any:
    return db.execute(select(GroupSession.__table__).where(condition)).one_or_none()


def _own_place(change: Change, member: Any) -> Any:
    if member is None:
        return None
    return change.db.execute(
        select(Participant.__table__).where(
            col(Participant.group_session_id) == change.before.id, col(Participant.member_id) == member.id
        )
    ).one_or_none()


def _only_members(change: Change) -> bool:
    """In a group of young people everybody's guardian has said yes; nobody's has for a guest."""
    if change.before.rehearsal_of is not None:
        return False
    return gate.for_young_people(change.db, stored.find(change.db, Group, id=change.before.group_id))


def _agree(
    change: Change, participant_id: str, member: Any, agreed: Mapping[str, int] | None, language: str
) -> None:
    if agreed:
        consents.say_yes(
            change.db,
            change.before.group_id,
            agreed,
            member_id=member.id if member is not None else None,
            participant_id=participant_id,
            language=language,
            at=change.at,
        )
        change.wrote(participant_id, people=[participant_id])


def _return(change: Change, found: Any, answers: dict[str, bool | None], unlocked_at: Any) -> None:
    values: dict[str, Any] = {name: value for name, value in answers.items() if value is not None}
    if values:
        values["quiet"] = quiet.after_coming(SimpleNamespace(**{**found._mapping, **values}))
    values |= {"left_at": None, "unlocked_at": unlocked_at}
    if found.left_at is not None:
        values["back_at"] = change.at
    comes_in = found.standing == Standing.WAITING and late.may_come_in(change.before, found)
    if comes_in:
        values |= {"standing": Standing.ADMITTED, "admitted_at": change.at}
    if any(getattr(found, key) != value for key, value in values.items()):
        change.db.execute(update(Participant).where(col(Participant.id) == found.id).values(**values))
        looks_new = comes_in or values.get("quiet", found.quiet) != found.quiet
        change.wrote(found.id, shared=comes_in, people=[found.id] if looks_new else [])
    if comes_in or (found.left_at is not None and found.standing == Standing.ADMITTED):
        lots.draw_here(change)
        crowd.came(change)


def _add(
    change: Change,
    new: str,
    alias: str,
    member: Any,
    admitted: bool,
    answers: dict[str, bool | None],
    unlocked_at: Any,
) -> None:
    # strangers who knock must not be able to keep the members out
    if member is None and _people(change) >= LARGEST_ROOM:
        raise NotNow("This room is full.")
    change.db.execute(
        Participant.__table__.insert().values(
            id=new,
            group_session_id=change.before.id,
            member_id=member.id if member is not None else None,
            alias=seal(Participant.alias, new, alias),
            standing=Standing.ADMITTED if admitted else Standing.WAITING,
            **answers,
            unlocked_at=unlocked_at,
            quiet=quiet.least(SimpleNamespace(**answers)),
            agreed_at=change.at,
            joined_at=change.at,
            admitted_at=change.at if admitted else None,
        )
    )
    change.wrote(new, shared=admitted, people=[new])
    if admitted:
        lots.draw_here(change)
        crowd.came(change)


def _people(change: Change) -> int:
    """How many people are in the room or at its door."""
    return int(
        change.db.execute(
            select(func.count())
            .select_from(Participant)
            .where(
                col(Participant.group_session_id) == change.before.id,
                col(Participant.standing) != Standing.REMOVED,
            )
        ).scalar_one()
    )
