"""What simulated members answer to the richer response types: made-up people, nearer from week to week."""

from collections.abc import Callable
from random import Random
from typing import Any

Prompt = dict[str, Any]

PEOPLE = ["I.", "Mum", "Boss", "T.", "Neighbour", "L."]
STEPS = ["Say hello to the neighbour.", "Send one message.", "Ask someone to walk with me."]
GOALS = [
    ("Ring my sister on Sundays.", "Find her number.", "Sunday", "My sister"),
    ("Eat with somebody once a week.", "Ask at work.", "Wednesday", "A colleague"),
    ("Tell my son what I need.", "Write it down first.", "Friday", "My son"),
]
THINGS = ["The talks in the kitchen.", "Quiet evenings.", "Too many rows.", "Nobody asked me."]
LATER = 6  # from the session after this one on, everybody stands a ring nearer


def circle(prompt: Prompt, number: int, random: Random) -> Any:
    options = prompt.get("options") or [""]
    people = [
        {"label": name, "ring": max(1, 2 + place % 3 - (number > LATER)), "angle": (place * 67) % 360}
        | {"bond": options[place % len(options)], "marked": place == 0}
        for place, name in enumerate(PEOPLE[: random.randint(3, len(PEOPLE))])
    ]
    return {"people": people}


def timeline(prompt: Prompt, number: int, random: Random) -> Any:
    events = [
        {"when": "2025-09", "label": "The move", "kind": "hard"},
        {"when": "2026-02", "label": "A new neighbour", "kind": "good"},
    ]
    mood = [{"when": "2025-08", "value": 7}, {"when": "2025-11", "value": 2}, {"when": "2026-03", "value": 4}]
    return {"span": {"from": "2025-06", "to": "2026-06"}, "events": events, "mood": mood, "onset": "2025-10"}


def talk(prompt: Prompt, number: int, random: Random) -> Any:
    lines = [
        {"who": "my boss", "said": "You are late again."},
        {"who": "me", "said": "Sorry.", "felt": "small", "meant": "I was up all night", "turn": True},
    ]
    return {"setting": "Monday, at work", "lines": lines, "retry": ["Can we talk for five minutes?"]}


def decision(prompt: Prompt, number: int, random: Random) -> Any:
    ways = [
        {"text": "Stay", "pros": ["I know the people."], "cons": ["Nothing changes."]},
        {"text": "Ask for fewer hours", "pros": ["More sleep."], "cons": ["Less money."], "chosen": True},
    ]
    return {"question": "Do I stay in this job?", "wish": "To sleep again.", "options": ways}


def boxes(prompt: Prompt, number: int, random: Random) -> Any:
    return {"boxes": {label: [random.choice(THINGS)] for label in prompt["options"]}}


def plan(prompt: Prompt, number: int, random: Random) -> Any:
    return {"sections": {label: random.choice(THINGS) for label in prompt["options"]}}


def matrix(prompt: Prompt, number: int, random: Random) -> Any:
    rows = PEOPLE[:3]
    ticks = [[row, random.randrange(len(prompt["options"]))] for row in range(len(rows))]
    return {"rows": rows, "ticks": ticks}


def goal(prompt: Prompt, number: int, random: Random) -> Any:
    return dict(zip(("text", "first_step", "when", "who"), random.choice(GOALS), strict=True))


def steps(prompt: Prompt, number: int, random: Random) -> Any:
    return {"steps": [{"text": text, "hard": 2 + 2 * place} for place, text in enumerate(STEPS)]}


def play(prompt: Prompt, number: int, random: Random) -> Any:
    return {"scene": "At the door", "rounds": ["Have you got five minutes?"]}


def compare(prompt: Prompt, number: int, random: Random) -> Any:
    return [random.choice(prompt["options"])]


VALUES: dict[str, Callable[[Prompt, int, Random], Any]] = {
    "closeness_circle": circle,
    "timeline": timeline,
    "comm_transcript": talk,
    "decision_table": decision,
    "grid_2x2": boxes,
    "two_lists": boxes,
    "matrix": matrix,
    "goal": goal,
    "ordered_steps": steps,
    "structured_plan": plan,
    "roleplay_pair": play,
    "compare": compare,
}
