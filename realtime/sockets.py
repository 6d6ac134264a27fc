"""The sockets of this worker: who sits behind each, admitted by ticket alone."""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from app.core.changes import Who

NAMESPACES = {"participant": "/participant", "facilitator": "/facilitator", "display": "/display"}
KIND_OF = {namespace: kind for kind, namespace in NAMESPACES.items()}

RATE, BURST = 20.0, 60.0  # commands a second and at once, for one person
SANDBOX_RATE, SANDBOX_BURST = 600.0, 1200.0


@dataclass
class Bucket:
    """A token bucket, refilled as time goes by."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self) -> bool:
        at = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (at - self.at) * self.rate)
        self.at = at
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Socket:
    """One open socket. ``standing`` is what its rooms were derived from last, ``quiet`` how plain its screen
    is, ``sign_in`` what the database keeps of the browser's own sign-in, where it has one; ``gone`` has been
    let go and is about to close.
    """

    sid: str
    who: Who
    bucket: Bucket
    standing: str = ""
    quiet: str = ""
    sign_in: str = ""
    gone: bool = False

    @property
    def namespace(self) -> str:
        return NAMESPACES[self.who.kind]

    @property
    def person_room(self) -> str:
        return person_room(self.who)


def person_room(who: Who) -> str:
    """A room of one person in one session; displays share theirs. A shut browser of a person has its own."""
    return f"person:{who.group_session_id}:{who.id}{':shut' if who.shut else ''}"


def shared_room(who: Who) -> str:
    """The room of everybody of a kind in one session; who waits at the door is not in it."""
    kinds = {"participant": "participants", "facilitator": "facilitators", "display": "display"}
    return f"{kinds[who.kind]}:{who.group_session_id}"


def _one_person(who: Who) -> tuple[str, str]:
    """What all browsers of a person have in common: together they send no more than one."""
    return who.kind, f"{who.group_session_id}:{who.id}"


class Sockets:
    """All sockets of this worker, by id and by session."""

    def __init__(self) -> None:
        self._by_sid: dict[tuple[str, str], Socket] = {}
        self._by_session: dict[str, dict[tuple[str, str], Socket]] = defaultdict(dict)
        self._buckets: dict[str, Bucket] = {}

    def add(self, sid: str, who: Who, sandbox: bool, sign_in: str = "") -> Socket:
        key_of_bucket = _one_person(who)
        bucket = self._buckets.get(key_of_bucket)
        if bucket is None:
            bucket = Bucket(SANDBOX_RATE, SANDBOX_BURST) if sandbox else Bucket(RATE, BURST)
            self._buckets[key_of_bucket] = bucket
        socket = Socket(sid, who, bucket, sign_in=sign_in)
        key = (socket.namespace, sid)
        self._by_sid[key] = socket
        self._by_session[who.group_session_id][key] = socket
        return socket

    def get(self, namespace: str, sid: str) -> Socket | None:
        return self._by_sid.get((namespace, sid))

    def remove(self, namespace: str, sid: str) -> Socket | None:
        socket = self._by_sid.pop((namespace, sid), None)
        if socket is None:
            return None
        rest = self._by_session[socket.who.group_session_id]
        rest.pop((namespace, sid), None)
        if not any(_one_person(each.who) == _one_person(socket.who) for each in rest.values()):
            self._buckets.pop(_one_person(socket.who), None)
        if not rest:
            del self._by_session[socket.who.group_session_id]
        return socket

    def of(self, group_session_id: str, kind: str) -> list[Socket]:
        return [each for each in self._by_session.get(group_session_id, {}).values() if each.who.kind == kind]

    def people(self, group_session_id: str, kind: str) -> list[Who]:
        """Everybody of a kind who is connected to a session, once each."""
        return list({each.who: None for each in self.of(group_session_id, kind)})

    def sessions(self) -> list[str]:
        return list(self._by_session)

    def __len__(self) -> int:
        return len(self._by_sid)
