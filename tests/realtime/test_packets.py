"""Nothing private reaches another participant, somebody at the door, somebody removed, or the display: no
word, no id, and no frame more, less, larger or smaller than if it had not happened.

Two rooms are alike until private things happen in one of them. Then nobody else may receive a frame; and when
something public happens in both, everybody else's frames must be the same in both, byte by byte but for the
ids, links and times of the rooms. Every command has a place here: a new one without it fails the walk.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core import consents, contacts, door, pins, tags
from app.core.commands import REGISTRY
from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import TABLES
from tests.realtime.packets import House
from tests.realtime.play import CANARY, STAGES, Play

NOTE, NARROWED = f"{CANARY} note", "an audience narrowed"  # the second only while its stage is current
# in which state, at which stage while the session is on, and how else
MOMENTS = [
    (SessionState.PLANNED, "", ""),
    (SessionState.LOBBY, "", ""),
    (SessionState.LOBBY, "", "locked"),
    *((SessionState.LIVE, stage, "") for stage in STAGES),
    (SessionState.LIVE, "s-words", "leaderless"),
    (SessionState.LIVE, "s-words", "rehearsal"),
    (SessionState.HELD, "s-words", ""),
    (SessionState.ENDED, "", ""),
]


@pytest.fixture
def database_kind() -> str:
    """Who receives which frame does not depend on the database."""
    return "sqlite"


def new() -> str:
    return str(uuid4())


Thing = Callable[[Play], dict[str, Any]]
# In the order in which they happen: the command (or page) it belongs to, and what is done.
PRIVATE: list[tuple[str, Thing]] = [
    ("set_writing", lambda p: p.says("Amal", "set_writing", stage_id="s-words", writing=True)),
    ("submit_reflection", lambda p: p.answers()),
    ("submit_reflection", lambda p: p.answers(audience="group_named")),
    ("submit_reflection", lambda p: p.answers(audience="group_unnamed")),
    ("submit_reflection", lambda p: p.answers(answer={"text": "a", "secret": CANARY},
                                              audience="group_named")),
    ("submit_reflection", lambda p: p.answers(answer={}, passed=True)),
    ("submit_reflection", lambda p: p.answers(stage_id="s-mood", answer={"mood": 3, "text": CANARY})),
    ("submit_reflection", lambda p: p.answers(stage_id="s-ours")),
    ("submit_reflection", lambda p: p.answers(stage_id="s-work", audience="group_named")),
    ("withdraw_reflection", lambda p: p.says("Amal", "withdraw_reflection", id=p.own["withdrawn"])),
    (NARROWED, lambda p: p.answers(id=p.own["narrowed"], revision=2)),
    ("what was never shown taken back", lambda p: p.says("Amal", "take_back", id=p.own["kept"])),
    ("request_share", lambda p: p.says("Fola", "request_share", id=p.own["private"])),
    ("answer_share_request", lambda p: p.says("Amal", "answer_share_request", id=p.own["asked"],
                                              accept=False)),
    ("confirm_reflection", lambda p: p.says("Amal", "confirm_reflection", id=p.own["scribed"], accept=True)),
    ("confirm_reflection", lambda p: p.says("Amal", "confirm_reflection", id=p.own["misheard"],
                                            accept=False)),
    ("write_for", lambda p: p.says("Fola", "write_for", id=new(), stage_id="s-words",
                                   answer={"text": f"{CANARY} spoken"}, audience="group_named",
                                   participant_id=p.room.people["Amal"])),
    ("confirm_for", lambda p: p.says("Fola", "confirm_for", id=p.own["aloud"])),
    *(("raise_signal", lambda p, kind=kind: p.says("Amal", "raise_signal", id=new(), kind=kind))
      for kind in ("support", "hand", "slower")),
    ("signals_shown", lambda p: p.says("Fola", "signals_shown", ids=[p.own["call"], p.own["answered"]])),
    ("say_safe_for_now", lambda p: p.says("Amal", "say_safe_for_now", id=p.own["call"])),
    ("ask_to_talk", lambda p: p.says("Amal", "ask_to_talk", id=p.own["call"])),
    ("acknowledge_signal", lambda p: p.says("Fola", "acknowledge_signal", id=p.own["call"])),
    ("answer_signal", lambda p: p.says("Sami", "answer_signal", id=p.own["answered"],
                                       reply=f"{CANARY} reply")),
    ("resolve_signal", lambda p: p.says("Fola", "resolve_signal", id=p.own["call"])),
    ("lower_signal", lambda p: p.says("Amal", "lower_signal", id=p.own["lowered"])),
    ("answer_question", lambda p: p.says("Amal", "answer_question", id=p.own["question"], answer="no")),
    ("answer_question", lambda p: p.says("Amal", "answer_question", id=p.own["second"], answer="yes")),
    ("ask", lambda p: p.says("Fola", "ask", participant_id=p.room.people["Amal"], question="all_right")),
    ("read_answer", lambda p: p.says("Fola", "read_answer", id=p.own["question"])),
    ("save_note", lambda p: p.says("Fola", "save_note", text=NOTE, revision=1)),
    ("save_note", lambda p: p.says("Fola", "save_note", text=NOTE, revision=1,
                                   participant_id=p.room.people["Amal"])),
    ("a tag", lambda p: p.writes(tags.set_tag, p.room.leading["Fola"], p.room.id, p.own["private"],
                                 f"theme:{CANARY}", True)),
    ("mark_heard", lambda p: p.says("Fola", "mark_heard", participant_id=p.room.people["Amal"])),
    ("mark_not_safe", lambda p: p.says("Fola", "mark_not_safe", participant_id=p.room.people["Amal"])),
    ("check_line", lambda p: p.says("Fola", "check_line", id=p.own.get("line", "none"), state="held")),
    ("add_line", lambda p: p.says("Fola", "add_line", stage_id="s-lines", id=new(), text=f"{CANARY} line",
                                  to=p.own.get("to", "none"))),
    ("submit_reflection", lambda p: p.revises()),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="word", id=new())),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="calm")),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="listen")),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="back")),
    ("stop_now", lambda p: p.says("Amal", "stop_now", id=new())),
    ("let_write", lambda p: p.says("Fola", "let_write", participant_id=p.room.people["Amal"])),
    ("a measure with item 9", lambda p: p.sends_a_form()),
    ("a call to the on-call contact", lambda p: p.calls_out()),
    ("meet_alert", lambda p: p.says("Fola", "meet_alert", id=p.alert(), how="later",
                                    words=f"{CANARY} at six")),
    ("answers at the door", lambda p: p.comes_again(private=False, safe=False)),
    ("let_write", lambda p: p.says("Fola", "let_write", participant_id=p.room.people["Amal"])),
    ("a consent taken back", lambda p: p.writes(consents.record_for, p.room.leading["Fola"], p.room.group,
                                                p.row_of_member("Amal").id, False)),
    ("a consent given", lambda p: p.writes(consents.record_for, p.room.leading["Fola"], p.room.group,
                                           p.row_of_member("Amal").id, True)),
    ("contacts and a code word kept", lambda p: p.writes(contacts.keep, p.room.group,
                                                         p.row_of_member("Amal").id,
                                                         dict.fromkeys(contacts.FIELDS, CANARY), CANARY)),
    ("a PIN chosen", lambda p: p.writes(pins.set_first, p.row_of_member("Amal").id, CANARY)),
    ("a PIN taken away", lambda p: p.writes(pins.reset, p.room.group, p.row_of_member("Amal").id)),
    ("a yes taken back", lambda p: p.writes(consents.take_yes_back, p.room.who("Amal"))),
    ("a yes given again", lambda p: p.writes(consents.give_again, p.room.who("Amal"), p.agreed())),
    ("an answer about research", lambda p: p.writes(consents.answer_research, p.room.who("Amal"), False)),
    ("a line that drops", lambda p: p.drops("Amal")),
    ("somebody back again", lambda p: p.comes("Amal") or {"ok": True}),
    ("a stranger at the door", lambda p: p.knocks()),
    ("a refusal at the door", lambda p: p.says("Fola", "refuse", participant_id=p.own["stranger"])),
    ("leave", lambda p: p.says("Amal", "leave")),
    ("Quick exit", lambda p: p.writes(door.free_seat, p.room.who("Amal"))),
    ("sync", lambda p: p.says("Amal", "sync", seen=0)),
    ("sync", lambda p: p.says("Fola", "sync", seen=0)),
]  # fmt: skip
# What the group sees happen; nothing private is in it, or only what was meant to be shown.
PUBLIC = {
    *("open_lobby", "start", "hold", "resume", "end", "go_to_stage", "skip_stage", "add_minutes"),
    *(
        "small_group",
        "insert_stage",
        "move_stage",
        "choose_exercise",
        "admit",
        "refuse",
        "remove",
        "lock",
        "rotate_link",
    ),
    *("come_in", "hold_door"),  # whoever waits at the door reads it
    *("hand_over", "give_turn", "assign_pairs", "draw_pairs", "deliver_lines", "seat"),
    *("reveal", "show_reflection", "hide_reflection", "take_back", "hold_door", "come_in"),
}


@pytest.fixture
def house(database_url: str, database: Database) -> Iterator[House]:
    made = House(database_url, database)
    yield made
    made.close()


def test_every_command_is_private_or_public_here() -> None:
    commands = {name for book in REGISTRY.values() for name in book}
    private = {name for name, _ in PRIVATE if " " not in name}
    assert private | PUBLIC == commands
    assert not private & PUBLIC


def nothing_came(play: Play, after: str) -> None:
    for name in play.others:
        fresh = play.frames(name)[play.marks[name] :]
        assert fresh == [], f"{after}: {name} received {fresh}"


def ids_of(play: Play) -> set[str]:
    """Every id of what is private in the room, whoever made it."""
    found = set(play.own.values()) - {play.own["shown"], play.own.get("to")}
    for table in ("signal", "quiet_question", "note", "measure_response", "feedback_line", "reflection"):
        rows = TABLES[table]
        found |= {
            row.id for row in play.room.all(select(rows.c.id).where(rows.c.group_session_id == play.room.id))
        }
    return found - {play.own["shown"]}


def they_are_alike(with_it: Play, without: Play, after: str, asked: bool = False) -> None:
    """Something public happens in both rooms: everybody receives the same, and the one removed nothing.

    ``asked``: their clients ask for the whole screen as well, and say and load what they can.
    """
    for play in (with_it, without):
        play.nudges()
        play.pushes()
        for name in play.others if asked else ():
            play.says(name, "sync", seen=0)
    for name in with_it.others:
        frames = [play.plain(play.frames(name)[play.marks[name] :]) for play in (with_it, without)]
        assert frames[0] == frames[1], f"{after}: {name}"
        quiet = name == "Chidi" or (name == "Gia" and not asked)  # the door looks as it did
        assert bool(frames[0]) is not quiet
        for play in (with_it, without):
            play.marks[name] = len(play.frames(name))
    for name in (each for each in with_it.others if asked and " " not in each):
        loaded, told = ([asks(play, name) for play in (with_it, without)] for asks in (Play.loads, Play.asks))
        for what, (one, other) in (("a page of", loaded), ("an answer to", told)):
            unlike = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
            assert not unlike, f"{after}: {what} {name}: {unlike}"


@pytest.mark.parametrize(("state", "stage", "how"), MOMENTS)
def test_nothing_private_reaches_anybody_else(
    house: House, state: SessionState, stage: str, how: str
) -> None:
    with_it, without = Play(house), Play(house)
    for play in (with_it, without):
        play.goes_to(state, stage, how)
    refused = [what for what, thing in PRIVATE if not thing(with_it)["ok"]]
    with_it.pushes()
    nothing_came(with_it, "all of it")
    private = ids_of(with_it)
    they_are_alike(with_it, without, "all of it", asked=True)
    for name in with_it.others:
        heard = "\n".join([*with_it.frames(name), *with_it.loaded.get(name, ())])
        assert CANARY not in heard
        assert not [each for each in private if each in heard], name
    assert NARROWED not in refused or (state, stage, how) != (SessionState.LIVE, "s-words", "")


def test_each_private_thing_is_read_by_those_who_lead_and_makes_no_frame_of_anybody_else_differ(
    house: House,
) -> None:
    with_it, without = Play(house), Play(house)
    for play in (with_it, without):
        play.goes_to(SessionState.LIVE, "s-lines")
    for place, (what, thing) in enumerate(PRIVATE):
        assert thing(with_it)["ok"] or what == NARROWED, what
        if place % 4 == 3 or what == PRIVATE[-1][0]:
            they_are_alike(with_it, without, f"up to {what}")
    led, private = "\n".join(with_it.frames("Fola")), ids_of(with_it)
    assert CANARY in led and sum(each in led for each in private) > 3, "there is somebody who reads it"
    for name in ("Sami", "Olu"):
        assert NOTE not in "\n".join(with_it.frames(name)), "a note is its writer's own"
    assert NOTE in led
    assert CANARY not in "\n".join(with_it.frames("Amal shut")), (
        "nor does her browser without the PIN read it"
    )


AT_THE_DOOR: list[tuple[str, Thing]] = [
    *(("raise_signal", lambda p, kind=kind: p.says("Gia", "raise_signal", id=p.own.setdefault(kind, new()),
                                                   kind=kind))
      for kind in ("hand", "slower", "support")),
    ("lower_signal", lambda p: p.says("Gia", "lower_signal", id=p.own["hand"])),
    ("say_safe_for_now", lambda p: p.says("Gia", "say_safe_for_now", id=p.own["support"])),
    ("ask_to_talk", lambda p: p.says("Gia", "ask_to_talk", id=p.own["support"])),
    ("answer_signal", lambda p: p.says("Fola", "answer_signal", id=p.own["support"], reply=CANARY)),
    ("pause_for_me", lambda p: p.says("Gia", "pause_for_me", choice="calm")),
    ("stop_now", lambda p: p.says("Gia", "stop_now", id=new())),
    ("leave", lambda p: p.says("Gia", "leave")),
]  # fmt: skip


@pytest.mark.parametrize("state", [SessionState.LOBBY, SessionState.LIVE, SessionState.HELD])
def test_nothing_of_somebody_at_the_door_reaches_the_room(house: House, state: SessionState) -> None:
    inside = ("Amal", "Birgit", "Chidi", "display")
    with_it, without = Play(house, inside), Play(house, inside)
    for play in (with_it, without):
        play.goes_to(state, "")
    for what, thing in AT_THE_DOOR:
        assert thing(with_it)["ok"], what
        with_it.pushes()
        nothing_came(with_it, what)
    they_are_alike(with_it, without, "all of it")
    assert with_it.own["support"] in "\n".join(with_it.frames("Fola")), "there is somebody who reads it"


def test_what_is_shown_or_given_to_one_person_carries_nothing_more(house: House) -> None:
    play = Play(house)
    room, words = play.room, {"stage_id": "s-words", "audience": "group_named"}
    play.answers(answer={"text": f"{CANARY} aloud", "secret": f"{CANARY} secret"}, **words)
    play.answers(answer={"text": f"{CANARY} unnamed"}, stage_id="s-words", audience="group_unnamed")
    play.goes_to(SessionState.LIVE, "s-lines")
    assert play.says("Fola", "reveal", stage_id="s-words")["ok"]
    assert play.says("Fola", "check_line", id=play.own["line"], state="ok")["ok"]
    for alias in set(room.people) - {"Birgit", "Chidi", "Gia"}:
        to = room.people[alias] if alias == "Hana" else play.row_of_member(alias).id
        thanks = {"stage_id": "s-lines", "id": new(), "to": to, "text": "Thank you."}
        assert play.says("Fola", "add_line", **thanks)["ok"]
    assert play.says("Fola", "deliver_lines", stage_id="s-lines")["delivered"]
    version = {"stage_id": "s-pairs", "version": room.row.version}
    assert play.says("Fola", "go_to_stage", **version)["ok"]
    pairs = [[room.people[each] for each in pair] for pair in (("Amal", "Birgit"), ("Hana", "Ewa"))]
    assert play.says("Fola", "assign_pairs", stage_id="s-pairs", pairs=pairs)["ok"]
    scene = {"scene": f"{CANARY} scene", "role": "", "rounds": [f"{CANARY} round"], "observer_notes": []}
    assert play.answers(stage_id="s-pairs", answer={"play": scene})["ok"]
    play.pushes()
    told = {
        **{key: {"Birgit", "Birgit at home", "Hana", "display"} for key in ("aloud", "unnamed")},
        "line": {"Birgit", "Birgit at home"},
        "scene": {"Birgit", "Birgit at home"},
        **{key: set[str]() for key in ("secret", "private", "asked", "spoken", "round")},
    }
    heard = {name: "\n".join(play.frames(name)) for name in play.others}
    assert {what: {name for name in heard if f"{CANARY} {what}" in heard[name]} for what in told} == told
