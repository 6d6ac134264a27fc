"""Nobody sees a call: the on-call contact is called by the real server, once, also when it was killed."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from sqlalchemy import update

from app.core.models import Group
from app.core.sealing import seal
from app.db import Database
from tests.house.actors import Company
from tests.house.rooms import make_room
from tests.house.server import Server


class Hook(HTTPServer):
    """A webhook that remembers what was posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.posted: list[dict[str, Any]] = []
        self.heard = threading.Condition()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def ends(self) -> None:
        self.shutdown()
        self.server_close()


class Answers(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        with self.server.heard:
            self.server.posted.append(body)
            self.server.heard.notify_all()

    def log_message(self, *_: Any) -> None:
        pass


def test_a_call_that_nobody_sees_goes_out_once_although_the_server_was_killed(
    server: Server,
    database_url: str,
    opened: Callable[[str], Database],
    gathering: Callable[[Server], Company],
) -> None:
    hook, room = Hook(), make_room(opened(database_url))
    contact = json.dumps({"name": "Ines", "webhook": f"http://127.0.0.1:{hook.server_address[1]}/"})
    sealed = seal(Group.on_call, room.group, contact)
    room.database.writer.do(lambda db: db.execute(update(Group).values(on_call=sealed, escalate_after=1)))
    company = gathering(server)
    amal = company.person(room, "Amal", returns=True)
    assert amal.signals()["ok"]
    server.kill()
    server.restart()
    with hook.heard:
        assert hook.heard.wait_for(lambda: hook.posted, 30), "nobody was called"
    fola = company.leader(room)
    fola.sees(lambda: any("On-call called at" in str(event) for event in fola.events), "it was called")
    assert hook.posted == [{"text": f"Somebody needs an answer. Open {server.url}/today"}]
    assert "Traceback" not in server.log()
    hook.ends()
