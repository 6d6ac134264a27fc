"""What must be there before a room opens: for a group, for a meeting, and for young people."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.core import consents, door, gate, groups, stored, today
from app.core.models import Group
from app.core.refusals import Invalid
from app.library import load, own
from app.library.agendas import agenda_of, meeting_agenda
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind
from tests.house.groups import PLAN, complete

__all__ = ["database_kind"]

NUMBERS = {"country": "GB", "emergency_number": "999", "crisis_line": "116 123"}


def new_group(oak: Oak, programme: str | None = None, **more: Any) -> str:
    """One more group of Fola's with one member and a planned session, and nothing else yet."""
    do = oak.database.writer.do
    oak.group_id = do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=programme)
    oak.members = dict(zip(["Noor"], do(groups.add_members, oak.group_id, ["Noor"]), strict=True))
    plan(oak, **more)
    return oak.group_id


def plan(oak: Oak, programme: str = "ipt_ast_8", **more: Any) -> None:
    """A session of the group, which everybody speaks of from now on."""
    oak.id = str(oak.database.writer.do(groups.plan_session, oak.group_id, agenda_of(programme, 1), **more))
    oak.people["Fola"] = type(oak.fola)("facilitator", oak.id, oak.leaders["Fola"])


def keeps(oak: Oak, **more: Any) -> None:
    oak.database.writer.do(gate.keep_safety_plan, oak.group_id, **(NUMBERS | PLAN | more))


def lacks(oak: Oak, row: Any = None) -> list[str]:
    with oak.database.reader() as db:
        return gate.missing(db, stored.find(db, Group, id=oak.group_id), row)


@pytest.fixture
def elm(planned_oak: Oak) -> Oak:
    new_group(planned_oak)
    return planned_oak


def test_a_room_opens_only_when_nothing_is_missing_and_the_refusal_says_what_is(elm: Oak) -> None:
    adopt = lambda kind: elm.database.writer.do(consents.adopt, elm.fola.id, elm.group_id, [kind])  # noqa: E731
    nobody = {"clinician": "", "on_call": {}, "confirmed": False}
    steps = {
        "clinician": lambda: keeps(elm, **(nobody | {"clinician": "Dr Okafor"})),
        "numbers": lambda: keeps(elm, on_call={}),
        "on_call": lambda: keeps(elm),
        "consent": lambda: adopt("consent"),
        "limits": lambda: adopt("limits"),
    }
    for what, step in steps.items():
        with refused("not_now") as caught:
            elm.does(elm.fola, "open_lobby")
        assert caught.value.more["missing"] == list(steps)[list(steps).index(what) :]
        assert caught.value.sentence == gate.MISSING[what]
        step()
    elm.does(elm.fola, "open_lobby")
    assert elm.row().state == "lobby"


@pytest.mark.parametrize(
    ("left_out", "what"),
    [
        ({"clinician": ""}, "clinician"),
        ({"confirmed": False}, "numbers"),
        ({"crisis_line": ""}, "numbers"),
        ({"emergency_number": ""}, "numbers"),
        ({"on_call": {"name": "Kofi", "mail": "k@example.org"}}, "on_call"),
        ({"on_call": {"reach": "1", "mail": "k@example.org"}}, "on_call"),
        ({"on_call": {"name": "Kofi", "reach": "1"}}, "on_call"),
    ],
)
def test_each_part_of_the_safety_plan_is_asked_for(planned_oak: Oak, left_out: Any, what: str) -> None:
    assert lacks(planned_oak) == []
    keeps(planned_oak, **left_out)
    assert lacks(planned_oak) == [what]
    with refused("not_now"):
        planned_oak.does(planned_oak.fola, "open_lobby")


@pytest.fixture
def no_mail() -> Iterator[None]:
    """No e-mail can be sent from this installation."""
    gate.use(mail_goes_out=False)
    yield
    gate.use(mail_goes_out=True)


def test_an_address_that_no_mail_can_reach_is_nobody_on_call(elm: Oak, no_mail: None) -> None:
    with refused("invalid") as caught:
        keeps(elm)
    assert caught.value.sentence == gate.NO_MAIL
    assert "on_call" in lacks(elm)
    keeps(elm, on_call=PLAN["on_call"] | {"webhook": "https://pager.example.org"})
    assert "on_call" not in lacks(elm) and "mail" not in lacks(elm)


