"""Lines from one person to another: a facilitator reads each before it goes on; they are given together."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from app.core import stored, turns
from app.core.agenda import Stage, agenda_of, alone, find_stage
from app.core.changes import Change, at
from app.core.course_models import FeedbackLine, LineState, Lot
from app.core.models import GroupSession, Member, Participant, Reflection, Standing, new_id
from app.core.opened import waits_for_yes
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.sealing import open_sealed, seal

TYPE, ALL = "feedback", "all"
WRITING, GIVING = "goodbye_lines", "goodbye"  # exercises: lines to the drawn, and their giving
NOT_HERE = "One of these lines is for somebody who cannot be written to here."


# what a person may write, and what becomes of it


def has_lines(stage: Stage) -> bool:
    return any(prompt["type"] == TYPE for prompt in stage["prompts"])


def check(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> None:
    """Refuses lines to somebody who may not be addressed by this person in this stage. A line that this
    person has written already may be sent again, whoever has left since.
    """
    offered = addressees(change.db, change.before, stage, person)
    for key, people in offered.items():
        allowed = {each["id"] for each in people} | _written_to(change.db, stage, person)
        if any(each["to"] not in allowed for each in answer.get(key, ())):
            raise Invalid(NOT_HERE)


def keep(
    change: Change,
    stage: Stage,
    person: Any,
    reflection_id: str,
    answer: Mapping[str, Any],
    stay: Collection[tuple[str, str]] = (),
) -> None:
    """Keeps the lines of an answer beside it. A line that was given, or says the same as before, stays as it
    is, and so does one to somebody whom the person's form no longer holds. ``stay`` are lines (to, text) that
    stand in another answer of theirs already.
    """
    if not has_lines(stage):
        return
    offered = addressees(change.db, change.before, stage, person)
    sent = [(each["to"], each["text"]) for key in offered for each in answer.get(key, ())]
    named = {to for to, _ in sent} | {each["id"] for people in offered.values() for each in people}
    for line in stored.find_all(change.db, FeedbackLine, reflection_id=reflection_id):
        stands = (line.to_id, open_sealed(FeedbackLine.text, line.id, line.text))
        if line.delivered_at is not None:
            sent = [each for each in sent if each[0] != line.to_id]
        elif stands in sent:
            sent.remove(stands)
        elif line.to_id in named:
            change.db.execute(delete(FeedbackLine).where(col(FeedbackLine.id) == line.id))
    for to, text in [each for each in sent if each not in stay]:
        _add(change, stage["id"], to, text, reflection_id, person.id)


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
        if prompt.get("who") == "others":  # about whoever works, or has worked in this stage
            worked = _workers(db, row, stage)
            others = [each for each in others if each["id"] in worked]
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

    Lines to members who are not here stay until they are, and goodbye lines until the goodbye; lines that a
    facilitator wrote for somebody stay until that person has said yes to them.
    """
    stage = _stage(change, command.stage_id)
    if waits_for_goodbye(stage):
        raise NotNow("Goodbye lines are given out with the goodbye, in the last session.")
    lines = [each for each in _open_lines(change.db, change.before, stage) if _goes_on(change.db, each)]
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
        return {"takes": False, "later": False, "lines": [], "without": [], "people": []}
    people = people_of(db, row, with_absent=True)
    names = {each["id"]: each["alias"] for each in people}
    lines = _open_lines(db, row, stage) + _given(db, row, stage)
    return {
        "takes": True,
        "later": waits_for_goodbye(stage),
        "lines": [
            {
                "id": each.id,
                "from": alias_of(db, each.participant_id),
                "to": "" if each.to_id == ALL else names.get(each.to_id, ""),
                "to_all": each.to_id == ALL,
                "state": each.state.value,
                "given": each.delivered_at is not None,
                "waits": awaits_yes(db, each),
            }
            for each in lines
        ],
        "without": [names[each] for each in without_line(db, row, stage) if each in names],
        "people": people,
        "ready": sum(each.delivered_at is None and _goes_on(db, each) for each in lines),
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
    """Those in the room who may be written to in this stage, and to whom no line of their own is ready or
    given.
    """
    reached = {each.to_id for each in _open_lines(db, row, stage) if _goes_on(db, each)}
    reached |= {each.to_id for each in _given(db, row, stage)}
    waiting = [each["id"] for each in people_of(db, row, with_absent=False) if each["id"] not in reached]
    if all(prompt.get("who") == "others" for prompt in stage["prompts"] if prompt["type"] == TYPE):
        worked = _workers(db, row, stage)
        return [each for each in waiting if each in worked]
    return waiting


def received(db: Connection, row: Any, person: Any) -> list[dict[str, Any]]:
    """The lines that were given to this person in this session, and those to all, oldest first; none of their
    own, whenever they wrote it.
    """
    seats = stored.find_all(db, Participant, member_id=person.member_id) if person.member_id else [person]
    own = {each.id for each in seats}
    found = db.execute(
        select(FeedbackLine.__table__)
        .where(
            col(FeedbackLine.group_id) == row.group_id,
            col(FeedbackLine.to_id).in_([person_id(person), *([] if alone(row) else [ALL])]),
            col(FeedbackLine.delivered_at).is_not(None),
            col(FeedbackLine.delivered_at) >= (row.started_at or row.opened_at or person.joined_at),
        )
        .order_by(col(FeedbackLine.delivered_at), col(FeedbackLine.created_at), col(FeedbackLine.id))
    ).all()
    return [
        {
            "id": each.id,
            "alias": alias_of(db, each.participant_id),
            "to_all": each.to_id == ALL,
            "text": open_sealed(FeedbackLine.text, each.id, each.text),
        }
        for each in found
        if row.ended_at is None or each.delivered_at <= row.ended_at
        if each.participant_id not in own
    ]


def awaits_yes(db: Connection, line: Any) -> bool:
    """Whether a line stands in an answer that a facilitator wrote for somebody who has not confirmed it."""
    if line.reflection_id is None or line.delivered_at is not None:
        return False
    answer = stored.find(db, Reflection, id=line.reflection_id)
    return answer is not None and waits_for_yes(answer)


def _goes_on(db: Connection, line: Any) -> bool:
    return line.state == LineState.OK and not awaits_yes(db, line)


def _to_all(prompt: Mapping[str, Any]) -> bool:
    return list(prompt.get("options") or ()) == [ALL]


def _workers(db: Connection, row: Any, stage: Stage) -> set[str]:
    """Those who have, or had, the turn in a stage, as they are addressed."""
    people = (stored.find(db, Participant, id=each) for each in turns.turns_of(db, row.id, stage["id"]))
    return {person_id(each) for each in people if each is not None}


def _written_to(db: Connection, stage: Stage, person: Any) -> set[str]:
    """To whom this person has a line already in this stage."""
    lines = stored.find_all(db, FeedbackLine, participant_id=person.id, stage_id=stage["id"])
    return {each.to_id for each in lines}


def alias_of(db: Connection, participant_id: str | None) -> str:
    """Who wrote a line; "" for a facilitator's own."""
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


def waits_for_goodbye(stage: Stage) -> bool:
    """Whether the lines that are written in this stage are given in a later session."""
    return writes_goodbye(stage) and not gives_goodbye(stage)


def writes_goodbye(stage: Stage) -> bool:
    return any(prompt.get("exercise") == WRITING for prompt in stage["prompts"])


def gives_goodbye(stage: Stage) -> bool:
    """Whether the lines of earlier weeks are given in this stage."""
    return any(prompt.get("exercise") == GIVING for prompt in stage["prompts"])


def _open_lines(db: Connection, row: Any, stage: Stage) -> list[Any]:
    order = ("created_at", "id")
    if not gives_goodbye(stage):
        return stored.find_all(
            db, FeedbackLine, order, group_session_id=row.id, stage_id=stage["id"], delivered_at=None
        )
    lines = stored.find_all(db, FeedbackLine, order, group_id=row.group_id, delivered_at=None)
    return [each for each in lines if each.stage_id == stage["id"] or is_goodbye(db, each)]


def _given(db: Connection, row: Any, stage: Stage) -> list[Any]:
    lines = stored.find_all(
        db, FeedbackLine, ("created_at", "id"), group_session_id=row.id, stage_id=stage["id"]
    )
    return [each for each in lines if each.delivered_at is not None]


def is_goodbye(db: Connection, line: Any) -> bool:
    session = stored.find(db, GroupSession, id=line.group_session_id)
    stages = agenda_of(session) if session else []
    stage = next((each for each in stages if each["id"] == line.stage_id), None)
    return stage is not None and writes_goodbye(stage)


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
