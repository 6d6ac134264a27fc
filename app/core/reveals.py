"""Verbs that decide what the group sees: reveal, show, take back, ask before sharing."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from app.core import consents, crowd, stored, turns
from app.core.agenda import agenda_of, find_stage
from app.core.changes import Change
from app.core.models import (
    SMALL,
    Audience,
    LogEntry,
    Participant,
    Reflection,
    SessionState,
    StageReveal,
    Standing,
)
from app.core.opened import answer_of, waits_for_yes
from app.core.refusals import NotFound, NotNow
from app.exercises import group_view, is_whole, shown_alone
from app.exercises.plain import N_

SINGLED_OUT = N_(
    "With this name, the group could tell who wrote what stands there without a name. Nothing was shown."
)

HIDING = 3  # so many may have written what has no name: each of them knows what they wrote themselves
SHOWS, STORES = {"reveal", "show_reflection"}, {"submit_reflection", "write_for"}  # actions of the log
TAKES_OFF = {"take_back", "hide_reflection", "withdraw_reflection"}

SENT_AWAY = N_("They are not in this session any more. Nothing more of theirs is shown to the group.")
YES_TAKEN_BACK = N_("They took their yes back. Nothing more of theirs is shown to the group.")


def reveal(change: Change, command: Any) -> dict[str, Any]:
    """Shows all answers of a stage that may be shown: the named ones, and the unnamed ones once, shuffled."""
    stages = agenda_of(change.before)
    stage = stages[find_stage(stages, command.stage_id)]
    rows = change.db.execute(
        select(Reflection.__table__).where(
            col(Reflection.group_session_id) == change.before.id,
            col(Reflection.stage_id) == command.stage_id,
            col(Reflection.withdrawn_at).is_(None),
            col(Reflection.passed).is_(False),
        )
    ).all()
    together = releasable(change.db, change.before, stage, rows)
    named = [row for row in rows if row.audience == Audience.NAMED and shareable(row, stage)]
    new = _with_yes(change.db, change.before, [row for row in named if row.shown_at is None])
    _singles_nobody_out(change, stage, new)
    _show(change, new)
    if together:
        _release(change, command.stage_id, together)
    return {"ok": True, "version": change.version, "shown": len(change.reflections)}


def show_reflection(change: Change, command: Any) -> dict[str, Any]:
    """Shows one named answer to the group."""
    row, stage = _answer(change, command.id)
    if row.audience != Audience.NAMED:
        raise NotNow(
            "Answers without a name are shown together, never alone."
            if row.audience == Audience.UNNAMED
            else "This answer is for the facilitators. Ask its writer first."
        )
    if row.passed or not shareable(row, stage):
        raise NotNow("There is nothing in this answer that may be shown.")
    _yes_must_stand(change, row)
    if row.shown_at is None:
        _singles_nobody_out(change, stage, [row])
        _show(change, [row])
    return {"ok": True, "version": change.version}


def hide_reflection(change: Change, command: Any) -> dict[str, Any]:
    """Takes an answer back from the group."""
    row, _ = _answer(change, command.id)
    if row.shown_at is not None:
        change.db.execute(_update(row.id).values(shown_at=None))
        change.wrote(row.id, shared=True, people=[row.participant_id], reflections=[row.id])
    return {"ok": True, "version": change.version}


def hide_named(change: Change, participant_id: str) -> list[str]:
    """Takes what somebody showed with their name off the shared screens, and gives its ids. What stands there
    without a name stays: if it went at the same moment as its writer, it would have one.
    """
    mine = {"group_session_id": change.before.id, "participant_id": participant_id}
    hidden = [
        each.id
        for each in stored.find_all(change.db, Reflection, **mine)
        if each.shown_at is not None and each.audience != Audience.UNNAMED
    ]
    for each in hidden:
        change.db.execute(_update(each).values(shown_at=None))
    return hidden


def take_back(change: Change, command: Any) -> dict[str, Any]:
    """The writer takes an answer back from the group: it stays with the facilitators, who may ask for it
    again. Its words are not erased.
    """
    row, _ = _answer(change, command.id)
    if row.participant_id != change.who.id:
        raise NotFound()
    if row.shown_at is not None or row.audience != Audience.FACILITATORS:
        change.db.execute(
            _update(row.id).values(
                shown_at=None, audience=Audience.FACILITATORS, share_asked_at=None, share_answer=None
            )
        )
        change.wrote(row.id, shared=row.shown_at is not None, people=[change.who.id], reflections=[row.id])
    return {"ok": True, "id": row.id}


def request_share(change: Change, command: Any) -> dict[str, Any]:
    """Asks the writer of an answer whether the group may see it, with the name."""
    row, stage = _answer(change, command.id)
    if row.audience == Audience.NAMED or row.passed or not shareable(row, stage):
        raise NotNow("There is nothing to ask for with this answer.")
    if Audience.NAMED not in stage["audiences"]:
        raise NotNow("Answers of this stage are not shared.")
    _yes_must_stand(change, row)
    _singles_nobody_out(change, stage, [row])
    if row.share_asked_at is None or row.share_answer is False:
        change.db.execute(_update(row.id).values(share_asked_at=change.at, share_answer=None))
        change.wrote(row.id, people=[row.participant_id], reflections=[row.id])
    return {"ok": True, "version": change.version}


def answer_share_request(change: Change, command: Any) -> dict[str, Any]:
    """The writer says yes (the answer is shown, with the name) or no (it stays where it was). A yes while
    nobody leads lets the leader show it who comes back.
    """
    row, stage = _answer(change, command.id)
    if row.participant_id != change.who.id:
        raise NotFound()
    if row.share_answer is not None and row.share_answer == command.accept:
        return {"ok": True, "id": row.id}
    if row.share_asked_at is None or row.share_answer is not None:
        raise NotNow("Nobody is asking for this answer.")
    if command.accept:
        consents.must_stand(change, change.person)
        _singles_nobody_out(change, stage, [row])
        shown_at = change.at if change.led else None
        values: dict[str, Any] = {"share_answer": True, "audience": Audience.NAMED, "shown_at": shown_at}
    else:
        values = {"share_answer": False}
    change.db.execute(_update(row.id).values(**values))
    shared = command.accept and change.led
    change.wrote(row.id, shared=shared, people=[row.participant_id], reflections=[row.id])
    return {"ok": True, "id": row.id}


def shareable(row: Any, stage: dict[str, Any], together: bool = False) -> bool:
    """Whether anything is left of an answer that the group may see: of this one alone, or counted with
    others, ``together``. Nothing is, as long as its person has not confirmed what a facilitator wrote.
    """
    if waits_for_yes(row):
        return False
    if all(map(is_whole, stage["prompts"])):
        return not row.passed  # nothing to take out: no need to unseal
    return bool((group_view if together else shown_alone)(stage["prompts"], answer_of(row)))


def releasable(db: Any, row: Any, stage: dict[str, Any], rows: Sequence[Any]) -> list[Any]:
    """The unnamed ones among a stage's answers, if they may be shown now: once, while five or more are here
    who were there for the stage, and with HIDING of them who could have written them. Whose turn it is,
    everybody knows. What somebody wrote who has left since is shown with the rest.
    """
    if released(db, row.id, stage["id"]):
        return []
    rows = [each for each in rows if not each.passed and shareable(each, stage, together=True)]
    unnamed = [
        each for each in rows if each.audience == Audience.UNNAMED and not _tells_its_writer(each, stage)
    ]
    people = crowd.there_for(db, row.id, stage["id"], crowd.here(db, row.id))
    unnamed = _with_yes(db, row, unnamed)
    if not unnamed or len(people) < SMALL:
        return []
    named = _kept_from_the_others(db, row.id, stage)
    if not stage["repeat"]:  # a name on one card says nothing of the others
        named |= _seen_by_name(db, row.id, stage["id"])
        named |= {each.participant_id for each in rows if each.audience == Audience.NAMED}
    hidden = people - (named - {each.participant_id for each in unnamed})
    return unnamed if len(hidden) >= HIDING else []


def _with_yes(db: Any, row: Any, answers: Sequence[Any]) -> list[Any]:
    """Those of a session's answers whose writer's yes stands, and who was not sent away and could take them
    back: of nobody else's is anything more shown.
    """
    if not answers:
        return []
    people = stored.find_all(db, Participant, group_session_id=row.id)
    without = set(consents.without_yes(db, row, people))
    without |= {each.id for each in people if each.standing == Standing.REMOVED}
    return [each for each in answers if each.participant_id not in without]


def _yes_must_stand(change: Change, row: Any) -> None:
    if row.shown_at is None and not _with_yes(change.db, change.before, [row]):
        gone = stored.exists(change.db, Participant, id=row.participant_id, standing=Standing.REMOVED)
        raise NotNow(SENT_AWAY if gone else YES_TAKEN_BACK)


def _tells_its_writer(row: Any, stage: dict[str, Any]) -> bool:
    """Whether an answer holds words that only whoever had the turn was asked for."""
    if all(prompt.get("who") != "worker" for prompt in stage["prompts"]):
        return False  # no need to unseal
    return turns.is_the_workers(stage, answer_of(row))


def _kept_from_the_others(db: Any, group_session_id: str, stage: dict[str, Any]) -> set[str]:
    """The one who alone had the turn, in a stage that asks the others something: they cannot have written
    that.
    """
    if all(prompt.get("who") != "others" for prompt in stage["prompts"]):
        return set()
    taken = set(turns.turns_of(db, group_session_id, stage["id"]))
    return taken if len(taken) == 1 else set()


def _singles_nobody_out(change: Change, stage: dict[str, Any], rows: Sequence[Any]) -> None:
    """Refuses to show these answers with their names if fewer than HIDING people were left who can have
    written what the group sees without a name: who was there for the stage and when it was released, and
    gave their name to nothing, not even to what was taken back since. Where people may write several cards, a
    name on one says nothing of the others.
    """
    if stage["repeat"] or not rows:
        return
    there = stored.find_all(
        change.db, Reflection, group_session_id=change.before.id, stage_id=stage["id"], withdrawn_at=None
    )
    shown = [each for each in there if each.shown_at is not None and each.id not in {row.id for row in rows}]
    if not any(each.audience == Audience.UNNAMED for each in shown):
        return
    named = {each.participant_id for each in shown if each.audience == Audience.NAMED}
    named |= {row.participant_id for row in rows} | _kept_from_the_others(change.db, change.before.id, stage)
    named |= _seen_by_name(change.db, change.before.id, stage["id"])
    at = stored.find_all(change.db, StageReveal, group_session_id=change.before.id, stage_id=stage["id"])
    if not at:
        return
    released_at, inside = at[0].revealed_at, {"standing": Standing.ADMITTED}
    people = stored.find_all(change.db, Participant, group_session_id=change.before.id, **inside)
    people = [each for each in people if _was_there(each, released_at)]
    able = crowd.there_for(change.db, change.before.id, stage["id"], people, released_at)
    if len(able - named) < HIDING:
        raise NotNow(SINGLED_OUT)


def _seen_by_name(db: Any, group_session_id: str, stage_id: str) -> set[str]:
    """Whose answer of a stage the group may have seen with their name although it stands there no more: as
    the log has it, something was shown while it was stored, and it was taken off or changed after that.
    """
    rows = stored.find_all(db, Reflection, group_session_id=group_session_id, stage_id=stage_id)
    # what is without a name now was never seen with one: see answers.py
    off = {each.id: each for each in rows if each.shown_at is None and each.audience != Audience.UNNAMED}
    if not off:
        return set()
    told = (
        select(col(LogEntry.version), col(LogEntry.action), col(LogEntry.subject_id))
        .where(col(LogEntry.group_session_id) == group_session_id)
        .where(col(LogEntry.subject_id).in_([stage_id, *off]))
        .order_by(col(LogEntry.version))
    )
    last_shown, agreed, found = 0, set(), set()
    since: dict[str, int] = {}  # at which version an answer was stored
    for version, action, subject in db.execute(told):
        if subject == stage_id:
            last_shown = version if action in SHOWS else last_shown
        elif action == "answer_share_request":
            agreed.add(subject)
        elif action in STORES | TAKES_OFF:
            by_leader = off[subject].shown_order is None and last_shown > since.setdefault(subject, version)
            if by_leader or subject in agreed:
                found.add(off[subject].participant_id)
    return found


def kept_back(db: Any, row: Any, each: Any) -> str:
    """Why the group does not get an answer that its writer gave it without their name: "late" (the others
    went before), "over" (the session ended first), "few" (fewer than five are here), "apart" (fewer than five
    of those who are here were there), or "".
    """
    if each.audience != Audience.UNNAMED or each.shown_at is not None or each.passed:
        return ""
    if released(db, row.id, each.stage_id):
        return "late"
    if row.state == SessionState.ENDED:
        return "over"
    if crowd.count(db, row.id) < SMALL:
        return "few"
    there = crowd.there_for(db, row.id, each.stage_id, crowd.here(db, row.id))
    return "apart" if len(there) < SMALL else ""


def _was_there(person: Any, at: datetime) -> bool:
    """Whether somebody was in the room at a time, as far as is known: long before counts for nothing."""
    gone = [each for each in (person.left_at, person.gone_at) if each is not None]
    return crowd.since(person) <= at and all(each > at for each in gone)


def released(db: Any, group_session_id: str, stage_id: str) -> bool:
    """Whether the unnamed answers of a stage have been shown already."""
    return stored.exists(db, StageReveal, group_session_id=group_session_id, stage_id=stage_id)


def _show(change: Change, rows: list[Any]) -> None:
    for row in rows:
        change.db.execute(_update(row.id).values(shown_at=change.at))
        change.wrote(row.stage_id, shared=True, people=[row.participant_id], reflections=[row.id])


def _release(change: Change, stage_id: str, rows: list[Any]) -> None:
    order = list(range(1, len(rows) + 1))
    secrets.SystemRandom().shuffle(order)
    for row, place in zip(rows, order, strict=True):
        change.db.execute(_update(row.id).values(shown_at=change.at, shown_order=place))
    change.db.execute(
        insert(StageReveal).values(
            group_session_id=change.before.id, stage_id=stage_id, revealed_at=change.at
        )
    )
    # also whoever still writes: what comes now goes to the facilitators alone, and their form says so
    inside = {"group_session_id": change.before.id, "standing": Standing.ADMITTED}
    people = {each.id for each in stored.find_all(change.db, Participant, **inside)}
    people |= {row.participant_id for row in rows}
    change.wrote(stage_id, shared=True, people=people, reflections=[row.id for row in rows])


def _answer(change: Change, reflection_id: str) -> tuple[Any, dict[str, Any]]:
    row = change.db.execute(
        select(Reflection.__table__).where(
            col(Reflection.id) == reflection_id,
            col(Reflection.group_session_id) == change.before.id,
            col(Reflection.withdrawn_at).is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    stages = agenda_of(change.before)
    return row, stages[find_stage(stages, row.stage_id)]


def _update(reflection_id: str) -> Any:
    return update(Reflection).where(col(Reflection.id) == reflection_id)
