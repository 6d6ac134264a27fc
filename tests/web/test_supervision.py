"""The page for supervision: nothing of a participant on it, read by observers, written by those who lead."""

from collections.abc import Callable

from app.core import accounts, groups
from app.core.fidelity import LINES
from app.core.models import Facilitator, Role, now
from app.core.record_models import SupervisionQuestions
from app.db import Database
from tests.core.cast import MEMBERS, Oak
from tests.core.test_supervision import MARKERS, marked
from tests.house.browser import Browser


def path(oak: Oak) -> str:
    return f"/groups/{oak.group_id}/supervision"


def test_no_marker_of_a_participant_reaches_the_page(oak: Oak, fola: Browser) -> None:
    marked(oak)
    page = fola.visit(path(oak))
    assert all(name in page for name in LINES.values())
    assert [each for each in (*MARKERS, *MEMBERS) if each.lower() in page.lower()] == []
    assert path(oak) in fola.visit(f"/groups/{oak.group_id}")


def test_questions_stay_on_the_page_when_they_are_refused(oak: Oak, fola: Browser) -> None:
    page = fola.send(path(oak), 422, text="What of Amal?", revision="0")
    assert "This names a member" in page and "What of Amal?" in page
    fola.send(path(oak), text="What of one member?", revision="0")
    assert "What of one member?" in fola.visit(path(oak))
    page = fola.send(path(oak), 422, text="From an older page.", revision="0")
    assert "From an older page." in page and "What of one member?" in page


def test_a_supervisor_reads_it_and_writes_nothing(
    oak: Oak, fola: Browser, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    fola.send(path(oak), text="What of one member?", revision="0")
    olu = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    database.writer.do(groups.set_role, oak.group_id, olu, Role.OBSERVER)
    watching = browser_of(olu)
    page = watching.visit(path(oak))
    assert "What of one member?" in page and "<textarea" not in page
    sent = {"text": "Mine.", "revision": "1", "day": now().date().isoformat(), "csrf_token": watching.token()}
    for where in (path(oak), f"{path(oak)}/talk"):
        assert watching.client.post(where, data=sent).status_code == 404
    assert len(oak.all(SupervisionQuestions.__table__.select())) == 1


def test_the_day_of_the_last_talk_is_noted_here_too(oak: Oak, fola: Browser) -> None:
    for day, told in (("tomorrow", "This is not a date."), (now().date().isoformat(), "The day is noted.")):
        fola.send(f"{path(oak)}/talk", day=day)
        assert told in fola.visit(path(oak))
    table = Facilitator.__table__
    assert oak.one(table.select().where(table.c.id == "f-fola")).supervised_at is not None
