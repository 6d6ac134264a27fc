"""Proves what must hold in the library; run as `python -m app check-library`.

An error is a promise broken (a sum, an id, a rule of the course); a warning is work for a person (a text that
is hard to read, a review still to be done).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.pofile import read_po

from app.exercises import clean
from app.library import small
from app.library.course import check_programmes
from app.library.grade import grade
from app.library.items import Exercise, Programme, Prompt, Reviewed
from app.library.loading import HERE, Items, build, read_files
from app.library.measures import Damaged, bundled, others

# Options a type needs: at least, at most. Types not named take none.
OPTIONS = {
    "single_choice": (2, 20),
    "multi_choice": (2, 20),
    "scale_0_10": (2, 2),
    "grid_2x2": (4, 4),
    "two_lists": (2, 2),
    "matrix": (2, 8),
    "roleplay_pair": (2, 4),
    "structured_plan": (2, 8),
    "compare": (1, 4),
    "closeness_circle": (2, 8),
    "feedback": (0, 1),  # "all": one line to everybody
}
BOXES = (2, 6)  # labels of short_texts, which may also have none
TAPPED = ("free_text", "short_texts")
GRIEF = {
    "remember_the_person",
    "balanced_picture",
    "unsent_words",
    "reconnect_after_loss",
    "goodbye_old_role",
}
GRADE = 7.0
OPTION_LENGTH = 300
TRANSLATIONS = HERE.parent / "translations"


def check(data: dict[str, Any] | None = None) -> tuple[list[str], list[str]]:
    """Return errors and warnings about the shipped files, or about `data` in the shape of `read_files`."""
    data = read_files() if data is None else data
    items = build(data)
    errors, warnings = list(items.errors), list[str]()
    for exercise in items.exercises.values():
        errors += _exercise_errors(exercise)
        warnings += _hard_to_read(exercise)
    errors += check_programmes(items)
    rule = small.read_rule(data["small_group"], errors)
    errors += small.rule_errors(rule, items.exercises) if rule else ()
    errors += _pointer_errors(items, rule)
    errors += _measure_errors(items)
    warnings += untranslated()
    unreviewed = [item for item in (*_reviewed(items), rule) if item and item.reviewed_by is None]
    if unreviewed:
        warnings.append(f"{len(unreviewed)} items are not yet reviewed by a clinician")
    for item in _reviewed(items):
        if item.version < 1 or (item.reviewed_by is None) != (item.reviewed_on is None):
            errors.append(f"{getattr(item, 'id', 'when_a_member_leaves')}: version or review")
    return errors, warnings


def main() -> int:
    """Print what was found and return 1 if anything is wrong, else 0."""
    try:
        data = read_files()
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as unreadable:
        print(f"WRONG: a file cannot be read: {unreadable}")
        return 1
    errors, warnings = check(data)
    for line in warnings:
        print("warning:", line)
    for line in errors:
        print("WRONG:", line)
    counts = f"{len(data['exercises'])} exercises, {len(data['programmes'])} programmes, a small group's rule"
    print(f"{counts}: {len(errors)} wrong, {len(warnings)} warnings")
    return 1 if errors else 0


def _measure_errors(items: Items) -> Iterator[str]:
    """Every measure can be read, and every one that a programme names is there with its words."""
    try:
        known = bundled()
        others()
    except Damaged as damaged:
        yield f"measure {damaged}"
        return
    for programme in items.programmes.values():
        for agenda in (*programme.sessions, *programme.meetings):
            for name in {name for row in agenda.rows for name in row.measures} - known.keys():
                yield f"{programme.id}, {agenda.id}: no measure {name}"


def untranslated(folder: Path = TRANSLATIONS) -> Iterator[str]:
    """What is missing in the languages of the interface; the library's own words are in English alone."""
    for catalogue in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        language = catalogue.parent.parent.name
        with catalogue.open("rb") as file:
            found = read_po(file, locale=language)
        empty = sum(1 for each in found if each.id and not all(_forms(each.string)))
        if empty:
            yield f"{language}: {empty} sentences of the interface are not translated"
        yield f"{language}: exercises and programmes are in English only"


