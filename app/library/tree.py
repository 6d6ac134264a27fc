"""A YAML file as a tree that knows its lines, read with every doubt, and what is wrong in it in words.

Only texts, whole numbers, yes or no, nothing, lists and fields come out; no references, no depth, no bulk.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.exercises.plain import N_

Loc = tuple[str | int, ...]
DEEPEST, MOST_PARTS = 12, 20_000
WHOLE = re.compile(r"[+-]?[0-9]{1,9}")

NOT_YAML = N_("This cannot be read as YAML.")
NO_ALIASES = N_("References inside the file (& and *) are not taken.")
NO_TAGS = N_("Kinds given by hand (!) are not taken.")
TOO_DEEP = N_("This is nested too deeply, or holds too much.")
STANDS_TWICE = N_("The field “%(name)s” stands twice.")
NOTHING = N_("The file holds no fields.")

SENTENCES: dict[str, str] = {  # what the shapes say, in words for people
    "missing": N_("This is missing."),
    "string_too_short": N_("Write something here."),
    "string_type": N_("This has to be written text."),
    "int_type": N_("Give a whole number."),
    "bool_type": N_("This has to be yes or no."),
    "literal_error": N_("Choose one of those on offer."),
    "model_type": N_("This has to be a list of fields."),
    "tuple_type": N_("This has to be a list."),
    "string_pattern_mismatch": N_("Small letters, digits and _ only, beginning with a letter."),
    "extra_forbidden": N_("There is no such field here."),
    "unexpected_keyword_argument": N_("There is no such field here."),
}


@dataclass(frozen=True)
class Fault:
    """Something that keeps a body from being stored: where, and a sentence with its values."""

    loc: Loc
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return ".".join(map(str, self.loc))


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


def composed(text: str) -> yaml.Node:
    """The tree of the file with its lines; refuses references, tags, depth and size at once."""
    depth = parts = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            mark = event.start_mark
            parts += 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise DamagedFile([LineFault(mark.line + 1, "", NO_ALIASES, {})])
            if getattr(event, "tag", None):
                raise DamagedFile([LineFault(mark.line + 1, "", NO_TAGS, {})])
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth -= 1
            if depth > DEEPEST or parts > MOST_PARTS:
                raise DamagedFile([LineFault(mark.line + 1, "", TOO_DEEP, {})])
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:  # a sign that no YAML may hold; it knows its place, not its line
        line = text.count("\n", 0, error.position) + 1
        raise DamagedFile([LineFault(line, "", NOT_YAML, {})]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DamagedFile([LineFault(mark.line + 1 if mark else 1, "", NOT_YAML, {})]) from None
    if root is None:
        raise DamagedFile([LineFault(1, "", NOTHING, {})])
    return root


def plain(node: yaml.Node) -> Any:
    """The values of a tree; only texts, whole numbers, yes or no, nothing, lists and fields."""
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found or not name:
                line = key.start_mark.line + 1
                raise DamagedFile([LineFault(line, name, STANDS_TWICE, {"name": name[:40]})])
            found[name] = plain(value)
        return found
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in ("yes", "true", "on")
    if node.tag == "tag:yaml.org,2002:int" and WHOLE.fullmatch(node.value):
        return int(node.value)
    return node.value


def line_of(node: yaml.Node, loc: Loc) -> int:
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


def with_lines(root: yaml.Node, faults: Iterable[Fault]) -> list[LineFault]:
    """Faults with their lines in the file, in its order."""
    found = (LineFault(line_of(root, each.loc), each.place, each.sentence, each.values) for each in faults)
    return sorted(found, key=lambda fault: fault.line)
