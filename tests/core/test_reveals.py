"""What the group comes to see, and what it never sees."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app.core import consents, reveals
from app.core.models import now
from app.regions import plain_shown
from tests.core.cast import MEMBERS, Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def everybody_writes(oak: Oak, audience: str = "group_unnamed") -> list[str]:
    return [
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience=audience)["id"] for name in MEMBERS
    ]


def seen(oak: Oak) -> str:
    """All that peers and the wall are given."""
    return json.dumps([oak.shown(), oak.room(), oak.wall()], default=str)


def test_nothing_is_shown_until_a_facilitator_shows_it(oak: Oak) -> None:
    everybody_writes(oak, "group_named")
    assert oak.shown() == [] and "wrote this" not in seen(oak)


def test_a_named_answer_is_shown_alone_with_its_name(oak: Oak) -> None:
    answers = everybody_writes(oak, "group_named")
    oak.does(oak.fola, "show_reflection", id=answers[1])
    (shown,) = oak.shown()
    assert (shown["id"], shown["alias"], shown["answer"]) == (
        answers[1],
        "Birgit",
        {"text": "Birgit wrote this."},
    )


def test_named_answers_stand_in_the_order_in_which_they_were_shown(oak: Oak) -> None:
    answers = everybody_writes(oak, "group_named")
    for each in (answers[3], answers[0], answers[4]):
        oak.does(oak.fola, "show_reflection", id=each)
    assert oak.shown_ids() == [answers[3], answers[0], answers[4]]


def test_showing_twice_is_showing_once(oak: Oak) -> None:
    answer = everybody_writes(oak, "group_named")[0]
    oak.does(oak.fola, "show_reflection", id=answer)
    before = oak.row().version
    oak.does(oak.fola, "show_reflection", id=answer)
    assert oak.row().version == before


def test_an_unnamed_answer_is_never_shown_alone(oak: Oak) -> None:
    answer = everybody_writes(oak)[0]
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=answer)


def test_an_answer_for_the_facilitators_is_never_shown(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=answer)
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == []


def test_five_unnamed_answers_are_revealed_together_without_names(oak: Oak) -> None:
    answers = everybody_writes(oak)
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(answers)
    assert {each["alias"] for each in oak.shown()} == {None}


def test_the_order_of_the_unnamed_is_drawn_once_and_stays(oak: Oak) -> None:
    everybody_writes(oak)
    oak.does(oak.fola, "reveal", stage_id="words")
    order = oak.shown_ids()
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown_ids() == order
    drawn = sorted(oak.reflection(each).shown_order for each in order)
    assert drawn == [1, 2, 3, 4, 5]


def test_a_release_is_news_for_every_form_also_of_whoever_still_writes(oak: Oak, news: list[Any]) -> None:
    """What they send now goes to the facilitators alone; and nothing tells writers from others."""
    for name in MEMBERS[:4]:
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
    before = {name: oak.person(oak.people[name]).own_version for name in MEMBERS}
    oak.does(oak.fola, "reveal", stage_id="words")
    assert news[-1].people == {oak.people[name].id for name in MEMBERS}
    assert all(oak.person(oak.people[name]).own_version == before[name] + 1 for name in MEMBERS)


def test_in_a_group_of_four_nothing_unnamed_is_revealed(oak: Oak) -> None:
    answers = everybody_writes(oak)
    oak.does(oak.fola, "remove", participant_id=oak.ewa.id)
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == []
    assert "group_unnamed" not in oak.room()["stage"]["offered"]
    assert len(answers) == 5


def test_an_unnamed_answer_that_comes_after_the_reveal_is_for_the_facilitators(oak: Oak) -> None:
    for name in MEMBERS[:4]:
        oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    late = oak.writes(oak.ewa, text="Ewa wrote this.", audience="group_unnamed")["id"]
    oak.does(oak.fola, "reveal", stage_id="words")
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=late)
    assert len(oak.shown()) == 4 and late not in oak.shown_ids()


def test_reveal_shows_named_answers_that_come_later_too(oak: Oak) -> None:
    first = oak.writes(oak.amal, text="A walk.")["id"]
    oak.does(oak.fola, "reveal", stage_id="words")
    second = oak.writes(oak.birgit, text="A swim.")["id"]
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown_ids() == [first, second]


def test_a_pass_looks_like_no_answer_to_the_group(oak: Oak) -> None:
    passed = oak.writes(oak.amal, passed=True)["id"]
    oak.does(oak.fola, "reveal", stage_id="words")
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=passed)
    with refused("not_now"):
        oak.does(oak.fola, "request_share", id=passed)
    assert oak.shown() == []


def test_a_revision_hides_what_was_shown(oak: Oak) -> None:
    answer = everybody_writes(oak, "group_named")[0]
    oak.does(oak.fola, "show_reflection", id=answer)
    before = oak.row().shared_version
    oak.writes(oak.amal, id=answer, revision=2, text="Amal thought again.")
    assert oak.shown() == [] and oak.row().shared_version == before + 1
    oak.does(oak.fola, "show_reflection", id=answer)
    assert oak.shown()[0]["answer"] == {"text": "Amal thought again."}


@pytest.mark.parametrize("audience", ["facilitators", "group_unnamed"])
def test_narrowing_hides_at_once_and_for_good(oak: Oak, audience: str) -> None:
    answer = everybody_writes(oak, "group_named")[0]
    oak.does(oak.fola, "reveal", stage_id="words")
    oak.writes(oak.amal, id=answer, revision=2, text="Amal wrote this.", audience=audience)
    assert answer not in oak.shown_ids() and "Amal wrote" not in seen(oak)
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=answer)


def test_a_facilitator_takes_an_answer_back_from_the_group(oak: Oak) -> None:
    answer = everybody_writes(oak, "group_named")[0]
    oak.does(oak.fola, "show_reflection", id=answer)
    oak.does(oak.fola, "end")
    oak.does(oak.sami, "hide_reflection", id=answer)
    assert oak.shown() == []


def test_a_prompt_for_the_facilitators_is_cut_out_of_what_is_shown(oak: Oak) -> None:
    oak.moves_to("mixed")
    answer = oak.writes(oak.amal, "mixed", mood=3, secret="Canary", text="A walk.")["id"]
    oak.does(oak.fola, "show_reflection", id=answer)
    (shown,) = oak.shown()
    assert shown["answer"] == {"text": "A walk."}
    assert [part["key"] for part in shown["parts"]] == ["text"]
    assert "Canary" not in seen(oak)


def test_an_answer_to_private_prompts_alone_is_never_shown_or_asked_for(oak: Oak) -> None:
    oak.moves_to("mixed")
    answer = oak.writes(oak.amal, "mixed", mood=3, secret="Canary")["id"]
    narrow = oak.writes(oak.birgit, "mixed", secret="Canary", audience="facilitators")["id"]
    for command in ("show_reflection", "request_share"):
        for each in (answer, narrow):
            with refused("not_now"):
                oak.does(oak.fola, command, id=each)
    oak.does(oak.fola, "reveal", stage_id="mixed")
    assert oak.shown() == []


# asking before sharing


def test_what_was_asked_for_appears_only_after_its_writer_says_yes(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    oak.does(oak.fola, "request_share", id=answer)
    assert oak.shown() == [] and oak.me(oak.amal)["mine"][0]["share"] == "asked"
    oak.does(oak.amal, "answer_share_request", id=answer, accept=True)
    (shown,) = oak.shown()
    assert (shown["alias"], shown["answer"]) == ("Amal", {"text": "Amal wrote this."})


def test_a_no_leaves_everything_where_it_was(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    oak.does(oak.fola, "request_share", id=answer)
    before = oak.row().shared_version
    oak.does(oak.amal, "answer_share_request", id=answer, accept=False)
    assert (oak.shown(), oak.row().shared_version) == ([], before)
    assert oak.on_console(answer)["share"] == "no"
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=answer)


def test_nobody_else_says_yes(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    oak.does(oak.fola, "request_share", id=answer)
    with refused("not_found"):
        oak.does(oak.birgit, "answer_share_request", id=answer, accept=True)
    assert oak.shown() == []


def test_a_yes_that_nobody_asked_for_shows_nothing(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    with refused("not_now"):
        oak.does(oak.amal, "answer_share_request", id=answer, accept=True)


def test_a_yes_is_for_the_words_that_were_asked_for(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    oak.does(oak.fola, "request_share", id=answer)
    oak.writes(oak.amal, id=answer, revision=2, text="Something else.", audience="facilitators")
    with refused("not_now"):
        oak.does(oak.amal, "answer_share_request", id=answer, accept=True)
    assert oak.shown() == []


def test_a_no_may_be_asked_again_and_become_a_yes(oak: Oak) -> None:
    answer = everybody_writes(oak, "facilitators")[0]
    for accept in (False, True):
        oak.does(oak.fola, "request_share", id=answer)
        oak.does(oak.amal, "answer_share_request", id=answer, accept=accept)
    assert oak.shown_ids() == [answer]


def test_where_a_stage_is_for_the_facilitators_alone_nothing_is_asked_for(oak: Oak) -> None:
    oak.moves_to("alone")
    answer = oak.writes(oak.amal, "alone", text="For you.", audience="facilitators")["id"]
    with refused("not_now"):
        oak.does(oak.fola, "request_share", id=answer)


def test_no_answer_of_another_session_is_touched(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    oak.plans()
    oak.starts()
    for command in ("show_reflection", "hide_reflection", "request_share"):
        with refused("not_found"):
            oak.does(oak.fola, command, id=answer)


def test_what_the_wall_shows_is_of_the_stage_the_group_is_at(oak: Oak) -> None:
    answer: Any = oak.writes(oak.amal, text="A walk.")["id"]
    oak.does(oak.fola, "show_reflection", id=answer)
    assert [each["id"] for each in oak.wall()["shown"]] == [answer]
    oak.moves_to("mixed")
    assert oak.wall()["shown"] == [] and oak.shown_ids() == [answer]


@pytest.mark.parametrize("audience", ["group_named", "group_unnamed"])
def test_its_writer_takes_an_answer_back_from_the_group_and_the_facilitators_keep_it(
    oak: Oak, audience: str
) -> None:
    answers = everybody_writes(oak, audience)
    oak.does(oak.fola, "reveal", stage_id="words")
    before = oak.row().shared_version
    oak.does(oak.amal, "take_back", id=answers[0])
    assert answers[0] not in oak.shown_ids() and "Amal wrote" not in seen(oak)
    assert len(oak.shown()) == 4 and oak.row().shared_version == before + 1
    assert oak.on_console(answers[0])["audience"] == "facilitators"
    mine = next(each for each in oak.me(oak.amal)["mine"] if each["id"] == answers[0])
    assert mine["answer"] == {"text": "Amal wrote this."} and not mine["shown"] and not mine["withdrawn"]
    version = oak.row().version
    oak.does(oak.amal, "take_back", id=answers[0])
    assert oak.row().version == version
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=answers[0])
    oak.does(oak.fola, "reveal", stage_id="words")
    assert answers[0] not in oak.shown_ids()
    oak.does(oak.fola, "request_share", id=answers[0])
    assert answers[0] not in oak.shown_ids(), "the facilitators may ask again, and no more"
    oak.does(oak.amal, "answer_share_request", id=answers[0], accept=True)
    assert answers[0] in oak.shown_ids()


def test_what_was_taken_back_before_anybody_saw_it_stays_with_the_facilitators(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.", audience="group_unnamed")["id"]
    before = oak.row().shared_version
    oak.does(oak.amal, "take_back", id=answer)
    assert oak.row().shared_version == before, "the group learns nothing of it"
    oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown() == []


def test_nobody_else_takes_an_answer_back(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    oak.does(oak.fola, "show_reflection", id=answer)
    with refused("not_found"):
        oak.does(oak.birgit, "take_back", id=answer)
    assert oak.shown_ids() == [answer]


def test_unnamed_answers_carry_no_time_no_name_and_no_order_but_the_lot(
    oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reveals.secrets, "SystemRandom", lambda: Backwards())
    with time_machine.travel(now(), tick=False) as clock:
        answers = []
        for name in MEMBERS:
            clock.shift(timedelta(minutes=1))
            writes = oak.writes(oak.people[name], text=f"{name} wrote this.", audience="group_unnamed")
            answers.append(writes["id"])
        oak.does(oak.fola, "reveal", stage_id="words")
    assert oak.shown_ids() == answers[::-1], "the lot decides, and nothing else"
    for each in plain_shown(oak.shown()):
        assert set(each) == {"id", "stage_id", "answer"}
    page = json.dumps(oak.shown())  # a time could not be written as JSON
    assert not any(oak.people[name].id in page for name in MEMBERS)


class Backwards:
    """A lot that turns the order round."""

    def shuffle(self, order: list[int]) -> None:
        order.reverse()


def test_nothing_more_is_shown_of_somebody_who_took_their_yes_back(oak: Oak) -> None:
    shown = oak.writes(oak.amal, text="Shown before.")["id"]
    oak.does(oak.fola, "show_reflection", id=shown)
    named = oak.writes(oak.birgit, text="Named.")["id"]
    asked = oak.writes(oak.chidi, text="Asked for.", audience="facilitators")["id"]
    unnamed = [
        oak.writes(oak.people[name], text=name, audience="group_unnamed")["id"] for name in ("Dolores", "Ewa")
    ]
    for name in ("Amal", "Birgit", "Chidi", "Dolores"):
        oak.database.writer.do(
            consents.record_for, oak.leaders["Fola"], oak.group_id, oak.members[name], False
        )
    for command, answer in (("show_reflection", named), ("request_share", asked)):
        with refused("not_now") as caught:
            oak.does(oak.fola, command, id=answer)
        assert caught.value.sentence == reveals.YES_TAKEN_BACK
    oak.does(oak.fola, "reveal", stage_id="words")
    assert set(oak.shown_ids()) == {shown, unnamed[1]}, "what the group has seen stays until it is taken back"
    told = {each["id"]: each["kept_back"] for who in (oak.amal, oak.birgit) for each in oak.me(who)["mine"]}
    assert told == {shown: "", named: "no_yes"}
    oak.does(oak.amal, "take_back", id=shown)
    assert oak.shown_ids() == [unnamed[1]]
