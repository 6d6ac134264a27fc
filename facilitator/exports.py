"""Files that leave the house: what can be had, the password once more, the log, and only then the file."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app.core import exports as core
from app.core import overview, record_pages, research
from app.core.refusals import NotFound, Refused
from app.papers import maker
from app.papers.files import FILES, GROUP, MEMBER, SESSION, title_of
from app.papers.registry import PAPERS, Asked
from app.services import services
from app.sign_in import NotProven, facilitators_only, has_password, prove_again, renew_sign_in
from facilitator.pages import field, in_zone, me, my_group, my_session, page, read

pages = Blueprint("exports", __name__)
pages.add_app_template_filter(title_of, "file_title")


NOT_SESSION = {"session": None}  # templates else know the browser's own
NOTES = {"group_note": "group", "member_safe": "member_safe", "individual_note": "individual"}


@dataclass(frozen=True)
class Choice:
    """One file that can be had here. ``paper`` says that it is made by the press, ``whose`` that it is of one
    of several members.
    """

    kind: str
    title: str
    also: str
    offers: tuple[str, ...]
    named: bool
    words: bool
    paper: bool
    content_type: str
    whose: bool = False


@pages.get("/sessions/<group_session_id>/export")
@facilitators_only
def session(group_session_id: str) -> Any:
    return _form(*_of_session(group_session_id))


@pages.post("/sessions/<group_session_id>/export")
@facilitators_only
def take_session(group_session_id: str) -> Any:
    return _hand_out(*_of_session(group_session_id))


@pages.get("/groups/<group_id>/export")
@facilitators_only
def group(group_id: str) -> Any:
    return _form(*_of_group(group_id))


@pages.post("/groups/<group_id>/export")
@facilitators_only
def take_group(group_id: str) -> Any:
    return _hand_out(*_of_group(group_id))


@pages.get("/groups/<group_id>/members/<member_id>/export")
@facilitators_only
def member(group_id: str, member_id: str) -> Any:
    return _form(*_of_member(group_id, member_id))


@pages.post("/groups/<group_id>/members/<member_id>/export")
@facilitators_only
def take_member(group_id: str, member_id: str) -> Any:
    return _hand_out(*_of_member(group_id, member_id))


@pages.get("/exports")
@facilitators_only
def own() -> str:
    """The files that whoever is signed in took."""
    return page("facilitator/exports_own.html", taken=read(core.of_facilitator, me()))


def _of_session(group_session_id: str) -> tuple[Asked, str, dict[str, Any]]:
    row = read(my_session, group_session_id)
    read(core.exportable, me(), row.group_id, group_session_id)
    facts = read(overview.session_facts, group_session_id)
    asked = Asked(group_id=row.group_id, group_session_id=group_session_id, facilitator_id=me())
    signed = read(record_pages.signed_notes, group_session_id)
    people = {each["member_id"]: each for each in signed if each["kind"] == "individual"}
    noted = [read(core.member_of, row.group_id, each) for each in people]
    told = {"group": facts["group"], "session": facts["session"], "noted": noted}
    return asked, SESSION, told | {"signed": {each["kind"] for each in signed}}


def _of_group(group_id: str) -> tuple[Asked, str, dict[str, Any]]:
    read(my_group, group_id, True)
    facts = read(overview.group_page, group_id)
    return Asked(group_id=group_id, facilitator_id=me()), GROUP, NOT_SESSION | {"group": facts["group"]}


def _of_member(group_id: str, member_id: str) -> tuple[Asked, str, dict[str, Any]]:
    read(my_group, group_id, True)
    known = read(core.member_of, group_id, member_id)
    facts = read(overview.group_page, group_id)
    asked = Asked(group_id=group_id, member_id=member_id, facilitator_id=me())
    return asked, MEMBER, NOT_SESSION | {"group": facts["group"], "member": known}


def _choices(level: str, context: dict[str, Any]) -> dict[str, Choice]:
    """What can be had of a session, a group or a member, papers first."""
    session = context.get("session")
    papers = [
        Choice(
            *(each.kind, each.title, "", (), each.named, True, True, each.content_type),
            whose=level == SESSION and MEMBER in each.of,
        )
        for each in PAPERS.values()
        if level in each.of and (session is None) == (SESSION not in each.of) and _there(each.kind, context)
    ]
    files = [
        Choice(
            *(each.kind, each.title, each.also, each.offers, each.named, each.words),
            paper=False,
            content_type=each.content_type,
        )
        for each in FILES.values()
        if level in each.of and _there(each.kind, context)
    ]
    return {each.kind: each for each in [*papers, *files]}


def _there(kind: str, context: dict[str, Any]) -> bool:
    """Whether a session has come so far that there is such a file: its plan, its notes, all the rest."""
    session, name = context.get("session"), kind.partition(".")[0]
    if session is None:
        return True
    if name in NOTES:
        return NOTES[name] in context["signed"]
    return session["state"] != "ended" if name == "plan" else session["started_at"] is not None


def _form(asked: Asked, level: str, context: dict[str, Any], fault: str = "", wrong: str = "") -> str:
    """What can be had; after a try, with what was chosen. ``wrong`` is about the password."""
    in_zone(context["group"]["time_zone"])
    members, of = read(research.members_of, asked.group_id)
    return page(
        "facilitator/export.html",
        "groups",
        choices=_choices(level, context).values(),
        chosen=request.form,
        fault=fault,
        wrong_password=wrong,
        asks_password=has_password(),
        said_yes=len(members),
        of=of,
        **context,
    )


def _hand_out(asked: Asked, level: str, context: dict[str, Any]) -> Any:
    """The file as an attachment: nothing leaves before the password was given and the log is written."""
    choice = _choices(level, context).get(field("kind", 32))
    if choice is None:
        return _form(asked, level, context, fault=_("Choose a file.")), 422
    if choice.whose:
        asked = replace(asked, member_id=field("member", 36))
    try:
        prove_again(request.form.get("password", ""))
    except NotProven as no:
        return _form(asked, level, context, wrong=no.sentence), no.status
    named = "named" in request.form if "named" in choice.offers else choice.named
    words = "words" in request.form if "words" in choice.offers else choice.words and named
    try:
        made = _made(choice, asked, named, words)
    except NotFound:
        return _form(asked, level, context, fault=_("There is nothing for this file yet.")), 422
    except Refused as refusal:
        return _form(asked, level, context, fault=_(refusal.sentence)), 422
    services().database.writer.do(
        core.log_export,
        me(),
        choice.kind,
        group_id=asked.group_id,
        group_session_id=asked.group_session_id,
        member_id=asked.member_id,
        named=named,
        words=words,
    )
    renew_sign_in()
    name = f"{level.removesuffix('_id').removeprefix('group_')}.{choice.kind.rpartition('.')[2]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, content_type=choice.content_type, headers=headers)


def _made(choice: Choice, asked: Asked, named: bool, words: bool) -> bytes:
    if choice.paper:
        return maker.make(choice.kind, read(PAPERS[choice.kind].gather, asked))
    made: bytes = read(FILES[choice.kind].make, asked, named, words)
    return made
