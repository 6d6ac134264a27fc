"""The test house keeps its own promises."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.house.environment import ROOT
from tests.house.server import Server


def tables(url: str) -> set[str]:
    """The names of the tables at this address, read without the program's own code."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        connection.close()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as pg:
            rows = pg.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows}


def test_a_fresh_database_is_migrated(database_url: str) -> None:
    assert "alembic_version" in tables(database_url)


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    assert tables(empty_database_url) == set()


def test_two_fresh_databases_are_two(fresh_database: Callable[[str], str], database_kind: str) -> None:
    assert fresh_database(database_kind) != fresh_database(database_kind)


def test_postgresql_keeps_fsync_on(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_the_browser_shows_a_page(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<h1>here</h1>")
    assert page.inner_text("h1") == "here"
    page.close()


SKIPS = "import pytest\ndef test_it_skips(): pytest.skip('nothing here')\n"
SKIPS_WHOLE = "import pytest\npytest.skip('nothing at all', allow_module_level=True)\n"
ONE_SIDED = """
import pytest
@pytest.mark.parametrize('database_kind', ['sqlite'])
def test_it_knows_one_database(database_kind): pass
"""


def run_of(folder: Path, *sources: str, ci: str) -> subprocess.CompletedProcess[str]:
    """A test run of its own over small files, under the rules of this one."""
    for number, source in enumerate(sources):
        (folder / f"test_small_{number}.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--continue-on-collection-errors",
        "--rootdir",
        str(folder),
    ]
    return subprocess.run(
        [*command, "-p", "tests.house.rules", str(folder)],
        cwd=ROOT,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def test_skips_and_counts_are_told_loudly_at_home(tmp_path: Path) -> None:
    run = run_of(tmp_path, SKIPS, SKIPS_WHOLE, ONE_SIDED, ci="")
    assert run.returncode == 0, run.stdout
    assert "SKIPPED 1 × nothing here" in run.stdout
    assert "SKIPPED 1 × nothing at all" in run.stdout
    assert "sqlite: 1, postgresql: 0" in run.stdout


def test_a_skip_is_a_failure_in_ci(tmp_path: Path) -> None:
    run = run_of(tmp_path, SKIPS, SKIPS_WHOLE, ci="true")
    assert run.returncode not in (0, 5), run.stdout
    assert "In CI nothing is skipped: nothing here" in run.stdout
    assert "In CI nothing is skipped: nothing at all" in run.stdout


def test_a_test_for_one_database_alone_fails_the_run_in_ci(tmp_path: Path) -> None:
    run = run_of(tmp_path, ONE_SIDED, ci="true")
    assert run.returncode == 1, run.stdout
    assert "sqlite: 1, postgresql: 0" in run.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each server loads the program itself")
def test_a_server_of_the_nursery_is_a_child_of_the_test_run_and_tells_how_it_ended(
    start_server: Callable[..., Server], sqlite_url: str
) -> None:
    drained, killed = start_server(sqlite_url), start_server(sqlite_url)
    assert {parent_of(drained.pid), parent_of(killed.pid)} == {os.getpid()}
    assert drained.terminate() == 0
    killed.kill()
    assert killed.process and killed.process.poll() == -signal.SIGKILL


STARTS_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.house.server import Server
print(Server(sys.argv[1], Path(sys.argv[2])).start().port, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_test_run_that_is_killed_leaves_no_server_behind(sqlite_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS_AND_IS_KILLED, sqlite_url, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert comes_free(int(run.stdout))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def comes_free(port: int) -> bool:
    """Whether nobody listens there any more, within ten seconds."""
    for _ in range(500):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                time.sleep(0.02)
            else:
                return True
    return False
