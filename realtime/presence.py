"""Who is connected and who is writing, as far as this worker knows. Never stored, never logged."""

import time
from collections import defaultdict
from datetime import datetime, timedelta

from app.core.models import now

AWAY = timedelta(minutes=2)  # gone for less than this is "away"
NOBODY = timedelta(seconds=30)  # without a leader for this long: nobody is there
LOOKED = timedelta(seconds=20)  # a page that shows a call asks again every few seconds
WRITING_SECONDS = 12.0


class Presence:
    """Sockets of people by session; heals by itself, since every state follows from sockets and times."""

    def __init__(self) -> None:
        self.began = now()
        self._sockets: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._since: dict[str, datetime] = {}
        self._left: dict[str, dict[str, datetime]] = defaultdict(dict)
        self._facilitators: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._observers: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._led_until: dict[str, datetime] = {}
        self._looked: dict[str, datetime] = {}
        self._returned: set[str] = set()
        self._writing: dict[str, tuple[str, float]] = {}

    def arrives(self, kind: str, group_session_id: str, person_id: str, sid: str) -> bool:
        """A socket has opened; True if this person was not here before."""
        here = self._of(kind)[group_session_id].setdefault(person_id, set())
        first = not here
        if first and self.came_back(group_session_id, person_id):
            self._returned.add(person_id)
        here.add(sid)
        if first:
            self._since[person_id] = now()
        return first

    def leaves(self, kind: str, group_session_id: str, person_id: str, sid: str) -> bool:
        """A socket has closed; True if it was the person's last."""
        people = self._of(kind)[group_session_id]
        if kind == "facilitator" and person_id not in people:
            people = self._observers[group_session_id]
        here = people.get(person_id, set())
        here.discard(sid)
        if here or person_id not in people:
            return False
        del people[person_id]
        self._left[group_session_id][person_id] = now()
        if kind == "facilitator" and not self._facilitators[group_session_id]:
            self._led_until[group_session_id] = now()
        self._writing.pop(person_id, None)
        return True

    def of(self, group_session_id: str, participant_id: str) -> tuple[str, datetime | None]:
        """here, away or gone, and since when."""
        if self._sockets[group_session_id].get(participant_id):
            return "here", self._since.get(participant_id)
        left = self._left[group_session_id].get(participant_id, self.began)
        return ("away" if now() - left < AWAY else "gone"), left

    def came_back(self, group_session_id: str, participant_id: str) -> bool:
        """Whether this person was gone for a while, and is here again or about to come in."""
        if participant_id in self._returned:
            return True
        left = self._left[group_session_id].get(participant_id)
        here = self._sockets[group_session_id].get(participant_id)
        return left is not None and not here and now() - left >= AWAY

    def set_writing(self, participant_id: str, stage_id: str, writing: bool) -> bool:
        """True if this is news."""
        before = self._writing.get(participant_id)
        if writing:
            self._writing[participant_id] = (stage_id, time.monotonic() + WRITING_SECONDS)
            return before is None or before[0] != stage_id or before[1] < time.monotonic()
        self._writing.pop(participant_id, None)
        return before is not None

    def writing(self, group_session_id: str, participant_id: str, stage_id: str) -> bool:
        found = self._writing.get(participant_id)
        return found is not None and found[0] == stage_id and found[1] > time.monotonic()

    def facilitators_here(self, group_session_id: str) -> set[str]:
        return set(self._facilitators[group_session_id])

    def settle(self, group_session_id: str, observers: set[str]) -> None:
        """Who only watches has changed: whoever is connected is counted as what they are now."""
        leading, watching = self._facilitators[group_session_id], self._observers[group_session_id]
        led = bool(leading)
        for person_id in set(leading) & observers:
            watching[person_id] = leading.pop(person_id)
        for person_id in set(watching) - observers:
            leading[person_id] = watching.pop(person_id)
        if led and not leading:
            self._led_until[group_session_id] = now()

    def looks(self, group_session_id: str) -> None:
        """A leader's page that is not the room's shows what is open in it."""
        self._looked[group_session_id] = now()

    def line(self, group_session_id: str) -> str:
        """What participants may be told of their leaders' line: here, dropped, or nobody for a while."""
        if self._facilitators[group_session_id]:
            return "here"
        at = now()
        looked = self._looked.get(group_session_id)
        if looked is not None and at - looked < LOOKED:
            return "dropped"
        led_until = self._led_until.get(group_session_id, self.began)
        return "nobody" if at - led_until >= NOBODY else "dropped"

    def led_lately(self, group_session_id: str) -> bool:
        """Whether somebody who leads is here, or was until a moment ago."""
        left = self._led_until.get(group_session_id)
        return bool(self._facilitators[group_session_id]) or (left is not None and now() - left < NOBODY)

    def sessions(self) -> list[str]:
        """Sessions with anybody connected here."""
        return [key for book in (self._sockets, self._facilitators) for key, people in book.items() if people]

    def state_of_all(self, group_session_id: str) -> tuple[object, ...]:
        """Something that differs when what the roster shows of a session differs."""
        people = set(self._sockets[group_session_id]) | set(self._left[group_session_id])
        return (
            self.line(group_session_id),
            *sorted(
                (
                    person,
                    self.of(group_session_id, person)[0],
                    self._writing.get(person, ("", 0.0))[1] > time.monotonic(),
                )
                for person in people
            ),
        )

    def _of(self, kind: str) -> dict[str, dict[str, set[str]]]:
        return {"facilitator": self._facilitators, "observer": self._observers}.get(kind, self._sockets)
