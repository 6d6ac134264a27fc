"""What the group has seen with a name, and what it is then never shown without one."""

import pytest

from tests.core.cast import MEMBERS, Oak


@pytest.mark.parametrize(
    "way", ["at once", "after it was hidden", "in two steps", "taken back", "after a yes"]
)
def test_what_stood_with_its_name_never_comes_back_without_one(oak: Oak, way: str) -> None:
    """Peers' screens have had its id beside the name."""
    first = "facilitators" if way == "after a yes" else "group_named"
    answer = oak.writes(oak.amal, text="A walk.", audience=first)["id"]
    revision = 2
    if way == "after a yes":
        oak.does(oak.fola, "request_share", id=answer)
        oak.does(oak.amal, "answer_share_request", id=answer, accept=True)
        oak.does(oak.fola, "hide_reflection", id=answer)
    else:
        oak.does(oak.fola, "show_reflection", id=answer)
    assert way == "after a yes" or [each["alias"] for each in oak.shown()] == ["Amal"]
    if way == "after it was hidden":
        oak.does(oak.fola, "hide_reflection", id=answer)
    elif way == "taken back":
        oak.does(oak.amal, "take_back", id=answer)
    elif way == "in two steps":
        oak.writes(oak.amal, id=answer, revision=2, text="A walk.", audience="facilitators")
        revision = 3
    again = {"id": answer, "revision": revision, "text": "A walk.", "audience": "group_unnamed"}
    first_time = oak.writes(oak.amal, **again)
    assert oak.writes(oak.amal, **again) == first_time, "sent again it is the same"
    others = [oak.writes(oak.people[n], text=n, audience="group_unnamed")["id"] for n in MEMBERS[1:]]
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(others)
    assert oak.reflection(answer).audience == "facilitators"


def test_a_name_that_nobody_has_seen_may_still_be_taken_off(oak: Oak) -> None:
    answers = [oak.writes(oak.people[name], text=name)["id"] for name in MEMBERS]
    for each, name in zip(answers, MEMBERS, strict=True):
        oak.writes(oak.people[name], id=each, revision=2, text=name, audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    assert sorted(oak.shown_ids()) == sorted(answers)
    assert {each["alias"] for each in oak.shown()} == {None}


def test_an_unnamed_answer_that_is_changed_stays_unnamed_whatever_else_was_shown(oak: Oak) -> None:
    answers = [oak.writes(oak.people[n], text=n, audience="group_unnamed")["id"] for n in MEMBERS[:4]]
    oak.does(oak.fola, "show_reflection", id=oak.writes(oak.ewa, text="Ewa")["id"])
    oak.writes(oak.amal, id=answers[0], revision=2, text="A swim.", audience="group_unnamed")
    oak.does(oak.fola, "reveal", stage_id="words")
    assert answers[0] in oak.shown_ids() and len(oak.shown()) == 5
