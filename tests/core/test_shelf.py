"""Facilitators' own library: copied, edited, shared, carried away and taken in again."""

import copy
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import accounts, groups, shelf
from app.core.course_models import LibraryItem
from app.core.refusals import NotFound, NotNow, Stale
from app.db import Database
from app.library import agendas, load
from app.library.files import DamagedFile, read_file, write_file
from app.library.fits import AREAS, fit
from app.library.own import body_of, faults_in, item_of

SHIPPED = load()


@dataclass(frozen=True)
class Setting:
    """Two colleagues of one installation."""

    fola: str
    sami: str


@pytest.fixture
def setting(database: Database) -> Setting:
    fola = database.writer.do(accounts.add_facilitator, "Fola", "the first link")
    return Setting(fola, database.writer.do(accounts.add_facilitator, "Sami", "the second link"))


def as_json(body: Any) -> Any:
    return json.loads(json.dumps(body))


def every_item() -> list[tuple[str, Any]]:
    return [
        *(("exercise", each) for each in SHIPPED.exercises.values()),
        *(("programme", each) for each in SHIPPED.programmes.values()),
    ]


@pytest.mark.parametrize(("kind", "item"), every_item(), ids=lambda each: getattr(each, "id", ""))
def test_what_is_shipped_can_be_copied_and_carried_without_a_change(kind: str, item: Any) -> None:
    body = as_json(body_of(item))
    assert faults_in(kind, body, SHIPPED.exercises) == []
    carried = read_file(write_file(kind, body, {}), SHIPPED.exercises)
    assert (carried.kind, carried.body, carried.exercises) == (kind, body, {})
    again = item_of(kind, item.id, carried.body, item.version)
    assert as_json(body_of(again)) == body


def test_a_copy_is_ones_own_and_the_shipped_one_stays(database: Database, setting: Setting) -> None:
    with database.reader() as db:
        before = shelf.offered(db, setting.fola).exercises["timeline"]
    new = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline", "My timeline")
    with database.reader() as db:
        body = shelf.page(db, setting.fola, new)["body"] | {"title": "When it began, and before"}
    assert database.writer.do(shelf.edit, setting.fola, new, body, 1) == 2
    with database.reader() as db:
        assert shelf.exercise(db, new).title == "When it began, and before"
        assert shelf.exercise(db, "timeline") == before
        assert new in shelf.offered(db, setting.fola).exercises
        assert new not in shelf.offered(db, setting.sami).exercises


def test_what_was_decided_on_an_older_version_is_refused_and_changes_nothing(
    database: Database, setting: Setting
) -> None:
    new = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline")
    with database.reader() as db:
        body = shelf.page(db, setting.fola, new)["body"]
    database.writer.do(shelf.edit, setting.fola, new, body | {"aim": "One"}, 1)
    with pytest.raises(Stale):
        database.writer.do(shelf.edit, setting.fola, new, body | {"aim": "Two"}, 1)
    with database.reader() as db:
        assert shelf.exercise(db, new).aim == "One"


def test_only_its_owner_changes_an_item_and_a_colleague_finds_it_once_it_is_shared(
    database: Database, setting: Setting
) -> None:
    new = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline")
    with database.reader() as db, pytest.raises(NotFound):
        shelf.page(db, setting.sami, new)
    database.writer.do(shelf.share, setting.fola, new, True)
    with database.reader() as db:
        assert not shelf.page(db, setting.sami, new)["mine"]
        body = shelf.page(db, setting.sami, new)["body"]
    for change in (
        lambda: database.writer.do(shelf.edit, setting.sami, new, body | {"aim": "Theirs"}, 1),
        lambda: database.writer.do(shelf.share, setting.sami, new, False),
        lambda: database.writer.do(shelf.remove, setting.sami, new),
    ):
        with pytest.raises(NotFound):
            change()
    copied = database.writer.do(shelf.copy, setting.sami, "exercise", new, "Sami's")
    with database.reader() as db:
        assert shelf.page(db, setting.sami, copied)["mine"]


def test_every_session_and_meeting_of_a_programme_is_copied_alone(
    database: Database, setting: Setting
) -> None:
    for programme in SHIPPED.programmes.values():
        for part in (*programme.sessions, *programme.meetings):
            new = database.writer.do(shelf.copy, setting.fola, "session", f"{programme.id}.{part.id}")
            with database.reader() as db:
                kept = shelf.page(db, setting.fola, new)["item"]
            assert (kept.rows, kept.phase) == (part.rows, part.phase)
            assert kept.reviewed_by is None


