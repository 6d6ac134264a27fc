"""A co-participant who tries to tell whose unnamed answer is whose, from what their own client received.

They sit with the others and know more than any wire tells: who finished writing first, who connected and who
went when. What they lack is which answer belongs to whom. For each answer that was released they take
whatever differs from one to the next, put the answers in that order, and lay it beside the order in which
people acted.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.house.rooms import asking, make_room
from tests.realtime.packets import House, Tapped

ATTACKER = "Amal"
OTHERS = ("Birgit", "Chidi", "Dolores", "Ewa", "Farid")
ENTRY = re.compile(r"<li\b.*?</li>", re.DOTALL)

Scores = dict[
    str, list[tuple[float, bool]]
]  # by clue: how well an answer fits a person, and whether it is theirs


@dataclass
class Round:
    """One stage that was answered and released: who wrote which answer, in which order people acted, and the
    frames that the attacker's client received after each act.
    """

    order: list[str]  # people, as they sent
    guest: str  # whose client connected before and was closed after the release
    by: dict[str, str] = field(default_factory=dict)  # the answer of each, by their name
    batches: list[tuple[str, list[str]]] = field(default_factory=list)  # (whose act, or "", frames after it)

    def items(self) -> list[dict[str, Any]]:
        """The released answers as they last stood on the attacker's wire, with every clue beside them."""
        plain: list[dict[str, Any]] = []
        html = ""
        for _, frames in self.batches:
            for frame in frames:
                data = json.loads(frame)[1]
                there = [each for each in data.get("shown", ()) if each["id"] in self.by.values()]
                if len(there) == len(self.by) and not any(each.get("gone") for each in there):
                    plain = there
                if data.get("name") == "shown" and all(each in data["html"] for each in self.by.values()):
                    html = data["html"]
        entries = [each for each in ENTRY.findall(html) if any(key in each for key in self.by.values())]
        for item in plain:
            entry = next((each for each in entries if item["id"] in each), "")
            words = len(item["answer"]["text"])
            item |= {
                "place": plain.index(item),
                "place on the screen": entries.index(entry) if entry else 0,
                "length on the screen": len(entry) - words,
            }
        return plain


def play(
    house: House, random: Random, rounds: int, new_id: Callable[[int], str], leaves: str = ""
) -> list[Round]:
    """Plays rounds in one room. ``new_id`` makes the id of the n-th answer; ``leaves`` is a command that
    somebody's client sends for their own answer as they go, where there is one.
    """
    stages = [asking(f"s-{place}") for place in range(rounds + 1)]
    room = make_room(house.database, (ATTACKER, *OTHERS), stages)
    tapped = Tapped(house, room)
    tapped.comes(ATTACKER)
    played = []
    for place in range(rounds):
        order = random.sample(OTHERS, len(OTHERS))
        this = Round(order, random.choice(OTHERS))
        seen = len(tapped.frames(ATTACKER))

        def listens(whose: str, this: Round = this) -> None:
            nonlocal seen
            tapped.pushes()
            frames = tapped.frames(ATTACKER)
            this.batches.append((whose, frames[seen:]))
            seen = len(frames)

        house.dispatcher.admit("/participant", tapped.sid(this.guest), {"ticket": room.ticket(this.guest)})
        listens("")
        for name in order:
            this.by[name] = new_id(len(OTHERS) * place + len(this.by))
            words = {"text": "".join(random.choices("aeiou ", k=random.randint(5, 60))) + "."}
            answer = {"id": this.by[name], "stage_id": f"s-{place}", "answer": words}
            room.does(name, "submit_reflection", audience="group_unnamed", **answer)
            listens(name)
        room.does("Fola", "reveal", stage_id=f"s-{place}")
        listens("")
        if leaves:
            room.does(this.guest, leaves, id=this.by[this.guest])
        house.taps.handlers["/participant", "disconnect"](tapped.sid(this.guest))
        listens(this.guest)
        room.does("Fola", "go_to_stage", stage_id=f"s-{place + 1}", version=room.row.version)
        listens("")
        played.append(this)
    return played


def attack(played: Iterable[Round]) -> Scores:
    """How well each answer fits each person, by every clue there is."""
    scores: Scores = defaultdict(list)
    for this in played:
        items = this.items()
        clues = {key for item in items for key in item} - {"answer", "stage_id"}
        for person in this.order:
            rank, own = this.order.index(person), this.by[person]
            for clue in clues:
                values = sorted({json.dumps(item.get(clue), default=str).zfill(40) for item in items})
                for item in items:
                    at = values.index(json.dumps(item.get(clue), default=str).zfill(40))
                    scores[clue].append((-abs(at - rank), item["id"] == own))
            for item in items:
                scores["comes with"].append((float(_comes_with(this, person, item["id"])), item["id"] == own))
                if person == this.guest:
                    gone = _goes_with(this, person, item["id"])
                    scores["goes with"].append((float(gone), item["id"] == own))
    return scores


def _comes_with(this: Round, person: str, answer: str) -> bool:
    """Whether an answer is first heard of right after this person acted."""
    return next((who == person for who, frames in this.batches if answer in "".join(frames)), False)


def _goes_with(this: Round, person: str, answer: str) -> bool:
    """Whether a frame after this person's act told something of this answer, and of no other."""
    for who, frames in this.batches:
        told = {
            each for each in this.by.values() if any(f'"gone": true, "id": "{each}"' in x for x in frames)
        }
        if who == person and told == {answer}:
            return True
    return False


def auc(scores: list[tuple[float, bool]]) -> float:
    """How often the right pair scores higher than a wrong one, ties counted half; 0.5 is chance."""
    right = [score for score, is_theirs in scores if is_theirs]
    wrong = sorted(score for score, is_theirs in scores if not is_theirs)
    above = sum(bisect_left(wrong, score) + bisect_right(wrong, score) for score in right) / 2
    return above / (len(right) * len(wrong))


def best_clue(played: Iterable[Round]) -> tuple[float, str]:
    """What the attacker reaches by the clue that helps most, read forwards or backwards, and by which."""
    found = {clue: auc(scores) for clue, scores in attack(played).items()}
    return max((max(each, 1 - each), clue) for clue, each in found.items())


def drawn(random: Random) -> str:
    """An id as a browser makes it."""
    return str(UUID(int=random.getrandbits(128), version=4))
