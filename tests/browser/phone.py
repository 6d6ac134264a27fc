"""Amal's phone at one stage with one question, and how each type is answered by finger and mouse."""

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, expect
from sqlalchemy import select

from app.core import pins
from app.core.models import Reflection
from app.core.sealing import open_sealed
from app.library.agendas import talk_stage
from tests.browser.people import PIN, Participant
from tests.browser.world import Stage, World
from tests.house.hashes import quick_hash
from tests.house.server import Server

if TYPE_CHECKING:
    from tests.browser.conftest import People

BONDS = ["warm", "mixed", "tense", "lost touch", "has died"]
OPTIONS = {
    "closeness_circle": BONDS,
    "two_lists": ["What I miss", "What was hard"],
    "grid_2x2": ["Old: good", "Old: hard", "New: good", "New: hard"],
    "matrix": ["listens", "helps", "is fun"],
    "structured_plan": ["Who will you tell?", "When will you ask for help?"],
    "compare": ["mood", "goals", "circle"],
    "roleplay_pair": ["asks", "answers"],
    "single_choice": ["at home", "at work"],
    "multi_choice": ["sad", "calm", "tired"],
}
GOAL = {"rating": [], "status": "open", "standing": []}


class Phone:
    """Amal's phone at one stage with one question, and what the server keeps of it."""

    def __init__(self, world: World, house: Server, people: "People") -> None:
        self.world, self.house, self.people = world, house, people
        self.amal: Participant = people.participant(house.url)
        # what was said in one session stands in the next for members with a PIN alone
        world.do(pins.set_first, world.members["Amal"], quick_hash(PIN))

    def asks(self, kind: str) -> None:
        self.session = self.world.open([stage_of(kind)])
        self.world.joins(self.session, "Birgit")
        self.amal.comes_in(self.world.member_path("Amal"))
        expect(self.form).to_be_visible()

    @property
    def form(self) -> Locator:
        return self.amal.page.locator("#answer-form")

    def kept(self, key: str = "it") -> Any:
        """The answer to one question as it stands in the database."""
        with self.world.database.reader() as db:
            row = db.execute(
                select(Reflection.__table__).where(Reflection.group_session_id == self.session)
            ).one()
        return json.loads(open_sealed(Reflection.answer, row.id, row.answer))[key]

    def field(self, name: str, place: int = 0) -> Locator:
        return self.form.locator(f'[data-f="{name}"]').nth(place)

    def fills(self, name: str, words: str, place: int = 0) -> None:
        self.field(name, place).fill(words)

    def adds(self, what: str) -> None:
        self.form.locator(f'[data-add="{what}"]').tap()

    def types(self, *keys: str) -> None:
        """Presses keys; anything else is typed where the focus is."""
        for key in keys:
            if key in (
                "Tab",
                "Enter",
                "Space",
                "ArrowDown",
                "ArrowUp",
                "ArrowLeft",
                "ArrowRight",
                "Shift+Tab",
            ):
                self.amal.page.keyboard.press(key)
            else:
                self.amal.page.keyboard.type(key)

    def goes_to(self, target: Locator) -> None:
        """Moves the focus with Tab alone until it is there."""
        for _ in range(60):
            if target.evaluate("(each) => each === document.activeElement"):
                return
            self.amal.page.keyboard.press("Tab")
        raise AssertionError("cannot be reached with Tab")

    def sends_by_key(self) -> None:
        self.goes_to(self.amal.send_button)
        self.amal.page.keyboard.press("Enter")
        self.amal.is_saved()


def stage_of(kind: str) -> Stage:
    prompt = {"key": "it", "type": kind, "text": "What is it like for you?", "who": "all"}
    if kind in OPTIONS:
        prompt["options"] = OPTIONS[kind]  # type: ignore[assignment]
    return talk_stage("A stage", 5) | {"kind": "exercise", "prompts": [prompt]}


def free_text(phone: Phone) -> Any:
    phone.form.get_by_role("textbox").fill("We talked.\nThen it was quiet.")
    return "We talked.\nThen it was quiet."


def short_texts(phone: Phone) -> Any:
    phone.form.get_by_role("textbox").fill("tired\nhopeful")
    return ["tired", "hopeful"]


def scale(phone: Phone) -> Any:
    phone.form.locator('label:has(input[value="7"])').tap()
    phone.form.locator('label:has(input[value="4"])').click()
    return 4


def one_choice(phone: Phone) -> Any:
    phone.form.get_by_text("at home").tap()
    phone.form.get_by_text("at work").click()
    return "at work"


def some_choices(phone: Phone) -> Any:
    for each in ("tired", "sad", "calm"):
        phone.form.get_by_text(each, exact=True).tap()
    phone.form.get_by_text("calm", exact=True).click()
    return ["sad", "tired"]


def two_lists(phone: Phone) -> Any:
    phone.form.get_by_label("What I miss").fill("her voice\nSundays")
    return {"boxes": {"What I miss": ["her voice", "Sundays"]}}


def grid(phone: Phone) -> Any:
    phone.form.get_by_label("Old: good").fill("work")
    phone.form.get_by_label("New: hard").fill("nights")
    return {"boxes": {"Old: good": ["work"], "New: hard": ["nights"]}}


