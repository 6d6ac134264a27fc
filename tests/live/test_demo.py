"""The demo: one command gives a live session with simulated members, and links that open."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core import stored
from app.core.attendance import belonged
from app.core.models import Member, SessionState, now
from app.core.summary import summary_of
from app.db import Database
from app.demo_data import OLD, make_or_find
from app.simulated_words import names
from tests.house.actors import Company
from tests.house.environment import ROOT, environment
from tests.house.processes import end_with_parent, free_port
from tests.house.rooms import TABLES, Room, make_room, open_database

PATIENCE = 40.0
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/\S+)")


class Running:
    """``python -m app run`` as a process of its own, and what it has printed."""

    def __init__(self, url: str, folder: Path, *, pace: float = 60.0, port: int = 0, **more: str) -> None:
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "run", "--pace", str(pace)],
            cwd=ROOT,
            env=environment(url, CONCENTRIC_VAR=str(folder), PORT=str(self.port), **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        self.lines: list[str] = []
        self._printed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def prints(self, word: str) -> str:
        """Waits until a line with this word was printed, and gives it."""
        with self._printed:
            self._printed.wait_for(lambda: self._line(word) or self.process.poll() is not None, PATIENCE)
        found = self._line(word)
        assert found, f"{word!r} was never printed:\n{self.text}"
        return found

    def link(self, name: str) -> str:
        """The path of the link printed after this name."""
        found = LINK.search(self.prints(name))
        assert found, self.text
        return found[1]

    def ends(self, how: signal.Signals = signal.SIGINT) -> int:
        """Sends a signal to the one process, waits for its end and gives its exit code."""
        self.process.send_signal(how)
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def _line(self, word: str) -> str:
        return next((line for line in list(self.lines) if word in line), "")

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._printed:
                self.lines.append(line)
                self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()


@pytest.fixture
def run_demo(sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """A function that starts the demo on a fresh database."""
    started: list[Running] = []

    def start(**options: Any) -> Running:
        started.append(Running(sqlite_url, tmp_path, **options))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.ends(signal.SIGTERM)
        print(running.text)  # beside a test that failed


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """The demo's database, opened from the test's own process."""
    database = open_database(sqlite_url)
    yield database
    database.close()


def sessions(database: Database) -> list[Any]:
    table = TABLES["group_session"]
    with database.reader() as db:
        return list(db.execute(select(table).order_by(table.c.number)).all())


def answered(database: Database, group_session_id: str, stage_id: str) -> set[str]:
    """Who has answered or passed in a stage."""
    table = TABLES["reflection"]
    place = (table.c.group_session_id == group_session_id) & (table.c.stage_id == stage_id)
    with database.reader() as db:
        return {row.participant_id for row in db.execute(select(table).where(place)).all()}


def comes_true(fact: Callable[[], Any], what: str) -> None:
    """Waits for a fact of the database, which tells nobody by itself."""
    give_up = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not fact():
        assert time.monotonic() < give_up, f"never came true: {what}"
        pause.wait(0.05)


def gone(person: dict[str, Any]) -> bool:
    return person["presence"] != "here"


def minutes(row: Any) -> float:
    """How long a session took."""
    return float((row.ended_at - row.started_at).total_seconds() / 60)


def visit(url: str) -> tuple[int, str, str]:
    """Status, final address and text of a page, in a browser of its own."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    try:
        with opener.open(url, timeout=PATIENCE) as page:
            return page.status, page.url, page.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, url, ""


def test_the_printed_links_open_and_one_signal_ends_everything(
    run_demo: Callable[..., Running], database: Database
) -> None:
    demo = run_demo()
    base = f"http://127.0.0.1:{demo.port}"
    opened = {name: visit(base + demo.link(name)) for name in ("Facilitator", "Participant", "Display")}
    assert [status for status, _, _ in opened.values()] == [200, 200, 200]
    assert opened["Facilitator"][1].endswith("/console") and "Amal" in opened["Facilitator"][2]
    assert "Gita" in opened["Participant"][2]
    code = sessions(database)[-1].code
    assert visit(base + demo.link("as a guest"))[0] == 200 and code in demo.prints("as a guest")
    assert demo.ends() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", demo.port)) != 0
    assert "Traceback" not in demo.text


