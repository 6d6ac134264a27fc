"""The people of a browser test: each has a context of their own, and says what went wrong on their pages."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, WebSocket, expect

LAPTOP = {"viewport": {"width": 1280, "height": 800}}
WALL = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

PIN = "4711"  # of a member who has one
# Keeps the sockets of a page within reach, so that a test can cut one, and hears what the policy forbids.
WATCH = """
window.openSockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...all) {
    super(...all);
    openSockets.push(this);
    this.addEventListener("message", ({ data }) => {
      this.answered ||= /^43.*"ok":true/.test(data);
      this.heard = (this.heard ?? 0) + 1;
    });
  }
};
// How many things are being sealed: what was typed last is kept once it is 0.
window.sealing = 0;
for (const name of ["encrypt", "importKey"]) {
  const real = window.SubtleCrypto?.prototype[name];
  if (real) SubtleCrypto.prototype[name] = function (...all) {
    sealing += 1;
    return real.apply(this, all).finally(() => { sealing -= 1; });
  };
}
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
  console.error(`policy: ${violatedDirective} ${blockedURI} ${sourceFile}`));
document.addEventListener("click", ({ target }) => {
  if (target.closest?.(".steer button")) window.decidedAt = performance.now();
}, true);
"""
CALM = 700  # milliseconds in which the console takes a second move for the second half of a double click
# A line that is cut or a server that is killed is no fault of the page.
LINE_IS_DOWN = re.compile(r"net::ERR_|WebSocket connection to .* failed")


class Person:
    """One browser context with one page."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        device: dict[str, Any],
        expects: Sequence[str] = (),
        **more: Any,
    ) -> None:
        """`expects` are parts of messages that these pages may give, such as a 404 that is looked for."""
        self.address = address
        self.expects = expects
        self.context: BrowserContext = browser.new_context(**device | more)
        self.context.set_default_timeout(30_000)
        self.context.add_init_script(WATCH)
        self.faults: list[str] = []
        self.frames: list[str] = []  # all that came over its sockets, if asked for before they open
        self.page = self.new_page()

    def new_page(self) -> Page:
        """One more tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", self._said)
        return page

    def keeps_frames(self) -> None:
        self.page.on("websocket", self._listens)

    def _said(self, message: ConsoleMessage) -> None:
        known = LINE_IS_DOWN.search(message.text) or any(each in message.text for each in self.expects)
        if message.type in ("error", "warning") and not known:
            self.faults.append(f"{message.location.get('url')}: {message.text}")

    def _listens(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def opens(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)

    def sees(self, words: str) -> None:
        """Waits until the words can be read somewhere on the page."""
        expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible()

    def looks_again(self) -> None:
        """As somebody who comes back to the tab: the page asks whether it has missed anything."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).filter(visible=True).click()

    def goes_on(self, name: str, role: Literal["button", "link"] = "button") -> None:
        """Presses what opens another page, and waits until that one is there."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).filter(visible=True).click()

    def is_connected(self) -> None:
        """Waits until the server has answered this page's first sync."""
        self.page.wait_for_function(
            "() => openSockets.some((each) => each.readyState === 1 && each.answered)"
        )

    def has_kept(self, kind: str = ".draft.", many: int = 1) -> None:
        """Waits until what was typed lies sealed in this tab, under as many names of a kind."""
        self.page.wait_for_function(
            "([kind, many]) => sealing === 0"
            " && Object.keys(sessionStorage).filter((name) => name.includes(kind)).length === many",
            arg=[kind, many],
        )

    def source(self) -> str:
        """All that the page holds, templates and attributes included."""
        return self.page.evaluate(
            "() => [document.documentElement.outerHTML,"
            " ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)].join('\\n')"
        )

    def loses_the_line(self) -> None:
        self.context.set_offline(True)
        self.page.evaluate("() => openSockets.forEach((socket) => socket.close())")

    def gets_the_line_back(self) -> None:
        self.context.set_offline(False)

    def leaves(self) -> None:
        self.context.close()


