"""The library: programmes, agendas and exercises as data files, read once and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.library.items import Agenda, Exercise, Leaving, Meeting, Programme, Prompt, Row
from app.library.loading import build, read_files

__all__ = ["LANGUAGE", "Agenda", "Exercise", "Library", "Meeting", "Programme", "Prompt", "Row", "load"]

LANGUAGE = "en"  # of every text in the data files


class Damaged(Exception):
    """The data files cannot be read; the message lists every fault."""


@dataclass(frozen=True)
class Library:
    """All exercises, programmes and pools by id."""

    exercises: Mapping[str, Exercise]
    programmes: Mapping[str, Programme]
    pools: Mapping[str, tuple[str, ...]]
    when_a_member_leaves: Leaving

    def filtered(
        self, phase: str | None = None, area: str | None = None, words: str | None = None
    ) -> list[Exercise]:
        """Return the exercises for a phase, a problem area, and with all these words in them, by title."""
        wanted = (words or "").casefold().split()
        found = [
            exercise
            for exercise in self.exercises.values()
            if (not phase or phase in exercise.phases)
            and (not area or area in exercise.areas)
            and all(word in _words_of(exercise) for word in wanted)
        ]
        return sorted(found, key=lambda exercise: exercise.title.casefold())


@cache
def load() -> Library:
    """Read the shipped files once; raise Damaged with every fault if one does not fit."""
    items = build(read_files())
    if items.errors or items.when_a_member_leaves is None:
        raise Damaged("\n".join(items.errors))
    return Library(
        MappingProxyType(items.exercises),
        MappingProxyType(items.programmes),
        MappingProxyType(items.pools),
        items.when_a_member_leaves,
    )


def _words_of(exercise: Exercise) -> str:
    texts = [exercise.id, exercise.name, exercise.title, exercise.aim, *exercise.steps]
    return " ".join([*texts, *(prompt.text for prompt in exercise.prompts)]).casefold()
