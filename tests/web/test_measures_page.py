"""The page of measures: who may add the items of an instrument, and what a damaged file is told."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from app.charts import given
from app.core import accounts, groups, instruments
from app.core.course_models import MeasureResponse
from app.core.models import Group
from app.library.measures import others
from tests.core.cast import Oak
from tests.core.test_instruments import file_of
from tests.house.browser import Browser

CORE10 = others()["core10"]
PATH = "/library/measures"


def adds(browser: Browser, text: str, **fields: Any) -> Any:
    sent = {"csrf_token": browser.token(), "instrument": "core10", "permission": "yes"} | fields
    sent["file"] = (io.BytesIO(text.encode()), "core10.yaml")
    return browser.client.post(PATH, data=sent, content_type="multipart/form-data")


def asked(oak: Oak) -> set[str]:
    with oak.database.reader() as db:
        return set(instruments.askable(db)) - {"phq9", "phq2", "gad7"}


def test_every_instrument_stands_on_the_page_by_what_may_be_done_with_it(fola: Browser) -> None:
    page = fola.visit(PATH)
    assert f'href="{PATH}"' in fola.visit("/library")
    assert all(each.name in page for each in others().values())
    assert "Thoughts that you would be better off dead" in page  # as published
    assert "CC BY-NC-SA 3.0 IGO" in page
    offered = page[page.index('id="instrument"') :]
    assert "core10" in offered and not {"ors", "bdi2"} & set(offered.split('"'))


def test_an_administrator_adds_an_instrument_with_permission_and_takes_it_away(
    fola: Browser, oak: Oak
) -> None:
    blank = fola.client.get(f"{PATH}/core10/file")
    assert 'filename="core10.yaml"' in blank.headers["Content-Disposition"]
    assert "core10.yaml, line 3: Write something here. (credit)" in adds(fola, blank.text).text
    assert adds(fola, file_of(CORE10), permission="").status_code == 422
    assert asked(oak) == set()
    assert adds(fola, file_of(CORE10)).status_code == 303
    assert asked(oak) == {"core10"}
    page = fola.visit(PATH)
    assert "Made-up question 2" in page and "Added by Fola, who holds permission, on " in page
    member = f"/groups/{oak.group_id}/members/{oak.members['Amal']}"
    assert "CORE-10" in fola.visit(member)
    fola.send(f"{PATH}/core10/retire")
    assert asked(oak) == set()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "reverse: true",
            "reverse: false",
            "line 8: For CORE-10 this question is scored",
        ),
        ("max_blank: 0", "max_blank: [", "core10.yaml, line "),
        ("name: CORE-10", "name: \x07", "line 1"),
    ],
)
def test_a_damaged_file_is_told_with_line_and_reason_and_changes_nothing(
    fola: Browser, oak: Oak, old: str, new: str, says: str
) -> None:
    assert old in file_of(CORE10)
    answer = adds(fola, file_of(CORE10).replace(old, new, 1))
    assert answer.status_code == 422 and says in answer.text
    assert "Nothing is added, and nothing was changed." in answer.text
    assert asked(oak) == set()


def test_the_course_tells_the_band_of_each_score_where_the_file_has_bands(fola: Browser, oak: Oak) -> None:
    bands = [{"from": 0, "to": 10, "label": "steady"}, {"from": 11, "to": 40, "label": "unsettled"}]
    adds(fola, file_of(CORE10, bands=bands))
    member = f"/groups/{oak.group_id}/members/{oak.members['Amal']}"
    for total, day in ((18, 1), (11, 2), (9, 3)):
        fola.send(f"{member}/scores", measure="core10", total=total, taken=f"2026-03-0{day}")
    page = fola.visit(member)
    assert "In the range “steady”, was “unsettled”." in page
    of_scores = list(
        dict.fromkeys(re.findall(r": (\d+), in the range “(\w+)”", page))
    )  # in the drawing and beside it
    assert of_scores == [("18", "unsettled"), ("11", "unsettled"), ("9", "steady")]
    assert "In the range “steady”, was “unsettled”." in fola.visit(f"/groups/{oak.group_id}/course")


def test_whoever_is_no_administrator_reads_who_is_and_adds_nothing(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    does = oak.database.writer.do
    dagny = does(accounts.add_facilitator, "Dagny", "a token of hers")
    does(groups.create_group, dagny, name="Elm", programme_id=None)  # to lead a group is not enough
    assert "Only an administrator" not in fola.visit(PATH)
    for who in (dagny, oak.leaders["Sami"]):
        browser = browser_of(who)
        page = browser.visit(PATH)
        assert "Add an instrument" not in page and "File to fill in" not in page
        assert "Only an administrator adds instruments here: Fola." in page
        assert adds(browser, file_of(CORE10)).status_code == 404
        assert browser.client.get(f"{PATH}/core10/file").status_code == 404
    assert asked(oak) == set()
    assert adds(fola, file_of(CORE10)).status_code == 303
    refused = browser_of(dagny)
    assert "Ask it no more" not in refused.visit(PATH)
    sent = {"csrf_token": refused.token()}
    assert refused.client.post(f"{PATH}/core10/retire", data=sent).status_code == 404
    assert asked(oak) == {"core10"}


@pytest.mark.parametrize("instrument", ["phq9", "ors", "bdi2", "nothing"])
def test_what_may_not_be_added_is_not_there(fola: Browser, oak: Oak, instrument: str) -> None:
    assert adds(fola, file_of(CORE10), instrument=instrument).status_code == 404
    assert asked(oak) == set()


def test_a_score_of_a_day_to_come_is_refused_and_what_was_typed_stays(fola: Browser, oak: Oak) -> None:
    member = f"/groups/{oak.group_id}/members/{oak.members['Amal']}"
    changes = update(Group).values(time_zone="America/Los_Angeles")
    oak.database.writer.do(lambda db: db.execute(changes))
    for taken, says in (("2062-01-01", "This day has not come yet."), ("", "Give a number and a day.")):
        page = fola.send(f"{member}/scores", 422, measure="phq9", total="12", taken=taken)
        assert says in page and 'value="12"' in page and f'value="{taken}"' in page
        assert '<option value="phq9" selected>' in page
    assert 'type="date" max="20' in fola.visit(member)
    fola.send(f"{member}/scores", measure="phq9", total="12", taken="2026-03-02")
    [row] = oak.all(MeasureResponse.__table__.select())
    assert row.taken_at == datetime(2026, 3, 2, 20, tzinfo=UTC)  # noon there
    assert given.day(row.taken_at, "America/Los_Angeles", "en") == "2 Mar"
    assert f"{row.taken_at:%Y-%m-%d}" == "2026-03-02"
