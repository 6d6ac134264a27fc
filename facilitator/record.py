"""The notes of a session, written once and signed; and a member's record."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _

from app import runtime
from app.core import layouts, overview, record, record_pages
from app.core.models import new_id
from app.core.refusals import Invalid, NotFound, Refused, Retry
from app.exercises.plain import clean
from app.regions import clock
from app.services import services
from app.sign_in import asked_by_pages, facilitators_only
from facilitator.pages import back, field, in_zone, me, my_group, my_session, page, read

pages = Blueprint("record", __name__)

FIELDS = {"kind": str, "member_id": str, "layout": str, "sections": list, "revision": int}
SHARED_FIELDS = {"shared": list, "shared_revision": int}


@pages.get("/sessions/<group_session_id>/notes")
@facilitators_only
def notes(group_session_id: str) -> str:
    told = _notes(group_session_id)
    return page(
        "facilitator/notes.html",
        "groups",
        **told,
        chips=layouts.CHIPS,
        draft_key=_draft_key(group_session_id),
        new_id=new_id,
    )


@pages.get("/sessions/<group_session_id>/notes/newest")
@asked_by_pages
def newest(group_session_id: str) -> dict[str, Any]:
    """What stands of each note, for a page that has been open for a while."""
    read(my_session, group_session_id, True)
    found = read(record_pages.newest, me(), group_session_id)
    return {
        "ok": True,
        "notes": {
            place: {
                "revision": note["revision"],
                "sections": note["sections"],
                "by": note.get("saved_by", ""),
                "signed": note["signed_at"] is not None,
                "addenda": len(note.get("addenda", ())),
            }
            for place, note in found.items()
        },
    }


@pages.get("/sessions/<group_session_id>/notes/card/<place>")
@asked_by_pages
def card(group_session_id: str, place: str) -> str:
    """One signed note as it stands on the page; nothing while it is not signed."""
    zone = read(_zone, group_session_id)
    in_zone(zone)
    told = read(record_pages.signed_card, group_session_id, place)
    if told is None:
        return ""
    more = {"new_id": new_id, "session": {"id": group_session_id}, "group": {"time_zone": zone}}
    return render_template("facilitator/note_card.html", card=told, **more)


@pages.post("/sessions/<group_session_id>/notes/save")
@facilitators_only
def save(group_session_id: str) -> Any:
    """Keeps a draft, and answers with what the names check finds in it."""

    def keep() -> dict[str, Any]:
        sent = _sent(FIELDS)
        kept = services().database.writer.do(record.save, me(), group_session_id, **sent, of=group_session_id)
        check = read(record_pages.check_of, group_session_id)
        found = record.findings(check, sent["member_id"], sent["sections"])
        return kept | {"findings": found}

    return _answered(group_session_id, keep)


@pages.post("/sessions/<group_session_id>/notes/process")
@facilitators_only
def save_process(group_session_id: str) -> Any:
    """Keeps the facilitator's own process note."""

    def keep() -> dict[str, Any]:
        sent = _sent({"sections": list, "revision": int})
        if len(sent["sections"]) != 1 or not isinstance(sent["sections"][0], dict):
            raise Invalid()
        text = sent["sections"][0].get("text")
        verb, of = record.save_process, {"of": group_session_id}
        kept: dict[str, Any] = services().database.writer.do(
            verb, me(), group_session_id, text, sent["revision"], **of
        )
        return kept | {"findings": []}

    return _answered(group_session_id, keep)


@pages.post("/sessions/<group_session_id>/notes/sign")
@facilitators_only
def sign(group_session_id: str) -> Any:
    """Signs one note as it stands on the signer's page."""

    def keep() -> dict[str, Any]:
        sent = _sent(FIELDS | SHARED_FIELDS)
        text = (sent["member_id"], sent["sections"], sent["shared"])
        found = read(record.quoted, group_session_id, *text, runtime.give_way)
        if found:
            raise record.Named(findings=found)
        signed: dict[str, Any] = services().database.writer.do(
            record.sign, me(), group_session_id, **sent, of=group_session_id
        )
        return signed

    return _answered(group_session_id, keep)


