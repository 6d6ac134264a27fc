"""Themes, focus areas and perspectives: the marks that facilitators set on answers while reading.

A tag is a key of AREAS or PERSPECTIVES, or ``theme:`` and words of the facilitators' own. Tags are set and
taken off one at a time, so that two who read at once overwrite nothing of each other's.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlmodel import col

from app.core import stored
from app.core.agenda import counts
from app.core.changes import Change, Who, changing
from app.core.course import AREAS
from app.core.models import Audience, GroupSession, Participant, Reflection
from app.core.record_models import Tags
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal

PERSPECTIVES = ("how_we_are_with_others", "how_others_are_with_us", "how_relationships_change")
THEME = "theme:"
LONGEST = 60  # characters of a theme
MOST = 20  # tags on one answer

STANDING = (
    select(Tags.__table__, col(Participant.id).label("person_id"), col(Participant.member_id))
    .join(Reflection, col(Reflection.id) == col(Tags.reflection_id))
    .join(Participant, col(Participant.id) == col(Reflection.participant_id))
    .where(col(Reflection.withdrawn_at).is_(None), col(Reflection.passed).is_(False))
    .order_by(col(Reflection.created_at), col(Reflection.id))
)
OF_SESSION = STANDING.where(col(Tags.group_session_id) == bindparam("session"))
OF_GROUP = (
    select(col(Tags.reflection_id), col(Tags.tags))
    .join(GroupSession, col(GroupSession.id) == col(Tags.group_session_id))
    .where(col(GroupSession.group_id) == bindparam("group"))
    .order_by(col(Tags.tagged_at).desc(), col(Tags.reflection_id))
)


def set_tag(
    db: Connection, facilitator_id: str, group_session_id: str, reflection_id: str, tag: str, on: bool
) -> list[str]:
    """Puts one tag on an answer of this session, or takes it off; returns the tags that stand on it then.

    The same again changes nothing. A theme that the group knows already is kept in its spelling.
    """
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "tag") as change:
        answer = stored.find(db, Reflection, id=reflection_id, group_session_id=group_session_id)
        if answer is None or answer.withdrawn_at is not None or answer.passed or not counts(change.before):
            raise NotFound()
        wanted = _read(tag)
        row = stored.find(db, Tags, reflection_id=reflection_id)
        stands = _tags(row) if row else []
        found = next((each for each in stands if each.casefold() == wanted.casefold()), None)
        if on == (found is not None):
            return stands
        if on:
            if len(stands) >= MOST:
                raise Invalid("There are many tags on this answer already. Take one off first.")
            after = [*stands, _spelled(db, change.before.group_id, wanted)]
        else:
            after = [each for each in stands if each != found]
        _keep(change, row, reflection_id, after)
        return after


def of_session(db: Connection, group_session_id: str) -> dict[str, list[str]]:
    """The tags of each tagged answer of a session, by the answer's id; withdrawn answers are left out."""
    return {each.reflection_id: _tags(each) for each in _of_session(db, group_session_id)}


def themes_of(db: Connection, group_session_id: str) -> dict[str, list[dict[str, Any]]]:
    """What the answers of a session were tagged with, without names: ``themes``, ``areas`` and
    ``perspectives``, each a list of ``{"text", "count"}``, most first.

    ``text`` is the theme's words, or the key of an area or a perspective; ``count`` how many people's
    answers carry it.
    """
    people: dict[str, set[str]] = {}
    for row in _of_session(db, group_session_id):
        for tag in _tags(row):
            people.setdefault(tag, set()).add(row.person_id)
    return _sorted_out(Counter({tag: len(each) for tag, each in people.items()}))


def of_member(db: Connection, group_session_id: str, member_id: str) -> dict[str, list[dict[str, Any]]]:
    """The same of one member's answers in a session; ``count`` is how many of the answers carry it."""
    own = [row for row in _of_session(db, group_session_id) if row.member_id == member_id]
    return _sorted_out(Counter(tag for row in own for tag in _tags(row)))


def areas_of(db: Connection, group_session_ids: Iterable[str]) -> dict[str, set[str]]:
    """The focus areas of each of these sessions that point at nobody: tagged on what was written for the
    group with a name, or on answers of two people or more. What was tagged on one person's private answer,
    or on what somebody has not said yes to yet, is in none.
    """
    whose: dict[tuple[str, str], set[str]] = {}
    named: set[tuple[str, str]] = set()
    theirs = col(Reflection.written_by).is_(None) | col(Reflection.confirmed_at).is_not(None)
    of_these = STANDING.where(col(Tags.group_session_id).in_(list(group_session_ids)), theirs)
    for row in db.execute(of_these.add_columns(col(Reflection.audience))).all():
        for area in set(_tags(row)) & set(AREAS):
            place = (row.group_session_id, area)
            whose.setdefault(place, set()).add(row.person_id)
            named |= {place} if row.audience == Audience.NAMED else set()
    found: dict[str, set[str]] = {}
    for place, people in whose.items():
        if place in named or len(people) > 1:
            found.setdefault(place[0], set()).add(place[1])
    return found


def themes_of_group(db: Connection, group_id: str) -> list[str]:
    """The words of all themes that a group's answers were tagged with, the newest first, each once."""
    found: dict[str, str] = {}
    for row in db.execute(OF_GROUP, {"group": group_id}).all():
        for tag in _tags(row):
            if tag.startswith(THEME):
                found.setdefault(tag.casefold(), tag.removeprefix(THEME))
    return list(found.values())


def _read(tag: str) -> str:
    """A tag as it is kept; raises Invalid for what is none."""
    if tag in AREAS or tag in PERSPECTIVES:
        return tag
    words = " ".join(tag.removeprefix(THEME).split())
    if not tag.startswith(THEME) or not words or not words.isprintable():
        raise Invalid("Write a word or two for the theme.")
    if len(words) > LONGEST:
        raise Invalid("A theme is a few words: 60 letters at most.")
    return f"{THEME}{words}"


def _spelled(db: Connection, group_id: str, tag: str) -> str:
    if not tag.startswith(THEME):
        return tag
    known = (f"{THEME}{words}" for words in themes_of_group(db, group_id))
    return next((each for each in known if each.casefold() == tag.casefold()), tag)


def _keep(change: Change, row: Row[Any] | None, reflection_id: str, tags: Sequence[str]) -> None:
    sealed = seal(Tags.tags, reflection_id, json.dumps(tags, ensure_ascii=False))
    values: dict[str, Any] = {"tags": sealed, "tagged_by": change.who.id, "tagged_at": change.at}
    if row is None:
        place = {"reflection_id": reflection_id, "group_session_id": change.before.id}
        stored.add(change.db, Tags, **place, **values)
    else:
        change.db.execute(update(Tags).where(col(Tags.reflection_id) == reflection_id).values(**values))
    change.wrote(reflection_id)


def _of_session(db: Connection, group_session_id: str) -> list[Row[Any]]:
    return list(db.execute(OF_SESSION, {"session": group_session_id}).all())


def _tags(row: Any) -> list[str]:
    tags: list[str] = json.loads(open_sealed(Tags.tags, row.reflection_id, row.tags))
    return tags


def _sorted_out(counted: Counter[str]) -> dict[str, list[dict[str, Any]]]:
    def told(tags: Iterable[str]) -> list[dict[str, Any]]:
        return [
            {"text": tag.removeprefix(THEME), "count": count}
            for tag, count in counted.most_common()
            if tag in tags
        ]

    return {
        "themes": told([tag for tag in counted if tag.startswith(THEME)]),
        "areas": told(AREAS),
        "perspectives": told(PERSPECTIVES),
    }
