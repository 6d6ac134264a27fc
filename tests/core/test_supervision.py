"""What goes to supervision holds no name and no word of anybody; its numbers are those recorded."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.core import contacts, fidelity, groups, leaving, measures, stored, summary, supervision, tags
from app.core.models import Group, GroupSession, Reflection, Signal, now
from app.core.record_models import SupervisionQuestions
from app.core.sealing import seal
from app.library.agendas import stage_of_exercise
from tests.core.cast import MEMBERS, Oak, prompt, refused, stage
from tests.core.one_database import database_kind
from tests.house.groups import complete

__all__ = ["database_kind"]

ALIASES = {name: f"Zz{name}marker" for name in MEMBERS}
MARKERS = (
    *ALIASES.values(),
    *("answermarker", "titlemarker", "promptmarker", "thememarker", "notemarker", "groupmarker"),
    *("personmarker", "guestmarker", "sessionmarker", "replymarker", "reasonmarker"),
)


def pack(oak: Oak) -> dict[str, Any]:
    with oak.database.reader() as db:
        return supervision.pack(db, oak.group_id)


def asks(oak: Oak, text: str, revision: int = 0) -> int:
    kept: int = oak.database.writer.do(supervision.keep_questions, "f-fola", oak.group_id, text, revision)
    return kept


def marked(oak: Oak) -> Oak:
    """A session in which everything that anybody can write or name carries a marker."""
    do = oak.database.writer.do
    name = seal(Group.name, oak.group_id, "groupmarker")
    do(lambda db: stored.change(db, Group, oak.group_id, name=name))
    key = do(groups.add_members, oak.group_id, list(ALIASES.values()))
    do(contacts.keep, oak.group_id, key[0], {"name": "personmarker"}, "personmarker")
    oak.members |= dict(zip(ALIASES.values(), key, strict=True))
    do(complete, oak.group_id, "f-fola")
    own = stage("own", prompt("text") | {"text": "promptmarker?"}, title="titlemarker")
    oak.plans([own, stage_of_exercise("mood_event_checkin"), stage_of_exercise("name_the_feeling")])
    oak.does(oak.fola, "open_lobby")
    for alias in ALIASES.values():
        oak.joins(alias)
    oak.does(oak.fola, "start")
    for alias in ALIASES.values():
        oak.writes(oak.people[alias], "own", text="answermarker")
    who = oak.people[ALIASES["Amal"]]
    signal = oak.signals(who)
    oak.does(oak.fola, "answer_signal", id=signal, reply="replymarker")
    oak.does(oak.fola, "resolve_signal", id=signal)
    oak.does(oak.fola, "save_note", text="notemarker", stage_id="own", revision=1)
    [first, *_] = oak.all(Reflection.__table__.select())
    do(tags.set_tag, "f-fola", oak.id, first.id, "theme:thememarker", True)
    oak.does(oak.fola, "end")
    do(leaving.member_leaves, "f-fola", oak.group_id, key[4], "reasonmarker", "notemarker")
    return oak


def test_no_marker_of_a_participant_reaches_the_pack(planned_oak: Oak) -> None:
    oak = marked(planned_oak)
    text = json.dumps(pack(oak), default=str)
    with oak.database.reader() as db:
        assert "answermarker" in str(summary.summary_of(db, oak.id)), "it could have been read"
    assert [each for each in MARKERS if each.lower() in text.lower()] == []
    ids = [each.id for each in oak.all(GroupSession.__table__.select())]
    assert [each for each in (*ids, *oak.members.values()) if each in text] == []


def test_its_numbers_are_those_that_were_recorded(planned_oak: Oak) -> None:
    told = pack(marked(planned_oak))
    [session] = told["sessions"]
    assert session["there"] == {"present": 5, "late": 0, "excused": 0, "absent": 5}
    assert (told["members"], told["left"], told["leaders"]) == (9, 1, 2)
    own, mood, feeling = session["stages"]
    assert (own["own"], own["exercises"]) == (True, [])
    assert (mood["own"], mood["exercises"]) == (False, ["Mood and the week"])
    assert own["actual"] is not None and feeling["actual"] is None
    assert list(session["answers"]) == list(told["lines"]) == list(fidelity.LINES)
    assert session["answers"]["mood"] == "no"


def test_signals_are_counts_and_times_until_somebody_acknowledged_them(oak: Oak) -> None:
    waits = (10, 30, 200)
    for who, wait in zip((oak.amal, oak.birgit, oak.chidi), waits, strict=True):
        signal = oak.signals(who)
        oak.does(oak.fola, "acknowledge_signal", id=signal)
        oak.database.writer.do(_waited, signal, wait)
    oak.signals(oak.dolores)
    oak.signals(oak.ewa, "hand")
    told = {each["kind"]: each for each in pack(oak)["signals"]}
    assert told["support"] == {
        "kind": "support",
        "count": 4,
        "seen": 3,
        "open": 4,
        "middle": 30,
        "longest": 200,
    }
    assert told["hand"]["seen"] == 0 and told["hand"]["middle"] is None
    assert pack(oak)["stop_signals"] == [{"kind": "flags", "number": 4}]
    oak.database.writer.do(lambda db: stored.change(db, GroupSession, oak.id, sandbox=True))
    assert pack(oak)["signals"] == []


def _waited(db: Any, signal: str, seconds: int) -> None:
    at = now()
    stored.change(db, Signal, signal, raised_at=at - timedelta(seconds=seconds), seen_at=at)


@pytest.mark.parametrize(("people", "there"), [(4, 0), (5, 1)])
def test_outcome_is_told_from_five_people_on(oak: Oak, people: int, there: int) -> None:
    for name in MEMBERS[:people]:
        for days, total in ((14, 16), (0, 4)):
            at = now() - timedelta(days=days)
            oak.database.writer.do(measures.enter_score, "f-fola", oak.members[name], "phq9", total, at)
    told = pack(oak)["outcome"]
    assert len(told) == there
    if told:
        changed = {key: told[0][key] for key in supervision.CHANGES}
        assert told[0]["people"] == 5
        assert changed == {"improved": 5, "small": 0, "worse": 0, "response": 5, "remission": 5}


def test_questions_are_kept_sealed_and_once(oak: Oak) -> None:
    for _ in range(2):
        assert asks(oak, "How do I end with one member who is angry?") == 1
    [row] = oak.all(SupervisionQuestions.__table__.select())
    assert row.text.startswith("v1.") and row.revision == 1
    assert pack(oak)["questions"]["text"] == "How do I end with one member who is angry?"
    assert asks(oak, "Another.", 1) == 2
    with refused("stale"):
        asks(oak, "A third, from an older page.", 1)


@pytest.mark.parametrize(
    "text", ["What of Amal?", "What of amal’s mother?", "They said: {words}", "Ask Gus."]
)
def test_questions_that_name_somebody_or_hold_their_words_are_refused(oak: Oak, text: str) -> None:
    words = "my sister never rang me back after the long walk"
    oak.writes(oak.chidi, text=words)
    oak.joins("Gus")
    with refused("invalid"):
        asks(oak, text.format(words=words))
    assert pack(oak)["questions"]["text"] == ""
    assert asks(oak, "What of one member?") == 1


def test_questions_that_come_to_name_somebody_are_withheld(oak: Oak) -> None:
    asks(oak, "What about Rowan trees?")
    oak.database.writer.do(groups.add_members, oak.group_id, ["Rowan"])
    told = pack(oak)["questions"]
    assert (told["text"], told["withheld"]) == ("", True)
