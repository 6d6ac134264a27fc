"""Layouts of notes: shipped as data, copied and edited by a site, never lost to a note that uses them."""

from typing import Any

import pytest

from app.core import layouts
from app.core.record_models import NoteLayout
from tests.core.cast import Oak, refused
from tests.core.notes import note_of, notes, saves, signs
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def copied(oak: Oak, of: str = "soap", title: str = "Ours") -> str:
    new: str = oak.database.writer.do(layouts.copy, oak.leaders["Fola"], of, title)
    return new


def layout(oak: Oak, layout_id: str) -> Any:
    with oak.database.reader() as db:
        return layouts.layout(db, layout_id)


@pytest.mark.parametrize("name", layouts.SHIPPED)
def test_a_shipped_layout_fills_in_every_fact_once(name: str) -> None:
    facts = [fact for each in layouts.SHIPPED[name]["sections"] for fact in each["from"]]
    assert sorted(facts) == sorted(layouts.FILLED)
    for fact in (*layouts.CHIPS, "line"):
        assert layouts.section_of(layouts.SHIPPED[name]["sections"], fact)


def test_a_copy_is_edited_and_used_and_the_notes_keep_their_titles(planned_oak: Oak) -> None:
    oak = planned_oak
    own = copied(oak)
    assert [each["title"] for each in layout(oak, own)["sections"]][:2] == ["Subjective", "Objective"]
    one = {"key": "s_1", "title": "What I saw", "from": ["attendance"]}
    two = {"key": "s_2", "title": "What comes", "from": ["plan", "line"]}
    oak.database.writer.do(layouts.edit, own, "Ours, shorter", [one, two])
    oak.starts()
    oak.does(oak.fola, "end")
    note = next(each for each in notes(oak, layout_id=own)["members"] if each["alias"] == "Amal")["note"]
    assert [each["title"] for each in note["sections"]] == ["What I saw", "What comes"]
    assert note["sections"][0]["text"].startswith("Was there.")
    signs(oak, note)
    oak.database.writer.do(layouts.edit, own, "Ours", [one | {"title": "Renamed"}])
    assert [each["title"] for each in note_of(oak, "Amal")["sections"]][1:] == ["What I saw", "What comes"]
    assert notes(oak)["layout"]["id"] == own  # the group was noted in it last


def test_a_layout_that_is_put_away_still_serves_the_notes_in_it(planned_oak: Oak) -> None:
    oak = planned_oak
    own = copied(oak)
    oak.starts()
    note = next(each for each in notes(oak, layout_id=own)["members"] if each["alias"] == "Amal")["note"]
    saves(oak, note, "A draft in it.")
    for _ in range(2):
        oak.database.writer.do(layouts.put_away, own)
    with oak.database.reader() as db:
        assert own not in [each["id"] for each in layouts.layouts(db)]
        assert [(each["used"], each["put_away"]) for each in layouts.own_layouts(db)] == [(True, True)]
    saves(oak, note_of(oak, "Amal"), "Written on.")
    oak.database.writer.do(layouts.put_away, own, False)
    with oak.database.reader() as db:
        assert own in [each["id"] for each in layouts.layouts(db)]
    [row] = oak.all(NoteLayout.__table__.select())
    assert row.title.startswith("v1.") and row.sections.startswith("v1.")


GOOD = {"key": "s_1", "title": "One", "from": []}


@pytest.mark.parametrize(
    ("title", "sections"),
    [
        ("", [GOOD]),
        ("x" * 61, [GOOD]),
        ("Ours", []),
        ("Ours", [GOOD] * 2),
        ("Ours", [GOOD | {"key": f"s_{n}"} for n in range(9)]),
        ("Ours", [GOOD | {"title": " "}]),
        ("Ours", [GOOD | {"key": "a b"}]),
        ("Ours", [GOOD | {"key": "shared"}]),
        ("Ours", [GOOD | {"from": ["mood", "mood"]}]),
        ("Ours", [GOOD | {"from": ["mood"]}, GOOD | {"key": "s_2", "from": ["mood"]}]),
        ("Ours", [GOOD | {"from": ["income"]}]),
    ],
)
def test_what_is_no_layout_is_refused(planned_oak: Oak, title: str, sections: Any) -> None:
    own = copied(planned_oak)
    with refused("invalid"):
        planned_oak.database.writer.do(layouts.edit, own, title, sections)
    assert layout(planned_oak, own)["title"] == "Ours"


def test_a_shipped_layout_is_not_edited_or_put_away(planned_oak: Oak) -> None:
    for verb in (lambda db: layouts.edit(db, "dap", "Ours", [GOOD]), lambda db: layouts.put_away(db, "dap")):
        with refused("not_found"):
            planned_oak.database.writer.do(verb)
