"""Rows found, added and changed by plain equality.

Each statement is built once for its shape and kept: building one costs more than running it, and a hot verb
runs seven. Column names come from our own code, values are always bound.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam
from sqlmodel import SQLModel

Model = type[SQLModel]


def find(db: Connection, model: Model, *, lock: bool = False, **equal: Any) -> Row[Any] | None:
    """The one row whose columns have these values (None: is null); ``lock`` holds it until the commit."""
    query = _select(_table(model), _shape(equal), (), lock)
    return db.execute(query, _bound(equal)).one_or_none()


def find_all(db: Connection, model: Model, order: Iterable[str] = (), **equal: Any) -> list[Row[Any]]:
    """All rows whose columns have these values, in this order."""
    return list(db.execute(_select(_table(model), _shape(equal), tuple(order), False), _bound(equal)).all())


def exists(db: Connection, model: Model, **equal: Any) -> bool:
    """Whether there is any row whose columns have these values."""
    return db.execute(_first(_table(model), _shape(equal)), _bound(equal)).first() is not None


def add(db: Connection, model: Model, **values: Any) -> None:
    """Adds a row; what is left out gets its default."""
    db.execute(_insert(_table(model)), values)


def change(db: Connection, model: Model, row_id: str, **values: Any) -> None:
    """Changes columns of the row with this id."""
    db.execute(
        _update(_table(model), tuple(values)),
        {"row_id": row_id, **{f"new_{k}": v for k, v in values.items()}},
    )


def _table(model: Model) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _shape(equal: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    return tuple((name, value is None) for name, value in equal.items())


def _bound(equal: dict[str, Any]) -> dict[str, Any]:
    return {f"is_{name}": value for name, value in equal.items() if value is not None}


@cache
def _select(table: Table, shape: tuple[tuple[str, bool], ...], order: tuple[str, ...], lock: bool) -> Any:
    conditions = [
        table.c[name].is_(None)
        if null
        else table.c[name] == bindparam(f"is_{name}", type_=table.c[name].type)
        for name, null in shape
    ]
    query = table.select().where(*conditions).order_by(*(table.c[name] for name in order))
    return query.with_for_update() if lock else query


@cache
def _first(table: Table, shape: tuple[tuple[str, bool], ...]) -> Any:
    return _select(table, shape, (), False).with_only_columns(table.c[shape[0][0]]).limit(1)


@cache
def _insert(table: Table) -> Any:
    return table.insert()


@cache
def _update(table: Table, names: tuple[str, ...]) -> Any:
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return table.update().where(table.c.id == bindparam("row_id")).values(values)
