"""What a start leaves behind for the next one, so that a room is back soon after a restart."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment

from app.config import from_environment
from app.db import Database
from app.factory import create_app
from tests.house.environment import environment

PAGE = "participant/help.html"


def application(url: str, database: Database, var: Path) -> Flask:
    return create_app(from_environment(environment(url, CONCENTRIC_VAR=str(var))), database)


def test_what_one_start_has_compiled_the_next_one_reads(
    sqlite_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = application(sqlite_url, database, tmp_path / "var")
    first.jinja_env.get_template(PAGE)

    def compiles(*_given: Any, **_more: Any) -> None:
        raise AssertionError("a template was compiled again")

    monkeypatch.setattr(Environment, "compile", compiles)
    assert application(sqlite_url, database, tmp_path / "var").jinja_env.get_template(PAGE).name == PAGE
    with pytest.raises(AssertionError):
        application(sqlite_url, database, tmp_path / "elsewhere").jinja_env.get_template(PAGE)


def test_the_compiled_templates_are_for_this_account_alone(
    sqlite_url: str, database: Database, tmp_path: Path
) -> None:
    application(sqlite_url, database, tmp_path / "var")
    assert (tmp_path / "var" / "templates").stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_templates_are_compiled_at_each_start(
    sqlite_url: str, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "var").write_text("a file where the folder should be", encoding="utf-8")
    app = application(sqlite_url, database, tmp_path / "var")
    assert app.jinja_env.get_template(PAGE).name == PAGE
