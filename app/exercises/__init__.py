"""Response types: what an answer may hold, and its plain-text form.

One module for each type, with `read(value, prompt)`, `is_blank(value)` and `as_text(value, prompt)`;
`drawn(value, prompt)` where people would rather look than read; and `shown(value, prompt)` where the group
sees less than all of it: what is left, in the same shape. Words of ours in `as_text` are in the
library's language, like the prompts they follow. Standard library only; the domain imports this package and
nothing is imported back. A prompt is a plain dict `{"key", "type", "text", "options"?, "audience"?, "who"}`
as it stands in a frozen stage.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from app.exercises import (
    closeness_circle,
    comm_transcript,
    compare,
    decision_table,
    feedback,
    free_text,
    goal,
    grid_2x2,
    matrix,
    multi_choice,
    ordered_steps,
    roleplay_pair,
    scale_0_10,
    short_texts,
    single_choice,
    structured_plan,
    timeline,
    two_lists,
)
from app.exercises.plain import (
    ANSWER_TOO_LONG,
    EMPTY,
    NOT_ANSWER,
    PASSED_AND_WROTE,
    UNKNOWN,
    Unreadable,
    clean,
)

__all__ = [
    "AUDIENCES",
    "COUNTED",
    "TYPES",
    "Unreadable",
    "clean",
    "drawn",
    "group_view",
    "is_private",
    "is_whole",
    "narrowed",
    "narrowest",
    "read_answer",
    "shown_alone",
    "texts_of",
]

Prompts = Sequence[Mapping[str, Any]]

TYPES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        *(free_text, short_texts, scale_0_10, single_choice, multi_choice),
        *(closeness_circle, timeline, comm_transcript, decision_table, grid_2x2, two_lists, matrix),
        *(goal, roleplay_pair, feedback, ordered_steps, structured_plan, compare),
    )
}
AUDIENCES = ("facilitators", "group_unnamed", "group_named")  # from the narrowest to the widest
COUNTED = frozenset({"scale_0_10", "single_choice", "multi_choice"})  # the group sees counts, never one
NEVER = frozenset({"structured_plan", "feedback"})  # for the facilitators; lines to people go their own way
ANSWER = 12_000  # code points in one answer


def read_answer(prompts: Prompts, answer: object, passed: bool) -> dict[str, Any]:
    """Return the values that hold something, in the order of the prompts, or raise Unreadable."""
    if not isinstance(answer, dict):
        raise Unreadable("", NOT_ANSWER)
    if passed:
        if answer:
            raise Unreadable("", PASSED_AND_WROTE)
        return {}
    if not answer.keys() <= {prompt["key"] for prompt in prompts}:
        raise Unreadable("", UNKNOWN)
    values = {}
    for prompt in prompts:
        if prompt["key"] in answer:
            kind = TYPES[prompt["type"]]
            value = kind.read(answer[prompt["key"]], prompt)
            if not kind.is_blank(value):
                values[prompt["key"]] = value
    if not values:
        raise Unreadable("", EMPTY)
    if sum(map(_length, values.values())) > ANSWER:
        raise Unreadable("", ANSWER_TOO_LONG)
    return values


def texts_of(prompts: Prompts, answer: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """Return each answered prompt with its answer as plain text."""
    return [
        (prompt, TYPES[prompt["type"]].as_text(answer[prompt["key"]], prompt))
        for prompt in prompts
        if prompt["key"] in answer
    ]


def drawn(prompt: Mapping[str, Any], value: Any) -> dict[str, Any] | None:
    """Return what a drawing of this answer needs, None for a type that people rather read."""
    draw = getattr(TYPES[prompt["type"]], "drawn", None)
    return None if draw is None else draw(value, prompt)


def group_view(prompts: Prompts, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an answer may reach the group, counted or shown: without prompts for the facilitators
    and unknown ones, and of each type as much as its `shown` leaves.
    """
    view = {}
    for prompt in prompts:
        if prompt["key"] in answer and not is_private(prompt):
            kind = TYPES[prompt["type"]]
            value = answer[prompt["key"]]
            left = kind.shown(value, prompt) if hasattr(kind, "shown") else value
            if left is not None:
                view[prompt["key"]] = left
    return view


def shown_alone(prompts: Prompts, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the group may see of one person's answer: as `group_view`, without what is only counted."""
    counted = {prompt["key"] for prompt in prompts if prompt["type"] in COUNTED}
    return {key: value for key, value in group_view(prompts, answer).items() if key not in counted}


def is_private(prompt: Mapping[str, Any]) -> bool:
    """Say whether an answer is never shown to the group: for the facilitators alone, or of a type that is."""
    return prompt.get("audience") == "facilitators" or prompt["type"] in NEVER


def is_whole(prompt: Mapping[str, Any]) -> bool:
    """Say whether the group sees all of an answer to this prompt, once it is shown."""
    kind = prompt["type"]
    return not is_private(prompt) and kind not in COUNTED and not hasattr(TYPES[kind], "shown")


def narrowed(prompts: Prompts, answer: Mapping[str, Any], audience: str) -> str:
    """Return how far an answer may go when its writer chose `audience`.

    A part for the facilitators alone is cut out by `group_view`; a part that may be shown only without a
    name takes the name off the whole; nothing but private parts goes to the facilitators.
    """
    limits = [
        "facilitators" if is_private(prompt) else prompt.get("audience", "group_named")
        for prompt in prompts
        if prompt["key"] in answer
    ]
    shown = [limit for limit in limits if limit != "facilitators"]
    return narrowest([audience, *shown]) if shown else "facilitators"


def narrowest(audiences: Iterable[str]) -> str:
    """Return the audience with the fewest readers."""
    return min(audiences, key=AUDIENCES.index)


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_length, value))
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    return len(value) if isinstance(value, str) else 0
