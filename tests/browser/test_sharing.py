"""What a group shows is taken back with one tap by whoever wrote it, on every screen at once; and the room
says who leads and who watches.
"""

from uuid import uuid4

from playwright.sync_api import expect

from app.core import accounts, roles
from app.core.agenda import agenda_of as frozen
from app.core.models import Role
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import World, line
from tests.house.server import Server


def test_one_tap_takes_an_answer_back_from_every_screen_and_a_role_is_read_at_once(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First"), line("Last")])
    stage = frozen(world.row(session))[0]["id"]
    said = {name: str(uuid4()) for name in ("Amal", "Birgit")}
    for name, answer in said.items():
        given = {"id": answer, "stage_id": stage, "answer": {"text": f"{name} wrote this."}}
        world.says(world.joins(session, name), "submit_reflection", **given, audience="group_named")
        world.leads(session, "show_reflection", id=answer)
    amal, birgit, wall = (
        *(people.participant(house.url) for _ in range(2)),
        people.wall(house.url),
    )
    amal.comes_in(world.member_path("Amal"))
    birgit.comes_in(world.member_path("Birgit"))
    wall.opens(world.display_path(session))
    shown = "Amal wrote this."
    for each in (birgit, wall):
        expect(each.page.get_by_text(shown)).to_be_visible()

    back = amal.page.locator("#region-shown").get_by_role("button", name="Hide it from the group")
    expect(back).to_have_count(1)
    expect(birgit.page.locator(f"#shown-{said['Amal']} button")).to_have_count(0)
    assert not findings(amal.page) and not small_targets(amal.page) and not too_wide(amal.page)
    amal.loses_the_line()
    back.tap()
    amal.gets_the_line_back()
    for each in (birgit, wall):
        expect(each.page.get_by_text(shown)).to_have_count(0)
        expect(each.page.locator("[data-region=shown]")).to_contain_text("Birgit wrote this.")
    assert shown not in birgit.source() and shown not in wall.source()
    expect(back).to_have_count(0)
    expect(amal.page.locator("#say")).to_contain_text("still can.")

    olu = world.do(accounts.add_facilitator, "Olu", str(uuid4()))
    world.do(roles.give_role, world.fola, world.group, olu, Role.OBSERVER)
    birgit.looks_again()  # the change was made beside the server, which tells of it at the next question
    expect(birgit.page.get_by_text("Olu is here to watch and learn.")).to_be_visible()
    sami = world.do(accounts.add_facilitator, "Sami", str(uuid4()))
    world.do(roles.give_role, world.fola, world.group, sami, Role.SUPPORT)
    world.leads(session, "hand_over", facilitator_id=sami)
    birgit.looks_again()
    expect(birgit.page.get_by_text("Sami leads now.")).to_be_visible()
    world.do(roles.end_role, world.fola, world.group, olu)
    birgit.looks_again()
    expect(birgit.page.get_by_text("Olu is here to watch and learn.")).to_have_count(0)
