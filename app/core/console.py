"""What a facilitator sees of a live session: agenda and time, people, answers, signals."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import (
    alerts,
    attendance,
    consents,
    feedback,
    few,
    gate,
    leaving,
    measure_alerts,
    measures,
    notes,
    pairs,
    questions,
    rehearsal,
    roles,
    roster,
    scribe,
    shelf,
    signed_words,
    stop_signals,
    stored,
    turns,
)
from app.core.agenda import Stage, agenda_of, alone, next_index, previous_index
from app.core.changes import Who
from app.core.models import (
    URGENT,
    Audience,
    Group,
    GroupSession,
    Participant,
    Reflection,
    Role,
    SessionState,
    Standing,
    now,
)
from app.core.opened import answer_of, waits_for_yes
from app.core.reveals import releasable, shareable
from app.core.sealing import open_sealed
from app.core.shown import parts
from app.core.times import Times
from app.core.views import brief, current_stage, facilitators_of, group_row, session_part_of

Row = Any
LEADING = {Role.LEAD.value, Role.SUPPORT.value}
MOST_LISTED = 100  # answers of one stage that the console lists; the summary has all of them


def console(
    db: Connection, row: Row, who: Who, presence: roster.Presence, urls: dict[str, str]
) -> dict[str, Any]:
    """Everything on the console; ``urls`` holds the room's and the display's address."""
    group = group_row(db, row.group_id)
    stages = agenda_of(row)
    stage = current_stage(row)
    rows = roster.participants(db, row)
    answered = roster.stage_rows(db, row, stage["id"]) if stage else []
    together = releasable(db, row, stage, answered) if stage else []
    signals = alerts.open_signals(db, row)
    earlier = measure_alerts.told_earlier(db, row)
    leading = facilitators_of(db, row.group_id)
    here = presence.facilitators_here(row.id)
    me = next((each for each in leading if each["id"] == who.id), {"id": "", "name": "", "role": ""})
    time = Times(db, row)
    wants = roster.wishes(db, row)
    by_person = roster.by_person(answered)
    unasked = consents.without_yes(db, row, rows)
    entries = [
        roster.person(row, each, presence, stage, by_person[each.id], signals)
        | {"wants": wants.get(each.id, ""), "consent": each.id not in unasked}
        for each in rows
    ]
    _about_people(db, row, entries, signals, may_reach=me["role"] in roles.HANDS)
    inside = [each for each in entries if each["standing"] == Standing.ADMITTED]
    return {
        "session": _session(db, row, group, time) | urls,
        "stages": [time.stage(place, each) for place, each in enumerate(stages)],
        "stage": _stage(stage, time) if stage else None,
        "to_tell": leaving.to_tell(db, row) if not row.stage_index else [],
        "next": _neighbour(stages, next_index(stages, row.stage_index if stage else -1)),
        "previous": _neighbour(stages, previous_index(stages, row.stage_index) if stage else None),
        "people": sorted(inside, key=_need),
        "waiting": [
            {"since": each["joined_at"]}
            | {
                key: each[key]
                for key in (
                    "id",
                    "alias",
                    "member_id",
                    "line",
                    "reach",
                    "signals",
                    "guest",
                    *roster.AT_THE_DOOR,
                )
            }
            for each in entries
            if each["standing"] == Standing.WAITING
        ],
        "sent_away": roster.sent_away(db, row) if row.state != SessionState.ENDED else [],
        "few": few.offer(row, inside),
        "turns": turns.chooser(db, row, stage, inside) if stage else None,
        "pairs": pairs.on_console(db, row, stage, inside) if stage else None,
        "lines": feedback.queue(db, row, stage) if stage else None,
        "earlier_alerts": earlier,
        "stop_signals": _stop_signals(row, me["role"], signals, earlier),
        "asked": questions.asked_in(db, row),
        "tapped": questions.unread(db, row),
        "questions": questions.QUESTIONS,
        "sent_in": measures.sent_in(db, row) if measures.of_session(db, row) else {},
        "absent": scribe.absent_members(db, row),
        "code_words": roster.code_words(db, rows) if me["role"] in LEADING else {},
        "answers": answers(db, stage, rows, answered, {each.id for each in together}) if stage else [],
        "unlisted": max(0, sum(not each.passed for each in answered) - MOST_LISTED),
        "still_writing": [each["alias"] for each in roster.still_writing(inside) if stage],
        "passed": [each["alias"] for each in inside if each["passed"]],
        "counts": roster.counts(inside),
        "can_release_unnamed": bool(together),
        "signals": signals,
        "may_join": [
            each for each in leading if each["id"] in here - {who.id} and each["role"] in roles.HANDS
        ],
        "facilitators_here": [
            each["name"] for each in leading if each["id"] in here and each["id"] != who.id
        ],
        "me": {"name": me["name"], "role": me["role"]},
        "missing": gate.of_session(db, row) if row.state.value == "planned" else [],
        **_hands(db, row, leading, who),
        "notes": notes.beside(db, row, who, stage["id"] if stage else None),
        "time_zone": group.time_zone,
        "language": group.language,
    }


def _stop_signals(
    row: Row, role: str, signals: list[dict[str, Any]], earlier: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Calls open at once while the session runs, for those who lead it; before it, the page has them all."""
    if role not in LEADING or row.state not in (SessionState.LIVE, SessionState.HELD):
        return []
    return stop_signals.flags([each["alias"] for each in [*signals, *earlier] if each["kind"] in URGENT])


