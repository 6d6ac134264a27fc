"""A participant's answer: stored once, in its stage, for the readers its writer chose."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from app.core.models import Reflection, now
from app.core.refusals import Refused
from app.core.sealing import open_sealed
from tests.core.cast import Oak, refused
from tests.core.test_summary_cost import counted


def words(oak: Oak, reflection_id: str) -> str:
    row = oak.reflection(reflection_id)
    return open_sealed(Reflection.answer, row.id, row.answer)


@pytest.mark.parametrize("stage_id", ["words", "alone"])
def test_a_page_reads_the_log_for_its_writer_only_where_a_name_may_be_left_out(
    oak: Oak, stage_id: str
) -> None:
    oak.moves_to(stage_id)
    oak.writes(oak.amal, stage_id, text="A walk.", audience="facilitators")
    with counted(oak.database) as seen:
        assert oak.me(oak.amal)["named_before"] is False
    assert any("log_entry" in each for each in seen) is (stage_id == "words")


# again


def test_an_answer_sent_twice_is_stored_once_and_acknowledged_alike(oak: Oak) -> None:
    sent = {"id": str(uuid4()), "text": "A walk."}
    first = oak.writes(oak.amal, **sent)
    oak.signals(oak.amal)
    oak.moves_to("mixed")
    assert oak.writes(oak.amal, **sent) == first
    assert len(oak.me(oak.amal)["mine"]) == 1


def test_an_answer_stored_while_more_was_taken_is_acknowledged_alike_and_stays_as_it_is(
    oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"id": str(uuid4()), "text": "A walk. " * 300 + "Home."}
    with monkeypatch.context() as earlier:
        earlier.setattr("app.exercises.free_text.LONGEST", 4000)
        first = oak.writes(oak.amal, **sent)
    assert oak.writes(oak.amal, **sent) == first
    with refused("superseded"):
        oak.writes(oak.amal, **sent | {"text": "A walk. " * 300 + "Away."})
    with refused("superseded"):
        oak.writes(oak.amal, **sent, audience="facilitators")
    with refused("invalid") as refusal:
        oak.writes(oak.amal, **sent, revision=2)
    assert "2,000" in refusal.value.sentence
    oak.does(oak.fola, "show_reflection", id=sent["id"])
    assert oak.me(oak.amal)["mine"][0]["answer"] == oak.shown()[0]["answer"] == {"text": sent["text"]}


def test_the_acknowledgement_tells_the_version_its_writer_sees(oak: Oak) -> None:
    oak.signals(oak.amal)
    answer = oak.writes(oak.amal, text="A walk.")
    assert answer["version"] == oak.row().shared_version + oak.person(oak.amal).own_version
    assert answer["ok"] and answer["revision"] == 1 and answer["late"] is False
    assert answer["saved_at"].endswith("Z")


def test_other_content_under_a_revision_that_stands_is_superseded(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    for other in ({"text": "A swim."}, {"text": "A walk.", "audience": "facilitators"}, {"passed": True}):
        with refused("superseded") as caught:
            oak.writes(oak.amal, id=answer["id"], **other)
        assert caught.value.more == {"revision": 1}
    assert "A walk." in words(oak, answer["id"])


def test_a_lower_revision_is_superseded_and_the_newer_words_stay(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.writes(oak.amal, id=answer["id"], revision=2, text="A swim.")
    with refused("superseded") as caught:
        oak.writes(oak.amal, id=answer["id"], text="A walk.")
    assert caught.value.more == {"revision": 2}
    assert "A swim." in words(oak, answer["id"])


def test_a_revision_beyond_the_next_is_superseded(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    with refused("superseded"):
        oak.writes(oak.amal, id=answer["id"], revision=3, text="A swim.")


def test_the_next_revision_takes_the_place_of_the_last(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    revised = oak.writes(oak.amal, id=answer["id"], revision=2, text="A swim.")
    assert revised["revision"] == 2 and revised["id"] == answer["id"]
    assert "A walk." not in words(oak, answer["id"])


def test_an_answer_whose_first_revisions_were_lost_on_the_way_is_taken(oak: Oak) -> None:
    assert oak.writes(oak.amal, revision=4, text="At last.")["revision"] == 4


def test_another_persons_id_is_refused_like_an_unknown_one(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    with refused("not_found"):
        oak.writes(oak.birgit, id=answer["id"], text="A walk.")
    with refused("not_found"):
        oak.writes(oak.birgit, id=answer["id"], revision=2, text="Not hers.")
    with refused("not_found"):
        oak.does(oak.birgit, "withdraw_reflection", id=answer["id"])
    with refused("not_found"):
        oak.does(oak.birgit, "withdraw_reflection", id=str(uuid4()))
    assert oak.reflection(answer["id"]).participant_id == oak.amal.id


def test_one_person_answers_a_stage_once(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    with refused("already_answered") as caught:
        oak.writes(oak.amal, text="A swim.")
    assert caught.value.more == {"id": answer["id"]}
    oak.writes(oak.birgit, text="A swim.")


def test_a_withdrawn_answer_leaves_room_for_another(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.does(oak.amal, "withdraw_reflection", id=answer["id"])
    again = oak.writes(oak.amal, text="A swim.")
    assert again["id"] != answer["id"]


def test_a_stage_that_repeats_takes_several_cards_of_one_person(oak: Oak) -> None:
    oak.moves_to("cards")
    cards = {oak.writes(oak.amal, "cards", text=f"Card {number}")["id"] for number in range(3)}
    assert {each["id"] for each in oak.me(oak.amal)["mine"]} == cards


# when


def test_nothing_is_taken_before_the_session_has_begun(open_oak: Oak) -> None:
    with refused("not_now"):
        open_oak.writes(open_oak.amal, text="Too soon.")


def test_a_stage_that_was_not_shown_yet_takes_nothing(oak: Oak) -> None:
    with refused("not_yet"):
        oak.writes(oak.amal, "mixed", text="Too soon.")


def test_an_unknown_stage_is_not_found(oak: Oak) -> None:
    with refused("not_found"):
        oak.writes(oak.amal, "elsewhere", text="Where?")


def test_answers_are_taken_while_the_session_is_held(oak: Oak) -> None:
    oak.does(oak.fola, "hold")
    assert oak.writes(oak.amal, text="In the pause.")["late"] is False


def test_an_answer_to_a_stage_that_is_over_is_late_and_stays_in_its_stage(oak: Oak) -> None:
    oak.moves_to("mixed")
    answer = oak.writes(oak.amal, text="I was still typing.")
    assert answer["late"] is True
    assert oak.reflection(answer["id"]).stage_id == "words"


def test_an_answer_is_not_late_when_the_group_has_come_back(oak: Oak) -> None:
    oak.moves_to("mixed")
    oak.moves_to("words")
    assert oak.writes(oak.amal, text="Back again.")["late"] is False


def test_an_answer_is_revised_only_while_its_stage_is_current(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.moves_to("mixed")
    with refused("not_now"):
        oak.writes(oak.amal, id=answer["id"], revision=2, text="A swim.")
    assert "A walk." in words(oak, answer["id"])
    oak.moves_to("words")
    oak.writes(oak.amal, id=answer["id"], revision=2, text="A swim.")


def test_an_answer_cannot_change_its_stage(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.moves_to("last")
    with refused("not_now"):
        oak.writes(oak.amal, "last", id=answer["id"], revision=2, text="A walk.")


@pytest.mark.parametrize(("after", "taken"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_an_outbox_is_taken_for_a_day_after_the_end(oak: Oak, after: timedelta, taken: bool) -> None:
    oak.does(oak.fola, "end")
    with time_machine.travel(now() + after):
        if taken:
            assert oak.writes(oak.amal, text="From the outbox.")["late"] is True
        else:
            with refused("not_now"):
                oak.writes(oak.amal, text="From the outbox.")


def test_after_the_end_a_stage_that_was_never_shown_takes_nothing(oak: Oak) -> None:
    oak.does(oak.fola, "end")
    with refused("not_yet"):
        oak.writes(oak.amal, "last", text="Never asked.")


def test_the_same_answer_is_acknowledged_even_a_week_after_the_end(oak: Oak) -> None:
    sent = {"id": str(uuid4()), "text": "A walk."}
    first = oak.writes(oak.amal, **sent)
    oak.does(oak.fola, "end")
    with time_machine.travel(now() + timedelta(days=7)):
        assert oak.writes(oak.amal, **sent) == first


def test_somebody_who_was_removed_writes_nothing_more(oak: Oak) -> None:
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    with refused("not_found"):
        oak.writes(oak.amal, text="Still here?")


def test_somebody_who_waits_writes_nothing(oak: Oak) -> None:
    with refused("not_admitted"):
        oak.writes(oak.joins("Gus"), text="Hello?")


# what


def test_an_audience_that_the_stage_does_not_offer_is_refused(oak: Oak) -> None:
    oak.moves_to("alone")
    with refused("invalid"):
        oak.writes(oak.amal, "alone", text="For all.", audience="group_named")
    oak.writes(oak.amal, "alone", text="For you.", audience="facilitators")


@pytest.mark.parametrize(
    ("passed", "answer"),
    [(False, {}), (False, {"text": "  \n "}), (False, {"other": "?"}), (True, {"text": "A walk."})],
)
def test_an_answer_says_something_or_passes(oak: Oak, passed: bool, answer: dict[str, Any]) -> None:
    with refused("invalid"):
        oak.writes(oak.amal, passed=passed, **answer)


def test_a_pass_is_an_answer(oak: Oak) -> None:
    answer = oak.writes(oak.amal, passed=True)
    assert oak.reflection(answer["id"]).passed is True
    with refused("already_answered"):
        oak.writes(oak.amal, text="On second thoughts.")
    oak.writes(oak.amal, id=answer["id"], revision=2, text="On second thoughts.")
    assert oak.reflection(answer["id"]).passed is False


def test_part_of_an_answer_is_an_answer(oak: Oak) -> None:
    oak.moves_to("mixed")
    answer = oak.writes(oak.amal, "mixed", mood=0, text=" ")
    assert words(oak, answer["id"]) == '{"mood": 0}'


def test_a_part_that_goes_out_unnamed_takes_the_name_off_the_whole(oak: Oak) -> None:
    oak.moves_to("mixed")
    unnamed = oak.writes(oak.amal, "mixed", word="Rain", text="A walk.", audience="group_named")
    named = oak.writes(oak.birgit, "mixed", text="A swim.", audience="group_named")
    narrow = oak.writes(oak.chidi, "mixed", word="Wind", audience="facilitators")
    stored = [oak.reflection(each["id"]).audience for each in (unnamed, named, narrow)]
    assert stored == ["group_unnamed", "group_named", "facilitators"]


def test_the_same_answer_is_the_same_after_its_name_was_taken_off(oak: Oak) -> None:
    oak.moves_to("mixed")
    sent = {"id": str(uuid4()), "word": "Rain", "audience": "group_named"}
    assert oak.writes(oak.amal, "mixed", **sent) == oak.writes(oak.amal, "mixed", **sent)


# taken back


@pytest.mark.parametrize("moment", ["current", "over", "ended"])
def test_an_answer_is_withdrawn_at_any_time_and_its_words_are_gone(oak: Oak, moment: str) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.does(oak.fola, "show_reflection", id=answer["id"])
    if moment != "current":
        oak.moves_to("mixed")
    if moment == "ended":
        oak.does(oak.fola, "end")
    oak.does(oak.amal, "withdraw_reflection", id=answer["id"])
    assert words(oak, answer["id"]) == "{}"
    assert oak.shown() == []
    before = oak.row().version
    oak.does(oak.amal, "withdraw_reflection", id=answer["id"])
    assert oak.row().version == before


def test_withdrawing_what_was_shown_is_news_for_the_group(oak: Oak) -> None:
    hidden, shown = oak.writes(oak.amal, text="A walk."), oak.writes(oak.birgit, text="A swim.")
    oak.does(oak.fola, "show_reflection", id=shown["id"])
    before = oak.row().shared_version
    oak.does(oak.amal, "withdraw_reflection", id=hidden["id"])
    assert oak.row().shared_version == before
    oak.does(oak.birgit, "withdraw_reflection", id=shown["id"])
    assert oak.row().shared_version == before + 1


def test_an_answer_that_was_withdrawn_does_not_come_back(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")
    oak.does(oak.amal, "withdraw_reflection", id=answer["id"])
    assert oak.writes(oak.amal, id=answer["id"], text="A walk.")["ok"]
    with pytest.raises(Refused):
        oak.writes(oak.amal, id=answer["id"], revision=2, text="A walk.")
    assert words(oak, answer["id"]) == "{}"
