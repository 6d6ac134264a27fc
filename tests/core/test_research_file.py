"""A file for research holds those alone who said yes, and without names nothing that says who they are."""

import csv
import io
import json
import re
from typing import Any
from uuid import uuid4

import pytest

from app import runtime
from app.core import consents, stored
from app.core.export import cell
from app.core.models import Group, GroupSession
from app.library.agendas import stage_of_exercise
from app.papers import research
from app.papers.registry import Asked
from tests.core.cast import MEMBERS, Oak, prompt, refused, stage
from tests.core.one_database import database_kind
from tests.core.record import PRIVATE, WROTE, keeps_a_record

__all__ = ["database_kind"]

File = dict[str, Any]
PEOPLE = MEMBERS[:4]  # Ewa did not say yes


@pytest.fixture
def oak(oak: Oak) -> Oak:
    """The group with a record; everybody but Ewa has said yes to research."""
    keeps_a_record(oak)
    for name in PEOPLE:
        says = {"member_id": oak.members[name]}
        oak.database.writer.do(consents.say_yes, oak.group_id, {consents.RESEARCH: 1}, **says)
    return oak


def file(oak: Oak, named: bool = False, words: bool = False, session: str = "") -> File:
    asked = Asked(group_id=oak.group_id, group_session_id=session)
    with oak.database.reader() as db:
        return research.gather(db, asked, named, words)


def both(made: File) -> str:
    """All that leaves, in either form."""
    return research.as_json(made).decode() + research.as_csv(made).decode()


def of(made: File, **equal: Any) -> list[Any]:
    return [row for row in made["rows"] if all(row.get(name) == value for name, value in equal.items())]


def who(made: File) -> str:
    """The one person in a file who answered PHQ-9: Amal."""
    [person] = {row["person"] for row in of(made, exercise="phq9")}
    return str(person)


def test_where_everybody_took_their_yes_back_there_is_no_file(oak: Oak) -> None:
    for name in PEOPLE:
        place = (oak.leaders["Fola"], oak.group_id, oak.members[name])
        oak.database.writer.do(consents.record_for, *place, False)
    with refused("not_now"):
        file(oak, named=True, words=True)


def test_those_who_did_not_say_yes_are_in_no_file(oak: Oak) -> None:
    for made in (file(oak), file(oak, named=True, words=True)):
        text = both(made)
        assert len({row["person"] for row in made["rows"]}) == len(PEOPLE)
        assert made["people"] == {"in_this_file": 4, "in_the_group": 5}
        assert "Ewa" not in text and WROTE["Ewa"] not in text and oak.members["Ewa"] not in text
    assert "Amal" in text and WROTE["Amal"] in text


def test_without_names_nothing_says_who_or_when(oak: Oak) -> None:
    made = file(oak)
    text = both(made)
    for mark in (*MEMBERS, *oak.leaders, *oak.members.values(), *WROTE.values(), PRIVATE, "Oak", oak.id):
        assert mark not in text
    assert "zora" not in text.lower() and "birgit" not in text.lower(), "a facilitator's own question"
    assert not re.search(r"\d\d:\d\d|20\d\d-\d\d", text), "no clock and no date"
    assert "at" not in made["columns"] and "name" not in made["columns"]
    assert {row["day"] for row in of(made, source="attendance", session=of(made, session=3)[0]["session"])}
    assert {row["person"] for row in made["rows"]} == {"p1", "p2", "p3", "p4"}


def test_days_count_from_the_first_session(oak: Oak) -> None:
    made = file(oak)
    days = {row["session"]: row["day"] for row in of(made, source="attendance")}
    assert days == {1: 8, 2: 1, 3: 8} and {row["session_kind"] for row in of(made, session=2)} == {"group"}
    assert {row["day"] for row in of(made, exercise="phq9")} == {1}
    assert {row["day"] for row in of(made, exercise="gad7")} == {8}


def test_ids_are_drawn_anew_for_each_file_and_the_rows_follow_them(oak: Oak) -> None:
    files = [file(oak) for _ in range(12)]
    assert len({who(made) for made in files}) > 1, "one in sixteen million that twelve lots are the same"
    for made in files:
        people = [row["person"] for row in made["rows"]]
        assert people == sorted(people)
        assert {row["person"] for row in of(made, exercise="gad7")} == {who(made)}


def test_numbers_choices_and_measures_are_there_without_words(oak: Oak) -> None:
    made = file(oak)
    mood = [row["value"] for row in of(made, type="scale_0_10", exercise="mood_event_checkin")]
    assert sorted(mood) == sorted([0, 1, 2, 3] * 2)
    own = of(made, exercise="own", type="single_choice")
    assert [row["value"] for row in own] == [[1]] * 8 and {row["text"] for row in own} == {""}
    totals = {row["exercise"]: row["value"] for row in of(made, source="measure") if "total" in row["key"]}
    assert totals == {"phq9": 7, "gad7": 7, "who5": 40}
    items = {row["key"]: row["value"] for row in of(made, source="item", exercise="phq9")}
    assert items == {f"phq9_{n}": [0, 1, 1, 1, 1, 2, 0, 0, 0, 0][n] for n in (1, 2, 3, 4, 5, 7, 8, 9)}
    assert {row["text"] for row in of(made, source="attendance")} <= {"present", "late", "excused", "absent"}
    written = of(made, type="free_text")
    assert written and {(str(row["value"]), row["text"]) for row in written} == {("", "")}


