"""Never lose a word: what somebody writes survives whatever happens to their page."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.browser.writing import LINES, Bring, amal_in, is_kept, texts
from tests.house.server import Server


def test_a_page_that_is_thrown_away_gives_the_words_back(world: World, house: Server, people: People) -> None:
    world.open(LINES)
    amal = amal_in(world, house, people)
    room = amal.page.url
    amal.writes("the harbour at six")
    expect(amal.state).to_contain_text("Kept in this page while you write.")
    is_kept(amal.page)
    assert "harbour" not in amal.page.evaluate("() => JSON.stringify(sessionStorage)")
    amal.page.goto("about:blank")
    amal.opens(room)
    expect(amal.box).to_have_value("the harbour at six")
    amal.sends()


def test_two_tabs_of_one_person_are_one_answer(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    first, second = amal.page, amal.new_page()
    second.goto(first.url)
    amal.page = second
    amal.is_connected()
    amal.writes("written in the second tab")
    amal.page = first
    amal.writes("sent from the first tab")
    amal.sends()
    amal.page = second
    expect(amal.box).to_have_value("written in the second tab")
    amal.press("Send")
    amal.sees("You have answered already, perhaps in another window. Your words are still here")
    expect(amal.box).to_have_value("written in the second tab")
    amal.press("Send the change")
    amal.is_saved()
    leader.sees(lambda: texts(leader) == ["written in the second tab"], "the answer of the second tab")
    amal.page = first
    expect(amal.box).to_have_value("written in the second tab")


def test_what_is_sent_in_one_tab_stands_in_the_other(world: World, house: Server, people: People) -> None:
    world.open(LINES)
    amal = amal_in(world, house, people)
    first, second = amal.page, amal.new_page()
    second.goto(first.url)
    amal.writes("once is enough")
    amal.sends()
    amal.page = second
    expect(amal.box).to_have_value("once is enough")
    expect(amal.state).to_contain_text("You can still change it.")


def test_a_refusal_keeps_the_words(world: World, house: Server, people: People, actors: Bring) -> None:
    stage = LINES[0] | {
        "prompts": [
            {"key": key, "type": "free_text", "text": f"Part {key}", "who": "all"} for key in "abcdefg"
        ]
    }
    session = world.open([stage])
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    for _ in "abcdef":
        amal.writes("w" * 2000)
        amal.next_question()
    amal.writes("and one word too many")
    amal.press("Send")
    expect(amal.state).to_contain_text("Your words are still here")
    expect(amal.box).to_have_value("and one word too many")
    assert leader.of("reflections") == {}
    amal.page.reload()
    expect(amal.box).to_have_value("and one word too many")
    amal.writes("")
    amal.sends()
    leader.sees(lambda: len(leader.of("reflections")) == 1, "the shorter answer")


def test_a_draft_from_when_more_was_taken_stays_and_says_what_is_too_long(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open([LINES[0]])
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    long = "w" * 2500 + " the end"
    amal.writes("x" * 2000)
    expect(amal.state).to_contain_text("This box is full.")
    amal.box.evaluate(
        "(box, long) => { box.value = long; box.dispatchEvent(new Event('input', { bubbles: true })); }", long
    )
    is_kept(amal.page)
    for _ in "ab":
        expect(amal.box).to_have_value(long)
        expect(amal.state).to_contain_text(
            "has 2,508 characters. It can have 2,000. Your words are still here"
        )
        amal.send_button.click()
        amal.page.reload()
    assert leader.of("reflections") == {}
    amal.writes("w" * 1000)
    amal.sends()
    leader.sees(lambda: texts(leader) == ["w" * 1000], "the shorter answer")


def test_a_draft_that_was_put_away_is_opened_and_sent_to_its_own_stage(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    first = leader.session["stage_id"]
    amal = amal_in(world, house, people)
    amal.writes("not done yet")
    leader.moves_on()
    amal.sees("The group has moved on to “Second”.")
    amal.press("Come along now")
    expect(amal.page.locator("#stage-name")).to_have_text("Second")
    expect(amal.box).to_have_value("")
    is_kept(amal.page)
    amal.page.reload()
    unsent = amal.page.locator("#unsent")
    expect(unsent).to_contain_text("First")
    unsent.get_by_role("button", name="Open it").click()
    expect(amal.box).to_have_value("not done yet")
    amal.sees("The group has moved on to “Second”.")
    amal.box.press("End")
    amal.box.press_sequentially(", now it is")
    amal.press("Send and come along")
    expect(amal.page.locator("#stage-name")).to_have_text("Second")
    leader.sees(lambda: texts(leader) == ["not done yet, now it is"], "the late answer")
    [late] = leader.of("reflections").values()
    assert (late["stage_id"], late["late"]) == (first, True)
    expect(unsent).to_be_hidden()


def test_a_typist_who_comes_along_twice_loses_neither_draft(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    for words in ("draft one", "draft two"):
        amal.writes(words)
        leader.moves_on()
        amal.press("Come along now")
        expect(amal.box).to_have_value("")
    expect(amal.page.locator("#unsent li")).to_have_count(2)


def test_pass_is_an_answer_and_can_still_become_words(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.press("Pass")
    expect(amal.state).to_have_text("You passed. You can still answer.")
    leader.sees(lambda: [each["passed"] for each in leader.of("reflections").values()] == [True], "the pass")
    amal.writes("after all, this")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["after all, this"], "the words")


def test_what_is_written_before_a_pass_is_not_sent_and_not_lost(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.writes("rather not say")
    amal.press("Pass")
    leader.sees(lambda: len(leader.of("reflections")) == 1, "the pass")
    expect(amal.page.locator("#answer-form[data-passed]")).to_be_visible()  # the form of after it
    expect(amal.state).to_have_text("You passed. You can still answer.")
    expect(amal.box).to_have_value("rather not say")
    assert texts(leader) == [""]
    leader.moves_on()  # whoever passed is done: they go along, and what they wrote waits
    expect(amal.page.locator("#stage-name")).to_have_text("Second")
    expect(amal.page.locator("#answer-form")).to_contain_text("Second")
    expect(amal.page.locator("#unsent-list")).to_contain_text("First")


def test_an_answer_taken_back_is_gone_everywhere_and_another_may_be_written(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    wall = people.wall(house.url)
    wall.opens_the_wall(world.display_path(session))
    amal = amal_in(world, house, people)
    amal.writes("too much")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["too much"], "the answer")
    leader.shows(next(iter(leader.of("reflections"))))
    wall.sees("too much")
    amal.press("Take it back")
    amal.press("Yes, take it back")
    expect(amal.page.locator("#withdraw-sheet")).to_be_hidden()
    expect(amal.box).to_have_value("")
    expect(wall.page.locator("#region-shown li")).to_have_count(0)
    leader.sees(lambda: texts(leader) == [], "that it was taken back")
    amal.writes("just enough")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["just enough"], "the other answer")


def test_a_change_and_a_narrower_audience_leave_the_wall_at_once(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    wall = people.wall(house.url)
    wall.opens_the_wall(world.display_path(session))
    amal = amal_in(world, house, people)
    on_the_wall = wall.page.locator("#region-shown li")
    amal.writes("my brother")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["my brother"], "the answer")
    [answer] = leader.of("reflections")
    leader.shows(answer)
    expect(on_the_wall).to_have_count(1)

    amal.writes("my brother, mostly")
    expect(amal.state).to_contain_text("The change is kept in this page.")
    amal.press("Send the change")
    amal.is_saved()
    expect(on_the_wall).to_have_count(0)
    leader.sees(lambda: texts(leader) == ["my brother, mostly"], "the change")
    leader.shows(answer)
    expect(on_the_wall).to_have_count(1)

    amal.reads("facilitators")
    amal.press("Send the change")
    amal.is_saved()
    expect(on_the_wall).to_have_count(0)
    assert not leader.shows(answer)["ok"]


def test_what_is_asked_for_is_shown_only_after_a_yes(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open([line("First", audience="facilitators")])
    leader = actors(world.leader(house.url, session))
    wall = people.wall(house.url)
    wall.opens_the_wall(world.display_path(session))
    amal = amal_in(world, house, people)
    amal.writes("only for you")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["only for you"], "the answer")
    [answer] = leader.of("reflections")
    leader.says("request_share", id=answer)
    amal.sees("Fola asks: may the group see your answer, with your name?")
    assert "only for you" not in wall.source()
    amal.press("Yes, show it")
    wall.sees("only for you")


def test_a_signal_raised_without_a_line_is_sent_once_when_it_is_back(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.loses_the_line()
    amal.signals("I need support")
    expect(amal.page.locator("#signal-open")).to_contain_text("On its way")
    amal.gets_the_line_back()
    leader.sees(lambda: leader.of("people")[world.person(session, "Amal")]["signals"], "the signal")
    [signal] = leader.of("people")[world.person(session, "Amal")]["signals"]
    amal.sees("This is on its way.")
    leader.says("signals_shown", ids=[signal["id"]])
    expect(amal.page.locator("#signal-open .dock-word")).to_have_text("Arrived")
    assert len(leader.of("people")[world.person(session, "Amal")]["signals"]) == 1
