"""The library's pages: copies, files in and out, and what a colleague finds of them."""

import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.core import accounts
from app.core.course_models import LibraryItem
from app.library import load
from facilitator.uploads import LARGEST_FILE
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.web.test_groups_and_planner import planned


def kept(oak: Oak) -> int:
    with oak.database.reader() as db:
        return int(db.execute(select(func.count()).select_from(LibraryItem.__table__)).scalar_one())


def copied(fola: Browser, kind: str, item_id: str) -> str:
    """The address of one's own copy, without what is done with it."""
    path = fola.send("/library/copy", kind=kind, id=item_id)
    assert path.endswith("/edit")
    return str(path).removesuffix("/edit")


def takes_in(browser: Browser, text: str | bytes, name: str = "mine.yaml") -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    answer = browser.client.post(
        "/library/import",
        data={"csrf_token": browser.token(), "file": (io.BytesIO(raw), name)},
        content_type="multipart/form-data",
    )
    return answer.headers.get("Location") or answer.text


def test_everything_shipped_can_be_read_and_every_exercise_previewed(fola: Browser) -> None:
    for kind in ("exercise", "session", "programme"):
        fola.visit(f"/library?kind={kind}")
    for exercise in load().exercises.values():
        page = fola.visit(f"/library/exercise/{exercise.id}/preview")
        assert page.count('class="prompt"') == len(exercise.prompts)
    for path in (
        "exercise/nothing",
        "session/gipt_8.nothing",
        "session/nothing.initial",
        "programme/nothing",
    ):
        fola.visit(f"/library/{path}/preview", 404)


def test_every_part_of_a_shipped_programme_is_previewed(fola: Browser) -> None:
    for programme in load().programmes.values():
        path = f"/library/programme/{programme.id}/preview"
        parts = [*programme.sessions, *programme.meetings]
        page = fola.visit(path)
        assert re.findall(r"preview\?part=(\w+)", page) == [each.id for each in parts]
        assert page.count('class="phone"') == len(programme.sessions[0].rows)
        page = fola.visit(f"{path}?part={parts[-1].id}")
        assert page.count('class="phone"') == len(parts[-1].rows) and "The group will read" not in page
        fola.visit(f"{path}?part=none", 404)
    assert fola.visit("/library/session/gipt_8.session_1/preview").count('class="phone"') == 9
    own = copied(fola, "programme", "gipt_8").replace("/own/", "/programme/")
    assert "Sessions 2 to 6" in fola.visit(f"{own}/preview")


@pytest.mark.parametrize(
    ("part", "words"), [("session_1", "Session 1, my copy"), ("middle_2_to_6", "Sessions 2 to 6, my copy")]
)
def test_a_copied_session_is_named_as_people_say_it(fola: Browser, part: str, words: str) -> None:
    page = fola.visit(f"{copied(fola, 'session', f'gipt_8.{part}')}/edit")
    assert words in page and part not in page
    assert part not in re.sub("<[^>]+>", "", fola.visit("/library?kind=session"))


