"""A member's keepsake: their own words of the whole programme, given back to them by a facilitator.

In it stands what this member wrote themselves, or said yes to when a facilitator wrote it for them. Nothing
that somebody else wrote is in it, not even lines that were given to them: those were others' words, meant for
the room. Nothing that facilitators noted is in it, nothing that was taken back, and no answers that are ticks
and numbers alone.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from app.core import course, goals, over, retention, signed_words, stored
from app.core.agenda import agenda_of, alone
from app.core.models import Facilitator, Group, Member, now
from app.core.opened import answer_of, waits_for_yes
from app.core.record_models import Keepsake
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from app.exercises import COUNTED, TYPES, drawn

PLAN, CIRCLE = "structured_plan", course.CIRCLE
NO_WORDS = COUNTED | {"compare"}  # numbers, and ticks at words of ours
ELSEWHERE = {PLAN, CIRCLE}  # they have a part of their own


# what facilitators do


def give(db: Connection, facilitator_id: str, group_id: str, member_id: str) -> None:
    """The member may open their keepsake from now on, by their personal link and their PIN."""
    _member(db, group_id, member_id)
    values = {"given_at": now(), "given_by": facilitator_id, "revoked_at": None}
    found = stored.find(db, Keepsake, member_id=member_id, lock=True)
    if found is None:
        stored.add(db, Keepsake, member_id=member_id, **values)
    elif found.revoked_at is not None:
        _change(db, member_id, **values)


def revoke(db: Connection, group_id: str, member_id: str) -> None:
    """Nobody can open it any more, at once; it may be given again."""
    _member(db, group_id, member_id)
    if is_given(db, member_id):
        _change(db, member_id, revoked_at=now())


def standing(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """Whether the keepsake is given, since when and by whom; NotFound if they are not of this group."""
    _member(db, group_id, member_id)
    row = stored.find(db, Keepsake, member_id=member_id, revoked_at=None)
    if row is None:
        return {"given": False, "at": None, "by": ""}
    giver = stored.find(db, Facilitator, id=row.given_by)
    by = open_sealed(Facilitator.name, giver.id, giver.name) if giver is not None else ""
    return {"given": True, "at": row.given_at, "by": by}


# what the member reads


def is_given(db: Connection, member_id: str) -> bool:
    return stored.exists(db, Keepsake, member_id=member_id, revoked_at=None)


def opened(db: Connection, member: Any) -> dict[str, Any]:
    """The keepsake of a member's row; NotFound unless it is given. Sessions are in the order of time, each
    with its answers; ``number`` is None for a one-to-one meeting.
    """
    if member is None or not is_given(db, member.id):
        raise NotFound()
    return words_of(db, member)


def words_of(db: Connection, member: Any, for_leaders: bool = False) -> dict[str, Any]:
    """What a keepsake holds, given or not; ``until`` is when the group deletes the words, None while the
    programme goes on. ``for_leaders`` leaves out words that stand in a signed note and nowhere else for them,
    and ``left_out`` says of which sessions, each with its number and time.
    """
    everything = list(_told(db, member.id))
    told = _readable(db, everything) if for_leaders else everything
    read = {(row.id, prompt["key"]) for row, prompt, _ in told}
    left_out = [each for each in everything if (each[0].id, each[1]["key"]) not in read]
    group = stored.find(db, Group, id=member.group_id)
    ended = over.over_at(db, member.group_id, now())
    circles = [drawn(prompt, value) for _, prompt, value in told if prompt["type"] == CIRCLE]
    return {
        "language": group.language if group is not None else "en",
        "time_zone": group.time_zone if group is not None else "UTC",
        "until": retention.kept_until(ended, group.answers_kept, group.days_changed_at)
        if ended and group is not None
        else None,
        "sessions": _sessions(told),
        "left_out": [{"number": each["number"], "at": each["at"]} for each in _sessions(left_out)],
        "circle": {
            "first": circles[0] if circles else None,
            "last": circles[-1] if len(circles) > 1 else None,
        },
        "goals": _goals(db, member.id),
        "plan": _plan(told),
    }


def _told(db: Connection, member_id: str) -> Iterator[tuple[Any, dict[str, Any], Any]]:
    """Everything the member answered: the answer's row, the prompt and the value."""
    for row in db.execute(course.OF_MEMBER, {"member": member_id}):
        if waits_for_yes(row):
            continue
        answer = answer_of(row)
        stages = agenda_of(SimpleNamespace(id=row.group_session_id, agenda=row.agenda))
        stage = next((each for each in stages if each["id"] == row.stage_id), None)
        for prompt in stage["prompts"] if stage is not None else ():
            if prompt["key"] in answer:
                yield row, prompt | {"stage": stage["title"] if stage else ""}, answer[prompt["key"]]


def _readable(db: Connection, told: list[Any]) -> list[Any]:
    """Without words of sessions in which facilitators read this member in the signed note alone."""
    whose = signed_words.hidden(db, *{row.group_session_id for row, _, _ in told})
    return [
        (row, prompt, value)
        for row, prompt, value in told
        if row.participant_id not in whose or signed_words.stays(prompt)
    ]


def _sessions(told: list[Any]) -> list[dict[str, Any]]:
    sessions: dict[str, dict[str, Any]] = {}
    answers: dict[str, dict[str, Any]] = {}
    plans = {row.id for row, prompt, _ in told if prompt["type"] == PLAN}
    for row, prompt, value in told:
        if prompt["type"] in NO_WORDS | ELSEWHERE or row.id in plans:
            continue
        session = sessions.setdefault(
            row.group_session_id,
            {"number": None if alone(row) else row.number, "at": row.created_at, "answers": []},
        )
        if row.id not in answers:
            answers[row.id] = {"stage": prompt["stage"], "parts": []}
            session["answers"].append(answers[row.id])
        text = TYPES[prompt["type"]].as_text(value, prompt)
        part = {"prompt": prompt["text"], "type": prompt["type"], "text": text}
        answers[row.id]["parts"].append(part | {"drawn": drawn(prompt, value)})
    return list(sessions.values())


def _plan(told: list[Any]) -> dict[str, Any] | None:
    """The plan for staying well as it was written last: the signs that were chosen, and each section."""
    plans = [(row, value) for row, prompt, value in told if prompt["type"] == PLAN]
    if not plans:
        return None
    newest, value = plans[-1]
    signs = [
        {"prompt": prompt["text"], "text": TYPES[prompt["type"]].as_text(each, prompt)}
        for row, prompt, each in told
        if row.id == newest.id and prompt["type"] != PLAN
    ]
    sections = [{"prompt": label, "text": text} for label, text in value["sections"].items()]
    return {"parts": signs + sections}


def _goals(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """Each goal then and now, as it was rated; without one that a facilitator wrote and nobody confirmed."""
    return [
        {
            "text": goal["text"],
            "first": ratings[0] if ratings else None,
            "last": ratings[-1] if ratings[1:] else None,
        }
        for goal in goals.goals_of(db, member_id)
        for ratings in [goal["ratings"]]
    ]


def _member(db: Connection, group_id: str, member_id: str) -> Any:
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    return row


def _change(db: Connection, member_id: str, **values: Any) -> None:
    table = Keepsake.__table__
    db.execute(table.update().where(table.c.member_id == member_id).values(**values))
