"""How people come into a session, wait at its door, stay, and go."""

import secrets
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from app.core import door, groups, leaving, reveals
from app.core.models import CODE_LETTERS, GroupSession, Member, new_code
from app.core.sealing import open_sealed
from tests.core.cast import MEMBERS, Oak, refused


def room_link(oak: Oak) -> str:
    row = oak.row()
    return open_sealed(GroupSession.room_link, row.id, row.room_link)


def found_by_link(oak: Oak, token: str) -> object:
    with oak.database.reader() as db:
        row = door.session_by_room_link(db, token)
        return row and row.id


def found_by_code(oak: Oak, code: str) -> object:
    with oak.database.reader() as db:
        row = door.session_by_code(db, code)
        return row and row.id


def standing(oak: Oak, name: str) -> str:
    return str(oak.person(oak.people[name]).standing)


# finding it


def test_a_room_link_leads_to_its_session(oak: Oak) -> None:
    assert found_by_link(oak, room_link(oak)) == oak.id
    assert found_by_link(oak, "another") is None
    assert len(room_link(oak)) >= 22  # 128 bits
    assert room_link(oak) not in str(oak.row())


def test_a_code_is_read_as_people_type_it(oak: Oak) -> None:
    code = oak.row().code
    for typed in (code, code.lower(), f" {code[:3]} {code[3:]} ", f"{code[:2]}-{code[2:]}"):
        assert found_by_code(oak, typed) == oak.id
    for typed in ("", code[:5], code + "2", "0" + code[1:], "????!!"):
        assert found_by_code(oak, typed) is None


def test_a_code_has_no_letters_that_are_taken_for_each_other() -> None:
    assert not set("0O1I") & set(CODE_LETTERS)
    codes = {new_code() for _ in range(500)}
    assert {len(code) for code in codes} == {6} and set("".join(codes)) <= set(CODE_LETTERS)
    assert len(codes) > 490


def test_a_code_leads_nowhere_after_the_end(oak: Oak) -> None:
    oak.does(oak.fola, "end")
    assert found_by_code(oak, oak.row().code) is None


def test_a_new_link_and_code_take_the_place_of_the_old_ones_and_nobody_leaves(oak: Oak) -> None:
    link, code = room_link(oak), oak.row().code
    oak.does(oak.fola, "rotate_link")
    assert found_by_link(oak, link) is None and found_by_code(oak, code) is None
    assert found_by_link(oak, room_link(oak)) == oak.id and found_by_code(oak, oak.row().code) == oak.id
    oak.writes(oak.amal, text="Still here.")


def member_link(oak: Oak, name: str) -> str:
    row = oak.member(name)
    return open_sealed(Member.link, row.id, row.link)


def found_by_member_link(oak: Oak, token: str) -> object:
    with oak.database.reader() as db:
        row = door.member_by_link(db, token)
        return row and row.id


def test_a_personal_link_leads_to_the_open_session_of_the_group(oak: Oak) -> None:
    assert found_by_member_link(oak, member_link(oak, "Amal")) == oak.members["Amal"]
    first = oak.id
    oak.does(oak.fola, "end")
    oak.plans()
    with oak.database.reader() as db:
        assert door.session_for_member(db, oak.member("Amal")).id == first
    oak.does(oak.fola, "open_lobby")
    with oak.database.reader() as db:
        assert door.session_for_member(db, oak.member("Amal")).id == oak.id


def test_a_renewed_personal_link_fails_at_once(oak: Oak) -> None:
    old = member_link(oak, "Amal")
    oak.database.writer.do(groups.renew_member_link, oak.group_id, oak.members["Amal"])
    assert found_by_member_link(oak, old) is None
    assert found_by_member_link(oak, member_link(oak, "Amal")) == oak.members["Amal"]


def test_the_link_of_somebody_who_has_left_the_group_fails(oak: Oak) -> None:
    link = member_link(oak, "Amal")
    oak.database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Amal"])
    assert found_by_member_link(oak, link) is None


# coming in


