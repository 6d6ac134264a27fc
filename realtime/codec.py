"""Reads and writes packets strictly. What cannot be read becomes an event of its own, so that it is answered.

The server's own packet reader would raise on such input, keep binary attachments without limit, take NaN, and
run our own handlers for events that a client names ``connect`` or ``disconnect``.
"""

import json
import re
from typing import Any

from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

LARGEST_COMMAND = 32 * 1024  # bytes of a message, as it came
UNREADABLE = "unreadable"
TOO_LARGE = "too_large"
UNKNOWN = "unknown"
RESERVED = frozenset({"connect", "disconnect", "connect_error", "disconnecting", "message", "*"})

HEAD = re.compile(r"(\d)(?:\d{0,9}-)?(?:(/[^,?\[{]{0,64})(?:\?[^,]{0,64})?(?:,|$))?(\d{1,15})?")


def _number(_: str) -> Any:
    raise ValueError("not a finite number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("not a finite number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


class StrictJSON:
    """JSON as its standard has it: no NaN, no infinity, no key twice; written in UTF-8."""

    _decoder = json.JSONDecoder(parse_constant=_number, parse_float=_float, object_pairs_hook=_object)

    @classmethod
    def loads(cls, text: str, **_: Any) -> Any:
        try:
            return cls._decoder.decode(text)
        except RecursionError:
            raise ValueError("too deep") from None

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, **options)


class StrictPacket(Packet):  # type: ignore[misc]
    """A text-only packet whose reading never raises."""

    uses_binary_events = False
    json = StrictJSON

    def decode(self, encoded_packet: Any) -> int:
        self.packet_type, self.namespace, self.id, self.data = EVENT, None, None, [UNREADABLE]
        if not isinstance(encoded_packet, str):
            return 0
        head = HEAD.match(encoded_packet)
        if head is None:
            return 0
        kind = int(head[1])
        self.namespace = head[2]
        self.id = int(head[3]) if head[3] else None
        body = encoded_packet[head.end() :]
        if kind == CONNECT:
            self.packet_type, self.data = CONNECT, _body(body, None)
        elif kind == DISCONNECT:
            self.packet_type, self.data = DISCONNECT, None
        elif kind == ACK:
            self.packet_type, self.data = ACK, []  # we ask clients for none
        elif (
            kind == EVENT
            and len(encoded_packet) > LARGEST_COMMAND // 4
            and _size(encoded_packet) > LARGEST_COMMAND
        ):
            self.data = [TOO_LARGE]
        elif kind == EVENT:
            self.data = _event(_body(body, None))
        return 0


def _body(text: str, otherwise: Any) -> Any:
    try:
        return StrictJSON.loads(text) if text else otherwise
    except ValueError:
        return otherwise


def _event(data: Any) -> list[Any]:
    if not isinstance(data, list) or not data:
        return [UNREADABLE]
    if not isinstance(data[0], str) or data[0] in RESERVED:
        return [UNKNOWN]
    return data


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
