"""Accounts: the one-time link, signing in, idling, growing old, signing out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import SQLModel

from app.core import accounts
from app.core.models import now
from app.db import Database
from tests.core.cast import refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

SECRET = "a secret for hashing addresses"
TABLES = SQLModel.metadata.tables


def hash_of(email: str) -> str:
    return accounts.email_hash(SECRET, email)


@pytest.fixture
def does(database: Database) -> Callable[..., Any]:
    return database.writer.do


@pytest.fixture
def reads(database: Database) -> Callable[..., Any]:
    def read(view: Callable[..., Any], *args: Any) -> Any:
        with database.reader() as db:
            return view(db, *args)

    return read


@pytest.fixture
def fola(does: Callable[..., Any]) -> str:
    """Fola's account, set up."""
    does(accounts.add_facilitator, "Fola", "link")
    return str(set_up(does, "link", "fola@example.org"))


def set_up(does: Callable[..., Any], token: str, email: str) -> Any:
    return does(accounts.set_up, token, email=email, email_hash=hash_of(email), password_hash="argon2…")


def test_a_set_up_link_works_once(does: Callable[..., Any], reads: Callable[..., Any]) -> None:
    new = does(accounts.add_facilitator, "Fola", "link")
    assert reads(accounts.account_of_link, "link") == {"id": new, "name": "Fola"}
    assert set_up(does, "link", "fola@example.org") == new
    assert reads(accounts.account_of_link, "link") is None
    with refused("not_found"):
        set_up(does, "link", "else@example.org")


def names(reads: Callable[..., Any]) -> list[str]:
    return [each["name"] for each in reads(accounts.administrators)]


def test_the_first_account_is_an_administrator_and_others_when_they_are_made_one(
    does: Callable[..., Any], reads: Callable[..., Any]
) -> None:
    first = does(accounts.add_facilitator, "Fola", "link")
    second = does(accounts.add_facilitator, "Sami", "second")
    does(accounts.add_facilitator, "Dagny", "third", True)
    assert names(reads) == ["Dagny", "Fola"]
    assert reads(accounts.is_administrator, first) and not reads(accounts.is_administrator, second)
    with refused("not_found"):
        does(accounts.make_administrator, hash_of("sami@example.org"))
    set_up(does, "second", "sami@example.org")
    does(accounts.make_administrator, hash_of(" Sami@example.org"))
    assert names(reads) == ["Dagny", "Fola", "Sami"]
    does(lambda db: db.execute(TABLES["facilitator"].update().values(disabled_at=now())))
    assert names(reads) == [] and not reads(accounts.is_administrator, first)


def test_a_newer_link_ends_the_older_one(does: Callable[..., Any], reads: Callable[..., Any]) -> None:
    new = does(accounts.add_facilitator, "Fola", "older")
    does(accounts.make_set_up_link, new, "newer")
    assert reads(accounts.account_of_link, "older") is None
    assert reads(accounts.account_of_link, "newer") is not None


def test_a_link_that_is_too_old_fails(does: Callable[..., Any], reads: Callable[..., Any]) -> None:
    does(accounts.add_facilitator, "Fola", "link")
    with time_machine.travel(now() + accounts.SET_UP_WITHIN + timedelta(seconds=1), tick=False):
        assert reads(accounts.account_of_link, "link") is None


def test_an_address_belongs_to_one_account(does: Callable[..., Any], fola: str) -> None:
    does(accounts.add_facilitator, "Sami", "second")
    with refused("invalid"):
        set_up(does, "second", " FOLA@example.org ")


def test_an_account_is_found_by_its_address_in_any_case(fola: str, reads: Callable[..., Any]) -> None:
    assert reads(accounts.account_by_email, hash_of(" Fola@Example.org")).id == fola
    assert reads(accounts.account_by_email, hash_of("sami@example.org")) is None


def test_nobody_signs_in_before_the_link_was_used(
    does: Callable[..., Any], reads: Callable[..., Any]
) -> None:
    does(accounts.add_facilitator, "Fola", "link")
    assert reads(accounts.account_by_email, hash_of("")) is None


