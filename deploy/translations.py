"""Gather the interface's texts, bring the catalogues up to date and compile them; --check only compares."""

import argparse
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "app" / "translations"
LANGUAGES = ("es",)  # English is in the texts themselves
HEADER = "# The texts of Concentric's pages. `make translations` gathers new ones."
METHODS = [
    ("app/**.py", "python"),
    ("facilitator/**.py", "python"),
    ("realtime/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
# A template that cannot be read must not drop out of the catalogue in silence.
STRICT = {"silent": "false", "trimmed": "true"}
OPTIONS = {"templates/**.html": STRICT, "templates/**.txt": STRICT}


def gathered() -> Catalog:
    """All texts that the code and the templates mark for translation."""
    catalog = Catalog(project="Concentric", charset="utf-8")
    for folder in ("app", "facilitator", "realtime", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS],
            {pattern.removeprefix(f"{folder}/"): options for pattern, options in OPTIONS.items()},
            comment_tags=("Translators:",),
        )
        for filename, line, message, comments, context in found:
            place = [(f"{folder}/{filename}", line)]
            catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def updated(language: str, template: Catalog) -> dict[Path, bytes]:
    """What the catalogue of a language and its compiled form should hold, translations kept."""
    source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if source.exists():
        with source.open("rb") as file:
            catalog = read_po(file, locale=language)
    else:
        catalog = Catalog(language, header_comment=HEADER, project="Concentric", charset="utf-8", fuzzy=False)
    # A guess at a changed sentence could say something else to a person in distress, so nothing is guessed.
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalog, width=110, sort_by_file=True, include_lineno=False)
    write_mo(compiled, catalog)
    return {source: text.getvalue(), source.with_suffix(".mo"): compiled.getvalue()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="fail when something is out of date; change nothing"
    )
    check = parser.parse_args().check
    template = gathered()
    for language in LANGUAGES:
        for path, content in updated(language, template).items():
            if path.exists() and path.read_bytes() == content:
                continue
            if check:
                raise SystemExit(f"{path.relative_to(ROOT)} is out of date: run `make translations`.")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main()
