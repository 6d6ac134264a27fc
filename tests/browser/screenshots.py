"""The pictures of the README, made from the running product: `make screenshots`.

The people are invented: the demo's group in its fifth session, whose members answer here as bare clients.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app import demo_data
from app.access import SANDBOX_SECONDS, Tickets
from app.core import attendance, groups
from app.core.changes import Who
from app.core.door import hashed
from app.core.models import GroupSession, Member
from app.library.agendas import agenda_of
from app.sign_in import enter_path
from tests.browser import type_pictures
from tests.browser.people import Facilitator, Participant, Wall
from tests.browser.png import smaller
from tests.browser.world import World
from tests.house import chromium, tools
from tests.house.actors import Leader, Person
from tests.house.databases import migrate
from tests.house.environment import ROOT, SECRET_KEY
from tests.house.rooms import open_database
from tests.house.server import Server

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 150_000  # bytes
PHONE = {"width": 390, "height": 844}
ORIGIN = "http://groups.example.org"
WEEK = {
    "Amal": (5, "We had tea. The flat did not come up once.", "group_named"),
    "Birgit": (4, "I went back to the choir, and left at the break.", "group_named"),
    "Chidi": (6, "A good talk in the car.", "group_named"),
    "Dolores": (5, "An old colleague asked me for lunch.", "facilitators"),
    "Farid": (5, "I went to football. I was bad, and nobody minded.", "group_unnamed"),
}


def take(page: Page, name: str) -> None:
    """One picture, in the theme that the page has now."""
    page.mouse.move(0, 0)
    page.evaluate("() => document.fonts.ready.then(() => undefined)")
    picture = smaller(page.screenshot(animations="disabled", caret="hide"))
    if len(picture) > LARGEST:
        raise SystemExit(f"{name}.png has {len(picture)} bytes; the README should load quickly.")
    (FOLDER / f"{name}.png").write_bytes(picture)
    print(f"docs/screenshots/{name}.png  {len(picture) // 1024} KB")


def take_both(page: Page, name: str) -> None:
    """One picture in each theme."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        take(page, f"{name}-{theme}")
    page.emulate_media(color_scheme="light")


