"""The words of charts in a language, without a request: the interface's catalogues, read directly."""

import gettext as catalogues
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "translations"


class Words:
    """Gives texts in one language; what has no translation stays in English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language.replace("-", "_"))

    def gettext(self, text: str, /, **values: Any) -> str:
        found = self._catalogue.gettext(text)
        return found % values if values else found

    def ngettext(self, one: str, many: str, number: int, /, **values: Any) -> str:
        return self._catalogue.ngettext(one, many, number) % ({"num": number} | values)


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("messages", FOLDER, [language], fallback=True)
