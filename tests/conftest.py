"""What every test can ask for: databases, a server, a browser; each lives in a file of tests/house."""

from collections.abc import Iterator

import pytest

from app.core import gate

pytest_plugins = [
    "tests.house.databases",
    "tests.house.server",
    "tests.house.chromium",
    "tests.house.rules",
]


@pytest.fixture(autouse=True)
def mail_goes_out_again() -> Iterator[None]:
    """An application made as in production without a mail server says so for the whole process."""
    yield
    gate.use(mail_goes_out=True)
