"""The tokens that open a seat: new with each use, and good as long as a browser may come back to one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import door, seats
from app.core.models import new_id
from app.core.safety_models import SeatToken
from app.core.tables import now
from tests.core.cast import Oak

LONG = seats.SETTLED + timedelta(seconds=1)
SOON = timedelta(seconds=5)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(now(), tick=False) as made:
        yield made


class Browser:
    """One browser at one person's seat: what it holds, and what it was ever given."""

    def __init__(self, oak: Oak, name: str = "Amal") -> None:
        self.oak, self.person, self.given = oak, oak.people[name].id, [""]
        self.loads()

    def loads(self, held: str | None = None) -> str:
        """A page is loaded with a token, the newest unless another is named; gives the next one."""
        self.given.append(new_id())
        held = self.given[-2] if held is None else held
        self.oak.database.writer.do(seats.give, self.person, self.given[-1], held)
        return self.given[-1]

    def opens(self, token: str, person: str | None = None) -> bool:
        with self.oak.database.reader() as db:
            return seats.opens(db, person or self.person, token)


def rows(oak: Oak) -> list[Any]:
    with oak.database.reader() as db:
        return list(db.execute(select(SeatToken.__table__)).all())


def test_a_token_is_of_its_person_and_room_and_the_database_has_its_hash_alone(oak: Oak) -> None:
    amal = Browser(oak)
    token = amal.given[-1]
    assert len(token) >= 22 and amal.opens(token)  # 128 bits
    assert not amal.opens(token, oak.people["Birgit"].id)
    assert not amal.opens("") and not amal.opens(door.hashed(token))
    assert [each.token_hash for each in rows(oak)] == [door.hashed(token)]
    assert token not in str(rows(oak))


def test_each_use_gives_a_new_one_and_the_one_before_is_over_once_that_is_settled(
    oak: Oak, clock: Any
) -> None:
    amal = Browser(oak)
    first = amal.given[-1]
    clock.shift(LONG)
    second = amal.loads()
    assert second != first and amal.opens(first) and amal.opens(second)
    clock.shift(LONG)
    third = amal.loads()
    assert [amal.opens(each) for each in (first, second, third)] == [False, True, True]


def test_a_lost_answer_locks_nobody_out_however_late_the_next_try(oak: Oak, clock: Any) -> None:
    amal = Browser(oak)
    held = amal.given[-1]
    for _ in range(4):  # each answer with its new token is lost
        clock.shift(LONG * 20)
        lost = amal.loads(held)
        assert amal.opens(held)
    clock.shift(LONG)
    amal.loads(lost)  # this one had arrived
    assert not amal.opens(held)


def test_tabs_that_load_at_once_all_stay_good_whichever_answer_comes_last(oak: Oak, clock: Any) -> None:
    amal = Browser(oak)
    held = amal.given[-1]
    clock.shift(LONG)
    tabs = [amal.loads(held) for _ in range(3)]
    for last in tabs:
        assert amal.opens(last)
    clock.shift(LONG)
    amal.loads(tabs[0])
    assert not amal.opens(held) and amal.opens(tabs[0])


def test_a_browser_killed_before_it_wrote_its_cookies_down_comes_back_to_its_seat(
    oak: Oak, clock: Any
) -> None:
    amal = Browser(oak)
    clock.shift(LONG)
    written_down = amal.loads()
    for _ in range(5):  # loaded again and again, and killed before anything more was written down
        clock.shift(SOON)
        amal.loads()
    clock.shift(LONG * 30)
    assert amal.opens(written_down)


def test_two_devices_of_one_person_both_stay(oak: Oak, clock: Any) -> None:
    phone, laptop = Browser(oak), Browser(oak)
    for _ in range(3):
        clock.shift(LONG)
        phone.loads()
    assert laptop.opens(laptop.given[-1]) and phone.opens(phone.given[-1])


def test_what_a_browser_holds_does_not_pile_up(oak: Oak, clock: Any) -> None:
    amal = Browser(oak)
    for _ in range(200):
        clock.shift(SOON)
        amal.loads()
    assert len(rows(oak)) <= seats.SETTLED / SOON + 3


def test_whoever_leaves_gives_up_all_that_this_browser_was_given(oak: Oak) -> None:
    phone, laptop = Browser(oak), Browser(oak)
    phone.loads()
    oak.database.writer.do(seats.give_up, phone.person, phone.given[-1])
    assert not any(phone.opens(each) for each in phone.given[1:])
    assert laptop.opens(laptop.given[-1])


def test_a_token_that_is_over_begins_nothing_of_the_browser_it_was_of(oak: Oak, clock: Any) -> None:
    amal = Browser(oak)
    first = amal.given[-1]
    for _ in range(2):
        clock.shift(LONG)
        amal.loads()
    new = amal.loads(first)  # came in by the door anew
    assert [each.browser for each in rows(oak) if each.token_hash == door.hashed(new)] == [door.hashed(new)]


def test_the_same_token_given_twice_is_given_once(oak: Oak) -> None:
    amal = Browser(oak)
    token = new_id()
    for _ in range(2):
        oak.database.writer.do(seats.give, amal.person, token, amal.given[-1])
    assert len(rows(oak)) == 2
