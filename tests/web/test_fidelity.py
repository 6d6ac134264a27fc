"""The checklist: one tap a line for those who lead, to read for supervisors, and nothing for members."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core import accounts, groups
from app.core.fidelity import LINES
from app.core.models import GroupSession, Role
from app.core.record_models import Fidelity
from app.db import Database
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.visitor import Visitor


def path(oak: Oak) -> str:
    return f"/sessions/{oak.id}/fidelity"


@pytest.fixture
def olu(oak: Oak, database: Database, browser_of: Callable[[str], Browser]) -> Browser:
    """A supervisor who observes the group."""
    new = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    database.writer.do(groups.set_role, oak.group_id, new, Role.OBSERVER)
    return browser_of(new)


def test_a_line_says_from_what_it_is_ticked_and_a_tap_is_kept_at_once(oak: Oak, fola: Browser) -> None:
    oak.does(oak.fola, "end")
    page = fola.visit(path(oak))
    assert all(name in page for name in LINES.values()) and page.count('type="radio"') == 4 * 14
    assert "No stage asked for it." in page and "Not known: please tick." in page
    assert path(oak) in fola.visit(f"/sessions/{oak.id}/summary")
    for _ in range(2):
        told = fola.fetch(path(oak), {"line": "mood", "answer": "partly"}).json
        assert told["ok"] and "Corrected by hand; the record says: No." in told["html"]
    [row] = oak.all(Fidelity.__table__.select())
    assert (row.line, row.answer, row.set_by) == ("mood", "partly", oak.leaders["Fola"])
    assert "Corrected by hand; the record says: No." in fola.visit(path(oak))


def test_without_a_script_the_whole_form_is_kept(oak: Oak, fola: Browser) -> None:
    oak.does(oak.fola, "end")
    assert fola.send(path(oak), mood="no", debrief="yes") == path(oak)
    assert [row.line for row in oak.all(Fidelity.__table__.select())] == ["debrief"]
    assert "The checklist is kept." in fola.visit(path(oak))


@pytest.mark.parametrize("sent", [{"line": "mood", "answer": "maybe"}, {"line": "mood"}, [], {"line": 3}])
def test_anything_else_is_refused_and_nothing_kept(oak: Oak, fola: Browser, sent: object) -> None:
    oak.does(oak.fola, "end")
    answer = fola.fetch(path(oak), sent)
    assert answer.status_code == 422 and answer.json["error"]["message"]
    assert oak.all(Fidelity.__table__.select()) == []


def test_before_the_end_the_page_says_when_it_will_stand_there(oak: Oak, fola: Browser) -> None:
    assert "once the session has ended" in fola.visit(path(oak))
    assert fola.fetch(path(oak), {"line": "mood", "answer": "yes"}).status_code == 422


@pytest.mark.parametrize("values", [{"kind": "pre"}, {"sandbox": True}])
def test_a_meeting_and_a_sandbox_have_none(oak: Oak, fola: Browser, values: dict[str, object]) -> None:
    oak.does(oak.fola, "end")
    change = update(GroupSession).where(col(GroupSession.id) == oak.id).values(**values)
    oak.database.writer.do(lambda db: db.execute(change))
    assert fola.client.get(path(oak)).status_code == 404


def test_a_supervisor_reads_it_and_changes_nothing(oak: Oak, fola: Browser, olu: Browser) -> None:
    oak.does(oak.fola, "end")
    page = olu.visit(path(oak))
    assert "No stage asked for it." in page and 'type="radio"' not in page
    assert olu.fetch(path(oak), {"line": "mood", "answer": "yes"}).status_code == 404
    sent = {"mood": "yes", "csrf_token": olu.token()}
    assert olu.client.post(path(oak), data=sent).status_code == 404
    assert oak.all(Fidelity.__table__.select()) == []


def test_no_member_ever_sees_a_line_of_it(
    oak: Oak, fola: Browser, visitor: Callable[[], Visitor], stranger: Browser
) -> None:
    oak.does(oak.fola, "end")
    fola.fetch(path(oak), {"line": "mood", "answer": "partly"})
    assert stranger.client.get(path(oak)).status_code in (302, 303)
    shown = str(oak.me(oak.amal)) + str(oak.room()) + str(oak.wall())
    assert not any(name in shown for name in (*LINES.values(), "fidelity", "mark_fidelity"))
