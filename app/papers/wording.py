"""Words that several papers share. Runs in a request: it speaks the reader's language."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale, ngettext
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


def means(each: dict[str, Any]) -> str:
    """What the scores of a measure (an entry of ``measures.course_of``) say, for page and paper: the range,
    the change from the first to the last, and what the other threshold in use would say of it.
    """
    told = []
    if each["last_band"] and each["last_band"] != each["first_band"]:
        now, before = each["last_band"], each["first_band"]
        told.append(_("In the range “%(now)s”, was “%(before)s”.", now=now, before=before))
    elif each["first_band"]:
        told.append(_("In the range “%(now)s”.", now=each["first_band"]))
    sentences = {
        "improved": _("Improved reliably (%(points)s points or more).", points=each["points"]),
        "worse": _("Worse reliably (%(points)s points or more).", points=each["points"]),
        "small": _("Too small to be sure."),
        "response": _("Response."),
        "remission": _("Remission."),
        "recovered": _("Recovered by this measure."),
    }
    told += [sentence for code, sentence in sentences.items() if code in each["change"]]
    other = each["other"]
    if other and each["change"] and other["change"][0] != each["change"][0]:
        told.append(_otherwise(other["change"][0], other["points"]))
    if each["pro_rated"]:
        told.append(_("Pro-rated."))
    if each["incomplete"]:
        blank = each["incomplete"]
        told.append(
            ngettext(
                "%(num)s form had too many blanks for a score.",
                "%(num)s forms had too many blanks for a score.",
                blank,
            )
        )
    return " ".join(told)


def _otherwise(change: str, points: int) -> str:
    if change == "improved":
        return str(_("From %(points)s points on it would be reliably better.", points=points))
    if change == "worse":
        return str(_("From %(points)s points on it would be reliably worse.", points=points))
    return str(_("From %(points)s points on it would be too small to be sure.", points=points))
