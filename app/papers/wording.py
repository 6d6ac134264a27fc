"""Words that several papers share. Runs in a request: it speaks the reader's language."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from app.papers import blocks


def laid_out(title: str, content: list[blocks.Block | None], **more: Any) -> dict[str, Any]:
    """A paper in the language of whoever reads it, with its pages numbered."""
    locale = get_locale()
    told = {
        "footer": title,
        "page": _("Page %(number)s of %(of)s", number="{n}", of="{of}"),
        "unset": _(
            "Some letters cannot be drawn here and stand as empty boxes. The page on screen has them."
        ),
        "direction": locale.text_direction if locale else "ltr",
    }
    return blocks.paper(title, locale.language if locale else "en", content, **(told | more))


def session_title(session: dict[str, Any]) -> str:
    """What a session is called on every page."""
    if session["title"]:
        return str(session["title"])
    if session["of"]:
        return str(_("Session %(number)s of %(of)s", number=session["number"], of=session["of"]))
    return str(_("Session %(number)s", number=session["number"]))


def moment(value: datetime, time_zone: str) -> str:
    """Day and time: Tuesday 3 November 2026, 18:20."""
    return f"{day(value, time_zone)}, {clock(value, time_zone)}"


def day(value: datetime, time_zone: str) -> str:
    return str(format_date(value.astimezone(ZoneInfo(time_zone)).date(), "EEEE d MMMM y", rebase=False))


def short_day(value: datetime, time_zone: str) -> str:
    """3 November 2026."""
    return str(format_date(value.astimezone(ZoneInfo(time_zone)).date(), "d MMMM y", rebase=False))


def clock(value: datetime, time_zone: str) -> str:
    return f"{value.astimezone(ZoneInfo(time_zone)):%H:%M}"


def led(facilitators: list[dict[str, Any]]) -> str:
    """Who led, supported and observed, in one line."""
    told = []
    for person in facilitators:
        if person["role"] == "lead":
            told.append(_("%(name)s led.", name=person["name"]))
        elif person["role"] == "support":
            told.append(_("%(name)s supported.", name=person["name"]))
        else:
            told.append(_("%(name)s observed.", name=person["name"]))
    return " ".join(told)


def aim(audience: str, late: bool = False) -> str:
    """For whom an answer was."""
    if audience == "group_named":
        return str(_("With name, late") if late else _("With name"))
    if audience == "group_unnamed":
        return str(_("No name, late") if late else _("No name"))
    return str(_("Us only, late") if late else _("Us only"))


def minutes(stage: dict[str, Any]) -> str:
    """How long a stage took, or why it took no time."""
    if stage["skipped"]:
        return str(_("skipped"))
    return str(_("not reached") if stage["actual"] is None else stage["actual"])


def when_of(session: dict[str, Any], zone: str) -> str:
    """Which session of a course: its number, or that it was a meeting, and its day."""
    on = short_day(session["at"], zone)
    if session["number"] is None:
        return str(_("A meeting, %(day)s", day=on))
    return str(_("Session %(number)s, %(day)s", number=session["number"], day=on))


def area(key: str) -> str:
    """A problem area as pages call it."""
    names = {
        "grief": _("Grief"),
        "dispute": _("Disputes"),
        "change": _("Life changes"),
        "lonely": _("Loneliness"),
    }
    return str(names[key])


def perspective(key: str) -> str:
    """One of the three perspectives as pages call it."""
    names = {
        "how_we_are_with_others": _("How we are with others"),
        "how_others_are_with_us": _("How others are with us"),
        "how_relationships_change": _("How our relationships change over time"),
    }
    return str(names[key])
