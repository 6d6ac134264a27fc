"""One browser of a facilitator, without the browser: every page it visits is checked."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.house.pages import Page


class Browser:
    """One browser. Every page it visits is checked for what must hold on all of them."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def visit(self, path: str, expect: int = 200) -> str:
        return self._checked(self.client.get(path), expect)

    def goes(self, path: str) -> str:
        """Where a path leads."""
        return self.client.get(path).headers["Location"]

    def send(self, path: str, expect: int = 303, **fields: Any) -> Any:
        answer = self.client.post(path, data=fields | {"csrf_token": self.token()})
        if answer.status_code in (302, 303):
            assert expect == 303
            return answer.headers["Location"]
        return self._checked(answer, expect)

    def fetch(self, path: str, value: Any) -> Any:
        return self.client.post(path, json=value, headers={"X-CSRFToken": self.token()})

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/").text)
        assert found
        return found[1]

    def _checked(self, answer: Any, expect: int) -> str:
        assert answer.status_code == expect, answer.text
        page = Page(answer.text)
        assert page.titles == "Concentric"
        assert page.headings == 1
        assert not page.inline
        assert not [field for field in page.unlabelled if not field.get("aria-label")]
        assert answer.headers["Cache-Control"] == "no-store"
        return str(answer.text)