def test_six_simulated_members_answer_follow_the_group_and_go_home_with_the_end(
    run_demo: Callable[..., Running], database: Database
) -> None:
    running = run_demo()
    running.prints("Display")
    demo = database.writer.do(make_or_find)
    room = Room(database, "", demo.group_session_id, {}, {"Fola": demo.facilitator_id})
    company = Company(f"http://127.0.0.1:{running.port}")
    try:
        fola = company.leader(room)
        for place in (1, 2):
            stage_id = fola.session["stages"][place]["id"]
            assert fola.session["stage_id"] == stage_id
            comes_true(lambda here=stage_id: len(answered(database, room.id, here)) == 6, f"stage {place}")
            fola.moves_on()
        assert set(demo.simulated) == answered(database, room.id, fola.session["stages"][1]["id"])
        assert fola.says("end", version=fola.version)["ok"]
        fola.sees(lambda: all(gone(each) for each in fola.of("people").values()), "everybody went home")
    finally:
        company.go_home()
    assert running.process.poll() is None  # the server stays: there is something to look back on
    assert running.ends(signal.SIGTERM) == 0
    assert "Traceback" not in running.text


def test_the_demo_has_four_weeks_behind_it(database: Database) -> None:
    demo = database.writer.do(make_or_find)
    assert demo is not None
    rows = sessions(database)
    assert [(row.number, row.state) for row in rows] == [
        *((number, SessionState.ENDED) for number in range(1, 5)),
        (5, SessionState.LIVE),
    ]
    assert all(earlier.ended_at < later.started_at for earlier, later in pairwise(rows))
    with database.reader() as db:
        fourth = summary_of(db, rows[3].id)
        live = summary_of(db, rows[4].id)
    assert [person["alias"] for person in fourth["people"]] == names()
    assert fourth["mood"]["count"] >= 4 and fourth["mood"]["last_mean"] is not None
    assert all(40 < minutes(row) < 110 for row in rows[:4])
    assert any(person["step"] for person in fourth["people"])
    assert sum(person["last_mood"] is not None for person in live["people"]) >= 4
    assert [alias for alias, _ in demo.free] == ["Gita", "Hugo"]
    with database.reader() as db:
        there = [belonged(member, row) for row in rows for member in stored.find_all(db, Member)]
    assert all(there), "they belonged to the group from its first session on"


def test_a_second_start_finds_the_session_of_the_first(database: Database) -> None:
    assert database.writer.do(make_or_find) == database.writer.do(make_or_find)


def test_a_session_of_yesterday_is_ended_and_the_next_one_begins(database: Database) -> None:
    first = database.writer.do(make_or_find)
    table = TABLES["group_session"]
    old = table.update().where(table.c.id == first.group_session_id).values(opened_at=now() - 2 * OLD)
    database.writer.do(lambda db: db.execute(old) and None)
    second = database.writer.do(make_or_find)
    assert (second.number, second.facilitator_id) == (6, first.facilitator_id)
    assert [row.state for row in sessions(database)][4:] == [SessionState.ENDED, SessionState.LIVE]


def test_after_the_last_session_of_the_programme_a_new_group_begins(database: Database) -> None:
    numbers = []
    table = TABLES["group_session"]
    for _ in range(9):
        demo = database.writer.do(make_or_find)
        numbers.append(demo.number)
        old = table.update().where(table.c.id == demo.group_session_id).values(opened_at=now() - 2 * OLD)
        database.writer.do(lambda db, old=old: db.execute(old) and None)
    assert numbers == [5, 6, 7, 8, 9, 10, 11, 12, 5]


def test_a_database_with_other_groups_is_left_alone(database: Database) -> None:
    make_room(database)
    before = len(sessions(database))
    assert database.writer.do(make_or_find) is None
    assert len(sessions(database)) == before


def test_a_port_in_use_gets_a_sentence_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        file = tmp_path / "new.db"
        demo = Running(f"sqlite:///{file}", tmp_path, port=port)
        assert demo.ended() == 1
    assert demo.text.strip() == f"Port {port} is in use. Choose another: PORT={port + 1} make run"
    assert not file.exists()


@pytest.mark.parametrize("command", [["run"], ["simulate", os.devnull]])
def test_neither_demo_nor_simulated_members_exist_in_production(command: list[str], tmp_path: Path) -> None:
    settings = environment(
        f"sqlite:///{tmp_path}/new.db", CONCENTRIC_ENV="production", CONCENTRIC_ORIGIN="https://example.org"
    )
    done = subprocess.run(
        [sys.executable, "-m", "app", *command], cwd=ROOT, env=settings, capture_output=True, text=True
    )
    assert done.returncode == 1 and "refused in production" in done.stderr
    assert not (tmp_path / "new.db").exists()
