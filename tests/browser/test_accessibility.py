"""Every page for everybody: axe, the keyboard alone, a narrow phone, larger text, less motion."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.core import keepsake, pins
from app.library.agendas import stage_of_exercise, talk_stage
from app.sign_in import enter_path
from tests.browser import looking
from tests.browser.conftest import People
from tests.browser.people import Facilitator, Participant, Person
from tests.browser.world import EMAIL, PASSWORD, World, line, memory, one_word, opening_round
from tests.core import long_group
from tests.house.environment import SECRET_KEY
from tests.house.hashes import quick_hash
from tests.house.rooms import FORM
from tests.house.server import Server

Bring = Callable[..., Any]
NARROW = {"width": 320, "height": 640}


def stages() -> list[dict[str, Any]]:
    """One stage of each kind that a participant can meet."""
    return [
        opening_round(),
        memory(),
        stage_of_exercise("group_agreement"),
        line("Cards", repeat=True),
        one_word(),
        talk_stage("Talking", 10),
    ]


def participants_pages(
    world: World, house: Server, amal: Participant, ines: Participant, bring: Bring
) -> Iterator[tuple[str, Page]]:
    """Every page and state of a participant, one after the other."""
    session = world.open(stages(), started=False)
    leader = bring(world.leader(house.url, session))
    amal.opens("/")
    yield "join", amal.page
    amal.page.get_by_label("Room code").fill("ABC")
    amal.goes_on("Go on")
    yield "wrong code", amal.page
    amal.opens("/r/nowhere")
    yield "closed", amal.page
    amal.opens("/no/such/page")
    yield "error", amal.page
    amal.opens(world.member_path("Amal"))
    yield "before", amal.page
    amal.goes_on("Come in")
    yield "before, with what is missing", amal.page
    amal.comes_in()
    yield "lobby", amal.page
    ines.comes_in(world.room_path(session), "Ines")
    yield "waiting", ines.page

    leader.says("start", version=leader.version)
    expect(amal.page.locator("#stage-name")).to_be_visible()
    yield "scale", amal.page
    amal.chooses("6")
    amal.next_question()
    yield "short texts", amal.page
    amal.writes("a long call")
    amal.page.locator(".aud:not([hidden])").get_by_role("button", name="Change").first.click()
    yield "who reads it", amal.page
    amal.page.keyboard.press("Escape")
    amal.next_question()
    yield "single choice", amal.page
    amal.sends()
    yield "sent", amal.page
    amal.press("Take it back")
    yield "take it back", amal.page
    amal.page.keyboard.press("Escape")
    amal.page.locator("#signal-open").click()
    yield "signal sheet", amal.page
    amal.page.keyboard.press("Escape")
    amal.signals("I need support")
    expect(amal.page.locator("#signal-open .dock-word")).to_have_text("On its way")
    amal.page.get_by_role("button", name="Help", exact=True).click()
    yield "help", amal.page
    amal.page.keyboard.press("Escape")

    leader.moves_on()
    expect(amal.page.locator("#stage-name")).to_have_text("A time it was good with someone")
    yield "questions in a few words", amal.page
    amal.writes("on the pier")
    leader.moves_on()
    amal.sees("The group has moved on")
    yield "moved on", amal.page
    amal.press("Come along now")
    yield "several choices, and something not sent", amal.page
    leader.moves_on()
    expect(amal.page.locator("#stage-name")).to_have_text("Cards")
    amal.reads("group_named")
    amal.writes("a card")
    amal.press("Send")
    amal.is_saved()
    leader.sees(lambda: any(each["answer"].get("text") for each in leader.of("reflections").values()), "it")
    leader.reveals()
    expect(amal.page.locator("#region-shown li")).to_have_count(1)
    yield "cards, and what the group shows", amal.page
    leader.says("hold", version=leader.version)
    amal.sees("We are taking a pause")
    yield "held", amal.page
    leader.says("resume", version=leader.version)
    amal.page.wait_for_function("() => !document.querySelector('#region-stage h1')")
    leader.sees(lambda: leader.session["state"] == "live", "that it goes on")
    leader.moves_on()
    leader.moves_on()
    amal.sees("We are talking. Nothing to type.")
    yield "talk", amal.page
    yield from pages_beside_the_room(amal, session)
    amal.opens(f"/room/{session}")
    amal.is_connected()
    leader.says("remove", participant_id=person_of(leader, "Ines"))
    ines.sees("You are not in the room any more.")
    yield "sent away", ines.page
    leader.says("end", version=leader.version)
    amal.sees("Thank you. That was session 1.")
    yield "ended", amal.page
    amal.goes_on("Your own words from today", "link")
    yield "own words", amal.page

    world.do(keepsake.give, world.fola, world.group, world.members["Amal"])
    world.do(pins.set_first, world.members["Amal"], quick_hash("4711"))
    amal.page.reload()
    amal.goes_on("Everything you wrote, to keep", "link")
    yield "keepsake, before the PIN", amal.page
    amal.page.get_by_label("Your PIN").fill("4711")
    amal.press("Open it")
    expect(amal.page.get_by_role("heading", name="Yours to keep")).to_be_visible()
    amal.page.locator(".week summary").click()
    amal.sees("a long call")
    amal.page.get_by_text("Keep a copy", exact=True).click()
    amal.sees("This puts a file on this phone. Others may open it.")
    yield "keepsake", amal.page
    amal.opens(f"/room/{session}")
    amal.page.get_by_role("button", name="Help", exact=True).click()
    amal.goes_on("Leave with a goodbye")
    yield "left", amal.page
    amal.opens(world.member_path("Amal"))
    yield "back with the own link", amal.page


def pages_beside_the_room(amal: Participant, session: str) -> Iterator[tuple[str, Page]]:
    """Help, a pause, the own yes and a private form; each on a page of its own."""
    amal.opens(f"/room/{session}/consent")
    yield "the own yes", amal.page
    amal.opens(f"/room/{session}{FORM}")
    yield "private form", amal.page
    amal.opens(f"/room/{session}/help")
    yield "page about help", amal.page
    tabs_to(amal, amal.page.get_by_role("button", name="Make my screen calm").filter(visible=True))
    amal.page.keyboard.press("Enter")
    amal.sees("A pause for you")
    yield "calm", amal.page
    amal.press("Back to the group")
    amal.sees("We are talking. Nothing to type.")
    amal.opens(f"/room/{session}/help")
    amal.press("I only listen for now")
    amal.sees("I will call you back")
    yield "only listening", amal.page
    assert looking.stands_still(amal.page)
    amal.press("Show the questions again")


def person_of(leader: Any, alias: str) -> str:
    """The id of somebody in the roster."""
    return next(each["id"] for each in leader.of("people").values() if each["alias"] == alias)


@pytest.mark.timeout(240)
def test_participants_pages_have_no_serious_finding_and_fit_a_narrow_phone(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    found: list[str] = []
    amal = people.participant(house.url, expects=["status of 404", "status of 422"])
    ines = people.participant(house.url, expects=["status of 404"])
    for name, page in participants_pages(world, house, amal, ines, actors):
        size = page.viewport_size
        found += [f"{name}: {each}" for each in looking.findings(page)]
        page.set_viewport_size(NARROW)
        if looking.too_wide(page) > 0:
            found.append(f"{name}: {looking.too_wide(page)} too wide for 320 pixels")
        found += [f"{name}: small: {each}" for each in looking.small_targets(page)]
        found += [f"{name}: {each}" for each in looking.no_way_out(page)]
        page.set_viewport_size(size)
    assert found == []


def test_signing_in_has_no_serious_finding(world: World, house: Server, people: People) -> None:
    world.gives_fola_a_password()
    fola = people.facilitator(house.url, expects=["status of 404", "status of 422"])
    found: list[str] = []
    fola.opens("/set-up/used-up")
    found += looking.findings(fola.page)
    fola.opens("/sign-in")
    fola.page.get_by_label("E-mail").fill(EMAIL)
    fola.page.get_by_label("Password").fill("not the password")
    fola.press("Sign in")
    fola.sees("E-mail or password is wrong.")
    found += looking.findings(fola.page)
    fola.page.get_by_label("Password").fill(PASSWORD)
    fola.press("Sign in")
    fola.sees("Today")
    assert found == []


@pytest.mark.timeout(240)
def test_facilitators_pages_have_no_serious_finding(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    planned = world.plan(stages())
    session = world.open(stages())
    fola, wall = people.facilitator(house.url), people.wall(house.url)
    found: list[str] = []
    fola.opens(world.enter_path())
    for path in (
        "/today",
        "/groups",
        "/groups/new",
        f"/groups/{world.group}",
        "/library",
        "/library/measures",
    ):
        fola.opens(path)
        found += looking.findings(fola.page)
    fola.opens(f"/sessions/{planned}/plan")
    fola.page.locator("#plan [data-edit]").first.click()
    found += looking.findings(fola.page)

    amal = actors(world.member(house.url, session, "Amal"))
    birgit = actors(world.member(house.url, session, "Birgit"))
    fola.opens_the_console(f"/sessions/{session}/console")
    wall.opens_the_wall(world.display_path(session))
    found += looking.findings(fola.page) + looking.findings(wall.page)
    amal.writes("", answer={"mood": 6, "week": ["a long call"]}, audience="group_named")
    birgit.signals("support")
    birgit.signals("hand")
    fola.sees("Birgit needs support.")
    fola.answer("Amal").get_by_role("button", name="Uncover").click()
    fola.answer("Amal").get_by_role("button", name="Show").click()
    wall.sees("a long call")
    found += looking.findings(fola.page) + looking.findings(wall.page)
    for sheet in ("keys", "ask-end", "ask-rotate", "add-stage"):
        fola.page.evaluate("(sheet) => document.getElementById(sheet).showModal()", sheet)
        found += looking.findings(fola.page)
        fola.page.keyboard.press("Escape")
    fola.page.locator("#room-menu summary").click()
    found += looking.findings(fola.page)
    fola.page.locator("#room-menu summary").click()
    fola.page.set_viewport_size({"width": 360, "height": 740})
    found += looking.findings(fola.page)
    assert looking.too_wide(fola.page) <= 0
    world.moves(session, "end")
    for path in (
        f"/sessions/{session}/summary",
        f"/sessions/{session}/fidelity",
        f"/groups/{world.group}/course",
        f"/groups/{world.group}/members/{world.members['Amal']}",
        f"/groups/{world.group}/supervision",
        "/today",
    ):
        fola.opens(path)
        found += looking.findings(fola.page)
        assert looking.too_wide(fola.page) <= 0, path
    assert found == []


def test_sixteen_sessions_of_twelve_fit_a_phone_in_the_dark(
    world: World, house: Server, people: People
) -> None:
    long = world.do(long_group.play)
    fola = people.facilitator(house.url)
    fola.page.set_viewport_size({"width": 360, "height": 740})
    fola.page.emulate_media(color_scheme="dark")
    fola.opens(enter_path(SECRET_KEY, long.leader))
    found: list[str] = []
    for path in (
        "/today",
        f"/groups/{long.group_id}/course",
        f"/groups/{long.group_id}/members/{long.members['Amal']}",
        f"/groups/{long.group_id}/supervision",
        f"/sessions/{long.sessions[-1]}/summary",
    ):
        fola.opens(path)
        found += [f"{path}: {each}" for each in looking.findings(fola.page)]
        if looking.too_wide(fola.page) > 0:
            found.append(f"{path}: {looking.too_wide(fola.page)} too wide")
    assert found == []


def test_the_wall_before_the_start_has_no_serious_finding(
    world: World, house: Server, people: People
) -> None:
    wall = people.wall(house.url, expects=["status of 404"])
    session = world.open(stages(), started=False)
    wall.opens_the_wall(world.display_path(session))
    found = looking.findings(wall.page)
    wall.opens("/display/nowhere")
    assert found + looking.findings(wall.page) == []


def tabs_to(person: Person, target: Locator) -> None:
    """Reaches something with the Tab key alone."""
    for _ in range(60):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never came to {target}")


def test_a_participant_answers_the_opening_round_with_the_keyboard_alone(
    world: World, house: Server, people: People
) -> None:
    world.open([opening_round(), line("Second")])
    amal: Participant = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    keyboard = amal.page.keyboard
    tabs_to(amal, amal.page.locator("input[name=field-mood]").first)
    keyboard.press("Space")
    for _ in range(4):
        keyboard.press("ArrowRight")
    expect(amal.page.locator("input[name=field-mood][value='4']")).to_be_checked()
    tabs_to(amal, amal.send_button)
    keyboard.press("Enter")
    expect(amal.page.locator("#ask-week")).to_be_focused()
    tabs_to(amal, amal.box)
    keyboard.type("a walk with Ida")
    tabs_to(amal, amal.send_button)
    keyboard.press("Enter")
    tabs_to(amal, amal.page.locator("input[name=field-link]").first)
    keyboard.press("Space")
    tabs_to(amal, amal.send_button)
    keyboard.press("Enter")
    amal.is_saved()
    expect(amal.page.locator("#say")).to_contain_text("Saved")


def test_a_facilitator_leads_with_the_keyboard_alone(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open([line("First"), line("Second")])
    amal = actors(world.member(house.url, session, "Amal"))
    fola: Facilitator = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal.writes("a word", audience="group_named")
    expect(fola.answer("Amal")).to_have_count(1)
    fola.keys("u")
    expect(fola.answer("Amal")).to_contain_text("a word")
    tabs_to(fola, fola.answer("Amal").get_by_role("button", name="Show"))
    fola.page.keyboard.press("Enter")
    expect(fola.answer("Amal")).to_contain_text("Shown to the group")
    fola.keys("n")
    expect(fola.page.locator("#region-stage h1")).to_have_text("Second")
    expect(fola.page.locator("#steer-back")).to_be_visible()
    fola.keys("b")
    expect(fola.page.locator("#region-stage h1")).to_have_text("First")
    fola.page.keyboard.press("?")
    expect(fola.page.locator("#keys")).to_be_visible()
    fola.page.keyboard.press("n")
    fola.page.keyboard.press("Escape")
    expect(fola.page.locator("#keys")).to_be_hidden()
    expect(fola.page.locator("#region-stage h1")).to_have_text("First")
    tabs_to(fola, fola.next_button)
    fola.keys("Enter")
    expect(fola.page.locator("#region-stage h1")).to_have_text("Second")
    expect(fola.next_button).to_be_focused()


def test_larger_text_is_larger_fits_and_stays(world: World, house: Server, people: People) -> None:
    world.open([opening_round()])
    amal = people.participant(house.url)
    amal.page.set_viewport_size(NARROW)
    amal.comes_in(world.member_path("Amal"))
    question = amal.page.locator("#ask-mood")
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    before = question.evaluate(size)
    amal.page.get_by_role("button", name="Text size").click()
    amal.page.get_by_text("Larger", exact=True).click()
    amal.page.locator("#text-sheet").get_by_role("button", name="Close").click()
    assert question.evaluate(size) > 1.25 * before
    assert looking.too_wide(amal.page) <= 0
    amal.page.reload()
    assert question.evaluate(size) > 1.25 * before


def test_nothing_moves_for_people_who_asked_for_less_motion(
    world: World, house: Server, people: People
) -> None:
    world.open([talk_stage("Talking", 5)])
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.sees("We are talking. Nothing to type.")
    assert looking.stands_still(amal.page)
