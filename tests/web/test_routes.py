"""The list of routes is deliberate, and none of a facilitator's opens to somebody else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.core import accounts, shelf
from app.db import Database
from tests.core.cast import Oak
from tests.house.browser import Browser

# path and methods; whoever changes this list has thought about who may come in
OPEN_TO_ALL = {
    ("/", "GET"),
    ("/code", "POST"),
    ("/display/<token>", "GET"),
    ("/display/<token>/ticket", "POST"),
    ("/enter/<token>", "GET"),
    ("/healthz", "GET"),
    ("/door", "GET POST"),
    ("/exit", "POST"),
    ("/consent", "GET POST"),
    ("/keepsake", "GET POST"),
    ("/keepsake.pdf", "GET"),
    ("/m/<token>", "GET"),
    ("/r/<token>", "GET"),
    ("/readyz", "GET"),
    ("/room/<group_session_id>", "GET"),
    ("/room/<group_session_id>/call", "GET"),
    ("/room/<group_session_id>/call", "POST"),
    ("/room/<group_session_id>/help", "GET"),
    ("/room/<group_session_id>/consent", "GET"),
    ("/room/<group_session_id>/consent", "POST"),
    ("/room/<group_session_id>/leave", "POST"),
    ("/room/<group_session_id>/lines", "GET"),
    ("/room/<group_session_id>/lines", "POST"),
    ("/room/<group_session_id>/form/<sign>", "GET"),
    ("/room/<group_session_id>/form/<sign>", "POST"),
    ("/room/<group_session_id>/ticket", "POST"),
    ("/room/<group_session_id>/words", "GET"),
    ("/room/<group_session_id>/words.txt", "GET"),
    ("/set-up/<token>", "GET"),
    ("/set-up/<token>", "POST"),
    ("/sign-in", "GET"),
    ("/sign-in", "POST"),
    ("/sign-out", "POST"),
    ("/static/<path:filename>", "GET"),
}
FOR_FACILITATORS = {
    ("/alerts", "GET"),
    ("/alerts/seen", "POST"),
    ("/alerts/shown", "POST"),
    ("/groups", "GET"),
    ("/groups/<group_id>", "GET"),
    ("/groups/<group_id>/course", "GET"),
    ("/groups/<group_id>/edit", "GET"),
    ("/groups/<group_id>/edit", "POST"),
    ("/groups/<group_id>/members", "POST"),
    ("/groups/<group_id>/members/<member_id>/back", "POST"),
    ("/groups/<group_id>/members/<member_id>/called", "POST"),
    ("/groups/<group_id>/members/<member_id>/pin", "POST"),
    ("/groups/<group_id>/members/<member_id>/keepsake", "POST"),
    ("/groups/<group_id>/members/<member_id>/leaves", "POST"),
    ("/groups/<group_id>/members/<member_id>/lines", "POST"),
    ("/groups/<group_id>/members/<member_id>/renew", "POST"),
    ("/groups/<group_id>/without-meeting", "POST"),
    ("/groups/<group_id>/roles", "POST"),
    ("/groups/<group_id>/roles/end", "POST"),
    ("/groups/<group_id>/sessions", "POST"),
    ("/groups/<group_id>/safety", "GET"),
    ("/groups/<group_id>/safety", "POST"),
    ("/groups/<group_id>/retention", "POST"),
    ("/groups/<group_id>/texts", "POST"),
    ("/groups/<group_id>/texts/<text_kind>", "GET"),
    ("/groups/<group_id>/texts/<text_kind>", "POST"),
    ("/groups/<group_id>/members/<member_id>/contacts", "POST"),
    ("/groups/<group_id>/members/<member_id>/yes", "POST"),
    ("/groups/new", "GET"),
    ("/groups/new", "POST"),
    ("/library", "GET"),
    ("/library/copy", "POST"),
    ("/library/import", "POST"),
    ("/library/layouts", "GET"),
    ("/library/layouts", "POST"),
    ("/library/layouts/<layout_id>", "GET"),
    ("/library/layouts/<layout_id>", "POST"),
    ("/library/layouts/<layout_id>/away", "POST"),
    ("/library/measures", "GET"),
    ("/library/measures", "POST"),
    ("/library/measures/<measure_id>/file", "GET"),
    ("/library/measures/<measure_id>/retire", "POST"),
    ("/library/new", "POST"),
    ("/library/<kind>/<item_id>/preview", "GET"),
    ("/library/own/<item_id>/edit", "GET"),
    ("/library/own/<item_id>/edit", "POST"),
    ("/library/own/<item_id>/file", "GET"),
    ("/library/own/<item_id>/remove", "POST"),
    ("/library/own/<item_id>/review", "POST"),
    ("/library/own/<item_id>/share", "POST"),
    ("/sessions/<group_session_id>/plan/keep", "POST"),
    ("/sessions/<group_session_id>/plan/take", "POST"),
    ("/sessions/<group_session_id>/answers", "GET"),
    ("/sessions/<group_session_id>/attendance", "POST"),
    ("/sessions/<group_session_id>/console", "GET"),
    ("/sessions/<group_session_id>/date", "POST"),
    ("/sessions/<group_session_id>/password", "POST"),
    ("/sessions/<group_session_id>/plan", "GET"),
    ("/sessions/<group_session_id>/plan", "POST"),
    ("/sessions/<group_session_id>/plan/<stage_id>/choose", "POST"),
    ("/sessions/<group_session_id>/plan/<stage_id>/remove", "POST"),
    ("/sessions/<group_session_id>/plan/add", "POST"),
    ("/sessions/<group_session_id>/rehearsal", "GET"),
    ("/sessions/<group_session_id>/rehearsal", "POST"),
    ("/sessions/<group_session_id>/notes", "GET"),
    ("/sessions/<group_session_id>/notes/card/<place>", "GET"),
    ("/sessions/<group_session_id>/notes/newest", "GET"),
    ("/sessions/<group_session_id>/notes/process", "POST"),
    ("/sessions/<group_session_id>/notes/save", "POST"),
    ("/sessions/<group_session_id>/notes/sign", "POST"),
    ("/sessions/<group_session_id>/notes/<note_id>/add", "POST"),
    ("/groups/<group_id>/members/<member_id>/record", "GET"),
    ("/groups/<group_id>/supervision", "GET"),
    ("/groups/<group_id>/supervision", "POST"),
    ("/groups/<group_id>/supervision/talk", "POST"),
    ("/sessions/<group_session_id>/fidelity", "GET"),
    ("/sessions/<group_session_id>/fidelity", "POST"),
    ("/sessions/<group_session_id>/summary", "GET"),
    ("/sessions/<group_session_id>/export", "GET"),
    ("/sessions/<group_session_id>/export", "POST"),
    ("/groups/<group_id>/export", "GET"),
    ("/groups/<group_id>/export", "POST"),
    ("/groups/<group_id>/members/<member_id>/export", "GET"),
    ("/groups/<group_id>/members/<member_id>/export", "POST"),
    ("/exports", "GET"),
    ("/sessions/<group_session_id>/followed-up", "POST"),
    ("/sessions/<group_session_id>/heard", "POST"),
    ("/sessions/<group_session_id>/met", "POST"),
    ("/sessions/<group_session_id>/tags", "GET"),
    ("/sessions/<group_session_id>/tags", "POST"),
    ("/sessions/<group_session_id>/talk", "POST"),
    ("/sessions/<group_session_id>/lines", "GET"),
    ("/groups/<group_id>/members/<member_id>", "GET"),
    ("/groups/<group_id>/members/<member_id>/focus", "POST"),
    ("/groups/<group_id>/members/<member_id>/follow-up", "GET"),
    ("/groups/<group_id>/members/<member_id>/follow-up", "POST"),
    ("/groups/<group_id>/members/<member_id>/goals/<goal_id>", "POST"),
    ("/groups/<group_id>/members/<member_id>/scores", "POST"),
    ("/groups/<group_id>/members/<member_id>/consent", "POST"),
    ("/sessions/<group_session_id>/ticket", "POST"),
    ("/sessions/<group_session_id>/write/<participant_id>", "GET"),
    ("/today", "GET"),
    ("/today/supervision", "POST"),
}
OF_THE_SITE = {each for each in FOR_FACILITATORS if "<layout_id>" in each[0]}  # for all who work here
OF_A_GROUP = {each for each in FOR_FACILITATORS if "<" in each[0]} - OF_THE_SITE


def named(rule: Rule) -> tuple[str, str]:
    return rule.rule, " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def an_item(oak: Oak) -> str:
    """An exercise of Fola's own."""
    with oak.database.reader() as db:
        found = shelf.own_list(db, oak.leaders["Fola"])
    return str(
        found[0]["id"]
        if found
        else oak.database.writer.do(shelf.copy, oak.leaders["Fola"], "exercise", "timeline")
    )


