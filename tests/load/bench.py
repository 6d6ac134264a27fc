"""``make bench``: how fast a server of this machine is, in figures to compare. It asserts nothing.

The load generator and the server share the machine, so the figures are those of both together.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import platform
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.house.databases import migrate
from tests.house.environment import ROOT, environment
from tests.house.server import Server
from tests.load.client import Client
from tests.load.links import link_figures
from tests.load.writer import writer_figures

TEXT = "We talked for a while, and it was calmer than last week. I said what I wanted to say. "
BEFORE, AFTER, LONGEST = 0.2, 1.0, 10.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--members", type=int, default=12)
    parser.add_argument("--rate", type=float, default=100.0, help="submissions a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--joins", type=int, default=1000, help="members who join within a second")
    parser.add_argument("--groups", type=int, default=1000, help="other groups whose history is there")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(machine())
    with tempfile.TemporaryDirectory(prefix="concentric-bench-") as folder:
        asyncio.run(measure(options, Path(folder)))
        for figures in (writer_figures, link_figures):
            for line in figures(Path(folder)):
                print(line, flush=True)
        # in a process of its own, which has no clients in it yet
        command = [sys.executable, "-m", "tests.load.reviewing", folder, str(options.groups)]
        subprocess.run(command, cwd=ROOT, check=True)


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("eventlet", "python-socketio", "sqlalchemy"))
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({model}), load before {load}; {platform.system()} {platform.release()}\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )


async def measure(options: argparse.Namespace, folder: Path) -> None:
    """Starts a server on a new database and takes the figures one after the other."""
    url = f"sqlite:///{folder}/bench.db"
    migrate(url)
    rooms = sandbox(url, folder / "rooms.json", options.rooms, options.members)
    crowd = sandbox(url, folder / "crowd.json", -(-options.joins // 20), 20)
    server = Server(url, folder).start()
    try:
        house = House(server.port)
        await house.gather(rooms[:1])  # so that what is loaded once is not counted for each
        warm, count = memory(server.pid), -len(house.everybody)
        await house.gather(rooms[1:])
        count += len(house.everybody)
        grown = memory(server.pid) - warm
        told = f"{len(rooms)} rooms of {options.members}, each with a console and a display"
        print(f"\n{told}: {len(house.everybody)} connections", flush=True)
        line("memory per connection", f"{grown / count:.0f} KB (of {(warm + grown) / 1024:.0f} MB)")
        quiet = await house.moves(2 * len(rooms), every=0.06)
        line("stage push to the last participant", percentiles(quiet))
        with contextlib.suppress(asyncio.CancelledError):
            moving = asyncio.create_task(house.moves(10**6, every=0.5))
            figures, spent = await cpu(server.pid, house.submits(options.rate, options.seconds))
            moving.cancel()
        line(
            f"ack at {options.rate:.0f} submissions a second",
            f"{percentiles(figures)} ({spent:.0%} of a core)",
        )
        line("stage push under that load", percentiles(house.pushed))
        line(
            "signal to a connected facilitator", percentiles(await house.signals(4 * len(rooms), every=0.05))
        )
        line("closed loop, two of each room send on", f"{await house.floods(5.0):.0f} submissions a second")
        line("connections lost in all this", str(sum(client.closed for client in house.everybody)))
        house.close()
        await asyncio.sleep(1.0)
        line(f"{options.joins} members join within a second", await joins(server.port, crowd, options.joins))
    finally:
        server.stop()


def sandbox(url: str, file: Path, rooms: int, members: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "app", "sandbox", "--rooms", str(rooms), "--members", str(members)]
    subprocess.run([*command, "--json", str(file)], cwd=ROOT, env=environment(url), check=True)
    made: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return made


class House:
    """Everybody of all rooms, connected."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rooms: list[dict[str, Any]] = []
        self.pushed: list[float] = []

    async def gather(self, rooms: list[dict[str, Any]]) -> None:
        for room in rooms:
            tickets = [
                ("/facilitator", room["facilitator"]["ticket"]),
                ("/display", room["display"]["ticket"]),
                *(("/participant", member["ticket"]) for member in room["members"]),
            ]
            clients = await asyncio.gather(*(comes_in(self.port, *each) for each in tickets))
            leader, members = clients[0][0], [client for client, _ in clients[2:]]
            session = json.loads(clients[0][1][len("42/facilitator,") :])[1]["session"]
            self.rooms.append(
                {
                    "leader": leader,
                    "members": members,
                    "all": [client for client, _ in clients],
                    "stages": [stage["id"] for stage in session["stages"]],
                    "at": 0,
                }
            )
        await asyncio.sleep(AFTER)  # what arrivals set off is over

    @property
    def everybody(self) -> list[Client]:
        return [client for room in self.rooms for client in room["all"]]

    async def moves(self, count: int, every: float) -> list[float]:
        """Moves rooms on, one after the other; seconds from the command to the last participant."""
        self.pushed = []
        for number in range(count):
            room = self.rooms[number % len(self.rooms)]
            room["at"] = (room["at"] + 1) % len(room["stages"])
            self.pushed.append(await move(room))
            await asyncio.sleep(every)
        return self.pushed

    async def submits(self, rate: float, seconds: float) -> list[float]:
        """An open loop: the time to the ack counts from when it was due, so that no wait is left out."""
        chosen, due, pending = random.Random(1), time.perf_counter() + BEFORE, []
        for _ in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            room = chosen.choice(self.rooms)
            pending.append(asyncio.create_task(submit(room, chosen.choice(room["members"]), due)))
            due += chosen.expovariate(rate)
        return [took for took in await asyncio.gather(*pending) if took is not None]

    async def signals(self, count: int, every: float) -> list[float]:
        """Somebody calls, in one room after the other; seconds until the facilitator's client has it."""
        chosen, found = random.Random(2), []
        for number in range(count):
            room = self.rooms[number % len(self.rooms)]
            found.append(await signal(room, chosen.choice(room["members"])))
            await asyncio.sleep(every)
        return found

    async def floods(self, seconds: float) -> float:
        """A closed loop: two members of each room send the next answer when the last one was acknowledged."""
        until, done = time.perf_counter() + seconds, 0

        async def on_and_on(room: dict[str, Any], member: Client) -> None:
            nonlocal done
            while time.perf_counter() < until and not member.closed:
                if await submit(room, member, 0.0) is not None:
                    done += 1

        await asyncio.gather(*(on_and_on(room, each) for room in self.rooms for each in room["members"][:2]))
        return done / seconds

    def close(self) -> None:
        for client in self.everybody:
            client.close()


