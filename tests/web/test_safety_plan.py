"""The safety page of a group: from nothing to complete, its texts, and what is held of its members."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlmodel import col

from app.core import consents, contacts, gate, groups, stored
from app.core.models import Group, Role
from app.library.consents import KINDS, LANGUAGES, shipped
from app.library.grade import grade
from app.library.numbers import by_country
from deploy import translations
from facilitator import groups as pages_of_groups
from facilitator import safety_plan
from tests.core.cast import Oak
from tests.house.browser import Browser

PLAN = {
    "country": "GB",
    "emergency_number": "999",
    "crisis_line": "116 123",
    "confirmed": "yes",
    "clinician": "Dr Okafor",
    "on_call_name": "Kofi",
    "on_call_reach": "020 7946 0022",
    "on_call_mail": "kofi@example.org",
    "escalate_after": "120",
}


@pytest.fixture
def elm(oak: Oak) -> str:
    """A new group of Fola's, with a session and nothing else."""
    do, fola = oak.database.writer.do, oak.leaders["Fola"]
    group = do(groups.create_group, fola, name="Elm", programme_id=None, time_zone="Europe/Berlin")
    oak.id = do(groups.plan_session, group, [])
    return str(group)


@pytest.fixture
def no_mail() -> Iterator[None]:
    """A production installation without a mail server."""
    gate.use(mail_goes_out=False)
    yield
    gate.use(mail_goes_out=True)


def lacks(oak: Oak, group: str) -> list[str]:
    with oak.database.reader() as db:
        return gate.of_group(db, group)


def test_a_newcomer_is_led_from_nothing_to_a_group_that_can_open(fola: Browser, oak: Oak, elm: str) -> None:
    path = f"/groups/{elm}"
    before = fola.visit(path)
    for words in ("No room of this group opens yet", "Who is clinically responsible", "The consent text"):
        assert words in before
    assert f"{path}/safety" in fola.visit(f"/sessions/{oak.id}/plan")
    page = fola.visit(f"{path}/safety")
    assert 'value="DE" data-emergency="112" data-crisis="0800 111 0 111"' in page
    assert re.search(r'name="crisis_line"[^>]*value="0800 111 0 111"', page)
    assert page.count("btn-first") == 1
    fola.send(f"{path}/safety", **PLAN)
    assert "still missing" in fola.visit(f"{path}/safety")
    assert lacks(oak, elm) == ["consent", "limits"]
    fola.send(f"{path}/texts")
    page = fola.visit(f"{path}/safety")
    assert "Nothing is missing." in page
    assert "Version 1" in page
    assert "kofi@example.org" in page
    assert "No room of this group opens yet" not in fola.visit(path)


def test_a_plan_that_is_wrong_is_not_kept_and_nothing_typed_is_lost(
    fola: Browser, oak: Oak, elm: str
) -> None:
    wrong = PLAN | {"on_call_webhook": "http://example.org", "clinician": "Dr Adeyemi"}
    page = fola.send(f"/groups/{elm}/safety", 422, **wrong)
    assert "must begin with https" in page
    assert "Dr Adeyemi" in page
    assert "clinician" in lacks(oak, elm)


