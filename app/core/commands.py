"""The registry: every command of the wire with who may send it, in which state, and what it may contain.

Nothing outside this table is executed. ``perform()`` is the verb that the writer runs for each of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core import (
    accounts,
    answers,
    feedback,
    few,
    measure_alerts,
    pairs,
    questions,
    quiet,
    reveals,
    roles,
    scribe,
    sessions,
    signals,
    stages,
    stored,
    turns,
)
from app.core.changes import Change, Who, changing
from app.core.models import Facilitator, GroupFacilitator, Participant, Role, SessionState, Standing
from app.core.refusals import Covered, NotAdmitted, NotFound, NotNow
from app.exercises import Unreadable, clean

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,36}$")]
Uuid4 = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]


def _plain(text: str) -> str:
    """Cleans a text, or refuses it: a strict str still lets lone surrogates and control characters pass."""
    try:
        return clean(text)
    except Unreadable:
        raise ValueError("not a plain text") from None


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_plain)]
Version = Annotated[int, Field(ge=0, le=2**53)]
Minutes = Annotated[int, Field(ge=1, le=180)]


class Payload(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Payload):
    pass


class AtVersion(Payload):
    version: Version


class OfId(Payload):
    id: Id


class OfStage(Payload):
    stage_id: Id


class OfStageAtVersion(OfStage):
    version: Version


class OfParticipant(Payload):
    participant_id: Id


class SubmitReflection(Payload):
    id: Uuid4
    revision: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    stage_id: Id
    answer: dict[str, Any]
    audience: Literal["facilitators", "group_unnamed", "group_named"]
    passed: bool = False


class WriteFor(SubmitReflection):
    participant_id: Id


class OfMember(Payload):
    member_id: Id


class AssignPairs(OfStage):
    pairs: Annotated[list[Annotated[list[Id], Field(max_length=3)]], Field(max_length=30)]


class CheckLine(OfId):
    state: Literal["queued", "ok", "held"]


class AddLine(OfStage):
    id: Uuid4
    to: Id
    text: Line


class OfIds(Payload):
    ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


class RaiseSignal(Payload):
    id: Uuid4
    kind: Literal["support", "hand", "slower"]


class PauseForMe(Payload):
    choice: Literal["listen", "calm", "word", "back"]
    id: Uuid4 | None = None


class StopNow(Payload):
    id: Uuid4


class AnswerSignal(OfId):
    reply: Line
    after: Line | Literal[""] = ""


class MarkHeard(OfParticipant):
    heard: bool = True


class Ask(OfParticipant):
    question: Literal["speak", "all_right", "safe", "alone", "pause", "stay", "call"]


class AnswerQuestion(OfId):
    answer: Literal["yes", "no", "not_now"]


class MeetAlert(OfId):
    how: Literal["talked", "later", "handed"]
    words: Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)] = ""


class AnswerShareRequest(OfId):
    accept: bool


class SetWriting(OfStage):
    writing: bool


class Sync(Payload):
    seen: Version = 0


class AddMinutes(Payload):
    minutes: Annotated[int, Field(ge=-60, le=60)]


class InsertStage(Payload):
    exercise_id: Id | None
    title: Line | None = None
    minutes: Minutes
    after_stage_id: Id
    version: Version


class MoveStage(OfStage):
    after_stage_id: Id | None
    version: Version


class ChooseExercise(OfStage):
    exercise_id: Id | None
    version: Version


class GiveTurn(OfStage):
    participant_id: Id
    after: Id | Literal[""] | None = None


class HandOver(Payload):
    facilitator_id: Id


class Lock(Payload):
    locked: bool


class HoldDoor(Payload):
    held: bool


class SaveNote(Payload):
    stage_id: Id | None = None
    participant_id: Id | None = None
    text: Text
    revision: Annotated[int, Field(ge=1, le=1_000_000)]


S = SessionState
ANY = frozenset(S)
OPEN = frozenset({S.LOBBY, S.LIVE, S.HELD})
ON = frozenset({S.LIVE, S.HELD})
BEGUN = frozenset({S.LIVE, S.HELD, S.ENDED})

ADMITTED = frozenset({Standing.ADMITTED})
PRESENT = frozenset({Standing.WAITING, Standing.ADMITTED})
ANYBODY = frozenset(Standing)  # also who was sent away
LEADING = frozenset({Role.LEAD, Role.SUPPORT})
WATCHING = frozenset(Role)


@dataclass(frozen=True)
class Command:
    """A row of the registry. ``who`` holds standings of participants or roles of facilitators; a command
    without a verb changes nothing stored and is answered by ``realtime`` itself.
    """

    name: str
    payload: type[Payload]
    who: frozenset[Any]
    states: frozenset[SessionState]
    verb: Callable[[Change, Any], dict[str, Any]] | None
    urgent: bool = False  # never slowed down
    covered: bool = False  # also from a console that waits for its password

    @property
    def audience(self) -> str:
        return "participant" if self.who & PRESENT else "facilitator"


PARTICIPANT = [
    Command("submit_reflection", SubmitReflection, ADMITTED, ANY, answers.submit_reflection),
    Command("withdraw_reflection", OfId, ADMITTED, ANY, answers.withdraw_reflection),
    Command("take_back", OfId, ADMITTED, ANY, reveals.take_back),
    Command("answer_share_request", AnswerShareRequest, ADMITTED, ON, reveals.answer_share_request),
    Command("confirm_reflection", AnswerShareRequest, ADMITTED, ANY, scribe.confirm_reflection),
    Command("raise_signal", RaiseSignal, ANYBODY, ANY, signals.raise_signal, urgent=True),
    Command("lower_signal", OfId, PRESENT, ANY, signals.lower_signal, urgent=True),
    Command("say_safe_for_now", OfId, PRESENT, ANY, signals.say_safe_for_now, urgent=True),
    Command("ask_to_talk", OfId, PRESENT, ANY, signals.ask_to_talk, urgent=True),
    Command("answer_question", AnswerQuestion, ANYBODY, ANY, questions.answer_question, urgent=True),
    Command("pause_for_me", PauseForMe, PRESENT, ANY, quiet.pause_for_me, urgent=True),
    Command("stop_now", StopNow, ANYBODY, ANY, quiet.stop_now, urgent=True),
    Command("come_in", Nothing, PRESENT, OPEN, sessions.come_in),
    Command("leave", Nothing, PRESENT, ANY, sessions.leave),
    Command("set_writing", SetWriting, ADMITTED, ANY, None),
    Command("sync", Sync, PRESENT, ANY, None),
]
FACILITATOR = [
    Command("open_lobby", AtVersion, LEADING, ANY, sessions.open_lobby),
    Command("start", AtVersion, LEADING, ANY, sessions.start),
    Command("hold", AtVersion, LEADING, ANY, sessions.hold),
    Command("resume", AtVersion, LEADING, ANY, sessions.resume),
    Command("end", AtVersion, LEADING, ANY, sessions.end),
    Command("go_to_stage", OfStageAtVersion, LEADING, ON, stages.go_to_stage),
    Command("skip_stage", OfStageAtVersion, LEADING, OPEN, stages.skip_stage),
    Command("add_minutes", AddMinutes, LEADING, ON, stages.add_minutes),
    Command("hold_door", HoldDoor, LEADING, ON, stages.hold_door),
    Command("insert_stage", InsertStage, LEADING, OPEN, stages.insert_stage),
    Command("move_stage", MoveStage, LEADING, OPEN, stages.move_stage),
    Command("small_group", AtVersion, LEADING, OPEN, few.small_group),
    Command("choose_exercise", ChooseExercise, LEADING, OPEN, stages.choose_exercise),
    Command("admit", OfParticipant, LEADING, OPEN, sessions.admit),
    Command("refuse", OfParticipant, LEADING, OPEN, sessions.refuse),
    Command("remove", OfParticipant, LEADING, OPEN, sessions.remove),
    Command("lock", Lock, LEADING, OPEN, sessions.lock),
    Command("rotate_link", Nothing, LEADING, ANY - {S.ENDED}, sessions.rotate_link),
    Command("hand_over", HandOver, LEADING, OPEN, roles.hand_over),
    Command("give_turn", GiveTurn, LEADING, ON, turns.give_turn),
    Command("let_write", OfParticipant, LEADING, OPEN, quiet.let_write),
    Command("mark_heard", MarkHeard, LEADING, ON, sessions.mark_heard),
    Command("assign_pairs", AssignPairs, LEADING, ON, pairs.assign_pairs),
    Command("draw_pairs", OfStage, LEADING, ON, pairs.draw_pairs),
    Command("check_line", CheckLine, LEADING, BEGUN, feedback.check_line),
    Command("add_line", AddLine, LEADING, ON, feedback.add_line),
    Command("deliver_lines", OfStage, LEADING, ON, feedback.deliver_lines),
    Command("write_for", WriteFor, LEADING, ON, scribe.write_for),
    Command("confirm_for", OfId, LEADING, ON, scribe.confirm_for),
    Command("seat", OfMember, LEADING, OPEN, scribe.seat),
    Command("save_note", SaveNote, LEADING, ANY, sessions.save_note),
    Command("reveal", OfStage, LEADING, ON, reveals.reveal),
    Command("show_reflection", OfId, LEADING, ON, reveals.show_reflection),
    Command("hide_reflection", OfId, LEADING, BEGUN, reveals.hide_reflection),
    Command("request_share", OfId, LEADING, ON, reveals.request_share),
    Command("ask", Ask, LEADING, OPEN, questions.ask),
    Command("read_answer", OfId, LEADING, ANY, questions.read_answer),
    Command("signals_shown", OfIds, LEADING, ANY, signals.signals_shown, urgent=True, covered=True),
    Command("acknowledge_signal", OfId, LEADING, ANY, signals.acknowledge_signal, urgent=True),
    Command("answer_signal", AnswerSignal, LEADING, ANY, signals.answer_signal, urgent=True),
    Command("meet_alert", MeetAlert, LEADING, ANY, measure_alerts.meet_alert, urgent=True),
    Command("resolve_signal", OfId, LEADING, ANY, signals.resolve_signal, urgent=True),
    Command("mark_not_safe", OfParticipant, LEADING, ANY, signals.mark_not_safe, urgent=True),
    Command("sync", Sync, WATCHING, ANY, None),
]
DISPLAY = [Command("sync", Sync, frozenset(), ANY, None)]

REGISTRY: dict[str, dict[str, Command]] = {
    "participant": {command.name: command for command in PARTICIPANT},
    "facilitator": {command.name: command for command in FACILITATOR},
    "display": {command.name: command for command in DISPLAY},
}


ROLE = (
    select(col(GroupFacilitator.role))
    .join(Facilitator, col(Facilitator.id) == col(GroupFacilitator.facilitator_id))
    .where(
        col(GroupFacilitator.facilitator_id) == bindparam("facilitator"),
        col(GroupFacilitator.group_id) == bindparam("group"),
        col(Facilitator.disabled_at).is_(None),
    )
)


def perform(
    db: Connection, who: Who, command: Command, payload: Payload, sign_in: str = "", led: bool = True
) -> dict[str, Any]:
    """Runs one command inside the door: rights and state are read anew, then the verb speaks. A browser that
    was signed out meanwhile (``sign_in``) does nothing any more. ``led`` as in Change.
    """
    if command.verb is None:
        raise TypeError(f"{command.name} has no verb")
    with changing(db, who, command.name) as change:
        change.led = led
        if sign_in:
            _signed_in(db, sign_in, command)
        authorise(change, command)
        return command.verb(change, payload)


def _signed_in(db: Connection, sign_in: str, command: Command) -> None:
    stands = accounts.sign_ins_that_stand(db, [sign_in])
    if sign_in not in stands:
        raise NotFound()
    if stands[sign_in] and not command.covered:
        raise Covered()


def authorise(change: Change, command: Command) -> None:
    """Raises a refusal unless this person may do this now."""
    if change.who.kind == "participant":
        change.person = participant_row(change.db, change.who)
        if change.person.standing not in command.who:
            raise NotAdmitted() if change.person.standing == Standing.WAITING else NotFound()
    elif facilitator_role(change.db, change.who.id, change.before.group_id) not in command.who:
        raise NotFound()
    if change.before.state not in command.states:
        raise NotNow()


def participant_row(db: Connection, who: Who) -> Any:
    """The participant's row in their session; NotFound where there is none."""
    row = stored.find(db, Participant, id=who.id, group_session_id=who.group_session_id)
    if row is None:
        raise NotFound()
    return row


def facilitator_role(db: Connection, facilitator_id: str, group_id: str) -> Role | None:
    """The role of an account that is not disabled, in a group; None where there is none."""
    found = db.execute(ROLE, {"facilitator": facilitator_id, "group": group_id})
    role: Role | None = found.scalar_one_or_none()
    return role
