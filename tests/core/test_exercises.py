"""The five plain response types: what is taken in, what is refused, and what the group may see of it."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exercises import TYPES, Unreadable, group_view, narrowed, read_answer, texts_of

OPTIONS = ["Yes", "Not yet, let us talk", "Ça dépend"]
PROMPTS = {
    "free_text": {"key": "text", "type": "free_text", "text": "What happened?", "who": "all"},
    "short_texts": {"key": "lines", "type": "short_texts", "text": "Which words?", "who": "all"},
    "scale_0_10": {"key": "mood", "type": "scale_0_10", "text": "How was it?", "options": ["low", "high"]},
    "single_choice": {"key": "one", "type": "single_choice", "text": "Which?", "options": OPTIONS},
    "multi_choice": {"key": "many", "type": "multi_choice", "text": "Which?", "options": OPTIONS},
}
BOXES = {"key": "boxes", "type": "short_texts", "text": "What?", "options": ["I want", "They want"]}

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=280) | st.text(
    "aé\n\t \u0301क\u093c\u202e\u200b ", max_size=40
)
VALID = {
    "free_text": texts,
    "short_texts": st.lists(texts, max_size=10),
    "scale_0_10": st.integers(0, 10),
    "single_choice": st.sampled_from(OPTIONS),
    "multi_choice": st.lists(st.sampled_from(OPTIONS), max_size=3),
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def read(kind, value):
    return TYPES[kind].read(value, PROMPTS[kind])


@pytest.mark.parametrize("kind", PROMPTS)
@given(data=st.data())
def test_what_was_read_reads_the_same_again(kind, data):
    try:
        value = read(kind, data.draw(VALID[kind]))
    except Unreadable as refused:  # too many accents in a row is the one thing these strategies may overdo
        assert "accents" in refused.sentence
        return
    assert read(kind, value) == value
    assert isinstance(TYPES[kind].as_text(value, PROMPTS[kind]), str)
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("kind", PROMPTS)
@given(value=ANYTHING)
def test_whatever_is_sent_is_read_or_refused_and_what_is_read_is_clean(kind, value):
    try:
        kept = read(kind, value)
    except Unreadable as refused:
        assert refused.key == PROMPTS[kind]["key"]
        return
    for text in kept if isinstance(kept, list) else [kept]:
        if isinstance(text, str):
            text.encode()
            assert unicodedata.is_normalized("NFC", text)
            assert text == text.strip()
            assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in text)
            assert not set(text) & set(
                "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f"
            )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[
            (kind, value)
            for kind in PROMPTS
            for value in (None, True, 1.5, float("nan"), float("inf"), {}, b"a")
        ],
        *[("scale_0_10", value) for value in (-1, 11, 7.0, "7", json.loads("1e999"), 10**400, [7])],
        *[
            ("free_text", value)
            for value in ("a\x00b", "a\x1bb", "\x85", "\ud800", "a" * 2001, "a" + "\u0301" * 31)
        ],
        ("free_text", "a" + "\u0344" * 16),  # comes apart into 32 accents
        ("free_text", 5),
        ("free_text", ["a"]),
        ("short_texts", "a"),
        ("short_texts", ["a"] * 11),
        ("short_texts", ["a" * 301]),
        ("short_texts", ["a", 1]),
        ("short_texts", [["a"]]),
        ("single_choice", "yes"),
        ("single_choice", ["Yes"]),
        ("single_choice", 0),
        ("multi_choice", "Yes"),
        ("multi_choice", ["Yes", "No"]),
        ("multi_choice", ["Yes"] * 4),
        ("multi_choice", [True]),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_is_not_of_the_type_is_refused(kind, value):
    with pytest.raises(Unreadable) as refused:
        read(kind, value)
    assert refused.value.key == PROMPTS[kind]["key"]
    assert refused.value.sentence


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("free_text", "  a\r\nb\rc\u2028d \t", "a\nb\nc\nd"),
        ("free_text", "e\u0301", "é"),
        ("free_text", "a\u202eb\u200bc\ufeff", "abc"),
        (
            "free_text",
            "\u0646\u200c\u0647 \U0001f469\u200d\U0001f33e",
            "\u0646\u200c\u0647 \U0001f469\u200d\U0001f33e",
        ),
        ("free_text", "x" * 2000 + "  ", "x" * 2000),
        ("short_texts", [" a ", "", "b"], ["a", "b"]),
        ("single_choice", " C\u0327a dépend", "Ça dépend"),
        ("single_choice", "", ""),
        ("multi_choice", ["Ça dépend", "Yes", "Yes"], ["Yes", "Ça dépend"]),
        ("scale_0_10", 0, 0),
    ],
)
def test_harmless_differences_are_made_alike(kind, value, kept):
    assert read(kind, value) == kept


def test_a_line_stays_at_the_place_of_its_box():
    boxes = TYPES["short_texts"]
    assert boxes.read([" ", "rest", ""][:2], BOXES) == ["", "rest"]
    assert boxes.read(["time", " "], BOXES) == ["time"]
    assert boxes.as_text(["", "rest"], BOXES) == "They want: rest"
    with pytest.raises(Unreadable):
        boxes.read(["a", "b", "c"], BOXES)


def test_a_part_of_the_prompts_may_be_answered_and_blank_parts_fall_away():
    prompts = [PROMPTS["scale_0_10"], PROMPTS["free_text"], PROMPTS["short_texts"], PROMPTS["single_choice"]]
    answer = {"lines": ["", " "], "one": "", "text": "\u200d", "mood": 0}
    assert read_answer(prompts, answer, passed=False) == {"mood": 0}


def test_the_values_stand_in_the_order_of_the_prompts():
    prompts = [PROMPTS["scale_0_10"], PROMPTS["free_text"]]
    assert list(read_answer(prompts, {"text": "a", "mood": 3}, passed=False)) == ["mood", "text"]


@pytest.mark.parametrize(
    "answer", [{}, {"text": " "}, {"text": "\u200b\u2003"}, {"text": "a", "other": "b"}, [], None, "a"]
)
def test_an_empty_or_unknown_answer_is_refused(answer):
    with pytest.raises(Unreadable):
        read_answer([PROMPTS["free_text"]], answer, passed=False)


def test_a_text_that_was_stored_while_more_was_taken_can_still_be_read():
    answer, prompts = {"text": "x" * 3999 + "y"}, [PROMPTS["free_text"]]
    assert texts_of(prompts, answer) == [(prompts[0], answer["text"])]
    assert group_view(prompts, answer) == answer
    with pytest.raises(Unreadable, match="2,000"):
        read_answer(prompts, answer, passed=False)


def test_passing_writes_nothing():
    assert read_answer([PROMPTS["free_text"]], {}, passed=True) == {}
    with pytest.raises(Unreadable):
        read_answer([PROMPTS["free_text"]], {"text": "a"}, passed=True)
    with pytest.raises(Unreadable):
        read_answer([PROMPTS["free_text"]], [], passed=True)


def test_an_answer_has_at_most_twelve_thousand_code_points():
    prompts = [PROMPTS["free_text"] | {"key": key} for key in "abcdefg"]
    full = dict.fromkeys("abcdef", "x" * 2000)
    assert read_answer(prompts, full, passed=False) == full
    with pytest.raises(Unreadable):
        read_answer(prompts, full | {"g": "x"}, passed=False)


def test_a_refusal_repeats_nothing_of_what_was_written():
    with pytest.raises(Unreadable) as refused:
        read_answer([PROMPTS["single_choice"]], {"one": "my secret"}, passed=False)
    assert "secret" not in f"{refused.value} {refused.value.args} {refused.value.sentence}"


def test_texts_come_with_their_prompts_in_order():
    prompts = [PROMPTS["scale_0_10"], PROMPTS["multi_choice"], PROMPTS["free_text"]]
    found = texts_of(prompts, {"many": ["Yes", "Ça dépend"], "mood": 4})
    assert [(prompt["key"], text) for prompt, text in found] == [("mood", "4"), ("many", "Yes\nÇa dépend")]


PRIVATE = PROMPTS["scale_0_10"] | {"audience": "facilitators"}
UNNAMED = PROMPTS["short_texts"] | {"audience": "group_unnamed"}


def test_what_is_for_the_facilitators_never_stands_in_what_is_shown():
    answer = {"mood": 3, "text": "a", "unheard_of": "b"}
    assert group_view([PRIVATE, PROMPTS["free_text"]], answer) == {"text": "a"}


@pytest.mark.parametrize(
    ("answer", "chosen", "goes_to"),
    [
        ({"text": "a"}, "group_named", "group_named"),
        ({"text": "a", "mood": 3}, "group_named", "group_named"),
        ({"text": "a", "lines": ["b"]}, "group_named", "group_unnamed"),
        ({"lines": ["b"]}, "facilitators", "facilitators"),
        ({"mood": 3}, "group_named", "facilitators"),
        ({}, "group_named", "facilitators"),
    ],
)
def test_an_answer_goes_no_further_than_its_prompts_allow(answer, chosen, goes_to):
    assert narrowed([PRIVATE, UNNAMED, PROMPTS["free_text"]], answer, chosen) == goes_to
