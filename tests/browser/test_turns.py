"""One member works: what the leader chooses, what the one and the others see, and words written for them."""

from playwright.sync_api import Route, expect
from sqlalchemy import select

from app.core import course
from app.core.models import Reflection
from app.library.agendas import stage_of_exercise, talk_stage
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import Stage, World, line
from tests.house.server import Server

SAID = "I asked him to stay and he left."


def member_work() -> Stage:
    pool = ["communication_analysis", "remember_the_person", "decision_analysis"]
    return talk_stage("Member work", 20) | {"pool": pool}


def test_the_leader_gives_the_time_chooses_an_exercise_and_writes_what_the_member_says(
    world: World, house: Server, people: People
) -> None:
    world.do(course.set_focus, world.group, world.members["Amal"], ["dispute"], "")
    session = world.open([member_work(), line("Last")])
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal, birgit = people.participant(house.url), people.participant(house.url)
    for person, alias in ((amal, "Amal"), (birgit, "Birgit")):
        person.comes_in(world.member_path(alias))
    birgit.sees("We are talking. Nothing to type.")
    fola.page.locator("#region-stage .chips button", has_text="Amal").click()
    amal.sees("This is your time. The others listen.")
    birgit.sees("This is Amal’s time. You listen.")
    pool, grief = fola.page.locator("#region-stage .pool-one"), "Telling the story"
    expect(pool.filter(has_text=grief)).to_be_hidden()
    fola.page.get_by_text("Show all exercises of this stage").press("Enter")
    expect(pool.filter(has_text=grief)).to_be_visible()
    pool.filter(has_text="talk").first.click()
    birgit.sees("What could be said next time?")
    amal.sees("Think of one talk that left you feeling bad.")
    expect(birgit.page.get_by_text("Think of one talk")).to_have_count(0)

    fola.person("Amal").locator(".who-open").click()
    fola.press("Write for Amal")
    fola.page.locator("#scribe textarea").first.fill(SAID)
    fola.press("Send it to Amal")
    amal.sees("wrote this down for you. Is it as you said it?")
    assert SAID not in birgit.source()
    fola.page.locator("#scribe").get_by_role("button", name="Close").click()
    expect(fola.page.get_by_text("Waits for their yes")).to_be_visible()
    amal.press("Yes, like that")
    fola.page.locator("[data-command=show_reflection]").click()
    birgit.sees(SAID)


def test_the_sheet_to_write_for_somebody_never_takes_the_questions_of_whoever_was_opened_before(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First")])
    amal, birgit = world.joins(session, "Amal"), world.joins(session, "Birgit")
    fola = people.facilitator(house.url)
    late: list[Route] = []
    fola.page.route(f"**/write/{amal.id}", lambda route: late.append(route))
    fola.opens_the_console(world.console_path(session))
    sheet = fola.page.locator("#scribe")
    for name in ("Amal", "Birgit"):
        fola.person(name).locator(".who-open").click()
        fola.press(f"Write for {name}")
        expect(sheet).to_be_visible()
        if name == "Amal":
            sheet.get_by_role("button", name="Close").click()
    expect(sheet.get_by_role("button", name="Send it to Birgit")).to_be_visible()
    with fola.page.expect_response(f"**/write/{amal.id}"):
        late.pop().continue_()
    sheet.locator("textarea").first.fill(SAID)
    expect(sheet.get_by_role("button", name="Send it to Amal")).to_have_count(0)
    fola.press("Send it to Birgit")
    expect(sheet.locator("[data-state]")).to_contain_text("Sent. They read it now")
    with world.database.reader() as db:
        written = select(Reflection.participant_id).where(Reflection.group_session_id == session)
        assert db.execute(written).scalars().all() == [birgit.id]


def test_before_anybody_begins_a_still_page_says_so(world: World, house: Server, people: People) -> None:
    session = world.open([stage_of_exercise("remember_the_person"), line("Last")])
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.sees("Fola asks who would like to begin.")
    expect(amal.page.locator("#answer-form")).to_have_count(0)
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    fola.page.locator("#region-stage .chips button", has_text="Amal").click()
    amal.sees("Who died, and what were they to you?")
    assert findings(amal.page) == [] and findings(fola.page) == []
    assert too_wide(amal.page) == 0 and small_targets(amal.page) == []


def test_what_the_worker_presents_is_revised_before_the_group_while_others_add_cards(
    world: World, house: Server, people: People
) -> None:
    session = world.open([stage_of_exercise("decision_analysis"), line("Last")])
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    amal, birgit = people.participant(house.url), people.participant(house.url)
    for person, alias in ((amal, "Amal"), (birgit, "Birgit")):
        person.comes_in(world.member_path(alias))
    fola.page.locator("#region-stage .chips button", has_text="Amal").click()
    amal.page.get_by_label("What I need to decide").fill("Move out?")
    amal.next_question()
    amal.sends()
    fola.page.locator("[data-command=show_reflection]").click()
    birgit.sees("Move out?")

    for idea in ("Wait until May.", "Ask him first."):
        birgit.writes(idea)
        birgit.sends()
        expect(birgit.box).to_have_value("")
    birgit.sees("Wait until May.")

    amal.page.locator("#prompt-table [data-unfold]").click()
    expect(amal.page.get_by_label("What I need to decide")).to_have_value("Move out?")
    amal.page.get_by_label("What I need to decide").fill("Move out in May?")
    amal.page.get_by_label("One way").fill("Ask him first")
    amal.sends()
    birgit.sees("Move out in May?")
    expect(birgit.page.locator("#region-shown li")).to_have_count(1)
    amal.page.reload()
    expect(amal.page.locator("#prompt-table [data-f=question]")).to_have_value("Move out in May?")
