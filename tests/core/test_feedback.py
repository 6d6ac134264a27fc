"""Lines from person to person: read by a facilitator, given together, seen by exactly whom they are for."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from app.core import feedback, groups, held_lines
from app.core.changes import Who
from app.core.course_models import FeedbackLine, Lot
from app.core.refusals import NotFound
from tests.core.cast import MEMBERS, Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

LINE = "You waited for me on the stairs."


def of_exercise(key: str, exercise: str, **more: Any) -> dict[str, Any]:
    return prompt(key, "feedback", exercise=exercise, **more)


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At a round of feedback; then goodbye lines, and the goodbye."""
    stages = [
        stage("round", prompt("lines", "feedback"), prompt("text")),
        stage(
            "writing",
            of_exercise("lines", "goodbye_lines"),
            of_exercise("to_all", "goodbye_lines", options=["all"]),
        ),
        stage("goodbye", of_exercise("lines", "goodbye")),
        stage("review", prompt("look"), prompt("seen", "feedback", who="others")),
    ]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def writes_to(oak: Oak, who: str, to: str, text: str = LINE, **more: Any) -> dict[str, Any]:
    lines = [{"to": oak.members.get(to, to), "text": text}]
    return oak.writes(oak.people[who], "round", lines=lines, audience="group_named", **more)


def everybody_has_a_line(oak: Oak, stage_id: str = "round", left_out: tuple[str, ...] = ()) -> None:
    for name in MEMBERS:
        if name not in left_out:
            given = {"id": str(uuid4()), "to": oak.members[name], "text": "Thank you for coming."}
            oak.does(oak.fola, "add_line", stage_id=stage_id, **given)


def received(oak: Oak, who: str) -> list[str]:
    return [each["text"] for each in oak.me(oak.people[who])["received"]]


def checks(oak: Oak, state: str = "ok", text: str = LINE) -> None:
    for row in oak.all(FeedbackLine.__table__.select()):
        words = feedback_words(oak, row.id)
        if words == text:
            oak.does(oak.fola, "check_line", id=row.id, state=state)


def feedback_words(oak: Oak, line_id: str) -> str:
    with oak.database.reader() as db:
        return feedback.words(db, oak.row(), [line_id])[line_id]


def delivers(oak: Oak, stage_id: str = "round") -> int:
    return int(oak.does(oak.fola, "deliver_lines", stage_id=stage_id)["delivered"])


def test_a_line_reaches_its_person_only_after_it_was_read_and_given(oak: Oak) -> None:
    writes_to(oak, "Amal", "Birgit")
    everybody_has_a_line(oak)
    assert received(oak, "Birgit") == []
    delivers(oak)
    assert LINE not in received(oak, "Birgit")  # nobody has read it yet
    checks(oak)
    assert LINE not in received(oak, "Birgit")
    assert delivers(oak) == 1
    assert LINE in received(oak, "Birgit")
    for other in ("Amal", "Chidi", "Dolores", "Ewa"):
        assert LINE not in str(oak.me(oak.people[other])["received"])


def test_no_peer_sees_a_line_however_widely_its_answer_was_sent(oak: Oak) -> None:
    written = writes_to(oak, "Amal", "Birgit", text="Between you and me.")
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=written["id"])
    oak.does(oak.fola, "reveal", stage_id="round")
    both = oak.writes(
        oak.chidi, "round", lines=[{"to": oak.members["Ewa"], "text": LINE}], text="For all of you."
    )
    oak.does(oak.fola, "show_reflection", id=both["id"])
    assert [each["answer"] for each in oak.shown()] == [{"text": "For all of you."}]
    assert LINE not in str(oak.room()) + str(oak.wall()) + str(oak.shown())


def test_a_line_that_is_held_back_is_not_given(oak: Oak) -> None:
    writes_to(oak, "Amal", "Birgit")
    everybody_has_a_line(oak)
    checks(oak, "held")
    delivers(oak)
    assert LINE not in received(oak, "Birgit")


def test_nothing_is_given_before_everybody_present_has_a_line(oak: Oak) -> None:
    writes_to(oak, "Amal", "Birgit")
    checks(oak)
    with refused("not_now"):
        delivers(oak)
    everybody_has_a_line(oak, left_out=("Ewa",))
    with refused("not_now"):
        delivers(oak)
    assert oak.console()["lines"]["without"] == ["Ewa"]
    assert received(oak, "Birgit") == []


