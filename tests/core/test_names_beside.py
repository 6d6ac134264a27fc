"""What names beside unnamed answers tell of who wrote those: three at least can have written them."""

import pytest

from tests.core.cast import MEMBERS, Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


@pytest.mark.parametrize("named", [4, 3])
def test_an_unnamed_answer_stays_hidden_unless_three_can_have_written_it(oak: Oak, named: int) -> None:
    """Of two, each would know that the other did: they know what they wrote themselves."""
    for name in MEMBERS[:named]:
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_named")
    alone = oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")
    assert oak.console()["can_release_unnamed"] is False
    oak.does(oak.fola, "reveal", stage_id="words")
    assert len(oak.shown()) == named and alone["id"] not in oak.shown_ids()


@pytest.mark.parametrize("how", ["shown", "revealed", "asked for", "agreed to"])
def test_names_shown_later_leave_three_for_what_was_released_without(oak: Oak, how: str) -> None:
    """Ewa alone wrote without her name; the others show theirs, one after the other."""
    ewas = oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")["id"]
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown_ids() == [ewas], "five could have written it"
    kind = "facilitators" if how in ("asked for", "agreed to") else "group_named"
    ids = [oak.writes(oak.people[name], text=name, audience=kind)["id"] for name in MEMBERS[:3]]
    *others, last = ids
    for each in others:
        if kind == "group_named":
            oak.does(oak.fola, "show_reflection", id=each)
            continue
        oak.does(oak.fola, "request_share", id=each)
        if how == "agreed to" and each == others[-1]:
            oak.does(oak.fola, "request_share", id=last)  # asked while three others could have written it
        oak.does(oak.people[MEMBERS[ids.index(each)]], "answer_share_request", id=each, accept=True)
    with refused("not_now"):
        if how == "shown":
            oak.does(oak.fola, "show_reflection", id=last)
        elif how == "revealed":
            oak.does(oak.fola, "reveal", stage_id="words")
        elif how == "asked for":
            oak.does(oak.fola, "request_share", id=last)
        else:
            oak.does(oak.chidi, "answer_share_request", id=last, accept=True)
    assert last not in oak.shown_ids() and len(oak.shown()) == 3


@pytest.mark.parametrize(
    "how", ["taken back", "taken off", "withdrawn", "narrowed", "changed", "agreed to and taken back"]
)
def test_a_name_that_the_group_has_seen_counts_also_when_it_stands_there_no_more(oak: Oak, how: str) -> None:
    """Dolores and Ewa wrote without their names; whoever has read the others' names can count."""
    for name in ("Dolores", "Ewa"):
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    asked = how.startswith("agreed")
    first = oak.writes(oak.amal, text="Amal", audience="facilitators" if asked else "group_named")["id"]
    if asked:
        oak.does(oak.fola, "request_share", id=first)
        oak.does(oak.amal, "answer_share_request", id=first, accept=True)
    else:
        oak.does(oak.fola, "show_reflection", id=first)
    oak.does(oak.fola, "show_reflection", id=oak.writes(oak.birgit, text="Birgit")["id"])
    if how in ("narrowed", "changed"):
        audience = "facilitators" if how == "narrowed" else "group_named"
        oak.writes(oak.amal, id=first, revision=2, text="Amal again", audience=audience)
    elif how == "taken off":
        oak.does(oak.fola, "hide_reflection", id=first)
    else:
        oak.does(oak.amal, "withdraw_reflection" if how == "withdrawn" else "take_back", id=first)
    assert first not in oak.shown_ids()
    third = oak.writes(oak.chidi, text="Chidi")["id"]
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=third)


def test_a_no_and_what_nobody_saw_leave_the_others_as_many_as_they_were(oak: Oak) -> None:
    for name in ("Dolores", "Ewa"):
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
    kept = oak.writes(oak.amal, text="Amal", audience="facilitators")["id"]
    oak.does(oak.fola, "request_share", id=kept)
    oak.does(oak.amal, "answer_share_request", id=kept, accept=False)
    oak.does(oak.fola, "reveal", stage_id="words")
    for name in ("Birgit", "Chidi"):
        oak.does(oak.fola, "show_reflection", id=oak.writes(oak.people[name], text=name)["id"])
    assert len(oak.shown()) == 4


