"""The keepsake on a member's phone: by their link, behind their PIN, closed again at once."""

from collections.abc import Callable
from typing import Any

import pytest

from app import keepsake
from app.core import keepsake as verbs
from app.core import leaving, pins
from app.core.models import Member
from app.core.sealing import open_sealed
from app.hashing import hash_password
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.papers import needs_poppler, words_of
from tests.house.rooms import TABLES
from tests.house.visitor import Visitor

OWN, FOREIGN = "I rang my sister on Sunday.", "mark-of-birgit"
CLOSED = "There is no open room here right now."


@pytest.fixture
def link(oak: Oak) -> str:
    """Amal's link; she has a PIN, has written, and so has Birgit. The session is over."""
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    oak.database.writer.do(pins.set_first, oak.members["Amal"], hash_password("4711"))
    oak.writes(oak.amal, text=OWN)
    oak.writes(oak.birgit, text=FOREIGN)
    oak.does(oak.fola, "end")
    row = oak.member("Amal")
    return f"/m/{open_sealed(Member.link, row.id, row.link)}"


def gives(oak: Oak) -> None:
    oak.database.writer.do(verbs.give, oak.leaders["Fola"], oak.group_id, oak.members["Amal"])


def types(browser: Visitor, pin: str, expect: int = 303) -> Any:
    """Sends the form of the PIN as it stands on the page."""
    return browser.send("/keepsake", expect, pin=pin, door=browser.door())


@pytest.fixture
def amal(oak: Oak, link: str, visitor: Callable[[], Visitor]) -> Visitor:
    """Another browser of Amal, in which she has opened her keepsake."""
    gives(oak)
    browser = visitor()
    assert 'href="/keepsake"' in browser.visit(link)
    assert OWN not in browser.visit("/keepsake")
    assert types(browser, "4711") == "/keepsake"
    return browser


def nothing_opens(browser: Visitor) -> None:
    for path in ("/keepsake", "/keepsake.pdf"):
        answer = browser.client.get(path)
        assert OWN not in answer.text
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


def test_own_words_stand_there_and_nobody_elses(amal: Visitor) -> None:
    told = amal.visit("/keepsake")
    assert OWN in told and FOREIGN not in told
    assert "This puts a file on this phone. Others may open it." in told
    assert "Your words stay here until" in told
    assert "call 112" in told.lower() or "In danger" in told
    assert 'id="quick-exit"' in told


