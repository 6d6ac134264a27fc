"""The places that this browser has in sessions, kept in its signed cookie."""

from flask import session as cookie

from app.core.changes import Who
from app.core.refusals import NotFound


def place_in(group_session_id: str) -> Who:
    """The person this browser is in that session; NotFound where there is none."""
    for session_id, participant_id in cookie.get("places", []):
        if session_id == group_session_id:
            return Who("participant", session_id, participant_id)
    raise NotFound()
