"""The richer response types: any valid value reads the same again, any other is refused or made one."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exercises import TYPES, Unreadable, drawn, read_answer
from app.exercises.feedback import PERSON
from app.exercises.goal import GOAL

WORDS = st.text("abcd é\u0301ñ \n", max_size=30)
LINES = st.lists(WORDS, max_size=5)
MONTHS = st.just("") | st.builds("{}-{:02}".format, st.integers(1960, 2026), st.integers(1, 12))
BONDS = ["warm", "mixed", "tense", "lost touch", "has died"]
OPTIONS: dict[str, list[str]] = {
    "closeness_circle": BONDS,
    "two_lists": ["I miss", "It was hard"],
    "grid_2x2": ["Old, good", "Old, hard", "New, good", "New, hard"],
    "matrix": ["listens", "helps", "is fun"],
    "structured_plan": ["Signs?", "What helps?", "Who?"],
    "compare": ["mood", "goals", "circle"],
    "roleplay_pair": ["self", "coach"],
}


def boxes(name: str, labels: list[str], inside: Any) -> Any:
    return st.fixed_dictionaries({name: st.fixed_dictionaries({}, optional=dict.fromkeys(labels, inside))})


def record(**fields: Any) -> Any:
    return st.fixed_dictionaries(fields)


NUMBER = st.integers(0, 10)
STEP = record(text=WORDS, hard=st.none() | NUMBER, chosen=st.just(False))
PERSON_ON_CIRCLE = record(
    label=WORDS,
    ring=st.integers(1, 4),
    angle=st.integers(0, 359),
    bond=st.sampled_from(["", *BONDS]),
    marked=st.booleans(),
)
WAY = record(text=WORDS, pros=LINES, cons=LINES, helper=WORDS, chosen=st.just(False))
TOLD = record(who=WORDS, said=WORDS, felt=WORDS, meant=WORDS, turn=st.just(False))
VALID = {
    "closeness_circle": record(people=st.lists(PERSON_ON_CIRCLE, max_size=15)),
    "timeline": record(
        span=st.fixed_dictionaries({"from": MONTHS, "to": MONTHS}),
        events=st.lists(
            record(when=MONTHS, label=WORDS, kind=st.sampled_from(["hard", "good", ""])), max_size=8
        ),
        mood=st.lists(record(when=MONTHS, value=NUMBER), max_size=8),
        onset=MONTHS,
    ),
    "comm_transcript": record(setting=WORDS, lines=st.lists(TOLD, max_size=6), retry=LINES),
    "decision_table": record(question=WORDS, wish=WORDS, options=st.lists(WAY, max_size=6)),
    "grid_2x2": boxes("boxes", OPTIONS["grid_2x2"], LINES),
    "two_lists": boxes("boxes", OPTIONS["two_lists"], LINES),
    "matrix": st.lists(WORDS, min_size=1, max_size=6).flatmap(
        lambda rows: record(
            rows=st.just(rows),
            cols=st.just(OPTIONS["matrix"]),
            ticks=st.lists(st.tuples(st.integers(0, len(rows) - 1), st.integers(0, 2)).map(list), max_size=9),
        )
    ),
    "goal": record(
        text=WORDS,
        first_step=WORDS,
        when=WORDS,
        who=WORDS,
        rating=st.lists(NUMBER, max_size=1),
        status=st.sampled_from(["open", "met", "let_go"]),
        standing=st.lists(
            record(goal=st.from_regex(GOAL, fullmatch=True), text=WORDS, rating=NUMBER),
            max_size=4,
            unique_by=lambda each: each["goal"],
        ),
    ),
    "roleplay_pair": record(
        scene=WORDS,
        role=st.sampled_from(["", "self", "coach", "observer"]),
        rounds=st.lists(WORDS, max_size=3),
        observer_notes=st.lists(WORDS, max_size=5),
    ),
    "feedback": st.lists(
        record(to=st.from_regex(PERSON, fullmatch=True), text=WORDS), max_size=6, unique_by=lambda x: x["to"]
    ),
    "ordered_steps": record(steps=st.lists(STEP, max_size=10)),
    "structured_plan": boxes("sections", OPTIONS["structured_plan"], WORDS),
    "compare": st.lists(st.sampled_from(OPTIONS["compare"]), max_size=3),
}
JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        11,
        360,
        7.5,
        float("nan"),
        "x" * 5000,
        "\ud800",
        "\x00",
        "x\u202ey",
        [],
        {},
        [[]],
        {"x": 1},
    ]
)


def prompt_of(kind: str) -> dict[str, Any]:
    asked = {"key": "it", "type": kind, "text": "What is it?", "who": "all"}
    return asked | ({"options": OPTIONS[kind]} if kind in OPTIONS else {})


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within a value, itself included."""
    found = [path]
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, each in inside:
        found += places(each, (*path, key))
    return found


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = new
    return changed


def is_stable(kind: str, value: Any) -> None:
    """What was read reads the same again, is JSON, and can be told and drawn."""
    asked = prompt_of(kind)
    assert TYPES[kind].read(value, asked) == value
    assert json.loads(json.dumps(value)) == value
    assert isinstance(TYPES[kind].as_text(value, asked), str)
    drawn(asked, value)


