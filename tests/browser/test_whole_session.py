"""One session from the planner to the summary: everybody at their own screen, and all that may go wrong."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import People
from tests.browser.people import Facilitator, Participant, Wall
from tests.browser.planning import plan_six_stages
from tests.browser.world import EMAIL, PASSWORD, World
from tests.house.server import Server

WEEK, WORD, SCENE, LATE = "a long call with my sister", "mellow", "on the pier at six", "my brother came by"


@dataclass
class Room:
    """Who is in the room, and the server that may fall over."""

    server: Server
    world: World
    people: People
    fola: Facilitator
    wall: Wall
    amal: Participant
    ines: Participant
    karim: Participant | None = None


@pytest.mark.timeout(240)
def test_a_whole_session(
    browser: Browser,
    make_world: Callable[..., World],
    start_server: Callable[..., Server],
    sqlite_url: str,
    people: People,
) -> None:
    world, server = make_world(sqlite_url), start_server(sqlite_url)
    world.gives_fola_a_password()
    address = server.url
    room = Room(
        server,
        world,
        people,
        people.facilitator(address),
        people.wall(address),
        people.participant(address),
        people.participant(address),
    )
    for person in (room.wall, room.amal, room.ines):
        person.keeps_frames()
    fola_signs_in_and_plans(room)
    people_come_in(room)
    everybody_talks(room)
    the_stage_moves_while_ines_is_typing(room)
    a_line_is_cut_and_a_page_is_loaded_again(room)
    only_what_is_shown_is_seen(room)
    karim_comes_late(room)
    the_server_is_killed_in_the_middle(room)
    ines_asks_for_support(room)
    the_group_takes_a_pause(room)
    they_agree_and_leave(room)
    everybody_keeps_their_own_words(room)
    fola_reads_the_summary(room)


def fola_signs_in_and_plans(room: Room) -> None:
    fola = room.fola
    fola.opens(f"/groups/{room.world.group}")
    fola.page.get_by_label("E-mail").fill(EMAIL)
    fola.page.get_by_label("Password").fill(PASSWORD)
    fola.press("Sign in")
    fola.press("Plan it")
    fola.sees("1 session is planned.")
    fola.page.get_by_role("link", name="Plan", exact=True).click()
    plan_six_stages(fola)
    fola.page.get_by_role("link", name="Open the room").click()
    fola.is_connected()
    fola.decides("Open the room")
    fola.sees("The room is open.")


def people_come_in(room: Room) -> None:
    fola, wall, amal, ines = room.fola, room.wall, room.amal, room.ines
    fola.page.locator("#room-menu summary").click()
    wall.opens_the_wall(fola.page.locator("#display-url").input_value())
    code = fola.page.locator(".code-big").inner_text()
    expect(wall.page.locator(".code b")).to_have_text(code)

    amal.comes_in(room.world.member_path("Amal"))
    amal.sees("We start when everyone is here.")
    ines.comes_in(fola.page.locator("#room-url").input_value(), "Ines")
    fola.page.locator("#room-menu summary").click()
    ines.sees("Hello Ines. You are in the right place.")
    fola.press("Admit Ines")
    ines.sees("We start when everyone is here.")
    expect(fola.person("Ines").locator(".doing")).to_have_text("Here")


def everybody_talks(room: Room) -> None:
    room.fola.moves_on("Welcome")
    for person in (room.wall, room.amal, room.ines):
        person.sees("We are talking. Nothing to type.")


def the_stage_moves_while_ines_is_typing(room: Room) -> None:
    fola, amal, ines = room.fola, room.amal, room.ines
    fola.moves_on("Mood now, in writing")
    amal.chooses("6")
    amal.next_question()
    amal.writes(WEEK)
    amal.next_question()
    amal.page.locator("#prompt-link .choice").first.click()
    amal.sends()

    row = fola.answer("Amal")
    expect(row.get_by_role("img", name="Covered")).to_be_visible()
    assert WEEK not in fola.source()
    row.get_by_role("button", name="Uncover").click()
    expect(row).to_contain_text(WEEK)

    ines.chooses("3")
    ines.next_question()
    ines.box.press_sequentially(LATE)
    expect(fola.person("Ines").locator(".doing")).to_have_text("Writing")
    expect(fola.next_button).to_contain_text("1 of 2 still writing. Move on?")
    fola.moves_on("One word")
    assert WEEK not in fola.page.locator("#region-answers").inner_html()
    ines.sees("The group has moved on to “One word”.")
    expect(ines.box).to_have_value(LATE)
    expect(ines.box).to_be_focused()
    ines.press("Send and come along")
    expect(ines.page.locator("#stage-name")).to_have_text("One word")
    expect(ines.page.locator("#unsent")).to_be_hidden()


def a_line_is_cut_and_a_page_is_loaded_again(room: Room) -> None:
    fola, amal, ines = room.fola, room.amal, room.ines
    ines.loses_the_line()
    ines.writes("tired")
    ines.reads("group_named")
    ines.press("Send")
    expect(ines.state).to_contain_text("Not sent yet. Your words are safe here.")
    ines.sees("You are not connected.")
    expect(fola.person("Ines").locator(".doing")).to_have_text("Away")
    ines.gets_the_line_back()
    ines.is_saved()
    expect(fola.answer("Ines")).to_have_count(1)
    expect(fola.person("Ines").locator(".doing")).to_have_text("Answered")

    amal.writes(WORD)
    amal.reads("group_named")
    amal.has_kept()
    amal.page.reload()
    expect(amal.page.locator("#stage-name")).to_have_text("One word")
    expect(amal.box).to_have_value(WORD)
    expect(amal.page.locator("#who-word .aud:not([hidden])")).to_contain_text(
        "The group will read this, with your name."
    )
    amal.sends()


def only_what_is_shown_is_seen(room: Room) -> None:
    fola, wall, amal, ines = room.fola, room.wall, room.amal, room.ines
    fola.answer("Amal").get_by_role("button", name="Show").click()
    for person in (wall, ines):
        expect(person.page.locator("#region-shown li")).to_have_text(re.compile(f"{WORD}Amal"))
    assert "tired" not in wall.source() + amal.source()
    fola.press("Show together")
    for person in (wall, amal):
        both = [re.compile(f"{WORD}Amal"), re.compile("tiredInes")]
        expect(person.page.locator("#region-shown li")).to_have_text(both)
    assert WEEK not in wall.source() + ines.source()


def karim_comes_late(room: Room) -> None:
    fola = room.fola
    fola.moves_on("A time it was good with someone")
    karim = room.karim = room.people.participant(room.server.url)
    karim.keeps_frames()
    karim.opens("/")
    karim.page.get_by_label("Room code").fill(room.wall.page.locator(".code b").inner_text().lower())
    karim.press("Go on")
    karim.comes_in(alias="Karim")
    karim.sees("You come in at the next pause.")
    assert WORD not in karim.source() + "".join(karim.frames)
    fola.press("Admit Karim")
    karim.sees("The group is at “A time it was good with someone”.")
    karim.press("Thank you")
    expect(karim.page.locator("#region-banner")).to_be_hidden()
    assert WORD not in karim.source() + "".join(
        karim.frames
    )  # what was shown before stays with those who were there


def the_server_is_killed_in_the_middle(room: Room) -> None:
    fola, wall, amal, ines, karim = room.fola, room.wall, room.amal, room.ines, room.karim
    ines.writes("half a line of Ines")
    room.server.kill()
    amal.writes(SCENE)
    for _ in range(4):
        amal.next_question()
    amal.writes("ask her again")
    amal.press("Send")
    expect(amal.state).to_contain_text("Not sent yet")
    fola.sees("Not connected.")
    room.server.restart()
    amal.is_saved()
    expect(fola.page.locator("#line")).to_be_hidden()
    expect(wall.page.locator("#line")).to_have_text("")
    expect(fola.answer("Amal")).to_have_count(1)
    expect(ines.box).to_have_value("half a line of Ines")
    expect(fola.person("Karim").locator(".doing")).to_have_text("Here")
    for person in (ines, karim):
        expect(person.page.locator("#line-lost")).to_be_hidden()
        expect(person.page.locator("#stage-name")).to_have_text("A time it was good with someone")


def ines_asks_for_support(room: Room) -> None:
    fola, wall, amal, ines = room.fola, room.wall, room.amal, room.ines
    for person in (wall, amal):
        person.frames.clear()
    ines.signals("I need support")
    dock = ines.page.locator("#signal-open .dock-word")
    expect(dock).to_have_text("Arrived")
    ines.sees("This is on your leader’s screen.")
    ines.sees("In danger, or might hurt yourself? Call")
    alarm = fola.page.locator(".alarm[role=alert]", has_text="Ines needs support.")
    alarm.get_by_role("button", name="Seen").click()
    expect(dock).to_have_text("Seen")
    fola.press("I will call you at the end.")
    ines.sees("Fola has seen it: “I will call you at the end.”")
    ines.press("I am safe for now")
    fola.sees("Said “safe for now”")
    traces = ("data-safe", "Thank you for telling us.", "has seen it", "at the end.”")
    assert all(trace in "".join(ines.frames) for trace in traces)  # there was something to hear
    # What comes after the signal has arrived at both, so nothing of the signal is still on its way.
    fola.answer("Amal").get_by_role("button", name="Uncover").click()
    expect(fola.answer("Amal")).to_contain_text(SCENE)
    fola.keys("h")
    for person in (wall, amal):
        person.sees("We are taking a pause")
        assert not any(trace in "".join(person.frames) for trace in traces)
    expect(amal.page.locator("#signal-open .dock-word")).to_have_text("Signal")


def the_group_takes_a_pause(room: Room) -> None:
    fola, ines = room.fola, room.ines
    fola.sees("The session is on hold.")
    ines.press("Open what you wrote")
    expect(ines.box).to_have_value("half a line of Ines")
    fola.keys("h")
    expect(ines.page.locator("#region-stage")).to_be_empty()
    expect(ines.box).to_have_value("half a line of Ines")


def they_agree_and_leave(room: Room) -> None:
    fola, amal, ines, karim = room.fola, room.amal, room.ines, room.karim
    fola.moves_on("Agreement, limits of privacy")
    ines.press("Come along now")
    expect(ines.page.locator("#unsent")).to_contain_text("A time it was good with someone")
    for rule in ("What is said here stays here", "You choose what to share"):
        amal.chooses(rule)
    amal.next_question()
    amal.chooses("Yes")
    amal.sends()
    fola.moves_on("Pulse, how are you leaving, last word")
    for _ in range(4):
        amal.chooses("8")
        amal.next_question()
    amal.next_question()
    amal.chooses("Settled")
    amal.next_question()
    amal.writes("lighter")
    amal.sends()
    karim.press("Pass")
    karim.sees("You passed. You can still answer.")
    expect(fola.page.locator(".answers-rest")).to_contain_text("Karim")
    fola.decides("End the session")
    fola.page.locator("#ask-end").get_by_role("button", name="End the session").click()
    fola.sees("The session has ended.")
    for person in (amal, ines, karim):
        person.sees("Thank you. That was session 1.")
        expect(person.page.locator("textarea:visible, main input:visible")).to_have_count(0)
    room.wall.sees("Thank you for today.")


def everybody_keeps_their_own_words(room: Room) -> None:
    amal = room.amal
    amal.page.get_by_role("link", name="Your own words from today").click()
    for words in (WEEK, WORD, SCENE, "lighter"):
        amal.sees(words)
    amal.page.get_by_text("Keep a copy").click()
    with amal.page.expect_download() as waiting:
        amal.page.get_by_role("link", name="Save the file").click()
    kept = waiting.value.path().read_text()
    assert SCENE in kept
    assert "tired" not in kept + amal.source()


def fola_reads_the_summary(room: Room) -> None:
    fola = room.fola
    fola.page.get_by_role("link", name="To the summary").click()
    fola.page.wait_for_url("**/summary")
    fola.page.wait_for_load_state("load")  # its script is there
    fola.press("Open all stages")
    for words in (WEEK, WORD, SCENE, LATE, "Passed: Karim", "mellow, then lighter", "Settled"):
        fola.sees(words)
    late = fola.page.locator(".by-stage", has_text=LATE)
    expect(late).to_contain_text("Us only, late")
    whole = json.loads(takes(fola, "The whole summary as data (JSON)").read_text())
    answers = [str(answer["parts"]) for stage in whole["stages"] for answer in stage["answers"]]
    for words in (WEEK, SCENE, LATE, "tired"):  # "tired" was sent over a line that was cut
        assert sum(words in answer for answer in answers) == 1, words
    table = takes(fola, "Answers as a table (CSV)").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert sum(SCENE in "".join(row) for row in rows) == 1


def takes(fola: Facilitator, file: str) -> Path:
    """Gets a file of the session whose summary is open, with the password once more."""
    fola.page.get_by_role("link", name="Export").click()
    fola.page.get_by_text(file, exact=True).click()
    fola.page.get_by_label("Your password, once more").fill(PASSWORD)
    with fola.page.expect_download() as waiting:
        fola.press("Get the file")
    fola.page.go_back()
    return waiting.value.path()
