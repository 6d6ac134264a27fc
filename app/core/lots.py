"""The lot for goodbye lines: everybody draws two others, so that each is drawn twice."""

import secrets

from app.core import feedback, stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Change
from app.core.course_models import Lot
from app.core.models import Participant, SessionState, Standing


def draw(change: Change, stage: Stage) -> None:
    """Draws two people for everybody in the room, so that each is drawn twice; once for a stage."""
    if not any(prompt.get("exercise") == feedback.WRITING for prompt in stage["prompts"]):
        return
    rows = stored.find_all(
        change.db,
        Participant,
        ("joined_at", "id"),
        group_session_id=change.before.id,
        standing=Standing.ADMITTED,
    )
    known = {
        each.participant_id
        for each in stored.find_all(change.db, Lot, group_session_id=change.before.id, stage_id=stage["id"])
    }
    new = [each for each in rows if each.id not in known]
    if not new:
        return
    everybody = [each["id"] for each in feedback.people_of(change.db, change.before, with_absent=True)]
    drawn = drawn_by([feedback.person_id(each) for each in new], everybody)
    for each in new:
        stored.add(
            change.db,
            Lot,
            group_session_id=change.before.id,
            stage_id=stage["id"],
            participant_id=each.id,
            drawn=" ".join(drawn[feedback.person_id(each)]),
        )


def draw_here(change: Change) -> None:
    """The same for the stage the group is at, when somebody comes in."""
    if change.before.state in (SessionState.LIVE, SessionState.HELD):
        draw(change, agenda_of(change.before)[change.before.stage_index])


def drawn_by(drawers: list[str], people: list[str]) -> dict[str, list[str]]:
    """Two others for each drawer, by lot; when all of ``people`` draw, each of them is drawn twice."""
    ring = list(people)
    secrets.SystemRandom().shuffle(ring)
    found = {}
    for drawer in drawers:
        place = ring.index(drawer)
        after = [ring[(place + step) % len(ring)] for step in (1, 2)]
        found[drawer] = [each for each in dict.fromkeys(after) if each != drawer]
    return found
