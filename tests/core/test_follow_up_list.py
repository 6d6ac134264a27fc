"""What a session leaves to do: one entry for a person, with every reason, the most pressing first."""

from typing import Any

from app.core import attendance, follow_ups, groups, leaving, record, summary, to_follow_up
from app.core.models import new_id
from app.library.agendas import talk_stage
from tests.core.cast import MEMBERS, Oak, prompt, stage

LEAVING = ["Settled", "Stirred up", "I need a word first"]


def evening(oak: Oak, *, come: tuple[str, ...] = tuple(MEMBERS), heard: tuple[str, ...] = ()) -> None:
    """One more session, live at its round, with those who come."""
    asked = prompt("leaving", "single_choice", exercise="leaving_check", options=LEAVING)
    oak.plans([stage("round", prompt("mood", "scale_0_10", exercise="mood_event_checkin"), asked)])
    oak.does(oak.fola, "open_lobby")
    for name in come:
        oak.joins(name)
    oak.does(oak.fola, "start")
    for name in heard:
        oak.does(oak.fola, "mark_heard", participant_id=oak.people[name].id)


def entries(oak: Oak) -> dict[str, dict[str, Any]]:
    with oak.database.reader() as db:
        row = oak.row()
        told = summary.summary_of(db, oak.id)
        listed = to_follow_up.to_follow_up(db, row, told, attendance.attendance(db, row))
    assert len({each["alias"] for each in listed}) == len(listed)
    return {each["alias"]: each for each in listed}


def test_an_urgent_call_stands_until_it_is_met_and_written_up(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak)
    signal = oak.signals(oak.chidi)
    oak.signals(oak.amal, "hand")
    assert [each["id"] for each in entries(oak)["Chidi"]["calls"]] == [signal]
    write = (oak.leaders["Fola"], oak.group_id, oak.members["Chidi"], new_id(), signal)
    oak.database.writer.do(follow_ups.write, *write, seen="Calm again.")
    assert entries(oak)["Chidi"]["calls"], "it is written up, and nobody has met it"
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert entries(oak) == {}


def test_a_word_first_and_a_mood_that_fell_are_told_of_one_person_once(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak)
    for name, mood in {"amal": 7, "birgit": 5, "chidi": 4}.items():
        oak.writes(getattr(oak, name), "round", mood=mood, leaving="Settled")
    oak.does(oak.fola, "end")
    evening(oak)
    for name, mood, word in (
        ("birgit", 3, "Stirred up"),
        ("chidi", 4, "I need a word first"),
        ("amal", 4, "I need a word first"),
    ):
        oak.writes(getattr(oak, name), "round", mood=mood, leaving=word)
    oak.does(oak.fola, "end")
    found = entries(oak)
    assert list(found) == ["Amal", "Chidi"]
    assert (found["Amal"]["word"], found["Amal"]["fell"]) == (True, 3)
    assert (found["Chidi"]["word"], found["Chidi"]["fell"]) == (True, 0)


def test_somebody_who_was_not_heard_or_not_there_is_told_of(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak, come=("Amal", "Birgit", "Chidi"), heard=("Amal", "Chidi"))
    oak.does(oak.fola, "end")
    found = entries(oak)
    assert found.keys() == {"Birgit", "Dolores", "Ewa"}
    assert found["Birgit"]["unheard"] and found["Birgit"]["participant_id"] == oak.birgit.id
    assert found["Dolores"]["absent"] and found["Dolores"]["participant_id"] is None
    corrected = {oak.members["Dolores"]: "excused", oak.members["Birgit"]: "absent"}
    oak.database.writer.do(attendance.correct, oak.leaders["Fola"], oak.id, corrected)
    found = entries(oak)
    assert found.keys() == {"Birgit", "Ewa"} and found["Birgit"]["absent"]


def test_nobody_is_unheard_where_nobody_is_marked_as_heard(planned_oak: Oak) -> None:
    evening(planned_oak)
    planned_oak.does(planned_oak.fola, "end")
    assert entries(planned_oak) == {}


def test_silent_three_times_and_left_without_a_call_stand_on_the_last_session_alone(planned_oak: Oak) -> None:
    oak = planned_oak
    for _ in range(3):
        evening(oak, heard=tuple(MEMBERS[1:]))
        oak.does(oak.fola, "end")
    first = oak.row().number - 2
    leaver = (oak.leaders["Fola"], oak.group_id, oak.members["Ewa"])
    oak.database.writer.do(leaving.member_leaves, *leaver)
    found = entries(oak)
    assert list(found) == ["Ewa", "Amal"]
    assert found["Amal"]["silent"] and not found["Amal"]["unheard"]
    last = oak.id
    oak.id = next(row.id for row in oak.all(type_of_rows()) if row.number == first and row.started_at)
    assert list(entries(oak)) == ["Amal"] and not entries(oak)["Amal"]["silent"]
    oak.id = last
    oak.database.writer.do(leaving.call_made, oak.group_id, oak.members["Ewa"])
    assert "Ewa" not in entries(oak)


def type_of_rows() -> Any:
    return groups.GroupSession.__table__.select()


def test_a_meeting_that_is_planned_already_is_told_of(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak, heard=tuple(MEMBERS[1:]))
    oak.does(oak.fola, "end")
    meeting = oak.database.writer.do(
        groups.plan_session,
        oak.group_id,
        [talk_stage("A talk", 20)],
        kind="talk",
        member_id=oak.members["Amal"],
    )
    assert entries(oak)["Amal"]["meeting"] == meeting


def left(oak: Oak) -> dict[str, int] | None:
    with oak.database.reader() as db:
        return to_follow_up.notes_to_sign(db, oak.row(), attendance.attendance(db, oak.row()))


def test_notes_wait_until_the_groups_and_each_members_are_signed(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak, come=("Amal", "Birgit"))
    assert left(oak) is None
    oak.does(oak.fola, "end")
    sign = (record.sign, oak.leaders["Fola"], oak.id)
    rest = {"layout": "plain", "sections": [{"key": "text", "title": "", "text": "It went well."}]}
    rest |= {"revision": 0}
    oak.database.writer.do(record.save, *sign[1:], kind="group", member_id="", **(rest | {"revision": 1}))
    oak.database.writer.do(*sign, kind="member_safe", member_id="", **rest)
    assert left(oak) == {"signed": 0, "of": 6}, (
        "a draft is not signed, and the summary for members is not due"
    )
    oak.database.writer.do(*sign, kind="group", member_id="", **(rest | {"revision": 1}))
    for place, member in enumerate(oak.members.values()):
        assert left(oak) == {"signed": 1 + place, "of": 6}
        more = {"shared": rest["sections"], "shared_revision": min(place, 1)}
        oak.database.writer.do(*sign, kind="individual", member_id=member, **rest, **more)
    assert left(oak) is None


def test_what_is_in_no_record_leaves_nothing_to_do(planned_oak: Oak) -> None:
    oak = planned_oak
    evening(oak)
    oak.signals(oak.chidi)
    oak.does(oak.fola, "end")
    assert entries(oak) and left(oak)
    oak.database.writer.do(lambda db: db.exec_driver_sql("UPDATE group_session SET sandbox = true"))
    assert entries(oak) == {} and left(oak) is None
