"""Records for another system: a FHIR R4 bundle of one member, of one session, or of a whole group.

The bundle is a ``collection``: a person takes a file and gives it to another system, which decides what to
keep. A ``transaction`` would be an order to a server that nobody here knows. Every reference leads to an
entry of the same bundle. No resource names more than one member: what is of one person has that person as its
subject, in an encounter only practitioners take part, and nothing lists who was in a group.

Resources keep their ids from file to file, so that a second file updates what a first one brought. An id is a
uuid made from ours under the server's key, and a file without names has other ids, and them in their order:
whoever knows our ids, or has a file with names as well, learns nothing from them. What was measured and when
is the same in both, and tells those who compare.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app import runtime
from app.core import attendance, instruments, stored
from app.core.agenda import alone, counts
from app.core.course_models import MeasureResponse
from app.core.measures import band
from app.core.models import Facilitator, Group, GroupSession, Member, SessionState, now
from app.core.sealing import keyed, open_sealed
from app.library.measures import Measure, Other
from app.papers import fhir_codes as codes
from app.papers.fhir_notes import Note, notes_of, whose
from app.papers.registry import Asked

Resource = dict[str, Any]


class Ids:
    """The ids of one kind of file."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def of(self, resource: str, row_id: str) -> str:
        hashed = keyed(f"fhir/{self.kind}/{resource}/{row_id}")
        return str(uuid.UUID(bytes=hashed[:16], version=5))

    def ref(self, resource: str, row_id: str) -> Resource:
        return {"reference": f"urn:uuid:{self.of(resource, row_id)}"}


def made(db: Connection, asked: Asked, named: bool) -> bytes:
    """The file. Without names there are neither aliases nor names of facilitators, and no notes: these tell
    of one person in words.
    """
    return json.dumps(bundle(db, asked, named), ensure_ascii=False, allow_nan=False).encode()


def bundle(db: Connection, asked: Asked, named: bool) -> Resource:
    """The bundle as plain data."""
    ids = Ids("named" if named else "unnamed")
    sessions = _sessions(db, asked)
    members = _members(db, asked, sessions, named)
    if not named:  # in the order of joining they would stand as in a file with names
        members.sort(key=lambda row: ids.of("Patient", row.id))
    listed = instruments.known(db)
    online = bool(stored.find(db, Group, id=asked.group_id).online)  # type: ignore[union-attr]
    leaders = attendance.leaders_of(db, sessions)
    notes = notes_of(db, sessions, members, everybody=not asked.member_id) if named else []
    found: list[Resource] = []
    for member in members:
        there = attendance.sessions_with(db, member.id)
        own = [row for row in sessions if row.id in there and (not alone(row) or row.member_id == member.id)]
        within = {row.id for row in own}
        found.append(_patient(ids, member, named))
        found += [_encounter(ids, member, row, leaders[row.id], online) for row in own]
        found += _measured(db, ids, member, within, listed, bool(asked.group_session_id))
        found += [_document(ids, note, within) for note in notes if note.member_id == member.id]
        runtime.give_way()  # a whole group takes longer than a live room should wait
    found += [_document(ids, note, set()) for note in notes if not note.member_id]
    people = _practitioners(db, ids, found, named)
    return {
        "resourceType": "Bundle",
        "id": ids.of("Bundle", asked.member_id or asked.group_session_id or asked.group_id),
        "meta": {"security": [codes.RESTRICTED]},
        "type": "collection",
        "timestamp": _at(now()),
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in [*people, *found]],
    }


def _sessions(db: Connection, asked: Asked) -> list[Any]:
    rows = stored.find_all(db, GroupSession, ("started_at", "id"), group_id=asked.group_id)
    return [
        row
        for row in rows
        if counts(row)
        and row.started_at is not None
        and (not asked.group_session_id or row.id == asked.group_session_id)
    ]


def _members(db: Connection, asked: Asked, sessions: Iterable[Any], named: bool) -> list[Any]:
    """Whom the bundle is about: one member, those who were there or have a note, or all of the group."""
    rows = stored.find_all(db, Member, ("created_at", "id"), group_id=asked.group_id)
    if asked.member_id:
        return [row for row in rows if row.id == asked.member_id]
    if asked.group_session_id:
        within = {row.id for row in sessions}
        noted = whose(db, within) if named else set()
        return [row for row in rows if row.id in noted or within & attendance.sessions_with(db, row.id)]
    return rows


def _patient(ids: Ids, member: Any, named: bool) -> Resource:
    own = ids.of("Patient", member.id)
    told: Resource = {"resourceType": "Patient", "id": own, "active": member.left_at is None}
    if named:
        alias = open_sealed(Member.alias, member.id, member.alias)
        return told | {"name": [{"use": "nickname", "text": alias}]}
    return told | {"identifier": [{"use": "secondary", "type": {"text": "Pseudonym"}, "value": own}]}


def _practitioners(db: Connection, ids: Ids, found: Iterable[Resource], named: bool) -> list[Resource]:
    """Those facilitators who stand in other resources, each once."""
    wanted = {each for resource in found for each in _referred(resource)}
    rows = sorted(
        stored.find_all(db, Facilitator, ("created_at", "id")), key=lambda row: ids.of("Practitioner", row.id)
    )
    people = []
    for row in rows:
        own = ids.of("Practitioner", row.id)
        if f"urn:uuid:{own}" in wanted:
            name = {"name": [{"text": open_sealed(Facilitator.name, row.id, row.name)}]} if named else {}
            people.append({"resourceType": "Practitioner", "id": own} | name)
    return people


