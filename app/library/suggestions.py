"""What the library suggests to a new group, by what it is for and for how many sessions.

A suggestion is an order and no more: everything can be chosen. What is known stands in basis.md, 1.2.
"""

from collections.abc import Iterable

from app.library.items import Programme
from app.library.measures import bundled

STATUSES = ("complete", "conditional", "outline")
MEASURES = {"depression": ("phq9", "gad7"), "anxiety": ("gad7", "phq9")}
MEASURES_ELSE = ("phq9",)


def programmes_for(
    programmes: Iterable[Programme], purpose: str, sessions: int | None = None
) -> list[Programme]:
    """The programmes in the order in which they suit: whole ones first, outlines last.

    Among those that are not made for another purpose, the nearest number of sessions comes first.
    static/js/suggest.js does the same while somebody chooses.
    """

    def place(each: Programme) -> tuple[int, bool, int, int, int]:
        fit = 0 if not purpose or purpose in each.purposes else 2 if each.purposes else 1
        distance = abs(each.group_sessions - sessions) if sessions else 0
        return STATUSES.index(each.status), fit == 2, distance, fit, each.group_sessions

    return sorted(programmes, key=place)


def measures_for(purpose: str | None) -> list[str]:
    """The names of the measures that a group of this purpose starts with."""
    return [bundled()[each].name for each in MEASURES.get(purpose or "", MEASURES_ELSE)]
