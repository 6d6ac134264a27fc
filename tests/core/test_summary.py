"""What a session came to, and the files it leaves in."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest

from app.core import export, follow_ups, groups, summary, tags
from app.core.agenda import agenda_of
from app.core.changes import Who
from app.core.models import new_id
from app.library import agendas, load
from tests.core.cast import Oak, agenda, prompt, stage
from tests.core.notes import note_of, signs


def round_of(oak: Oak) -> dict[str, Any]:
    """One more session with the opening round and the close, live at the first word."""
    word = prompt("word", "short_texts", exercise="one_word_checkin")
    agenda = [
        stage("arrive", word),
        stage(
            "round",
            prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators"),
            prompt("week", "short_texts", exercise="mood_event_checkin"),
        ),
        stage("step", prompt("step", exercise="step_plan")),
        stage(
            "close",
            *(prompt(key, "scale_0_10", exercise="session_pulse") for key in ("belong", "say")),
            prompt("leaving", "single_choice", exercise="leaving_check", options=["Settled", "Stirred up"]),
            prompt("one_word_checkin_word", "short_texts", exercise="one_word_checkin"),
        ),
    ]
    oak.id = str(oak.database.writer.do(groups.plan_session, oak.group_id, agenda))
    oak.people = {name: Who("facilitator", oak.id, who) for name, who in oak.leaders.items()}
    oak.starts()
    return {each["id"]: each for each in agenda}


def told(oak: Oak) -> dict[str, Any]:
    with oak.database.reader() as db:
        return summary.summary_of(db, oak.id)


def person(oak: Oak, alias: str) -> dict[str, Any]:
    return next(each for each in told(oak)["people"] if each["alias"] == alias)


def test_this_weeks_mood_stands_beside_last_weeks(planned_oak: Oak) -> None:
    oak = planned_oak
    for moods in ({"amal": 4, "birgit": 6, "chidi": 5}, {"amal": 7, "birgit": 3}):
        round_of(oak)
        oak.moves_to("round")
        for name, mood in moods.items():
            oak.writes(getattr(oak, name), "round", mood=mood)
        oak.does(oak.fola, "end")
    assert (person(oak, "Amal")["mood"], person(oak, "Amal")["last_mood"]) == (7, 4)
    assert (person(oak, "Chidi")["mood"], person(oak, "Chidi")["last_mood"]) == (None, 5)
    assert told(oak)["mood"] == {"count": 2, "mean": 5.0, "last_mean": 5.0, "up": 1, "down": 1, "same": 0}


def test_the_mood_of_last_time_is_of_the_session_in_which_that_member_gave_it(planned_oak: Oak) -> None:
    oak = planned_oak
    for moods in ({"amal": 4, "birgit": 6}, {"birgit": 5}, {"amal": 7, "birgit": 3}):
        round_of(oak)
        oak.moves_to("round")
        for name, mood in moods.items():
            oak.writes(getattr(oak, name), "round", mood=mood)
        oak.does(oak.fola, "end")
    amal, birgit = person(oak, "Amal"), person(oak, "Birgit")
    first = oak.row().number - 2
    assert (amal["last_mood"], amal["last_number"]) == (4, first)
    assert (birgit["last_mood"], birgit["last_number"]) == (5, first + 1)
    assert (person(oak, "Chidi")["last_mood"], person(oak, "Chidi")["last_number"]) == (None, None)


def test_what_was_written_down_for_somebody_is_marked_until_they_say_yes(planned_oak: Oak) -> None:
    oak = planned_oak
    round_of(oak)
    place = {"participant_id": oak.amal.id, "audience": "group_named"}
    written = [str(uuid4()) for _ in range(2)]
    oak.does(oak.fola, "write_for", id=written[0], stage_id="arrive", answer={"word": ["tired"]}, **place)
    oak.writes(oak.birgit, "arrive", word=["here"])
    oak.moves_to("step")
    oak.does(oak.fola, "write_for", id=written[1], stage_id="step", answer={"step": "I ring Ines."}, **place)

    def marks() -> tuple[dict[str, bool], list[str], list[str]]:
        found = {each["id"]: each["scribed"] for of in told(oak)["stages"] for each in of["answers"]}
        table = list(csv.DictReader(io.StringIO(export.as_csv(told(oak)), newline="")))
        rows = [each["scribed"] for each in table if each["alias"] == "Amal"]
        return {each: found[each] for each in written}, person(oak, "Amal")["scribed"], rows

    assert marks() == (dict.fromkeys(written, True), ["word", "step"], ["yes", "yes"])
    assert person(oak, "Birgit")["scribed"] == []
    for each in written:
        oak.does(oak.amal, "confirm_reflection", id=each, accept=True)
    assert marks() == (dict.fromkeys(written, False), [], ["no", "no"])


def test_the_first_word_stands_beside_the_last_and_how_people_left(planned_oak: Oak) -> None:
    oak = planned_oak
    round_of(oak)
    oak.writes(oak.amal, "arrive", word=["tired"])
    oak.writes(oak.birgit, "arrive", word=["here"])
    oak.moves_to("step")
    oak.writes(oak.amal, "step", step="I ring my sister on Thursday.")
    oak.moves_to("close")
    oak.writes(oak.amal, "close", leaving="Settled", one_word_checkin_word=["lighter"])
    oak.writes(oak.chidi, "close", leaving="Settled")
    oak.writes(oak.ewa, "close", leaving="Stirred up")
    amal = person(oak, "Amal")
    assert (amal["first_word"], amal["last_word"]) == ("tired", "lighter")
    assert (amal["leaving"], amal["step"]) == ("Settled", "I ring my sister on Thursday.")
    oak.writes(oak.dolores, "close", one_word_checkin_word=["relieved"])
    dolores = person(oak, "Dolores")
    assert (dolores["first_word"], dolores["last_word"]) == ("", "relieved")
    oak.writes(oak.dolores, "arrive", word=["tense"])  # late
    dolores = person(oak, "Dolores")
    assert (dolores["first_word"], dolores["last_word"]) == ("tense", "relieved")
    assert (person(oak, "Birgit")["first_word"], person(oak, "Birgit")["last_word"]) == ("here", "")
    assert told(oak)["leaving"] == [{"text": "Settled", "count": 2}, {"text": "Stirred up", "count": 1}]


def test_the_pulse_has_an_average_from_five_answers_on(planned_oak: Oak) -> None:
    oak = planned_oak
    round_of(oak)
    oak.moves_to("close")
    for name in ("amal", "birgit", "chidi", "dolores"):
        oak.writes(getattr(oak, name), "close", belong=8, say=6)
    assert [each["mean"] for each in told(oak)["pulse"]] == [None, None]
    oak.writes(oak.ewa, "close", belong=3)
    assert [(each["count"], each["mean"]) for each in told(oak)["pulse"]] == [(5, 7.0), (4, None)]


def test_answers_stand_in_their_stage_with_reader_and_lateness(oak: Oak) -> None:
    oak.writes(oak.amal, text="In time.")
    oak.writes(oak.birgit, passed=True)
    withdrawn = oak.writes(oak.dolores, text="Never mind.")["id"]
    oak.does(oak.dolores, "withdraw_reflection", id=withdrawn)
    oak.moves_to("mixed")
    oak.writes(oak.chidi, text="Late.", audience="facilitators")
    words = told(oak)["stages"][0]
    assert [(each["alias"], each["late"], each["audience"]) for each in words["answers"]] == [
        ("Amal", False, "group_named"),
        ("Chidi", True, "facilitators"),
    ]
    assert words["answers"][0]["parts"][0]["text"] == "In time."
    assert words["passed"] == ["Birgit"]
    assert "Never mind." not in json.dumps(export.as_json(told(oak)))


def test_a_stage_that_was_not_reached_has_no_minutes(oak: Oak) -> None:
    stages = told(oak)["stages"]
    assert (stages[0]["actual"], stages[1]["actual"]) == (0, None)


def test_a_plan_stays_what_it_was_when_stages_are_added_skipped_and_given_more_time(oak: Oak) -> None:
    before = told(oak)["session"]["planned"]
    assert before == sum(each["minutes"] for each in agenda())
    oak.does(oak.fola, "insert_stage", exercise_id="grounding", minutes=3, after_stage_id="words")
    oak.does(oak.fola, "add_minutes", minutes=5)
    oak.does(oak.fola, "add_minutes", minutes=5)
    oak.does(oak.fola, "skip_stage", stage_id="talk")
    words, added, *rest = told(oak)["stages"]
    assert (words["planned"], words["added"]) == (10, False)
    assert (added["planned"], added["added"], added["actual"]) == (3, True, None)
    assert [each["id"] for each in rest if each["skipped"]] == ["talk"]
    assert told(oak)["session"]["planned"] == before


def test_a_stage_put_in_while_the_lobby_is_open_belongs_to_the_plan(open_oak: Oak) -> None:
    oak = open_oak
    oak.does(oak.fola, "insert_stage", exercise_id="grounding", minutes=3, after_stage_id="words")
    assert not any(each["added"] for each in told(oak)["stages"])


def test_an_exercise_chosen_for_an_added_stage_keeps_the_mark(oak: Oak) -> None:
    oak.does(oak.fola, "insert_stage", exercise_id=None, title="Work", minutes=9, after_stage_id="words")
    [added] = [each for each in agenda_of(oak.row()) if each.get("added")]
    chosen = agendas.with_exercise(added, load().exercises["role_play"])
    assert (chosen["added"], chosen["id"]) == (True, added["id"])


def test_what_was_touched_says_whether_it_was_tagged_or_done(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.plans([agendas.stage_of_exercise(each) for each in ("old_new_role", "role_play", "unsent_words")])
    oak.starts()
    first, second, _ = agenda_of(oak.row())
    asked = first["prompts"][0]["key"]
    answer = oak.writes(oak.amal, first["id"], **{asked: ["Being a widow."]})
    for tag in ("grief", "how_others_are_with_us", "theme:My mother"):
        oak.database.writer.do(tags.set_tag, oak.fola.id, oak.id, answer["id"], tag, True)
    oak.moves_to(second["id"])
    found = told(oak)
    old_and_new = load().exercises["old_new_role"].title
    play = load().exercises["role_play"].title
    assert found["touched"]["areas"] == [
        {"key": "grief", "tagged": 1, "exercises": []},
        {"key": "change", "tagged": 0, "exercises": [old_and_new]},
    ], "role play is for all areas and says nothing, and the third stage was not reached"
    assert found["touched"]["perspectives"] == [
        {"key": "how_we_are_with_others", "tagged": 0, "exercises": [old_and_new, play]},
        {"key": "how_others_are_with_us", "tagged": 1, "exercises": [play]},
        {"key": "how_relationships_change", "tagged": 0, "exercises": [old_and_new]},
    ]
    assert found["themes"] == [{"text": "My mother", "count": 1}]
    with oak.database.reader() as db:
        alone = summary.touched_of(db, oak.id)
    assert (alone["themes"], alone["touched"]) == (found["themes"], found["touched"])


def test_what_opens_and_closes_every_session_says_nothing_of_this_one(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.plans([agendas.stage_of_exercise("one_word_checkin")])
    oak.starts()
    assert load().exercises["one_word_checkin"].perspectives == ("how_we_are_with_others",)
    assert told(oak)["touched"]["perspectives"] == []


def test_a_step_is_told_in_one_line_and_in_full(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.plans([agendas.stage_of_exercise("step_plan")])
    oak.starts()
    step = {"text": "Ring my sister", "first_step": "Find her number", "when": "Sunday", "who": ""}
    oak.writes(oak.amal, agenda_of(oak.row())[0]["id"], step=step, audience="facilitators")
    amal = person(oak, "Amal")
    assert amal["step_line"] == "Ring my sister · Sunday"
    assert "Find her number" in amal["step"]


def test_answers_carry_their_tags(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="In time.")["id"]
    oak.database.writer.do(tags.set_tag, oak.fola.id, oak.id, answer, "lonely", True)
    assert [each["tags"] for each in told(oak)["stages"][0]["answers"]] == [["lonely"]]


def test_signals_tell_how_each_was_met_and_who_wrote_it_up(oak: Oak) -> None:
    support, hand = oak.signals(oak.chidi), oak.signals(oak.amal, "hand")
    oak.does(oak.sami, "acknowledge_signal", id=support)
    first, second = told(oak)["signals"]
    assert (first["urgent"], first["open"], first["lacks"], first["seen_by"]) == (True, True, True, "Sami")
    assert (second["kind"], second["urgent"], second["lacks"]) == ("hand", False, False)
    oak.does(oak.fola, "resolve_signal", id=support)
    write = (oak.leaders["Fola"], oak.group_id, oak.members["Chidi"], new_id(), support)
    oak.database.writer.do(follow_ups.write, *write, seen="Calm again.")
    first, second = told(oak)["signals"]
    assert (first["open"], first["lacks"], first["resolved_by"]) == (False, False, "Fola")
    assert [each["by"] for each in first["followed_up"]] == ["Fola"]
    assert "Calm again." not in str(told(oak))
    assert second["id"] == hand and second["open"]


def test_a_guest_who_calls_while_waiting_has_a_name_in_the_summary(oak: Oak) -> None:
    goran = oak.joins("Goran")
    oak.signals(goran)
    [entry] = told(oak)["signals"]
    assert (entry["alias"], entry["member_id"], entry["lacks"]) == ("Goran", None, False)


def test_signals_tell_who_asked_and_who_saw_it(oak: Oak) -> None:
    signal = oak.signals(oak.chidi)
    oak.does(oak.sami, "answer_signal", id=signal, reply="stay")
    [entry] = told(oak)["signals"]
    assert (entry["alias"], entry["kind"], entry["seen_by"]) == ("Chidi", "support", "Sami")
    assert entry["reply"] == "Stay if you can."


def test_whoever_only_waited_was_not_there(oak: Oak) -> None:
    oak.joins("Goran")
    assert "Goran" not in [each["alias"] for each in told(oak)["people"]]
    oak.does(oak.fola, "admit", participant_id=oak.goran.id)
    assert "Goran" in [each["alias"] for each in told(oak)["people"]]


def test_every_shipped_agenda_can_be_summed_up(planned_oak: Oak) -> None:
    oak = planned_oak
    for programme, number in (("online_short_75", 1), ("gipt_8", 8)):
        stages = agendas.agenda_of(programme, number)
        oak.id = str(oak.database.writer.do(groups.plan_session, oak.group_id, stages))
        assert [each["title"] for each in told(oak)["stages"]] == [each["title"] for each in stages]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    assert export.cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert export.cell(f"a{start}b") == f"a{start}b"


def test_the_table_holds_each_answer_once_and_quotes_all(oak: Oak) -> None:
    oak.writes(oak.amal, text='=HYPERLINK("http://example.org")\nand "more"')
    oak.writes(oak.birgit, passed=True)
    text = export.as_csv(told(oak))
    assert all(line.startswith('"') for line in text.split("\r\n") if line)
    head, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert head == export.COLUMNS
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(each["alias"], each["passed"]) for each in table] == [("Amal", "no"), ("Birgit", "yes")]
    assert table[0]["answer"] == '\'=HYPERLINK("http://example.org")\nand "more"'


def test_words_that_moved_into_a_signed_note_leave_their_trace(planned_oak: Oak) -> None:
    """In the place of the first and last word, and as one row of the table; not a word of them."""
    oak = planned_oak
    round_of(oak)
    oak.writes(oak.amal, "arrive", word=["tired"])
    oak.writes(oak.birgit, "arrive", word=["here"])
    oak.moves_to("close")
    oak.writes(oak.amal, "close", one_word_checkin_word=["lighter"], leaving="Settled")
    oak.does(oak.fola, "end")
    assert not person(oak, "Amal")["words_in_note"]
    signs(oak, note_of(oak, "Amal"))
    amal, birgit = person(oak, "Amal"), person(oak, "Birgit")
    assert (amal["words_in_note"], amal["first_word"], amal["leaving"]) == (True, "", "Settled")
    assert (birgit["words_in_note"], birgit["first_word"]) == (False, "here")
    table = list(csv.DictReader(io.StringIO(export.as_csv(told(oak)), newline="")))
    rows = [
        (each["stage"], each["answer"], each["in_signed_note"]) for each in table if each["alias"] == "Amal"
    ]
    arrive, close = (each["title"] for each in told(oak)["stages"] if each["id"] in ("arrive", "close"))
    assert rows == [(arrive, "", "yes"), (close, "Settled", "no"), (close, "", "yes")]
    assert {each["in_signed_note"] for each in table if each["alias"] == "Birgit"} == {"no"}
