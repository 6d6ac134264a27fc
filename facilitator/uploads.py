"""Files that facilitators hand in: read with every doubt, and what is wrong told by name and line."""

from collections.abc import Iterable

from flask import request
from flask_babel import gettext as _

from app.exercises.plain import N_
from app.library.tree import LineFault

LARGEST_FILE = 256 * 1024
NOT_UTF_8 = N_("This is not a text file in UTF-8.")
TOO_LARGE = N_("This file is too large. It can have 256 KB.")


class Unreadable(Exception):
    """Nothing was taken in; ``sentences`` say why, in the language of the page."""

    def __init__(self, *sentences: str):
        super().__init__()
        self.sentences = list(sentences)


def sent_file() -> tuple[str, str]:
    """Name and text of the file that was handed in as ``file``; Unreadable where it is none."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Unreadable(_("Choose a file first."))
    name, raw = sent.filename[-80:], sent.stream.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise Unreadable(f"{name}: {_(TOO_LARGE)}")
    try:
        return name, raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise Unreadable(_in_line(name, line, "", _(NOT_UTF_8))) from None


def told(name: str, faults: Iterable[LineFault]) -> list[str]:
    """A sentence for each fault, the first twenty: file, line and reason."""
    listed = list(faults)[:20]
    return [_in_line(name, each.line, each.place, _(each.sentence, **each.values)) for each in listed]


def _in_line(name: str, line: int, place: str, sentence: str) -> str:
    whole = _("%(file)s, line %(line)s: %(reason)s", file=name, line=line, reason=sentence)
    return f"{whole} ({place})" if place else whole
