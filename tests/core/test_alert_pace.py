"""When the pages of whoever leads ask often for calls: while one may come."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core import accounts, alerts, groups
from app.core.models import GroupSession, Role, now
from tests.core.cast import Oak

LATER = alerts.AFTERWARDS + timedelta(minutes=1)


def may_come(oak: Oak, after: timedelta = timedelta(0), facilitator: str = "", but: str = "") -> bool:
    with oak.database.reader() as db:
        return alerts.may_come(db, facilitator or oak.leaders["Fola"], now() + after, but)


def becomes(oak: Oak, **values: Any) -> None:
    change = update(GroupSession).where(col(GroupSession.id) == oak.id).values(**values)
    oak.database.writer.do(lambda db: db.execute(change) and None)


def test_a_call_may_come_while_a_session_is_open_and_for_a_while_after(planned_oak: Oak) -> None:
    oak = planned_oak
    assert not may_come(oak)
    oak.opens()
    assert may_come(oak)
    for step in ("start", "hold"):
        oak.does(oak.fola, step)
        assert may_come(oak, LATER)
    assert may_come(oak, facilitator=oak.leaders["Sami"])
    assert not may_come(oak, but=oak.id)  # its console has a line of its own
    oak.does(oak.fola, "end")
    assert may_come(oak)
    assert not may_come(oak, LATER)


@pytest.mark.parametrize(
    ("begins_in", "expected"),
    [(31, False), (29, True), (-60, True), (-25 * 60, False)],
    ids=["later", "its private form is open", "late", "never opened"],
)
def test_a_plan_counts_from_when_its_private_form_opens(
    planned_oak: Oak, begins_in: int, expected: bool
) -> None:
    becomes(planned_oak, scheduled_at=now() + timedelta(minutes=begins_in))
    assert may_come(planned_oak) == expected


def test_a_sandbox_a_rehearsal_and_an_observer_hurry_nobody(oak: Oak) -> None:
    olu = oak.database.writer.do(accounts.add_facilitator, "Olu", "Olu")
    oak.database.writer.do(groups.set_role, oak.group_id, olu, Role.OBSERVER)
    assert may_come(oak) and not may_come(oak, facilitator=olu)
    becomes(oak, sandbox=True)
    assert not may_come(oak)
    becomes(oak, sandbox=False, rehearsal_of=oak.id)
    assert not may_come(oak)
