"""One item of the library as a file to carry to another installation: written, and read with every doubt.

The file is YAML: ``concentric: library``, the ``kind``, the ``item`` and the ``exercises`` that it names and
that are not shipped. Whatever is wrong is told with its line; nothing of a damaged file is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.exercises.plain import N_
from app.library.items import Exercise
from app.library.own import KINDS, Body, Fault, Loc, exercises_in, faults_in

FIRST_FIELDS = ("concentric", "kind", "item", "exercises")
DEEPEST, MOST_PARTS = 12, 20_000
OWN = "own_"  # what every id begins with that a facilitator's item has

NOT_YAML = N_("This cannot be read as YAML.")
NOT_OURS = N_("This is not a library file of Concentric.")
NO_ALIASES = N_("References inside the file (& and *) are not taken.")
TOO_DEEP = N_("This is nested too deeply, or holds too much.")
STANDS_TWICE = N_("The field “%(name)s” stands twice.")
NOT_A_KIND = N_("The kind has to be exercise, session or programme.")
NO_SUCH_FIELD = N_("There is no such field here.")


@dataclass(frozen=True)
class LineFault:
    """Something wrong in a file: the line, counted from 1, the place, and the sentence with its values."""

    line: int
    place: str
    sentence: str
    values: Mapping[str, Any]


class DamagedFile(Exception):
    """The file is not taken; ``faults`` says where and why."""

    def __init__(self, faults: Sequence[LineFault]):
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


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


def read_file(text: str, shipped: Mapping[str, Exercise]) -> Carried:
    """Return what the file holds; DamagedFile with everything that is wrong in it."""
    root = _composed(text)
    whole = _plain(root)
    if not isinstance(whole, dict) or whole.get("concentric") != "library":
        raise DamagedFile([LineFault(1, "", NOT_OURS, {})])
    faults = [Fault((name,), NO_SUCH_FIELD) for name in whole if name not in FIRST_FIELDS]
    kind, body, own = whole.get("kind"), whole.get("item"), whole.get("exercises") or {}
    if kind not in KINDS:
        faults.append(Fault(("kind",), NOT_A_KIND))
    elif not isinstance(own, dict) or not all(str(name).startswith(OWN) for name in own):
        faults.append(Fault(("exercises",), NOT_OURS))
    else:
        known: dict[str, Any] = {**shipped, **dict.fromkeys(own)}
        faults += _under(("item",), faults_in(kind, body, known))
        for name, exercise in own.items():
            faults += _under(("exercises", name), faults_in("exercise", exercise, {}))
    if faults:
        raise DamagedFile(
            sorted(
                (LineFault(_line(root, each.loc), each.place, each.sentence, each.values) for each in faults),
                key=lambda fault: fault.line,
            )
        )
    named = exercises_in(str(kind), whole["item"])
    return Carried(str(kind), whole["item"], {name: own[name] for name in own if name in named})


def _under(at: Loc, faults: Sequence[Fault]) -> list[Fault]:
    return [Fault((*at, *each.loc), each.sentence, each.values) for each in faults]


def _composed(text: str) -> yaml.Node:
    """The tree of the file with its lines; refuses references, depth and size before anything is built."""
    depth = parts = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            mark = event.start_mark
            parts += 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise DamagedFile([LineFault(mark.line + 1, "", NO_ALIASES, {})])
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth -= 1
            if depth > DEEPEST or parts > MOST_PARTS:
                raise DamagedFile([LineFault(mark.line + 1, "", TOO_DEEP, {})])
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DamagedFile([LineFault(mark.line + 1 if mark else 1, "", NOT_YAML, {})]) from None
    if root is None:
        raise DamagedFile([LineFault(1, "", NOT_OURS, {})])
    return root


def _plain(node: yaml.Node) -> Any:
    """The values of a tree; only texts, whole numbers, yes or no, nothing, lists and fields."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found or not name:
                line = key.start_mark.line + 1
                raise DamagedFile([LineFault(line, name, STANDS_TWICE, {"name": name[:40]})])
            found[name] = _plain(value)
        return found
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in ("yes", "true", "on")
    if (
        node.tag == "tag:yaml.org,2002:int"
        and str(node.value).lstrip("+-").isdigit()
        and len(node.value) < 10
    ):
        return int(node.value)
    return node.value


def _line(node: yaml.Node, loc: Loc) -> int:
    """The line of a place in the tree, or of the last thing on the way to it that is there."""
    line = node.start_mark.line
    for step in loc:
        following: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, following = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            following = node.value[step]
            line = following.start_mark.line
        if following is None:
            break
        node = following
    return int(line) + 1
