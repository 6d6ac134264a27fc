"""Every command × every role × every state: exactly these cells succeed, and a refusal writes nothing."""

import pytest

from app.core.commands import REGISTRY
from app.core.models import SessionState
from realtime.sockets import KIND_OF
from tests.house.rooms import make_room
from tests.realtime.cast import (
    FACILITATORS,
    PARTICIPANTS,
    ROLES,
    SHUT_OUT,
    enter,
    make_scene,
    namespaces_of,
    sid,
)
from tests.realtime.conftest import Wire, code_of

STATES = tuple(SessionState)
# in the order planned, lobby, live, held, ended
ALWAYS = "ok ok ok ok ok"
OPEN = "not_now ok ok ok not_now"
ON = "not_now not_now ok ok not_now"
LEADING = ("lead", "support")
WATCHING = (*LEADING, "observer")

# command: who may, and what happens to them in each state
PARTICIPANT = {
    "submit_reflection": (("admitted",), "not_now not_now ok ok ok"),
    "withdraw_reflection": (("admitted",), ALWAYS),
    "take_back": (("admitted",), ALWAYS),
    "answer_share_request": (("admitted",), ON),
    "confirm_reflection": (("admitted",), ALWAYS),
    "raise_signal": (("admitted", "waiting"), ALWAYS),
    "lower_signal": (("admitted", "waiting"), ALWAYS),
    "say_safe_for_now": (("admitted", "waiting"), ALWAYS),
    "ask_to_talk": (("admitted", "waiting"), ALWAYS),
    "answer_question": (("admitted", "waiting"), ALWAYS),
    "pause_for_me": (("admitted", "waiting"), ALWAYS),
    "stop_now": (("admitted", "waiting"), ALWAYS),
    "come_in": (("admitted", "waiting"), OPEN),
    "leave": (("admitted", "waiting"), ALWAYS),
    "set_writing": (("admitted",), ALWAYS),
    "sync": (("admitted", "waiting"), ALWAYS),
}
FACILITATOR = {
    "open_lobby": (LEADING, "ok ok not_now not_now not_now"),
    "start": (LEADING, "not_now ok ok not_now not_now"),
    "hold": (LEADING, "not_now not_now ok ok not_now"),
    "resume": (LEADING, "not_now not_now ok ok not_now"),
    "end": (LEADING, "not_now ok ok ok ok"),
    "go_to_stage": (LEADING, ON),
    "skip_stage": (LEADING, OPEN),
    "add_minutes": (LEADING, ON),
    "hold_door": (LEADING, ON),
    "insert_stage": (LEADING, OPEN),
    "move_stage": (LEADING, OPEN),
    "small_group": (LEADING, OPEN),
    "choose_exercise": (LEADING, OPEN),
    "admit": (LEADING, OPEN),
    "refuse": (LEADING, OPEN),
    "remove": (LEADING, OPEN),
    "lock": (LEADING, OPEN),
    "rotate_link": (LEADING, "ok ok ok ok not_now"),
    "hand_over": (LEADING, OPEN),
    "give_turn": (LEADING, ON),
    "let_write": (LEADING, OPEN),
    "mark_heard": (LEADING, ON),
    "assign_pairs": (LEADING, ON),
    "draw_pairs": (LEADING, ON),
    "check_line": (LEADING, "not_now not_now ok ok ok"),
    "add_line": (LEADING, ON),
    "deliver_lines": (LEADING, ON),
    "write_for": (LEADING, ON),
    "confirm_for": (LEADING, ON),
    "seat": (LEADING, OPEN),
    "save_note": (LEADING, ALWAYS),
    "reveal": (LEADING, ON),
    "show_reflection": (LEADING, ON),
    "hide_reflection": (LEADING, "not_now not_now ok ok ok"),
    "request_share": (LEADING, ON),
    "ask": (LEADING, OPEN),
    "read_answer": (LEADING, ALWAYS),
    "signals_shown": (LEADING, ALWAYS),
    "acknowledge_signal": (LEADING, ALWAYS),
    "answer_signal": (LEADING, ALWAYS),
    "meet_alert": (LEADING, ALWAYS),
    "resolve_signal": (LEADING, ALWAYS),
    "mark_not_safe": (LEADING, ALWAYS),
    "sync": (WATCHING, ALWAYS),
}
# until the session ends: a call for support, "not safe", and a stop
SENT_AWAY = dict.fromkeys(("raise_signal", "answer_question", "stop_now"), "ok ok ok ok not_found")
DISPLAY = {"sync": (("display",), "ok ok ok ok not_found")}  # the wall has its time
MATRIX = {"participant": PARTICIPANT, "facilitator": FACILITATOR, "display": DISPLAY}
COMMANDS = sorted({name for commands in MATRIX.values() for name in commands})
MADE_BY_THE_CLIENT = (
    "submit_reflection",
    "raise_signal",
    "pause_for_me",
    "stop_now",
    "add_line",
)  # their ids
CHANGES_NOTHING = {"sync", "set_writing"}


