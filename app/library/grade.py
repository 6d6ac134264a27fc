"""How hard a text is to read: the Flesch-Kincaid school grade (grade 7 is about 12 years)."""

import re


def grade(text: str) -> float:
    """Return the grade of an English text; 0 for one without words."""
    sentences = [part for part in re.split(r"[.!?]+(?=\s|['\"”]|$)", text) if re.search("[a-zA-Z]", part)]
    words = re.findall(r"[A-Za-z]+(?:['’][A-Za-z]+)?", text)
    if not words:
        return 0.0
    sounds = sum(map(_syllables, words))
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * sounds / len(words) - 15.59


def _syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    if re.search(r"[^td]ed$", word) and groups > 1:
        groups -= 1
    return max(1, groups)
