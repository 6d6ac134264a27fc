"""What a session touched: problem areas and perspectives, from what was tagged and from what was done.

Both sources stay apart, so that the page can say which came from where. An exercise that the library gives
for all four areas, or for all three perspectives, says nothing about a session and is not counted; nor is
what opens and closes every session.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from app.core import shelf
from app.core.course import AREAS
from app.core.tags import PERSPECTIVES
from app.library import Exercise

Stage = dict[str, Any]
ROUTINE = frozenset(
    {
        *("one_word_checkin", "talk_or_listen", "safe_place_check", "step_review", "step_plan"),
        *("session_pulse", "leaving_check", "grounding", "group_agreement"),
    }
)


def touched(db: Connection, been: Iterable[Stage], tagged: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """``areas`` and ``perspectives`` in their own order, each ``{"key", "tagged", "exercises"}``: how many
    people's answers carry the tag, and the titles of the exercises that work on it; and the ``phases`` of
    the programme.

    ``been`` are the stages in which the group was, ``tagged`` comes from ``tags.themes_of``.
    """
    stages = list(been)
    ids = [each for stage in stages for each in stage["exercises"] if each not in ROUTINE]
    exercises = shelf.exercises(db, ids) if ids else []
    return {
        "areas": _of("areas", AREAS, exercises, tagged),
        "perspectives": _of("perspectives", PERSPECTIVES, exercises, tagged),
        "phases": list(dict.fromkeys(stage["phase"] for stage in stages if stage.get("phase"))),
    }


def _of(
    kind: str, keys: tuple[str, ...], exercises: list[Exercise], tagged: dict[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    people = {each["text"]: each["count"] for each in tagged[kind]}
    telling = [each for each in exercises if len(set(getattr(each, kind))) < len(keys)]
    entries = [
        {
            "key": key,
            "tagged": people.get(key, 0),
            "exercises": [each.title for each in telling if key in getattr(each, kind)],
        }
        for key in keys
    ]
    return [each for each in entries if each["tagged"] or each["exercises"]]