@pytest.mark.parametrize("before", ["planned", "ended"])
def test_nobody_comes_into_a_room_that_is_not_open(planned_oak: Oak, before: str) -> None:
    if before == "ended":
        planned_oak.starts()
        planned_oak.does(planned_oak.fola, "end")
    with refused("not_now"):
        planned_oak.joins("Amal")


def test_a_member_comes_straight_in_and_a_guest_waits(oak: Oak) -> None:
    oak.joins("Gus")
    assert (standing(oak, "Amal"), standing(oak, "Gus")) == ("admitted", "waiting")
    assert [each["alias"] for each in oak.console()["waiting"]] == ["Gus"]
    assert oak.room()["people"] == len(MEMBERS)


def test_a_member_of_another_group_is_not_let_in_as_a_member(oak: Oak) -> None:
    stranger = member_of_elm(oak)
    with refused("not_found"):
        oak.database.writer.do(door.join, oak.id, alias="Zoe", member=stranger)


def member_of_elm(oak: Oak) -> object:
    other = oak.database.writer.do(groups.create_group, oak.fola.id, name="Elm", programme_id=None)
    (member,) = oak.database.writer.do(groups.add_members, other, ["Zoe"])
    oak.members["Zoe"] = member
    return oak.member("Zoe")


def test_two_tabs_and_a_return_are_one_person(oak: Oak) -> None:
    before = oak.amal
    version = oak.row().version
    assert oak.joins("Amal") == before
    assert oak.row().version == version
    assert len(oak.console()["people"]) == len(MEMBERS)


