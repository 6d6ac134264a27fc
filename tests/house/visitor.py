"""One browser of a participant, without the browser: every page it visits is checked."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import groups
from app.core.models import GroupSession, Member
from app.core.sealing import open_sealed
from tests.house.pages import Page
from tests.house.rooms import TABLES, Room

AGREED = ["consent 1", "limits 1", "agreement 1"]  # what a guest says yes to
CAME_IN = {"at_address": "yes", "private": "yes", "safe": "yes", "agree": AGREED}


class Visitor:
    """One browser of one person. Every page it visits is checked for what must hold on all of them."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def visit(self, path: str, expect: int = 200) -> str:
        return self._checked(self.client.get(self.goes(path)), expect)

    def goes(self, path: str) -> str:
        """Where a link leads: every one to the door."""
        if path.startswith(("/r/", "/m/")):
            path = self.client.get(path).headers["Location"]
            assert path == "/door"
        return path

    def send(self, path: str, expect: int = 303, **fields: Any) -> Any:
        path = self.goes(path)
        if path == "/door":
            fields = {"door": self.door()} | fields
        answer = self.client.post(path, data=fields | {"csrf_token": self._token()})
        if answer.status_code == 303:
            assert expect == 303
            return answer.headers["Location"]
        return self._checked(answer, expect)

    came_in = CAME_IN  # what somebody says at the door who comes in

    def comes_in(self, path: str, **more: Any) -> str:
        return str(self.send(path, **{**self.came_in, **more}))

    def door(self) -> str:
        """What the page at the door of the newest link carries; where it has no form, what it would carry."""
        found = re.search(r'name="door" value="([^"]+)"', self.client.get("/door").text)
        with self.client.session_transaction() as cookie:
            return found[1] if found else str(cookie.get("door", ("", ""))[1][:12])

    def _token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/").text)
        assert found
        return found[1]

    def _checked(self, answer: Any, expect: int) -> str:
        assert answer.status_code == expect
        page = Page(answer.text)
        assert page.titles == "Concentric"
        assert page.headings == 1
        assert not page.inline
        assert not page.unlabelled
        assert answer.headers["Cache-Control"] == "no-store"
        self._can_leave(page)
        assert 'id="help-sheet"' in answer.text and 'href="tel:' in answer.text
        assert not page.told
        return str(answer.text)

    def _can_leave(self, page: Page) -> None:
        """The way out is the first thing that the Tab key finds, works without a script, and is there before
        any other script is.
        """
        first, button = page.stops[0], next(each for each in page.stops if each.get("id") == "quick-exit")
        assert first["class"] == "exit-first"
        for each in (first, button):
            assert "data-exit" in each and each["href"].startswith("https://") and each["ping"] == "/exit"
        reader = page.scripts[0]
        assert "js/reader.js" in reader["src"] and not reader.keys() & {"async", "defer", "type"}
        assert reader["data-away"] == button["href"]


def room_link(room: Room) -> str:
    return f"/r/{open_sealed(GroupSession.room_link, room.id, room.row.room_link)}"


def own_link(room: Room, alias: str) -> str:
    """The personal link of a member who is in the room, or of one enrolled now."""
    row = member_row(room, alias)
    return f"/m/{open_sealed(Member.link, row.id, row.link)}"


def member_row(room: Room, alias: str) -> Any:
    """The row of a member of the room's group, who is enrolled now if there is none."""
    members = TABLES["member"]
    rows = room.all(select(members).where(members.c.group_id == room.group))
    aliases = {open_sealed(Member.alias, row.id, row.alias): row for row in rows}
    if alias not in aliases:
        room.database.writer.do(groups.add_members, room.group, [alias])
        return member_row(room, alias)
    return aliases[alias]