def test_every_type_is_tested_here_or_with_the_plain_ones() -> None:
    plain = {"free_text", "short_texts", "scale_0_10", "single_choice", "multi_choice"}
    assert set(TYPES) == set(VALID) | plain


@pytest.mark.parametrize("kind", VALID)
@settings(deadline=None)
@given(data=st.data())
def test_any_valid_value_reads_the_same_again(kind: str, data: Any) -> None:
    is_stable(kind, TYPES[kind].read(data.draw(VALID[kind]), prompt_of(kind)))


@pytest.mark.parametrize("kind", VALID)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_mutation_is_refused_or_made_a_valid_value(kind: str, data: Any) -> None:
    value = data.draw(VALID[kind])
    path = data.draw(st.sampled_from(places(value)))
    mutated = put(value, path, data.draw(JUNK))
    try:
        kept = TYPES[kind].read(mutated, prompt_of(kind))
    except Unreadable as refused:
        assert refused.key == "it" and refused.sentence
        return
    is_stable(kind, kept)


@pytest.mark.parametrize("kind", VALID)
@settings(deadline=None)
@given(data=st.data())
def test_a_field_that_does_not_belong_is_refused(kind: str, data: Any) -> None:
    value = data.draw(VALID[kind])
    records = [path for path in places(value) if isinstance(inner(value, path), dict)]
    for path in records:
        with pytest.raises(Unreadable):
            TYPES[kind].read(put(value, path, inner(value, path) | {"extra": "x"}), prompt_of(kind))


def inner(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("closeness_circle", {"people": [{"label": "A", "ring": 1}] * 16}),
        ("closeness_circle", {"people": [{"label": "A" * 41, "ring": 1}]}),
        ("closeness_circle", {"people": [{"label": "A", "ring": 5}]}),
        ("closeness_circle", {"people": [{"label": "A", "ring": 1, "bond": "unknown"}]}),
        ("timeline", {"onset": "2026-13"}),
        ("timeline", {"events": [{"when": "last year", "label": "moved"}]}),
        ("timeline", {"mood": [{"when": "2026-01", "value": 5}] * 25}),
        ("comm_transcript", {"lines": [{"who": "me", "said": "Stay.", "turn": True}] * 2}),
        ("comm_transcript", {"lines": [{"who": "me", "said": "Stay."}] * 21}),
        ("decision_table", {"options": [{"text": "Go.", "chosen": True}] * 2}),
        ("decision_table", {"options": [{"text": "Go."}] * 7}),
        ("two_lists", {"boxes": {"I miss": ["line"] * 11}}),
        ("two_lists", {"boxes": {"Another box": ["line"]}}),
        ("grid_2x2", {"boxes": {"Old, good": ["x" * 301]}}),
        ("structured_plan", {"sections": {"Who?": "x" * 2001}}),
        ("matrix", {"rows": ["Ines"], "ticks": [[1, 0]]}),
        ("matrix", {"rows": ["Ines"], "cols": ["other"], "ticks": []}),
        ("goal", {"text": "Ring", "rating": [1, 2]}),
        ("goal", {"text": "Ring", "status": "won"}),
        ("goal", {"standing": [{"goal": "g1", "text": "Ring", "rating": 11}]}),
        ("goal", {"standing": [{"goal": "g1", "text": "Ring", "rating": None}]}),
        ("goal", {"standing": [{"goal": "g 1", "text": "Ring", "rating": 1}]}),
        ("goal", {"standing": [{"goal": "g1", "text": "Ring", "rating": 1}] * 2}),
        ("goal", {"standing": [{"goal": f"g{n}", "text": "Ring", "rating": 1} for n in range(11)]}),
        ("roleplay_pair", {"rounds": ["line"] * 4}),
        ("roleplay_pair", {"role": "other"}),
        ("feedback", [{"to": "p1", "text": "a"}, {"to": "p1", "text": "b"}]),
        ("feedback", [{"to": "p 1", "text": "a"}]),
        ("ordered_steps", {"steps": [{"text": "go"}] * 11}),
        ("ordered_steps", {"steps": [{"text": "go", "hard": 11}]}),
        ("compare", ["weight"]),
    ],
)
def test_what_is_past_a_limit_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(Unreadable):
        TYPES[kind].read(value, prompt_of(kind))


PARTIAL: dict[str, Any] = {
    "closeness_circle": {"people": [{"label": "Ines", "ring": 2}]},
    "timeline": {"events": [{"when": "", "label": "The move"}]},
    "comm_transcript": {"lines": [{"who": "", "said": "Stay."}]},
    "decision_table": {"question": "Move out?"},
    "grid_2x2": {"boxes": {"Old, good": ["work"]}},
    "two_lists": {"boxes": {"I miss": ["her voice"]}},
    "matrix": {"rows": ["Ines"], "ticks": []},
    "goal": {"text": "Ring my sister."},
    "roleplay_pair": {"rounds": ["May I ask you something?"]},
    "feedback": [{"to": "all", "text": "I noticed that you waited."}],
    "ordered_steps": {"steps": [{"text": "Say hello."}]},
    "structured_plan": {"sections": {"Who?": "Ines"}},
    "compare": ["circle"],
}


