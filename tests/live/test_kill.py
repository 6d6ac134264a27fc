"""The real server, killed and ended under load: what was acknowledged stands, once, with the right words."""

import json
import random
from collections.abc import Callable

import pytest

from app.db import Database
from tests.house.actors import Company
from tests.house.outbox import Writers
from tests.house.rooms import Room, asking, make_room, words_of
from tests.house.server import Server

FOUR = ("Amal", "Birgit", "Chidi", "Dolores")
ROUNDS = 3


@pytest.fixture
def room(database_url: str, opened: Callable[[str], Database]) -> Room:
    """A room on a database of its own, whose one stage takes as many answers as somebody writes."""
    return make_room(opened(database_url), FOUR, [asking("s-one", repeat=True)])


def stored(room: Room) -> dict[str, str]:
    return {row.id: json.loads(words_of(row))["text"] for row in room.reflections}


def assert_nothing_lost_and_nothing_twice(room: Room, writers: Writers) -> None:
    rows = stored(room)
    assert rows == writers.acked
    assert len(set(rows.values())) == len(rows) == writers.written, "a line is missing or stands twice"
    assert writers.refused == []
    assert sorted(entry.subject_id for entry in room.log if entry.action == "submit_reflection") == sorted(
        rows
    )
    assert room.has_every_version()


def test_a_server_killed_at_any_moment_loses_no_acknowledged_answer_and_stores_none_twice(
    server: Server, room: Room, gathering: Callable[[Server], Company]
) -> None:
    chance = random.Random(20)
    writers = Writers(gathering(server), room)
    for _ in range(ROUNDS):
        writers.wait_for_acks(chance.randint(1, 12))
        told = writers.acked
        server.kill()
        missing = told.items() - stored(room).items()
        assert not missing, "acknowledged before the kill, and gone"
        server.restart()
    writers.wait_for_acks(1)
    writers.finish()
    assert_nothing_lost_and_nothing_twice(room, writers)


def test_a_server_asked_to_stop_drains_exits_with_0_and_people_come_back_by_themselves(
    server: Server, room: Room, gathering: Callable[[Server], Company]
) -> None:
    writers = Writers(gathering(server), room)
    for _ in range(2):
        writers.wait_for_acks(3)
        assert server.terminate(within=10) == 0
        missing = writers.acked.items() - stored(room).items()
        assert not missing, "acknowledged during the drain, and gone"
        server.start()
    writers.wait_for_acks(1)
    writers.finish()
    assert_nothing_lost_and_nothing_twice(room, writers)
    assert "Traceback" not in server.log()
