"""The console on a laptop: what must be seen is seen without scrolling, and its links lead somewhere."""

from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from app.core.agenda import agenda_of as frozen
from app.library.agendas import agenda_of
from tests.browser.conftest import People
from tests.browser.people import Facilitator
from tests.browser.world import World, line
from tests.house.server import Server

ALIASES = ("Amal", "Birgit", "Chidi")


def longest_cue() -> dict[str, Any]:
    stages = [stage for number in range(1, 13) for stage in agenda_of("online_short_75", number)]
    return max(stages, key=lambda stage: len(stage["cue"]["say"]) + 2 * len(stage["cue"]["watch"]))


def bottom(fola: Facilitator, place: str) -> float:
    box = fola.page.locator(place).last.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_the_longest_cue_leaves_room_for_three_answers_and_a_call(
    world: World, house: Server, people: People
) -> None:
    stage = longest_cue() | {"prompts": line("A line")["prompts"]}
    assert len(stage["cue"]["say"]) > 200
    session = world.open([stage])
    (stage,) = frozen(world.row(session))
    here = {alias: world.joins(session, alias) for alias in ALIASES}
    for who in here.values():
        given = {"id": str(uuid4()), "stage_id": stage["id"], "answer": {"text": "A walk."}}
        world.says(who, "submit_reflection", **given, audience=stage["audiences"][-1])
    world.says(here["Amal"], "raise_signal", id=str(uuid4()), kind="support")
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    expect(fola.page.locator(".answer")).to_have_count(3)
    expect(fola.page.locator(".alarm[role=alert]", has_text="Amal needs support.")).to_be_visible()
    expect(fola.page.locator("#region-cue dd").first).to_be_visible()
    top = fola.page.locator(".steer").bounding_box()
    assert top is not None
    assert bottom(fola, ".answer") <= top["y"]


def test_links_of_a_development_server_are_whole_addresses(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    expect(fola.page.locator("#room-url")).to_have_value(house.url + world.room_path(session))
    expect(fola.page.locator("#display-url")).to_have_value(house.url + world.display_path(session))
