"""What goes out to an on-call contact, by mail and webhook, to servers that the test stands up itself."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.config import from_environment
from app.factory import create_app
from app.on_call import Failed, OnCall, send
from tests.house.environment import environment
from tests.house.rooms import open_database

TEXT = "Somebody needs an answer. Open https://oak.example/today"


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted, and answers with the code that stands in the path."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Idempotency-Key"], json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Post(socketserver.StreamRequestHandler):
    """As much of a mail server as one message needs."""

    def handle(self) -> None:
        self._says("220 here")
        while line := self.rfile.readline().decode().strip():
            self.server.got.append(line)  # type: ignore[attr-defined]
            if line.upper() == "DATA":
                self._says("354 go on")
                while (part := self.rfile.readline().decode().rstrip()) != ".":
                    self.server.got.append(part)  # type: ignore[attr-defined]
            self._says("221 bye" if line.upper() == "QUIT" else "250 ok")
            if line.upper() == "QUIT":
                return

    def _says(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def hook() -> Iterator[Any]:
    yield from _stands(HTTPServer(("127.0.0.1", 0), Hook))


@pytest.fixture
def post() -> Iterator[Any]:
    yield from _stands(socketserver.TCPServer(("127.0.0.1", 0), Post))


def _stands(server: Any) -> Iterator[Any]:
    server.got = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield server
    server.shutdown()
    server.server_close()


def order(channel: str, to: str, **more: Any) -> dict[str, Any]:
    words = {"subject": "Somebody needs an answer", "text": TEXT}
    return {"id": "e1", "channel": channel, "to": to, "smtp": "", "https_only": False} | words | more


def address(hook: Any, code: int) -> str:
    return f"http://127.0.0.1:{hook.server_address[1]}/{code}"


def test_a_webhook_is_given_one_sentence_under_a_key_of_its_own(hook: Any) -> None:
    send(order("webhook", address(hook, 204)))
    assert hook.got == [("/204", "e1", {"text": TEXT})]


@pytest.mark.parametrize("code", [302, 307, 404, 503])
def test_a_webhook_that_answers_anything_else_has_failed_and_nothing_is_followed(
    hook: Any, code: int
) -> None:
    with pytest.raises(Failed, match=f"^answered {code}$"):
        send(order("webhook", address(hook, code)))
    assert [path for path, *_ in hook.got] == [f"/{code}"]


@pytest.mark.parametrize(("to", "https_only"), [("ftp://oak.example", False), ("http://127.0.0.1:1", True)])
def test_an_address_that_is_not_https_is_not_called(to: str, https_only: bool) -> None:
    with pytest.raises(Failed, match="not https"):
        send(order("webhook", to, https_only=https_only))


def mail(post: Any, user: str = "") -> dict[str, Any]:
    where = f"smtp://{user}127.0.0.1:{post.server_address[1]}"
    return order("mail", "ines@clinic.example", smtp=where) | {"from": "concentric@oak.example"}


def test_a_mail_says_that_somebody_needs_an_answer_and_nothing_else(post: Any) -> None:
    send(mail(post))
    sent = "\n".join(post.got)
    assert "rcpt TO:<ines@clinic.example>" in sent and TEXT in sent
    assert "Subject: Somebody needs an answer" in sent and "Message-ID: <e1@oak.example>" in sent


def test_a_password_never_goes_over_an_open_line(post: Any) -> None:
    with pytest.raises(Failed, match="SMTP"):
        send(mail(post, "somebody:secret@"))
    assert not any("AUTH" in line.upper() for line in post.got)


def test_without_a_mail_server_or_with_one_that_is_not_there_the_mail_has_failed() -> None:
    with pytest.raises(Failed, match="no mail server"):
        send(order("mail", "ines@clinic.example"))
    nowhere = SimpleNamespace(server_address=("127.0.0.1", 1))
    with pytest.raises(Failed, match="ConnectionRefusedError"):
        send(mail(nowhere))


def test_a_call_is_made_by_a_process_of_its_own_and_its_failure_names_no_address(
    hook: Any, sqlite_url: str
) -> None:
    settings = from_environment(environment(sqlite_url))
    database = open_database(sqlite_url)
    app: Flask = create_app(settings, database)
    screens = SimpleNamespace(origin="https://oak.example")
    on_call = OnCall(app, settings, database, screens)
    called = {"id": "e1", "channel": "webhook", "language": "en"}
    assert on_call.call(called | {"to": address(hook, 200)}) == ""
    assert hook.got == [("/200", "e1", {"text": TEXT})]
    assert on_call.call(called | {"to": address(hook, 500)}) == "answered 500"
    assert on_call.call(called | {"to": "http://127.0.0.1:1/secret"}) == "ConnectionError"
    app.extensions["concentric.bus"].close()
    database.close()
