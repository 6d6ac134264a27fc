"""Lines from one person to another: a facilitator reads each before it goes on; they are given together."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from app.core import stored, turns
from app.core.agenda import Stage, agenda_of, find_stage
from app.core.changes import Change, at
from app.core.course_models import FeedbackLine, LineState, Lot
from app.core.models import GroupSession, Member, Participant, SessionState, Standing, new_id
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.sealing import open_sealed, seal

TYPE, ALL = "feedback", "all"
WRITING, GIVING = "goodbye_lines", "goodbye"  # exercises: lines to the drawn, and their giving
NOT_HERE = "One of these lines is for somebody who cannot be written to here."


# what a person may write, and what becomes of it


def has_lines(stage: Stage) -> bool:
    return any(prompt["type"] == TYPE for prompt in stage["prompts"])


def check(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> None:
    """Refuses lines to somebody who may not be addressed by this person in this stage."""
    offered = addressees(change.db, change.before, stage, person)
    for key, people in offered.items():
        allowed = {each["id"] for each in people}
        if any(each["to"] not in allowed for each in answer.get(key, ())):
            raise Invalid(NOT_HERE)


def keep(change: Change, stage: Stage, person: Any, reflection_id: str, answer: Mapping[str, Any]) -> None:
    """Keeps the lines of an answer beside it; a line that was given already stays as it is."""
    if not has_lines(stage):
        return
    forget(change, reflection_id)
    given = {each.to_id for each in stored.find_all(change.db, FeedbackLine, reflection_id=reflection_id)}
    for prompt in stage["prompts"]:
        for each in answer.get(prompt["key"], ()) if prompt["type"] == TYPE else ():
            if each["to"] not in given:
                _add(change, stage["id"], each["to"], each["text"], reflection_id, person.id)


def forget(change: Change, reflection_id: str) -> None:
    """Removes the lines of an answer that have not been given."""
    change.db.execute(
        delete(FeedbackLine).where(
            col(FeedbackLine.reflection_id) == reflection_id, col(FeedbackLine.delivered_at).is_(None)
        )
    )


def addressees(db: Connection, row: Any, stage: Stage, person: Any) -> dict[str, list[dict[str, str]]]:
    """Whom this person may write to, by prompt key: ids of members (or guests) with their names, or "all"."""
    found: dict[str, list[dict[str, str]]] = {}
    for prompt in stage["prompts"]:
        if prompt["type"] != TYPE:
            continue
        if _to_all(prompt):
            found[prompt["key"]] = [{"id": ALL, "alias": ""}]
            continue
        people = people_of(db, row, with_absent=prompt.get("exercise") in (WRITING, GIVING))
        others = [each for each in people if each["id"] != person_id(person)]
        if prompt.get("who") == "others":  # about the one who works
            taken = [_member_of(db, each) for each in turns.turns_of(db, row.id, stage["id"])[:1]]
            others = [each for each in others if each["id"] in taken]
        if prompt.get("exercise") == WRITING:
            lot = stored.find(
                db, Lot, group_session_id=row.id, stage_id=stage["id"], participant_id=person.id
            )
            drawn = lot.drawn.split() if lot else []
            others = [each for each in others if each["id"] in drawn] if drawn else others
        found[prompt["key"]] = others
    return found


def people_of(db: Connection, row: Any, with_absent: bool) -> list[dict[str, str]]:
    """Those in the room, and with ``with_absent`` the other members of the group: id and alias."""
    rows = stored.find_all(
        db, Participant, ("joined_at", "id"), group_session_id=row.id, standing=Standing.ADMITTED
    )
    people = [
        {"id": person_id(each), "alias": open_sealed(Participant.alias, each.id, each.alias)} for each in rows
    ]
    if with_absent:
        known = {each["id"] for each in people}
        members = stored.find_all(db, Member, ("created_at", "id"), group_id=row.group_id, left_at=None)
        people += [
            {"id": each.id, "alias": open_sealed(Member.alias, each.id, each.alias)}
            for each in members
            if each.id not in known
        ]
    return people


def person_id(person: Any) -> str:
    """By which somebody is addressed: the member, else the guest of this session."""
    return str(person.member_id or person.id)


# the lot for goodbye lines


def draw_lots(change: Change, stage: Stage) -> None:
    """Draws two people for everybody in the room, so that each is drawn twice; once for a stage."""
    if not any(prompt.get("exercise") == WRITING for prompt in stage["prompts"]):
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
    everybody = [each["id"] for each in people_of(change.db, change.before, with_absent=True)]
    drawn = lots([person_id(each) for each in new], everybody)
    for each in new:
        stored.add(
            change.db,
            Lot,
            group_session_id=change.before.id,
            stage_id=stage["id"],
            participant_id=each.id,
            drawn=" ".join(drawn[person_id(each)]),
        )


def draw_lots_here(change: Change) -> None:
    """The same for the stage the group is at, when somebody comes in."""
    if change.before.state in (SessionState.LIVE, SessionState.HELD):
        draw_lots(change, agenda_of(change.before)[change.before.stage_index])


def lots(drawers: list[str], people: list[str]) -> dict[str, list[str]]:
    """Two others for each drawer, by lot; when all of ``people`` draw, each of them is drawn twice."""
    ring = list(people)
    secrets.SystemRandom().shuffle(ring)
    found = {}
    for drawer in drawers:
        place = ring.index(drawer)
        after = [ring[(place + step) % len(ring)] for step in (1, 2)]
        found[drawer] = [each for each in dict.fromkeys(after) if each != drawer]
    return found


# what facilitators do


def check_line(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has read a line: it may go on, is held back, or waits again."""
    line = stored.find(change.db, FeedbackLine, id=command.id)
    if line is None or line.group_id != change.before.group_id:
        raise NotFound()
    if line.delivered_at is not None:
        raise NotNow("This line was given already.")
    if line.state != command.state:
        stored.change(
            change.db, FeedbackLine, line.id, state=LineState(command.state), checked_by=change.who.id
        )
        change.wrote(line.id)
    return at(change)


