"""The headers of every answer, whoever gives it: Flask, its errors, or Socket.IO in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from app.config import Settings, from_environment
from app.db import Database
from app.factory import create_app
from tests.house.environment import KEYS

HOST = "groups.example.org"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    f"connect-src 'self' wss://{HOST}; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types regions"
)
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), payment=(), usb=()"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
FOREVER = "public, max-age=31536000, immutable"
FONT = "/static/fonts/literata-latin-wght-normal.woff2"
POLLING = "/socket.io/?EIO=4&transport=polling"


def settings(url: str, **more: str) -> Settings:
    return from_environment(
        {
            "CONCENTRIC_ENV": "production",
            "CONCENTRIC_ORIGIN": f"https://{HOST}",
            "DATABASE_URL": url,
            "SECRET_KEY": "s" * 32,
            "CONCENTRIC_KEYS": KEYS,
            **more,
        }
    )


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """The application as in production."""
    database = Database(sqlite_url)
    yield create_app(settings(sqlite_url), database)
    database.close()


@pytest.fixture
def client(app: Flask) -> Client:
    return Client(app.wsgi_app, use_cookies=True)


def get(client: Client, path: str, **more: Any) -> TestResponse:
    headers = {"Host": HOST} | more.pop("headers", {})
    return client.open(path, headers=headers, base_url=f"https://{HOST}", buffered=True, **more)


ANSWERS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "a page": (200, "/", {}),
    "a way to another page": (302, "/today", {}),
    "JSON": (404, "/nowhere", {"headers": {"Accept": "application/json"}}),
    "not found": (404, "/nowhere", {}),
    "a link": (303, "/r/nobody-has-this-link", {}),
    "a wrong link": (404, "/door", {}),
    "too large": (413, "/sign-in", {"method": "POST", "data": b"x" * 70_000}),
    "a wrong method": (405, "/healthz", {"method": "DELETE"}),
    "health": (200, "/healthz", {}),
    "readiness": (200, "/readyz", {}),
    "a style sheet": (200, "/static/css/base.css", {}),
    "a font": (200, FONT, {}),
    "no such file": (404, "/static/css/nothing.css", {}),
    "a new socket": (200, POLLING, {"headers": {"Origin": f"https://{HOST}"}}),
    "a socket from elsewhere": (400, POLLING, {"headers": {"Origin": "https://evil.example"}}),
    "an unknown socket": (400, f"{POLLING}&sid=none", {"headers": {"Origin": f"https://{HOST}"}}),
    "a wrong host": (400, "/", {"headers": {"Host": "evil.example"}}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_every_header(client: Client, name: str) -> None:
    status, path, more = ANSWERS[name]
    answer = get(client, path, **more)
    assert answer.status_code == status
    assert {header: answer.headers.get(header) for header in EVERYWHERE} == EVERYWHERE
    for header in EVERYWHERE:
        assert len(answer.headers.getlist(header)) == 1
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers
    assert answer.headers.get("Access-Control-Allow-Origin") in (None, f"https://{HOST}")
    kept = {"a style sheet": "no-cache", "a font": FOREVER, "no such file": "no-cache"}
    assert answer.headers["Cache-Control"] == kept.get(name, "no-store")


def test_a_fault_of_ours_has_every_header_and_no_word_of_what_happened(app: Flask, client: Client) -> None:
    def breaks() -> str:
        raise ZeroDivisionError("canary")

    app.view_functions["healthz"] = breaks
    answer = get(client, "/healthz")
    assert answer.status_code == 500
    assert {header: answer.headers.get(header) for header in EVERYWHERE} == EVERYWHERE
    assert "canary" not in answer.text and "ZeroDivision" not in answer.text


def test_what_serves_us_is_not_said(app: Flask, client: Client) -> None:
    app.view_functions["healthz"] = lambda: ("ok", {"Server": "gunicorn/1.0"})
    assert "Server" not in get(client, "/healthz").headers


@pytest.mark.parametrize(
    "host", ["evil.example", "", f"{HOST}.evil.example", f"{HOST}:8443", "127.0.0.1", "localhost"]
)
def test_in_production_another_host_is_refused(client: Client, host: str) -> None:
    assert get(client, "/", headers={"Host": host}).status_code == 400
    assert get(client, "/").status_code == 200


def test_a_host_that_a_stranger_forwards_is_not_believed(client: Client) -> None:
    forwarded = {"Host": "evil.example", "X-Forwarded-Host": HOST}
    assert get(client, "/", headers=forwarded).status_code == 400


@pytest.mark.parametrize(
    ("query", "origin"),
    [
        ("EIO=4&transport=polling&j=0", f"https://{HOST}"),
        ("EIO=3&transport=polling", f"https://{HOST}"),
        ("transport=polling", f"https://{HOST}"),
        ("EIO=4&transport=polling", "null"),
        ("EIO=4&transport=polling", f"http://{HOST}"),
        ("EIO=4&transport=polling", "https://localhost"),
    ],
)
def test_a_socket_that_does_not_come_from_our_page_is_refused(
    client: Client, query: str, origin: str
) -> None:
    answer = get(client, f"/socket.io/?{query}", headers={"Origin": origin})
    assert answer.status_code == 400
    assert "sid" not in answer.text


def test_a_websocket_without_an_origin_is_refused(client: Client) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    answer = get(client, "/socket.io/?EIO=4&transport=websocket", headers=upgrade)
    assert (answer.status_code, answer.text) == (400, "Not an origin of ours.")


def test_a_message_to_a_socket_has_a_limit_too(client: Client) -> None:
    answer = get(client, POLLING, method="POST", data=b"x" * 70_000, headers={"Origin": f"https://{HOST}"})
    assert answer.status_code == 413


def test_the_cookie_is_for_this_host_https_and_the_server_alone(client: Client) -> None:
    cookie = get(client, "/sign-in").headers["Set-Cookie"]
    name, *flags = [part.strip() for part in cookie.split(";")]
    assert name.startswith("__Host-s=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
    assert "domain" not in cookie.lower()


def test_in_development_the_browser_is_not_told_to_insist_on_https(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    app = create_app(
        from_environment(
            {"DATABASE_URL": sqlite_url, "CONCENTRIC_KEYS": KEYS, "CONCENTRIC_VAR": str(tmp_path)}
        ),
        database,
    )
    answer = Client(app.wsgi_app).get("/", base_url="http://127.0.0.1:8000", buffered=True)
    assert answer.status_code == 200 and "Strict-Transport-Security" not in answer.headers
    assert "ws://127.0.0.1:8000" in answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    database.close()
