"""Accounts in the browser: the set-up link, signing in and out, and what wrong guesses get."""

import re
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from app import cli, hashing, sign_in
from app.config import from_environment
from app.core import accounts
from app.db import Database
from app.factory import create_app
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.environment import SECRET_KEY, environment
from tests.web.test_groups_and_planner import A_GROUP

PASSWORD = "four words that rhyme"


def test_a_facilitator_sets_up_an_account_and_signs_in(stranger: Browser, database: Database) -> None:
    database.writer.do(accounts.add_facilitator, "Fola", "a-link")
    assert "Fola, choose how you sign in." in stranger.visit("/set-up/a-link")
    given = {"email": "fola@example.org", "password": PASSWORD, "again": PASSWORD}
    assert stranger.send("/set-up/a-link", **given) == "/today"
    assert "What to do first" in stranger.visit("/today")
    assert stranger.send("/sign-out") == "/sign-in"
    assert stranger.goes("/today") == "/sign-in"
    assert stranger.send("/sign-in", email="FOLA@example.org ", password=PASSWORD) == "/today"
    assert "This link cannot be used" in stranger.visit("/set-up/a-link", 404)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "short", "again": "short"}, "This password is too short."),
        ({"password": "a" * 14, "again": "a" * 14}, "This password is too easy to guess."),
        ({"password": PASSWORD, "again": "another one, longer"}, "The two passwords are not the same."),
        ({"email": "fola"}, "This does not look like an e-mail address."),
    ],
)
def test_a_set_up_that_will_not_do_says_why_and_uses_nothing(
    stranger: Browser, database: Database, fields: dict[str, str], said: str
) -> None:
    database.writer.do(accounts.add_facilitator, "Fola", "a-link")
    given = {"email": "fola@example.org", "password": PASSWORD, "again": PASSWORD} | fields
    assert said in stranger.send("/set-up/a-link", 422, **given)
    stranger.visit("/set-up/a-link")


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed or verified, by the name of the function."""
    made: list[str] = []

    def counted(name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: made.append(name) or verb(*given)

    for name in ("password_fits", "hash_password"):
        monkeypatch.setattr(sign_in, name, counted(name, getattr(sign_in, name)))
    return made


@pytest.fixture
def account(app: Flask, database: Database, hashed: list[str]) -> str:
    """The address of Fola's account, set up."""
    database.writer.do(accounts.add_facilitator, "Fola", "a-link")
    Browser(app).send("/set-up/a-link", email="fola@example.org", password=PASSWORD, again=PASSWORD)
    hashed.clear()
    return "fola@example.org"


def tries(app: Flask, email: str, password: str, address: str = "127.0.0.1") -> Any:
    browser = Browser(app)
    data = {"email": email, "password": password, "csrf_token": browser.token()}
    return browser.client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


def test_unknown_wrong_and_disabled_get_the_same_answer_after_the_same_work(
    app: Flask, database: Database, account: str, hashed: list[str]
) -> None:
    database.writer.do(accounts.add_facilitator, "Dana", "her-link")
    Browser(app).send("/set-up/her-link", email="dana@example.org", password=PASSWORD, again=PASSWORD)
    database.writer.do(accounts.disable, "dana@example.org")
    sign_in._nobodys_hash.cache_clear()
    sign_in._nobodys_hash()  # the first answer of a server is compared below
    statements: list[str] = []

    def count(*given: Any) -> None:
        statements.append(given[2])

    event.listen(Engine, "before_cursor_execute", count)
    told = []
    for email, word in ((account, "wrong"), ("sami@example.org", "wrong"), ("dana@example.org", PASSWORD)):
        hashed.clear()
        statements.clear()
        answer = tries(app, email, word)
        masked = re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.text)
        headers = sorted((name, re.sub("^s=[^;]+", "", value)) for name, value in answer.headers)
        told.append((answer.status_code, headers, masked, list(hashed), len(statements)))
    event.remove(Engine, "before_cursor_execute", count)
    assert told[0] == told[1] == told[2]
    assert told[0][0] == 422 and told[0][3] == ["password_fits"] and told[0][4] >= 1


def test_the_first_try_of_all_takes_no_longer_for_an_address_that_nobody_has(
    app: Flask, account: str, hashed: list[str]
) -> None:
    worked = []
    for email in (account, "sami@example.org"):
        sign_in._nobodys_hash.cache_clear()
        hashed.clear()
        tries(app, email, "wrong")
        worked.append(list(hashed))
    assert worked[0] == worked[1] != []


@pytest.mark.parametrize("email", ["fola@example.org", "sami@example.org"])
def test_five_failures_a_minute_are_enough_from_one_address_and_keep_nobody_out_elsewhere(
    app: Flask, account: str, hashed: list[str], email: str
) -> None:
    for _ in range(5):
        assert tries(app, email, "wrong").status_code == 422
    hashed.clear()
    answer = tries(app, email, PASSWORD)
    assert answer.status_code == 429 and "Too many tries." in answer.text
    assert hashed == [], "nothing is hashed for it"
    assert tries(app, account, PASSWORD, "10.0.0.2").status_code == 302


