"""One-to-one meetings of a group's member: their own link leads there, and nobody else comes in."""

import pytest

from app.core import course, door, groups
from app.core.changes import Who
from app.library.agendas import meeting_agenda, stage_of_row
from app.library.items import Row
from tests.core.cast import Oak, refused


@pytest.fixture
def meeting(oak: Oak) -> str:
    """Amal's meeting before the group, its room open, while the group's session is on."""
    new = oak.database.writer.do(
        groups.plan_session,
        oak.group_id,
        meeting_agenda("gipt_8", "pre"),
        kind="pre",
        member_id=oak.members["Amal"],
    )
    oak.id = str(new)
    oak.people |= {name: Who("facilitator", oak.id, oak.leaders[name]) for name in oak.leaders}
    oak.does(oak.fola, "open_lobby")
    return oak.id


def leads_to(oak: Oak, name: str) -> str:
    with oak.database.reader() as db:
        return str(door.session_for_member(db, oak.member(name)).id)


def test_a_members_link_leads_to_their_own_meeting_and_the_others_to_the_group(
    oak: Oak, meeting: str
) -> None:
    assert leads_to(oak, "Amal") == meeting
    assert leads_to(oak, "Birgit") != meeting


def test_nobody_else_comes_into_a_meeting(oak: Oak, meeting: str) -> None:
    for name in ("Birgit", "Zoe"):
        with refused("not_found"):
            oak.joins(name)
    amal = oak.joins("Amal")
    assert oak.me(amal)["state"] == "admitted"
    with refused("not_found"):
        oak.does(oak.fola, "seat", member_id=oak.members["Birgit"])


def test_all_of_a_meeting_is_for_the_facilitators(oak: Oak, meeting: str) -> None:
    amal = oak.joins("Amal")
    oak.does(oak.fola, "start")
    room = oak.room()
    assert room["one_to_one"] and room["session"]["of"] is None
    oak.moves_to(next(each["id"] for each in oak.console()["stages"] if each["kind"] == "exercise"))
    assert oak.room()["stage"]["audiences"] == ["facilitators"]
    assert oak.me(amal)["prompts"] and oak.me(amal)["turn"] == ""


def test_in_a_meeting_the_pool_is_filtered_by_the_focus_of_its_member(oak: Oak) -> None:
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["dispute"], "")
    names = ("remember_the_person", "expectations_both_sides")
    work = stage_of_row(Row(minutes=30, title="Work", exercises=names, pool="work", core=True), "middle")
    new = oak.database.writer.do(
        groups.plan_session, oak.group_id, [work], kind="mid", member_id=oak.members["Amal"]
    )
    oak.id = str(new)
    oak.people |= {name: Who("facilitator", oak.id, oak.leaders[name]) for name in oak.leaders}
    oak.does(oak.fola, "open_lobby")
    oak.joins("Amal")
    oak.does(oak.fola, "start")
    turns = oak.console()["turns"]
    assert [each["id"] for each in turns["pool"]] == ["expectations_both_sides"]
    assert [each["id"] for each in turns["rest"]] == ["remember_the_person"]
