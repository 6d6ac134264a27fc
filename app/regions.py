"""Renders screens and their regions: the one way from a view to HTML, for first load, push and catch-up."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Flask, g
from flask_babel import force_locale, format_date, get_translations
from jinja2 import Environment
from sqlalchemy import Connection

from app.core import consents, quiet, views
from app.core import console as consoles
from app.core.changes import Who, version_for
from app.core.door import wall_stands
from app.core.late import missed_stages, without_stages
from app.core.models import GroupSession, SessionState, Standing, now
from app.core.sealing import open_sealed
from app.core.shown import shown_answers, tallies
from app.core.turns import turns_of
from app.library import load

SHARED = ("where", "stage", "moved", "shown", "who")
PERSONAL = ("banner", "missed", "late", "turn", "lines", "form", "mine", "dock_signal")
WAITING = ("where", "waiting", "who", "banner", "dock_signal")
PLAIN = ("where", "who", "stage", "banner", "dock_signal")
CONSOLE = (
    *("clock", "room_link", "signals", "agenda", "stage", "cue", "note", "answers"),
    *("roster", "person_notes", "waiting", "steer"),
)
WALL = ("where", "prompt", "shown")
KNOWN_SECONDS = 1.0  # a group's name or numbers may change without a version of the session
MOST_KNOWN = 500
NONE: frozenset[str] = frozenset()


_spoken: ContextVar[Any] = ContextVar("_spoken", default=None)  # the texts of the language that is spoken


@contextmanager
def speaking(language: str, time_zone: str) -> Iterator[None]:
    """Within it, templates speak this language and tell the time of this zone."""
    before = g.get("time_zone")
    g.time_zone = time_zone
    with force_locale(language):
        token = _spoken.set(get_translations())
        try:
            yield
        finally:
            _spoken.reset(token)
            g.time_zone = before


def find_texts_once(templates: Environment) -> None:
    """Lets templates within ``speaking()`` find their language once: to find it anew for each text would take
    a quarter of the time of a push.
    """

    def texts() -> Any:
        return _spoken.get() or get_translations()

    templates.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: texts().ugettext(text),
        lambda one, many, count: texts().ungettext(one, many, count),
        newstyle=True,
    )


def clock(value: datetime | str | None) -> str:
    """A time as HH:MM in the zone of the group; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(ZoneInfo(g.get("time_zone") or "UTC")).strftime("%H:%M")


def clock_or_day(value: datetime) -> str:
    """The same, with the day before it where that is not today: Tuesday 3 November, 17:30."""
    zone = ZoneInfo(g.get("time_zone") or "UTC")
    day = value.astimezone(zone).date()
    if day == now().astimezone(zone).date():
        return clock(value)
    return f"{format_date(day, 'EEEE d MMMM', rebase=False)}, {clock(value)}"


def long_day(value: datetime) -> str:
    """The day where the group is, with its year: 3 November 2026."""
    zone = ZoneInfo(g.get("time_zone") or "UTC")
    return str(format_date(value.astimezone(zone).date(), "d MMMM y", rebase=False))


class _Known:
    """A room as it was put together, and for how long that holds."""

    def __init__(self, shared_version: int, line: str, context: dict[str, Any]):
        self.key = (shared_version, line)
        self.until = time.monotonic() + KNOWN_SECONDS
        self.context = context
        self.regions: dict[str, str] = {}
        self.late: dict[frozenset[str], str] = {}  # what was shown, without these stages

    def holds(self, shared_version: int, line: str) -> bool:
        return self.key == (shared_version, line) and time.monotonic() < self.until


