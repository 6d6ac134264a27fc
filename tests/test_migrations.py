"""The history of the tables: up, down and up again, and the same as the models."""

from sqlalchemy import Engine, create_engine, inspect
from sqlmodel import SQLModel

from app import migrations
from app.migrations import is_current


def engine_of(url: str) -> Engine:
    return create_engine(url)


def tables(url: str) -> set[str]:
    engine = engine_of(url)
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return names


def current(url: str) -> bool:
    engine = engine_of(url)
    with engine.connect() as db:
        found = is_current(db)
    engine.dispose()
    return found


def test_the_tables_come_go_and_come_again(empty_database_url: str) -> None:
    url = empty_database_url
    assert tables(url) == set() and not current(url)
    migrations.upgrade(url)
    assert tables(url) == {table.name for table in SQLModel.metadata.sorted_tables}
    assert current(url) and not migrations.differences(url)
    migrations.downgrade(url, "base")
    assert tables(url) == set() and not current(url)
    migrations.upgrade(url)
    assert current(url) and not migrations.differences(url)


def test_a_table_that_the_models_do_not_know_is_a_difference(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    engine = engine_of(empty_database_url)
    with engine.begin() as db:
        db.exec_driver_sql("ALTER TABLE member ADD COLUMN shoe_size INTEGER")
    engine.dispose()
    assert migrations.differences(empty_database_url)


OLD = "INSERT INTO facilitator (id, name, created_at, disabled_at, password_hash) VALUES "
ACCOUNTS = """
    ('shut', 'x', '2026-01-01 00:00:00+00:00', '2026-02-01 00:00:00+00:00', 'x'),
    ('never-used', 'x', '2026-01-02 00:00:00+00:00', NULL, NULL),
    ('fola', 'x', '2026-01-03 00:00:00+00:00', NULL, 'x'),
    ('sami', 'x', '2026-01-04 00:00:00+00:00', NULL, 'x')
"""


def test_an_installation_from_before_has_its_oldest_account_as_administrator(empty_database_url: str) -> None:
    url = empty_database_url
    migrations.upgrade(url, "0004")
    engine = engine_of(url)
    with engine.begin() as db:
        db.exec_driver_sql(OLD + ACCOUNTS)
    migrations.upgrade(url)
    with engine.begin() as db:
        found = db.exec_driver_sql("SELECT id FROM facilitator WHERE administrator").scalars().all()
    engine.dispose()
    assert found == ["fola"]


def test_going_up_twice_is_going_up_once(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    migrations.upgrade(empty_database_url)
    assert current(empty_database_url)
