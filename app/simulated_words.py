"""What simulated members answer, by the prompts' types and keys; the words stand in simulated.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from app import simulated_rich as rich

LEFT_OUT = 0.12  # how often a question is left out
FILE = Path(__file__).with_name("simulated.yaml")
LIKES = {  # how often each option is chosen
    "address": [1, 0],
    "alone": [9, 1],
    "talk": [12, 1],
    "want": [4, 3, 2],
    "leaving": [8, 3, 1],
    "done": [3, 3, 2, 0],
}


@cache
def _file() -> dict[str, Any]:
    kept: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return kept


def names() -> list[str]:
    """The aliases of the six."""
    return [person["name"] for person in _file()["people"]]


def personas(count: int) -> list["Persona"]:
    """As many people as are wanted; from the seventh on they have the words of the first again."""
    people = _file()["people"]
    return [Persona(people[place % len(people)]) for place in range(count)]


@dataclass(frozen=True)
class Persona:
    """Somebody with a course over the weeks: mood, events, steps."""

    own: dict[str, Any]

    def answer(
        self, number: int, prompts: list[dict[str, Any]], random: Random, last: bool = False
    ) -> dict[str, Any]:
        """An answer to a stage's prompts in the group's session of this number; empty only where nothing is
        asked of everybody, for then they pass. Lines to one person are left to real people.
        """
        prompts = [each for each in prompts if each.get("who", "all") == "all" and each["type"] != "feedback"]
        if not prompts:
            return {}
        kept = {
            prompt["key"]: self._value(number, prompt, random, last)
            for prompt in prompts
            if prompt["key"] in self.own or random.random() > LEFT_OUT
        }
        return kept or {prompts[0]["key"]: self._value(number, prompts[0], random, last)}

    def _value(self, number: int, prompt: dict[str, Any], random: Random, last: bool) -> Any:
        key, kind, options = prompt["key"], prompt["type"], prompt.get("options") or []
        if kind == "scale_0_10":
            return self._own(key, number) if key in self.own else random.choice([4, 5, 6, 7, 7, 8, 8, 9])
        if kind == "single_choice":
            return random.choices(options, (LIKES.get(key, []) + [1] * len(options))[: len(options)])[0]
        if kind == "multi_choice":
            return random.sample(options, random.randint(1, min(3, len(options))))
        if kind in rich.VALUES:
            return rich.VALUES[kind](prompt, number, random)
        if key in self.own:
            text = self._own(key, number)
        else:
            words = _file()["words"]
            place = ("last_word" if last else "first_word") if key == "word" else key
            text = random.choice(words.get(place, words["any"]))
        return [text] if kind == "short_texts" else text

    def _own(self, key: str, number: int) -> Any:
        """What this person says in that week; after the last one they begin again."""
        said = self.own[key]
        return said[(number - 1) % len(said)]
