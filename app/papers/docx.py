"""Sets a paper as a file for a word processor: headings, title and language, and nobody named as its author.

Runs in the process of ``press`` alone. It knows the blocks of which notes consist; a paper with pictures is a
PDF.
"""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

INK, INK_2, ACT = RGBColor(0x22, 0x1F, 0x25), RGBColor(0x54, 0x4F, 0x57), RGBColor(0x1F, 0x44, 0x59)
FACE = "Georgia"  # on most machines; a word processor takes another serif where it is missing
# what may stand in a paragraph's settings behind its direction; word processors insist on the order
AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def make(paper: dict[str, Any]) -> bytes:
    """The bytes of the file."""
    document = Document()
    _describe(document, paper)
    _style(document, paper)
    _lay_out(document, paper)
    _frame(document, paper)
    for block in paper["blocks"]:
        SET[block["kind"]](document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _describe(document: Any, paper: dict[str, Any]) -> None:
    """What the file says of itself: its title and language, no author, no program."""
    told, at = document.core_properties, datetime.now(UTC).replace(tzinfo=None)
    for name in ("author", "last_modified_by", "comments", "keywords", "subject", "category"):
        setattr(told, name, "")
    told.title, told.language, told.created, told.modified = paper["about"], paper["language"], at, at


def _style(document: Any, paper: dict[str, Any]) -> None:
    styles = document.styles
    for name, size, colour, before, after in (
        ("Normal", 10.5, INK, 0, 6),
        ("Title", 22, INK, 0, 4),
        ("Heading 1", 13, ACT, 18, 6),
        ("Heading 2", 11, ACT, 12, 4),
    ):
        style = styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FACE, Pt(size), colour
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FACE)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
    border = styles["Title"].element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)
    styles["Normal"].paragraph_format.line_spacing = 1.25
    for language in styles.element.iter(qn("w:lang")):
        for attribute in ("w:val", "w:bidi", "w:eastAsia"):
            language.set(qn(attribute), paper["language"])


def _lay_out(document: Any, paper: dict[str, Any]) -> None:
    """A4, with the footer and the number of the page."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(24)
    line = section.footer.paragraphs[0]
    _say(line, paper["footer"] + "    ", soft=True)
    for each in re.split(r"(\{n\}|\{of\})", paper["page"]):
        if each in ("{n}", "{of}"):
            _number(line, "PAGE" if each == "{n}" else "NUMPAGES")
        else:
            _say(line, each, soft=True)


def _frame(document: Any, paper: dict[str, Any]) -> None:
    if paper["over"]:
        _say(document.add_paragraph(), paper["over"], soft=True)
    document.add_paragraph(style="Title").add_run(_clean(paper["title"]))
    for told in paper["under"]:
        _say(document.add_paragraph(), told, soft=True)


# the blocks


def _heading(document: Any, block: dict[str, Any]) -> None:
    _say(_towards(document.add_heading(level=block["level"]), block["dir"]), block["text"])


def _text(document: Any, block: dict[str, Any]) -> None:
    line = _towards(document.add_paragraph(), block["dir"])
    _say(line, block["text"], soft=block["soft"], rtl=block["dir"] == "rtl")


def _words(document: Any, block: dict[str, Any]) -> None:
    if block["by"] or block["also"]:
        line = _towards(document.add_paragraph(), block["dir"])
        _say(line, block["by"], strong=True)
        _say(line, f"  {block['also']}" if block["also"] else "", soft=True)
        line.paragraph_format.keep_with_next = True
    if block["label"]:
        line = _towards(document.add_paragraph(), block["dir"])
        _say(line, block["label"], soft=True)
        line.paragraph_format.keep_with_next = True
    line = _towards(document.add_paragraph(), block["dir"])
    line.paragraph_format.left_indent = Mm(4)
    _say(line, block["text"], rtl=block["dir"] == "rtl")


def _items(document: Any, block: dict[str, Any]) -> None:
    for each in block["entries"]:
        _say(document.add_paragraph(style="List Bullet"), each)


def _table(document: Any, block: dict[str, Any]) -> None:
    table = document.add_table(rows=0, cols=len(block["head"]))
    table.style = "Table Grid"
    for at, row in enumerate([block["head"], *block["rows"]]):
        cells = table.add_row().cells
        for column, said in enumerate(row):
            line = cells[column].paragraphs[0]
            _say(line, said, strong=at == 0)
            if column in block["numbers"]:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    heads = table.rows[0]._tr.get_or_add_trPr()
    heads.append(OxmlElement("w:tblHeader"))  # screen readers take the first row for the names of the columns
    document.add_paragraph()


def _rule(document: Any, block: dict[str, Any]) -> None:
    document.add_paragraph()


SET: dict[str, Callable[[Any, dict[str, Any]], None]] = {
    "heading": _heading,
    "text": _text,
    "words": _words,
    "items": _items,
    "table": _table,
    "rule": _rule,
}


def _say(line: Any, said: str, soft: bool = False, strong: bool = False, rtl: bool = False) -> None:
    """Adds words to a paragraph; their line ends stay line ends."""
    for at, part in enumerate(_clean(said).split("\n")):
        run = line.add_run()
        if at:
            run.add_break()
        run.add_text(part)
        run.bold = True if strong else None
        if soft:
            run.font.size, run.font.color.rgb = Pt(9), INK_2
        if rtl:
            run.font.rtl = True


def _towards(line: Any, direction: str) -> Any:
    if direction == "rtl":
        line._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
    return line


def _number(line: Any, field: str) -> None:
    """A number that the word processor fills in."""
    run = line.add_run()
    run.font.size, run.font.color.rgb = Pt(9), INK_2
    for kind, said in (("begin", None), (None, field), ("end", None)):
        if said is not None:
            element = OxmlElement("w:instrText")
            element.text = said
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _clean(said: str) -> str:
    return NOT_IN_XML.sub("", said)
