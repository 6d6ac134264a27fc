"""The numbers of measures against cases computed by hand from section 5.2 of the clinical basis.

Each case has its computation beside it; nothing here is taken from what the code gives.
"""

import pytest

from app.core import measures
from app.library.measures import bundled

PHQ9, GAD7, PHQ2 = (bundled()[name] for name in ("phq9", "gad7", "phq2"))
BLANK = None

# measure, answers, total, pro-rated, band, whether a person is told at once
SCORES = [
    # nine zeros: 0, minimal is 0 to 4; item 9 is 0: nobody is told
    (PHQ9, [0, 0, 0, 0, 0, 0, 0, 0, 0], 0, False, "minimal", False),
    # 3 x 9 = 27, severe is 20 to 27; item 9 above zero
    (PHQ9, [3, 3, 3, 3, 3, 3, 3, 3, 3], 27, False, "severe", True),
    # 1 + 1 + 1 + 1 = 4, the last of minimal
    (PHQ9, [1, 1, 1, 1, 0, 0, 0, 0, 0], 4, False, "minimal", False),
    # 5 x 1 = 5, the first of mild
    (PHQ9, [1, 1, 1, 1, 1, 0, 0, 0, 0], 5, False, "mild", False),
    # 3 x 3 = 9, the last of mild
    (PHQ9, [3, 3, 3, 0, 0, 0, 0, 0, 0], 9, False, "mild", False),
    # 3 x 3 + 1 = 10, the first of moderate: the case line
    (PHQ9, [3, 3, 3, 1, 0, 0, 0, 0, 0], 10, False, "moderate", False),
    # 4 x 3 + 2 = 14, the last of moderate
    (PHQ9, [3, 3, 3, 3, 2, 0, 0, 0, 0], 14, False, "moderate", False),
    # 5 x 3 = 15, the first of moderately severe
    (PHQ9, [3, 3, 3, 3, 3, 0, 0, 0, 0], 15, False, "moderately severe", False),
    # 6 x 3 + 1 = 19, the last of moderately severe
    (PHQ9, [3, 3, 3, 3, 3, 3, 1, 0, 0], 19, False, "moderately severe", False),
    # 6 x 3 + 2 = 20, the first of severe
    (PHQ9, [3, 3, 3, 3, 3, 3, 2, 0, 0], 20, False, "severe", False),
    # a total of 1, and item 9 is that one: any answer above "not at all" counts, at any total
    (PHQ9, [0, 0, 0, 0, 0, 0, 0, 0, 1], 1, False, "minimal", True),
    # one blank: eight answers of the sum 4; 4 / 8 x 9 = 4.5, half up: 5, not 4
    (PHQ9, [1, 1, 1, 1, 0, 0, 0, BLANK, 0], 5, True, "mild", False),
    # two blank: seven answers of the sum 7; 7 / 7 x 9 = 9
    (PHQ9, [1, 1, 1, 1, 1, 1, BLANK, BLANK, 1], 9, True, "mild", True),
    # two blank: seven answers of the sum 11; 11 / 7 x 9 = 14.14: 14
    (PHQ9, [3, 3, 3, 2, 0, 0, BLANK, BLANK, 0], 14, True, "moderate", False),
    # item 9 blank is never a zero: eight answers of the sum 8; 8 / 8 x 9 = 9, and a person is told
    (PHQ9, [1, 1, 1, 1, 1, 1, 1, 1, BLANK], 9, True, "mild", True),
    # three blank: no score, and item 9 among them still tells a person
    (PHQ9, [3, 3, 3, 3, 3, 3, BLANK, BLANK, BLANK], None, False, "", True),
    # three blank without item 9: no score, nobody is told
    (PHQ9, [3, 3, 3, 3, 3, BLANK, BLANK, BLANK, 0], None, False, "", False),
    # GAD-7: 4 x 1 = 4 minimal; 5 mild; 9 mild; 10 moderate; 14 moderate; 15 severe; 7 x 3 = 21
    (GAD7, [1, 1, 1, 1, 0, 0, 0], 4, False, "minimal", False),
    (GAD7, [1, 1, 1, 1, 1, 0, 0], 5, False, "mild", False),
    (GAD7, [3, 3, 3, 0, 0, 0, 0], 9, False, "mild", False),
    (GAD7, [3, 3, 3, 1, 0, 0, 0], 10, False, "moderate", False),
    (GAD7, [3, 3, 3, 3, 2, 0, 0], 14, False, "moderate", False),
    (GAD7, [3, 3, 3, 3, 3, 0, 0], 15, False, "severe", False),
    (GAD7, [3, 3, 3, 3, 3, 3, 3], 21, False, "severe", False),
    # one blank: six answers of the sum 3; 3 / 6 x 7 = 3.5, half up: 4
    (GAD7, [1, 1, 1, 0, 0, 0, BLANK], 4, True, "minimal", False),
    # two blank: five answers of the sum 7; 7 / 5 x 7 = 9.8: 10
    (GAD7, [3, 3, 1, 0, 0, BLANK, BLANK], 10, True, "moderate", False),
    # three blank: no score
    (GAD7, [3, 3, 3, 3, BLANK, BLANK, BLANK], None, False, "", False),
    # PHQ-2: 2 + 1 = 3, the line from which the long form is asked; 2 is below it; any blank: no score
    (PHQ2, [2, 1], 3, False, "ask further (PHQ-9)", False),
    (PHQ2, [2, BLANK], None, False, "", False),
]

