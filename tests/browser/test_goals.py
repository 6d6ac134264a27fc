"""Goals from before on a phone: rated by touch and by key, kept as a draft, and a new one beside them."""

from app.library.agendas import stage_of_exercise
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.phone import Phone


def test_goals_from_before_are_rated_by_touch_and_by_key_and_a_new_one_stands_beside_them(
    phone: Phone,
) -> None:
    world, page = phone.world, phone.amal.page
    stage = stage_of_exercise("goal_setting")
    for words in ("Ring my sister on Sundays.", "Eat with somebody."):
        first = world.open([stage])
        goal = {"goal": {"text": words}, "close": 2}
        payload = {"id": words_id(words), "stage_id": stage["id"], "audience": "facilitators"}
        world.says(world.joins(first, "Amal"), "submit_reflection", answer=goal, **payload)
        world.moves(first, "end")
    phone.session = world.open([stage])
    phone.amal.comes_in(world.member_path("Amal"))
    scales = phone.form.locator("[data-goal]")
    scales.nth(0).locator("input[value='7']").click()
    phone.goes_to(scales.nth(1).locator("input").first)
    phone.types("ArrowDown", "ArrowDown", "ArrowDown")
    phone.form.get_by_text("A new goal", exact=True).click()
    phone.fills("text", "Say what I need.")
    phone.form.locator("[data-new-goal] input[value='1']").click()
    page.set_viewport_size({"width": 320, "height": 640})
    assert findings(page) == [] and too_wide(page) == 0 and small_targets(page) == []
    phone.amal.has_kept()
    page.reload()
    phone.amal.is_connected()
    phone.amal.send_button.click()
    phone.amal.is_saved()
    kept = phone.kept("goal")
    assert [(each["text"], each["rating"]) for each in kept["standing"]] == [
        ("Ring my sister on Sundays.", 7),
        ("Eat with somebody.", 3),
    ]
    assert (kept["text"], kept["rating"]) == ("Say what I need.", [1])


def words_id(words: str) -> str:
    return f"00000000-0000-4000-8000-{len(words):012}"
