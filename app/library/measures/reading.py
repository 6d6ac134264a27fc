"""Reads the file of a measure, with every doubt: what does not fit is told with its line."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import yaml
from pydantic import ValidationError

from app.exercises import Unreadable, clean
from app.exercises.plain import N_
from app.library.measures.shapes import Item, Measure, Other
from app.library.tree import (
    NOTHING,
    SENTENCES,
    DamagedFile,
    Fault,
    LineFault,
    Loc,
    composed,
    plain,
    with_lines,
)

MOST_BYTES = 60_000
TOO_LARGE = N_("The file is too large.")
NO_ITEM = N_("There has to be at least one.")
KEY_TWICE = N_("Two questions have the same key.")
RISING = N_("The values have to rise, or to fall.")
SAME_VALUES = N_("These answers need the same values as the others.")
TIMES = N_("The factor is 1 or more.")
RANGE = N_("Items, answers and factor give %(low)s to %(high)s.")
GAP = N_("The ranges leave a gap, or overlap.")
COVER = N_("The ranges have to cover all scores, from %(low)s to %(high)s.")
NO_SUCH_ITEM = N_("There is no question “%(name)s”.")
NOT_CLEAN = N_("This text holds signs that cannot be stored. Please write it again.")
AS_PUBLISHED = N_("For %(name)s this has to be %(value)s.")
REVERSED = N_("For %(name)s this question is scored in reverse: it needs reverse: true.")
NOT_REVERSED = N_("For %(name)s this question is not scored in reverse.")
BLANKS = N_("Fewer questions may be left blank than there are.")
ALERTS = N_("For %(name)s these have to stand here: %(value)s.")


class Damaged(DamagedFile):
    """A file of a measure does not fit; ``faults`` names lines, places and reasons."""

    def __init__(self, measure_id: str, faults: list[LineFault]):
        super().__init__(faults)
        self.measure_id = measure_id

    def __str__(self) -> str:
        return "\n".join(self.sentences(self.measure_id))

    def sentences(self, name: str) -> list[str]:
        """A sentence in English for each fault; ``name`` is what the file is called."""
        return [
            f"{name}, line {each.line}{f', {each.place}' if each.place else ''}: "
            f"{each.sentence % dict(each.values)}"
            for each in self.faults
        ]


def read(text: str, measure_id: str, published: Other | None = None) -> Measure:
    """Return the measure of a file's text, or raise Damaged with all that is wrong in it.

    ``published`` is what is known of the instrument: a file may not score it otherwise.
    """
    if len(text.encode()) > MOST_BYTES:
        raise Damaged(measure_id, [LineFault(1, "", TOO_LARGE, {})])
    try:
        root = composed(text)
        raw = plain(root)
    except DamagedFile as damaged:
        raise Damaged(measure_id, damaged.faults) from None
    if not isinstance(raw, dict):
        raise Damaged(measure_id, [LineFault(1, "", NOTHING, {})])
    faults: list[Fault] = []
    try:
        measure = Measure(**{**raw, "id": measure_id})
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False, include_context=False):
            faults.append(Fault(_in_file(error["loc"]), SENTENCES.get(error["type"], error["msg"])))
    else:
        faults += [*_unclean(raw, ()), *_faults(measure)]
        if published and not faults:
            faults += _against(measure, published)
    if faults:
        raise Damaged(measure_id, with_lines(root, faults))
    return measure


def blank_file(known: Other) -> str:
    """The file of an instrument with its scoring, to be filled in by whoever may use its words."""
    low, high = known.answers or (0, 1)
    places = range(1, (known.items or 1) + 1)
    whole: dict[str, Any] = {"name": known.name, "language": "en", "credit": "", "stem": ""}
    whole["items"] = [
        {"key": f"{known.id}_{place}", "text": ""} | ({"reverse": True} if place in known.reverse else {})
        for place in places
    ]
    whole["anchors"] = [{"value": value, "text": ""} for value in range(low, high + 1)]
    whole |= {"times": known.times} if known.times != 1 else {}
    whole |= {"range": list(known.range), "better": known.better}
    whole["bands"] = [{"from": each.low, "to": each.high, "label": each.label} for each in known.bands]
    whole |= {"case_line": known.case_line, "reliable": known.reliable, "max_blank": known.max_blank}
    whole["alert_items"] = [f"{known.id}_{place}" for place in known.alert]
    return str(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=100))


def _in_file(loc: tuple[int | str, ...]) -> Loc:
    """A place by the names that the file has for it."""
    names = {"low": "from", "high": "to"}
    return tuple(names.get(str(each), each) for each in loc)


def _unclean(value: Any, loc: Loc) -> Iterator[Fault]:
    if isinstance(value, str):
        try:
            if clean(value) != value:
                yield Fault(loc, NOT_CLEAN)
        except Unreadable:
            yield Fault(loc, NOT_CLEAN)
    for key, each in value.items() if isinstance(value, dict) else ():
        yield from _unclean(each, (*loc, key))
    for place, each in enumerate(value) if isinstance(value, list) else ():
        yield from _unclean(each, (*loc, place))


def _faults(measure: Measure) -> Iterator[Fault]:
    """What does not hold together in a measure."""
    if not measure.items:
        yield Fault(("items",), NO_ITEM)
    keys = [*measure.keys, *([measure.difficulty.key] if measure.difficulty else [])]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            at: Loc = ("items", place, "key") if place < len(measure.items) else ("difficulty", "key")
            yield Fault(at, KEY_TWICE)
    values = [anchor.value for anchor in measure.anchors]
    if not values or sorted(set(values)) not in (values, values[::-1]):
        yield Fault(("anchors",), RISING)
        return
    for place, item in enumerate(measure.items):
        if item.anchors and sorted(each.value for each in item.anchors) != list(measure.values):
            yield Fault(("items", place, "anchors"), SAME_VALUES)
    if measure.times < 1:
        yield Fault(("times",), TIMES)
    count = len(measure.items) * measure.times
    low, high = min(values) * count, max(values) * count
    if measure.range != (low, high):
        yield Fault(("range",), RANGE, {"low": low, "high": high})
    yield from _bands(measure)
    for place, key in enumerate(measure.alert_items):
        if key not in measure.keys:
            yield Fault(("alert_items", place), NO_SUCH_ITEM, {"name": key[:40]})


def _bands(measure: Measure) -> Iterator[Fault]:
    edges = [(band.low, band.high) for band in measure.bands]
    for place, ((_low, before), (low, _high)) in enumerate(pairwise(edges)):
        if low != before + 1:
            yield Fault(("bands", place + 1), GAP)
    if edges and (edges[0][0], edges[-1][1]) != measure.range:
        yield Fault(("bands",), COVER, {"low": measure.range[0], "high": measure.range[1]})


def _against(measure: Measure, known: Other) -> Iterator[Fault]:
    """Where a file scores an instrument otherwise than its publisher does."""
    name = known.name
    expected = {"licence_status": "byo", "range": known.range, "times": known.times, "better": known.better}
    points = {"case_line": known.case_line, "reliable": known.reliable}
    expected |= {field: value for field, value in points.items() if value is not None}  # null: not known
    if known.items:
        expected["max_blank"] = known.max_blank
    for field, value in expected.items():
        if getattr(measure, field) != value:
            told = " – ".join(map(str, value)) if isinstance(value, tuple) else value
            yield Fault((field,), AS_PUBLISHED, {"name": name, "value": told})
    edges = [[(each.low, each.high) for each in bands] for bands in (measure.bands, known.bands)]
    if known.bands and edges[0] != edges[1]:  # their names may be in another language
        told = ", ".join(f"{low} – {high}" for low, high in edges[1])
        yield Fault(("bands",), AS_PUBLISHED, {"name": name, "value": told})
    if not 0 <= measure.max_blank < len(measure.items):
        yield Fault(("max_blank",), BLANKS)
    if known.items and len(measure.items) != known.items:
        yield Fault(("items",), AS_PUBLISHED, {"name": name, "value": known.items})
        return
    for place, item in enumerate(measure.items):
        yield from _reversed(place, item, known)
    wanted = [measure.keys[number - 1] for number in known.alert if number <= len(measure.items)]
    if not set(wanted) <= set(measure.alert_items):
        yield Fault(("alert_items",), ALERTS, {"name": name, "value": ", ".join(wanted)})


def _reversed(place: int, item: Item, known: Other) -> Iterator[Fault]:
    if known.items and item.reverse != (place + 1 in known.reverse):
        yield Fault(("items", place), NOT_REVERSED if item.reverse else REVERSED, {"name": known.name})
