"""A session in each of its states, everybody who may stand before it, and what they would send."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from app.core import groups, signals
from app.core.changes import Who, changing
from app.core.models import GroupSession, Participant, SessionState, SignalKind, Standing
from realtime.sockets import NAMESPACES
from tests.house.rooms import TABLES, Room, asking, make_room
from tests.realtime.conftest import Wire

OPEN = ("s-one", "s-two", "s-three")
PARTICIPANTS = {"admitted": "Amal", "waiting": "Birgit", "removed": "Chidi"}
FACILITATORS = {"lead": "Fola", "support": "Sami", "observer": "Olu"}
# roles whose ticket opens no socket; each has one that was opened before
SHUT_OUT = ("removed", "stranger")
ROLES = ("nobody", *PARTICIPANTS, *FACILITATORS, "stranger", "display")


@dataclass
class Scene:
    """One session and what its people have done there."""

    room: Room
    state: SessionState
    own: dict[str, dict[str, str]]  # role → ids of that person's reflections and signals

    def payload(self, command: str, role: str) -> dict[str, Any]:
        """What this role would send; the people of other namespaces send what the right person would."""
        own = self.own.get(role, self.own["admitted"])
        now = {"version": self.room.row.version}
        stage = {"stage_id": "s-one"}
        made: dict[str, dict[str, Any]] = {
            "submit_reflection": stage
            | {"id": str(uuid4()), "answer": {"text": "words"}, "audience": "facilitators"},
            "withdraw_reflection": {"id": own["named"]},
            "take_back": {"id": own["shown"]},
            "answer_share_request": {"id": own["asked"], "accept": True},
            "confirm_reflection": {"id": self.own["admitted"]["scribed"], "accept": True},
            "raise_signal": {"id": str(uuid4()), "kind": "support"},
            "lower_signal": {"id": own["signal"]},
            "say_safe_for_now": {"id": own["call"]},
            "ask_to_talk": {"id": own["call"]},
            "answer_question": {"id": own["question"], "answer": "no"},
            "leave": {},
            "set_writing": stage | {"writing": True},
            "sync": {"seen": 0},
            **dict.fromkeys(("open_lobby", "start", "hold", "resume", "end"), now),
            "go_to_stage": {"stage_id": "s-two"} | now,
            "skip_stage": {"stage_id": "s-three"} | now,
            "add_minutes": {"minutes": 3},
            "insert_stage": {"exercise_id": None, "minutes": 5, "after_stage_id": "s-two"} | now,
            "move_stage": {"stage_id": "s-three", "after_stage_id": "s-one"} | now,
            "choose_exercise": {"stage_id": "s-three", "exercise_id": "grounding"} | now,
            "small_group": now,
            "admit": {"participant_id": self.room.people["Birgit"]},
            "refuse": {"participant_id": self.room.people["Birgit"]},
            "remove": {"participant_id": self.room.people["Amal"]},
            "lock": {"locked": True},
            "rotate_link": {},
            "hand_over": {"facilitator_id": self.room.leading["Sami"]},
            "give_turn": {"stage_id": "s-one", "participant_id": self.room.people["Amal"]},
            "come_in": {},
            "hold_door": {"held": True},
            "pause_for_me": {"choice": "word", "id": str(uuid4())},
            "stop_now": {"id": str(uuid4())},
            "let_write": {"participant_id": self.room.people["Milo"]},
            "mark_heard": {"participant_id": self.room.people["Amal"]},
            "mark_not_safe": {"participant_id": self.room.people["Milo"]},
            "assign_pairs": {
                "stage_id": "s-one",
                "pairs": [[self.room.people["Amal"], self.room.people["Milo"]]],
            },
            "draw_pairs": stage,
            "check_line": {"id": self.own["admitted"]["line"], "state": "ok"},
            "add_line": stage | {"id": str(uuid4()), "to": self.own["aloud"]["member"], "text": "Hm."},
            "deliver_lines": stage,
            "write_for": stage
            | {"id": str(uuid4()), "answer": {"text": "words"}, "audience": "facilitators"}
            | {"participant_id": self.room.people["Amal"]},
            "confirm_for": {"id": self.own["aloud"]["scribed"]},
            "seat": {"member_id": self.own["absent"]["member"]},
            "save_note": {"text": "a note", "revision": 1},
            "reveal": stage,
            "show_reflection": {"id": self.own["admitted"]["named"]},
            "hide_reflection": {"id": self.own["admitted"]["shown"]},
            "request_share": {"id": self.own["admitted"]["private"]},
            "ask": {"participant_id": self.room.people["Amal"], "question": "speak"},
            "read_answer": {"id": own["tapped"]},
            "signals_shown": {"ids": [own["signal"]]},
            "acknowledge_signal": {"id": own["signal"]},
            "answer_signal": {"id": own["signal"], "reply": "I am here."},
            "meet_alert": {"id": self.own["admitted"]["alert"], "how": "handed", "words": "Ines"},
            "resolve_signal": {"id": own["signal"]},
        }
        return made[command]


def make_scene(wire: Wire, state: SessionState) -> Scene:
    """A session with answers and signals, then put into a state, whatever way leads there."""
    prompts = [
        {"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"},
        {"key": "play", "type": "roleplay_pair", "text": "Practise.", "who": "all"},
        {"key": "lines", "type": "feedback", "text": "A line to somebody.", "who": "all"},
    ]
    stages = [
        asking("s-one", *prompts, repeat=True),
        asking("s-two") | {"exercises": ["session_pulse"], "minutes": 20},  # a round: few people need less
        asking("s-three") | {"pool": ["grounding"]},
    ]
    room = make_room(wire.database, tuple(PARTICIPANTS.values()), stages, sandbox=True)
    own = {role: _acts(room, alias) for role, alias in PARTICIPANTS.items()}
    room.does("Fola", "lock", locked=True)
    room.people["Birgit"] = room.lets_in("Birgit who comes again")
    room.does("Fola", "lock", locked=False)
    for name, kind in (("signal", "hand"), ("call", "support")):
        own["waiting"][name] = str(uuid4())
        room.does("Birgit", "raise_signal", id=own["waiting"][name], kind=kind)
    own["waiting"]["question"] = _is_asked(room, "Birgit")
    own["admitted"]["scribed"] = _writes_for(room, "Amal")
    aloud, absent = wire.database.writer.do(groups.add_members, room.group, ["Milo", "Lena"])
    room.people["Milo"] = room.does("Fola", "seat", member_id=aloud)["participant_id"]
    room.does("Milo", "pause_for_me", choice="listen")
    own["aloud"] = {"scribed": _writes_for(room, "Milo"), "member": aloud}
    own["admitted"]["line"] = _writes_lines(room, aloud)
    own["absent"] = {"member": absent}
    own["admitted"]["alert"] = wire.database.writer.do(_answers_item_9, room.who("Amal"))
    wire.database.writer.do(_put, room.id, state)
    return Scene(room, state, own)


def enter(wire: Wire, scene: Scene, stranger: Room) -> None:
    """Everybody's sockets, opened while their tickets still did; then Chidi is removed."""
    for role, name in {**PARTICIPANTS, **FACILITATORS, "display": "display"}.items():
        wire.sockets.add(sid(scene, role), scene.room.who(name), sandbox=True)
    who = stranger.who("Fola")
    outsider = type(who)(who.kind, scene.room.id, who.id)
    wire.sockets.add(sid(scene, "stranger"), outsider, sandbox=True)
    scene.room.leading["stranger"] = who.id
    wire.database.writer.do(_removes, scene.room.people["Chidi"])


