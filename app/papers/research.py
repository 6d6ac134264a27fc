"""A session or a whole group as a table for research: one row for each value, with names or without.

Without names nothing points at a person: ids are drawn by lot for each file, days count from the first
session, and no clock is in it. Words of people, and of facilitators in their own exercises, are in it only
where the box "words as well" was ticked: nobody can promise that a text names nobody.
"""

import csv
import io
import json
import secrets
from collections.abc import Iterable
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app import runtime
from app.core import research
from app.core.export import cell
from app.core.models import Member
from app.core.refusals import NotNow
from app.core.research import Entry
from app.core.sealing import open_sealed
from app.core.views import group_row
from app.exercises.plain import N_
from app.papers.registry import Asked

NOBODY = N_("Nobody here has said yes to research, so there is nothing for this file.")
BITE = 250  # rows made in one go: a long programme takes longer than a live room should wait
CHOICES = ("single_choice", "multi_choice")
MARK = "\ufeff"  # tells spreadsheets that this is UTF-8
ABOUT = {
    "person": "Drawn by lot for this file. The same person in another file has another one.",
    "name": "The name the group uses.",
    "session_kind": "group, or one_to_one for a meeting with one member.",
    "session": "The number of the group's session, or of the member's meeting; empty outside of them.",
    "day": "Days from the group's first session, which is day 1.",
    "at": "When it was kept: ISO 8601, UTC.",
    "source": "attendance, answer, pass, measure (totals), item (of a measure), goal, focus.",
    "exercise": "The exercise or measure that asked.",
    "key": "The question; see the dictionary.",
    "type": "How it was answered.",
    "value": "A number. Of choices: their places among the options, from 1. Empty: answered in words.",
    "unit": "What the number counts.",
    "text": "What the choice is called; what was written, if words were asked for and it was for the group.",
}

File = dict[str, Any]


def gather(db: Connection, asked: Asked, named: bool, words: bool) -> File:
    """The file as plain data, fit for JSON. Raises NotNow where nobody has said yes to research."""
    members, of = research.members_of(db, asked.group_id)
    if not members:
        raise NotNow(NOBODY)
    sessions = research.sessions_of(db, asked.group_id, asked.group_session_id)
    began = research.sessions_of(db, asked.group_id)
    entries: list[Entry] = []
    for session in sessions:
        entries += research.in_session(db, session, members)
        runtime.give_way()
    entries += research.over_weeks(db, sessions, members, whole=not asked.group_session_id)
    zone = ZoneInfo(group_row(db, asked.group_id).time_zone)
    people, keys = _drawn(members), _Keys(bare=not (named or words))
    numbers = _numbers(began)
    first = began[0].started_at.astimezone(zone).date() if began else date.min
    rows = []
    for place, entry in enumerate(entries):
        if place % BITE == 0:
            runtime.give_way()
        kind, number = numbers.get(entry.session_id or "", ("", ""))
        row: dict[str, Any] = {"person": people[entry.member_id]["id"]}
        row |= {"name": people[entry.member_id]["name"]} if named else {}
        row |= {"session_kind": kind, "session": number}
        day = entry.at.astimezone(zone).date()
        row |= {"at": entry.at.astimezone(UTC).isoformat(timespec="seconds")} if named else {}
        row |= {} if named else {"day": (day - first).days + 1}
        rows.append(row | keys.told(entry) | {"text": _text(entry, named, words)})
    rows.sort(key=_order)
    columns = list(rows[0]) if rows else ["person"]
    return {
        "names": named,
        "words": words,
        "people": {"in_this_file": len(members), "in_the_group": of},
        "columns": {name: ABOUT[name] for name in columns},
        "dictionary": keys.dictionary(),
        "rows": rows,
    }


def as_json(file: File) -> bytes:
    """All of it, with what each key means."""
    # without an indent it is written by C, ten times as fast
    return json.dumps(file, ensure_ascii=False, allow_nan=False).encode()


def as_csv(file: File) -> bytes:
    """The rows alone, with a line of column names; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(file["columns"])
    for place, row in enumerate(file["rows"]):
        if place % BITE == 0:
            runtime.give_way()
        writer.writerow([cell(_flat(each)) for each in row.values()])
    return (MARK + out.getvalue()).encode()


class _Keys:
    """What the questions of a file are called. In a ``bare`` file those that are not ours lose their words:
    a facilitator may have written a name into a question, and into its key.
    """

    def __init__(self, bare: bool) -> None:
        self.bare = bare
        self.known: dict[tuple[str, str, str, str, tuple[str, ...]], dict[str, Any]] = {}

    def told(self, entry: Entry) -> dict[str, Any]:
        """The columns of an entry from ``source`` to ``unit``."""
        place = (entry.source, entry.exercise, entry.key, entry.question, entry.options)
        known = self.known.get(place)
        if known is None:
            known = self.known[place] = self._named(entry)
        same = {name: known[name] for name in ("source", "exercise", "key", "type")}
        return same | {"value": "" if entry.number is None else entry.number, "unit": entry.unit}

    def dictionary(self) -> list[dict[str, Any]]:
        return sorted(self.known.values(), key=lambda each: (each["source"], each["exercise"], each["key"]))

    def _named(self, entry: Entry) -> dict[str, Any]:
        told = {"source": entry.source, "exercise": entry.exercise, "key": entry.key, "type": entry.type}
        told |= {"unit": entry.unit}
        if self.bare and not entry.ours:
            own = sum(each["exercise"] == "own" for each in self.known.values()) + 1
            return told | {"exercise": "own", "key": f"own_{own}", "options": len(entry.options)}
        options = {str(place): text for place, text in enumerate(entry.options, 1)}
        return told | {"question": entry.question, "options": options}


def _text(entry: Entry, named: bool, words: bool) -> str:
    if words or (entry.type in CHOICES and (entry.ours or named)):
        return entry.text
    return ""


def _drawn(members: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Who is called what in one file: numbers drawn by lot, so that neither they nor the order tell."""
    order = list(members)
    secrets.SystemRandom().shuffle(order)
    wide = len(str(len(order)))
    return {
        row.id: {"id": f"p{place:0{wide}}", "name": open_sealed(Member.alias, row.id, row.alias)}
        for place, row in enumerate(order, 1)
    }


def _numbers(sessions: Iterable[Any]) -> dict[str, tuple[str, int]]:
    """By session: its kind and number; one-to-one meetings are counted for each member, in their order."""
    found: dict[str, tuple[str, int]] = {}
    meetings: dict[str | None, int] = {}
    for row in sessions:
        if row.kind == "group":
            found[row.id] = ("group", row.number)
        else:
            meetings[row.member_id] = meetings.get(row.member_id, 0) + 1
            found[row.id] = ("one_to_one", meetings[row.member_id])
    return found


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    when = row["day"] if "day" in row else row["at"]
    return (row["person"], when, row["source"], row["exercise"], row["key"], str(row["value"]), row["text"])


def _flat(value: Any) -> Any:
    return ";".join(map(str, value)) if isinstance(value, list) else value
