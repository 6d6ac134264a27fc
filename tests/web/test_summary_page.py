"""The summary as a page: what it says, what its buttons do, and who may tag."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask

from app.core import accounts, groups, leaving, stored
from app.core.models import GroupSession, Participant, Role, Signal, SignalKind, now
from app.core.record_models import Tags
from app.core.safety_models import Escalation
from app.core.sealing import seal
from app.core.summary import summary_of
from app.db import Database
from app.papers import calls
from app.papers.registry import PAPERS, Asked
from tests.core.cast import MEMBERS, Oak, prompt, stage
from tests.core.record import _measures
from tests.house.browser import Browser


@pytest.fixture
def olu(oak: Oak, database: Database, browser_of: Callable[[str], Browser]) -> Browser:
    """Somebody who observes the oak group."""
    new = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    database.writer.do(groups.set_role, oak.group_id, new, Role.OBSERVER)
    return browser_of(new)


def page(oak: Oak, browser: Browser) -> str:
    return " ".join(browser.visit(f"/sessions/{oak.id}/summary").split())


def part(html: str, heading: str) -> str:
    """A section of the page, from its heading to the next one."""
    return html.split(f'<h2 class="sec">{heading}</h2>')[1].split("<h2")[0]


def test_what_was_done_tells_of_stages_added_and_left_out(oak: Oak, fola: Browser) -> None:
    oak.does(oak.fola, "insert_stage", exercise_id="grounding", minutes=3, after_stage_id="words")
    oak.does(oak.fola, "skip_stage", stage_id="talk")
    done = part(page(oak, fola), "What was done")
    assert 'A quiet moment <span class="tag">added</span>' in done
    assert "skipped, planned 10" in done and done.count("not reached") == 6
    assert "planned 70" in page(oak, fola)


def test_who_was_there_is_told_as_attendance_says(oak: Oak, fola: Browser) -> None:
    sent = {f"was-{oak.members['Amal']}": "absent", f"was-{oak.members['Ewa']}": "late"}
    assert "5 of 5" in page(oak, fola) and "everybody came" in page(oak, fola)
    fola.send(f"/sessions/{oak.id}/attendance", **sent)
    assert "4 of 5" in page(oak, fola) and "late: Ewa; not there: Amal" in page(oak, fola)


def test_a_tag_is_stored_at_once_and_stands_on_the_page(oak: Oak, fola: Browser) -> None:
    answer = oak.writes(oak.amal, text="My mother is gone.")["id"]
    address = f"/sessions/{oak.id}/tags"
    assert "Themes stand here once" in page(oak, fola)
    first = fola.fetch(address, {"reflection_id": answer, "tag": "grief", "on": True})
    assert (first.status_code, first.json["tags"]) == (200, ["grief"])
    assert first.json["saved_at"] and "Tagged in the words of 1 person." in first.json["html"]
    second = fola.fetch(address, {"reflection_id": answer, "tag": "theme:My mother", "on": True})
    assert second.json["tags"] == ["grief", "theme:My mother"]
    assert fola.client.get(address).json["tags"] == {answer: ["grief", "theme:My mother"]}
    shown = page(oak, fola)
    assert (
        second.json["html"].split()
        == shown.split('id="region-touched" class="stack-2">')[1].split("</div></section>")[0].split()
    )
    assert '<li class="tag" dir="auto">Grief</li><li class="tag" dir="auto">My mother</li>' in shown
    assert "Amal" not in second.json["html"] and "gone" not in second.json["html"]
    off = fola.fetch(address, {"reflection_id": answer, "tag": "grief", "on": False})
    assert off.json["tags"] == ["theme:My mother"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"tag": "joy", "on": True}, "invalid"),
        ({"tag": "grief", "on": "yes"}, "invalid"),
        ({"tag": "grief", "on": True, "more": 1}, "invalid"),
        ({"tag": "grief"}, "invalid"),
        ({"tag": "grief", "on": True, "reflection_id": "nobody's"}, "not_found"),
    ],
)
def test_what_is_no_tag_is_refused_as_data(
    oak: Oak, fola: Browser, sent: dict[str, object], code: str
) -> None:
    answer = oak.writes(oak.amal, text="My mother is gone.")["id"]
    told = fola.fetch(f"/sessions/{oak.id}/tags", {"reflection_id": answer} | sent)
    assert told.status_code == (404 if code == "not_found" else 422)
    assert (told.json["ok"], told.json["error"]["code"]) == (False, code)
    assert oak.all(Tags.__table__.select()) == []


def test_an_observer_reads_the_tags_and_sets_none(oak: Oak, fola: Browser, olu: Browser) -> None:
    answer = oak.writes(oak.amal, text="My mother is gone.")["id"]
    oak.signals(oak.chidi)
    sent = {"reflection_id": answer, "tag": "theme:My mother", "on": True}
    fola.fetch(f"/sessions/{oak.id}/tags", sent)
    assert 'id="tagger"' in page(oak, fola) and "To follow up" in page(oak, fola)
    seen = page(oak, olu)
    assert "My mother is gone." in seen and '<li class="tag" dir="auto">My mother</li>' in seen
    assert not any(each in seen for each in ("data-tag", "tagger", "To follow up", "Was heard"))
    assert olu.fetch(f"/sessions/{oak.id}/tags", sent | {"on": False}).status_code == 404
    assert len(oak.all(Tags.__table__.select())) == 1
    oak.does(oak.fola, "end")
    whom = {"participant_id": oak.amal.id, "member_id": oak.members["Amal"], "csrf_token": olu.token()}
    for name in ("heard", "talk"):
        assert olu.client.post(f"/sessions/{oak.id}/{name}", data=whom).status_code == 404
    assert not any(row.heard_at for row in oak.all(Participant.__table__.select()))


def test_page_and_paper_mark_what_nobody_said_yes_to(
    oak: Oak, app: Flask, fola: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = prompt("word", "short_texts", exercise="one_word_checkin")
    step = prompt("step", exercise="step_plan")
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("words", word, step)])
    oak.does(oak.fola, "end")
    oak.plans()
    oak.starts()
    oak.writes(oak.birgit, word=["here"], step="I rest.")
    written = {"id": str(uuid4()), "stage_id": "words", "audience": "group_named"}
    said = {"answer": {"word": ["tired"], "step": "I ring Ines."}, "participant_id": oak.amal.id}
    oak.does(oak.fola, "write_for", **written, **said)

    def marks() -> tuple[int, int]:
        with app.test_request_context(), oak.database.reader() as db:
            paper = str(PAPERS["summary.pdf"].gather(db, Asked(oak.group_id, oak.id)))
        return tuple(text.lower().count("written down for them") for text in (page(oak, fola), paper))

    assert marks() == (3, 3), "of the word, of the step, and of the answer"
    assert "Written down for them, not confirmed" in part(page(oak, fola), "Steps for next week")
    oak.does(oak.amal, "confirm_reflection", id=written["id"], accept=True)
    assert marks() == (0, 0)


def test_a_call_is_followed_up_from_its_summary(oak: Oak, fola: Browser) -> None:
    signal = oak.signals(oak.chidi)
    oak.does(oak.fola, "end")
    write = f"/groups/{oak.group_id}/members/{oak.members['Chidi']}/follow-up"
    assert f'{write}?signal={signal}"' in page(oak, fola)
    fola.send(write, signal=signal, done="Called on Thursday.")
    told = page(oak, fola)
    assert f"{write}?signal=" not in told and "Still open." in part(told, "To follow up")
    assert "Fola wrote the follow-up." in told and "Called on Thursday." not in told


def test_a_call_that_is_still_open_is_met_from_the_summary(oak: Oak, fola: Browser, olu: Browser) -> None:
    signal = oak.signals(oak.chidi)
    oak.does(oak.fola, "end")
    whom = {"signal_id": signal, "csrf_token": olu.token()}
    assert olu.client.post(f"/sessions/{oak.id}/met", data=whom).status_code == 404
    assert "It is met" in part(page(oak, fola), "To follow up")
    for _ in range(2):
        assert fola.send(f"/sessions/{oak.id}/met", signal_id=signal).endswith("/summary#to-do")
    told = page(oak, fola)
    assert "It is met" not in told and "Resolved by Fola" in part(told, "Signals")
    sent = {"signal_id": str(uuid4()), "csrf_token": fola.token()}
    assert fola.client.post(f"/sessions/{oak.id}/met", data=sent).status_code == 404


def test_an_alert_of_a_private_form_is_met_only_with_a_word_on_how(oak: Oak, fola: Browser) -> None:
    signal = oak.signals(oak.chidi)
    oak.database.writer.do(stored.change, Signal, signal, kind=SignalKind.ITEM_9)
    oak.does(oak.fola, "end")
    met = f"/sessions/{oak.id}/met"
    to_do = part(page(oak, fola), "To follow up")
    assert "How it is met" in to_do and "It is met" not in to_do
    for sent in ({"how": "later", "words": " "}, {"how": "somehow"}, {"how": ""}):
        fola.send(met, signal_id=signal, **sent)
        assert "Still open." in part(page(oak, fola), "To follow up")
    fola.send(met, signal_id=signal, how="later", words="on Thursday")
    assert "Still open. To talk: on Thursday." in part(page(oak, fola), "To follow up")
    fola.send(met, signal_id=signal, how="talked")
    assert "Still open." not in page(oak, fola) and "Talked." in part(page(oak, fola), "Signals")


def test_how_an_alert_was_met_is_told_to_those_who_lead(oak: Oak, fola: Browser, olu: Browser) -> None:
    signal = oak.signals(oak.chidi, "support")
    met = json.dumps({"how": "handed", "words": "Dr Okafor", "session": oak.id, "by": oak.fola.id})
    sealed = seal(Signal.met, signal, met)
    oak.database.writer.do(stored.change, Signal, signal, kind=SignalKind.ITEM_9, met=sealed)
    for browser, words in ((fola, True), (olu, False)):
        signals = part(page(oak, browser), "Signals")
        assert "An answer on the private form" in signals
        assert ("Handed to Dr Okafor." in signals) == words


def test_a_talk_is_planned_with_one_press_and_only_once(oak: Oak, fola: Browser, database: Database) -> None:
    oak.signals(oak.chidi)
    planned = {fola.send(f"/sessions/{oak.id}/talk", member_id=oak.members["Chidi"]) for _ in range(2)}
    [place] = planned
    assert "Plan: A talk: Chidi" in fola.visit(place)
    assert f'href="{place}"' in part(page(oak, fola), "To follow up")
    [row] = [row for row in oak.all(GroupSession.__table__.select()) if row.kind == "talk"]
    assert (row.member_id, row.state.value) == (oak.members["Chidi"], "planned")
    database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Amal"])
    for member in (oak.members["Amal"], "nobody's"):
        sent = {"csrf_token": fola.token(), "member_id": member}
        assert fola.client.post(f"/sessions/{oak.id}/talk", data=sent).status_code == 404


def test_whoever_was_heard_after_all_is_marked_so_once_the_session_is_over(oak: Oak, fola: Browser) -> None:
    for name in MEMBERS[1:]:
        oak.does(oak.fola, "mark_heard", participant_id=oak.people[name].id)
    sent = {"participant_id": oak.amal.id}
    fola.send(f"/sessions/{oak.id}/heard", 409, **sent)
    oak.does(oak.fola, "end")
    assert "Not marked as heard." in part(page(oak, fola), "To follow up")
    for _ in range(2):
        assert fola.send(f"/sessions/{oak.id}/heard", **sent).endswith("#to-do")
    assert "Not marked as heard." not in part(page(oak, fola), "To follow up")
    assert all(row.heard_at for row in oak.all(Participant.__table__.select()))
    assert (
        fola.client.post(
            f"/sessions/{oak.id}/heard", data={"participant_id": "nobody's", "csrf_token": fola.token()}
        ).status_code
        == 404
    )


def test_the_one_call_is_marked_from_the_summary(oak: Oak, fola: Browser, database: Database) -> None:
    oak.does(oak.fola, "end")
    database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Ewa"])
    called = f"/groups/{oak.group_id}/members/{oak.members['Ewa']}/called"
    assert f'action="{called}"' in page(oak, fola)
    fola.send(called)
    assert called not in page(oak, fola)


def test_the_summary_leads_to_its_notes_until_all_are_signed(
    oak: Oak, fola: Browser, olu: Browser, database: Database
) -> None:
    notes = f'href="/sessions/{oak.id}/notes"'
    assert notes not in part(page(oak, fola), "To follow up"), "a session under way waits for none"
    oak.does(oak.fola, "end")
    told = page(oak, fola)
    assert told.count(notes) == 2 and "0 of 6 are signed." in part(told, "To follow up")
    assert "Write the notes" in told and notes not in page(oak, olu)


def test_a_session_that_has_not_begun_says_what_will_stand_there(oak: Oak, fola: Browser) -> None:
    oak.plans()
    told = page(oak, fola)
    for words in ("Not begun yet.", "Nobody came in.", "Nobody has sent anything.", "Themes stand here once"):
        assert words in told
    assert "Read and tag" not in told


def test_nothing_is_tagged_or_followed_up_in_a_sandbox(oak: Oak, fola: Browser, database: Database) -> None:
    answer = oak.writes(oak.amal, text="Trying it out.")["id"]
    oak.signals(oak.chidi)
    database.writer.do(lambda db: db.exec_driver_sql("UPDATE group_session SET sandbox = true"))
    told = page(oak, fola)
    assert "Trying it out." in told and "data-tag" not in told
    assert "Nothing waits from this session." in told
    sent = {"reflection_id": answer, "tag": "grief", "on": True}
    assert fola.fetch(f"/sessions/{oak.id}/tags", sent).status_code == 404


def test_an_alert_that_an_earlier_session_left_stands_among_the_signals(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    _measures(oak, "phq9", [0] * 8 + [2])
    first = oak.id
    [call] = oak.console()["signals"]
    oak.does(oak.fola, "acknowledge_signal", id=call["id"])
    out = {"id": "e-1", "channel": "mail", "due_at": now(), "signal_id": call["id"]}
    oak.database.writer.do(stored.add, Escalation, **out, failure="SMTPRecipientsRefused")
    oak.does(oak.fola, "end")
    oak.plans()
    oak.opens()
    [alert] = oak.console()["earlier_alerts"]
    with time_machine.travel(now() + timedelta(days=14), tick=True):  # the answer is two weeks old by then
        browser = browser_of(oak.leaders["Fola"])
        told = browser.visit(f"/sessions/{oak.id}/console")
        assert re.search(r"More than half the days</q>, \w+ \d+ \w+, \d\d:\d\d", told)
    oak.does(oak.fola, "meet_alert", id=alert["id"], how="handed", words="Dr Ines")
    oak.does(oak.fola, "start")
    assert "Handed to Dr Ines." in fola.visit(f"/sessions/{first}/summary")
    page = fola.visit(f"/sessions/{oak.id}/summary")
    assert "An answer on the private form, " in page and "Handed to Dr Ines." in page
    with_its_day = r"Seen by Fola \w+ \d+ \w+, \d\d:\d\d"
    assert re.search(with_its_day, page), "it was another day"
    with fola.client.application.test_request_context(), oak.database.reader() as db:
        told = summary_of(db, oak.id)
        [row] = calls.signals(told["earlier"], told["signals"], "UTC")["rows"]
    assert re.search(r"^\w+ \d+ \w+ \d{4}, \d\d:\d\d$", row[2]), "and on paper"
    assert re.search(r"Seen by Fola \w+ \d+ \w+ \d{4}, \d\d:\d\d", row[3])
    assert "On-call could not be reached." in page and "On-call could not be reached." in row[3]


def test_a_closing_word_alone_is_called_the_last(oak: Oak, fola: Browser) -> None:
    word = prompt("word", "short_texts", exercise="one_word_checkin")
    oak.does(oak.fola, "end")
    oak.plans([stage("arrive", word), stage("close", word)])
    oak.starts()
    oak.moves_to("close")
    oak.writes(oak.amal, "close", word=["relieved"])
    assert "Last word: relieved." in fola.visit(f"/sessions/{oak.id}/summary")
