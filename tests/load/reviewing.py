"""Reviewing afterwards: how fast its pages and papers are, what they cost a live room, and that other groups'
history costs nothing.

Two servers stand side by side, one with the group alone, one with many other groups, and are asked by turns,
so that both meet the same machine.
"""

import asyncio
import http.cookiejar
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from app.core.groups import set_role
from app.core.models import Role
from app.db import Database
from app.sign_in import enter_path
from tests.core import full_session, long_group
from tests.core.full_session import MEMBERS, STAGES, Full
from tests.core.long_group import SESSIONS, Long
from tests.house.databases import migrate
from tests.house.environment import SECRET_KEY
from tests.house.rooms import open_database
from tests.house.server import Server
from tests.load.bench import House, line, percentile, percentiles, sandbox, without_collection
from tests.load.history import copy_all

ROUNDS, PAPERS = 40, 8  # how often a page is opened, and a paper made
ROOMS, MOVES, BLOCKS = 4, 50, 6
PAUSE = 1.0  # seconds from one summary and paper to the next, while a room is live
WARM = 3


class Reviewer:
    """A signed-in facilitator's browser."""

    def __init__(self, port: int, full: Full, long: Long) -> None:
        self.url, self.full, self.long = f"http://127.0.0.1:{port}", full, long
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self.took = 0.0
        self.get(enter_path(SECRET_KEY, full.leader))

    def get(self, path: str) -> bytes:
        with self.opener.open(self.url + path, timeout=60) as answer:
            return bytes(answer.read())

    def summary(self) -> None:
        self.get(f"/sessions/{self.full.id}/summary")

    def group(self) -> None:
        self.get(f"/groups/{self.long.group_id}/course")

    def member(self) -> None:
        self.get(f"/groups/{self.long.group_id}/members/{next(iter(self.long.members.values()))}")

    def reviews(self) -> None:
        self.summary()
        self.paper()

    def paper(self) -> None:
        path = f"/sessions/{self.full.id}/export"
        found = re.search(rb'name="csrf-token" content="([^"]+)"', self.get(path))
        assert found
        fields = {"kind": "summary.pdf", "password": "", "csrf_token": found[1].decode()}
        data = urllib.parse.urlencode(fields).encode()
        begun = time.perf_counter()
        with self.opener.open(self.url + path, data, timeout=60) as answer:
            made = answer.read()
        self.took = time.perf_counter() - begun
        assert made.startswith(b"%PDF"), made[:200]


def main(folder: Path, groups: int) -> None:
    alone, among = seeded(folder / "alone.db", 0), seeded(folder / "among.db", groups)
    rooms = sandbox(among[0], folder / "beside.json", ROOMS, MEMBERS)
    servers = [Server(url, folder) for url, _, _ in (alone, among)]
    try:
        for server in servers:
            server.start()
        print(f"\na session of {MEMBERS} members and {STAGES} stages, a group of {SESSIONS} sessions", end="")
        print(f"; among {groups} other groups ({among[2]:,} rows)")
        people = [Reviewer(each.port, *seed[1]) for each, seed in zip(servers, (alone, among), strict=True)]
        by_turns("summary", people, Reviewer.summary, ROUNDS)
        by_turns("course of the group", people, Reviewer.group, ROUNDS)
        by_turns("course of a member", people, Reviewer.member, ROUNDS)
        by_turns("PDF of the summary", people, Reviewer.paper, PAPERS)
        asyncio.run(beside(servers[1].port, rooms, people[1]))
    finally:
        for server in servers:
            server.stop()


def seeded(path: Path, groups: int) -> tuple[str, tuple[Full, Long], int]:
    """A database with the full session, as many copies of its group, and a long group of the same leader;
    with how many rows the copies have.
    """
    url = f"sqlite:///{path}"
    migrate(url)
    database = open_database(url)
    full = database.writer.do(full_session.play)
    added = database.writer.do(copy_all, groups) if groups else 0
    long = database.writer.do(long_group.play)
    database.writer.do(set_role, long.group_id, full.leader, Role.SUPPORT)
    settle(database)
    database.close()
    return url, (full, long), added


def settle(database: Database) -> None:
    """What a long transaction left in the log goes into the file, as it would over weeks."""
    with database.reader() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def by_turns(name: str, people: list[Reviewer], asks: Callable[[Reviewer], None], rounds: int) -> None:
    """How long one page takes, without other groups and with them."""
    took: list[list[float]] = [[] for _ in people]
    with without_collection():
        for number in range(rounds + WARM):
            for place, person in enumerate(people):
                person.took, begun = 0.0, time.perf_counter()
                asks(person)
                took[place] += [person.took or time.perf_counter() - begun] if number >= WARM else []
    line(f"{name}, this group alone", percentiles(took[0]))
    ratio = median(took[1]) / median(took[0])
    line("  among all the others", f"{percentiles(took[1])}, ratio {ratio:.2f}")


async def beside(port: int, rooms: list[dict[str, Any]], person: Reviewer) -> None:
    """Pushes in live rooms, by themselves and while somebody opens a summary and has a paper made of it,
    again and again; by turns.
    """
    house, quiet, busy, done = House(port), [], [], 0
    await house.gather(rooms)
    await house.moves(len(rooms), every=0.1)
    with without_collection():
        for _ in range(BLOCKS):
            quiet += await house.moves(MOVES, every=0.1)
            reading = asyncio.create_task(house.moves(MOVES, every=0.1))
            while not reading.done():
                await asyncio.gather(asyncio.to_thread(person.reviews), asyncio.sleep(PAUSE))
                done += 1
            busy += await reading
    house.close()
    line("stage push in a live room", percentiles(quiet))
    line(f"  one summary and one PDF every {PAUSE} s", f"{percentiles(busy)}, {done} of each")
    for part in (0.9, 0.99):  # on a machine that is busy otherwise the second tells of the machine
        more = percentile(busy, part) - percentile(quiet, part)
        line(f"  added to p{part * 100:.0f}", f"{more * 1000:.1f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
