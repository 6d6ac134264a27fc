"""What holds for every chart: nothing overlaps or falls out, nothing needs colour, words are escaped."""

from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from app import charts
from app.charts import letters
from tests.charts.cases import CASES, LONG, MOODS

SVG = "{http://www.w3.org/2000/svg}"
ALL = pytest.mark.parametrize(
    ("name", "data"),
    [(name, data) for name, _, data in CASES],
    ids=[f"{name}, {case}" for name, case, _ in CASES],
)


def drawn(name: str, data: dict[str, Any], language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(charts.render(name, data, language))


def test_every_chart_is_tried() -> None:
    assert {name for name, _, _ in CASES} == set(charts.NAMES)


@ALL
def test_no_two_labels_overlap_and_none_leaves_the_picture(name: str, data: dict[str, Any]) -> None:
    for language in ("en", "es"):
        drawing = charts.draw(name, data, language)
        boxes = [(each["text"], letters.box(each)) for each in drawing["labels"]]
        for text, (left, top, right, bottom) in boxes:
            assert min(left, top) >= 0 and right <= drawing["width"] and bottom <= drawing["height"], text
        for (one, a), (two, b) in combinations(boxes, 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (one, two)


@ALL
def test_every_mark_stands_inside_the_picture(name: str, data: dict[str, Any]) -> None:
    picture = drawn(name, data)
    wide, high = (float(each) for each in picture.attrib["viewBox"].split()[2:])
    for each in picture.iter():
        at = each.attrib
        if each.tag == f"{SVG}circle":
            x, y, r = (float(at[key]) for key in ("cx", "cy", "r"))
            assert min(x - r, y - r) >= 0 and x + r <= wide and y + r <= high
        elif each.tag == f"{SVG}line":
            assert all(0 <= float(at[key]) <= wide for key in ("x1", "x2"))
            assert all(0 <= float(at[key]) <= high for key in ("y1", "y2"))
        elif each.tag == f"{SVG}rect":
            x, y, w, h = (float(at[key]) for key in ("x", "y", "width", "height"))
            assert min(x, y) >= 0 and x + w <= wide and y + h <= high


@ALL
def test_a_chart_says_in_words_what_it_shows_and_has_no_ids(name: str, data: dict[str, Any]) -> None:
    picture = drawn(name, data)
    assert picture.attrib["role"] == "img"
    title, said = (picture.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert list(picture)[:2] == [title, said] and title is not None and said is not None
    assert title.text and said.text == " ".join(charts.told(name, data, "en"))
    for each in picture.iter():
        assert not {"id", "style", "href"} & each.attrib.keys()


@ALL
def test_what_people_wrote_stands_in_a_chart_as_words(name: str, data: dict[str, Any]) -> None:
    assert "<b>" not in charts.render(name, data, "en")


def test_a_chart_is_readable_on_white_paper_without_a_style_sheet() -> None:
    """Everything drawn has a colour of its own, or of a group around it, dark enough for a line (3:1)."""
    for name, _, data in CASES:
        picture = drawn(name, data)
        for group in (picture, *picture.iter(f"{SVG}g")):
            for each in group:
                if each.tag in (f"{SVG}line", f"{SVG}path", f"{SVG}circle", f"{SVG}rect"):
                    own = {**group.attrib, **each.attrib}
                    assert "stroke" in own or own.get("fill", "none") != "none", each.attrib


def test_long_words_are_shortened_to_their_room_and_whole_in_the_sentences() -> None:
    short = letters.shorten(LONG, 120)
    assert short.endswith("…") and letters.width(short) <= 120
    assert letters.shorten("short", 120) == "short"
    lines = letters.wrap(LONG, 150, 2)
    assert len(lines) == 2 and all(letters.width(each) <= 150 for each in lines)
    assert LONG in " ".join(charts.told("mood_line", MOODS["one"], "en"))


# the mood line


def test_the_mood_line_is_joined_only_between_sessions_that_follow_each_other() -> None:
    drawing = charts.draw("mood_line", MOODS["design"], "en")
    x = {each["number"]: each["x"] for each in drawing["points"]}
    assert [(each["x1"], each["x2"]) for each in drawing["lines"]] == [(x[3], x[4]), (x[4], x[5])]
    assert [(each["x1"], each["x2"]) for each in drawing["gaps"]] == [(x[1], x[3])]
    assert [each["number"] for each in drawing["missed"]] == [2]
    assert len(drawing["ahead"]) == 7
    assert [each["number"] for each in drawing["points"] if each["now"]] == [5]


def test_the_height_of_a_point_is_its_number() -> None:
    drawing = charts.draw("mood_line", MOODS["steps"], "en")
    heights = {each["value"]: each["y"] for each in drawing["points"]}
    foot, step = heights[0], (heights[0] - heights[10]) / 10
    assert all(heights[value] == pytest.approx(foot - step * value) for value in heights)


def test_the_mood_line_in_sentences() -> None:
    assert charts.told("mood_line", MOODS["design"], "en") == [
        "From 3 in session 1 to 6 in session 5: 3 higher.",
        "Session 1: 3.",
        "Session 2: missed.",
        "Session 3: 3.",
        "Session 4: 4.",
        "Session 5: 6.",
        "7 sessions are ahead.",
        "What happened, 1, session 3: Argument.",
        "What happened, 2, session 5: She called.",
    ]
    assert charts.told("mood_line", MOODS["nothing yet"], "en") == ["No number yet."]
    assert charts.told(
        "mood_small", {"points": [{"number": 1, "value": 6}, {"number": 2, "value": 4}]}, "en"
    )[0] == ("From 6 in session 1 to 4 in session 2: 2 lower.")


def test_events_of_one_session_share_a_number_and_are_told_in_the_order_of_sessions() -> None:
    given = [
        {"number": 3, "text": "Second."},
        {"number": 1, "text": "First."},
        {"number": 3, "text": "Third."},
    ]
    data = MOODS["design"] | {"events": given}
    drawing = charts.draw("mood_line", data, "en")
    assert drawing["legend"] == ["1. First.", "2. Second. Third."]
    assert [(each["n"], each["session"]) for each in drawing["marks"]] == [(1, 1), (2, 3)]


def test_a_chart_speaks_the_language_it_is_asked_for_and_falls_back_to_english() -> None:
    assert charts.told("mood_line", MOODS["design"], "xx") == charts.told("mood_line", MOODS["design"], "en")
    assert charts.draw("mood_line", MOODS["design"], "es")["table"]["head"][1] == "Ánimo"
