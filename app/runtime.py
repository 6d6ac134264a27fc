"""The one module that knows eventlet: patching, background work, work off the hub, serving and draining.

The asynchronous mode is a setting. After ``patch()`` the standard library's threads, queues and events are
green, so the rest of the program uses those; in the mode ``threading`` nothing is patched.
"""

import contextlib
import gc
import logging
import os
import signal
import socket
import struct
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

log = logging.getLogger("concentric.runtime")

BACKLOG = 1024  # a thousand people who join within a second wait here, not outside
MOST_SOCKETS = 20_000
LARGEST_MESSAGE = 64 * 1024  # bytes; the transport closes above it
MOST_PIECES = 4096
KEEP_ALIVE = 75  # seconds
DRAIN_TIME = 10  # seconds for work in flight

mode = "threading"


def patch() -> None:
    """Makes the process green; the first statement of ``python -m app serve``, and nothing else calls it."""
    global mode
    os.environ["EVENTLET_NO_GREENDNS"] = "yes"
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"  # the default blocks the whole process
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import eventlet

        eventlet.monkey_patch()
    mode = "eventlet"
    _guard_websockets()


def tune() -> None:
    """Fewer and cheaper garbage collections, once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def spawn(run: Callable[..., Any], *args: Any) -> None:
    """Starts background work."""
    if mode == "eventlet":
        import eventlet

        eventlet.spawn(run, *args)
    else:
        threading.Thread(target=run, args=args, daemon=True).start()


def off_hub(run: Callable[..., Any], *args: Any) -> Any:
    """Runs pure computing (password hashing) in a real thread and waits for it; never the database."""
    if mode == "eventlet":
        from eventlet import tpool

        return tpool.execute(run, *args)
    return run(*args)


def give_way() -> None:
    """Lets others have their turn in the middle of longer work; never within a transaction that writes."""
    time.sleep(0)


def run_program(
    program: Sequence[str], given: bytes, *, seconds: float, folder: Path, environment: dict[str, str]
) -> tuple[bytes, str]:
    """Runs a program, gives it its input, and waits without holding the hub; it is killed after ``seconds``.

    Gives what it printed, and in a few words what went wrong, if anything. What it complains about is not
    passed on: it may quote its input.
    """
    import subprocess

    try:
        done = subprocess.run(
            program,
            input=given,
            capture_output=True,
            timeout=seconds,
            cwd=folder,
            env=environment,
            check=False,
        )
    except Exception as failed:  # noqa: BLE001 - in a patched process a timeout is another class than this one
        late = type(failed).__name__ == "TimeoutExpired"
        return b"", "it took too long" if late else type(failed).__name__
    return done.stdout, "" if done.returncode == 0 else f"it ended with {done.returncode}"


def serve(app: Any, host: str, port: int, drain: "Drain") -> None:
    """Serves until SIGTERM or SIGINT, then drains and exits with 0. Raises OSError when the port is taken."""
    if mode != "eventlet":
        _serve_threading(app, host, port, drain)
        return
    import eventlet
    import eventlet.wsgi
    from eventlet import hubs

    # without reuse_port a second instance on the same port fails, instead of taking half of the people
    listener = eventlet.listen((host, port), backlog=BACKLOG, reuse_port=False)
    pool = eventlet.GreenPool(MOST_SOCKETS)

    def stop() -> None:
        drain.run()
        listener.close()
        sys.stdout.flush()
        os._exit(0)

    def on_signal(*_: Any) -> None:
        if not drain.begun:
            drain.begun = True
            hubs.get_hub().schedule_call_global(0, eventlet.spawn, stop)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    tune()

    class Protocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
        """A WebSocket keeps its request's buffers for life, so they are small."""

        rbufsize = 4096
        wbufsize = 4096

    eventlet.wsgi.server(
        listener,
        app,
        protocol=Protocol,
        log_output=False,
        custom_pool=pool,
        debug=False,  # no traceback ever goes to a client
        keepalive=KEEP_ALIVE,
        socket_timeout=None,
        url_length_limit=16 * 1024,  # uncovering all answers of a stage names each
    )


def _serve_threading(app: Any, host: str, port: int, drain: "Drain") -> None:
    """The way out of eventlet: the same program on threads, for a small site or a test."""
    from werkzeug.serving import make_server

    server = make_server(host, port, app, threaded=True)

    def stop() -> None:
        drain.run()
        os._exit(0)

    def on_signal(*_: Any) -> None:
        if not drain.begun:
            drain.begun = True
            threading.Thread(target=stop, daemon=True).start()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    server.serve_forever()


class Drain:
    """Stops without losing anything: no new work, work in flight ends and is acknowledged, clients are let go
    so that they come back by themselves elsewhere.
    """

    def __init__(self, pause: float = 0.3):
        self.pause = pause  # time for a proxy to notice that we are not ready
        self.begun = False
        self.in_flight = 0
        self.closing: list[Callable[[], None]] = []

    def run(self) -> None:
        self.begun = True
        give_up = time.monotonic() + DRAIN_TIME
        time.sleep(self.pause)
        while self.in_flight and time.monotonic() < give_up:
            time.sleep(0.01)
        for close in self.closing:
            close()
        time.sleep(0.1)


def close_sockets(engine: Any) -> None:
    """Ends every connection so that clients see a lost transport and return; what is queued goes first."""
    for each in list(engine.sockets.values()):
        try:
            # abort: after an Engine.IO CLOSE packet clients would stay away
            each.close(wait=False, abort=True)
        except Exception as failed:  # noqa: BLE001 - one broken socket must not keep the others
            log.warning("closing a socket failed: %s", type(failed).__name__)


def hang_up(environ: dict[str, Any]) -> None:
    """Ends the connection of a request at once, also while something waits for the other side to read."""
    source = environ.get("eventlet.input")
    connection = source.get_socket() if source else environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):  # it has ended by itself
            # nothing that is still unread is kept for somebody who does not read
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)


def self_check() -> None:
    """Refuses to start half patched."""
    if mode != "eventlet":
        return
    from eventlet.patcher import is_monkey_patched

    if not (is_monkey_patched("socket") and is_monkey_patched("thread") and is_monkey_patched("time")):
        raise SystemExit("The runtime is not patched: start with python -m app serve.")


def _guard_websockets() -> None:
    """Guards of the WebSocket layer: messages capped across their pieces, no legacy handshake."""
    import engineio.async_drivers.eventlet as driver
    from eventlet import websocket

    class CappedMessage(websocket.RFC6455WebSocket.Message):  # type: ignore[misc]
        """eventlet caps a frame; this caps the message."""

        total = 0
        pieces = 0

        def push(self, data: bytes, final: bool = False) -> None:
            self.total += len(data)
            self.pieces += 1
            if self.total > LARGEST_MESSAGE or self.pieces > MOST_PIECES:
                raise websocket.FailedConnectionError(1009, "message too big")
            super().push(data, final)

    original = driver.WebSocketWSGI.__init__

    def without_legacy(self: Any, handler: Any, server: Any) -> None:
        original(self, handler, server)
        self.support_legacy_versions = False

    websocket.RFC6455WebSocket.Message = CappedMessage
    websocket.RFC6455WebSocket._apply_mask = staticmethod(unmask)
    driver.WebSocketWSGI.__init__ = without_legacy


def unmask(data: bytes, mask: bytes, length: int | None = None, offset: int = 0) -> bytes:
    """A WebSocket frame without its mask, by one big-integer XOR: byte by byte would hold up all."""
    size = len(data)
    if not size:
        return b""
    shift = offset & 3
    key = (bytes(mask[shift:] + mask[:shift]) * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")
