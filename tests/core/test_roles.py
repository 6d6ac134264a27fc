"""Who leads, supports and watches, and whose hand is on the session."""

from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import col

from app.core import roles
from app.core.models import Facilitator, Role, now
from app.core.refusals import Refused
from app.core.sealing import seal
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def add_account(oak: Oak, name: str) -> str:
    """One more account of the installation, with a role in no group."""
    new = f"f-{name.lower()}"

    def make(db: Any) -> None:
        named = seal(Facilitator.name, new, name)
        db.execute(insert(Facilitator).values(id=new, name=named, created_at=now()))

    oak.database.writer.do(make)
    return new


def disables(oak: Oak, facilitator_id: str) -> None:
    def disable(db: Any) -> None:
        where = col(Facilitator.id) == facilitator_id
        db.execute(update(Facilitator).where(where).values(disabled_at=now()))

    oak.database.writer.do(disable)


def gives(oak: Oak, who: str, role: Role, by: str = "f-fola") -> None:
    oak.database.writer.do(roles.give_role, by, oak.group_id, who, role)


def ends(oak: Oak, who: str, by: str = "f-fola") -> None:
    oak.database.writer.do(roles.end_role, by, oak.group_id, who)


def roles_of(oak: Oak) -> dict[str, Role]:
    with oak.database.reader() as db:
        return roles.of_group(db, oak.group_id)


def test_a_lead_adds_somebody_changes_what_they_do_and_ends_it(oak: Oak) -> None:
    olu = add_account(oak, "Olu")
    with oak.database.reader() as db:
        assert [each["name"] for each in roles.choices(db, oak.group_id)] == ["Olu"]
    gives(oak, olu, Role.OBSERVER)
    assert roles_of(oak)[olu] == Role.OBSERVER
    gives(oak, olu, Role.SUPPORT)
    assert roles_of(oak)[olu] == Role.SUPPORT
    ends(oak, olu)
    assert olu not in roles_of(oak)
    with refused("not_found"):
        ends(oak, olu)
    with refused("not_found"):
        gives(oak, "nobody", Role.SUPPORT)


@pytest.mark.parametrize("how", ["end", "support", "observer"])
def test_a_group_is_never_without_somebody_who_leads(oak: Oak, how: str) -> None:
    with refused("not_now"):
        ends(oak, "f-fola") if how == "end" else gives(oak, "f-fola", Role(how))
    gives(oak, "f-sami", Role.LEAD)
    ends(oak, "f-fola") if how == "end" else gives(oak, "f-fola", Role(how))
    assert [key for key, role in roles_of(oak).items() if role == Role.LEAD] == ["f-sami"]


def test_an_account_that_is_disabled_counts_as_no_lead_and_gets_no_role(oak: Oak) -> None:
    gives(oak, "f-sami", Role.LEAD)
    disables(oak, "f-sami")
    with refused("not_now"):
        ends(oak, "f-fola")
    olu = add_account(oak, "Olu")
    disables(oak, olu)
    with refused("not_found"):
        gives(oak, olu, Role.SUPPORT)


def test_a_changed_role_is_news_for_every_session_that_is_not_over(oak: Oak, news: list[Any]) -> None:
    over = oak.id
    oak.does(oak.fola, "end")
    oak.plans()
    news.clear()
    gives(oak, "f-sami", Role.OBSERVER)
    assert [(each.group_session_id, each.action, each.shared, each.moved) for each in news] == [
        (oak.id, "change_role", True, False)
    ]
    assert over != oak.id
    news.clear()
    gives(oak, "f-sami", Role.OBSERVER)
    assert news == []


def test_what_a_role_no_longer_allows_is_refused_from_the_next_command_on(oak: Oak) -> None:
    gives(oak, "f-sami", Role.OBSERVER)
    with refused("not_found"):
        oak.does(oak.sami, "hold")
    assert oak.row().state == "live"


def test_whoever_watches_is_always_named_to_the_group(oak: Oak) -> None:
    gives(oak, add_account(oak, "Olu"), Role.OBSERVER)
    for command in ("hold", "resume", "end"):
        assert oak.room()["observers"] == ["Olu"]
        oak.does(oak.fola, command)
    assert oak.room()["observers"] == ["Olu"]


# whose hand is on it


