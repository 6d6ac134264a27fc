"""What is asked before the room, once; and a yes that is taken back on a page that says what that does."""

from collections.abc import Callable

from app.core import consents
from app.core.models import SessionState, now
from app.core.safety_models import Consent
from app.db import Database
from tests.house.rooms import make_room
from tests.house.visitor import AGREED, Visitor, member_row, own_link, room_link

BODIES = {"en": "Only this counts.", "es": "Solo vale esto."}


def test_a_guest_reads_every_text_and_says_yes_to_each(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, zoe = make_room(database), visitor()
    page = zoe.visit(room_link(room))
    for words in ("You can take this yes back at any time", "if a court orders it", "To pass is always fine"):
        assert words in page
    zoe.comes_in(room_link(room), alias="Zoe")
    said = [each for each in room.all(Consent.__table__.select()) if each.member_id is None]
    assert sorted((each.kind, each.version, each.language) for each in said) == [
        ("agreement", 1, "en"),
        ("consent", 1, "en"),
        ("limits", 1, "en"),
    ]
    assert all(each.participant_id and each.given_at for each in said)


def test_a_member_is_asked_again_only_when_a_text_has_changed(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    assert 'name="agree"' not in amal.visit(own_link(room, "Amal"))
    database.writer.do(consents.change_text, room.leading["Fola"], room.group, "limits", BODIES)
    page = amal.visit(own_link(room, "Amal"))
    assert "Only this counts." in page
    assert "Something here has changed." in page
    assert page.count('name="agree"') == 1
    stale = {"at_address": "yes", "private": "yes", "safe": "yes", "agree": AGREED}
    assert "Say yes to each text" in amal.send("/door", 422, **stale)
    amal.send("/door", **(stale | {"agree": ["limits 2"]}))
    assert 'name="agree"' not in visitor().visit(own_link(room, "Amal"))


def test_a_yes_is_taken_back_and_given_again_and_the_room_says_so(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    amal.comes_in(own_link(room, "Amal"))
    path = f"/room/{room.id}/consent"
    before = amal.visit(path)
    for effect in ("nothing that you write is stored", "still reach your leaders", "The group cannot"):
        assert effect in before
    assert before.count("btn-first") == 1
    assert amal.send(path, yes="no") == path
    assert "There is no yes now" in amal.visit(path)
    inside = amal.visit(f"/room/{room.id}")
    assert "Nothing you write is stored now" in inside
    assert 'id="answer-form"' not in inside
    for wrong in (AGREED[:2], ["consent"], ["consent x"], []):
        assert "Say yes to each text." in amal.send(path, 422, yes="yes", agree=wrong)
    assert amal.send(path, yes="yes", agree=AGREED) == f"/room/{room.id}"
    assert 'id="answer-form"' in amal.visit(f"/room/{room.id}")
    assert room.has_every_version()


def test_nobody_without_a_place_reads_or_changes_anything(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, stranger = make_room(database, state=SessionState.LIVE), visitor()
    path = f"/room/{room.id}/consent"
    stranger.visit(path, 404)
    stranger.send(path, 404, yes="no")
    assert all(each.withdrawn_at is None for each in room.all(Consent.__table__.select()))


def test_a_member_answers_research_apart_and_nobody_else_answers_for_them(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, dora, guest, other = make_room(database), visitor(), visitor(), visitor()
    path, member = f"/room/{room.id}/consent", member_row(room, "Dora").id

    def said() -> bool:
        with database.reader() as db:
            return consents.research_yes(db, member)

    dora.comes_in(own_link(room, "Dora"))
    assert not said() and "You are in no research file." in dora.visit(path)
    dora.send(path, research="yes")
    assert said() and "No, not for research" in dora.visit(path)
    dora.send(path, research="no")
    assert not said()
    dora.send(path, research="yes")
    dora.send(path, yes="no")
    dora.send(path, agree=AGREED, yes="yes")
    assert not said(), "the yes to care alone was given again"
    other.comes_in(own_link(room, "Dora"))
    guest.comes_in(room_link(room), alias="Zoe")
    for each in (other, guest):
        assert 'id="research"' not in each.visit(path)
        each.client.post(path, data={"research": "yes", "csrf_token": each._token()})
    assert not said()
    assert not [
        row for row in room.all(Consent.__table__.select()) if row.kind == "research" and not row.member_id
    ]


def test_a_yes_is_taken_back_by_the_own_link_when_no_room_is_open_and_the_effect_is_said_before(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database, state=SessionState.PLANNED), visitor()
    dora = member_row(room, "Dora").id
    database.writer.do(consents.record_for, room.leading["Fola"], room.group, dora, True)
    assert 'href="/consent"' in amal.visit(own_link(room, "Dora"), 404)
    before = amal.visit("/consent")
    for effect in ("nothing that you write is stored", "Fola, Sami and Olu can see that you took it back"):
        assert effect in before
    assert "Version 1, " in before and "Yes, for research" not in before
    stale = {"yes": "no", "door": "another link"}
    assert amal.client.post("/consent", data=stale | {"csrf_token": amal._token()}).status_code == 409
    assert amal.send("/consent", door=amal.door(), yes="no") == "/consent"
    assert "You are asked again when you next come in." in amal.visit("/consent")
    with database.reader() as db:
        assert not consents.stands(db, dora, None)
    visitor().visit("/consent", 404)


def test_in_an_open_room_the_page_of_whoever_takes_it_back_elsewhere_hears_of_it(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, dora, other = make_room(database), visitor(), visitor()
    inside = dora.comes_in(own_link(room, "Dora"))
    dora.send(f"{inside}/consent", research="yes")
    other.visit(own_link(room, "Dora"))
    member = member_row(room, "Dora").id
    for sent, action in (({"research": "no"}, "answer_research"), ({"yes": "no"}, "take_consent_back")):
        version = room.row.version
        other.send("/consent", door=other.door(), **sent)
        assert room.row.version == version + 1 and room.log[-1].action == action
    other.send("/consent", door=other.door(), yes="no")
    assert room.row.version == version + 1, "once is once"
    assert 'id="answer-form"' not in dora.visit(inside)
    database.writer.do(consents.record_for, room.leading["Fola"], room.group, member, True)
    assert 'id="answer-form"' in dora.visit(inside) and room.row.version == version + 2
    database.writer.do(consents.record_for, room.leading["Fola"], room.group, member, True)
    assert room.row.version == version + 2
    assert room.has_every_version()


def test_each_text_says_at_the_door_which_version_it_is_and_from_when(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room = make_room(database)
    database.writer.do(consents.change_text, room.leading["Fola"], room.group, "limits", BODIES)
    page = visitor().visit(room_link(room))
    assert page.count("Version 1, ") == 2 and page.count("Version 2, ") == 1
    assert str(now().year) in page.split("Version 2, ")[1][:40]