class Evening:
    """The demo's fifth session, with everybody who is in the pictures."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        url = f"sqlite:///{folder}/pictures.db"
        migrate(url)
        database = open_database(url)
        stack.callback(database.close)
        self.demo = database.writer.do(demo_data.make_or_find)
        with database.reader() as db:
            row = db.execute(select(GroupSession.__table__).where(GroupSession.number == 4)).one()
            gita = db.execute(
                select(Member.id).where(Member.link_hash == hashed(self.demo.free[0][1]))
            ).scalar_one()
        self.last_session = row.id
        here = {gita: "present"}  # else their phone tells first what they missed
        database.writer.do(attendance.correct, self.demo.facilitator_id, row.id, here)
        self.planned = database.writer.do(
            groups.plan_session, row.group_id, agenda_of(demo_data.PROGRAMME, 6), number=6
        )
        self.server = Server(url, folder, CONCENTRIC_ORIGIN=ORIGIN).start()
        stack.callback(self.server.stop)
        program = tools.chromium()
        if program is None:
            raise SystemExit(f"Chromium is missing: {tools.how_to_install(['chromium-headless-shell'])}")
        self.browser = stack.enter_context(chromium.running(program))
        self.tickets = Tickets(SECRET_KEY)
        self.stack = stack
        fola = self._ticket("facilitator", self.demo.facilitator_id)
        self.leader = Leader(self.server.url, "facilitator", fola)
        self._comes(self.leader)
        aliases = {each["alias"]: each["id"] for each in self.leader.of("people").values()}
        self.people = {
            alias: Person(self.server.url, "participant", self._ticket("participant", name))
            for alias, name in aliases.items()
        }
        for person in self.people.values():
            self._comes(person)

    def _ticket(self, kind: str, name: str) -> str:
        return self.tickets.issue(Who(kind, self.demo.group_session_id, name), SANDBOX_SECONDS, sandbox=True)

    def _comes(self, actor: Any) -> None:
        actor.arrives()
        self.stack.callback(actor.leaves)

    def enter(self, path: str) -> str:
        return enter_path(SECRET_KEY, self.demo.facilitator_id, path)

    def goes_on_to(self, title: str) -> None:
        """The group moves on, past what lies in between."""
        stages = self.leader.session["stages"]
        self.leader.moves_on(next(each["id"] for each in stages if each["title"] == title))


def phone(evening: Evening) -> Participant:
    """Gita, who is not simulated, has come in and is half way through the opening round."""
    gita = Participant(evening.browser, evening.server.url, device_scale_factor=2, viewport=PHONE)
    _, link = evening.demo.free[0]
    gita.comes_in(f"/m/{link}")
    dismiss = gita.page.get_by_role("button", name="Thank you")
    dismiss.click()
    gita.chooses("5")
    gita.next_question()
    gita.writes("My neighbour brought soup. I let her in.")
    gita.page.evaluate("() => document.activeElement.blur()")
    return gita


def everybody_answers(evening: Evening) -> dict[str, str]:
    """All but Ewa, who is writing and asks for support; gives the ids of the answers by alias."""
    answers = {}
    for alias, (mood, week, audience) in WEEK.items():
        answers[alias] = str(uuid4())
        words = {"mood": mood, "week": [week], "link": "What happened"}
        evening.people[alias].writes("", id=answers[alias], answer=words, audience=audience)
    ewa = evening.people["Ewa"]
    ewa.says("set_writing", stage_id=ewa.session["stage_id"], writing=True)
    return answers


def console(evening: Evening, answers: dict[str, str]) -> None:
    """Covered answers, one open, one shown, a call for support."""
    fola = Facilitator(evening.browser, evening.server.url)
    fola.opens_the_console(evening.enter(f"/sessions/{evening.demo.group_session_id}/console"))
    evening.people["Ewa"].signals("support")
    evening.people["Chidi"].signals("hand")
    fola.sees("Ewa needs support.")
    fola.page.locator("#cue-card summary").first.click()
    row: Locator = fola.answer("Birgit")
    row.get_by_role("button", name="Uncover").click()
    expect(row).to_contain_text("choir")
    fola.page.evaluate("() => document.activeElement.blur()")
    take_both(fola.page, "console")
    fola.opens(f"/sessions/{evening.planned}/plan")
    take(fola.page, "planner-light")
    fola.opens(f"/sessions/{evening.last_session}/summary")
    take(fola.page, "summary-light")


def wall(evening: Evening, answers: dict[str, str]) -> None:
    """What the group has chosen to show, on a projector."""
    display = Wall(evening.browser, evening.server.url)
    for alias in ("Birgit", "Amal", "Chidi"):
        evening.leader.shows(answers[alias])
    display.opens_the_wall(f"/display/{evening.demo.display_link}")
    expect(display.page.locator("#region-shown li")).to_have_count(3)
    take(display.page, "display-light")


def types(evening: Evening, folder: Path) -> None:
    """Every response type on a phone, and the page about them."""
    url = f"sqlite:///{folder}/types.db"
    migrate(url)
    world = World(url)
    server = Server(url, folder).start()
    try:
        type_pictures.take_all(evening.browser, server, world)
    finally:
        server.stop()
        world.close()
    type_pictures.write_page()


def main() -> None:
    """Takes all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        evening = Evening(Path(folder), stack)
        gita = phone(evening)
        take_both(gita.page, "opening")
        answers = everybody_answers(evening)
        console(evening, answers)
        wall(evening, answers)
        evening.goes_on_to("Steps: how did it go; who works today")
        gita.sees("The group has moved on")
        take(gita.page, "moved-on-light")
        evening.goes_on_to("Member work A")
        gita.press("Send and come along")
        gita.sees("We are talking. Nothing to type.")
        take(gita.page, "talk-light")
        types(evening, Path(folder))


if __name__ == "__main__":
    main()
