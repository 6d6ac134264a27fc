"""What the pages of a room say: the texts of the catalogue, and the words a page shows or reads aloud."""

import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from typing import Any

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from deploy.translations import CATALOGUES, gathered

# Where the words come from that participants and a wall show. The replies to a signal are written by the
# console and read by whoever sent it.
READ_BY_PEOPLE = (
    "app/core/",
    "app/exercises/",
    "app/factory.py",
    "app/participant.py",
    "app/pin.py",
    "templates/display/",
    "templates/errors/",
    "templates/exercises/",
    "templates/macros.html",
    "templates/participant/",
    "templates/regions/display/",
    "templates/regions/facilitator/signals.html",
    "templates/regions/participant/",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SPOKEN = {"alt", "aria-label", "data-left-out", "data-lost", "data-signed-out", "placeholder", "title"}


@cache
def catalogue(language: str) -> dict[Any, Message]:
    """The messages of a language by their English text, a pair where there is a plural."""
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {message.id: message for message in read_po(file, locale=language) if message.id}


@cache
def read_by_people() -> tuple[Any, ...]:
    """The English texts that participants and a wall show."""
    return tuple(
        message.id
        for message in gathered()
        if message.id and any(path.startswith(READ_BY_PEOPLE) for path, _ in message.locations)
    )


def forms(words: str | Sequence[str] | None) -> list[str]:
    """A message or its translation as a list: the singular and the plurals."""
    return [words] if isinstance(words, str) else list(words or [""])


class Spoken(HTMLParser):
    """The words of a page that are seen or read aloud, each piece by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attributes).get("lang") or ""
        for name, value in attributes:
            if name in SPOKEN:
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.add(" ".join(data.split()))


class English:
    """The English texts that Spanish says otherwise, as they stand on a page with placeholders filled."""

    def __init__(self) -> None:
        texts = {form for words in read_by_people() for form in forms(words)}
        said = {form for words in read_by_people() for form in forms(catalogue("es")[words].string)}
        fits = [".+?".join(map(re.escape, PLACEHOLDER.split(text)[::2])) for text in sorted(texts - said)]
        self.whole = re.compile("|".join(fits))
        # one word may be part of a Spanish sentence; a phrase may stand beside a name or a title
        self.phrase = re.compile("|".join(rf"(?<!\w){fit}(?!\w)" for fit in fits if r"\ " in fit))

    def within(self, words: set[str]) -> set[str]:
        """The pieces that are English, or have an English phrase in them."""
        return {each for each in words if self.whole.fullmatch(each) or self.phrase.search(each)}
