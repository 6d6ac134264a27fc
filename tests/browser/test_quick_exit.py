"""Leaving at once: what is on the screen, in the browser and in the room afterwards."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Route, expect
from sqlalchemy import select

from app.core.models import Participant
from tests.browser.conftest import People
from tests.browser.people import Participant as Phone
from tests.browser.world import World, line
from tests.house.rooms import FORM
from tests.house.server import Server

NEUTRAL = re.compile(r"^https://www\.bbc\.com/")
# Says of every page of ours whether anything of it could be seen, and how long after a click or a key, by the
# page's own clock, the whole of it was out of sight.
SEEN = """
addEventListener("DOMContentLoaded", () =>
  console.log(`seen ${location.href} ${getComputedStyle(document.body).display}`));
let heard = 0;
for (const kind of ["click", "keyup"]) addEventListener(kind, () => { heard = performance.now(); }, true);
new MutationObserver(() => {
  if (heard && !document.body.checkVisibility()) console.log(`covered after ${performance.now() - heard}`);
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["class", "hidden"] });
"""
# All that a script can find in the browser; the seat is in a cookie that no script can read.
HELD = """async () => [
  Object.values(sessionStorage), Object.values(localStorage),
  await indexedDB.databases(), await caches.keys(),
  document.cookie.split("; ").map((each) => each.split("=")[0]).filter(Boolean)]"""
AT_ONCE = 100  # milliseconds


class Leaver(Phone):
    """Somebody with a phone who has to leave at once, in a browser that knows the neutral page."""

    def __init__(self, *all: Any, **more: Any) -> None:
        super().__init__(*all, expects=("404",), **more)
        self.context.route(NEUTRAL, self._weather)
        self.context.add_init_script(SEEN)
        self.seen: list[str] = []
        self.covered: list[float] = []
        self.page.on("console", self._hears)

    def _hears(self, said: ConsoleMessage) -> None:
        if said.text.startswith("seen"):
            self.seen.append(said.text)
        if said.text.startswith("covered"):
            self.covered.append(float(said.text.split()[-1]))

    def _weather(self, route: Route) -> None:
        route.fulfill(body="<title>Weather</title><h1>Sunny</h1>", content_type="text/html")

    def is_away(self) -> None:
        self.page.wait_for_url(NEUTRAL)
        expect(self.page.locator("h1")).to_have_text("Sunny")

    def was_covered_at_once(self) -> None:
        assert self.covered and self.covered[0] < AT_ONCE, self.covered

    def finds_nothing_on_the_way_back(self) -> None:
        """Goes back as far as there is anything: every page of ours leads away before it can be seen."""
        for _ in range(3):
            self.seen.clear()
            self.page.go_back()
            if self.page.url == "about:blank":
                return
            self.is_away()
            assert not [each for each in self.seen if self.address in each and not each.endswith(" none")]

    def holds_nothing(self) -> None:
        """Looks into the storage of this tab, which stays with our address."""
        self.page.goto(f"{self.address}/healthz")
        assert self.page.evaluate(HELD) == [[], [], [], [], ["gone"]]


@pytest.fixture
def leaver(people: People, house: Server) -> Callable[..., Leaver]:
    return lambda **more: people._kept(Leaver(people.browser, house.url, **more))


def only_the_reader(route: Route) -> None:
    """No script but the first one ever arrives."""
    if "reader" in route.request.url:
        route.continue_()
    else:
        route.abort()


def left_at(world: World, session: str, alias: str) -> Any:
    with world.database.reader() as db:
        row = Participant.id == world.person(session, alias)
        return db.execute(select(Participant.left_at).where(row)).scalar_one()


def is_gone(world: World, session: str, alias: str) -> None:
    """Waits until the seat is free."""
    for _ in range(300):
        if left_at(world, session, alias) is not None:
            return
        threading.Event().wait(0.1)
    raise AssertionError(f"the seat of {alias} is still taken")


def test_whoever_leaves_at_once_leaves_nothing_behind(
    world: World, house: Server, leaver: Callable[[], Leaver]
) -> None:
    session = world.open([line("What helps")])
    secret = "I am writing about home."

    by_button = leaver()
    by_button.comes_in(world.member_path("Amal"))
    by_button.writes(secret)
    expect(by_button.state).to_contain_text("Kept in this page")
    by_button.page.wait_for_function("() => Object.keys(sessionStorage).length > 0")
    sealed, *others = by_button.page.evaluate(HELD)
    key = by_button.page.evaluate("() => document.body.dataset.draftKey")
    assert len(sealed) == 1 and others == [[], [], [], []]
    assert key and key not in sealed[0] and secret not in sealed[0]
    by_button.page.evaluate("() => { localStorage.setItem('left', 'over'); }")
    covered = by_button.page.evaluate(
        "() => { document.getElementById('quick-exit').click();"
        " return [getComputedStyle(document.body).display, sessionStorage.length]; }"
    )
    assert covered == ["none", 0]
    by_button.is_away()
    by_button.was_covered_at_once()
    by_button.finds_nothing_on_the_way_back()
    by_button.holds_nothing()
    by_button.opens(f"/room/{session}")
    by_button.sees("There is no open room here right now.")
    assert left_at(world, session, "Amal") is not None

    by_keys = leaver()
    by_keys.comes_in(world.member_path("Birgit"))
    by_keys.box.click()
    left = by_keys.page.locator("#shifts")  # spoken by a screen reader
    for key, spoken in (
        ("Shift", "two more times"),
        ("Shift+I", ""),  # capital letters are no call to leave
        ("Shift", "two more times"),
        ("Shift", "once more"),
        ("A", ""),
    ):
        by_keys.page.keyboard.press(key)
        expect(left).to_have_text(re.compile(spoken) if spoken else "")
    expect(by_keys.box).to_have_value("IA")
    by_keys.page.get_by_role("button", name="Help", exact=True).click()  # a sheet is no obstacle
    house.kill()
    for _ in range(3):
        by_keys.page.keyboard.press("Shift")
    by_keys.is_away()
    by_keys.was_covered_at_once()
    house.start()
    by_keys.finds_nothing_on_the_way_back()
    by_keys.opens(f"/room/{session}")
    by_keys.sees("There is no open room here right now.")
    by_keys.holds_nothing()

    by_link = leaver()
    by_link.context.route(
        "**/js/*.js", lambda route: route.continue_() if "reader" in route.request.url else route.abort()
    )
    by_link.opens(world.member_path("Chidi"))
    by_link.page.keyboard.press("Tab")
    expect(by_link.page.get_by_role("link", name="Leave this page quickly")).to_be_focused()
    by_link.page.keyboard.press("Enter")
    by_link.is_away()
    by_link.was_covered_at_once()
    by_link.finds_nothing_on_the_way_back()

    again = leaver()
    again.comes_in(world.member_path("Chidi"))
    again.page.get_by_role("button", name="Help", exact=True).click()
    place = again.page.locator("#quick-exit").bounding_box()
    assert place
    again.page.mouse.click(place["x"] + 8, place["y"] + 8)  # where the button shows behind the sheet
    again.is_away()


def test_without_a_script_or_a_style_sheet_the_link_does_it_alone(
    world: World, house: Server, leaver: Callable[..., Leaver]
) -> None:
    session = world.open([line("What helps")])
    no_script = leaver(java_script_enabled=False)
    no_script.opens(world.member_path("Amal"))
    no_script.answers_at_the_door()
    no_script.sees("What helps")
    no_script.page.locator("#quick-exit").click()
    no_script.is_away()
    is_gone(world, session, "Amal")  # the ping of the link frees the seat; without a script nothing else can
    for _ in range(2):  # the room, and the door before it
        no_script.page.go_back()
        no_script.sees("There is no open room here right now.")
        assert "What helps" not in no_script.page.content()
    assert left_at(world, session, "Amal") is not None

    no_style = leaver()
    no_style.context.route("**/*.css", lambda route: route.abort())
    no_style.comes_in(world.member_path("Birgit"))
    no_style.page.locator("#quick-exit").click()
    no_style.is_away()
    no_style.was_covered_at_once()
    no_style.finds_nothing_on_the_way_back()


def test_whichever_page_it_is_leaving_frees_the_seat(
    world: World, house: Server, leaver: Callable[..., Leaver]
) -> None:
    session = world.open([line("What helps")])
    amal = leaver()
    for page in ("help", "consent", FORM.removeprefix("/")):
        amal.comes_in(world.member_path("Amal"))
        amal.opens(f"/room/{session}/{page}")
        assert left_at(world, session, "Amal") is None, page
        for _ in range(3):
            amal.page.keyboard.press("Shift")
        amal.is_away()
        amal.was_covered_at_once()
        amal.finds_nothing_on_the_way_back()
        amal.opens(f"/room/{session}/{page}")
        amal.sees("There is no open room here right now.")
        assert left_at(world, session, "Amal") is not None, page
        amal.covered.clear()


def test_after_signing_out_back_brings_the_sign_in_page_alone(
    world: World, house: Server, people: People
) -> None:
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path("/groups"))
    fola.sees("Tuesday group")
    fola.opens(f"/groups/{world.group}")
    fola.press("Sign out")
    fola.page.wait_for_url("**/sign-in")
    for _ in range(2):  # the group, and the groups before it
        fola.page.go_back()
        fola.page.wait_for_url("**/sign-in")
        assert "Tuesday group" not in fola.source()


def test_another_tab_of_the_same_browser_goes_as_well(
    world: World, house: Server, leaver: Callable[[], Leaver]
) -> None:
    world.open([line("What helps")])
    amal = leaver()
    amal.comes_in(world.member_path("Amal"))
    other = amal.context.new_page()
    other.goto(amal.page.url)
    expect(other.get_by_role("heading", name="What helps")).to_be_visible()
    amal.page.locator("#quick-exit").click()
    amal.is_away()
    other.wait_for_url(NEUTRAL)
    other.goto(f"{house.url}/healthz")
    assert other.evaluate("() => [sessionStorage.length, localStorage.length]") == [0, 0]
