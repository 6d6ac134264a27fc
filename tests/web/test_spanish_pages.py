"""No page of a Spanish group says a sentence in English, on the phones and on the wall."""

import re
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import update

from app.core.models import GroupSession, Member, SessionState
from app.core.sealing import open_sealed
from app.db import Database
from tests.house.rooms import TABLES, Room, asking, make_room
from tests.house.speech import English, Spoken

PROMPTS: tuple[dict[str, Any], ...] = (
    {"key": "mood", "type": "scale_0_10", "text": "M0", "audience": "facilitators", "who": "all"},
    {"key": "text", "type": "free_text", "text": "M1", "taps": ["M2"], "who": "all"},
    {"key": "lines", "type": "short_texts", "text": "M3", "who": "all"},
    {"key": "one", "type": "single_choice", "text": "M4", "options": ["M5", "M6"], "who": "all"},
    {"key": "any", "type": "multi_choice", "text": "M7", "options": ["M8", "M9"], "who": "all"},
)
TALK = asking("talk") | {"kind": "talk", "prompts": []}
CAST = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
AGREED = ["consent 1", "limits 1", "agreement 1"]
CAME_IN = {"at_address": "yes", "private": "yes", "safe": "yes", "agree": AGREED}


class Oak:
    """The oak group in one language, and a browser that asks for that language."""

    def __init__(self, app: Flask, database: Database, language: str) -> None:
        self.app, self.database, self.language = app, database, language
        self.heard: dict[str, set[str]] = {}
        self.comes_anew()

    def comes_anew(self) -> None:
        """Another person, with another browser."""
        self.browser = self.app.test_client()
        self.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = f"{self.language}-419,{self.language};q=0.9"

    def room(self, *stages: dict[str, Any], **more: Any) -> Room:
        room = make_room(self.database, CAST, list(stages), **more)
        table = TABLES["care_group"]
        change = update(table).where(table.c.id == room.group).values(language=self.language)
        self.database.writer.do(lambda db: db.execute(change) and None)
        return room

    def own_link(self, room: Room, alias: str) -> str:
        table = TABLES["member"]
        rows = room.all(table.select().where(table.c.group_id == room.group))
        row = next(row for row in rows if open_sealed(Member.alias, row.id, row.alias) == alias)
        return f"/m/{open_sealed(Member.link, row.id, row.link)}"

    def comes_in(self, path: str, **more: Any) -> str:
        self.comes_anew()
        self.browser.get(path)
        data = CAME_IN | more | self.token() | {"door": self.door()}
        return str(self.browser.post("/door", data=data).headers["Location"])

    def door(self) -> str:
        found = re.search(r'name="door" value="([^"]+)"', self.browser.get("/door").text)
        assert found
        return found[1]

    def token(self) -> dict[str, str]:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.browser.get("/").text)
        assert found
        return {"csrf_token": found[1]}

    def reads(self, page: str, expect: int, answer: Any) -> None:
        """Keeps what a page says under a name."""
        assert answer.status_code == expect, page
        spoken = Spoken(answer.text)
        assert spoken.language == self.language, page
        self.heard[page] = spoken.words

    def visits(self, page: str, path: str, expect: int = 200) -> None:
        self.reads(page, expect, self.browser.get(path, follow_redirects=True))

    def sends(self, page: str, path: str, expect: int, **fields: Any) -> None:
        self.reads(page, expect, self.browser.post(path, data=fields | self.token()))


def link(room: Room, kind: str, column: Any) -> str:
    return f"/{kind}/{open_sealed(column, room.id, getattr(room.row, column.key))}"


