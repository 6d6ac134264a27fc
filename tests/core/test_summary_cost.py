"""A summary costs the same number of queries for three members and for twelve."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.core import attendance, summary, tags, to_follow_up
from app.core.models import GroupSession
from app.db import Database
from tests.core.full_session import MEMBERS, STAGES, Full, full_session

MOST = 32  # queries of the page's own views


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that readers run meanwhile."""
    seen: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(database.read_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.read_engine, "before_cursor_execute", note)


def cost(database: Database, full: Full) -> int:
    with counted(database) as seen, database.reader() as db:
        row = db.execute(GroupSession.__table__.select().where(GroupSession.id == full.id)).one()  # type: ignore[arg-type]
        told = summary.summary_of(db, full.id)
        there = attendance.attendance(db, row)
        to_follow_up.to_follow_up(db, row, told, there)
        to_follow_up.notes_to_sign(db, row, there)
        tags.themes_of_group(db, full.group_id)
    return len(seen)


def test_no_query_is_made_for_a_person_an_answer_or_another_group(database: Database) -> None:
    few = full_session(database, members=3)
    many = full_session(database)
    with database.reader() as db:
        told = summary.summary_of(db, many.id)
    assert (len(told["people"]), len(told["stages"])) == (MEMBERS, STAGES)
    assert sum(len(stage["answers"]) + len(stage["passed"]) for stage in told["stages"]) > 10 * MEMBERS
    assert cost(database, few) == cost(database, many) <= MOST
