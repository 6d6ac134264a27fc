"""Calls to the on-call contact: for three kinds of signals, once by each channel, until somebody has seen."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.core import escalation, signals
from app.core.changes import changing
from app.core.models import Group, GroupSession, SignalKind, now
from app.core.safety_models import Escalation
from app.core.sealing import seal
from tests.core.cast import Oak

MAIL, HOOK = "ines@clinic.example", "https://clinic.example/hook"
LATE = timedelta(seconds=121)


@pytest.fixture
def covered(oak: Oak) -> Oak:
    """The oak group with an on-call contact who has mail and a webhook."""
    reached(oak, mail=MAIL, webhook=HOOK)
    return oak


def reached(oak: Oak, after: int = 120, **contact: str) -> None:
    text = seal(Group.on_call, oak.group_id, json.dumps({"name": "Ines", "reach": "0123", **contact}))
    oak.database.writer.do(lambda db: db.execute(update(Group).values(on_call=text, escalate_after=after)))


def takes(oak: Oak, at: datetime) -> list[tuple[str, str]]:
    """Everything that a worker takes at this moment: channel and address."""
    with oak.database.reader() as db:
        due = escalation.overdue(db, at)
    taken = [
        each
        for signal_id, session in due
        for each in oak.database.writer.do(escalation.take, signal_id, session, at, of=session)
    ]
    return [(each["channel"], each["to"]) for each in taken]


def rows(oak: Oak) -> list[Any]:
    return oak.all(Escalation.__table__.select().order_by(Escalation.__table__.c.channel))


def ends(oak: Oak, row: Any, failure: str = "") -> None:
    oak.database.writer.do(escalation.called, oak.id, row.id, failure, now(), of=oak.id)


def test_after_two_minutes_without_a_person_every_channel_is_called_once(covered: Oak) -> None:
    covered.signals(covered.amal)
    assert takes(covered, now() + timedelta(seconds=118)) == []
    assert takes(covered, now() + LATE) == [("mail", MAIL), ("webhook", HOOK)]
    assert takes(covered, now() + LATE) == [], "they are taken"
    for row in rows(covered):
        ends(covered, row)
    assert takes(covered, now() + timedelta(hours=3)) == []


@pytest.mark.parametrize("kind", list(SignalKind))
def test_only_support_item_9_and_not_safe_are_called_out(covered: Oak, kind: SignalKind) -> None:
    def verb(db: Any) -> None:
        with changing(db, covered.amal, "test") as change:
            change.wrote(signals.raise_for(change, covered.amal.id, kind))

    covered.database.writer.do(verb, of=covered.id)
    escalates = kind in ("support", "item_9", "not_safe")
    assert bool(takes(covered, now() + timedelta(hours=1))) is escalates


def test_whoever_sees_it_in_time_calls_nobody(covered: Oak) -> None:
    signal = covered.signals(covered.amal)
    covered.does(covered.sami, "acknowledge_signal", id=signal)
    assert takes(covered, now() + timedelta(hours=1)) == []


def test_a_call_for_support_that_was_taken_back_is_called_out_until_somebody_has_seen_it(
    covered: Oak,
) -> None:
    signal = covered.signals(covered.amal)
    covered.does(covered.amal, "lower_signal", id=signal)
    assert takes(covered, now() + LATE)


def test_a_group_sets_its_own_time_and_what_is_a_day_old_wakes_nobody(covered: Oak) -> None:
    reached(covered, after=600, mail=MAIL)
    covered.signals(covered.amal)
    assert takes(covered, now() + LATE) == []
    assert takes(covered, now() + timedelta(days=1, seconds=1)) == []
    assert takes(covered, now() + timedelta(seconds=601)) == [("mail", MAIL)]


@pytest.mark.parametrize("kind", ["sandbox", "rehearsal_of"])
def test_a_sandbox_and_a_rehearsal_call_nobody(covered: Oak, kind: str) -> None:
    covered.signals(covered.amal)
    value = covered.id if kind == "rehearsal_of" else True
    covered.database.writer.do(lambda db: db.execute(update(GroupSession).values(**{kind: value})))
    assert takes(covered, now() + LATE) == []


def test_a_group_without_a_contact_calls_nobody(oak: Oak) -> None:
    oak.signals(oak.amal)
    reached(oak)
    assert takes(oak, now() + LATE) == []


def test_what_failed_is_tried_again_after_a_pause_and_what_went_out_is_not(covered: Oak) -> None:
    covered.signals(covered.amal)
    at = now() + LATE
    takes(covered, at)
    mail, hook = rows(covered)
    ends(covered, mail, "no mail server is set")
    ends(covered, hook)
    assert takes(covered, at + timedelta(seconds=29)) == []
    assert takes(covered, at + timedelta(seconds=30)) == [("mail", MAIL)]
    assert takes(covered, at + timedelta(seconds=89)) == []
    assert takes(covered, at + timedelta(seconds=90)) == [("mail", MAIL)]
    assert [row.tries for row in rows(covered)] == [3, 1]


def test_a_process_that_dies_in_the_middle_leaves_the_call_to_be_taken_again(covered: Oak) -> None:
    covered.signals(covered.amal)
    at = now() + LATE
    assert len(takes(covered, at)) == 2  # and nothing more is heard of them
    assert len(takes(covered, at + timedelta(seconds=31))) == 2


def test_two_workers_that_found_the_same_call_take_it_once(covered: Oak) -> None:
    signal = covered.signals(covered.amal)
    at = now() + LATE
    taken = [covered.database.writer.do(escalation.take, signal, covered.id, at) for _ in range(2)]
    assert [len(each) for each in taken] == [2, 0]


def test_the_console_says_when_it_went_out_or_that_it_failed(covered: Oak, news: list[Any]) -> None:
    covered.signals(covered.amal)
    takes(covered, now() + LATE)
    assert covered.console()["signals"][0]["on_call"] == {"at": None, "failed": False}
    mail, hook = rows(covered)
    news.clear()
    ends(covered, mail, "answered 503")
    assert covered.console()["signals"][0]["on_call"]["failed"]
    ends(covered, hook)
    told = covered.console()["signals"][0]["on_call"]
    assert told["at"] is not None
    assert [each.action for each in news] == ["call_out"] * 2 and not any(each.shared for each in news)
