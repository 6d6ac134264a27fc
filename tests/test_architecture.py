"""The code keeps the shape that docs and people rely on; each rule is tried on a made-up violation first."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

import pytest

from tests.house.environment import ROOT

Sources = dict[str, str]
TEXT = (".py", ".js", ".css", ".html")
LONGEST = 400

CORE = {"app.core", "app.exercises", "app.library"}
FOUNDATION = CORE | {"app.config", "app.runtime", "app.db", "app.access", "app.safety", "app.regions"}
PAGES = FOUNDATION | {"app.services", "app.sign_in", "app.hashing", "app.papers", "app.charts"}
# who may import which of our own packages; whoever is not named here starts the program and may import all
# but the factory and realtime
MAY_IMPORT = {
    "app.exercises": {"app.exercises"},
    "app.library": {"app.library", "app.exercises"},
    "app.core": CORE,
    "app.migrations": {"app.migrations", "app.core"},
    "app.config": {"app.core"},
    "app.runtime": set(),
    "app.db": {"app.core"},
    "app.access": {"app.core"},
    "app.safety": {"app.config", "app.core"},
    "app.regions": CORE,
    "app.simulated_crowds": {"app.config", "app.runtime", "app.db", "app.access", "app.core"}
    | {"app.simulated", "app.simulated_words"},
    "app.hashing": {"app.runtime"},
    "app.services": FOUNDATION | {"app.simulated_crowds"},
    "app.sign_in": FOUNDATION | {"app.services", "app.hashing"},
    "app.loops": {"app.runtime", "app.core"},
    "app.on_call": FOUNDATION | {"app.loops"},
    "app.charts": {"app.charts"},
    "app.papers": CORE | {"app.runtime", "app.papers", "app.services", "app.charts"},
    "app.expiry": FOUNDATION | {"app.loops"},
    "app.pin": PAGES,
    "app.participant": PAGES | {"app.pin", "app.last_call", "app.places"},
    "app.private_form": PAGES | {"app.places", "app.last_call"},
    "app.consent_page": PAGES | {"app.places", "app.participant"},
    "app.own_lines": PAGES | {"app.places"},
    "app.last_call": PAGES | {"app.places"},
    "app.quick_exit": PAGES | {"app.pin", "app.places"},
    "app.places": {"app.core", "app.access", "app.services"},
    "app.keepsake": PAGES | {"app.participant", "app.pin"},
    "facilitator": PAGES | {"facilitator"},
    "realtime": FOUNDATION | {"app.loops", "realtime"},
}
CORE_LIBRARIES = {"blinker", "cryptography", "pydantic", "sqlalchemy", "sqlmodel"}


def modules(sources: Sources) -> Iterator[tuple[str, str, ast.Module]]:
    """Path, package and syntax tree of each module of the program itself."""
    for path, text in sources.items():
        if path.endswith(".py") and path.startswith(("app/", "facilitator/", "realtime/")):
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            yield path, ".".join(parts[:2]) if parts[0] == "app" else parts[0], ast.parse(text)


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, inside functions too; ``from app import db`` is ``app.db``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            yield from ([f"app.{alias.name}" for alias in node.names] if name == "app" else [name])


def package(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "app" else parts[0]


def imports_of_ours(sources: Sources) -> list[str]:
    found = []
    for path, own, tree in modules(sources):
        for name in map(package, imported(tree)):
            if name.partition(".")[0] not in ("app", "facilitator", "realtime") or name == own:
                continue
            everything_but = {
                "app.factory": own != "app.cli",
                "realtime": own not in ("app.factory", "realtime"),
            }
            if everything_but.get(name) or name not in MAY_IMPORT.get(own, {name}):
                found.append(f"{path} imports {name}")
    return found


def libraries_of_core(sources: Sources) -> list[str]:
    known = CORE_LIBRARIES | set(sys.stdlib_module_names) | {"app"}
    return [
        f"{path} imports {name}"
        for path, own, tree in modules(sources)
        if own == "app.core"
        for name in imported(tree)
        if name.partition(".")[0] not in known
    ]


def queries_in_pages(sources: Sources) -> list[str]:
    pages = (
        "app.participant",
        "app.pin",
        "app.places",
        "app.private_form",
        "app.consent_page",
        "app.own_lines",
        "app.last_call",
        "app.quick_exit",
        "app.keepsake",
        "app.sign_in",
        "facilitator",
        "realtime",
    )
    return [
        f"{path} imports {name}"
        for path, own, tree in modules(sources)
        if own in pages
        for name in imported(tree)
        if name.startswith(("sqlalchemy", "sqlmodel"))
    ]


def eventlet_elsewhere(sources: Sources) -> list[str]:
    return [
        f"{path} imports {name}"
        for path, _, tree in modules(sources)
        if path != "app/runtime.py"
        for name in imported(tree)
        if name.partition(".")[0] in ("eventlet", "greenlet") or "async_drivers" in name
    ]


def calls(sources: Sources, method: str, *allowed: str) -> list[str]:
    """Where ``something.method(…)`` is called outside of the files that may."""
    return [
        f"{path}:{node.lineno} calls .{method}()"
        for path, _, tree in modules(sources)
        if not any(fnmatch(path, each) for each in allowed)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]


def emits(sources: Sources) -> list[str]:
    return calls(sources, "emit", "realtime/emit.py")


def commits(sources: Sources) -> list[str]:
    return calls(sources, "commit", "app/db.py", "app/migrations/*")


def marked_safe(sources: Sources) -> list[str]:
    wrong = {
        ".py": r"\bMarkup\b|render_template_string",
        ".html": r"\|\s*safe\b|\bautoescape\s+false|\bMarkup\b",
        ".js": r"\.innerHTML\b|\.outerHTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(",
    }
    return found_in(sources, wrong)


def inline(sources: Sources) -> list[str]:
    """Scripts and styles inside a page, which the content security policy would drop."""
    return found_in(sources, {".html": r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:"})


def trusted_types(sources: Sources) -> list[str]:
    rest = {path: text for path, text in sources.items() if path != "static/js/live.js"}
    return found_in(rest, {".js": r"createPolicy|trustedTypes"})


def too_long(sources: Sources) -> list[str]:
    counts = {path: len(text.splitlines()) for path, text in sources.items() if path.endswith(TEXT)}
    history = "app/migrations/versions/"
    return [
        f"{path} has {lines} lines"
        for path, lines in counts.items()
        if lines > LONGEST and not path.startswith(history)
    ]


def found_in(sources: Sources, patterns: dict[str, str]) -> list[str]:
    return [
        f"{path}: {match.group().strip()}"
        for path, text in sources.items()
        for ending, pattern in patterns.items()
        if path.endswith(ending) and not path.startswith("tests/")
        for match in re.finditer(pattern, text)
    ]


RULES: list[tuple[Callable[[Sources], list[str]], Sources]] = [
    (imports_of_ours, {"app/core/x.py": "from app.db import Database"}),
    (imports_of_ours, {"app/core/x.py": "def f():\n    from app import participant"}),
    (imports_of_ours, {"app/exercises/x.py": "import app.core.models"}),
    (imports_of_ours, {"facilitator/x.py": "from realtime.emit import emit"}),
    (imports_of_ours, {"facilitator/x.py": "from app import participant"}),
    (imports_of_ours, {"realtime/x.py": "import facilitator.console"}),
    (imports_of_ours, {"app/participant.py": "from facilitator import pages"}),
    (imports_of_ours, {"app/demo.py": "from realtime import bus"}),
    (imports_of_ours, {"app/sandbox.py": "from app.factory import create_app"}),
    (imports_of_ours, {"app/db.py": "from app.services import services"}),
    (libraries_of_core, {"app/core/x.py": "from flask import current_app"}),
    (libraries_of_core, {"app/core/x.py": "import socketio"}),
    (queries_in_pages, {"facilitator/x.py": "from sqlalchemy import select"}),
    (eventlet_elsewhere, {"app/db.py": "def f():\n    import eventlet.tpool"}),
    (emits, {"realtime/push.py": "server.emit('region', {})"}),
    (commits, {"app/core/x.py": "db.commit()"}),
    (marked_safe, {"app/regions.py": "from markupsafe import Markup"}),
    (marked_safe, {"templates/x.html": "{{ text | safe }}"}),
    (marked_safe, {"static/js/x.js": "box.innerHTML = text"}),
    (inline, {"templates/x.html": '<p style="color: red">'}),
    (inline, {"templates/x.html": "<script>go()</script>"}),
    (inline, {"templates/x.html": '<button onclick="go()">'}),
    (trusted_types, {"static/js/x.js": "policies.createPolicy('x', {})"}),
    (too_long, {"app/x.py": "\n" * 401}),
]


@pytest.fixture(scope="module")
def sources() -> Sources:
    """Every file of ours that is under version control or about to be."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [name for name in names if name.endswith(TEXT) and not name.startswith("static/vendor/")]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in ours if (ROOT / name).exists()}


