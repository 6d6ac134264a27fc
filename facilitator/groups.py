"""Groups: making one, its members and their links, its sessions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import accounts, overview
from app.core import groups as verbs
from app.core.models import Role
from app.exercises import clean
from app.library import agendas, load
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, my_group, page, read

pages = Blueprint("groups", __name__)

LANGUAGES = [("en", "English"), ("es", "Español")]
MOST_MEMBERS = 40
LONGEST_ALIAS = 40


@pages.get("/groups")
@facilitators_only
def groups() -> str:
    return page("facilitator/groups.html", "groups", groups=read(overview.groups_of, me()))


@pages.get("/groups/new")
@facilitators_only
def new() -> str:
    empty = dict.fromkeys(("name", "time_zone", "crisis_line", "colleague"), "")
    suggested = {"programme": None, "language": "en", "emergency_number": "112", "online": "yes"}
    return _new_page(empty | suggested, {})


@pages.post("/groups/new")
@facilitators_only
def create() -> Any:
    values: dict[str, Any] = {
        "name": field("name", 80),
        "programme": request.form.get("programme"),
        "language": field("language", 8),
        "time_zone": field("time_zone", 64),
        "emergency_number": field("emergency_number", 20),
        "crisis_line": field("crisis_line", 60),
        "online": field("online", 3),
        "colleague": field("colleague", 36),
    }
    faults = _faults(values)
    if faults:
        return _new_page(values, faults), 422
    group_id = services().database.writer.do(
        _create,
        me(),
        values["colleague"],
        name=values["name"],
        programme_id=values["programme"] or None,
        language=values["language"],
        time_zone=values["time_zone"],
        online=values["online"] == "yes",
        emergency_number=values["emergency_number"],
        crisis_line=values["crisis_line"],
    )
    return back("groups.group", _("The group stands. Now add its people."), group_id=group_id)


@pages.get("/groups/<group_id>")
@facilitators_only
def group(group_id: str) -> str:
    return _group_page(group_id, {}, {})


@pages.post("/groups/<group_id>/members")
@facilitators_only
def add_members(group_id: str) -> Any:
    read(my_group, group_id, True)
    text = request.form.get("aliases", "")
    known = {each["alias"].casefold() for each in read(overview.group_page, group_id)["members"]}
    aliases, fault = _aliases(text, known)
    if fault:
        return _group_page(group_id, {"aliases": fault}, {"aliases": text}), 422
    services().database.writer.do(verbs.add_members, group_id, aliases)
    told = ngettext(
        "%(num)s person added, with a personal link.",
        "%(num)s people added, with personal links.",
        len(aliases),
    )
    return back("groups.group", told, "members", group_id=group_id)


@pages.post("/groups/<group_id>/members/<member_id>/renew")
@facilitators_only
def renew(group_id: str, member_id: str) -> Any:
    read(my_group, group_id, True)
    read(_member, group_id, member_id)
    services().database.writer.do(verbs.renew_member_link, group_id, member_id)
    return back(
        "groups.group", _("The new link is made. The old one no longer works."), "members", group_id=group_id
    )


@pages.post("/groups/<group_id>/members/<member_id>/leaves")
@facilitators_only
def leaves(group_id: str, member_id: str) -> Any:
    read(my_group, group_id, True)
    read(_member, group_id, member_id)
    services().database.writer.do(verbs.member_leaves, group_id, member_id)
    return back("groups.group", _("Their link no longer works."), "members", group_id=group_id)


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
        return _group_page(group_id, {"when": fault}, {}), 422
    plans = _plans(shown, field("kind", 80), when, weekly)
    services().database.writer.do(_plan_all, group_id, plans)
    told = ngettext("%(num)s session is planned.", "%(num)s sessions are planned.", len(plans))
    return back("groups.group", told, "sessions", group_id=group_id)


def _create(db: Any, facilitator_id: str, colleague_id: str, **values: Any) -> str:
    group_id = verbs.create_group(db, facilitator_id, **values)
    if colleague_id:
        verbs.set_role(db, group_id, colleague_id, Role.SUPPORT)
    return group_id


def _plan_all(db: Any, group_id: str, plans: list[dict[str, Any]]) -> None:
    for plan in plans:
        verbs.plan_session(db, group_id, **plan)


def _member(db: Any, group_id: str, member_id: str) -> None:
    if member_id not in {each["id"] for each in overview.group_page(db, group_id)["members"]}:
        abort(404)


def _new_page(values: dict[str, Any], faults: dict[str, str]) -> str:
    programmes = [each for each in load().programmes.values() if each.status == "complete"]
    return page(
        "facilitator/group_new.html",
        "groups",
        values=values,
        faults=faults,
        programmes=programmes,
        languages=LANGUAGES,
        time_zones=sorted(
            zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")
        ),
        colleagues=read(accounts.colleagues, me()),
    )


def _faults(values: dict[str, Any]) -> dict[str, str]:
    faults = {}
    if not values["name"]:
        faults["name"] = _("Give the group a name.")
    if values["programme"] is None or (values["programme"] and values["programme"] not in load().programmes):
        faults["programme"] = _("Choose a programme, or none.")
    if values["time_zone"] not in available_timezones():
        faults["time_zone"] = _("Choose a time zone from the list, such as Europe/London.")
    if not values["emergency_number"]:
        faults["emergency_number"] = _("People must find this number under Help.")
    if not values["crisis_line"]:
        faults["crisis_line"] = _("People must find this number under Help.")
    if values["language"] not in dict(LANGUAGES) or values["online"] not in ("yes", "no"):
        abort(400)
    if values["colleague"] and values["colleague"] not in {
        each["id"] for each in read(accounts.colleagues, me())
    }:
        abort(400)
    return faults


def _group_page(group_id: str, faults: dict[str, str], values: dict[str, str]) -> str:
    read(my_group, group_id)
    shown = read(overview.group_page, group_id)
    origin = services().screens.origin
    for member in shown["members"]:
        member["url"] = f"{origin}/m/{member.pop('token')}"
    options = _options(shown)
    return page("facilitator/group.html", "groups", options=options, faults=faults, values=values, **shown)


def _options(shown: dict[str, Any]) -> list[dict[str, str]]:
    """What can be planned now: the next group session, and the programme's meetings with one person."""
    group, numbers = shown["group"], [each["number"] for each in shown["sessions"] if each["kind"] == "group"]
    programme = load().programmes.get(group["programme_id"] or "")
    number = max(numbers, default=0) + 1
    options = []
    if not programme or number <= programme.group_sessions:
        options.append({"value": "group", "words": _("Session %(number)s", number=number)})
    for meeting in programme.meetings if programme else ():
        words = _("One to one: %(title)s", title=meeting.title)
        options.append({"value": meeting.id, "words": words})
    options.append({"value": "talk", "words": _("One to one, an empty plan")})
    return options


