"""A session's plan on one page, for a room in which the network or the power is gone. Nobody is named in it
but those who lead and who may be called.
"""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from app.core import gate, stored
from app.core.models import Group
from app.core.overview import facilitators_of, plan_page
from app.papers import wording
from app.papers.blocks import facts, lines, plan, text


def gather(db: Connection, asked: Any) -> dict[str, Any]:
    """The paper of a planned or running session."""
    told = plan_page(db, asked.group_session_id)
    session, group = told["session"], told["group"]
    at = session["started_at"] or session["scheduled_at"]
    rows, spent = [], 0
    for stage in told["stages"]:
        if stage.get("skipped"):
            continue
        begins = wording.clock(at + timedelta(minutes=spent), group["time_zone"]) if at else f"{spent}"
        rows.append(_stage(stage, begins))
        spent += stage["minutes"]
    head = [_("Begins") if at else _("Minute"), _("Stage"), _("By hand")]
    content = [_calls(db, group), plan(head, rows), text(_("For the follow-up"), True), lines(2)]
    when = wording.moment(at, group["time_zone"]) if at else ""
    under = [each for each in (when, wording.led(facilitators_of(db, group["id"]))) if each]
    more = {"over": group["name"], "under": under, "one_page": True}
    return wording.laid_out(wording.session_title(session), content, **more)


def _stage(stage: dict[str, Any], begins: str) -> dict[str, Any]:
    return {
        "begins": begins,
        "minutes": _("%(minutes)s min", minutes=stage["minutes"]),
        "title": stage["title"],
        "aim": stage["cue"]["aim"],
        "asks": [each["text"] for each in stage["prompts"]],
    }


def _calls(db: Connection, group: dict[str, Any]) -> Any:
    """Whom to call, which must not depend on a screen."""
    on_call = gate.safety_plan(stored.find(db, Group, id=group["id"]))["on_call"]
    entries = [(_("In danger"), group["emergency_number"], "")]
    if group["crisis_line"]:
        entries.append((_("Somebody to talk to"), group["crisis_line"], ""))
    if on_call["name"]:
        entries.append((_("On call"), on_call["name"], on_call["reach"]))
    return facts(entries)
