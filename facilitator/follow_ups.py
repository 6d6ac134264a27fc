"""The follow-up of a call: a form for the record of one member, for those who lead."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from app.core import course as courses
from app.core import follow_ups, overview
from app.core.models import new_id
from app.core.refusals import Refused
from app.exercises import Unreadable, clean
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, my_group, page, read

pages = Blueprint("follow_ups", __name__)

MOST = 2000  # characters of one part


@pages.get("/groups/<group_id>/members/<member_id>/follow-up")
@facilitators_only
def form(group_id: str, member_id: str) -> str:
    return _page(group_id, member_id, {}, request.args.get("signal", ""))


@pages.post("/groups/<group_id>/members/<member_id>/follow-up")
@facilitators_only
def write(group_id: str, member_id: str) -> Any:
    """Keeps it in the member's record; what was written stays on the page when that does not work."""
    read(my_group, group_id, True)
    parts, sentence = {name: _text(name) for name in (*follow_ups.PARTS, "on")}, ""
    try:
        services().database.writer.do(
            follow_ups.write,
            *(me(), group_id, member_id, field("id", 36) or new_id(), field("signal", 36)),
            **parts,
        )
    except Refused as refusal:
        if refusal.code != "invalid":
            raise
        sentence = _(refusal.sentence)
    if sentence:
        return _page(group_id, member_id, parts, field("signal", 36), sentence), 422
    return back(
        "course.course", _("The follow-up is kept."), "follow-ups", group_id=group_id, member_id=member_id
    )


def _page(group_id: str, member_id: str, parts: dict[str, str], signal: str, sentence: str = "") -> str:
    read(my_group, group_id, True)
    return page(
        "facilitator/follow_up.html",
        "groups",
        group=read(overview.group_page, group_id)["group"],
        member=read(courses.course_page, group_id, member_id)["member"],
        calls=read(follow_ups.calls, member_id),
        parts=parts,
        signal=signal,
        sentence=sentence,
        row_id=field("id", 36) or new_id(),
    )


def _text(name: str) -> str:
    try:
        return clean(request.form.get(name, "").replace("\r\n", "\n"))[:MOST]
    except Unreadable:
        return ""
