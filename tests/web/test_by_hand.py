"""Calls from a room whose script is not there: forms and sheets that the browser alone can work."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import seats
from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import LATEST, TABLES, Room, make_room
from tests.house.visitor import Visitor, own_link, room_link

WORDS = {
    "support": "This is on its way.",
    "hand": "I would like to say something",
    "slower": "A bit slower, please",
}


@pytest.fixture
def room(database: Database) -> Room:
    return make_room(database, state=SessionState.LIVE)


@pytest.fixture
def amal(visitor: Callable[[], Visitor], room: Room) -> Visitor:
    made = visitor()
    made.comes_in(own_link(room, "Amal"))
    return made


def form(page: str) -> dict[str, str]:
    """The ids that the page's form would send, by kind."""
    (found,) = re.findall(r'<form id="by-hand" action="([^"]+)" method="post" hidden>(.*?)</form>', page)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', found[1]))
    assert fields.pop("csrf_token")
    return fields


def signals(room: Room) -> list[Any]:
    return room.all(select(TABLES["signal"]))


@pytest.mark.parametrize("kind", list(WORDS))
def test_a_press_before_the_script_is_there_is_one_call_and_the_page_says_where_it_stands(
    amal: Visitor, room: Room, kind: str
) -> None:
    page = amal.visit(f"/room/{room.id}")
    assert re.search(rf'<button [^>]*form="by-hand" name="kind" value="{kind}"', page)
    sent = {"kind": kind, kind: form(page)[kind]}
    for _ in range(2):  # pressed twice, or sent again after a lost answer
        assert amal.send(f"/room/{room.id}/call", **sent) == f"/room/{room.id}"
    assert [(each.id, each.kind, each.status) for each in signals(room)] == [(sent[kind], kind, "new")]
    page = amal.visit(f"/room/{room.id}")
    assert WORDS[kind] in page and "On its way" in page
    assert f'name="kind" value="{kind}"' not in page
    assert sent[kind] not in form(page).values(), "what is pressed after that is a call of its own"
    room.does("Fola", "acknowledge_signal", id=sent[kind])
    assert "Your leader has seen this." in amal.visit(f"/room/{room.id}")


def test_each_kind_has_an_id_of_its_own(amal: Visitor, room: Room) -> None:
    ids = form(amal.visit(f"/room/{room.id}"))
    assert set(ids) == {"support", "hand", "slower", "stop", "word"} and len(set(ids.values())) == 5
    for kind in set(ids) - {"word"}:
        amal.send(f"/room/{room.id}/call", kind=kind, **ids)
    assert {each.kind for each in signals(room)} == set(ids) - {"word"}


def test_the_innocent_button_stops_and_the_page_is_empty(amal: Visitor, room: Room) -> None:
    room.does("Amal", "pause_for_me", choice="listen")
    page = amal.visit(f"/room/{room.id}")
    assert re.search(r'<button [^>]*form="by-hand" name="kind" value="stop"', page)
    for _ in range(2):
        amal.send(f"/room/{room.id}/call", kind="stop", stop=form(page)["stop"])
    assert [(each.kind, each.status) for each in signals(room)] == [("stop", "new")]
    page = amal.visit(f"/room/{room.id}")
    assert "You can close this page." in page and "We are talking." not in page


def test_a_no_that_must_not_wait_needs_no_script(amal: Visitor, room: Room) -> None:
    asked = room.does("Fola", "ask", participant_id=room.people["Amal"], question="safe")["id"]
    page = amal.visit(f"/room/{room.id}")
    assert re.findall(r'<button [^>]*form="by-hand" name="question" value="([^"]+)"', page) == [asked]
    for _ in range(2):
        amal.send(f"/room/{room.id}/call", question=asked, **form(page))
    assert [each.kind for each in signals(room)] == ["not_safe"]
    assert "Thank you for telling us." in amal.visit(f"/room/{room.id}")