def _encounter(ids: Ids, member: Any, row: Any, leaders: Iterable[str], online: bool) -> Resource:
    period = {"start": _at(row.started_at)} | ({"end": _at(row.ended_at)} if row.ended_at else {})
    return {
        "resourceType": "Encounter",
        "id": ids.of("Encounter", _place(member.id, row.id)),
        "status": "finished" if row.state == SessionState.ENDED else "in-progress",
        "class": codes.VIRTUAL if online else codes.AMBULATORY,
        "type": [{"text": "One-to-one session" if alone(row) else "Group session"}],
        "subject": ids.ref("Patient", member.id),
        "participant": [{"individual": ids.ref("Practitioner", each)} for each in leaders],
        "period": period,
    }


def _measured(
    db: Connection, ids: Ids, member: Any, own: set[str], listed: Mapping[str, Measure | Other], one: bool
) -> list[Resource]:
    """A member's scores, each with the answers it was made of; with ``one``, of ``own`` sessions alone."""
    found: list[Resource] = []
    for row in stored.find_all(db, MeasureResponse, ("taken_at", "id"), member_id=member.id):
        measure = listed.get(row.measure_id)
        if measure is None or (one and row.group_session_id not in own):
            continue
        answers = json.loads(open_sealed(MeasureResponse.answers, row.id, row.answers))
        given = {key: value for key, value in answers.items() if value is not None}
        place = {"subject": ids.ref("Patient", member.id)}
        if row.group_session_id in own:
            place["encounter"] = ids.ref("Encounter", _place(member.id, row.group_session_id))
        if given and isinstance(measure, Measure):
            found.append(_response(ids, row, measure, given, place))
        score = json.loads(open_sealed(MeasureResponse.score, row.id, row.score))
        if score["total"] is not None:
            found.append(_score(ids, row, measure, score, place, bool(given)))
    return found


def _response(ids: Ids, row: Any, measure: Measure, given: Mapping[str, int], place: Resource) -> Resource:
    """The answers to the items, in their order. What was left blank is not in it, and never a zero."""
    keys = [*measure.keys, *([measure.difficulty.key] if measure.difficulty else [])]
    texts = {item.key: item.text for item in measure.items} if measure.licence_status == "bundled" else {}
    items = [
        {"linkId": codes.link_id(measure.id, key)}
        | ({"text": texts[key]} if key in texts else {})
        | {"answer": [{"valueInteger": given[key]}]}
        for key in keys
        if key in given
    ]
    form = codes.FORMS.get(measure.id)
    return {
        "resourceType": "QuestionnaireResponse",
        "id": ids.of("QuestionnaireResponse", row.id),
        **({"questionnaire": f"{codes.LOINC_FORMS}{form}"} if form else {}),
        "status": "completed",
        **place,
        "authored": _at(row.taken_at),
        "source": place["subject"],
        "item": items,
    }


def _score(
    ids: Ids, row: Any, measure: Measure | Other, score: Mapping[str, Any], place: Resource, items: bool
) -> Resource:
    label = band(measure, score["total"])
    performer = ids.ref("Practitioner", row.entered_by) if row.entered_by else place["subject"]
    told: Resource = {
        "resourceType": "Observation",
        "id": ids.of("Observation", row.id),
        "status": "final",
        "category": [codes.SURVEY],
        "code": codes.total(measure.id, measure.name),
        **place,
        "effectiveDateTime": _at(row.taken_at),
        "performer": [performer],
        "valueQuantity": {"value": score["total"], **codes.POINTS},
    }
    if label:
        told["interpretation"] = [{"text": label}]
    if score.get("pro_rated"):
        told["note"] = [{"text": f"Pro-rated: {score['missing']} not answered."}]
    if items:
        told["derivedFrom"] = [ids.ref("QuestionnaireResponse", row.id)]
    return told


def _document(ids: Ids, note: Note, own: set[str]) -> Resource:
    """A signed note as text. ``hash`` is of the text in this file, as FHIR wants it (SHA-1); what was made
    when it was signed stands beside it.
    """
    text = note.text.encode()
    subject = {"subject": ids.ref("Patient", note.member_id)} if note.member_id else {}
    context: Resource = {"period": {"start": _at(note.started_at)}}
    if note.session_id in own:
        context = {"encounter": [ids.ref("Encounter", _place(note.member_id, note.session_id))]} | context
    return {
        "resourceType": "DocumentReference",
        "id": ids.of("DocumentReference", note.id),
        "identifier": [{"type": {"text": "SHA-256 of what was signed"}, "value": note.signature}],
        "status": "current",
        "docStatus": "amended" if note.added else "final",
        "type": {"text": codes.NOTES[note.kind]},
        **subject,
        "date": _at(note.changed_at),
        "author": [ids.ref("Practitioner", each) for each in note.authors],
        "securityLabel": [{"coding": [codes.RESTRICTED]}],
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "data": base64.b64encode(text).decode(),
                    "size": len(text),
                    "hash": base64.b64encode(hashlib.sha1(text, usedforsecurity=False).digest()).decode(),
                    "creation": _at(note.changed_at),
                }
            }
        ],
        "context": context,
    }


def _referred(value: Any) -> Iterable[str]:
    """Every reference in a resource."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "reference" else _referred(each)
    elif isinstance(value, list):
        for each in value:
            yield from _referred(each)


def _place(member_id: str, session_id: str) -> str:
    return f"{session_id}/{member_id}"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
