"""Sessions that are played for the checklist, and what its lines say of them."""

from typing import Any

from app.core import fidelity
from app.core.agenda import agenda_of
from app.core.models import Reflection
from app.library.agendas import stage_of_exercise, stage_of_row
from app.library.items import Row
from tests.core.cast import MEMBERS, Oak, prompt, stage

CLOSE = Row(minutes=5, title="Close", exercises=("session_pulse", "leaving_check"), core=True)


def holds(oak: Oak, *exercises: str, there: Any = MEMBERS, close: bool = True, **more: Any) -> None:
    """A session with these stages, live at the first."""
    stages = [stage_of_exercise(each) for each in exercises] or [stage("words", prompt("text"))]
    oak.plans([*stages, *([stage_of_row(CLOSE, "middle")] if close else [])])
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name, **more)
    oak.does(oak.fola, "start")


def at(oak: Oak, place: int) -> dict[str, Any]:
    """On to the stage at this place."""
    found: dict[str, Any] = agenda_of(oak.row())[place]
    if oak.row().stage_index != place:
        oak.moves_to(found["id"])
    return found


def all_write(oak: Oak, place: int, names: Any = MEMBERS, **answer: Any) -> None:
    found = at(oak, place)
    for name in names:
        value = {key: value() if callable(value) else value for key, value in answer.items()}
        audience = found["default_audience"]
        oak.writes(getattr(oak, name.lower()), found["id"], audience=audience, **value)


def line(oak: Oak, key: str) -> dict[str, Any]:
    with oak.database.reader() as db:
        return next(each for each in fidelity.of_session(db, oak.id) if each["key"] == key)


def ticked(oak: Oak, key: str) -> str | None:
    """A line once the session has ended."""
    if oak.row().state != "ended":
        oak.does(oak.fola, "end")
    found: str | None = line(oak, key)["recorded"]
    return found


def why(oak: Oak, key: str) -> list[str]:
    return [words % values for words, values in line(oak, key)["why"]]


def sets(oak: Oak, key: str, answer: str) -> None:
    oak.database.writer.do(fidelity.set_line, "f-fola", oak.id, key, answer)


def stored_reflections() -> Any:
    return Reflection.__table__.select()
