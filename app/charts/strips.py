"""One sign after another, one for a session or a step: who was there, and what was kept.

``attendance``: ``sessions`` [{"number", "status"}], where the status is ``present``, ``late``, ``excused``,
``absent``, ``ahead``, or ``before`` (not in the group yet, or no more).
``steps``: ``steps``, the oldest first: [{"number": of the session in which it was planned, or None for a
meeting, "outcome": ``done``, ``part``, ``not_yet`` or ``open`` (nobody has looked back on it)}].
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.charts import letters
from app.charts.letters import label
from app.charts.words import Words

Drawing = dict[str, Any]
UNIT, ROW, IN_A_ROW = 26, 44, 10
THERE = ("present", "late")


def attendance(data: Mapping[str, Any], words: Words) -> Drawing:
    _ = words.gettext
    names = {
        "present": _("there"),
        "late": _("late"),
        "excused": _("excused"),
        "absent": _("missed"),
        "ahead": _("still to come"),
        "before": _("not in the group"),
    }
    cells = [(str(each["number"]), each["status"]) for each in data["sessions"]]
    over = [each for _number, each in cells if each not in ("ahead", "before")]
    there = sum(each in THERE for each in over)
    said = [_("There in %(there)s of %(all)s sessions.", there=there, all=len(over))] if over else []
    said += [
        _("Session %(number)s: %(state)s.", number=n, state=names[each])
        for n, each in cells
        if each != "ahead"
    ]
    ahead = sum(each == "ahead" for _number, each in cells)
    said += (
        [words.ngettext("%(num)s session is ahead.", "%(num)s sessions are ahead.", ahead)] if ahead else []
    )
    head = [_("Session"), _("Attendance")]
    return _strip(_("Attendance"), cells, names, said or [_("No session yet.")], head)


def steps(data: Mapping[str, Any], words: Words) -> Drawing:
    _ = words.gettext
    names = {
        "done": _("done"),
        "part": _("done in part"),
        "not_yet": _("not yet"),
        "open": _("not looked back on"),
    }
    cells = [(str(each["number"] or "–"), each["outcome"]) for each in data["steps"]]
    count = Counter(each for _number, each in cells)
    said = [words.ngettext("%(num)s step planned.", "%(num)s steps planned.", len(cells))] if cells else []
    said += [f"{names[each].capitalize()}: {count[each]}." for each in names if count[each]]
    said += [_("Session %(number)s: %(state)s.", number=n, state=names[each]) for n, each in cells]
    head = [_("Planned in session"), _("How it went")]
    return _strip(_("Steps"), cells, names, said or [_("No step is planned yet.")], head)


def _strip(
    title: str, cells: list[tuple[str, str]], names: dict[str, str], said: list[str], head: list[str]
) -> Drawing:
    wide = UNIT * max(min(len(cells), IN_A_ROW), 10) + 8
    signs, labels = [], []
    for place, (number, sign) in enumerate(cells):
        row, column = divmod(place, IN_A_ROW)
        x, y = 4 + UNIT * column + UNIT / 2, 14 + ROW * row
        signs.append({"sign": sign, "x": x, "y": y})
        labels.append(label(number, x, y + 25, "middle"))
    high = ROW * -(-len(cells) // IN_A_ROW)
    used = [each for each in names if each in {sign for _number, sign in cells}]
    key = letters.key([(each, names[each]) for each in used], 4, high + 2, wide - 8)
    return {
        "template": "strip",
        "width": wide,
        "height": high + key["height"] + 6,
        "title": title,
        "told": said,
        "table": {"head": head, "rows": [[number, names[sign]] for number, sign in cells]},
        "signs": signs,
        "key": key["marks"],
        "labels": labels + key["labels"],
    }
