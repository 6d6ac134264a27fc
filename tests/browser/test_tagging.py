"""Reading a full session afterwards: tags by key and by touch, and none is lost with the line."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from app.core import tags
from app.sign_in import enter_path
from tests.browser import looking
from tests.browser.conftest import People
from tests.browser.people import PHONE
from tests.browser.world import World
from tests.core.full_session import Full, play
from tests.house.environment import SECRET_KEY
from tests.house.server import Server

SAVED = re.compile(r"Saved \d\d:\d\d")
NOT_YET = "Not stored yet. The tag is kept in this tab; we keep trying."


def reading(page: Page) -> Locator:
    return page.locator(".reading")


def on(page: Page) -> Locator:
    """The tags that stand on the answer being read."""
    return reading(page).locator("[data-on] > li")


def state(page: Page) -> Locator:
    return page.locator("#tag-state")


def stored(world: World, full: Full, page: Page) -> list[str]:
    """What the database holds of the answer being read."""
    with world.database.reader() as db:
        found = tags.of_session(db, full.id)
    return found.get(reading(page).get_attribute("data-answer") or "", [])


def types(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def is_sound(page: Page) -> None:
    assert looking.findings(page) == []
    assert looking.too_wide(page) == 0
    assert looking.small_targets(page) == []


class Way:
    """What becomes of tags on their way; stood in from the start, for a browser that is asked to let somebody
    stand in may send one more by itself.
    """

    def __init__(self, page: Page) -> None:
        self.does: Callable[[Route], object] = Route.continue_
        page.route("**/tags", lambda route: self.does(route))


def test_answers_are_tagged_by_key_and_by_touch_and_no_tag_is_lost(
    world: World, house: Server, people: People
) -> None:
    full = world.do(play, 6, 14, False)
    summary = f"/sessions/{full.id}/summary"
    fola = people.facilitator(house.url, expects=["status of 401", "status of 422"])
    page = fola.page
    way = Way(page)
    fola.opens(enter_path(SECRET_KEY, full.leader, summary))

    # by key: one goes on, a second tags; no key works while a theme is typed or a sheet lies above
    types(page, "gjkj")
    second = page.locator("[data-answer]").nth(1)
    assert reading(page).get_attribute("id") == second.get_attribute("id")
    expect(on(page)).to_have_count(0)
    types(page, "g2t")
    page.keyboard.type("Joy of cooking")
    page.keyboard.press("Enter")
    expect(on(page)).to_have_text(["Grief", "How others are with us", "Joy of cooking"])
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator("#region-touched")).to_contain_text("Joy of cooking")
    types(page, "?j")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    assert reading(page).get_attribute("id") == second.get_attribute("id")
    is_sound(page)

    # a colleague tags the same answer meanwhile: what this page does not know of is not overwritten
    answer = second.get_attribute("data-answer")
    world.do(tags.set_tag, full.support, full.id, answer, "lonely", True)
    types(page, "g")
    expect(on(page)).to_have_text(["How others are with us", "Joy of cooking", "Loneliness"])

    # the tag arrives and its answer is lost; then a tag does not arrive at all, and the page is loaded anew
    def cut_after(route: Route) -> None:
        route.fetch()
        route.abort()

    way.does = cut_after
    types(page, "c")
    expect(state(page)).to_have_text(NOT_YET)
    way.does = Route.continue_
    expect(state(page)).to_have_text(SAVED)
    way.does = Route.abort
    types(page, "d")
    expect(state(page)).to_have_text(NOT_YET)
    expect(on(page).filter(has_text="Disputes")).to_have_class("tag tag-lamp")
    assert "dispute" not in stored(world, full, page)
    page.reload()
    expect(state(page)).to_have_text(NOT_YET)  # it was kept
    way.does = Route.continue_
    expect(state(page)).to_have_text(SAVED)
    types(page, "jj")
    standing = ["how_others_are_with_us", "theme:Joy of cooking", "lonely", "change", "dispute"]
    assert stored(world, full, page) == standing

    # signed out meanwhile: it waits; refused: it goes, and the page says why
    way.does = lambda route: route.fulfill(status=401, body="Sign in first.")
    types(page, "1")
    expect(state(page)).to_have_text(re.compile("You are signed out. The tag is kept in this tab"))
    way.does = Route.continue_
    expect(state(page)).to_have_text(SAVED)
    assert stored(world, full, page) == [*standing, "how_we_are_with_others"]
    answer_with = {"ok": False, "error": {"code": "invalid", "message": "Take one off first."}}
    way.does = lambda route: route.fulfill(status=422, json=answer_with)
    types(page, "3")
    expect(state(page)).to_have_text("Take one off first.")
    expect(on(page)).to_have_count(6)
    way.does = Route.continue_

    page.emulate_media(media="print")
    expect(page.locator("#tagger")).to_be_hidden()
    expect(on(page).first).to_be_visible()

    # by touch, on a phone
    phone = people.facilitator(house.url, **PHONE).page
    phone.goto(house.url + enter_path(SECRET_KEY, full.leader, summary))
    phone.get_by_role("button", name="Open all stages").tap()
    phone.locator("[data-answer]").nth(20).get_by_role("button", name="Tag").tap()
    for chip in ("Joy of cooking", "Life changes"):
        phone.locator("#tagger").get_by_role("button", name=chip).tap()
    expect(on(phone)).to_have_text(["Joy of cooking", "Life changes"])
    phone.get_by_label("A theme of your own").fill("joy of COOKING")
    phone.locator("#theme-form").get_by_role("button", name="Add").tap()
    phone.locator("#tagger").get_by_role("button", name="Life changes").tap()
    expect(on(phone)).to_have_text(["Joy of cooking"])
    expect(state(phone)).to_have_text(SAVED)
    assert stored(world, full, phone) == ["theme:Joy of cooking"]
    is_sound(phone)


def test_a_tag_waits_for_the_answer_to_the_one_before(world: World, house: Server, people: People) -> None:
    """Else an answer that comes late would paint what stood before the next tag."""
    full = world.do(play, 6, 14, False)
    fola = people.facilitator(house.url)
    page = fola.page
    way = Way(page)
    fola.opens(enter_path(SECRET_KEY, full.leader, f"/sessions/{full.id}/summary"))
    held: list[Route] = []
    way.does = held.append
    with page.expect_request("**/tags"):
        types(page, "jg")
    types(page, "d")
    expect(on(page)).to_have_text(["Grief", "Disputes"])
    assert len(held) == 1 and held[0].request.post_data_json["tag"] == "grief"
    with page.expect_request("**/tags"):
        held[0].continue_()
    expect(on(page)).to_have_text(["Grief", "Disputes"])
    assert stored(world, full, page) == ["grief"]
    held[1].continue_()
    expect(state(page)).to_have_text(SAVED)
    assert stored(world, full, page) == ["grief", "dispute"]
