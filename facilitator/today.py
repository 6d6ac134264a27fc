"""Today: what comes next, what was lately, and what should make one stop and look."""

from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from app.core import measure_alerts, stop_signals
from app.core import today as core
from app.core.models import now
from app.core.refusals import Refused
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, page, read

pages = Blueprint("today", __name__)


@pages.get("/today")
@facilitators_only
def today() -> str:
    return page("facilitator/today.html", "today", **read(_today, me()))


@pages.post("/today/supervision")
@facilitators_only
def supervision() -> Any:
    """The day of the last talk with a supervisor, as they say it."""
    try:
        day = date.fromisoformat(field("day", 10))
        services().database.writer.do(stop_signals.note_supervision, me(), day)
    except ValueError:
        return back("today.today", _("This is not a date."), "supervision")
    except Refused as refusal:
        return back("today.today", _(refusal.sentence), "supervision")
    return back("today.today", _("The day is noted."), "supervision")


def _today(db: Any, facilitator_id: str) -> dict[str, Any]:
    reliable = services().settings.reliable_change
    return {
        **core.today(db, facilitator_id, reliable, now()),
        "open_alerts": measure_alerts.on_today(db, facilitator_id),
        "stop_signals": stop_signals.of_all(db, facilitator_id, reliable),
        "supervised_at": stop_signals.last_supervision(db, facilitator_id),
    }
