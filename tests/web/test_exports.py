"""Files leave the house after the password was given once more, and never without an entry in the log."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from app.core import accounts, exports, groups, record
from app.core.models import Role
from app.core.record_models import Export
from app.db import Database
from app.hashing import hash_password
from tests.core.cast import Oak
from tests.house.browser import Browser

PASSWORD = "four words that rhyme"
MARK = "Zanzibar at dawn"
Enter = Callable[[str], Browser]


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_password(PASSWORD)


def with_password(database: Database, browser_of: Enter, who: str, hashed: str) -> Browser:
    """Somebody's browser, with a password set."""
    token, email = f"link-{who}", f"{who}@example.org"
    database.writer.do(accounts.make_set_up_link, who, token)
    values = {"email": email, "email_hash": email, "password_hash": hashed}
    database.writer.do(accounts.set_up, token, **values)
    return browser_of(who)


@pytest.fixture
def fola(oak: Oak, database: Database, browser_of: Enter, hashed: str) -> Browser:
    return with_password(database, browser_of, oak.leaders["Fola"], hashed)


def take(browser: Browser, path: str, kind: str, password: str = PASSWORD, **boxes: str) -> Any:
    """The answer to the form of an export."""
    data = {"kind": kind, "password": password, "csrf_token": browser.token(), **boxes}
    return browser.client.post(path, data=data)


def log(oak: Oak) -> list[Any]:
    return oak.all(select(Export.__table__).order_by(Export.__table__.c.at))


def places(oak: Oak) -> dict[str, str]:
    """What files are made of, each with a kind that can be had there."""
    return {
        f"/sessions/{oak.id}/export": "summary.csv",
        f"/groups/{oak.group_id}/export": "fhir.json",
        f"/groups/{oak.group_id}/members/{oak.members['Amal']}/export": "fhir.json",
    }


def test_without_the_password_nothing_leaves_and_the_choices_stay(oak: Oak, fola: Browser) -> None:
    oak.writes(oak.amal, text=MARK)
    path = f"/groups/{oak.group_id}/export"
    for wrong in ("", "a wrong one"):
        page = fola.send(path, 422, kind="research.json", words="yes", password=wrong)
        assert "This password is wrong." in page and MARK not in page
        chosen = page[page.index('value="research.json"') :].partition(">")[0]
        assert "checked" in chosen
        assert 'name="words" value="yes" checked' in page
        assert 'name="named" value="yes" checked' not in page
        assert "wrong one" not in page
    for place, kind in places(oak).items():
        assert take(fola, place, kind, "").status_code == 422
    assert log(oak) == []


def test_five_wrong_passwords_a_minute_are_enough(oak: Oak, fola: Browser) -> None:
    path = f"/sessions/{oak.id}/export"
    for _ in range(5):
        assert take(fola, path, "summary.csv", "a wrong one").status_code == 422
    last = take(fola, path, "summary.csv")
    assert last.status_code == 429 and "Too many tries." in last.text
    assert log(oak) == []


def test_each_file_is_an_attachment_that_says_nothing_and_leaves_one_entry(oak: Oak, fola: Browser) -> None:
    oak.writes(oak.amal, text="=1+1")
    for place, kind in places(oak).items():
        answer = take(fola, place, kind, named="yes")
        assert answer.status_code == 200, answer.text
        name = answer.headers["Content-Disposition"]
        assert name in {
            f'attachment; filename="{of}.{ending}"'
            for of in ("session", "group", "member")
            for ending in ("csv", "json")
        }
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    entries = log(oak)
    assert [each.kind for each in entries] == list(places(oak).values())
    assert {each.facilitator_id for each in entries} == {oak.leaders["Fola"]}
    assert {each.group_id for each in entries} == {oak.group_id}
    assert [each.group_session_id for each in entries] == [oak.id, None, None]
    assert [each.member_id for each in entries] == [None, None, oak.members["Amal"]]
    assert all(each.named for each in entries)


