"""What facilitators tag while they read: one mark at a time, sealed, without names for the notes."""

import pytest

from app.core import tags
from app.core.changes import Who
from app.core.record_models import Tags
from app.core.refusals import NotFound
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def tag(oak: Oak, reflection_id: str, mark: str, on: bool = True, by: Who | None = None) -> list[str]:
    who = by or oak.fola
    return list(oak.database.writer.do(tags.set_tag, who.id, oak.id, reflection_id, mark, on))


def standing(oak: Oak) -> dict[str, list[str]]:
    with oak.database.reader() as db:
        return tags.of_session(db, oak.id)


def test_two_who_tag_at_once_keep_each_others_tags(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    assert tag(oak, answer, "grief", by=oak.fola) == ["grief"]
    assert tag(oak, answer, "theme:Sisters", by=oak.sami) == ["grief", "theme:Sisters"]
    assert tag(oak, answer, "grief", on=False, by=oak.fola) == ["theme:Sisters"]
    assert standing(oak) == {answer: ["theme:Sisters"]}


def test_the_same_tag_again_changes_nothing(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    tag(oak, answer, "change")
    version = oak.row().version
    assert tag(oak, answer, "change") == ["change"]
    assert tag(oak, answer, "grief", on=False) == ["change"]
    assert oak.row().version == version


def test_a_theme_is_sealed_and_keeps_the_groups_spelling(oak: Oak) -> None:
    first, second = (oak.writes(who, text="Words.")["id"] for who in (oak.amal, oak.birgit))
    tag(oak, first, "theme:Asking  for help ")
    assert tag(oak, second, "theme:asking for HELP") == ["theme:Asking for help"]
    assert tag(oak, second, "theme:ASKING FOR HELP") == ["theme:Asking for help"]
    assert all(row.tags.startswith("v1.") for row in oak.all(Tags.__table__.select()))
    with oak.database.reader() as db:
        assert tags.themes_of_group(db, oak.group_id) == ["Asking for help"]


def test_the_log_tells_that_an_answer_was_tagged_and_not_with_what(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    tag(oak, answer, "theme:Sisters")
    entry = oak.log()[-1]
    assert (entry.action, entry.actor_id, entry.subject_id) == ("tag", oak.fola.id, answer)
    assert "Sisters" not in str(entry)


def test_notes_are_given_counts_of_people_and_no_names(oak: Oak) -> None:
    oak.moves_to("cards")
    cards = [oak.writes(oak.amal, "cards", text=f"Card {number}")["id"] for number in (1, 2)]
    other = oak.writes(oak.birgit, "cards", text="Card 3")["id"]
    for answer in (*cards, other):
        tag(oak, answer, "lonely")
    for answer in cards:
        tag(oak, answer, "theme:Evenings")
    tag(oak, other, "how_others_are_with_us")
    with oak.database.reader() as db:
        told = tags.themes_of(db, oak.id)
        own = tags.of_member(db, oak.id, oak.members["Amal"])
    assert told == {
        "themes": [{"text": "Evenings", "count": 1}],
        "areas": [{"text": "lonely", "count": 2}],
        "perspectives": [{"text": "how_others_are_with_us", "count": 1}],
    }
    assert own == {
        "themes": [{"text": "Evenings", "count": 2}],
        "areas": [{"text": "lonely", "count": 2}],
        "perspectives": [],
    }


def test_the_tags_of_an_answer_go_with_it_when_it_is_withdrawn(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    tag(oak, answer, "dispute")
    oak.does(oak.amal, "withdraw_reflection", id=answer)
    assert standing(oak) == {}
    with oak.database.reader() as db:
        assert tags.themes_of(db, oak.id)["areas"] == []
    with refused("not_found"):
        tag(oak, answer, "grief")


def test_a_pass_another_sessions_answer_and_a_strange_id_are_not_found(oak: Oak) -> None:
    passed = oak.writes(oak.birgit, passed=True)["id"]
    with refused("not_found"):
        tag(oak, passed, "grief")
    elsewhere = oak.writes(oak.amal, text="In the first session.")["id"]
    oak.plans()
    oak.starts()
    for answer in (elsewhere, "nobody's"):
        with pytest.raises(NotFound):
            tag(oak, answer, "grief")


@pytest.mark.parametrize("mark", ["", "joy", "theme:", "theme:   ", "theme:a\x00b", "theme:" + "x" * 61])
def test_what_is_no_tag_is_refused(oak: Oak, mark: str) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    with refused("invalid"):
        tag(oak, answer, mark)


def test_an_answer_takes_twenty_tags_and_no_more(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    for number in range(tags.MOST):
        tag(oak, answer, f"theme:Number {number}")
    with refused("invalid"):
        tag(oak, answer, "grief")
    assert len(standing(oak)[answer]) == tags.MOST


def test_nothing_is_tagged_in_a_rehearsal_or_a_sandbox(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="My sister called.")["id"]
    oak.database.writer.do(lambda db: db.exec_driver_sql("UPDATE group_session SET sandbox = true"))
    with refused("not_found"):
        tag(oak, answer, "grief")
