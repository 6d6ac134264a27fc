"""Editing one's own items of the library: saved as they change, shared, reviewed, taken out."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from app.core import instruments, shelf
from app.core.models import now
from app.core.refusals import NotFound, NotNow, Refused, Retry
from app.exercises import Unreadable, clean
from app.library.check import OPTIONS, TAPPED
from app.library.own import advice_on
from app.regions import clock
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, page, read

pages = Blueprint("library_edit", __name__)

EDITABLE = {
    "exercise": {
        *("name", "title", "aim", "steps", "reading", "prompts", "cue", "care"),
        *("phases", "areas", "minutes", "default_audience", "repeat"),
    },
    "session": {"title", "phase", "rows"},
    "programme": {"title", "population", "cadence", "length_min", "sessions", "meetings"},
    "part": {"rows", "title", "when"},
}
EMPTY_SESSION = {
    "title": "",
    "basis": "own",
    "phase": "middle",
    "rows": [{"minutes": 10, "title": "Talk", "core": False, "cue": ""}],
    "reviewed_by": None,
    "reviewed_on": None,
}


@pages.post("/library/new")
@facilitators_only
def new() -> Any:
    """An exercise or a session from nothing."""
    kind, title = field("kind", 16), field("title", 120)
    if kind not in ("exercise", "session") or not title:
        abort(400)
    body = EMPTY_SESSION | {"title": title} if kind == "session" else _empty_exercise(title)
    made = services().database.writer.do(shelf.keep, me(), kind, body)
    return back("library_edit.edit", item_id=made)


@pages.get("/library/own/<item_id>/edit")
@facilitators_only
def edit(item_id: str) -> str:
    entry = _mine(item_id)
    body, part = entry["body"], request.args.get("part", "")
    offered = read(shelf.offered, me())
    whole = read(shelf.whole)
    shown = _part(body, part) if part else body
    return page(
        "facilitator/library_edit.html",
        "library",
        entry=entry,
        body=shown,
        part=part,
        editor="rows" if part or entry["kind"] == "session" else entry["kind"],
        exercises=offered.filtered(),
        titles={each.id: each.title for each in whole.exercises.values()},
        least={each.id: each.minutes[0] for each in whole.exercises.values()},
        advice=advice_on(entry["kind"], entry["item"], whole),
        instruments=list(read(instruments.askable).values()),
        with_options=[*OPTIONS, "short_texts"],
        with_taps=TAPPED,
    )


@pages.post("/library/own/<item_id>/edit")
@facilitators_only
def save(item_id: str) -> Any:
    """The changed fields as JSON; what cannot be kept comes back with a sentence for each place."""
    entry = _mine(item_id)
    sent = request.get_json(silent=True)
    try:
        body = _merged(entry["kind"], entry["body"], str(sent.get("part") or ""), sent["body"])
        version = services().database.writer.do(shelf.edit, me(), item_id, body, int(sent["version"]))
    except (AttributeError, KeyError, TypeError, ValueError, LookupError):
        return {"ok": False, "error": {"code": "invalid"}}, 422
    except shelf.Faulty as refusal:
        return refusal.answer() | {"faults": _told(refusal, body, str(sent.get("part") or ""))}, 422
    except Retry as refusal:
        return refusal.answer(), 503
    except Refused as refusal:
        return refusal.answer(), 409
    item = read(shelf.page, me(), item_id)["item"]
    advice = advice_on(entry["kind"], item, read(shelf.whole))
    return {"ok": True, "version": version, "saved_at": clock(now()), "advice": advice}


@pages.post("/library/own/<item_id>/share")
@facilitators_only
def share(item_id: str) -> Any:
    shared = request.form.get("shared") == "yes"
    try:
        services().database.writer.do(shelf.share, me(), item_id, shared)
    except NotNow as refusal:
        return back("library_edit.edit", _(refusal.sentence), item_id=item_id)
    told = _("Colleagues here can find it now.") if shared else _("It is for you alone again.")
    return back("library_edit.edit", told, item_id=item_id)


@pages.post("/library/own/<item_id>/remove")
@facilitators_only
def remove(item_id: str) -> Any:
    kind = _mine(item_id)["kind"]
    services().database.writer.do(shelf.remove, me(), item_id)
    return back("library.library", _("It is taken out of your library."), kind=kind)


@pages.post("/library/own/<item_id>/review")
@facilitators_only
def review(item_id: str) -> Any:
    """Enters who reviewed the item as it stands."""
    _mine(item_id)
    name, on = field("name", 120), field("on", 10)
    try:
        services().database.writer.do(
            shelf.review, me(), item_id, name, date.fromisoformat(on), int(field("version", 9))
        )
        told = _("The review is entered. It holds until the text changes.")
    except ValueError:
        told = _("Give a name and a day.")
    except Refused as refusal:
        told = _(refusal.sentence)
    return back("library_edit.edit", told, item_id=item_id)


def _mine(item_id: str) -> dict[str, Any]:
    entry: dict[str, Any] = read(shelf.page, me(), item_id)
    if not entry["mine"]:
        raise NotFound()
    return entry


def _empty_exercise(title: str) -> dict[str, Any]:
    return {
        "name": title,
        "title": title,
        "basis": "own",
        "phases": ["initial", "middle", "termination"],
        "areas": ["grief", "dispute", "change", "lonely"],
        "perspectives": [],
        "minutes": [5, 10],
        "default_audience": "facilitators",
        "repeat": False,
        "aim": title,
        "steps": [],
        "reading": [],
        "prompts": [{"key": "words", "type": "free_text", "text": "What would you like to write?"}],
        "cue": "",
        "care": "",
        "reviewed_by": None,
        "reviewed_on": None,
    }


def _part(body: dict[str, Any], part: str) -> dict[str, Any]:
    """One session or meeting of a programme by its name: ``sessions.s3``."""
    name, _dot, part_id = part.partition(".")
    found = [each for each in body.get(name, ()) if each["id"] == part_id] if name in PARTS else []
    if not found:
        raise NotFound()
    return dict(found[0])


PARTS = ("sessions", "meetings")


def _merged(kind: str, body: dict[str, Any], part: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The body with the fields that were sent in place of its own; what the editor does not show stays."""
    sent = _cleaned(sent)
    if part:
        _part(body, part)
        name, _dot, part_id = part.partition(".")
        allowed = {key: value for key, value in sent.items() if key in EDITABLE["part"]}
        return body | {name: [each | allowed if each["id"] == part_id else each for each in body[name]]}
    sent = {key: value for key, value in sent.items() if key in EDITABLE[kind]}
    for name in PARTS if kind == "programme" else ():
        known = {each["id"]: each for each in body[name]}
        sent[name] = [_with_rows(known, each) for each in sent.get(name, body[name])]
    for prompt in sent.get("prompts", ()):
        prompt["key"] = prompt.get("key") or f"q_{secrets.token_hex(3)}"
    return body | sent


def _with_rows(known: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A session of a programme with the rows it had; a new one begins with a talk."""
    if part.get("id") in known:
        return {**known[part["id"]], **part}
    rows = [{"minutes": 10, "title": _("Talk"), "core": False, "cue": ""}]
    return {**part, "id": f"s_{secrets.token_hex(4)}", "rows": rows, "total": 10}


def _cleaned(value: Any) -> Any:
    """Texts as they are stored: without unseen signs and outer space; what cannot be cleaned is a fault."""
    if isinstance(value, str):
        try:
            return clean(value)
        except Unreadable:
            return value
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return {key: _cleaned(each) for key, each in value.items()} if isinstance(value, dict) else value


def _told(refusal: shelf.Faulty, body: dict[str, Any], part: str) -> list[dict[str, str]]:
    """Each fault with its place on the page that is open: of a part, the places within it."""
    name, _dot, part_id = part.partition(".")
    ids = [each["id"] for each in body[name]] if part else []
    start = f"{name}.{ids.index(part_id)}." if part else ""
    return [
        {"place": fault.place.removeprefix(start), "sentence": _(fault.sentence, **fault.values)}
        for fault in refusal.faults
    ]