def test_somebody_who_left_comes_back_to_their_own_place(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    oak.does(oak.amal, "leave")
    assert oak.on_roster(oak.amal)["presence"] == "gone"
    again = oak.joins("Amal")
    assert [each["id"] for each in oak.me(again)["mine"]] == [answer]
    assert oak.person(again).left_at is None


def test_the_answers_about_a_safe_place_are_kept_for_the_facilitators(oak: Oak) -> None:
    oak.joins("Amal", private=True, safe=False)
    entry = oak.on_roster(oak.amal)
    assert (entry["private"], entry["safe"]) == (True, False)
    assert oak.on_roster(oak.birgit)["safe"] is None
    assert "safe" not in str(oak.room())


def test_joining_run_again_makes_the_same_person(oak: Oak) -> None:
    given = {"alias": "Gus", "participant_id": "chosen-before"}
    assert oak.database.writer.do(door.join, oak.id, **given) == "chosen-before"


def test_whoever_comes_after_the_start_is_told_where_the_group_is(open_oak: Oak) -> None:
    oak = open_oak
    oak.does(oak.fola, "start")
    late = oak.joins("Gus")
    oak.does(oak.fola, "admit", participant_id=late.id)
    assert (oak.me(oak.amal)["catch_up"], oak.me(late)["catch_up"]) == (False, True)


# the waiting room


def test_the_facilitators_let_somebody_in(oak: Oak) -> None:
    gus = oak.joins("Gus")
    oak.does(oak.sami, "admit", participant_id=gus.id)
    oak.writes(gus, text="Good to be here.")
    assert oak.room()["people"] == len(MEMBERS) + 1
    version = oak.row().version
    oak.does(oak.fola, "admit", participant_id=gus.id)
    assert oak.row().version == version


def test_the_facilitators_refuse_somebody(oak: Oak) -> None:
    gus = oak.joins("Gus")
    oak.does(oak.fola, "refuse", participant_id=gus.id)
    assert standing(oak, "Gus") == "removed" and oak.console()["waiting"] == []
    with refused("not_found"):
        oak.signals(gus, "hand")  # a call for support is still taken
    with refused("not_now"):
        oak.does(oak.fola, "admit", participant_id=gus.id)


def test_somebody_inside_is_removed_not_refused(oak: Oak) -> None:
    with refused("not_now"):
        oak.does(oak.fola, "refuse", participant_id=oak.amal.id)


def test_whoever_was_removed_stays_removed(oak: Oak) -> None:
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    with refused("not_now"):
        oak.joins("Amal")
    with refused("not_now"):
        oak.does(oak.fola, "admit", participant_id=oak.amal.id)
    assert "Amal" not in str(oak.console()["people"])


def test_what_somebody_showed_by_name_goes_with_them_and_nothing_more_of_theirs_is_shown(
    oak: Oak, news: list[Any]
) -> None:
    shown = oak.writes(oak.amal, text="Amal wrote this.")["id"]
    kept = oak.writes(oak.birgit, text="Birgit wrote this.")["id"]
    oak.does(oak.fola, "show_reflection", id=shown)
    for each in (oak.amal, oak.birgit):
        oak.does(oak.fola, "remove", participant_id=each.id)
    assert oak.shown() == [] and oak.reflection(shown).shown_at is None
    assert [each.reflections for each in news if each.action == "remove"] == [{shown}, set()]
    assert oak.on_console(shown)["alias"] == "Amal" and oak.on_console(shown)["acts"] == "none"
    for each in (shown, kept):
        with refused("not_now") as caught:
            oak.does(oak.fola, "show_reflection", id=each)
        assert caught.value.sentence == reveals.SENT_AWAY
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == []


def test_what_stands_there_without_a_name_stays_when_its_writer_is_removed(oak: Oak) -> None:
    """Gone at the same moment it would have a name. What waited for the release is not in it."""
    late = oak.joins("Gus")
    oak.does(oak.fola, "admit", participant_id=late.id)
    answers = {
        name: oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")["id"]
        for name in MEMBERS
    }
    oak.does(oak.fola, "remove", participant_id=oak.birgit.id)
    oak.does(oak.fola, "reveal", stage_id="words")
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    assert set(oak.shown_ids()) == set(answers.values()) - {answers["Birgit"]}


def test_who_waits_hears_at_once_that_the_door_was_locked_and_unlocked(oak: Oak, news: list[Any]) -> None:
    oak.does(oak.fola, "lock", locked=True)
    [oak.members["Zoe"]] = oak.database.writer.do(groups.add_members, oak.group_id, ["Zoe"])
    oak.joins("Zoe")
    for locked, told in ((False, "open"), (True, "")):
        del news[:]
        oak.does(oak.fola, "lock", locked=locked)
        assert [each.people for each in news] == [{oak.zoe.id}] and not news[0].shared
        assert oak.me(oak.zoe)["door"] == told


def test_nobody_of_another_session_is_let_in_here(oak: Oak) -> None:
    elsewhere = oak.amal
    oak.plans()
    oak.opens()
    with refused("not_found"):
        oak.does(oak.fola, "remove", participant_id=elsewhere.id)
    with refused("not_found"):
        oak.writes(replace(elsewhere, group_session_id=oak.id), text="Wrong room.")


# locked and full


def test_behind_a_locked_door_members_wait_too_and_those_inside_come_back(oak: Oak) -> None:
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    inside = oak.joins("Amal")
    oak.does(oak.fola, "lock", locked=True)
    oak.does(inside, "leave")
    oak.joins("Birgit")
    oak.joins("Gus")
    assert oak.joins("Amal") == inside
    assert [standing(oak, name) for name in ("Amal", "Birgit", "Gus")] == ["admitted", "waiting", "waiting"]
    oak.does(oak.fola, "lock", locked=False)
    oak.joins("Chidi")
    assert standing(oak, "Chidi") == "admitted"


def test_locking_twice_is_locking_once(oak: Oak) -> None:
    version = oak.does(oak.fola, "lock", locked=True)["version"]
    assert oak.does(oak.sami, "lock", locked=True)["version"] == version


def test_a_full_room_takes_nobody_more(oak: Oak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LARGEST_ROOM", len(MEMBERS) + 1)
    oak.joins("Gus")
    with refused("not_now"):
        oak.joins("Hal")
    assert oak.joins("Amal") == oak.amal
    oak.does(oak.fola, "refuse", participant_id=oak.gus.id)
    oak.joins("Hal")


def test_a_crowd_of_guests_at_the_door_keeps_no_member_out(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LARGEST_ROOM", 3)
    planned_oak.does(planned_oak.fola, "open_lobby")
    for guest in ("Gus", "Hal", "Ida"):
        planned_oak.joins(guest)
    planned_oak.joins("Amal")
    assert standing(planned_oak, "Amal") == "admitted"


# what links are made of


def test_ten_thousand_links_are_random_distinct_and_kept_as_hashes(
    oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def random(size: int) -> str:
        asked.append(size)
        return really(size)

    really = secrets.token_urlsafe
    monkeypatch.setattr(secrets, "token_urlsafe", random)
    made = [door.new_link(GroupSession.room_link, "room_link_hash", "one room") for _ in range(10_000)]
    assert len(asked) == 10_000 and min(asked) * 8 >= 128
    tokens = [open_sealed(GroupSession.room_link, "one room", each["room_link"]) for each in made]
    assert len(set(tokens)) == 10_000 and {len(each) for each in tokens} == {22}
    assert [each["room_link_hash"] for each in made[:100]] == [door.hashed(each) for each in tokens[:100]]
    assert not any(token in str(each) for token, each in zip(tokens, made, strict=True))


def test_no_table_holds_a_link_that_could_be_read(oak: Oak) -> None:
    for _ in range(20):
        oak.plans()
    with oak.database.reader() as db:
        tables = SQLModel.metadata.sorted_tables
        rows = "\n".join(str(row) for table in tables for row in db.execute(table.select()).all())
        sessions, members = (db.execute(each.__table__.select()).all() for each in (GroupSession, Member))
    links = [open_sealed(GroupSession.room_link, row.id, row.room_link) for row in sessions]
    links += [open_sealed(GroupSession.display_link, row.id, row.display_link) for row in sessions]
    links += [open_sealed(Member.link, row.id, row.link) for row in members]
    assert len(set(links)) == 2 * 21 + len(MEMBERS)
    assert all(door.hashed(link) in rows for link in links)
    assert not any(link in rows for link in links)


@pytest.mark.parametrize("wrong", ["number", "id", "hash", "0", "1"])
def test_nothing_but_its_link_leads_to_a_room(oak: Oak, wrong: str) -> None:
    row = oak.row()
    given = {"number": str(row.number), "id": row.id, "hash": row.room_link_hash}.get(wrong, wrong)
    assert found_by_link(oak, given) is None and found_by_member_link(oak, given) is None


def test_answers_at_the_door_are_kept_of_whoever_was_sent_away_and_of_nobody_else(oak: Oak) -> None:
    def answers(name: str) -> None:
        one = (oak.member(name), "")
        oak.database.writer.do(door.keep_answers_of_sent_away, oak.id, *one, {"safe": False}, of=oak.id)

    with refused("not_found"):
        answers("Amal")
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    answers("Amal")
    assert oak.person(oak.amal).safe is False and oak.person(oak.amal).standing == "removed"
    version = oak.row().version
    answers("Amal")
    assert oak.row().version == version, "the same again is no news"
    assert oak.log()[-1].actor_id == oak.amal.id


def test_answers_at_the_door_are_kept_of_who_gave_them_and_not_of_who_had_the_phone_before(oak: Oak) -> None:
    oak.does(oak.fola, "remove", participant_id=oak.birgit.id)
    oak.database.writer.do(groups.add_members, oak.group_id, ["Zoe"])
    zoe = oak.one(select(Member.__table__).order_by(col(Member.created_at).desc()).limit(1))
    keep = (door.keep_answers_of_sent_away, oak.id)
    with refused("not_found"):
        oak.database.writer.do(*keep, zoe, oak.birgit.id, {"safe": False}, of=oak.id)
    assert oak.person(oak.birgit).safe is None
    oak.database.writer.do(*keep, None, oak.birgit.id, {"safe": False}, of=oak.id)
    assert oak.person(oak.birgit).safe is False, "whoever comes by the link of the room is known by the place"
