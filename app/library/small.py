"""The agenda of a small group: what of a session stays when only one or two have come."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.library.agendas import Stage
from app.library.items import Count, Name, Text

FILE = Path(__file__).resolve().parent / "small_group.yaml"


class SmallGroup(BaseModel):
    """The rule as the file holds it. ``share`` is what a round keeps of its minutes, ``least`` in minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Count
    basis: Text
    reviewed_by: Text | None
    reviewed_on: Text | None
    fewer_than: Annotated[int, Field(ge=2, le=5)]
    rounds: frozenset[Name]
    share: Annotated[float, Field(gt=0, le=1)]
    least: Annotated[int, Field(ge=1)]


def read_rule(raw: Any, errors: list[str]) -> SmallGroup | None:
    """The rule of plain data; where it does not fit, None and a sentence for each field that is wrong."""
    try:
        return SmallGroup.model_validate(raw)
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False, include_context=False):
            errors.append(f"small_group: {'.'.join(map(str, error['loc']))}: {error['msg']}")
        return None


def rule_errors(small: SmallGroup, known: Collection[str]) -> Iterator[str]:
    """What a rule breaks that has the right shape: the rounds are exercises that there are, once each."""
    if not small.rounds:
        yield "small_group: no rounds"
    yield from (f"small_group: no exercise {name}" for name in sorted(small.rounds) if name not in known)
    if small.version < 1 or (small.reviewed_by is None) != (small.reviewed_on is None):
        yield "small_group: version or review"


@cache
def rule() -> SmallGroup:
    read: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return SmallGroup.model_validate(read)


def for_few(ahead: list[Stage]) -> list[Stage]:
    """These stages, which lie ahead, as a small group goes through them. Where the plan counts on none of
    them, all stay. ``planned`` keeps the minutes that a shortened stage had.
    """
    counted_on = any(_stays(stage) and not stage.get("skipped") for stage in ahead)
    return [stage if stage.get("skipped") else _for_few(stage, counted_on) for stage in ahead]


def _for_few(stage: Stage, counted_on: bool) -> Stage:
    if counted_on and not _stays(stage):
        return stage | {"skipped": True}
    minutes = max(rule().least, round(stage["minutes"] * rule().share))
    if rule().rounds.isdisjoint(stage["exercises"]) or minutes >= stage["minutes"]:
        return stage
    return stage | {"minutes": minutes, "planned": stage.get("planned", stage["minutes"])}


def _stays(stage: Stage) -> bool:
    return bool(stage["core"] or stage["measures"])
