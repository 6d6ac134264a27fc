"""Calls the on-call contact of a group by mail or webhook, outside of every handler and of this process.

``OnCall`` is a loop of this worker that looks for what is due. Each call is made by a process of its own
(this file as a program), since looking up a name would hold up everybody here. What the loop alone needs is
imported where it is used, so that such a process starts at once. What is sent holds no name, no group, and
nothing about anybody's health.
"""

import json
import logging
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

log = logging.getLogger("concentric.on_call")

LOOK_EVERY = 2.0  # seconds
PATIENCE = 10.0  # seconds for each step of a call
GIVE_UP = 25.0  # seconds for a call as a whole; shorter than the first pause before another try


class OnCall:
    """The loop. ``screens`` knows the address that people use, and speaks their language."""

    def __init__(self, app: Any, settings: Any, database: Any, screens: Any):
        self.app, self.settings, self.database, self.screens = app, settings, database, screens

    def start(self) -> None:
        from app.loops import keep_looking

        keep_looking(self._look_and_call, LOOK_EVERY, log)

    def _look_and_call(self) -> None:
        from app import runtime

        for group_session_id, each in self.look():
            runtime.spawn(self.make, group_session_id, each)  # one that hangs keeps no other waiting

    def look(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Takes every call that is due now, with the session that it belongs to."""
        from app.core import escalation
        from app.core.models import now

        with self.database.reader() as db:
            due = escalation.overdue(db, now())
        for signal_id, group_session_id in due:
            taken = self.database.writer.do(
                escalation.take, signal_id, group_session_id, now(), of=group_session_id
            )
            yield from ((group_session_id, each) for each in taken)

    def make(self, group_session_id: str, each: dict[str, Any]) -> None:
        """Makes a call that was taken, and keeps what became of it."""
        from app.core import escalation
        from app.core.models import now

        failure = self.call(each)
        if failure:
            log.warning("a call by %s failed: %s", each["channel"], failure)
        self.database.writer.do(
            escalation.called, group_session_id, each["id"], failure, now(), of=group_session_id
        )

    def call(self, each: dict[str, Any]) -> str:
        """Makes one call; gives the kind of failure, or nothing when it went out."""
        order = {key: each[key] for key in ("id", "channel", "to")} | self._words(each["language"])
        order |= {"smtp": self.settings.smtp_url, "from": self.settings.mail_from}
        order |= {"https_only": self.settings.production}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "app.on_call"],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=GIVE_UP,
                cwd=Path(__file__).parent.parent,
                check=False,
            )
        except Exception as failed:  # noqa: BLE001 - in a patched process a call that hangs raises another class
            hangs = type(failed).__name__ == "TimeoutExpired"
            return "no answer in time" if hangs else type(failed).__name__
        return "" if done.returncode == 0 else done.stdout.decode(errors="replace").strip() or "not sent"

    def _words(self, language: str) -> dict[str, str]:
        from flask_babel import gettext as _

        from app.regions import speaking

        with self.app.app_context(), speaking(language, "UTC"):
            return {
                "subject": _("Somebody needs an answer"),
                "text": _("Somebody needs an answer. Open %(url)s", url=f"{self.screens.origin}/today"),
            }


# the process of one call


class Failed(Exception):
    """The call did not go out; says why in a few words, without an address."""


def send(order: dict[str, Any]) -> None:
    """Makes one call; raises Failed."""
    try:
        {"mail": _mail, "webhook": _webhook}[order["channel"]](order)
    except (OSError, smtplib.SMTPException, ValueError) as failed:
        raise Failed(type(failed).__name__) from None


def _mail(order: dict[str, Any]) -> None:
    if not order["smtp"]:
        raise Failed("no mail server is set")
    server = urlsplit(order["smtp"])
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = order["from"], order["to"], order["subject"]
    # one that comes twice can be told to be one
    message["Message-ID"] = f"<{order['id']}@{order['from'].rpartition('@')[2]}>"
    message.set_content(order["text"])
    host, secure = server.hostname or "", ssl.create_default_context()
    if server.scheme == "smtps":
        post: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=PATIENCE, context=secure)
    else:
        post = smtplib.SMTP(host, server.port or 587, timeout=PATIENCE)
    with post:
        post.ehlo()
        if server.scheme == "smtp" and (server.username or post.has_extn("starttls")):
            post.starttls(context=secure)  # a password never goes over an open line
        if server.username:
            post.login(unquote(server.username), unquote(server.password or ""))
        post.send_message(message)


def _webhook(order: dict[str, Any]) -> None:
    import requests

    if urlsplit(order["to"]).scheme not in (("https",) if order["https_only"] else ("https", "http")):
        raise Failed("the address is not https")
    answer = requests.post(
        order["to"],
        json={"text": order["text"]},
        headers={"Idempotency-Key": order["id"]},
        timeout=PATIENCE,
        allow_redirects=False,
        stream=True,  # what it says is not read
    )
    with answer:
        if not 200 <= answer.status_code < 300:
            raise Failed(f"answered {answer.status_code}")


if __name__ == "__main__":
    try:
        send(json.loads(sys.stdin.read()))
    except Failed as failed:
        print(failed)
        sys.exit(1)
