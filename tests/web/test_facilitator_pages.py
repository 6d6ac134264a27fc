"""The facilitator's pages in the browser: who may see them, what they show, what they never show."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from app import runtime, sign_in
from app.core import accounts, groups
from app.core.models import GroupSession, Role, now
from app.core.sealing import open_sealed
from app.db import Database
from app.library import agendas
from facilitator import pages
from tests.core.cast import MEMBERS, Oak, refused
from tests.house.browser import Browser
from tests.house.environment import SECRET_KEY

DATES = {"kind": "group", "when": "2027-03-02T18:20"}
A_GROUP = {
    "name": "Tuesday",
    "programme": "online_short_75",
    "language": "en",
    "time_zone": "Europe/London",
    "emergency_number": "112",
    "crisis_line": "116 123",
    "online": "yes",
    "colleague": "",
}


def pages_of(oak: Oak) -> list[str]:
    session = f"/sessions/{oak.id}"
    group = f"/groups/{oak.group_id}"
    return [group, f"{group}/edit", *(f"{session}/{name}" for name in ("console", "summary"))]


def planned(oak: Oak) -> str:
    """One more session of the oak group, not opened yet, with a shipped agenda."""
    stages = agendas.agenda_of("online_short_75", 4)
    return str(oak.database.writer.do(groups.plan_session, oak.group_id, stages))


# who may see what


def test_every_page_opens_for_its_own_facilitators_and_is_checked(oak: Oak, fola: Browser) -> None:
    for path in ["/today", "/groups", "/groups/new", "/library", *pages_of(oak)]:
        fola.visit(path)
    fola.visit(f"/sessions/{planned(oak)}/plan")


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page(oak: Oak, stranger: Browser) -> None:
    for path in ["/today", "/groups", "/library", *pages_of(oak)]:
        assert stranger.goes(path) == "/sign-in"
    assert (
        stranger.goes(sign_in.enter_path(SECRET_KEY, oak.leaders["Fola"], pages_of(oak)[0]))
        == pages_of(oak)[0]
    )
    for path in (f"/sessions/{oak.id}/ticket", f"/groups/{oak.group_id}/members"):
        assert Browser(stranger.client.application).fetch(path, {}).status_code == 401


def test_somebody_elses_group_looks_like_none(
    oak: Oak, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    other = browser_of(database.writer.do(accounts.add_facilitator, "Ines", "l"))
    for path in pages_of(oak):
        there, nowhere = (
            other.client.get(path),
            other.client.get(path.replace(oak.id, "x").replace(oak.group_id, "x")),
        )
        assert there.status_code == nowhere.status_code == 404
        assert re.sub(r'content="[^"]*"', "", there.text) == re.sub(r'content="[^"]*"', "", nowhere.text)
    for name in ("answers?id=x", "export"):
        assert other.client.get(f"/sessions/{oak.id}/{name}").status_code == 404
    assert other.fetch(f"/sessions/{oak.id}/ticket", {}).status_code == 404
    other.send(f"/groups/{oak.group_id}/members", 404, aliases="Goran")


def test_an_observer_reads_and_changes_nothing(
    oak: Oak, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    observer = database.writer.do(accounts.add_facilitator, "Ines", "l")
    database.writer.do(groups.set_role, oak.group_id, observer, Role.OBSERVER)
    ines = browser_of(observer)
    ines.visit(f"/groups/{oak.group_id}")
    ines.send(f"/groups/{oak.group_id}/members", 404, aliases="Goran")
    ines.send(f"/groups/{oak.group_id}/edit", 404, **A_GROUP)
    ines.send(f"/groups/{oak.group_id}/sessions", 404, **DATES)
    assert ines.fetch(f"/sessions/{planned(oak)}/plan", {"version": 0, "stages": []}).status_code == 404


# the console and the wall


def test_the_console_holds_no_word_of_an_answer_before_it_is_uncovered(fola: Browser, oak: Oak) -> None:
    secret = "I told my son I was tired."
    written = oak.writes(oak.amal, text=secret, audience="facilitators")["id"]
    page = fola.visit(f"/sessions/{oak.id}/console")
    assert "Amal" in page and 'class="cover"' in page
    assert secret not in page
    uncovered = fola.client.get(f"/sessions/{oak.id}/answers?id={written}").json["answers"]
    assert list(uncovered) == [written]
    assert secret in uncovered[written]


def test_an_answer_of_another_session_is_not_uncovered_here(fola: Browser, oak: Oak) -> None:
    first = oak.id
    written = oak.writes(oak.amal, text="For the first session.")["id"]
    oak.does(oak.fola, "end")
    oak.plans()
    assert fola.client.get(f"/sessions/{first}/answers?id={written}").json["answers"]
    assert fola.client.get(f"/sessions/{oak.id}/answers?id={written}").json["answers"] == {}


def test_what_people_write_is_shown_as_words_and_never_run(fola: Browser, oak: Oak) -> None:
    script = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    written = oak.writes(oak.amal, text=script)["id"]
    body = fola.client.get(f"/sessions/{oak.id}/answers?id={written}").json["answers"][written]
    assert "&lt;script&gt;" in body and "<img" not in body
    fola.visit(f"/sessions/{oak.id}/summary")


def test_next_names_the_stage_and_who_is_still_writing(fola: Browser, oak: Oak) -> None:
    oak.writes(oak.amal, text="Done.")
    oak.writes(oak.birgit, passed=True)
    page = " ".join(fola.visit(f"/sessions/{oak.id}/console").split())
    assert "Next: Mixed" in page
    assert "3 of 5 still writing. Move on?" in page


def test_nobody_is_said_to_be_writing_while_the_group_talks(fola: Browser, oak: Oak) -> None:
    oak.moves_to("talk")
    page = " ".join(fola.visit(f"/sessions/{oak.id}/console").split())
    assert "A talk stage." in page and "Nobody is writing." in page
    assert "still writing. Move on?" not in page


def test_a_call_for_support_stands_on_the_console_until_it_is_met(fola: Browser, oak: Oak) -> None:
    signal = oak.signals(oak.chidi)
    assert "Chidi needs support." in fola.visit(f"/sessions/{oak.id}/console")
    oak.does(oak.sami, "answer_signal", id=signal, reply="stay")
    page = fola.visit(f"/sessions/{oak.id}/console")
    assert "Seen by Sami." in page and "“Stay if you can.”" in page
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert "Chidi needs support." not in fola.visit(f"/sessions/{oak.id}/console")


def wall_of(oak: Oak) -> str:
    return f"/display/{open_sealed(GroupSession.display_link, oak.id, oak.row().display_link)}"


def words_in(page: str, *words: str) -> list[str]:
    """Which of these words stand in a page's source; letters within a random ticket are none."""
    return [word for word in words if re.search(rf"(?<![\w-]){word}(?![\w-])", page)]


