"""For modules that try rules over rows: what stores and finds these is tried on both databases elsewhere."""

import pytest


@pytest.fixture
def database_kind() -> str:
    """Each of these tests runs once; twice they took a tenth of the whole suite's time."""
    return "sqlite"
