"""The demo of a development machine: a group with four weeks behind it, its fifth session live, and six
simulated members who take part. ``make run`` starts it beside a server.
"""

import errno
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from app import demo_data
from app.config import Settings
from app.core import sealing
from app.db import Database, check_keys
from app.sign_in import enter_path
from app.simulated import Plan

HOST = "127.0.0.1"
READY_WITHIN = 30.0  # seconds
STOP_WITHIN = 15.0


def run(settings: Settings, port: int, pace: float = 1.0) -> None:
    """Makes or finds the demo, serves it, and prints links to it; ends with SIGINT or SIGTERM."""
    if settings.production:
        raise SystemExit("The demo is refused in production. Start the server: python -m app serve")
    _check_port(port)
    subprocess.run([sys.executable, "-m", "app", "migrate"], check=True)
    sealing.use(sealing.parse_ring(settings.keys))
    database = Database(settings.database_url)
    try:
        check_keys(database)
        demo = database.writer.do(demo_data.make_or_find)
    except sealing.Unsealable:
        raise SystemExit("This database was sealed with other keys. Check CONCENTRIC_KEYS.") from None
    finally:
        database.close()
    Processes(settings, port, pace).run(demo)


class Processes:
    """The server and the simulated members: only the server's process is patched."""

    def __init__(self, settings: Settings, port: int, pace: float):
        self.settings, self.port, self.pace = settings, port, pace
        self.url = f"http://{HOST}:{port}"
        self.started: list[subprocess.Popen[bytes]] = []
        self.stopping = False

    def run(self, demo: demo_data.Demo | None) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        server = self._start("serve", "--host", HOST, "--port", str(self.port))
        if self._ready(server):
            print(self._links(demo), flush=True)
            if demo is not None:
                self._start("simulate", str(self._plan(demo)))
        code = server.wait()
        self._stop()
        for process in self.started:
            try:
                process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
        sys.exit(code)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "app", *command])
        self.started.append(process)
        if self.stopping:
            process.terminate()
        return process

    def _stop(self, *_: Any) -> None:
        self.stopping = True
        for process in self.started:
            if process.poll() is None:
                process.terminate()

    def _ready(self, server: subprocess.Popen[bytes]) -> bool:
        # no proxy of the person's environment stands between us and this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        give_up = time.monotonic() + READY_WITHIN
        while server.poll() is None and not self.stopping and time.monotonic() < give_up:
            try:
                with opener.open(f"{self.url}/readyz", timeout=5):
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        return False

    def _plan(self, demo: demo_data.Demo) -> Path:
        file = self.settings.var / "simulated.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        people = demo.simulated
        Plan(self.url, demo.group_session_id, demo.number, people, seed=demo.number, pace=self.pace).write(
            file
        )
        return file

    def _links(self, demo: demo_data.Demo | None) -> str:
        if demo is None:
            return f"Concentric is ready: {self.url}/sign-in (no demo: this database has groups of its own)."
        console = f"/sessions/{demo.group_session_id}/console"
        lines = [
            ("Facilitator", enter_path(self.settings.secret_key, demo.facilitator_id, console), "as Fola"),
            *(("Participant", f"/m/{link}", f"as {alias}") for alias, link in demo.free[:1]),
            ("", f"/r/{demo.room_link}", f"as a guest; room code {demo.code}"),
            ("Display", f"/display/{demo.display_link}", ""),
        ]
        head = (
            f"Concentric is ready. Session {demo.number} of the demo group is live, with simulated members."
        )
        told = [f"  {name:<12} {self.url}{path}   {more}".rstrip() for name, path, more in lines]
        return "\n".join(
            ["", head, "", *told, "", "These links are for this machine only. Ctrl+C ends it.", ""]
        )


def _check_port(port: int) -> None:
    """Says so in a sentence, before anything else happens, where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as failed:
            if failed.errno != errno.EADDRINUSE:
                raise
            raise SystemExit(f"Port {port} is in use. Choose another: PORT={port + 1} make run") from None
