"""Eight notes in ten minutes: the shared part once, then three taps and a line for each; nothing is lost."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.core import accounts, groups, layouts, record, record_pages
from app.core.agenda import agenda_of
from app.core.models import Role
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.people import PHONE
from tests.browser.world import World, line
from tests.house.server import Server

EIGHT = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid", "Goran", "Hanna")
MOST = 40  # actions for a group of eight
CHIPS = ("Active", "Engaged", "As planned")
SHARED = "We worked on asking for help, and on what holds us back."
SAVED = re.compile(r"Saved \d\d:\d\d\.")


class Hand:
    """A hand that counts: a click, a tap, a key chord or the typing of one line is an action."""

    def __init__(self) -> None:
        self.actions = 0

    def presses(self, what: Locator) -> None:
        self.actions += 1
        what.click()

    def types(self, field: Locator, text: str) -> None:
        self.actions += 1
        field.fill(text)


@pytest.fixture
def eight(make_world: Callable[..., World], house: Server) -> World:
    """A group of eight."""
    return make_world(house.environment["DATABASE_URL"], *EIGHT)


@pytest.fixture
def session(eight: World) -> str:
    """A session that has ended; each of the eight wrote something of their own."""
    session = eight.open([line("The week")])
    [first] = [each["id"] for each in agenda_of(eight.row(session))]
    for number, alias in enumerate(EIGHT):
        answer = {"text": f"This week I wrote {number} letters that nobody has read so far."}
        payload = {"id": str(uuid4()), "stage_id": first, "audience": "group_named", "answer": answer}
        eight.says(eight.joins(session, alias), "submit_reflection", **payload)
    eight.moves(session, "end")
    return session


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]").filter(has=page.get_by_role("heading", name=name, exact=True))


def state(page: Page, name: str) -> Locator:
    return card(page, name).locator("[data-state]")


def field(page: Page, name: str, title: str = "Plan") -> Locator:
    return card(page, name).get_by_label(title, exact=True)


def signed(world: World, session: str) -> list[dict[str, Any]]:
    with world.database.reader() as db:
        return record_pages.signed_notes(db, session)


def test_eight_notes_take_forty_actions_at_most(
    eight: World, house: Server, people: People, session: str
) -> None:
    fola = people.facilitator(house.url)
    fola.opens(eight.enter_path(f"/sessions/{session}/notes"))
    hand, page = Hand(), fola.page
    hand.types(card(page, "Shared part").locator("textarea"), SHARED)
    for name in EIGHT:
        own = card(page, name)
        for chip in CHIPS:
            hand.presses(own.get_by_role("button", name=chip, exact=True))
        hand.types(own.get_by_label("One line"), "Came forward more than last week.")
    hand.presses(page.get_by_role("button", name="Sign all 8 that are ready"))
    expect(page.locator("[data-card][data-signed]")).to_have_count(len(EIGHT))
    assert hand.actions <= MOST
    notes = signed(eight, session)
    assert {each["member_id"] for each in notes} == set(eight.members.values())
    assert len({each["signature"] for each in notes}) == len(EIGHT)
    for number, name in enumerate(EIGHT):
        [note] = [each for each in notes if each["member_id"] == eight.members[name]]
        text = "\n".join(each["text"] for each in note["sections"])
        said = (
            SHARED,
            "Took an active part.",
            "Was engaged in the work.",
            "Came forward more than last week.",
        )
        assert all(part in text for part in said) and f"I wrote {number} letters" in text
    assert findings(page) == []
    fola.opens(f"/groups/{eight.group}/members/{eight.members['Amal']}/record")
    expect(page.locator("article")).to_contain_text("Came forward more than last week.")
    own = eight.do(layouts.copy, eight.fola, "soap", "Ours")
    for path in ("", "/library/layouts", f"/library/layouts/{own}"):
        if path:
            fola.opens(path)
        assert findings(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert (too_wide(page), small_targets(page)) == (0, [])


def test_notes_whose_first_save_is_under_way_are_signed_with_the_others(
    eight: World, house: Server, people: People, session: str
) -> None:
    fola = people.facilitator(house.url)
    page = fola.page
    fola.opens(eight.enter_path(f"/sessions/{session}/notes"))
    held: list[Route] = []
    page.route("**/notes/save", lambda route: held.append(route), times=2)
    under_way = count(1)
    with page.expect_request(lambda request: request.url.endswith("/save") and next(under_way) == 2):
        for name in EIGHT[:2]:
            card(page, name).get_by_role("button", name=CHIPS[0], exact=True).click()
    page.get_by_role("button", name="Sign all 2 that are ready").click()
    for route in held:
        route.continue_()
    expect(page.locator("[data-card][data-signed]")).to_have_count(2)
    assert {each["member_id"] for each in signed(eight, session)} == {
        eight.members[name] for name in EIGHT[:2]
    }


def test_words_typed_while_a_note_is_being_signed_wait_below_it(
    eight: World, house: Server, people: People, session: str
) -> None:
    fola = people.facilitator(house.url)
    page = fola.page
    fola.opens(eight.enter_path(f"/sessions/{session}/notes"))
    field(page, "Amal").fill("Signed.")
    held: list[Route] = []
    page.route("**/notes/sign", lambda route: held.append(route), times=1)
    with page.expect_request("**/notes/sign"):
        card(page, "Amal").get_by_role("button", name="Sign", exact=False).first.click()
    field(page, "Amal").fill("Signed. And typed meanwhile.")
    held[0].continue_()
    expect(page.locator("[data-card][data-signed]")).to_have_count(1)
    for again in (False, True):
        if again:
            page.reload()
        expect(card(page, "Amal").locator("textarea[data-add]")).to_have_value("Signed. And typed meanwhile.")
    [note] = signed(eight, session)
    assert "Signed." in str(note["sections"]) and "meanwhile" not in str(note["sections"])


def test_no_word_of_a_note_is_lost_and_a_name_stops_the_signature(
    eight: World, house: Server, people: People, session: str
) -> None:
    fola = people.facilitator(house.url, **PHONE, expects=("409",))
    page = fola.page
    fola.opens(eight.enter_path(f"/sessions/{session}/notes"))
    assert findings(page) == []
    assert (too_wide(page), small_targets(page)) == (0, [])
    # without a line, and through a reload
    fola.loses_the_line()
    field(page, "Amal").fill("Written without a line.")
    expect(state(page, "Amal")).to_have_text(re.compile("^Not saved yet"))
    fola.gets_the_line_back()
    expect(state(page, "Amal")).to_have_text(SAVED)
    page.route("**/notes/save", lambda route: route.abort())
    field(page, "Birgit").fill("Written before a reload.")
    expect(state(page, "Birgit")).to_have_text(re.compile("^Not saved yet"))
    page.unroute("**/notes/save")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(field(page, "Birgit")).to_have_value("Written before a reload.")
    expect(state(page, "Birgit")).to_have_text(SAVED)
    expect(field(page, "Amal")).to_have_value("Written without a line.")
    # a colleague at the same note
    sami = eight.do(accounts.add_facilitator, "Sami", f"another {eight.link}")
    eight.do(groups.set_role, eight.group, sami, Role.SUPPORT)
    with eight.database.reader() as db:
        told = record_pages.newest(db, eight.fola, session)[f"m-{eight.members['Amal']}"]
    theirs = [each | ({"text": "By Sami."} if each["key"] == "plan" else {}) for each in told["sections"]]
    place = ("individual", eight.members["Amal"], "dap")
    eight.do(record.save, sami, session, *place, theirs, told["revision"] + 1)
    field(page, "Amal").fill("Written by Fola.")
    expect(field(page, "Amal")).to_have_value("Written by Fola.\n\nBy Sami.")
    expect(state(page, "Amal")).to_have_text(re.compile("Saved|Sami has stored"))
    # names
    field(page, "Amal").fill("Sits with Birgit.")
    card(page, "Amal").get_by_role("button", name="Sign and next").click()
    found = card(page, "Amal").locator("[data-found] li")
    expect(found).to_contain_text("“Birgit” is how another member is called.")
    assert findings(page) == []
    found.get_by_role("button").click()
    selected = field(page, "Amal").evaluate("(it) => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert selected == "Birgit" and signed(eight, session) == []
    field(page, "Amal").fill("Sits with a friend.")
    card(page, "Amal").get_by_role("button", name="Sign and next").click()
    expect(card(page, "Amal").get_by_text("Signed", exact=True)).to_be_visible()
    [note] = signed(eight, session)
    assert note["sections"][-1]["text"] == "Sits with a friend."
    assert (too_wide(page), small_targets(page)) == (0, [])


def test_an_addendum_waits_in_the_tab_until_it_stands_in_the_note(
    eight: World, house: Server, people: People, session: str
) -> None:
    own = eight.do(layouts.copy, eight.fola, "plain", "Ours")
    eight.do(layouts.edit, own, "Ours", [{"key": "s_1", "title": "What Birgit said", "from": ["line"]}])
    fola = people.facilitator(house.url, **PHONE, expects=("409", "503"))
    page = fola.page
    fola.opens(eight.enter_path(f"/sessions/{session}/notes"))
    fola.opens(f"/sessions/{session}/notes?layout={own}")
    # a heading that names somebody, on the way to a signed note
    card(page, "Amal").get_by_label("What Birgit said").fill("Came forward.")
    card(page, "Amal").get_by_role("button", name="Sign and next").click()
    found = card(page, "Amal").locator("[data-found] li")
    expect(found).to_contain_text("“Birgit” is how another member is called.")
    assert (findings(page), too_wide(page), small_targets(page)) == ([], 0, [])
    found.get_by_role("button", name="Leave this heading out").click()
    expect(found).to_have_count(0)
    card(page, "Amal").get_by_role("button", name="Sign and next").click()
    added = card(page, "Amal").locator("textarea[data-add]")
    card(page, "Amal").get_by_text("Add an addendum").click()
    added.fill("Rang on Monday.")
    fola.has_kept("")
    page.route("**/add", lambda route: route.fulfill(status=503, body="down"))
    for again in ("reload", "submit"):
        if again == "submit":
            card(page, "Amal").get_by_role("button", name="Sign the addendum").click()
            expect(page.get_by_text("down")).to_be_visible()
            fola.opens(f"/sessions/{session}/notes")
        else:
            page.reload()
        expect(added).to_have_value("Rang on Monday.")
    page.unroute("**/add")
    card(page, "Amal").get_by_role("button", name="Sign the addendum").click()
    expect(card(page, "Amal").get_by_text("Rang on Monday.")).to_be_visible()
    page.reload()
    expect(card(page, "Amal").get_by_text("Rang on Monday.")).to_be_visible()
    expect(added).to_have_value("")
    page.wait_for_function("() => Object.keys(sessionStorage).length === 0")
    [note] = signed(eight, session)
    assert [each["text"] for each in note["addenda"]] == ["Rang on Monday."]
    assert "Birgit" not in str([each["title"] for each in note["sections"]])