def asked(browser: Browser, oak: Oak, path: str, method: str) -> Any:
    """The answer to a request for something of the oak group."""
    real = {
        "<group_id>": oak.group_id,
        "<group_session_id>": oak.id,
        "<member_id>": oak.members["Amal"],
        "<stage_id>": "words",
        "<participant_id>": oak.amal.id,
        "<item_id>": an_item(oak),
        "<kind>": "exercise",
        "<text_kind>": "consent",
        "<measure_id>": "who5",
        "<place>": "group",
        "<note_id>": "none",
    }
    for name, value in real.items():
        path = path.replace(name, value)
    if method == "GET":
        return browser.client.get(path)
    return browser.client.post(path, data={"csrf_token": browser.token()})


def test_there_are_these_routes_and_no_others(app: Flask) -> None:
    assert {named(rule) for rule in app.url_map.iter_rules()} == OPEN_TO_ALL | FOR_FACILITATORS


def test_a_stranger_is_sent_to_sign_in(oak: Oak, stranger: Browser) -> None:
    for path, method in sorted(FOR_FACILITATORS):
        answer = asked(stranger, oak, path, method)
        sent_away = answer.status_code in (302, 303) and answer.headers["Location"].startswith("/sign-in")
        assert sent_away or answer.status_code == 401, (path, method, answer.status_code)


@pytest.fixture
def dagny(oak: Oak, database: Database, browser_of: Callable[[str], Browser]) -> Browser:
    """A facilitator of no group of ours."""
    return browser_of(database.writer.do(accounts.add_facilitator, "Dagny", "a token of hers"))


def test_a_facilitator_of_another_group_finds_nothing(oak: Oak, dagny: Browser, fola: Browser) -> None:
    for path, method in sorted(OF_A_GROUP):
        theirs = asked(dagny, oak, path, method)
        assert theirs.status_code == 404, (path, method, theirs.status_code)
        assert "Oak" not in theirs.text
        if method == "GET":
            assert asked(fola, oak, path, method).status_code in (200, 302, 303), path
