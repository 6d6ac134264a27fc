"""What a test looks at in a page as the browser gets it."""

from html.parser import HTMLParser

STOPS = ("button", "input", "select", "textarea", "summary")


class Page(HTMLParser):
    """What matters of a page: its title, headings, fields and labels, anything inline, what a preview of it
    would tell, its scripts, and where the Tab key stops.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings, self.titles = 0, ""
        self.inline: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.labelled: set[str] = set()
        self.told: list[str] = []  # what chats and browsers make a preview or an application of
        self.scripts: list[dict[str, str]] = []
        self.stops: list[dict[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self._open.append(tag)
        self.headings += tag == "h1"
        self.inline += [name for name in values if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and not values.get("src")) else []
        if tag == "meta":
            self.told += [values.get("property", "")] if "property" in values else []
            self.told += [name for name in (values.get("name", ""),) if name in ("description", "author")]
        if tag == "link" and values.get("rel") not in ("icon", "preload", "stylesheet"):
            self.told.append(values.get("rel", ""))
        if tag == "script":
            self.scripts.append(values)
        if (tag in STOPS or (tag == "a" and "href" in values)) and values.get("type") != "hidden":
            self.stops.append(values)
        if tag == "label":
            self.labelled.add(values.get("for", ""))
        if tag in ("input", "textarea", "select") and values.get("type") != "hidden":
            self.fields.append(values | {"in a label": str("label" in self._open)})

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"] and "svg" not in self._open:  # a picture has a title of its own
            self.titles += data

    @property
    def unlabelled(self) -> list[dict[str, str]]:
        return [
            field
            for field in self.fields
            if field["in a label"] != "True" and field.get("id") not in self.labelled
        ]
