"""The texts that people say yes to before anything of theirs is stored, and what each of them said.

A group adopts three texts and may change them. A changed text is a new version in every language at once. A
yes is to one version, in the language in which it was read; it can be taken back, and given again. Without a
standing yes to the consent text, nothing that somebody writes is stored; signals always are.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.core import stored
from app.core.changes import Change, Who, changing
from app.core.models import Group, GroupSession, Member, Participant, Standing, new_id, now
from app.core.refusals import Invalid, NotFound, NotNow, Stale
from app.core.safety_models import Consent, ConsentText
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_
from app.library.consents import KINDS, LANGUAGES, LONGEST, shipped

__all__ = ["KINDS", "LANGUAGES"]

# asked apart from the three texts, of members alone: no door opens or closes by it
RESEARCH, RESEARCH_VERSION = "research", 1

NO_YES = N_("Nothing was stored: there is no yes to the consent text now.")


# the texts of a group


def adopt(db: Connection, facilitator_id: str, group_id: str, kinds: Iterable[str] = KINDS) -> None:
    """Takes the shipped texts as the group's own, where it has none of a kind yet."""
    known = newest(db, group_id)
    for kind in kinds:
        if kind not in known:
            _add_version(db, facilitator_id, group_id, kind, 1, shipped(kind))


def change_text(
    db: Connection, facilitator_id: str, group_id: str, kind: str, bodies: Mapping[str, str]
) -> int:
    """Makes a new version of a text in all languages, and gives its number; the same text again makes none.

    Refuses where a language is missing.
    """
    if kind not in KINDS:
        raise NotFound()
    clean = {language: bodies.get(language, "").strip() for language in LANGUAGES}
    if not all(clean.values()):
        raise Invalid("Every language needs its text. Nothing was changed.")
    if any(len(body) > LONGEST for body in clean.values()):
        raise Invalid("This text is too long. Nothing was changed.")
    stands = texts(db, group_id).get(kind)
    if stands and stands["bodies"] == clean:
        return int(stands["version"])
    version = stands["version"] + 1 if stands else 1
    _add_version(db, facilitator_id, group_id, kind, version, clean)
    return version


def newest(db: Connection, group_id: str) -> dict[str, int]:
    """The version that stands of each text the group has."""
    rows = db.execute(
        select(col(ConsentText.kind), func.max(col(ConsentText.version)).label("version"))
        .where(col(ConsentText.group_id) == group_id)
        .group_by(col(ConsentText.kind))
    ).all()
    return {row.kind: int(row.version) for row in rows}


def texts(db: Connection, group_id: str) -> dict[str, dict[str, Any]]:
    """The texts that stand, by kind: ``version``, ``made_at`` and ``bodies`` by language."""
    found: dict[str, dict[str, Any]] = {}
    for kind, version in newest(db, group_id).items():
        rows = stored.find_all(db, ConsentText, group_id=group_id, kind=kind, version=version)
        found[kind] = {
            "version": version,
            "made_at": rows[0].made_at,
            "bodies": {row.language: open_sealed(ConsentText.body, row.id, row.body) for row in rows},
        }
    return found


def _add_version(
    db: Connection, facilitator_id: str, group_id: str, kind: str, version: int, bodies: Mapping[str, str]
) -> None:
    at = now()
    for language in LANGUAGES:
        new = new_id()
        stored.add(
            db,
            ConsentText,
            id=new,
            group_id=group_id,
            kind=kind,
            version=version,
            language=language,
            body=seal(ConsentText.body, new, bodies[language]),
            made_by=facilitator_id,
            made_at=at,
        )


# what people said


def say_yes(
    db: Connection,
    group_id: str,
    versions: Mapping[str, int],
    *,
    member_id: str | None,
    participant_id: str | None = None,
    language: str = "en",
    recorded_by: str | None = None,
    at: datetime | None = None,
) -> None:
    """Records a yes to these versions, once; a guest's by ``participant_id`` alone.

    ``recorded_by`` is the facilitator to whom it was said aloud or on paper.
    """
    given = _given(db, member_id, participant_id)
    for kind, version in versions.items():
        if any(each.kind == kind and each.version == version and not each.withdrawn_at for each in given):
            continue
        stored.add(
            db,
            Consent,
            id=new_id(),
            group_id=group_id,
            member_id=member_id,
            participant_id=participant_id,
            kind=kind,
            version=version,
            language=language,
            given_at=at or now(),
            recorded_by=recorded_by,
        )


def record_for(db: Connection, facilitator_id: str, group_id: str, member_id: str, given: bool) -> None:
    """A member has said yes aloud or on paper to all texts as they stand, or has taken it back."""
    member = stored.find(db, Member, id=member_id, group_id=group_id)
    if member is None:
        raise NotFound()
    stood = stands(db, member_id, None)
    if given:
        versions = newest(db, group_id)
        say_yes(db, group_id, versions, member_id=member_id, recorded_by=facilitator_id)
    else:
        _withdraw(db, member_id, None, now())
    if stood != given:
        _tell_open_rooms(db, member_id, "give_consent" if given else "take_consent_back", facilitator_id)