def test_a_name_taken_back_before_the_release_counts_for_it(oak: Oak) -> None:
    names = [oak.writes(oak.people[name], text=name)["id"] for name in MEMBERS[:3]]
    for each in names:
        oak.does(oak.fola, "show_reflection", id=each)
    oak.does(oak.amal, "take_back", id=names[0])
    oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")
    assert oak.console()["can_release_unnamed"] is False, "Dolores would know that it is Ewa's"


def test_who_comes_after_a_release_cannot_have_written_what_it_showed(oak: Oak) -> None:
    oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    late = oak.joins("Zoe")
    oak.does(oak.fola, "admit", participant_id=late.id)
    for name in MEMBERS[:2]:
        oak.does(oak.fola, "show_reflection", id=oak.writes(oak.people[name], text=name)["id"])
    third = oak.writes(oak.chidi, text="Chidi")["id"]
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=third)


def test_who_came_between_a_stage_and_its_release_cannot_have_written_what_it_showed(oak: Oak) -> None:
    oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")
    named = [oak.writes(oak.people[name], text=name, audience="facilitators")["id"] for name in MEMBERS[:3]]
    oak.moves_to("mixed")
    oak.does(oak.fola, "admit", participant_id=oak.joins("Zoe").id)
    oak.does(oak.fola, "reveal", stage_id="words")
    assert len(oak.shown()) == 1
    for name, each in zip(MEMBERS[:2], named, strict=False):
        oak.does(oak.fola, "request_share", id=each)
        oak.does(oak.people[name], "answer_share_request", id=each, accept=True)
    with refused("not_now"):  # Dolores and Ewa would be left
        oak.does(oak.fola, "request_share", id=named[2])


def test_a_named_card_says_of_nobody_that_they_wrote_no_other_without_their_name(oak: Oak) -> None:
    oak.moves_to("cards")
    for name in MEMBERS[:4]:
        oak.writes(oak.people[name], "cards", text=f"{name} wrote this.")
    card = oak.writes(oak.ewa, "cards", text="One without a name.", audience="group_unnamed")["id"]
    oak.does(oak.fola, "reveal", stage_id="cards")
    assert card in oak.shown_ids() and len(oak.shown()) == 5


def test_what_cannot_go_with_the_others_may_be_asked_for(oak: Oak) -> None:
    """Else nothing could be done with it: too many of the others stand there with their names."""
    for name in MEMBERS[:2]:
        oak.writes(oak.people[name], text=f"{name} wrote this.")
    alone = oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")["id"]
    assert oak.on_console(alone)["acts"] == "with_others"
    oak.writes(oak.chidi, text="Chidi wrote this.")
    assert oak.on_console(alone)["acts"] == "ask"
    oak.does(oak.fola, "request_share", id=alone)
    oak.does(oak.ewa, "answer_share_request", id=alone, accept=True)
    assert oak.shown_ids() == [alone]


@pytest.mark.parametrize("named", [True, False])
def test_whoever_took_back_what_had_no_name_counts_unless_it_had_one_meanwhile(oak: Oak, named: bool) -> None:
    ids = {
        name: oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")["id"]
        for name in MEMBERS
    }
    oak.does(oak.fola, "reveal", stage_id="words")
    for name in ("Amal", "Birgit") if named else ("Birgit",):
        oak.does(oak.fola, "request_share", id=ids[name])
        oak.does(oak.people[name], "answer_share_request", id=ids[name], accept=True)
    oak.does(oak.amal, "take_back", id=ids["Amal"])
    if named:
        with refused("not_now"):
            oak.does(oak.fola, "request_share", id=ids["Chidi"])
    else:
        oak.does(oak.fola, "request_share", id=ids["Chidi"])
        oak.does(oak.chidi, "answer_share_request", id=ids["Chidi"], accept=True)
        assert ids["Chidi"] in oak.shown_ids()
