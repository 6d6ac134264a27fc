"""Programs that tests start, and that must not outlive them."""

import bisect
import ctypes
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a child runs before its program, so that even a test run that is killed leaves nothing behind."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)  # loaded before the fork: a child should do as little as it can

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(how))

    return ask


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment.

    Below those that the system gives to outgoing connections: of these, one of the many that tests open would
    take the port again before a server has it.
    """
    while True:
        port = 12_000 + secrets.randbelow(20_000)
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody's
            return port


class InLine(threading.Thread):
    """Keeps how long some threads stood in line for a processor that others had: what a busy machine adds to
    a time that passes in them, one after the other.

    ``tasks`` gives the ids of the moment, of threads or, for their main one, of processes. Linux alone;
    elsewhere nobody ever stood in line.
    """

    EVERY = 0.02  # seconds

    def __init__(self, tasks: Callable[[], Iterable[int | None]]) -> None:
        super().__init__(name="in line", daemon=True)
        self.tasks = tasks
        self.at, self.stood_by = [time.monotonic()], [0.0]  # seconds, and how long in all by then
        self.ending = threading.Event()

    def run(self) -> None:
        had: dict[int, float] = {}
        while not self.ending.wait(self.EVERY):
            has = {each: self._of(each) for each in self.tasks() if each}
            more = sum(max(0.0, has[each] - had[each]) for each in has.keys() & had.keys())
            self.stood_by.append(self.stood_by[-1] + more)
            self.at.append(time.monotonic())
            had = has

    def stops(self) -> None:
        self.ending.set()
        self.join()

    def stood(self, begin: float, end: float) -> float:
        """Seconds in line between two times of ``time.monotonic``."""
        return self._by(end) - self._by(begin)

    def _by(self, moment: float) -> float:
        return self.stood_by[max(0, min(bisect.bisect(self.at, moment), len(self.stood_by)) - 1)]

    @staticmethod
    def _of(task: int) -> float:
        try:
            return int(Path(f"/proc/{task}/schedstat").read_text().split()[1]) / 1e9
        except OSError:  # gone in this moment, or no Linux
            return 0.0