def sid(scene: Scene, role: str) -> str:
    return f"{role} in {scene.state}"


def namespaces_of(role: str) -> list[str]:
    """Where a role can send at all: its own namespace; nobody tries all of them."""
    if role in PARTICIPANTS:
        return [NAMESPACES["participant"]]
    if role == "display":
        return [NAMESPACES["display"]]
    return list(NAMESPACES.values()) if role == "nobody" else [NAMESPACES["facilitator"]]


def _acts(room: Room, alias: str) -> dict[str, str]:
    ids = {name: str(uuid4()) for name in ("named", "private", "asked", "shown", "signal", "call")}
    audiences = {
        "named": "group_named",
        "shown": "group_named",
        "private": "facilitators",
        "asked": "facilitators",
    }
    answers = [
        {"id": ids[name], "stage_id": "s-one", "answer": {"text": name}, "audience": audience}
        for name, audience in audiences.items()
    ]
    room.do(
        *((alias, "submit_reflection", answer) for answer in answers),
        ("Fola", "request_share", {"id": ids["asked"]}),
        ("Fola", "show_reflection", {"id": ids["shown"]}),
        (alias, "raise_signal", {"id": ids["signal"], "kind": "hand"}),
        (alias, "raise_signal", {"id": ids["call"], "kind": "support"}),
    )
    ids["question"], ids["tapped"] = _is_asked(room, alias), _is_asked(room, alias, "pause")
    room.does(alias, "answer_question", id=ids["tapped"], answer="yes")
    return ids


def _is_asked(room: Room, alias: str, question: str = "safe") -> str:
    asked = room.does("Fola", "ask", participant_id=room.people[alias], question=question)
    return str(asked["id"])


def _writes_for(room: Room, alias: str) -> str:
    new = str(uuid4())
    spoken = {"stage_id": "s-one", "answer": {"text": "said aloud"}, "audience": "group_named"}
    room.does("Fola", "write_for", id=new, participant_id=room.people[alias], **spoken)
    return new


def _writes_lines(room: Room, member: str) -> str:
    """Amal writes a line to Milo, and the leader one to everybody; gives the id of Amal's."""
    answer = {"lines": [{"to": member, "text": "You waited for me."}]}
    written = {"id": str(uuid4()), "stage_id": "s-one", "answer": answer, "audience": "facilitators"}
    room.does("Amal", "submit_reflection", **written)
    rows = TABLES["feedback_line"]
    line = room.all(select(rows.c.id).where(rows.c.reflection_id == written["id"]))[0]
    people = TABLES["participant"]
    here = room.all(
        select(people).where(people.c.group_session_id == room.id, people.c.standing == "admitted")
    )
    for each in here:
        to = each.member_id or each.id
        room.does("Fola", "add_line", stage_id="s-one", id=str(uuid4()), to=to, text="Thank you.")
    return str(line.id)


def _answers_item_9(db: Any, who: Who) -> str:
    with changing(db, who, "submit_measure") as change:
        new = signals.raise_for(change, who.id, SignalKind.ITEM_9)
        change.wrote(new, people=[who.id])
        return new


def _put(db: Any, room_id: str, state: SessionState) -> None:
    values: dict[str, Any] = {"state": state}
    if state == SessionState.ENDED:
        table = GroupSession.__table__
        values["ended_at"] = db.execute(table.select().where(table.c.id == room_id)).one().started_at
    db.execute(update(GroupSession).where(GroupSession.id == room_id).values(**values))


def _removes(db: Any, participant_id: str) -> None:
    db.execute(update(Participant).where(Participant.id == participant_id).values(standing=Standing.REMOVED))
