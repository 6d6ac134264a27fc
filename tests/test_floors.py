"""No locked or vendored library is older than the version that mended what is known about it."""

import json
import re
import tomllib
from itertools import product

import pytest
from packaging.version import Version

from tests.house.environment import ROOT

FLOORS = {
    name: Version(entry["floor"])
    for name, entry in tomllib.loads((ROOT / "deploy" / "floors.toml").read_text()).items()
}
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([a-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
VENDORED = {
    package["name"]: Version(package["version"])
    for package in json.loads((ROOT / "static" / "vendor" / "manifest.json").read_text())["packages"]
}
OF_PYTHON = sorted(FLOORS.keys() - VENDORED.keys())


def locked(lock: str) -> dict[str, Version]:
    return {name: Version(version) for name, version in PINNED.findall((ROOT / lock).read_text())}


@pytest.mark.parametrize(("lock", "name"), list(product(LOCKS, OF_PYTHON)))
def test_a_locked_library_is_not_below_its_floor(lock: str, name: str) -> None:
    assert locked(lock)[name] >= FLOORS[name]


@pytest.mark.parametrize("name", sorted(FLOORS.keys() & VENDORED.keys()))
def test_a_vendored_library_is_not_below_its_floor(name: str) -> None:
    assert VENDORED[name] >= FLOORS[name]


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    served, tested = (locked(lock) for lock in LOCKS)
    assert served.items() <= tested.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    requirements = re.split(r"\n(?=[a-z])", text.strip())
    assert len(requirements) == len(locked(lock))
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
