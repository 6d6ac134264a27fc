"""What is released without names gives a co-participant no way to tell who wrote what."""

from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from app.core import reveals
from app.db import Database
from tests.realtime.linkage import attack, best_clue, drawn, play
from tests.realtime.packets import House

SEED, ROOMS, ROUNDS = 20261126, 12, 5
CHANCE = 0.55  # no more than this of pairs may be told apart; 0.5 is guessing


@pytest.fixture
def database_kind() -> str:
    """Who receives which frame does not depend on the database."""
    return "sqlite"


@pytest.fixture
def house(database_url: str, database: Database) -> Iterator[House]:
    made = House(database_url, database)
    yield made
    made.close()


def lot(monkeypatch: pytest.MonkeyPatch, shuffle: Any) -> None:
    """The lot that draws the order, drawn by the test."""
    monkeypatch.setattr(
        reveals, "secrets", SimpleNamespace(SystemRandom=lambda: SimpleNamespace(shuffle=shuffle))
    )


def test_over_many_rounds_a_co_participant_links_no_answer_to_its_writer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(SEED)
    lot(monkeypatch, Random(SEED + 1).shuffle)
    played = [each for _ in range(ROOMS) for each in play(house, random, ROUNDS, lambda _n: drawn(random))]
    assert all(len(each.items()) == 5 for each in played), "each round was released, and read"
    assert {"id", "place", "place on the screen", "length on the screen"} <= attack(played).keys()
    reached, clue = best_clue(played)
    assert reached <= CHANCE, f"the attacker reaches {reached:.3f} by {clue}"


@pytest.mark.parametrize("leak", ["the order they came in", "ids that count up", "it goes with its writer"])
def test_the_same_attacker_finds_each_leak(house: House, monkeypatch: pytest.MonkeyPatch, leak: str) -> None:
    random = Random(SEED)
    shuffle = (lambda _order: None) if leak == "the order they came in" else Random(SEED + 1).shuffle
    lot(monkeypatch, shuffle)
    counted = leak == "ids that count up"
    played = play(
        house,
        random,
        2 * ROUNDS,
        lambda n: str(UUID(int=n << 80, version=4)) if counted else drawn(random),
        leaves="take_back" if leak == "it goes with its writer" else "",
    )
    reached, clue = best_clue(played)
    assert reached > CHANCE, f"{leak}: only {reached:.3f}"
    assert (
        clue
        in {
            "the order they came in": ("place", "place on the screen"),
            "ids that count up": ("id",),
            "it goes with its writer": ("goes with",),
        }[leak]
    )
