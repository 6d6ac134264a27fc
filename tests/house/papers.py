"""Opens what we made with programs that are not ours, and says what stands in it."""

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tests.house import tools

needs_poppler = pytest.mark.skipif(
    tools.pdftotext() is None, reason=f"Poppler is missing: {tools.how_to_install(['poppler-utils'])}"
)
needs_libreoffice = pytest.mark.skipif(
    tools.libreoffice() is None,
    reason=f"LibreOffice is missing: {tools.how_to_install(['libreoffice-writer-nogui'])}",
)
# what a reader of PDF puts between letters to keep their order, and we put into words longer than a line
UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def words_of(pdf: bytes) -> str:
    """The text of a PDF in reading order, with single spaces."""
    return squeezed(_run("pdftotext", "-raw", "-", "-", given=pdf))


def squeezed(text: str) -> str:
    """A text as it is compared: without signs nobody sees, and with single spaces."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def unspaced(text: str) -> str:
    """A text without any space, to find what was broken over lines."""
    return squeezed(text).replace(" ", "")


def facts_of(pdf: bytes) -> dict[str, str]:
    """What a PDF says about itself: title, tags, size of the page."""
    lines = _run("pdfinfo", "-", given=pdf).splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def structure_of(pdf: bytes) -> str:
    """The tags of a PDF, as a screen reader goes through them."""
    return _run("pdfinfo", "-struct-text", "-", given=pdf)


def words_of_docx(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """The text of some documents by name, as LibreOffice reads them: all in one start, which is slow."""
    for name, data in files.items():
        (folder / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ("--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(folder))
    paths = [str(folder / f"{name}.docx") for name in files]
    subprocess.run(["soffice", profile, *convert, *paths], capture_output=True, check=True, timeout=100)
    return {name: squeezed((folder / f"{name}.txt").read_text(encoding="utf-8-sig")) for name in files}


def _run(*command: str, given: bytes) -> str:
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    return done.stdout.decode()
