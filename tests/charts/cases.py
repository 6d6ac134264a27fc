"""Data of charts that are hard to draw: nothing, one, many, gaps, long words, words that look like markup."""

from typing import Any

from app.exercises import closeness_circle

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
PHQ9_BANDS = [("minimal", 0, 4), ("mild", 5, 9), ("moderate", 10, 14)]
PHQ9_BANDS += [("moderately severe", 15, 19), ("severe", 20, 27)]


def phq9(
    *totals: int | None, change: tuple[str, ...] = (), pro_rated: tuple[int, ...] = ()
) -> dict[str, Any]:
    """A PHQ-9 over some weeks; ``pro_rated`` are the places of totals that are."""
    return {
        "name": "PHQ-9",
        "range": (0, 27),
        "better": "lower",
        "bands": [{"label": label, "low": low, "high": high} for label, low, high in PHQ9_BANDS],
        "series": [
            {"when": f"{3 + n} November", "value": each, "pro_rated": n in pro_rated}
            for n, each in enumerate(totals)
        ],
        "reliable": 6,
        "change": list(change),
    }


MEASURES: dict[str, dict[str, Any]] = {
    "none": phq9(),
    "no score": phq9(None),
    "one": phq9(16),
    "better": phq9(16, 12, 8, change=("improved", "response", "recovered")),
    "worse, with gaps": phq9(21, None, 27, change=("worse",), pro_rated=(0,)),
    "every week": phq9(*range(27, 11, -1), change=("improved", "response")),
    "ends of the range": phq9(0, 27, 0, 27, 0),
    "more is better": {
        **phq9(28, 60, change=("improved",)),
        "name": "WHO-5",
        "range": (0, 100),
        "better": "higher",
        "bands": [],
        "reliable": 10,
    },
    "narrow bands": {
        **phq9(3, 39, 20),
        "range": (0, 40),
        "bands": [{"label": f"a long name of band {n}", "low": 2 * n, "high": 2 * n + 1} for n in range(20)],
    },
}
STATUSES = ("present", "late", "excused", "absent")
SESSIONS = [{"number": n, "status": (*STATUSES, "ahead", "before")[n % 6]} for n in range(1, 21)]
OUTCOMES = ("done", "part", "not_yet", "open")
GOALS = [
    {"text": "Ring my sister.", "first": 2, "last": 7, "status": "open"},
    {"text": LONG, "first": 6, "last": 5, "status": "met"},
    {"text": "The same.", "first": 0, "last": 0, "status": "let_go"},
    {"text": "Once.", "first": 10, "last": None, "status": "open"},
    {"text": "Never.", "first": None, "last": None, "status": "open"},
]
OPTIONS = ["close and warm", "mixed", "tense", "broken off", "died"]
PEOPLE = [
    {"label": label, "ring": ring, "angle": angle, "bond": bond, "marked": ring == 2}
    for label, ring, angle, bond in (
        ("Mother", 1, 315, OPTIONS[0]),
        ("My neighbour from downstairs", 2, 90, OPTIONS[1]),
        ("<b>Ines</b>", 3, 200, OPTIONS[2]),
        ("Work", 4, 270, OPTIONS[3]),
        ("Grandfather", 4, 20, OPTIONS[4]),
        ("A friend", 3, 140, ""),
    )
]
CIRCLE = closeness_circle.drawn({"people": PEOPLE}, {"options": OPTIONS})
REST: list[tuple[str, str, dict[str, Any]]] = [
    ("attendance", "twenty", {"sessions": SESSIONS}),
    ("attendance", "one", {"sessions": SESSIONS[:1]}),
    ("attendance", "none", {"sessions": []}),
    ("steps", "all", {"steps": [{"number": n or None, "outcome": OUTCOMES[n % 4]} for n in range(16)]}),
    ("steps", "none", {"steps": []}),
    ("goals", "five", {"goals": GOALS}),
    ("goals", "none", {"goals": []}),
    ("circle", "six", {"drawn": CIRCLE, "title": "First meeting"}),
    ("circle", "nobody", {"drawn": CIRCLE | {"people": [], "bonds": {}}, "title": "First meeting"}),
]
CASES = [
    *(("mood_line", name, data) for name, data in MOODS.items()),
    *(("mood_small", name, data) for name, data in MOODS.items()),
    *(("measure_line", name, data) for name, data in MEASURES.items()),
    *REST,
]
