"""The library: to read, to copy from, to carry to another installation and back."""

from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from app.core import instruments, shelf
from app.core.refusals import NotFound
from app.library import Programme, agendas, load
from app.library.files import read_file
from app.library.tree import DamagedFile
from app.runtime import off_hub
from app.services import services
from app.sign_in import facilitators_only, who_is_here
from facilitator.pages import back, field, me, page, read
from facilitator.uploads import Unreadable, sent_file, told

pages = Blueprint("library", __name__)

KINDS = ("exercise", "session", "programme")


@pages.get("/library")
@facilitators_only
def library() -> str:
    kind = request.args.get("kind", "exercise")
    return _shelf(kind if kind in KINDS else "exercise", [])


@pages.post("/library/copy")
@facilitators_only
def copy() -> Any:
    """A copy of one's own, open for editing."""
    kind, item_id = field("kind", 16), field("id", 64)
    if kind not in KINDS:
        abort(400)
    title = _("%(title)s, my copy", title=_title_of(kind, item_id))[:160]
    new = services().database.writer.do(shelf.copy, me(), kind, item_id, title)
    return back("library_edit.edit", _("This is your copy. Change what you like."), item_id=new)


@pages.get("/library/own/<item_id>/file")
@facilitators_only
def to_file(item_id: str) -> Response:
    """The item as one file."""
    entry = read(shelf.page, me(), item_id)
    text = read(shelf.to_file, me(), item_id)
    headers = {"Content-Disposition": f'attachment; filename="{entry["kind"]}-{item_id}.yaml"'}
    return Response(text, content_type="application/yaml; charset=utf-8", headers=headers)


@pages.post("/library/import")
@facilitators_only
def from_file() -> Any:
    """Takes a file in; a damaged one changes nothing, and says file, line and reason."""
    try:
        name, text = sent_file()
    except Unreadable as wrong:
        return _refused(*wrong.sentences)
    try:
        carried = off_hub(read_file, text, load().exercises, list(read(instruments.askable)))
        new = services().database.writer.do(shelf.from_file, me(), carried)
    except DamagedFile as damaged:
        return _refused(*told(name, damaged.faults))
    return back("library_edit.edit", _("The file is taken in."), item_id=new)


@pages.get("/library/<kind>/<item_id>/preview")
@facilitators_only
def preview(kind: str, item_id: str) -> str:
    """An exercise, a session, or a part of a programme as a participant would see it; nothing is sent.

    Of a programme the part that is shown can be copied, as a session.
    """
    parts = _parts(item_id) if kind == "programme" else []
    part = request.args.get("part", parts[0]["id"] if parts else "")
    stages = _stages(kind, item_id, part)
    somebody = [{"id": "a", "alias": "Amal"}, {"id": "b", "alias": "Birgit"}]
    keys = {prompt["key"] for stage in stages for prompt in stage["prompts"]}
    return page(
        "facilitator/preview.html",
        "library",
        item_id=item_id,
        parts=parts,
        part=part,
        stages=stages,
        copied={"kind": "session" if part else kind, "id": f"{item_id}.{part}" if part else item_id},
        room={"facilitators": [str(who_is_here()["name"])]},
        preview_me={"addressees": dict.fromkeys(keys, somebody)},
    )


def _parts(programme_id: str) -> list[dict[str, Any]]:
    """The sessions and meetings of a programme, in the order in which they come."""
    programme = read(shelf.offered, me()).programmes.get(programme_id)
    if programme is None:
        raise NotFound()
    sessions = [{"id": each.id, "numbers": each.numbers} for each in programme.sessions]
    return sessions + [{"id": each.id, "title": each.title} for each in programme.meetings]


def _stages(kind: str, item_id: str, part: str) -> list[dict[str, Any]]:
    found = read(shelf.offered, me())
    if kind == "exercise" and item_id in found.exercises:
        return [agendas.stage_of_exercise(found.exercises[item_id])]
    if kind == "session" and "." in item_id:
        kind, item_id, part = "programme", *item_id.split(".", 1)
    if kind == "session":
        entry = read(shelf.page, me(), item_id)
        if entry["kind"] == "session":
            item = entry["item"]
            return agendas.stages_of(item.rows, item.phase, read(shelf.whole))
    if kind == "programme" and item_id in found.programmes:
        return _part_of(found.programmes[item_id], part)
    raise NotFound()


def _part_of(programme: Programme, part: str) -> list[dict[str, Any]]:
    whole = read(shelf.whole)
    for each in programme.sessions:
        if each.id == part:
            return agendas.stages_of(each.rows, each.phase, whole)
    for meeting in programme.meetings:
        if meeting.id == part:
            return agendas.for_one(agendas.stages_of(meeting.rows, meeting.phase, whole))
    raise NotFound()


def _shelf(kind: str, faults: list[str]) -> str:
    listed = read(shelf.own_list, me())
    own = [each for each in listed if each["kind"] == kind]
    return page(
        "facilitator/library.html",
        "library",
        kind=kind,
        own=own,
        own_programmes=[each["item"] for each in listed if (kind, each["kind"]) == ("session", "programme")],
        exercises=load().filtered() if kind == "exercise" else [],
        programmes=list(load().programmes.values()) if kind != "exercise" else [],
        titles={each.id: each.title for each in read(shelf.whole).exercises.values()},
        faults=faults,
    )


def _refused(*faults: str) -> Any:
    return _shelf("exercise", list(faults)), 422


def _title_of(kind: str, item_id: str) -> str:
    found = read(shelf.offered, me())
    if kind == "exercise" and item_id in found.exercises:
        return found.exercises[item_id].name
    if kind == "programme" and item_id in found.programmes:
        return found.programmes[item_id].title
    if kind == "session":
        programme, dot, part = item_id.partition(".")
        if dot and programme in found.programmes:
            return f"{found.programmes[programme].title}, {_part_words(found.programmes[programme], part)}"
        return str(read(shelf.page, me(), item_id)["title"])
    raise NotFound()


def _part_words(programme: Programme, part: str) -> str:
    """Which sessions of a programme a plan is for, in words, or a meeting's name; NotFound without such a
    plan.
    """
    for meeting in programme.meetings:
        if meeting.id == part:
            return meeting.title
    for agenda in programme.sessions:
        if agenda.id == part:
            first, last = agenda.numbers
            if first == last:
                return str(_("Session %(number)s", number=first))
            return str(_("Sessions %(first)s to %(last)s", first=first, last=last))
    raise NotFound()