def test_whoever_tries_one_account_after_the_other_is_stopped_and_signing_in_counts_as_no_failure(
    app: Flask, account: str, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "OF_AN_ADDRESS", 3)
    for email in ("sami@example.org", "dana@example.org", account):
        assert tries(app, account, PASSWORD).status_code == 302
        assert tries(app, email, "wrong").status_code == 422
    hashed.clear()
    assert tries(app, "else@example.org", "wrong").status_code == 429 and hashed == []
    assert tries(app, account, PASSWORD, "10.0.0.2").status_code == 302


def test_many_tries_at_once_count_as_many(
    app: Flask, account: str, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is hashed others are let in: each of these comes in the middle of the one before."""
    verify, told = hashing.password_fits, list[int]()

    def one_more() -> None:
        told.append(tries(app, account, "wrong").status_code)

    def meanwhile(*given: Any) -> bool:
        hashed.append("one more")
        if len(hashed) < 8:
            other = Thread(target=one_more)
            other.start()
            other.join()
        return bool(verify(*given))

    monkeypatch.setattr(sign_in, "password_fits", meanwhile)
    one_more()
    assert told == [429, 422, 422, 422, 422, 422]


@pytest.mark.parametrize("how", ["signs out", "signs out everywhere", "is disabled", "signs in anew"])
def test_a_token_that_is_over_opens_nothing(app: Flask, database: Database, account: str, how: str) -> None:
    fola, thief = Browser(app), Browser(app)
    fola.send("/sign-in", email=account, password=PASSWORD)
    with fola.client.session_transaction() as cookie:
        token = cookie["facilitator"]
    with thief.client.session_transaction() as cookie:
        cookie["facilitator"] = token
    thief.visit("/today")
    if how == "signs out":
        fola.send("/sign-out")
    elif how == "signs in anew":
        fola.send("/sign-in", email=account, password=PASSWORD)
        fola.visit("/today")
    elif how == "is disabled":
        database.writer.do(accounts.disable, account)
    else:
        with database.reader() as db:
            [found] = accounts.by_address(db, account)
        database.writer.do(accounts.end_all_sign_ins, found)
    assert thief.goes("/today") == "/sign-in"
    data = {"name": "Oak", "csrf_token": thief.token()}
    assert thief.client.post("/groups/new", data=data).status_code in (401, 404)
    assert thief.client.post("/alerts/seen", json=[]).status_code in (400, 401, 404)


def test_what_was_sent_after_half_an_hour_is_asked_for_again_once_somebody_has_signed_in(
    app: Flask, account: str, clock: Any
) -> None:
    fola = Browser(app)
    fola.send("/sign-in", email=account, password=PASSWORD)
    data = A_GROUP | {"csrf_token": fola.token()}
    clock.shift(accounts.IDLE + timedelta(seconds=1))
    told = fola.client.post("/groups/new", data=data)
    assert told.status_code == 401 and "You are signed out." in told.text and 'href="/sign-in"' in told.text
    fola.send("/sign-in", email=account, password=PASSWORD)
    sent = fola.client.post("/groups/new", data=data)
    assert sent.status_code == 303 and "/groups/" in sent.headers["Location"]


def test_an_operator_gives_a_link_for_a_new_password_and_closes_an_account(
    app: Flask,
    database: Database,
    account: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = SimpleNamespace(writer=database.writer, close=lambda: None)
    monkeypatch.setattr(cli, "_database", lambda: (app.extensions["concentric"].settings, kept))
    cli.new_password(Namespace(email=account))
    link = re.search(r"/set-up/\S+", capsys.readouterr().out)
    assert link
    other = "other words that rhyme"
    assert Browser(app).send(link[0], email=account, password=other, again=other) == "/today"
    fola = Browser(app)
    fola.send("/sign-in", 422, email=account, password=PASSWORD)
    fola.send("/sign-in", email=account, password=other)
    cli.disable_facilitator(Namespace(email=account))
    assert fola.goes("/today") == "/sign-in"
    for command in (cli.new_password, cli.disable_facilitator):
        with pytest.raises(SystemExit, match="Nothing was changed"):
            command(Namespace(email="sami@example.org"))


def test_signing_in_takes_a_new_token_and_ends_the_one_before(
    app: Flask, database: Database, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    fola = browser_of(oak.leaders["Fola"])
    tokens = []
    for _ in range(2):
        with fola.client.session_transaction() as cookie:
            tokens.append(cookie["facilitator"])
        fola.goes(sign_in.enter_path(SECRET_KEY, oak.leaders["Fola"]))
    assert tokens[0] != tokens[1]
    with database.reader() as db:
        assert accounts.signed_in(db, tokens[0]) is None


def test_a_password_is_asked_in_production(database_url: str, database: Database, oak: Oak) -> None:
    settings = environment(
        database_url, CONCENTRIC_ENV="production", CONCENTRIC_ORIGIN="https://groups.example.org"
    )
    made = create_app(from_environment(settings), database)
    path = sign_in.enter_path(SECRET_KEY, oak.leaders["Fola"])
    answer = made.test_client().get(path, base_url="https://groups.example.org")
    assert answer.status_code == 404
    page = made.test_client().get("/sign-in", base_url="https://groups.example.org")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-s=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
