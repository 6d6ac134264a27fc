"""The course of a group as a paper, for its facilitators: attendance, moods, measures, goals, steps, calls.

Members stand in the order in which they joined; nobody is ranked. A mean of the group appears from five
numbers on, as on its page.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Connection

from app import runtime
from app.charts import given
from app.core.group_course import group_course
from app.papers import calls, drawings, wording
from app.papers.blocks import Block, facts, heading, pair, part, table, text
from app.services import services


def gather(db: Connection, asked: Any) -> dict[str, Any]:
    """The paper of a whole group; NotFound where there is none."""
    told = group_course(db, asked.group_id, services().settings.reliable_change)
    runtime.give_way()
    zone = told["group"]["time_zone"]
    content = [
        _figures(told),
        *part(_("Who needs a call"), _calls(told["calls"], zone)),
        *part(_("At a glance"), _glance(told["members"])),
        *part(_("The group’s mood"), *_mood(told["mean"])),
        *_members(told["members"]),
    ]
    about = _("Course of the group")
    return wording.laid_out(about, content, over=told["group"]["name"])


def _figures(told: dict[str, Any]) -> Block:
    done = sum(each["ended"] for each in told["sessions"])
    here = [each for each in told["members"] if each["left_at"] is None]
    left = len(told["members"]) - len(here)
    gone = ngettext("%(num)s has left", "%(num)s have left", left) if left else ""
    of = told["group"]["of"]
    ahead = ngettext("%(num)s to go", "%(num)s to go", max(of - done, 0)) if of else ""
    return facts([(_("Members"), len(here), gone), (_("Sessions"), done, ahead)])


def _calls(entries: list[dict[str, Any]], zone: str) -> Block | None:
    return table([_("Name"), _("Why")], [[each["alias"], _why(each, zone)] for each in entries], wide=1)


def _why(each: dict[str, Any], zone: str) -> str:
    told = [f"{calls.kind(one['kind'])} {wording.moment(one['raised_at'], zone)}." for one in each["alerts"]]
    if each["left"]:
        told.append(_("Has left the group; the one call is not made yet."))
    if each["contact"]:
        told.append(_("The next contact was meant for %(day)s.", day=wording.day(each["contact"], zone)))
    told += [_("Worse reliably: %(measure)s.", measure=name) for name in each["worse"]]
    if each["work"]:
        day = wording.day(each["work"], zone)
        told.append(_("Worked on grief or a dispute on %(day)s: ask within a day how they are.", day=day))
    if each["silent"]:
        told.append(_("Not heard for three sessions."))
    if each["missed"]:
        told.append(_("Missed session %(number)s.", number=each["missed"]))
    return " ".join(told)


def _glance(members: list[dict[str, Any]]) -> Block | None:
    rows = [
        [
            each["alias"],
            _there(each["attendance"]),
            _ends([point["value"] for point in each["mood"] if point["value"] is not None]),
            len(each["work"]),
            _("%(kept)s of %(all)s", kept=each["kept"]["done"], all=len(each["steps"]))
            if each["steps"]
            else "",
        ]
        for each in members
    ]
    head = [_("Name"), _("There"), _("Mood"), _("Time of their own"), _("Steps done")]
    return table(head, rows, numbers=(3,))


def _done(each: dict[str, Any]) -> str:
    if not each["steps"]:
        return ""
    return str(_("%(kept)s of %(all)s", kept=each["kept"]["done"], all=len(each["steps"])))


def _there(sessions: list[dict[str, Any]]) -> str:
    held = [each for each in sessions if each["status"] not in ("ahead", "before")]
    return str(_("%(came)s of %(all)s", came=sum(each["there"] for each in held), all=len(held)))


def _ends(values: list[int]) -> str:
    if len(values) < 2:
        return str(values[0]) if values else ""
    return str(_("%(first)s to %(last)s", first=values[0], last=values[-1]))


def _mood(mean: dict[int, float]) -> list[Block | None]:
    """One row, a column for each session that has a mean."""
    head, row = [_("Session"), *map(str, mean)], [_("Average"), *mean.values()]
    told = table(head, [row] if mean else [], numbers=range(1, len(head)))
    return [told, text(_("An average stands here when five or more have answered."), True)] if told else []


def _members(members: list[dict[str, Any]]) -> list[Block | None]:
    found: list[Block | None] = []
    for each in members:
        runtime.give_way()
        found += [heading(each["alias"], 2), *_member(each)]
    return part(_("Each member"), *found)


def _member(each: dict[str, Any]) -> list[Block | None]:
    drawn = [drawings.chart("attendance", given.attendance(each["attendance"]))[0]]
    if any(point["value"] is not None for point in each["mood"]):
        drawn.append(drawings.chart("mood_small", given.mood(each["mood"]))[0])
    rows = [[_("Focus"), ", ".join(wording.area(area) for area in each["focus"])]]
    rows += [[one["name"], _measure(one)] for one in each["measures"]]
    rows += [[_("Goal"), _goal(goal)] for goal in each["goals"]]
    rows += [[_("Steps"), _steps(each["kept"])]] if each["steps"] else []
    rows += [[_("Time of their own"), ", ".join(map(str, each["work"]))]]
    told = [row for row in rows if row[1]]
    head = [_("What"), _("How it stands")]
    return [pair([_wide(drawn[0])], [_wide(one) for one in drawn[1:]]), table(head, told, wide=1)]


def _wide(block: Block) -> Block:
    """In half a column a drawing takes twice the share."""
    return block | {"width": min(100, 2 * block["width"])}


def _measure(each: dict[str, Any]) -> str:
    ends = _ends([value for value in (each["first"], each["last"]) if value is not None])
    return f"{ends}. {wording.means(each)}" if ends else wording.means(each)


def _goal(goal: dict[str, Any]) -> str:
    ends = _ends([value for value in (goal["first"], goal["last"]) if value is not None])
    return f"{goal['text']} ({ends})" if ends else str(goal["text"])


def _steps(kept: dict[str, int]) -> str:
    names = {
        "done": _("done"),
        "part": _("done in part"),
        "not_yet": _("not yet"),
        "open": _("not looked back on"),
    }
    return ", ".join(f"{kept[key]} {name}" for key, name in names.items() if kept.get(key))
