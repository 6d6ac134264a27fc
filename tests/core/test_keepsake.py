"""A member's keepsake holds what they wrote themselves, and nothing of anybody else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.core import goals, keepsake, notes, retention
from app.core.models import GroupSession, SessionState, now
from app.core.refusals import NotFound
from tests.core.cast import MEMBERS, Oak, prompt, stage
from tests.core.notes import note_of, saves, signs

PLAN = ("What will you do in the first week?", "Who will you tell?")


def given(oak: Oak, name: str = "Amal") -> None:
    oak.database.writer.do(keepsake.give, oak.leaders["Fola"], oak.group_id, oak.members[name])


def revoked(oak: Oak, name: str = "Amal") -> None:
    oak.database.writer.do(keepsake.revoke, oak.group_id, oak.members[name])


def opened(oak: Oak, name: str = "Amal") -> dict[str, Any]:
    with oak.database.reader() as db:
        return keepsake.opened(db, oak.member(name))


def person(label: str, ring: int) -> dict[str, Any]:
    return {"label": label, "ring": ring, "angle": 90, "bond": "", "marked": False}


@pytest.fixture
def oak(planned_oak: Oak) -> Oak:
    """At a session with everything that a keepsake can hold."""
    circle = prompt("circle", "closeness_circle", exercise="closeness_circle", options=["close"])
    planned_oak.plans(
        [
            stage("words", prompt("text"), prompt("mood", "scale_0_10"), repeat=True),
            stage("circle", circle),
            stage("goal", prompt("goal", "goal", exercise="goal_setting"), prompt("close", "scale_0_10")),
            stage(
                "plan",
                prompt("signs", "multi_choice", options=["poor sleep", "crying"]),
                prompt("plan", "structured_plan", options=list(PLAN)),
            ),
            stage("lines", prompt("lines", "feedback")),
        ]
    )
    planned_oak.starts()
    return planned_oak


def test_only_what_the_member_wrote_is_in_it(oak: Oak) -> None:
    """Everybody and everything else leaves a mark that must not come back."""
    marks = {name: f"mark-of-{name}" for name in MEMBERS[1:]}
    oak.writes(oak.amal, text="I rang my sister.", mood=6)
    gone = oak.writes(oak.amal, text="mark-taken-back")
    oak.does(oak.amal, "withdraw_reflection", id=gone["id"])
    for name, mark in marks.items():
        oak.writes(oak.people[name], text=mark)
    oak.does(
        oak.fola,
        "write_for",
        participant_id=oak.amal.id,
        id=str(uuid4()),
        audience="group_named",
        stage_id="words",
        answer={"text": "mark-written-for-her"},
    )
    said = str(uuid4())
    oak.does(
        oak.fola,
        "write_for",
        participant_id=oak.amal.id,
        id=said,
        audience="group_named",
        stage_id="words",
        answer={"text": "She said so herself."},
    )
    oak.does(oak.amal, "confirm_reflection", id=said, accept=True)
    note = {"text": "mark-of-a-note", "revision": 1, "participant_id": oak.amal.id}
    oak.does(oak.fola, "save_note", **note)
    oak.moves_to("lines")
    oak.writes(oak.birgit, "lines", lines=[{"to": oak.members["Amal"], "text": "mark-of-a-line"}])
    oak.writes(oak.amal, "lines", lines=[{"to": oak.members["Birgit"], "text": "You waited for me."}])
    with oak.database.reader() as db:
        assert "mark-of-a-note" in str(notes.told(db, oak.row(), oak.leaders["Fola"]))
    given(oak)
    told = str(opened(oak))
    for own in ("I rang my sister.", "She said so herself.", "You waited for me."):
        assert own in told
    assert "mark-" not in told
    assert "Birgit" not in told and oak.members["Birgit"] not in told
    assert "mark-of-Birgit" in str(keepsake_of(oak, "Birgit"))  # who wrote it finds it


def keepsake_of(oak: Oak, name: str) -> dict[str, Any]:
    with oak.database.reader() as db:
        return keepsake.words_of(db, oak.member(name))


def test_lines_that_were_given_to_a_member_stay_with_who_wrote_them(oak: Oak) -> None:
    oak.moves_to("lines")
    oak.writes(oak.birgit, "lines", lines=[{"to": oak.members["Amal"], "text": "mark-of-a-line"}])
    for name in MEMBERS:
        line = {"id": str(uuid4()), "to": oak.members[name], "text": "mark-of-a-leader"}
        oak.does(oak.fola, "add_line", stage_id="lines", **line)
    oak.does(oak.fola, "deliver_lines", stage_id="lines")
    assert "mark-" in str(oak.me(oak.amal)["received"])
    assert "mark-" not in str(keepsake_of(oak, "Amal"))


def test_the_circle_goals_and_plan_stand_as_they_were_then_and_now(oak: Oak) -> None:
    oak.writes(oak.amal, "words", text="First.")
    oak.moves_to("circle")
    oak.writes(oak.amal, "circle", circle={"people": [person("Sister", 3)]})
    oak.moves_to("goal")
    oak.writes(oak.amal, "goal", goal={"text": "See her on Sundays.", "rating": [3]})
    oak.moves_to("plan")
    plan = {"sections": {PLAN[1]: "My sister."}}
    oak.writes(
        oak.amal, "plan", signs=["crying"], plan={"sections": {PLAN[0]: "Old plan."}}, audience="facilitators"
    )
    first = keepsake_of(oak, "Amal")
    assert [each["label"] for each in first["circle"]["first"]["people"]] == ["Sister"]
    assert first["circle"]["last"] is None
    assert first["goals"] == [{"text": "See her on Sundays.", "first": 3, "last": None}]
    oak.does(oak.fola, "end")
    oak.plans([stage("circle", *_prompts(oak, "circle")), stage("plan", *_prompts(oak, "plan"))])
    oak.starts()
    oak.writes(oak.amal, "circle", circle={"people": [person("Sister", 1)]})
    oak.moves_to("plan")
    oak.writes(oak.amal, "plan", plan=plan, signs=["poor sleep"], audience="facilitators")
    told = keepsake_of(oak, "Amal")
    rings = [told["circle"][when]["people"][0]["ring"] for when in ("first", "last")]
    assert rings == [3, 1]
    assert told["plan"]["parts"] == [
        {"prompt": "Tell us about signs.", "text": "poor sleep"},
        {"prompt": PLAN[1], "text": "My sister."},
    ]
    assert "Old plan" not in str(told)


def test_a_goal_that_was_written_for_a_member_is_theirs_once_they_say_so(oak: Oak) -> None:
    oak.moves_to("goal")
    new = str(uuid4())
    goal = {"text": "Call home.", "rating": [4]}
    payload = {"id": new, "audience": "facilitators", "stage_id": "goal", "answer": {"goal": goal}}
    oak.does(oak.fola, "write_for", participant_id=oak.amal.id, **payload)
    with oak.database.reader() as db:
        assert goals.then_and_now(db, oak.members["Amal"]) == []
    assert keepsake_of(oak, "Amal")["goals"] == []
    oak.does(oak.amal, "confirm_reflection", id=new, accept=True)
    assert keepsake_of(oak, "Amal")["goals"] == [{"text": "Call home.", "first": 4, "last": None}]


def _prompts(oak: Oak, name: str) -> list[dict[str, Any]]:
    circle = prompt("circle", "closeness_circle", exercise="closeness_circle", options=["close"])
    signs = prompt("signs", "multi_choice", options=["poor sleep", "crying"])
    return [circle] if name == "circle" else [signs, prompt("plan", "structured_plan", options=list(PLAN))]


def test_numbers_alone_are_no_words(oak: Oak) -> None:
    oak.writes(oak.amal, text="I slept.", mood=6)
    oak.writes(oak.birgit, mood=2)
    assert [part["text"] for part in keepsake_of(oak, "Amal")["sessions"][0]["answers"][0]["parts"]] == [
        "I slept."
    ]
    assert keepsake_of(oak, "Birgit")["sessions"] == []


def test_it_is_closed_before_it_is_given_and_at_once_when_it_is_taken_back(oak: Oak) -> None:
    oak.writes(oak.amal, text="I rang my sister.")
    for _ in range(2):
        with pytest.raises(NotFound):
            opened(oak)
        given(oak)
        given(oak)
        assert "I rang my sister." in str(opened(oak))
        with pytest.raises(NotFound):
            opened(oak, "Birgit")
        revoked(oak)
        revoked(oak)
    with pytest.raises(NotFound):
        opened(oak)


def test_giving_twice_keeps_the_first_day_and_who_gave_it(oak: Oak) -> None:
    given(oak)
    with oak.database.reader() as db:
        first = keepsake.standing(db, oak.group_id, oak.members["Amal"])
    oak.database.writer.do(keepsake.give, oak.leaders["Sami"], oak.group_id, oak.members["Amal"])
    with oak.database.reader() as db:
        assert keepsake.standing(db, oak.group_id, oak.members["Amal"]) == first
    assert (first["given"], first["by"]) == (True, "Fola")


def test_somebody_of_another_group_is_not_there(oak: Oak) -> None:
    for verb, more in ((keepsake.give, [oak.leaders["Fola"]]), (keepsake.revoke, [])):
        with pytest.raises(NotFound):
            oak.database.writer.do(verb, *more, "another", oak.members["Amal"])
    with pytest.raises(NotFound), oak.database.reader() as db:
        keepsake.standing(db, "another", oak.members["Amal"])


def test_words_that_stand_in_a_signed_note_alone_are_the_members_own_to_read(oak: Oak) -> None:
    """The group hides them from its facilitators, who may print the keepsake all the same."""
    oak.writes(oak.amal, text="I rang my sister on Sunday evening.")
    oak.moves_to("circle")
    oak.writes(oak.amal, "circle", circle={"people": [person("Sister", 3)]})
    oak.does(oak.fola, "end")
    days = {"drafts_kept": 30, "answers_kept": 30, "work_kept": 90}
    oak.database.writer.do(retention.keep_settings, oak.group_id, days, True)
    saves(oak, note_of(oak, "Amal"), "Spoke of a call.")
    signs(oak, note_of(oak, "Amal"))
    given(oak)
    assert "I rang my sister" in str(opened(oak))
    assert opened(oak)["left_out"] == []
    with oak.database.reader() as db:
        printed = keepsake.words_of(db, oak.member("Amal"), for_leaders=True)
    assert "I rang my sister" not in str(printed)
    assert "Sister" in str(printed["circle"])
    assert [each["number"] for each in printed["left_out"]] == [oak.row().number]


def test_it_says_until_when_the_words_are_kept(oak: Oak) -> None:
    oak.writes(oak.amal, text="I rang my sister.")
    oak.does(oak.fola, "end")
    assert keepsake_of(oak, "Amal")["until"] is None  # another session is planned: everything is kept
    over = now()
    oak.database.writer.do(
        lambda db: db.execute(update(GroupSession).values(state=SessionState.ENDED, ended_at=over))
    )
    assert keepsake_of(oak, "Amal")["until"] == over + timedelta(days=30)
