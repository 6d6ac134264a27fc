"""The private form before the room opens: who comes to it, when, and who finds a closed door."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from app.core import groups, stored
from app.core.changes import Who
from app.core.course_models import MeasureResponse
from app.core.models import Group, GroupSession, Member, Participant, Signal, now
from app.core.sealing import open_sealed
from app.library.agendas import talk_stage
from tests.core.cast import Oak, prompt, refused, stage
from tests.house.browser import Browser
from tests.house.rooms import FORM

AGREED = ["consent 1", "limits 1", "agreement 1"]
CAME_IN = {"at_address": "yes", "private": "yes", "safe": "yes", "agree": AGREED}


@pytest.fixture
def link(oak: Oak) -> str:
    """Amal's own link; the session of today is over."""
    oak.does(oak.fola, "end")
    with oak.database.reader() as db:
        row = db.execute(Member.__table__.select().where(Member.id == oak.members["Amal"])).one()
    return f"/m/{open_sealed(Member.link, row.id, row.link)}"


def door(browser: Browser) -> str:
    """What tells the page at the door of one link from that of another."""
    found = re.search(r'name="door" value="([^"]+)"', browser.visit("/door"))
    assert found
    return found[1]


def planned(oak: Oak, minutes: int, *names: str) -> str:
    """A session that is planned in so many minutes, with these private forms."""
    stages = [talk_stage("Arrive", 5) | {"measures": list(names)}]
    at = now() + timedelta(minutes=minutes)
    new = oak.database.writer.do(groups.plan_session, oak.group_id, stages, scheduled_at=at)
    return str(new)


def at_the_door(stranger: Browser, link: str) -> str:
    """The page that somebody's link leads to now."""
    assert stranger.goes(link) == "/door"
    return stranger.visit("/door")


def presence(app: Flask) -> Any:
    return app.extensions["concentric"].screens.presence


