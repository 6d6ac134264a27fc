"""What holds for every chart: nothing overlaps or falls out, nothing needs colour, words are escaped."""

from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from app import charts
from app.charts import letters
from app.exercises import closeness_circle
from tests.charts.cases import (
    CASES,
    CIRCLE,
    GOALS,
    LONG,
    MEASURES,
    MOODS,
    OPTIONS,
    OUTCOMES,
    PEOPLE,
    STATUSES,
)

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


@pytest.mark.parametrize("case", [case for case, data in MOODS.items() if data["events"]])
def test_no_number_stands_on_the_stem_of_an_event(case: str) -> None:
    drawing = charts.draw("mood_line", MOODS[case], "en")
    assert drawing["marks"]
    for mark in drawing["marks"]:
        for each in drawing["labels"]:
            left, top, right, bottom = letters.box(each)
            across = left < mark["x"] < right and top < mark["foot"] and bottom > mark["y"] + 10
            assert not across, each


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


# the measure line


def test_bands_and_points_of_a_measure_stand_on_one_scale() -> None:
    """PHQ-9, 190 pixels for 27 points. Moderate, 10 to 14, reaches from 9.5 to 14.5: 5 x 190 / 27 = 35.2."""
    drawing = charts.draw("measure_line", MEASURES["better"], "en")
    foot = drawing["frame"]["y"] + 190
    moderate = next(each for each in drawing["bands"] if each["label"] == "moderate")
    assert moderate["y"] == pytest.approx(foot - 14.5 * 190 / 27, abs=0.1)
    assert moderate["height"] == pytest.approx(35.2, abs=0.2)
    assert [each["y"] for each in drawing["points"]] == pytest.approx(
        [foot - value * 190 / 27 for value in (16, 12, 8)], abs=0.1
    )
    assert sum(each["height"] for each in drawing["bands"]) == pytest.approx(190, abs=0.5)


def test_the_change_that_counts_is_marked_on_both_sides_of_the_first_score() -> None:
    """16 - 6 = 10 is better, 16 + 6 = 22 is worse; from 21 on, 27 is the highest that can be reached."""
    drawing = charts.draw("measure_line", MEASURES["better"], "en")
    foot = drawing["frame"]["y"] + 190
    limits = {each["kind"]: each["y"] for each in drawing["limits"]}
    assert limits == pytest.approx({"better": foot - 10 * 190 / 27, "worse": foot - 22 * 190 / 27}, abs=0.1)
    assert drawing["change"]["strong"] and drawing["change"]["y2"] > drawing["change"]["y1"]
    high = charts.draw("measure_line", MEASURES["more is better"], "en")
    assert {each["way"]: each["kind"] for each in high["limits"]} == {"higher": "better", "lower": "worse"}
    assert high["change"]["y2"] < high["change"]["y1"]
    assert charts.draw("measure_line", MEASURES["one"], "en")["limits"] == []
    assert charts.draw("measure_line", MEASURES["one"], "en")["change"] is None


def test_a_measure_in_sentences_says_what_changed_and_nothing_of_its_cause() -> None:
    assert charts.told("measure_line", MEASURES["better"], "en") == [
        "PHQ-9. From 16 to 8: 8 lower. Improved reliably. Response. Recovered by this measure.",
        "3 November: 16, in the range “moderately severe”.",
        "4 November: 12, in the range “moderate”.",
        "5 November: 8, in the range “mild”.",
        "A change counts from 6 points on.",
    ]
    said = " ".join(charts.told("measure_line", MEASURES["worse, with gaps"], "en"))
    assert "4 November: no score, too much was left blank." in said
    assert "Pro-rated: one or two answers were blank." in said and "Worse reliably." in said
    every = " ".join(" ".join(charts.told(name, data, "en")) for name, _, data in CASES).casefold()
    assert not [word for word in ("cured", "because", "thanks to", "on track") if word in every]


# strips, goals, circles


