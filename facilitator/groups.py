"""Groups: making one, its members and their links, its sessions."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import (
    accounts,
    attendance,
    before,
    consents,
    exports,
    gate,
    leaving,
    overview,
    shelf,
    stop_signals,
)
from app.core import groups as verbs
from app.core.models import Role
from app.core.refusals import Invalid
from app.exercises import Unreadable, clean
from app.exercises.plain import N_
from app.library.suggestions import measures_for, programmes_for
from app.services import services
from app.sign_in import facilitators_only
from facilitator import roles
from facilitator.pages import back, field, leads, me, my_group, page, read

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
    names = ("name", "time_zone", "crisis_line", "colleague", "purpose", "safeguarding", "sessions")
    empty = dict.fromkeys(names, "")
    suggested = {"programme": None, "language": "en", "emergency_number": "112", "online": "yes"}
    return _form(empty | suggested, {})


@pages.post("/groups/new")
@facilitators_only
def create() -> Any:
    values = _sent() | {name: field(name, 36) for name in ("colleague", "sessions")}
    values["programme"] = request.form.get("programme")
    faults = _faults(values) | _faults_of_new(values)
    if faults:
        return _form(values, faults), 422
    chosen = {"programme_id": values["programme"] or None, **_facts(values)}
    if not values["programme"]:  # a programme says by itself how long it is
        chosen["sessions"] = _number(values["sessions"])
    group_id = services().database.writer.do(_create, me(), values["colleague"], **chosen)
    return back("groups.group", _("The group stands. Now add its people."), group_id=group_id)


@pages.get("/groups/<group_id>/edit")
@facilitators_only
def edit(group_id: str) -> str:
    read(my_group, group_id, True)
    facts = read(overview.group_page, group_id)["group"]
    shown = {"online": "yes" if facts["online"] else "no", "sessions": facts["of"] or ""}
    return _form(facts | shown, {}, group_id)


@pages.post("/groups/<group_id>/edit")
@facilitators_only
def change(group_id: str) -> Any:
    read(my_group, group_id, True)
    own = {"programme_id": read(overview.group_page, group_id)["group"]["programme_id"]}
    values = _sent() | own | {"sessions": field("sessions", 36)}
    faults = _faults(values) | _faults_of_number(values)
    if not faults:
        try:
            services().database.writer.do(_change, group_id, values)
        except Invalid as refusal:
            faults = {"sessions": _(refusal.sentence)}
    if faults:
        return _form(values, faults, group_id), 422
    return back("groups.group", _("The changes are kept."), group_id=group_id)


@pages.get("/groups/<group_id>")
@facilitators_only
def group(group_id: str) -> str:
    return group_page(group_id, {}, {})


@pages.post("/groups/<group_id>/members")
@facilitators_only
def add_members(group_id: str) -> Any:
    read(my_group, group_id, True)
    text = request.form.get("aliases", "")
    known = {each["alias"].casefold() for each in read(overview.group_page, group_id)["members"]}
    aliases, fault = _aliases(text, known)
    if fault:
        return group_page(group_id, {"aliases": fault}, {"aliases": text}), 422
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
    services().database.writer.do(verbs.renew_member_link, group_id, member_id)
    return back(
        "groups.group", _("The new link is made. The old one no longer works."), "members", group_id=group_id
    )


@pages.post("/groups/<group_id>/without-meeting")
@facilitators_only
def without_meeting(group_id: str) -> Any:
    """Why a member, or everybody who lacks one (``all``), begins without a meeting; empty takes it back."""
    read(my_group, group_id, True)
    member, reason = field("member", 36), field("reason", 200)
    who = None if member == "all" else member
    services().database.writer.do(before.say_why_not, group_id, who, reason)
    told = _("The reason is kept.") if reason else _("The reason is taken back.")
    return back("groups.group", told, "members", group_id=group_id)


def _create(db: Any, facilitator_id: str, colleague_id: str, **values: Any) -> str:
    group_id = verbs.create_group(db, facilitator_id, **values)
    if colleague_id:
        verbs.set_role(db, group_id, colleague_id, Role.SUPPORT)
    return group_id


def _change(db: Any, group_id: str, values: dict[str, Any]) -> None:
    if values["programme_id"] is None:
        verbs.set_sessions(db, group_id, _number(values["sessions"]))
    verbs.change_group(db, group_id, **_facts(values))


def _form(values: dict[str, Any], faults: dict[str, str], group_id: str = "") -> str:
    """The form of a new group, or of one that stands."""
    return page(
        "facilitator/group_form.html",
        "groups",
        group_id=group_id,
        values=values,
        faults=faults,
        known={name: _(words) for name, words in KNOWN.items()},
        suggested={name: _listed(measures_for(name)) for name in KNOWN},
        programmes=_programmes(values),
        languages=LANGUAGES,
        time_zones=sorted(zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/"),
        colleagues=read(accounts.colleagues, me()),
    )


KNOWN = {  # what is known of IPT for a purpose, and no more
    "depression": N_("IPT has been tested most for depression."),
    "anxiety": N_("There is some support for IPT in anxiety. Less is known than for depression."),
    "eating": N_("IPT also helps many with bulimia and binge eating."),
    "other": N_("Little is known here. Plan with a supervisor, and look at other help first."),
}


MOST_SESSIONS = 60


def _programmes(values: dict[str, Any]) -> list[Any]:
    """The programmes to choose from, what suits the group first."""
    offered = read(shelf.offered, me()).programmes.values()
    return programmes_for(offered, values.get("purpose", ""), _number(values.get("sessions", "")))


def _number(text: Any) -> int | None:
    """The number of sessions that was written; None where there is none that can be."""
    digits = str(text or "")
    found = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 3 else 0
    return found if 1 <= found <= MOST_SESSIONS else None


def _listed(names: list[str]) -> str:
    *first, last = names
    return _("%(names)s and %(last)s", names=", ".join(first), last=last) if first else last


def _sent() -> dict[str, Any]:
    sizes = {
        "name": 80,
        "language": 8,
        "time_zone": 64,
        "emergency_number": 20,
        "crisis_line": 60,
        "online": 3,
        "purpose": 16,
        "safeguarding": 200,
    }
    return {name: field(name, most) for name, most in sizes.items()}


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "language", "time_zone", "emergency_number", "crisis_line")
    purpose = values["purpose"] if values["purpose"] in KNOWN else None
    more = {"online": values["online"] == "yes", "purpose": purpose, "safeguarding": values["safeguarding"]}
    return {name: values[name] for name in names} | more


def _faults(values: dict[str, Any]) -> dict[str, str]:
    faults = {}
    if not values["name"]:
        faults["name"] = _("Give the group a name.")
    if values["time_zone"] not in available_timezones():
        faults["time_zone"] = _("Choose a time zone from the list, such as Europe/London.")
    for name in ("emergency_number", "crisis_line"):
        if not any(sign.isdigit() for sign in values[name]):
            faults[name] = _("People must find a number to call under Help.")
    if values["language"] not in dict(LANGUAGES) or values["online"] not in ("yes", "no"):
        abort(400)
    return faults


def _faults_of_new(values: dict[str, Any]) -> dict[str, str]:
    known = {each["id"] for each in read(accounts.colleagues, me())}
    if values["colleague"] and values["colleague"] not in known:
        abort(400)
    programmes = read(shelf.offered, me()).programmes
    if values["programme"] is None or (values["programme"] and values["programme"] not in programmes):
        return {"programme": _("Choose a programme, or none.")}
    return _faults_of_number(values)


def _faults_of_number(values: dict[str, Any]) -> dict[str, str]:
    if values["sessions"] and _number(values["sessions"]) is None:
        return {"sessions": _("Give a number of sessions from 1 to %(most)s, or none.", most=MOST_SESSIONS)}
    return {}


def group_page(group_id: str, faults: dict[str, str], values: dict[str, str]) -> str:
    read(my_group, group_id)
    shown = read(overview.group_page, group_id)
    origin = services().screens.origin or request.host_url.rstrip("/")
    for member in shown["members"]:
        member["url"] = f"{origin}/m/{member.pop('token')}"
    more = {"options": options_for(shown), "left": read(leaving.left_members, group_id)}
    more["stop_signals"] = read(stop_signals.of_group, me(), group_id, services().settings.reliable_change)
    more["silent"] = read(attendance.silent, group_id)
    more["roles_choice"] = read(roles.choice, group_id)
    more["taken"] = read(exports.of_group, group_id) if read(leads, group_id) else []
    more |= {"leads": read(leads, group_id), "consents": read(consents.of_members, group_id)}
    more["meetings"] = read(before.in_group, group_id)
    more["no_contact"] = read(gate.members_without_contact, group_id)
    more["no_address"] = read(gate.members_without_address, group_id)
    more["missing"] = read(gate.of_group, group_id) if more["leads"] else []
    return page("facilitator/group.html", "groups", faults=faults, values=values, **more, **shown)


def _aliases(text: str, known: set[str]) -> tuple[list[str], str]:
    """One name a line; the second value says what is wrong with them."""
    try:
        aliases = [alias for line in text[:4000].splitlines() if (alias := clean(line))]
    except Unreadable as unreadable:
        return [], _(unreadable.sentence)
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


def options_for(shown: dict[str, Any]) -> list[dict[str, str]]:
    """What can be planned now: the group's next session, and meetings with one member. With one member all of
    it is one to one.
    """
    programme = read(shelf.programme, shown["group"]["programme_id"])
    alone = len(shown["members"]) == 1
    kind = "one_to_one" if alone else "group"
    number = next_number(shown, kind)
    options = []
    if not programme or number <= programme.group_sessions:
        one, many = _("One to one: session %(number)s", number=number), _("Session %(number)s", number=number)
        options.append({"value": kind, "words": one if alone else many})
    for meeting in programme.meetings if programme and alone else ():
        options.append({"value": meeting.id, "words": _("One to one: %(title)s", title=meeting.title)})
    for member in shown["members"] if programme and not alone else ():
        options += [
            {
                "value": f"{meeting.id} {member['id']}",
                "words": _("%(title)s, with %(name)s", title=meeting.title, name=member["alias"]),
            }
            for meeting in programme.meetings
        ]
    return options


def next_number(shown: dict[str, Any], kind: str) -> int:
    return max((each["number"] for each in shown["sessions"] if each["kind"] == kind), default=0) + 1
