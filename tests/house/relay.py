"""A line between clients and whichever server is the current one; it can be cut at any moment."""

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of its own and passes bytes on to the port ``target``."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.target = 0
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._listens, daemon=True).start()

    def cut(self) -> None:
        """Every connection is lost, without a word to either side."""
        for each in list(self.open):
            _ends(each)

    def close(self) -> None:
        self.listener.close()
        self.cut()

    def _listens(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for here, there in ((client, server), (server, client)):
                self.open.add(here)
                threading.Thread(target=self._passes, args=(here, there), daemon=True).start()

    def _passes(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut, or ended by one of them: the other one hears of it below
            while data := here.recv(65536):
                there.sendall(data)
        _ends(there)
        self.open.discard(here)
        here.close()


def _ends(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
