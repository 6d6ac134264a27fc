"""A leader's private notes in the console: never lost, never replaced while in use, never read by others."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from app.core import accounts, groups
from app.core.models import Role
from app.sign_in import enter_path
from tests.browser.conftest import People
from tests.browser.people import Facilitator
from tests.browser.world import World, line
from tests.house.actors import Person
from tests.house.environment import SECRET_KEY
from tests.house.server import Server

WORDS = "She lights up when she speaks of her sister.\nAsk about the letter."
MORE = "() => window.looked !== (window.looked = openSockets[0].heard)"  # more has come than at the last look
SAVED = re.compile(r"Saved \d\d:\d\d\. Never shown to the group\.")


@pytest.fixture
def session(world: World) -> str:
    return world.open([line("First"), line("Second"), line("Third")])


@pytest.fixture
def fola(world: World, house: Server, people: People, session: str) -> Facilitator:
    """At her console, with the note on the stage unfolded."""
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    unfold(fola.page)
    return fola


def unfold(page: Page) -> None:
    page.locator("#note-card > summary").click()


def box(page: Page) -> Locator:
    return page.locator("#note-card textarea")


def state(page: Page) -> Locator:
    return page.locator("#note-card [data-state]")


@contextmanager
def storm(person: Person) -> Iterator[None]:
    """Somebody answers and takes it back without end, so that the console is pushed again and again."""
    over = threading.Event()

    def rage() -> None:
        while not over.wait(0.05):
            person.says("withdraw_reflection", id=person.writes("a drop")["id"])

    thread = threading.Thread(target=rage)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_note_stands_through_a_storm_of_pushes_and_a_reload(
    world: World, house: Server, fola: Facilitator, session: str, actors: Callable[..., Any]
) -> None:
    amal = actors(world.member(house.url, session, "Amal"))
    # Whenever this page hears that it is online, it gets the whole screen: with the note as it was stored.
    fola.page.evaluate("() => setInterval(() => window.dispatchEvent(new Event('online')), 50)")
    heard = fola.page.evaluate("() => openSockets[0].heard")
    with storm(amal):
        box(fola.page).press_sequentially(WORDS, delay=30)
        assert box(fola.page).evaluate("(field) => field.selectionStart") == len(WORDS)
        fola.page.locator("#region-stage h1").click()
        expect(box(fola.page)).not_to_be_focused()
        for _ in range(20):  # before and after it is saved
            assert box(fola.page).input_value() == WORDS
            fola.page.wait_for_function(MORE)
    assert fola.page.evaluate("() => openSockets[0].heard") > heard + 100  # there was a storm
    expect(state(fola.page)).to_have_text(SAVED)
    fola.page.reload()
    unfold(fola.page)
    expect(box(fola.page)).to_have_value(WORDS)
    expect(state(fola.page)).to_have_text(SAVED)


def test_words_written_without_a_line_are_saved_when_it_is_back(fola: Facilitator) -> None:
    fola.loses_the_line()
    box(fola.page).fill(WORDS)
    expect(state(fola.page)).to_have_text("Not saved yet. Your words are kept in this page; we keep trying.")
    fola.gets_the_line_back()
    expect(state(fola.page)).to_have_text(SAVED)
    fola.page.reload()
    expect(box(fola.page)).to_have_value(WORDS)


def test_a_note_keeps_its_stage_while_somebody_writes_it(
    world: World, house: Server, fola: Facilitator, session: str, actors: Callable[..., Any]
) -> None:
    elsewhere = actors(world.leader(house.url, session))
    label = fola.page.locator("#note-card label")
    box(fola.page).fill("On the first")
    elsewhere.moves_on()
    expect(fola.page.locator("#region-stage h1")).to_have_text("Second")
    box(fola.page).press_sequentially(" of three.")
    expect(label).to_have_text("On “First”")
    expect(state(fola.page)).to_have_text(SAVED)
    expect(label).to_have_text("On “First”")
    fola.page.locator("#region-stage h1").click()
    expect(label).to_have_text("On “Second”")
    expect(box(fola.page)).to_have_value("")
    fola.press("Back to First")
    expect(label).to_have_text("On “First”")
    expect(box(fola.page)).to_have_value("On the first of three.")


def test_a_note_on_a_person_is_opened_from_the_roster(
    world: World, house: Server, people: People, session: str, actors: Callable[..., Any]
) -> None:
    amal = actors(world.member(house.url, session, "Amal"))
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    fola.person("Amal").locator(".who-open").click()
    fola.press("Your note on Amal")
    note = fola.page.locator("dialog[open] textarea")
    note.fill("Tired today.")
    amal.says("raise_signal", id=str(uuid4()), kind="hand")
    expect(fola.page.locator("#signals-quiet")).to_be_visible()  # behind the sheet
    expect(fola.page.locator("dialog[open] [data-state]")).to_have_text(SAVED)
    expect(note).to_have_value("Tired today.")
    fola.press("Close")
    fola.opens(f"/sessions/{session}/summary")
    notes = fola.page.locator("section", has=fola.page.get_by_role("heading", name="Your notes"))
    expect(notes).to_contain_text("Amal")
    expect(notes).to_contain_text("Tired today.")


def test_what_two_windows_wrote_stands_together(
    world: World, house: Server, fola: Facilitator, session: str, actors: Callable[..., Any]
) -> None:
    elsewhere = actors(world.leader(house.url, session))
    box(fola.page).fill("Quiet today.")
    expect(state(fola.page)).to_have_text(SAVED)
    other = fola.new_page()
    other.goto(f"{fola.address}/sessions/{session}/console")
    unfold(other)
    expect(box(other)).to_have_value("Quiet today.")
    box(fola.page).press("ControlOrMeta+End")
    elsewhere.says("save_note", stage_id=elsewhere.session["stage_id"], text="From elsewhere.", revision=2)
    expect(box(other)).to_have_value("From elsewhere.")  # nobody writes there: it shows what is stored
    box(fola.page).press_sequentially(" Louder now.")
    expect(box(fola.page)).to_have_value("Quiet today. Louder now.\n\nFrom elsewhere.")
    expect(state(fola.page)).to_have_text(SAVED)
    expect(box(other)).to_have_value("Quiet today. Louder now.\n\nFrom elsewhere.")


def test_nobody_else_receives_a_note(
    world: World, house: Server, people: People, fola: Facilitator, session: str, actors: Callable[..., Any]
) -> None:
    amal = actors(world.member(house.url, session, "Amal"))
    colleague = world.do(accounts.add_facilitator, "Sami", f"another {world.link}")
    world.do(groups.set_role, world.group, colleague, Role.SUPPORT)
    sami = people.facilitator(house.url)
    sami.keeps_frames()
    sami.opens_the_console(enter_path(SECRET_KEY, colleague, f"/sessions/{session}/console"))
    box(fola.page).fill("canary of the stage")
    expect(state(fola.page)).to_have_text(SAVED)
    fola.looks_again()  # Amal came in beside the server
    expect(fola.page.get_by_label("Your note on Amal")).to_be_attached()
    fola.person("Amal").locator(".who-open").click()
    fola.press("Your note on Amal")
    fola.page.locator("dialog[open] textarea").fill("canary of Amal")
    expect(fola.page.locator("dialog[open] [data-state]")).to_have_text(SAVED)
    fola.press("Close")
    fola.moves_on("Second")
    amal.sees(lambda: amal.session.get("stage_index") == 1, "the second stage")
    expect(sami.page.locator("#region-stage h1")).to_have_text("Second")
    sami.page.reload()
    sami.is_connected()
    assert sami.frames and amal.frames
    assert "canary" not in sami.source() + "".join(sami.frames) + "".join(map(str, amal.frames))
    sami.opens(f"/sessions/{session}/summary")
    assert "canary" not in sami.source()
    fola.opens(f"/sessions/{session}/summary")
    assert "canary of Amal" in fola.source()