def take_back_by_link(db: Connection, member_id: str, research_alone: bool = False) -> None:
    """A member takes their yes back, or that to research alone, by their own link, in a room or in none: the
    link is enough to give it.
    """
    kinds = (RESEARCH,) if research_alone else ("consent", RESEARCH)
    if _withdraw(db, member_id, None, now(), kinds):
        _tell_open_rooms(db, member_id, "answer_research" if research_alone else "take_consent_back")


def _tell_open_rooms(db: Connection, member_id: str, action: str, facilitator_id: str = "") -> None:
    """The member's own page, and the consoles, of a session that is on hear of it."""
    for place in stored.find_all(db, Participant, member_id=member_id):
        session: Any = stored.find(db, GroupSession, id=place.group_session_id)
        if session.opened_at is None or session.ended_at is not None or place.standing == Standing.REMOVED:
            continue
        actor = ("facilitator", facilitator_id) if facilitator_id else ("participant", place.id)
        with changing(db, Who(actor[0], session.id, actor[1]), action) as change:
            change.wrote(place.id, people=[place.id])


def stands(db: Connection, member_id: str | None, participant_id: str | None, kind: str = "consent") -> bool:
    """Whether somebody's last word on the consent text (or on another kind) is a yes, whatever version."""
    last = [each for each in _given(db, member_id, participant_id) if each.kind == kind][-1:]
    return bool(last) and last[0].withdrawn_at is None


def research_yes(db: Connection, member_id: str) -> bool:
    """Whether a member said yes to research, apart from the yes to care, and has taken back neither."""
    return stands(db, member_id, None, RESEARCH)


def standing(db: Connection, member_id: str, versions: Mapping[str, int]) -> dict[str, Any]:
    """Where a member stands with the texts whose ``versions`` stand: ``state`` is yes, older, withdrawn or
    none; ``at`` is since when; ``aloud`` says that a facilitator recorded it.
    """
    given = [each for each in _given(db, member_id, None) if each.kind in versions]
    last = [each for each in given if each.kind == "consent"][-1:]
    if not last:
        return {"state": "none", "at": None, "aloud": False}
    if last[0].withdrawn_at is not None:
        return {"state": "withdrawn", "at": last[0].withdrawn_at, "aloud": False}
    newest_yes = {each.kind: each for each in given if each.version == versions[each.kind]}
    state = "yes" if newest_yes.keys() == versions.keys() else "older"
    return {"state": state, "at": last[0].given_at, "aloud": last[0].recorded_by is not None}


def of_members(db: Connection, group_id: str) -> dict[str, dict[str, Any]]:
    """Where each member of a group stands with its texts, by member."""
    versions = newest(db, group_id)
    members = stored.find_all(db, Member, group_id=group_id)
    return {each.id: standing(db, each.id, versions) for each in members}


def with_yes(db: Connection, member_ids: Iterable[str]) -> set[str]:
    """Those of these members whose last word on the consent text is a yes."""
    query = select(Consent.__table__).where(
        col(Consent.member_id).in_(list(member_ids)), col(Consent.kind) == "consent"
    )
    rows = db.execute(query.order_by(col(Consent.given_at), col(Consent.version))).all()
    last = {each.member_id: each for each in rows}
    return {key for key, each in last.items() if each.withdrawn_at is None}


def may_store(db: Connection, row: Any, person: Any) -> bool:
    """Whether what this participant writes in a session is stored; simulated rooms ask nobody for a yes."""
    return bool(row.sandbox or row.rehearsal_of or stands(db, person.member_id, person.id))


def may_store_as(db: Connection, row: Any, participant_id: str) -> bool:
    """The same by the participant's id."""
    if row.sandbox or row.rehearsal_of:
        return True
    return may_store(db, row, stored.find(db, Participant, id=participant_id))


def must_stand(change: Change, person: Any) -> None:
    """Refuses to store what is this person's without their yes."""
    if not may_store(change.db, change.before, person):
        raise NotNow(NO_YES)


def without_yes(db: Connection, row: Any, people: Iterable[Any]) -> set[str]:
    """Whose answers are not stored, among these participants of a session."""
    if row.sandbox or row.rehearsal_of:
        return set()
    last = {
        each.member_id or each.participant_id: each
        for each in stored.find_all(db, Consent, ("given_at",), group_id=row.group_id, kind="consent")
    }
    found = {each.id: last.get(each.member_id or each.id) for each in people}
    return {key for key, said in found.items() if said is None or said.withdrawn_at is not None}