@needs_poppler
def test_the_file_says_the_same_and_its_name_says_nothing(amal: Visitor) -> None:
    answer = amal.client.get("/keepsake.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="words.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = words_of(answer.data)
    assert OWN in told and FOREIGN not in told
    assert "Oak" not in told and "Amal" not in told and "Fola" not in told


def test_without_the_pin_nothing_is_shown(oak: Oak, link: str, visitor: Callable[[], Visitor]) -> None:
    gives(oak)
    browser = visitor()
    browser.visit(link)
    assert OWN not in browser.visit("/keepsake")
    assert "This is not your PIN" in types(browser, "1234", 422)
    assert OWN not in types(browser, "", 422)
    answer = browser.client.get("/keepsake.pdf")
    assert answer.status_code == 404 and OWN not in answer.text


def test_a_member_without_a_pin_is_told_who_can_help(
    oak: Oak, link: str, visitor: Callable[[], Visitor]
) -> None:
    gives(oak)
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    browser = visitor()
    browser.visit(link)
    assert "you have none. Fola and Sami can help you." in browser.visit("/keepsake")
    assert OWN not in types(browser, "4711", 422)


def test_taken_back_it_is_closed_at_once_and_looks_like_no_room(oak: Oak, amal: Visitor) -> None:
    oak.database.writer.do(verbs.revoke, oak.group_id, oak.members["Amal"])
    nothing_opens(amal)
    assert CLOSED in amal.client.get("/keepsake").text


def test_never_given_it_looks_the_same(oak: Oak, link: str, visitor: Callable[[], Visitor]) -> None:
    browser = visitor()
    assert 'href="/keepsake"' not in browser.visit(link)
    nothing_opens(browser)
    assert CLOSED in browser.client.get("/keepsake").text


def test_a_stranger_and_another_member_find_nothing(
    oak: Oak, amal: Visitor, visitor: Callable[[], Visitor]
) -> None:
    nothing_opens(visitor())
    row, birgit = oak.member("Birgit"), visitor()
    birgit.visit(f"/m/{open_sealed(Member.link, row.id, row.link)}")
    nothing_opens(birgit)


def test_a_pin_typed_before_another_link_was_opened_opens_nothing_of_theirs(
    oak: Oak, amal: Visitor, link: str
) -> None:
    """Birgit has the same PIN, and the phone is one that several use."""
    amal.visit(link)
    of_amal = amal.door()
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Birgit"])
    oak.database.writer.do(pins.set_first, oak.members["Birgit"], hash_password("4711"))
    oak.database.writer.do(verbs.give, oak.leaders["Fola"], oak.group_id, oak.members["Birgit"])
    row = oak.member("Birgit")
    amal.visit(f"/m/{open_sealed(Member.link, row.id, row.link)}")
    token = {"csrf_token": amal._token()}
    answer = amal.client.post("/keepsake", data={"pin": "4711", "door": of_amal} | token)
    assert answer.status_code == 409 and "Another link was opened" in answer.text
    assert FOREIGN not in amal.client.get("/keepsake").text
    assert types(amal, "4711") == "/keepsake"
    assert FOREIGN in amal.client.get("/keepsake").text


def test_a_pin_that_was_taken_away_closes_it_in_every_browser(oak: Oak, amal: Visitor) -> None:
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    assert OWN not in amal.visit("/keepsake")
    oak.database.writer.do(pins.set_first, oak.members["Amal"], hash_password("4711"))
    assert OWN not in amal.visit("/keepsake")
    assert amal.client.get("/keepsake.pdf").status_code == 404


def test_quick_exit_and_the_link_anew_ask_for_the_pin_anew(amal: Visitor, link: str) -> None:
    amal.visit(link)
    assert OWN not in amal.visit("/keepsake")
    types(amal, "4711")
    amal.client.set_cookie("gone", "1")
    nothing_opens(amal)
    with amal.client.session_transaction() as cookie:
        assert set(cookie) <= {"csrf_token", "_permanent"}, "nothing of anybody is left in the browser"


def test_after_half_an_hour_it_asks_for_the_pin_anew(amal: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OWN in amal.visit("/keepsake")
    late = keepsake.time.time() + keepsake.OPEN_FOR + 1
    monkeypatch.setattr(keepsake.time, "time", lambda: late)
    assert OWN not in amal.visit("/keepsake")


def test_somebody_who_left_does_not_come_in(oak: Oak, amal: Visitor) -> None:
    where = (oak.leaders["Fola"], oak.group_id, oak.members["Amal"])
    oak.database.writer.do(leaving.member_leaves, *where, told="", note="")
    nothing_opens(amal)


def test_few_files_are_made_in_a_minute(amal: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepsake.maker, "make", lambda kind, data: b"%PDF-")
    codes = [amal.client.get("/keepsake.pdf").status_code for _ in range(keepsake.FILES + 1)]
    assert codes == [200] * keepsake.FILES + [429]


def test_a_facilitator_gives_it_and_closes_it(oak: Oak, fola: Browser, link: str) -> None:
    page = f"/groups/{oak.group_id}/members/{oak.members['Amal']}"
    assert "Give the keepsake" in fola.visit(page)
    fola.send(f"{page}/keepsake", give="yes")
    told = fola.visit(page)
    assert "by Fola." in told and "Close it" in told
    fola.send(f"{page}/keepsake", give="no")
    assert "Give the keepsake" in fola.visit(page)
    kept: list[Any] = oak.all(TABLES["keepsake"].select())
    assert kept[0].revoked_at is not None