def test_the_wall_knows_no_names_but_those_that_are_shown(stranger: Browser, oak: Oak) -> None:
    assert all(name in json.dumps(oak.console(), default=str) for name in MEMBERS)
    shown = oak.writes(oak.amal, text="Lunch with my old team.")["id"]
    oak.writes(oak.birgit, text="Nobody rang.", audience="facilitators")
    oak.signals(oak.chidi)
    page = stranger.visit(wall_of(oak))
    assert not words_in(page, *MEMBERS, "Oak", "Fola", "Lunch", "Nobody")
    oak.does(oak.fola, "show_reflection", id=shown)
    page = stranger.visit(wall_of(oak))
    assert "Lunch with my old team." in page and "Amal" in page
    assert not words_in(page, *MEMBERS[1:], "Nobody")


def test_the_wall_shows_the_code_and_a_wrong_address_shows_nothing(stranger: Browser, oak: Oak) -> None:
    code = oak.row().code
    assert f"{code[:3]} {code[3:]}" in stranger.visit(wall_of(oak))
    assert "Nothing is shown at this address." in stranger.visit("/display/wrong", 404)
    assert stranger.fetch("/display/wrong/ticket", {}).status_code == 404
    assert stranger.fetch(f"{wall_of(oak)}/ticket", {}).json["ticket"]


def test_the_address_of_a_wall_works_until_the_session_ends_and_twelve_hours_at_most(
    fola: Browser, stranger: Browser, oak: Oak
) -> None:
    address, console = wall_of(oak), f"/sessions/{oak.id}/console"
    assert address in fola.visit(console)
    with time_machine.travel(now() + timedelta(hours=12), tick=False):
        stranger.visit(address, 404)
        assert stranger.fetch(f"{address}/ticket", {}).status_code == 404
        oak.does(oak.fola, "rotate_link")
        assert wall_of(oak) != address
        stranger.visit(address, 404)
        stranger.visit(wall_of(oak))
    again = wall_of(oak)
    oak.does(oak.fola, "end")
    assert "Nothing is shown at this address." in stranger.visit(again, 404)
    assert stranger.fetch(f"{again}/ticket", {}).status_code == 404
    page = fola.visit(console)
    assert again not in page and "Its wall shows nothing more." in page


def test_the_wall_of_a_session_that_was_planned_long_before_gets_its_address_when_the_room_opens(
    browser_of: Callable[[str], Browser], stranger: Browser, oak: Oak
) -> None:
    oak.plans()
    early = wall_of(oak)
    stranger.visit(early)
    with time_machine.travel(now() + timedelta(hours=5), tick=False):
        oak.does(oak.fola, "open_lobby")
        assert wall_of(oak) == early, "it was set up for today"
    oak.plans()
    early = wall_of(oak)
    with time_machine.travel(now() + timedelta(hours=13), tick=False):
        console = browser_of(oak.leaders["Fola"]).visit(f"/sessions/{oak.id}/console")
        assert "The wall gets its address when the room opens." in console
        oak.does(oak.fola, "open_lobby")
        stranger.visit(early, 404)
        stranger.visit(wall_of(oak))


def test_a_long_page_lets_others_have_their_turn(
    fola: Browser, oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> str:
        text = fola.client.get(f"/groups/{oak.group_id}").text
        return re.sub(r'csrf[-_]token" (?:value|content)="[^"]+"', "", text)

    whole, turns = asked(), list[int]()
    monkeypatch.setattr(runtime, "give_way", lambda: turns.append(1))
    monkeypatch.setattr(pages, "BITE", 0.0)
    assert asked() == whole and len(turns) > 50


# afterwards


def test_the_summary_says_what_people_wrote_and_for_whom(fola: Browser, oak: Oak) -> None:
    oak.writes(oak.amal, text="My sister called.", audience="facilitators")
    oak.writes(oak.birgit, passed=True)
    oak.does(oak.fola, "end")
    page = " ".join(fola.visit(f"/sessions/{oak.id}/summary").split())
    assert "My sister called." in page and "Us only" in page
    assert "Passed: Birgit" in page
    assert "Fola led." in page and "Sami supported." in page
    assert "To the console" not in fola.visit("/today")


def test_whoever_presses_too_late_reads_who_moved_the_session(oak: Oak) -> None:
    seen = oak.row().version
    oak.does(oak.sami, "go_to_stage", stage_id="mixed")
    with refused("stale") as late:
        oak.does(oak.fola, "go_to_stage", stage_id="talk", version=seen)
    assert late.value.answer()["error"]["by"] == "Sami"
