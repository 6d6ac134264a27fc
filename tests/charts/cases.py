"""Data of charts that are hard to draw: nothing, one, many, gaps, long words, words that look like markup."""

from typing import Any

LONG = "Eine Auseinandersetzung mit der Schwiegermutter über die gemeinsame Wohnung & <b>mehr</b>"


def points(*values: int | str) -> list[dict[str, Any]]:
    """One session after another: a number, or why there is none."""
    return [
        {"number": n, "value": each if isinstance(each, int) else None}
        | ({"state": each} if isinstance(each, str) else {})
        for n, each in enumerate(values, 1)
    ]


def events(*numbers: int, text: str = LONG) -> list[dict[str, Any]]:
    return [{"number": each, "text": text} for each in numbers]


SIXTEEN = (0, 10, 0, "missed", "missed", 10, 9, 9, 8, 7, "silent", 3, 0, 10, "ahead", "ahead")
MOODS: dict[str, dict[str, Any]] = {
    "nothing yet": {"points": points("ahead", "ahead"), "events": []},
    "no session": {"points": [], "events": []},
    "one": {"points": points(5), "events": events(1)},
    "design": {
        "points": points(3, "missed", 3, 4, 6, *["ahead"] * 7),
        "events": [{"number": 3, "text": "Argument."}, {"number": 5, "text": "She called."}],
    },
    "sixteen": {"points": points(*SIXTEEN), "events": events(*range(1, 15))},
    "up and down": {"points": points(10, 0, 10, 0, 10, 0, 5, 5, 5), "events": events(1, 2)},
    "steps": {"points": points(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 8, 7, 6, 5), "events": []},
    "begins late": {"points": points("missed", "missed", 4, 4, "missed"), "events": events(2, 3)},
}
CASES = [
    *(("mood_line", name, data) for name, data in MOODS.items()),
    *(("mood_small", name, data) for name, data in MOODS.items()),
]