class Screens:
    """Puts together what each viewer sees. ``origin`` is the address in room links and on the wall."""

    def __init__(self, app: Flask, presence: Any, origin: str):
        self.app = app
        self.presence = presence
        self.origin = origin
        self._last: dict[str, dict[str, Any]] = {}
        self._rooms: dict[str, _Known] = {}

    def render(self, audience: str, names: Iterable[str], context: dict[str, Any]) -> dict[str, str]:
        """The inner HTML of regions by name; needs an application context."""
        templates = self.app.jinja_env
        return {
            name: templates.get_template(f"regions/{audience}/{name}.html").render(context).strip()
            for name in names
        }

    def warm(self) -> None:
        """Reads the library and compiles every template before anybody waits for it."""
        load()
        for name in self.app.jinja_env.list_templates(extensions=["html", "svg"]):
            self.app.jinja_env.get_template(name)

    # what each viewer's templates get

    def room(self, db: Connection, row: Any, missed: frozenset[str] = NONE) -> dict[str, Any]:
        """The room as everybody in it sees it: put together once for all who ask within a second. ``missed``
        are the stages of which somebody who came late sees nothing.
        """
        context = self._known(db, row).context
        return without_stages(context, missed) if missed else context

    def shared(self, db: Connection, row: Any, missed: frozenset[str] = NONE) -> dict[str, str]:
        """The regions that are the same for everybody in the room; needs an application context. They are
        rendered once, and what was shown once more for all who missed the same stages.
        """
        known = self._known(db, row)
        if not known.regions:
            room = known.context
            with speaking(room["language"], room["time_zone"]):
                known.regions = self.render("participant", SHARED, {"room": room, "me": None})
        if not missed:
            return known.regions
        if missed not in known.late:
            room = without_stages(known.context, missed)
            with speaking(room["language"], room["time_zone"]):
                known.late[missed] = self.render("participant", ("shown",), {"room": room, "me": None})[
                    "shown"
                ]
        return known.regions | {"shown": known.late[missed]}

    def _known(self, db: Connection, row: Any) -> "_Known":
        line = self.presence.line(row.id)
        known = self._rooms.get(row.id)
        if known is None or not known.holds(row.shared_version, line):
            if len(self._rooms) > MOST_KNOWN:
                self._rooms.clear()
            context = views.room(db, row, line == "here", line == "nobody")
            known = _Known(row.shared_version, line, context)
            self._rooms[row.id] = known
        return known

    def doorway(self, db: Connection, row: Any) -> dict[str, Any]:
        """The room as somebody sees it who has not been let in: nothing of what happens inside."""
        room = self.room(db, row)
        session = room["session"] | {"stages": [], "stage_id": None, "stage_index": None}
        return room | {
            "session": session,
            "stage": None,
            "shown": [],
            "tallies": [],
            "measures": room["measures"] if row.state == SessionState.PLANNED else [],
            "people": 0,
        }

    def place(self, db: Connection, row: Any, person: Any) -> dict[str, Any]:
        """The room as this participant may have it on their screen now: on a plain one, no more than at the
        door.
        """
        outside = person.standing == Standing.WAITING or person.quiet
        return self.doorway(db, row) if outside else self.room(db, row, missed_stages(db, row, person))

    def me(self, db: Connection, row: Any, who: Who, whole: bool = False) -> dict[str, Any]:
        """A person's own part; who joined late or was gone for a while is told where the group is."""
        me = views.me(db, row, who.id, self._last, whole, who.shut)
        back = self.presence.came_back(row.id, who.id) and not me.get("quiet")
        me["consent"] = consents.may_store_as(db, row, who.id)
        me["catch_up"] = me["catch_up"] or back
        return me

    def state_for(self, db: Connection, row: Any, person: Any, shared: dict[str, Any]) -> dict[str, Any]:
        """Of the room's state on the wire, what this participant may have: no stage that was over before they
        came, and on a plain screen nothing.
        """
        if shared and person.quiet:
            return plain_room(self.doorway(db, row)) | {"shown": []}
        missed = missed_stages(db, row, person) if shared else frozenset()
        return without_stages(shared, missed) if missed else shared

    def plain(self, db: Connection, row: Any, who: Who) -> dict[str, str]:
        """Every region of a plain screen: most are empty."""
        room, me = self.doorway(db, row), self.me(db, row, who)
        with speaking(room["language"], room["time_zone"]):
            html = self.render("participant", PLAIN, {"room": room, "me": me})
        empty = (set(SHARED) | set(PERSONAL)) - set(PLAIN if me["quiet"] != quiet.STOPPED else ("stage",))
        return html | dict.fromkeys(empty, "")

    def console(self, db: Connection, row: Any, who: Who) -> dict[str, Any]:
        return consoles.console(db, row, who, self.presence, self.addresses(row))

    def wall(self, db: Connection, row: Any) -> dict[str, Any]:
        url = self.addresses(row)["room_url"]
        return views.wall(db, row, url, qr_path(url))

    def addresses(self, row: Any) -> dict[str, str]:
        room = open_sealed(GroupSession.room_link, row.id, row.room_link)
        display = open_sealed(GroupSession.display_link, row.id, row.display_link)
        wall = f"{self.origin}/display/{display}" if wall_stands(row) else ""
        return {"room_url": f"{self.origin}/r/{room}", "display_url": wall}

    # the wire's screens

    def screen(self, db: Connection, row: Any, who: Who) -> dict[str, Any]:
        """The whole ``screen`` of one viewer; needs an application context."""
        return getattr(self, f"_{who.kind}_screen")(db, row, who)  # type: ignore[no-any-return]

    def _participant_screen(self, db: Connection, row: Any, who: Who) -> dict[str, Any]:
        person = views.participant(db, row.id, who.id)
        waiting = person.standing == Standing.WAITING
        room = self.place(db, row, person)
        me = self.me(db, row, who)
        if person.quiet and not waiting:
            regions = self.plain(db, row, who)
        else:
            with speaking(room["language"], room["time_zone"]):
                own = self.render("participant", WAITING if waiting else PERSONAL, {"room": room, "me": me})
            regions = own if waiting else {**self.shared(db, row, missed_stages(db, row, person)), **own}
        return {
            "version": version_for(person, row.shared_version),
            "server_now": stamp(now()),
            **plain_room(room),
            "mine": [] if waiting else plain_mine(me),
            "shown": plain_shown(room["shown"]),
            "regions": regions,
        }

    def _facilitator_screen(self, db: Connection, row: Any, who: Who) -> dict[str, Any]:
        context = self.console(db, row, who)
        with speaking(context["language"], context["time_zone"]):
            regions = self.render("facilitator", CONSOLE, {"console": context})
        return {
            **self.plain_console(db, row),
            "people": consoles.people(db, row, self.presence),
            "reflections": consoles.reflections(db, row),
            "regions": regions,
        }

    def _display_screen(self, db: Connection, row: Any, who: Who) -> dict[str, Any]:
        context = self.wall(db, row)
        with speaking(context["language"], "UTC"):
            regions = self.render("display", WALL, {"wall": context})
        # a wall's link lives as long as its session is kept, and is known to whoever saw the wall
        shown = [] if row.state == SessionState.ENDED else plain_shown(shown_answers(db, row))
        return {**self.plain_wall(db, row), "shown": shown, "regions": regions}

    def plain_console(self, db: Connection, row: Any) -> dict[str, Any]:
        stage = views.current_stage(row)
        return {
            "version": row.version,
            "server_now": stamp(now()),
            "session": views.session_part_of(row, None),
            "stage": _plain_with_turn(db, row, stage) if stage else None,
        }

    def plain_wall(self, db: Connection, row: Any) -> dict[str, Any]:
        stage = views.current_stage(row)
        return {
            "version": row.shared_version,
            "server_now": stamp(now()),
            "session": views.session_part(db, row),
            "stage": _plain_with_turn(db, row, stage) if stage else None,
            "tallies": tallies(db, row),
        }