class Participant(Person):
    """Somebody with a phone."""

    def __init__(self, browser: Browser, address: str, **more: Any) -> None:
        super().__init__(browser, address, PHONE, **more)

    @property
    def box(self) -> Locator:
        """The field of the question that is open now."""
        return self.page.locator("#answer-form .prompt:not([hidden]) [data-body]:not([hidden]) textarea")

    @property
    def state(self) -> Locator:
        """The line that says what is true of the answer."""
        return self.page.locator("#answer-state")

    @property
    def send_button(self) -> Locator:
        return self.page.locator("#answer-send")

    def comes_in(self, path: str | None = None, alias: str | None = None) -> None:
        """From a link, or from the page that is open, through the few questions."""
        if path:
            self.opens(path)
        if alias:
            self.page.get_by_label("What should we call you?").fill(alias)
        self.answers_at_the_door()
        self.is_connected()

    def answers_at_the_door(self) -> None:
        """Says yes to every question and every text, and comes in."""
        self.page.wait_for_load_state()
        for yes in self.page.locator(".yesno").get_by_text("Yes", exact=True).all():
            yes.click()
        for text in self.page.locator('input[name="agree"]').all():
            text.check()
        for pin in self.page.get_by_label("Your PIN", exact=True).all():
            pin.fill(PIN)
        self.press("Come in")
        self.page.wait_for_url("**/room/*")

    def writes(self, words: str) -> None:
        self.box.fill(words)

    def chooses(self, name: str) -> None:
        """Takes a number of a scale or a card."""
        self.page.locator("#answer-form .prompt:not([hidden]) [data-body]:not([hidden])").locator(
            f'label:has(input[value="{name}"])'
        ).click()

    def next_question(self) -> None:
        expect(self.send_button).to_have_text("Next question")
        self.send_button.click()

    def sends(self) -> None:
        """Sends, and reads that it is stored."""
        expect(self.send_button).to_have_text(re.compile("^Send"))
        self.send_button.click()
        self.is_saved()

    def is_saved(self) -> None:
        expect(self.state).to_contain_text(re.compile(r"Saved \d\d:\d\d"))

    def reads(self, audience: str) -> None:
        """Chooses who will read the answer."""
        self.page.locator("#answer-form .prompt:not([hidden]) .aud:not([hidden])").get_by_role(
            "button", name="Change who will read this"
        ).click()
        sheet = self.page.locator("#audience-sheet")
        sheet.locator(f"label:has(input[value={audience}])").click()
        sheet.get_by_role("button", name="Close").click()

    def signals(self, words: str) -> None:
        self.page.locator("#signal-open").click()
        sheet = self.page.locator("#signal-sheet")
        sheet.get_by_role("button", name=words).click()
        sheet.get_by_role("button", name="Close").click()


class Facilitator(Person):
    """Somebody at a laptop, mostly with the console open."""

    def __init__(self, browser: Browser, address: str, **more: Any) -> None:
        super().__init__(browser, address, LAPTOP, **more)

    def opens(self, path: str) -> None:
        if "/enter/" in path:  # it ends the sign-in with which an open page would still be asking
            self.page.goto("about:blank")
        super().opens(path)

    @property
    def next_button(self) -> Locator:
        return self.page.locator("#region-steer .next")

    def opens_the_console(self, path: str) -> None:
        self.opens(path)
        self.is_connected()

    def decides(self, name: str) -> None:
        """Presses the large button, which names what it does."""
        expect(self.next_button).to_contain_text(name)
        self._takes_a_breath()
        self.next_button.click()

    def keys(self, key: str) -> None:
        """Uses a keyboard shortcut."""
        self._takes_a_breath()
        self.page.keyboard.press(key)

    def _takes_a_breath(self) -> None:
        """Waits until the last decision is longer ago than a double click, as it is with a person.

        It counts from the click as the page heard it, which on a busy machine is well after the press.
        """
        self.page.wait_for_function(
            "(calm) => performance.now() > (window.decidedAt ?? -Infinity) + calm", arg=CALM + 100
        )

    def moves_on(self, to: str) -> None:
        """Moves the group on, and waits until it is there."""
        self.decides(to)
        expect(self.page.locator("#region-stage h1")).to_have_text(to)

    def answer(self, alias: str) -> Locator:
        """The row of one person's answer."""
        return self.page.locator("#region-answers .answer").filter(
            has=self.page.locator(".who", has_text=re.compile(f"^{alias}$"))
        )

    def person(self, alias: str) -> Locator:
        """The row of one person in the roster."""
        return self.page.locator("#region-roster .person").filter(
            has=self.page.locator(".who-open", has_text=re.compile(f"^{alias}$"))
        )


class Wall(Person):
    """The projector."""

    def __init__(self, browser: Browser, address: str, **more: Any) -> None:
        super().__init__(browser, address, WALL, **more)

    def opens_the_wall(self, path: str) -> None:
        self.opens(path)
        self.is_connected()