def _about_people(
    db: Connection, row: Row, entries: list[dict[str, Any]], signals: list[dict[str, Any]], may_reach: bool
) -> None:
    """Writes beside each person of the roster: their place in the talking order, whether they were silent
    for long, whether they are a guest, and, for those who lead, how to reach somebody whose line has dropped.
    """
    order = roster.hands(signals)
    silent = set() if alone(row) or row.rehearsal_of else attendance.silent(db, row.group_id)
    dropped = [each["member_id"] for each in entries if each["line"]["presence"] in ("away", "gone")]
    reach = roster.contacts(db, dropped) if may_reach and any(dropped) else {}
    taken = roster.names_of_members(db, row) if any(not each["member"] for each in entries) else set()
    for each in entries:
        each["guest"] = _guest(row, each, taken)
        each["place"] = order.get(each["id"], 0)
        each["silent"] = each["member_id"] in silent
        each["reach"] = reach.get(each["member_id"])


def _guest(row: Row, entry: dict[str, Any], taken: set[str]) -> str:
    """Of somebody who came by the room link: "guest", or "namesake" where they call themselves as a member
    is called, so that nobody is let in for somebody else; "" for members and made-up people.
    """
    if entry["member"] or row.rehearsal_of is not None or row.sandbox:
        return ""
    return "namesake" if roster.folded(entry["alias"]) in taken else "guest"


def _hands(db: Connection, row: Row, leading: list[dict[str, str]], who: Who) -> dict[str, Any]:
    """Whose hand is on the session, to whom it may go, and who pressed last where there are several."""
    on_it = roles.hand_on(db, row)
    hands = [each for each in leading if each["role"] in roles.HANDS]
    return {
        "leads": next((each for each in hands if each["id"] == on_it), {"id": "", "name": ""}),
        "hand_to": [each for each in hands if each["id"] != on_it],
        "pressed": roles.last_press(db, row) if len(hands) > 1 else None,
        "mine": on_it == who.id,
    }


def answers(
    db: Connection, stage: Stage, rows: list[Row], answered: list[Row], together: set[str]
) -> list[dict[str, Any]]:
    """The answers of a stage without their words: who, for whom, and what may be done with them. ``together``
    are the ids of those that can be released without their names now.
    """
    inside = {each.id for each in rows}
    sent_away = {each.participant_id for each in answered} - inside
    gone = [stored.find(db, Participant, id=each) for each in sent_away]
    names = {each.id: open_sealed(Participant.alias, each.id, each.alias) for each in (*rows, *gone) if each}
    phoneless = {each.id for each in rows if each.without_phone}
    return [
        {
            "id": each.id,
            "participant_id": each.participant_id,
            "alias": names.get(each.participant_id, ""),
            "audience": each.audience.value,
            "passed": each.passed,
            "late": each.late,
            "shown": each.shown_at is not None,
            "shown_at": each.shown_at,
            "share": _share(each),
            "acts": _acts(each, stage, together)
            if each.participant_id in inside or each.shown_at
            else "none",
            "revised": each.revision > 1,
            "scribed": waits_for_yes(each),
            "without_phone": each.participant_id in phoneless,
        }
        for each in [each for each in answered if not each.passed][-MOST_LISTED:]
    ]


def answer_body(db: Connection, row: Row, reflection_ids: Iterable[str]) -> list[dict[str, Any]]:
    """The words of some answers, for a facilitator who uncovers them."""
    stages = {stage["id"]: stage for stage in agenda_of(row)}
    found = db.execute(
        select(Reflection.__table__).where(
            col(Reflection.group_session_id) == row.id,
            col(Reflection.id).in_(list(reflection_ids)),
            col(Reflection.withdrawn_at).is_(None),
        )
    ).all()
    left = _read_here(db, row)
    return [
        {
            "id": each.id,
            "revision": each.revision,
            "parts": parts(stages[each.stage_id], left(each)),
            "shown_at": each.shown_at,
            "late": each.late,
        }
        for each in found
    ]


