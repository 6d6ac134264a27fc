"""What a session came to, and the files it leaves in."""

import csv
import io
import json
from typing import Any

import pytest

from app.core import export, groups, summary
from app.core.changes import Who
from app.library import agendas
from tests.core.cast import Oak, prompt, stage


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


def test_signals_tell_who_asked_and_who_saw_it(oak: Oak) -> None:
    signal = oak.signals(oak.chidi)
    oak.does(oak.sami, "answer_signal", id=signal, reply="Stay if you can.")
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
