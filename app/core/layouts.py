"""Layouts of notes: DAP, SOAP and plain, and those that a site has made its own by copying one.

A section has a key, a title, and the facts that fill it, of FACTS. A fact that a layout names nowhere is not
filled in. What a note has become is kept with its titles, so that editing a layout changes no note.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import stored
from app.core.models import new_id, now
from app.core.record_models import NoteKind, NoteLayout, RecordNote
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_

Section = dict[str, Any]  # {"key", "title", "from": [fact]}
Layout = dict[str, Any]  # {"id", "title", "sections", "own"}

FACTS = {
    NoteKind.GROUP: (
        *("when", "place", "leaders", "numbers", "stages", "exercises", "themes"),
        *("events", "plan"),
    ),
    NoteKind.SHARED: ("when", "place", "leaders", "came", "exercises", "themes"),
    NoteKind.INDIVIDUAL: (
        *("attendance", "mood", "scores", "part", "words", "response", "line"),
        *("goals", "risk", "step", "plan"),
    ),
    NoteKind.MEMBER_SAFE: ("exercises", "themes", "steps", "next"),
}
FILLED = tuple(dict.fromkeys(FACTS[NoteKind.INDIVIDUAL] + FACTS[NoteKind.GROUP]))
SHARED: Section = {"key": "shared", "title": N_("The session"), "from": [*FACTS[NoteKind.SHARED]]}
MEMBER_SAFE: Section = {"key": "summary", "title": N_("Summary"), "from": [*FACTS[NoteKind.MEMBER_SAFE]]}
FIRST = "dap"
MOST = 8  # sections of a layout
TITLE = 60  # letters of a title

SHIPPED: dict[str, Layout] = {
    "dap": {
        "title": "DAP",
        "sections": [
            {
                "key": "data",
                "title": N_("Data"),
                "from": [
                    *("when", "place", "leaders", "numbers", "stages", "exercises", "themes"),
                    *("attendance", "mood", "scores", "part", "words"),
                ],
            },
            {
                "key": "assessment",
                "title": N_("Assessment"),
                "from": ["events", "response", "line", "goals", "risk"],
            },
            {"key": "plan", "title": N_("Plan"), "from": ["step", "plan"]},
        ],
    },
    "soap": {
        "title": "SOAP",
        "sections": [
            {"key": "subjective", "title": N_("Subjective"), "from": ["themes", "mood", "words"]},
            {
                "key": "objective",
                "title": N_("Objective"),
                "from": [
                    *("when", "place", "leaders", "numbers", "stages", "exercises"),
                    *("attendance", "scores", "part"),
                ],
            },
            {
                "key": "assessment",
                "title": N_("Assessment"),
                "from": ["events", "response", "line", "goals", "risk"],
            },
            {"key": "plan", "title": N_("Plan"), "from": ["step", "plan"]},
        ],
    },
    "plain": {
        "title": N_("Plain"),
        "sections": [{"key": "note", "title": N_("Note"), "from": [*FILLED]}],
    },
}

# What is tapped beside a note: its sentence goes into the section that its fact fills.
CHIPS: dict[str, list[dict[str, str]]] = {
    "part": [
        {"key": "active", "label": N_("Active"), "text": N_("Took an active part.")},
        {"key": "listened", "label": N_("Listened"), "text": N_("Mostly listened.")},
        {"key": "quiet", "label": N_("Quiet"), "text": N_("Was quiet for most of the session.")},
    ],
    "response": [
        {"key": "engaged", "label": N_("Engaged"), "text": N_("Was engaged in the work.")},
        {"key": "mixed", "label": N_("Mixed"), "text": N_("Response to the work was mixed.")},
        {"key": "withdrawn", "label": N_("Withdrawn"), "text": N_("Seemed withdrawn.")},
    ],
    "plan": [
        {"key": "planned", "label": N_("As planned"), "text": N_("Goes on as planned.")},
        {"key": "call", "label": N_("Call before next"), "text": N_("A call before the next session.")},
        {"key": "alone", "label": N_("One-to-one"), "text": N_("A one-to-one meeting is to be planned.")},
    ],
}


def layout(db: Connection, layout_id: str) -> Layout:
    """One layout by its id, put away or not; NotFound where there is none."""
    if layout_id in SHIPPED:
        return {"id": layout_id, "own": False, "put_away": False} | SHIPPED[layout_id]
    row = stored.find(db, NoteLayout, id=layout_id)
    if row is None:
        raise NotFound()
    return _own(row)


def layouts(db: Connection) -> list[Layout]:
    """What can be chosen for a note: the shipped ones, then the site's own by title."""
    own = [_own(row) for row in stored.find_all(db, NoteLayout, put_away_at=None)]
    return [layout(db, each) for each in SHIPPED] + sorted(own, key=lambda each: each["title"].casefold())


