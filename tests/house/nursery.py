"""A process that has loaded the program, and forks a server from itself for each order that it reads.

Loading costs more than starting, and a whole test run starts a server some eighty times. What is forked has
only the imports behind it; it runs the command itself, in its own environment. Linux alone.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.house.environment import ROOT, environment
from tests.house.processes import end_with_parent

PR_SET_CHILD_SUBREAPER = 36


class Forked:
    """A process that the nursery forked and left to us: what tests use of ``subprocess.Popen``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.ends = os.pidfd_open(pid)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._ended(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, below zero for a signal; raises subprocess.TimeoutExpired."""
        if self.poll() is None:
            ended = select.poll()
            ended.register(self.ends, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("serve", timeout or 0)
            self._ended(os.waitpid(self.pid, 0)[1])
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, which: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self.ends, which)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, status: int) -> None:
        self.returncode = os.waitstatus_to_exitcode(status)
        os.close(self.ends)


class Nursery:
    """One for this process, started when the first server is asked for."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.process: subprocess.Popen[str] | None = None

    def fork(self, arguments: list[str], environ: dict[str, str], out: Path, err: Path) -> Forked:
        """Runs ``python -m app ARGUMENTS`` with this environment; its output is added to these files."""
        order = {"arguments": arguments, "environ": environ, "out": str(out), "err": str(err)}
        with self.turn:
            self.process = self.process or self._opened()
            assert self.process.stdin and self.process.stdout
            print(json.dumps(order), file=self.process.stdin, flush=True)
            return Forked(int(self.process.stdout.readline()))

    def _opened(self) -> subprocess.Popen[str]:
        # who forked a server ends at once, and the server becomes a child of this process
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        return subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env=environment("sqlite://"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


nursery = Nursery()


def main() -> None:
    """Loads what a server loads, then forks for each line of the input, until there is none."""
    from app import runtime

    runtime.patch()
    from eventlet import patcher

    import app.factory  # noqa: F401 - everything hangs on it
    from app import cli, library

    library.load()
    wait = patcher.original("os").waitpid  # the patched one would open the loop that each server opens itself
    for line in sys.stdin:
        reads, writes = os.pipe()
        between = os.fork()
        if not between:
            between = os.getpid()
            if server := os.fork():
                os.write(writes, str(server).encode())
                os._exit(0)
            os.close(reads)
            os.close(writes)
            while os.getppid() == between:
                os.sched_yield()
            become(json.loads(line))
            cli.main()
            return
        wait(between, 0)
        print(os.read(reads, 20).decode(), flush=True)
        os.close(reads)
        os.close(writes)


def become(order: dict[str, Any]) -> None:
    """Makes of this process what a shell would have started."""
    end_with_parent()()
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["app", *order["arguments"]]
    for number, path, how in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
        (2, order["err"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    ):
        opened = os.open(path, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    main()