def test_a_session_and_a_meeting_of_an_own_programme_are_copied_as_they_stand(
    database: Database, setting: Setting
) -> None:
    own = database.writer.do(shelf.copy, setting.fola, "programme", "gipt_8", "My eight")
    with database.reader() as db:
        body = shelf.page(db, setting.fola, own)["body"]
    body["sessions"][1]["rows"][0]["title"] = body["meetings"][0]["rows"][0]["title"] = "Tea first"
    database.writer.do(shelf.edit, setting.fola, own, body, 1)
    for part, phase in (("middle_2_to_6", "middle"), ("pre", "pre")):
        new = database.writer.do(shelf.copy, setting.fola, "session", f"{own}.{part}", "Alone")
        with database.reader() as db:
            item = shelf.page(db, setting.fola, new)["item"]
        assert (item.title, item.phase, item.rows[0].title) == ("Alone", phase, "Tea first")
    for who, kind, item_id in (
        (setting.sami, "session", f"{own}.pre"),  # it is nobody else's
        (setting.fola, "session", f"{own}.none"),
        (setting.fola, "session", "none.pre"),
        (setting.fola, "session", own),
        (setting.fola, "programme", f"{own}.pre"),
        (setting.fola, "exercise", f"{own}.pre"),
    ):
        with pytest.raises(NotFound):
            database.writer.do(shelf.copy, who, kind, item_id)
    database.writer.do(shelf.share, setting.fola, own, True)
    theirs = database.writer.do(shelf.copy, setting.sami, "session", f"{own}.pre")
    with database.reader() as db:
        assert shelf.page(db, setting.sami, theirs)["mine"]


def test_a_review_holds_until_the_text_changes(database: Database, setting: Setting) -> None:
    new = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline")
    database.writer.do(shelf.review, setting.fola, new, "Dr Ines", date(2026, 3, 1), 1)
    with database.reader() as db:
        entry = shelf.page(db, setting.fola, new)
        assert (entry["reviewed_by"], entry["reviewed_on"]) == ("Dr Ines", "2026-03-01")
    database.writer.do(shelf.edit, setting.fola, new, entry["body"] | {"aim": "Another"}, entry["version"])
    with database.reader() as db:
        assert shelf.page(db, setting.fola, new)["reviewed_by"] is None


def test_what_is_taken_out_stays_with_what_uses_it(database: Database, setting: Setting) -> None:
    new = database.writer.do(shelf.copy, setting.fola, "programme", "gipt_8", "My eight")
    group = database.writer.do(groups.create_group, setting.fola, name="Mine", programme_id=new)
    database.writer.do(shelf.remove, setting.fola, new)
    with database.reader() as db:
        assert new not in shelf.offered(db, setting.fola).programmes
        found = shelf.programme(db, new)
        assert found is not None and found.title == "My eight"
        own, shipped = (agendas.agenda_of(each, 1, shelf.whole(db)) for each in (new, "gipt_8"))
    assert [stage["title"] for stage in own] == [stage["title"] for stage in shipped]
    assert group


def test_a_session_goes_from_a_plan_into_the_library_and_back(database: Database, setting: Setting) -> None:
    planned = agendas.agenda_of("gipt_8", 3)
    rows = [agendas.row_of_stage(stage) for stage in planned]
    body = {"title": "Third", "basis": "own", "phase": "middle", "rows": rows}
    new = database.writer.do(shelf.keep, setting.fola, "session", body)
    with database.reader() as db:
        item = shelf.page(db, setting.fola, new)["item"]
        again = agendas.stages_of(item.rows, item.phase, shelf.whole(db))
    assert [stage | {"id": ""} for stage in again] == [stage | {"id": ""} for stage in planned]


def test_a_file_brings_the_own_exercises_it_names_under_new_ids(database: Database, setting: Setting) -> None:
    mine = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline", "My timeline")
    row = {"minutes": 20, "title": "When", "exercises": [mine, "grounding"], "core": False, "cue": ""}
    body = {"title": "Mine", "basis": "own", "phase": "middle", "rows": [row]}
    session = database.writer.do(shelf.keep, setting.fola, "session", body)
    with database.reader() as db:
        text = shelf.to_file(db, setting.fola, session)
    taken = database.writer.do(shelf.from_file, setting.sami, read_file(text, SHIPPED.exercises))
    with database.reader() as db:
        rows = shelf.page(db, setting.sami, taken)["body"]["rows"]
        brought, shipped = rows[0]["exercises"]
        assert brought not in (mine, "timeline") and shipped == "grounding"
        assert shelf.page(db, setting.sami, brought)["item"].name == "My timeline"


