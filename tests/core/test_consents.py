"""Versioned texts, recorded yeses, and that nothing of somebody's is stored without one."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from app.core import commands, consents, groups, instruments, measures, stored
from app.core.changes import changing
from app.core.course_models import MeasureResponse
from app.core.models import Member, Reflection, now
from app.core.refusals import Invalid, NotFound, NotNow, Stale
from app.core.safety_models import Consent
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

BODIES = {"en": "Only this.", "es": "Solo esto."}


def changes(oak: Oak, kind: str = "consent", **bodies: str) -> int:
    return int(
        oak.database.writer.do(consents.change_text, oak.fola.id, oak.group_id, kind, {**BODIES, **bodies})
    )


def takes_back(oak: Oak, who: Any) -> None:
    oak.database.writer.do(consents.take_yes_back, who)


def says_yes_again(oak: Oak, who: Any) -> None:
    with oak.database.reader() as db:
        versions = consents.newest(db, oak.group_id)
    oak.database.writer.do(consents.give_again, who, versions)


def asked(oak: Oak, name: str | None) -> dict[str, int]:
    """What a member, or a guest, is asked at the door: kind and version."""
    with oak.database.reader() as db:
        member = oak.member(name) if name else None
        return {each["kind"]: each["version"] for each in consents.asked(db, oak.row(), member, "en")}


# the texts


def test_a_changed_text_is_a_new_version_in_every_language(oak: Oak) -> None:
    assert changes(oak) == 2
    assert changes(oak) == 2  # the same again makes none
    assert changes(oak, es="Nada más.") == 3
    with oak.database.reader() as db:
        stands = consents.texts(db, oak.group_id)
    assert stands["consent"]["version"] == 3
    assert stands["consent"]["bodies"] == {"en": "Only this.", "es": "Nada más."}
    assert stands["limits"]["version"] == 1


@pytest.mark.parametrize("wrong", [{"es": ""}, {"en": " \n"}, {"en": "x" * 6001}])
def test_a_text_that_misses_a_language_or_is_too_long_is_refused(oak: Oak, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        changes(oak, **wrong)
    with oak.database.reader() as db:
        assert consents.newest(db, oak.group_id)["consent"] == 1


def test_there_is_no_text_of_another_kind(oak: Oak) -> None:
    with pytest.raises(NotFound):
        changes(oak, "recipe")


def test_adopting_again_leaves_what_the_group_has_changed(oak: Oak) -> None:
    changes(oak)
    oak.database.writer.do(consents.adopt, oak.fola.id, oak.group_id)
    with oak.database.reader() as db:
        assert consents.newest(db, oak.group_id) == {"consent": 2, "limits": 1, "agreement": 1}


# what is asked, and what is recorded


def test_everybody_is_asked_once_and_again_only_when_a_text_has_changed(oak: Oak) -> None:
    assert asked(oak, None) == {"consent": 1, "limits": 1, "agreement": 1}
    assert asked(oak, "Amal") == {}
    changes(oak, "limits")
    assert asked(oak, "Amal") == {"limits": 2}
    oak.joins("Amal", agreed={"limits": 2}, language="es")
    assert asked(oak, "Amal") == {}
    rows = oak.all(Consent.__table__.select().where(Consent.__table__.c.version == 2))
    assert [(each.kind, each.language, each.member_id) for each in rows] == [
        ("limits", "es", oak.members["Amal"])
    ]
    assert rows[0].given_at <= now()


def test_a_yes_that_is_sent_twice_is_recorded_once(oak: Oak) -> None:
    for _ in range(2):
        oak.joins("Amal", agreed={"consent": 1})
    rows = oak.all(Consent.__table__.select().where(Consent.__table__.c.member_id == oak.members["Amal"]))
    assert len(rows) == 3


def test_a_guests_yes_is_theirs_alone(oak: Oak) -> None:
    zoe, yara = oak.joins("Zoe"), oak.joins("Yara", agreed=None)
    for guest in (zoe, yara):
        oak.does(oak.fola, "admit", participant_id=guest.id)
    assert oak.writes(zoe, text="I am here.")["ok"]
    with refused("not_now"):
        oak.writes(yara, text="I am here.")


def test_an_older_yes_still_stands_during_the_session(oak: Oak) -> None:
    changes(oak)
    assert oak.writes(oak.amal, text="I go on.")["ok"]


# without a yes nothing is stored


def scribed(oak: Oak, name: str) -> str:
    """An answer that Fola wrote for somebody, and that they have not confirmed."""
    new, person = str(uuid4()), oak.people[name]
    fields = {"stage_id": "words", "answer": {"text": "said aloud"}, "audience": "group_named"}
    oak.does(oak.fola, "write_for", id=new, participant_id=person.id, **fields)
    return new


def revision(oak: Oak) -> Callable[[], Any]:
    first = oak.writes(oak.amal, text="one")["id"]
    return lambda: oak.writes(oak.amal, id=first, revision=2, text="two")


def share(oak: Oak) -> Callable[[], Any]:
    first = oak.writes(oak.amal, text="one", audience="facilitators")["id"]
    oak.does(oak.fola, "request_share", id=first)
    return lambda: oak.does(oak.amal, "answer_share_request", id=first, accept=True)


def confirmed(oak: Oak) -> Callable[[], Any]:
    first = scribed(oak, "Amal")
    return lambda: oak.does(oak.amal, "confirm_reflection", id=first, accept=True)


def confirmed_aloud(oak: Oak) -> Callable[[], Any]:
    first = scribed(oak, "Amal")
    phoneless = "UPDATE participant SET without_phone = TRUE"
    oak.database.writer.do(lambda db: db.exec_driver_sql(phoneless) and None)
    return lambda: oak.does(oak.fola, "confirm_for", id=first)


def measured(oak: Oak) -> Callable[[], Any]:
    def send(db: Any) -> Any:
        with changing(db, oak.amal, "submit_measure") as change:
            form = instruments.find(db, "phq2")
            answers = {item.key: 1 for item in form.items}
            facts = {"response_id": str(uuid4()), "revision": 1, "answers": answers}
            return measures.submit_measure(change, person=oak.person(oak.amal), measure=form, **facts)

    return lambda: oak.database.writer.do(send, of=oak.id)


def entered(oak: Oak) -> Callable[[], Any]:
    who = (oak.fola.id, oak.members["Amal"])
    return lambda: oak.database.writer.do(measures.enter_score, *who, "phq2", 3, now())


STORING: dict[str, Callable[[Oak], Callable[[], Any]]] = {
    "submit_reflection": lambda oak: lambda: oak.writes(oak.amal, text="one"),
    "a pass": lambda oak: lambda: oak.writes(oak.amal, passed=True),
    "a revision": revision,
    "write_for": lambda oak: lambda: scribed(oak, "Amal"),
    "confirm_reflection": confirmed,
    "confirm_for": confirmed_aloud,
    "answer_share_request": share,
    "submit_measure": measured,
    "enter_score": entered,
}
# what somebody without a yes may still send: signals, what is said to a facilitator in person, taking back
OF_PARTICIPANTS = {
    *("withdraw_reflection", "raise_signal", "lower_signal", "say_safe_for_now", "ask_to_talk"),
    *("come_in", "take_back", "answer_question", "pause_for_me", "stop_now", "leave", "set_writing", "sync"),
}


def test_every_command_of_a_participant_stores_only_with_a_yes_or_is_meant_not_to_ask() -> None:
    assert commands.REGISTRY["participant"].keys() - OF_PARTICIPANTS <= STORING.keys()


def stored_of(oak: Oak) -> list[Any]:
    """Every answer and every score there is, as it is stored."""
    return [*oak.all(Reflection.__table__.select()), *oak.all(MeasureResponse.__table__.select())]


@pytest.mark.parametrize("command", STORING)
def test_nothing_is_stored_of_somebody_who_took_their_yes_back(oak: Oak, command: str) -> None:
    send = STORING[command](oak)
    takes_back(oak, oak.amal)
    before = stored_of(oak)
    with refused("not_now") as caught:
        send()
    assert caught.value.sentence == consents.NO_YES
    assert stored_of(oak) == before
    says_yes_again(oak, oak.amal)
    send()
    assert stored_of(oak) != before


def test_signals_and_taking_back_need_no_yes(oak: Oak) -> None:
    first = oak.writes(oak.amal, text="one")["id"]
    takes_back(oak, oak.amal)
    oak.signals(oak.amal, "support")
    assert oak.on_roster(oak.amal)["signals"]
    oak.does(oak.amal, "withdraw_reflection", id=first)
    assert oak.reflection(first).withdrawn_at is not None


def test_the_same_answer_again_is_acknowledged_though_the_yes_is_gone(oak: Oak) -> None:
    sent = {"id": str(uuid4()), "text": "one"}
    first = oak.writes(oak.amal, **sent)
    takes_back(oak, oak.amal)
    assert oak.writes(oak.amal, **sent) == first


def test_facilitators_see_who_took_their_yes_back_and_nobody_else_does(oak: Oak) -> None:
    assert oak.on_roster(oak.amal)["consent"] is True
    shared = oak.row().shared_version
    takes_back(oak, oak.amal)
    assert oak.on_roster(oak.amal)["consent"] is False
    assert oak.on_roster(oak.birgit)["consent"] is True
    assert oak.row().shared_version == shared
    with oak.database.reader() as db:
        assert not consents.may_store_as(db, oak.row(), oak.amal.id)
        assert consents.may_store_as(db, oak.row(), oak.birgit.id)
        told = consents.of_members(db, oak.group_id)
    assert told[oak.members["Amal"]]["state"] == "withdrawn"
    assert told[oak.members["Birgit"]]["state"] == "yes"


def test_a_yes_taken_back_is_asked_for_at_the_door_and_both_times_are_kept(oak: Oak) -> None:
    takes_back(oak, oak.amal)
    takes_back(oak, oak.amal)  # again changes nothing
    assert asked(oak, "Amal") == {"consent": 1}
    oak.joins("Amal", agreed={"consent": 1})
    assert asked(oak, "Amal") == {}
    table = Consent.__table__
    rows = oak.all(table.select().where(table.c.member_id == oak.members["Amal"], table.c.kind == "consent"))
    assert sorted(each.withdrawn_at is None for each in rows) == [False, True]


def test_a_yes_to_a_version_that_does_not_stand_is_refused(oak: Oak) -> None:
    takes_back(oak, oak.amal)
    with pytest.raises(Stale):
        oak.database.writer.do(consents.give_again, oak.amal, {"consent": 7})
    with refused("not_now"):
        oak.writes(oak.amal, text="one")


def test_somebody_removed_changes_nothing_any_more(oak: Oak) -> None:
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    with pytest.raises(NotFound):
        takes_back(oak, oak.amal)


def test_a_yes_said_aloud_is_on_record_with_whom_it_was_said_to(oak: Oak) -> None:
    (ida,) = oak.database.writer.do(groups.add_members, oak.group_id, ["Ida"])
    seat = oak.does(oak.fola, "seat", member_id=ida)["participant_id"]
    oak.people["Ida"] = type(oak.amal)("participant", oak.id, seat)
    with refused("not_now"):
        scribed(oak, "Ida")
    record: Callable[[bool], Any] = lambda given: oak.database.writer.do(  # noqa: E731
        consents.record_for, oak.fola.id, oak.group_id, ida, given
    )
    record(True)
    scribed(oak, "Ida")
    with oak.database.reader() as db:
        assert consents.of_members(db, oak.group_id)[ida]["aloud"]
        assert stored.find_all(db, Consent, member_id=ida)[0].recorded_by == oak.fola.id
    record(False)
    with pytest.raises(NotNow):
        oak.database.writer.do(measures.enter_score, oak.fola.id, ida, "phq2", 3, now())


def test_a_member_of_another_group_gets_no_yes_from_here(oak: Oak) -> None:
    other = oak.database.writer.do(groups.create_group, oak.fola.id, name="Elm", programme_id=None)
    with pytest.raises(NotFound):
        oak.database.writer.do(consents.record_for, oak.fola.id, other, oak.members["Amal"], True)
    assert oak.all(Member.__table__.select())