def test_a_changed_answer_replaces_its_lines_until_they_are_given(oak: Oak) -> None:
    written = writes_to(oak, "Amal", "Birgit")
    writes_to(oak, "Amal", "Birgit", id=written["id"], revision=2, text="You waited.")
    assert [feedback_words(oak, row.id) for row in oak.all(FeedbackLine.__table__.select())] == [
        "You waited."
    ]
    oak.does(oak.amal, "withdraw_reflection", id=written["id"])
    assert oak.all(FeedbackLine.__table__.select()) == []


def test_nobody_writes_to_themselves_to_strangers_or_to_all_where_one_is_asked_for(oak: Oak) -> None:
    for to in (oak.members["Amal"], "nobody", "all"):
        with refused("invalid"):
            writes_to(oak, "Amal", to)


def test_a_line_sent_twice_is_kept_once(oak: Oak) -> None:
    sent = {"id": str(uuid4())}
    assert writes_to(oak, "Amal", "Birgit", **sent) == writes_to(oak, "Amal", "Birgit", **sent)
    assert len(oak.all(FeedbackLine.__table__.select())) == 1


def test_the_console_tells_of_lines_without_their_words(oak: Oak) -> None:
    writes_to(oak, "Amal", "Birgit")
    queue = oak.console()["lines"]
    assert [(each["from"], each["to"], each["state"]) for each in queue["lines"]] == [
        ("Amal", "Birgit", "queued")
    ]
    assert LINE not in str(oak.console())


# goodbye


def test_everybody_is_drawn_twice_and_nobody_draws_themselves(oak: Oak) -> None:
    oak.moves_to("writing")
    drawn = {
        name: [each["alias"] for each in oak.me(oak.people[name])["addressees"]["lines"]] for name in MEMBERS
    }
    assert all(len(two) == 2 and name not in two for name, two in drawn.items())
    assert Counter(each for two in drawn.values() for each in two) == dict.fromkeys(MEMBERS, 2)
    assert oak.me(oak.amal)["addressees"]["to_all"] == [{"id": "all", "alias": ""}]
    again = [each["alias"] for each in oak.me(oak.amal)["addressees"]["lines"]]
    oak.moves_to("round")
    oak.moves_to("writing")
    assert [each["alias"] for each in oak.me(oak.amal)["addressees"]["lines"]] == again


