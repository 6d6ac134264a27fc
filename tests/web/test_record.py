"""The pages of notes: for those who lead, with nothing of them anywhere else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core import accounts, groups
from app.core.models import Role
from app.core.record_models import RecordNote
from app.db import Database
from tests.core.cast import Oak, stage
from tests.core.notes import note_of, notes, place, signs
from tests.house.browser import Browser

CANARY = "Spoke of the letter to her father."


@pytest.fixture
def over(oak: Oak) -> Oak:
    oak.writes(oak.amal, text="My sister called on Sunday and I did not pick up at first.")
    oak.does(oak.fola, "end")
    return oak


def page_of(oak: Oak, more: str = "") -> str:
    return f"/sessions/{oak.id}/notes{more}"


def sent(oak: Oak, text: str, name: str = "Amal", **more: Any) -> dict[str, Any]:
    note = note_of(oak, name)
    sections = [each | ({"text": text} if each["key"] == "plan" else {}) for each in note["sections"]]
    return place(note) | {"sections": sections, "revision": note["revision"] + 1} | more


def signed(oak: Oak, text: str, name: str = "Amal") -> dict[str, Any]:
    shared = notes(oak)["shared"]
    return sent(oak, text, name, revision=0) | {"shared": shared["sections"], "shared_revision": 0}


def test_a_note_goes_from_its_draft_to_the_members_record(over: Oak, fola: Browser) -> None:
    assert "My sister called on Sunday" in fola.visit(page_of(over))
    kept = fola.fetch(page_of(over, "/save"), sent(over, f"{CANARY} With Birgit.")).get_json()
    assert kept["ok"] and kept["revision"] == 1
    [found] = kept["findings"]
    assert (found["kind"], found["section"], found["alias"], found["stops"]) == (
        "alias",
        "plan",
        "Birgit",
        True,
    )
    asked = signed(over, f"{CANARY} With Birgit.") | {"revision": 1}
    refused = fola.fetch(page_of(over, "/sign"), asked)
    assert refused.status_code == 409 and refused.get_json()["error"]["code"] == "names"
    asked = signed(over, CANARY) | {"revision": 1}
    assert fola.fetch(page_of(over, "/sign"), asked).get_json()["ok"]
    record = f"/groups/{over.group_id}/members/{over.members['Amal']}/record"
    card = fola.client.get(page_of(over, f"/card/m-{over.members['Amal']}")).text
    for shown in (fola.visit(page_of(over)), fola.visit(record), card):
        assert CANARY in shown and "Signed by Fola" in shown
    [row] = [each for each in over.all(RecordNote.__table__.select()) if each.member_id]
    added = page_of(over, f"/{row.id}/add")
    assert "it holds a name" in fola.send(added, 422, id="a form", text="Rang Birgit, too.")
    assert fola.send(added, id="a form", text="Rang on Monday.") == page_of(over)
    assert "Rang on Monday." in fola.visit(record)
    group = f"/groups/{over.group_id}"
    elsewhere = [
        "/today",
        group,
        f"/sessions/{over.id}/summary",
        f"{group}/members/{over.members['Birgit']}/record",
    ]
    elsewhere += [f"/sessions/{over.id}/summary.json", f"/sessions/{over.id}/summary.csv"]
    assert not [path for path in elsewhere if CANARY in fola.client.get(path).text]
    assert CANARY not in str(over.me(over.amal)) + str(over.room()) + str(over.wall())


def test_a_newer_text_comes_back_with_who_wrote_it(
    over: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    sami = browser_of(over.leaders["Sami"])
    asked = sent(over, "By Fola.")
    assert sami.fetch(page_of(over, "/save"), sent(over, "By Sami.")).get_json()["ok"]
    answer = fola.fetch(page_of(over, "/save"), asked)
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["revision"], error["by"]) == (
        409,
        "superseded",
        1,
        "Sami",
    )
    assert error["sections"][-1]["text"] == "By Sami."
    stands = fola.client.get(page_of(over, "/newest")).get_json()["notes"]
    assert stands[f"m-{over.members['Amal']}"]["revision"] == 1


def test_an_observer_reads_nothing_of_the_notes(
    over: Oak, fola: Browser, browser_of: Callable[[str], Browser], database: Database
) -> None:
    fola.fetch(page_of(over, "/save"), sent(over, CANARY))
    olu = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    database.writer.do(groups.set_role, over.group_id, olu, Role.OBSERVER)
    watching = browser_of(olu)
    place = f"/card/m-{over.members['Amal']}"
    record = f"/groups/{over.group_id}/members/{over.members['Amal']}/record"
    for path in (page_of(over), page_of(over, "/newest"), page_of(over, place), record):
        answer = watching.client.get(path)
        assert answer.status_code == 404 and CANARY not in answer.text
    for what in ("/save", "/sign", "/process"):
        assert watching.fetch(page_of(over, what), sent(over, "Mine.")).status_code == 404


@pytest.mark.parametrize("wrong", [None, [], {}, {"kind": 1}, "words"])
def test_what_no_page_of_ours_sends_is_refused(over: Oak, fola: Browser, wrong: Any) -> None:
    for what in ("/save", "/sign", "/process"):
        answer = fola.fetch(page_of(over, what), wrong)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "invalid")
    far = sent(over, "x", revision=10**12)
    assert fola.fetch(page_of(over, "/save"), far).get_json()["error"]["code"] == "invalid"


def test_a_process_note_is_on_its_writers_page_alone(
    over: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    own = {"sections": [{"key": "process", "title": "", "text": CANARY}], "revision": 1}
    assert fola.fetch(page_of(over, "/process"), own).get_json()["ok"]
    assert CANARY in fola.visit(page_of(over))
    sami = browser_of(over.leaders["Sami"])
    assert CANARY not in sami.visit(page_of(over)) + sami.client.get(page_of(over, "/newest")).text
    assert CANARY not in fola.client.get(f"/sessions/{over.id}/summary.json").text


def test_the_layout_of_notes_that_nobody_has_begun_can_be_chosen(over: Oak, fola: Browser) -> None:
    assert "Assessment" in fola.visit(page_of(over)) and "Subjective" not in fola.visit(page_of(over))
    assert "Subjective" in fola.visit(page_of(over, "?layout=soap"))
    assert fola.client.get(page_of(over, "?layout=none")).status_code == 404


def test_it_is_told_beforehand_when_drafts_go_and_the_days_are_set_with_the_safety_plan(
    over: Oak, fola: Browser
) -> None:
    assert "is deleted on that day" in fola.visit(page_of(over))
    safety = f"/groups/{over.group_id}/safety"
    assert "How long things are kept" in fola.visit(safety)
    days = {"drafts_kept": "14", "answers_kept": "60", "work_kept": "120"}
    kept = f"/groups/{over.group_id}/retention"
    assert fola.send(kept, **days) == f"{safety}#kept"
    shown = fola.visit(safety)
    assert "These days were made shorter, or the programme ends earlier. Nothing is deleted before" in shown
    assert 'name="drafts_kept" maxlength="3" inputmode="numeric" autocomplete="off" value="14"' in shown
    assert "read in the note alone" not in fola.visit(page_of(over))  # the box was empty
    wrong = fola.send(kept, 422, **days | {"drafts_kept": "999"})
    assert "Nothing was changed." in wrong and 'value="120"' in wrong
    assert 'value="14"' in fola.visit(safety)


def test_a_session_that_has_not_begun_and_a_meeting_have_a_page_of_notes(over: Oak, fola: Browser) -> None:
    over.plans()
    assert "The session has not ended yet." in fola.visit(page_of(over))
    meeting = (over.group_id, [stage("words")])
    amal = over.members["Amal"]
    over.id = over.database.writer.do(groups.plan_session, *meeting, kind="pre", member_id=amal)
    shown = fola.visit(page_of(over))
    assert "Shared part" not in shown and "Group note" not in shown


def test_a_refused_addendum_shows_where_the_name_stands(over: Oak, fola: Browser) -> None:
    signs(over, note_of(over, "Birgit"))
    [note] = over.all(RecordNote.__table__.select().where(RecordNote.member_id == over.members["Birgit"]))
    text = "  <b>Rang</b> Amal, then\r\nAmal's aunt.  "
    page = fola.send(page_of(over, f"/{note.id}/add"), 422, text=text)
    marked = "&lt;b&gt;Rang&lt;/b&gt; <mark>Amal</mark>, then\n<mark>Amal</mark>&#39;s aunt."
    assert f'<p class="words lines" dir="auto">{marked}</p>' in page
    assert "<mark>" not in fola.send(page_of(over, f"/{note.id}/add"), 422, text=" ")


def test_words_of_an_earlier_session_stop_a_signature(over: Oak, fola: Browser) -> None:
    first = over.id
    over.plans()
    over.starts()
    over.does(over.fola, "end")
    asked = signed(over, "She says: my sister called on Sunday and I did not.", "Birgit")
    answer = fola.fetch(page_of(over, "/sign"), asked)
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (409, "names")
    assert [(each["kind"], each["alias"]) for each in error["findings"]] == [("words", "Amal")]
    assert fola.fetch(page_of(over, "/sign"), signed(over, "Well.", "Birgit")).get_json()["ok"]
    note = note_of(over, "Birgit")
    added = page_of(over, f"/{note['id']}/add")
    words = "Later: my sister called on Sunday and I did not."
    shown = fola.send(added, 422, id="a form", text=words)
    assert "it holds a name or words" in shown and words in shown
    assert not note_of(over, "Birgit")["addenda"]
    other = f"/sessions/{first}/notes/{note['id']}/add"
    assert fola.send(other, 404, id="a form", text="Rang.")
    assert fola.send(added, id="a form", text="Rang.") == page_of(over)
    again = fola.send(added, 422, id="a form", text="Rang twice.")
    assert "Rang twice." in again and 'value="a form"' not in again
    assert fola.send(added, id="a form", text="Rang.") == page_of(over)
    assert [each["text"] for each in note_of(over, "Birgit")["addenda"]] == ["Rang."]


@pytest.mark.parametrize("more", ["/newest", "/card/m-{}"])
def test_an_open_page_of_notes_does_not_keep_anybody_signed_in(
    over: Oak, fola: Browser, clock: Any, more: str
) -> None:
    clock.shift(timedelta(minutes=20))
    assert fola.client.get(page_of(over, more.format(over.members["Amal"]))).status_code == 200
    clock.shift(timedelta(minutes=20))
    assert fola.goes(page_of(over)) == "/sign-in"
