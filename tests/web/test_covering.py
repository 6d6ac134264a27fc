"""A console that nobody touches for half an hour: nothing is done from it, the room goes on, and the password
brings it back in place.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from app import hashing, sign_in
from app.core import accounts
from app.db import Database
from tests.core.cast import Oak
from tests.house.browser import Browser

PASSWORD = "four words that rhyme"
Enter = Callable[[str], Browser]


@pytest.fixture
def fola(oak: Oak, clock: Any, database: Database, browser_of: Enter) -> Browser:
    """Fola, with a password, signed in a moment ago."""
    database.writer.do(accounts.make_set_up_link, oak.leaders["Fola"], "a-link")
    browser = browser_of(oak.leaders["Fola"])
    given = {"email": "fola@example.org", "password": PASSWORD, "again": PASSWORD}
    assert browser.send("/set-up/a-link", **given) == "/today"
    return browser


def ticket(browser: Browser, oak: Oak, **fields: str) -> int:
    """What the page gets that asks for a ticket; ``active`` says that somebody is there."""
    data = fields | {"csrf_token": browser.token()}
    return browser.client.post(f"/sessions/{oak.id}/ticket", data=data).status_code


def password(browser: Browser, oak: Oak, word: str) -> dict[str, Any]:
    data = {"password": word, "csrf_token": browser.token()}
    answer: dict[str, Any] = browser.client.post(f"/sessions/{oak.id}/password", data=data).json
    return answer


def signed_in_as(browser: Browser) -> str:
    with browser.client.session_transaction() as cookie:
        return str(cookie["facilitator"])


def test_the_console_keeps_its_line_however_long_nobody_touches_it_and_nothing_else_does(
    oak: Oak, fola: Browser, clock: Any
) -> None:
    for _ in range(4):
        clock.shift(timedelta(minutes=10))
        assert ticket(fola, oak) == 200, "the line of a running session is never cut"
    assert fola.goes("/today") == "/sign-in", "tickets are no sign that anybody is there"
    assert fola.client.get(f"/sessions/{oak.id}/answers").status_code in (302, 401)
    strip = f"/alerts?but={oak.id}"
    assert fola.client.get(strip).status_code == 200, "and it still shows calls"
    assert fola.client.get("/alerts").status_code in (302, 401)
    oak.does(oak.fola, "end")
    assert ticket(fola, oak) == 401 and fola.client.get(strip).status_code == 401


def test_whoever_presses_keys_is_not_asked(oak: Oak, fola: Browser, clock: Any) -> None:
    for _ in range(4):
        clock.shift(timedelta(minutes=20))
        assert ticket(fola, oak, active="yes") == 200
    fola.visit("/today")


def test_somebody_there_too_late_has_to_give_the_password(oak: Oak, fola: Browser, clock: Any) -> None:
    clock.shift(timedelta(minutes=31))
    assert ticket(fola, oak, active="yes") == 200
    assert fola.goes("/today") == "/sign-in"


def test_what_pages_ask_for_by_themselves_is_no_activity(oak: Oak, fola: Browser, clock: Any) -> None:
    for _ in range(2):
        clock.shift(timedelta(minutes=20))
        fola.client.get(f"/sessions/{oak.id}/answers")
    assert fola.goes("/today") == "/sign-in"


@pytest.mark.parametrize("why", ["half an hour", "half a day"])
def test_the_password_brings_the_console_back_with_a_new_token(
    oak: Oak, fola: Browser, clock: Any, database: Database, why: str
) -> None:
    for _ in range(40 if why == "half a day" else 0):
        clock.shift(timedelta(minutes=20))
        ticket(fola, oak, active="yes")
    clock.shift(timedelta(minutes=31))
    before = signed_in_as(fola)
    wrong = password(fola, oak, "a wrong one")
    assert wrong == {"ok": False, "sentence": "This password is wrong."} and signed_in_as(fola) == before
    assert password(fola, oak, PASSWORD)["ok"]
    with database.reader() as db:
        assert accounts.signed_in(db, before, also_idle=True) is None
    thief = Browser(fola.client.application)
    with thief.client.session_transaction() as cookie:
        cookie["facilitator"] = before
    assert thief.goes("/today") == "/sign-in" and ticket(thief, oak) == 401
    fola.visit(f"/sessions/{oak.id}/console")


def test_five_wrong_passwords_a_minute_are_enough(oak: Oak, fola: Browser, clock: Any) -> None:
    for _ in range(5):
        password(fola, oak, "a wrong one")
    told = password(fola, oak, PASSWORD)
    assert not told["ok"] and told["sentence"].startswith("Too many tries.")


def test_many_passwords_at_once_count_as_many(
    oak: Oak, fola: Browser, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is verified others are let in: each of these comes in the middle of the one before."""
    verify, told = hashing.password_fits, list[str]()
    cookie, verified = signed_in_as(fola), list[str]()

    def one_more() -> None:
        browser = Browser(fola.client.application)
        with browser.client.session_transaction() as kept:
            kept["facilitator"] = cookie
        told.append(password(browser, oak, "a wrong one")["sentence"])

    def meanwhile(*given: Any) -> bool:
        verified.append("one more")
        if len(verified) < 8:
            other = Thread(target=one_more)
            other.start()
            other.join()
        return bool(verify(*given))

    monkeypatch.setattr(sign_in, "password_fits", meanwhile)
    one_more()
    assert told[0].startswith("Too many tries.") and told[1:] == ["This password is wrong."] * 5


def test_whoever_is_signed_out_gets_no_line_and_cannot_come_back_in_place(
    oak: Oak, fola: Browser, clock: Any
) -> None:
    cookie = signed_in_as(fola)
    oak.database.writer.do(accounts.end_sign_in, cookie)
    assert ticket(fola, oak) == 401
    data = {"password": PASSWORD, "csrf_token": fola.token()}
    assert fola.client.post(f"/sessions/{oak.id}/password", data=data).status_code == 401
