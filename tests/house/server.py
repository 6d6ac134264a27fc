"""The real server as a process of its own, which tests start, kill and start again."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.environment import ROOT, environment
from tests.house.nursery import Forked, nursery
from tests.house.processes import end_with_parent, free_port

READY_WITHIN = 30.0
LOOK_EVERY = 0.02
# No proxy of the person's environment stands between a test and its server.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server:
    """`python -m app serve` on a free port; `prefix` is put before the command (`strace -D …`)."""

    def __init__(self, database_url: str, folder: Path, *, prefix: tuple[str, ...] = (), **more: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment(database_url, **more)
        self.prefix = prefix
        self.stdout = folder / f"server-{self.port}.out"
        self.stderr = folder / f"server-{self.port}.err"
        self.process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> "Server":
        """Start it and wait until /readyz answers 200."""
        serve = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
        if sys.platform == "linux" and not self.prefix and "CONCENTRIC_ASYNC" not in self.environment:
            self.process = nursery.fork(serve, self.environment, self.stdout, self.stderr)
        else:
            self.process = self._loaded([*self.prefix, sys.executable, "-m", "app", *serve])
        self.wait_until_ready()
        return self

    def _loaded(self, command: list[str]) -> subprocess.Popen[bytes]:
        """A process that loads the program itself."""
        with self.stdout.open("ab") as out, self.stderr.open("ab") as err:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                preexec_fn=end_with_parent(),
            )

    def wait_until_ready(self) -> None:
        process = self._running()
        waited = 0.0
        while not self.is_ready():
            if waited > READY_WITHIN:
                raise RuntimeError(f"The server was not ready in {READY_WITHIN} s:\n{self.log()}")
            try:
                code = process.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                waited += LOOK_EVERY
            else:
                raise RuntimeError(f"The server ended with {code}:\n{self.log()}")

    def is_ready(self) -> bool:
        try:
            with opener.open(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self) -> None:
        """SIGKILL: nothing of it gets to say anything more."""
        process = self._running()
        process.kill()
        process.wait()

    def terminate(self, within: float = 30.0) -> int:
        """SIGTERM, then wait for the drain to end; gives the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        return process.wait(within)

    def restart(self) -> None:
        """Start again on the same port, after whatever end it came to."""
        self.stop()
        self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def log(self) -> str:
        """All that it has printed so far."""
        return "".join(
            path.read_text(errors="replace") for path in (self.stdout, self.stderr) if path.exists()
        )

    @property
    def pid(self) -> int:
        return self._running().pid

    def _running(self) -> subprocess.Popen[bytes] | Forked:
        if self.process is None:
            raise RuntimeError("The server was never started.")
        return self.process


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts a server on a database; all of them end with the test."""
    started: list[Server] = []

    def start(database_url: str, *, prefix: tuple[str, ...] = (), **more: str) -> Server:
        server = Server(database_url, tmp_path, prefix=prefix, **more)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_server: Callable[..., Server], database_url: str) -> Server:
    """A running server on a fresh database; the test runs once per kind of database."""
    return start_server(database_url)