def test_the_database_keeps_neither_name_nor_address_nor_token(
    database: Database, does: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    with database.reader() as db:
        rows = [
            row
            for name in ("facilitator", "sign_in", "set_up_link")
            for row in db.execute(select(TABLES[name]))
        ]
    assert len(rows) == 3
    for secret in ("Fola", "fola@example.org", token, "link"):
        assert secret not in repr([list(row) for row in rows])


def test_signing_out_ends_this_browser_alone(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    first, second = does(accounts.begin_sign_in, fola), does(accounts.begin_sign_in, fola)
    does(accounts.end_sign_in, first)
    assert reads(accounts.signed_in, first) is None
    assert reads(accounts.signed_in, second)["id"] == fola


def test_a_new_password_signs_out_every_browser(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    does(accounts.make_set_up_link, fola, "again")
    assert reads(accounts.signed_in, token) is not None
    set_up(does, "again", "fola@example.org")
    assert reads(accounts.signed_in, token) is None


def test_a_link_for_a_new_password_is_made_by_address_also_after_the_secret_has_changed(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    does(accounts.new_password_link, " FOLA@example.org", "again")
    assert reads(accounts.account_of_link, "again")["id"] == fola
    assert reads(accounts.signed_in, token) is not None, "until it is used"
    for verb, more in ((accounts.new_password_link, ("third",)), (accounts.disable, ())):
        with refused("not_found"):
            does(verb, "sami@example.org", *more)


def test_an_address_that_two_accounts_have_since_the_secret_changed_is_closed_with_both(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    does(accounts.add_facilitator, "Fola", "a-second-link")
    later = accounts.email_hash("the secret of later", "fola@example.org")
    again = does(
        accounts.set_up, "a-second-link", email="fola@example.org", email_hash=later, password_hash="2"
    )
    does(accounts.new_password_link, "fola@example.org", "for-the-newest")
    assert reads(accounts.account_of_link, "for-the-newest")["id"] == again
    signed_in = [does(accounts.begin_sign_in, each) for each in (fola, again)]
    does(accounts.disable, "fola@example.org")
    assert [reads(accounts.signed_in, each) for each in signed_in] == [None, None]
    for each in (hash_of("fola@example.org"), later):
        assert reads(accounts.account_by_email, each) is None


def test_a_disabled_account_is_signed_out_and_no_link_and_no_password_opens_it(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    does(accounts.make_set_up_link, fola, "again")
    for _ in range(2):
        does(accounts.disable, "Fola@example.org ")
    assert (
        reads(
            accounts.signed_in,
            token,
        )
        is None
    )
    assert reads(accounts.account_by_email, hash_of("fola@example.org")) is None
    assert reads(accounts.account_of_link, "again") is None
    with refused("not_found"):
        does(accounts.new_password_link, "fola@example.org", "third")


def test_half_an_hour_of_nothing_signs_out(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    begun = now()
    with time_machine.travel(begun + timedelta(minutes=29), tick=False):
        assert reads(accounts.signed_in, token)["touch"]
        does(accounts.touch_sign_in, token)
        assert not reads(accounts.signed_in, token)["touch"]
    with time_machine.travel(begun + timedelta(minutes=58), tick=False):
        assert reads(accounts.signed_in, token) is not None
    with time_machine.travel(begun + timedelta(minutes=60), tick=False):
        assert reads(accounts.signed_in, token) is None


def test_twelve_hours_sign_out_whoever_is_busy(
    does: Callable[..., Any], reads: Callable[..., Any], fola: str
) -> None:
    token = does(accounts.begin_sign_in, fola)
    begun = now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert reads(accounts.signed_in, token) is not None
            does(accounts.touch_sign_in, token)
    with time_machine.travel(begun + timedelta(hours=12, minutes=1), tick=False):
        assert reads(accounts.signed_in, token) is None
