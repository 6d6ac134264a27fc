"""Which places in sessions a browser has: kept in its signed cookie, each with a token that opens the seat.

An entry is [session, participant, shut for words, token]; the database has the token's hash (core/seats.py).
"""

from contextlib import suppress
from typing import Any

from flask import session as cookie

from app.access import access_group_session
from app.core import door, seats, views
from app.core.changes import Who
from app.core.models import new_id
from app.core.refusals import NotFound, Retry
from app.services import services

GONE = "gone"  # the cookie that Quick exit leaves, also where it does not reach the server
PLACES = 8  # rooms one browser remembers; the cookie stays small


def remember(group_session_id: str, participant_id: str, shut: bool, token: str) -> None:
    """Keeps a person's place in the browser's signed cookie, and whether it is shut for its words."""
    places = [place for place in cookie.get("places", []) if place[0] != group_session_id]
    cookie["places"] = [*places, [group_session_id, participant_id, shut, token]][-PLACES:]


def remembered(group_session_id: str) -> tuple[str, bool, str]:
    """Whose place this browser remembers in a session, whether it is shut, and its token, which may not open
    it any more; ("", False, "") where there is none.
    """
    for place in cookie.get("places", []):
        if place[0] == group_session_id:
            _, participant_id, shut, token = [*place, *(False, "")[len(place) - 2 :]]  # older ones have less
            return participant_id, shut, token
    return "", False, ""


def forget(group_session_id: str) -> None:
    """Takes a place, and the way to it, out of the browser's cookie, and its seat from what it holds."""
    participant_id, _, token = remembered(group_session_id)
    if participant_id:
        with suppress(Retry):  # the cookie is emptied all the same
            services().database.writer.do(seats.give_up, participant_id, token)
    cookie["places"] = [place for place in cookie.get("places", []) if place[0] != group_session_id]
    cookie.pop("door", None)


def sit_down(group_session_id: str, participant_id: str, shut: bool) -> None:
    """Gives this browser a seat, or the next token of the one it has."""
    token, held = new_id(), remembered(group_session_id)[2]
    services().database.writer.do(seats.give, participant_id, token, held)
    remember(group_session_id, participant_id, shut, token)


def come_in(group_session_id: str, here: Who | None, **joins: Any) -> None:
    """Lets somebody in (``door.join`` takes ``joins``) and gives this browser their seat, in one write.
    ``here`` is the place that it has already. Raises what ``door.join`` raises, and Retry where nothing was
    stored.
    """
    new, token, held = new_id(), new_id(), remembered(group_session_id)[2]
    participant_id, opened = services().database.writer.do(
        seats.come_in,
        group_session_id,
        token=token,
        held=held,
        participant_id=new,
        of=group_session_id,
        **joins,
    )
    was_shut = here.shut if here is not None else participant_id != new
    remember(group_session_id, participant_id, was_shut and not opened, token)


def told_at_the_door(group_session_id: str, member: Any, answers: dict[str, bool | None]) -> None:
    """Of somebody who was sent away while they answered at the door: those who lead are told all the same.
    Nothing happens for anybody else.
    """
    if set(answers.values()) == {None}:
        return
    one = (member, remembered(group_session_id)[0])
    with suppress(NotFound):  # the door is closed for another reason
        services().database.writer.do(
            door.keep_answers_of_sent_away, group_session_id, *one, answers, of=group_session_id
        )


def renew(group_session_id: str) -> None:
    """A page of the room was loaded: the next one is opened by a new token."""
    participant_id, shut, _ = remembered(group_session_id)
    try:
        sit_down(group_session_id, participant_id, shut)
    except Retry:
        return  # the page comes first, and the token that opened it goes on doing so


def called_from(group_session_id: str) -> Who:
    """The person whose place this browser remembers, whether or not its token still opens the seat; NotFound
    where it remembers none. Enough to call for help, and for nothing else.
    """
    participant_id, shut, _ = remembered(group_session_id)
    if not participant_id:
        raise NotFound()
    return Who("participant", group_session_id, participant_id, shut)


def place_in(db: Any, group_session_id: str) -> Who:
    """The person this browser is in that session; NotFound where it has no seat."""
    who = called_from(group_session_id)
    if not seats.opens(db, who.id, remembered(group_session_id)[2]):
        raise NotFound()
    return who


def my_place(group_session_id: str) -> Who:
    """The same, for whoever does not read anything else."""
    with services().database.reader() as db:
        return place_in(db, group_session_id)


def own_place(db: Any, group_session_id: str, member: Any) -> Who | None:
    """The place this browser has in the session already, if it is the same person's and still theirs."""
    try:
        who = place_in(db, group_session_id)
        access_group_session(db, who)
        person = views.participant(db, group_session_id, who.id)
    except NotFound:
        return None
    same = member is None or person.member_id == member.id
    return who if same and person.left_at is None else None
