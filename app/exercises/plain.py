"""What a written text may hold, and how one that may not is refused."""

import re
import unicodedata

MARKS = 30  # the longest run of accents on one letter (Unicode's stream-safe limit)

# Signs nobody sees that reorder or hide what stands beside them. The two joiners (U+200C, U+200D) stay:
# Persian, Hindi and many emoji are wrong without them.
UNSEEN = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
# Controls and lone surrogates break encoders, terminals and PostgreSQL (NUL) further on.
BROKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")


def N_(sentence: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return sentence


NOT_TEXT = N_("This has to be written text.")
CONTROL = N_("This text holds signs that cannot be stored. Please write it again.")
HEAPED = N_("Too many accents stand on one letter.")
TOO_LONG = N_("This text is too long. It can have 4,000 characters.")
LINE_TOO_LONG = N_("This line is too long. It can have 300 characters.")
NOT_LIST = N_("This has to be a list.")
TOO_MANY = N_("There are more entries than boxes.")
NOT_NUMBER = N_("This has to be a whole number from 0 to 10.")
NOT_CHOICE = N_("Please choose one of the answers given.")
UNKNOWN = N_("This question is not asked here.")
NOT_ANSWER = N_("The answer has to be a list of questions with what was written.")
PASSED_AND_WROTE = N_("Passing and answering at once is not possible.")
EMPTY = N_("Nothing is written yet.")
ANSWER_TOO_LONG = N_("The answer is too long. It can have 12,000 characters in all.")


class Unreadable(Exception):
    """An answer is refused: `key` is the prompt (or ""); `sentence` says why and repeats none of it."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key
        self.sentence = sentence


def clean(value: object, key: str = "", limit: int = 4000, too_long: str = TOO_LONG) -> str:
    """Return the text in NFC, without unseen signs and outer white space, or raise Unreadable."""
    if not isinstance(value, str):
        raise Unreadable(key, NOT_TEXT)
    if len(value) > 4 * limit:  # composing can only shrink a text so far: do not spend time on the rest
        raise Unreadable(key, too_long)
    text = LINE_ENDS.sub("\n", value)
    if not (text.isascii() and text.isprintable()):
        text = _seen(text, key)
    text = text.strip()
    if len(text) > limit:
        raise Unreadable(key, too_long)
    return text


def _seen(text: str, key: str) -> str:
    if BROKEN.search(text):
        raise Unreadable(key, CONTROL)
    text = text.translate(UNSEEN)
    _refuse_heaps(text, key)  # before composing, which takes the square of a run's length
    text = unicodedata.normalize("NFC", text)
    _refuse_heaps(text, key)  # and after, since a few signs come apart: what was read can be read again
    return text


def _refuse_heaps(text: str, key: str) -> None:
    if not any(map(unicodedata.combining, text)):
        return  # most texts; the loop below takes milliseconds of a long one
    run = 0
    for sign in text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run > MARKS:
            raise Unreadable(key, HEAPED)


def is_empty(text: str) -> bool:
    """Say whether a cleaned text shows nothing: only spaces, joiners and the like."""
    return all(unicodedata.category(sign)[0] in "ZC" for sign in text)
