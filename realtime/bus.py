"""Carries the news that a session has changed to every worker that holds its sockets. Never carries content.

With one worker the bus is a function call; this is the seam for several.
"""

from collections.abc import Callable

from app.core.changes import Committed, committed


class Bus:
    """The in-process form: what this worker's writer has committed reaches this worker's pushes."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Committed], None]] = []
        committed.connect(self._on_committed)

    def listen(self, listener: Callable[[Committed], None]) -> None:
        self._listeners.append(listener)

    def publish(self, news: Committed) -> None:
        for listener in self._listeners:
            listener(news)

    def close(self) -> None:
        committed.disconnect(self._on_committed)

    def _on_committed(self, _sender: object, change: Committed) -> None:
        self.publish(change)
