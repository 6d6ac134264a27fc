"""Measures as data: their words, scoring and bands, each under its own licence.

Their words never pass through the interface's translations: a published translation is a file of its own.
What stands in ``separate/`` is under the licence that each file names, and holds no instrument's words.
"""

from functools import cache
from pathlib import Path

import yaml

from app.library.measures.reading import Damaged, blank_file, read
from app.library.measures.shapes import Band, Item, Measure, Other

__all__ = ["HERE", "Band", "Damaged", "Item", "Measure", "Other", "blank_file", "bundled", "others", "read"]

HERE = Path(__file__).resolve().parent
OTHERS = "others"


@cache
def bundled() -> dict[str, Measure]:
    """The measures that ship with their words, by id."""
    return {
        path.stem: read(path.read_text(encoding="utf-8"), path.stem)
        for path in sorted(HERE.glob("*.yaml"))
        if path.stem != OTHERS
    }


@cache
def others() -> dict[str, Other]:
    """The instruments whose wording is not here, by id."""
    raw = yaml.safe_load((HERE / f"{OTHERS}.yaml").read_text(encoding="utf-8"))
    separate = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(HERE.glob("separate/*.yaml"))
    }
    return {name: Other(id=name, **fields) for name, fields in (separate | raw).items()}
