"""The writer alone: what it stores in a second, and what refusals among its work cost."""

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from app.core.refusals import Refused
from tests.house.databases import migrate
from tests.house.rooms import Room, asking, make_room, open_database

SENDERS = 40
SECONDS = 3.0
REFUSED = 0.05


def writer_figures(folder: Path) -> Iterator[str]:
    """Measured in a process of its own: here threads stand for what the server has as green ones."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.writer", str(folder)], capture_output=True, text=True
    )
    yield from (done.stdout or done.stderr).splitlines()


def main(folder: Path) -> None:
    url = f"sqlite:///{folder}/writer.db"
    migrate(url)
    database = open_database(url)
    people = tuple(f"Person {number}" for number in range(SENDERS))
    room = make_room(database, people, [asking("s-one", repeat=True)])
    stored: dict[float, list[float]] = {0.0: [], REFUSED: []}
    for _ in range(2):  # by turns, so that both meet the same machine
        for part, rates in stored.items():
            rates.append(throughput(room, people, part))
    plain, mixed = (max(rates) for rates in stored.values())
    print(f"  {'the writer alone':<44} {plain:.0f} stored a second")
    print(f"  {f'with {REFUSED:.0%} refusals':<44} {mixed:.0f} stored a second, ratio {mixed / plain:.2f}")
    database.close()


def throughput(room: Room, people: tuple[str, ...], refused: float) -> float:
    """Answers stored a second by as many senders as there are people, each waiting for its ack."""
    until, counts = time.monotonic() + SECONDS, dict.fromkeys(people, 0)

    def send(alias: str) -> None:
        number = 0
        while time.monotonic() < until:
            number += 1
            stage = "nowhere" if refused and number % round(1 / refused) == 0 else "s-one"
            try:
                room.does(
                    alias,
                    "submit_reflection",
                    id=str(uuid.uuid4()),
                    stage_id=stage,
                    answer={"text": "A line of an ordinary length, as people write it."},
                    audience="facilitators",
                )
                counts[alias] += 1
            except Refused:
                continue

    threads = [threading.Thread(target=send, args=(alias,)) for alias in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts.values()) / SECONDS


if __name__ == "__main__":
    main(Path(sys.argv[1]))
