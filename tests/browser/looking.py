"""What is looked at on every page: axe's findings, width, the size of what one touches, motion."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
SERIOUS = {"serious", "critical"}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# A page that has just come may not have its styles yet.
STYLED = "() => [...document.querySelectorAll('link[rel=stylesheet]')].every((each) => each.sheet)"
# A colour on its way to another has no contrast yet.
COLOURS_ARRIVE = """() => document.getAnimations().filter((each) => each instanceof CSSTransition)
  .forEach((each) => each.finish())"""
# Links within sentences are as high as their line; fields for the screen reader alone have no size.
SMALL_TARGETS = """() => [
  ...document.querySelectorAll("button, a.btn, summary, select, textarea, label.choice"),
  ...document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox])")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((each) => !each.closest(".only-read"))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.width < 43.5 || box.height < 43.5))
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""

# A sheet makes the page behind it inert and passes the tap on.
WAY_OUT = """() => {
  const { x, y, width, height } = document.getElementById("quick-exit").getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  const itself = document.body.matches(".room") ? document.scrollingElement.scrollHeight - innerHeight : 0;
  return [
    ...(itself > 0 ? [`the page itself scrolls by ${itself}: Quick exit may go out of sight`] : []),
    ...(top?.closest("#quick-exit, dialog") ? [] : [`over Quick exit: ${top?.outerHTML.slice(0, 120)}`]),
    ...(document.title === "Concentric" ? [] : [document.title])];
}"""


def findings(page: Page) -> list[str]:
    """What axe finds serious or critical, in the light and in the dark theme."""
    found: list[str] = []
    page.wait_for_function(STYLED)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(COLOURS_ARRIVE)
        rules: Any = RULES if scheme == "light" else RULES | {"runOnly": ["color-contrast"]}
        for each in axe(page, rules):
            if each["impact"] in SERIOUS:
                nodes = [node["html"][:160] for node in each["nodes"][:3]]
                found.append(f"{scheme}, {page.url}: {each['id']}: {nodes}")
    page.emulate_media(color_scheme="light")
    return found


def axe(page: Page, rules: Any) -> list[dict[str, Any]]:
    """What axe finds by these rules; its script, half a megabyte, is brought in once a page."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT)
    return list(page.evaluate("(rules) => axe.run(rules).then((found) => found.violations)", rules))


def no_way_out(page: Page) -> list[str]:
    """What lies over Quick exit or moves it away, and a title that says more than the product's name."""
    return list(page.evaluate(WAY_OUT))


def too_wide(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    page.wait_for_load_state("load")  # a page that has just been answered may not have its styles yet
    return int(page.evaluate("() => document.scrollingElement.scrollWidth - innerWidth"))


def small_targets(page: Page) -> list[str]:
    """What one touches that is smaller than 44 pixels in either direction."""
    page.wait_for_load_state("load")
    return list(page.evaluate(SMALL_TARGETS))


def moving(page: Page) -> int:
    """How many things on the page move by themselves."""
    return int(
        page.evaluate(
            "() => document.getAnimations().filter((each) => each.playState === 'running'"
            " && each.effect.getComputedTiming().duration > 1).length"
        )
    )


def stands_still(page: Page) -> bool:
    """Whether what moves on the page stands still for somebody who asked for less motion."""
    assert moving(page) > 0, "there is nothing that could stand still"
    page.emulate_media(reduced_motion="reduce")
    still = moving(page) == 0
    page.emulate_media(reduced_motion="no-preference")
    return still
