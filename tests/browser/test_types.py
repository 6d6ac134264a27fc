"""Every response type on a phone: by finger and mouse, by keyboard alone, looked at, and kept as a draft."""

from typing import Any

import pytest
from playwright.sync_api import expect

from app.exercises import TYPES
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.phone import BY_POINTER, GOAL, OPTIONS, Phone


def test_no_type_is_left_out() -> None:
    assert set(BY_POINTER) == set(KEYS) == set(TYPES)


@pytest.mark.parametrize("kind", BY_POINTER)
def test_it_is_answered_by_finger_and_mouse_kept_through_a_reload_and_stored_as_it_was_given(
    phone: Phone, kind: str
) -> None:
    phone.asks(kind)
    page = phone.amal.page
    wanted = BY_POINTER[kind](phone)
    assert findings(page) == [] and too_wide(page) == 0 and small_targets(page) == []
    phone.amal.has_kept()
    page.reload()
    phone.amal.is_connected()
    expect(phone.amal.state).to_contain_text("Kept in this page")
    phone.amal.send_button.click()
    phone.amal.is_saved()
    assert phone.kept() == wanted
    page.set_viewport_size({"width": 320, "height": 640})
    assert too_wide(page) == 0


# by keyboard alone: where to go with Tab, and what to press there

KEYS: dict[str, tuple[list[tuple[str, list[str]]], Any]] = {
    "free_text": ([("textarea", ["We talked."])], "We talked."),
    "short_texts": ([("textarea", ["tired", "Enter", "hopeful"])], ["tired", "hopeful"]),
    "scale_0_10": ([("[value='0']", ["Space", "ArrowRight", "ArrowRight"])], 2),
    "single_choice": ([("[type=radio]", ["Space", "ArrowDown"])], "at work"),
    "multi_choice": ([("[type=checkbox]", ["Space", "Tab", "Tab", "Space"])], ["sad", "tired"]),
    "two_lists": ([("[data-label]", ["her voice"])], {"boxes": {"What I miss": ["her voice"]}}),
    "grid_2x2": ([("[data-label]", ["work"])], {"boxes": {"Old: good": ["work"]}}),
    "structured_plan": ([("[data-label]", ["Ines"])], {"sections": {"Who will you tell?": "Ines"}}),
    "goal": (
        [("[data-f=text]", ["Ring"])],
        {"text": "Ring", "first_step": "", "when": "", "who": "", **GOAL},
    ),
    "ordered_steps": (
        [("[data-f=text]", ["Say hello", "Enter", "Ask"]), ("[data-f=chosen]", ["Space"])],
        {
            "steps": [
                {"text": "Say hello", "hard": None, "chosen": True},
                {"text": "Ask", "hard": None, "chosen": False},
            ]
        },
    ),
    "matrix": (
        [("[data-f=name]", ["Ines"]), ("[data-f=col-1]", ["Space"])],
        {"rows": ["Ines"], "cols": OPTIONS["matrix"], "ticks": [[0, 1]]},
    ),
    "decision_table": (
        [("[data-f=text]", ["Stay"]), ("[data-f=chosen]", ["Space"])],
        {
            "question": "",
            "wish": "",
            "options": [{"text": "Stay", "pros": [], "cons": [], "helper": "", "chosen": True}],
        },
    ),
    "comm_transcript": (
        [("[data-f=who]", ["me", "Tab", "Sorry."]), ("[data-f=turn]", ["Space"])],
        {
            "setting": "",
            "lines": [{"who": "me", "said": "Sorry.", "felt": "", "meant": "", "turn": True}],
            "retry": [],
        },
    ),
    "closeness_circle": (
        [("[data-f=label]", ["Ines"])],
        {"people": [{"label": "Ines", "ring": 2, "angle": 12, "bond": "", "marked": False}]},
    ),
    "timeline": (
        [("[data-f=label]", ["The move"])],
        {
            "span": {"from": "", "to": ""},
            "events": [{"when": "", "label": "The move", "kind": ""}],
            "mood": [],
            "onset": "",
        },
    ),
    "compare": ([("[value=goals]", ["Space"])], ["goals"]),
    "roleplay_pair": (
        [("[data-f=rounds]", ["May I?"])],
        {"scene": "", "role": "", "rounds": ["May I?"], "observer_notes": []},
    ),
    "feedback": ([("[data-to]", ["You waited."])], None),
}


@pytest.mark.parametrize("kind", KEYS)
def test_it_is_answered_by_keyboard_alone(phone: Phone, kind: str) -> None:
    phone.asks(kind)
    places, wanted = KEYS[kind]
    for place, keys in places:
        phone.goes_to(phone.form.locator(place).first)
        phone.types(*keys)
    if kind == "closeness_circle":  # nearer with one key, further round with another
        phone.amal.page.keyboard.press("Shift+Tab")
        expect(phone.form.locator("svg .person-on")).to_be_focused()
        phone.types("ArrowUp", "ArrowRight")
        expect(phone.form.locator("closeness-circle [data-said]")).to_have_text("Ines is on ring 2.")
    phone.sends_by_key()
    assert phone.kept() == (wanted or feedback_of(phone))


def feedback_of(phone: Phone) -> Any:
    return [{"to": phone.world.members["Birgit"], "text": "You waited."}]
