"""The private form of a measure: by touch and by keyboard, its alert, and what nobody else ever reads."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route, expect
from sqlalchemy import select

from app.core import consents
from app.core.changes import Who
from app.core.course_models import MeasureResponse
from app.library.agendas import talk_stage
from app.library.measures import bundled
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import Stage, World, line
from tests.house.rooms import FORM
from tests.house.server import Server

PHQ9 = bundled()["phq9"]


def check() -> Stage:
    return talk_stage("Arrive", 5) | {"measures": ["phq9"]}


def stored(world: World) -> int:
    with world.database.reader() as db:
        return len(db.execute(select(MeasureResponse.__table__)).all())


def test_an_answer_that_must_not_wait_reaches_the_leader_at_once_and_nobody_else(
    world: World, house: Server, people: People
) -> None:
    before = stored(world)
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal, birgit = people.participant(house.url), people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    birgit.comes_in(world.member_path("Birgit"))
    birgit.keeps_frames()
    amal.page.get_by_role("link", name="A few private questions").click()
    amal.sees(PHQ9.stem)
    amal.page.set_viewport_size({"width": 320, "height": 640})
    assert findings(amal.page) == [] and too_wide(amal.page) == 0 and small_targets(amal.page) == []
    assert "PHQ" not in amal.page.title() and "depress" not in amal.page.title().lower()
    for item in PHQ9.items[:-1]:
        amal.page.locator(f'label:has(input[name="{item.key}"][value="0"])').click()
    amal.page.locator('label:has(input[name="phq9_9"][value="1"])').click()
    amal.press("Send")
    amal.sees("Thank you for telling us. Your answers are stored. Fola will read them.")
    expect(fola.page.locator("#region-signals")).to_contain_text(
        "Amal: an answer on the private form needs you."
    )
    assert findings(fola.page) == [] and findings(amal.page) == []
    # and how it stands, on the page where it was answered
    amal.sees("This is on your leader’s screen.")
    amal.page.route("**/call", lambda route: None)  # never answered: the page says so, and tries again
    amal.press("Please talk to me now")
    amal.sees("Your leader does not have your call yet.")
    amal.page.unroute("**/call")
    expect(fola.page.locator("#region-signals")).to_contain_text("Wants somebody to talk to now")
    amal.sees("You said: please talk to me now.")
    fola.press("Seen", exact=False)
    amal.sees("Your leader has seen this.")
    expect(fola.page.locator("#region-signals")).to_contain_text("Seen by Fola")
    alert = fola.page.locator("#region-signals .alarm", has_text="Amal")
    expect(alert).to_contain_text("Several days")
    fola.next_button.click()
    expect(fola.page.locator("#refused")).to_contain_text("Say first how it is met")
    expect(alert.get_by_role("button").first).to_be_focused()
    alert.get_by_role("button", name="How it is met").click()
    sheet = fola.page.locator("#meet-alert")
    sheet.get_by_text("I will talk at").click()
    sheet.get_by_label("When, or to whom").fill("18:00")
    assert findings(fola.page) == []
    sheet.get_by_role("button", name="Keep this").click()
    expect(alert).to_contain_text("To talk: 18:00.")
    assert "item_9" not in birgit.source() + "".join(birgit.frames)
    assert stored(world) == before + 1
    amal.page.get_by_role("link", name="Back to the room").click()
    amal.is_connected()
    amal.sees("Your leader has seen this.")
    assert "item_9" not in amal.source()
    fola.decides("Start")
    expect(fola.page.locator("#region-steer .next")).to_contain_text("Next")


def test_it_is_filled_in_by_keyboard_alone_kept_and_taken_while_the_leaders_line_blinks(
    world: World, house: Server, people: People
) -> None:
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.page.get_by_role("link", name="A few private questions").click()
    amal.page.wait_for_url(f"**{FORM}")
    amal.page.locator('input[name="phq9_1"]').first.focus()
    for _ in PHQ9.items:
        amal.page.keyboard.press("Space")
        amal.page.keyboard.press("Tab")
    amal.has_kept(".form.")
    amal.page.reload()
    expect(amal.page.locator("#measure-form input:checked")).to_have_count(len(PHQ9.items))
    kept = amal.page.evaluate("() => JSON.stringify({...sessionStorage})")
    assert ".form." in kept and "phq9" not in kept
    fola.page.goto("about:blank")
    sent = amal.page.get_by_role("button", name="Send", exact=True)
    sent.focus()
    amal.page.wait_for_function(
        "async () => (await (await fetch(location.href)).text()).includes('not open now')", polling=500
    )
    amal.page.keyboard.press("Enter")  # a line that blinks loses no answer
    amal.sees("Thank you for telling us. Your answers are stored. Fola will read them.")
    assert ".form." not in amal.page.evaluate("() => JSON.stringify({...sessionStorage})")


def test_what_is_chosen_before_the_script_is_there_is_kept_as_well(
    world: World, house: Server, people: People
) -> None:
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    held: list[Route] = []
    amal.page.route("**/js/measure.js", lambda route: held.append(route), times=1)
    with amal.page.expect_request("**/js/measure.js"):
        amal.page.get_by_role("link", name="A few private questions").click()
    amal.page.locator('label:has(input[name="phq9_1"][value="2"])').click()
    expect(amal.page.locator("#measure-form input:checked")).to_have_count(1)
    held[0].continue_()
    amal.has_kept(".form.")
    amal.page.reload()
    expect(amal.page.locator("#measure-form input:checked")).to_have_count(1)


def test_whoever_took_their_yes_back_is_not_told_that_answers_are_stored(
    world: World, house: Server, people: People
) -> None:
    before = stored(world)
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.page.get_by_role("link", name="A few private questions").click()
    amal.page.wait_for_url(f"**{FORM}")
    amal.page.locator('label:has(input[name="phq9_9"][value="1"])').click()
    world.do(consents.take_yes_back, Who("participant", session, world.person(session, "Amal")))
    amal.press("Send")
    amal.sees("You took your yes back, so nothing of yours is stored.")
    amal.sees("In danger, or might hurt yourself?")
    amal.sees("Thank you for telling us.")  # a person was called all the same
    amal.sees("I am safe for now")
    assert stored(world) == before


def test_what_is_sent_while_nobody_leads_is_refused_and_its_answers_stay_on_the_page(
    world: World, house: Server, people: People
) -> None:
    before = stored(world)
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url, expects=["409"])
    amal.comes_in(world.member_path("Amal"))
    amal.page.get_by_role("link", name="A few private questions").click()
    amal.page.wait_for_url(f"**{FORM}")  # loaded with its script: the server is about to go
    amal.page.locator('label:has(input[name="phq9_1"][value="2"])').click()
    fola.page.goto("about:blank")
    house.kill()
    house.start()  # whoever led has not come back to this server: no clock has to be waited for
    amal.press("Send")
    amal.sees("This form is open only while your facilitators are here. Your answers are still here.")
    expect(amal.page.locator("#measure-form input:checked")).to_have_count(1)
    assert stored(world) == before
    fola.opens_the_console(world.console_path(session))
    amal.press("Send")
    amal.sees("Thank you for telling us. Your answers are stored. Fola will read them.")
    assert stored(world) == before + 1


def test_what_was_rated_before_is_not_shown_before_answering(
    world: World, house: Server, people: People
) -> None:
    session = world.open([check(), line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    form = amal.page.url + FORM
    for _ in range(2):
        amal.page.goto(form)
        assert amal.page.locator("#measure-form input:checked").count() == 0
        amal.page.locator('label:has(input[name="phq9_1"][value="3"])').click()
        amal.page.locator('label:has(input[name="phq9_9"][value="0"])').click()
        amal.press("Send")
        amal.sees("Thank you for telling us. Your answers are stored. Fola will read them.")


def test_whoever_is_sent_away_while_they_fill_it_in_has_it_open_no_more(
    world: World, house: Server, people: People, actors: Callable[..., Any]
) -> None:
    session = world.open([check(), line("First")], started=False)
    leader = actors(world.leader(house.url, session))
    amal = people.participant(house.url, expects=["404"])
    amal.comes_in(world.member_path("Amal"))
    amal.page.get_by_role("link", name="A few private questions").click()
    amal.sees(PHQ9.stem)
    amal.is_connected()
    leader.says("remove", participant_id=world.person(session, "Amal"))
    amal.page.wait_for_url("**/room/*")
    amal.sees("You are not in the room any more.")
    assert PHQ9.stem not in amal.source()