def test_a_review_that_a_file_tells_of_does_not_come_along(database: Database, setting: Setting) -> None:
    mine = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline", "My timeline")
    row = {"minutes": 20, "title": "When", "exercises": [mine], "core": False, "cue": ""}
    body = {"title": "Mine", "basis": "own", "phase": "middle", "rows": [row]}
    session = database.writer.do(shelf.keep, setting.fola, "session", body)
    for each in (mine, session):
        database.writer.do(shelf.review, setting.fola, each, "Dr Ines", date(2026, 3, 1), 1)
    with database.reader() as db:
        body, brought = (shelf.page(db, setting.fola, each)["body"] for each in (session, mine))
    assert (body["reviewed_by"], brought["reviewed_on"]) == ("Dr Ines", "2026-03-01")
    text = write_file("session", body | {"title": "Changed"}, {mine: brought | {"aim": "Changed"}})
    taken = database.writer.do(shelf.from_file, setting.sami, read_file(text, SHIPPED.exercises))
    with database.reader() as db:
        page = shelf.page(db, setting.sami, taken)
        [name] = page["body"]["rows"][0]["exercises"]
        for entry in (page, shelf.page(db, setting.sami, name)):
            assert (entry["reviewed_by"], entry["reviewed_on"]) == (None, None)


def damages() -> list[tuple[str, str, str, int]]:
    """A name, what to replace, what with, and the line that is told."""
    return [
        ("a number as words", "minutes: 30", "minutes: many", 6),
        ("a field twice", "title: Talk", "title: Talk\n    title: Talk", 6),
        ("an exercise that is not there", "- timeline", "- time_line", 9),
        ("an unknown field", "phase: middle", "phase: middle\n  colour: red", 13),
        ("a reference", "title: Mine", "title: &a Mine", 3),
        ("no YAML", "rows:", "rows: [", 6),
        ("another kind", "kind: session", "kind: poem", 2),
        ("nothing said", "title: Talk", "title: ''", 6),
        ("a list of kinds", "kind: session", "kind: [session]", 2),
        ("fields for a kind", "kind: session", "kind: {a: b}", 2),
        ("a sign that cannot be", "title: Mine", "title: Mi\x07ne", 4),
        ("no list", "exercises:\n    - timeline", "exercises: timeline", 7),
    ]


SOUND = """concentric: library
kind: session
item:
  title: Mine
  rows:
  - title: Talk
    minutes: 30
    exercises:
    - timeline
    core: false
    cue: ''
  phase: middle
  basis: own
"""


@pytest.mark.parametrize(("what", "old", "new", "line"), damages(), ids=lambda each: str(each)[:20])
def test_a_damaged_file_is_refused_with_its_line(what: str, old: str, new: str, line: int) -> None:
    assert old in SOUND
    with pytest.raises(DamagedFile) as refused:
        read_file(SOUND.replace(old, new), SHIPPED.exercises)
    assert refused.value.faults
    told = [fault.line for fault in refused.value.faults]
    assert abs(told[0] - line) <= (0 if "\x07" in new else 1), (what, told)
    assert all(fault.sentence for fault in refused.value.faults)


def test_a_bomb_of_references_or_of_depth_is_refused_at_once() -> None:
    for text in ("[" * 5000, "a: &a [1]\nb: [*a, *a]", "- " * 3000, "? " * 4000):
        with pytest.raises(DamagedFile):
            read_file(text, SHIPPED.exercises)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_in_a_file_it_is_taken_whole_or_refused_with_a_line(data: st.DataObject) -> None:
    text = write_file("exercise", as_json(body_of(SHIPPED.exercises["mood_event_checkin"])), {})
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    broken = text[:at] + data.draw(st.text(max_size=12)) + text[at + length :]
    try:
        carried = read_file(broken, SHIPPED.exercises)
    except DamagedFile as refused:
        assert refused.faults and all(1 <= each.line <= broken.count("\n") + 2 for each in refused.faults)
    else:
        assert faults_in("exercise", carried.body, {}) == []
        item_of("exercise", "own_x", carried.body, 1)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_mutation_of_a_body_is_kept_as_an_item_or_told_as_a_fault(data: st.DataObject) -> None:
    kind, item = data.draw(st.sampled_from(every_item()))
    body = as_json(body_of(item))
    holder, key = data.draw(st.sampled_from(list(places(body))))
    wrong = st.one_of(
        st.none(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=2)
    )
    holder[key] = data.draw(wrong)
    if not faults_in(kind, body, SHIPPED.exercises):
        kept = item_of(kind, "own_x", copy.deepcopy(body), 1)
        if kind == "exercise":
            assert agendas.stage_of_exercise(kept)["prompts"] is not None
        else:
            library = SHIPPED.__class__(
                SHIPPED.exercises, {"own_x": kept}, SHIPPED.pools, SHIPPED.when_a_member_leaves
            )
            assert agendas.agenda_of("own_x", 1, library)


