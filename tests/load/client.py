"""A Socket.IO client that costs little: WebSocket only, text only, no message is parsed unless it is needed.

It speaks Engine.IO 4 and Socket.IO 5 as the server's own transport expects them, and nothing more.
"""

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Callable
from typing import Any

TEXT, CLOSE, PING = 0x1, 0x8, 0x9
UNMASKED = b"\0\0\0\0"  # a mask that changes nothing: allowed, and free


class Client(asyncio.Protocol):
    """One socket in one namespace. ``watch`` hears every event as text, with the time it came."""

    def __init__(self, namespace: str, ticket: str) -> None:
        self.namespace, self.ticket = namespace, ticket
        self.loop = asyncio.get_running_loop()
        self.connected: asyncio.Future[None] = self.loop.create_future()
        self.closed = False
        self.watch: Callable[[str, float], None] = lambda text, at: None
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._upgraded = False
        self._acks: dict[int, asyncio.Future[tuple[dict[str, Any], float]]] = {}
        self._number = 0
        self._event, self._ack = f"42{namespace},", f"43{namespace},"

    async def connect(self, port: int) -> "Client":
        await self.loop.create_connection(lambda: self, "127.0.0.1", port)
        await self.connected
        return self

    async def call(self, name: str, payload: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Sends a command; gives its acknowledgement and the time it came."""
        if self.closed:
            raise ConnectionError("the connection is closed")
        self._number += 1
        answer = self._acks[self._number] = self.loop.create_future()
        self._send(f"{self._event}{self._number}{json.dumps([name, payload])}")
        return await answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())  # type: ignore[union-attr]

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        for waiting in [self.connected, *self._acks.values()]:
            if not waiting.done():
                waiting.set_exception(ConnectionError("the server closed the connection"))
                waiting.exception()  # who waits is told; nobody has to

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded and not self._upgrade():
            return
        at = time.perf_counter()
        for kind, payload in self._frames():
            if kind == TEXT:
                self._message(payload.decode(), at)
            elif kind == PING:
                self._frame(0xA, payload)
            elif kind == CLOSE:
                self.close()

    def _upgrade(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self.close()
            return False
        del self._buffer[: end + 4]
        self._upgraded = True
        return True

    def _frames(self) -> list[tuple[int, bytes]]:
        """All whole frames that have come; the server never splits a message."""
        found, place, buffer = [], 0, self._buffer
        while len(buffer) - place >= 2:
            size, start = buffer[place + 1], place + 2
            if size == 126:
                start += 2
                size = struct.unpack_from("!H", buffer, place + 2)[0] if len(buffer) >= start else 1 << 62
            elif size == 127:
                start += 8
                size = struct.unpack_from("!Q", buffer, place + 2)[0] if len(buffer) >= start else 1 << 62
            if len(buffer) < start + size:
                break
            found.append((buffer[place] & 0xF, bytes(buffer[start : start + size])))
            place = start + size
        del buffer[:place]
        return found

    def _message(self, text: str, at: float) -> None:
        if text.startswith(self._ack):
            head = text.index("[", len(self._ack))
            answer = self._acks.pop(int(text[len(self._ack) : head]), None)
            if answer and not answer.done():
                answer.set_result((json.loads(text[head:])[0], at))
        elif text.startswith(self._event):
            self.watch(text, at)
        elif text == "2":
            self._send("3")
        elif text.startswith("0"):
            self._send(f"40{self.namespace},{json.dumps({'ticket': self.ticket, 'seen': 0})}")
        elif text.startswith("40") and not self.connected.done():
            self.connected.set_result(None)
        elif text.startswith(("44", "41")):
            self.close()

    def _send(self, text: str) -> None:
        self._frame(TEXT, text.encode())

    def _frame(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        head = struct.pack("!BB", 0x80 | kind, 0x80 | min(size, 125))
        if size > 125:
            head = struct.pack("!BBH", 0x80 | kind, 0x80 | 126, size)
        if self._transport and not self._transport.is_closing():
            self._transport.write(head + UNMASKED + payload)
