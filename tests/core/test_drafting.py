"""What a draft is filled with: what was recorded, in sentences with gaps, and of whom it may not tell."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core import draft_facts, drafting, follow_ups, groups, layouts, stored, summary, tags
from app.core.models import GroupSession, now
from tests.core.cast import Oak, prompt, stage
from tests.core.full_session import NAMES, full_session
from tests.core.notes import note_of, notes, text_of
from tests.core.one_database import database_kind
from tests.core.record import _measures

__all__ = ["database_kind"]


@pytest.fixture
def over(planned_oak: Oak) -> Oak:
    """An opening round, a talk that was skipped, and a step; Chidi called, Dolores and Ewa stayed away."""
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators")
    week = prompt("week", "short_texts", exercise="mood_event_checkin")
    circle = prompt("why", exercise="closeness_circle")
    word = prompt("word", "short_texts", exercise="one_word_checkin")
    leaving = prompt("leaving", "single_choice", exercise="leaving_check", options=["Settled", "Stirred up"])
    step = prompt("step", "goal", exercise="step_plan")
    oak.plans(
        [
            stage("week", mood, week, exercises=["mood_event_checkin"]),
            stage("people", circle),
            stage("talk"),
            stage("private", prompt("text")),
            stage("close", word, leaving, step),
        ]
    )
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit", "Chidi"):
        oak.joins(name)
    oak.does(oak.fola, "start")
    oak.writes(oak.amal, "week", mood=4, week=["My sister rang twice."])
    oak.writes(oak.birgit, "week", mood=7, week=["Amal helped me, and amal stayed."])
    oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
    oak.moves_to("people")
    oak.writes(oak.amal, "people", why="She is close because she is my aunt.")
    oak.does(oak.fola, "skip_stage", stage_id="talk")
    oak.moves_to("private")
    oak.writes(oak.amal, "private", audience="facilitators", text="I keep thinking of the old house.")
    oak.does(
        oak.birgit,
        "submit_reflection",
        id=UUID,
        stage_id="private",
        answer={},
        audience="group_named",
        passed=True,
    )
    oak.moves_to("close")
    plan = {"text": "Ring my aunt.", "first_step": "", "when": "Sunday", "who": "", "rating": []}
    oak.writes(oak.amal, "close", word=["lighter"], leaving="Settled", step=plan)
    signal = oak.signals(oak.chidi)
    oak.does(oak.fola, "answer_signal", id=signal, reply="call")
    oak.does(oak.fola, "end")
    write = (oak.leaders["Fola"], oak.group_id, oak.members["Chidi"], "a form", signal)
    oak.database.writer.do(follow_ups.write, *write, judged="No plan, no means.", next="Thursday, 10:00.")
    return oak


UUID = "7b0f8a3e-3f64-4b9e-9d2a-0a6a3a0c9d11"


def drafted(oak: Oak, name: str) -> str:
    note = note_of(oak, name) if name in oak.members else notes(oak)[name]
    return text_of(note["sections"])


def test_a_members_draft_tells_what_they_did_and_said(over: Oak) -> None:
    amal = drafted(over, "Amal")
    for told in (
        *("Was there. Came in at", "Mood this week: 4 of 10.", "Was heard in the round."),
        *(
            "Wrote in 4 parts of the session.",
            "In own words: “My sister rang twice.”",
            "First word: lighter.",
        ),
        *("Left: Settled.", "Next step: Ring my aunt. · Sunday", "No call for support, no alert."),
        "I keep thinking of the old house.",
    ):
        assert told in amal, told
    birgit = drafted(over, "Birgit")
    assert "Passed in 1." in birgit and "Mood this week: 7 of 10." in birgit


def test_working_material_is_not_copied_into_a_note(over: Oak) -> None:
    assert "my aunt." not in drafted(over, "Amal").replace("Ring my aunt.", "")


def test_a_draft_calls_the_others_another_member(over: Oak) -> None:
    birgit = drafted(over, "Birgit")
    assert "another member helped me, and amal stayed." in birgit
    [found] = note_of(over, "Birgit")["findings"]  # what could be a common word is left to the check
    assert (found["kind"], found["stops"]) == ("alias", True)


def test_what_is_also_somebody_elses_words_is_left_out_of_a_draft(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.plans([stage("words", prompt("text")), stage("more", prompt("text"))])
    oak.starts()
    both = "I am not sure yet, but I think about it."
    for who in (oak.amal, oak.birgit):
        oak.writes(who, text=f"{both} {who.id}")
    oak.moves_to("more")
    oak.writes(oak.amal, "more", text="The boat was sold last week.")
    amal = note_of(oak, "Amal")
    assert "The boat was sold" in text_of(amal["sections"]) and "not sure" not in text_of(amal["sections"])
    assert amal["findings"] == note_of(oak, "Birgit")["findings"] == []


def test_a_call_stands_in_the_draft_of_its_member_with_what_was_done(over: Oak) -> None:
    chidi = drafted(over, "Chidi")
    for told in ("Asked for support at", "Fola answered: “I will call you at the end.”"):
        assert told in chidi
    assert "Judged: No plan, no means. Next contact: Thursday, 10:00." in chidi
    for name in ("Amal", "shared", "member_safe"):
        assert "for support" not in drafted(over, name).replace("No call for support", "")


def test_whoever_was_not_there_has_a_draft_that_says_so(over: Oak) -> None:
    assert drafted(over, "Dolores").strip() == "Was not there."


def test_the_group_note_holds_the_frame_and_no_word_number_or_name_of_anybody(over: Oak) -> None:
    group = drafted(over, "group_note")
    for told in ("Fola led. Sami supported.", "Present: 3. Absent: 2.", "One member asked for support."):
        assert told in group
    assert "Talk: skipped." in group and "Week: 0 min of 10." in group
    for name in ("group_note", "shared", "member_safe"):
        for never in ("Amal", "Birgit", "Chidi", "sister", "4 of 10", "old house", "aunt", "Settled"):
            assert never not in drafted(over, name)


def test_a_members_summary_holds_only_what_was_written_for_the_group_with_a_name(over: Oak) -> None:
    tagged(over, "week", "Amal", "theme:Sisters")
    tagged(over, "private", "Amal", "theme:The old house")
    assert "What it was about: Sisters." in drafted(over, "member_safe")
    assert "old house" not in drafted(over, "member_safe")
    assert "Steps for the time until we meet again were agreed." in drafted(over, "member_safe")


def test_what_was_tagged_on_one_private_answer_stands_in_that_members_note_alone(over: Oak) -> None:
    tagged(over, "week", "Amal", "theme:Sisters")
    for tag in ("theme:The old house", "theme:Sisters", "grief", "how_we_are_with_others"):
        tagged(over, "private", "Amal", tag)
    for name in ("group_note", "shared"):
        assert "Themes: Sisters." in drafted(over, name)
    for name in ("group_note", "shared", "member_safe", "Birgit"):
        assert not [words for words in ("old house", "Grief", "How we are") if words in drafted(over, name)]
    assert "Worked on: Sisters; The old house; Grief; How we are with others." in drafted(over, "Amal")
    tagged(over, "close", "Amal", "theme:The old house")  # for the group, with a name
    assert "Themes: Sisters; The old house." in drafted(over, "group_note")


def test_a_theme_on_private_answers_of_two_people_points_at_nobody(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.plans([stage("private", prompt("text")), stage("more", prompt("text"))])
    oak.starts()
    oak.writes(oak.amal, "private", audience="facilitators", text="Moving.")
    oak.writes(oak.birgit, "private", audience="facilitators", text="Moving, too.")
    oak.moves_to("more")
    oak.writes(oak.amal, "more", audience="group_unnamed", text="Moving again.")
    for at in ("private", "more"):
        tagged(oak, at, "Amal", "theme:Moving")
    assert "Moving" not in drafted(oak, "group_note"), "two answers of one person"
    tagged(oak, "private", "Birgit", "theme:Moving")
    assert "Themes: Moving." in drafted(oak, "group_note") and "Moving" not in drafted(oak, "member_safe")


def test_words_that_nobody_said_yes_to_are_in_no_draft(planned_oak: Oak) -> None:
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin")
    word, step = prompt("word", "short_texts", exercise="one_word_checkin"), prompt("step", "goal")
    goal = (prompt("goal", "goal", exercise="goal_setting"), prompt("close", "scale_0_10"))
    oak.plans(
        [stage("words", mood, prompt("text"), word), stage("plans", step | {"exercise": "step_plan"}, *goal)]
    )
    oak.starts()
    written = []
    plan = {"text": "Ring my aunt.", "first_step": "", "when": "Sunday", "who": "", "rating": []}
    said = {"mood": 4, "text": "I stood before the old house.", "word": ["heavy"]}
    planned = {"step": plan, "goal": plan | {"text": "Sleep."}, "close": 3}
    for at, answer in (("words", said), ("plans", planned)):
        oak.moves_to(at)
        written.append(str(uuid4()))
        place = {"id": written[-1], "stage_id": at, "audience": "group_named", "participant_id": oak.amal.id}
        oak.does(oak.fola, "write_for", answer=answer, **place)
    tagged(oak, "words", "Amal", "theme:Houses")
    theirs = ("old house", "heavy", "4 of 10", "Ring my aunt.", "Sleep.", "Houses")
    drafts = {name: drafted(oak, name) for name in ("Amal", "group_note", "shared", "member_safe")}
    assert not [words for words in theirs for draft in drafts.values() if words in draft]
    assert "Wrote in 0 parts" in drafts["Amal"] and "were agreed" not in drafts["member_safe"]
    for each in written:
        oak.does(oak.amal, "confirm_reflection", id=each, accept=True)
    assert not [words for words in theirs if words not in drafted(oak, "Amal")]


def test_a_look_back_a_rating_and_a_mood_that_nobody_said_yes_to_are_in_no_later_draft(
    planned_oak: Oak,
) -> None:
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin")
    step = prompt("step", "goal", exercise="step_plan")
    done = prompt("done", "single_choice", exercise="step_review", options=["I did it", "I had no step"])
    plan = {"text": "Ring my aunt.", "first_step": "", "when": "Sunday", "who": "", "rating": []}
    written = []

    def writes_down(at: str, **answer: Any) -> None:
        written.append((oak.amal, str(uuid4())))
        place = {"id": written[-1][1], "stage_id": at, "audience": "facilitators"}
        oak.does(oak.fola, "write_for", answer=answer, participant_id=oak.amal.id, **place)

    goal = prompt("goal", "goal", exercise="goal_setting")
    oak.plans([stage("week", mood), stage("step", step, goal, prompt("close", "scale_0_10"))])
    oak.starts()
    writes_down("week", mood=3)
    oak.moves_to("step")
    oak.writes(oak.amal, "step", step=plan, goal=plan | {"text": "Sleep."}, close=2)
    oak.does(oak.fola, "end")
    oak.plans([stage("done", done), stage("goals", goal), stage("week", mood)])
    oak.starts()
    writes_down("done", done="I did it")
    oak.moves_to("goals")
    [stands] = oak.me(oak.amal)["goals"]["goal"]
    writes_down("goals", goal={"standing": [{"goal": stands["id"], "text": "Sleep.", "rating": 7}]})
    oak.moves_to("week")
    oak.writes(oak.amal, "week", mood=6)
    amal = drafted(oak, "Amal")
    assert "6 of 10" in amal and "Last time" not in amal and "Last step" not in amal
    assert "Goal: Sleep" in amal and "Rated" not in amal
    for who, each in written:
        oak.does(who, "confirm_reflection", id=each, accept=True)
    amal = drafted(oak, "Amal")
    assert "Last time, in session 2: 3." in amal and "How it went: I did it." in amal
    assert "Rated 7 of 10 today." in amal


def test_a_step_ends_as_a_sentence_whatever_its_day_is() -> None:
    steps = [{"text": "Ring Ines. · Friday", "outcome": "I did it"}], ["Sleep", "Who helps?"]
    told = drafting._steps({"reviews": steps[0], "steps": steps[1]}, lambda text, **values: text % values)
    assert told == [
        "Last step: Ring Ines. · Friday. How it went: I did it.",
        "Next step: Sleep.",
        "Next step: Who helps?",
    ]


def tagged(oak: Oak, stage_id: str, alias: str, tag: str) -> None:
    """A facilitator tags what somebody wrote in a stage."""
    with oak.database.reader() as db:
        stages = summary.summary_of(db, oak.id)["stages"]
    [answer] = [
        each["id"]
        for of in stages
        for each in of["answers"]
        if (each["stage_id"], each["alias"]) == (stage_id, alias)
    ]
    oak.database.writer.do(tags.set_tag, oak.leaders["Fola"], oak.id, answer, tag, True)


def test_the_next_session_stands_in_the_plan(over: Oak) -> None:
    at = (now() + timedelta(days=7)).replace(hour=17, minute=30)
    over.database.writer.do(groups.plan_session, over.group_id, [stage("words")])
    with over.database.writer.engine.begin() as db:
        table = GroupSession.__table__
        db.execute(table.update().where(table.c.state == "planned").values(scheduled_at=at))
    told = f"Next session: {at:%Y-%m-%d}, 17:30."
    assert all(told in drafted(over, name) for name in ("Amal", "group_note", "member_safe"))
    assert told not in drafted(over, "shared")


def test_a_draft_is_said_in_the_language_of_its_writer(over: Oak) -> None:
    def loud(sentence: str, **values: Any) -> str:
        return drafting.english(sentence, **values).upper()

    assert "WAS THERE." in text_of(note_in(over, loud)["sections"])


def note_in(oak: Oak, say: drafting.Say) -> dict[str, Any]:
    found = next(each for each in notes(oak, say=say)["members"] if each["alias"] == "Amal")
    note: dict[str, Any] = found["note"]
    return note


def test_every_fact_of_a_full_session_is_told(planned_oak: Oak) -> None:
    full = full_session(planned_oak.database)
    with planned_oak.database.reader() as db:
        row = stored.find(db, GroupSession, id=full.id)
        assert row is not None
        facts = draft_facts.facts_of(db, row)
        layout = layouts.layout(db, "soap")
    group = text_of(drafting.group_note(facts, layout))
    for told in (
        "Exercises: ",
        "Themes: ",
        "Grief",
        "One member asked for support.",
        "Present: 12. Absent: 0.",
    ):
        assert told in group
    assert not [name for name in NAMES if name in group + text_of(drafting.member_safe(facts))]


def test_an_alert_that_an_earlier_session_left_stands_in_the_draft_until_it_is_met(planned_oak: Oak) -> None:
    oak = planned_oak
    risk: list[tuple[str, str]] = []

    def evening(*meets: str) -> None:
        oak.opens()
        for how in meets[:1]:
            oak.does(oak.fola, "meet_alert", id=alert, how=how, words="18:55")
        oak.does(oak.fola, "start")
        for how in meets[1:]:
            oak.does(oak.fola, "meet_alert", id=alert, how=how, words="")
        oak.does(oak.fola, "end")
        told = [drafted(oak, name) for name in ("Amal", "Birgit")]
        assert "No call for support, no alert." in told[1] and "private form" not in told[1]
        risk.append((oak.id, told[0]))
        oak.plans()

    oak.opens()
    _measures(oak, "phq9", [0] * 8 + [2])
    [alert] = [each["id"] for each in oak.console()["signals"]]
    with oak.database.reader() as db:
        assert summary.summary_of(db, oak.id)["earlier"] == []
    oak.does(oak.fola, "end")
    oak.plans()
    evening("later")
    evening("later", "talked")
    evening()
    (second, left), (third, met), (_, after) = risk
    assert "A private form called for a person at" in left and "We agreed to talk later. 18:55" in left
    assert "A private form called for a person at" in met and "We talked." in met and "no alert" not in met
    assert "No call for support, no alert." in after
    with oak.database.reader() as db:
        for session in (second, third):
            [told] = summary.summary_of(db, session)["earlier"]
            assert (told["id"], told["member_id"], told["met"]["how"]) == (
                alert,
                oak.members["Amal"],
                "talked",
            )


def test_a_time_of_another_day_is_told_with_its_day() -> None:
    began = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # the 27th in Berlin
    group = {"zone": "Europe/Berlin", "started_at": began}
    assert drafting._time(began + timedelta(hours=1), group) == "01:30"
    assert drafting._time(began - timedelta(days=7), group) == "2026-11-20, 00:30"


@pytest.mark.parametrize(("blank", "told"), [(0, "PHQ-9: 7"), (None, "PHQ-9: 8"), ("most", "not complete")])
def test_a_score_that_makes_up_for_a_blank_says_so_in_the_draft(
    planned_oak: Oak, blank: int | str | None, told: str
) -> None:
    oak = planned_oak
    oak.starts()
    rest: list[int | None] = [1, 1, 1, 1, 2, 1, 0] if blank != "most" else [None] * 7
    _measures(oak, "phq9", [*rest, None if blank == "most" else blank, 0])  # type: ignore[list-item]
    amal = drafted(oak, "Amal")
    assert told in amal and ("Pro-rated." in amal) is (blank is None)


def test_a_call_that_was_taken_back_is_told_so_and_counts_in_no_group_note(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.starts()
    kept, back = oak.signals(oak.amal), oak.signals(oak.birgit)
    assert kept != back
    oak.does(oak.birgit, "lower_signal", id=back)
    assert "One member asked for support." in drafted(oak, "group_note")
    assert "Taken back." in drafted(oak, "Birgit") and "Taken back." not in drafted(oak, "Amal")
    oak.does(oak.amal, "lower_signal", id=kept)
    assert "for support" not in drafted(oak, "group_note") + drafted(oak, "shared")


def test_an_alert_that_was_met_in_the_lobby_stands_in_the_draft_of_that_session(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.starts()
    _measures(oak, "phq9", [0] * 8 + [2])
    oak.does(oak.fola, "end")
    oak.plans()
    oak.opens()
    [alert] = oak.console()["earlier_alerts"]
    oak.does(oak.fola, "meet_alert", id=alert["id"], how="talked", words="")
    oak.does(oak.fola, "start")
    oak.does(oak.fola, "end")
    assert "We talked." in drafted(oak, "Amal") and "no alert" not in drafted(oak, "Amal")
