"""One push after the other, so that acknowledgements never wait for many: what is small first, and what is
costly with rests in between. Under load screens come later; commands do not.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from app import runtime

REST = 2.0  # after a costly push, in times of what it took

Push = Callable[[], None]


class Turns:
    """Two lines of pushes, which must not raise."""

    def __init__(self) -> None:
        self._small: deque[Push] = deque()
        self._costly: deque[Push] = deque()
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._started = False

    def small(self, push: Push) -> None:
        self._small.append(push)
        self._ask()

    def costly(self, push: Push) -> None:
        self._costly.append(push)
        self._ask()

    def _ask(self) -> None:
        self._asked.set()
        with self._starting:
            if not self._started:
                self._started = True
                runtime.spawn(self._run)

    def _run(self) -> None:
        rested = 0.0
        while True:
            self._asked.clear()  # before looking, so that nothing asked meanwhile is slept over
            at = time.monotonic()
            if self._small:
                self._small.popleft()()
                time.sleep(0)
            elif self._costly and at >= rested:
                self._costly.popleft()()
                done = time.monotonic()
                rested = done + REST * (done - at)
                time.sleep(0)
            else:
                self._asked.wait(rested - at if self._costly else None)
