"""Simulated members of a rehearsal: they come with their own tickets alone, and stay behind nowhere."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import Tickets
from app.config import from_environment
from app.core import rehearsal
from app.core.models import SessionState
from app.core.refusals import NotFound, NotNow
from app.db import Database
from app.simulated import Plan
from app.simulated_crowds import MOST, Crowds
from tests.house.actors import Company
from tests.house.environment import ROOT, SECRET_KEY, environment
from tests.house.processes import free_port
from tests.house.rooms import TABLES, Room, make_room, open_database
from tests.house.server import Server

PATIENCE = 60.0
FAST = 40  # times a person
PRODUCTION = {"CONCENTRIC_ENV": "production", "CONCENTRIC_ORIGIN": "https://groups.example.org"}


@pytest.fixture
def url(tmp_path: Path, databases: object) -> str:
    return str(databases.fresh_sqlite(tmp_path))  # type: ignore[attr-defined]


@pytest.fixture
def crowds(url: str) -> Iterator[tuple[Crowds, Database]]:
    """Brings people to wherever a test lets a server listen."""
    database = open_database(url)
    made = Crowds(from_environment(environment(url, **PRODUCTION)), database, Tickets(SECRET_KEY))
    yield made, database
    for process in made._processes.values():
        process.kill()
        process.wait()
    database.close()


def ends(process: "subprocess.Popen[bytes]") -> int:
    return process.wait(PATIENCE)


def planned(database: Database) -> Room:
    return make_room(database, (), state=SessionState.PLANNED)


def comes_true(holds: Callable[[], bool], what: str) -> None:
    looked = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if holds():
            return
        looked.wait(0.05)
    raise AssertionError(f"this never came true: {what}")


def test_in_production_they_answer_follow_and_go_home_with_the_end(
    url: str, tmp_path: Path, crowds: tuple[Crowds, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.simulated_crowds.PACES", (FAST,))
    made, database = crowds
    server = Server(url, tmp_path, **PRODUCTION).start()
    try:
        made.address = server.url
        origin = planned(database)
        room_id = made.rehearse(origin.leading["Fola"], origin.id, "Session 1", FAST)
        assert made.rehearse(origin.leading["Sami"], origin.id, "Session 1", FAST) == room_id, "the same room"
        room = Room(database, origin.group, room_id, {}, origin.leading)
        room.does("Fola", "start", version=room.row.version)
        answers = TABLES["reflection"]
        comes_true(
            lambda: len(room.all(select(answers).where(answers.c.group_session_id == room_id))) == 6,
            "six answers",
        )
        questions = TABLES["quiet_question"]
        people = TABLES["participant"]
        for person in room.all(select(people).where(people.c.group_session_id == room_id)):
            room.does("Fola", "ask", participant_id=person.id, question="safe")
        tapped = select(questions).where(questions.c.answered_at.is_not(None))
        comes_true(lambda: len(room.all(tapped)) == 6, "six taps")
        signals = TABLES["signal"]
        calls = select(signals).where(signals.c.kind == "support")
        comes_true(lambda: len(room.all(calls)) == 1, "one asks for support")
        assert room.all(select(signals).where(signals.c.kind == "not_safe")) == []
        process = made._processes[room_id]
        room.does("Fola", "end", version=room.row.version)
        assert ends(process) == 0
        assert not made.is_there(room_id)
        assert room.all(select(answers)) == room.all(select(signals)) == room.all(select(questions)) == []
    finally:
        server.stop()


def test_they_go_home_when_the_server_is_gone(tmp_path: Path) -> None:
    plan = Plan(f"http://127.0.0.1:{free_port()}", "gone", 1, ["a"], pace=20.0, tickets=["t"], patience=1.0)
    done = subprocess.run(
        [sys.executable, "-m", "app", "simulate", "-"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        input=plan.text(),
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.returncode == 0
    assert Plan(plan.url, "gone", 1, ["a"]).patience == 60.0


def test_they_are_given_their_tickets_and_no_key(crowds: tuple[Crowds, Database]) -> None:
    made, database = crowds
    made.address = f"http://127.0.0.1:{free_port()}"
    origin = planned(database)
    room_id = made.rehearse(origin.leading["Fola"], origin.id, "Session 1", 1)
    process = made._processes[room_id]
    comes_true(lambda: bool(Path(f"/proc/{process.pid}/environ").read_bytes()), "it runs")
    given = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
    words = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
    assert "PATH=" in given
    for secret in (SECRET_KEY, "SECRET_KEY", "CONCENTRIC", "DATABASE_URL", room_id):
        assert secret not in given + words
    people = TABLES["participant"]
    for person in origin.all(select(people).where(people.c.group_session_id == room_id)):
        who = made.tickets.read(made._ticket(room_id, person.id)).who
        assert (who.kind, who.group_session_id, who.id) == ("participant", room_id, person.id)


def test_a_server_takes_only_so_many_rehearsals_at_once(crowds: tuple[Crowds, Database]) -> None:
    made, database = crowds
    origin = planned(database)
    with pytest.raises(NotNow):
        made.rehearse(origin.leading["Fola"], origin.id, "not listening yet", 1)
    made.address = f"http://127.0.0.1:{free_port()}"
    sleeper = [sys.executable, "-c", "import signal; signal.pause()"]
    for place in range(MOST):
        made._processes[str(place)] = subprocess.Popen(sleeper)
    with pytest.raises(NotNow):
        made.rehearse(origin.leading["Fola"], origin.id, "Session 1", 1)
    with database.reader() as db:
        assert rehearsal.running(db, origin.id) is None
    made._processes["0"].kill()
    ends(made._processes["0"])
    made.look_after()
    assert made.rehearse(origin.leading["Fola"], origin.id, "Session 1", 1)


def test_the_people_of_a_rehearsal_that_has_ended_are_shown_out(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    server = Server(url, tmp_path).start()
    company = Company(server.url)
    try:
        origin = planned(database)
        made = database.writer.do(
            rehearsal.rehearse, origin.leading["Fola"], origin.id, aliases=["Amal"], title="Session 1"
        )
        room = Room(database, origin.group, made["id"], {"Amal": made["people"][0]}, origin.leading)
        fola, amal = company.leader(room), company.person(room, "Amal")
        assert fola.says("end", version=fola.version)["ok"]
        amal.sees(lambda: ("notice", {"code": "removed"}) in amal.events, "that it is over")
        with pytest.raises(NotFound):
            room.does("Amal", "leave")
    finally:
        company.go_home()
        server.stop()
        database.close()