def asked(db: Connection, row: Any, member: Any, language: str) -> list[dict[str, Any]]:
    """The texts that somebody reads before they come into a session: those of the group to whose version
    they have not said yes. ``again`` says that they know an older one.
    """
    if row.sandbox or row.rehearsal_of:
        return []
    given = _given(db, member.id, None) if member is not None else []
    if member is None or not stands(db, member.id, None):
        given = [each for each in given if each.kind != "consent"]
    said = {(each.kind, each.version) for each in given}
    found = texts(db, row.group_id)
    return [
        {
            "kind": kind,
            "version": found[kind]["version"],
            "made_at": found[kind]["made_at"],
            "body": found[kind]["bodies"][language],
            "again": any(each.kind == kind for each in given),
        }
        for kind in KINDS
        if kind in found and (kind, found[kind]["version"]) not in said
    ]


def own_page(db: Connection, row: Any, person: Any, language: str) -> dict[str, Any]:
    """What somebody reads about their own yes: since when it stands, or the texts as they stand now."""
    return _page(db, row.group_id, person.member_id, person.id, language)


def page_of_member(db: Connection, member: Any, language: str) -> dict[str, Any]:
    """The same of a member who is in no room."""
    return _page(db, member.group_id, member.id, None, language)


def _page(
    db: Connection, group_id: str, member_id: str | None, participant_id: str | None, language: str
) -> dict[str, Any]:
    said = _given(db, member_id, participant_id)
    last = [each for each in said if each.kind == "consent"][-1:]
    found = texts(db, group_id)
    return {
        "stands": bool(last) and last[0].withdrawn_at is None,
        "at": (last[0].withdrawn_at or last[0].given_at) if last else None,
        "research": research_yes(db, member_id) if member_id else None,  # no guest is asked
        "texts": [
            {
                "kind": kind,
                "version": found[kind]["version"],
                "made_at": found[kind]["made_at"],
                "body": found[kind]["bodies"][language],
            }
            for kind in KINDS
            if kind in found
        ],
    }


def take_yes_back(db: Connection, who: Who) -> None:
    """Somebody takes their yes back: from now on nothing that they write is stored."""
    with changing(db, who, "take_consent_back") as change:
        person = _person(change)
        if _withdraw(db, person.member_id, person.id, change.at):
            change.wrote(person.id, people=[person.id])


def give_again(db: Connection, who: Who, versions: Mapping[str, int]) -> None:
    """Somebody says yes to these versions, which must be those that stand, in their group's language."""
    with changing(db, who, "give_consent") as change:
        person = _person(change)
        if dict(versions) != newest(db, change.before.group_id):
            raise Stale()
        language = str(stored.find_all(db, Group, id=change.before.group_id)[0].language)
        own = {"member_id": person.member_id, "participant_id": person.id}
        say_yes(db, change.before.group_id, versions, language=language, at=change.at, **own)
        change.wrote(person.id, people=[person.id])


def answer_research(db: Connection, who: Who, yes: bool) -> None:
    """A member says yes or no to research. A browser that is shut may be somebody else's: it says no yes."""
    with changing(db, who, "answer_research") as change:
        person = _person(change)
        if person.member_id is None or (yes and who.shut):
            raise NotFound()
        if yes == research_yes(db, person.member_id):
            return
        if yes:
            language = str(stored.find_all(db, Group, id=change.before.group_id)[0].language)
            own = {"member_id": person.member_id, "participant_id": person.id, "at": change.at}
            say_yes(db, change.before.group_id, {RESEARCH: RESEARCH_VERSION}, language=language, **own)
        else:
            _withdraw(db, person.member_id, None, change.at, (RESEARCH,))
        change.wrote(person.id, people=[person.id])


def _person(change: Change) -> Any:
    row = stored.find(change.db, Participant, id=change.who.id, group_session_id=change.before.id)
    if row is None or row.standing == Standing.REMOVED:
        raise NotFound()
    return row


def _given(db: Connection, member_id: str | None, participant_id: str | None) -> list[Any]:
    """All that a member, or a guest, ever said yes to, oldest first."""
    who = {"member_id": member_id} if member_id else {"participant_id": participant_id}
    return stored.find_all(db, Consent, ("given_at", "version"), **who)


def _withdraw(
    db: Connection,
    member_id: str | None,
    participant_id: str | None,
    at: datetime,
    kinds: tuple[str, ...] = ("consent", RESEARCH),
) -> bool:
    """Takes back every standing yes to the consent text, which takes the one to research along; says whether
    there was one.
    """
    found = [
        each
        for each in _given(db, member_id, participant_id)
        if each.kind in kinds and each.withdrawn_at is None
    ]
    for each in found:
        stored.change(db, Consent, each.id, withdrawn_at=at)
    return bool(found)
