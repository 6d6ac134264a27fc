"""The quiet banner stands on Today, the group's page and the console, for those who lead."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from app.core.models import Facilitator, GroupFacilitator, Role, now
from tests.core.cast import Oak
from tests.house.browser import Browser

HEAD = "Stop and look"


def test_the_banner_stands_where_a_facilitator_decides(oak: Oak, fola: Browser) -> None:
    running, people = f"/sessions/{oak.id}/console", (oak.amal, oak.birgit)
    oak.plans()
    pages = ("/today", f"/groups/{oak.group_id}", f"/sessions/{oak.id}/console")
    assert not any(HEAD in fola.visit(path) for path in pages)
    for who in people:
        oak.signals(who)
    for path in pages:
        page = fola.visit(path)
        assert HEAD in page and "2 calls are open: Amal and Birgit." in page, path
    page = fola.visit(running)
    assert 'id="stop-head"' not in page and 'id="signals-stop"' in page, "one line while a session runs"
    assert "2 calls are open: Amal and Birgit." in page


def test_whoever_observes_reads_none_of_it(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    sami = col(GroupFacilitator.facilitator_id) == oak.leaders["Sami"]
    query = update(GroupFacilitator).where(sami).values(role=Role.OBSERVER)
    oak.database.writer.do(lambda db: db.execute(query))
    for who in (oak.amal, oak.birgit):
        oak.signals(who)
    assert HEAD in fola.visit(f"/groups/{oak.group_id}")
    watching = browser_of(oak.leaders["Sami"])
    pages = ("/today", f"/groups/{oak.group_id}", f"/sessions/{oak.id}/console")
    assert not any(HEAD in watching.visit(path) for path in pages)


def test_a_talk_with_a_supervisor_is_noted_on_today(oak: Oak, fola: Browser) -> None:
    old = update(Facilitator).values(created_at=now() - timedelta(days=40))
    oak.database.writer.do(lambda db: db.execute(old))
    assert "No talk with a supervisor is noted yet." in fola.visit("/today")
    for day, told in (
        ("", "This is not a date."),
        ("2026-13-40", "This is not a date."),
        ((now() + timedelta(days=9)).date().isoformat(), "This day has not come yet."),
    ):
        fola.send("/today/supervision", day=day)
        page = fola.visit("/today")
        assert told in page and HEAD in page
    today = now().date().isoformat()
    fola.send("/today/supervision", day=today)
    page = fola.visit("/today")
    assert "The day is noted." in page and HEAD not in page