def test_each_sign_of_a_strip_has_a_shape_of_its_own() -> None:
    for name, signs in (("attendance", [*STATUSES, "ahead", "before"]), ("steps", OUTCOMES)):
        field = {"attendance": ("sessions", "status"), "steps": ("steps", "outcome")}[name]
        shapes = set()
        for each in signs:
            picture = drawn(name, {field[0]: [{"number": 1, field[1]: each}]})
            marks = [one for one in picture if one.tag not in (f"{SVG}text", f"{SVG}title", f"{SVG}desc")]
            colourless = [
                (
                    one.tag,
                    one.get("d"),
                    one.get("r"),
                    one.get("stroke-dasharray"),
                    one.get("fill") == "#1f4459",
                )
                for one in marks
            ]
            shapes.add(tuple(colourless))
        assert len(shapes) == len(signs)


def test_attendance_and_steps_in_sentences() -> None:
    sessions = [{"number": n, "status": each} for n, each in enumerate((*STATUSES, "ahead"), 1)]
    assert charts.told("attendance", {"sessions": sessions}, "en") == [
        "There in 2 of 4 sessions.",
        "Session 1: there.",
        "Session 2: late.",
        "Session 3: excused.",
        "Session 4: missed.",
        "1 session is ahead.",
    ]
    steps = [{"number": 1, "outcome": "done"}, {"number": 2, "outcome": "open"}]
    assert charts.told("steps", {"steps": steps}, "en")[:3] == [
        "2 steps planned.",
        "Done: 1.",
        "Not looked back on: 1.",
    ]


def test_goals_stand_at_their_numbers_then_and_now() -> None:
    """27 pixels a step from 14 on: 2 stands at 68, 7 at 203."""
    drawing = charts.draw("goals", {"goals": GOALS}, "en")
    assert [(each["first"], each["last"]) for each in drawing["rows"]] == [
        (68, 203),
        (176, 149),
        (14, 14),
        (284, None),
        (None, None),
    ]
    assert charts.told("goals", {"goals": GOALS[:1] + GOALS[2:]}, "en") == [
        "Ring my sister: 2 of 10 then, 7 now.",
        "The same: 0 of 10 then, 0 now. Let go.",
        "Once: 10 of 10.",
        "Never: no number yet.",
    ]


def test_the_circle_is_told_from_the_nearest_to_the_farthest() -> None:
    said = charts.told("circle", {"drawn": CIRCLE, "title": "Then"}, "en")
    assert said[0] == "Mother, ring 1, close and warm." and said[-1].startswith(("Work", "Grandfather"))
    assert "A friend, ring 3." in said
    assert "My neighbour from downstairs, ring 2, mixed, to talk about." in said


def test_every_line_and_ring_of_the_circle_has_its_words_in_a_key() -> None:
    def key(data: dict[str, Any]) -> list[tuple[str, str]]:
        drawing = charts.draw("circle", {"drawn": data, "title": "Then"}, "en")
        words = [each["text"] for each in drawing["labels"] if each["y"] > 300]
        return list(zip([each["sign"] for each in drawing["key"]], words, strict=True))

    signs = ["close", "mixed", "tense", "lost", "died", "marked"]
    assert key(CIRCLE) == list(zip(signs, [*OPTIONS, "to talk about"], strict=True))
    few = closeness_circle.drawn({"people": PEOPLE[2:3]}, {"options": OPTIONS})
    assert key(few) == [("tense", "tense")]
    assert key(closeness_circle.drawn({"people": PEOPLE[5:]}, {"options": OPTIONS})) == []
    rows = charts.draw("circle", {"drawn": CIRCLE, "title": "Then"}, "en")["table"]["rows"]
    assert rows[1] == ["My neighbour from downstairs", "Ring 2", "mixed, to talk about"]


def test_people_with_one_name_are_paired_in_their_order() -> None:
    def drawing(*people: tuple[str, int]) -> dict[str, Any]:
        placed = [
            {"label": name, "ring": ring, "angle": 0, "bond": "", "marked": False} for name, ring in people
        ]
        return closeness_circle.drawn({"people": placed}, {})

    then, now = drawing(("M", 1), ("A", 2), ("M", 4)), drawing(("B", 3), ("M", 2), ("M", 3), ("M", 4))
    rings = [
        (name, first and first["ring"], last and last["ring"])
        for name, first, last in closeness_circle.paired(then, now)
    ]
    assert rings == [("M", 1, 2), ("A", 2, None), ("M", 4, 3), ("B", None, 3), ("M", None, 4)]
    assert [name for name, _, _ in closeness_circle.paired(then, None)] == ["M", "A", "M"]
