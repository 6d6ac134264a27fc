"""The meeting before the group: with each member, before they first sit with the others, or a reason."""

from typing import Any

import pytest

from app.core import before, door, gate, groups, stored
from app.core.changes import Who
from app.core.models import Group, GroupSession, Member, now
from app.core.refusals import NotFound
from app.library.agendas import agenda_of, meeting_agenda
from tests.core.cast import Oak, refused, stage
from tests.house.groups import complete

PROGRAMME = "online_short_75"


@pytest.fixture
def elm(planned_oak: Oak) -> Oak:
    """A group of Amal, Birgit and Chidi whose programme has a meeting before; the gate lacks nothing else."""
    oak, do = planned_oak, planned_oak.database.writer.do
    oak.group_id = do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=PROGRAMME)
    do(complete, oak.group_id, oak.leaders["Fola"])
    names = ["Amal", "Birgit", "Chidi"]
    oak.members = dict(zip(names, do(groups.add_members, oak.group_id, names), strict=True))
    oak.plans(agenda_of(PROGRAMME, 1))
    return oak


def meets(oak: Oak, name: str, *, kind: str = "pre", comes: str = "in", ends: bool = True) -> None:
    """A one-to-one meeting with this member, who comes ``in``, or only to its ``door``, or not at all."""
    do, member = oak.database.writer.do, oak.members[name]
    stages = meeting_agenda(PROGRAMME, kind)
    session = do(groups.plan_session, oak.group_id, stages, kind=kind, member_id=member)
    fola = Who("facilitator", session, oak.leaders["Fola"])
    oak.does(fola, "open_lobby", version=0)
    if comes == "in":
        do(door.join, session, alias=name, member=oak.member(name), private=True, safe=True)
    oak.does(fola, "start", version=row_of(oak, session).version)
    if comes == "door":
        oak.does(fola, "hold_door", held=True)
        do(door.join, session, alias=name, member=oak.member(name), private=True, safe=True)
    if ends:
        oak.does(fola, "end", version=row_of(oak, session).version)


def row_of(oak: Oak, session: str) -> Any:
    with oak.database.reader() as db:
        return stored.find(db, GroupSession, id=session)


def says(oak: Oak, name: str | None, reason: str) -> None:
    oak.database.writer.do(before.say_why_not, oak.group_id, oak.members[name] if name else None, reason)


def lack(oak: Oak) -> list[str]:
    """Who still lacks one, by name."""
    with oak.database.reader() as db:
        found = before.in_group(db, oak.group_id)
    return [name for name, member in oak.members.items() if found[member]["lacks"]]


def missing(oak: Oak, session: str = "") -> list[str]:
    with oak.database.reader() as db:
        return gate.of_session(db, stored.find(db, GroupSession, id=session or oak.id))


def test_the_first_room_opens_once_each_member_was_met_or_has_a_reason(elm: Oak) -> None:
    assert lack(elm) == ["Amal", "Birgit", "Chidi"] and missing(elm) == ["meeting"]
    meets(elm, "Amal")
    assert lack(elm) == ["Birgit", "Chidi"]
    with refused("not_now") as refusal:
        elm.does(elm.fola, "open_lobby")
    assert refusal.value.more["missing"] == ["meeting"]
    says(elm, "Birgit", "Came from another group of ours.")
    says(elm, "Chidi", "Seen at the clinic.")
    assert lack(elm) == [] and missing(elm) == []
    elm.does(elm.fola, "open_lobby")


@pytest.mark.parametrize("how", [{"comes": ""}, {"comes": "door"}, {"kind": "mid"}, {"ends": False}])
def test_a_meeting_that_nobody_came_to_another_one_or_one_that_goes_on_is_none(
    elm: Oak, how: dict[str, Any]
) -> None:
    meets(elm, "Amal", **how)
    assert "Amal" in lack(elm)


def test_a_reason_can_stand_for_all_and_be_taken_back(elm: Oak) -> None:
    meets(elm, "Amal")
    says(elm, None, "Met on paper.")
    assert lack(elm) == []
    with elm.database.reader() as db:
        told = before.in_group(db, elm.group_id)
        rows = {name: stored.find(db, Member, id=member) for name, member in elm.members.items()}
    assert told[elm.members["Amal"]]["met_at"] and rows["Amal"].without_meeting is None
    assert told[elm.members["Birgit"]]["reason"] == "Met on paper."
    assert "paper" not in rows["Birgit"].without_meeting
    says(elm, "Birgit", "")
    assert lack(elm) == ["Birgit"]
    with pytest.raises(NotFound):
        elm.database.writer.do(before.say_why_not, elm.group_id, "nobody", "x")


def test_whoever_has_sat_with_the_group_needs_none_and_a_new_member_does(elm: Oak) -> None:
    for name in ("Amal", "Birgit"):
        says(elm, name, "Met on paper.")
    meets(elm, "Chidi")
    elm.does(elm.fola, "open_lobby")
    elm.joins("Amal", agreed={"consent": 1, "limits": 1, "agreement": 1}, private=True, safe=True)
    elm.does(elm.fola, "start")
    elm.does(elm.fola, "end")
    says(elm, "Amal", "")
    assert lack(elm) == []
    [elm.members["Dolores"]] = elm.database.writer.do(groups.add_members, elm.group_id, ["Dolores"])
    elm.plans(agenda_of(PROGRAMME, 2))
    assert lack(elm) == ["Dolores"] and missing(elm) == ["meeting"]
    elm.database.writer.do(stored.change, Member, elm.members["Dolores"], left_at=now())
    with elm.database.reader() as db:
        assert elm.members["Dolores"] not in before.in_group(db, elm.group_id)


def test_meetings_rehearsals_and_groups_without_such_a_programme_ask_for_none(elm: Oak) -> None:
    meeting = elm.database.writer.do(
        groups.plan_session,
        elm.group_id,
        meeting_agenda(PROGRAMME, "pre"),
        kind="pre",
        member_id=elm.members["Amal"],
    )
    assert missing(elm, meeting) == []
    sandbox = elm.database.writer.do(groups.plan_session, elm.group_id, agenda_of(PROGRAMME, 1), sandbox=True)
    assert missing(elm, sandbox) == []
    elm.database.writer.do(stored.change, Group, elm.group_id, programme_id=None)
    assert missing(elm) == []


def test_it_keeps_no_member_from_a_private_form_before_the_room_opens(elm: Oak) -> None:
    stages = [stage("arrive", measures=["phq9"])]
    session = elm.database.writer.do(groups.plan_session, elm.group_id, stages, scheduled_at=now())
    assert missing(elm, session) == ["meeting"]
    with elm.database.reader() as db:
        found = door.session_for_member(db, elm.member("Amal"), lambda _id: True)
    assert found.id == session


def test_a_member_who_is_added_to_an_open_room_without_one_does_not_stop_the_session(elm: Oak) -> None:
    says(elm, None, "They know each other.")
    elm.does(elm.fola, "open_lobby")
    elm.database.writer.do(groups.add_members, elm.group_id, ["Zoe"])
    with elm.database.reader() as db:
        assert gate.of_session(db, elm.row()) == ["meeting"]
    elm.does(elm.fola, "start")
    assert elm.row().state == "live"
