"""Spanish is complete where participants read, and the catalogue holds what the code says now."""

import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from deploy.translations import CATALOGUES, LANGUAGES, gathered, updated
from tests.house.environment import ROOT
from tests.house.speech import PLACEHOLDER, READ_BY_PEOPLE, Spoken, catalogue, forms, read_by_people

ATTRIBUTES = r"\{% block \w+_(class|attrs) %\}.*?\{% endblock %\}"
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.relative_to(ROOT).as_posix().startswith((*READ_BY_PEOPLE, "templates/base.html"))
]


def test_every_place_that_speaks_to_people_is_gathered() -> None:
    spoken = {path for message in gathered() for path, _ in message.locations}
    for place in READ_BY_PEOPLE:
        assert any(path.startswith(place) for path in spoken), place


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_read_is_translated_with_its_placeholders(language: str) -> None:
    translated = catalogue(language)
    assert len(read_by_people()) > 200
    for words in read_by_people():
        message = translated.get(words)
        assert message is not None, f"not gathered: {words}"
        assert not message.fuzzy, words
        assert len(forms(message.string)) == (1 if isinstance(words, str) else 2), words
        names = {name for form in forms(words) for name in PLACEHOLDER.findall(form)}
        for translation in forms(message.string):
            assert translation.strip(), f"not translated: {words}"
            assert set(PLACEHOLDER.findall(translation)) == names, words
            assert "!" not in translation, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_what_the_code_and_the_templates_say_now(language: str) -> None:
    for path, content in updated(language, gathered()).items():
        assert path.read_bytes() == content, f"{path.name} is out of date: run `make translations`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = {tuple(forms(each.id)): forms(each.string) for each in read_mo(file) if each.id}
    written = {tuple(forms(words)): forms(each.string) for words, each in catalogue(language).items()}
    # what is not translated yet stays out, except that Babel keeps a plural's own words
    own = {words: list(words) for words, said in written.items() if len(words) > 1 and not all(said)}
    assert compiled == own | {words: said for words, said in written.items() if all(said)}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_no_words_of_a_template_go_past_the_catalogue(path: Path) -> None:
    source = re.sub(ATTRIBUTES, "", path.read_text(), flags=re.DOTALL)
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    words = {words for words in Spoken(source).words if re.search(r"[^\W\d_]{2}", words)}
    assert words <= {"Concentric"}