def test_from_half_an_hour_before_a_member_comes_to_the_form_while_a_leader_is_there(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    session = planned(oak, 25, "phq9")
    assert "Before you come in" not in at_the_door(stranger, link)
    presence(app).arrives("facilitator", session, oak.leaders["Fola"], "a socket")
    assert "Before you come in" in at_the_door(stranger, link)
    assert stranger.send("/door", **CAME_IN, door=door(stranger)) == f"/room/{session}"
    page = stranger.visit(f"/room/{session}")
    assert "The room is not open yet." in page
    assert "Only Fola and Sami will read what you answer there." in page
    form = re.findall(rf"/room/{session}{FORM}", page)
    assert "phq" not in page.lower(), "no address that a browser keeps names a questionnaire"
    assert "Over the last 2 weeks" in stranger.client.get(form[0]).text
    presence(app).leaves("facilitator", session, oak.leaders["Fola"], "a socket")
    assert "not open now" in stranger.visit(form[0])
    oak.id = session
    oak.does(Who("facilitator", session, oak.leaders["Fola"]), "open_lobby")
    page = stranger.visit(f"/room/{session}")
    assert "The door is open now." in page and "We start when everyone is here." not in page


@pytest.mark.parametrize(("minutes", "names"), [(31, ["phq9"]), (25, []), (25, ["retired_one"])])
def test_earlier_or_without_a_form_the_door_is_closed(
    app: Flask, oak: Oak, link: str, stranger: Browser, minutes: int, names: list[str]
) -> None:
    session = planned(oak, minutes, *names)
    presence(app).arrives("facilitator", session, oak.leaders["Fola"], "a socket")
    assert "Before you come in" not in at_the_door(stranger, link)


def test_before_the_group_has_passed_the_gate_the_door_is_closed(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    session = planned(oak, 25, "phq9")
    presence(app).arrives("facilitator", session, oak.leaders["Fola"], "a socket")
    assert "Before you come in" in at_the_door(stranger, link)
    oak.database.writer.do(stored.change, Group, oak.group_id, numbers_confirmed_at=None)
    assert "Before you come in" not in at_the_door(stranger, link)


def test_a_guest_is_not_let_in_before_the_room_opens(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    oak.id = planned(oak, 5, "phq9")
    presence(app).arrives("facilitator", oak.id, oak.leaders["Fola"], "a socket")
    row = oak.row()
    stranger.client.get(f"/r/{open_sealed(GroupSession.room_link, row.id, row.room_link)}")
    stranger.visit("/door", 404)
    with refused("not_now"):
        oak.joins("Zoe")
    assert oak.joins("Birgit")


def test_a_form_that_a_stage_names_is_offered_there_beside_its_questions_and_in_no_other(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    oak.plans([stage("words", prompt("text"), measures=["phq9"]), stage("last", prompt("text"))])
    oak.does(oak.fola, "open_lobby")
    presence(app).arrives("facilitator", oak.id, oak.leaders["Fola"], "a socket")
    at_the_door(stranger, link)
    room = stranger.send("/door", **CAME_IN, door=door(stranger))
    oak.does(oak.fola, "start")
    page = stranger.visit(room)
    assert "Tell us about text." in page and f"{room}{FORM}" in page
    oak.moves_to("last")
    assert f"{room}{FORM}" not in stranger.visit(room)


def test_in_a_lobby_that_was_opened_early_the_page_says_when_the_form_opens_and_nothing_is_stored(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    oak.id = planned(oak, 45, "phq9")
    oak.people["Fola"] = Who("facilitator", oak.id, oak.leaders["Fola"])
    oak.does(oak.fola, "open_lobby")
    presence(app).arrives("facilitator", oak.id, oak.leaders["Fola"], "a socket")
    at_the_door(stranger, link)
    room = stranger.send("/door", **CAME_IN, door=door(stranger))
    with oak.database.reader() as db:
        zone = ZoneInfo(stored.find(db, Group, id=oak.group_id).time_zone)
    opens = (oak.row().scheduled_at - timedelta(minutes=30)).astimezone(zone)
    assert re.search(rf"A few private questions are open from [^<]*{opens:%H:%M}\.", stranger.visit(room))
    page = stranger.visit(f"{room}{FORM}")
    assert re.search(rf"They are open from [^<]*{opens:%H:%M}, while Fola and Sami are here\.", page)
    assert "measure-form" not in page and ">Look again</a>" in page
    sent = {"id": str(uuid4()), "revision": 1, "answers": {"phq9_1": 0}}
    answer = stranger.fetch(f"{room}{FORM}", sent)
    refusal = answer.json["error"]
    assert answer.status_code == 409 and refusal["code"] == "not_now"
    said = rf"This form is open from .*{opens:%H:%M}\. Your answers are still here\."
    assert re.fullmatch(said, refusal["message"])
    with oak.database.reader() as db:
        assert not stored.exists(db, MeasureResponse, id=sent["id"])
    with time_machine.travel(opens + timedelta(seconds=1), tick=False):
        assert 'id="measure-form"' in stranger.client.get(f"{room}{FORM}").text
        assert stranger.fetch(f"{room}{FORM}", sent).status_code == 200


def test_a_form_is_taken_while_a_line_blinks_and_refused_once_nobody_has_led_for_a_while(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    session = planned(oak, 25, "phq9")
    presence(app).arrives("facilitator", session, oak.leaders["Fola"], "a socket")
    at_the_door(stranger, link)
    form = f"{stranger.send('/door', **CAME_IN, door=door(stranger))}{FORM}"
    presence(app).leaves("facilitator", session, oak.leaders["Fola"], "a socket")
    for seconds, status in ((29, 200), (31, 409)):
        with time_machine.travel(now() + timedelta(seconds=seconds), tick=False):
            sent = {"id": str(uuid4()), "revision": 1, "answers": {"phq9_1": 0}}
            assert stranger.fetch(form, sent).status_code == status


def test_a_form_stays_open_for_the_seconds_after_a_restart_in_which_lines_come_back(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    oak.plans([stage("words", prompt("text"), measures=["phq9"])])
    oak.does(oak.fola, "open_lobby")
    at_the_door(stranger, link)
    form = f"{stranger.send('/door', **CAME_IN, door=door(stranger))}{FORM}"
    oak.does(oak.fola, "start")  # somebody leads, and nobody's line is back
    assert 'id="measure-form"' in stranger.client.get(form).text
    sent = {"id": str(uuid4()), "revision": 1, "answers": {"phq9_1": 0}}
    presence(app).began -= timedelta(seconds=31)
    assert "not open now" in stranger.visit(form) and stranger.fetch(form, sent).status_code == 409
    presence(app).began = now()
    assert stranger.fetch(form, sent).status_code == 200


def test_who_has_sent_it_reads_what_is_so_and_their_numbers_whatever_the_answers_were(
    app: Flask, oak: Oak, link: str, stranger: Browser
) -> None:
    session = planned(oak, 25, "phq9")
    presence(app).arrives("facilitator", session, oak.leaders["Fola"], "a socket")
    at_the_door(stranger, link)
    room = stranger.send("/door", **CAME_IN, door=door(stranger))
    page = stranger.client.get(f"{room}{FORM}").text
    [done] = re.findall(r'<section class="still" id="measure-done" hidden>(.*?)</section>', page, re.DOTALL)
    assert "Your answers are stored. Fola and Sami will read them." in done
    assert not re.search(r"It is with|screen|has seen", done), "nobody is said to have read it yet"
    assert "In danger, or might hurt yourself? Call 112. Somebody to talk to: 116 123" in done


def calls(oak: Oak) -> list[tuple[str, str]]:
    with oak.database.reader() as db:
        return [(row.kind, row.status) for row in db.execute(Signal.__table__.select())]


def stored_forms(oak: Oak) -> int:
    with oak.database.reader() as db:
        return len(db.execute(MeasureResponse.__table__.select()).all())


@pytest.mark.parametrize(("nine", "called"), [(0, []), (1, [("item_9", "new")]), (None, [("item_9", "new")])])
@pytest.mark.parametrize("why", ["nobody leads", "it is over", "sent away"])
def test_what_must_not_wait_calls_the_leaders_also_when_the_form_is_refused(
    app: Flask,
    oak: Oak,
    link: str,
    stranger: Browser,
    why: str,
    nine: int | None,
    called: list[tuple[str, str]],
) -> None:
    oak.plans([stage("words", prompt("text"), measures=["phq9"])])
    oak.does(oak.fola, "open_lobby")
    at_the_door(stranger, link)
    form = f"{stranger.send('/door', **CAME_IN, door=door(stranger))}{FORM}"
    oak.does(oak.fola, "start")
    if why != "nobody leads":
        presence(app).arrives("facilitator", oak.id, oak.leaders["Fola"], "a socket")
    presence(app).began -= timedelta(hours=1)  # not just restarted
    if why == "it is over":
        oak.does(oak.fola, "end")
    if why == "sent away":
        with oak.database.reader() as db:
            [amal] = db.execute(Participant.__table__.select().where(Participant.group_session_id == oak.id))
        oak.does(oak.fola, "remove", participant_id=amal.id)
    answers = dict.fromkeys((f"phq9_{number}" for number in range(1, 9)), 0) | {"phq9_9": nine}
    for _ in range(2):
        sent = {"id": str(uuid4()), "revision": 1, "answers": answers}
        assert stranger.fetch(form, sent).status_code == 409
    assert (calls(oak), stored_forms(oak)) == (called, 0)
