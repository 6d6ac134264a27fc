"""A facilitator writes for somebody who speaks: it is theirs, and shown, only once they say so."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core import held_lines
from app.core.course_models import FeedbackLine
from app.core.models import Participant
from tests.core.cast import Oak, prompt, refused, stage

SAID = "She said no, and I went quiet."


def scribes(oak: Oak, name: str = "Amal", **more: Any) -> dict[str, Any]:
    given = {"id": str(uuid4()), "audience": "group_named", "stage_id": "words", "answer": {"text": SAID}}
    return oak.does(oak.fola, "write_for", participant_id=oak.people[name].id, **(given | more))


def mine(oak: Oak, name: str = "Amal") -> dict[str, Any]:
    found: dict[str, Any] = oak.me(oak.people[name])["mine"][0]
    return found


def test_what_was_written_for_somebody_is_shown_to_nobody_before_they_say_yes(oak: Oak) -> None:
    written = scribes(oak)
    assert mine(oak)["scribed"] and mine(oak)["answer"] == {"text": SAID}
    oak.does(oak.fola, "reveal", stage_id="words")
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=written["id"])
    with refused("not_now"):
        oak.does(oak.fola, "request_share", id=written["id"])
    assert oak.shown() == []
    oak.does(oak.amal, "confirm_reflection", id=written["id"], accept=True)
    oak.does(oak.fola, "show_reflection", id=written["id"])
    assert oak.shown_ids() == [written["id"]]


def test_not_like_that_takes_the_words_away(oak: Oak) -> None:
    written = scribes(oak)
    for _ in range(2):
        oak.does(oak.amal, "confirm_reflection", id=written["id"], accept=False)
    assert SAID not in str(oak.me(oak.amal)) and SAID not in str(oak.console())
    assert oak.reflection(written["id"]).withdrawn_at is not None
    with refused("not_now"):
        oak.does(oak.amal, "confirm_reflection", id=written["id"], accept=True)


def test_only_the_one_who_spoke_can_say_yes(oak: Oak) -> None:
    written = scribes(oak)
    own = oak.writes(oak.birgit, text="My own.")
    for who, what in ((oak.birgit, written["id"]), (oak.birgit, own["id"]), (oak.amal, str(uuid4()))):
        with refused("not_found"):
            oak.does(who, "confirm_reflection", id=what, accept=True)
    with refused("not_now"):
        oak.does(oak.fola, "confirm_for", id=written["id"])


def test_written_again_it_waits_for_another_yes(oak: Oak) -> None:
    written = scribes(oak)
    oak.does(oak.amal, "confirm_reflection", id=written["id"], accept=True)
    oak.does(oak.fola, "show_reflection", id=written["id"])
    scribes(oak, id=written["id"], revision=2, answer={"text": "She said no. I went out."})
    assert mine(oak)["scribed"] and oak.shown() == []


def test_a_facilitator_does_not_write_over_what_somebody_wrote(oak: Oak) -> None:
    own = oak.writes(oak.amal, text="My own words.")
    with refused("not_now"):
        scribes(oak, id=own["id"], revision=2)
    with refused("already_answered"):
        scribes(oak)
    assert mine(oak)["answer"] == {"text": "My own words."}


def test_who_changes_what_was_written_for_them_makes_it_theirs(oak: Oak) -> None:
    written = scribes(oak)
    oak.writes(oak.amal, id=written["id"], revision=2, text="She said no. I said nothing.")
    assert not mine(oak)["scribed"]
    oak.does(oak.fola, "show_reflection", id=written["id"])
    assert oak.shown_ids() == [written["id"]]


def test_written_twice_it_is_stored_once_and_answered_the_same(oak: Oak) -> None:
    given = {"id": str(uuid4())}
    first = scribes(oak, **given)
    assert scribes(oak, **given) == first
    assert len(oak.me(oak.amal)["mine"]) == 1


def test_a_member_without_a_phone_has_a_place_and_says_yes_aloud(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    oak.joins("Birgit")
    oak.does(oak.fola, "start")
    assert "Amal" in [each["alias"] for each in oak.console()["absent"]]
    seated = oak.does(oak.fola, "seat", member_id=oak.members["Amal"])
    assert oak.does(oak.sami, "seat", member_id=oak.members["Amal"]) == seated
    amal = next(each for each in oak.console()["people"] if each["alias"] == "Amal")
    assert (amal["presence"], amal["without_phone"]) == ("here", True)
    oak.people["Amal"] = type(oak.birgit)("participant", oak.id, seated["participant_id"])
    written = scribes(oak)
    oak.does(oak.fola, "confirm_for", id=written["id"])
    oak.does(oak.fola, "show_reflection", id=written["id"])
    assert oak.shown()[0]["alias"] == "Amal"
    assert len(oak.all(Participant.__table__.select())) == 2


def test_only_members_of_the_group_are_seated(oak: Oak) -> None:
    for nobody in ("nobody", oak.amal.id):
        with refused("not_found"):
            oak.does(oak.fola, "seat", member_id=nobody)


@pytest.mark.parametrize("stage_id", ["last"])
def test_nothing_is_written_for_a_stage_that_was_not_shown(oak: Oak, stage_id: str) -> None:
    with refused("not_yet"):
        scribes(oak, stage_id=stage_id)


@pytest.fixture
def giving(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At a round of lines; then a stage in which two practise together."""
    stages = [
        stage("words", prompt("lines", "feedback", exercise="goodbye")),
        stage("play", prompt("intro", "roleplay_pair", options=["asks", "answers"])),
    ]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def test_a_line_that_was_written_for_somebody_waits_for_their_yes(giving: Oak) -> None:
    written = scribes(giving, answer={"lines": [{"to": giving.members["Birgit"], "text": SAID}]})
    line = giving.one(select(FeedbackLine.__table__))
    giving.does(giving.fola, "check_line", id=line.id, state="ok")
    for name in ("Amal", "Birgit", "Chidi", "Dolores", "Ewa"):
        thanks = {"id": str(uuid4()), "to": giving.members[name], "text": "Thank you."}
        giving.does(giving.fola, "add_line", stage_id="words", **thanks)
    on_console = giving.console()["lines"]
    assert on_console["ready"] == 5 and [each["waits"] for each in on_console["lines"]].count(True) == 1
    giving.does(giving.fola, "deliver_lines", stage_id="words")
    assert SAID not in str(giving.me(giving.birgit))
    giving.does(giving.amal, "confirm_reflection", id=written["id"], accept=True)
    assert giving.does(giving.fola, "deliver_lines", stage_id="words")["delivered"] == 1
    assert SAID in str(giving.me(giving.birgit)["received"])


