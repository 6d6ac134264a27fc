"""Admits sockets and dispatches their commands: registry, rights, payload, writer; always answers."""

import logging
import secrets
import time
from typing import Any

from flask import Flask
from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError

from app.access import Tickets, access_group_session
from app.core import accounts, views
from app.core.changes import Who, version_for
from app.core.commands import (
    LEADING,
    REGISTRY,
    Command,
    Payload,
    facilitator_role,
    participant_row,
    perform,
)
from app.core.models import Standing
from app.core.refusals import (
    Invalid,
    NotAdmitted,
    NotFound,
    Refused,
    Retry,
    SlowDown,
    TooLarge,
    UnknownCommand,
    Unreadable,
)
from app.db import Database
from app.regions import Screens
from app.runtime import Drain
from realtime.codec import TOO_LARGE, UNREADABLE
from realtime.emit import emit
from realtime.presence import Presence
from realtime.push import Pusher
from realtime.sockets import KIND_OF, Socket, Sockets, shared_room

log = logging.getLogger("concentric.realtime")

DEEPEST = 20


class Dispatcher:
    """Everything between a socket and the core. One instance for each process."""

    def __init__(
        self,
        app: Flask,
        server: Any,
        database: Database,
        tickets: Tickets,
        screens: Screens,
        sockets: Sockets,
        presence: Presence,
        pusher: Pusher,
        drain: Drain,
    ):
        self.app, self.server, self.database, self.tickets = app, server, database, tickets
        self.screens, self.sockets, self.presence, self.pusher, self.drain = (
            screens,
            sockets,
            presence,
            pusher,
            drain,
        )

    def listen(self) -> None:
        """Registers one handler for all commands of each namespace, and the two of a socket's life."""
        for namespace in KIND_OF:
            self.server.on("connect", self._connecting(namespace), namespace=namespace)
            self.server.on("disconnect", self._disconnecting(namespace), namespace=namespace)
            self.server.on("*", self._commanding(namespace), namespace=namespace)

    def _connecting(self, namespace: str) -> Any:
        def connect(sid: str, _environ: dict[str, Any], auth: Any = None) -> None:
            try:
                self.admit(namespace, sid, auth)
            except Refused:
                raise ConnectionRefusedError("ticket") from None

        return connect

    def _disconnecting(self, namespace: str) -> Any:
        def disconnect(sid: str, *_: Any) -> None:
            socket = self.sockets.remove(namespace, sid)
            if socket is not None:
                who = socket.who
                if self.presence.leaves(who.kind, who.group_session_id, who.id, sid):
                    self.pusher.presence_changed(who.group_session_id)

        return disconnect

    def _commanding(self, namespace: str) -> Any:
        def command(name: str, sid: str, *args: Any) -> dict[str, Any]:
            time.sleep(
                0
            )  # else one client's commands, ready to be read, would all come before everybody else's
            try:
                return self.answer(namespace, name, sid, args)
            except Refused as refusal:
                return refusal.answer()
            except Exception as failed:  # noqa: BLE001 - a person always gets an answer; the log gets no content
                ref = secrets.token_hex(4)
                log.error(
                    "command %s failed: %s, ref %s", name if name.isidentifier() else "?", type(failed), ref
                )
                sentence = "Something went wrong here. Nothing is lost: it will be sent again."
                return {"ok": False, "error": {"code": "internal", "message": sentence, "ref": ref}}

        return command

    def admit(self, namespace: str, sid: str, auth: Any) -> None:
        """Lets a socket in by its ticket; the rights are read anew, and nothing is emitted here."""
        if self.drain.begun or not isinstance(auth, dict):
            raise NotFound()
        ticket = self.tickets.read(auth.get("ticket"))
        who = ticket.who
        if KIND_OF[namespace] != who.kind:
            raise NotFound()
        with self.database.reader() as db:
            row = access_group_session(db, who)
            self._signed_in(db, ticket.sign_in)
            person = None
            if who.kind == "participant":
                person = views.participant(db, who.group_session_id, who.id)
            watches = who.kind == "facilitator" and facilitator_role(db, who.id, row.group_id) not in LEADING
        kind = "observer" if watches else who.kind  # nobody's leader, also while they are here
        socket = self.sockets.add(sid, who, ticket.sandbox, ticket.sign_in)
        socket.quiet = person.quiet if person else ""
        self.enter_rooms(socket, person.standing if person else "")
        if self.presence.arrives(kind, who.group_session_id, who.id, sid):
            self.pusher.presence_changed(who.group_session_id)

    def enter_rooms(self, socket: Socket, standing: str) -> None:
        socket.standing = standing
        self.server.enter_room(socket.sid, socket.person_room, namespace=socket.namespace)
        if standing != Standing.WAITING:
            self.server.enter_room(socket.sid, shared_room(socket.who), namespace=socket.namespace)

    def answer(self, namespace: str, name: str, sid: str, args: tuple[Any, ...]) -> dict[str, Any]:
        """Runs one command and gives its acknowledgement; raises a refusal."""
        socket = self.sockets.get(namespace, sid)
        if socket is None:
            raise NotFound()
        command = REGISTRY[KIND_OF[namespace]].get(name)
        if not (command and command.urgent) and not socket.bucket.take():
            raise SlowDown()
        if name == UNREADABLE:
            raise Unreadable()
        if name == TOO_LARGE:
            raise TooLarge()
        if command is None:
            raise UnknownCommand()
        payload = read_payload(command, args)
        if command.verb is not None:
            return self._write(socket, command, payload)
        with self.database.reader() as db:
            self._signed_in(db, socket.sign_in)
            row = self._may(db, socket.who, command)
            if name == "sync":
                return self._sync(db, row, socket, payload)
            return self._set_writing(row, socket.who, payload)

    def _write(self, socket: Socket, command: Command, payload: Payload) -> dict[str, Any]:
        if self.drain.begun and not command.urgent:
            raise Retry()
        self.drain.in_flight += 1
        room = socket.who.group_session_id
        led = self.presence.line(room) == "here"
        try:
            answer: dict[str, Any] = self.database.writer.do(
                perform, socket.who, command, payload, socket.sign_in, led, of=room
            )
            return answer
        finally:
            self.drain.in_flight -= 1

    def _signed_in(self, db: Any, sign_in: str) -> None:
        if sign_in and not accounts.sign_ins_that_stand(db, [sign_in]):
            raise NotFound()

    def _may(self, db: Any, who: Who, command: Command) -> Any:
        row = access_group_session(db, who)
        if who.kind == "participant" and participant_row(db, who).standing not in command.who:
            raise NotAdmitted()
        return row

    def _sync(self, db: Any, row: Any, socket: Socket, payload: Any) -> dict[str, Any]:
        """Answers with the version, after a ``screen`` where what is shown is older."""
        who = socket.who
        version = row.version if who.kind == "facilitator" else row.shared_version
        always = who.kind != "participant"
        if who.kind == "participant":
            person = views.participant(db, row.id, who.id)
            version = version_for(person, version)
            always = person.standing == Standing.WAITING  # what holds the door moves no version of theirs
        if always or payload.seen < version:
            with self.app.app_context():
                screen = self.screens.screen(db, row, who)
            emit(self.server, socket.namespace, socket.sid, "screen", screen)
            self.pusher.forget(row.id, f"display:{row.id}" if who.kind == "display" else socket.person_room)
        return {"ok": True, "version": version}

    def _set_writing(self, row: Any, who: Who, payload: Any) -> dict[str, Any]:
        if self.presence.set_writing(who.id, payload.stage_id, payload.writing):
            self.pusher.presence_changed(row.id)
        return {"ok": True}


def read_payload(command: Command, args: tuple[Any, ...]) -> Payload:
    """The payload of a command, strictly; raises Invalid."""
    if len(args) > 1:
        raise Invalid("A command takes one object.")
    data = args[0] if args else {}
    if not isinstance(data, dict) or _deeper(data, DEEPEST):
        raise Invalid("A command takes one object.")
    try:
        return command.payload.model_validate(data)
    except (ValidationError, UnicodeEncodeError):
        raise Invalid() from None  # pydantic's own text would quote what was sent


def _deeper(value: Any, levels: int) -> bool:
    if levels == 0:
        return True
    inside = value.values() if isinstance(value, dict) else value
    return any(isinstance(each, dict | list) and _deeper(each, levels - 1) for each in inside)