# measure, first, last, points that count, what is told
CHANGES = [
    # 16 - 10 = 6: from 6 on. 10 is more than half of 16, and not below 10
    (PHQ9, 16, 10, 6, ["improved"]),
    # 16 - 11 = 5: too small at 6, reliable at 5
    (PHQ9, 16, 11, 6, ["small"]),
    (PHQ9, 16, 11, 5, ["improved"]),
    # 10 + 6 = 16: a rise by the same number is worse; 10 + 5 is not
    (PHQ9, 10, 16, 6, ["worse"]),
    (PHQ9, 10, 15, 6, ["small"]),
    # 16 / 2 = 8: half of it is a response; 8 is below 10 and 16 - 8 = 8: recovered
    (PHQ9, 16, 8, 6, ["improved", "response", "recovered"]),
    # 17 - 8.5 = 8.5: a last score of 9 is a drop of 8, less than half; below 10: recovered
    (PHQ9, 17, 9, 6, ["improved", "recovered"]),
    # 20 - 10 = 10: half exactly, and 10 is not below 10
    (PHQ9, 20, 10, 6, ["improved", "response"]),
    # 4 is below 5: remission; 5 is not
    (PHQ9, 16, 4, 6, ["improved", "response", "remission", "recovered"]),
    (PHQ9, 16, 5, 6, ["improved", "response", "recovered"]),
    # a first score of 10 counts: 10 - 4 = 6
    (PHQ9, 10, 4, 6, ["improved", "response", "remission", "recovered"]),
    # 10 - 5 = 5: half of it is a response, but too small to be reliable at 6, so not recovered
    (PHQ9, 10, 5, 6, ["small", "response"]),
    # a first score of 9: 9 - 0 = 9 is reliable, and nothing more is told
    (PHQ9, 9, 0, 6, ["improved"]),
    # 12 - 12: no change
    (PHQ9, 12, 12, 6, ["small"]),
    # GAD-7 counts from 4 points: 12 - 8 = 4, and 8 is below 10; half of 12 would be 6
    (GAD7, 12, 8, 4, ["improved", "recovered"]),
    (GAD7, 12, 9, 4, ["small"]),
    # 12 - 6 = 6: half. Remission is defined for PHQ-9 alone, so 3 is none
    (GAD7, 12, 6, 4, ["improved", "response", "recovered"]),
    (GAD7, 12, 3, 4, ["improved", "response", "recovered"]),
    (GAD7, 9, 0, 4, ["improved"]),
    # one score alone is no change
    (PHQ9, 16, None, 6, []),
    (PHQ9, None, None, 6, []),
    # PHQ-2 has no number of points that count
    (PHQ2, 6, 0, None, []),
]


@pytest.mark.parametrize(("measure", "answers", "total", "pro_rated", "band", "told"), SCORES)
def test_a_score_is_the_one_computed_by_hand(
    measure: measures.Measure,
    answers: list[int | None],
    total: int | None,
    pro_rated: bool,
    band: str,
    told: bool,
) -> None:
    given = dict(zip(measure.keys, answers, strict=True))
    found = measures.score(measure, given)
    assert (found["total"], found["pro_rated"]) == (total, pro_rated)
    assert found["missing"] == answers.count(BLANK)
    assert measures.band(measure, total) == band
    assert measures.needs_a_person(measure, given) == told


@pytest.mark.parametrize(("measure", "first", "last", "points", "told"), CHANGES)
def test_a_change_is_told_as_computed_by_hand(
    measure: measures.Measure, first: int | None, last: int | None, points: int | None, told: list[str]
) -> None:
    assert measures.change_of(measure, first, last, points) == told


def test_the_default_line_is_six_points_for_phq_9_and_four_for_gad_7() -> None:
    from app.config import Settings

    assert Settings.__dataclass_fields__["reliable_change"].default == 6
    assert GAD7.reliable == 4 and measures.OTHER_POINTS == {6: 5, 5: 6}
