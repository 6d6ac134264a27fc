"""Links that open nothing: how long their answers take, by turns, compared with an unknown one."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from app.config import from_environment
from app.core.models import SessionState
from app.factory import create_app
from app.safety import Limiter
from tests.house.databases import migrate
from tests.house.environment import environment
from tests.house.rooms import make_room, open_database
from tests.house.visitor import room_link

ROUNDS = 300


def link_figures(folder: Path) -> Iterator[str]:
    """Measured in a process of its own, which has nothing else to do."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.links", str(folder)], capture_output=True, text=True
    )
    yield from (done.stdout or done.stderr).splitlines()


def main(folder: Path) -> None:
    url = f"sqlite:///{folder}/links.db"
    migrate(url)
    database = open_database(url)
    app = create_app(from_environment(environment(url)), database)
    turned = make_room(database)
    links = {"unknown": "/r/" + "x" * 22, "revoked": room_link(turned)}
    turned.does("Fola", "rotate_link")
    links["ended"] = room_link(make_room(database, state=SessionState.ENDED))
    links["not open yet"] = room_link(make_room(database, state=SessionState.PLANNED))
    client = app.test_client()
    taken: dict[str, list[float]] = {kind: [] for kind in links}
    for _ in range(ROUNDS):  # by turns, so that all meet the same machine
        app.extensions["concentric"].limiter = Limiter()
        for kind, link in links.items():
            taken[kind].append(answered(client, link))
    medians = {kind: statistics.median(each) for kind, each in taken.items()}
    for kind, median in medians.items():
        ratio = median / medians["unknown"]
        print(f"  {f'answer to a link that is {kind}':<44} {1000 * median:.2f} ms, ratio {ratio:.2f}")
    app.extensions["concentric.bus"].close()
    database.close()


def answered(client: FlaskClient, link: str) -> float:
    """Seconds until the page of a link is there."""
    began = time.perf_counter()
    client.get(link)
    client.get("/door")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]))
