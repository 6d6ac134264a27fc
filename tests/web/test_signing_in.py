"""Accounts in the browser: the set-up link, signing in and out, and what wrong guesses get."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app import sign_in
from app.config import from_environment
from app.core import accounts
from app.db import Database
from app.factory import create_app
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.environment import SECRET_KEY, environment

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


def test_unknown_and_wrong_get_the_same_answer_and_five_a_minute_are_enough(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.writer.do(accounts.add_facilitator, "Fola", "a-link")
    Browser(app).send("/set-up/a-link", email="fola@example.org", password=PASSWORD, again=PASSWORD)
    hashed: list[str] = []
    fits = sign_in.password_fits
    monkeypatch.setattr(sign_in, "password_fits", lambda *given: hashed.append("") or fits(*given))
    answers = {}
    for email in ("fola@example.org", "sami@example.org"):
        answer = Browser(app).send("/sign-in", 422, email=email, password="wrong")
        answers[email] = re.sub(r'value="[^"]*"|content="[^"]*"', "", answer)
    assert answers["fola@example.org"] == answers["sami@example.org"]
    assert len(hashed) == 2
    for _ in range(4):
        Browser(app).send("/sign-in", 422, email="fola@example.org", password="wrong")
    assert "Too many tries." in Browser(app).send(
        "/sign-in", 429, email="fola@example.org", password=PASSWORD
    )
    assert len(hashed) == 6
    Browser(app).send("/sign-in", 422, email="sami@example.org", password="wrong")


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
