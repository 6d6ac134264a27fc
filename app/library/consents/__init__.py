"""The shipped consent text, confidentiality limits and agreement, in every language of the interface."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

HERE = Path(__file__).resolve().parent
KINDS = ("consent", "limits", "agreement")
LANGUAGES = ("en", "es")  # of the interface; a text counts only when it is there in all of them
LONGEST = 6000  # code points


@cache
def shipped(kind: str) -> Mapping[str, str]:
    """A text to begin with, by language."""
    read = yaml.safe_load((HERE / f"{kind}.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({language: read[language].strip() for language in LANGUAGES})
