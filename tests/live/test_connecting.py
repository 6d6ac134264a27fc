"""Who gets a socket, and who does not."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused

from app.access import Tickets
from app.core import accounts
from app.core.changes import Who
from app.core.door import hashed
from app.core.groups import set_role
from app.core.models import Role
from app.db import Database
from tests.core.one_database import database_kind
from tests.house.actors import NAMESPACES, Actor, Company, Leader
from tests.house.environment import SECRET_KEY
from tests.house.rooms import Room, make_room, tickets
from tests.house.server import Server

__all__ = ["database_kind"]

ORIGIN = "https://groups.example.org"
HALF_OPEN = 1100


def asks(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and body of one request, with exactly these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        headers.setdefault("Host", f"127.0.0.1:{server.port}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec_WebSocket_Version": "13",
}
POLLING = "/socket.io/?EIO=4&transport=polling"
SOCKET = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory, databases: Any) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("production")
    more = {"CONCENTRIC_ENV": "production", "CONCENTRIC_ORIGIN": ORIGIN, "SECRET_KEY": SECRET_KEY}
    server = Server(databases.fresh_sqlite(folder), folder, **more).start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example", "http://groups.example.org", ""]
)
def test_another_origin_opens_no_socket_in_production(production: Server, origin: str) -> None:
    """A page of ours that polls sends no Origin with its GET alone."""
    sent = {"Host": "groups.example.org"} | ({"Origin": origin} if origin else {})
    refused = (400, "Not an origin of ours.")
    assert asks(production, SOCKET, **sent, **UPGRADE) == refused
    assert asks(production, POLLING, "POST", **sent) == refused
    assert origin == "" or asks(production, POLLING, **sent) == refused
    assert asks(production, SOCKET, Host=sent["Host"], Origin=ORIGIN, **UPGRADE)[0] == 101


def test_a_forwarded_host_makes_no_other_host_ours(production: Server) -> None:
    forwarded = {"X_Forwarded_Host": "evil.example", "Origin": "https://evil.example"}
    assert asks(production, SOCKET, Host="groups.example.org", **UPGRADE, **forwarded)[0] == 400
    assert asks(production, SOCKET, Host="evil.example", **UPGRADE, **forwarded)[0] == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_under_any_host(production: Server, path: str) -> None:
    assert [asks(production, path, Host=host)[0] for host in ("10.0.0.7", "evil.example", "")] == [200] * 3
    assert asks(production, "/", Host="evil.example")[0] == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_another_origin_opens_no_socket_in_development(shared: Server, origin: str) -> None:
    assert asks(shared, SOCKET, Origin=origin, **UPGRADE)[0] == 400
    assert asks(shared, POLLING, Origin=origin)[0] == 400
    assert asks(shared, SOCKET, Origin=shared.url, **UPGRADE)[0] == 101


@pytest.mark.parametrize(
    "query",
    [
        "EIO=3&transport=polling",
        "EIO=3&transport=websocket",
        "EIO=4&transport=polling&j=0",
        "EIO=4&transport=polling&j=",
        "EIO=4&EIO=3&transport=polling",
        "transport=polling",
        "EIO=4&transport=nothing",
        "EIO=4&transport=polling&sid=unknown",
    ],
)
def test_what_is_not_spoken_here_is_refused_without_a_session(shared: Server, query: str) -> None:
    status, body = asks(shared, f"/socket.io/?{query}", **(UPGRADE if "websocket" in query else {}))
    assert status == 400 and "sid" not in body


def test_a_legacy_handshake_is_refused(shared: Server) -> None:
    legacy = {"Upgrade": "WebSocket", "Sec_WebSocket_Key1": "4 @1", "Sec_WebSocket_Key2": "1 2"}
    assert asks(shared, SOCKET, Origin=shared.url, Connection="Upgrade", **legacy)[0] == 400


TICKETS: dict[str, Callable[[Who], Any]] = {
    "none": lambda who: None,
    "no text": lambda who: 7,
    "a list": lambda who: ["ticket"],
    "not ours": lambda who: "not.ours",
    "signed with another key": lambda who: Tickets("another key").issue(who),
    "expired": lambda who: tickets.issue(who, seconds=-1),
    "of a session that is not": lambda who: tickets.issue(Who(who.kind, "nowhere", who.id)),
    "of a person who is not": lambda who: tickets.issue(Who(who.kind, who.group_session_id, "nobody")),
    "of another kind": lambda who: tickets.issue(Who("admin", who.group_session_id, who.id)),
}


@pytest.mark.parametrize("ticket", TICKETS)
def test_without_a_ticket_of_ours_there_is_no_way_in(
    shared: Server, oak: Room, company: Company, ticket: str
) -> None:
    for kind, name in (("participant", "Amal"), ("facilitator", "Fola")):
        stranger = Actor(shared.url, kind, TICKETS[ticket](oak.who(name)))
        company.actors.append(stranger)
        with pytest.raises(Refused):
            stranger.connects()


def test_a_ticket_opens_its_own_namespace_alone(shared: Server, oak: Room, company: Company) -> None:
    for name in ("Amal", "Fola", "display"):
        for kind in NAMESPACES:
            actor = Actor(shared.url, kind, oak.ticket(name))
            company.actors.append(actor)
            if kind == oak.who(name).kind:
                actor.connects()
            else:
                with pytest.raises(Refused):
                    actor.connects()


def test_a_ticket_opens_as_many_sockets_as_needed_and_rights_are_read_anew(
    oak: Room, company: Company, database: Database
) -> None:
    amal, again = company.person(oak, "Amal"), company.person(oak, "Amal")
    sami = company.leader(oak, "Sami")
    assert amal.says("sync", seen=0)["ok"] and again.says("sync", seen=0)["ok"]
    database.writer.do(set_role, oak.group, oak.leading["Sami"], Role.OBSERVER)
    assert sami.says("lock", locked=True)["error"]["code"] == "not_found"
    assert sami.says("sync", seen=0)["ok"]


def test_a_console_whose_browser_is_signed_out_by_another_process_is_let_go(
    oak: Room, company: Company, database: Database
) -> None:
    token = database.writer.do(accounts.begin_sign_in, oak.leading["Fola"])
    ticket = tickets.issue(oak.who("Fola"), sign_in=hashed(token))
    fola = Leader(company.url, "facilitator", ticket)
    company.actors.append(fola)
    fola.arrives()
    database.writer.do(accounts.end_sign_in, token)
    fola.sees(lambda: not fola.client.connected, "the end of the connection")
    assert ("notice", {"code": "signed_out"}) in fola.events


def test_somebody_who_is_removed_is_told_let_go_and_never_let_in_again(oak: Room, company: Company) -> None:
    fola, phone, laptop = company.leader(oak), company.person(oak, "Amal"), company.person(oak, "Amal")
    assert fola.says("remove", participant_id=oak.people["Amal"])["ok"]
    for each in (phone, laptop):
        each.sees(lambda each=each: not each.client.connected, "the end of the connection", within=3)
        assert ("notice", {"code": "removed"}) in each.events
    with pytest.raises(Refused):
        company.person(oak, "Amal")
    assert company.person(oak, "Birgit").writes("undisturbed")["ok"]


def test_somebody_who_is_let_in_gets_the_room_without_asking(oak: Room, company: Company) -> None:
    oak.lets_in("Dana", guest=True)
    fola, dana = company.leader(oak), company.person(oak, "Dana")
    assert dana.session["stages"] == []
    assert dana.writes("too early", stage="s-one")["error"]["code"] == "not_admitted"
    assert fola.says("admit", participant_id=oak.people["Dana"])["ok"]
    dana.sees(lambda: [each["id"] for each in dana.session["stages"]] == ["s-one"], "the room")
    assert dana.writes("just in time")["ok"]
    assert fola.moves_on()["ok"]
    dana.sees(lambda: dana.session["stage_id"] == "s-two", "the next stage")


def test_eleven_hundred_half_open_connections_keep_nobody_out(
    start_server: Callable[..., Server],
    database_url: str,
    opened: Callable[[str], Database],
    gathering: Callable[[Server], Company],
) -> None:
    server, room = start_server(database_url), make_room(opened(database_url))
    halves = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(HALF_OPEN)]
    try:
        for half in halves:
            half.sendall(b"GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        company, took = gathering(server), []
        for alias in room.people:
            began = time.monotonic()
            assert company.person(room, alias).writes("in time")["ok"]
            took.append(time.monotonic() - began)
        assert min(took) < 2
    finally:
        for half in halves:
            half.close()
