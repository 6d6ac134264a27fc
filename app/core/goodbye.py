"""Goodbye lines between the session in which they are written and the one in which they are given."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete
from sqlmodel import col

from app.core import feedback, stored
from app.core.agenda import Stage, agenda_of, counts
from app.core.changes import Change
from app.core.course_models import FeedbackLine
from app.core.models import Group, GroupSession, Participant
from app.core.opened import answer_of
from app.core.sealing import open_sealed

# changed after the stage in which they were written


def may_change(db: Connection, row: Any, each: Any) -> bool:
    """Whether lines of an answer (its row) can still be changed: they wait for the goodbye, none of them was
    given, and the last session has not begun.
    """
    stage = next((stage for stage in agenda_of(row) if stage["id"] == each.stage_id), None)
    if stage is None or each.withdrawn_at is not None or not feedback.waits_for_goodbye(stage):
        return False
    lines = stored.find_all(db, FeedbackLine, reflection_id=each.id)
    return not any(line.delivered_at for line in lines) and not _last_has_begun(db, row)


def to_change(db: Connection, row: Any, mine: Sequence[Any]) -> dict[str, Any] | None:
    """The first of a person's answers (rows) whose lines they can still change: what ``submit_reflection``
    takes, and ``boxes`` for the page: name, key, to, alias ("" for all) and text. None if there is none.
    """
    for each in mine:
        if not each.passed and may_change(db, row, each):
            stage = next(stage for stage in agenda_of(row) if stage["id"] == each.stage_id)
            person = stored.find(db, Participant, id=each.participant_id)
            offered, answer = feedback.addressees(db, row, stage, person), answer_of(each)
            return {
                "id": each.id,
                "revision": each.revision + 1,
                "stage_id": each.stage_id,
                "audience": each.audience.value,
                "answer": answer,
                "boxes": [
                    {
                        "name": box_name(key, one["id"]),
                        "key": key,
                        "to": one["id"],
                        "alias": one["alias"],
                        "text": _text(answer, key, one["id"]),
                    }
                    for key, people in offered.items()
                    for one in people
                ],
            }
    return None


def changed(entry: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """The payload of ``submit_reflection`` for an entry of ``to_change`` with these texts, by the names of
    their boxes. A line without a text, and one to somebody for whom there is no box, stays as it is.
    """
    answer = dict(entry["answer"])
    for key in {box["key"] for box in entry["boxes"]}:
        typed = {
            box["to"]: texts[box["name"]]
            for box in entry["boxes"]
            if box["key"] == key and box["name"] in texts
        }
        kept = [each for each in answer.get(key, ()) if each["to"] not in typed]
        answer[key] = kept + [{"to": to, "text": text} for to, text in typed.items()]
    return {name: entry[name] for name in ("id", "revision", "stage_id", "audience")} | {"answer": answer}


def left_over(entry: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
    """Of these texts those that ``changed`` cannot keep: there is no box of this name any more. None of them
    is empty, or stands in the answer already.
    """
    boxed = {box["name"] for box in entry["boxes"]}
    stands = {
        box_name(key, each["to"]): each["text"]
        for key, lines in entry["answer"].items()
        if isinstance(lines, list)
        for each in lines
        if isinstance(each, Mapping) and "to" in each
    }
    return [
        text
        for name, text in texts.items()
        if name not in boxed and text.strip() and text.strip() != stands.get(name)
    ]


def box_name(key: str, to: str) -> str:
    """What names the line to somebody within an answer, whoever else there is."""
    return f"{key}.{to}"


def _text(answer: Mapping[str, Any], key: str, to: str) -> str:
    return next((str(each["text"]) for each in answer.get(key, ()) if each["to"] == to), "")


def _last_has_begun(db: Connection, row: Any) -> bool:
    group = stored.find(db, Group, id=row.group_id)
    last = group.sessions if group is not None and group.sessions else None
    return any(
        each.started_at is not None
        and (any(map(feedback.gives_goodbye, agenda_of(each))) or (last is not None and each.number >= last))
        for each in stored.find_all(db, GroupSession, group_id=row.group_id, kind="group")
        if each.id != row.id and counts(each)
    )


# in the goodbye itself


def own_waiting(db: Connection, row: Any, stage: Stage, person: Any) -> dict[str, list[dict[str, str]]]:
    """What a member has written in the weeks before and nobody was given yet, as the form of the goodbye
    holds it: lines by prompt key, to those whom they can write to there.
    """
    if person.member_id is None or not feedback.gives_goodbye(stage):
        return {}
    waiting = _earlier(db, row, stage, person)
    lines = {line.to_id: open_sealed(FeedbackLine.text, line.id, line.text) for line in waiting}
    found = {
        key: [{"to": each["id"], "text": lines[each["id"]]} for each in people if each["id"] in lines]
        for key, people in feedback.addressees(db, row, stage, person).items()
    }
    return {key: listed for key, listed in found.items() if listed}


def replace(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Takes out what a member wrote before to those for whom the form of the goodbye has a box, which held
    it: what they write there now, or nothing, stands in its place. Gives the lines (to, text) that say the
    same: those stay as they are, read by a facilitator or not.
    """
    if person.member_id is None or not feedback.gives_goodbye(stage):
        return set()
    keys = [prompt["key"] for prompt in stage["prompts"] if prompt["type"] == feedback.TYPE]
    sent = {(each["to"], each["text"]) for key in keys for each in answer.get(key, ())}
    boxes = {
        each["id"]
        for people in feedback.addressees(change.db, change.before, stage, person).values()
        for each in people
    }
    stay = set()
    for line in _earlier(change.db, change.before, stage, person):
        stands = (line.to_id, open_sealed(FeedbackLine.text, line.id, line.text))
        if stands in sent:
            stay.add(stands)
        elif line.to_id in boxes:
            change.db.execute(delete(FeedbackLine).where(col(FeedbackLine.id) == line.id))
    return stay


def give_way(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> None:
    """What a facilitator wrote down for a member has their yes: it takes the place of what they wrote before
    to the same people.
    """
    if person.member_id is None or not feedback.gives_goodbye(stage):
        return
    keys = [prompt["key"] for prompt in stage["prompts"] if prompt["type"] == feedback.TYPE]
    sent = {each["to"] for key in keys for each in answer.get(key, ())}
    for line in _earlier(change.db, change.before, stage, person):
        if line.to_id in sent:
            change.db.execute(delete(FeedbackLine).where(col(FeedbackLine.id) == line.id))


def _earlier(db: Connection, row: Any, stage: Stage, person: Any) -> list[Any]:
    """A member's lines that wait for the goodbye at this stage, oldest first; none of the stage itself."""
    seats = {each.id for each in stored.find_all(db, Participant, member_id=person.member_id)}
    lines = stored.find_all(db, FeedbackLine, ("created_at", "id"), group_id=row.group_id, delivered_at=None)
    return [
        each
        for each in lines
        if each.participant_id in seats
        and (each.group_session_id, each.stage_id) != (row.id, stage["id"])
        and feedback.is_goodbye(db, each)
    ]