def test_each_session_and_meeting_of_ones_own_programme_is_previewed_and_copied_alone(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    own = copied(fola, "programme", "gipt_8").rpartition("/")[2]
    page = fola.visit("/library?kind=session")
    programme = load().programmes["gipt_8"]
    for part in (*programme.sessions, *programme.meetings):
        for name in (own, "gipt_8"):
            path = f"/library/session/{name}.{part.id}/preview"
            assert path in page and f'value="{name}.{part.id}"' in page
            assert fola.visit(path).count('class="phone"') == len(part.rows)
    assert "Before the group, my copy" in fola.visit(f"{copied(fola, 'session', f'{own}.pre')}/edit")
    assert "Follow-up, my copy" in fola.visit(f"{copied(fola, 'session', 'gipt_8.follow_up')}/edit")
    assert "Sessions 2 to 6, my copy" in fola.visit(f"{copied(fola, 'session', f'{own}.middle_2_to_6')}/edit")
    dagny = browser_of(oak.database.writer.do(accounts.add_facilitator, "Dagny", "a token of hers"))
    assert own not in dagny.visit("/library?kind=session")
    dagny.visit(f"/library/session/{own}.pre/preview", 404)
    sent = {"csrf_token": dagny.token(), "kind": "session", "id": f"{own}.pre"}
    assert dagny.client.post("/library/copy", data=sent).status_code == 404


def test_what_a_preview_shows_can_be_copied(fola: Browser) -> None:
    for path, kind, item_id in (
        ("programme/gipt_8/preview?part=pre", "session", "gipt_8.pre"),
        ("session/gipt_8.session_1/preview", "session", "gipt_8.session_1"),
        ("exercise/timeline/preview", "exercise", "timeline"),
    ):
        page = fola.visit(f"/library/{path}")
        assert f'name="kind" value="{kind}"' in page and f'name="id" value="{item_id}"' in page
        copied(fola, kind, item_id)


def test_the_search_stands_before_the_exercises(fola: Browser) -> None:
    page = fola.visit("/library")
    assert page.index('type="search"') < page.index('class="item"')


def test_a_copy_opens_for_editing_and_is_saved_field_by_field(fola: Browser) -> None:
    path = copied(fola, "exercise", "timeline")
    page = fola.visit(f"{path}/edit")
    assert "my copy" in page
    told = fola.fetch(f"{path}/edit", {"version": 1, "body": {"title": "  Before it began\u200b "}}).json
    assert told["ok"] and told["version"] == 2
    assert "Before it began" in fola.visit(f"{path}/edit")
    stale = fola.fetch(f"{path}/edit", {"version": 1, "body": {"title": "Later"}})
    assert stale.status_code == 409 and stale.json["error"]["code"] == "stale"


@pytest.mark.parametrize("sent", [None, [], {}, {"version": "x", "body": {}}, {"version": 1, "body": []}])
def test_what_is_no_change_is_refused(fola: Browser, sent: object) -> None:
    path = copied(fola, "exercise", "timeline")
    assert fola.fetch(f"{path}/edit", sent).status_code == 422


def test_what_cannot_be_kept_is_told_for_each_place_and_changes_nothing(fola: Browser) -> None:
    path = copied(fola, "exercise", "mood_event_checkin")
    prompts = [{"key": "mood", "type": "scale_0_10", "text": "", "options": ["low"]}]
    told = fola.fetch(f"{path}/edit", {"version": 1, "body": {"prompts": prompts, "minutes": [9, 4]}})
    assert told.status_code == 422
    assert [each["place"] for each in told.json["faults"]] == ["prompts.0.text"]
    prompts[0]["text"] = "How is your mood?"
    told = fola.fetch(f"{path}/edit", {"version": 1, "body": {"prompts": prompts, "minutes": [9, 4]}})
    assert {each["place"] for each in told.json["faults"]} == {"minutes", "prompts.0.options"}
    assert "How has your mood been this week?" in fola.visit(f"{path}/edit")


def test_a_part_of_a_programme_is_edited_on_a_page_of_its_own(fola: Browser) -> None:
    path = copied(fola, "programme", "gipt_8")
    parts = re.findall(r"part=(sessions\.\w+)", fola.visit(f"{path}/edit"))
    assert len(parts) == len(load().programmes["gipt_8"].sessions)
    fola.visit(f"{path}/edit?part={parts[0]}")
    fola.visit(f"{path}/edit?part=sessions.none", 404)
    row = {"minutes": 0, "title": "Arrive", "exercises": ["one_word_checkin"], "core": True, "cue": ""}
    sent = {"version": 1, "part": parts[0], "body": {"rows": [row]}}
    told = fola.fetch(f"{path}/edit", sent).json
    assert [each["place"] for each in told["faults"]] == ["rows.0.minutes"]
    row["minutes"] = 20
    told = fola.fetch(f"{path}/edit", sent).json
    assert told["ok"] and any("nobody asks how people are leaving" in each for each in told["advice"])
    assert "20 min" in fola.visit(f"{path}/edit")


def test_a_colleague_finds_what_is_shared_and_nothing_else(
    fola: Browser, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    dagny = browser_of(oak.database.writer.do(accounts.add_facilitator, "Dagny", "a token of hers"))
    path = copied(fola, "exercise", "timeline")
    for each in ("edit", "file"):
        dagny.visit(f"{path}/{each}", 404)
    assert path not in dagny.visit("/library")
    fola.send(f"{path}/share", shared="yes")
    assert f"{path}/file" in dagny.visit("/library")
    dagny.visit(f"{path}/edit", 404)
    assert dagny.fetch(f"{path}/edit", {"version": 1, "body": {"aim": "Mine"}}).status_code == 404
    item_id = path.rsplit("/", 1)[1]
    assert dagny.send("/library/copy", kind="exercise", id=item_id) != f"{path}/edit"
    fola.send(f"{path}/share", shared="")
    assert path not in dagny.visit("/library")


def test_a_file_goes_out_and_comes_in_as_an_item_of_ones_own(fola: Browser, oak: Oak) -> None:
    path = copied(fola, "programme", "gipt_8")
    answer = fola.client.get(f"{path}/file")
    assert re.fullmatch(
        r'attachment; filename="programme-own_\w+\.yaml"', answer.headers["Content-Disposition"]
    )
    before = kept(oak)
    assert "/library/own/" in takes_in(fola, answer.text)
    assert kept(oak) == before + 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes: 5", "minutes: five", r"mine\.yaml, line \d+: Give a whole number\."),
        ("concentric: library", "concentric: no", r"mine\.yaml, line 1: This is not a library file"),
        (
            "core: true",
            "core: true\n      core: false",
            r"mine\.yaml, line \d+: The field “core” stands twice",
        ),
        ("rows:", "rows: [", r"mine\.yaml, line \d+: This cannot be read as YAML"),
    ],
)
def test_a_damaged_file_names_file_line_and_reason_and_changes_nothing(
    fola: Browser, oak: Oak, old: str, new: str, said: str
) -> None:
    text = fola.client.get(f"{copied(fola, 'programme', 'gipt_8')}/file").text
    assert old in text
    before = kept(oak)
    assert re.search(said, takes_in(fola, text.replace(old, new, 1)))
    assert kept(oak) == before


