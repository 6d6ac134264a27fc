"""The settings: read once from the environment, frozen, and refused when unsafe in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.core import sealing

LEAST_SECRET = 32


class Unsafe(SystemExit):
    """The settings do not allow a start; the sentence says what to set."""


@dataclass(frozen=True)
class Settings:
    """``origin`` is the one address people use, such as ``https://groups.example.org``; empty in development,
    where 127.0.0.1 and localhost are ours.
    """

    environment: str
    database_url: str
    secret_key: str
    keys: str
    origin: str
    redis_url: str
    async_mode: str
    trust_proxy: bool
    exit_url: str
    var: Path
    reliable_change: int = 6
    smtp_url: str = ""
    mail_from: str = ""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


# name, what it is for; the README's table is held against this by a test
SETTINGS = {
    "CONCENTRIC_ENV": "development or production",
    "DATABASE_URL": "sqlite:///… or postgresql+psycopg://…",
    "SECRET_KEY": "signs cookies and tickets; at least 32 characters in production",
    "SECRET_KEY_FILE": "a file with the same, instead",
    "CONCENTRIC_KEYS": "seals fields: id:key entries, the key 32 bytes in base64 or hex; the first seals",
    "CONCENTRIC_KEYS_FILE": "a file with the same, instead",
    "CONCENTRIC_ORIGIN": "the address people use, with https in production",
    "REDIS_URL": "for several workers; not needed by one",
    "CONCENTRIC_ASYNC": "eventlet (default) or threading",
    "CONCENTRIC_TRUST_PROXY": "1 if a proxy of yours sets X-Forwarded-For and -Proto",
    "CONCENTRIC_EXIT_URL": "where Quick exit leads: a neutral page",
    "CONCENTRIC_VAR": "the folder for the development database and keys; var by default",
    "CONCENTRIC_RELIABLE_CHANGE": "points of the PHQ-9 that count as a reliable change: 6 (default) or 5",
    "CONCENTRIC_SMTP_URL": "smtp://user:password@host:587 or smtps://…: sends mail to on-call contacts",
    "CONCENTRIC_MAIL_FROM": "the address that such mail comes from",
    "PORT": "the port of make run and of the Procfile; 8000 by default",
}


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from environment variables; raises Unsafe with a sentence when they will not do."""
    name = environment.get("CONCENTRIC_ENV", "development")
    if name not in ("development", "production"):
        raise Unsafe("CONCENTRIC_ENV is development or production.")
    var = Path(environment.get("CONCENTRIC_VAR", "var")).absolute()
    production = name == "production"
    settings = Settings(
        environment=name,
        database_url=environment.get("DATABASE_URL")
        or ("" if production else f"sqlite:///{var}/concentric.db"),
        secret_key=_secret(environment, "SECRET_KEY")
        or ("" if production else _kept(var / "secret", sealing.new_key)),
        keys=_secret(environment, "CONCENTRIC_KEYS")
        or ("" if production else _kept(var / "keys", sealing.new_key)),
        origin=environment.get("CONCENTRIC_ORIGIN", "").rstrip("/"),
        redis_url=environment.get("REDIS_URL", ""),
        async_mode=environment.get("CONCENTRIC_ASYNC", "eventlet"),
        trust_proxy=environment.get("CONCENTRIC_TRUST_PROXY", "") == "1",
        exit_url=environment.get("CONCENTRIC_EXIT_URL", "https://www.bbc.com/weather"),
        var=var,
        reliable_change=_points(environment.get("CONCENTRIC_RELIABLE_CHANGE", "6")),
        smtp_url=environment.get("CONCENTRIC_SMTP_URL", ""),
        mail_from=environment.get("CONCENTRIC_MAIL_FROM", ""),
    )
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise Unsafe("DATABASE_URL must be sqlite:///… or postgresql+psycopg://…")
    if settings.async_mode not in ("eventlet", "threading"):
        raise Unsafe("CONCENTRIC_ASYNC is eventlet or threading.")
    if settings.origin and urlsplit(settings.origin).scheme not in ("http", "https"):
        raise Unsafe("CONCENTRIC_ORIGIN is an address such as https://groups.example.org")
    if settings.smtp_url:
        _check_mail(settings)
    try:
        sealing.parse_ring(settings.keys)
    except ValueError as wrong:
        raise Unsafe(f"CONCENTRIC_KEYS will not do: {wrong}. Make one with: python -m app new-key") from None
    if not settings.production:
        return
    if len(settings.secret_key) < LEAST_SECRET:
        raise Unsafe(f"SECRET_KEY must have at least {LEAST_SECRET} characters in production.")
    if urlsplit(settings.origin).scheme != "https":
        raise Unsafe("CONCENTRIC_ORIGIN must be the https address that people use in production.")


def _check_mail(settings: Settings) -> None:
    server = urlsplit(settings.smtp_url)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise Unsafe("CONCENTRIC_SMTP_URL is an address such as smtp://user:password@mail.example.org:587")
    if "@" not in settings.mail_from:
        raise Unsafe("CONCENTRIC_MAIL_FROM is needed with CONCENTRIC_SMTP_URL: the address mail comes from.")


def _points(text: str) -> int:
    if text not in ("5", "6"):
        raise Unsafe("CONCENTRIC_RELIABLE_CHANGE is 6 or 5.")
    return int(text)


def _secret(environment: Mapping[str, str], name: str) -> str:
    file = environment.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else environment.get(name, "")


def _kept(path: Path, make: object) -> str:
    """A secret of a development machine: made once, kept in a file that only its owner reads."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make())  # type: ignore[operator]
    return path.read_text(encoding="utf-8").strip()
