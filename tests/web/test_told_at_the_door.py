"""What leaders are told of somebody who waits at the door or is gone, as of anybody who is inside."""

import re
from typing import Any

import pytest

from app.core import signals
from app.core.changes import Who, changing
from app.core.models import SignalKind
from tests.core.cast import Oak
from tests.house.browser import Browser

TAGS = {"safe": "Not safe to talk", "private": "Not alone", "at_address": "Not at the address you hold"}


def region(page: str, name: str) -> str:
    found = re.search(rf'id="region-{name}"[^>]*>(.*?)data-region=', page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("no", TAGS)
@pytest.mark.parametrize("inside", [False, True])
def test_any_no_at_the_door_is_told_while_somebody_waits_and_after(
    oak: Oak, fola: Browser, no: str, inside: bool
) -> None:
    gus = oak.joins("Gus", **({"at_address": True, "private": True, "safe": True} | {no: False}))
    if inside:
        oak.does(oak.fola, "admit", participant_id=gus.id)
    page = fola.visit(f"/sessions/{oak.id}/console")
    waits = region(page, "waiting")
    assert ("Gus" in waits, TAGS[no] in waits) == (not inside, not inside)
    assert [tag for tag in TAGS.values() if tag in page] == [TAGS[no]]


def test_who_said_yes_or_was_not_asked_carries_no_tag(oak: Oak, fola: Browser) -> None:
    oak.joins("Gus", at_address=True, private=True, safe=True)
    oak.joins("Zoe")
    page = fola.visit(f"/sessions/{oak.id}/console")
    assert "Gus" in region(page, "waiting") and not any(tag in page for tag in TAGS.values())


CALLS = {
    "support": "Asked for support",
    "not_safe": "Said not to be safe",
    "stop": "Asked to stop",
    "item_9": "An answer on the private form",
}


def calls(oak: Oak, who: Who, kind: str) -> None:
    def verb(db: Any) -> None:
        with changing(db, who, "test") as change:
            change.wrote(signals.raise_for(change, who.id, SignalKind(kind)))

    oak.database.writer.do(verb)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("where", ["inside", "waiting", "gone", "removed"])
def test_the_question_before_the_end_finds_every_open_call_until_it_is_met(
    oak: Oak, fola: Browser, kind: str, where: str
) -> None:
    who = oak.joins("Gus") if where == "waiting" else oak.amal
    calls(oak, who, kind)
    oak.signals(oak.birgit, "hand")
    if where == "gone":
        oak.does(who, "leave")
    if where == "removed":
        oak.does(oak.fola, "remove", participant_id=who.id)
    call = next(each["id"] for each in oak.console()["signals"] if each["kind"] == kind)
    oak.does(oak.fola, "acknowledge_signal", id=call)
    page = f"/sessions/{oak.id}/console"
    told = re.findall(r'data-call="([^"]+)" data-of="([^"]+)"', fola.visit(page))
    assert told == [(f"{CALLS[kind]}. Still open.", who.id)]
    if kind == "item_9":
        oak.does(oak.fola, "meet_alert", id=call, how="talked")
    else:
        oak.does(oak.fola, "resolve_signal", id=call)
    assert "data-call" not in fola.visit(page)


def test_two_alerts_of_an_earlier_session_are_two_on_the_list_before_the_end(oak: Oak, fola: Browser) -> None:
    for who in (oak.amal, oak.birgit):
        calls(oak, who, "item_9")
    oak.does(oak.fola, "end")
    oak.plans()
    oak.opens()
    page = fola.visit(f"/sessions/{oak.id}/console")
    told = re.findall(r'data-call="[^"]+" data-of="([^"]+)" data-alias="([^"]+)"', page)
    assert [alias for _, alias in told] == ["Amal", "Birgit"] and len({of for of, _ in told}) == 2