def plan(phone: Phone) -> Any:
    phone.form.get_by_label("Who will you tell?").fill("Ines")
    return {"sections": {"Who will you tell?": "Ines"}}


def goal(phone: Phone) -> Any:
    phone.form.get_by_label("What I would like").fill("Ring my sister")
    phone.fills("when", "Sunday")
    return {"text": "Ring my sister", "first_step": "", "when": "Sunday", "who": "", **GOAL}


def steps(phone: Phone) -> Any:
    phone.fills("text", "Ask for a walk")
    phone.field("hard").select_option("6")
    phone.adds("steps")
    phone.fills("text", "Say hello", 1)
    phone.form.locator('[data-shift="-1"]').nth(1).click()
    return {
        "steps": [
            {"text": "Say hello", "hard": None, "chosen": False},
            {"text": "Ask for a walk", "hard": 6, "chosen": False},
        ]
    }


def matrix(phone: Phone) -> Any:
    phone.fills("name", "Ines")
    phone.form.get_by_label("listens").first.check()
    phone.adds("people")
    phone.fills("name", "Doctor", 1)
    phone.form.get_by_label("helps").nth(1).check()
    return {"rows": ["Ines", "Doctor"], "cols": OPTIONS["matrix"], "ticks": [[0, 0], [1, 1]]}


def decision(phone: Phone) -> Any:
    phone.fills("question", "Move out?")
    phone.fills("text", "Stay")
    phone.fills("pros", "cheap\nnear work")
    phone.adds("options")
    phone.fills("text", "Go", 1)
    phone.form.get_by_label("I try this one first").nth(0).check()
    phone.form.get_by_label("I try this one first").nth(1).check()
    stay = {"text": "Stay", "pros": ["cheap", "near work"], "cons": [], "helper": "", "chosen": False}
    go = {"text": "Go", "pros": [], "cons": [], "helper": "", "chosen": True}
    return {"question": "Move out?", "wish": "", "options": [stay, go]}


def talk(phone: Phone) -> Any:
    phone.fills("who", "my boss")
    phone.fills("said", "Late again.")
    phone.adds("lines")
    phone.fills("who", "me", 1)
    phone.fills("said", "Sorry.", 1)
    phone.form.get_by_text("What I felt and meant").nth(1).click()
    phone.fills("felt", "small", 1)
    boss = {"who": "my boss", "said": "Late again.", "felt": "", "meant": "", "turn": False}
    me = {"who": "me", "said": "Sorry.", "felt": "small", "meant": "", "turn": False}
    return {"setting": "", "lines": [boss, me], "retry": []}


def circle(phone: Phone) -> Any:
    """Somebody is put on the circle with a finger, and moved there."""
    page = phone.amal.page
    box = phone.form.locator("svg.circle-live").bounding_box()
    assert box
    unit = box["width"] / 300
    page.touchscreen.tap(box["x"] + 150 * unit, box["y"] + 55 * unit)
    expect(phone.field("label")).to_be_focused()
    phone.types("Ines")
    phone.field("bond").select_option("warm")
    phone.form.locator("svg.circle-live").scroll_into_view_if_needed()
    box = phone.form.locator("svg.circle-live").bounding_box()
    assert box
    page.mouse.move(box["x"] + 150 * unit, box["y"] + 55 * unit)
    page.mouse.down()
    page.mouse.move(box["x"] + 200 * unit, box["y"] + 150 * unit, steps=6)
    page.mouse.move(box["x"] + 181 * unit, box["y"] + 150 * unit, steps=6)
    page.mouse.up()
    return {"people": [{"label": "Ines", "ring": 1, "angle": 90, "bond": "warm", "marked": False}]}


def timeline(phone: Phone) -> Any:
    phone.fills("when", "2026-03")
    phone.fills("label", "The move")
    phone.field("kind").select_option("hard")
    phone.fills("when", "2026-04", 1)
    phone.field("value").select_option("3")
    phone.fills("onset", "2026-03")
    expect(phone.form.locator("mood-line .point")).to_have_count(1)
    return {
        "span": {"from": "", "to": ""},
        "events": [{"when": "2026-03", "label": "The move", "kind": "hard"}],
        "mood": [{"when": "2026-04", "value": 3}],
        "onset": "2026-03",
    }


def compare(phone: Phone) -> Any:
    phone.form.locator("label.choice", has_text="circle").click()
    return ["circle"]


def play(phone: Phone) -> Any:
    phone.fills("scene", "At the door")
    phone.fills("rounds", "May I come in?")
    return {"scene": "At the door", "role": "", "rounds": ["May I come in?"], "observer_notes": []}


def feedback(phone: Phone) -> Any:
    phone.form.get_by_label("To Birgit").fill("You waited for me.")
    return [{"to": phone.world.members["Birgit"], "text": "You waited for me."}]


BY_POINTER = {
    "free_text": free_text,
    "short_texts": short_texts,
    "scale_0_10": scale,
    "single_choice": one_choice,
    "multi_choice": some_choices,
    "two_lists": two_lists,
    "grid_2x2": grid,
    "structured_plan": plan,
    "goal": goal,
    "ordered_steps": steps,
    "matrix": matrix,
    "decision_table": decision,
    "comm_transcript": talk,
    "closeness_circle": circle,
    "timeline": timeline,
    "compare": compare,
    "roleplay_pair": play,
    "feedback": feedback,
}
