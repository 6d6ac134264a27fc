"""Facilitators' own exercises, sessions and programmes: kept beside the library, for themselves or shared."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlmodel import col

from app.core import instruments, stored
from app.core.course_models import LibraryItem
from app.core.models import Facilitator, now
from app.core.refusals import Invalid, NotFound, NotNow, Refused, Stale
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_
from app.library import Library, load
from app.library.files import OWN, Carried, write_file
from app.library.items import Agenda, Exercise, Meeting, Programme, Session
from app.library.own import Body, body_of, exercises_in, faults_in, item_of
from app.library.tree import Fault

MOST_ITEMS = 500
NOT_REVIEWED: Body = {"reviewed_by": None, "reviewed_on": None}


class Faulty(Refused):
    """What was sent cannot be kept as it is; ``faults`` says where and why."""

    code = "faulty"
    sentence_by_default = N_("Not kept yet: something needs to be put right first.")

    def __init__(self, faults: list[Fault]):
        super().__init__()
        self.faults = faults


# looking things up


def exercise(db: Connection, exercise_id: str) -> Exercise:
    """An exercise of the library or of anybody's own, by its id; NotFound where there is none."""
    return _found(db, "exercise", load().exercises, exercise_id)  # type: ignore[no-any-return]


def exercises(db: Connection, exercise_ids: Iterable[str]) -> list[Exercise]:
    """Those of these exercises that there are: an agenda may name one that a later edition has left out."""
    wanted = list(dict.fromkeys(exercise_ids))
    found: dict[str, Exercise] = {each: load().exercises[each] for each in wanted if each in load().exercises}
    own = [each for each in wanted if each.startswith(OWN)]
    if own:
        kept = select(LibraryItem.__table__).where(
            col(LibraryItem.id).in_(own), col(LibraryItem.kind) == "exercise"
        )
        found |= {row.id: _items(row) for row in db.execute(kept).all()}
    return [found[each] for each in wanted if each in found]


def programme(db: Connection, programme_id: str | None) -> Programme | None:
    """A programme of the library or of anybody's own, by its id; None where there is none."""
    try:
        found: Programme = _found(db, "programme", load().programmes, programme_id or "")
    except NotFound:
        return None
    return found


def may_use(db: Connection, facilitator_id: str, exercise_id: str) -> bool:
    """Whether a facilitator finds this exercise in their library: shipped, their own, or shared with them."""
    if exercise_id in load().exercises:
        return True
    row = stored.find(db, LibraryItem, id=exercise_id, kind="exercise", removed_at=None)
    return row is not None and (row.shared or row.facilitator_id == facilitator_id)


def offered(db: Connection, facilitator_id: str) -> Library:
    """The library as one facilitator finds it: what is shipped, their own, and what is shared with them."""
    return _library(_items(row) for row in _rows_for(db, facilitator_id))


def whole(db: Connection) -> Library:
    """Every item there is, also those taken out: for agendas that name them already."""
    return _library(_items(row) for row in stored.find_all(db, LibraryItem))


