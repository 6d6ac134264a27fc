"""A whole programme, reviewed: read, tagged, noted, signed, taken out as files that other programs open."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fhirclient.models import bundle
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.core import accounts, course, record_pages, sealing, summary
from app.core.models import GroupSession, now
from app.db import Database
from app.library import load
from app.library.agendas import agenda_of, meeting_agenda
from app.sign_in import enter_path
from tests.browser.conftest import People
from tests.browser.people import Facilitator
from tests.core.programme import Course
from tests.house.environment import KEYS, SECRET_KEY
from tests.house.hashes import quick_hash
from tests.house.papers import needs_libreoffice, needs_poppler, squeezed, unspaced, words_of, words_of_docx
from tests.house.server import Server

PROGRAMME, SESSIONS = "online_short_75", 12
EMAIL, PASSWORD = "fola@example.org", "four words that never met"
SHARED = "We looked back at twelve weeks and said goodbye."
CHIPS = ("Active", "Engaged", "As planned")


@pytest.fixture
def played(house: Server) -> Iterator[Course]:
    """Six people went through twelve sessions, with the meetings before, midway and after."""
    sealing.use(sealing.parse_ring(KEYS))
    database = Database(house.environment["DATABASE_URL"])
    programme, begin = load().programmes[PROGRAMME], now() - timedelta(weeks=SESSIONS + 2)
    with time_machine.travel(begin - timedelta(weeks=2), tick=True):
        made = Course(database, PROGRAMME, misses={2: 4})
    meetings = {each.kind: each for each in programme.meetings}

    def meets(kind: str, week: float) -> None:
        for place, alias in enumerate(made.aliases):
            with time_machine.travel(begin + timedelta(weeks=week, hours=place), tick=True):
                number = 0 if kind == "pre" else SESSIONS
                made.plays(number, meeting_agenda(PROGRAMME, meetings[kind].id), meetings[kind].id, alias)

    meets("pre", -1)
    for number in range(1, SESSIONS + 1):
        with time_machine.travel(begin + timedelta(weeks=number), tick=True):
            made.plays(number, agenda_of(PROGRAMME, number))
    meets("after", SESSIONS + 0.5)
    hashed = quick_hash(PASSWORD)
    database.writer.do(accounts.make_set_up_link, made.leader, "a link")
    email_hash = accounts.email_hash(SECRET_KEY, EMAIL)
    database.writer.do(accounts.set_up, "a link", email=EMAIL, email_hash=email_hash, password_hash=hashed)
    yield made
    database.close()


def last_session(played: Course) -> str:
    table = GroupSession.__table__
    wanted = (table.c.group_id == played.group_id) & (table.c.kind == "group")
    with played.database.reader() as db:
        rows = db.execute(select(table).where(wanted).order_by(table.c.number)).all()
    assert len(rows) == SESSIONS
    return str(rows[-1].id)


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]").filter(has=page.get_by_role("heading", name=name, exact=True))


def takes(fola: Facilitator, path: str, kind: str, folder: Path, whose: str = "") -> bytes:
    """Gets a file from an export page, as somebody at the keyboard does."""
    fola.opens(path)
    page = fola.page
    page.locator(f'input[name=kind][value="{kind}"]').check(force=True)
    if page.locator("input[name=named]").is_visible():
        page.locator("input[name=named]").check(force=True)
    if whose:
        page.get_by_label("Whose note").select_option(label=whose)
    page.get_by_label("Your password, once more").fill(PASSWORD)
    with page.expect_download() as loading:
        page.get_by_role("button", name="Get the file").click()
    assert not any(alias in loading.value.suggested_filename for alias in ("Amal", "Maple"))
    target = folder / f"{kind}-{whose}"
    loading.value.save_as(target)
    return target.read_bytes()


@pytest.mark.timeout(240)
@needs_poppler
@needs_libreoffice
def test_a_whole_programme_is_read_tagged_noted_signed_and_taken_out(
    played: Course, house: Server, people: People, tmp_path: Path
) -> None:
    session = last_session(played)
    fola = people.facilitator(house.url)
    page = fola.page

    # read and tagged
    fola.opens(enter_path(SECRET_KEY, played.leader, f"/sessions/{session}/summary"))
    with played.database.reader() as db:
        told = summary.summary_of(db, session)
    said = {person["alias"]: person["last_word"] for person in told["people"] if person["last_word"]}
    assert len(told["people"]) == len(played.aliases) and said
    for alias in played.aliases:
        fola.sees(alias)
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.press("3")
    expect(page.locator("#tag-state")).to_contain_text("Saved")
    expect(page.locator("#region-touched")).to_contain_text("Life changes")

    # as a paper, while the words are still there to read
    export = f"/sessions/{session}/export"
    paper = words_of(takes(fola, export, "summary.pdf", tmp_path))
    for stage in told["stages"]:
        assert unspaced(stage["title"]) in unspaced(paper)
    for alias, word in said.items():
        assert alias in paper and unspaced(word) in unspaced(paper)

    # noted and signed
    fola.opens(f"/sessions/{session}/summary")
    page.get_by_role("link", name="Write the notes").first.click()
    card(page, "Shared part").locator("textarea").fill(SHARED)
    for alias in played.aliases:
        for chip in CHIPS:
            card(page, alias).get_by_role("button", name=chip, exact=True).click()
    says_nothing_of_others(page)
    page.get_by_role("button", name=f"Sign all {len(played.aliases)} that are ready").click()
    expect(page.locator("[data-card][data-signed]")).to_have_count(len(played.aliases))
    for name in ("Group note", "Member-safe summary"):
        card(page, name).get_by_role("button", name="Sign", exact=False).first.click()
    expect(page.locator("[data-card][data-signed]")).to_have_count(len(played.aliases) + 2)
    with played.database.reader() as db:
        notes = record_pages.signed_notes(db, session)
    texts = {
        (each["kind"], each["member_id"]): squeezed(" ".join(part["text"] for part in each["sections"]))
        for each in notes
    }
    assert all(SHARED in texts["individual", member] for member in played.members.values())
    [of_all] = [text for (kind, _), text in texts.items() if kind == "group"]
    assert not [alias for alias in played.aliases if alias in of_all]

    # taken out, and opened by other programs
    first, second = played.aliases[:2]
    fola.opens(f"/sessions/{session}/summary")
    assert "The words are in the signed note." in page.content()
    files = {
        "individual": takes(fola, export, "individual_note.docx", tmp_path, first),
        "group": takes(fola, export, "group_note.docx", tmp_path),
    }
    as_pdf = unspaced(words_of(takes(fola, export, "individual_note.pdf", tmp_path, first)))
    opened = words_of_docx(files, tmp_path)
    for part in sections(notes, "individual", played.members[first]):
        assert unspaced(part) in unspaced(opened["individual"]) and unspaced(part) in as_pdf
    assert second not in opened["individual"] and unspaced(of_all)[:80] in unspaced(opened["group"])

    made = json.loads(takes(fola, f"/groups/{played.group_id}/export", "fhir.json", tmp_path))
    read = bundle.Bundle(made, strict=True)
    kinds = [each["resource"]["resourceType"] for each in made["entry"]]
    assert len(read.entry) == len(kinds) and kinds.count("Patient") == len(played.aliases)
    assert kinds.count("DocumentReference") >= len(played.aliases)
    assert kinds.count("Encounter") >= SESSIONS * len(played.aliases) - 1

    # the course says then and now, on the page as on paper
    path = f"/groups/{played.group_id}/members/{played.members[first]}"
    fola.opens(path)
    with played.database.reader() as db:
        now_ = course.course_page(db, played.group_id, played.members[first])
    for each in now_["goals"]:
        fola.sees(each["text"])
    printed = words_of(takes(fola, f"{path}/export", "course.pdf", tmp_path))
    assert all(unspaced(each["text"]) in unspaced(printed) for each in now_["goals"])
    assert second not in printed
    fola.opens("/exports")
    expect(page.locator("main")).to_contain_text("FHIR")


def says_nothing_of_others(page: Page) -> None:
    """Two of the simulated members can write the same line: what the names check marks is taken out."""
    sign_all = page.get_by_role("button", name="Sign all")
    found = page.locator("[data-found] li")
    for _ in range(40):
        expect(sign_all.or_(found.first).first).to_be_visible()
        if not found.count():
            return
        before = found.count()
        found.first.get_by_role("button").click()
        page.keyboard.press("Delete")
        expect(found).not_to_have_count(before)
    raise AssertionError("the names check finds more and more")


def sections(notes: list[dict[str, Any]], kind: str, member_id: str) -> list[str]:
    """The texts of a signed note, section by section, line by line."""
    [note] = [each for each in notes if (each["kind"], each["member_id"]) == (kind, member_id)]
    return [line for each in note["sections"] for line in each["text"].splitlines() if line.strip()]