def test_the_page_says_when_no_mail_can_be_sent_and_keeps_no_address_that_mail_alone_would_reach(
    fola: Browser, oak: Oak, elm: str, no_mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = f"/groups/{elm}/safety", "no mail server is set up"
    services = fola.client.application.extensions["concentric"]
    assert said in fola.visit(path)
    assert fola.send(path, 422, **PLAN).count(said) == 2  # as a refusal, too
    assert "on_call" in lacks(oak, elm)
    with_mail = replace(services.settings, smtp_url="smtp://mail.example.org")
    monkeypatch.setattr(services, "settings", with_mail)
    gate.use(mail_goes_out=True)
    fola.send(path, **PLAN)
    assert "on_call" not in lacks(oak, elm) and said not in fola.visit(path)


def test_a_plan_that_was_kept_before_mail_failed_says_so_on_its_page_and_on_the_console(
    fola: Browser, oak: Oak, no_mail: None
) -> None:
    said = "A web address for who is on call: no e-mail can be sent from here"
    oak.plans()
    for path in (f"/groups/{oak.group_id}/safety", f"/sessions/{oak.id}/console"):
        assert said in fola.visit(path), path
    fola.send(f"/groups/{oak.group_id}/safety", **PLAN, works_alone="yes")
    assert said not in fola.visit(f"/groups/{oak.group_id}/safety")


def test_the_console_says_what_is_missing_in_place_of_the_button(fola: Browser, oak: Oak, elm: str) -> None:
    page = fola.visit(f"/sessions/{oak.id}/console")
    assert f'href="/groups/{elm}/safety"' in page
    assert 'data-command="open_lobby"' not in page
    assert "The consent text" in page


def test_a_text_is_changed_in_every_language_at_once(fola: Browser, oak: Oak) -> None:
    path = f"/groups/{oak.group_id}/texts/limits"
    assert "What people share here stays here." in fola.visit(path)
    assert "Every language needs its text." in fola.send(path, 422, en="Only this.", es=" ")
    fola.send(path, en="Only this.", es="Solo esto.")
    with oak.database.reader() as db:
        stands = consents.texts(db, oak.group_id)["limits"]
    assert (stands["version"], stands["bodies"]) == (2, {"en": "Only this.", "es": "Solo esto."})
    assert "older version; is asked again" in fola.visit(f"/groups/{oak.group_id}")


def test_the_group_page_says_for_whom_nobody_can_be_called(
    fola: Browser, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    path, said = f"/groups/{oak.group_id}", "No emergency contact yet"
    assert fola.visit(path).count(said) == len(oak.members)
    for name, held in (
        ("Amal", {"contact": "Mother", "contact_phone": "0123"}),
        ("Birgit", {"contact": "Aunt"}),
    ):
        oak.database.writer.do(contacts.keep, oak.group_id, oak.members[name], held, "")
    without = {key for name, key in oak.members.items() if name != "Amal"}
    with oak.database.reader() as db:
        assert set(gate.members_without_contact(db, oak.group_id)) == without
    assert fola.visit(path).count(said) == len(without)
    oak.database.writer.do(groups.set_role, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)
    assert said not in browser_of(oak.leaders["Sami"]).visit(path)


def test_the_group_page_says_of_whom_nobody_knows_where_they_are_when_they_meet_online(
    fola: Browser, oak: Oak
) -> None:
    path, said = f"/groups/{oak.group_id}", "No address yet for the time of sessions"
    for name, held in (("Amal", {}), ("Birgit", {"address": "2 Oak Lane"})):
        reached = {"contact": "Mother", "contact_phone": "0123", **held}
        oak.database.writer.do(contacts.keep, oak.group_id, oak.members[name], reached, "")
    assert fola.visit(path).count(said) == 1
    oak.database.writer.do(stored.change, Group, oak.group_id, online=False)
    assert said not in fola.visit(path)


def test_the_roster_says_how_to_reach_whoever_dropped_to_those_who_lead_alone(
    app: Flask, fola: Browser, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    console, gone = f"/sessions/{oak.id}/console", app.extensions["concentric"].screens.presence
    held = {"phone": "0123 4567", "contact": "Nour", "contact_phone": "0765 4321"}
    oak.database.writer.do(contacts.keep, oak.group_id, oak.members["Amal"], held, "")
    oak.does(oak.fola, "admit", participant_id=oak.joins("Gus").id)
    gone.arrives("participant", oak.id, oak.chidi.id, "a socket")
    gone.began -= timedelta(minutes=5)
    oak.joins("AMAL")
    page = fola.visit(console)
    assert page.count("Guest with the name of a member") == 1 and page.count("<span>Guest</span>") == 1
    assert page.count("How to reach them") == 4, (
        "neither Chidi, who is here, nor Gus, of whom nothing is known"
    )
    assert page.count("0765 4321</a>") == 1 and "Nour" in page
    assert page.count("Nothing is kept of how to reach them.") == 3
    oak.database.writer.do(groups.set_role, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)
    watching = browser_of(oak.leaders["Sami"]).visit(console)
    assert "Gone" in watching
    assert not any(each in watching for each in ("How to reach them", "Nour", "Nothing is kept of how"))


def test_what_a_site_does_in_danger_is_kept_with_its_lines_and_stands_in_the_room_for_those_who_lead(
    fola: Browser, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    console, title = f"/sessions/{oak.id}/console", "When somebody is in danger"
    assert "No local procedure is written down." in fola.visit(console)
    safety = f"/groups/{oak.group_id}/safety"
    fola.send(safety, **PLAN, procedure="Sami stays with them.\r\nFola calls Dr Okafor.\x00")
    told = "Sami stays with them.\nFola calls Dr Okafor."
    assert told in fola.visit(safety) and b"Okafor" not in row_of(oak)
    page = fola.visit(console)
    assert told in page and page.count(title) == 2
    for number in ("999", "116 123", "020 7946 0022"):
        assert f'href="tel:{number.replace(" ", "")}"' in page
    oak.database.writer.do(groups.set_role, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)
    watching = browser_of(oak.leaders["Sami"]).visit(console)
    assert title not in watching and "Okafor" not in watching
    fola.send(safety, **PLAN)
    assert told not in fola.visit(safety)


def row_of(oak: Oak) -> bytes:
    """What the database holds of the group."""
    return repr(oak.one(select(Group.__table__).where(col(Group.id) == oak.group_id))).encode()


def test_contacts_are_for_those_who_lead(fola: Browser, oak: Oak) -> None:
    path = f"/groups/{oak.group_id}/members/{oak.members['Amal']}"
    held = {"name": "Amal Haddad", "phone": "1", "address": "2 Oak Lane", "contact": "Nour"}
    fola.send(f"{path}/contacts", **held, code_word="pineapple")
    page = fola.visit(path)
    assert "2 Oak Lane" in page
    assert "pineapple" in page
    with oak.database.reader() as db:
        assert contacts.held(db, oak.group_id, oak.members["Amal"])["contact"] == "Nour"
    watching = "UPDATE group_facilitator SET role = 'observer'"
    oak.database.writer.do(lambda db: db.exec_driver_sql(watching) and None)
    page = fola.visit(path)
    assert "2 Oak Lane" not in page
    assert "pineapple" not in page
    assert fola.client.get(f"/groups/{oak.group_id}/safety").status_code == 404


def test_a_member_of_another_group_is_not_found_from_here(fola: Browser, oak: Oak, elm: str) -> None:
    path = f"/groups/{elm}/members/{oak.members['Amal']}"
    for what in ("contacts", "yes"):
        sent = {"csrf_token": fola.token(), "name": "Somebody", "given": "no"}
        assert fola.client.post(f"{path}/{what}", data=sent).status_code == 404
    with oak.database.reader() as db:
        held = contacts.held(db, oak.group_id, oak.members["Amal"])
    assert held["name"] == ""
    assert held["consent"]["state"] == "yes"


def test_every_shipped_text_stands_in_every_language_and_is_easy_to_read() -> None:
    for kind in KINDS:
        bodies = shipped(kind)
        assert all(bodies[language] for language in LANGUAGES)
        assert len({body.count("\n\n") for body in bodies.values()}) == 1  # the same paragraphs
        assert grade(bodies["en"]) <= 6, kind  # about 11 years


def test_the_shipped_consent_names_all_that_somebody_agrees_to() -> None:
    told, limits = shipped("consent")["en"], shipped("limits")["en"]
    for what in (
        "meant to help your mood",
        "other kinds of help",
        "stir up strong feelings",
        "“Only your leaders”",
        "“Without my name”",
        "“With my name”",
        "watch and learn",
        "What is kept:",
        "where it is kept",
        "who runs this service",
        "How long:",
        "ask for a copy",
        "ask them to delete",
        "take this yes back at any time",
        "somebody who is on call is told, without your name",
        "the person you named",
        "You choose the name that the group reads",
        "a parent or guardian says yes as well",
        "not a help line",
        "you would be asked apart",
    ):
        assert what in told, what
    assert "Nobody may record" in limits and "Other members are not bound by law" in limits


def test_every_language_of_the_interface_has_its_texts() -> None:
    assert {"en", *translations.LANGUAGES} == set(LANGUAGES)
    assert set(LANGUAGES) == set(dict(pages_of_groups.LANGUAGES)) == set(safety_plan.LANGUAGES)


def test_every_country_has_numbers_that_can_be_dialled() -> None:
    assert len(by_country()) >= 25
    for code, numbers in by_country().items():
        assert re.fullmatch(r"[A-Z]{2}", code)
        assert re.fullmatch(r"[0-9 ]{3,14}", numbers.emergency)
        assert re.fullmatch(r"[0-9 ]{3,14}", numbers.crisis)
        assert numbers.service
