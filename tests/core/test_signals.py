"""Private signals: never lost, never refused, seen by the facilitators alone."""

import json
from typing import Any
from uuid import uuid4

import pytest

from app.core import signals
from app.core.changes import changing
from app.core.models import SignalKind
from app.core.refusals import Refused
from tests.core.cast import Oak, refused


def on_console(oak: Oak) -> list[tuple[str, str, str]]:
    return [(each["alias"], each["kind"], each["status"]) for each in oak.console()["signals"]]


def own(oak: Oak, name: str = "amal") -> list[tuple[str, str, str]]:
    signals = oak.me(getattr(oak, name))["signals"]
    return [(each["status"], each["reply"], each["by"]) for each in signals]


def test_a_signal_sent_twice_is_one_signal_with_the_status_it_has_by_now(oak: Oak) -> None:
    sent = {"id": str(uuid4()), "kind": "support"}
    assert oak.does(oak.amal, "raise_signal", **sent) == {"ok": True, "status": "new"}
    oak.does(oak.fola, "acknowledge_signal", id=sent["id"])
    assert oak.does(oak.amal, "raise_signal", **sent) == {"ok": True, "status": "seen"}
    assert len(on_console(oak)) == 1


@pytest.mark.parametrize("state", ["lobby", "live", "held", "ended"])
def test_a_signal_is_taken_in_every_state(open_oak: Oak, state: str) -> None:
    oak = open_oak
    for command in {"lobby": [], "live": ["start"], "held": ["start", "hold"], "ended": ["start", "end"]}[
        state
    ]:
        oak.does(oak.fola, command)
    assert oak.row().state == state
    signal = oak.signals(oak.amal)
    assert on_console(oak) == [("Amal", "support", "new")]
    oak.does(oak.sami, "acknowledge_signal", id=signal)
    assert own(oak) == [("seen", "", "Sami")]


def test_somebody_who_waits_at_the_door_is_heard_too(oak: Oak) -> None:
    gus = oak.joins("Gus")
    signal = oak.signals(gus)
    assert on_console(oak) == [("Gus", "support", "new")]
    oak.does(gus, "lower_signal", id=signal)


def test_somebody_who_was_sent_away_can_still_call_for_support_and_do_nothing_else(oak: Oak) -> None:
    gus = oak.joins("Gus")
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    oak.does(oak.fola, "refuse", participant_id=gus.id)
    first = oak.signals(oak.amal)
    oak.signals(oak.amal)  # one call stands for all until somebody has seen it
    assert on_console(oak) == [("Amal", "support", "new")]
    oak.signals(gus)
    assert [who for who, *_ in on_console(oak)] == ["Amal", "Gus"]
    oak.does(oak.sami, "acknowledge_signal", id=first)
    oak.signals(oak.amal)
    assert on_console(oak).count(("Amal", "support", "new")) == 1
    for kind in ("hand", "slower"):
        with refused("not_found"):
            oak.signals(oak.amal, kind)
    for _ in range(2):  # a stop that was pressed before stands for all as well
        oak.does(oak.amal, "stop_now", id=str(uuid4()))
    assert on_console(oak).count(("Amal", "stop", "new")) == 1
    for command, payload in (("lower_signal", {"id": first}), ("say_safe_for_now", {"id": first})):
        with refused("not_found"):
            oak.does(oak.amal, command, **payload)
    oak.does(oak.fola, "end")
    with refused("not_found"):
        oak.signals(oak.amal)


def test_no_peer_and_no_wall_learns_of_a_signal(oak: Oak) -> None:
    before = json.dumps([oak.room(), oak.wall(), oak.me(oak.birgit)], default=str), oak.row().shared_version
    signal = oak.signals(oak.amal)
    oak.does(oak.fola, "answer_signal", id=signal, reply="Stay if you can.")
    after = json.dumps([oak.room(), oak.wall(), oak.me(oak.birgit)], default=str), oak.row().shared_version
    assert on_console(oak) == [("Amal", "support", "seen")]  # there was something to learn
    assert after == before


