"""A call that nobody hears, and somebody who goes with an open alert: what is said of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update
from sqlmodel import col

from app.core import signals
from app.core.changes import Who, changing
from app.core.models import Participant, SignalKind, Standing
from app.db import Database
from tests.house.browser import Browser
from tests.house.rooms import Room, make_room
from tests.house.visitor import Visitor, own_link


def presence(app: Flask) -> Any:
    return app.extensions["concentric"].screens.presence


def answers_item_9(room: Room, name: str) -> None:
    room.database.writer.do(_raises, room.who(name))


def _raises(db: Any, who: Who) -> None:
    with changing(db, who, "submit_measure") as change:
        change.wrote(signals.raise_for(change, who.id, SignalKind.ITEM_9), people=[who.id])


def test_after_thirty_seconds_without_a_leader_whoever_called_reads_that_nobody_is_connected(
    app: Flask, visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    path = amal.comes_in(own_link(room, "Amal"))
    presence(app).arrives("facilitator", room.id, room.leading["Fola"], "a socket")
    room.does("Amal", "raise_signal", id=str(uuid4()), kind="support")
    said, on_its_way = "No leader is connected now.", "This is on its way."
    page = amal.visit(path)
    assert on_its_way in page and said not in page
    presence(app).leaves("facilitator", room.id, room.leading["Fola"], "a socket")
    presence(app)._led_until[room.id] -= timedelta(seconds=29)
    assert said not in amal.visit(path)
    presence(app)._led_until[room.id] -= timedelta(seconds=1)
    page = amal.visit(path)
    banner = page.split('id="banner-call-')[1].split("</section>")[0]
    assert said in banner and on_its_way not in page.replace(f"{on_its_way} Keep this page open", "")
    assert "Call 112." in banner and "116 123" in banner, "and whom to call"
    presence(app).arrives("observer", room.id, room.leading["Olu"], "another socket")
    assert said in amal.visit(path), "who only watches leads nobody"
    presence(app).arrives("facilitator", room.id, room.leading["Sami"], "a third one")
    assert said not in amal.visit(path)


@pytest.mark.parametrize("kind", ["support", "not_safe"])
@pytest.mark.parametrize("waits", [False, True])
def test_whoever_leaves_with_any_open_call_stands_so_on_the_console(
    browser_of: Callable[[str], Browser], database: Database, kind: str, waits: bool
) -> None:
    room = make_room(database)
    if waits:
        query = update(Participant).where(col(Participant.id) == room.people["Amal"])
        room.database.writer.do(lambda db: db.execute(query.values(standing=Standing.WAITING)) and None)
    if kind == "support":
        room.does("Amal", "raise_signal", id=str(uuid4()), kind=kind)
    else:
        room.does("Fola", "mark_not_safe", participant_id=room.people["Amal"])
    fola, console = browser_of(room.leading["Fola"]), f"/sessions/{room.id}/console"
    assert "Left with an open alert" not in fola.visit(console)
    room.does("Amal", "leave")
    assert fola.visit(console).count("Left with an open alert") == 1


def test_whoever_leaves_with_an_open_alert_stands_so_on_the_console_until_it_is_met(
    visitor: Callable[[], Visitor], browser_of: Callable[[str], Browser], database: Database
) -> None:
    room = make_room(database)
    answers_item_9(room, "Amal")
    fola, console = browser_of(room.leading["Fola"]), f"/sessions/{room.id}/console"
    said = "Left with an open alert"
    assert said not in fola.visit(console)
    room.does("Amal", "leave")
    assert fola.visit(console).count(said) == 1
    assert said in fola.visit("/today")
    (alert,) = room.all(signals.Signal.__table__.select())
    room.does("Fola", "meet_alert", id=alert.id, how="talked", words="")
    assert said not in fola.visit(console) and said not in fola.visit("/today")
