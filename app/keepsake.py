"""A member's keepsake as they read it: by their personal link, behind their PIN, as a page and as a file."""

import time
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask import session as cookie
from flask_babel import gettext

from app import pin
from app.core import keepsake, overview, views
from app.core.refusals import NotFound, NotNow
from app.papers import keepsake_paper, maker, wording
from app.participant import ANOTHER_LINK, closed, member_at_the_door, this_door
from app.regions import speaking
from app.services import services

pages = Blueprint("keepsake", __name__)

OPEN_FOR = 30 * 60  # seconds after the PIN was typed
FILES, WITHIN = 6, 60.0  # files of one member, seconds


@pages.route("/keepsake", methods=["GET", "POST"])
def page() -> Any:
    """The words, or first the PIN. Not given, taken back and never there look alike."""
    if request.method == "POST" and request.form.get("door") != this_door():
        raise NotNow(ANOTHER_LINK)  # the PIN that was typed is that of another member
    with services().database.reader() as db:
        member = member_at_the_door(db)
        try:
            told = keepsake.opened(db, member)
        except NotFound:
            return closed(views.help_of(db, member.group_id) if member is not None else None)
        more = {
            "help": views.help_of(db, member.group_id),
            "facilitators": _leading(db, member.group_id),
            "has_pin": member.pin_hash is not None,
            "door": this_door(),
        }
    with speaking(told["language"], told["time_zone"]):
        if _proved(member):
            zone, until = told["time_zone"], told["until"]
            more["when"] = partial(wording.when_of, zone=zone)
            more["until"] = wording.short_day(until, zone) if until else ""
            return render_template("participant/keepsake.html", keepsake=told, **more)
        wrong = _prove(member) if request.method == "POST" else ""
        if request.method == "POST" and not wrong:
            return redirect("/keepsake", 303)
        return render_template("participant/keepsake_pin.html", problem=wrong, **more), 422 if wrong else 200


@pages.get("/keepsake.pdf")
def as_pdf() -> Any:
    with services().database.reader() as db:
        member = member_at_the_door(db)
        if member is None or not _proved(member):
            raise NotFound()
        told = keepsake.opened(db, member)
    if services().limiter.blocked(f"keepsake:{member.id}", FILES, WITHIN):
        abort(429)
    services().limiter.failed(f"keepsake:{member.id}")
    with speaking(told["language"], told["time_zone"]):
        data = keepsake_paper.laid_out(told)
    headers = {"Content-Disposition": 'attachment; filename="words.pdf"', "Cache-Control": "no-store"}
    return Response(maker.make("keepsake.pdf", data), content_type="application/pdf", headers=headers)


def _leading(db: Any, group_id: str) -> list[str]:
    return [each["name"] for each in overview.facilitators_of(db, group_id) if each["role"] != "observer"]


def _prove(member: Any) -> str:
    """Opens the keepsake in this browser when the PIN is right; gives what is wrong with it otherwise."""
    if member.pin_hash is None:
        return str(gettext("You have no PIN yet."))
    unlocked, _, wrong = pin.read("prove", request.form, member, None)
    if not unlocked:
        return wrong or str(gettext("Type your PIN first."))
    cookie["keepsake"] = [pin.mark(member.pin_hash), int(time.time()) + OPEN_FOR]
    return ""


def _proved(member: Any) -> bool:
    """Whether this browser has typed the PIN that stands, lately; one that was taken away opens nothing."""
    mark, until = cookie.get("keepsake", ("", 0))
    return member.pin_hash is not None and mark == pin.mark(member.pin_hash) and time.time() < until
