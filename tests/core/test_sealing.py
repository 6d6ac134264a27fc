"""Fields are sealed: bound to their place, refused when tampered with, and nowhere in plain."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel, col

from app.core import groups, sealing
from app.core.models import Facilitator, Member, Note, Participant
from app.core.refusals import Refused
from app.core.sealing import Unsealable, open_sealed, parse_ring, seal
from app.db import Database, check_keys
from tests.core.cast import MEMBERS, Oak
from tests.house.environment import KEYS

OLD, NEW = "old:" + "11" * 32, "new:" + "22" * 32


@pytest.fixture(autouse=True)
def _ring_of_the_tests(ring: None) -> Iterator[None]:
    """Whatever ring a test uses, the next one finds the usual."""
    yield
    sealing.use(parse_ring(KEYS))


def test_what_was_sealed_opens_in_its_own_place() -> None:
    sealed = seal(Member.alias, "m1", "Zoë 🌿")
    assert open_sealed(Member.alias, "m1", sealed) == "Zoë 🌿"
    assert sealed.startswith("v1.test.") and "Zoë" not in sealed and "🌿" not in sealed
    assert seal(Member.alias, "m1", "Zoë 🌿") != sealed


@pytest.mark.parametrize(
    ("column", "row_id"), [(Member.alias, "m2"), (Member.link, "m1"), (Participant.alias, "m1")]
)
def test_a_value_in_another_row_column_or_table_does_not_open(column: Any, row_id: str) -> None:
    sealed = seal(Member.alias, "m1", "Zoë")
    with pytest.raises(Unsealable):
        open_sealed(column, row_id, sealed)


@pytest.mark.parametrize("part", [2, 3])
def test_a_value_with_one_bit_flipped_does_not_open(part: int) -> None:
    parts = seal(Member.alias, "m1", "Zoë").split(".")
    raw = bytearray(sealing._unb64(parts[part]))
    raw[0] ^= 1
    parts[part] = sealing._b64(bytes(raw))
    with pytest.raises(Unsealable):
        open_sealed(Member.alias, "m1", ".".join(parts))


@pytest.mark.parametrize(
    "value", ["", "Zoë", "v2.test.AAAA.AAAA", "v1.test.AAAA", "v1.other.AAAA.AAAA", "v1...."]
)
def test_what_was_never_sealed_by_us_does_not_open(value: str) -> None:
    with pytest.raises(Unsealable):
        open_sealed(Member.alias, "m1", value)


def test_the_refusal_says_where_and_never_what() -> None:
    with pytest.raises(Unsealable) as caught:
        open_sealed(Member.alias, "m1", "v1.test.canary.canary")
    assert str(caught.value) == "member:alias:m1"
    assert caught.value.__cause__ is None


def test_a_sealed_column_refuses_a_plain_string(database: Database) -> None:
    def writes_plainly(db: Any) -> None:
        db.execute(insert(Facilitator).values(id="f1", name="Fola"))

    with pytest.raises(StatementError):
        database.writer.do(writes_plainly)


def test_swapped_values_in_the_database_do_not_open(oak: Oak) -> None:
    def swaps(db: Any) -> None:
        one, other = (oak.member(name) for name in ("Amal", "Birgit"))
        for row, value in ((one, other.alias), (other, one.alias)):
            db.execute(update(Member).where(col(Member.id) == row.id).values(alias=value))

    oak.database.writer.do(swaps)
    with pytest.raises(Unsealable):
        open_sealed(Member.alias, oak.members["Amal"], oak.member("Amal").alias)


# rings


def test_a_ring_is_read_from_hex_or_base64_with_commas_or_lines() -> None:
    ring = parse_ring("one:" + "11" * 32 + ",\n two:" + sealing._b64(b"2" * 32) + "\n" + "33" * 32)
    assert ring.first == "one"
    for key_id in ("one", "two"):
        assert key_id in ring._ciphers
    assert len(ring._ciphers) == 3  # a key without an id gets one


@pytest.mark.parametrize(
    "text", ["", " ", "one:", "one:abc", "one:" + "11" * 31, "o.ne:" + "11" * 32, "one:" + "?" * 43]
)
def test_a_ring_that_will_not_do_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_ring(text)


def test_a_fresh_key_makes_a_ring() -> None:
    assert parse_ring(sealing.new_key()).first != parse_ring(sealing.new_key()).first


def test_the_first_key_seals_and_an_old_one_still_opens() -> None:
    sealing.use(parse_ring(OLD))
    before = seal(Member.alias, "m1", "Zoë")
    sealing.use(parse_ring(f"{NEW},{OLD}"))
    assert open_sealed(Member.alias, "m1", before) == "Zoë"
    assert seal(Member.alias, "m1", "Zoë").startswith("v1.new.")
    sealing.use(parse_ring(NEW))
    with pytest.raises(Unsealable):
        open_sealed(Member.alias, "m1", before)


@pytest.mark.parametrize("wrong", [NEW, "old:" + "33" * 32])
def test_a_ring_that_does_not_fit_the_database_refuses_to_start(database: Database, wrong: str) -> None:
    sealing.use(parse_ring(OLD))
    check_keys(database)
    sealing.use(parse_ring(wrong))
    with pytest.raises(Unsealable):
        check_keys(database)
    sealing.use(parse_ring(f"{NEW},{OLD}"))
    check_keys(database)


# nowhere in plain

CANARY = "canarysong"


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everybody logs all they have to say; set before the engines are made, since they ask only then."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "concentric", "alembic"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def plays_with_canaries(oak: Oak) -> None:
    """A whole session in which every text, name and alias is a canary; refusals and faults included."""
    guest = oak.joins(f"{CANARY} guest")
    oak.does(oak.fola, "admit", participant_id=guest.id)
    oak.writes(guest, text=f"{CANARY} answer")
    answer = oak.writes(oak.amal, text=f"{CANARY} first", audience="facilitators")["id"]
    oak.writes(oak.amal, id=answer, revision=2, text=f"{CANARY} second", audience="facilitators")
    signal = oak.signals(oak.amal)
    oak.does(oak.fola, "answer_signal", id=signal, reply=f"{CANARY} reply")
    oak.does(oak.fola, "save_note", text=f"{CANARY} note", revision=1, stage_id="words")
    oak.does(
        oak.fola, "insert_stage", exercise_id=None, title=f"{CANARY} title", minutes=5, after_stage_id="words"
    )
    oak.database.writer.do(groups.add_members, oak.group_id, [f"{CANARY} member"])
    oak.database.writer.do(groups.create_group, oak.fola.id, name=f"{CANARY} group", programme_id=None)
    with pytest.raises(Refused):
        oak.writes(oak.birgit, "last", text=f"{CANARY} too soon")

    def breaks(db: Any) -> None:
        values = {
            "id": f"{CANARY} id",
            "text": seal(Note.text, "n1", f"{CANARY} note"),
            "group_session_id": "none",
        }
        db.execute(insert(Note).values(facilitator_id="none", **values))

    with pytest.raises(IntegrityError):
        oak.database.writer.do(breaks)
    oak.console(), oak.room(), oak.wall(), oak.me(oak.amal)


def stands(word: str, text: str) -> bool:
    """Whether a word stands by itself: random ids and sealed texts may hold its letters by chance."""
    return re.search(rf"(?<![\w+/=.-]){re.escape(word)}(?![\w+/=-])", text) is not None


def test_a_word_is_found_where_it_stands_and_not_within_a_random_id():
    assert stands("Oak", "('Oak', 3)") and stands("Oak", 'name="Oak"') and not stands("Oak", "VHAOak9yr")


def test_no_text_or_name_is_in_the_database_or_in_any_log(
    loud: pytest.LogCaptureFixture, database: Database, database_url: str
) -> None:
    oak = Oak(database)
    oak.starts()
    plays_with_canaries(oak)
    stored = ""
    for table in SQLModel.metadata.sorted_tables:
        with database.reader() as db:
            stored += str(db.exec_driver_sql(f"SELECT * FROM {table.name}").all())
    assert oak.amal.id in stored and "v1.test." in stored  # the premise: this is where it would be
    for word in (CANARY, "Fola", "Oak", "Tell us about", *MEMBERS):
        assert not stands(word, stored) and not stands(word, loud.text)
    assert "INSERT INTO reflection" in loud.text
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        raw = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
        assert oak.amal.id.encode() in raw
        for word in (CANARY, "Tell us about", "Dolores"):
            assert word.encode() not in raw and word.encode("utf-16-le") not in raw