@pytest.fixture
def database_kind() -> str:
    """Who may do what does not depend on the database; what the verbs do has its tests on both."""
    return "sqlite"


def expected(namespace: str, role: str, command: str, state: SessionState) -> str:
    commands = MATRIX[KIND_OF[namespace]]
    if role == "nobody":
        return "not_found"
    if command not in commands:
        return "unknown_command"
    who, outcomes = commands[command]
    if role == "removed" and command in SENT_AWAY:
        who, outcomes = (role,), SENT_AWAY[command]
    if role in who:
        return outcomes.split()[STATES.index(state)]
    return "not_admitted" if role == "waiting" else "not_found"


def test_the_matrix_names_every_command_of_the_registry() -> None:
    assert {kind: set(commands) for kind, commands in MATRIX.items()} == {
        kind: set(commands) for kind, commands in REGISTRY.items()
    }


@pytest.mark.parametrize("state", STATES)
def test_exactly_the_cells_of_the_matrix_succeed(undone: Wire, state: SessionState) -> None:
    scene = make_scene(undone, state)
    enter(undone, scene, make_room(undone.database))
    before = scene.room.row
    wrong = []
    for role in ROLES:
        for namespace in namespaces_of(role):
            for command in COMMANDS:
                undone.undone.written = 0
                answer = undone.plays(namespace, sid(scene, role), command, scene.payload(command, role))
                written, code = undone.undone.written, code_of(answer)
                if code != expected(namespace, role, command, state) or (code != "ok" and written):
                    wrong.append((role, namespace, command, answer, f"{written} rows written"))
    assert not wrong
    assert scene.room.row == before


def test_only_those_who_may_be_there_open_a_socket(undone: Wire) -> None:
    scene = make_scene(undone, SessionState.LIVE)
    enter(undone, scene, make_room(undone.database))
    names = {**PARTICIPANTS, **FACILITATORS, "display": "display", "stranger": "stranger"}
    opens = {role: undone.admits(scene.room, name) for role, name in names.items()}
    assert {role for role, does in opens.items() if not does} == set(SHUT_OUT)


def test_somebody_waiting_stands_in_their_own_room_alone(undone: Wire) -> None:
    scene = make_scene(undone, SessionState.LIVE)
    enter(undone, scene, make_room(undone.database))
    for name in ("Amal", "Birgit", "Fola", "display"):
        assert undone.admits(scene.room, name)
    rooms = {
        name: [room for sid_, room in undone.server.rooms if sid_ == name] for name in ("Amal", "Birgit")
    }
    own = f"person:{scene.room.id}:"
    assert rooms["Birgit"] == [own + scene.room.people["Birgit"]]
    assert rooms["Amal"] == [own + scene.room.people["Amal"], f"participants:{scene.room.id}"]


def test_an_id_of_another_room_is_answered_like_one_that_does_not_exist(undone: Wire) -> None:
    here, there = make_scene(undone, SessionState.LIVE), make_scene(undone, SessionState.LIVE)
    enter(undone, here, make_room(undone.database))
    wrong = []
    for kind, role in (("participant", "admitted"), ("facilitator", "lead")):
        for command in MATRIX[kind]:
            foreign, unknown = here.payload(command, role), here.payload(command, role)
            others = there.payload(command, role)
            named = [
                key for key in ("id", "participant_id") if key in foreign and foreign[key] != others[key]
            ]
            if not named or command in MADE_BY_THE_CLIENT:
                continue
            foreign |= {key: others[key] for key in named}
            unknown |= dict.fromkeys(named, "0f7e3a52-0000-4000-8000-000000000000")
            answers = [
                undone.plays(f"/{kind}", sid(here, role), command, each) for each in (foreign, unknown)
            ]
            if code_of(answers[0]) != "not_found" or answers[0] != answers[1]:
                wrong.append((command, answers))
    assert not wrong


def test_somebody_elses_answer_or_signal_is_answered_like_one_that_does_not_exist(undone: Wire) -> None:
    scene = make_scene(undone, SessionState.LIVE)
    enter(undone, scene, make_room(undone.database))
    birgits = scene.own["waiting"]
    played = {
        "submit_reflection": scene.payload("submit_reflection", "admitted") | {"id": birgits["named"]},
        "withdraw_reflection": {"id": birgits["named"]},
        "take_back": {"id": birgits["shown"]},
        "answer_share_request": {"id": birgits["asked"], "accept": True},
        "raise_signal": {"id": birgits["signal"], "kind": "hand"},
        "lower_signal": {"id": birgits["signal"]},
        "confirm_reflection": {"id": scene.own["aloud"]["scribed"], "accept": True},
        "stop_now": {"id": birgits["signal"]},
        "pause_for_me": {"choice": "word", "id": birgits["signal"]},
        "answer_question": {"id": birgits["question"], "answer": "no"},
        "say_safe_for_now": {"id": birgits["call"]},
        "ask_to_talk": {"id": birgits["call"]},
    }
    for command, payload in played.items():
        answer = undone.plays("/participant", sid(scene, "admitted"), command, payload)
        assert (command, code_of(answer), undone.undone.written) == (command, "not_found", 0)
