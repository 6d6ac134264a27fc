"""Who practises with whom: by hand or by lot; a card of one's own, and a scene that is shared."""

from collections import Counter
from typing import Any

import pytest

from tests.core.cast import Oak, prompt, refused, stage

ROLES = {"options": ["asks", "answers"]}


@pytest.fixture
def practising(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At a stage with pairs; five people are in the room."""
    first = stage("play", prompt("intro", "roleplay_pair", **ROLES))
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [first, stage("next", prompt("text"))])
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def ids(oak: Oak, *names: str) -> list[str]:
    return [oak.people[name].id for name in names]


def assigns(oak: Oak, *pairs: list[str]) -> dict[str, Any]:
    return oak.does(oak.fola, "assign_pairs", stage_id="play", pairs=list(pairs))


def test_each_knows_partner_and_own_card_and_nobody_elses(practising: Oak) -> None:
    assigns(practising, ids(practising, "Amal", "Birgit"), ids(practising, "Chidi", "Dolores", "Ewa"))
    pair = practising.me(practising.amal)["pair"]
    assert (pair["partners"], pair["role"], pair["trio"]) == (["Birgit"], "asks", False)
    assert practising.me(practising.birgit)["pair"]["role"] == "answers"
    trio = practising.me(practising.ewa)["pair"]
    assert (trio["partners"], trio["role"], trio["trio"]) == (["Chidi", "Dolores"], "observer", True)
    assert "answers" not in str(practising.me(practising.amal)["pair"])


def test_swapped_they_keep_their_scene(practising: Oak) -> None:
    assigns(practising, ids(practising, "Amal", "Birgit"))
    answer = {"scene": "At the door", "role": "asks", "rounds": ["May I come in?"], "observer_notes": []}
    practising.writes(practising.amal, "play", intro=answer)
    assert practising.me(practising.birgit)["pair"]["scene"] == "At the door"
    assigns(practising, ids(practising, "Birgit", "Amal"))
    swapped = practising.me(practising.birgit)["pair"]
    assert (swapped["role"], swapped["scene"]) == ("asks", "At the door")


def test_a_scene_reaches_the_pair_and_nobody_else(practising: Oak, news: list[Any]) -> None:
    assigns(practising, ids(practising, "Amal", "Birgit"), ids(practising, "Chidi", "Dolores"))
    practising.writes(practising.amal, "play", intro={"scene": "At the door"})
    assert news[-1].people == set(ids(practising, "Amal", "Birgit"))
    for other in ("Chidi", "Dolores", "Ewa"):
        assert "At the door" not in str(practising.me(practising.people[other]))
    assert "At the door" not in str(practising.room()) + str(practising.wall())


@pytest.mark.parametrize("guests", [0, 1])
def test_the_lot_leaves_nobody_out_and_nobody_alone(practising: Oak, guests: int) -> None:
    if guests:
        zoe = practising.joins("Zoe")
        practising.does(practising.fola, "admit", participant_id=zoe.id)
    seen = set()
    for _ in range(6):
        practising.does(practising.fola, "draw_pairs", stage_id="play")
        pairs = [[one["id"] for one in pair["people"]] for pair in practising.console()["pairs"]["pairs"]]
        sizes = Counter(map(len, pairs))
        assert sizes == ({2: 3} if guests else {2: 1, 3: 1})
        assert len({one for pair in pairs for one in pair}) == 5 + guests
        seen.add(str(pairs))
    assert len(seen) > 1


@pytest.mark.parametrize("pairs", [[["Amal"]], [["Amal", "Birgit"], ["Birgit", "Chidi"]], [["Amal", "Amal"]]])
def test_nobody_practises_alone_or_twice(practising: Oak, pairs: list[list[str]]) -> None:
    with refused("invalid"):
        assigns(practising, *(ids(practising, *pair) for pair in pairs))


def test_only_people_in_the_room_are_put_together(practising: Oak) -> None:
    guest = practising.joins("Zoe")
    with refused("not_found"):
        assigns(practising, [practising.amal.id, guest.id])


def test_the_same_pairs_again_change_nothing(practising: Oak) -> None:
    first = assigns(practising, ids(practising, "Amal", "Birgit"))
    assert assigns(practising, ids(practising, "Amal", "Birgit")) == first


def test_a_stage_without_pairs_takes_none(practising: Oak) -> None:
    practising.moves_to("next")
    with refused("not_now"):
        practising.does(practising.fola, "draw_pairs", stage_id="next")
    assert practising.me(practising.amal)["pair"] is None