def test_what_is_no_file_of_ours_is_refused_too(fola: Browser, oak: Oak) -> None:
    before = kept(oak)
    assert "line 2: This is not a text file in UTF-8." in takes_in(fola, b"a: 1\n\xff\xfe")
    assert "This file is too large." in takes_in(fola, b"#" * (LARGEST_FILE + 1))
    assert "Choose a file first." in takes_in(fola, b"", name="")
    assert "line 1" in takes_in(fola, b"")
    assert kept(oak) == before


def test_a_plan_is_kept_in_the_library_and_used_in_another(fola: Browser, oak: Oak) -> None:
    first, second = planned(oak), planned(oak)
    path = fola.send(f"/sessions/{first}/plan/keep", title="My fourth").removesuffix("/edit")
    item_id = path.rsplit("/", 1)[1]
    rows = fola.visit(f"/sessions/{second}/plan").count("data-stage=")
    fola.send(f"/sessions/{second}/plan/take", session=item_id, place="after")
    assert fola.visit(f"/sessions/{second}/plan").count("data-stage=") == 2 * rows
    fola.send(f"/sessions/{second}/plan/take", session=item_id, place="instead")
    assert fola.visit(f"/sessions/{second}/plan").count("data-stage=") == rows


def test_an_own_exercise_is_added_to_a_plan_and_into_a_session_that_runs(fola: Browser, oak: Oak) -> None:
    item_id = copied(fola, "exercise", "timeline").rsplit("/", 1)[1]
    session = planned(oak)
    fola.send(f"/sessions/{session}/plan/add", exercise=item_id)
    told = oak.does(
        oak.fola,
        "insert_stage",
        exercise_id=item_id,
        minutes=5,
        after_stage_id="words",
    )
    assert told["ok"]