@pytest.mark.parametrize("kind", VALID)
def test_a_part_of_an_answer_may_be_sent_and_nothing_is_blank(kind: str) -> None:
    asked = [prompt_of(kind)]
    assert read_answer(asked, {"it": PARTIAL[kind]}, passed=False)["it"]
    empty: Any = [] if isinstance(PARTIAL[kind], list) else TYPES[kind].read(PARTIAL[kind], asked[0])
    if isinstance(empty, dict):
        empty = {key: type(value)() for key, value in empty.items()}
        empty |= {"cols": OPTIONS["matrix"]} if kind == "matrix" else {}
        empty |= {"status": "open"} if kind == "goal" else {}
    assert TYPES[kind].is_blank(TYPES[kind].read(empty, asked[0]))
    with pytest.raises(Unreadable):
        read_answer(asked, {"it": empty}, passed=False)


def test_everything_of_a_talk_stands_in_its_plain_text() -> None:
    value = {
        "setting": "At breakfast",
        "lines": [
            {"who": "me", "said": "You are late.", "felt": "hurt", "meant": "I missed you", "turn": True},
            {"who": "my son", "said": "So what."},
        ],
        "retry": ["I was worried."],
    }
    text = TYPES["comm_transcript"].as_text(
        TYPES["comm_transcript"].read(value, prompt_of("comm_transcript")), {}
    )
    assert text.splitlines() == [
        "At breakfast",
        "me: You are late. (felt: hurt; meant: I missed you) ← the turn",
        "my son: So what.",
        "To try: I was worried.",
    ]


def test_events_are_numbered_alike_in_words_and_in_the_drawing_and_no_number_covers_another() -> None:
    asked = prompt_of("timeline")
    events = [("2025-06", "The flood", "hard"), ("2024-03", "Moved", ""), ("2024-03", "New job", "good")]
    given = [{"when": when, "label": label, "kind": kind} for when, label, kind in events]
    mood = [{"when": "2026-11", "value": 4}]
    value = TYPES["timeline"].read({"events": given, "mood": mood, "onset": "2024-04"}, asked)
    assert TYPES["timeline"].as_text(value, asked).splitlines() == [
        "1. 2024-03: Moved",
        "2. 2024-03: New job (good)",
        "2024-04: the low time began",
        "3. 2025-06: The flood (hard)",
        "2026-11: mood 4",
    ]
    picture = drawn(asked, value)
    assert picture is not None
    assert [(each["n"], each["label"], each["y"]) for each in picture["events"]] == [
        (1, "Moved", 60),
        (2, "New job", 38),
        (3, "The flood", 60),
    ]
    assert picture["onset_anchor"] == "start"


def test_names_on_the_circle_keep_clear_of_each_other_of_the_people_and_of_me() -> None:
    asked = prompt_of("closeness_circle")
    crowd = [("Ines", 1, 180), ("My brother", 1, 150), ("Work", 1, 210), ("Amal", 3, 90), ("Chidi", 3, 100)]
    crowd += [("Grandmother Rose", 3, 60), ("A neighbour from downstairs", 4, 120), ("Top", 4, 0)]
    people = [{"label": label, "ring": ring, "angle": angle} for label, ring, angle in crowd]
    picture = drawn(asked, TYPES["closeness_circle"].read({"people": people}, asked))
    assert picture is not None

    def box(each: dict[str, Any]) -> tuple[float, float, float, float]:
        wide = 6.8 * len(each["short"])
        left = each["text_x"] - {"start": 0, "middle": wide / 2, "end": wide}[each["anchor"]]
        return left, each["text_y"] - 11, left + wide, each["text_y"] + 3

    boxes = [box(each) for each in picture["people"]] + [(141, 161, 159, 175)]
    dots = [(each["x"] - 6, each["y"] - 6, each["x"] + 6, each["y"] + 6) for each in picture["people"]]
    pairs = [(one, two) for place, one in enumerate(boxes) for two in boxes[:place]]
    pairs += [(one, dot) for one in boxes for dot in dots]
    for one, two in pairs:
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    assert all(each[0] >= 0 and each[2] <= 300 for each in boxes)
    assert [len(each["short"]) for each in picture["people"]][6] == 16


def test_nearness_is_told_and_drawn_from_the_same_data() -> None:
    asked = prompt_of("closeness_circle")
    people = [
        {"label": "Ines", "ring": 1, "angle": 90, "bond": "warm"},
        {"label": "Work", "ring": 4, "bond": "lost touch", "marked": True},
    ]
    value = TYPES["closeness_circle"].read({"people": people}, asked)
    assert TYPES["closeness_circle"].as_text(value, asked).splitlines() == [
        "Ring 1: Ines (warm)",
        "Ring 4: Work (lost touch, to talk about)",
    ]
    picture = drawn(asked, value)
    assert picture is not None
    assert [(each["x"], each["y"], each["style"]) for each in picture["people"]] == [
        (181.0, 150.0, "close"),
        (150.0, 22.0, "lost"),
    ]
