"""Instruments whose items somebody adds who may: scored as published, asked in plans, told on the course."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from app.core import accounts, groups, instruments, measures, shelf
from app.core.course_models import Instrument, MeasureResponse
from app.library.measures import Damaged, Other, blank_file, others, read
from app.library.own import faults_in
from tests.core.cast import Oak, refused, stage
from tests.core.one_database import database_kind
from tests.core.test_measures import alerts, answers_of, sends

__all__ = ["database_kind"]

BYO = [each for each in others().values() if each.licence_status == "byo"]
WHO5, CORE10 = others()["who5"], others()["core10"]


def file_of(known: Other, **more: Any) -> str:
    """The blank file of an instrument, with made-up words in it."""
    whole = yaml.safe_load(blank_file(known)) | {"credit": "With permission.", "stem": "How was it?"} | more
    for number, item in enumerate(whole["items"], 1):
        item["text"] = f"Made-up question {number}"
    for each in whole["anchors"]:
        each["text"] = f"Answer {each['value']}"
    return str(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))


def adds(oak: Oak, known: Other, text: str = "", permission: bool = True) -> None:
    text = text or file_of(known)
    oak.database.writer.do(instruments.add_instrument, oak.fola.id, known.id, text, permission)


def course_of(oak: Oak, name: str = "Amal") -> list[dict[str, Any]]:
    with oak.database.reader() as db:
        return measures.course_of(db, oak.members[name], 6)


@pytest.mark.parametrize("known", BYO, ids=lambda each: each.id)
def test_the_blank_file_of_every_instrument_waits_for_its_words_alone(known: Other) -> None:
    with pytest.raises(Damaged) as damaged:
        read(blank_file(known), known.id, known)
    assert {each.sentence for each in damaged.value.faults} == {"Write something here."}
    if known.items:
        assert len(read(file_of(known), known.id, known).items) == known.items


@pytest.mark.parametrize(
    ("known", "values", "total", "alert"),
    [
        (WHO5, [0, 0, 0, 0, 0], 0, False),
        (WHO5, [5, 5, 5, 5, 5], 100, False),
        (WHO5, [1, 2, 3, 4, 5], 60, False),
        (WHO5, [1, 2, 3, 4, None], None, False),
        (CORE10, [0] * 10, 8, False),  # items 2 and 3 are turned round
        (CORE10, [0, 4, 4, 0, 0, 0, 0, 0, 0, 0], 0, False),
        (CORE10, [4, 0, 0, 4, 4, 4, 4, 4, 4, 4], 40, True),
        (CORE10, [0, 4, 4, 0, 0, 1, 0, 0, 0, 0], 1, True),
    ],
)
def test_factor_and_reversed_items_give_the_published_total(
    known: Other, values: list[int | None], total: int | None, alert: bool
) -> None:
    measure = read(file_of(known), known.id, known)
    answers = answers_of(measure, values)
    assert measures.score(measure, answers)["total"] == total
    assert measures.needs_a_person(measure, answers) == alert


def test_questions_may_have_answers_of_their_own_with_the_same_values() -> None:
    whole = yaml.safe_load(file_of(others()["epds"]))
    whole["items"][0]["anchors"] = [{"value": value, "text": f"Own {value}"} for value in (3, 2, 1, 0)]
    measure = read(yaml.safe_dump(whole), "epds", others()["epds"])
    assert measure.items[0].anchors[0].text == "Own 3"
    whole["items"][0]["anchors"].pop()
    with pytest.raises(Damaged, match="same values"):
        read(yaml.safe_dump(whole), "epds", others()["epds"])


DAMAGES = [
    (
        "reverse: true",
        "reverse: false",
        r"line \d+, items\.1: For CORE-10 this question is scored in reverse",
    ),
    ("key: core10_4", "key: core10_5", r"items\.4\.key: Two questions have the same key"),
    ("range:\n- 0\n- 40", "range:\n- 0\n- 41", r"range: Items, answers and factor give 0 to 40"),
    ("better: lower", "better: higher", r"better: For CORE-10 this has to be lower"),
    ("- core10_6", "- core10_7", r"alert_items: For CORE-10 these have to stand here: core10_6"),
    ("- core10_6", "- core10_66", r"alert_items\.0: There is no question “core10_66”"),
    (
        "bands: []",
        "bands:\n- {from: 0, to: 10, label: a}\n- {from: 12, to: 40, label: b}",
        "leave a gap",
    ),
    ("bands: []", "bands:\n- {from: 0, to: 39, label: low}", "cover all scores, from 0 to 40"),
    ("stem: How was it?", "stem: 5", r"line 4, stem: This has to be written text"),
    ("max_blank: 0", "max_blank: none", r"max_blank: Give a whole number"),
    ("credit: With", "colour: red\ncredit: With", r"line 3, colour: There is no such field here"),
    ("value: 2", "value: 9", r"anchors: The values have to rise, or to fall"),
]


@pytest.mark.parametrize(("old", "new", "says"), DAMAGES)
def test_a_damaged_file_is_told_with_line_and_reason_and_changes_nothing(
    planned_oak: Oak, old: str, new: str, says: str
) -> None:
    adds(planned_oak, CORE10)
    before = planned_oak.all(Instrument.__table__.select())
    text = file_of(CORE10)
    assert old in text
    with pytest.raises(Damaged, match=says):
        adds(planned_oak, CORE10, text.replace(old, new, 1))
    assert planned_oak.all(Instrument.__table__.select()) == before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("case_line: 13", "case_line: 1", r"line \d+, case_line: For EPDS this has to be 13"),
        ("case_line: 13", "case_line: null", r"case_line: For EPDS this has to be 13"),
        ("reliable: 4", "reliable: 1", r"line \d+, reliable: For EPDS this has to be 4"),
        ("max_blank: 0", "max_blank: 1", r"line \d+, max_blank: For EPDS this has to be 0"),
        ("max_blank: 0", "max_blank: 10", r"max_blank: Fewer questions may be left blank than there are"),
        ("max_blank: 0", "max_blank: -1", r"max_blank: Fewer questions may be left blank than there are"),
    ],
)
def test_no_file_moves_the_points_at_which_an_instrument_tells_something(
    planned_oak: Oak, old: str, new: str, says: str
) -> None:
    epds = others()["epds"]
    text = file_of(epds)
    assert old in text
    with pytest.raises(Damaged, match=says):
        adds(planned_oak, epds, text.replace(old, new))
    assert planned_oak.all(Instrument.__table__.select()) == []


def test_the_bands_of_a_score_are_where_its_publisher_has_them_and_may_have_other_names(
    planned_oak: Oak,
) -> None:
    bands = [{"from": each.low, "to": each.high, "label": f"band {each.low}"} for each in WHO5.bands]
    adds(planned_oak, WHO5, file_of(WHO5, bands=bands))
    bands[0]["to"], bands[1]["from"] = 30, 31
    for moved in (bands, []):
        with pytest.raises(Damaged, match="bands: For WHO-5 this has to be 0 – 28, 29 – 50, 51 – 100"):
            adds(planned_oak, WHO5, file_of(WHO5, bands=moved))


def test_where_a_point_is_not_known_whoever_adds_the_items_may_give_it() -> None:
    whodas = others()["whodas12"]
    assert read(file_of(whodas, case_line=20, reliable=5), "whodas12", whodas).case_line == 20


def test_items_are_added_only_with_permission_and_only_where_that_may_be(planned_oak: Oak) -> None:
    for known, permission in ((WHO5, False), (others()["ors"], True), (others()["bdi2"], True)):
        with refused("not_now"):
            adds(planned_oak, known, file_of(known), permission)
    with planned_oak.database.reader() as db:
        assert set(instruments.askable(db)) == {"phq9", "phq2", "gad7"}
    assert "Made-up" not in str(planned_oak.all(Instrument.__table__.select()))


def test_only_an_administrator_adds_an_instrument_or_takes_it_away(planned_oak: Oak) -> None:
    oak, does = planned_oak, planned_oak.database.writer.do
    lead = does(accounts.add_facilitator, "Dagny", "a token of hers")
    groups_of_hers = does(groups.create_group, lead, name="Elm", programme_id=None)
    assert groups_of_hers, "she leads a group"
    for who in (lead, oak.leaders["Sami"], "nobody"):
        with refused("not_now") as refusal:
            does(instruments.add_instrument, who, "core10", file_of(CORE10), True)
        assert "Only an administrator" in refusal.value.sentence
    assert oak.all(Instrument.__table__.select()) == []
    adds(oak, CORE10)
    with refused("not_now"):
        does(instruments.retire_instrument, lead, "core10")
    with oak.database.reader() as db:
        assert "core10" in instruments.askable(db)
        page = instruments.page(db, lead)
        assert (page["may_add"], page["administrators"]) == (False, ["Fola"])


def test_an_added_instrument_is_named_in_plans_until_it_is_taken_away(planned_oak: Oak) -> None:
    row = {"minutes": 5, "title": "Check", "exercises": [], "measures": ["who5"], "core": False, "cue": ""}
    body = {"title": "Mine", "basis": "own", "phase": "middle", "rows": [row]}
    fola = planned_oak.leaders["Fola"]
    with pytest.raises(shelf.Faulty):
        planned_oak.database.writer.do(shelf.keep, fola, "session", body)
    adds(planned_oak, WHO5)
    assert planned_oak.database.writer.do(shelf.keep, fola, "session", body)
    with planned_oak.database.reader() as db:
        assert faults_in("session", body, {}, instruments.askable(db)) == []
    planned_oak.database.writer.do(instruments.retire_instrument, planned_oak.leaders["Fola"], "who5")
    with pytest.raises(shelf.Faulty):
        planned_oak.database.writer.do(shelf.keep, fola, "session", body)
    with refused("not_found"):
        planned_oak.database.writer.do(instruments.retire_instrument, planned_oak.leaders["Fola"], "who5")


def test_an_added_instrument_is_asked_alerts_and_stands_on_the_course_with_its_own_bands(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    oak = planned_oak
    bands = [{"from": 0, "to": 10, "label": "steady"}, {"from": 11, "to": 40, "label": "unsettled"}]
    adds(oak, CORE10, file_of(CORE10, bands=bands))
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("check", measures=["core10"])])
    oak.plans()
    oak.opens()
    assert oak.room()["measures"] == ["core10"]
    with oak.database.reader() as db:
        core10 = instruments.find(db, "core10")
    sends(oak, oak.amal, [2, 2, 2, 2, 2, 0, 2, 2, 2, 2], core10)
    assert alerts(oak) == []
    sends(oak, oak.amal, [0, 4, 4, 0, 0, 1, 0, 0, 0, 0], core10)
    assert len(alerts(oak)) == 1
    (told,) = course_of(oak)
    assert (told["first"], told["first_band"]) == (18, "unsettled")
    assert (told["last"], told["last_band"], told["change"]) == (1, "steady", ["improved"])
    oak.database.writer.do(instruments.retire_instrument, oak.leaders["Fola"], "core10")
    assert oak.room()["measures"] == []
    assert course_of(oak) == [told] and alerts(oak)[0]["why"] == "above"
    assert len(oak.all(MeasureResponse.__table__.select())) == 2


def test_scores_from_elsewhere_follow_the_direction_and_the_ranges_of_their_instrument(oak: Oak) -> None:
    for total, day in ((28, 1), (60, 2)):
        taken = datetime(2026, 3, day, tzinfo=UTC)
        member = oak.members["Amal"]
        oak.database.writer.do(measures.enter_score, oak.fola.id, member, "who5", total, taken)
    (told,) = course_of(oak)
    assert told["change"] == ["improved"]
    assert (told["first_band"], told["last_band"]) == (
        "very low well-being, ask further",
        "above the screening line",
    )


def test_what_stands_under_a_licence_of_its_own_names_it() -> None:
    assert WHO5.licence.startswith("CC BY-NC-SA 3.0 IGO") and CORE10.licence.startswith("CC BY-NC-ND")
    assert WHO5.checked is CORE10.checked is None  # until somebody has looked at the owner's own site
