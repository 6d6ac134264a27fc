"""Who practises with whom: by hand or by lot; a card of one's own, and a scene that is shared."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from app.core import keepsake, pairs
from app.core.agenda import agenda_of
from app.core.changes import Who
from app.library import agendas, load
from tests.core.cast import MEMBERS, Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

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
    card = practising.room()["stage"]["prompts"][-1]["text"]
    assert card and card not in str(practising.wall()), "a role card is for whoever holds it"


def test_the_scene_of_a_partner_is_nobody_elses_words(practising: Oak) -> None:
    """The form of both has it: it stays with whoever wrote it, and is in no keepsake but theirs."""
    assigns(practising, ids(practising, "Amal", "Birgit"))
    wrote = {"scene": "My sister at the door", "role": "asks", "rounds": ["May I come in?"]}
    first = practising.writes(practising.amal, "play", intro=wrote)
    taken = wrote | {"role": "answers", "rounds": ["Come in."]}
    sent = {"id": str(uuid4()), "intro": taken}
    acknowledged = practising.writes(practising.birgit, "play", **sent)
    assert practising.writes(practising.birgit, "play", **sent) == acknowledged  # sent again
    practising.writes(practising.amal, "play", id=first["id"], revision=2, intro=wrote)  # a revision
    assert told(practising, "Amal") == ["My sister at the door\nasks: May I come in?"]
    assert told(practising, "Birgit") == ["answers: Come in."]
    assert practising.me(practising.birgit)["pair"]["scene"] == "My sister at the door"
    practising.writes(practising.birgit, "play", id=sent["id"], revision=2, intro={"scene": wrote["scene"]})
    assert told(practising, "Birgit") == []


def test_a_scene_that_somebody_changed_is_their_own(practising: Oak) -> None:
    assigns(practising, ids(practising, "Amal", "Birgit"))
    practising.writes(practising.amal, "play", intro={"scene": "At the door"})
    practising.writes(practising.birgit, "play", intro={"scene": "At the door, at night"})
    assert told(practising, "Birgit") == ["At the door, at night"]
    assert practising.me(practising.amal)["pair"]["scene"] == "At the door, at night"


def told(oak: Oak, name: str) -> list[str]:
    """What the keepsake says that somebody wrote."""
    with oak.database.reader() as db:
        sessions = keepsake.words_of(db, oak.member(name))["sessions"]
    return [part["text"] for each in sessions for answer in each["answers"] for part in answer["parts"]]


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


# the shipped role play: the worker has questions of their own


@pytest.fixture
def playing(planned_oak: Oak) -> Oak:
    """At the shipped role play; Birgit has the turn."""
    planned_oak.plans([agendas.stage_of_exercise(load().exercises["role_play"])])
    planned_oak.starts()
    planned_oak.does(
        planned_oak.fola, "give_turn", stage_id=played(planned_oak), participant_id=birgit(planned_oak)
    )
    return planned_oak


def played(oak: Oak) -> str:
    return str(agenda_of(oak.row())[0]["id"])


def birgit(oak: Oak) -> str:
    return oak.people["Birgit"].id


def card_and_question(oak: Oak, name: str) -> tuple[str, dict[str, Any]]:
    """The role on somebody's card, and the one question of theirs that it stands with."""
    me = oak.me(oak.people[name])
    [asked] = [each for each in me["prompts"] if each["type"] == "roleplay_pair"]
    return me["pair"]["role"], asked


def answers(oak: Oak, who: Who, key: str, role: str) -> None:
    """As the page sends it: with the role of the card."""
    value = {"scene": "", "role": role, "rounds": ["May I come in?"], "observer_notes": ["Calm"]}
    sent = {"id": str(uuid4()), "revision": 1, "audience": "group_named", "passed": False}
    assert oak.does(who, "submit_reflection", stage_id=played(oak), answer={key: value}, **sent)["ok"]


def test_whatever_role_somebody_has_in_the_shipped_role_play_their_answer_is_taken(playing: Oak) -> None:
    names = ("Amal", "Birgit"), ("Chidi", "Dolores", "Ewa")  # the worker second, and a pair without one
    people = [ids(playing, *each) for each in names]
    playing.does(playing.fola, "assign_pairs", stage_id=played(playing), pairs=people)
    roles = {}
    for name in MEMBERS:
        roles[name], asked = card_and_question(playing, name)
        answers(playing, playing.people[name], asked["key"], roles[name])
    assert roles == {
        "Amal": "self",
        "Birgit": "other",
        "Chidi": "self",
        "Dolores": "other",
        "Ewa": "observer",
    }


def test_the_question_above_a_card_speaks_of_the_role_on_it(playing: Oak) -> None:
    says = {"self": "You are playing yourself.", "other": "You are playing the other person"}
    says["observer"] = "You are playing the other person, or you watch."
    for pair in (("Birgit", "Amal"), ("Amal", "Birgit"), ("Amal", "Chidi", "Birgit")):
        playing.does(playing.fola, "assign_pairs", stage_id=played(playing), pairs=[ids(playing, *pair)])
        for name in {"Amal", "Birgit"}:
            role, asked = card_and_question(playing, name)
            assert asked["text"].startswith(says[role]), (pair, name)
            assert asked["key"] == ("self" if name == "Birgit" else "other")


def test_the_lot_puts_whoever_works_first_in_their_pair(playing: Oak) -> None:
    for _ in range(8):
        playing.does(playing.fola, "draw_pairs", stage_id=played(playing))
        assert card_and_question(playing, "Birgit")[0] == "self"


def test_a_role_that_the_stage_has_not_is_refused(playing: Oak) -> None:
    with refused("invalid"):
        answers(playing, playing.amal, "other", "director")
    assert "watcher" in pairs.roles_of(agenda_of(playing.row())[0])


def test_whoever_has_left_the_room_is_in_no_drawn_pair(practising: Oak) -> None:
    practising.does(practising.ewa, "leave")
    practising.does(practising.fola, "draw_pairs", stage_id="play")
    with practising.database.reader() as db:
        drawn = pairs.pairs_of(db, practising.id, "play")
    named = [each["id"] for pair in drawn for each in pair["people"]]
    assert sorted(named) == sorted(ids(practising, "Amal", "Birgit", "Chidi", "Dolores"))
