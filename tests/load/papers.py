"""How long a file takes, and how long everybody else waits for it: a session of 12 members and 14 stages.

A green process of its own, as the server is one; another green thread stands for a live room.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TIMES = 5


def paper_figures(folder: Path) -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.papers", str(folder)], capture_output=True, text=True
    )
    yield from (done.stdout or done.stderr).splitlines()


def main(folder: Path) -> None:
    from app import runtime

    runtime.patch()
    import time

    from app.config import from_environment
    from app.db import Database
    from app.factory import create_app
    from app.papers import maker
    from app.papers.registry import PAPERS, Asked
    from tests.core.full_session import full_session
    from tests.house.databases import migrate
    from tests.house.environment import environment

    url = f"sqlite:///{folder}/papers.db"
    migrate(url)
    database = Database(url, spawn=runtime.spawn)
    app = create_app(from_environment(environment(url)), database)
    full = full_session(database)
    ids = {"group_id": full.group_id, "group_session_id": full.id, "facilitator_id": full.leader}
    asked = Asked(**ids, member_id=next(iter(full.members.values())))
    waits: list[float] = []

    def somebody_else() -> None:
        while True:
            before = time.perf_counter()
            time.sleep(0.001)
            waits.append(time.perf_counter() - before)

    runtime.spawn(somebody_else)
    time.sleep(1)
    print(f"  {'nothing is made':<44} another waits {max(waits) * 1000:.0f} ms at most")
    for kind in ("summary.pdf", "plan.pdf", "keepsake.pdf"):
        took, worst = [], []
        for _ in range(TIMES + 1):  # what is loaded once is not counted for each
            waits.clear()
            begins = time.perf_counter()
            with app.test_request_context(), database.reader() as db:
                data = PAPERS[kind].gather(db, asked)
            made = maker.make(kind, data)
            took.append(time.perf_counter() - begins)
            worst.append(max(waits))
        took, worst = took[1:], worst[1:]
        print(
            f"  {kind:<44} {sorted(took)[TIMES // 2] * 1000:.0f} ms, {len(made) // 1024} KB; "
            f"another waits {max(worst) * 1000:.0f} ms at most"
        )
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