def test_words_are_in_it_when_asked_for_and_those_for_facilitators_alone_never(oak: Oak) -> None:
    for named in (False, True):
        made = file(oak, named=named, words=True)
        text = both(made)
        for name in ("Amal", "Birgit", "Dolores"):
            assert WROTE[name] in text
        assert PRIVATE not in text and "I agree with Zora" in text
        assert ("Amal" in text) == named
    chosen = of(made, key="birgit_said")
    assert len(chosen) == 8, "a choice made for facilitators alone counts all the same"


def test_words_that_a_signed_note_has_taken_over_are_not_in_it(oak: Oak) -> None:
    oak.database.writer.do(stored.change, Group, oak.group_id, hide_signed=False)
    assert WROTE["Amal"] in both(file(oak, words=True, session=oak.id)), "the group goes on reading them"
    oak.database.writer.do(stored.change, Group, oak.group_id, hide_signed=True)
    last = both(file(oak, words=True, session=oak.id))
    assert WROTE["Amal"] not in last and WROTE["Birgit"] not in last and WROTE["Dolores"] in last
    assert WROTE["Amal"] in both(file(oak, words=True, session=oak.first)), "nothing is signed of the first"


def test_what_nobody_confirmed_and_what_keeps_somebody_safe_is_in_no_file(oak: Oak) -> None:
    safe = stage_of_exercise("safe_place_check")
    oak.plans([stage("words", prompt("text")), safe])
    oak.starts()
    given = {"id": str(uuid4()), "audience": "group_named", "stage_id": "words"}
    said = {"answer": {"text": "scribedmarker"}, "participant_id": oak.amal.id}
    oak.does(oak.fola, "write_for", **given, **said)
    oak.moves_to(safe["id"])
    oak.writes(oak.amal, safe["id"], audience="facilitators", alone="Yes", talk="No")
    for named in (False, True):
        made = file(oak, named=named, words=True, session=oak.id)
        assert "scribedmarker" not in both(made) and of(made, exercise="safe_place_check") == []
    oak.does(oak.amal, "confirm_reflection", id=given["id"], accept=True)
    assert "scribedmarker" in both(file(oak, words=True, session=oak.id))


def test_what_is_withdrawn_or_only_tried_out_is_in_no_file(oak: Oak) -> None:
    oak.plans()
    oak.starts()
    sent = oak.writes(oak.amal, text="withdrawnmarker")
    assert "withdrawnmarker" in both(file(oak, words=True))
    oak.does(oak.amal, "withdraw_reflection", id=sent["id"])
    assert "withdrawnmarker" not in both(file(oak, words=True))
    passed = oak.writes(oak.chidi, passed=True)
    assert len(of(file(oak, session=oak.id), source="pass")) == 1
    oak.does(oak.chidi, "withdraw_reflection", id=passed["id"])
    assert of(file(oak, session=oak.id), source="pass") == []
    oak.writes(oak.birgit, text="triedmarker")
    assert "triedmarker" in both(file(oak, words=True))
    oak.database.writer.do(stored.change, GroupSession, oak.id, sandbox=True)
    assert "triedmarker" not in both(file(oak, words=True))


def test_with_names_each_row_says_who_and_when_in_utc(oak: Oak) -> None:
    made = file(oak, named=True)
    assert {row["name"] for row in made["rows"]} == set(PEOPLE)
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", row["at"]) for row in made["rows"])
    assert {row["name"] for row in of(made, exercise="phq9")} == {"Amal"}
    for name in PEOPLE:
        assert WROTE[name] not in both(made)


def test_a_long_file_lets_others_have_their_turn(oak: Oak, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    monkeypatch.setattr(runtime, "give_way", lambda: turns.append(1))
    monkeypatch.setattr(research, "BITE", 10)
    made = file(oak)
    sessions, rows = 3, len(made["rows"])
    assert len(turns) == sessions + -(-rows // 10) and rows > 30
    research.as_csv(made)
    assert len(turns) == sessions + 2 * -(-rows // 10)


def test_a_session_alone_holds_what_is_of_that_session(oak: Oak) -> None:
    made = file(oak, session=oak.first)
    assert {row["session"] for row in made["rows"]} == {2}
    assert {row["exercise"] for row in of(made, source="measure")} == {"phq9"}


def test_the_dictionary_tells_of_every_key_and_the_columns_of_every_column(oak: Oak) -> None:
    for made in (file(oak), file(oak, named=True, words=True)):
        told = {(each["source"], each["exercise"], each["key"]) for each in made["dictionary"]}
        assert {(row["source"], row["exercise"], row["key"]) for row in made["rows"]} == told
        assert all(list(row) == list(made["columns"]) for row in made["rows"])
        assert {each["type"] for each in made["dictionary"]} >= {"scale_0_10", "single_choice", "count"}
        assert json.loads(research.as_json(made)) == made


def test_the_table_is_utf_8_with_a_mark_and_no_cell_is_a_formula(oak: Oak) -> None:
    oak.plans()
    oak.starts()
    oak.writes(oak.amal, text='=HYPERLINK("x")')
    oak.writes(oak.birgit, text="\u201cJa\u201d, sagte Zo\u00eb.")
    made = file(oak, words=True, session=oak.id)
    raw = research.as_csv(made)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(made["columns"]) and len(rows) == len(made["rows"])
    texts = {row["text"] for row in rows}
    assert '\'=HYPERLINK("x")' in texts and "“Ja”, sagte Zoë." in texts
    assert not [each for row in rows for each in row.values() if each[:1] in ("=", "+", "@", "\t")]
    assert cell(-3) == "-3" and cell("-3") == "'-3", "a number of days before the first session is no formula"
