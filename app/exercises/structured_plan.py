"""structured_plan: a text for each section, named by the prompt's options.

Data: `{"sections": {label: text}}`, a text of at most 2,000 code points; empty sections fall away.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import N_
from app.exercises.shapes import labelled, text

SECTION = 2000
SECTION_TOO_LONG = N_("This text is too long. It can have 2,000 characters.")


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections that hold something, or raise Unreadable."""
    return labelled(value, "sections", prompt, lambda each, key: text(each, key, SECTION, SECTION_TOO_LONG))


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether nothing of the plan is written."""
    return not value["sections"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return each section after its name."""
    return "\n".join(f"{label} {kept}" for label, kept in value["sections"].items())
