"""Somebody pauses, only listens, or must stop: what they see, and who learns of it."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.core import views
from app.core.changes import Who
from app.core.models import Member
from app.core.sealing import seal
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def pauses(oak: Oak, who: Who, choice: str, **more: Any) -> str:
    oak.does(who, "pause_for_me", choice=choice, **more)
    return str(oak.person(who).quiet)


@pytest.mark.parametrize("no", ["at_address", "private", "safe"])
def test_any_no_at_the_door_makes_the_screen_plain_and_the_leaders_see_which(open_oak: Oak, no: str) -> None:
    answers = {"at_address": True, "private": True, "safe": True} | {no: False}
    amal = open_oak.joins("Amal", **answers)
    seen = open_oak.on_roster(amal)
    assert (seen["quiet"], seen[no]) == ("listen", False)
    assert open_oak.me(amal)["quiet"] == "listen"
    assert pauses(open_oak, amal, "back") == "listen"  # only the facilitators lift it
    open_oak.does(open_oak.fola, "let_write", participant_id=amal.id)
    assert open_oak.person(amal).quiet == ""


@pytest.mark.parametrize("no", ["at_address", "private", "safe"])
def test_any_no_of_somebody_who_waits_is_told_while_they_wait(oak: Oak, no: str) -> None:
    answers = {"at_address": True, "private": True, "safe": True} | {no: False}
    oak.joins("Gus", **answers)
    [seen] = oak.console()["waiting"]
    assert {each: seen[each] for each in answers} == answers


def test_who_is_asked_nothing_or_says_yes_has_the_usual_screen(open_oak: Oak) -> None:
    assert open_oak.person(open_oak.birgit).quiet == ""
    amal = open_oak.joins("Amal", safe=False)
    open_oak.joins("Amal", at_address=True, private=True, safe=True)
    assert open_oak.person(amal).quiet == ""


def test_a_plain_screen_holds_nothing_that_was_written_or_asked(oak: Oak) -> None:
    oak.writes(oak.amal, text="My own secret.")
    oak.joins("Amal", safe=False)
    me = oak.me(oak.amal)
    assert (me["mine"], me["prompts"], me["received"], me["missed"]) == ([], [], [], [])
    assert "secret" not in json.dumps(me, default=str)
    with oak.database.reader() as db:
        whole = views.me(db, views.session_row(db, oak.id), oak.amal.id, {}, whole=True)
    assert whole["mine"][0]["answer"] == {"text": "My own secret."}


def test_a_person_chooses_how_to_go_on_and_only_the_leaders_see_it(oak: Oak) -> None:
    shared = oak.row().shared_version
    for choice in ("listen", "calm"):
        assert pauses(oak, oak.amal, choice) == choice
        assert oak.on_roster(oak.amal)["quiet"] == choice
    version = oak.row().version
    assert pauses(oak, oak.amal, "calm") == "calm"
    assert oak.row().version == version
    assert pauses(oak, oak.amal, "back") == ""
    assert oak.row().shared_version == shared


def test_nobody_waits_for_the_answer_of_somebody_who_pauses(oak: Oak) -> None:
    oak.does(oak.amal, "pause_for_me", choice="listen")
    console = oak.console()
    assert "Amal" not in console["still_writing"]
    assert console["counts"]["writing"] == len(console["still_writing"])


def test_a_wish_for_a_private_word_is_a_hand_and_calls_nobody_out(oak: Oak) -> None:
    wish = str(uuid4())
    for _ in range(2):
        oak.does(oak.amal, "pause_for_me", choice="word", id=wish)
    (signal,) = oak.console()["signals"]
    assert (signal["id"], signal["kind"]) == (wish, "hand")
    assert oak.person(oak.amal).quiet == ""
    with refused("invalid"):
        oak.does(oak.amal, "pause_for_me", choice="word")


def test_the_innocent_button_tells_the_leaders_to_stop_and_empties_the_page(oak: Oak) -> None:
    stop = str(uuid4())
    shared = oak.row().shared_version
    oak.does(oak.amal, "stop_now", id=stop)
    (signal,) = oak.console()["signals"]
    assert (signal["kind"], oak.on_roster(oak.amal)["quiet"]) == ("stop", "stopped")
    assert oak.me(oak.amal)["signals"] == []
    assert oak.row().shared_version == shared
    for choice in ("listen", "back"):
        assert pauses(oak, oak.amal, choice) == "stopped"
    oak.does(oak.fola, "let_write", participant_id=oak.amal.id)
    oak.does(oak.amal, "stop_now", id=stop)  # sent again, since its answer was lost
    assert oak.person(oak.amal).quiet == ""
    assert oak.me(oak.amal)["signals"] == []  # no screen of theirs ever says it
    oak.does(oak.amal, "stop_now", id=str(uuid4()))
    assert oak.person(oak.amal).quiet == "stopped"


def test_whoever_comes_back_after_a_stop_only_listens(oak: Oak) -> None:
    oak.does(oak.amal, "stop_now", id=str(uuid4()))
    oak.joins("Amal", at_address=True, private=True, safe=True)
    assert oak.person(oak.amal).quiet == "listen"


def test_the_screen_of_somebody_elsewhere_is_not_given_back(oak: Oak) -> None:
    elsewhere = oak.amal
    oak.plans()
    oak.opens()
    with refused("not_found"):
        oak.does(oak.fola, "let_write", participant_id=elsewhere.id)


def test_the_code_word_stands_beside_its_member_for_who_leads(oak: Oak) -> None:
    member = oak.members["Amal"]
    word = (
        update(Member).where(Member.id == member).values(code_word=seal(Member.code_word, member, "Lemons"))
    )
    oak.database.writer.do(lambda db: db.execute(word) and None)
    assert oak.console()["code_words"] == {oak.amal.id: "Lemons"}
    nobody = Who("facilitator", oak.id, "somebody else")
    assert oak.console(nobody)["code_words"] == {}