def test_a_script_hears_from_the_server_itself_that_a_call_is_taken_or_is_not(
    amal: Visitor, room: Room
) -> None:
    def sends(**fields: str) -> tuple[int, Any]:
        token = {"csrf_token": amal._token()}
        answer = amal.client.post(
            f"/room/{room.id}/call", data=fields | token, headers={"Accept": "application/json"}
        )
        return answer.status_code, answer.json

    ids = form(amal.visit(f"/room/{room.id}"))
    assert sends(kind="support", **ids) == (200, {"ok": True, "status": "new"})
    assert sends(kind="support", **ids)[1] == {"ok": True, "status": "new"}
    code, told = sends(safe="no-such-call")
    assert (code, told["ok"], told["error"]["code"]) == (404, False, "not_found")
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    room.does("Fola", "end", version=LATEST)
    code, told = sends(kind="support", support="22222222-2222-4222-8222-222222222222")
    assert (code, told["ok"]) == (404, False)


def test_every_other_tap_needs_no_script_either_and_counts_once(amal: Visitor, room: Room) -> None:
    def taps(name: str, value: str) -> None:
        page = amal.visit(f"/room/{room.id}")
        assert re.search(rf'<button [^>]*form="by-hand" name="{name}" value="{value}"', page)
        for _ in range(2):
            amal.send(f"/room/{room.id}/call", **{name: value}, **form(page))

    taps("pause", "calm")
    assert "A pause for you" in amal.visit(f"/room/{room.id}")
    taps("pause", "back")
    taps("pause", "word")
    [wish] = signals(room)
    assert wish.kind == "hand" and wish.talk_wanted_at is not None
    taps("lower", wish.id)
    assert signals(room)[0].status == "lowered"
    support = form(amal.visit(f"/room/{room.id}"))["support"]
    amal.send(f"/room/{room.id}/call", kind="support", support=support)
    taps("safe", support)
    taps("talk", support)
    call = next(each for each in signals(room) if each.kind == "support")
    assert call.status == "new" and call.safe_for_now_at is not None and call.talk_wanted_at is not None
    for question, name in (("all_right", "no"), ("safe", "yes"), ("alone", "not_now")):
        taps(name, room.does("Fola", "ask", participant_id=room.people["Amal"], question=question)["id"])
    assert len(signals(room)) == 2, "none of these answers calls for anybody"


def test_a_token_that_opens_no_seat_any_more_calls_and_does_nothing_else(
    amal: Visitor, visitor: Callable[[], Visitor], room: Room, clock: Any
) -> None:
    old = visitor()
    with amal.client.session_transaction() as kept, old.client.session_transaction() as copy:
        copy.update(kept)
    for _ in range(3):
        clock.shift(seats.SETTLED + timedelta(seconds=1))
        ids = form(amal.visit(f"/room/{room.id}"))
    asked = room.does("Fola", "ask", participant_id=room.people["Amal"], question="safe")["id"]
    taps = [{"pause": "listen"}, {"come_in": "yes"}, {"safe": ids["support"]}]
    taps += [{"yes": asked, "kind": "support"}, {"not_now": asked}, {"no": asked}]
    for tap in taps:
        old.send(f"/room/{room.id}/call", 404, **tap)
    assert room.all(select(TABLES["quiet_question"].c.answered_at)) == [(None,)]
    assert room.all(select(TABLES["participant"].c.quiet).distinct()) == [("",)]
    old.send(f"/room/{room.id}/call", kind="support", **ids)
    assert [each.kind for each in signals(room)] == ["support"]


def test_a_page_without_a_socket_asks_how_its_calls_stand_and_nobody_else_may(
    amal: Visitor, visitor: Callable[[], Visitor], room: Room
) -> None:
    support = form(amal.visit(f"/room/{room.id}"))["support"]
    amal.send(f"/room/{room.id}/call", kind="support", support=support)
    page = amal.client.get(f"/room/{room.id}/call").text
    assert "This is on its way." in page and support not in form(page).values()
    room.does("Fola", "acknowledge_signal", id=support)
    assert "Your leader has seen this." in amal.client.get(f"/room/{room.id}/call").text
    assert visitor().client.get(f"/room/{room.id}/call").status_code == 404
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    assert amal.client.get(f"/room/{room.id}/call").status_code == 404