def test_its_sender_reads_what_became_of_it(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    assert own(oak) == [("new", "", "")]
    oak.does(oak.fola, "acknowledge_signal", id=signal)
    assert own(oak) == [("seen", "", "Fola")]
    oak.does(oak.sami, "answer_signal", id=signal, reply="call")
    # who promised it is named, and not who saw it first
    assert own(oak) == [("seen", "I will call you at the end.", "Sami")]
    [told] = oak.console()["signals"]
    assert (told["seen_by"], told["replied_by"]) == ("Fola", "Sami")
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert own(oak) == [("resolved", "I will call you at the end.", "Sami")]
    assert on_console(oak) == []


def test_an_answer_is_not_replaced_by_whoever_had_not_read_it(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.fola, "answer_signal", id=signal, reply="call")
    before = oak.row().version
    with refused("stale") as late:
        oak.does(oak.sami, "answer_signal", id=signal, reply="stay")
    assert late.value.answer()["error"]["by"] == "Fola" and late.value.answer()["error"]["at"]
    assert oak.does(oak.sami, "answer_signal", id=signal, reply="call") == {"ok": True}
    assert oak.row().version == before
    oak.does(oak.sami, "answer_signal", id=signal, reply="stay", after="call")  # with it before their eyes
    assert own(oak) == [("seen", "Stay if you can.", "Sami")]
    oak.does(oak.fola, "resolve_signal", id=signal)
    with refused("not_now"):
        oak.does(oak.fola, "answer_signal", id=signal, reply="call", after="stay")


def test_an_answer_in_place_of_one_that_never_stood_is_refused_and_names_nobody(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    with refused("stale") as late:
        oak.does(oak.fola, "answer_signal", id=signal, reply="stay", after="call")
    error = late.value.answer()["error"]
    assert error["by"] == "" and error["at"]
    assert own(oak) == [("new", "", "")]


def test_a_reply_names_who_will_join_and_that_is_one_of_those_who_lead(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    for stranger in ("f-nobody", oak.members["Birgit"]):
        with refused("not_found"):
            oak.does(oak.fola, "answer_signal", id=signal, reply=f"join:{stranger}")
    oak.does(oak.fola, "answer_signal", id=signal, reply=f"join:{oak.leaders['Sami']}")
    [told] = oak.me(oak.amal)["signals"]
    assert (told["reply"], told["reply_name"]) == ("Step out, %(name)s will join you.", "Sami")


def test_a_reply_alone_says_that_the_signal_was_seen(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.sami, "answer_signal", id=signal, reply="Seen.")
    assert own(oak) == [("seen", "Seen.", "Sami")]


def test_what_is_met_without_being_seen_counts_as_seen_too(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.sami, "resolve_signal", id=signal)
    assert own(oak) == [("resolved", "", "Sami")]


def test_seen_twice_stays_with_who_saw_it_first(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.fola, "acknowledge_signal", id=signal)
    before = oak.row().version
    oak.does(oak.sami, "acknowledge_signal", id=signal)
    oak.does(oak.fola, "resolve_signal", id=signal)
    oak.does(oak.sami, "resolve_signal", id=signal)
    assert oak.row().version == before + 1
    assert own(oak) == [("resolved", "", "Fola")]


def test_a_call_for_support_that_was_taken_back_stays_until_somebody_has_seen_it(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.amal, "lower_signal", id=signal)
    assert on_console(oak) == [("Amal", "support", "new")]
    assert oak.console()["signals"][0]["taken_back"] is True
    assert own(oak) == []
    oak.does(oak.fola, "acknowledge_signal", id=signal)
    assert on_console(oak) == []


@pytest.mark.parametrize("sent_away", [False, True])
def test_who_calls_again_after_taking_it_back_is_heard_again(oak: Oak, sent_away: bool) -> None:
    oak.does(oak.amal, "lower_signal", id=oak.signals(oak.amal))
    if sent_away:
        oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    oak.signals(oak.amal)
    assert sorted(each["taken_back"] for each in oak.console()["signals"]) == [False, True]


def test_a_reply_to_a_call_that_was_taken_back_still_reaches_its_sender(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.amal, "lower_signal", id=signal)
    oak.does(oak.fola, "answer_signal", id=signal, reply="I am here.")
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert own(oak) == [("resolved", "I am here.", "Fola")]


@pytest.mark.parametrize("kind", ["hand", "slower"])
def test_a_hand_that_is_lowered_is_gone(oak: Oak, kind: str) -> None:
    signal = oak.signals(oak.amal, kind)
    oak.does(oak.amal, "lower_signal", id=signal)
    assert on_console(oak) == [] and own(oak) == []
    before = oak.row().version
    oak.does(oak.amal, "lower_signal", id=signal)
    assert oak.row().version == before


def test_a_signal_is_its_senders_own(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    with refused("not_found"):
        oak.does(oak.birgit, "lower_signal", id=signal)
    with refused("not_found"):
        oak.does(oak.birgit, "raise_signal", id=signal, kind="support")
    for command in ("acknowledge_signal", "resolve_signal"):
        with refused("not_found"):
            oak.does(oak.fola, command, id=str(uuid4()))


def test_a_signal_of_another_session_is_not_found(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    oak.plans()
    oak.opens()
    with pytest.raises(Refused):
        oak.does(oak.fola, "resolve_signal", id=signal)


def test_calls_for_support_stand_first_then_the_oldest(oak: Oak) -> None:
    oak.signals(oak.amal, "hand")
    oak.signals(oak.birgit, "slower")
    oak.signals(oak.chidi, "support")
    assert [each[:2] for each in on_console(oak)] == [
        ("Chidi", "support"),
        ("Amal", "hand"),
        ("Birgit", "slower"),
    ]


def a_call(oak: Oak, name: str = "amal") -> dict[str, Any]:
    """The open call of a person, as that person reads it."""
    [call] = oak.me(getattr(oak, name))["calls"]
    return dict(call)


def test_its_sender_reads_that_it_stands_on_a_screen_only_once_a_page_has_said_so(oak: Oak) -> None:
    signal = oak.signals(oak.amal)
    assert not a_call(oak)["shown"]
    oak.does(oak.sami, "signals_shown", ids=[signal])
    assert a_call(oak)["shown"]
    before = oak.row().version
    oak.does(oak.fola, "signals_shown", ids=[signal])
    assert oak.row().version == before
    with refused("not_found"):
        oak.does(oak.fola, "signals_shown", ids=[signal, str(uuid4())])


@pytest.mark.parametrize(
    ("command", "told"), [("say_safe_for_now", "safe_for_now"), ("ask_to_talk", "talk_wanted")]
)
def test_what_somebody_says_about_a_call_is_kept_and_closes_nothing(
    oak: Oak, command: str, told: str
) -> None:
    signal = oak.signals(oak.amal)
    oak.does(oak.amal, command, id=signal)
    assert a_call(oak)[told] and a_call(oak)["status"] == "new"
    [alarm] = oak.console()["signals"]
    assert alarm["status"] == "new" and alarm[f"{told}_at"] is not None
    before = oak.row().version
    oak.does(oak.amal, command, id=signal)
    assert oak.row().version == before
    hand = oak.signals(oak.amal, "hand")
    for wrong, who in ((hand, oak.amal), (signal, oak.birgit)):
        with refused("not_found"):
            oak.does(who, command, id=wrong)


def test_what_an_answer_has_raised_is_one_call_until_somebody_sees_it(oak: Oak) -> None:
    def verb(db: Any) -> str:
        with changing(db, oak.amal, "submit_measure") as change:
            new = signals.raise_for(change, oak.amal.id, SignalKind.NOT_SAFE)
            change.wrote(new, people=[oak.amal.id])
            return new

    first = oak.database.writer.do(verb, of=oak.id)
    assert oak.database.writer.do(verb, of=oak.id) == first
    assert on_console(oak) == [("Amal", "not_safe", "new")]
    assert own(oak) == [] and a_call(oak)["kind"] == "call"
    with refused("not_found"):
        oak.does(oak.amal, "lower_signal", id=first)
    oak.does(oak.fola, "acknowledge_signal", id=first)
    assert oak.database.writer.do(verb, of=oak.id) != first


def test_what_somebody_said_or_wrote_is_marked_by_a_leader_as_the_same_call_once(oak: Oak) -> None:
    for _ in range(2):
        oak.does(oak.fola, "mark_not_safe", participant_id=oak.amal.id)
    assert on_console(oak) == [("Amal", "not_safe", "seen")]
    assert oak.console()["signals"][0]["seen_by"] == "Fola"
    assert a_call(oak)["by"] == "Fola" and own(oak) == []
    [call] = oak.console()["signals"]
    oak.does(oak.sami, "resolve_signal", id=call["id"])
    oak.does(oak.fola, "mark_not_safe", participant_id=oak.amal.id)
    assert on_console(oak) == [("Amal", "not_safe", "seen")], "said again after it was met, it is another"
    with refused("not_found"):
        oak.does(oak.fola, "mark_not_safe", participant_id=str(uuid4()))


def test_a_tap_that_nobody_has_seen_is_seen_by_whoever_marks_it(oak: Oak) -> None:
    asked = oak.does(oak.fola, "ask", participant_id=oak.amal.id, question="safe")["id"]
    oak.does(oak.amal, "answer_question", id=asked, answer="no")
    oak.does(oak.sami, "mark_not_safe", participant_id=oak.amal.id)
    assert on_console(oak) == [("Amal", "not_safe", "seen")]
