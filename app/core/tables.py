"""What the tables are made of: random ids, times in UTC, sealed texts, choices that the database checks."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.sealing import SealedText

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """A random id of 128 bits, fit for a URL."""
    return secrets.token_urlsafe(16)


def choice(kind: type[StrEnum], name: str) -> Any:
    """A column that holds the enum's value, checked by the database."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=16,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def ref(target: str, **more: Any) -> Any:
    return Field(foreign_key=target, max_length=36, **more)


def id_column() -> Any:
    return Field(default_factory=new_id, primary_key=True, max_length=36)


def sealed(nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_type=SealedText, nullable=nullable)


def time(nullable: bool = False) -> Any:
    if nullable:
        return Field(default=None, sa_type=UTCDateTime, nullable=True)
    return Field(default_factory=now, sa_type=UTCDateTime)


class Table(SQLModel):
    """What all tables have in common: ``__table__`` for queries that need whole rows and no objects."""

    __table__: ClassVar[sa.Table]