def test_the_lead_leads_until_it_is_handed_over_and_everybody_reads_who_does(oak: Oak) -> None:
    assert oak.room()["facilitators"] == ["Fola", "Sami"] and not oak.room()["handed_over"]
    before = oak.row()
    oak.does(oak.fola, "hand_over", facilitator_id="f-sami")
    assert oak.room()["facilitators"] == ["Sami", "Fola"] and oak.room()["handed_over"]
    assert oak.console()["leads"]["name"] == "Sami" and not oak.console()["mine"]
    assert oak.console(oak.sami)["mine"]
    assert [each["name"] for each in oak.console()["hand_to"]] == ["Fola"]
    after = oak.row()
    assert (after.shared_version, after.moved_version) == (before.shared_version + 1, before.moved_version)
    oak.does(oak.sami, "hand_over", facilitator_id="f-sami")
    assert oak.row().version == after.version


def test_both_may_still_press_everything_after_it_was_handed_over(oak: Oak) -> None:
    oak.does(oak.fola, "hand_over", facilitator_id="f-sami")
    assert oak.moves_to("mixed")["ok"] and oak.does(oak.sami, "hold")["ok"]


@pytest.mark.parametrize("whom", ["an observer", "a stranger", "somebody disabled"])
def test_it_is_handed_over_to_nobody_who_may_not_lead(oak: Oak, whom: str) -> None:
    other = add_account(oak, "Olu")
    if whom != "a stranger":
        gives(oak, other, Role.OBSERVER if whom == "an observer" else Role.SUPPORT)
    if whom == "somebody disabled":
        disables(oak, other)
    with refused("not_found"):
        oak.does(oak.fola, "hand_over", facilitator_id=other)


@pytest.mark.parametrize("how", ["end", "observer"])
def test_a_hand_that_may_no_longer_lead_is_taken_off(oak: Oak, how: str) -> None:
    oak.does(oak.fola, "hand_over", facilitator_id="f-sami")
    ends(oak, "f-sami") if how == "end" else gives(oak, "f-sami", Role.OBSERVER)
    assert oak.row().led_by is None
    assert oak.room()["facilitators"][0] == "Fola" and oak.console()["leads"]["name"] == "Fola"


def test_each_sees_what_the_other_pressed_last(oak: Oak) -> None:
    def pressed() -> tuple[str, str]:
        found = oak.console()["pressed"]
        return found["name"], found["action"]

    assert pressed() == ("Fola", "start")
    oak.does(oak.sami, "go_to_stage", stage_id="mixed")
    assert pressed() == ("Sami", "next")
    oak.does(oak.fola, "go_to_stage", stage_id="words")
    assert pressed() == ("Fola", "back")
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    oak.does(oak.sami, "show_reflection", id=answer)
    oak.does(oak.sami, "save_note", text="Tired.", revision=1)
    oak.does(oak.sami, "mark_heard", participant_id=oak.amal.id)
    assert pressed() == ("Fola", "back"), "what concerns one person is not told"
    oak.does(oak.sami, "add_minutes", minutes=1)
    assert pressed() == ("Sami", "add_minutes")


def test_a_facilitator_alone_is_not_told_what_they_pressed(oak: Oak) -> None:
    ends(oak, "f-sami")
    assert oak.console()["pressed"] is None


def test_a_press_that_comes_too_late_names_who_was_faster_and_when(oak: Oak) -> None:
    before = oak.row().version
    oak.does(oak.sami, "go_to_stage", stage_id="mixed")
    with pytest.raises(Refused) as late:
        oak.does(oak.fola, "go_to_stage", stage_id="talk", version=before)
    assert late.value.code == "stale" and late.value.more["by"] == "Sami" and late.value.more["at"]


def test_of_two_who_give_the_turn_at_once_the_second_is_told_who_was_faster(oak: Oak) -> None:
    """Each gives it to somebody else, having seen that nobody had it."""
    turn = {"stage_id": "words", "after": ""}
    with refused("stale"):
        oak.does(oak.fola, "give_turn", stage_id="words", after=oak.amal.id, participant_id=oak.birgit.id)
    for _ in range(2):  # sent again after a lost answer
        oak.does(oak.sami, "give_turn", **turn, participant_id=oak.amal.id)
    with refused("stale") as caught:
        oak.does(oak.fola, "give_turn", **turn, participant_id=oak.birgit.id)
    assert caught.value.more["by"] == "Sami"
    assert oak.room()["stage"]["turn"]["id"] == oak.amal.id
    oak.does(oak.fola, "give_turn", stage_id="words", after=oak.amal.id, participant_id=oak.birgit.id)
    assert oak.me(oak.birgit)["turn"] == "mine"