def _read_here(db: Connection, row: Row) -> Callable[[Row], dict[str, Any]]:
    """What facilitators still read of an answer: after the end, words of a signed note in the note alone."""
    whose = signed_words.hidden(db, row.id) if row.state == SessionState.ENDED else set()
    prompts = {stage["id"]: stage["prompts"] for stage in agenda_of(row)} if whose else {}

    def left(each: Row) -> dict[str, Any]:
        answer: dict[str, Any] = answer_of(each)
        if each.participant_id not in whose:
            return answer
        return signed_words.without_own_words(prompts.get(each.stage_id, ()), answer)

    return left


def reflections(db: Connection, row: Row, only: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The plain ``reflections`` of the wire: all stages so far, or those that changed."""
    if only is None:
        rows = stored.find_all(db, Reflection, ("created_at",), group_session_id=row.id)
    else:
        found = (stored.find(db, Reflection, id=each, group_session_id=row.id) for each in only)
        rows = [each for each in found if each is not None]
    left = _read_here(db, row)
    return [
        {
            "id": each.id,
            "revision": each.revision,
            "stage_id": each.stage_id,
            "participant_id": each.participant_id,
            "audience": each.audience.value,
            "answer": left(each),
            "passed": each.passed,
            "late": each.late,
            "shown": each.shown_at is not None,
            "withdrawn": each.withdrawn_at is not None,
        }
        for each in rows
    ]


def people(
    db: Connection, row: Row, presence: roster.Presence, only: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The plain ``people`` of the wire: everybody, or those of whom there is news."""
    stage = current_stage(row)
    if only is None:
        came = roster.participants(db, row)
        answered = roster.stage_rows(db, row, stage["id"]) if stage else []
    else:
        found = (stored.find(db, Participant, id=each, group_session_id=row.id) for each in only)
        came = [each for each in found if each is not None and each.standing != Standing.REMOVED]
        answered = [own for each in came if stage for own in roster.own_rows(db, each.id, stage["id"])]
    by_person = roster.by_person(answered)
    signals = alerts.open_signals(db, row)
    keys = ("id", "alias", "presence", "writing", "answered", "passed", "heard", "signals")
    entries = [roster.person(row, each, presence, stage, by_person[each.id], signals) for each in came]
    return [{key: entry[key] for key in keys} for entry in entries]


def _session(db: Connection, row: Row, group: Row, time: Times) -> dict[str, Any]:
    stages = [each for each in agenda_of(row) if not each.get("skipped")]
    programme = shelf.programme(db, group.programme_id)
    planned = sum(each["minutes"] for each in stages)
    ahead = [each for each in stages if each["id"] not in time.seconds]
    left = sum(each["minutes"] for each in ahead)
    stage = current_stage(row)
    if stage is not None:
        left += max(0, stage["minutes"] - (time.actual(stage["id"]) or 0))
    return {
        **session_part_of(row, None),
        "number": rehearsal.number_of(db, row),
        "of": None if alone(row) else (group.sessions or (programme.group_sessions if programme else None)),
        "version": row.version,
        "locked": row.locked_at is not None,
        "group_id": row.group_id,
        "group_name": open_sealed(Group.name, group.id, group.name),
        "title": open_sealed(GroupSession.title, row.id, row.title),
        "one_to_one": alone(row),
        "rehearsal_of": row.rehearsal_of,
        "started_at": row.started_at,
        "ends_at": row.ended_at or _plus(now(), left) if row.started_at else None,
        "planned": planned,
        "spent": time.spent,
        "behind": time.behind(stages),
    }


def _plus(at: datetime, minutes: int) -> datetime:
    return datetime.fromtimestamp(at.timestamp() + 60 * minutes, tz=at.tzinfo)


def _stage(stage: Stage, time: Times) -> dict[str, Any]:
    actual = time.actual(stage["id"]) or 0
    return {
        **stage,
        "actual": actual,
        "left": stage["minutes"] - actual,
        "entered_at": time.entered,
        "asks": [prompt["text"] for prompt in stage["prompts"]],
    }


def _neighbour(stages: list[Stage], place: int | None) -> dict[str, Any] | None:
    return None if place is None else {**brief(stages[place]), "minutes": stages[place]["minutes"]}


def _need(entry: dict[str, Any]) -> int:
    """The place in the roster: who needs support, then who gave another signal, then the order of coming."""
    kinds = {signal["kind"] for signal in entry["signals"]}
    return 0 if kinds & URGENT else 1 if kinds else 2


def _share(each: Row) -> str | None:
    if each.share_asked_at is None:
        return None
    return {None: "asked", True: "yes", False: "no"}[each.share_answer]


def _acts(each: Row, stage: Stage, together: set[str]) -> str:
    if each.shown_at is not None:
        return "take_back"
    if not shareable(each, stage):
        return "none"
    if each.audience == Audience.NAMED:
        return "show"
    if each.share_asked_at is not None and each.share_answer is None:
        return "asked"
    if each.id in together:
        return "with_others"
    return "ask" if Audience.NAMED in stage["audiences"] else "none"