def _forms(string: Any) -> list[str]:
    return list(string) if isinstance(string, (list, tuple)) else [string]


def _reviewed(items: Items) -> Iterator[Reviewed]:
    yield from items.exercises.values()
    yield from items.programmes.values()
    if items.when_a_member_leaves:
        yield items.when_a_member_leaves


def _exercise_errors(exercise: Exercise) -> Iterator[str]:
    where = f"exercise {exercise.id}"
    for field in ("phases", "areas", "perspectives"):
        known = getattr(exercise, field)
        if len(set(known)) != len(known):
            yield f"{where}: {field} twice"
    low, high = exercise.minutes
    if not 1 <= low <= high <= 60:
        yield f"{where}: minutes {low} to {high}"
    for field in ("phases", "areas", "steps", "prompts", "cue", "care"):
        if not getattr(exercise, field):
            yield f"{where}: no {field}"
    keys = [prompt.key for prompt in exercise.prompts]
    if len(set(keys)) != len(keys):
        yield f"{where}: a key twice"
    if exercise.id in GRIEF and "1:1 first" not in exercise.care:
        yield f"{where}: no care note for a sudden or recent death"
    words = (exercise.name, exercise.title, exercise.aim, exercise.cue, exercise.care)
    for text in (*words, *exercise.steps, *exercise.reading):
        if clean(text) != text:
            yield f"{where}: unclean text {text!r}"
    for prompt in exercise.prompts:
        yield from _prompt_errors(f"{where}, prompt {prompt.key}", prompt)


def _prompt_errors(where: str, prompt: Prompt) -> Iterator[str]:
    options = prompt.options
    need = OPTIONS.get(prompt.type) or (BOXES if prompt.type == "short_texts" and options else None)
    if need and not need[0] <= len(options) <= need[1]:
        yield f"{where}: {prompt.type} needs {need[0]} to {need[1]} options"
    if options and not need:
        yield f"{where}: {prompt.type} takes no options"
    if prompt.taps and prompt.type not in TAPPED:
        yield f"{where}: {prompt.type} takes no taps"
    for listed in (options, prompt.taps):
        if len(set(listed)) != len(listed):
            yield f"{where}: an option stands twice"
    for text in (prompt.text, *options, *prompt.taps):
        # An option is compared with what comes back cleaned: one that is not clean could never be chosen.
        if clean(text) != text or len(text) > OPTION_LENGTH:
            yield f"{where}: unclean or too long {text!r}"


def _hard_to_read(exercise: Exercise) -> Iterator[str]:
    read = [(f"{exercise.id}, reading {n}", text) for n, text in enumerate(exercise.reading, 1)]
    for prompt in exercise.prompts:
        long = (option for option in prompt.options if len(option.split()) > 4)
        read += [(f"{exercise.id}.{prompt.key}", text) for text in (prompt.text, *long)]
    for where, text in read:
        if grade(text) > GRADE:
            yield f"reading grade {grade(text):.1f}: {where}: {text}"


def _pointer_errors(items: Items, rule: small.SmallGroup | None) -> Iterator[str]:
    """Every source and every passage that an item points to stands in basis.md."""
    basis = (HERE / "basis.md").read_text(encoding="utf-8")
    passages = set(re.findall(r"^#+ ([\d.]+) ", basis, re.M))
    sources = set(re.findall(r"\*\*S(\d+)", basis))
    pointing: list[Exercise | Programme] = [*items.exercises.values(), *items.programmes.values()]
    found = [(item.id, str(item), item.basis) for item in pointing]
    found += [("small_group", rule.basis, rule.basis)] if rule else []
    for name, words, basis_of in found:
        missing = set(re.findall(r"basis (?:section )?(\d+(?:\.\d+)?)", words)) - passages
        missing |= {f"S{n}" for n in set(re.findall(r"\bS(\d+)", basis_of)) - sources}
        if missing:
            yield f"{name}: basis.md has no {', '.join(sorted(missing))}"
