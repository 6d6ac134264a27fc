"""What the boxes of a page let somebody write, the server takes; the page knows how much all of it may be."""

from collections.abc import Callable
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest

from app.db import Database
from app.exercises import ANSWER, TYPES, Unreadable, read_answer
from app.exercises.plain import ANSWER_TOO_LONG
from realtime.codec import LARGEST_COMMAND
from tests.house.rooms import asking, make_room
from tests.house.visitor import Visitor, own_link

LABELS = ["One", "Two", "Three", "Four"]
LETTERS = "aZ\u00e9\u4e16\U0001f642 "
WRITERS = range(25)  # seeds: a server's threads use the one generator that Hypothesis wants for itself
SHAPES = {  # names of the boxes, as the scripts read them
    "decision_table": {"question", "wish", ("options", ("text", "pros", "cons", "helper"))},
    "roleplay_pair": {"scene", "rounds", "observer_notes"},
    "comm_transcript": {"setting", "retry", ("lines", ("who", "said", "felt", "meant"))},
    "ordered_steps": {("steps", ("text",))},
    "goal": {"text", "first_step", "when", "who"},
}
KINDS = ["free_text", "short_texts", "two_lists", "grid_2x2", "structured_plan", *SHAPES]


class Boxes(HTMLParser):
    """The boxes of a form by their names, the lists of rows, and the form itself, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.named: dict[str, dict[str, str | None]] = {}
        self.labelled: dict[str, dict[str, str | None]] = {}
        self.lists: dict[str, int] = {}
        self.form: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id") == "answer-form":
            self.form = given
        if "data-list" in given:
            self.lists[str(given["data-list"])] = int(given["data-most"] or 0)
        if tag in ("input", "textarea") and given.get("maxlength"):
            self.named[str(given.get("data-f") or "text")] = given
            self.labelled[str(given.get("data-label"))] = given


def typed(draw: Random, box: dict[str, str | None]) -> Any:
    """What somebody could write in a box: a text, or as many lines as it says."""
    signs = int(box["maxlength"] or 0)
    if "data-most-lines" not in box:
        return filled(draw, signs)
    most = int(box["data-most-lines"] or 0)
    assert signs == most * 300
    return [filled(draw, 300) for _ in range(draw.choice([0, 1, most]))]


def filled(draw: Random, signs: int) -> str:
    part = "".join(draw.choices(LETTERS, k=draw.randint(1, 8))) if draw.random() < 0.5 else "x"
    return str(part * signs)[: draw.choice([1, signs // 2, signs])]


def written(kind: str, boxes: Boxes, draw: Random) -> Any:
    if kind == "free_text":
        return typed(draw, boxes.named["text"])
    if kind == "short_texts":
        return typed(draw, boxes.named["text"])
    if kind in ("two_lists", "grid_2x2", "structured_plan"):
        full = {label: typed(draw, boxes.labelled[label]) for label in LABELS[:2]}
        return {"sections" if kind == "structured_plan" else "boxes": full}
    value: dict[str, Any] = {}
    for name in sorted(SHAPES[kind], key=str):
        if isinstance(name, str):
            value[name] = typed(draw, boxes.named[name])
        else:
            rows = draw.choice([1, boxes.lists[name[0]]])
            value[name[0]] = [{each: typed(draw, boxes.named[each]) for each in name[1]} for _ in range(rows)]
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_boxes_of_a_question_let_through_the_server_takes(
    visitor: Callable[[], Visitor], database: Database, kind: str
) -> None:
    options = [] if kind in ("free_text", "short_texts", "goal") else LABELS[: 4 if kind == "grid_2x2" else 2]
    prompt = {"key": "it", "type": kind, "text": "Say it.", "who": "all", "options": options}
    room, amal = make_room(database, stages=[asking("s-one", prompt)]), visitor()
    boxes = Boxes(amal.visit(amal.comes_in(own_link(room, "Amal"))))
    kept = prompt | {"options": options}

    for seed in WRITERS:
        TYPES[kind].read(written(kind, boxes, Random(seed)), kept)


def test_the_page_knows_what_all_of_an_answer_may_come_to(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    form = Boxes(amal.visit(amal.comes_in(own_link(room, "Amal")))).form
    assert int(form["data-most-signs"] or 0) == ANSWER
    assert LARGEST_COMMAND - 1024 < int(form["data-most-bytes"] or 0) < LARGEST_COMMAND - 512
    plan = {"key": "it", "type": "structured_plan", "options": [str(n) for n in range(8)]}
    whole = {"it": {"sections": {str(n): "x" * (ANSWER // 8) for n in range(8)}}}
    assert read_answer([plan], whole, passed=False)
    whole["it"]["sections"]["0"] += "x"
    with pytest.raises(Unreadable) as refused:
        read_answer([plan], whole, passed=False)
    assert refused.value.sentence == ANSWER_TOO_LONG
