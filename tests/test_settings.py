"""The settings refuse what would not be safe, with a sentence that says what to set."""

import dataclasses
import re
from pathlib import Path

import pytest

from app import hashing
from app.config import SETTINGS, Unsafe, from_environment
from app.core.sealing import parse_ring
from tests.house.environment import KEYS, ROOT

PRODUCTION = {
    "CONCENTRIC_ENV": "production",
    "DATABASE_URL": "postgresql+psycopg://concentric@db/concentric",
    "SECRET_KEY": "s" * 32,
    "CONCENTRIC_KEYS": KEYS,
    "CONCENTRIC_ORIGIN": "https://groups.example.org",
}


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}


def test_production_starts_with_all_it_needs() -> None:
    settings = from_environment(PRODUCTION)
    assert settings.production and not settings.sqlite
    assert settings.origin == "https://groups.example.org"


def test_every_guess_at_a_password_costs_memory_and_time() -> None:
    assert hashing.hasher.memory_cost >= 64 * 1024 and hashing.hasher.time_cost >= 3  # KiB, passes


@pytest.mark.parametrize("missing", sorted(PRODUCTION.keys() - {"CONCENTRIC_ENV"}))
def test_production_refuses_to_start_without(missing: str) -> None:
    with pytest.raises(Unsafe) as refused:
        from_environment(without(missing))
    assert missing in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "s" * 31, "SECRET_KEY must have at least 32 characters in production."),
        (
            "CONCENTRIC_ORIGIN",
            "http://groups.example.org",
            "CONCENTRIC_ORIGIN must be the https address that people use in production.",
        ),
        ("CONCENTRIC_ORIGIN", "groups", "CONCENTRIC_ORIGIN is an address such as https://groups.example.org"),
        ("DATABASE_URL", "mysql://db", "DATABASE_URL must be sqlite:///… or postgresql+psycopg://…"),
        ("CONCENTRIC_ASYNC", "gevent", "CONCENTRIC_ASYNC is eventlet or threading."),
        (
            "CONCENTRIC_SMTP_URL",
            "mail.example.org",
            "CONCENTRIC_SMTP_URL is an address such as smtp://user:password@mail.example.org:587",
        ),
        (
            "CONCENTRIC_SMTP_URL",
            "smtp://mail.example.org",
            "CONCENTRIC_MAIL_FROM is needed with CONCENTRIC_SMTP_URL: the address mail comes from.",
        ),
        ("CONCENTRIC_ENV", "prod", "CONCENTRIC_ENV is development or production."),
        (
            "CONCENTRIC_KEYS",
            "one:short",
            "CONCENTRIC_KEYS will not do: a key is 32 bytes in base64 or hex. "
            "Make one with: python -m app new-key",
        ),
    ],
)
def test_what_will_not_do_is_refused_with_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(Unsafe) as refused:
        from_environment(PRODUCTION | {name: value})
    assert str(refused.value) == sentence
    assert refused.value.code == sentence  # the process ends with it and with exit code 1


def test_production_makes_no_secrets_of_its_own(tmp_path: Path) -> None:
    for missing in ("SECRET_KEY", "CONCENTRIC_KEYS"):
        with pytest.raises(Unsafe):
            from_environment(without(missing) | {"CONCENTRIC_VAR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_development_makes_its_secrets_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = from_environment({"CONCENTRIC_VAR": str(tmp_path / "var")})
    assert first == from_environment({"CONCENTRIC_VAR": str(tmp_path / "var")})
    assert not first.production and first.sqlite and len(first.secret_key) >= 32
    assert parse_ring(first.keys)
    for name in ("secret", "keys"):
        assert (tmp_path / "var" / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["SECRET_KEY", "CONCENTRIC_KEYS"])
def test_a_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(PRODUCTION[name] + "\n", encoding="utf-8")
    assert from_environment(without(name) | {f"{name}_FILE": str(tmp_path / "secret")}) == from_environment(
        PRODUCTION
    )


def test_settings_do_not_change_once_they_are_read() -> None:
    settings = from_environment(PRODUCTION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.origin = "https://elsewhere.example"  # type: ignore[misc]


def test_every_setting_that_is_read_is_listed() -> None:
    source = (ROOT / "app" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:get|_secret)\((?:environment, )?"([A-Z_]+)"', source))
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    files = {f"{name}_FILE" for name in re.findall(r'_secret\(environment, "([A-Z_]+)"', source)}
    assert read | files <= SETTINGS.keys()


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_stands_in_the_readme(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")
