"""Measures as data: their words, scoring and bands, each under its own licence.

Their words never pass through the interface's translations: a published translation is a file of its own.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StrictInt, ValidationError, model_validator

HERE = Path(__file__).resolve().parent
OTHERS = "others"
MOST_BYTES = 60_000
Status = Literal["bundled", "byo", "score_only", "blocked"]
Better = Literal["lower", "higher"]  # which scores mean that somebody is doing better


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Item(_Part):
    key: str
    text: str


class Anchor(_Part):
    value: StrictInt
    text: str


class Band(_Part):
    label: str
    low: StrictInt
    high: StrictInt

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """In the files they are called from and to."""
        if isinstance(value, dict) and "from" in value:
            value = dict(value)
            return {"low": value.pop("from"), "high": value.pop("to", None), **value}
        return value


class Difficulty(_Part):
    key: str
    text: str
    options: tuple[str, ...]


class Example(_Part):
    answers: tuple[StrictInt | None, ...]
    total: StrictInt | None
    pro_rated: bool
    alert: bool


class Measure(_Part):
    """One instrument with its items; ``reliable`` is the change in points that counts."""

    id: str
    name: str
    licence_status: Status
    verified: str | None = None
    language: str = "en"
    credit: str
    stem: str
    items: tuple[Item, ...]
    anchors: tuple[Anchor, ...]
    difficulty: Difficulty | None = None
    range: tuple[StrictInt, StrictInt]
    better: Better = "lower"
    bands: tuple[Band, ...] = ()
    case_line: StrictInt | None = None
    reliable: StrictInt | None = None
    max_blank: StrictInt = 0
    alert_items: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.items)


class Other(_Part):
    """An instrument whose wording is not here."""

    id: str
    name: str
    licence_status: Status
    range: tuple[StrictInt, StrictInt]
    better: Better = "lower"
    case_line: StrictInt | None
    reliable: StrictInt | None
    why: str


class Damaged(Exception):
    """A file of a measure does not fit; the message names the place and the reason."""


@cache
def bundled() -> dict[str, Measure]:
    """The measures that ship with their words, by id."""
    return {
        path.stem: read(path.read_text(encoding="utf-8"), path.stem)
        for path in sorted(HERE.glob("*.yaml"))
        if path.stem != OTHERS
    }


@cache
def others() -> dict[str, Other]:
    """The instruments whose wording is not here, by id."""
    raw = yaml.safe_load((HERE / f"{OTHERS}.yaml").read_text(encoding="utf-8"))
    return {name: Other(id=name, **fields) for name, fields in raw.items()}


def read(text: str, measure_id: str) -> Measure:
    """Read one measure from its file's text, or raise Damaged with line or field and the reason."""
    if len(text.encode()) > MOST_BYTES:
        raise Damaged(f"{measure_id}: the file is larger than {MOST_BYTES} bytes")
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise Damaged(f"{measure_id}{line}: {getattr(broken, 'problem', 'this is no YAML')}") from None
    if not isinstance(raw, dict):
        raise Damaged(f"{measure_id}: the file holds no fields")
    try:
        measure = Measure(**{"id": measure_id, **raw})
    except (ValidationError, TypeError) as refused:
        if isinstance(refused, TypeError):
            raise Damaged(f"{measure_id}: a field has no name") from None
        first = refused.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Damaged(f"{measure_id}, {place}: {first['msg']}") from None
    for fault in faults(measure):
        raise Damaged(f"{measure_id}: {fault}")
    return measure


def faults(measure: Measure) -> list[str]:
    """What does not hold together in a measure."""
    found = []
    if len(set(measure.keys)) != len(measure.keys) or not measure.items:
        found.append("items: a key twice, or no item")
    if not all(re.fullmatch(r"[a-z][a-z0-9_]{1,39}", key) for key in measure.keys):
        found.append("items: a key is no short name")
    values = [anchor.value for anchor in measure.anchors]
    if not values or sorted(set(values)) != values:
        found.append("anchors: values must rise")
    elif measure.range != (min(values) * len(measure.items), max(values) * len(measure.items)):
        found.append("range: not what items and anchors give")
    edges = [(band.low, band.high) for band in measure.bands]
    if edges and [low for low, _ in edges[1:]] != [high + 1 for _, high in edges[:-1]]:
        found.append("bands: there is a gap or an overlap")
    if edges and (edges[0][0], edges[-1][1]) != measure.range:
        found.append("bands: they do not cover the range")
    if not set(measure.alert_items) <= set(measure.keys):
        found.append("alert_items: no such item")
    return found
