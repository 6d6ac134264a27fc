"""Calls for a person reach a facilitator who is on another page, and the sender reads the truth of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Response, expect
from sqlalchemy import update
from sqlmodel import col

from app.core.models import Signal
from app.core.sealing import seal
from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.house.actors import Actor
from tests.house.server import Server


def reads(person: Actor, words: str) -> None:
    person.sees(lambda: any(words in str(event) for event in person.events), words)


def test_a_facilitator_on_another_page_is_called_on_return_and_answers_there(
    world: World, house: Server, people: People, actors: Callable[[Any], Any]
) -> None:
    session = world.open([line("First")])
    birgit = actors(world.member(house.url, session, "Birgit"))
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path())
    fola.opens("/library")
    signal = str(uuid4())
    birgit.says("raise_signal", id=signal, kind="support")
    fola.page.evaluate("window.dispatchEvent(new Event('focus'))")
    call = fola.page.locator("#alerts .alarm[role=alert]", has_text="Birgit needs support.")
    expect(call).to_be_visible()
    birgit.sees(
        lambda: any("on your leader’s screen" in str(frame) for frame in birgit.frames), "it is shown"
    )
    fola.page.set_viewport_size({"width": 320, "height": 640})
    assert fola.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    call.get_by_role("button", name="Seen").click()
    expect(call).to_have_count(0)
    reads(birgit, "Your leader has seen this.")

    fola.opens_the_console(world.console_path(session))
    stay = fola.page.locator("#region-signals").get_by_role("button", name="Stay if you can.")
    expect(stay).to_be_visible()
    other = update(Signal).where(col(Signal.id) == signal)
    reply = seal(Signal.reply, signal, "call")  # by nobody whose name is known
    world.do(lambda db: db.execute(other.values(reply=reply, replied_by=None, seen_by=None)) and None)
    stay.click()
    expect(fola.page.locator("#refused")).to_have_text(
        "The answer here has changed. Yours was not sent. Look before you press again."
    )


def is_looked_at(answer: Response) -> bool:
    return answer.url.endswith("/call") and answer.request.method == "GET"


def test_a_tap_that_has_not_arrived_is_kept_through_a_reload_and_arrives_once(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")])
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.is_connected()
    world.leads(session, "ask", participant_id=world.person(session, "Amal"), question="safe")
    amal.looks_again()
    amal.sees("Fola asks you: Are you safe right now?")
    for way in ("**/ticket", "**/call"):
        amal.page.route(way, lambda route: route.abort())
    amal.page.evaluate("() => openSockets.forEach((socket) => socket.close())")
    amal.press("No")
    sending = amal.page.locator("#signal-open .dock-sending")
    expect(sending).to_be_visible()
    amal.page.wait_for_function("() => Object.keys(sessionStorage).some((key) => key.includes('said.'))")
    amal.page.reload()
    amal.sees("Fola asks you: Are you safe right now?")
    expect(sending).to_be_visible()
    assert world.logged(session, "answer_question") == 0
    for way in ("**/ticket", "**/call"):
        amal.page.unroute(way)
    amal.looks_again()
    amal.sees("Thank you for telling us.")
    amal.page.wait_for_function("() => !Object.keys(sessionStorage).some((key) => key.includes('said.'))")
    amal.page.reload()
    amal.is_connected()
    amal.sees("Thank you for telling us.")
    assert world.logged(session, "answer_question") == 1

    amal.page.route("**/ticket", lambda route: route.abort())
    amal.page.evaluate("() => openSockets.forEach((socket) => socket.close())")
    with amal.page.expect_response(is_looked_at) as looked:  # no socket: it goes without one
        amal.page.locator("#signal-open").click()
        amal.page.locator("#signal-sheet").get_by_role("button", name="I need support").click()
    looked.value.finished()
    amal.page.locator("#signal-sheet").get_by_role("button", name="Close").click()  # only now
    amal.page.wait_for_function("() => !Object.keys(sessionStorage).some((key) => key.includes('signal.'))")
    assert world.logged(session, "raise_signal") == 1
    expect(amal.page.locator("#region-banner")).to_contain_text("This is on its way.")
    expect(amal.page.locator("[data-raise=support]")).to_have_count(0)