def test_an_exercise_is_like_a_shipped_one_or_like_none() -> None:
    body = as_json(body_of(SHIPPED.exercises["timeline"]))
    assert faults_in("exercise", body | {"like": "goal_setting"}, SHIPPED.exercises) == []
    [fault] = faults_in("exercise", body | {"like": "own_nothing"}, SHIPPED.exercises)
    assert fault.place == "like"


def test_a_programme_of_endless_sessions_is_a_fault() -> None:
    body = as_json(body_of(SHIPPED.programmes["gipt_8"]))
    body["sessions"][-1]["numbers"] = [8, 10**15]
    assert [fault.place for fault in faults_in("programme", body, SHIPPED.exercises)] == ["sessions"]


@pytest.mark.parametrize("first", [0, -1, -(10**15)])
def test_sessions_are_counted_from_one_and_nothing_is_built_of_others(first: int) -> None:
    body = as_json(body_of(SHIPPED.programmes["gipt_8"]))
    body["sessions"][0]["numbers"] = [first, 1]
    faults = faults_in("programme", body, SHIPPED.exercises)
    assert [(each.place, each.sentence) for each in faults] == [
        ("sessions.0.numbers", "Sessions are counted from 1.")
    ]


def places(value: Any) -> Any:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


def test_nothing_of_an_item_stands_open_in_the_database(database: Database, setting: Setting) -> None:
    new = database.writer.do(shelf.copy, setting.fola, "exercise", "timeline", "A very telling name")
    with database.reader() as db:
        row = db.execute(LibraryItem.__table__.select().where(LibraryItem.id == new)).one()
    assert "telling" not in str(row)


@pytest.mark.parametrize("value", ["!!int '--5'", "!!int '²'", "!!bool maybe", "!!str 5"])
def test_a_value_whose_kind_is_given_by_hand_is_refused_with_its_line(value: str) -> None:
    with pytest.raises(DamagedFile) as refused:
        read_file(SOUND.replace("minutes: 30", f"minutes: {value}"), SHIPPED.exercises)
    assert [(each.line, bool(each.sentence)) for each in refused.value.faults] == [(7, True)]


def test_a_review_outlives_a_save_that_changes_nothing(database: Database, setting: Setting) -> None:
    def do(*call: Any) -> Any:
        return database.writer.do(*call)

    own = do(shelf.copy, setting.fola, "exercise", "goal_setting")
    do(shelf.review, setting.fola, own, "Dr Ines Weiss", date(2026, 11, 20), 1)
    with database.reader() as db:
        before = shelf.page(db, setting.fola, own)
    assert do(shelf.edit, setting.fola, own, before["body"], 2) == 2
    with database.reader() as db:
        assert shelf.page(db, setting.fola, own) == before


def test_what_is_shared_stays_whole_for_colleagues_when_it_is_edited(
    database: Database, setting: Setting
) -> None:
    def do(*call: Any) -> Any:
        return database.writer.do(*call)

    exercise = do(shelf.copy, setting.fola, "exercise", "goal_setting")
    part = next(iter(SHIPPED.programmes["gipt_8"].sessions)).id
    session = do(shelf.copy, setting.fola, "session", f"gipt_8.{part}")
    do(shelf.share, setting.fola, session, True)
    with database.reader() as db:
        body = shelf.page(db, setting.fola, session)["body"]
    body["rows"][0]["exercises"] = [exercise]
    do(shelf.edit, setting.fola, session, body, 1)
    copied = do(shelf.copy, setting.sami, "session", session)
    with database.reader() as db:
        assert shelf.page(db, setting.sami, copied)["body"]["rows"][0]["exercises"] == [exercise]
        assert shelf.may_use(db, setting.sami, exercise)
    with pytest.raises(NotNow):
        do(shelf.share, setting.fola, exercise, False)
    do(shelf.share, setting.fola, session, False)
    do(shelf.remove, setting.sami, copied)
    do(shelf.share, setting.fola, exercise, False)
    with database.reader() as db:
        assert not shelf.may_use(db, setting.sami, exercise)


def test_a_copy_suits_the_areas_that_what_it_was_copied_from_suits(
    database: Database, setting: Setting
) -> None:
    own = database.writer.do(shelf.copy, setting.fola, "exercise", "role_play")
    with database.reader() as db:
        copied = shelf.offered(db, setting.fola).exercises[own]
    for area in AREAS:
        assert fit(copied, [area]) == fit(SHIPPED.exercises["role_play"], [area])
    assert fit(copied, ["dispute"]) == 2
