"""A new group in a real browser: what it is for puts the programmes in order while somebody chooses."""

from playwright.sync_api import expect

from app.library import load
from app.library.suggestions import programmes_for
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import World
from tests.house.server import Server


def test_choosing_a_purpose_and_a_number_of_sessions_reorders_the_programmes_at_once(
    world: World, house: Server, people: People
) -> None:
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path("/groups/new"))
    shown = fola.page.locator('input[name="programme"]')
    fola.page.get_by_label("What you call it").fill("Monday")
    for purpose in ("eating", "depression", "anxiety", "other"):
        fola.page.locator(f'label:has(input[name="purpose"][value="{purpose}"])').click()
        for sessions in ("20", "", "12"):
            fola.page.get_by_label("For how many sessions").fill(sessions)
            wanted = programmes_for(load().programmes.values(), purpose, int(sessions or 0))
            assert shown.evaluate_all("all => all.map((each) => each.value)") == [
                *(each.id for each in wanted),
                "",
            ]
    expect(fola.page.locator("[data-evidence]")).to_have_text(
        "Little is known here. Plan with a supervisor, and look at other help first. "
        "Measures to start with: PHQ-9."
    )
    fola.page.locator('label:has(input[value="uganda_16"])').click()
    fola.page.get_by_label("For how many sessions").fill("8")
    expect(fola.page.locator('input[value="uganda_16"]')).to_be_checked()
    for width, height in ((360, 740), (1280, 800)):
        fola.page.set_viewport_size({"width": width, "height": height})
        assert too_wide(fola.page) == 0 and small_targets(fola.page) == []
    assert findings(fola.page) == []
