"""Other people's history in a database: a group with all that is of it, copied as often as wanted.

The sealed texts are copied as they are. Nobody opens them: what is measured is that nobody has to.
"""

import secrets
import uuid
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlmodel import SQLModel

from app.core.models import new_id

AT_ONCE = 50  # copies in one statement
ALONE = frozenset({"installation", "sign_in", "set_up_link", "library_item", "instrument"})


def copy_all(db: Connection, times: int) -> int:
    """Copies every row of the database under new ids, with its leaders; gives how many rows were added.

    To be called while one group is all there is.
    """
    rows = {table: list(db.execute(select(table)).mappings()) for table in _tables()}
    ids = {row["id"] for table, found in rows.items() if "id" in table.c for row in found}
    added = 0
    for begin in range(0, times, AT_ONCE):
        maps = [{each: _new(each) for each in ids} for _ in range(min(AT_ONCE, times - begin))]
        for table, found in rows.items():
            if found:
                copies = [_copy(table, row, ours) for ours in maps for row in found]
                db.execute(insert(table), copies)
                added += len(copies)
    return added


def _tables() -> list[Table]:
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in ALONE]


def _new(old: str) -> str:
    return str(uuid.uuid4()) if len(old) == 36 else new_id()


def _copy(table: Table, row: Any, ours: dict[str, str]) -> dict[str, Any]:
    """The row with the ids of its copy; what opens a door is another key."""
    made = {name: ours.get(value, value) if type(value) is str else value for name, value in row.items()}
    for name in made:
        if name.endswith("_hash") and made[name] is not None:
            made[name] = secrets.token_hex(32)
    return made
