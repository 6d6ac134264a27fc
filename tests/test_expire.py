"""``python -m app expire``: what an operator runs, and what it says."""

import subprocess
import sys
from datetime import timedelta

from sqlalchemy import func, select, update

from app.core import stored
from app.core.models import Group, GroupSession, Installation, Reflection, now
from app.core.record_models import RecordNote
from app.db import Database
from tests.core.full_session import full_session
from tests.house.environment import ROOT, environment
from tests.house.rooms import open_database


def said(url: str, *more: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "app", "expire", *more]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def left(database: Database) -> list[int]:
    with database.reader() as db:
        return [
            int(db.execute(select(func.count()).select_from(each.__table__)).scalar_one())
            for each in (Reflection, RecordNote)
        ]


def test_it_deletes_what_is_due_and_asks_first_when_the_clock_went_far(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    full = full_session(database, members=2)
    database.writer.do(stored.change, Group, full.group_id, sessions=2)
    assert said(sqlite_url) == (0, "Nothing was due.\n")
    with database.writer.engine.begin() as db:
        db.execute(update(GroupSession).values(ended_at=now() - timedelta(days=91)))
        db.execute(update(Installation).values(expired_at=now() - timedelta(days=61)))
    before = left(database)
    code, words = said(sqlite_url)
    assert code == 1 and "No run for 61 days." in words and left(database) == before
    code, words = said(sqlite_url, "--confirm")
    assert code == 0 and "answers, notes and drafts were deleted." in words
    assert left(database) == [0, 0]
    assert said(sqlite_url) == (0, "Nothing was due.\n")
    database.close()