def add_line(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator writes a line of their own, so that nobody leaves with fewer than the others."""
    _stage(change, command.stage_id)
    people = {each["id"] for each in people_of(change.db, change.before, with_absent=True)}
    if command.to not in people:
        raise NotFound()
    known = stored.find(change.db, FeedbackLine, id=command.id)
    if known is not None and known.group_session_id != change.before.id:
        raise NotFound()
    if known is None:
        _add(change, command.stage_id, command.to, command.text, None, None, command.id)
        change.wrote(command.id)
    return at(change)


def deliver_lines(change: Change, command: Any) -> dict[str, Any]:
    """Gives all checked lines of a stage together; with the goodbye, those of the weeks before as well.

    Lines to members who are not here stay until they are.
    """
    stage = _stage(change, command.stage_id)
    lines = [each for each in _open_lines(change.db, change.before, stage) if each.state == LineState.OK]
    here = {person_id(each): each.id for each in _admitted(change)}
    ready = [each for each in lines if each.to_id == ALL or each.to_id in here]
    if not ready:
        return at(change) | {"delivered": 0}
    if without_line(change.db, change.before, stage):
        raise NotNow("Not everybody here has a line yet. Add one, or wait.")
    for each in ready:
        stored.change(change.db, FeedbackLine, each.id, delivered_at=change.at)
    touched = {here[each.to_id] for each in ready if each.to_id != ALL}
    if any(each.to_id == ALL for each in ready):
        touched = set(here.values())
    change.wrote(command.stage_id, people=touched)
    return at(change) | {"delivered": len(ready)}


def queue(db: Connection, row: Any, stage: Stage) -> dict[str, Any]:
    """The lines of a stage for the console, without their words: from whom, to whom, and how far they are."""
    if not has_lines(stage):
        return {"takes": False, "lines": [], "without": [], "people": []}
    people = people_of(db, row, with_absent=True)
    names = {each["id"]: each["alias"] for each in people}
    lines = _open_lines(db, row, stage) + _given(db, row, stage)
    return {
        "takes": True,
        "lines": [
            {
                "id": each.id,
                "from": _alias(db, each.participant_id),
                "to": "" if each.to_id == ALL else names.get(each.to_id, ""),
                "to_all": each.to_id == ALL,
                "state": each.state.value,
                "given": each.delivered_at is not None,
            }
            for each in lines
        ],
        "without": [names[each] for each in without_line(db, row, stage) if each in names],
        "people": people,
        "ready": sum(each.state == LineState.OK and each.delivered_at is None for each in lines),
    }


def words(db: Connection, row: Any, line_ids: Iterable[str]) -> dict[str, str]:
    """The words of some lines, for a facilitator who uncovers them."""
    found = db.execute(
        select(FeedbackLine.__table__).where(
            col(FeedbackLine.group_id) == row.group_id, col(FeedbackLine.id).in_(list(line_ids))
        )
    ).all()
    return {each.id: open_sealed(FeedbackLine.text, each.id, each.text) for each in found}


def without_line(db: Connection, row: Any, stage: Stage) -> list[str]:
    """Those in the room to whom no line of their own is ready or given."""
    reached = {
        each.to_id
        for each in _open_lines(db, row, stage) + _given(db, row, stage)
        if each.state == LineState.OK
    }
    return [each["id"] for each in people_of(db, row, with_absent=False) if each["id"] not in reached]


def received(db: Connection, row: Any, person: Any) -> list[dict[str, Any]]:
    """The lines that were given to this person in this session, and those to all, oldest first."""
    found = db.execute(
        select(FeedbackLine.__table__)
        .where(
            col(FeedbackLine.group_id) == row.group_id,
            col(FeedbackLine.to_id).in_([person_id(person), ALL]),
            col(FeedbackLine.delivered_at).is_not(None),
            col(FeedbackLine.delivered_at) >= (row.started_at or row.opened_at or person.joined_at),
        )
        .order_by(col(FeedbackLine.delivered_at), col(FeedbackLine.created_at), col(FeedbackLine.id))
    ).all()
    return [
        {
            "id": each.id,
            "alias": _alias(db, each.participant_id),
            "to_all": each.to_id == ALL,
            "text": open_sealed(FeedbackLine.text, each.id, each.text),
        }
        for each in found
        if row.ended_at is None or each.delivered_at <= row.ended_at
        if each.participant_id != person.id
    ]


def _to_all(prompt: Mapping[str, Any]) -> bool:
    return list(prompt.get("options") or ()) == [ALL]


def _member_of(db: Connection, participant_id: str) -> str:
    person = stored.find(db, Participant, id=participant_id)
    return person_id(person) if person else ""


def _alias(db: Connection, participant_id: str | None) -> str:
    person = stored.find(db, Participant, id=participant_id) if participant_id else None
    return open_sealed(Participant.alias, person.id, person.alias) if person else ""


def _stage(change: Change, stage_id: str) -> Stage:
    stages = agenda_of(change.before)
    stage = stages[find_stage(stages, stage_id)]
    if not has_lines(stage):
        raise NotNow("Nobody writes lines to others in this stage.")
    return stage


def _admitted(change: Change) -> list[Any]:
    return stored.find_all(
        change.db, Participant, group_session_id=change.before.id, standing=Standing.ADMITTED
    )


def _gives(stage: Stage) -> bool:
    """Whether the lines of earlier weeks are given in this stage."""
    return any(prompt.get("exercise") == GIVING for prompt in stage["prompts"])


def _open_lines(db: Connection, row: Any, stage: Stage) -> list[Any]:
    order = ("created_at", "id")
    if not _gives(stage):
        return stored.find_all(
            db, FeedbackLine, order, group_session_id=row.id, stage_id=stage["id"], delivered_at=None
        )
    lines = stored.find_all(db, FeedbackLine, order, group_id=row.group_id, delivered_at=None)
    return [each for each in lines if each.stage_id == stage["id"] or _is_goodbye(db, each)]


def _given(db: Connection, row: Any, stage: Stage) -> list[Any]:
    lines = stored.find_all(
        db, FeedbackLine, ("created_at", "id"), group_session_id=row.id, stage_id=stage["id"]
    )
    return [each for each in lines if each.delivered_at is not None]


def _is_goodbye(db: Connection, line: Any) -> bool:
    session = stored.find(db, GroupSession, id=line.group_session_id)
    stages = agenda_of(session) if session else []
    stage = next((each for each in stages if each["id"] == line.stage_id), None)
    return stage is not None and any(prompt.get("exercise") == WRITING for prompt in stage["prompts"])


def _add(
    change: Change,
    stage_id: str,
    to: str,
    text: str,
    reflection_id: str | None,
    participant_id: str | None,
    line_id: str | None = None,
) -> None:
    new = line_id or new_id()
    own = participant_id is None
    stored.add(
        change.db,
        FeedbackLine,
        id=new,
        group_id=change.before.group_id,
        group_session_id=change.before.id,
        stage_id=stage_id,
        reflection_id=reflection_id,
        participant_id=participant_id,
        to_id=to,
        text=seal(FeedbackLine.text, new, text),
        state=LineState.OK if own else LineState.QUEUED,
        checked_by=change.who.id if own else None,
        created_at=change.at,
    )
