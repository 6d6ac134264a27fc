"""What one running program consists of. Pages reach it by ``services()``; core is never given it."""

import base64
import hashlib
import hmac
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


def draft_key(of: str) -> str:
    """The key that seals what a page of somebody keeps in its own tab, base64; the same after a reload, and
    never stored. ``of`` names the person, or the person and the place.
    """
    secret = current_app.secret_key
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    return base64.b64encode(hmac.digest(key, b"drafts:" + of.encode(), hashlib.sha256)).decode()