def test_the_table_of_answers_holds_no_formula(oak: Oak, fola: Browser) -> None:
    oak.writes(oak.amal, text="=1+1")
    answer = take(fola, f"/sessions/{oak.id}/export", "summary.csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert next(csv.DictReader(io.StringIO(text, newline="")))["answer"] == "'=1+1"
    told = take(fola, f"/sessions/{oak.id}/export", "summary.json").json
    assert told["stages"][0]["answers"][0]["parts"][0]["text"] == "=1+1"


def test_the_entry_stands_though_nobody_waits_for_the_file(oak: Oak, fola: Browser) -> None:
    data = {"kind": "summary.csv", "password": PASSWORD, "csrf_token": fola.token()}
    answer = fola.client.post(f"/sessions/{oak.id}/export", data=data, buffered=False)
    answer.close()  # hung up before a byte was read
    assert [each.kind for each in log(oak)] == ["summary.csv"]


def test_what_cannot_be_written_down_does_not_leave(oak: Oak, fola: Browser, database: Database) -> None:
    oak.writes(oak.amal, text=MARK)

    def refuse(_db: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO export"):
            raise OSError("the disk is full")

    event.listen(database.write_engine, "before_cursor_execute", refuse)
    try:
        answer = take(fola, f"/sessions/{oak.id}/export", "summary.csv")
    finally:
        event.remove(database.write_engine, "before_cursor_execute", refuse)
    assert answer.status_code >= 500 and MARK not in answer.text
    assert log(oak) == []
    assert MARK in take(fola, f"/sessions/{oak.id}/export", "summary.csv").text


def test_the_browser_has_a_new_token_after_a_file(oak: Oak, fola: Browser, database: Database) -> None:
    with fola.client.session_transaction() as cookie:
        before = cookie["facilitator"]
    take(fola, f"/sessions/{oak.id}/export", "summary.csv")
    with database.reader() as db:
        assert accounts.signed_in(db, before, also_idle=True) is None
    fola.visit("/exports")


def test_an_observer_and_another_groups_leader_find_no_export(
    oak: Oak, database: Database, browser_of: Enter, hashed: str
) -> None:
    ines, omar = (database.writer.do(accounts.add_facilitator, name, name) for name in ("Ines", "Omar"))
    database.writer.do(groups.set_role, oak.group_id, omar, Role.OBSERVER)
    for who in (ines, omar):
        browser = with_password(database, browser_of, who, hashed)
        for place, kind in places(oak).items():
            browser.visit(place, 404)
            assert take(browser, place, kind).status_code == 404
        assert "/export" not in browser.client.get(f"/groups/{oak.group_id}").text
    assert log(oak) == []


def test_of_another_group_nothing_can_be_had_by_way_of_ones_own(oak: Oak, fola: Browser) -> None:
    fresh = oak.database.writer.do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=None)
    path = f"/groups/{fresh}/members/{oak.members['Amal']}/export"
    fola.visit(path, 404)
    assert take(fola, path, "fhir.json").status_code == 404


def test_a_session_that_is_tried_out_is_in_no_file(oak: Oak, fola: Browser) -> None:
    tried = oak.database.writer.do(groups.plan_session, oak.group_id, [], kind="tried", sandbox=True)
    fola.visit(f"/sessions/{tried}/export", 404)
    assert take(fola, f"/sessions/{tried}/export", "summary.csv").status_code == 404


def test_rights_that_ended_while_the_file_was_made_end_the_export(oak: Oak, database: Database) -> None:
    database.writer.do(groups.set_role, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)
    with pytest.raises(Exception, match="not_found"):
        database.writer.do(
            exports.log_export,
            oak.leaders["Sami"],
            "fhir.json",
            group_id=oak.group_id,
            named=True,
            words=True,
        )


def test_the_log_stands_on_the_groups_page_for_its_leads_and_on_ones_own(
    oak: Oak, fola: Browser, database: Database, browser_of: Enter
) -> None:
    take(fola, f"/sessions/{oak.id}/export", "summary.csv")
    take(fola, f"/groups/{oak.group_id}/members/{oak.members['Amal']}/export", "fhir.json")
    sami = browser_of(oak.leaders["Sami"])
    page = sami.visit(f"/groups/{oak.group_id}")
    assert "Files that were taken" in page and "Answers as a table (CSV)" in page
    assert "Without names." in page and "Amal" in page[page.index("For a health record") :]
    assert "Answers as a table (CSV)" in fola.visit("/exports")
    assert "You have taken no file yet." in sami.visit("/exports")
    omar = database.writer.do(accounts.add_facilitator, "Omar", "Omar")
    database.writer.do(groups.set_role, oak.group_id, omar, Role.OBSERVER)
    assert "Files that were taken" not in browser_of(omar).visit(f"/groups/{oak.group_id}")


def test_signed_notes_can_be_had_as_papers_and_each_is_of_its_member_alone(oak: Oak, fola: Browser) -> None:
    path = f"/sessions/{oak.id}/export"
    assert "individual_note" not in fola.visit(path), "nothing is signed yet"
    oak.does(oak.fola, "end")
    place = (oak.leaders["Fola"], oak.id, "individual", oak.members["Amal"], "plain")
    note, shared = ([{"key": key, "title": key, "text": MARK}] for key in ("note", "shared"))
    oak.database.writer.do(record.sign, *place, note, 0, shared, 0)
    page = fola.visit(path)
    assert 'value="individual_note.docx"' in page and "group_note" not in page
    assert page.count('<option value="') == 1
    answer = take(fola, path, "individual_note.docx", member=oak.members["Amal"])
    assert answer.status_code == 200 and answer.data.startswith(b"PK")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="session.docx"'
    for other in (oak.members["Birgit"], "nobody", ""):
        told = take(fola, path, "individual_note.docx", member=other)
        assert told.status_code == 422 and "There is nothing for this file yet." in told.text
    [entry] = log(oak)
    assert (entry.kind, entry.member_id) == ("individual_note.docx", oak.members["Amal"])


def test_each_page_leads_back_to_what_it_is_of(oak: Oak, fola: Browser) -> None:
    own = [f"/sessions/{oak.id}/summary", f"/groups/{oak.group_id}"]
    own.append(f"/groups/{oak.group_id}/members/{oak.members['Amal']}")
    for place, back in zip(places(oak), own, strict=True):
        assert re.findall(r'<p class="soft"><a class="link link-in" href="([^"]+)"', fola.visit(place)) == [
            back
        ]


def test_a_session_that_has_not_begun_has_its_plan_and_nothing_else(oak: Oak, fola: Browser) -> None:
    oak.plans()
    page = fola.visit(f"/sessions/{oak.id}/export")
    assert re.findall(r'name="kind" value="([^"]+)"', page) == ["plan.pdf"]
    assert f'href="/sessions/{oak.id}/plan"' in page
    assert f'href="/sessions/{oak.id}/export"' in fola.visit(f"/sessions/{oak.id}/plan")
    assert take(fola, f"/sessions/{oak.id}/export", "plan.pdf").data.startswith(b"%PDF")


def test_what_is_no_file_here_is_refused(oak: Oak, fola: Browser) -> None:
    for kind in ("schedule.ics", "", "notes.exe"):
        page = fola.send(f"/sessions/{oak.id}/export", 422, kind=kind, password=PASSWORD)
        assert "Choose a file." in page
    page = fola.send(f"/groups/{oak.group_id}/export", 422, kind="schedule.ics", password=PASSWORD)
    assert "No session of this group has a date yet." in page
    assert log(oak) == []


def test_no_file_of_a_session_holds_private_notes(oak: Oak, fola: Browser) -> None:
    oak.does(oak.fola, "save_note", text="Canary of Fola.", revision=1, stage_id="words")
    oak.writes(oak.amal, text="A walk.")
    for kind in ("summary.csv", "summary.json"):
        file = take(fola, f"/sessions/{oak.id}/export", kind).text
        assert "A walk." in file and "Canary" not in file
