"""Makes a file in a process of its own, so that nobody in a live room waits for a page to be set."""

import json
import logging
import sys
import threading
from pathlib import Path
from typing import Any

from app import runtime
from app.core.refusals import Refused
from app.exercises.plain import N_
from app.papers.registry import PAPERS

log = logging.getLogger("concentric.papers")

AT_ONCE = 2  # each takes a core for as long as it works
PATIENCE = 10.0  # seconds for a place among them
TIME_LIMIT = 20.0  # seconds for one file
ROOT = Path(__file__).parent.parent.parent

# Neither keys nor addresses of ours are in it. One thread, however many cores there are: a live room needs
# them more, and threads take address space, which is limited.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
PRESS = (sys.executable, "-m", "app.papers.press")

_places = threading.BoundedSemaphore(AT_ONCE)


class NotMade(Refused):
    """There is no file; nothing was changed."""

    code = "not_made"
    sentence_by_default = N_("The file could not be made. Nothing is lost. Try again.")


def make(kind: str, data: dict[str, Any]) -> bytes:
    """The file of this kind with what its ``gather`` gave; raises NotMade. Others are served meanwhile."""
    order = json.dumps({"press": PAPERS[kind].press, "data": data}, ensure_ascii=False, allow_nan=False)
    if not _places.acquire(timeout=PATIENCE):
        raise NotMade(N_("Other files are being made just now. Nothing is lost. Try again in a moment."))
    try:
        made, failure = runtime.run_program(
            PRESS, order.encode(), seconds=TIME_LIMIT, folder=ROOT, environment=ENVIRONMENT
        )
    finally:
        _places.release()
    if failure or not made:
        log.error("a file (%s) was not made: %s", kind, failure or "it was empty")
        raise NotMade()
    return made
