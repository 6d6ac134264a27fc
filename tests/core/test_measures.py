"""Measures: scored as published, changed by points and never by words, and one answer that never waits."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import update

from app.core import consents, measures, stored
from app.core.changes import Who, changing
from app.core.course_models import MeasureResponse
from app.core.models import Group, Signal, now
from app.core.refusals import Invalid
from app.core.sealing import seal
from app.core.views import participant
from app.library.measures import HERE, Damaged, bundled, others, read
from app.library.suggestions import measures_for
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

PHQ9, GAD7, PHQ2 = (bundled()[name] for name in ("phq9", "gad7", "phq2"))
SEPARATE = [HERE / "others.yaml", *HERE.glob("separate/*.yaml")]
EXAMPLES = [(measure, each) for measure in bundled().values() for each in measure.examples]


def answers_of(measure: Any, values: Any) -> dict[str, int | None]:
    return dict(zip(measure.keys, values, strict=True))


@pytest.mark.parametrize(("measure", "example"), EXAMPLES)
def test_the_worked_examples_come_out(measure: Any, example: Any) -> None:
    answers = answers_of(measure, example.answers)
    found = measures.score(measure, answers)
    assert (found["total"], found["pro_rated"]) == (example.total, example.pro_rated)
    assert measures.needs_a_person(measure, answers) == example.alert


@pytest.mark.parametrize(
    "wrong",
    [
        *({"phq9_1": 4}, {"phq9_1": -1}, {"phq9_1": 1.0}, {"phq9_1": True}, {"other": 1}),
        *({"phq9_difficulty": 99}, {"phq9_difficulty": 4}, {"phq9_difficulty": -1}),
        *({"phq9_difficulty": "2"}, {"phq9_difficulty": [1]}),
    ],
)
def test_anything_but_the_answers_of_the_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        measures.score(PHQ9, wrong)


def test_of_a_form_all_blank_there_is_no_score_whatever_may_be_blank(oak: Oak) -> None:
    lax = PHQ9.model_copy(update={"max_blank": 9})
    blank = [None] * 9
    found = measures.score(lax, answers_of(lax, blank))
    assert found == {"total": None, "pro_rated": False, "missing": 9}
    sends(oak, oak.amal, blank, lax)
    assert [each["why"] for each in alerts(oak)] == ["blank"]
    assert all(each.max_blank < len(each.items) for each in bundled().values())


def test_difficulty_is_kept_and_never_added() -> None:
    zeros = answers_of(PHQ9, [0] * 9)
    assert measures.score(PHQ9, zeros | {"phq9_difficulty": 3})["total"] == 0


@pytest.mark.parametrize(
    ("total", "label"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (14, "moderate"),
        (15, "moderately severe"),
        (20, "severe"),
    ],
)
def test_bands_are_those_of_the_publisher(total: int, label: str) -> None:
    assert measures.band(PHQ9, total) == label


@pytest.mark.parametrize(
    ("first", "last", "points", "means"),
    [
        (16, 10, 6, ["improved"]),
        (16, 11, 6, ["small"]),
        (16, 11, 5, ["improved"]),
        (10, 16, 6, ["worse"]),
        (16, 8, 6, ["improved", "response", "recovered"]),
        (16, 4, 6, ["improved", "response", "remission", "recovered"]),
        (9, 2, 6, ["improved"]),
        (10, 9, 6, ["small"]),
    ],
)
def test_a_change_is_reliable_from_its_points_on_and_more_only_from_a_baseline(
    first: int, last: int, points: int, means: list[str]
) -> None:
    assert measures.change_of(PHQ9, first, last, points) == means


@pytest.mark.parametrize(
    ("first", "last", "means"), [(28, 60, ["improved"]), (60, 28, ["worse"]), (40, 48, ["small"])]
)
def test_where_more_is_better_a_rise_is_an_improvement(first: int, last: int, means: list[str]) -> None:
    assert measures.change_of(others()["who5"], first, last, others()["who5"].reliable) == means


def test_no_blocked_wording_is_here_and_every_instrument_says_what_it_is() -> None:
    assert {each.licence_status for each in bundled().values()} == {"bundled"}
    assert "bundled" not in {each.licence_status for each in others().values()}
    assert all(each.why for each in others().values())
    assert not any(re.search(r"\b(text|stem|credit):", file.read_text("utf-8")) for file in SEPARATE)


def test_purposes_suggest_measures() -> None:
    assert measures_for("depression") == ["PHQ-9", "GAD-7"]
    assert measures_for("anxiety") == ["GAD-7", "PHQ-9"]
    assert measures_for("eating") == measures_for(None) == ["PHQ-9"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("name: X\nitems: [", "mine, line 2: This cannot be read as YAML"),
        ("- a list", "line 1: The file holds no fields"),
        ("name: X\nname: Y", "line 2, name: The field “name” stands twice"),
        (json.dumps({"name": "X"}), "line 1, credit: This is missing"),
    ],
)
def test_a_damaged_file_names_the_place_and_the_reason(damage: str, says: str) -> None:
    with pytest.raises(Damaged, match=says):
        read(damage, "mine")


def test_a_report_says_of_the_first_and_the_last_score_whether_they_are_pro_rated(planned_oak: Oak) -> None:
    """In the middle it changes nothing of what is compared."""
    kept: dict[str, list[tuple[int, bool]]] = {
        "Amal": [(10, True), (8, False)],
        "Birgit": [(10, False), (9, True), (8, False)],
        "Chidi": [(10, False), (8, True)],
    }
    for name, scores in kept.items():
        for place, (total, pro_rated) in enumerate(scores):
            score = {"total": total, "pro_rated": pro_rated, "missing": int(pro_rated)}
            taken = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=place)
            new = f"{name}-{place}"
            values = {"measure_id": "phq9", "answers": seal(MeasureResponse.answers, new, "{}")}
            values |= {"score": seal(MeasureResponse.score, new, json.dumps(score)), "taken_at": taken}
            member = {"id": new, "member_id": planned_oak.members[name], "saved_at": taken}
            planned_oak.database.writer.do(stored.add, MeasureResponse, **member, **values)
    with planned_oak.database.reader() as db:
        told = {name: measures.course_of(db, planned_oak.members[name], 6)[0]["pro_rated"] for name in kept}
    assert told == {"Amal": True, "Birgit": False, "Chidi": True}


# the form


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    asked = stage("check", measures=["phq9"])
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [asked, stage("last", prompt("text"))])
    planned_oak.plans()
    planned_oak.opens()
    return planned_oak


def sends(oak: Oak, who: Who, values: list[int | None], measure: Any = PHQ9, **more: Any) -> dict[str, Any]:
    given = {"response_id": str(uuid4()), "revision": 1} | more

    def verb(db: Any) -> Any:
        with changing(db, who, "submit_measure") as change:
            person = participant(db, oak.id, who.id)
            return measures.submit_measure(
                change, person=person, measure=measure, answers=answers_of(measure, values), **given
            )

    answer: dict[str, Any] = oak.database.writer.do(verb, of=oak.id)
    return answer


def alerts(oak: Oak) -> list[dict[str, Any]]:
    return [each for each in oak.console()["signals"] if each["kind"] == "item_9"]


def test_item_9_above_zero_alerts_the_facilitators_in_the_same_change(oak: Oak, news: list[Any]) -> None:
    sends(oak, oak.amal, [0] * 8 + [1])
    assert [(each["alias"], each["why"], each["status"]) for each in alerts(oak)] == [
        ("Amal", "above", "new")
    ]
    assert len(news) == 1 and not news[0].shared
    assert oak.on_roster(oak.amal)["signals"][0]["kind"] == "item_9"
    assert oak.console()["people"][0]["id"] == oak.amal.id


def test_item_9_left_blank_alerts_as_well_and_a_zero_does_not(oak: Oak) -> None:
    sends(oak, oak.birgit, [3] * 8 + [0])
    assert alerts(oak) == []
    sends(oak, oak.amal, [0] * 8 + [None])
    assert [each["why"] for each in alerts(oak)] == ["blank"]


def test_without_a_yes_no_answer_is_stored_and_the_call_goes_through_all_the_same(oak: Oak) -> None:
    oak.database.writer.do(consents.take_yes_back, oak.amal, of=oak.id)
    with refused("not_now"):
        sends(oak, oak.amal, [3] * 8 + [0])
    assert alerts(oak) == []
    assert sends(oak, oak.amal, [0] * 8 + [1])["stored"] is False
    assert [each["alias"] for each in alerts(oak)] == ["Amal"]
    with oak.database.reader() as db:
        assert not stored.exists(db, MeasureResponse, participant_id=oak.amal.id)


def test_no_participant_ever_reads_of_it(oak: Oak) -> None:
    sends(oak, oak.amal, [3] * 9)
    everything = (
        str([oak.me(oak.people[name]) for name in ("Amal", "Birgit")]) + str(oak.room()) + str(oak.wall())
    )
    assert "item_9" not in everything and oak.me(oak.amal)["signals"] == []
    assert oak.me(oak.amal)["calls"] and not oak.me(oak.birgit)["calls"], "a call like any other"
    hers = alerts(oak)[0]["id"]
    with refused("not_found"):
        oak.does(oak.amal, "lower_signal", id=hers)


def test_the_alert_stays_until_a_person_has_asked(oak: Oak) -> None:
    sends(oak, oak.amal, [0] * 8 + [2])
    hers = alerts(oak)[0]["id"]
    with refused("not_now"):
        oak.does(oak.fola, "answer_signal", id=hers, reply="Seen.")
    oak.does(oak.fola, "acknowledge_signal", id=hers)
    assert [each["status"] for each in alerts(oak)] == ["seen"]
    with refused("not_now"):
        oak.does(oak.fola, "resolve_signal", id=hers)
    assert [each["status"] for each in alerts(oak)] == ["seen"]
    oak.does(oak.fola, "meet_alert", id=hers, how="talked", words="")
    assert alerts(oak) == []


def test_sent_twice_it_is_one_response_and_one_alert(oak: Oak) -> None:
    given = {"response_id": str(uuid4())}
    first = sends(oak, oak.amal, [0] * 8 + [1], **given)
    assert sends(oak, oak.amal, [0] * 8 + [1], **given) == first
    assert len(oak.all(MeasureResponse.__table__.select())) == 1
    assert len(oak.all(Signal.__table__.select())) == 1
    with refused("superseded"):
        sends(oak, oak.amal, [0] * 9, **given)
    sends(oak, oak.amal, [0] * 9, revision=2, **given)
    with refused("not_found"):
        sends(oak, oak.birgit, [0] * 9, revision=3, **given)


def test_guests_have_no_form(oak: Oak) -> None:
    zoe = oak.joins("Zoe")
    with refused("not_found"):
        sends(oak, zoe, [0] * 9)


def test_the_form_is_open_only_while_somebody_is_there(oak: Oak) -> None:
    row, now = oak.row(), datetime.now(UTC)
    assert measures.is_open(row, True, now)
    assert not measures.is_open(row, False, now)
    later = SimpleNamespace(state="planned", scheduled_at=now + timedelta(minutes=20))
    assert measures.is_open(later, True, now)
    assert not measures.is_open(later, True, now - timedelta(minutes=11))
    assert not measures.is_open(SimpleNamespace(state="planned", scheduled_at=None), True, now)
    assert not measures.is_open(SimpleNamespace(state="ended"), True, now)


def test_however_early_the_lobby_was_opened_the_form_waits_for_half_an_hour_before_the_plan(oak: Oak) -> None:
    at = datetime.now(UTC)

    def stands(state: str, minutes: float | None) -> tuple[bool, Any]:
        planned = None if minutes is None else at + timedelta(minutes=minutes)
        row = SimpleNamespace(state=state, scheduled_at=planned)
        return measures.is_open(row, True, at), measures.opens_later(row, at)

    for state in ("planned", "lobby"):
        assert stands(state, 31) == (False, at + timedelta(minutes=1))
        assert stands(state, 30) == (True, None) and stands(state, -600) == (True, None)
    for state in ("live", "held"):
        assert stands(state, 600) == (True, None), "it runs before its time"
    assert stands("ended", 600) == (False, None)
    assert (stands("lobby", None), stands("planned", None)) == ((True, None), (False, None))


def test_a_members_measures_stand_side_by_side(oak: Oak) -> None:
    sends(oak, oak.amal, [2] * 8 + [0])
    sends(oak, oak.amal, [1] * 8 + [0])
    with oak.database.reader() as db:
        (told,) = measures.course_of(db, oak.members["Amal"], 6)
    assert (told["first"], told["last"], told["first_band"], told["last_band"]) == (
        16,
        8,
        "moderately severe",
        "mild",
    )
    assert told["change"] == ["improved", "response", "recovered"]


def test_a_score_from_elsewhere_is_entered_by_hand_unless_it_is_blocked(oak: Oak) -> None:
    def enters(name: str, total: int) -> None:
        oak.database.writer.do(
            measures.enter_score, oak.fola.id, oak.members["Amal"], name, total, datetime.now(UTC)
        )

    enters("bdi2", 20)
    for name, total, code in (("ors", 20, "not_found"), ("bdi2", 64, "invalid"), ("nothing", 1, "not_found")):
        with refused(code):
            enters(name, total)
    with oak.database.reader() as db:
        assert [each["name"] for each in measures.course_of(db, oak.members["Amal"], 6)] == ["BDI-II"]


def test_a_score_of_a_day_to_come_is_refused_and_one_of_today_is_not_in_the_future(oak: Oak) -> None:
    def enters(day: date) -> None:
        taken = measures.noon_of(day, "Pacific/Auckland")
        oak.database.writer.do(measures.enter_score, oak.fola.id, oak.members["Amal"], "phq9", 12, taken)

    changes = update(Group).values(time_zone="Pacific/Auckland")
    oak.database.writer.do(lambda db: db.execute(changes))
    today = now().astimezone(ZoneInfo("Pacific/Auckland")).date()
    with refused("invalid"):
        enters(today + timedelta(days=1))
    with time_machine.travel(datetime(2026, 11, 25, 20, tzinfo=UTC), tick=False):  # nine in the morning there
        today = date(2026, 11, 26)
        enters(today)
    [row] = oak.all(MeasureResponse.__table__.select())
    assert row.taken_at == datetime(2026, 11, 25, 20, tzinfo=UTC)
    assert row.taken_at.astimezone(ZoneInfo("Pacific/Auckland")).date() == today
