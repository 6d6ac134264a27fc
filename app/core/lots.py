"""The lot for goodbye lines: everybody draws two others, so that each is drawn, and as evenly as can be."""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import update
from sqlmodel import col

from app.core import feedback, stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Change
from app.core.course_models import FeedbackLine, Lot
from app.core.models import Participant, SessionState, Standing

MOST = 5  # people whom one can have drawn: as many ids as the row holds


def draw(change: Change, stage: Stage) -> None:
    """Draws two people for everybody in the room, so that nobody there is left out; who comes later, or back,
    is drawn by one of those who are there, who then has one more.
    """
    if not any(prompt.get("exercise") == feedback.WRITING for prompt in stage["prompts"]):
        return
    place = {"group_session_id": change.before.id, "stage_id": stage["id"]}
    rows = stored.find_all(
        change.db,
        Participant,
        ("joined_at", "id"),
        group_session_id=change.before.id,
        standing=Standing.ADMITTED,
        left_at=None,
    )
    lots = {each.participant_id: each.drawn.split() for each in stored.find_all(change.db, Lot, **place)}
    here = {feedback.person_id(each): each.id for each in rows}
    stands = {person: lots[seat] for person, seat in here.items() if seat in lots}
    everybody = [each["id"] for each in feedback.people_of(change.db, change.before, with_absent=True)]
    written = {each.to_id for each in stored.find_all(change.db, FeedbackLine, **place)}
    drawn = drawn_later(list(here), everybody, stands, written) if lots else drawn_by(list(here), everybody)
    for person, seat in here.items():
        told = " ".join(drawn[person])
        if person not in stands:
            stored.add(change.db, Lot, **place, participant_id=seat, drawn=told)
        elif drawn[person] != stands[person]:
            mine = (col(Lot.group_session_id) == change.before.id, col(Lot.stage_id) == stage["id"])
            own = col(Lot.participant_id) == seat
            change.db.execute(update(Lot).where(*mine, own).values(drawn=told))
            change.people.add(seat)  # their form holds one more name


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


def drawn_later(
    here: list[str], people: list[str], stands: Mapping[str, list[str]], written: Collection[str] = ()
) -> dict[str, list[str]]:
    """Whom everybody ``here`` writes to after somebody came late: what ``stands`` (drawn before, by person)
    stays and may grow, since its lines may be half written.

    Everybody has two others, as far as there are two, those whom the fewest have drawn first. Whoever is here
    and nobody here has drawn then goes to somebody with the fewest; ``written`` says who has a line already.
    """
    lot = secrets.SystemRandom()
    found = {each: list(stands.get(each, ())) for each in here}
    lines = Counter(to for two in found.values() for to in two)
    for drawer in sorted(here, key=lambda each: each in stands):  # those who came late first
        others = [each for each in lot.sample(people, len(people)) if each not in (drawer, *found[drawer])]
        others.sort(key=lambda each: (lines[each], each not in here))
        lacks = 2 - len(set(found[drawer]) & set(people))  # whoever has left cannot be written to
        more = others[: max(0, min(lacks, MOST - len(found[drawer])))]
        found[drawer] += more
        lines.update(more)
    for person in here:
        drawers = [each for each in lot.sample(here, len(here)) if each != person and len(found[each]) < MOST]
        if drawers and not lines[person] and person not in written:
            found[min(drawers, key=lambda each: len(found[each]))].append(person)
    return found
