"""The strip of every facilitator's page: who is called, and until when."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.core import accounts, escalation, groups
from app.core.models import Group, GroupSession, Role, SessionState, SignIn, now
from app.core.sealing import seal
from app.db import Database
from app.library.agendas import talk_stage
from tests.core.cast import Oak
from tests.house.browser import Browser

CALL = "Chidi needs support."


@pytest.fixture
def sami(oak: Oak, browser_of: Callable[[str], Browser]) -> Browser:
    return browser_of(oak.leaders["Sami"])


def strip(browser: Browser) -> str:
    return str(browser.client.get("/alerts").json["html"])


def status(oak: Oak) -> str:
    return str(oak.me(oak.chidi)["calls"][0]["status"])


def test_a_call_stands_on_every_page_of_both_until_one_of_them_has_seen_it(
    oak: Oak, fola: Browser, sami: Browser
) -> None:
    group, session = f"/groups/{oak.group_id}", f"/sessions/{oak.id}"
    member = f"{group}/members/{oak.members['Chidi']}"
    paths = [
        "/today",
        "/groups",
        "/groups/new",
        "/library",
        "/library/measures",
        "/library/layouts",
        "/exports",
    ]
    paths += [f"{group}{page}" for page in ("", "/edit", "/course", "/safety", "/supervision", "/export")]
    paths += [f"{member}{page}" for page in ("", "/record", "/follow-up", "/export")]
    paths += [f"{session}{page}" for page in ("/notes", "/fidelity", "/summary", "/export")]
    planned = oak.database.writer.do(groups.plan_session, oak.group_id, [talk_stage("Arrive", 5)])
    paths += [f"/sessions/{planned}/plan", f"/sessions/{planned}/rehearsal"]
    assert not any(CALL in fola.visit(path) for path in paths)
    signal = oak.signals(oak.chidi)
    for path in paths:
        assert CALL in fola.visit(path), path
    assert CALL in strip(fola) and CALL in strip(sami)
    oak.does(oak.fola, "signals_shown", ids=[signal])
    assert CALL in strip(fola) and CALL in strip(sami), "that it stands on a screen is not that it was seen"
    assert f"/sessions/{oak.id}/console" in strip(sami)
    assert sami.fetch("/alerts/seen", {"ids": [signal]}).status_code == 200
    assert status(oak) == "seen"
    assert CALL not in strip(fola) and CALL not in sami.visit("/today")


def test_a_console_leaves_its_own_calls_to_itself_and_shows_those_of_the_others(
    oak: Oak, fola: Browser
) -> None:
    oak.signals(oak.chidi)
    here = oak.id
    assert CALL not in fola.client.get(f"/alerts?but={here}").json["html"]
    assert "alert-" not in fola.visit(f"/sessions/{here}/console")
    oak.plans()
    assert "alert-" in fola.visit(f"/sessions/{oak.id}/console")


@pytest.mark.parametrize("failure", ["SMTPRecipientsRefused", ""])
def test_every_page_and_the_console_say_what_became_of_the_call_to_the_on_call_contact(
    oak: Oak, fola: Browser, sami: Browser, failure: str
) -> None:
    signal = oak.signals(oak.chidi)
    contact = seal(Group.on_call, oak.group_id, json.dumps({"name": "Ines", "mail": "ines@clinic.example"}))
    oak.database.writer.do(
        lambda db: db.execute(update(Group).values(on_call=contact, time_zone="Asia/Tokyo"))
    )
    late = now() + timedelta(seconds=121)
    [call] = oak.database.writer.do(escalation.take, signal, oak.id, late, of=oak.id)
    oak.database.writer.do(escalation.called, oak.id, call["id"], failure, late, of=oak.id)
    told = (
        "On-call could not be reached yet; we keep trying. Call yourself." if failure else "On-call called at"
    )
    for page in (strip(fola), strip(sami), fola.visit("/today"), fola.visit(f"/sessions/{oak.id}/console")):
        assert told in page
    if not failure:  # in the time of the group, wherever the page is
        at = late.astimezone(ZoneInfo("Asia/Tokyo"))
        assert re.search(rf"called at \w+ \d+ \w+, {at:%H:%M}\.", strip(fola))
        assert f"called at {at:%H:%M}." in fola.visit(f"/sessions/{oak.id}/console")
    oak.does(oak.fola, "end")
    summary = fola.visit(f"/sessions/{oak.id}/summary")
    assert ("On-call could not be reached." if failure else "On-call called at") in summary


def test_a_page_that_shows_it_says_so_and_then_somebody_is_there(oak: Oak, fola: Browser) -> None:
    signal = oak.signals(oak.chidi)
    assert not oak.me(oak.chidi)["calls"][0]["shown"]
    presence = fola.client.application.extensions["concentric"].screens.presence
    presence.began -= timedelta(minutes=1)
    assert presence.line(oak.id) == "nobody"
    assert f'data-unshown="{signal}"' in strip(fola)
    assert presence.line(oak.id) == "dropped"
    assert fola.fetch("/alerts/shown", {"ids": [signal]}).status_code == 200
    assert oak.me(oak.chidi)["calls"][0]["shown"]
    assert "data-unshown" not in strip(fola)


def test_observers_and_strangers_are_not_called_and_cannot_answer(
    oak: Oak, browser_of: Callable[[str], Browser], database: Database
) -> None:
    signal = oak.signals(oak.chidi)
    olu, dagny = (database.writer.do(accounts.add_facilitator, name, name) for name in ("Olu", "Dagny"))
    database.writer.do(groups.set_role, oak.group_id, olu, Role.OBSERVER)
    for person in (olu, dagny):
        browser = browser_of(person)
        assert CALL not in strip(browser) and "Chidi" not in browser.visit("/today")
        for path in ("/alerts/seen", "/alerts/shown"):
            assert browser.fetch(path, {"ids": [signal]}).status_code == 404
    assert status(oak) == "new"


@pytest.mark.parametrize("wrong", [None, [], {"ids": []}, {"ids": "all"}, {"ids": ["x"], "more": 1}])
def test_what_cannot_be_read_is_refused(fola: Browser, wrong: Any) -> None:
    assert fola.fetch("/alerts/seen", wrong).status_code == 409


@pytest.mark.parametrize("kind", ["sandbox", "rehearsal_of"])
def test_a_rehearsal_and_a_sandbox_call_nobody_elsewhere(oak: Oak, fola: Browser, kind: str) -> None:
    oak.signals(oak.chidi)
    assert CALL in strip(fola)
    value = oak.id if kind == "rehearsal_of" else True
    oak.database.writer.do(lambda db: db.execute(update(GroupSession).values(**{kind: value})))
    assert CALL not in strip(fola)


def test_a_hand_is_no_call(oak: Oak, fola: Browser) -> None:
    oak.signals(oak.chidi, "hand")
    assert "Chidi" not in strip(fola)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(oak: Oak, fola: Browser) -> None:
    def set_back(db: Any) -> None:
        db.execute(update(SignIn).values(last_seen_at=now() - timedelta(minutes=20)))

    def last_seen() -> Any:
        return oak.all(SignIn.__table__.select())[0].last_seen_at

    oak.database.writer.do(set_back)
    before = last_seen()
    strip(fola)
    assert last_seen() == before
    fola.visit("/today")
    assert last_seen() > before


def test_what_a_colleague_has_just_seen_keeps_nothing_from_the_rest(oak: Oak, fola: Browser) -> None:
    seen, stands = oak.signals(oak.chidi), oak.signals(oak.amal)
    oak.does(oak.sami, "acknowledge_signal", id=seen)
    assert fola.fetch("/alerts/shown", {"ids": [seen, stands]}).status_code == 200
    assert oak.me(oak.amal)["calls"][0]["shown"]


def test_a_page_is_told_whether_a_call_may_come_soon(oak: Oak, fola: Browser, clock: Any) -> None:
    assert fola.client.get("/alerts").json["soon"] is True
    ended = update(GroupSession).values(state=SessionState.ENDED, ended_at=now() - timedelta(hours=2))
    oak.database.writer.do(lambda db: db.execute(ended) and None)
    assert fola.client.get("/alerts").json["soon"] is False
