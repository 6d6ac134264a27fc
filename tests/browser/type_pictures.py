"""A picture of every response type, and the page that explains them: part of `make screenshots`.

The people and their words are invented.
"""

import importlib
import re
import textwrap
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, expect

from app.exercises import TYPES
from app.library import load
from app.library.agendas import stage_of_exercise
from app.simulated_rich import VALUES
from tests.browser.people import Participant
from tests.browser.png import smaller
from tests.browser.world import World
from tests.house.environment import ROOT
from tests.house.server import Server

PAGE = ROOT / "docs" / "exercises.md"
FOLDER = ROOT / "docs" / "screenshots" / "exercises"
LARGEST = 60_000  # bytes
MOST_HIGH = 1400  # pixels of a picture
# Each type in the words of the library's editor, and what it is good for.
SAID = {
    "free_text": ("Free text", "One thought in one box."),
    "short_texts": ("Short texts", "A few words to each of several questions, or one line an entry."),
    "scale_0_10": ("A number from 0 to 10", "How strong something is, taken with one tap."),
    "single_choice": ("One choice", "One of a few answers."),
    "multi_choice": ("Several choices", "Any of a few answers, and none where none fits."),
    "closeness_circle": ("Circle of people", "Who is near and who is far, and what is between."),
    "timeline": ("Timeline", "What happened when, and how the mood went with it."),
    "comm_transcript": ("Who said what", "A talk line by line, where it turned, and lines to try instead."),
    "decision_table": ("Ways, for and against", "A question, the ways there are, and the one to try."),
    "grid_2x2": ("Four fields", "Old and new, good and hard: a change seen from four sides."),
    "two_lists": ("Two lists", "Two sides of one thing beside each other."),
    "matrix": ("Table of people", "Who gives what: people in rows, kinds of support in columns."),
    "goal": ("Goals", "What should be different, the first step, when and with whom."),
    "roleplay_pair": ("Role play in pairs", "A scene with a partner; each has a card of their own."),
    "feedback": ("Lines to one another", "A line to one person or to all, read by the leader first."),
    "ordered_steps": ("Steps in order", "Small steps from easy to hard."),
    "structured_plan": ("A plan in parts", "The parts of a plan to take home."),
    "compare": ("Then and now", "What somebody said first beside what they say today."),
}
PLAIN = {
    "free_text": "It was good that nobody hurried me.",
    "scale_0_10": 6,
}


def page() -> str:
    """The text of docs/exercises.md: the types with the shapes of their values, as the modules tell them."""
    parts = [
        "# Response types\n",
        "How people answer a question, and what the answer is on the wire and in exports. Each type is one\n"
        "word in three places: `app/exercises/`, `templates/exercises/` and `static/js/exercises/`. What is\n"
        "drawn can be entered as a list as well; both edit the same data. A part may be left out, and a\n"
        "partial answer may be sent.\n",
        "This page and its pictures are made by `make screenshots`.\n",
    ]
    for name in TYPES:
        title, aim = SAID[name]
        told = (importlib.import_module(f"app.exercises.{name}").__doc__ or "").strip()
        shape = re.sub(r"\s+", " ", told.partition(":")[2].strip())
        parts.append(f"## {title}: `{name}`\n\n{aim}\n\n{textwrap.fill(f'Value: {shape}', 116)}\n")
        parts.append(f"![{title}, as a participant sees it](screenshots/exercises/{name}.png)\n")
    return "\n".join(parts)


def stages() -> list[dict[str, Any]]:
    """A stage for each type: one question of the library that is answered in this way."""
    made = []
    for name in TYPES:
        exercise, prompt = next(
            (exercise, prompt)
            for exercise in load().exercises.values()
            for prompt in stage_of_exercise(exercise)["prompts"]
            if prompt["type"] == name
        )
        stage = stage_of_exercise(exercise)
        made.append(stage | {"prompts": [prompt | {"who": "all"}], "repeat": False})
    return made


def value_of(prompt: dict[str, Any]) -> Any:
    """A made-up answer; None where the picture shows the question alone."""
    kind, options = prompt["type"], prompt.get("options") or []
    if kind == "single_choice":
        return options[0]
    if kind == "multi_choice":
        return options[:2]
    if kind == "short_texts":
        return [f"{each}" for each in ("A walk by the river.", "My neighbour Ines.", "That it was easy.")][
            : max(1, len(options))
        ]
    if kind in PLAIN:
        return PLAIN[kind]
    return VALUES[kind](prompt, 3, Random(7)) if kind in VALUES else None


def take_all(browser: Browser, server: Server, world: World) -> None:
    """All pictures, on the phone of one member of a group that is in session."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    planned = stages()
    session = world.open(planned, number=4)
    for alias in ("Birgit", "Chidi"):
        world.joins(session, alias)
    fola = world.leader(server.url, session)
    fola.arrives()
    amal = Participant(browser, server.url, device_scale_factor=1)
    amal.comes_in(world.member_path("Amal"))
    here = world.person(session, "Amal")
    for place, stage in enumerate(planned):
        prompt = stage["prompts"][0]
        if place:
            world.moves(session, "go_to_stage", stage_id=stage["id"])
        if prompt["type"] == "roleplay_pair":
            others = [world.person(session, alias) for alias in ("Birgit", "Chidi")]
            world.leads(session, "assign_pairs", stage_id=stage["id"], pairs=[[here, *others]])
        value = value_of(prompt)
        if value is not None:
            who = world.joined(session, here)
            world.says(
                who,
                "submit_reflection",
                id=str(uuid4()),
                stage_id=stage["id"],
                answer={prompt["key"]: value},
                audience="facilitators",
            )
        amal.page.reload()
        amal.is_connected()
        expect(amal.page.locator(f'#answer-form[data-stage="{stage["id"]}"]')).to_be_visible()
        take(amal, prompt["type"])
    amal.leaves()
    fola.leaves()


def take(amal: Participant, name: str) -> None:
    """The question with what is entered, from edge to edge of a phone."""
    amal.page.evaluate("() => document.fonts.ready.then(() => document.activeElement.blur())")
    amal.page.set_viewport_size({"width": 360, "height": MOST_HIGH})
    height = amal.page.evaluate(
        "() => Math.ceil(document.getElementById('answer-form').getBoundingClientRect().bottom) + 16"
    )
    clip = {"x": 0, "y": 0, "width": 360, "height": min(height, MOST_HIGH)}
    picture = smaller(amal.page.screenshot(animations="disabled", caret="hide", clip=clip))
    amal.page.set_viewport_size({"width": 360, "height": 740})
    if len(picture) > LARGEST:
        raise SystemExit(f"{name}.png has {len(picture)} bytes; the page should load quickly.")
    (FOLDER / f"{name}.png").write_bytes(picture)
    print(f"docs/screenshots/exercises/{name}.png  {len(picture) // 1024} KB")


def write_page(to: Path = PAGE) -> None:
    to.write_text(page(), encoding="utf-8")
