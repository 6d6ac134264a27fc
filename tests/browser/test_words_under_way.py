"""Whatever comes first, acknowledgement, form or another tab: no word is lost, and nobody is held back."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.browser.writing import LINES, Bring, amal_in, is_kept, texts
from tests.house.server import Server

# The next answer leaves the page only when the test lets it go; `overtaken` says that the other one has come.
HOLD_THE_ANSWER = """() => openSockets.forEach((socket) => {
  socket.addEventListener("message", ({ data }) => {
    window.overtaken ||= data.includes("from the first tab");
  });
  const send = socket.send.bind(socket);
  socket.send = (data) => {
    if (window.letGo || !String(data).includes("submit_reflection")) return send(data);
    window.letGo = () => send(data);
  };
})"""

# What the server answers to commands reaches the page only when the test lets it go.
HOLD_WHAT_COMES_BACK = """() => openSockets.forEach((socket) => {
  const hear = socket.onmessage;
  const held = [];
  socket.onmessage = (event) => (String(event.data).startsWith("43") ? held.push(event) : hear(event));
  window.letGo = () => { socket.onmessage = hear; held.forEach(hear); };
})"""


def test_words_under_way_keep_the_box_when_the_answer_of_the_other_tab_was_first(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    first, second = amal.page, amal.new_page()
    second.goto(first.url)
    amal.page = second
    amal.is_connected()
    second.evaluate(HOLD_THE_ANSWER)
    amal.writes("slow on its way")
    amal.press("Send")
    amal.page = first
    amal.writes("sent from the first tab")
    amal.sends()
    amal.page = second
    second.wait_for_function("() => window.overtaken")
    expect(amal.box).to_have_value("slow on its way")
    second.evaluate("() => letGo()")
    amal.sees("You have answered already, perhaps in another window. Your words are still here")
    expect(amal.box).to_have_value("slow on its way")
    expect(second.locator("#unsent")).to_be_hidden()
    amal.press("Send the change")
    amal.is_saved()
    leader.sees(lambda: texts(leader) == ["slow on its way"], "the answer of the second tab")


def test_what_was_written_stays_in_the_box_when_the_form_comes_before_the_answer_to_a_pass(
    world: World, house: Server, people: People
) -> None:
    world.open(LINES)
    amal = amal_in(world, house, people)
    amal.page.evaluate(HOLD_WHAT_COMES_BACK)
    amal.writes("rather not say")
    amal.press("Pass")
    expect(amal.page.locator("#answer-form[data-passed]")).to_be_visible()
    amal.page.evaluate("() => letGo()")
    expect(amal.state).to_have_text("You passed. You can still answer.")
    expect(amal.box).to_have_value("rather not say")


def test_another_answer_after_one_was_taken_back_is_stored_also_through_a_reload(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.writes("too much")
    amal.sends()
    for words, reloads in (("just enough", False), ("and enough again", True)):
        amal.writes("")
        amal.press("Take it back")
        amal.press("Yes, take it back")
        expect(amal.page.locator("#withdraw-sheet")).to_be_hidden()
        leader.sees(lambda: texts(leader) == [], "that it was taken back")
        expect(amal.page.locator("#answer-form:not([data-id])")).to_be_visible()
        amal.writes(words)
        if reloads:
            is_kept(amal.page)
            amal.page.reload()
            amal.is_connected()
            expect(amal.box).to_have_value(words)
        amal.press("Send")
        amal.is_saved()
        leader.sees(lambda words=words: texts(leader) == [words], "the other answer")


def test_a_change_of_what_another_tab_took_back_is_an_answer_of_its_own(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.writes("too much")
    amal.sends()
    amal.writes("a change")
    first, amal.page = amal.page, amal.new_page()
    amal.page.goto(first.url)
    amal.is_connected()
    amal.press("Take it back")
    amal.press("Yes, take it back")
    amal.page = first
    expect(amal.send_button).to_have_text("Send")
    amal.sends()
    leader.sees(lambda: texts(leader) == ["a change"], "the answer")


def test_what_was_written_after_sending_is_kept_when_the_answer_arrives_after_a_reload(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.page.evaluate(HOLD_THE_ANSWER)
    amal.writes("sent")
    amal.press("Send")
    amal.writes("sent, and more")
    is_kept(amal.page)
    leader.moves_on()
    amal.sees("The group has moved on")
    amal.page.reload()
    leader.sees(lambda: texts(leader) == ["sent"], "the answer")
    expect(amal.page.locator("#answer-form")).to_contain_text("Second")
    amal.sees("First")
    amal.press("Open it")
    expect(amal.box).to_have_value("sent, and more")


def test_whoever_sent_before_a_reload_goes_along_with_the_group(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open([line("Cards", repeat=True), *LINES])
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    for stage in ("First", "Second"):
        amal.page.evaluate(HOLD_THE_ANSWER)
        amal.writes("half way")
        amal.press("Send")
        before = len(leader.of("reflections"))
        amal.has_kept(".out.")
        amal.page.reload()
        leader.sees(lambda before=before: len(leader.of("reflections")) > before, "the answer")
        expect(amal.state).to_contain_text("Saved")
        expect(amal.box).to_have_value("" if stage == "First" else "half way")
        leader.moves_on()
        expect(amal.page.locator("#stage-name")).to_have_text(stage)
        expect(amal.page.locator("#answer-form")).to_contain_text(stage)
        expect(amal.page.locator("#unsent")).to_be_hidden()


def test_a_change_that_comes_too_late_stays_listed_with_the_reason(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open(LINES)
    leader = actors(world.leader(house.url, session))
    amal = amal_in(world, house, people)
    amal.page.evaluate(HOLD_THE_ANSWER)
    amal.writes("first words")
    amal.press("Send")
    amal.writes("first words, and a change")
    leader.moves_on()
    amal.sees("The group has moved on")
    amal.press("Send and come along")
    amal.page.evaluate("() => letGo()")
    leader.sees(lambda: texts(leader) == ["first words"], "what was sent in time")
    expect(amal.page.locator("#unsent-list")).to_contain_text("First")
    amal.press("Open it")
    expect(amal.box).to_have_value("first words, and a change")
