"""What a paper consists of: a list of blocks that both PDF and DOCX know how to set.

All words are chosen here and before; the process that sets them adds none. What people wrote is marked as
theirs (``words``) and reaches the page as data, never as markup. Everything is fit for JSON.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]


def paper(title: str, language: str, blocks: Iterable[Block | None], **more: Any) -> dict[str, Any]:
    """A whole paper. ``more``: ``over`` and ``under`` stand around the title, ``footer`` and ``page`` (with
    {n} and {of}) on each page, ``unset`` says that letters are missing, ``face`` is ``reading`` for a paper
    that is read rather than filed, ``direction`` is the direction of the language, and a paper of
    ``one_page`` is set smaller until it fits. ``about`` is what the file calls itself where that is not its
    title: programs show it in lists and on top of windows, so a title with a name in it has another.
    """
    told = {"over": "", "under": [], "footer": "", "page": "{n}", "unset": "", "face": "plain"}
    told |= {"one_page": False}
    told |= {"direction": "ltr", "title": title, "about": title, "language": language}
    return told | more | {"blocks": [each for each in blocks if each is not None]}


def heading(text: str, level: int = 1) -> Block:
    """A heading inside a paper: level 1 for a part, 2 below it."""
    return {"kind": "heading", "level": level, "text": text, "dir": direction(text)}


def text(said: str, soft: bool = False) -> Block:
    """A paragraph in the voice of the tool; ``soft`` is quieter."""
    return {"kind": "text", "text": said, "soft": soft, "dir": direction(said)}


def words(said: str, by: str = "", also: str = "", label: str = "", short: bool = False) -> Block:
    """What a person wrote, with who it was, what stands beside the name, and the question above it; a
    ``short`` answer stands beside its question.
    """
    told = {"kind": "words", "text": said, "by": by, "also": also, "label": label, "dir": direction(said)}
    return told | {"short": short, "follows": False}


def answer(parts: Iterable[Block], by: str, also: str = "") -> list[Block]:
    """The parts of one answer: the name stands above the first alone, and the others stay close to it."""
    told = list(parts)
    return [
        each | ({"by": by, "also": also} if at == 0 else {"follows": True}) for at, each in enumerate(told)
    ]


def facts(entries: Iterable[tuple[str, Any, str]]) -> Block:
    """A row of figures: what it is, the figure, and a small line below."""
    return {
        "kind": "facts",
        "entries": [{"label": label, "value": str(value), "also": also} for label, value, also in entries],
    }


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Sequence[int] = (), wide: int = 0
) -> Block | None:
    """A table with its head; ``numbers`` are the columns of figures, ``wide`` the one that takes the room.
    None without rows.
    """
    cells = [[str("" if each is None else each) for each in row] for row in rows]
    if not cells:
        return None
    return {"kind": "table", "head": list(head), "rows": cells, "numbers": list(numbers), "wide": wide}


def items(entries: Iterable[str]) -> Block | None:
    """A list; None without entries."""
    listed = list(entries)
    return {"kind": "items", "entries": listed} if listed else None


def picture(svg: str, alt: str, caption: str = "", width: int = 100) -> Block:
    """A chart as SVG, with the text that says what it says; ``width`` in hundredths of the column."""
    return {"kind": "picture", "svg": svg, "alt": alt, "caption": caption, "width": width}


def pair(left: Sequence[Block], right: Sequence[Block]) -> Block:
    """Two columns side by side: then and now."""
    return {"kind": "pair", "left": list(left), "right": list(right)}


def plan(head: Sequence[str], rows: Sequence[dict[str, Any]]) -> Block:
    """The stages of a session with room to write beside each: ``begins``, ``minutes``, ``title``, ``aim`` and
    what it ``asks``; ``head`` names the three columns.
    """
    return {"kind": "plan", "head": list(head), "rows": list(rows)}


def rule() -> Block:
    """A pause between what was said and what is said about it."""
    return {"kind": "rule"}


def lines(count: int) -> Block:
    """Empty lines to write on by hand."""
    return {"kind": "lines", "count": count}


def part(title: str, *content: Block | None) -> list[Block | None]:
    """A part with its heading; nothing where it would be empty."""
    return [heading(title), *content] if any(content) else []


def direction(said: str) -> str:
    """The direction in which a text is read, by its first letter that has one."""
    for letter in said:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
