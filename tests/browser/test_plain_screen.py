"""A plain screen in the browser: from a no at the door to a pause, and to the button that looks innocent."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.house.server import Server

KEPT = "Object.keys(sessionStorage).filter((name) => name.includes('said.'))"  # what has not been answered


def test_who_says_no_at_the_door_only_listens_and_can_stop_at_once(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("What helps")])
    amal = people.participant(house.url)
    page = amal.page
    amal.opens(world.member_path("Amal"))
    for question, answer in (("at the address", "Yes"), ("alone", "No"), ("safe", "Yes")):
        group = page.get_by_role("group", name=question)
        group.get_by_text(answer, exact=True).click()
    for box in page.locator("form fieldset input[type=checkbox]").all():
        box.check()
    amal.press("Come in")
    page.wait_for_url("**/room/*")
    amal.is_connected()
    amal.sees("We are talking. Nothing to type.")
    assert "What comes to mind" not in amal.source()

    world.leads(session, "let_write", participant_id=world.person(session, "Amal"))
    amal.looks_again()
    expect(amal.box).to_be_visible()
    amal.writes("Half a thought")
    page.get_by_role("button", name="Text size").click()
    page.get_by_text("Blur what is written here").click()
    page.locator("#text-sheet").get_by_role("button", name="Close").click()
    blurred = "(box) => getComputedStyle(box).filter.startsWith('blur')"
    assert amal.box.evaluate(blurred), "nobody near them can read it"
    page.emulate_media(media="print")
    assert not amal.box.evaluate(blurred), "paper has no neighbours"
    page.emulate_media(media="screen")
    amal.box.focus()
    assert not amal.box.evaluate(blurred), "and whoever writes sees what they write"
    house.kill()
    for choice in ("Make my screen calm", "I only listen for now", "I would like a private word"):
        page.get_by_role("button", name="Help", exact=True).click()
        amal.press(choice)
    expect(page.locator("span.dock-sending")).to_be_visible()
    # kept one after the other: with the last, all are; and this page is gone before it could send them itself
    page.wait_for_function(f"() => {KEPT}.some((name) => name.endsWith('pause_for_me.word'))")
    room = page.url
    page.goto("about:blank")
    house.start()
    amal.opens(room)
    assert page.evaluate("document.documentElement.dataset.words") == "covered"
    amal.sees("We are talking. Nothing to type.")
    page.wait_for_function(f"() => {KEPT}.length === 0")
    assert world.logged(session, "pause_for_me") == 2, "a word, and what was chosen last"
    page.get_by_role("button", name="Help", exact=True).click()
    amal.press("Make my screen calm")
    amal.sees("A pause for you")
    assert not page.locator(".still .steady, .stack-5 .steady").first.evaluate(blurred)
    assert not page.locator("#signal-sheet .folded .a").first.evaluate(blurred), "how a call stands is read"
    expect(amal.box).to_be_hidden()
    amal.press("Back to the group")
    # a no at the door still holds: they only listen, until somebody gives the usual screen back
    amal.sees("We are talking. Nothing to type.")
    amal.sees("I will call you back")  # it comes with a push of its own
    house.kill()
    amal.press("I will call you back")
    amal.sees("You can close this page.")
    expect(page.get_by_role("button", name="Help", exact=True)).to_be_hidden()
    expect(page.get_by_role("link", name="Quick exit")).to_be_visible()
    house.start()
    amal.looks_again()
    # with a socket or without, the stop arrives; the page is empty before, with it, and when opened again
    page.wait_for_function("() => !Object.keys(sessionStorage).some((name) => name.endsWith('.stop'))")
    amal.sees("You can close this page.")
    page.reload()
    expect(page.locator("#region-stage [data-quiet=stopped]")).to_be_visible()
    assert world.logged(session, "stop_now") == 1
