"""What one running program consists of. Pages reach it by ``services()``; core is never given it."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from app.access import Tickets
from app.config import Settings
from app.db import Database
from app.regions import Screens
from app.runtime import Drain
from app.safety import Limiter
from app.simulated_crowds import Crowds


@dataclass
class Services:
    """``database.writer.do(verb, …)`` writes, ``database.reader()`` reads, ``screens`` renders, ``limiter``
    counts failures, ``tickets`` opens sockets, ``crowds`` brings simulated members into rehearsals.
    """

    settings: Settings
    database: Database
    tickets: Tickets
    screens: Screens
    limiter: Limiter
    drain: Drain
    crowds: Crowds
    socketio: Any = None


def services() -> Services:
    """The services of the application that is answering."""
    return cast(Services, current_app.extensions["concentric"])
