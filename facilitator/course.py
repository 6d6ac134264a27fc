"""A member's course, and the focus that is set with them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import (
    contacts,
    follow_ups,
    goals,
    held_lines,
    instruments,
    keepsake,
    leaving,
    measures,
    overview,
    pins,
)
from app.core import course as courses
from app.core import groups as verbs
from app.core.models import now
from app.core.refusals import Invalid, Refused
from app.services import services
from app.sign_in import facilitators_only
from facilitator import drawn
from facilitator.pages import back, field, in_zone, leads, me, my_group, page, read

pages = Blueprint("course", __name__)


@pages.get("/groups/<group_id>/members/<member_id>")
@facilitators_only
def course(group_id: str, member_id: str) -> str:
    return _page(group_id, member_id)


def _page(group_id: str, member_id: str, fault: str = "") -> str:
    """The page; with a fault, what was typed of a score stands in its fields again."""
    read(my_group, group_id)
    shown = read(overview.group_page, group_id)
    told = read(courses.course_page, group_id, member_id)
    told["measures"] = read(measures.course_of, member_id, services().settings.reliable_change)
    told["keepsake"] = read(keepsake.standing, group_id, member_id)
    told["pin"] = read(pins.standing, group_id, member_id)
    told["leaving"] = read(leaving.page, group_id, member_id)
    listed = [each for each in read(instruments.known).values() if each.licence_status != "blocked"]
    told["follow_ups"] = read(follow_ups.of_member, member_id) if read(leads, group_id) else None
    held = read(contacts.held, group_id, member_id) if read(leads, group_id) else None
    told["leads"] = read(leads, group_id)
    in_zone(shown["group"]["time_zone"])
    told["today"] = now().astimezone(ZoneInfo(shown["group"]["time_zone"])).date().isoformat()
    told["charts"] = drawn.of_member(told, shown["group"]["time_zone"])
    typed = {name: field(name, 64) for name in ("measure", "total", "taken")} if fault else {}
    more = {"course": told, "instruments": listed, "held": held, "fault": fault, "typed": typed}
    return page("facilitator/course.html", "groups", group=shown["group"], **more)


@pages.post("/groups/<group_id>/members/<member_id>/focus")
@facilitators_only
def set_focus(group_id: str, member_id: str) -> Any:
    read(my_group, group_id, True)
    areas = [each for each in (field("main", 16), field("second", 16)) if each]
    try:
        services().database.writer.do(courses.set_focus, group_id, member_id, areas, field("sentence", 300))
    except Refused as refusal:
        return back("course.course", _(refusal.sentence), group_id=group_id, member_id=member_id)
    return back("course.course", _("The focus is kept."), group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/goals/<goal_id>")
@facilitators_only
def mark_goal(group_id: str, member_id: str, goal_id: str) -> Any:
    """A goal is met, let go, or open again."""
    read(my_group, group_id, True)
    told = _("That is kept.")
    try:
        services().database.writer.do(goals.set_status, group_id, member_id, goal_id, field("status", 16))
    except Invalid as refusal:
        told = _(refusal.sentence)
    return back("course.course", told, "goals", group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/scores")
@facilitators_only
def enter_score(group_id: str, member_id: str) -> Any:
    """A score that was taken elsewhere; what was typed stays on the page when it is refused."""
    zone = read(my_group, group_id, True).time_zone
    read(courses.course_page, group_id, member_id)
    try:
        total = int(field("total", 4))
        taken = measures.noon_of(date.fromisoformat(field("taken", 10)), zone)
        services().database.writer.do(
            measures.enter_score, me(), member_id, field("measure", 64), total, taken
        )
    except ValueError:
        return _page(group_id, member_id, _("Give a number and a day.")), 422
    except Refused as refusal:
        return _page(group_id, member_id, _(refusal.sentence)), 422
    return back("course.course", _("The score is kept."), group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/pin")
@facilitators_only
def reset_pin(group_id: str, member_id: str) -> Any:
    """Takes a forgotten PIN away, or lets a member without one choose it."""
    read(my_group, group_id, True)
    services().database.writer.do(pins.reset, group_id, member_id)
    told = _("They can choose a PIN the next time they come in.")
    return back("course.course", told, "door", group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/leaves")
@facilitators_only
def leaves(group_id: str, member_id: str) -> Any:
    """The member has left; what the group is told may be written again afterwards."""
    read(my_group, group_id, True)
    words = {"told": field("told", 500), "note": field("note", 1000)}
    services().database.writer.do(leaving.member_leaves, me(), group_id, member_id, **words)
    return _back_to_leaving(_("Their link no longer works."), group_id, member_id)


@pages.post("/groups/<group_id>/members/<member_id>/lines")
@facilitators_only
def give_lines(group_id: str, member_id: str) -> Any:
    """The member has the lines that waited for them, of those that stood on the page."""
    read(my_group, group_id, True)
    lines = request.form.getlist("line")[:100]
    given = services().database.writer.do(held_lines.give, me(), group_id, member_id, lines)
    told = ngettext("%(num)s line is given.", "%(num)s lines are given.", given)
    return back("course.course", told, group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/called")
@facilitators_only
def called(group_id: str, member_id: str) -> Any:
    """The one call after leaving was made."""
    read(my_group, group_id, True)
    services().database.writer.do(leaving.call_made, group_id, member_id)
    return _back_to_leaving(_("The call is on record."), group_id, member_id)


@pages.post("/groups/<group_id>/members/<member_id>/back")
@facilitators_only
def comes_back(group_id: str, member_id: str) -> Any:
    read(my_group, group_id, True)
    services().database.writer.do(leaving.comes_back, group_id, member_id)
    return _back_to_leaving(_("They are in the group again, with the same link."), group_id, member_id)


def _back_to_leaving(told: str, group_id: str, member_id: str) -> Any:
    return back("course.course", told, "leaving", group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/consent")
@facilitators_only
def consent(group_id: str, member_id: str) -> Any:
    """A guardian's consent, or a young person's own assent, is on record, or no longer."""
    read(my_group, group_id, True)
    who = "guardian" if request.form.get("who") == "guardian" else "young_person"
    given = request.form.get("given") == "yes"
    services().database.writer.do(verbs.member_consents, group_id, member_id, who, given)
    return back("course.course", group_id=group_id, member_id=member_id)
