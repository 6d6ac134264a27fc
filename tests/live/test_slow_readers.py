"""Somebody who sends much, or stops reading, costs the others nothing."""

import json
import select
import socket
import time
from collections.abc import Callable

import pytest
import websocket

from app.db import Database
from tests.house.actors import Company
from tests.house.rooms import Room, make_room
from tests.house.server import Server

MANY = 120
MORE_THAN_IS_KEPT = 380
PROMPT = 0.5  # seconds; without a turn for others it would be the time of all commands together


@pytest.fixture
def shared(standing: Callable[[str], tuple[Server, str]]) -> Server:
    """One kind of database will do: what is tested lies before it."""
    return standing("sqlite")[0]


@pytest.fixture
def database(standing: Callable[[str], tuple[Server, str]], opened: Callable[[str], Database]) -> Database:
    return opened(standing("sqlite")[1])


def test_somebody_who_sends_much_at_once_keeps_nobody_waiting(company: Company, database: Database) -> None:
    room = make_room(database)
    fola, amal = company.leader(room), company.person(room, "Amal")
    flood = [fola.begins("sync", {"seen": 0}) for _ in range(MANY)]
    took = []
    while not flood[-1].arrived.is_set():
        began = time.monotonic()
        assert amal.says("sync", seen=10**6)["ok"]
        took.append(time.monotonic() - began)
    assert len(took) > 3 and sorted(took)[len(took) // 2] < PROMPT


def stops_reading(server: Server, room: Room) -> websocket.WebSocket:
    """Fola's socket, which asks for its screen again and again, and reads nothing."""
    ws = websocket.create_connection(
        f"{server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket",
        timeout=10,
        sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)],
    )
    assert json.loads(ws.recv()[1:])["maxPayload"] == 65536
    ws.send("40/facilitator," + json.dumps({"ticket": room.ticket("Fola", sandbox=True), "seen": 0}))
    assert ws.recv().startswith("40/facilitator,")
    for number in range(MORE_THAN_IS_KEPT):
        ws.send(f'42/facilitator,{number}["sync",{{"seen":0}}]')
    return ws


def test_somebody_who_stops_reading_is_dropped_and_the_others_go_on(
    shared: Server, company: Company, database: Database
) -> None:
    room = make_room(database)
    amal = company.person(room, "Amal")
    ws = stops_reading(shared, room)
    try:
        began = time.monotonic()
        while not hung_up(ws.sock):
            assert amal.says("sync", seen=10**6)["ok"]
            assert time.monotonic() - began < 30, "it is kept for ever"
        with pytest.raises((websocket.WebSocketException, OSError)):
            while ws.recv():
                pass
    finally:
        ws.shutdown()
    assert company.leader(room).says("lock", locked=True)["ok"]


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side has ended it, found without reading."""
    poll = select.poll()
    poll.register(connection, select.POLLHUP | select.POLLERR)
    return bool(poll.poll(200))
