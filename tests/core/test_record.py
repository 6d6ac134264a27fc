"""Notes of the record: saved, signed with the text that stood on the page, and never changed again."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core import accounts, groups, record, record_pages
from app.core.changes import Who
from app.core.models import GroupSession, Role
from app.core.record_models import Addendum, ProcessNote
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.notes import WITHOUT_NAMES, note_of, notes, rows, saves, signs, text_of, written
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


@pytest.fixture
def over(oak: Oak) -> Oak:
    """Amal and Birgit have written, and the session has ended."""
    oak.writes(oak.amal, text="My sister called on Sunday and I did not pick up at first.")
    oak.writes(oak.birgit, text="I told my son that I was tired, and he made the tea.")
    oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
    oak.does(oak.fola, "end")
    return oak


def test_an_individual_note_is_signed_with_the_shared_part_in_it(over: Oak) -> None:
    saves(over, notes(over)["shared"], WITHOUT_NAMES)
    signed = signs(over, note_of(over, "Amal"))
    with over.database.reader() as db:
        [note] = record_pages.member_record(db, over.group_id, over.members["Amal"])["notes"]
    assert note["sections"][0] == {"key": "shared", "title": "The session", "text": WITHOUT_NAMES}
    assert "My sister called on Sunday" in text_of(note["sections"])
    assert (note["signed_by"], note["signature"], note["holds"]) == ("Fola", signed["signature"], True)
    saves(over, notes(over)["shared"], "Something else.")
    assert text_of(note_of(over, "Amal")["sections"]).startswith(WITHOUT_NAMES)


def test_a_lower_revision_is_told_the_newer_text_and_changes_nothing(over: Oak) -> None:
    seen = note_of(over, "Amal")
    saves(over, seen, "Sami's words.", who="Sami")
    with refused("superseded") as caught:
        saves(over, seen, "Fola's words.")
    assert caught.value.more["revision"] == 1
    assert text_of(caught.value.more["sections"]).endswith("Sami's words.")
    assert text_of(note_of(over, "Amal")["sections"]).endswith("Sami's words.")
    assert saves(over, seen, "Sami's words.") == saves(over, seen, "Sami's words.")  # the same again


def test_only_what_the_signer_saw_is_signed(over: Oak) -> None:
    seen = note_of(over, "Amal")
    shared = notes(over)["shared"]
    saves(over, seen, "Sami's words.", who="Sami")
    with refused("superseded") as caught:
        signs(over, seen)
    assert caught.value.more["of"] == "note"
    seen = note_of(over, "Amal")
    saves(over, shared, "Sami's words for all.", who="Sami")
    with refused("superseded") as caught:
        signs(over, seen, shared=shared["sections"], shared_revision=shared["revision"])
    assert caught.value.more["of"] == "shared"
    assert text_of(caught.value.more["sections"]) == "Sami's words for all."
    assert [row.signed_at for row in rows(over)] == [None, None]


def test_signing_twice_is_signing_once(over: Oak) -> None:
    seen, shared = note_of(over, "Amal"), notes(over)["shared"]
    again = {"shared": shared["sections"], "shared_revision": shared["revision"]}
    assert signs(over, seen, **again) == signs(over, seen, **again)
    with refused("not_now"):
        signs(over, seen, who="Sami", **again)


def test_a_signature_says_who_when_and_what(over: Oak) -> None:
    signs(over, note_of(over, "Amal"))
    row = next(each for each in rows(over) if each.signed_at is not None)
    assert len(row.signature) == 64 and record.holds(row)

    class Other:
        def __init__(self, **changed: Any) -> None:
            self.changed = changed

        def __getattr__(self, name: str) -> Any:
            return self.changed.get(name, getattr(row, name))

    for changed in ({"signed_by": over.leaders["Sami"]}, {"signed_at": row.saved_at.replace(year=2000)}):
        assert not record.holds(Other(**changed))
    assert not record.holds(Other(layout="soap"))


# every way in which somebody might change a signed note
AFTERWARDS: dict[str, Callable[[Oak, dict[str, Any]], Any]] = {
    "save": lambda oak, note: saves(oak, note, "Other words."),
    "save_far_ahead": lambda oak, note: saves(oak, note, "Other words.", revision=99),
    "save_as_another": lambda oak, note: saves(oak, note, "Other words.", who="Sami"),
    "sign": lambda oak, note: signs(oak, note, sections=written(note, "Other words.")),
    "sign_as_another": lambda oak, note: signs(oak, note, who="Sami"),
}


@pytest.mark.parametrize("way", AFTERWARDS)
def test_a_signed_note_never_changes(over: Oak, way: str) -> None:
    signs(over, note_of(over, "Amal"))
    before = rows(over)
    note = note_of(over, "Amal")
    sent = note | {"sections": [each for each in note["sections"] if each["key"] != "shared"]}
    with refused("not_now"):
        AFTERWARDS[way](over, sent)
    assert rows(over) == before


def test_what_comes_later_is_an_addendum_signed_as_it_is_written(over: Oak) -> None:
    with refused("not_found"):
        over.database.writer.do(record.add, over.leaders["Fola"], "none", "a form", "Later.")
    note = signs(over, note_of(over, "Amal"))
    before = rows(over)
    for _ in range(2):
        over.database.writer.do(
            record.add, over.leaders["Sami"], note["note_id"], "a form", "Rang on Monday."
        )
    [told] = note_of(over, "Amal")["addenda"]
    assert (told["by"], told["text"], len(told["signature"])) == ("Sami", "Rang on Monday.", 64)
    assert rows(over) == before
    with refused("names"):
        over.database.writer.do(record.add, over.leaders["Sami"], note["note_id"], "b", "Rang Birgit, too.")
    with refused("invalid"):
        over.database.writer.do(record.add, over.leaders["Sami"], note["note_id"], "c", "  ")
    assert len(over.all(Addendum.__table__.select())) == 1


def test_a_draft_takes_no_addendum(over: Oak) -> None:
    saves(over, note_of(over, "Amal"), "A draft.")
    with refused("not_now"):
        over.database.writer.do(record.add, over.leaders["Fola"], rows(over)[0].id, "a form", "Later.")


def test_before_its_end_a_session_has_drafts_that_cannot_be_signed(oak: Oak) -> None:
    saves(oak, note_of(oak, "Amal"), "Came late.")
    with refused("not_now"):
        signs(oak, note_of(oak, "Amal"))
    oak.does(oak.fola, "end")
    signs(oak, note_of(oak, "Amal"))


def test_the_shared_part_is_never_signed_alone_and_an_empty_note_is_not_signed(over: Oak) -> None:
    with refused("not_found"):
        signs(over, notes(over)["shared"])
    note = note_of(over, "Amal")
    with refused("invalid"):
        signs(over, note, sections=[each | {"text": " "} for each in note["sections"]])


def test_whoever_only_observes_writes_and_signs_nothing(over: Oak) -> None:
    note, group_note = note_of(over, "Amal"), notes(over)["group_note"]
    signed = signs(over, group_note)
    olu = over.database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    dagny = over.database.writer.do(accounts.add_facilitator, "Dagny", "a token of hers")
    over.database.writer.do(groups.set_role, over.group_id, olu, Role.OBSERVER)
    over.leaders |= {"Olu": olu, "Dagny": dagny}
    before = rows(over)
    for who in ("Olu", "Dagny"):
        with refused("not_found"):
            saves(over, note, "Words.", who=who)
        with refused("not_found"):
            signs(over, note, who=who)
        with refused("not_found"):
            over.database.writer.do(record.add, over.leaders[who], signed["note_id"], "a form", "Later.")
        with refused("not_found"):
            over.database.writer.do(record.save_process, over.leaders[who], over.id, "Words.", 1)
    assert rows(over) == before


def test_a_note_belongs_to_a_member_who_belonged_to_the_session(over: Oak) -> None:
    note = note_of(over, "Amal")
    [late] = over.database.writer.do(groups.add_members, over.group_id, ["Zola"])
    for wrong in ({"member_id": late}, {"member_id": ""}, {"kind": "group"}, {"kind": "another"}):
        with refused("not_found"):
            saves(over, note, "Words.", **wrong)


@pytest.mark.parametrize(
    "sections",
    [
        [],
        [{"key": "a b", "title": "", "text": ""}],
        [{"key": "a", "title": "", "text": "x" * 8001}],
        [{"key": "a", "title": "", "text": "\x00"}],
        [{"key": "a", "title": "", "text": 7}],
        [{"key": "a", "title": "", "text": ""}, {"key": "a", "title": "", "text": ""}],
        [{"key": "a"}],
        ["a"],
    ],
)
def test_what_is_no_note_is_refused(over: Oak, sections: Any) -> None:
    with refused("invalid"):
        saves(over, note_of(over, "Amal"), "", sections=sections)
    assert rows(over) == []


def test_a_process_note_is_its_writers_alone_and_in_no_record(over: Oak) -> None:
    canary = "I was angry with the whole group today."
    for _ in range(2):
        over.database.writer.do(record.save_process, over.leaders["Fola"], over.id, canary, 1)
    with refused("superseded") as caught:
        over.database.writer.do(record.save_process, over.leaders["Fola"], over.id, "Other.", 1)
    assert text_of(caught.value.more["sections"]) == canary
    [row] = over.all(ProcessNote.__table__.select())
    assert row.text.startswith("v1.")
    assert text_of(notes(over)["process"]["sections"]) == canary
    assert canary not in str(notes(over, "Sami"))
    signs(over, note_of(over, "Amal"))
    signs(over, notes(over)["group_note"])
    with over.database.reader() as db:
        told = record_pages.member_record(db, over.group_id, over.members["Amal"])
        assert canary not in str(told) + str(record_pages.signed_notes(db, over.id))
        assert canary in str(record_pages.newest(db, over.leaders["Fola"], over.id))
        assert canary not in str(record_pages.newest(db, over.leaders["Sami"], over.id))


def test_a_meeting_with_one_person_has_their_note_alone(planned_oak: Oak) -> None:
    oak = planned_oak
    amal = oak.members["Amal"]
    oak.id = oak.database.writer.do(
        groups.plan_session, oak.group_id, [stage("words", prompt("text"))], kind="pre", member_id=amal
    )
    oak.people = {name: Who("facilitator", oak.id, who) for name, who in oak.leaders.items()}
    oak.does(oak.fola, "open_lobby")
    oak.joins("Amal")
    oak.does(oak.fola, "start")
    oak.does(oak.fola, "end")
    page = notes(oak)
    assert [page[each] for each in ("shared", "group_note", "member_safe")] == [None] * 3
    [only] = page["members"]
    assert only["member_id"] == amal
    with refused("not_found"):
        saves(oak, {"kind": "group", "member_id": "", "layout": "dap"} | only["note"], "All.", **FOR_ALL)
    signs(oak, only["note"])
    assert [each["key"] for each in note_of(oak, "Amal")["sections"]] == ["data", "assessment", "plan"]


FOR_ALL = {"kind": "group", "member_id": ""}


def test_a_session_that_has_not_begun_has_a_page_without_members(planned_oak: Oak) -> None:
    page = notes(planned_oak)
    assert page["members"] == [] and not page["ended"] and page["expires_at"] is None


def test_what_is_rehearsed_or_tried_out_has_no_notes(oak: Oak) -> None:
    seen = notes(oak)
    for values in ({"sandbox": True}, {"sandbox": False, "rehearsal_of": oak.id}):
        with oak.database.writer.engine.begin() as db:
            db.execute(GroupSession.__table__.update().values(**values))
        with refused("not_found"):
            notes(oak)
        with refused("not_found"):
            saves(oak, seen["shared"], "Words.")
        with refused("not_found"):
            oak.database.writer.do(record.save_process, oak.leaders["Fola"], oak.id, "Words.", 1)