def own_layouts(db: Connection) -> list[Layout]:
    """The site's own layouts, those put away at the end, each with whether a note uses it."""
    used = {row.layout for row in db.execute(select(col(RecordNote.layout)).distinct()).all()}
    found = [_own(row) | {"used": row.id in used} for row in stored.find_all(db, NoteLayout)]
    return sorted(found, key=lambda each: (each["put_away"], each["title"].casefold()))


def copy(
    db: Connection, facilitator_id: str, layout_id: str, title: str, say: Callable[[str], str] = str
) -> str:
    """Makes a layout of the site's own from another, its titles in the maker's language; gives its id."""
    sections = [each | {"title": say(each["title"])} for each in layout(db, layout_id)["sections"]]
    new = new_id()
    stored.add(
        db,
        NoteLayout,
        id=new,
        title=seal(NoteLayout.title, new, _line(title)),
        sections=_sealed(new, sections),
        made_by=facilitator_id,
        made_at=now(),
    )
    return new


def edit(db: Connection, layout_id: str, title: str, sections: list[Section]) -> None:
    """Changes a layout of the site's own: title, sections, their order, and what fills them."""
    if stored.find(db, NoteLayout, lock=True, id=layout_id) is None:
        raise NotFound()
    kept = [_section(each) for each in sections]
    keys = [each["key"] for each in kept]
    if not 1 <= len(kept) <= MOST or len(set(keys)) != len(keys):
        raise Invalid("A layout has one section at least, and eight at most.")
    facts = [fact for each in kept for fact in each["from"]]
    if len(set(facts)) != len(facts):
        raise Invalid("Each fact fills one section: it would stand in the note twice.")
    stored.change(
        db,
        NoteLayout,
        layout_id,
        title=seal(NoteLayout.title, layout_id, _line(title)),
        sections=_sealed(layout_id, kept),
    )


def put_away(db: Connection, layout_id: str, away: bool = True) -> None:
    """Takes a layout out of the choice, or puts it back. It is never deleted: notes may use it."""
    row = stored.find(db, NoteLayout, id=layout_id)
    if row is None:
        raise NotFound()
    if away != (row.put_away_at is not None):
        stored.change(db, NoteLayout, layout_id, put_away_at=now() if away else None)


def section_of(sections: list[Section], fact: str) -> str:
    """The key of the section that a fact fills; of the last one where no section names it."""
    return str(next((each["key"] for each in sections if fact in each["from"]), sections[-1]["key"]))


def _section(sent: Section) -> Section:
    facts = [str(each) for each in sent.get("from", ())]
    if not set(facts) <= set(FILLED) or not str(sent.get("key", "")).isidentifier():
        raise Invalid()
    if sent["key"] == SHARED["key"]:  # it has its place in every individual note
        raise Invalid()
    return {"key": str(sent["key"])[:36], "title": _line(str(sent.get("title", ""))), "from": facts}


def _line(text: str) -> str:
    line = " ".join(text.split())
    if not line or not line.isprintable():
        raise Invalid("Give every section and the layout a title.")
    if len(line) > TITLE:
        raise Invalid("A title is a few words: 60 letters at most.")
    return line


def _sealed(layout_id: str, sections: list[Section]) -> Any:
    return seal(NoteLayout.sections, layout_id, json.dumps(sections, ensure_ascii=False))


def _own(row: Row[Any]) -> Layout:
    return {
        "id": row.id,
        "own": True,
        "put_away": row.put_away_at is not None,
        "title": open_sealed(NoteLayout.title, row.id, row.title),
        "sections": json.loads(open_sealed(NoteLayout.sections, row.id, row.sections)),
    }
