"""One's own goodbye lines, to change until the last session begins, after the stage of their writing."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from app.access import access_group_session
from app.core import goodbye, views
from app.core.commands import REGISTRY, SubmitReflection, perform
from app.core.models import Standing
from app.core.refusals import NotFound
from app.places import place_in
from app.regions import speaking
from app.services import services

pages = Blueprint("own_lines", __name__)


FIELD = "text."  # what the names of the boxes begin with in the form


@pages.get("/room/<group_session_id>/lines")
def lines(group_session_id: str) -> Any:
    try:
        return _page(group_session_id, [])
    except NotFound:
        return render_template("participant/closed.html"), 404


@pages.post("/room/<group_session_id>/lines")
def change(group_session_id: str) -> Any:
    with services().database.reader() as db:
        who, _, entry = _entry(db, group_session_id)
    fields = request.form.items()
    # a browser ends lines in its own way
    texts = {
        name.removeprefix(FIELD): text.replace("\r\n", "\n")
        for name, text in fields
        if name.startswith(FIELD)
    }
    sent = goodbye.changed(entry, texts) | {"revision": request.form.get("revision", 0, type=int)}
    writer, submit = services().database.writer, REGISTRY["participant"]["submit_reflection"]
    writer.do(perform, who, submit, SubmitReflection.model_validate(sent), of=group_session_id)
    left = goodbye.left_over(entry, texts)
    return _page(group_session_id, left) if left else redirect(f"/room/{group_session_id}/words", 303)


def _page(group_session_id: str, left: list[str]) -> str:
    """The page. ``left``: texts that were just sent and could not be kept."""
    with services().database.reader() as db:
        _, row, entry = _entry(db, group_session_id)
        room = services().screens.doorway(db, row)
        with speaking(room["language"], room["time_zone"]):
            return render_template(
                "participant/own_lines.html",
                room=room,
                session_id=row.id,
                entry=entry,
                left=left,
                readers=room["readers"],
                help=room["help"],
            )


def _entry(db: Any, group_session_id: str) -> Any:
    """Who asks, the session, and what they can still change; whose browser is shut reads nothing back."""
    who = place_in(db, group_session_id)
    row = access_group_session(db, who)
    person = views.participant(db, row.id, who.id)
    entry = goodbye.to_change(db, row, views.own_rows(db, person.id))
    if who.shut or person.standing != Standing.ADMITTED or entry is None:
        raise NotFound()
    return who, row, entry
