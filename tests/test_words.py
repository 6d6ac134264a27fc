"""Words that appear nowhere, since they would promise what does not hold."""

import re

from tests.house.environment import ROOT

# whoever leads sees who wrote what, so nothing here is anonymous
NEVER = re.compile(r"anonym|anónim", re.IGNORECASE)
PLACES = ("templates", "static/js", "app", "facilitator", "realtime")
ENDINGS = {".html", ".js", ".py", ".yaml", ".json", ".po"}


def said() -> list[str]:
    """Every text that may reach a screen: templates, scripts, the program, the library, the translations."""
    return [
        str(path.relative_to(ROOT))
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*"))
        if path.suffix in ENDINGS and "vendor" not in path.parts
    ]


def test_nothing_is_called_anonymous() -> None:
    texts = said()
    assert len(texts) > 200 and any(name.endswith(".po") for name in texts)
    found = [name for name in texts if NEVER.search((ROOT / name).read_text(encoding="utf-8"))]
    assert found == []
