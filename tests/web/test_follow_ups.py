"""A follow-up stands in the record of one member, and nowhere else."""

from collections.abc import Callable

from app.core import accounts, groups
from app.core.models import Role
from app.core.safety_models import FollowUp
from app.db import Database
from tests.core.cast import Oak
from tests.house.browser import Browser

WORDS = {"seen": "Pale and quiet.", "asked": "Asked openly.", "next": "Thursday at 10:00, by phone."}


def page_of(oak: Oak, name: str = "Chidi", more: str = "") -> str:
    return f"/groups/{oak.group_id}/members/{oak.members[name]}{more}"


def test_what_was_done_about_a_call_stands_on_the_members_page_alone(oak: Oak, fola: Browser) -> None:
    signal = oak.signals(oak.chidi)
    assert signal in fola.visit(page_of(oak, more=f"/follow-up?signal={signal}"))
    sent = {"id": "a form of its own", "signal": signal} | WORDS
    for _ in range(2):
        assert fola.send(page_of(oak, more="/follow-up"), **sent) == page_of(oak, more="#follow-ups")
    [row] = oak.all(FollowUp.__table__.select())
    assert row.body.startswith("v1.") and row.signal_id == signal
    shown = fola.visit(page_of(oak))
    assert all(words in shown for words in WORDS.values()) and "Asked for support" in shown
    elsewhere = [page_of(oak, "Amal"), f"/sessions/{oak.id}/console", f"/sessions/{oak.id}/summary", "/today"]
    for path in (*elsewhere, f"/groups/{oak.group_id}"):
        assert "Pale and quiet." not in fola.visit(path)
    assert "Pale and quiet." not in str(oak.me(oak.chidi)) + str(oak.room()) + str(oak.wall())


def test_an_empty_one_is_not_kept_and_one_about_somebody_elses_call_is_not_found(
    oak: Oak, fola: Browser
) -> None:
    signal = oak.signals(oak.amal)
    assert "Nothing is written yet." in fola.send(page_of(oak, more="/follow-up"), 422, seen="  ")
    sent = WORDS | {"signal": signal, "csrf_token": fola.token()}
    assert fola.client.post(page_of(oak, more="/follow-up"), data=sent).status_code == 404
    assert oak.all(FollowUp.__table__.select()) == []


def test_an_observer_neither_reads_nor_writes_one(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser], database: Database
) -> None:
    fola.send(page_of(oak, more="/follow-up"), **WORDS)
    olu = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    database.writer.do(groups.set_role, oak.group_id, olu, Role.OBSERVER)
    watching = browser_of(olu)
    assert "Pale and quiet." not in watching.visit(page_of(oak))
    assert watching.client.get(page_of(oak, more="/follow-up")).status_code == 404
    sent = WORDS | {"csrf_token": watching.token()}
    assert watching.client.post(page_of(oak, more="/follow-up"), data=sent).status_code == 404