def test_a_plan_that_was_kept_before_mail_failed_opens_no_room(planned_oak: Oak, no_mail: None) -> None:
    assert lacks(planned_oak) == ["mail"]
    with refused("not_now") as caught:
        planned_oak.does(planned_oak.fola, "open_lobby")
    assert caught.value.sentence == gate.MISSING["mail"]
    with planned_oak.database.reader() as db:
        told = today.missing(db, planned_oak.row(), [])
    assert "mail" in [each["what"] for each in told]
    keeps(planned_oak, works_alone=True)
    assert lacks(planned_oak) == [], "nobody is called for somebody who works alone"


def test_somebody_who_works_alone_names_a_service_to_call_and_is_the_clinician(planned_oak: Oak) -> None:
    keeps(planned_oak, clinician="", works_alone=True, on_call={})
    assert lacks(planned_oak) == ["on_call"]
    keeps(planned_oak, clinician="", works_alone=True, on_call={"name": "Night service", "reach": "111"})
    assert lacks(planned_oak) == []


def test_other_numbers_have_to_be_confirmed_again(planned_oak: Oak) -> None:
    facts = {"name": "Oak", "language": "en", "time_zone": "UTC", "online": True}
    with planned_oak.database.reader() as db:
        group = stored.find(db, Group, id=planned_oak.group_id)
    assert group
    numbers = {"emergency_number": group.emergency_number, "crisis_line": group.crisis_line}
    planned_oak.database.writer.do(groups.change_group, planned_oak.group_id, **facts, **numbers)
    assert lacks(planned_oak) == []
    numbers["crisis_line"] = "0800 1"
    planned_oak.database.writer.do(groups.change_group, planned_oak.group_id, **facts, **numbers)
    assert lacks(planned_oak) == ["numbers"]


def test_the_time_of_a_confirmation_is_that_of_these_numbers(planned_oak: Oak) -> None:
    def confirmed_at(**more: Any) -> Any:
        keeps(planned_oak, **more)
        with planned_oak.database.reader() as db:
            return gate.safety_plan(stored.find(db, Group, id=planned_oak.group_id))["confirmed_at"]

    first = confirmed_at()
    assert confirmed_at(clinician="Dr Adeyemi") == first
    assert confirmed_at(crisis_line="0800 1") > first
    assert confirmed_at(confirmed=False) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_call": {"name": "K", "reach": "1", "webhook": "http://example.org/call"}},
        {"on_call": {"name": "K", "reach": "1", "webhook": "https://me:secret@example.org/"}},
        {"on_call": {"name": "K", "reach": "1", "mail": "example.org"}},
        {"escalate_after": 5},
        {"escalate_after": 5000},
    ],
)
def test_what_could_never_reach_anybody_is_refused(planned_oak: Oak, wrong: Any) -> None:
    with pytest.raises(Invalid):
        keeps(planned_oak, **wrong)


def test_a_simulated_room_needs_no_gate(elm: Oak) -> None:
    assert lacks(elm)
    plan(elm, sandbox=True)
    elm.does(elm.fola, "open_lobby")
    assert elm.row().state == "lobby"


def test_a_meeting_with_one_member_passes_the_same_gate(elm: Oak) -> None:
    noor = elm.members["Noor"]
    more = {"kind": "pre", "member_id": noor}
    elm.id = str(
        elm.database.writer.do(groups.plan_session, elm.group_id, meeting_agenda("gipt_8", "pre"), **more)
    )
    elm.people["Fola"] = type(elm.fola)("facilitator", elm.id, elm.leaders["Fola"])
    with refused("not_now"):
        elm.does(elm.fola, "open_lobby")
    elm.database.writer.do(complete, elm.group_id, elm.fola.id)
    elm.does(elm.fola, "open_lobby")


# groups of young people


@pytest.fixture
def young(planned_oak: Oak) -> Oak:
    """A group of young people that lacks only what their programme asks for."""
    new_group(planned_oak, "ipt_ast_8")
    planned_oak.database.writer.do(complete, planned_oak.group_id, planned_oak.fola.id)
    return planned_oak


def test_the_young_peoples_programme_waits_for_consent_assent_and_a_contact(young: Oak) -> None:
    do, noor = young.database.writer.do, young.members["Noor"]
    facts = {"name": "Elm", "language": "en", "time_zone": "UTC", "online": True, "crisis_line": "116 123"}
    facts |= {"emergency_number": "112", "safeguarding": "Ms Ode, 5550"}
    steps = {
        "safeguarding": lambda: do(groups.change_group, young.group_id, **facts),
        "guardian": lambda: do(groups.member_consents, young.group_id, noor, "guardian", True),
        "young_person": lambda: do(groups.member_consents, young.group_id, noor, "young_person", True),
    }
    for what, step in steps.items():
        assert lacks(young)[0] == what
        with refused("not_now"):
            young.does(young.fola, "open_lobby")
        step()
    young.does(young.fola, "open_lobby")
    assert young.row().state == "lobby"


