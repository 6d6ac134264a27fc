"""Today: what comes next, and what was lately."""

from flask import Blueprint

from app.core import overview
from app.sign_in import facilitators_only
from facilitator.pages import me, page, read

pages = Blueprint("today", __name__)


@pages.get("/today")
@facilitators_only
def today() -> str:
    return page("facilitator/today.html", "today", **read(overview.today, me()))