def visits_every_page(oak: Oak) -> None:
    """Walks through a session as a participant, a guest and a wall."""
    oak.visits("join", "/")
    for code in ("", "K7M4R", "K7", "K7M4RXX", "K7M4R0", "K7M4R!", "222222"):
        oak.sends(f"the code {code}", "/code", 422, code=code)
    oak.visits("nothing here", "/nowhere", 404)
    oak.visits("closed", "/r/unknown", 404)
    oak.sends("too long", "/code", 413, code="x" * 70_000)
    oak.reads("too old", 400, oak.browser.post("/code"))

    ids = [str(uuid4()) for _ in range(8)]
    room = oak.room(asking("ask", *PROMPTS), TALK, asking("cards", repeat=True))
    oak.visits("the wall", link(room, "display", GroupSession.display_link))
    oak.visits("no wall", "/display/unknown", 404)
    oak.comes_anew()
    oak.visits("questions to a guest", link(room, "r", GroupSession.room_link))
    oak.sends("another link", "/door", 409, door="of another tab")
    oak.sends("nothing answered", "/door", 422, door=oak.door())
    oak.visits("waiting", oak.comes_in(link(room, "r", GroupSession.room_link), alias="Goran"))
    oak.visits("questions to a member", oak.own_link(room, "Amal"))
    inside = oak.comes_in(oak.own_link(room, "Amal"))
    oak.visits("asked", inside)
    for number, alias in enumerate(CAST):
        audience = ("facilitators", "group_named", "group_unnamed")[number % 3]
        words = {"mood": 4, "text": "T1", "lines": ["T2"], "any": ["M8"]}
        room.does(
            alias,
            "submit_reflection",
            id=ids[number],
            stage_id="ask",
            answer=words,
            audience=audience,
        )
    oak.visits("answered, late", inside)
    room.does("Fola", "request_share", id=ids[0])
    oak.visits("asked to share", inside)
    room.does("Amal", "answer_share_request", id=ids[0], accept=True)
    room.does("Fola", "reveal", stage_id="ask")
    for number, kind in enumerate(("support", "hand", "slower")):
        room.does("Amal", "raise_signal", id=ids[number], kind=kind)
    oak.visits("signals", inside)
    room.does("Fola", "answer_signal", id=ids[0], reply="R")
    room.does("Fola", "acknowledge_signal", id=ids[1])
    oak.visits("a reply", inside)
    for number in range(3):
        room.does("Amal", "lower_signal", id=ids[number])
    for stage in ("talk", "cards"):
        room.does("Fola", "go_to_stage", stage_id=stage, version=room.row.version)
        oak.visits(stage, inside)
        oak.visits(f"{stage} on the wall", link(room, "display", GroupSession.display_link))
    room.does(
        "Amal",
        "submit_reflection",
        id=ids[7],
        stage_id="cards",
        answer={"text": "T"},
        audience="facilitators",
    )
    room.does("Amal", "withdraw_reflection", id=ids[7])
    room.does("Fola", "hold", version=room.row.version)
    oak.visits("held", inside)
    oak.visits("held on the wall", link(room, "display", GroupSession.display_link))
    room.does("Fola", "end", version=room.row.version)
    oak.visits("ended", inside)
    oak.visits("own words", f"{inside}/words")
    oak.visits("the end on the wall", link(room, "display", GroupSession.display_link), 404)
    oak.comes_anew()
    oak.visits("again", oak.own_link(room, "Birgit"))

    early = oak.room(asking("ask"), state=SessionState.LOBBY)
    oak.visits("the lobby on the wall", link(early, "display", GroupSession.display_link))
    inside = oak.comes_in(oak.own_link(early, "Amal"))
    oak.visits("the lobby", inside)
    oak.visits("no words yet", f"{inside}/words")
    oak.sends("left", f"{inside}/leave", 200)


def test_no_page_of_a_spanish_group_says_a_sentence_in_english(app: Flask, database: Database) -> None:
    english = English()
    at_home = Oak(app, database, "en")
    visits_every_page(at_home)
    heard = {page: english.within(words) for page, words in at_home.heard.items()}
    assert all(heard.values()), "on each page there is something to translate"

    abroad = Oak(app, database, "es")
    visits_every_page(abroad)
    left = {page: english.within(words) for page, words in abroad.heard.items()}
    assert not {page: words for page, words in left.items() if words}


def test_a_page_speaks_the_language_of_the_group_whatever_the_browser_asks_for(
    app: Flask, database: Database
) -> None:
    oak = Oak(app, database, "es")
    room = oak.room(asking("ask"))
    inside = oak.comes_in(oak.own_link(room, "Amal"))
    oak.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    for path in (inside, f"{inside}/words", link(room, "display", GroupSession.display_link)):
        oak.visits(path, path)


def test_words_of_the_library_say_that_they_are_english(app: Flask, database: Database) -> None:
    oak = Oak(app, database, "es")
    room = oak.room(asking("ask", *PROMPTS))
    inside = oak.comes_in(oak.own_link(room, "Amal"))
    page = oak.browser.get(inside).text
    for prompt in PROMPTS:
        for words in (prompt["text"], *prompt.get("options", ()), *prompt.get("taps", ())):
            assert re.search(rf'lang="en"[^>]*>(<input[^>]*><span>)?{words}<', page), words
