"""The one function that emits; it demands a room, for without one everybody everywhere would receive."""

from typing import Any

EVENTS = frozenset({"screen", "region", "notice"})


def emit(server: Any, namespace: str, room: str, event: str, data: dict[str, Any]) -> None:
    """Sends one of our three events to the sockets of one room in one namespace."""
    if not room or event not in EVENTS:
        raise ValueError("an event of ours goes to a room")
    server.emit(event, data, to=room, namespace=namespace)