@pytest.mark.parametrize(
    "rule", list(dict.fromkeys(rule for rule, _ in RULES)), ids=lambda rule: rule.__name__
)
def test_the_code_keeps_the_rule(sources: Sources, rule: Callable[[Sources], list[str]]) -> None:
    assert len(sources) > 100
    assert rule(sources) == []


@pytest.mark.parametrize(("rule", "violation"), RULES)
def test_the_rule_sees_a_violation(rule: Callable[[Sources], list[str]], violation: Sources) -> None:
    assert len(rule(violation)) == 1


def test_every_package_of_the_program_has_its_place_among_the_rules(sources: Sources) -> None:
    starts = {"app", "app.__main__", "app.cli", "app.factory", "app.demo", "app.demo_data", "app.sandbox"}
    starts |= {"app.simulated", "app.simulated_words", "app.simulated_rich"}
    assert {own for _, own, _ in modules(sources)} <= MAY_IMPORT.keys() | starts


def test_the_domain_loads_no_framework() -> None:
    ask = "import sys, json, app.core.commands, app.core.console; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "app.core.answers" in loaded
    assert not loaded & {"flask", "werkzeug", "jinja2", "socketio", "engineio", "eventlet", "alembic"}


def test_the_process_that_makes_a_file_sees_its_input_alone() -> None:
    """Neither the application nor the database, and nothing with which it could reach out."""
    ask = "import sys, json; from app.papers import press, pdf, docx; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert {each for each in loaded if each.startswith(("app.", "facilitator", "realtime"))} == {
        *("app.papers", "app.papers.press", "app.papers.pdf", "app.papers.docx")
    }
    assert not loaded & {
        "flask",
        "sqlalchemy",
        "sqlmodel",
        "eventlet",
        "requests",
        "socketio",
        "cryptography",
    }


def test_a_response_type_is_one_word_in_three_places(sources: Sources) -> None:
    from app.exercises import TYPES

    for name in TYPES:
        assert f"app/exercises/{name}.py" in sources
        assert f"templates/exercises/{name}.html" in sources
        assert f"static/js/exercises/{name.replace('_', '-')}.js" in sources


def test_a_region_of_each_viewer_is_one_partial(sources: Sources) -> None:
    from app import regions

    named = {
        "participant": {*regions.SHARED, *regions.PERSONAL, *regions.WAITING},
        "facilitator": set(regions.CONSOLE),
        "display": set(regions.WALL),
    }
    for viewer, names in named.items():
        folder = f"templates/regions/{viewer}/"
        files = {
            path.removeprefix(folder).removesuffix(".html") for path in sources if path.startswith(folder)
        }
        assert names <= files
