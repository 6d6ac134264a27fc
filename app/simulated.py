"""Simulated members: real Socket.IO clients with tickets, for the demo and for rehearsing a session.

Each one goes its own way, the same for the same seed: reads, writes or passes, sometimes revises, raises a
hand, drops and returns. They follow the group and go home when the session ends or is gone, and when the
server has been away for a minute. Nothing of what they write is logged.
"""

import json
import logging
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import socketio
from socketio.exceptions import SocketIOError

from app.simulated_words import Persona, personas

NAMESPACE = "/participant"
AGAIN = frozenset({"retry", "slow_down", "internal", "lost"})  # worth sending once more
CALL_SECONDS = 8
MOST_REFUSALS = 4  # a draining server refuses too; who is refused this often in a row was removed

PASSES, REVISES, RAISES, DROPS, FINISHES = 0.12, 0.2, 0.06, 0.12, 0.5
ASKED = re.compile(r'data-tapped="yes" data-id="([\w-]+)"')  # a quiet question in the banner of a page
AUDIENCE = {"facilitators": 4, "group_unnamed": 3, "group_named": 4}


@dataclass(frozen=True)
class Plan:
    """Who takes part where: ``people`` holds participant ids, ``pace`` 1 is human, more is faster.

    ``tickets`` are those of the people, in their order, where the process cannot sign its own; ``host`` and
    ``origin`` are what the server knows itself by, where that is not its ``url``. ``caller`` is the place of
    whoever asks for support after a first answer; ``patience`` is in seconds.
    """

    url: str
    group_session_id: str
    number: int
    people: list[str]
    seed: int = 1
    pace: float = 1.0
    tickets: list[str] = field(default_factory=list)
    host: str = ""
    origin: str = ""
    caller: int | None = None
    patience: float = 60.0

    def text(self) -> str:
        return json.dumps(asdict(self))

    def write(self, file: Path) -> None:
        file.write_text(self.text(), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Plan":
        return cls.parse(file.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> "Plan":
        return cls(**json.loads(text))


def run(plan: Plan, ticket_of: Callable[[int], str]) -> None:
    """Takes part until the session ends, or until SIGTERM or SIGINT; ``ticket_of`` a place in ``people``."""
    for name in ("socketio", "engineio", "websocket"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a server that restarts is nothing to report
    members = [
        Member(plan, place, persona, partial(ticket_of, place))
        for place, persona in enumerate(personas(len(plan.people)))
    ]

    def stop(*_: Any) -> None:
        for member in members:
            member.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threads = [threading.Thread(target=member.take_part, daemon=True) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Member:
    """One simulated member, in a thread of its own."""

    def __init__(self, plan: Plan, place: int, persona: Persona, ticket: Callable[[], str]):
        self.plan, self.persona, self.ticket = plan, persona, ticket
        self.calls = place == plan.caller
        self.random = Random(f"{plan.seed} {place}")
        self.client: Any = None
        self.session: dict[str, Any] = {}
        self.stage: dict[str, Any] | None = None
        self.mine: dict[str, dict[str, Any]] = {}
        self.asked = ""  # the quiet question that waits for an answer
        self.gone_home = False
        self._refusals = 0
        self._moved = threading.Condition()

    def take_part(self) -> None:
        """Comes in, takes part, comes back after every lost connection."""
        self._wait(0, 6)
        failures, lost_at = 0, None
        while not self._over():
            try:
                self._connect()
                failures, lost_at = 0, None
                self._stay()
            except (SocketIOError, OSError):
                failures, lost_at = failures + 1, lost_at or time.monotonic()
                if time.monotonic() - lost_at > self.plan.patience:
                    self.stop()
            finally:
                self._disconnect()
            self._wait(1, min(2 + failures, 8))

    def stop(self) -> None:
        with self._moved:
            self.gone_home = True
            self._moved.notify_all()

    def _over(self) -> bool:
        return self.gone_home or self.session.get("state") == "ended" or self._refusals >= MOST_REFUSALS

    # the connection

    def _connect(self) -> None:
        known_by = {"host": self.plan.host, "origin": self.plan.origin}
        client = socketio.Client(
            reconnection=False,
            handle_sigint=False,
            websocket_extra_options={name: value for name, value in known_by.items() if value},
        )
        for name, heard in (("screen", self._heard), ("region", self._heard), ("notice", self._noticed)):
            client.on(name, heard, namespace=NAMESPACE)
        client.on("connect_error", self._refused, namespace=NAMESPACE)
        self.client = client
        client.connect(
            self.plan.url,
            auth={"ticket": self.ticket(), "seen": 0},
            namespaces=[NAMESPACE],
            transports=["websocket"],
            wait_timeout=CALL_SECONDS,
        )
        self._refusals = 0
        self._sync()

    def _sync(self) -> None:
        """Asks for the screen; goes home where there is none any more."""
        answer = self._say("sync", seen=0)
        if not answer["ok"] and answer["error"]["code"] == "not_found":
            self.stop()

    def _disconnect(self) -> None:
        if self.client is not None:
            self.client.disconnect()

    def _refused(self, why: Any = None) -> None:
        """A ticket that the server refused, and not a server that is away."""
        if isinstance(why, dict) and why.get("message") == "ticket":
            self._refusals += 1

    def _heard(self, data: dict[str, Any]) -> None:
        with self._moved:
            self.session = data.get("session") or self.session
            if "stage" in data:
                self.stage = data["stage"]
            banner = data.get("regions", {data.get("name"): data.get("html")}).get("banner")
            if banner is not None:
                found = ASKED.search(banner)
                self.asked = found[1] if found else ""
            self.mine.update({each["id"]: each for each in data.get("mine", [])})
            self._moved.notify_all()

    def _noticed(self, data: dict[str, Any]) -> None:
        if data.get("code") in ("removed", "ended"):
            self.stop()

    def _say(self, command: str, **payload: Any) -> dict[str, Any]:
        """Sends a command and gives its acknowledgement; ``lost`` where none came."""
        try:
            return dict(self.client.call(command, payload, namespace=NAMESPACE, timeout=CALL_SECONDS))
        except SocketIOError:
            return {"ok": False, "error": {"code": "lost"}}

    # what a member does

    def _stay(self) -> None:
        """One connection's time in the room, from stage to stage."""
        while self.client.connected and not self._over():
            stage_id = self.session.get("stage_id")
            self._answer_requests()
            if stage_id and self.stage and self.stage["prompts"] and self._own(stage_id) is None:
                self._do_stage(stage_id, self.stage)
            if self._happens(DROPS / 4):
                self._disconnect()
                self._wait(8, 40)
                return
            if not self._wait(12, 20, self._called(stage_id)):
                self._sync()

    def _do_stage(self, stage_id: str, stage: dict[str, Any]) -> None:
        elsewhere = self._elsewhere(stage_id)
        if self._wait(4, 14, elsewhere):
            return
        if self._happens(PASSES) and not self.calls:
            self._submit(stage_id, {}, "facilitators", passed=True)
            return
        answer = self.persona.answer(self.plan.number, stage["prompts"], self.random, self._is_last(stage_id))
        for _ in range(self.random.randint(1, 4)):
            self._say("set_writing", stage_id=stage_id, writing=True)
            self._answer_question()
            if self._wait(5, 9, elsewhere):
                break
        if elsewhere() and not self._happens(FINISHES):
            return  # came along without finishing
        if self._happens(DROPS):  # the connection is lost before the answer is sent
            self._disconnect()
            self._wait(5, 25)
            self._connect()
        audience = self._audience(stage["audiences"])
        sent = self._submit(stage_id, answer, audience, passed=not answer)
        self._say("set_writing", stage_id=stage_id, writing=False)
        if self.calls:
            self.calls = False
            self._raise("support")
        elif self._happens(RAISES):
            self._raise(self.random.choice(["hand", "slower"]))
        if sent and answer and self._happens(REVISES) and not self._wait(10, 40, elsewhere):
            self._submit(stage_id, answer, "facilitators", of=sent)  # narrows who may read it

    def _submit(
        self, stage_id: str, answer: dict[str, Any], audience: str, *, passed: bool = False, of: str = ""
    ) -> str:
        """Sends an answer until it is stored or refused for good; gives its id if it was stored."""
        reflection = of or str(UUID(int=self.random.getrandbits(128), version=4))
        while not self._over():
            acknowledged = self._say(
                "submit_reflection",
                id=reflection,
                revision=2 if of else 1,
                stage_id=stage_id,
                answer=answer,
                audience=audience,
                passed=passed,
            )
            if acknowledged["ok"] or acknowledged["error"]["code"] not in AGAIN:
                # refused for good is done with, too
                self.mine[reflection] = {"id": reflection, "stage_id": stage_id, "withdrawn": False}
                return reflection if acknowledged["ok"] else ""
            self._wait(1, 4)
            if not self.client.connected:
                self._connect()
        return ""

    def _raise(self, kind: str) -> None:
        own = str(UUID(int=self.random.getrandbits(128), version=4))
        if self._say("raise_signal", id=own, kind=kind)["ok"] and kind != "support":
            self._wait(20, 60)
            self._say("lower_signal", id=own)

    def _answer_requests(self) -> None:
        """A quiet question is answered; whoever is asked whether an answer may be shown mostly says yes."""
        self._answer_question()
        for each in list(self.mine.values()):
            if each.get("share") == "asked":
                self._wait(4, 10)
                self._say("answer_share_request", id=each["id"], accept=self._happens(0.8))

    def _answer_question(self) -> None:
        """With yes or not now: a no to whether they are safe would call for help that nobody needs."""
        asked = self.asked
        if asked and not self._wait(2, 6):
            answer = self.random.choices(["yes", "not_now"], [3, 1])[0]
            if self._say("answer_question", id=asked, answer=answer)["ok"] and self.asked == asked:
                self.asked = ""

    def _own(self, stage_id: str) -> dict[str, Any] | None:
        mine = list(self.mine.values())
        return next((each for each in mine if each["stage_id"] == stage_id and not each["withdrawn"]), None)

    def _audience(self, allowed: list[str]) -> str:
        return self.random.choices(allowed, [AUDIENCE[each] for each in allowed])[0]

    def _is_last(self, stage_id: str) -> bool:
        """Whether the word asked here is the last one: the first is asked in the first stage."""
        stages = self.session.get("stages", [])
        return bool(stages) and stages[0]["id"] != stage_id

    def _elsewhere(self, stage_id: str | None) -> Callable[[], bool]:
        return lambda: self.session.get("stage_id") != stage_id

    def _called(self, stage_id: str | None) -> Callable[[], bool]:
        return lambda: bool(self.asked) or self.session.get("stage_id") != stage_id

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def _wait(self, least: float, most: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Waits as a person would, in seconds at pace 1; True as soon as ``until`` holds, or all is over."""
        seconds = self.random.uniform(least, most) / self.plan.pace
        with self._moved:
            return self._moved.wait_for(lambda: until() or self._over(), seconds)
