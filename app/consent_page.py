"""One's own yes to the group's texts: taking it back, with the effect said before, and giving it again."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import format_date, gettext

from app.access import access_group_session
from app.core import consents, views
from app.core.refusals import Invalid, NotFound, Stale
from app.places import my_place, place_in
from app.regions import speaking
from app.services import services

pages = Blueprint("consent_page", __name__)


@pages.get("/room/<group_session_id>/consent")
def consent(group_session_id: str) -> Any:
    try:
        return _page(group_session_id, incomplete=False)
    except NotFound:
        return render_template("participant/closed.html"), 404


@pages.post("/room/<group_session_id>/consent")
def change(group_session_id: str) -> Any:
    """Takes the yes back, or gives it again to the texts as they stand; or answers about research."""
    who, writer = my_place(group_session_id), services().database.writer
    if request.form.get("yes") == "no":
        writer.do(consents.take_yes_back, who, of=group_session_id)
        return redirect(f"/room/{group_session_id}/consent", 303)
    if request.form.get("research") in ("yes", "no"):
        yes = request.form["research"] == "yes"
        writer.do(consents.answer_research, who, yes, of=group_session_id)
        return redirect(f"/room/{group_session_id}/consent", 303)
    try:
        versions = _versions(request.form.getlist("agree"))
        writer.do(consents.give_again, who, versions, of=group_session_id)
    except (Invalid, Stale):  # not every text, or one that has changed meanwhile
        return _page(group_session_id, incomplete=True), 422
    return redirect(f"/room/{group_session_id}", 303)


def _page(group_session_id: str, incomplete: bool) -> Any:
    with services().database.reader() as db:
        who = place_in(db, group_session_id)
        row = access_group_session(db, who)
        room = services().screens.doorway(db, row)
        own = consents.own_page(db, row, views.participant(db, row.id, who.id), room["language"])
        with speaking(room["language"], room["time_zone"]):
            return render_template(
                "participant/consent.html",
                session_id=row.id,
                own=own,
                shut=who.shut,
                day=format_date(own["at"], "long") if own["at"] else "",
                readers=room["readers"],
                given={"agree": request.form.getlist("agree")},
                problems={"agree": gettext("Say yes to each text.")} if incomplete else {},
                help=room["help"],
            )


def _versions(agreed: list[str]) -> dict[str, int]:
    """The texts that were ticked, by kind."""
    pairs = [each.split(" ") for each in agreed]
    if not all(len(pair) == 2 and pair[1].isdecimal() for pair in pairs):
        raise Invalid()
    return {kind: int(version) for kind, version in pairs}
