"""The system's Chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.house import tools

OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",  # containers often have a very small /dev/shm
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]


@contextmanager
def running(program: Path) -> Iterator[Browser]:
    """A headless browser, closed afterwards."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*OPTIONS, *as_root])
        yield launched
        launched.close()


# A module's browser ends with it: while Playwright runs, no other test of this thread could run asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser; each test makes contexts of its own, one per person."""
    program = tools.chromium()
    if program is None:
        pytest.skip(f"Chromium is missing: {tools.how_to_install(['chromium-headless-shell'])}")
    with running(program) as launched:
        yield launched
