"""What the console tells a facilitator, and what it keeps covered."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app.core import console as consoles
from app.core import groups, views
from app.core.models import Member, Role, now
from app.core.sealing import seal
from tests.core.cast import MEMBERS, Oak
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def aliases(entries: list[dict[str, str]]) -> list[str]:
    return [each["alias"] for each in entries]


def test_answers_are_covered(oak: Oak) -> None:
    oak.writes(oak.amal, text="Canary.", audience="facilitators")
    console = oak.console()
    assert len(console["answers"]) == 1  # there is something to cover
    assert "Canary" not in json.dumps(console, default=str)


def test_three_of_five_are_still_writing(oak: Oak) -> None:
    assert oak.console()["counts"] == {"in": 0, "of": 5, "writing": 5}
    oak.writes(oak.amal, text="A walk.")
    oak.writes(oak.birgit, passed=True)
    console = oak.console()
    assert console["counts"] == {"in": 1, "of": 5, "writing": 3}
    assert console["still_writing"] == ["Chidi", "Dolores", "Ewa"]
    assert console["passed"] == ["Birgit"]


def test_whoever_is_gone_is_not_waited_for_and_who_is_away_for_a_moment_is(oak: Oak) -> None:
    oak.writes(oak.amal, text="A walk.")
    for who in (oak.amal, oak.birgit):
        oak.does(who, "leave")
    assert {oak.on_roster(who)["presence"] for who in (oak.amal, oak.birgit)} == {"gone"}
    assert oak.on_roster(oak.chidi)["presence"] == "away"
    console = oak.console()
    assert console["counts"] == {"in": 1, "of": 4, "writing": 3}
    assert console["still_writing"] == ["Chidi", "Dolores", "Ewa"]


def test_people_who_wait_or_were_removed_are_not_counted(oak: Oak) -> None:
    oak.joins("Gus")
    oak.does(oak.fola, "remove", participant_id=oak.ewa.id)
    assert oak.console()["counts"]["of"] == 4
    assert aliases(oak.console()["people"]) == MEMBERS[:4]


def test_whoever_calls_stands_first_on_the_roster(oak: Oak) -> None:
    assert aliases(oak.console()["people"]) == MEMBERS
    oak.signals(oak.dolores, "hand")
    assert aliases(oak.console()["people"]) == ["Dolores", "Amal", "Birgit", "Chidi", "Ewa"]
    assert [each["kind"] for each in oak.on_roster(oak.dolores)["signals"]] == ["hand"]


def test_what_the_facilitator_may_do_with_a_named_answer(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    assert oak.on_console(answer)["acts"] == "show"
    oak.does(oak.fola, "show_reflection", id=answer)
    assert oak.on_console(answer)["acts"] == "take_back"
    oak.does(oak.fola, "hide_reflection", id=answer)
    assert oak.on_console(answer)["acts"] == "show"


def test_what_the_facilitator_may_do_with_a_private_answer(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.", audience="facilitators")["id"]
    assert oak.on_console(answer)["acts"] == "ask"
    oak.does(oak.fola, "request_share", id=answer)
    assert oak.on_console(answer)["acts"] == "asked"
    oak.does(oak.amal, "answer_share_request", id=answer, accept=False)
    assert oak.on_console(answer)["acts"] == "ask"


def test_what_the_facilitator_may_do_with_unnamed_answers(oak: Oak) -> None:
    answers = [
        oak.writes(oak.people[name], text="A walk.", audience="group_unnamed")["id"] for name in MEMBERS[:4]
    ]
    assert oak.on_console(answers[0])["acts"] == "with_others"
    assert oak.console()["can_release_unnamed"] is True
    oak.does(oak.fola, "reveal", stage_id="words")
    late = oak.writes(oak.ewa, text="A swim.", audience="group_unnamed")["id"]
    assert oak.on_console(answers[0])["acts"] == "take_back"
    assert oak.on_console(late)["acts"] == "ask"
    assert oak.console()["can_release_unnamed"] is False


def test_nothing_is_offered_where_nothing_may_be_shown(oak: Oak) -> None:
    oak.moves_to("mixed")
    private = oak.writes(oak.amal, "mixed", mood=3)["id"]
    assert oak.on_console(private)["acts"] == "none"
    oak.moves_to("alone")
    alone = oak.writes(oak.amal, "alone", text="For you.", audience="facilitators")["id"]
    assert oak.on_console(alone)["acts"] == "none"


@pytest.mark.parametrize(("acts", "command"), [("show", "show_reflection"), ("ask", "request_share")])
def test_what_is_offered_is_possible(oak: Oak, acts: str, command: str) -> None:
    audience = "group_named" if acts == "show" else "facilitators"
    answer = oak.writes(oak.amal, text="A walk.", audience=audience)["id"]
    assert oak.on_console(answer)["acts"] == acts
    assert oak.does(oak.fola, command, id=answer)["ok"]


def test_who_wants_to_talk_and_who_would_rather_listen(oak: Oak) -> None:
    oak.moves_to("wishes")
    oak.writes(oak.amal, "wishes", wish="Talk")
    oak.writes(oak.birgit, "wishes", wish="Listen", audience="facilitators")
    oak.writes(oak.chidi, "wishes", text="Neither.")
    wants = [oak.on_roster(who)["wants"] for who in (oak.amal, oak.birgit, oak.chidi, oak.dolores)]
    assert wants == ["talk", "listen", "", ""]


def test_presence_is_here_away_or_gone(oak: Oak) -> None:
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        oak.presence.began = began - timedelta(hours=1)
        oak.presence.arrives("participant", oak.id, oak.amal.id, "tab 1")
        oak.presence.arrives("participant", oak.id, oak.amal.id, "tab 2")
        oak.presence.leaves("participant", oak.id, oak.amal.id, "tab 1")
        assert oak.on_roster(oak.amal)["presence"] == "here"
        assert oak.on_roster(oak.birgit)["presence"] == "gone"
        oak.presence.leaves("participant", oak.id, oak.amal.id, "tab 2")
        clock.shift(timedelta(seconds=119))
        assert oak.on_roster(oak.amal)["presence"] == "away"
        clock.shift(timedelta(seconds=2))
        assert oak.on_roster(oak.amal)["presence"] == "gone"


def test_who_is_writing_is_seen_at_the_stage_where_they_write(oak: Oak) -> None:
    oak.presence.set_writing(oak.amal.id, "words", True)
    assert (oak.on_roster(oak.amal)["writing"], oak.on_roster(oak.birgit)["writing"]) == (True, False)
    oak.moves_to("mixed")
    assert oak.on_roster(oak.amal)["writing"] is False


def test_a_person_is_marked_as_heard_and_back(oak: Oak) -> None:
    for heard, first, second in ((True, oak.sami, oak.fola), (False, oak.fola, oak.sami)):
        version = oak.does(first, "mark_heard", participant_id=oak.amal.id, heard=heard)["version"]
        again = oak.does(second, "mark_heard", participant_id=oak.amal.id, heard=heard)
        assert again == {"ok": True, "version": version, "heard": heard}, "both meant the same"
        assert oak.on_roster(oak.amal)["heard"] is heard


def test_the_stages_tell_what_was_what_is_and_what_comes(oak: Oak) -> None:
    oak.moves_to("mixed")
    oak.does(oak.fola, "skip_stage", stage_id="cards")
    phases = {each["id"]: each["phase"] for each in oak.console()["stages"]}
    assert phases == {
        "words": "done",
        "mixed": "now",
        "talk": "ahead",
        "cards": "skipped",
        "alone": "ahead",
        "wishes": "ahead",
        "last": "ahead",
    }
    assert (oak.console()["previous"]["id"], oak.console()["next"]["id"]) == ("words", "talk")


def test_each_facilitator_learns_who_else_is_there(oak: Oak) -> None:
    for who in (oak.fola, oak.sami):
        oak.presence.arrives("facilitator", oak.id, who.id, "tab")
    assert oak.console(oak.fola)["facilitators_here"] == ["Sami"]
    assert oak.console(oak.sami)["me"] == {"name": "Sami", "role": "support"}


def test_an_uncovered_answer_holds_its_words(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.", audience="facilitators")["id"]
    with oak.database.reader() as db:
        (body,) = consoles.answer_body(db, views.session_row(db, oak.id), [answer])
    assert [part["text"] for part in body["parts"]] == ["A walk."]


def test_how_to_reach_somebody_whose_line_has_dropped_is_for_those_who_lead_alone(oak: Oak) -> None:
    held = {"name": "A. Canary", "phone": "020 7946 0000", "contact": "B. Canary", "contact_phone": "1"}

    def keep(db: Any) -> None:
        sealed = seal(Member.contacts, oak.members["Amal"], json.dumps(held))
        db.execute(update(Member).where(col(Member.id) == oak.members["Amal"]).values(contacts=sealed))
        groups.set_role(db, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)

    oak.database.writer.do(keep)
    assert oak.on_roster(oak.amal)["reach"] == held
    assert oak.on_roster(oak.birgit)["reach"] is None
    assert "Canary" not in json.dumps(oak.console(oak.sami), default=str)
    oak.presence.arrives("participant", oak.id, oak.amal.id, "a tab")
    assert oak.on_roster(oak.amal)["reach"] is None, "nobody needs it while the line holds"
    oak.presence.leaves("participant", oak.id, oak.amal.id, "a tab")
    with oak.database.reader() as db:
        row = views.session_row(db, oak.id)
        wire = [consoles.people(db, row, oak.presence), consoles.people(db, row, oak.presence, [oak.amal.id])]
    assert "Canary" not in json.dumps([wire, oak.room(), oak.wall(), oak.me(oak.birgit)], default=str)


def test_a_guest_is_told_from_a_member_and_so_is_one_who_takes_a_members_name(oak: Oak) -> None:
    for name in ("Goran", " a-MAL "):
        oak.joins(name)
    assert {each["alias"]: each["guest"] for each in oak.console()["waiting"]} == {
        "Goran": "guest",
        " a-MAL ": "namesake",
    }
    oak.does(oak.fola, "admit", participant_id=oak.people["Goran"].id)
    told = {each["alias"]: each["guest"] for each in oak.console()["people"]}
    assert told == {"Goran": "guest"} | dict.fromkeys(MEMBERS, "")
