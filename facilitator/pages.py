"""What the facilitator's pages share: the frame, the way to the database, times in words."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_babel import format_date

from app import access, runtime
from app.core import alerts
from app.core.changes import Who
from app.core.models import Role
from app.core.refusals import NotFound
from app.papers import wording
from app.regions import qr_path
from app.services import services
from app.sign_in import who_is_here

BITE = 0.005  # seconds that a page may take in one go
LEADING = (Role.LEAD, Role.SUPPORT)

frame = Blueprint("frame", __name__)
frame.add_app_template_global(qr_path, "qr_path")
frame.add_app_template_filter(wording.means, "means")


def page(template: str, place: str = "", **context: Any) -> str:
    """A page in the facilitator's frame; ``told`` is what the last page wanted to say."""
    return _rendered(
        template,
        {
            "facilitator": who_is_here(),
            "place": place,
            "told": cookie.pop("told", ""),
            "alerts": calls(),
            "now": datetime.now(),
        }
        | context,
    )


def _rendered(template: str, context: dict[str, Any]) -> str:
    """A page made in bites: a long one holds up nobody in a live room."""
    current_app.update_template_context(context)
    parts, since = [], time.perf_counter()
    for part in current_app.jinja_env.get_template(template).generate(context):
        parts.append(part)
        if time.perf_counter() - since > BITE:
            runtime.give_way()
            since = time.perf_counter()
    return "".join(parts)


def calls() -> list[dict[str, Any]]:
    """What stands in the strip of every page: urgent signals of all their groups that nobody has seen."""
    found: list[dict[str, Any]] = read(alerts.unseen, me())
    return found


def back(endpoint: str, told: str = "", anchor: str | None = None, **values: Any) -> Any:
    """To a page after a change, with a sentence to read there."""
    if told:
        cookie["told"] = told
    return redirect(url_for(endpoint, _anchor=anchor, **values), 303)


def read(view: Callable[..., Any], *args: Any) -> Any:
    """Reads in one snapshot; what is not there, or not theirs, is a 404 by its refusal."""
    with services().database.reader() as db:
        return view(db, *args)


def my_group(db: Any, group_id: str, leading: bool = False) -> Any:
    """The row of a group of whoever is signed in; with ``leading``, observers are turned away."""
    row = access.access_group(db, me(), group_id)
    if leading and not leads(db, group_id):
        raise NotFound()
    return row


def leads(db: Any, group_id: str) -> bool:
    """Whether whoever is signed in leads this group, and does not only observe it."""
    return access.facilitator_role(db, me(), group_id) in LEADING


def my_session(db: Any, group_session_id: str, leading: bool = False) -> Any:
    """The row of a session of a group of whoever is signed in."""
    row = access.access_group_session(db, Who("facilitator", group_session_id, me()))
    if leading:
        my_group(db, row.group_id, leading=True)
    return row


def me() -> str:
    found = who_is_here()
    if found is None:
        raise NotFound()
    return str(found["id"])


def in_zone(time_zone: str) -> None:
    """Times of this page are those of this zone."""
    g.time_zone = time_zone


def field(name: str, most: int) -> str:
    """A line of a form, without outer space and control characters."""
    text = "".join(each for each in request.form.get(name, "") if each >= " ")
    return text.strip()[:most]


def lines(name: str, most: int) -> str:
    """A text of a form with its lines, without control characters."""
    text = request.form.get(name, "").replace("\r\n", "\n")
    return "".join(each for each in text if each >= " " or each == "\n").strip()[:most]


@frame.app_template_filter()
def moment(value: datetime, time_zone: str) -> str:
    """Day and time: Tuesday 3 November, 18:20."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{day(local)}, {local:%H:%M}"


@frame.app_template_filter()
def day(value: datetime) -> str:
    return str(format_date(value.date(), "EEEE d MMMM", rebase=False))