def test_whoever_has_only_a_line_without_a_yes_has_none_yet(giving: Oak) -> None:
    scribes(giving, answer={"lines": [{"to": giving.members["Birgit"], "text": SAID}]})
    line = giving.one(select(FeedbackLine.__table__))
    giving.does(giving.fola, "check_line", id=line.id, state="ok")
    assert "Birgit" in giving.console()["lines"]["without"]


def test_a_held_line_without_a_yes_is_not_given_in_a_meeting(giving: Oak) -> None:
    scribes(giving, answer={"lines": [{"to": giving.members["Birgit"], "text": SAID}]})
    line = giving.one(select(FeedbackLine.__table__))
    giving.does(giving.fola, "end")
    given = (giving.leaders["Fola"], giving.group_id, giving.members["Birgit"], [line.id])
    with giving.database.reader() as db:
        [held] = held_lines.waiting(db, giving.member("Birgit"))
    assert held["waits"], "and its reader is told so"
    assert giving.database.writer.do(held_lines.give, *given) == 0


def test_a_scene_that_was_written_for_somebody_reaches_the_partner_with_their_yes(giving: Oak) -> None:
    giving.does(giving.fola, "go_to_stage", stage_id="play")
    pair = [giving.amal.id, giving.birgit.id]
    giving.does(giving.fola, "assign_pairs", stage_id="play", pairs=[pair])
    written = scribes(giving, stage_id="play", answer={"intro": {"scene": SAID}})
    assert SAID not in str(giving.me(giving.birgit))
    giving.does(giving.amal, "confirm_reflection", id=written["id"], accept=True)
    assert giving.me(giving.birgit)["pair"]["scene"] == SAID
