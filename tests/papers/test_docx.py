"""A paper as DOCX, opened by LibreOffice: every word as it was written, and nobody named as its author."""

import io
import zipfile
from pathlib import Path

import pytest

from app.papers import blocks, docx
from tests.house.papers import needs_libreoffice, squeezed, words_of_docx

WORDS = ("<b>&amp; *a* #import", "line one\n\nline two", "مرحبا بالعالم", "日本語で書く 😀", "{n} {of} {{x}}")


def paper(*content: blocks.Block | None, language: str = "en") -> bytes:
    more = {"over": "Oak", "under": ["Signed by Fola."], "footer": "Group note", "page": "Page {n} of {of}"}
    return docx.make(blocks.paper("Group note", language, content, **more))


def inside(made: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(made)).read(name).decode()


@needs_libreoffice
def test_every_word_is_there_when_another_program_opens_it(tmp_path: Path) -> None:
    content = [
        *[blocks.words(each, by="Amal", also="With name", label="Asked?") for each in WORDS],
        blocks.heading("Assessment"),
        blocks.heading("Below it", 2),
        blocks.text("A line of ours.", soft=True),
        blocks.items(["one thing", "another"]),
        blocks.table(["Stage", "Took"], [["Talk", 5]], numbers=(1,)),
    ]
    told = words_of_docx({"note": paper(*content)}, tmp_path)["note"]
    for each in (*WORDS, "Group note", "Oak", "Signed by Fola.", "Amal", "Asked?", "Assessment", "Below it"):
        assert squeezed(each) in told
    for each in ("A line of ours.", "one thing", "Stage", "Took", "Talk"):
        assert each in told


def test_it_says_its_title_and_language_and_no_author() -> None:
    made = paper(blocks.words("x", by="Amal"), language="es")
    about = inside(made, "docProps/core.xml")
    assert "<dc:title>Group note</dc:title>" in about and "<dc:language>es</dc:language>" in about
    assert "<dc:creator></dc:creator>" in about and "<cp:lastModifiedBy></cp:lastModifiedBy>" in about
    assert "python-docx" not in about and "Amal" not in about
    assert 'w:val="es"' in inside(made, "word/styles.xml")


def test_headings_are_headings_and_a_table_names_its_columns() -> None:
    made = inside(paper(blocks.heading("One"), blocks.table(["A"], [["b"]])), "word/document.xml")
    assert 'w:pStyle w:val="Title"' in made and 'w:pStyle w:val="Heading1"' in made
    assert "<w:tblHeader/>" in made


def test_right_to_left_words_say_their_direction() -> None:
    made = inside(paper(blocks.words("שלום לכולם")), "word/document.xml")
    assert "<w:bidi/>" in made and "<w:rtl/>" in made
    assert made.index("<w:bidi/>") < made.index("<w:ind ")


def test_a_paper_with_pictures_is_no_docx() -> None:
    with pytest.raises(KeyError):
        paper(blocks.picture("<svg/>", "A line"))


def test_signs_that_no_document_may_hold_are_left_out() -> None:
    made = inside(paper(blocks.words("a\x00b\x0cc\ufffed")), "word/document.xml")
    assert "abcd" in made
