"""comm_transcript: one talk, line by line, with what was felt and meant, and lines to try instead.

Data: `{"setting", "lines": [{"who", "said", "felt", "meant", "turn"}], "retry": [line, …]}`; at most 20
lines, of which at most one is the `turn` where it went wrong, and 5 to try. `who` has at most 40 code
points, the rest 300; `felt`, `meant` and `turn` may be left out.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import Unreadable
from app.exercises.shapes import NOT_OFFERED, line, lines, part, rows, yes_or_no

LINES, RETRIES = 20, 5


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the talk without empty lines, or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {"setting": "", "lines": [], "retry": []}, key)
    told = [_line(each, key) for each in rows(given["lines"], LINES, key)]
    told = [each for each in told if each["said"] or each["felt"] or each["meant"]]
    if sum(each["turn"] for each in told) > 1:
        raise Unreadable(key, NOT_OFFERED)
    return {
        "setting": line(given["setting"], key, 300),
        "lines": told,
        "retry": lines(given["retry"], RETRIES, key),
    }


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether nothing is told."""
    return not (value["setting"] or value["lines"] or value["retry"])


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return the talk like a play."""
    told = [value["setting"]] if value["setting"] else []
    for each in value["lines"]:
        beside = [f"felt: {each['felt']}"] if each["felt"] else []
        beside += [f"meant: {each['meant']}"] if each["meant"] else []
        after = f" ({'; '.join(beside)})" if beside else ""
        told.append(
            f"{each['who'] or '?'}: {each['said']}{after}" + (" \u2190 the turn" if each["turn"] else "")
        )
    return "\n".join(told + [f"To try: {each}" for each in value["retry"]])


def _line(value: object, key: str) -> dict[str, Any]:
    given = part(value, ["who", "said"], {"felt": "", "meant": "", "turn": False}, key)
    return {
        "who": line(given["who"], key, 40),
        **{name: line(given[name], key, 300) for name in ("said", "felt", "meant")},
        "turn": yes_or_no(given["turn"], key),
    }
