"""Instruments: which there are, which can be asked here, and the items that an administrator added."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from app.core import accounts, stored
from app.core.course_models import Instrument
from app.core.models import Facilitator, now
from app.core.refusals import NotFound, NotNow
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_
from app.library.measures import Measure, Other, bundled, others, read

# looking them up


def can_be_asked(db: Connection, measure_id: str) -> bool:
    """Whether a plan's private form is there: shipped, or added and not taken away again."""
    return measure_id in bundled() or stored.exists(db, Instrument, id=measure_id, retired_at=None)


def find(db: Connection, measure_id: str) -> Measure:
    """A measure with its words that can be asked; NotFound where there is none."""
    found = askable(db).get(measure_id)
    if found is None:
        raise NotFound()
    return found


def askable(db: Connection) -> dict[str, Measure]:
    """The measures that a plan may name, by id: those that are shipped, and those that were added."""
    rows = stored.find_all(db, Instrument, ("id",), retired_at=None)
    return bundled() | {row.id: _opened(row.id, row.definition) for row in rows}


def known(db: Connection) -> dict[str, Measure | Other]:
    """Every instrument by id: with its words where they are or were here, else with what is known of it."""
    rows = stored.find_all(db, Instrument, ("id",))
    return {**others(), **{row.id: _opened(row.id, row.definition) for row in rows}, **bundled()}


def page(db: Connection, facilitator_id: str) -> dict[str, Any]:
    """All instruments, by what may be done with them, for the page of measures."""
    rows = {row.id: row for row in stored.find_all(db, Instrument, ("id",), retired_at=None)}
    rest = [each for each in others().values() if each.id not in rows]
    return {
        "may_add": accounts.is_administrator(db, facilitator_id),
        "administrators": [each["name"] for each in accounts.administrators(db)],
        "shipped": list(bundled().values()),
        "added": [
            {"measure": _opened(row.id, row.definition), "other": others().get(row.id)}
            | {"by": _name(db, row.permission_by), "at": row.permission_at}
            for row in rows.values()
        ],
        "byo": [each for each in others().values() if each.licence_status == "byo"],
        "open": [each for each in rest if each.licence_status == "byo"],
        "scores": [each for each in rest if each.licence_status == "score_only"],
        "blocked": [each for each in rest if each.licence_status == "blocked"],
    }


# adding them, and taking them away


def add_instrument(db: Connection, facilitator_id: str, measure_id: str, text: str, permission: bool) -> None:
    """Takes in the items of an instrument; the administrator who does it says that permission is held.

    A file that does not fit raises Damaged, with lines and reasons, and changes nothing.
    """
    _must_be_administrator(db, facilitator_id)
    listed = others().get(measure_id)
    if listed is None or listed.licence_status != "byo" or not permission:
        raise NotNow(N_("Items may be added only for instruments of this kind, and with permission."))
    measure = read(text, measure_id, listed)
    values = {
        "definition": seal(Instrument.definition, measure.id, text),
        "permission_by": facilitator_id,
        "permission_at": now(),
        "retired_at": None,
    }
    if stored.find(db, Instrument, id=measure.id) is None:
        stored.add(db, Instrument, id=measure.id, **values)
    else:
        stored.change(db, Instrument, measure.id, **values)


def retire_instrument(db: Connection, facilitator_id: str, measure_id: str) -> None:
    """Nobody is asked this instrument any more; what was answered keeps its scores."""
    _must_be_administrator(db, facilitator_id)
    row = stored.find(db, Instrument, id=measure_id, retired_at=None)
    if row is None:
        raise NotFound()
    stored.change(db, Instrument, measure_id, retired_at=now())


def _must_be_administrator(db: Connection, facilitator_id: str) -> None:
    if not accounts.is_administrator(db, facilitator_id):
        raise NotNow(N_("Only an administrator adds instruments or takes them away."))


def _name(db: Connection, facilitator_id: str) -> str:
    row = stored.find(db, Facilitator, id=facilitator_id)
    return open_sealed(Facilitator.name, row.id, row.name) or "" if row is not None else ""


@lru_cache(maxsize=64)
def _opened(measure_id: str, sealed: str) -> Measure:
    return read(open_sealed(Instrument.definition, measure_id, sealed), measure_id)
