"""Whom a note of a session may not name, and whose words may not stand in it: for the names check."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import contacts, stored
from app.core.agenda import agenda_of
from app.core.course_models import FeedbackLine
from app.core.models import Member, Participant, Reflection
from app.core.names_check import Person, tokens_of
from app.core.sealing import open_sealed
from app.exercises import COUNTED, TYPES

GAP = 4  # words of ours, such as "(7 of 10) 2.", that leave what stands on both sides in a row
Span = tuple[int, int]


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
    prompts = {stage["id"]: {each["key"]: each for each in stage["prompts"]} for stage in agenda_of(row)}
    found: dict[str, list[str]] = {}
    of_session = col(Reflection.group_session_id) == row.id
    for each in db.execute(select(Reflection.__table__).where(of_session)).all():
        answer = json.loads(open_sealed(Reflection.answer, each.id, each.answer))
        found.setdefault(each.participant_id, []).extend(_said(answer, prompts.get(each.stage_id, {})))
    for each in stored.find_all(db, FeedbackLine, group_session_id=row.id):
        if each.participant_id is not None:
            text = open_sealed(FeedbackLine.text, each.id, each.text)
            found.setdefault(each.participant_id, []).append(text)
    return found


def _said(answer: Mapping[str, Any], prompts: Mapping[str, Any]) -> list[str]:
    """What one answer says: its own words one after another, as they follow each other in its plain text; and
    what of the plain text somebody may copy, with the few words of ours between them.
    """
    own, copied, unseen = [], [], []
    for key, value in answer.items():
        prompt = prompts.get(key)
        if prompt is not None and prompt["type"] in COUNTED:
            continue
        strings = [each for each in _strings(value) if each]
        text = "\n".join(strings) if prompt is None else TYPES[prompt["type"]].as_text(value, prompt)
        places = _places(strings, text)
        own += [text[start:end] for start, end in places]
        copied += _rows(text, places)
        unseen += [each for each in strings if each not in text]
    return ["\n".join(own), *copied, *unseen]


def _places(strings: list[str], text: str) -> list[Span]:
    """Where these stand in the text, each in a place of its own; the longest first, as it may hold others."""
    taken: list[Span] = []
    for each in sorted(strings, key=len, reverse=True):
        start = text.find(each)
        while start >= 0 and any(start < end and begin < start + len(each) for begin, end in taken):
            start = text.find(each, start + 1)
        if start >= 0:
            taken.append((start, start + len(each)))
    return sorted(taken)


def _rows(text: str, places: list[Span]) -> list[str]:
    """Stretches of a text over several places with no more than a few words between them."""
    found: list[tuple[int, int, int]] = []  # start, end, how many places
    for start, end in places:
        if found and sum(1 for _ in tokens_of(text[found[-1][1] : start])) <= GAP:
            found[-1] = (found[-1][0], end, found[-1][2] + 1)
        else:
            found.append((start, end, 1))
    return [text[start:end] for start, end, many in found if many > 1]


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
