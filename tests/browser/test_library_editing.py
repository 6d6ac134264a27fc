"""A facilitator's own library in a real browser: copied, changed by mouse and keyboard, previewed, used."""

import re

from playwright.sync_api import Locator, expect

from app.core import shelf
from app.sign_in import enter_path
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.people import Facilitator
from tests.browser.world import World
from tests.house.environment import SECRET_KEY
from tests.house.server import Server


def is_saved(fola: Facilitator) -> None:
    expect(fola.page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def looks_well(fola: Facilitator) -> None:
    """At a laptop and on a phone, in both themes."""
    for width, height in ((360, 740), (1280, 800)):
        fola.page.set_viewport_size({"width": width, "height": height})
        fola.page.wait_for_function("(width) => innerWidth === width && document.fonts.ready", arg=width)
        assert too_wide(fola.page) == 0 and small_targets(fola.page) == []
    assert findings(fola.page) == []


def enters(world: World, house: Server, people: People, **more: object) -> Facilitator:
    fola = people.facilitator(house.url, **more)
    fola.opens(enter_path(SECRET_KEY, world.fola, "/library"))
    return fola


def titles(fola: Facilitator) -> list[str]:
    fields = fola.page.locator('[data-list="rows"] > li > .what [data-field="title"]')
    return [str(field.input_value()) for field in fields.all()]


def body(world: World, fola: Facilitator) -> dict[str, object]:
    """What is stored of the item that is open."""
    item_id = fola.page.url.split("/own/")[1].split("/")[0]
    with world.database.reader() as db:
        found: dict[str, object] = shelf.page(db, world.fola, item_id)["body"]
    return found


def test_an_exercise_is_copied_changed_previewed_and_asked_in_a_session(
    world: World, house: Server, people: People
) -> None:
    fola = enters(world, house, people, expects=["422"])
    fola.page.locator("#timeline > summary").click()
    looks_well(fola)
    fola.press("Make my copy of When it began", exact=False)
    fola.sees("This is your copy.")
    fola.page.wait_for_load_state()  # its script opens the form
    fola.page.get_by_label("Name that members read").fill("Before it began")
    fola.press("Add a question")
    question = fola.page.locator(".prompt-item").last
    is_marked(fola, question)
    question.get_by_role("textbox", name="Question").fill("Which of these came first?")
    question.get_by_label("How people answer").select_option("single_choice")
    is_marked(fola, question)
    question.get_by_label("Options, one a line").fill("The quarrel\nThe low mood")
    is_saved(fola)
    looks_well(fola)
    prompts = body(world, fola)["prompts"]
    assert prompts[-1]["options"] == ["The quarrel", "The low mood"]  # type: ignore[index]
    assert fola.page.locator("[aria-invalid]").count() == 0
    question.get_by_role("button", name="Move up").focus()
    fola.page.keyboard.press("Enter")
    is_saved(fola)
    expect(fola.page.locator(".prompt-item").nth(-2).get_by_role("textbox", name="Question")).to_have_value(
        "Which of these came first?"
    )
    fola.page.get_by_role("link", name="Preview").click()
    fola.sees("Nothing here is sent or kept.")
    fola.sees("The quarrel")
    looks_well(fola)
    session = world.plan([])
    fola.opens(f"/sessions/{session}/plan")
    fola.press("Add Before it began")
    expect(fola.page.locator("#plan [data-title]")).to_have_text(["Before it began"])


def is_marked(fola: Facilitator, question: Locator) -> None:
    """What cannot be kept is told beside its field, and nothing typed is lost."""
    expect(fola.page.locator("#saved")).to_contain_text("Put right what is marked")
    expect(question.locator(".wrong").first).to_be_visible()


def test_a_session_is_put_in_order_by_mouse_and_by_keyboard_alone(
    world: World, house: Server, people: People
) -> None:
    fola = enters(world, house, people)
    made = world.do(shelf.copy, world.fola, "session", "gipt_8.middle_2_to_6", "My middle")
    fola.opens(f"/library/own/{made}/edit")
    before = titles(fola)
    grips = fola.page.locator('[data-list="rows"] > li > .grip')
    start, goal = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    assert start and goal
    fola.page.mouse.move(start["x"] + 20, start["y"] + 20)
    fola.page.mouse.down()
    fola.page.mouse.move(start["x"] + 20, start["y"] + 60, steps=4)
    fola.page.mouse.move(goal["x"] + 20, goal["y"] + 36, steps=12)
    fola.page.mouse.up()
    moved = [before[1], before[2], before[0], *before[3:]]
    expect(fola.page.locator('[data-list="rows"] > li').nth(2).locator('[data-field="title"]')).to_have_value(
        before[0]
    )
    assert titles(fola) == moved
    is_saved(fola)
    grips.nth(2).focus()
    fola.page.keyboard.press("ArrowUp")
    fola.page.keyboard.press("ArrowUp")
    expect(fola.page.locator("#say")).to_have_text("Now number 1.")
    assert titles(fola) == before
    fola.page.keyboard.press("Tab")
    fola.page.keyboard.press("Control+a")
    fola.page.keyboard.type("Come in")
    fola.page.keyboard.press("Tab")
    fola.page.keyboard.press("Tab")
    fola.page.keyboard.press("Control+a")
    fola.page.keyboard.type("9")
    fola.page.keyboard.press("Tab")
    fola.page.keyboard.press("Tab")
    fola.page.keyboard.press("Enter")
    fola.page.locator('[data-list="rows"] > li').first.get_by_label("Add an exercise").select_option(
        "grounding"
    )
    expect(fola.page.locator("#total")).to_have_text("94 min")
    is_saved(fola)
    fola.page.reload()
    assert titles(fola) == ["Come in", *before[1:]]
    rows = body(world, fola)["rows"]
    assert rows[0]["minutes"] == 9 and rows[0]["exercises"][-1] == "grounding"  # type: ignore[index]
    looks_well(fola)
    is_asked_before_a_stage_goes_that_the_session_counts_on(fola)
    assert titles(fola) == before[1:]


def is_asked_before_a_stage_goes_that_the_session_counts_on(fola: Facilitator) -> None:
    rows, sheet = fola.page.locator('[data-list="rows"] > li'), fola.page.locator("#ask-core")
    count = rows.count()
    rows.first.get_by_role("button", name="Edit this stage").click()
    take_out = rows.first.locator(".open").get_by_role("button", name="Take out", exact=True)
    take_out.click()
    expect(sheet).to_contain_text("Come in")
    assert findings(fola.page) == []
    sheet.get_by_role("button", name="Keep it").click()
    expect(rows).to_have_count(count)
    take_out.click()
    sheet.get_by_role("button", name="Leave it out").click()
    expect(rows).to_have_count(count - 1)
    is_saved(fola)


def test_a_damaged_file_is_told_on_the_page_and_a_sound_one_opens(
    world: World, house: Server, people: People
) -> None:
    fola = enters(world, house, people, expects=["422"])
    made = world.do(shelf.copy, world.fola, "programme", "gipt_8", "My eight")
    with world.database.reader() as db:
        text = shelf.to_file(db, world.fola, made)
    damaged, sound = text.replace("minutes: 5", "minutes: five", 1), text.replace("My eight", "From a friend")
    fola.press("Take in a file")
    for content in (damaged, sound):
        fola.page.locator("#file").set_input_files(
            {"name": "eight.yaml", "mimeType": "application/yaml", "buffer": content.encode()}
        )
        fola.press("Take it in")
        if content is damaged:
            expect(fola.page.get_by_role("alert")).to_contain_text(
                re.compile(r"eight\.yaml, line \d+: Give a whole number")
            )
            looks_well(fola)
            fola.press("Take in a file")
    expect(fola.page.get_by_role("heading", level=1)).to_have_text("From a friend")
    looks_well(fola)
