"""Text that somebody may not read never reaches their browser, hidden or not."""

import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.people import Person as InBrowser
from tests.browser.world import World, line
from tests.house.actors import Leader, Person
from tests.house.server import Server

# Remembers all that was ever in the page, not only what is there when somebody looks.
REMEMBER = """
window.everHeld = [];
new MutationObserver((records) => {
  for (const { type, target, attributeName, addedNodes } of records) {
    if (type === "characterData") everHeld.push(target.data);
    else if (type === "attributes") everHeld.push(target.getAttribute(attributeName) ?? "");
    else for (const node of addedNodes) everHeld.push(node.outerHTML ?? node.data ?? "");
  }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
STEPS = 100
AUDIENCES = ("facilitators", "group_unnamed", "group_named")
ALIASES = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid")
PRIVATE = {"key": "private", "type": "free_text", "text": "And only for us?", "who": "all"}


def stages() -> list[dict[str, Any]]:
    """Each person writes several answers, each with a question whose words are for the facilitators alone."""
    made = [line("First", repeat=True), line("Second", repeat=True)]
    for stage in made:
        stage["prompts"].append(PRIVATE | {"audience": "facilitators"})
    return made


class Evening:
    """Decisions in random order; `may_have_been_seen` holds the canaries that the group was ever shown."""

    def __init__(self, leader: Leader, people: dict[str, Person]) -> None:
        self.leader, self.people = leader, people
        self.random = random.Random(7)
        self.may_have_been_seen: set[str] = set()
        self.canaries: dict[str, str] = {}  # id of an answer → its canary
        self.writers: dict[str, str] = {}
        self.audiences: dict[str, str] = {}

    def everybody_writes(self) -> None:
        for alias, person in self.people.items():
            for audience in AUDIENCES:
                name, canary = str(uuid4()), f"canary-{alias}-{uuid4().hex}"
                words = {"text": canary, "private": f"private-{canary}"}
                answer = person.writes("", id=name, answer=words, audience=audience, stage=self.stage)
                assert answer["ok"], answer
                self.canaries[name], self.writers[name], self.audiences[name] = canary, alias, audience

    @property
    def stage(self) -> str:
        return str(self.leader.session["stage_id"])

    def decides(self) -> None:
        """One thing a facilitator may do, and what it lets the group see."""
        name = self.random.choice(list(self.canaries))
        what = self.random.choice(["show", "show", "hide", "hide", "ask", "yes", "no", "reveal"])
        if what == "show" and self.leader.shows(name)["ok"]:
            self.may_have_been_seen.add(self.canaries[name])
        elif what == "hide":
            self.leader.says("hide_reflection", id=name)
        elif what == "ask":
            self.leader.says("request_share", id=name)
        elif what in ("yes", "no"):
            writer = self.people[self.writers[name]]
            if writer.says("answer_share_request", id=name, accept=what == "yes")["ok"] and what == "yes":
                self.audiences[name] = "group_named"
                self.may_have_been_seen.add(self.canaries[name])
        elif what == "reveal" and self.random.random() < 0.3 and self.leader.reveals(self.stage)["ok"]:
            standing = self.leader.of("reflections")
            for each, audience in self.audiences.items():
                if standing[each]["stage_id"] == self.stage and audience != "facilitators":
                    self.may_have_been_seen.add(self.canaries[each])


def all_that_reached(person: InBrowser) -> str:
    """Frames, the page as it came, as it is and as it was in between."""
    return "\n".join([*person.frames, person.source(), *person.page.evaluate("() => everHeld")])


def test_a_hundred_decisions_show_nobody_what_they_may_not_see(
    make_world: Callable[..., World], house: Server, people: People, actors: Callable[..., Any]
) -> None:
    world = make_world(house.environment["DATABASE_URL"], *ALIASES)
    session = world.open(stages())
    bare = {alias: actors(world.member(house.url, session, alias)) for alias in ALIASES}
    leader = actors(world.leader(house.url, session))
    amal, guest, wall = people.participant(house.url), people.participant(house.url), people.wall(house.url)
    for person in (amal, guest, wall):
        person.context.add_init_script(REMEMBER)
        person.keeps_frames()
    amal.comes_in(world.member_path("Amal"))
    guest.comes_in(world.room_path(session), "Gia")  # nobody lets this one in
    wall.opens_the_wall(world.display_path(session))

    evening = Evening(leader, bare)
    for half in range(2):
        evening.everybody_writes()
        leader.sees(lambda: set(evening.canaries) <= set(leader.of("reflections")), "all answers")
        for _ in range(STEPS // 2):
            evening.decides()
        if half == 0:
            leader.moves_on()
    hidden = set(evening.canaries.values()) - evening.may_have_been_seen
    assert hidden and evening.may_have_been_seen  # there was something to keep and something to see
    leader.says("end", version=leader.version)
    wall.sees("Thank you for today.")
    amal.sees("Thank you.")

    for alias, person in (("Amal", amal), ("", guest), ("", wall)):
        reached = all_that_reached(person)
        for name, canary in evening.canaries.items():
            own = evening.writers[name] == alias
            if not own:
                assert f"private-{canary}" not in reached
            if not own and (person is guest or canary in hidden):
                assert canary not in reached
    seen = all_that_reached(wall)
    assert sum(canary in seen for canary in evening.may_have_been_seen) > len(ALIASES)


def test_covered_words_are_nowhere_in_the_console_before_they_are_uncovered(
    world: World, house: Server, people: People, actors: Callable[..., Any]
) -> None:
    session = world.open([line("First")])
    amal = actors(world.member(house.url, session, "Amal"))
    birgit = actors(world.member(house.url, session, "Birgit"))
    fola = people.facilitator(house.url)
    fola.context.add_init_script(REMEMBER)
    amal.writes("canary before the page")
    fola.opens_the_console(world.console_path(session))
    birgit.writes("canary by push")
    expect(fola.page.locator("#region-answers .answer")).to_have_count(2)

    def held() -> str:
        return "\n".join([fola.source(), *fola.page.evaluate("() => everHeld")])

    assert "canary" not in held()
    fola.answer("Amal").get_by_role("button", name="Uncover").click()
    expect(fola.answer("Amal")).to_contain_text("canary before the page")
    assert "canary by push" not in held()
    fola.answer("Amal").get_by_role("button", name="Cover").click()
    expect(fola.answer("Amal").get_by_role("img", name="Covered")).to_be_visible()
    assert "canary" not in fola.source()
