"""The lot for goodbye lines: who draws whom, for any number of people and whoever comes late."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import lots


def test_the_lot_is_fair_for_any_number() -> None:
    for size in range(2, 9):
        people = [f"p{number}" for number in range(size)]
        drawn = lots.drawn_by(people, people)
        assert all(each not in two for each, two in drawn.items())
        wanted = 2 if size > 2 else 1
        assert Counter(each for two in drawn.values() for each in two) == dict.fromkeys(people, wanted)


@settings(max_examples=300, deadline=None)
@given(here=st.integers(1, 9), away=st.integers(0, 9))
def test_whoever_is_absent_the_lot_leaves_nobody_present_without_a_line(here: int, away: int) -> None:
    present, absent = (
        [f"{kind}{number}" for number in range(count)] for kind, count in (("p", here), ("a", away))
    )
    drawn = lots.drawn_by(present, present + absent)
    lines = Counter(each for two in drawn.values() for each in two)
    assert drawn.keys() == set(present) and lines.keys() <= {*present, *absent}
    for each, two in drawn.items():
        assert each not in two and len(set(two)) == len(two) == min(2, here + away - 1)
    if here > 1:
        assert all(lines[each] in (1, 2) for each in present)
        assert all(lines[each] <= 2 for each in absent)
        if away:
            assert max(lines.values()) - min(lines[each] for each in absent) <= 1
        assert away > here or all(lines[each] for each in absent)


@settings(max_examples=300, deadline=None)
@given(size=st.integers(3, 8), first=st.integers(1, 8), away=st.integers(0, 4), goes=st.integers(0, 7))
def test_whoever_comes_after_the_lot_is_written_to_and_writes_to_two_as_everybody_does(
    size: int, first: int, away: int, goes: int
) -> None:
    """``first`` are there for the lot, the others come one by one, and one of the first may have left."""
    everybody = [f"p{number}" for number in range(size)]
    members = [*everybody, *(f"a{number}" for number in range(away))]
    here = everybody[: min(first, size)]
    drawn = lots.drawn_by(here, members)
    if goes < len(here) and size > 3:
        gone = here.pop(goes)
        everybody.remove(gone)
        members.remove(gone)
        drawn.pop(gone)
    for comes in [each for each in everybody if each not in here]:
        before = {name: list(two) for name, two in drawn.items()}
        here.append(comes)
        drawn = lots.drawn_later(here, members, drawn)
        for name, two in drawn.items():
            assert two[: len(before.get(name, []))] == before.get(name, []), "what was drawn stays"
            assert name not in two and len(set(two)) == len(two) <= 4
            assert len(set(two) & set(members)) >= min(2, len(members) - 1)
        if len(here) > 1:
            assert set(here) <= {to for two in drawn.values() for to in two}


def test_nobody_is_drawn_once_more_who_has_a_line_already() -> None:
    stands = {"p0": ["p1", "a0"], "p1": ["p0", "a0"]}
    drawn = lots.drawn_later(["p0", "p1", "p2"], ["p0", "p1", "p2", "a0"], stands, {"p2"})
    assert {name: drawn[name] for name in stands} == stands and len(drawn["p2"]) == 2
