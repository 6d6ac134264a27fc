"""Private notes in the summary, and a stage of many questions on the wall."""

from collections.abc import Callable

from flask import Flask

from app.core import groups
from app.core.changes import Who
from app.core.models import GroupSession
from app.core.sealing import open_sealed
from tests.core.cast import Oak, prompt, stage
from tests.house.browser import Browser


def test_a_summary_tells_each_reader_their_own_notes_alone(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    oak.does(oak.fola, "save_note", text="Canary of Fola.", revision=1, stage_id="words")
    oak.does(oak.sami, "save_note", text="Canary of Sami.", revision=1, participant_id=oak.amal.id)
    page, address = fola.visit(f"/sessions/{oak.id}/summary"), f"/sessions/{oak.id}/summary"
    assert "Canary of Fola." in page
    assert "Canary of Sami." not in page
    assert "Canary of Sami." in browser_of(oak.leaders["Sami"]).visit(address)


def test_the_wall_shows_the_title_and_the_first_six_of_many_questions(oak: Oak, stranger: Browser) -> None:
    many = stage("many", *(prompt(f"question-{place}") for place in range(1, 9)))
    oak.id = str(oak.database.writer.do(groups.plan_session, oak.group_id, [many]))
    oak.people = {name: type(who)(who.kind, oak.id, who.id) for name, who in oak.people.items()}
    oak.does(oak.fola, "open_lobby")
    oak.does(oak.fola, "start")
    link = open_sealed(GroupSession.display_link, oak.id, oak.row().display_link)
    wall = stranger.client.get(f"/display/{link}").text
    assert '<h1 class="ask">Many</h1>' in wall
    for place in range(1, 9):
        assert (f"Tell us about question-{place}." in wall) == (place <= 6)


def test_after_the_end_a_wall_is_sent_nothing_that_was_shown(oak: Oak, app: Flask) -> None:
    answer = oak.writes(oak.amal, text="canary")
    oak.does(oak.fola, "show_reflection", id=answer["id"])

    def screen() -> str:
        with app.test_request_context(), oak.database.reader() as db:
            return str(app.extensions["concentric"].screens.screen(db, oak.row(), Who("display", oak.id)))

    assert "canary" in screen()
    oak.does(oak.fola, "end")
    assert "canary" not in screen()
