"""What leaders are told of somebody who waits at the door, as of anybody who is inside."""

import re

import pytest

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
