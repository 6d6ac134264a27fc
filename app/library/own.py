"""What facilitators make of the library: exercises, sessions and programmes of their own, checked.

A body is a plain dict in the shape of the data files, without id and version. A fault names the place in the
body (``rows.2.minutes``) and says in a sentence what is wrong there; nothing with a fault is kept. Advice is
what the rules of the course would have otherwise: it is shown, and the facilitator decides.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.exercises import Unreadable, clean
from app.exercises.plain import N_
from app.library import Library, load
from app.library.check import BOXES, OPTION_LENGTH, OPTIONS, TAPPED
from app.library.course import programme_advice, row_advice
from app.library.items import Exercise, Programme, Session
from app.library.measures import bundled
from app.library.tree import SENTENCES, Fault, Loc

KINDS: dict[str, Any] = {"exercise": Exercise, "session": Session, "programme": Programme}
LONGEST_LINE, LONGEST_TEXT, LONGEST_LIST = 160, 2000, 60
LINES = {"title", "name", "cadence", "facilitators", "when", "company", "population", "reviewed_by"}
Body = dict[str, Any]

NO_OPTIONS = N_("This kind of answer takes no options.")
NEEDS_OPTIONS = N_("This kind of answer needs %(least)s to %(most)s options.")
NEEDS_EXACTLY = N_("This kind of answer needs %(least)s options.")
NO_TAPS = N_("Words to tap go with written answers only.")
TWICE = N_("The same stands here twice.")
LONG = N_("This is too long. It can have %(most)s characters.")
MANY = N_("This list is too long. It can have %(most)s entries.")
NOT_CLEAN = N_("This text holds signs that cannot be stored. Please write it again.")
MINUTES = N_("Give minutes from 1 to 240.")
BOUNDS = N_("Give the least and the most minutes, from 1 to 240.")
EMPTY = N_("There has to be at least one.")
NO_EXERCISE = N_("There is no exercise “%(name)s”.")
NO_MEASURE = N_("There is no measure “%(name)s”.")
A_POOL = N_("To choose in the session, name two exercises or more.")
ONE_AGENDA = N_("Session %(number)s has %(count)s plans. Each session needs one.")
FROM_ONE = N_("Sessions are counted from 1.")
CONDITIONAL = N_("A programme that requires something before it opens has the status “conditional”.")
IN_ORDER = N_("A beginning, a middle and an ending follow each other without a gap.")
NOT_READ = N_("This is not a list of fields.")


def faults_in(
    kind: str, body: Any, known: Mapping[str, Exercise], measures: Collection[str] | None = None
) -> list[Fault]:
    """All that is wrong with a body; empty when ``item_of`` will take it.

    ``known`` are the exercises that it may name, ``measures`` the private forms: those shipped, unless told.
    """
    forms = bundled().keys() if measures is None else measures
    if not isinstance(body, dict):
        return [Fault((), NOT_READ)]
    faults = list(_unclean(body, ()))
    if faults:
        return faults
    try:
        item = item_of(kind, "own", body, 1)
    except ValidationError as refused:
        return [
            Fault(_shown(error["loc"]), SENTENCES.get(error["type"], error["msg"]))
            for error in refused.errors(include_url=False, include_input=False, include_context=False)
        ]
    checks: dict[str, Callable[..., Iterator[Fault]]] = {
        "exercise": lambda: _exercise(item),
        "session": lambda: _rows((), item.rows, known, forms),
        "programme": lambda: _programme(item, known, forms),
    }
    return list(checks[kind]())


def item_of(kind: str, item_id: str, body: Body, version: int) -> Any:
    """The Exercise, Session or Programme of a body; ValidationError where it has not the shape."""
    whole = {"reviewed_by": None, "reviewed_on": None, **body, "id": item_id, "version": version}
    return TypeAdapter(KINDS[kind]).validate_python(summed(whole) if kind == "programme" else whole)


def body_of(item: Any) -> Body:
    """The body of an item, to be changed freely; whoever reviewed the item has not reviewed the copy."""
    body: Body = TypeAdapter(type(item)).dump_python(item, mode="json", exclude_none=False)
    return {key: value for key, value in body.items() if key not in ("id", "version")} | {
        "reviewed_by": None,
        "reviewed_on": None,
    }


def summed(programme: Body) -> Body:
    """A programme with its sums as they are: minutes of each agenda, number of sessions, phases."""
    parts: dict[str, list[Any]] = {}
    for name in ("sessions", "meetings"):
        parts[name] = [_with_total(each) for each in _listed(programme.get(name))]
    phases: dict[str, list[int]] = {}
    for each in parts["sessions"]:
        numbers = each.get("numbers") if isinstance(each, dict) else None
        if isinstance(numbers, list) and len(numbers) == 2 and all(type(n) is int for n in numbers):
            low, high = phases.get(str(each.get("phase")), numbers)
            phases[str(each.get("phase"))] = [min(low, numbers[0]), max(high, numbers[1])]
    last = max((high for _, high in phases.values()), default=0)
    return programme | parts | {"phases": phases, "group_sessions": last}


def advice_on(kind: str, item: Any, library: Library) -> list[str]:
    """What the rules of a course would have otherwise, as sentences in English. Nobody has to follow."""
    if kind == "programme":
        return [each.removeprefix(f"{item.id}, ") for each in programme_advice(item, dict(library.exercises))]
    if kind == "session":
        return list(row_advice(item.rows, item.phase, dict(library.exercises)))
    return []


def exercises_in(kind: str, body: Body) -> list[str]:
    """The ids of the exercises that a session or a programme names, once each."""
    if kind == "exercise":
        return []
    parts = [body] if kind == "session" else [*body["sessions"], *body["meetings"]]
    return list(dict.fromkeys(name for part in parts for row in part["rows"] for name in row["exercises"]))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _with_total(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    minutes = [row.get("minutes") for row in _listed(part.get("rows")) if isinstance(row, dict)]
    return part | {"total": sum(each for each in minutes if type(each) is int)}


def _shown(loc: Sequence[str | int]) -> Loc:
    """A place as the editor and the file know it: without the names of shapes that pydantic puts in."""
    return tuple(each for each in loc if isinstance(each, int) or (each.islower() and "[" not in each))


def _unclean(value: Any, loc: Loc) -> Iterator[Fault]:
    """Texts and lists that are too long, or hold what cannot be stored."""
    if isinstance(value, str):
        most = LONGEST_LINE if loc and loc[-1] in LINES else LONGEST_TEXT
        most = OPTION_LENGTH if len(loc) > 1 and loc[-2] in ("options", "taps") else most
        try:
            if len(value) > most:
                yield Fault(loc, LONG, {"most": most})
            elif clean(value) != value:
                yield Fault(loc, NOT_CLEAN)
        except Unreadable:
            yield Fault(loc, NOT_CLEAN)
    elif isinstance(value, (list, tuple)):
        if len(value) > LONGEST_LIST:
            yield Fault(loc, MANY, {"most": LONGEST_LIST})
            return
        for place, each in enumerate(value):
            yield from _unclean(each, (*loc, place))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _unclean(each, (*loc, str(key)))


def _exercise(exercise: Exercise) -> Iterator[Fault]:
    low, high = exercise.minutes
    if not 1 <= low <= high <= 240:
        yield Fault(("minutes",), BOUNDS)
    for name in ("phases", "areas"):
        if not getattr(exercise, name):
            yield Fault((name,), EMPTY)
    if exercise.like is not None and exercise.like not in load().exercises:
        yield Fault(("like",), NO_EXERCISE, {"name": exercise.like})
    keys = [prompt.key for prompt in exercise.prompts]
    for place, prompt in enumerate(exercise.prompts):
        at: Loc = ("prompts", place)
        if prompt.key in keys[:place]:
            yield Fault((*at, "key"), TWICE)
        need = OPTIONS.get(prompt.type) or (
            BOXES if prompt.type == "short_texts" and prompt.options else None
        )
        if need is None and prompt.options:
            yield Fault((*at, "options"), NO_OPTIONS)
        elif need and not need[0] <= len(prompt.options) <= need[1]:
            sentence = NEEDS_EXACTLY if need[0] == need[1] else NEEDS_OPTIONS
            yield Fault((*at, "options"), sentence, {"least": need[0], "most": need[1]})
        if prompt.taps and prompt.type not in TAPPED:
            yield Fault((*at, "taps"), NO_TAPS)
        for name in ("options", "taps"):
            listed = getattr(prompt, name)
            if len(set(listed)) != len(listed):
                yield Fault((*at, name), TWICE)


def _rows(
    at: Loc, rows: Sequence[Any], known: Mapping[str, Exercise], forms: Collection[str]
) -> Iterator[Fault]:
    if not rows:
        yield Fault((*at, "rows"), EMPTY)
    for place, row in enumerate(rows):
        here: Loc = (*at, "rows", place)
        if not 1 <= row.minutes <= 240:
            yield Fault((*here, "minutes"), MINUTES)
        for number, name in enumerate(row.exercises):
            if name not in known:
                yield Fault((*here, "exercises", number), NO_EXERCISE, {"name": name})
        if len(set(row.exercises)) != len(row.exercises):
            yield Fault((*here, "exercises"), TWICE)
        if row.pool and len(row.exercises) < 2:
            yield Fault((*here, "pool"), A_POOL)
        for number, name in enumerate(row.measures):
            if name not in forms:
                yield Fault((*here, "measures", number), NO_MEASURE, {"name": name})


def _programme(
    programme: Programme, known: Mapping[str, Exercise], forms: Collection[str]
) -> Iterator[Fault]:
    if not programme.sessions:
        yield Fault(("sessions",), EMPTY)
    if programme.requires and programme.status != "conditional":
        yield Fault(("status",), CONDITIONAL)
    for name in ("sessions", "meetings"):
        for place, part in enumerate(getattr(programme, name)):
            yield from _rows((name, place), part.rows, known, forms)
    ids = [part.id for part in (*programme.sessions, *programme.meetings)]
    if len(set(ids)) != len(ids):
        yield Fault(("sessions",), TWICE)
    below = [place for place, each in enumerate(programme.sessions) if min(each.numbers) < 1]
    if below:
        yield from (Fault(("sessions", place, "numbers"), FROM_ONE) for place in below)
        return
    if programme.group_sessions > LONGEST_LIST:
        yield Fault(("sessions",), MANY, {"most": LONGEST_LIST})
        return
    for number in range(1, programme.group_sessions + 1):
        count = sum(each.numbers[0] <= number <= each.numbers[1] for each in programme.sessions)
        if count != 1:
            yield Fault(("sessions",), ONE_AGENDA, {"number": number, "count": count})
    covered = [n for low, high in programme.phases.values() for n in range(low, high + 1)]
    if covered != list(range(1, programme.group_sessions + 1)):
        yield Fault(("sessions",), IN_ORDER)
