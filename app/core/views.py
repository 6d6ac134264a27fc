"""What the group may see: the room as a participant sees it, a person's own part of it, and the wall.

Every function reads in the snapshot of the connection it is given and returns plain dicts, the context of the
partials in templates/regions/. Nothing that a viewer may not read is in what they return.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core import (
    alerts,
    answers,
    coming_back,
    consents,
    course,
    crowd,
    feedback,
    goals,
    goodbye,
    leaderless,
    measures,
    pairs,
    pins,
    questions,
    quiet,
    rehearsal,
    reveals,
    shelf,
    stored,
    turns,
)
from app.core.agenda import Stage, agenda_of, alone
from app.core.changes import Who
from app.core.last_time import last_time
from app.core.late import at_the_door, came_late, late_mood
from app.core.models import (
    SMALL,
    Audience,
    Facilitator,
    Group,
    GroupFacilitator,
    GroupSession,
    Participant,
    Reflection,
    Role,
    SessionState,
    StageReveal,
    StageVisit,
    now,
)
from app.core.opened import answer_of, waits_for_yes
from app.core.refusals import NotFound
from app.core.sealing import open_sealed
from app.core.shown import parts, shown_answers, tallies
from app.exercises import group_view, is_private, shown_alone

Row = Any

WAS_THERE = "was there"  # beside what people said last time: those who had missed nothing

LEADING = (
    select(col(Facilitator.id), col(Facilitator.name), col(GroupFacilitator.role))
    .join(GroupFacilitator, col(GroupFacilitator.facilitator_id) == col(Facilitator.id))
    .where(col(GroupFacilitator.group_id) == bindparam("group"))
    .order_by(col(Facilitator.created_at))
)


def session_row(db: Connection, group_session_id: str) -> Row:
    """The row of a session; NotFound where there is none."""
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None:
        raise NotFound()
    return row


def group_row(db: Connection, group_id: str) -> Row:
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    return group


def facilitators_of(db: Connection, group_id: str) -> list[dict[str, str]]:
    """Everybody who leads or watches a group: id, name, role; the lead first."""
    rows = db.execute(LEADING, {"group": group_id}).all()
    order = [Role.LEAD, Role.SUPPORT, Role.OBSERVER]
    rows = sorted(rows, key=lambda row: order.index(row.role))
    return [
        {"id": row.id, "name": open_sealed(Facilitator.name, row.id, row.name), "role": row.role.value}
        for row in rows
    ]


def shown_stage_ids(db: Connection, group_session_id: str) -> set[str]:
    """The stages that have been the current one at some time."""
    return {visit.stage_id for visit in stored.find_all(db, StageVisit, group_session_id=group_session_id)}


def current_stage(row: Row) -> Stage | None:
    """The stage the group is at; None before the start and after the end."""
    if row.state not in (SessionState.LIVE, SessionState.HELD):
        return None
    stage: Stage = agenda_of(row)[row.stage_index]
    return stage


def brief(stage: Stage) -> dict[str, str]:
    return {"id": stage["id"], "title": stage["title"], "kind": stage["kind"]}


def session_part(db: Connection, row: Row) -> dict[str, Any]:
    """The plain ``session`` of the wire, with the stages that have been shown."""
    return session_part_of(row, shown_stage_ids(db, row.id))


def session_part_of(row: Row, known: set[str] | None) -> dict[str, Any]:
    """The plain ``session`` with the stages whose ids are known; None stands for all of them."""
    stage = current_stage(row)
    stages = [each for each in agenda_of(row) if known is None or each["id"] in known]
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state.value,
        "stage_id": stage["id"] if stage else None,
        "stage_index": row.stage_index if stage else None,
        "stages": [brief(each) for each in stages],
    }


def room(db: Connection, row: Row, leader_here: bool, nobody: bool = False) -> dict[str, Any]:
    """The room as everybody in it sees it. ``nobody``: no leader has been connected for a while."""
    group = group_row(db, row.group_id)
    people = crowd.count(db, row.id)
    leading = facilitators_of(db, row.group_id)
    programme = shelf.programme(db, group.programme_id)
    of = group.sessions or (programme.group_sessions if programme else None)
    of = None if alone(row) else of
    number = rehearsal.number_of(db, row)
    stage = current_stage(row)
    return {
        "session": session_part(db, row)
        | {"number": number, "of": of, "left": max(0, of - number) if of else None},
        "stage": stage_part(db, row, stage, people) if stage else None,
        "facilitators": [each["name"] for each in _hands(row, leading)],
        "handed_over": row.led_by is not None,
        "readers": [each["name"] for each in (*_hands(row, leading), *_observers(leading))],
        "observers": [each["name"] for each in _observers(leading)],
        "leader_here": leader_here,
        "nobody": nobody,
        "leaderless": leaderless.told(row, leader_here, now()),
        "people": people,
        "one_to_one": alone(row),
        "rehearsal": row.rehearsal_of is not None,
        "language": group.language,
        "online": group.online,
        "time_zone": group.time_zone,
        "shown": shown_answers(db, row),
        "tallies": tallies(db, row),
        "measures": measures.of_session(db, row),
        "form_open": measures.is_open(row, leader_here, now()),
        "form_opens": measures.opens_later(row, now()) if leader_here else None,
        "help": _help(group),
        "ended_at": row.ended_at,
    }


def _hands(row: Row, leading: list[dict[str, str]]) -> list[dict[str, str]]:
    """Those who lead or support, the one whose hand is on the session first."""
    hands = [each for each in leading if each["role"] != Role.OBSERVER]
    return sorted(hands, key=lambda each: each["id"] != row.led_by)


def _observers(leading: list[dict[str, str]]) -> list[dict[str, str]]:
    return [each for each in leading if each["role"] == Role.OBSERVER]


def help_of(db: Connection, group_id: str) -> dict[str, str]:
    """The numbers of a group that work without us."""
    return _help(group_row(db, group_id))


def _help(group: Row) -> dict[str, str]:
    return {"emergency": group.emergency_number, "crisis": group.crisis_line}


def stage_part(db: Connection, row: Row, stage: Stage, people: int) -> dict[str, Any]:
    """The current stage as a participant sees it: no minutes, no cue card."""
    offered = [each for each in stage["audiences"] if each != Audience.UNNAMED or people >= SMALL]
    revealed = stored.exists(db, StageReveal, group_session_id=row.id, stage_id=stage["id"])
    taken = turns.turns_of(db, row.id, stage["id"])
    default = stage["default_audience"]
    return {
        **brief(stage),
        "reading": stage.get("reading", []),
        "measures": stage.get("measures", []),
        "prompts": stage["prompts"],
        "audiences": stage["audiences"],
        "offered": offered,
        "default_audience": default if default in offered else Audience.FACILITATORS.value,
        "repeat": stage["repeat"],
        "revealed": revealed,
        "turns": taken,
        "turn": turns.turn(db, taken),
    }


def me(
    db: Connection,
    row: Row,
    participant_id: str,
    known: dict[str, dict[str, Any]],
    whole: bool = False,
    shut: bool = False,
) -> dict[str, Any]:
    """One person's own part of the room: what they wrote, signalled and were asked.

    ``known`` remembers what each participant said last time, which no longer changes during a session.
    On a plain screen most of it is left out, unless ``whole`` asks for it. ``shut``: in this browser nothing
    is read back that was written in the seat.
    """
    person = participant(db, row.id, participant_id)
    if person.id not in known:
        known[person.id] = last_time(db, row, person)
    stage = current_stage(row)
    own, said_yes = own_rows(db, person.id), consents.may_store(db, row, person)
    asked = _asked(db, row, stage, person, pins.is_open(person) and not shut)
    in_form = next((each for each in own if _stands_in_form(each, stage, asked["cards"])), None)
    mine = {
        "id": person.id,
        "alias": open_sealed(Participant.alias, person.id, person.alias),
        "state": person.standing.value,
        "member": person.member_id is not None,
        "without_phone": person.without_phone,
        "mine": [_mine(db, each, row, stage, said_yes) for each in own],
        **alerts.own_signals(db, person.id),
        "question": questions.waiting_for(db, person.id),
        "last": known[person.id],
        **asked,
        "in_form": in_form.id if in_form is not None else None,
        "named_before": _was_named(db, stage, in_form),
        "received": feedback.received(db, row, person) if alone(row) or _gives_lines(row) else [],
        "catch_up": came_late(row, person),
        "door": at_the_door(row, person),
        "late": late_mood(db, row, person),
        "missed": coming_back.told(db, row, person, known.setdefault(WAS_THERE, {})),
    }
    if not pins.is_open(person):
        mine |= pins.CLOSED
    if shut:
        mine = pins.shut(mine)
    mine["shut"] = shut
    return mine if whole else quiet.hushed(mine, person)


def _asked(db: Connection, row: Row, stage: Stage | None, person: Row, opened: bool) -> dict[str, Any]:
    """What this person is asked in the current stage, and what they read about whose turn it is."""
    if stage is None:
        return {"prompts": [], "private": [], "turn": "", "cards": False}
    one_to_one, taken = alone(row), turns.turns_of(db, row.id, stage["id"])
    standing = goals.standing(db, stage, person) if opened else {}
    pair = pairs.pair_of(db, row, stage, person.id)
    form = pairs.in_role(turns.on_form(stage, taken, person.id, one_to_one), stage, pair)
    return {
        "prompts": (asked := goals.asked(form, standing)),
        "private": [prompt["key"] for prompt in asked if is_private(prompt)],
        "goals": standing,
        "turn": turns.place_of(stage, taken, person.id, one_to_one),
        "cards": turns.writes_cards(stage, taken, person.id, one_to_one),
        "pair": pair,
        "addressees": feedback.addressees(db, row, stage, person),
        "kept_lines": goodbye.own_waiting(db, row, stage, person) if opened else {},
        "compare": course.then_and_now(db, person.member_id) if opened and _compares(stage, person) else None,
    }


def _stands_in_form(each: Row, stage: Stage | None, cards: bool) -> bool:
    """Whether an answer is the one that its writer changes in the form; a card never is."""
    here = stage is not None and each.stage_id == stage["id"]
    return here and not cards and each.single and each.withdrawn_at is None


def _was_named(db: Connection, stage: Stage | None, in_form: Row | None) -> bool:
    """Whether the group may have seen the answer in the form with its name, where one may be left out."""
    if stage is None or in_form is None or Audience.UNNAMED not in stage["audiences"]:
        return False
    return answers.may_be_known(db, in_form)


def _compares(stage: Stage, person: Row) -> bool:
    """Whether this person looks at then and now in this stage; a guest has no then."""
    return person.member_id is not None and any(each["type"] == "compare" for each in stage["prompts"])


def _gives_lines(row: Row) -> bool:
    return any(feedback.has_lines(stage) for stage in agenda_of(row))


def participant(db: Connection, group_session_id: str, participant_id: str) -> Row:
    row = stored.find(db, Participant, id=participant_id, group_session_id=group_session_id)
    if row is None:
        raise NotFound()
    return row


def wall(db: Connection, row: Row, join_url: str, qr: tuple[str, int]) -> dict[str, Any]:
    """The display: no private data at all."""
    context = room(db, row, leader_here=True)
    stage = context["stage"]
    return {
        "session": context["session"],
        "rehearsal": context["rehearsal"],
        "stage": stage
        and {
            "title": stage["title"],
            "kind": stage["kind"],
            # what a role card says is for whoever holds it
            "prompts": [
                {"key": each["key"], "text": each["text"]}
                for each in stage["prompts"]
                if each["type"] != "roleplay_pair"
            ],
        },
        "shown": [each for each in context["shown"] if stage is None or each["stage_id"] == stage["id"]],
        "tallies": [each for each in context["tallies"] if stage and each["stage_id"] == stage["id"]],
        "join": {"url": join_url, "code": row.code, "qr_path": qr[0], "qr_size": qr[1]},
        "people": context["people"],
        "language": context["language"],
    }


def own_rows(db: Connection, participant_id: str, only: Iterable[str] | None = None) -> list[Row]:
    if only is None:
        return stored.find_all(db, Reflection, ("created_at",), participant_id=participant_id)
    found = (stored.find(db, Reflection, id=each, participant_id=participant_id) for each in only)
    return [each for each in found if each is not None]


def _mine(db: Connection, each: Row, row: Row, current: Stage | None, said_yes: bool) -> dict[str, Any]:
    stage = next((s for s in agenda_of(row) if s["id"] == each.stage_id), None)
    answer = answer_of(each)
    prompts = stage["prompts"] if stage else []
    shown = shown_alone(prompts, answer)
    reaches = group_view(prompts, answer) if each.audience == Audience.UNNAMED else shown
    told = parts(stage, answer) if stage else []
    return {
        **own_entry(each, answer),
        "stage_title": stage["title"] if stage else "",
        "parts": told,
        "for_group": told if stage is None or shown == answer else parts(stage, shown),
        "kept_back": reveals.kept_back(db, row, each) if said_yes or each.shown_at else "no_yes",
        "lines_open": said_yes and not each.passed and goodbye.may_change(db, row, each),
        "group_sees": "all" if shown == answer else "part" if reaches else "nothing",
        "current": current is not None and current["id"] == each.stage_id,
    }


def own_entry(each: Row, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as its writer sees it on the wire."""
    share = None
    if each.share_asked_at is not None:
        share = {None: "asked", True: "yes", False: "no"}[each.share_answer]
    return {
        "id": each.id,
        "revision": each.revision,
        "stage_id": each.stage_id,
        "audience": each.audience.value,
        "answer": answer,
        "passed": each.passed,
        "late": each.late,
        "shown": each.shown_at is not None,
        "withdrawn": each.withdrawn_at is not None,
        "share": share,
        "scribed": waits_for_yes(each),
        "saved_at": each.saved_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def mine(db: Connection, row: Row, who: Who, only: Iterable[str]) -> list[dict[str, Any]]:
    """Some of a person's answers of this session, as the wire carries them."""
    return [own_entry(each, answer_of(each)) for each in own_rows(db, who.id, only)]
