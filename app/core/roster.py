"""The people of a session as a facilitator sees them: who is here, what they do, what they would like."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, or_, select
from sqlmodel import col

from app.core import stored
from app.core.agenda import Stage, agenda_of
from app.core.models import Member, Participant, Reflection, Standing
from app.core.opened import answer_of
from app.core.sealing import open_sealed

Row = Any

CAME = (
    select(Participant.__table__)
    .where(
        col(Participant.group_session_id) == bindparam("session"),
        col(Participant.standing) != Standing.REMOVED,
    )
    .order_by(col(Participant.joined_at), col(Participant.id))
)
AT_THE_DOOR = ("at_address", "private", "safe")  # what is asked there; any no is told at once
SENT_AWAY = (
    select(Participant.__table__)
    .where(
        col(Participant.group_session_id) == bindparam("session"),
        col(Participant.standing) == Standing.REMOVED,
        or_(*(getattr(Participant, name).is_(False) for name in AT_THE_DOOR)),
    )
    .order_by(col(Participant.joined_at), col(Participant.id))
)
CODE_WORDS = select(col(Member.id), col(Member.code_word)).where(
    col(Member.id).in_(bindparam("members", expanding=True)), col(Member.code_word).is_not(None)
)


class Presence(Protocol):
    """Who is connected, as far as this worker knows; never stored."""

    def of(self, group_session_id: str, participant_id: str) -> tuple[str, datetime | None]:
        """here, away or gone, and since when."""

    def writing(self, group_session_id: str, participant_id: str, stage_id: str) -> bool: ...

    def facilitators_here(self, group_session_id: str) -> set[str]: ...


def participants(db: Connection, row: Row) -> list[Row]:
    """Everybody who ever knocked and was not removed, in the order in which they came."""
    return list(db.execute(CAME, {"session": row.id}).all())


def sent_away(db: Connection, row: Row) -> list[dict[str, Any]]:
    """Who was sent away and answered no at the door, before or since: those who lead decide what follows."""
    return [
        {"id": each.id, "alias": open_sealed(Participant.alias, each.id, each.alias)}
        | {name: getattr(each, name) for name in AT_THE_DOOR}
        for each in db.execute(SENT_AWAY, {"session": row.id}).all()
    ]


def stage_rows(db: Connection, row: Row, stage_id: str) -> list[Row]:
    """The answers of a stage that were not withdrawn, oldest first."""
    order = ("created_at", "id")
    return stored.find_all(
        db, Reflection, order, group_session_id=row.id, stage_id=stage_id, withdrawn_at=None
    )


def own_rows(db: Connection, participant_id: str, stage_id: str) -> list[Row]:
    """One person's answers of a stage that were not withdrawn."""
    here: dict[str, Any] = {"participant_id": participant_id, "stage_id": stage_id, "withdrawn_at": None}
    return stored.find_all(db, Reflection, **here)


def by_person(answered: Iterable[Row]) -> dict[str, list[Row]]:
    """Answers sorted by their writers."""
    sorted_out: dict[str, list[Row]] = defaultdict(list)
    for each in answered:
        sorted_out[each.participant_id].append(each)
    return sorted_out


def person(
    row: Row,
    each: Row,
    presence: Presence,
    stage: Stage | None,
    own: list[Row],
    signals: list[dict[str, Any]],
) -> dict[str, Any]:
    """One person of the roster; ``own`` are their answers of the current stage, ``signals`` the open ones of
    all.
    """
    state, since = presence.of(row.id, each.id)
    if each.without_phone:
        state, since = "here", each.joined_at
    if each.left_at is not None and state != "here":
        state, since = "gone", each.left_at
    line = {"presence": state, "since": since}
    if each.standing == Standing.WAITING:
        state, since = "waiting", each.joined_at
    return {
        "id": each.id,
        "alias": open_sealed(Participant.alias, each.id, each.alias),
        "standing": each.standing,
        "presence": state,
        "since": since,
        "line": line,  # the same of whoever waits at the door
        "joined_at": each.joined_at,
        "writing": stage is not None and presence.writing(row.id, each.id, stage["id"]),
        "answered": any(not reflection.passed for reflection in own),
        "passed": bool(own) and all(reflection.passed for reflection in own),
        "heard": each.heard_at is not None,
        "at_address": each.at_address,
        "private": each.private,
        "safe": each.safe,
        "quiet": each.quiet,
        "member": each.member_id is not None,
        "member_id": each.member_id,
        "without_phone": each.without_phone,
        "signals": [
            {
                "id": signal["id"],
                "kind": signal["kind"],
                "status": signal["status"],
                "talk": bool(signal["talk_wanted_at"]),
            }
            for signal in signals
            if signal["participant_id"] == each.id
        ],
    }


def code_words(db: Connection, rows: Iterable[Row]) -> dict[str, str]:
    """The word that means stop, agreed with a member alone, by participant; for those who lead."""
    places = {each.member_id: each.id for each in rows if each.member_id is not None}
    agreed = db.execute(CODE_WORDS, {"members": list(places)}).all()
    return {places[each.id]: open_sealed(Member.code_word, each.id, each.code_word) for each in agreed}


def names_of_members(db: Connection, row: Row) -> set[str]:
    """What the members of the session's group are called, as ``folded`` gives it."""
    members = stored.find_all(db, Member, group_id=row.group_id, left_at=None)
    return {folded(open_sealed(Member.alias, each.id, each.alias)) for each in members}


def folded(alias: str) -> str:
    """A name without what people do not see when they read it quickly."""
    return "".join(each for each in alias.casefold() if each.isalnum())


def wishes(db: Connection, row: Row) -> dict[str, str]:
    """Who would like to talk and who to listen today, by participant, from wherever the agenda asked it."""
    found = {}
    for stage in agenda_of(row):
        asked = next((each for each in stage["prompts"] if each.get("exercise") == "talk_or_listen"), None)
        if asked is None:
            continue
        options = asked.get("options", [])
        for each in stage_rows(db, row, stage["id"]):
            value = answer_of(each).get(asked["key"])
            if value in options:
                found[each.participant_id] = "talk" if options.index(value) == 0 else "listen"
    return found


def hands(signals: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The talking order: each participant's place among the open hands, by when it was raised. It holds
    through a drop, since a hand is stored and its person keeps their id.
    """
    raised = sorted((each for each in signals if each["kind"] == "hand"), key=lambda each: each["raised_at"])
    people = dict.fromkeys(each["participant_id"] for each in raised)
    return {participant_id: place for place, participant_id in enumerate(people, start=1)}


def contacts(db: Connection, member_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """How the group reaches members, by member id: name, phone, address, contact, contact_phone, where they
    are known. For those who lead alone.
    """
    rows = db.execute(
        select(col(Member.id), col(Member.contacts)).where(
            col(Member.id).in_(list(member_ids)), col(Member.contacts).is_not(None)
        )
    ).all()
    return {each.id: json.loads(open_sealed(Member.contacts, each.id, each.contacts)) for each in rows}


def counts(inside: list[dict[str, Any]]) -> dict[str, int]:
    """How many people have answered, are there, and have done nothing yet. Who is gone and has not answered
    is none of them; who is away for a moment is.
    """
    done = [each for each in inside if each["answered"]]
    there = [each for each in inside if each["answered"] or each["presence"] != "gone"]
    return {"in": len(done), "of": len(there), "writing": len(still_writing(inside))}


def still_writing(inside: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who are there and may still answer."""
    return [
        each
        for each in inside
        if each["presence"] != "gone" and not (each["answered"] or each["passed"] or each["quiet"])
    ]
