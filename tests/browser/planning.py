"""The planner as a facilitator uses it."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.people import Facilitator

SIX = [
    "Welcome",
    "Mood now, in writing",
    "One word",
    "A time it was good with someone",
    "Agreement, limits of privacy",
    "Pulse, how are you leaving, last word",
]


def row(fola: Facilitator, title: str) -> Locator:
    return fola.page.locator("#plan > li").filter(
        has=fola.page.locator("[data-title]", has_text=re.compile(f"^{re.escape(title)}$"))
    )


def is_loaded(fola: Facilitator) -> None:
    """What a page does by itself begins when its scripts have come."""
    fola.page.wait_for_load_state("domcontentloaded")


def opened(fola: Facilitator, title: str) -> Locator:
    """The row of a stage, unfolded."""
    button = row(fola, title).get_by_role("button", name=f"Edit {title}")
    if button.get_attribute("aria-expanded") != "true":
        button.click()
    return row(fola, title)


def take_out(fola: Facilitator, title: str) -> None:
    opened(fola, title).get_by_role("button", name="Take out").click()
    asked = fola.page.locator("#ask-core")
    if asked.is_visible():
        expect(asked).to_contain_text(title)
        asked.get_by_role("button", name="Leave it out").click()
    expect(row(fola, title)).to_have_count(0)
    is_loaded(fola)


def add_exercise(fola: Facilitator, title: str) -> None:
    fola.page.get_by_role("button", name=f"Add {title}", exact=True).click()
    expect(row(fola, title)).to_have_count(1)
    is_loaded(fola)


def add_talk(fola: Facilitator, title: str) -> None:
    fola.page.get_by_label("Add a talk, nothing to type").fill(title)
    fola.page.get_by_role("button", name="Add", exact=True).click()
    expect(row(fola, title)).to_have_count(1)
    is_loaded(fola)


def move_up(fola: Facilitator, title: str, times: int) -> None:
    """With the keyboard, on the grip."""
    grip = row(fola, title).get_by_role("button", name=f"Move {title}")
    grip.focus()
    for _ in range(times):
        grip.press("ArrowUp")


def is_saved(fola: Facilitator) -> None:
    expect(fola.page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def plan_six_stages(fola: Facilitator) -> None:
    """The programme's first session, made shorter: what is left out goes, a talk and two exercises come."""
    is_loaded(fola)
    titles = fola.page.locator("#plan [data-title]")
    for title in titles.all_inner_texts():
        if title not in SIX:
            take_out(fola, title)
    add_talk(fola, "Welcome")
    add_exercise(fola, "One word")
    add_exercise(fola, "A time it was good with someone")
    expect(titles).to_have_text([SIX[4], SIX[1], SIX[5], SIX[0], SIX[2], SIX[3]])
    move_up(fola, SIX[0], 3)
    move_up(fola, SIX[1], 1)
    move_up(fola, SIX[2], 2)
    move_up(fola, SIX[3], 2)
    expect(titles).to_have_text(SIX)
    is_saved(fola)
    fola.page.reload()
    expect(titles).to_have_text(SIX)
