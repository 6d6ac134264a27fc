"""The environment of the program under test: the same secrets everywhere, nothing of the person's own."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET_KEY = "a secret that signs nothing outside of the tests"
# A migrated database carries a check value of its ring, so the template and every server share this one.
KEYS = "test:" + "7e" * 32
OURS = ("CONCENTRIC_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "FLASK_")


def environment(database_url: str, **more: str) -> dict[str, str]:
    """The environment for one process of the program; `more` adds to it or replaces."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return inherited | {
        "CONCENTRIC_ENV": "development",
        "CONCENTRIC_KEYS": KEYS,
        "DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": SECRET_KEY,
        **more,
    }
