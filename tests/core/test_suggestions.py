"""What a new group is shown first: an order, and no stronger than what is known."""

import pytest

from app.library import load
from app.library.suggestions import programmes_for

PROGRAMMES = load().programmes.values()


def ordered(purpose: str, sessions: int | None = None) -> list[str]:
    return [each.id for each in programmes_for(PROGRAMMES, purpose, sessions)]


@pytest.mark.parametrize(
    ("purpose", "sessions", "first"),
    [
        ("depression", None, "gipt_8"),
        ("depression", 14, "adult_14"),
        ("depression", 12, "online_short_75"),
        ("eating", None, "ipt_g_20"),
        ("anxiety", None, "online_short_75"),
        ("other", None, "online_short_75"),
        ("", None, "gipt_8"),
        ("", 20, "ipt_g_20"),
    ],
)
def test_what_suits_the_purpose_and_the_number_of_sessions_comes_first(
    purpose: str, sessions: int | None, first: str
) -> None:
    assert ordered(purpose, sessions)[0] == first


@pytest.mark.parametrize("purpose", ["depression", "anxiety", "eating", "other", ""])
@pytest.mark.parametrize("sessions", [None, 1, 8, 16])
def test_all_seven_are_offered_and_outlines_come_last(purpose: str, sessions: int | None) -> None:
    found = ordered(purpose, sessions)
    assert len(found) == 7 and set(found[-2:]) == {"perinatal_8", "uganda_16"}