def test_a_meeting_with_one_young_person_asks_for_their_consents_alone(young: Oak) -> None:
    do, noor = young.database.writer.do, young.members["Noor"]
    (other,) = do(groups.add_members, young.group_id, ["Ola"])
    for who in ("guardian", "young_person"):
        do(groups.member_consents, young.group_id, noor, who, True)
    plan(young, kind="pre", member_id=noor)
    assert lacks(young, young.row()) == ["safeguarding"]
    assert lacks(young) == ["safeguarding", "guardian", "young_person"]
    plan(young, kind="pre", member_id=other)
    assert lacks(young, young.row()) == ["safeguarding", "guardian", "young_person"]


def opens_with_consents(young: Oak) -> None:
    """The room of young people is open, and everybody's consents are on record."""
    do, noor = young.database.writer.do, young.members["Noor"]
    facts = {"name": "Elm", "language": "en", "time_zone": "UTC", "online": True, "crisis_line": "116 123"}
    do(groups.change_group, young.group_id, **facts, emergency_number="112", safeguarding="Ms Ode")
    for who in ("guardian", "young_person"):
        do(groups.member_consents, young.group_id, noor, who, True)
    young.does(young.fola, "open_lobby")


def test_no_guest_comes_into_a_group_of_young_people(young: Oak) -> None:
    opens_with_consents(young)
    with refused("not_found"):
        young.database.writer.do(door.join, young.id, alias="Zoe")
    assert young.joins("Noor")


def consents_of(young: Oak, name: str, who: str, given: bool) -> None:
    young.database.writer.do(groups.member_consents, young.group_id, young.members[name], who, given)


@pytest.mark.parametrize("who", ["guardian", "young_person"])
def test_a_young_person_whose_consent_was_taken_back_does_not_come_in(young: Oak, who: str) -> None:
    opens_with_consents(young)
    young.joins("Noor")
    consents_of(young, "Noor", who, False)
    with refused("not_agreed"):
        young.joins("Noor")
    consents_of(young, "Noor", who, True)
    assert young.joins("Noor")


def test_a_young_person_who_was_added_later_is_neither_let_in_nor_seated(young: Oak) -> None:
    opens_with_consents(young)
    young.members["Ola"] = young.database.writer.do(groups.add_members, young.group_id, ["Ola"])[0]
    with refused("not_agreed"):
        young.joins("Ola")
    with refused("not_now"):
        young.does(young.fola, "seat", member_id=young.members["Ola"])
    for who in ("guardian", "young_person"):
        consents_of(young, "Ola", who, True)
    assert young.does(young.fola, "seat", member_id=young.members["Ola"])


def test_whoever_waits_at_a_locked_door_is_let_in_with_their_consents_alone(young: Oak) -> None:
    opens_with_consents(young)
    young.does(young.fola, "lock", locked=True)
    noor = young.joins("Noor")
    consents_of(young, "Noor", "guardian", False)
    with refused("not_now"):
        young.does(young.fola, "admit", participant_id=noor.id)
    consents_of(young, "Noor", "guardian", True)
    young.does(young.fola, "admit", participant_id=noor.id)
    assert young.person(noor).standing == "admitted"


def test_whoever_waited_at_a_held_door_comes_in_with_their_consents_alone(young: Oak) -> None:
    opens_with_consents(young)
    young.does(young.fola, "start")
    young.does(young.fola, "hold_door", held=True)
    noor = young.joins("Noor")
    young.does(young.fola, "hold_door", held=False)
    consents_of(young, "Noor", "guardian", False)
    with refused("not_agreed"):  # by this code their page tells them why
        young.does(noor, "come_in")
    consents_of(young, "Noor", "guardian", True)
    young.does(noor, "come_in")
    assert young.person(noor).standing == "admitted"


def test_a_session_of_young_people_begins_only_while_their_consents_stand(young: Oak) -> None:
    opens_with_consents(young)
    consents_of(young, "Noor", "guardian", False)
    with refused("not_now") as caught:
        young.does(young.fola, "start")
    assert caught.value.more["missing"] == ["guardian"]
    consents_of(young, "Noor", "guardian", True)
    young.does(young.fola, "start")
    assert young.row().state == "live"


def test_a_programme_of_ones_own_that_requires_something_is_conditional(young: Oak) -> None:
    programme = load().programmes["ipt_ast_8"]
    body = own.body_of(programme)
    faults = own.faults_in("programme", body | {"status": "complete"}, load().exercises)
    assert [each.place for each in faults] == ["status"]
    assert replace(programme, status="complete").is_conditional