def _plans(shown: dict[str, Any], kind: str, when: datetime | None, weekly: bool) -> list[dict[str, Any]]:
    programme = load().programmes.get(shown["group"]["programme_id"] or "")
    if kind not in {option["value"] for option in _options(shown)}:
        abort(400)
    if kind == "talk":
        return [{"stages": [], "kind": kind, "title": _("One to one"), "scheduled_at": when}]
    if kind != "group" and programme:
        meeting = programme.meeting(kind)
        stages = agendas.meeting_agenda(programme.id, kind)
        return [{"stages": stages, "kind": kind, "title": meeting.title, "scheduled_at": when}]
    numbers = [each["number"] for each in shown["sessions"] if each["kind"] == "group"]
    first = max(numbers, default=0) + 1
    last = programme.group_sessions if programme and weekly else first
    return [
        {
            "stages": agendas.agenda_of(programme.id, number) if programme else [],
            "number": number,
            "scheduled_at": _weeks_later(when, number - first, shown["group"]["time_zone"]),
        }
        for number in range(first, last + 1)
    ]


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


def _aliases(text: str, known: set[str]) -> tuple[list[str], str]:
    """One name a line; the second value says what is wrong with them."""
    aliases = [alias for line in text.splitlines() if (alias := clean(line).strip())]
    if not aliases:
        return [], _("Write one name a line.")
    if len(aliases) + len(known) > MOST_MEMBERS:
        return [], _("A group has room for %(most)s people.", most=MOST_MEMBERS)
    seen = set(known)
    for alias in aliases:
        if len(alias) > LONGEST_ALIAS:
            return [], _(
                "“%(name)s” is too long. %(most)s letters is the most.", name=alias[:20], most=LONGEST_ALIAS
            )
        if alias.casefold() in seen:
            return [], _("There is a “%(name)s” already. Make the names different.", name=alias)
        seen.add(alias.casefold())
    return aliases, ""
