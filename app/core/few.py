"""A session to which fewer people have come than it needs: what lies ahead may become smaller."""

from collections.abc import Collection, Mapping
from typing import Any

from app.core.agenda import Stage, agenda_of, alone, edited, sealed_agenda
from app.core.changes import Change, at
from app.core.door import OPEN_STATES
from app.core.models import SessionState
from app.core.refusals import NotNow
from app.core.stages import fresh
from app.library.small import for_few, rule


def small_group(change: Change, command: Any) -> dict[str, Any]:
    """Leaves out what the plan does not count on, and shortens the rounds, of all that lies ahead; once in a
    session. Only facilitators see it.
    """
    if alone(change.before):
        raise NotNow("This is a meeting one to one.")
    stages = edited(change.before)
    if _is_small(stages):
        return at(change)
    fresh(change, command)
    first = _first_ahead(change.before)
    ahead = for_few(stages[first:])
    if ahead == stages[first:]:
        return at(change)
    small = [*stages[:first], *(stage | {"few": True} for stage in ahead)]
    change.wrote(change.before.id, moved=True, agenda=sealed_agenda(change.before.id, small))
    return at(change)


def offer(row: Any, inside: Collection[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What a small group would leave out, and the minutes ahead ``before`` and ``after``; None where nothing
    would change, or where enough of the people ``inside``, or nobody at all, are there.
    """
    there = sum(each["presence"] in ("here", "away") for each in inside)
    stages = agenda_of(row)
    if row.state not in OPEN_STATES or alone(row) or not 0 < there < rule().fewer_than or _is_small(stages):
        return None
    ahead = stages[_first_ahead(row) :]
    small = for_few(ahead)
    if small == ahead:
        return None
    out = [
        new["title"]
        for old, new in zip(ahead, small, strict=True)
        if new.get("skipped") != old.get("skipped")
    ]
    return {"here": there, "out": out, "before": _minutes(ahead), "after": _minutes(small)}


def _is_small(stages: list[Stage]) -> bool:
    return any(stage.get("few") for stage in stages)


def _first_ahead(row: Any) -> int:
    return 0 if row.state == SessionState.LOBBY else int(row.stage_index) + 1


def _minutes(stages: list[Stage]) -> int:
    return sum(stage["minutes"] for stage in stages if not stage.get("skipped"))