def own_list(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """One's own items and those that colleagues share, by kind and title."""
    names = {
        row.id: open_sealed(Facilitator.name, row.id, row.name) for row in stored.find_all(db, Facilitator)
    }
    entries = [
        _entry(row) | {"mine": row.facilitator_id == facilitator_id, "by": names.get(row.facilitator_id, "")}
        for row in _rows_for(db, facilitator_id)
    ]
    return sorted(entries, key=lambda each: (each["kind"], each["title"].casefold()))


def page(db: Connection, facilitator_id: str, item_id: str) -> dict[str, Any]:
    """One item to edit or to read, with its body; NotFound for whoever may not."""
    row = _readable(db, facilitator_id, item_id)
    return _entry(row) | {"mine": row.facilitator_id == facilitator_id, "body": _body(row)}


# changing them


def copy(db: Connection, facilitator_id: str, kind: str, item_id: str, title: str = "") -> str:
    """A copy of a shipped item, one's own or a shared one; ``title`` replaces what facilitators call it.

    ``programme.part`` names a session of a programme or a meeting one to one; copied, both are a session.
    """
    of, dot, part = item_id.partition(".")
    if kind == "session" and dot:
        found = offered(db, facilitator_id).programmes
        if of not in found:
            raise NotFound()
        body = _plan(found[of], part)
    elif item_id.startswith(OWN):
        row = _readable(db, facilitator_id, item_id)
        if row.kind != kind:
            raise NotFound()
        body = _body(row) | NOT_REVIEWED
    else:
        body = _shipped(kind, item_id) | ({"like": item_id} if kind == "exercise" else {})
    return keep(db, facilitator_id, kind, _renamed(kind, body, title), copied_from=item_id)


def keep(
    db: Connection, facilitator_id: str, kind: str, body: Body, *, copied_from: str | None = None
) -> str:
    """A new item of one's own; gives its id. Raises Faulty where the body cannot be kept."""
    owned = select(col(LibraryItem.id)).where(
        col(LibraryItem.facilitator_id) == facilitator_id, col(LibraryItem.removed_at).is_(None)
    )
    if len(db.execute(owned).all()) >= MOST_ITEMS:
        raise NotNow("Your library is full. Take something out first.")
    _must_be_sound(db, facilitator_id, kind, body)
    new = f"{OWN}{secrets.token_hex(8)}"
    at = now()
    stored.add(
        db,
        LibraryItem,
        id=new,
        kind=kind,
        facilitator_id=facilitator_id,
        shared=False,
        copied_from=copied_from,
        version=1,
        body=_sealed(new, body),
        created_at=at,
        changed_at=at,
    )
    return new


def edit(db: Connection, facilitator_id: str, item_id: str, body: Body, version: int) -> int:
    """Puts a body in place of the old one; gives the new version.

    Refuses what was decided on an older version. A review holds for the text that was reviewed: it goes.
    """
    row = _own(db, facilitator_id, item_id)
    if version != row.version:
        raise Stale(version=row.version)
    body = body | NOT_REVIEWED
    _must_be_sound(db, facilitator_id, row.kind, body)
    if body == _body(row) | NOT_REVIEWED:
        return int(row.version)
    _change(db, row, body=_sealed(row.id, body))
    if row.shared:
        _share_named(db, facilitator_id, row.kind, body)
    return int(row.version) + 1


def review(db: Connection, facilitator_id: str, item_id: str, name: str, on: date, version: int) -> None:
    """Enters the clinician who has reviewed the item as it stands, and when."""
    row = _own(db, facilitator_id, item_id)
    if version != row.version:
        raise Stale(version=row.version)
    if not name:
        raise Invalid(N_("Give the name of whoever reviewed it."))
    _change(db, row, body=_sealed(row.id, _body(row) | {"reviewed_by": name, "reviewed_on": on.isoformat()}))


def share(db: Connection, facilitator_id: str, item_id: str, shared: bool) -> None:
    """Lets colleagues of this installation find the item, or no longer; with it the exercises it names.

    Refuses to take an exercise back while something else that they share names it: nobody could copy that.
    """
    row = _own(db, facilitator_id, item_id)
    if row.kind == "exercise" and not shared:
        _named_by_nothing_shared(db, facilitator_id, item_id)
    stored.change(db, LibraryItem, row.id, shared=shared)
    if shared:
        _share_named(db, facilitator_id, row.kind, _body(row))


def _share_named(db: Connection, facilitator_id: str, kind: str, body: Body) -> None:
    for each in exercises_in(kind, body):
        mine = stored.find(db, LibraryItem, id=each, facilitator_id=facilitator_id, removed_at=None)
        if mine is not None:
            stored.change(db, LibraryItem, mine.id, shared=True)


def _named_by_nothing_shared(db: Connection, facilitator_id: str, exercise_id: str) -> None:
    for row in stored.find_all(db, LibraryItem, facilitator_id=facilitator_id, shared=True, removed_at=None):
        if exercise_id in exercises_in(row.kind, _body(row)):
            raise NotNow(N_("Something that is shared uses this exercise. Take that back first."))


def remove(db: Connection, facilitator_id: str, item_id: str) -> None:
    """Takes an item out of the library; what uses it already keeps it."""
    row = _own(db, facilitator_id, item_id)
    stored.change(db, LibraryItem, row.id, removed_at=now())


def to_file(db: Connection, facilitator_id: str, item_id: str) -> str:
    """The item as the text of a file, with the own exercises that it names."""
    row = _readable(db, facilitator_id, item_id)
    body = _body(row)
    own = [each for each in exercises_in(row.kind, body) if each.startswith(OWN)]
    return write_file(row.kind, body, {each: body_of(exercise(db, each)) for each in own})


def from_file(db: Connection, facilitator_id: str, carried: Carried) -> str:
    """Takes in what a sound file holds, under new ids; gives the item's id.

    A file can be changed by anybody: the review that it tells of does not come along.
    """
    new = {
        old: keep(db, facilitator_id, "exercise", body | NOT_REVIEWED)
        for old, body in carried.exercises.items()
    }
    return keep(db, facilitator_id, carried.kind, _with_names(carried.body, new) | NOT_REVIEWED)


def _must_be_sound(db: Connection, facilitator_id: str, kind: str, body: Body) -> None:
    known = {**whole(db).exercises} if kind != "exercise" else {}
    faults = faults_in(kind, body, known, instruments.askable(db))
    if faults:
        raise Faulty(faults)
    for each in exercises_in(kind, body):
        stands = stored.find(db, LibraryItem, id=each) if each.startswith(OWN) else None
        if stands is not None and not stands.shared and stands.facilitator_id != facilitator_id:
            raise NotFound()


def _with_names(value: Any, new: Mapping[str, str]) -> Any:
    """A body in which the lists of exercises name the new ids."""
    if isinstance(value, dict):
        return {
            key: [new.get(name, name) for name in each] if key == "exercises" else _with_names(each, new)
            for key, each in value.items()
        }
    return [_with_names(each, new) for each in value] if isinstance(value, list) else value


def _shipped(kind: str, item_id: str) -> Body:
    library = load()
    if kind == "exercise" and item_id in library.exercises:
        return _as_json(body_of(library.exercises[item_id]))
    if kind == "programme" and item_id in library.programmes:
        return _as_json(body_of(library.programmes[item_id]))
    raise NotFound()


def _plan(programme: Programme, part: str) -> Body:
    """A session of a programme, or a meeting one to one, as a plan that stands for itself."""
    parts: list[Agenda | Meeting] = [*programme.sessions, *programme.meetings]
    for each in parts:
        if each.id == part:
            rows = [body_of(row) for row in each.rows]
            for row in rows:
                del row["reviewed_by"], row["reviewed_on"]
            facts = {"title": _title(programme, each), "basis": programme.basis, "phase": each.phase}
            return _as_json(facts | {"rows": rows} | NOT_REVIEWED)
    raise NotFound()


def _title(programme: Programme, part: Agenda | Meeting) -> str:
    if isinstance(part, Meeting):
        return f"{programme.title}: {part.title}"
    first, last = part.numbers
    return f"{programme.title}: " + (f"session {first}" if first == last else f"sessions {first} to {last}")


def _as_json(body: Body) -> Body:
    found: Body = json.loads(json.dumps(body))
    return found


def _renamed(kind: str, body: Body, title: str) -> Body:
    return body | {"name" if kind == "exercise" else "title": title} if title else body


def _rows_for(db: Connection, facilitator_id: str) -> list[Any]:
    table = LibraryItem.__table__
    query = table.select().where(
        col(LibraryItem.removed_at).is_(None),
        or_(col(LibraryItem.facilitator_id) == facilitator_id, col(LibraryItem.shared)),
    )
    return list(db.execute(query).all())


def _readable(db: Connection, facilitator_id: str, item_id: str) -> Any:
    row = stored.find(db, LibraryItem, id=item_id, removed_at=None)
    if row is None or not (row.shared or row.facilitator_id == facilitator_id):
        raise NotFound()
    return row


def _own(db: Connection, facilitator_id: str, item_id: str) -> Any:
    row = stored.find(db, LibraryItem, lock=True, id=item_id, removed_at=None)
    if row is None or row.facilitator_id != facilitator_id:
        raise NotFound()
    return row


def _change(db: Connection, row: Any, **values: Any) -> None:
    stored.change(db, LibraryItem, row.id, version=row.version + 1, changed_at=now(), **values)


def _found(db: Connection, kind: str, shipped: Mapping[str, Any], item_id: str) -> Any:
    if item_id in shipped:
        return shipped[item_id]
    row = stored.find(db, LibraryItem, id=item_id, kind=kind) if item_id.startswith(OWN) else None
    if row is None:
        raise NotFound()
    return _items(row)


def _library(items: Any) -> Library:
    shipped = load()
    exercises, programmes = dict(shipped.exercises), dict(shipped.programmes)
    for item in items:
        if isinstance(item, Exercise):
            exercises[item.id] = item
        elif isinstance(item, Programme):
            programmes[item.id] = item
    return Library(
        MappingProxyType(exercises),
        MappingProxyType(programmes),
        shipped.pools,
        shipped.when_a_member_leaves,
    )


def _entry(row: Any) -> dict[str, Any]:
    item: Exercise | Session | Programme = _items(row)
    return {
        "id": row.id,
        "kind": row.kind,
        "title": item.title,
        "name": item.name if isinstance(item, Exercise) else "",
        "shared": row.shared,
        "version": row.version,
        "changed_at": row.changed_at,
        "reviewed_by": item.reviewed_by,
        "reviewed_on": item.reviewed_on,
        "item": item,
    }


def _items(row: Any) -> Any:
    return _opened(row.id, row.kind, row.version, row.body)


def _body(row: Any) -> Body:
    body: Body = json.loads(open_sealed(LibraryItem.body, row.id, row.body))
    return body


def _sealed(item_id: str, body: Body) -> Any:
    return seal(LibraryItem.body, item_id, json.dumps(body, ensure_ascii=False))


@lru_cache(maxsize=1024)
def _opened(item_id: str, kind: str, version: int, sealed: str) -> Any:
    return item_of(kind, item_id, json.loads(open_sealed(LibraryItem.body, item_id, sealed)), version)
