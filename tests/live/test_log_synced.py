"""For each acknowledgement a successful sync of SQLite's log lies between the write and the send."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.db import Database
from tests.house import tools
from tests.house.actors import Company
from tests.house.outbox import Writers
from tests.house.rooms import asking, make_room
from tests.house.server import Server

CALLS = "pwrite64,write,fdatasync,fsync,sendto,sendmsg,writev"
LOG = re.compile(r"(pwrite64|write|fdatasync|fsync)\(\d+<[^>]*-wal>")


def order_of(trace: str) -> list[tuple[str, str]]:
    """What happened, in order: a write to the log, a sync of it that succeeded, or something sent."""
    happened = []
    for line in trace.splitlines():
        log = LOG.search(line)
        if log is None:
            happened.append(("send", line))
        elif log[1] in ("fdatasync", "fsync"):
            if line.endswith("= 0"):
                happened.append(("sync", ""))
        else:
            happened.append(("write", line))
    return happened


def synced_before_sent(happened: list[tuple[str, str]], answer: str) -> bool:
    """Whether the log was written with this answer, then synced, and only then it was acknowledged."""
    kinds = [kind for kind, _ in happened]
    wrote = next(place for place, (kind, what) in enumerate(happened) if kind == "write" and answer in what)
    sent = next(
        place for place, (kind, what) in enumerate(happened) if kind == "send" and is_ack(what, answer)
    )
    return wrote < sent and "sync" in kinds[wrote:sent]


def is_ack(what: str, answer: str) -> bool:
    said = what.replace("\\", "").replace(" ", "")
    return "3/participant," in said and f'[{{"ok":true,"id":"{answer}"' in said


@pytest.mark.skipif(tools.strace() is None, reason=f"strace is missing: {tools.how_to_install(['strace'])}")
def test_for_each_acknowledgement_the_log_was_synced_between_write_and_send(
    start_server: Callable[..., Server],
    sqlite_url: str,
    tmp_path: Path,
    opened: Callable[[str], Database],
    gathering: Callable[[Server], Company],
) -> None:
    room = make_room(opened(sqlite_url), stages=[asking("s-one", repeat=True)])
    trace = tmp_path / "trace"
    watched = ("strace", "-D", "-f", "-y", "-s", "100000", "-e", f"trace={CALLS}", "-o", str(trace))
    server = start_server(sqlite_url, prefix=watched)
    writers = Writers(gathering(server), room)
    writers.wait_for_acks(8, within=30)
    writers.finish()
    assert server.terminate() == 0
    happened = order_of(trace.read_text(errors="replace"))
    assert len(writers.acked) >= 24
    assert [each for each in writers.acked if not synced_before_sent(happened, each)] == []


def test_the_reading_of_a_trace_finds_an_acknowledgement_that_came_too_early() -> None:
    """The test above can fail."""
    write = 'pwrite64(5</x/1.db-wal>, "…an-id…", 4096, 32) = 4096'
    send = r'sendto(7<TCP:[1]>, "\201~3/participant,1[{\"ok\": true, \"id\": \"an-id\"", 90, 0, NULL, 0) = 90'
    sync, failed = "fdatasync(5</x/1.db-wal>) = 0", "fdatasync(5</x/1.db-wal>) = -1 EIO (Input/output error)"
    assert synced_before_sent(order_of("\n".join((write, sync, send))), "an-id")
    for early in ((sync, write, send), (write, send, sync), (write, failed, send), (write, send)):
        assert not synced_before_sent(order_of("\n".join(early)), "an-id")
