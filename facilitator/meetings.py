"""A group's sessions: planning them, from the programme or empty, and their dates."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import groups as verbs
from app.core import overview, shelf
from app.library import Library, agendas
from app.services import services
from app.sign_in import facilitators_only
from facilitator.groups import group_page, next_number, options_for
from facilitator.pages import back, field, me, my_group, my_session, read

pages = Blueprint("meetings", __name__)


@pages.post("/groups/<group_id>/sessions")
@facilitators_only
def plan_session(group_id: str) -> Any:
    read(my_group, group_id, True)
    shown = read(overview.group_page, group_id)
    when, fault = _when(field("when", 16), shown["group"]["time_zone"])
    weekly = request.form.get("weekly") == "yes"
    if weekly and when is None and not fault:
        fault = _("Say when the first one is.")
    if fault:
        return group_page(group_id, {"when": fault}, {}), 422
    plans = _plans(shown, field("kind", 80), when, weekly)
    services().database.writer.do(_plan_all, group_id, plans)
    told = ngettext("%(num)s session is planned.", "%(num)s sessions are planned.", len(plans))
    return back("groups.group", told, "sessions", group_id=group_id)


@pages.post("/sessions/<group_session_id>/date")
@facilitators_only
def change_date(group_session_id: str) -> Any:
    row = read(my_session, group_session_id, True)
    when, fault = _when(field("when", 16), read(overview.group_page, row.group_id)["group"]["time_zone"])
    if not fault:
        services().database.writer.do(
            verbs.schedule_session, me(), group_session_id, when, of=group_session_id
        )
    told = fault or _("The date is kept.")
    return back("planner.plan", told, group_session_id=group_session_id)


def _plan_all(db: Any, group_id: str, plans: list[dict[str, Any]]) -> None:
    for plan in plans:
        verbs.plan_session(db, group_id, **plan)


def _plans(shown: dict[str, Any], kind: str, when: datetime | None, weekly: bool) -> list[dict[str, Any]]:
    """What ``plan_session`` needs for one session, or for this one and all that follow it."""
    library = read(shelf.whole)
    programme = library.programmes.get(shown["group"]["programme_id"] or "")
    if kind not in {option["value"] for option in options_for(shown)}:
        abort(400)
    if programme and kind not in ("group", "one_to_one"):
        kind, _with, member_id = kind.partition(" ")
        stages = agendas.meeting_agenda(programme.id, kind, library)
        title = programme.meeting(kind).title
        if member_id:
            alias = next(each["alias"] for each in shown["members"] if each["id"] == member_id)
            title = f"{title}: {alias}"
        meeting = {"stages": stages, "kind": kind, "title": title, "scheduled_at": when}
        return [meeting | {"member_id": member_id or None}]
    first = next_number(shown, kind)
    last = programme.group_sessions if programme and weekly else first
    return [
        {
            "stages": _stages(programme, number, kind, library),
            "kind": kind,
            "number": number,
            "title": _("One to one, session %(number)s", number=number) if kind != "group" else None,
            "scheduled_at": _weeks_later(when, number - first, shown["group"]["time_zone"]),
        }
        for number in range(first, last + 1)
    ]


def _stages(programme: Any, number: int, kind: str, library: Library) -> list[agendas.Stage]:
    stages = agendas.agenda_of(programme.id, number, library) if programme else []
    return stages if kind == "group" else agendas.for_one(stages)


def _weeks_later(when: datetime | None, weeks: int, time_zone: str) -> datetime | None:
    """The same hour on the clock, also when summer time ends in between."""
    if when is None:
        return None
    local = when.astimezone(ZoneInfo(time_zone))
    return (local + timedelta(weeks=weeks)).astimezone(UTC)


def _when(text: str, time_zone: str) -> tuple[datetime | None, str]:
    if not text:
        return None, ""
    try:
        local = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(time_zone))
    except ValueError:
        return None, _("This is not a date and time.")
    return local.astimezone(UTC), ""
