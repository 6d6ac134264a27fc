"""What reaches whom: of all the frames of all sockets, none holds a word that its reader may not read."""

import itertools
import json
import random
import re
from typing import Any

import pytest

from app.db import Database
from tests.core.one_database import database_kind
from tests.house.actors import Actor, Company, Leader, Person
from tests.house.rooms import Room, asking, make_room

__all__ = ["database_kind"]

SEVEN = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid", "Gala")
AUDIENCES = ("facilitators", "group_unnamed", "group_named")
OPEN = {"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"}
FOR_FACILITATORS = OPEN | {"key": "private", "text": "What should we know?", "audience": "facilitators"}
STAGES = ("s-one", "s-two", "s-three", "s-four")
ACTIONS = 130


class Scene:
    """Everybody who may or may not read, each with a socket, and a book of who wrote which words for whom."""

    def __init__(self, company: Company, database: Database) -> None:
        stages = [asking(stage, OPEN, FOR_FACILITATORS) for stage in (*STAGES, "s-last")]
        self.room = make_room(database, SEVEN, stages)
        self.room.lets_in("Waiting", guest=True)
        other = make_room(database, ("Hana", "Ivo"), [asking("s-one"), asking("s-last")])
        self.fola: Leader = company.leader(self.room)
        self.observer = company.leader(self.room, "Olu")
        self.people: dict[str, Person] = {alias: company.person(self.room, alias) for alias in SEVEN}
        self.wall = company.wall(self.room)
        self.waiting = company.person(self.room, "Waiting")
        self.elsewhere = [company.leader(other), company.person(other, "Hana"), company.wall(other)]
        self.numbers = itertools.count(1)
        self.author: dict[str, str] = {}  # word → who wrote it
        self.public: set[str] = set()  # words that the group was ever shown
        self.answers: dict[str, dict[str, Any]] = {}  # id → what stands
        self.released: set[str] = set()

    def word(self, alias: str) -> str:
        new = f"canary{next(self.numbers)}of{alias}"
        self.author[new] = alias
        return new

    def writes(self, alias: str, stage: str, audience: str, known: dict[str, Any] | None = None) -> None:
        person = self.people[alias]
        answer = person.answer("", stage=stage, audience=audience)
        if known:
            answer |= {"id": known["id"], "revision": known["revision"] + 1}
        answer["answer"] = {"text": self.word(alias), "private": self.word(alias)}
        if person.says("submit_reflection", **answer)["ok"]:
            late = stage != self.fola.session["stage_id"]
            self.answers[answer["id"]] = answer | {"alias": alias, "late": late}

    def shown(self, *ids: str) -> None:
        self.public.update(self.answers[each]["answer"]["text"] for each in ids)

    def of(self, **asked: Any) -> list[dict[str, Any]]:
        return [
            each
            for each in self.answers.values()
            if all(each.get(key) == value for key, value in asked.items())
        ]


def acts(scene: Scene, chance: random.Random) -> None:
    """One random thing that somebody does, and what the group may read from then on by the rules."""
    fola = scene.fola
    here = fola.session["stage_id"]
    one = chance.choice(list(scene.answers.values()))
    does = chance.choice(
        ("show", "show", "hide", "reveal", "ask", "ask", "revise", "withdraw", "signal", "late")
    )
    if does == "show" and fola.shows(one["id"])["ok"]:
        scene.shown(one["id"])
    elif does == "hide":
        fola.says("hide_reflection", id=one["id"])
    elif does == "reveal" and chance.random() < 0.3:
        assert fola.reveals(here)["ok"]
        scene.shown(*(each["id"] for each in scene.of(stage_id=here, audience="group_named")))
        if here not in scene.released and (unnamed := scene.of(stage_id=here, audience="group_unnamed")):
            scene.shown(*(each["id"] for each in unnamed))
            scene.released.add(here)
    elif does == "ask" and fola.says("request_share", id=one["id"])["ok"]:
        yes = chance.random() < 0.5
        if scene.people[one["alias"]].says("answer_share_request", id=one["id"], accept=yes)["ok"] and yes:
            one["audience"] = "group_named"
            scene.shown(one["id"])
    elif does == "revise" and one["stage_id"] == here:
        scene.writes(one["alias"], here, chance.choice(AUDIENCES), one)
    elif does == "withdraw" and chance.random() < 0.3:
        assert scene.people[one["alias"]].says("withdraw_reflection", id=one["id"])["ok"]
        del scene.answers[one["id"]]
    elif does == "signal":
        assert scene.people[chance.choice(SEVEN)].signals(chance.choice(("support", "hand", "slower")))["ok"]
    elif does == "late":
        missing = [alias for alias in SEVEN if not scene.of(alias=alias, stage_id=STAGES[0])]
        if missing:
            scene.writes(missing[0], STAGES[0], chance.choice(AUDIENCES))