@pages.post("/sessions/<group_session_id>/notes/<note_id>/add")
@facilitators_only
def add(group_session_id: str, note_id: str) -> Any:
    """Adds to a signed note; what was written stays on the page when that does not work."""
    read(my_session, group_session_id, True)
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        found = read(record.quoted_later, group_session_id, note_id, text, runtime.give_way)
        if found:
            raise record.Named(findings=found)
        services().database.writer.do(record.add, me(), note_id, field("id", 36) or new_id(), text)
    except Refused as refusal:
        if refusal.code not in ("invalid", "names"):
            raise
        marked = _marked(text, refusal.more.get("findings", ()))
        return _unadded(group_session_id, note_id, text, _(refusal.sentence), marked), 422
    return back("record.notes", _("The addendum is signed."), group_session_id=group_session_id)


@pages.get("/groups/<group_id>/members/<member_id>/record")
@facilitators_only
def member_record(group_id: str, member_id: str) -> str:
    read(my_group, group_id, True)
    group = read(overview.group_page, group_id)["group"]
    in_zone(group["time_zone"])
    told = read(record_pages.member_record, group_id, member_id)
    return page("facilitator/member_record.html", "groups", group=group, **told)


def _notes(group_session_id: str) -> dict[str, Any]:
    read(my_session, group_session_id, True)
    layout = request.args.get("layout", "")
    told: dict[str, Any] = read(record_pages.notes_page, me(), group_session_id, layout, _)
    in_zone(told["group"]["time_zone"])
    return told | {"cards": _cards(told)}


def _cards(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The notes in the order of the page, each with the name of its place."""
    members = [
        each | {"place": record_pages.place_of("individual", each["member_id"]), "of": "member"}
        for each in told["members"]
    ]
    others = [
        {"place": place, "of": place, "note": told[name]}
        for place, name in (("shared", "shared"), ("group", "group_note"), ("member_safe", "member_safe"))
        if told[name]
    ]
    own = {"place": "process", "of": "process", "note": told["process"]}
    return [*others[:1], *members, *others[1:], own]


def _marked(text: str, findings: Iterable[dict[str, Any]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a name or words that stopped it; [] where nothing is."""
    stops = sorted((each["start"], each["end"]) for each in findings if each["stops"])
    if not stops:
        return []
    text = clean(text, limit=record.LONGEST)  # as it was looked through
    pieces, done = [], 0
    for start, end in stops:
        if end > done:
            pieces += [(text[done:start], False), (text[max(start, done) : end], True)]
            done = end
    return [each for each in [*pieces, (text[done:], False)] if each[0]]


def _unadded(
    group_session_id: str, note_id: str, text: str, sentence: str, marked: list[tuple[str, bool]]
) -> str:
    unadded = {"note_id": note_id, "text": text, "sentence": sentence, "marked": marked}
    told = _notes(group_session_id) | {"unadded": unadded}
    more = {"draft_key": _draft_key(group_session_id), "new_id": new_id}
    return page("facilitator/notes.html", "groups", **told, chips=layouts.CHIPS, **more)


def _sent(fields: dict[str, type]) -> dict[str, Any]:
    """What a page sends, each field of its type; Invalid for anything else."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or sent.keys() != fields.keys():
        raise Invalid()
    if any(type(sent[name]) is not kind for name, kind in fields.items()):
        raise Invalid()
    if not all(0 <= sent[name] <= 1_000_000 for name, kind in fields.items() if kind is int):
        raise Invalid()
    return sent


def _answered(group_session_id: str, keep: Any) -> Any:
    """The answer of a verb of notes as JSON, a refusal with its sentence."""
    in_zone(read(_zone, group_session_id))
    try:
        kept = keep()
    except NotFound:
        raise
    except Refused as refusal:
        told = refusal.answer()
        told["error"]["message"] = _(refusal.sentence)
        return told, 503 if isinstance(refusal, Retry) else 409
    at = kept.get("saved_at") or kept.get("signed_at")
    return {"ok": True, **kept, "at": clock(at)}


def _zone(db: Any, group_session_id: str) -> str:
    """The time zone of a session that the reader leads."""
    row = my_session(db, group_session_id, True)
    return str(my_group(db, row.group_id).time_zone)


def _draft_key(group_session_id: str) -> str:
    """The key that seals this facilitator's unsaved words in their own tab; never stored."""
    secret = current_app.secret_key
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    of = f"notes:{me()}:{group_session_id}".encode()
    return base64.b64encode(hmac.digest(key, of, hashlib.sha256)).decode()
