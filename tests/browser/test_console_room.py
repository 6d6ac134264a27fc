"""The console on a laptop: what must be seen is seen without scrolling, and its links lead somewhere."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from app.core.agenda import agenda_of as frozen
from app.core.changes import Who
from app.library.agendas import agenda_of
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.people import Facilitator
from tests.browser.world import World, line
from tests.house.server import Server

ALIASES = ("Amal", "Birgit", "Chidi")


def longest_cue() -> dict[str, Any]:
    stages = [stage for number in range(1, 13) for stage in agenda_of("online_short_75", number)]
    return max(stages, key=lambda stage: len(stage["cue"]["say"]) + 2 * len(stage["cue"]["also"]))


def bottom(fola: Facilitator, place: str) -> float:
    box = fola.page.locator(place).last.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_the_longest_cue_leaves_room_for_three_answers_and_a_call_and_no_open_call_is_forgotten(
    make_world: Callable[..., World], house: Server, people: People
) -> None:
    world = make_world(house.environment["DATABASE_URL"], *ALIASES, "Dolores")
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
    lists_every_open_call_before_the_end(world, fola, session, here)


def lists_every_open_call_before_the_end(
    world: World, fola: Facilitator, session: str, here: dict[str, Who]
) -> None:
    asked = world.leads(session, "ask", participant_id=here["Birgit"].id, question="safe")["id"]
    world.says(here["Birgit"], "answer_question", id=asked, answer="no")
    world.says(here["Birgit"], "leave")
    world.leads(session, "lock", locked=True)
    world.says(world.joins(session, "Dolores"), "stop_now", id=str(uuid4()))
    world.says(here["Chidi"], "raise_signal", id=str(uuid4()), kind="hand")
    fola.page.reload()
    fola.is_connected()
    fola.decides("End the session")
    open_calls = fola.page.locator("#before-end > li")
    expect(open_calls).to_have_text(
        [
            "AmalAsked for support. Still open.",
            "BirgitSaid not to be safe. Still open.",
            "DoloresAsked to stop. Still open.",
        ]
    )
    assert findings(fola.page) == []


def test_links_of_a_development_server_are_whole_addresses(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")], started=False)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    expect(fola.page.locator("#room-url")).to_have_value(house.url + world.room_path(session))
    expect(fola.page.locator("#display-url")).to_have_value(house.url + world.display_path(session))


def test_a_stage_the_programme_counts_on_is_left_out_after_one_question(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First"), line("Mood") | {"core": True}, line("Last")])
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    mood = fola.page.locator("#region-agenda .stage", has_text="Mood")
    asked = fola.page.locator("#ask-core")
    for answer in ("Keep it", "Leave it out"):
        mood.get_by_role("button").first.click()
        mood.get_by_role("button", name="Skip this stage").click()
        expect(asked).to_contain_text("Mood")
        assert world.logged(session, "skip_stage") == 0
        asked.get_by_role("button", name=answer).click()
        expect(asked).to_be_hidden()
    expect(fola.page.locator("#region-agenda .stage-skip")).to_contain_text("Mood")
    assert world.logged(session, "skip_stage") == 1


def test_a_member_leaves_and_the_group_is_told_at_the_next_session(
    world: World, house: Server, people: People
) -> None:
    last = world.open([line("First")], number=1)
    here = world.joins(last, "Birgit")
    world.leads(last, "admit", participant_id=here.id)
    world.moves(last, "end")
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path(f"/groups/{world.group}/members/{world.members['Chidi']}"))
    fola.page.get_by_text("They leave the group").click()
    assert findings(fola.page) == [] and small_targets(fola.page) == []
    fola.press("They have left")
    fola.sees("Their link no longer works.")
    fola.sees("Chidi has left the group. We can say what that is like for us.")
    fola.press("The call was made")
    fola.sees("The call is on record.")
    session = world.open([line("Opening"), line("Second")], number=2)
    fola.opens_the_console(world.console_path(session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.sees("Good that you are back. In session 1 the group did this:")
    assert findings(amal.page) == [] and too_wide(amal.page) == 0
    told, page = amal.page.locator("#missed > summary").bounding_box(), amal.page.viewport_size
    assert told and page and told["x"] + told["width"] <= page["width"]
    expect(fola.page.locator("#to-tell")).to_contain_text("Chidi has left the group.")
    assert findings(fola.page) == []
    assert "Chidi" not in amal.source()
