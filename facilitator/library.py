"""The library, to read."""

from flask import Blueprint

from app.library import load
from app.sign_in import facilitators_only
from facilitator.pages import page

pages = Blueprint("library", __name__)


@pages.get("/library")
@facilitators_only
def library() -> str:
    return page("facilitator/library.html", "library", exercises=load().filtered())
