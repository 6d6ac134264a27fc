"""Brings simulated members into rehearsals: a process for each, which has their tickets and nothing else.

The tickets name one person and one rehearsal each. The process is given no key, no address of the database
and none of our settings; it ends when the rehearsal does, or when this server has been away for a minute.
"""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app import runtime
from app.access import Tickets
from app.config import Settings
from app.core import rehearsal
from app.core.changes import Who
from app.core.refusals import NotNow
from app.core.rehearsal import PACES
from app.db import Database
from app.simulated import Plan
from app.simulated_words import names

log = logging.getLogger("concentric.rehearsals")

SPARE = ("Nadia", "Otto", "Pina", "Quirin", "Rosa", "Said", "Tilda", "Uwe", "Vera", "Wim", "Yara", "Zeno")
MOST = 5  # processes at once; each takes about 50 MB
EVERY = 60.0  # seconds
PASSED_ON = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT")
ROOT = Path(__file__).resolve().parent.parent


class Crowds:
    """The simulated members of this server's rehearsals."""

    def __init__(self, settings: Settings, database: Database, tickets: Tickets):
        self.settings, self.database, self.tickets = settings, database, tickets
        self.address = ""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, address: str) -> None:
        """``address`` is where this server listens; from now on rehearsals left open are looked after."""
        self.address = address
        runtime.spawn(self._run)

    def is_there(self, group_session_id: str) -> bool:
        """Whether the members of this rehearsal are at work."""
        process = self._processes.get(group_session_id)
        return process is not None and process.poll() is None

    def rehearse(self, facilitator_id: str, group_session_id: str, title: str, pace: int) -> str:
        """The rehearsal of a planned session, with its members on their way; gives its id.

        One that runs is the one: two facilitators who press together are in the same room.
        """
        with self.database.reader() as db:
            running = rehearsal.running(db, group_session_id)
        if running is not None and self.is_there(running):
            return running
        if not self.address or sum(map(self.is_there, self._processes)) >= MOST:
            raise NotNow("Too many rehearsals are running now. Try again in a while.")
        made = self.database.writer.do(
            rehearsal.rehearse, facilitator_id, group_session_id, aliases=[*names(), *SPARE], title=title
        )
        self._bring(made, pace if pace in PACES else PACES[0])
        return str(made["id"])

    def _bring(self, made: dict[str, Any], pace: int) -> None:
        origin = self.settings.origin or self.address
        plan = Plan(
            self.address,
            made["id"],
            made["number"],
            made["people"],
            seed=time.time_ns() % 10_000,
            pace=float(pace),
            tickets=[self._ticket(made["id"], person) for person in made["people"]],
            host=urlsplit(origin).netloc,
            origin=origin,
            caller=len(made["people"]) // 2,
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "simulate", "-"],
            cwd=ROOT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if process.stdin is None:
            raise RuntimeError("no way to tell the simulated members where to go")
        with process.stdin as said:
            said.write(plan.text().encode())
        self._processes[made["id"]] = process

    def _ticket(self, group_session_id: str, person: str) -> str:
        who = Who("participant", group_session_id, person)
        return self.tickets.issue(who, int(rehearsal.LONGEST.total_seconds()))

    def _run(self) -> None:
        while True:
            self.look_after()
            time.sleep(EVERY)

    def look_after(self) -> None:
        """Ends what was left open, clears away what has ended, and lets go of processes that are done."""
        self._processes = {key: each for key, each in self._processes.items() if each.poll() is None}
        try:
            self.database.writer.do(rehearsal.clear)
        except Exception as failed:  # noqa: BLE001 - the next time comes, and the loop has to be there for it
            log.error("rehearsals could not be looked after: %s", type(failed).__name__)