def plays(scene: Scene, chance: random.Random) -> None:
    for number, stage in enumerate(STAGES):
        for alias in chance.sample(SEVEN, 6):
            scene.writes(alias, stage, chance.choice(AUDIENCES))
        for _ in range(ACTIONS // len(STAGES)):
            acts(scene, chance)
        scene.fola.says("save_note", stage_id=stage, text=scene.word("Fola"), revision=number + 1)
        assert scene.fola.moves_on((*STAGES, "s-last")[number + 1])["ok"]


def everything_has_arrived(*actors: Actor) -> None:
    """The last stage was the last change; once its page is there, nothing from before is on its way."""
    for each in actors:
        sees_page(each, "The stage s-last")


def sees_page(actor: Actor, text: str, name: str = "") -> None:
    """Waits for a region with this text in it."""

    def there() -> bool:
        return any(text in data.get("html", "") and name in data["name"] for _, data in actor.events)

    actor.sees(there, f"a page with {text}")


def text_of(actor: Actor) -> str:
    return "\n".join(str(frame) for frame in actor.frames)


def names_in(actor: Actor, names: tuple[str, ...] = SEVEN) -> list[str]:
    """Where in the frames a name stands, as a word: three letters in a row also stand in keys by chance."""
    return re.findall(rf".{{0,60}}\b(?:{'|'.join(names)})\b.{{0,60}}", text_of(actor))


@pytest.mark.parametrize("seed", [7, 8])
def test_no_word_reaches_anybody_who_may_not_read_it(company: Company, database: Database, seed: int) -> None:
    scene = Scene(company, database)
    plays(scene, random.Random(seed))
    everything_has_arrived(scene.wall, *scene.people.values())
    private = set(scene.author) - scene.public
    assert len(scene.public) > 10 and len(private) > 30, "the story has both"
    for alias, person in scene.people.items():
        heard = {word for word in scene.author if word in text_of(person)}
        own = {word for word, author in scene.author.items() if author == alias}
        assert heard - own <= scene.public, alias
        assert heard & own and heard - own, "somebody hears nothing at all"
    on_the_wall = {word for word in scene.author if word in text_of(scene.wall)}
    assert on_the_wall and on_the_wall <= scene.public
    for stranger in (scene.waiting, *scene.elsewhere):
        assert "canary" not in text_of(stranger)
        assert names_in(stranger) == []
    assert "The stage" not in text_of(scene.waiting)
    standing = {word for each in scene.answers.values() for word in each["answer"].values()}
    for each in (scene.fola, scene.observer):
        assert {word for word in standing if word not in text_of(each)} == set()


def unnamed_room(database: Database, people: tuple[str, ...]) -> Room:
    return make_room(
        database, people, [asking("s-one"), asking("s-two"), asking("s-three"), asking("s-last")]
    )


def test_unnamed_answers_come_once_together_shuffled_and_without_a_name(
    company: Company, database: Database
) -> None:
    room = unnamed_room(database, SEVEN)
    fola, reader = company.leader(room), company.person(room, "Gala")
    writers = [company.person(room, alias) for alias in SEVEN[:6]]
    orders = []
    for stage in ("s-one", "s-two", "s-three"):
        ids = [each.writes(f"of {stage}", stage=stage, audience="group_unnamed")["id"] for each in writers]
        assert not any(fola.shows(each)["ok"] for each in ids)
        assert reader.of("shown").keys().isdisjoint(ids)
        assert fola.reveals(stage)["shown"] == 6
        reader.sees(lambda ids=ids: set(ids) <= reader.of("shown").keys(), "the six")
        orders.append([ids.index(each) for each in reader.of("shown") if each in ids])
        late = reader.writes("too late", stage=stage, audience="group_unnamed")
        assert late["ok"] and fola.reveals(stage)["shown"] == 0
        assert fola.moves_on()["ok"]
        reader.sees(lambda: reader.session["stage_id"] == fola.session["stage_id"], "the next stage")
        assert late["id"] not in reader.of("shown") and late["id"] not in writers[0].of("shown")
    assert any(order != sorted(order) for order in orders), "the order of writing was kept"
    pushes = [{entry["id"] for entry in data["shown"]} for _, data in reader.events if data.get("shown")]
    assert {len(ids) % 6 for ids in pushes} == {0}, "they came one by one"
    assert not any("alias" in entry for entry in reader.of("shown").values())
    assert names_in(reader, SEVEN[:6]) == []


def test_in_a_group_of_four_nothing_unnamed_is_ever_shown(company: Company, database: Database) -> None:
    room = unnamed_room(database, SEVEN[:4])
    fola, reader = company.leader(room), company.person(room, "Dolores")
    for alias in SEVEN[:3]:
        company.person(room, alias).writes("canary", audience="group_unnamed")
    assert fola.reveals()["shown"] == 0
    assert fola.moves_on()["ok"]
    reader.sees(lambda: reader.session["stage_id"] == "s-two", "the next stage")
    assert "canary" not in text_of(reader)


@pytest.mark.parametrize("how", ["hidden", "taken back", "withdrawn", "revised"])
def test_what_is_taken_back_is_gone_for_everybody_at_once(company: Company, oak: Room, how: str) -> None:
    fola, amal, birgit, wall = (
        company.leader(oak),
        company.person(oak, "Amal"),
        company.person(oak, "Birgit"),
        company.wall(oak),
    )
    answer = amal.answer("canary", audience="group_named")
    assert amal.says("submit_reflection", **answer)["ok"] and fola.shows(answer["id"])["ok"]
    for each in (birgit, wall):
        each.sees(lambda each=each: answer["id"] in each.of("shown"), "the answer")
        sees_page(each, "canary", "shown")
    marks = [len(each.events) for each in (birgit, wall)]
    if how == "hidden":
        assert fola.says("hide_reflection", id=answer["id"])["ok"]
    elif how == "taken back":
        assert amal.says("take_back", id=answer["id"])["ok"]
    elif how == "withdrawn":
        assert amal.says("withdraw_reflection", id=answer["id"])["ok"]
    else:
        assert amal.says("submit_reflection", **answer | {"revision": 2, "answer": {"text": "other words"}})[
            "ok"
        ]
    for each, mark in zip((birgit, wall), marks, strict=True):
        each.sees(lambda each=each: answer["id"] not in each.of("shown"), "that it is gone")
        each.sees(
            lambda each=each, mark=mark: any(
                data.get("name") == "shown" and "canary" not in data["html"] for _, data in each.events[mark:]
            ),
            "the page without it",
        )
        assert {"id": answer["id"], "gone": True} in [
            entry for _, data in each.events[mark:] for entry in data.get("shown", [])
        ]
        assert "canary" not in json.dumps(each.events[mark:])
        assert "other words" not in text_of(each)


def test_the_notes_of_a_facilitator_reach_no_screen(company: Company, oak: Room) -> None:
    fola, sami, amal, wall = (
        company.leader(oak),
        company.leader(oak, "Sami"),
        company.person(oak, "Amal"),
        company.wall(oak),
    )
    assert fola.says("save_note", participant_id=oak.people["Amal"], text="canary", revision=1)["ok"]
    assert fola.moves_on()["ok"]
    for each in (sami, amal, wall):
        each.sees(lambda each=each: each.session["stage_id"] == "s-two", "the next stage")
        assert "canary" not in text_of(each)