def test_with_two_of_five_away_all_who_are_here_are_written_to(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three of five come, and then one more, who draws two of those with the fewest lines."""
    writing = stage("writing", prompt("lines", "feedback", exercise="goodbye_lines"))
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [writing])
    here = MEMBERS[:3]
    for _ in range(5):
        planned_oak.plans()
        planned_oak.does(planned_oak.fola, "open_lobby")
        for name in here:
            planned_oak.joins(name)
        planned_oak.does(planned_oak.fola, "start")
        two = [each["alias"] for name in here for each in drawn_of(planned_oak, name)]
        assert set(here) <= set(two) and set(MEMBERS) == set(two)
        planned_oak.joins("Dolores")
        late = [each["alias"] for each in drawn_of(planned_oak, "Dolores")]
        assert len(late) == 2 and all(two.count(each) == 1 for each in late)
        planned_oak.does(planned_oak.fola, "end")


def drawn_of(oak: Oak, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = oak.me(oak.people[name])["addressees"]["lines"]
    return found


def test_who_comes_late_draws_as_well_and_is_drawn_by_one_who_keeps_what_they_had(oak: Oak) -> None:
    oak.moves_to("writing")
    before = {name: drawn_of(oak, name) for name in MEMBERS}
    zoe = oak.joins("Zoe")
    oak.does(oak.fola, "admit", participant_id=zoe.id)
    assert len(drawn_of(oak, "Zoe")) == 2
    new = {name: [e for e in drawn_of(oak, name) if e not in before[name]] for name in MEMBERS}
    [writer] = [name for name, more in new.items() if more]
    assert new[writer] == [{"id": zoe.id, "alias": "Zoe"}]
    assert all(each in drawn_of(oak, name) for name in MEMBERS for each in before[name])
    lines = [{"to": each["id"], "text": LINE} for each in drawn_of(oak, writer)]
    assert oak.writes(oak.people[writer], "writing", lines=lines)["ok"]
    oak.moves_to("round")
    oak.moves_to("writing")
    assert [len(drawn_of(oak, name)) for name in MEMBERS].count(3) == 1, "nothing is drawn twice"


def test_goodbye_lines_are_given_with_the_goodbye_and_those_for_the_absent_stay(oak: Oak) -> None:
    oak.moves_to("writing")
    to_all = [{"to": "all", "text": "Go well."}]
    two = oak.me(oak.amal)["addressees"]["lines"]
    lines = [{"to": each["id"], "text": f"{LINE} {each['alias']}"} for each in two]
    oak.writes(oak.amal, "writing", lines=lines, to_all=to_all)
    oak.does(oak.fola, "end")
    oak.plans()
    absent = two[0]["alias"]
    for name in MEMBERS:
        assert held(oak, name) == []  # they wait for the goodbye, and nobody has missed it yet
    oak.does(oak.fola, "open_lobby")
    for name in MEMBERS:
        if name != absent:
            oak.joins(name)
    oak.does(oak.fola, "start")
    oak.moves_to("goodbye")
    for row in oak.all(FeedbackLine.__table__.select()):
        oak.does(oak.fola, "check_line", id=row.id, state="ok")
    everybody_has_a_line(oak, "goodbye", left_out=(absent,))
    delivers(oak, "goodbye")
    present = two[1]["alias"]
    assert f"{LINE} {present}" in received(oak, present)
    for name in set(MEMBERS) - {absent, "Amal"}:
        assert "Go well." in received(oak, name)
    kept = [row for row in oak.all(FeedbackLine.__table__.select()) if row.delivered_at is None]
    assert [row.to_id for row in kept] == [oak.members[absent]]
    assert held(oak, absent) == []  # they may still come
    oak.does(oak.fola, "end")
    assert held(oak, absent) == [f"{LINE} {absent}", "Go well."] and held(oak, present) == []
    the_absent_one_is_given_their_lines(oak, absent)


def the_absent_one_is_given_their_lines(oak: Oak, absent: str) -> None:
    """In the meeting after the group: on their screen, and on nobody else's page."""
    session = oak.database.writer.do(
        groups.plan_session, oak.group_id, [stage("talk")], kind="after", member_id=oak.members[absent]
    )
    oak.id, oak.people = session, {"Fola": Who("facilitator", session, oak.leaders["Fola"])}
    oak.does(oak.fola, "open_lobby")
    oak.joins(absent)
    oak.does(oak.fola, "start")
    ids = [row.id for row in oak.all(FeedbackLine.__table__.select())]
    version = oak.row().version
    assert gives(oak, absent, []) == 0 and oak.row().version == version
    assert gives(oak, absent, ids) == 1
    assert gives(oak, absent, ids) == 0
    assert received(oak, absent) == [f"{LINE} {absent}"] and oak.row().version == version + 1
    assert held(oak, absent) == ["Go well."]


def gives(oak: Oak, name: str, ids: list[str]) -> int:
    return int(
        oak.database.writer.do(held_lines.give, oak.leaders["Fola"], oak.group_id, oak.members[name], ids)
    )


def held(oak: Oak, name: str) -> list[str]:
    """The lines that wait for a member on their page."""
    with oak.database.reader() as db:
        return [each["text"] for each in held_lines.waiting(db, oak.member(name))]


def test_goodbye_lines_are_not_given_a_week_early(oak: Oak) -> None:
    oak.moves_to("writing")
    two = oak.me(oak.amal)["addressees"]["lines"]
    oak.writes(oak.amal, "writing", lines=[{"to": two[0]["id"], "text": LINE}])
    checks(oak)
    everybody_has_a_line(oak, "writing")
    assert oak.console()["lines"]["later"]
    with refused("not_now"):
        delivers(oak, "writing")
    assert all(row.delivered_at is None for row in oak.all(FeedbackLine.__table__.select()))
    oak.moves_to("goodbye")
    assert not oak.console()["lines"]["later"] and delivers(oak, "goodbye") == 6


def test_a_line_that_is_held_back_waits_and_is_not_given(oak: Oak) -> None:
    writes_to(oak, "Amal", "Birgit")
    writes_to(oak, "Chidi", "Birgit", "You laughed.")
    checks(oak, "held")
    oak.does(oak.fola, "end")
    assert held(oak, "Birgit") == [LINE, "You laughed."]
    ids = [row.id for row in oak.all(FeedbackLine.__table__.select())]
    assert gives(oak, "Amal", ids) == 0 and gives(oak, "Birgit", ids) == 1
    assert held(oak, "Birgit") == [LINE]
    other = oak.database.writer.do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=None)
    with pytest.raises(NotFound):
        oak.database.writer.do(held_lines.give, oak.leaders["Fola"], other, oak.members["Birgit"], ids)


