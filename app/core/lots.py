"""The lot for goodbye lines: everybody draws two others, so that each is drawn, and as evenly as can be."""

import secrets
from collections import Counter

from app.core import feedback, stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Change
from app.core.course_models import Lot
from app.core.models import Participant, SessionState, Standing


def draw(change: Change, stage: Stage) -> None:
    """Draws two people for everybody in the room, so that nobody there is left out; once for a stage."""
    if not any(prompt.get("exercise") == feedback.WRITING for prompt in stage["prompts"]):
        return
    rows = stored.find_all(
        change.db,
        Participant,
        ("joined_at", "id"),
        group_session_id=change.before.id,
        standing=Standing.ADMITTED,
    )
    lots = stored.find_all(change.db, Lot, group_session_id=change.before.id, stage_id=stage["id"])
    known = {each.participant_id for each in lots}
    new = [each for each in rows if each.id not in known]
    if not new:
        return
    everybody = [each["id"] for each in feedback.people_of(change.db, change.before, with_absent=True)]
    drawers = [feedback.person_id(each) for each in new]
    if lots:
        drawn = drawn_later(drawers, everybody, Counter(to for each in lots for to in each.drawn.split()))
    else:
        drawn = drawn_by(drawers, everybody)
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
    """Two others for each drawer, by lot; ``drawers`` are all who are here, the rest of ``people`` are not.

    The drawers are a ring and each draws the next one first, so that nobody here is left out. The second
    draws go to those who are not here and then evenly to all: nobody is drawn twice more than another.
    """
    lot = secrets.SystemRandom()
    ring = lot.sample(drawers, len(drawers))
    absent = [each for each in people if each not in drawers]
    if len(ring) == 1:
        return {ring[0]: lot.sample(absent, min(2, len(absent)))}
    # of three or more here, a second draw may also be the one after the next
    again = ring if len(ring) > 2 else []
    firsts = lot.sample(absent, min(len(absent), len(ring)))
    rest = lot.sample([*absent, *again], min(len(ring) - len(firsts), len(absent) + len(again)))
    away = firsts + [each for each in rest if each in absent]
    found = {}
    for place, drawer in enumerate(ring):
        second = ring[(place + 2) % len(ring)]
        found[drawer] = [ring[(place + 1) % len(ring)]]
        if second in again and second in rest:
            found[drawer].append(second)
        elif away:
            found[drawer].append(away.pop())
    return found


def drawn_later(drawers: list[str], people: list[str], lines: Counter[str]) -> dict[str, list[str]]:
    """Two others for each who comes after the lot, those who have the fewest ``lines`` so far."""
    lot = secrets.SystemRandom()
    found = {}
    for drawer in drawers:
        others = lot.sample([each for each in people if each != drawer], len(people) - 1)
        found[drawer] = sorted(others, key=lambda each: lines[each])[:2]
        lines.update(found[drawer])
    return found
