"""One item of the library as a file to carry to another installation: written, and read with every doubt.

The file is YAML: ``concentric: library``, the ``kind``, the ``item`` and the ``exercises`` that it names and
that are not shipped. Whatever is wrong is told with its line; nothing of a damaged file is used.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.exercises.plain import N_
from app.library.items import Exercise
from app.library.own import KINDS, Body, exercises_in, faults_in
from app.library.tree import DamagedFile, Fault, LineFault, Loc, composed, plain, with_lines

FIRST_FIELDS = ("concentric", "kind", "item", "exercises")
OWN = "own_"  # what every id begins with that a facilitator's item has

NOT_OURS = N_("This is not a library file of Concentric.")
NOT_A_KIND = N_("The kind has to be exercise, session or programme.")
NO_SUCH_FIELD = N_("There is no such field here.")


@dataclass(frozen=True)
class Carried:
    """What a sound file holds."""

    kind: str
    body: Body
    exercises: dict[str, Body]


def write_file(kind: str, body: Body, exercises: Mapping[str, Body]) -> str:
    """The file of one item, with the bodies of the own exercises that it names."""
    whole = {"concentric": "library", "kind": kind, "item": body, "exercises": dict(exercises)}
    text: str = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=100)
    return text


def read_file(text: str, shipped: Mapping[str, Exercise], measures: Collection[str] | None = None) -> Carried:
    """Return what the file holds; DamagedFile with everything that is wrong in it.

    ``measures`` are the private forms it may name; the shipped ones unless told.
    """
    root = composed(text)
    whole = plain(root)
    if not isinstance(whole, dict) or whole.get("concentric") != "library":
        raise DamagedFile([LineFault(1, "", NOT_OURS, {})])
    faults = [Fault((name,), NO_SUCH_FIELD) for name in whole if name not in FIRST_FIELDS]
    kind, body, own = whole.get("kind"), whole.get("item"), whole.get("exercises") or {}
    if not isinstance(kind, str) or kind not in KINDS:
        faults.append(Fault(("kind",), NOT_A_KIND))
    elif not isinstance(own, dict) or not all(str(name).startswith(OWN) for name in own):
        faults.append(Fault(("exercises",), NOT_OURS))
    else:
        known: dict[str, Any] = {**shipped, **dict.fromkeys(own)}
        faults += _under(("item",), faults_in(kind, body, known, measures))
        for name, exercise in own.items():
            faults += _under(("exercises", name), faults_in("exercise", exercise, {}))
    if faults:
        raise DamagedFile(with_lines(root, faults))
    named = exercises_in(kind, whole["item"])
    return Carried(kind, whole["item"], {name: own[name] for name in own if name in named})


def _under(at: Loc, faults: Sequence[Fault]) -> list[Fault]:
    return [Fault((*at, *each.loc), each.sentence, each.values) for each in faults]