# lines to whoever works, as the turn goes round


def works(oak: Oak, name: str) -> None:
    oak.does(oak.fola, "give_turn", stage_id="review", participant_id=oak.people[name].id)


def sees(oak: Oak, who: str, *lines: tuple[str, str], **more: Any) -> dict[str, Any]:
    seen = [{"to": oak.members[to], "text": text} for to, text in lines]
    return oak.writes(oak.people[who], "review", seen=seen, **more)


def texts(oak: Oak) -> dict[str, str]:
    """All lines with how far they are."""
    return {feedback_words(oak, row.id): row.state.value for row in oak.all(FeedbackLine.__table__.select())}


def test_a_line_to_whoever_worked_before_stays_when_the_turn_goes_on(oak: Oak) -> None:
    oak.moves_to("review")
    works(oak, "Amal")
    sent = sees(oak, "Birgit", ("Amal", LINE))
    checks(oak)
    works(oak, "Chidi")
    assert {each["alias"] for each in oak.me(oak.birgit)["addressees"]["seen"]} == {"Amal", "Chidi"}
    assert [each["alias"] for each in oak.me(oak.amal)["addressees"]["seen"]] == ["Chidi"]
    again: dict[str, Any] = {"id": sent["id"]}
    sees(oak, "Birgit", ("Amal", LINE), ("Chidi", "You asked."), revision=2, **again)
    assert texts(oak) == {LINE: "ok", "You asked.": "queued"}
    sees(oak, "Birgit", ("Amal", "You waited."), ("Chidi", "You asked."), revision=3, **again)
    assert texts(oak) == {"You waited.": "queued", "You asked.": "queued"}
    sees(oak, "Birgit", ("Chidi", "You asked."), revision=4, **again)
    assert texts(oak) == {"You asked.": "queued"}  # taken back by its writer
    with refused("invalid"):
        sees(oak, "Ewa", ("Birgit", LINE))


def test_only_who_worked_needs_a_line_before_they_are_given(oak: Oak) -> None:
    oak.moves_to("review")
    works(oak, "Amal")
    works(oak, "Chidi")
    sees(oak, "Birgit", ("Amal", LINE))
    checks(oak)
    assert oak.console()["lines"]["without"] == ["Chidi"]
    with refused("not_now"):
        delivers(oak, "review")
    sees(oak, "Ewa", ("Chidi", "You asked."))
    checks(oak, text="You asked.")
    assert delivers(oak, "review") == 2
    assert (received(oak, "Amal"), received(oak, "Chidi")) == ([LINE], ["You asked."])


def test_a_line_to_somebody_who_has_gone_is_neither_lost_nor_refused(oak: Oak) -> None:
    oak.moves_to("review")
    works(oak, "Amal")
    sent = sees(oak, "Birgit", ("Amal", LINE))
    works(oak, "Chidi")
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    sees(oak, "Birgit", ("Chidi", "You asked."), id=sent["id"], revision=2)
    assert set(texts(oak)) == {LINE, "You asked."}
    sees(oak, "Birgit", ("Amal", LINE), ("Chidi", "You asked."), id=sent["id"], revision=3)
    assert set(texts(oak)) == {LINE, "You asked."}


def test_whoever_has_left_the_room_draws_no_lot_until_they_are_back(oak: Oak) -> None:
    oak.does(oak.ewa, "leave")
    oak.moves_to("writing")
    assert not [row for row in oak.all(Lot.__table__.select()) if row.participant_id == oak.ewa.id]
    here = ("Amal", "Birgit", "Chidi", "Dolores")
    assert set(here) <= {each["alias"] for name in here for each in drawn_of(oak, name)}
    oak.joins("Ewa")
    assert len(drawn_of(oak, "Ewa")) == 2
    assert "Ewa" in {each["alias"] for name in here for each in drawn_of(oak, name)}
