"""Programs that tests start, and that must not outlive them."""

import ctypes
import signal
import socket
import sys
from collections.abc import Callable

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
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
