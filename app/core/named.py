"""Whom a note of a session may not name, and whose words may not stand in it: for the names check."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import contacts, stored
from app.core.agenda import agenda_of
from app.core.course_models import FeedbackLine
from app.core.models import Member, Participant, Reflection
from app.core.names_check import Person
from app.core.sealing import open_sealed
from app.exercises import COUNTED


def people_of(db: Connection, row: Row[Any]) -> list[Person]:
    """Everybody a session's notes could tell of: all members the group ever had, and the session's guests,
    with all they wrote in this session, also what they took back.
    """
    places = stored.find_all(db, Participant, ("joined_at", "id"), group_session_id=row.id)
    texts = _texts(db, row)
    found = []
    for member in stored.find_all(db, Member, ("created_at", "id"), group_id=row.group_id):
        alias = open_sealed(Member.alias, member.id, member.alias)
        own = [each for each in places if each.member_id == member.id]
        called = {_alias(each) for each in own} - {alias}
        wrote = tuple(text for each in own for text in texts.get(each.id, ()))
        name = contacts.of_member(member)["name"]
        found.append(Person(member.id, alias, name, tuple(sorted(called)), wrote))
    for guest in places:
        if guest.member_id is None:
            found.append(Person(guest.id, _alias(guest), texts=tuple(texts.get(guest.id, ()))))
    return found


def _texts(db: Connection, row: Row[Any]) -> dict[str, list[str]]:
    """What people wrote in words of their own, by participant; what they chose is in words of ours."""
    chosen = {
        (stage["id"], prompt["key"])
        for stage in agenda_of(row)
        for prompt in stage["prompts"]
        if prompt["type"] in COUNTED
    }
    found: dict[str, list[str]] = {}
    of_session = col(Reflection.group_session_id) == row.id
    for each in db.execute(select(Reflection.__table__).where(of_session)).all():
        answer = json.loads(open_sealed(Reflection.answer, each.id, each.answer))
        for key, value in answer.items():
            if (each.stage_id, key) not in chosen:
                found.setdefault(each.participant_id, []).extend(_strings(value))
    for each in stored.find_all(db, FeedbackLine, group_session_id=row.id):
        if each.participant_id is not None:
            text = open_sealed(FeedbackLine.text, each.id, each.text)
            found.setdefault(each.participant_id, []).append(text)
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _alias(place: Any) -> str:
    return open_sealed(Participant.alias, place.id, place.alias)
