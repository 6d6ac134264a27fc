"""A member who is late: the door is held, they come in with two taps, and give their number for the week."""

from playwright.sync_api import expect
from sqlalchemy import select

from app.core.course_models import Lot
from app.core.models import Participant, Reflection
from app.core.opened import answer_of
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import World, line, opening_round
from tests.house.server import Server


def test_whoever_is_late_waits_at_a_held_door_and_the_few_who_are_there_get_a_smaller_agenda(
    world: World, house: Server, people: People
) -> None:
    core = {"core": True}
    held = line("At work") | {"holds_door": True}
    session = world.open(
        [opening_round() | core, held, line("Words") | core, line("Extra"), line("End") | core]
    )
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    fola.moves_on("At work")
    chidi = people.participant(house.url)
    chidi.comes_in(world.member_path("Chidi"))
    chidi.sees("They are in the middle of something. You come in at the next pause.")
    expect(fola.page.locator("#region-waiting")).to_contain_text("Chidi")

    fola.moves_on("Words")
    chidi.sees("The door is open now.")
    chidi.press("Come in")
    mood = chidi.page.locator(".late-mood")
    expect(mood).to_contain_text("Only Fola will read this.")
    chidi.page.set_viewport_size({"width": 320, "height": 640})
    assert findings(chidi.page) == [] and too_wide(chidi.page) == 0 and small_targets(chidi.page) == []
    mood.get_by_role("button", name="7", exact=True).click()
    expect(mood).to_have_count(0)
    expect(chidi.box).to_be_visible()
    with world.database.reader() as db:
        mine = Participant.id == Reflection.participant_id
        query = select(Reflection.__table__).join(Participant, mine)
        [given] = db.execute(query.where(Participant.group_session_id == session)).all()
    assert (list(answer_of(given).values()), given.audience) == ([7], "facilitators")

    fola.press("Small group")
    asked = fola.page.locator("#ask-small")
    expect(asked).to_contain_text("What lies ahead takes 5 minutes instead of 10.")
    expect(asked.get_by_role("listitem")).to_have_text(["Extra"])
    assert findings(fola.page) == []
    asked.get_by_role("button", name="Use the small agenda").click()
    expect(fola.page.locator("#region-agenda .stage-skip")).to_contain_text("Extra")
    expect(fola.page.locator("#few")).to_have_count(0)
    assert "Extra" not in chidi.source()


def test_a_guest_who_comes_after_the_lot_stands_on_one_form_and_no_word_on_it_is_lost(
    world: World, house: Server, people: People
) -> None:
    asked = {"key": "lines", "type": "feedback", "text": "A line to two.", "who": "all"}
    writing = line("Lines") | {"prompts": [asked | {"exercise": "goodbye_lines"}]}
    session = world.open([line("Before"), writing])
    fola, amal, birgit = people.facilitator(house.url), *(people.participant(house.url) for _ in range(2))
    fola.opens_the_console(world.console_path(session))
    for person, name in ((amal, "Amal"), (birgit, "Birgit")):
        person.comes_in(world.member_path(name))
    fola.moves_on("Lines")
    amal.page.get_by_label("To Birgit").fill("You waited for me")
    birgit.page.get_by_label("To Amal").fill("You asked how it went")
    gia = people.participant(house.url)
    gia.comes_in(world.room_path(session), "Gia")
    fola.page.get_by_role("button", name="Admit Gia").click()
    expect(gia.page.locator("[data-to]")).to_have_count(2)
    with world.database.reader() as db:
        drawn = {each.participant_id: each.drawn for each in db.execute(select(Lot.__table__)).all()}
    here = {"Amal": amal, "Birgit": birgit}
    seats = {name: world.person(session, name) for name in here}
    [guest] = set(drawn) - set(seats.values())
    [writer] = [each for name, each in here.items() if guest in drawn[seats[name]].split()]
    expect(writer.page.get_by_label("To Gia")).to_be_visible()
    expect(amal.page.get_by_label("To Birgit")).to_have_value("You waited for me")
    expect(birgit.page.get_by_label("To Amal")).to_have_value("You asked how it went")