def _plain_with_turn(db: Connection, row: Any, stage: dict[str, Any]) -> dict[str, Any]:
    return plain_stage(stage | {"turns": turns_of(db, row.id, stage["id"])})


def plain_room(room: dict[str, Any]) -> dict[str, Any]:
    """``session``, ``stage`` and ``tallies`` of the wire, from the room's context."""
    return {
        "session": room["session"],
        "stage": plain_stage(room["stage"]) if room["stage"] else None,
        "tallies": room["tallies"],
    }


def plain_stage(stage: dict[str, Any]) -> dict[str, Any]:
    """``stage`` of the wire; ``who`` stands at a prompt only where not everybody is asked."""
    keys = ("key", "type", "options", "audience")
    return {
        "prompts": [
            {key: prompt[key] for key in keys if prompt.get(key)}
            | ({"who": prompt["who"]} if prompt.get("who", "all") != "all" else {})
            for prompt in stage["prompts"]
        ],
        "turn": stage["turns"][0] if stage.get("turns") else None,
        "audiences": stage["audiences"],
        "repeat": stage["repeat"],
    }


def plain_shown(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``shown`` of the wire; an unnamed answer has no alias at all."""
    return [
        {"id": each["id"], "stage_id": each["stage_id"], "answer": each["answer"]}
        | ({"alias": each["alias"]} if each["alias"] is not None else {})
        for each in shown
    ]


def plain_mine(me: dict[str, Any]) -> list[dict[str, Any]]:
    left_out = {"stage_title", "parts", "for_group", "group_sees", "kept_back", "current"}
    return [{key: value for key, value in each.items() if key not in left_out} for each in me["mine"]]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=256)
def qr_path(text: str) -> tuple[str, int]:
    """A QR code as one SVG path of unit squares, and the side of its square with the quiet zone of four."""
    code = segno.make(text, error="m", micro=False)
    rows = list(code.matrix_iter(scale=1, border=4))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return path, len(rows)
