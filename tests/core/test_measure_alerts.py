"""An answer on a private form that needs a person: what is told of it, and how it is met before a start."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.core import measure_alerts
from app.core.models import GroupSession, Signal, now
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.test_measures import sends


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """In the lobby of a session that asks a private form."""
    plan = [stage("check", measures=["phq9"]), stage("last", prompt("text"))]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: plan)
    planned_oak.plans()
    planned_oak.opens()
    return planned_oak


def alert(oak: Oak) -> dict[str, Any]:
    """Amal's open alert on the console, of this session or an earlier one."""
    console = oak.console()
    [found] = [each for each in [*console["signals"], *console["earlier_alerts"]] if each["kind"] == "item_9"]
    return dict(found)


def meets(oak: Oak, how: str, words: str = "") -> None:
    oak.does(oak.fola, "meet_alert", id=alert(oak)["id"], how=how, words=words)


def next_session(oak: Oak) -> None:
    oak.does(oak.fola, "end")
    oak.plans()
    oak.opens()


def test_an_alert_shows_the_last_answer_and_another_answer_removes_nothing(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [2])
    assert alert(oak)["answer"]["words"] == "More than half the days"
    sends(oak, oak.amal, [0] * 8 + [None])
    assert alert(oak)["answer"]["words"] == ""
    sends(oak, oak.amal, [0] * 9)
    assert alert(oak)["answer"]["words"] == "Not at all"
    assert alert(oak)["status"] == "new"


@pytest.mark.parametrize(
    ("how", "words", "is_open"),
    [("talked", "", False), ("later", "at 18:00, by phone", True), ("handed", "Dr Ines", False)],
)
def test_a_session_starts_once_each_open_alert_has_a_word_on_how_it_is_met(
    oak: Oak, how: str, words: str, is_open: bool
) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    signal = alert(oak)["id"]
    with refused("not_now") as refusal:
        oak.does(oak.fola, "start")
    assert refusal.value.more == {"alert": signal} and "how it is met" in refusal.value.sentence
    oak.does(oak.fola, "acknowledge_signal", id=signal)
    with refused("not_now"):
        oak.does(oak.fola, "start")
    meets(oak, how, words)
    oak.does(oak.fola, "start")
    assert bool(oak.console()["signals"]) is is_open
    if is_open:
        assert alert(oak)["met"]["words"] == words


def test_what_is_only_planned_is_asked_again_at_the_next_session_and_says_how_it_was_met(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    meets(oak, "later", "at 18:00")
    next_session(oak)
    assert alert(oak)["met"]["words"] == "at 18:00"
    with refused("not_now"):
        oak.does(oak.fola, "start")
    meets(oak, "talked")
    oak.does(oak.fola, "start")
    assert oak.console()["earlier_alerts"] == []


@pytest.mark.parametrize("kind", ["sandbox", "rehearsal_of"])
def test_a_rehearsal_and_a_sandbox_wait_for_no_alert_of_somebody_real(oak: Oak, kind: str) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    first = oak.id
    next_session(oak)
    value = first if kind == "rehearsal_of" else True
    oak.database.writer.do(
        lambda db: db.execute(
            update(GroupSession).where(col(GroupSession.id) == oak.id).values(**{kind: value})
        )
    )
    assert oak.console()["earlier_alerts"] == []
    oak.does(oak.fola, "start")


def test_a_new_alert_shows_how_the_one_before_was_met(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    meets(oak, "handed", "Dr Ines")
    next_session(oak)
    sends(oak, oak.amal, [0] * 8 + [1])
    assert (alert(oak)["before"]["how"], alert(oak)["before"]["words"]) == ("handed", "Dr Ines")
    assert alert(oak)["met"] is None
    assert alert(oak)["before"]["by"] == "Fola" and alert(oak)["before"]["at"] <= now()


def test_the_same_word_twice_is_one_and_a_plan_without_words_is_none(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    for how in ("later", "handed"):
        with refused("invalid"):
            meets(oak, how, "  ")
    meets(oak, "later", "at 18:00")
    before = oak.row().version
    meets(oak, "later", "at 18:00")
    assert oak.row().version == before
    [row] = oak.all(Signal.__table__.select())
    assert row.met.startswith("v1.") and row.seen_by == oak.leaders["Fola"]


def test_an_alert_is_met_in_person_and_by_nothing_that_closes_other_calls(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    signal = alert(oak)["id"]
    for command, more in (("resolve_signal", {}), ("answer_signal", {"reply": "stay"})):
        with refused("not_now"):
            oak.does(oak.fola, command, id=signal, **more)
        assert alert(oak)["status"] == "new"


def test_only_an_alert_of_ones_own_group_can_be_met(oak: Oak) -> None:
    support = oak.signals(oak.birgit)
    for wrong in (support, "0f7e3a52-0000-4000-8000-000000000000"):
        with refused("not_found"):
            oak.does(oak.fola, "meet_alert", id=wrong, how="talked")


def test_somebody_who_left_the_group_keeps_no_session_from_starting(oak: Oak) -> None:
    from app.core import leaving

    sends(oak, oak.amal, [0] * 8 + [1])
    next_session(oak)
    oak.database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Amal"])
    oak.does(oak.fola, "start")


def test_today_lists_open_alerts_and_says_who_has_left_with_one(oak: Oak) -> None:
    def listed(who: str = "Fola") -> list[tuple[str, bool]]:
        with oak.database.reader() as db:
            found = measure_alerts.on_today(db, oak.leaders[who])
        return [(each["alias"], each["left"]) for each in found]

    sends(oak, oak.amal, [0] * 8 + [1])
    assert listed() == listed("Sami") == [("Amal", False)]
    with oak.database.reader() as db:
        [told] = measure_alerts.on_today(db, oak.leaders["Fola"])
    assert told["answer"]["words"] == "Several days"
    oak.does(oak.amal, "leave")
    assert listed() == [("Amal", True)]
    meets(oak, "talked")
    assert listed() == []


@pytest.mark.parametrize("kind", ["support", "not_safe", "stop", "item_9"])
def test_today_keeps_a_call_of_any_kind_that_was_seen_and_not_met_before_the_end(oak: Oak, kind: str) -> None:
    from app.core.changes import changing
    from app.core.models import SignalKind
    from app.core.signals import raise_for

    guest = oak.joins("Zora")
    oak.does(oak.fola, "admit", participant_id=guest.id)
    oak.does(oak.fola, "start")

    def raises(db: Any) -> list[str]:
        ids = []
        for who in (oak.amal, guest):
            with changing(db, who, "call") as change:
                ids.append(raise_for(change, who.id, SignalKind(kind)))
                change.wrote(who.id, people=[who.id])
        return ids

    for signal in oak.database.writer.do(raises):
        oak.does(oak.fola, "acknowledge_signal", id=signal)
    oak.does(oak.fola, "end")
    with oak.database.reader() as db:
        found = measure_alerts.on_today(db, oak.leaders["Sami"])
    told = [(each["kind"], each["alias"], each["member_id"], each["group_session_id"]) for each in found]
    assert told == [(kind, "Amal", oak.members["Amal"], oak.id), (kind, "Zora", None, oak.id)]