async def comes_in(port: int, namespace: str, ticket: str) -> tuple[Client, str]:
    """A client with its screen."""
    client = Client(namespace, ticket)
    screen: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def watch(text: str, at: float) -> None:
        if '["screen"' in text[:40] and not screen.done():
            screen.set_result(text)

    client.watch = watch
    await client.connect(port)
    answer, _ = await client.call("sync", {"seen": 0})
    if not answer["ok"]:
        raise RuntimeError(f"no screen: {answer}")
    found = await asyncio.wait_for(screen, LONGEST)
    client.watch = lambda text, at: None
    return client, found


async def move(room: dict[str, Any]) -> float:
    """Seconds until the last participant of a room has the news of a move."""
    stage_id, loop = room["stages"][room["at"]], asyncio.get_running_loop()
    mark = f'"stage_id":"{stage_id}"'
    left = set(range(len(room["members"])))
    everybody: asyncio.Future[float] = loop.create_future()

    def watching(place: int) -> Callable[[str, float], None]:
        def watch(text: str, at: float) -> None:
            if place in left and mark in text:
                left.discard(place)
                if not left and not everybody.done():
                    everybody.set_result(at)

        return watch

    for place, member in enumerate(room["members"]):
        member.watch = watching(place)
    begun = time.perf_counter()
    answer, _ = await room["leader"].call("go_to_stage", {"stage_id": stage_id, "version": 2**40})
    if not answer["ok"]:
        raise RuntimeError(f"a move was refused: {answer}")
    try:
        return await asyncio.wait_for(everybody, LONGEST) - begun
    except TimeoutError:
        return LONGEST


async def signal(room: dict[str, Any], member: Client) -> float:
    """Seconds until a call for support stands in what the room's facilitator has received; then it is met."""
    new, leader = str(uuid.uuid4()), room["leader"]
    arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def watch(text: str, at: float) -> None:
        if new in text and not arrived.done():
            arrived.set_result(at)

    leader.watch = watch
    begun = time.perf_counter()
    await member.call("raise_signal", {"id": new, "kind": "support"})
    try:
        took = await asyncio.wait_for(arrived, LONGEST) - begun
    except TimeoutError:
        took = LONGEST
    await leader.call("resolve_signal", {"id": new})
    return took


async def submit(room: dict[str, Any], member: Client, due: float) -> float | None:
    """Seconds from when it was due to its ack; None where it was refused or the connection was lost."""
    payload = {
        "id": str(uuid.uuid4()),
        "stage_id": room["stages"][room["at"]],
        "answer": {"text": TEXT},
        "audience": "facilitators",
    }
    try:
        answer, at = await member.call("submit_reflection", payload)
    except ConnectionError:
        return None
    return at - due if answer["ok"] else None


async def joins(port: int, rooms: list[dict[str, Any]], count: int) -> str:
    """Members who come within a second, each until their screen is there."""
    tickets = [member["ticket"] for room in rooms for member in room["members"]][:count]
    begun = time.perf_counter()

    async def one(place: int, ticket: str) -> float:
        await asyncio.sleep(place / count)
        due = time.perf_counter()
        client, _ = await asyncio.wait_for(comes_in(port, "/participant", ticket), 30)
        took = time.perf_counter() - due
        arrived.append(client)
        return took

    arrived: list[Client] = []
    outcomes = await asyncio.gather(*(one(*each) for each in enumerate(tickets)), return_exceptions=True)
    whole = time.perf_counter() - begun
    took = [each for each in outcomes if isinstance(each, float)]
    for client in arrived:
        client.close()
    return f"{len(took)} arrived, the last screen after {whole:.1f} s; each waited {percentiles(took)}"


async def cpu(pid: int, work: Awaitable[list[float]]) -> tuple[list[float], float]:
    """What the work gives, and which part of a core the server used meanwhile."""
    begun, before = time.perf_counter(), cpu_seconds(pid)
    with without_collection():
        figures = await work
    return figures, (cpu_seconds(pid) - before) / (time.perf_counter() - begun)


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """The generator's own garbage collections would count as the server's time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Resident memory in KB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmRSS"))


def percentiles(seconds: list[float]) -> str:
    if not seconds:
        return "nothing measured"
    at = [percentile(seconds, part) * 1000 for part in (0.5, 0.99, 1)]
    return f"p50 {at[0]:.1f} ms, p99 {at[1]:.1f} ms, most {at[2]:.1f} ms (n {len(seconds)})"


def percentile(seconds: list[float], part: float) -> float:
    """What this part of the figures stays within."""
    found = sorted(seconds)
    return found[min(len(found) - 1, int(len(found) * part))]


def line(name: str, value: str) -> None:
    print(f"  {name:<44} {value}", flush=True)


if __name__ == "__main__":
    main()
