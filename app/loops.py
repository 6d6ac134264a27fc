"""Background work of a worker that comes again and again, whatever went wrong the last time."""

import logging
import time
from collections.abc import Callable
from typing import Any

from app import runtime
from app.core.refusals import Retry


def keep_looking(look: Callable[[], Any], every: float, log: logging.Logger, first: float = 0.0) -> None:
    """Does something every so many seconds from now on, for the first time after ``first``, if that is given.

    Where the database is busy, the next look finds the same; what fails is named in the log, by its kind.
    """
    runtime.spawn(_looking, look, every, log, first or every)


def _looking(look: Callable[[], Any], every: float, log: logging.Logger, first: float) -> None:
    pause = first
    while True:
        time.sleep(pause)
        pause = every
        try:
            look()
        except Retry:
            continue
        except Exception as failed:  # noqa: BLE001 - the next look must come, and a look that fails is only late
            log.error("a look failed: %s", type(failed).__name__)
