"""Pushes take turns, so that no acknowledgement waits for many of them."""

import threading
import time

from realtime.turns import REST, Turns

PATIENCE = 5.0


def test_what_is_small_goes_before_what_is_costly_and_was_asked_for_earlier() -> None:
    turns, go_on, done = Turns(), threading.Event(), threading.Event()
    order: list[str] = []
    turns.small(lambda: order.append("first") or (go_on.wait(PATIENCE) and None))
    turns.costly(lambda: order.append("costly") or done.set())
    turns.small(lambda: order.append("small"))
    go_on.set()
    assert done.wait(PATIENCE)
    assert order == ["first", "small", "costly"]


def test_small_pushes_go_on_while_costly_ones_rest() -> None:
    turns, first, second, small = Turns(), threading.Event(), threading.Event(), threading.Event()
    took = 0.6
    times: dict[str, float] = {}

    def costly() -> None:
        threading.Event().wait(took)
        times["rests"] = time.monotonic()
        first.set()

    def next_one() -> None:
        times["next"] = time.monotonic()
        second.set()

    turns.costly(costly)
    turns.costly(next_one)
    assert first.wait(PATIENCE)
    turns.small(small.set)
    assert small.wait(PATIENCE) and not second.is_set()
    assert second.wait(PATIENCE)
    assert times["next"] - times["rests"] >= REST * took * 0.9


def test_a_push_asked_for_at_any_moment_is_made() -> None:
    turns, made, everybody = Turns(), [], threading.Event()

    def make(number: int) -> None:
        made.append(number)
        if len(made) == 400:
            everybody.set()

    askers = [
        threading.Thread(
            target=lambda start=start: [turns.small(lambda n=n: make(n)) for n in range(start, start + 100)]
        )
        for start in range(0, 400, 100)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert everybody.wait(PATIENCE)
    assert sorted(made) == list(range(400))
