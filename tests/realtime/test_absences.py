"""The worker notices who has been away for long: they hide nobody's name any more."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.core import crowd
from app.core.models import now
from realtime.absences import Absences
from tests.house.rooms import TABLES, Room, make_room
from tests.realtime.conftest import Wire

FIVE = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa")


@pytest.fixture
def database_kind() -> str:
    """What a worker sees does not depend on the database; what it keeps is tried on both in tests/core."""
    return "sqlite"


@pytest.fixture
def absences(wire: Wire) -> Absences:
    return Absences(wire.database, wire.sockets, wire.dispatcher.presence)


def there(room: Room) -> int:
    with room.database.reader() as db:
        return crowd.count(db, room.id)


def test_two_minutes_without_a_page_and_somebody_counts_no_more_until_they_are_back(
    wire: Wire, absences: Absences
) -> None:
    room = make_room(wire.database, FIVE)
    for name in FIVE:
        wire.admits(room, name)
    absences.look()
    version = room.row.version
    wire.server.handlers["/participant", "disconnect"]("Ewa")
    began = now()
    with time_machine.travel(began + timedelta(seconds=110), tick=False):
        absences.look()
        assert there(room) == 5, "a short drop"
    with time_machine.travel(began + timedelta(seconds=130), tick=False):
        for _ in range(2):
            absences.look()
        assert there(room) == 4
        assert room.row.version == version + 1, "said once, since with her the fifth has gone"
    with time_machine.travel(began + timedelta(seconds=200), tick=False):
        wire.admits(room, "Ewa", "Ewa again")
        absences.look()
        assert there(room) == 5
    participant = TABLES["participant"]
    (ewa,) = room.all(select(participant).where(participant.c.id == room.people["Ewa"]))
    assert ewa.back_at == began + timedelta(seconds=200), "what was asked meanwhile went without her"


def test_of_the_sixth_nobody_hears(wire: Wire, absences: Absences) -> None:
    room = make_room(wire.database, (*FIVE, "Faisal"))
    for name in FIVE:
        wire.admits(room, name)
    version = room.row.version
    with time_machine.travel(now() + timedelta(minutes=3), tick=False):
        absences.look()
    assert there(room) == 5 and room.row.version == version


def test_whoever_has_just_come_in_is_no_absence_while_the_page_loads(wire: Wire, absences: Absences) -> None:
    room = make_room(wire.database, FIVE)
    wire.admits(room, "Amal")
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        room.lets_in("Noor")
        absences.look()
        assert there(room) == 2, "Amal, and Noor whose page is not there yet"
