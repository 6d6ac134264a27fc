"""docs/protocol.md says what the registry says: no more, no less."""

import re
from typing import Any

import pytest

from app import access, runtime
from app.core import refusals
from app.core.commands import REGISTRY, Command
from app.core.models import Role, SessionState, Standing
from realtime import codec, presence, sockets
from realtime.emit import EVENTS
from realtime.keeper import SILENT_SECONDS
from tests.house.environment import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
ORDER = [*Standing, *Role, "display"]


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without the heads of the tables."""
    section = re.split(r"^##+ ", PAGE.split(f"# {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [row for row in rows if row[0].startswith("`")]


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def as_documented(kind: str, command: Command) -> list[Any]:
    """A row of the page, as the registry would write it."""
    who = sorted(command.who, key=ORDER.index) or ["display"]
    states = [state for state in SessionState if state in command.states]
    fields = command.payload.model_fields
    return [
        command.name,
        ", ".join(who),
        "any" if len(states) == len(SessionState) else ", ".join(states),
        [name if field.is_required() else f"{name}?" for name, field in fields.items()],
    ]


@pytest.mark.parametrize("kind", REGISTRY)
def test_the_page_lists_the_commands_of_a_namespace_with_who_when_and_payload(kind: str) -> None:
    written = [[*names_in(row[0]), *row[1:3], names_in(row[3])] for row in rows_under(f"/{kind}")]
    assert written == [as_documented(kind, command) for command in REGISTRY[kind].values()]


def test_the_page_lists_every_code_of_a_refusal() -> None:
    kinds = [
        kind
        for kind in vars(refusals).values()
        if isinstance(kind, type) and issubclass(kind, refusals.Refused)
    ]
    written = [names_in(row[0])[0] for row in rows_under("Answers")]
    assert sorted(written) == sorted({kind.code for kind in kinds} | {"internal"})


def test_the_page_lists_every_event() -> None:
    events = [names_in(row[0])[0] for row in rows_under("Events")]
    assert set(EVENTS) <= set(events)
    assert set(events) - set(EVENTS) == {
        "session",
        "stage",
        "mine",
        "shown",
        "tallies",
        "people",
        "reflections",
    }


def test_the_page_names_the_limits_that_hold() -> None:
    assert f"above {codec.LARGEST_COMMAND // 1024} KiB" in PAGE
    assert f"Above {runtime.LARGEST_MESSAGE // 1024} KiB the connection is closed" in PAGE
    assert f"may send {sockets.RATE:.0f} commands a second and {sockets.BURST:.0f} at once" in PAGE
    assert f"for {access.TICKET_SECONDS // 60} minutes ({access.SANDBOX_SECONDS // 3600} hours" in PAGE
    assert f"kept for {presence.WRITING_SECONDS:.0f} seconds" in PAGE
    assert f"within {SILENT_SECONDS:.0f} seconds" in PAGE
