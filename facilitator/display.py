"""The wall: a page of its own address for a projector or a shared screen. Nothing private."""

from typing import Any

from flask import Blueprint, jsonify, render_template

from app.core import door
from app.core.changes import Who
from app.core.refusals import NotFound
from app.regions import speaking
from app.services import services

pages = Blueprint("display", __name__)


@pages.get("/display/<token>")
def display(token: str) -> Any:
    with services().database.reader() as db:
        row = door.session_by_display_link(db, token)
        if row is None:
            return render_template("display/not_here.html"), 404
        wall = services().screens.wall(db, row)
        with speaking(wall["language"], "UTC"):
            return render_template(
                "display/wall.html",
                wall=wall,
                token=token,
                version=row.shared_version,
                page_language=wall["language"],
            )


@pages.post("/display/<token>/ticket")
def ticket(token: str) -> Any:
    with services().database.reader() as db:
        row = door.session_by_display_link(db, token)
    if row is None:
        raise NotFound()
    return jsonify(ticket=services().tickets.issue(Who("display", row.id)))
