"""What may not stand in a note before it is signed: other people's names, and their words.

Pure functions over texts. A name is found as whole words, whatever the capitals, accents and signs around it,
with a possessive or a plural s; a name of one letter as a capital alone. Words are found where eight in a row
are somebody's, however they are set. In scripts that put no space between words each sign counts as one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

RUN = 8  # words in a row that are somebody's own
ALIAS, NAME, WORDS, INITIALS = "alias", "name", "words", "initials"
STOPS = frozenset({ALIAS, NAME, WORDS})  # initials are a quiet hint
LEAST = 3  # letters of a part of a name that stands alone
# between the first and the last word of a name these are nobody's; shorter ones never stand alone
PARTICLES = frozenset(
    [
        *("del", "della", "las", "los", "dos", "das", "van", "von", "der", "den", "dem", "ter", "ten"),
        *("zum", "zur", "und", "bin", "ibn", "bint", "binti", "abu", "umm"),
    ]
)
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
WORD = re.compile(r"[A-Za-z0-9]+")
APOSTROPHES = "'’‘ʼ`´"
HYPHEN = re.compile(r"[\s\-‐‑]+")
CAPITALS = re.compile(r"(?<![^\W_])([A-Z](?:\.\s?[A-Z])*)\.|(?<![^\W_])([A-Z]{2,3})(?![^\W_])")
# one sign is a word: Thai, Lao, Burmese, Khmer, kana, Han
NO_SPACES = re.compile("[฀-໿က-႟ក-៿぀-ヿ㐀-䶿一-鿿豈-﫿𠀀-𯿿]")

Token = tuple[str, int, int]  # the word as it is compared, and where it stands
Runs = Mapping[tuple[str, ...], Mapping[str, None]]  # eight words, and the ids of all who wrote them


@dataclass(frozen=True)
class Person:
    """Somebody whom a text may not tell of: how they are called, and what they wrote, text by text."""

    id: str
    alias: str
    name: str = ""
    others: tuple[str, ...] = ()  # further aliases
    texts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Finding:
    """``start`` and ``end`` count code points in the section's text; ``person`` is whose name or words."""

    kind: str
    section: str
    start: int
    end: int
    person: str

    @property
    def stops(self) -> bool:
        return self.kind in STOPS


class Check:
    """The check against these people, for any number of notes."""

    def __init__(self, people: Sequence[Person]):
        self.people = people
        self._runs = _runs(people)

    def of(self, sections: Mapping[str, str], besides: str = "") -> list[Finding]:
        """Everything in these sections (key: text) that belongs to anybody, in the order of the text.

        ``besides`` is the id of the person whose own note it is.
        """
        others = [each for each in self.people if each.id != besides]
        found: list[Finding] = []
        for key, text in sections.items():
            tokens = list(tokens_of(text))
            for person in others:
                found += _names(key, text, tokens, person)
            found += _words(key, tokens, self._runs, besides)
            found += _initials(key, text, others)
        keys = list(sections)
        return sorted(found, key=lambda each: (keys.index(each.section), each.start, each.end, each.kind))

    def across(
        self, texts: Sequence[str], own: Sequence[bool], besides: str = ""
    ) -> list[tuple[int, Finding]]:
        """Eight words of somebody's that are split over texts which are read one after the other: the place
        of each text that holds some of them, with a finding there.

        ``own`` says of each text whether it is of the note of ``besides``; a run that lies in others alone is
        nobody's to have.
        """
        tokens = [(place, *token) for place, text in enumerate(texts) for token in tokens_of(text)]
        found: dict[tuple[int, str], tuple[int, int]] = {}
        for first in range(len(tokens) - RUN + 1) if self._runs else ():
            window = tokens[first : first + RUN]
            if window[0][0] == window[-1][0]:
                continue  # all of it in one text: ``of`` finds it
            but = besides if any(own[place] for place, *_ in window) else ""
            wrote = self._runs.get(tuple(word for _, word, _, _ in window), {})
            whose = next((each for each in wrote if each != but), None)
            for place, _, start, end in window if whose is not None else ():
                low, high = found.get((place, str(whose)), (start, end))
                found[place, str(whose)] = (min(low, start), max(high, end))
        return [
            (place, Finding(WORDS, "", start, end, whose)) for (place, whose), (start, end) in found.items()
        ]


def without(text: str, people: Sequence[Person], instead: str) -> str:
    """A text with other people's names replaced by ``instead``, where they are written as names.

    A name that is also a common word ("may", "rose") stays where it has no capital: the check stops there, so
    that a person can judge it.
    """
    places: list[tuple[int, int]] = []
    tokens = list(tokens_of(text))
    for person in people:
        for each in _names("", text, tokens, person):
            if not text[each.start : each.end].islower():
                places.append((each.start, each.end))
    for start, end in reversed(_apart(places)):
        text = text[:start] + instead + text[end:]
    return text