def test_whoever_waits_at_the_door_calls_as_well(visitor: Callable[[], Visitor], room: Room) -> None:
    guest = visitor()
    guest.comes_in(room_link(room), alias="Goran")
    support = form(guest.visit(f"/room/{room.id}"))["support"]
    guest.send(f"/room/{room.id}/call", kind="support", support=support)
    assert [(each.id, each.kind) for each in signals(room)] == [(support, "support")]


def pauses(page: str) -> list[str]:
    """What the page's own buttons choose under "Pause for me"."""
    return re.findall(r'<button [^>]*form="by-hand" name="pause" value="(\w+)"', page)


def test_each_pause_can_be_chosen_on_the_page_about_help_as_well(amal: Visitor, room: Room) -> None:
    inside = f"/room/{room.id}"
    for path in ("", "/help"):
        page = amal.visit(inside + path)
        assert pauses(page) == ["listen", "calm", "word"]
        assert page.count(f'action="{inside}/leave"') == 1
    assert amal.send(f"{inside}/call", pause="word", **form(amal.visit(f"{inside}/help"))) == inside
    assert [each.kind for each in signals(room)] == ["hand"]
    room.does("Fola", "end", version=LATEST)
    page = amal.visit(f"{inside}/help")
    assert pauses(page) == [] and "become steady" in page and 'href="tel:112"' in page


def test_a_call_needs_the_pages_token_a_kind_and_an_id(amal: Visitor, room: Room) -> None:
    ids = form(amal.visit(f"/room/{room.id}"))
    assert amal.client.post(f"/room/{room.id}/call", data={"kind": "support"} | ids).status_code == 400
    for wrong in ({"kind": "item_9", "item_9": ids["hand"]}, {"kind": "support"}, ids, {"kind": "stop"}):
        amal.send(f"/room/{room.id}/call", 409, **wrong)
    assert signals(room) == []


def test_every_sheet_of_the_dock_opens_and_closes_by_the_browser_alone_and_has_the_numbers(
    amal: Visitor, room: Room
) -> None:
    room.does("Amal", "raise_signal", id="11111111-1111-4111-8111-111111111111", kind="support")
    for path in ("", "/help"):
        page = amal.visit(f"/room/{room.id}{path}")
        openers = re.findall(
            r'<button [^>]*data-sheet="((?!audience)[\w-]+)"( popovertarget="[\w-]+")?', page
        )
        assert openers and all(way == f' popovertarget="{sheet}"' for sheet, way in openers)
        for sheet in {sheet for sheet, _ in openers}:
            dialog = page[page.index(f'<dialog class="sheet" popover id="{sheet}"') :].split("</dialog>")[0]
            assert f'data-close popovertarget="{sheet}" popovertargetaction="hide"' in dialog
            assert sheet != "help-sheet" or 'href="tel:112"' in dialog


def test_a_page_that_was_left_open_calls_after_its_person_was_sent_away_and_not_after_the_end(
    amal: Visitor, room: Room
) -> None:
    ids = form(amal.visit(f"/room/{room.id}"))
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    amal.send(f"/room/{room.id}/call", kind="support", **ids)
    assert "This is on its way." in amal.visit(f"/room/{room.id}", 404)
    amal.send(f"/room/{room.id}/call", 404, kind="hand", **ids)
    room.does("Fola", "end", version=LATEST)
    other = {"support": "22222222-2222-4222-8222-222222222222"}
    amal.send(f"/room/{room.id}/call", 404, kind="support", **other)
    assert [each.kind for each in signals(room)] == ["support"]
