"""Pages whose scripts come late, or whose socket is closed for good: what is pressed arrives, and once."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from app.core.models import Signal
from tests.browser.conftest import People
from tests.browser.looking import findings
from tests.browser.world import World, line
from tests.house.server import Server

# All that the polite line says from now on; a later sentence takes the place of an earlier one.
SPOKEN = """() => {
  window.spoken = [];
  const say = document.getElementById("say");
  const hear = () => spoken.push(say.textContent);
  new MutationObserver(hear).observe(say, { childList: true, characterData: true, subtree: true });
}"""


class Late:
    """A script that the network holds back until it is let go."""

    def __init__(self, page: Page, script: str) -> None:
        self.held: list[Route] = []
        self.page, self.pattern = page, f"**/js/{script}"
        page.route(self.pattern, lambda route: self.held.append(route))

    def comes(self) -> None:
        self.held[-1].continue_()  # those before it were for pages that are gone
        self.page.unroute(self.pattern)


def calls(world: World, session: str) -> list[Any]:
    signals = Signal.__table__
    query = select(signals).where(signals.c.group_session_id == session).order_by(signals.c.raised_at)
    with world.database.reader() as db:
        return list(db.execute(query).all())


def test_a_call_and_the_numbers_need_no_script_and_the_script_takes_over(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")])
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    room, page, script = amal.page.url, amal.page, Late(amal.page, "room.js")
    page.goto(room, wait_until="commit")
    page.get_by_role("button", name="Help", exact=True).click()
    expect(page.locator("#help-sheet").get_by_text("116 123")).to_be_visible()
    page.locator("#help-sheet").get_by_role("button", name="Close").click()
    expect(page.locator("#help-sheet")).to_be_hidden()
    page.get_by_role("button", name="Text size").click()
    page.locator("#text-sheet label", has_text="Larger").click()
    assert page.evaluate("document.documentElement.dataset.text") == "larger"
    page.locator("#text-sheet").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Change who will read this").click()
    page.locator("#audience-sheet label:has(input[value=facilitators])").click()
    page.locator("#audience-sheet").get_by_role("button", name="Close").click()
    page.evaluate("window.samePage = true")
    amal.box.fill("half a thought")
    page.locator("#signal-open").click()
    assert findings(page) == []
    page.locator("#signal-sheet").get_by_role("button", name="I need support").click()
    amal.sees("Thank you for telling us.")  # and how it stands
    assert [each.kind for each in calls(world, session)] == ["support"]
    amal.press("I am safe for now")
    amal.sees("You said: safe for now.")
    expect(amal.box).to_have_value("half a thought")
    for _ in range(2):
        amal.send_button.click()
    expect(amal.send_button).to_have_attribute("aria-busy", "true")

    page.locator("#signal-open").click()
    script.comes()
    amal.is_connected()
    expect(amal.state).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    hand = page.locator('#by-hand [name="hand"]').input_value()
    assert page.evaluate("window.samePage") and world.logged(session, "submit_reflection") == 1
    page.locator("#signal-sheet").get_by_role("button", name="I would like to say something").click()
    expect(page.locator("#signal-open")).to_contain_text("On its way")
    page.wait_for_function("() => !('sending' in document.body.dataset)")
    assert [(each.kind, each.status) for each in calls(world, session)] == [
        ("support", "new"),
        ("hand", "new"),
    ]
    assert calls(world, session)[1].id == hand, "a press before and one after are one call"
    page.locator("#signal-sheet").get_by_role("button", name="Close").click()
    amal.signals("A bit slower, please")
    expect(page.locator("#signal-sheet")).to_be_hidden()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") != "reload"
    page.wait_for_function("() => document.querySelectorAll('#signal-sheet [data-lower]').length === 3")
    assert len({each.kind for each in calls(world, session)}) == len(calls(world, session)) == 3


def test_what_is_looked_at_before_the_script_moves_no_focus_and_loses_no_press_and_a_stop_empties_at_once(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")])
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    page, room, script = amal.page, amal.page.url, Late(amal.page, "room.js")

    def presses(words: str) -> None:
        page.locator("#signal-open").click()
        page.locator("#signal-sheet").get_by_role("button", name=words).click()

    def looks(*older: str) -> None:
        """Looks how calls stand, from a page on which `older` parts still say something else."""
        for part in older:
            page.evaluate("(part) => document.querySelector(part).append('…')", part)
        with page.expect_response("**/call"):
            page.evaluate("byHand.look()")
        for part in older:
            expect(page.locator(part).first).not_to_contain_text("…")

    page.goto(room, wait_until="commit")
    presses("I need support")
    safe = page.get_by_role("button", name="I am safe for now")
    safe.focus()
    page.evaluate("document.querySelector('[data-safe]').same = true")
    looks("#signal-open")
    assert page.evaluate("document.activeElement.same"), "what has not changed is left alone"
    looks("#region-banner p")
    assert not page.evaluate("document.activeElement.same ?? false")
    expect(safe).to_be_focused()

    page.route("**/call", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    presses("I would like to say something")
    hand = page.locator('#by-hand [name="hand"]').input_value()
    looks("#signal-open")
    page.unroute("**/call")
    script.comes()
    amal.is_connected()
    page.wait_for_function("() => document.querySelectorAll('#signal-sheet [data-lower]').length === 2")
    assert [each.id for each in calls(world, session) if each.kind == "hand"] == [hand]

    page.get_by_role("button", name="Help", exact=True).click()
    amal.press("I only listen for now")
    amal.sees("We are talking. Nothing to type.")
    script = Late(page, "room.js")
    page.goto(room, wait_until="commit")
    page.route("**/call", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    amal.press("I will call you back")
    amal.sees("You can close this page.")
    expect(page.get_by_role("button", name="Help", exact=True)).to_be_hidden()
    looks("#region-stage h1")
    amal.sees("You can close this page.")
    assert world.logged(session, "stop_now") == 0
    page.unroute("**/call")
    script.comes()
    expect(page.locator("#region-stage [data-quiet=stopped]")).to_be_attached()
    assert world.logged(session, "stop_now") == 1


def test_a_decision_pressed_before_the_console_can_send_it_is_made_once(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First"), line("Second"), line("Third")])
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path())
    script = Late(fola.page, "console.js")
    fola.page.goto(house.url + world.console_path(session), wait_until="commit")
    for _ in range(2):
        fola.next_button.click()
    expect(fola.next_button).to_have_attribute("aria-busy", "true")
    assert world.logged(session, "go_to_stage") == 0
    fola.page.evaluate("() => { early.at = Infinity; }")  # however long the script takes here
    script.comes()
    expect(fola.page.locator("#region-stage h1")).to_have_text("Second")
    expect(fola.next_button).to_contain_text("Next: Third")
    assert world.logged(session, "go_to_stage") == 1

    script = Late(fola.page, "console.js")
    fola.page.goto(house.url + world.console_path(session), wait_until="commit")
    fola.page.locator("#steer-add").click()  # a sheet
    fola.page.keyboard.press("b")  # and a key
    expect(fola.page.locator("#steer-back")).to_have_attribute("aria-busy", "true")
    fola.page.evaluate("() => { early.at = Infinity; }")
    script.comes()
    expect(fola.page.locator("#add-stage")).to_be_visible()
    expect(fola.page.locator("#region-stage h1")).to_have_text("First")
    assert world.logged(session, "go_to_stage") == 2
    fola.page.keyboard.press("Escape")

    script = Late(fola.page, "console.js")
    fola.page.goto(house.url + world.console_path(session), wait_until="commit")
    fola.next_button.click()
    world.moves(session, "hold")  # meanwhile somebody else decides
    fola.page.evaluate("() => { early.at = Infinity; }")
    script.comes()
    expect(fola.next_button).to_contain_text("Carry on")
    expect(fola.page.locator("#refused")).to_contain_text("The session has moved already.")
    assert world.logged(session, "go_to_stage") == 2


def test_a_call_that_had_not_arrived_when_its_sender_was_sent_away_goes_another_way(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")])
    amal = people.participant(house.url, expects=["404"])
    amal.comes_in(world.member_path("Amal"))
    answers: list[dict[str, Any]] = [{"status": 404, "body": "{}"}, {"status": 200, "body": "{}"}]
    tries, lost = 0, True

    def fails_first(route: Route) -> None:
        nonlocal tries
        if route.request.method == "POST" and lost:
            route.fulfill(**answers[tries % 2], content_type="application/json")
            tries += 1
        else:
            route.continue_()

    amal.page.route("**/call", fails_first)
    amal.page.evaluate(SPOKEN)
    amal.loses_the_line()
    amal.signals("I need support")
    expect(amal.page.locator("#signal-open .dock-sending")).to_be_visible()
    world.leads(session, "remove", participant_id=world.person(session, "Amal"))
    assert calls(world, session) == []
    amal.gets_the_line_back()
    amal.sees("Your leader does not have your call yet.")  # whoever answered, it was not taken
    expect(amal.page.locator("#call-lost")).to_contain_text("Call 112")
    amal.page.wait_for_function("() => spoken.some((each) => each.includes('does not have your call yet'))")
    assert amal.page.evaluate("Object.keys(sessionStorage).some((key) => key.includes('signal.'))")
    lost = False
    amal.sees("You are not in the room any more.")
    expect(amal.page.get_by_role("link", name="Look again")).to_be_visible()  # it says how the call stands
    assert tries >= 2
    assert [(each.kind, each.status) for each in calls(world, session)] == [("support", "new")]


def test_what_is_typed_before_the_script_is_a_draft_and_what_the_form_came_with_is_not(
    world: World, house: Server, people: People, actors: Callable[..., Any]
) -> None:
    lines = {"key": "lines", "type": "feedback", "text": "A line to each.", "who": "all"}
    written, given = ({"prompts": [lines | {"exercise": name}]} for name in ("goodbye_lines", "goodbye"))
    session = world.open([line("Lines") | written, line("First"), line("Goodbye") | given])
    leader = actors(world.leader(house.url, session))
    world.joins(session, "Birgit")
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    page, room = amal.page, amal.page.url
    page.get_by_label("To Birgit").fill("You waited for me")
    amal.sends()
    leader.moves_on()
    expect(page.locator("#stage-name")).to_have_text("First")

    for many, words in enumerate(("the harbour at six", "the harbour at seven"), 1):
        script = Late(page, "room.js")
        page.goto(room, wait_until="commit")
        amal.box.fill(words)
        script.comes()
        expect(amal.state).to_contain_text("Kept in this page while you write.")
        expect(amal.box).to_have_value(words)
        amal.has_kept(many=many)
    earlier = page.locator("#unsent")
    expect(earlier.get_by_role("listitem")).to_have_count(1)  # the draft of before is still there
    page.reload()
    amal.is_connected()
    expect(amal.box).to_have_value(re.compile("^the harbour at (six|seven)$"))
    expect(earlier.get_by_role("listitem")).to_have_count(1)

    script = Late(page, "room.js")
    page.goto(room, wait_until="commit")
    amal.box.fill("the last boat")
    leader.moves_on()
    script.comes()
    amal.sees("The group has moved on to “Goodbye”.")
    expect(amal.box).to_have_value("the last boat")
    amal.press("Come along now")
    expect(page.locator("#stage-name")).to_have_text("Goodbye")
    expect(earlier.get_by_role("listitem")).to_have_count(3)

    expect(page.get_by_label("To Birgit")).to_have_value("You waited for me")
    expect(amal.state).to_have_text("What stands here is kept already. You can change it and send it.")
    script = Late(page, "room.js")
    page.goto(room, wait_until="commit")
    page.get_by_label("To Birgit").fill("You waited for me twice")
    script.comes()
    expect(amal.state).to_contain_text("Kept in this page while you write.")
    expect(page.get_by_label("To Birgit")).to_have_value("You waited for me twice")