def tokens_of(text: str) -> Iterator[Token]:
    """The words of a text as they are compared: without capitals, accents and signs."""
    if text.isascii():
        for match in WORD.finditer(text):
            yield match[0].lower(), match.start(), match.end()
        return
    start: int | None = None
    for place, sign in enumerate(text):
        inside = _is_letter(sign) or (start is not None and _is_beside(sign))
        alone = NO_SPACES.match(sign) is not None and _is_letter(sign)
        if start is not None and (alone or not inside):
            yield from _token(text, start, place)
            start = None
        if alone:
            yield from _token(text, place, place + 1)
        elif inside and start is None:
            start = place
    if start is not None:
        yield from _token(text, start, len(text))


def plain(word: str) -> str:
    """A word without capitals, accents and signs that nobody sees."""
    apart = unicodedata.normalize("NFKD", word).casefold()
    kept = (each for each in apart if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return "".join(kept).translate(PLAIN)


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN"


def _is_beside(sign: str) -> bool:
    """Whether a sign belongs to the letter before it: an accent, or a joiner that nobody sees."""
    kind = unicodedata.category(sign)
    return kind[0] == "M" or kind == "Cf"


def _token(text: str, start: int, end: int) -> Iterator[Token]:
    word = plain(text[start:end])
    if word:
        yield word, start, end


# names


def _names(key: str, text: str, tokens: Sequence[Token], person: Person) -> list[Finding]:
    called = [(ALIAS, each) for each in (person.alias, *person.others)]
    found = [
        Finding(kind, key, start, end, person.id)
        for kind, name in (*called, *((NAME, each) for each in _parts(person.name)))
        for start, end in _places(text, tokens, name)
    ]
    return list({(each.start, each.end): each for each in reversed(found)}.values())


def _parts(name: str) -> list[str]:
    """A real name as it may stand: whole, and each of its words alone, without particles."""
    words = name.split()
    between = [each for each in HYPHEN.split(name) if plain(each) not in PARTICLES]
    single = [each for each in (*words[:1], *words[-1:], *between) if len(plain(each)) >= LEAST]
    return list(dict.fromkeys([name, *single])) if words else []


def _places(text: str, tokens: Sequence[Token], name: str) -> Iterator[tuple[int, int]]:
    wanted = [word for word, _, _ in tokens_of(name)]
    if not wanted:  # a name of signs alone
        sign = name.strip()
        yield from ((m.start(), m.end()) for m in re.finditer(re.escape(sign), text) if sign)
        return
    if len(wanted) == 1 and len(wanted[0]) == 1:
        yield from _letter_places(text, tokens, wanted[0])
        return
    last = len(wanted) - 1
    endings = {wanted[-1], wanted[-1] + "s"}
    for place in range(len(tokens) - last):
        if tokens[place + last][0] in endings and all(tokens[place + i][0] == wanted[i] for i in range(last)):
            yield tokens[place][1], tokens[place + last][2]


def _letter_places(text: str, tokens: Sequence[Token], letter: str) -> Iterator[tuple[int, int]]:
    """A name of one letter: as a capital, where there are any, and not as the end of "Mother'S"."""
    cased = letter.upper() != letter.lower()
    for word, start, end in tokens:
        inside = start > 1 and text[start - 1] in APOSTROPHES and text[start - 2].isalnum()
        if word == letter and not (cased and (inside or not text[start:end].isupper())):
            yield start, end


def _apart(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places that touch each other, made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


# words


def _runs(people: Sequence[Person]) -> Runs:
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for person in people:
        for text in person.texts:
            words = [word for word, _, _ in tokens_of(text)]
            for place in range(len(words) - RUN + 1):
                found.setdefault(tuple(words[place : place + RUN]), {})[person.id] = None
    return found


def _words(key: str, tokens: Sequence[Token], runs: Runs, besides: str) -> list[Finding]:
    words = [word for word, _, _ in tokens]
    found: list[Finding] = []
    for place in range(len(words) - RUN + 1) if runs else ():
        wrote = runs.get(tuple(words[place : place + RUN]), {})
        whose = next((each for each in wrote if each != besides), None)
        if whose is None:
            continue
        start, end = tokens[place][1], tokens[place + RUN - 1][2]
        if found and found[-1].person == whose and start <= found[-1].end:
            start = found.pop().start  # one place, however long
        found.append(Finding(WORDS, key, start, end, whose))
    return found


# initials


def _initials(key: str, text: str, people: Sequence[Person]) -> list[Finding]:
    of = {letters: person.id for person in people for letters in _letters(person)}
    return [
        Finding(INITIALS, key, match.start(), match.end(), of[letters])
        for match in CAPITALS.finditer(text)
        if (letters := "".join(filter(str.isalpha, match[0]))) in of
    ]


def _letters(person: Person) -> set[str]:
    """The initials of an alias and of a real name: of the first word, and of all."""
    found = set()
    for name in (person.alias, person.name):
        words = [word for word, _, _ in tokens_of(name)]
        if words:
            found |= {words[0][:1].upper(), "".join(each[:1] for each in words).upper()}
    return found
