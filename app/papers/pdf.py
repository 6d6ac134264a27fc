"""Sets a paper as tagged PDF (PDF/UA-1): A4, readable without colour, with the fonts that Typst brings along.

Runs in the process of ``press`` alone. The template is ours; a paper goes into it as data.
"""

import json
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
ACCESSIBLE = "ua-1"  # its checks refuse a picture without words, a skipped heading, a letter without a shape
# How large a paper is set, and how much of a plan is told: 2 aims and questions, 1 aims, 0 names alone
FITS: tuple[dict[str, Any], ...] = tuple(
    {"size": size, "detail": detail}
    for size, detail in ((1, 2), (0.9, 2), (1, 1), (0.9, 1), (0.8, 1), (0.9, 0), (0.78, 0))
)
TOO_MUCH = "more than one page"  # as the template says it
NO_SHAPE = "could not be displayed with font"


def make(paper: dict[str, Any]) -> bytes:
    """The bytes of the file.

    A letter that no font here can draw would be an empty box, which PDF/UA forbids. The fonts of the machine
    are asked then; if they cannot either, the words stay in the file as text, and the paper says so.
    """
    for machine in (False, True):
        try:
            return _fitted(paper | {"unset": ""}, machine, [ACCESSIBLE])
        except typst.TypstError as refused:
            if NO_SHAPE not in refused.message:
                raise
    return _fitted(paper, True, [])


def _fitted(paper: dict[str, Any], machine: bool, standards: list[Any]) -> bytes:
    """A paper of one page is set smaller and told shorter until it fits; what fits in no way that can be read
    takes more than one.
    """
    for way in FITS if paper["one_page"] else ():
        try:
            return _set(paper | way, machine, standards)
        except typst.TypstError as refused:
            if TOO_MUCH not in refused.message:
                raise
    last = FITS[-1] if paper["one_page"] else FITS[0]
    return _set(paper | last | {"one_page": False}, machine, standards)


def _set(paper: dict[str, Any], machine: bool, standards: list[Any]) -> bytes:
    fonts = typst.Fonts(include_system_fonts=machine)
    given = {"paper": json.dumps(paper, ensure_ascii=False)}
    made = typst.Compiler(TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs=given).compile(
        format="pdf", pdf_standards=standards
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made
