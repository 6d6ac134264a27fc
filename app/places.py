"""Which places in sessions a browser has: kept in its signed cookie, and nowhere else."""

from typing import Any

from flask import session as cookie

from app.access import access_group_session
from app.core import views
from app.core.changes import Who
from app.core.refusals import NotFound

PLACES = 8  # rooms one browser remembers; the cookie stays small


def remember(group_session_id: str, participant_id: str, shut: bool = False) -> None:
    """Keeps a person's place in the browser's signed cookie, and whether it is shut for its words."""
    places = [place for place in cookie.get("places", []) if place[0] != group_session_id]
    cookie["places"] = [*places, [group_session_id, participant_id, shut]][-PLACES:]


def remembered(group_session_id: str) -> tuple[str, bool]:
    """The place that this browser remembers in a session, and whether it is shut; "" where there is none."""
    for session_id, participant_id, *shut in cookie.get("places", []):
        if session_id == group_session_id:
            return participant_id, any(shut)
    return "", False


def forget(group_session_id: str) -> None:
    """Takes a place, and the way to it, out of the browser's cookie."""
    cookie["places"] = [place for place in cookie.get("places", []) if place[0] != group_session_id]
    cookie.pop("door", None)


def place_in(group_session_id: str) -> Who:
    """The person this browser is in that session; NotFound where there is none."""
    participant_id, shut = remembered(group_session_id)
    if not participant_id:
        raise NotFound()
    return Who("participant", group_session_id, participant_id, shut)


def own_place(db: Any, group_session_id: str, member: Any) -> Who | None:
    """The place this browser has in the session already, if it is the same person's and still theirs."""
    try:
        who = place_in(group_session_id)
        access_group_session(db, who)
        person = views.participant(db, group_session_id, who.id)
    except NotFound:
        return None
    same = member is None or person.member_id == member.id
    return who if same and person.left_at is None else None
