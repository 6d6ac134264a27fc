"""Alembic's entry: runs revisions on the connection it was given, each database in one transaction."""

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import app.core.course_models
import app.core.models
import app.core.record_models
import app.core.safety_models  # noqa: F401
from app.core.sealing import SealedText


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Our own types are plain ones in a revision, so that old revisions never depend on today's code."""
    if kind == "type" and isinstance(item, SealedText):
        return "sa.Text()"
    if kind == "type" and type(item).__name__ in ("AutoString", "UTCDateTime"):
        if type(item).__name__ == "UTCDateTime":
            return "sa.DateTime(timezone=True)"
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
