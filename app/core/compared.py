"""What the group sees of a member's then and now: as much as the member ticked, and no number of theirs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.core import course


def compared(db: Connection, member_id: str | None, ticked: Sequence[str]) -> dict[str, Any]:
    """The ticked ones of mood, goals and circle. Mood and goals come as the way they went: "up", "down" or
    "same", "" where there is one number alone; ratings are for the facilitators, whatever is shared.
    """
    if member_id is None or not ticked:
        return {}
    then = course.then_and_now(db, member_id)
    found: dict[str, Any] = {}
    if "mood" in ticked and then["mood"]:
        found["mood"] = _way(then["mood"]["first"], then["mood"]["last"])
    if "goals" in ticked:
        found["goals"] = [
            {"text": goal["text"], "way": _way(goal["first"], goal["last"])} for goal in then["goals"]
        ]
    if "circle" in ticked and then["circle"]["first"]:
        found["circle"] = {"first": then["circle"]["first"], "last": then["circle"]["last"]}
    return found


def _way(first: int | None, last: int | None) -> str:
    if first is None or last is None:
        return ""
    return "same" if last == first else "up" if last > first else "down"
