"""Verbs of a participant's answers: stored once, however often they are sent."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import col

from app.core import consents, course, feedback, goodbye, pairs, stored, turns
from app.core.agenda import Stage, agenda_of, alone, find_stage
from app.core.changes import Change
from app.core.models import Audience, LogEntry, Reflection, SessionState, StageVisit
from app.core.refusals import AlreadyAnswered, Invalid, NotFound, NotNow, NotYet, Superseded
from app.core.sealing import open_sealed, seal
from app.exercises import Unreadable, narrowed, read_answer

PRESENTED = {"comm_transcript", "decision_table"}  # shown once, these change before everybody's eyes
OUTBOX_TIME = timedelta(hours=24)  # an answer still in somebody's outbox is taken this long after the end


def submit_reflection(change: Change, command: Any) -> dict[str, Any]:
    """Stores a new answer or its next revision; the same one again gets the same acknowledgement."""
    return store(change, command, change.person)


def store(change: Change, command: Any, person: Any, written_by: str | None = None) -> dict[str, Any]:
    """Stores what this person answers, as they send it, or as a facilitator wrote it for them."""
    stands = _standing(change.db, command.id)
    if stands is not None:
        if stands.participant_id != person.id:
            raise NotFound()
        if command.revision <= stands.revision:
            return _again(change, command, stands)
        if written_by and stands.written_by is None:
            raise NotNow("They have written this themselves. Ask them to change it.")
    consents.must_stand(change, person)
    stage, late = _stage(change, command, stands)
    answer = _read(stage, command)
    turns.may_answer(change, stage, answer, person.id)
    answer = _own(change, stage, person.id, answer, stands)
    if command.audience not in stage["audiences"]:
        raise Invalid("This stage does not offer that choice of readers.")
    feedback.check(change, stage, person, answer)
    course.check(change, stage, person, answer)
    version = _Version(change, person, written_by)
    single = (stands is not None and stands.single) or _is_single(change, stage, answer, person)
    if single and (stands is None or not stands.single):
        _refuse_second(change, command, person)
    if stands is None:
        _add(change, command, stage, answer, late, version, single)
    else:
        if stands.withdrawn_at is not None or late or stands.stage_id != command.stage_id:
            raise NotNow("The group has moved on. Your answer stays as it is.")
        if command.revision != stands.revision + 1:
            raise Superseded(revision=stands.revision)
        _revise(change, command, stage, answer, stands, version, single)
    # what a facilitator wrote, or a pass, takes nothing out that the person has written themselves
    stay = goodbye.replace(change, stage, person, answer) if written_by is None and not command.passed else ()
    feedback.keep(change, stage, person, command.id, answer, stay)
    course.keep(change, stage, person, command.id, answer)
    if written_by is None:  # else with their yes: see scribe.py
        pairs.keep_scene(change, stage, person.id, answer)
    return _acknowledged(command.id, command.revision, version.now, change.at, late)


def withdraw_reflection(change: Change, command: Any) -> dict[str, Any]:
    """Takes an answer back: its words are gone, for everybody and for good."""
    stands = _standing(change.db, command.id)
    if stands is None or stands.participant_id != change.who.id:
        raise NotFound()
    if stands.withdrawn_at is None:
        erased = seal(Reflection.answer, command.id, "{}")
        stored.change(change.db, Reflection, command.id, answer=erased, withdrawn_at=change.at, shown_at=None)
        feedback.forget(change, command.id)
        course.forget(change, command.id)
        _touched(change, command.id, change.who.id, shared=stands.shown_at is not None)
    return {"ok": True, "id": command.id, "version": _Version(change, change.person).now}


def _standing(db: Any, reflection_id: str) -> Any:
    return stored.find(db, Reflection, id=reflection_id)


def _again(change: Change, command: Any, stands: Any) -> dict[str, Any]:
    """Answers a repeat as the first time, and refuses other content under a revision that stands."""
    same = command.revision == stands.revision
    if same and (stands.withdrawn_at is not None or _same(change, command, stands)):
        return _acknowledged(stands.id, stands.revision, stands.saved_version, stands.saved_at, stands.late)
    raise Superseded(revision=stands.revision)


def _same(change: Change, command: Any, stands: Any) -> bool:
    if command.passed != stands.passed or command.stage_id != stands.stage_id:
        return False
    try:
        stages = agenda_of(change.before)
        stage = stages[find_stage(stages, command.stage_id)]
        answer = _own(change, stage, stands.participant_id, _read(stage, command), stands)
    except NotFound:
        return False
    except Invalid:  # the type took more when this was stored
        return (command.answer, command.audience) == (_words(stands), stands.audience)
    asked = _audience(stage, command, answer)
    # the audience may have been widened since by the writer's own "yes" to a request to share, or it was
    # narrowed further than the writer asked
    kept_back = (asked, stands.audience) == (Audience.UNNAMED, Audience.FACILITATORS)
    same_audience = asked == stands.audience or stands.share_answer is True or kept_back
    return same_audience and answer == _words(stands)


def _stage(change: Change, command: Any, stands: Any) -> tuple[Stage, bool]:
    """The stage of an answer, and whether the answer comes late; refuses what is not open. ``stands`` is what
    is stored of it: lines that wait for the goodbye can be changed after their stage.
    """
    before = change.before
    stages = agenda_of(before)
    index = find_stage(stages, command.stage_id)
    same_stage = stands is not None and stands.stage_id == command.stage_id
    if same_stage and goodbye.may_change(change.db, before, stands):
        return stages[index], False
    if before.state in (SessionState.PLANNED, SessionState.LOBBY):
        raise NotNow("The session has not begun yet.")
    if before.state == SessionState.ENDED and change.at - before.ended_at > OUTBOX_TIME:
        raise NotNow("The session has ended.")
    if before.state != SessionState.ENDED and index == before.stage_index:
        return stages[index], False
    if not stored.exists(change.db, StageVisit, group_session_id=before.id, stage_id=command.stage_id):
        raise NotYet()
    return stages[index], True


def _read(stage: Stage, command: Any) -> dict[str, Any]:
    try:
        return read_answer(pairs.with_all_roles(stage), command.answer, command.passed)
    except Unreadable as refusal:
        raise Invalid(refusal.sentence) from None


def _own(change: Change, stage: Stage, participant_id: str, answer: dict[str, Any], stands: Any) -> Any:
    """The answer without what the form had from somebody else; ``stands`` is what is stored of it."""
    before = _words(stands) if stands is not None else {}
    return pairs.without_partners_scene(change, stage, participant_id, answer, before)


def _words(stands: Any) -> dict[str, Any]:
    words: dict[str, Any] = json.loads(open_sealed(Reflection.answer, stands.id, stands.answer))
    return words


def _audience(stage: Stage, command: Any, answer: dict[str, Any]) -> Audience:
    """Who may read the answer: as its writer chose, without the name if one of its prompts asks for that.
    No name is hidden where only one person was asked: such an answer stays with the facilitators.
    """
    allowed = Audience(narrowed(stage["prompts"], answer, command.audience))
    if allowed == Audience.UNNAMED and turns.is_the_workers(stage, answer):
        return Audience.FACILITATORS
    return allowed if allowed == Audience.UNNAMED else Audience(command.audience)


def _is_single(change: Change, stage: Stage, answer: dict[str, Any], person: Any) -> bool:
    """Whether a person has only one such answer in this stage: every one, except the cards of a stage that
    repeats; an answer to the worker's questions is no card.
    """
    if not stage["repeat"]:
        return True
    if answer:
        return turns.is_the_workers(stage, answer)
    taken = turns.turns_of(change.db, change.before.id, stage["id"])
    return not turns.writes_cards(stage, taken, person.id, alone(change.before))


def _refuse_second(change: Change, command: Any, person: Any) -> None:
    others = stored.find_all(
        change.db,
        Reflection,
        participant_id=person.id,
        stage_id=command.stage_id,
        single=True,
        withdrawn_at=None,
    )
    if others:
        raise AlreadyAnswered(id=others[0].id)


def _add(
    change: Change,
    command: Any,
    stage: Stage,
    answer: dict[str, Any],
    late: bool,
    version: "_Version",
    single: bool,
) -> None:
    _touched(change, command.id, version.person.id)
    stored.add(
        change.db,
        Reflection,
        id=command.id,
        group_session_id=change.before.id,
        participant_id=version.person.id,
        stage_id=command.stage_id,
        single=single,
        revision=command.revision,
        answer=_sealed_answer(command.id, answer),
        audience=_audience(stage, command, answer),
        passed=command.passed,
        late=late,
        saved_at=change.at,
        saved_version=version.now,
        written_by=version.written_by,
        created_at=change.at,
    )


def _revise(
    change: Change,
    command: Any,
    stage: Stage,
    answer: dict[str, Any],
    stands: Any,
    version: "_Version",
    single: bool,
) -> None:
    """A revision hides the answer until it is shown again, except while its writer presents it."""
    audience = _audience(stage, command, answer)
    if audience == Audience.UNNAMED and may_be_known(change.db, stands):
        audience = Audience.FACILITATORS
    stays = (
        stands.shown_at is not None
        and audience == Audience.NAMED
        and _presents(change, stage, answer, version)
    )
    _touched(change, command.id, version.person.id, shared=stands.shown_at is not None)
    stored.change(
        change.db,
        Reflection,
        command.id,
        single=single,
        revision=command.revision,
        answer=_sealed_answer(command.id, answer),
        audience=audience,
        passed=command.passed,
        saved_at=change.at,
        saved_version=version.now,
        written_by=version.written_by,
        shown_at=stands.shown_at if stays else None,
        share_asked_at=None,
        share_answer=None,
        confirmed_at=None,
    )


def may_be_known(db: Any, stands: Any) -> bool:
    """Whether the group may have seen this answer with its name: shown again without it, it would be told by
    its id and its words. An unnamed one never was; for the others the log tells only of their stage.
    """
    if stands.audience == Audience.UNNAMED:
        return False
    of_stage = and_(
        col(LogEntry.action).in_(("reveal", "show_reflection")), col(LogEntry.subject_id) == stands.stage_id
    )
    by_yes = and_(col(LogEntry.action) == "answer_share_request", col(LogEntry.subject_id) == stands.id)
    shown = select(col(LogEntry.version)).where(
        col(LogEntry.group_session_id) == stands.group_session_id,
        col(LogEntry.at) >= stands.created_at,
        or_(of_stage, by_yes),
    )
    return stands.shown_at is not None or db.execute(shown.limit(1)).first() is not None


def _presents(change: Change, stage: Stage, answer: dict[str, Any], version: "_Version") -> bool:
    """Whether this is the worker, changing what the group looks at while the others add to it; without a
    leader nothing new is shown.
    """
    presented = (each["key"] in answer for each in stage["prompts"] if each["type"] in PRESENTED)
    if version.written_by or not change.led or not any(presented):
        return False
    return turns.turns_of(change.db, change.before.id, stage["id"])[:1] == [version.person.id]


def _touched(change: Change, reflection_id: str, participant_id: str, shared: bool = False) -> None:
    change.wrote(reflection_id, shared=shared, people=[participant_id], reflections=[reflection_id])


class _Version:
    """Whose answer it is, who wrote it, and the version as its writer sees it."""

    def __init__(self, change: Change, person: Any, written_by: str | None = None):
        self.change, self.person, self.written_by = change, person, written_by

    @property
    def now(self) -> int:
        """After this change: the session's for a facilitator, else the participant's own."""
        return self.change.own_version


def _sealed_answer(reflection_id: str, answer: dict[str, Any]) -> Any:
    return seal(Reflection.answer, reflection_id, json.dumps(answer, ensure_ascii=False))


def _acknowledged(reflection_id: str, revision: int, version: int, at: Any, late: bool) -> dict[str, Any]:
    return {
        "ok": True,
        "id": reflection_id,
        "revision": revision,
        "version": version,
        "saved_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "late": late,
    }
