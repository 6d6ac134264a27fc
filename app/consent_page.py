"""One's own yes to the group's texts: taking it back, with the effect said before, and giving it again.

In a room it is both; by a member's own link it can be taken back at any time, whether a room is open or not.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext

from app.access import access_group_session
from app.core import consents, views
from app.core.refusals import Invalid, NotFound, NotNow, Stale
from app.participant import ANOTHER_LINK, closed, member_at_the_door, this_door
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


@pages.route("/consent", methods=["GET", "POST"])
def by_link() -> Any:
    """The same for whoever came by their own link and is in no room."""
    if request.method == "POST" and request.form.get("door") != this_door():
        raise NotNow(ANOTHER_LINK)
    with services().database.reader() as db:
        member = member_at_the_door(db)
        if member is None:
            return closed()
        group = views.group_row(db, member.group_id)
        own = consents.page_of_member(db, member, group.language)
        readers = [each["name"] for each in views.facilitators_of(db, group.id)]
        help_numbers = views.help_of(db, group.id)
    if request.method == "POST":
        alone = request.form.get("research") == "no"
        if alone or request.form.get("yes") == "no":
            services().database.writer.do(consents.take_back_by_link, member.id, alone)
        return redirect("/consent", 303)
    with speaking(group.language, group.time_zone):
        told = {"own": own, "shut": False, "readers": readers, "help": help_numbers}
        return render_template(
            "participant/consent.html", **told, back="/door", door=this_door(), given={}, problems={}
        )


def _page(group_session_id: str, incomplete: bool) -> Any:
    with services().database.reader() as db:
        who = place_in(db, group_session_id)
        row = access_group_session(db, who)
        room = services().screens.doorway(db, row)
        own = consents.own_page(db, row, views.participant(db, row.id, who.id), room["language"])
        with speaking(room["language"], room["time_zone"]):
            return render_template(
                "participant/consent.html",
                room=room,
                back=f"/room/{row.id}",
                door="",
                own=own,
                shut=who.shut,
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
