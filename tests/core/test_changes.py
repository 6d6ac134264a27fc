"""The one door: what moves with a change, and what is told of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core.changes import Who, changing, committed
from app.core.models import Group
from app.core.refusals import NotFound, NotNow
from tests.core.cast import Oak, refused


def counters(oak: Oak) -> dict[str, int]:
    row = oak.row()
    own = {name: oak.person(who).own_version for name, who in oak.people.items() if who.kind == "participant"}
    return {"version": row.version, "shared": row.shared_version, "moved": row.moved_version, **own}


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def test_an_answer_moves_the_version_and_its_writers_own_counter_alone(oak: Oak) -> None:
    before = counters(oak)
    oak.writes(oak.amal, text="A walk.")
    assert moved(before, counters(oak)) == {"version": 1, "Amal": 1}


def test_a_signal_leaves_no_gap_in_what_the_others_count(oak: Oak) -> None:
    before = counters(oak)
    oak.signals(oak.birgit)
    assert moved(before, counters(oak)) == {"version": 1, "Birgit": 1}


def test_what_the_group_may_see_moves_the_shared_version(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    before = counters(oak)
    oak.does(oak.fola, "show_reflection", id=answer["id"])
    assert moved(before, counters(oak)) == {"version": 1, "shared": 1, "Amal": 1}


def test_a_move_of_the_session_is_remembered_at_its_version(oak: Oak) -> None:
    before = counters(oak)
    answer = oak.moves_to("mixed")
    after = counters(oak)
    assert moved(before, after).keys() == {"version", "shared", "moved"}
    assert after["moved"] == after["version"] == answer["version"]


def test_a_repeat_moves_nothing_and_is_not_told(oak: Oak, news: list[Any]) -> None:
    sent = {"id": str(uuid4()), "text": "A walk."}
    signal = {"id": str(uuid4()), "kind": "hand"}
    first = oak.writes(oak.amal, **sent)
    oak.does(oak.amal, "raise_signal", **signal)
    before, told, logged = counters(oak), len(news), len(oak.log())
    assert oak.writes(oak.amal, **sent) == first
    oak.does(oak.amal, "raise_signal", **signal)
    oak.moves_to("words")
    assert (moved(before, counters(oak)), len(news), len(oak.log())) == ({}, told, logged)


def test_a_refusal_moves_nothing_and_is_not_told(oak: Oak, news: list[Any]) -> None:
    before, told, logged = counters(oak), len(news), len(oak.log())
    with refused("not_yet"):
        oak.writes(oak.amal, "last", text="Too soon.")
    assert (moved(before, counters(oak)), len(news), len(oak.log())) == ({}, told, logged)


def test_the_log_says_who_did_what_to_what_without_a_word(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk by the canary sea.")
    oak.does(oak.sami, "show_reflection", id=answer["id"])
    wrote, showed = oak.log()[-2:]
    assert (wrote.actor_kind, wrote.actor_id, wrote.action) == (
        "participant",
        oak.amal.id,
        "submit_reflection",
    )
    assert wrote.subject_id == answer["id"]
    assert (showed.actor_kind, showed.actor_id, showed.action) == (
        "facilitator",
        oak.sami.id,
        "show_reflection",
    )
    assert "canary" not in str(oak.log())


def test_every_version_has_one_entry_in_the_log(oak: Oak) -> None:
    oak.writes(oak.amal, text="A walk.")
    oak.moves_to("mixed")
    oak.signals(oak.ewa)
    assert [entry.version for entry in oak.log()] == list(range(1, oak.row().version + 1))


def test_concurrent_writers_leave_no_gap(oak: Oak) -> None:
    people = [oak.amal, oak.birgit, oak.chidi, oak.dolores, oak.ewa]
    before, own = oak.row().version, [oak.person(who).own_version for who in people]
    with ThreadPoolExecutor(10) as crowd:
        raised = list(crowd.map(oak.signals, people * 8))
    assert len(set(raised)) == 40
    assert oak.row().version == before + 40
    assert [entry.version for entry in oak.log()] == list(range(1, before + 41))
    assert [oak.person(who).own_version for who in people] == [each + 8 for each in own]


def test_the_news_says_what_changed_and_for_whom(oak: Oak, news: list[Any]) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    told = news[-1]
    assert (told.group_session_id, told.version, told.action) == (
        oak.id,
        oak.row().version,
        "submit_reflection",
    )
    assert (told.shared, told.moved, told.people, told.reflections) == (
        False,
        False,
        {oak.amal.id},
        {answer["id"]},
    )
    oak.moves_to("mixed")
    assert (news[-1].shared, news[-1].moved, news[-1].people) == (True, True, frozenset())


def test_a_listener_already_sees_what_it_is_told_of(oak: Oak) -> None:
    seen = []

    def listen(_sender: Any, change: Any) -> None:
        seen.append((change.version, oak.row().version))

    with committed.connected_to(listen):
        oak.writes(oak.amal, text="A walk.")
        oak.moves_to("mixed")
    assert seen == [(version, version) for version, _ in seen]
    assert len(seen) == 2


def test_nothing_is_told_of_a_verb_that_failed_after_its_change(oak: Oak, news: list[Any]) -> None:
    def fails(db: Any) -> None:
        with changing(db, oak.fola, "fails") as change:
            change.wrote("x", shared=True)
        raise ZeroDivisionError

    before, told = counters(oak), len(news)
    with pytest.raises(ZeroDivisionError):
        oak.database.writer.do(fails)
    assert (moved(before, counters(oak)), len(news)) == ({}, told)


def test_a_refusal_after_a_write_stores_and_tells_nothing(oak: Oak, news: list[Any]) -> None:
    def refuses_too_late(db: Any) -> None:
        with changing(db, oak.fola, "late") as change:
            db.execute(update(Group).where(col(Group.id) == oak.group_id).values(language="es"))
            change.wrote("x")
        raise NotNow()

    before, told = counters(oak), len(news)
    with pytest.raises(NotNow):
        oak.database.writer.do(refuses_too_late)
    assert (moved(before, counters(oak)), len(news)) == ({}, told)
    assert oak.room()["language"] == "en"


def test_there_is_no_door_to_a_session_that_does_not_exist(oak: Oak) -> None:
    def opens(db: Any) -> None:
        with changing(db, Who("facilitator", "nowhere", oak.fola.id), "x") as change:
            change.wrote("x")

    with pytest.raises(NotFound):
        oak.database.writer.do(opens)
