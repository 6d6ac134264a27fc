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
from sqlalchemy import select, update

from app.core import consents, contacts, door, groups, instruments, measures, pins, views
from app.core.changes import changing
from app.core.commands import REGISTRY
from app.core.models import GroupSession, SessionState, now
from app.core.refusals import Refused
from app.db import Database
from tests.house.groups import everybody_says_yes
from tests.house.rooms import TABLES, asking, make_room
from tests.realtime.packets import House, Tapped

CANARY = "canary-7f3a"
LEADING, OTHERS = ("Fola", "Sami", "Olu"), ("Birgit", "Gia", "Chidi", "display")
PEOPLE = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid")
FREE = {"type": "free_text", "text": "What is on your mind?", "who": "all"}


def stages() -> list[dict[str, Any]]:
    """Each kind of stage once; its id says which."""
    ours = FREE | {"key": "secret", "audience": "facilitators"}
    mood = {"key": "mood", "type": "scale_0_10", "text": "Mood?", "who": "all", "audience": "facilitators"}
    return [
        asking("s-words", FREE | {"key": "text"}, ours, repeat=True),
        asking("s-mood", mood, FREE | {"key": "text"}),
        asking("s-ours", FREE | {"key": "text"}, audiences=("facilitators",)),
        asking("s-work", FREE | {"key": "text"}) | {"pool": ["grounding"]},
        asking("s-lines", {"key": "lines", "type": "feedback", "text": "A line.", "who": "all"}),
        asking("s-pairs", {"key": "play", "type": "roleplay_pair", "text": "Practise.", "who": "all"}),
        asking("s-form") | {"measures": ["phq9"]},
        asking("s-talk") | {"kind": "talk", "prompts": []},
    ]


STAGES = [stage["id"] for stage in stages()]
# in which state, and at which stage while the session is on
MOMENTS = [
    (SessionState.PLANNED, ""),
    (SessionState.LOBBY, ""),
    *((SessionState.LIVE, stage) for stage in STAGES),
    (SessionState.HELD, "s-words"),
    (SessionState.ENDED, ""),
]


@pytest.fixture
def database_kind() -> str:
    """Who receives which frame does not depend on the database."""
    return "sqlite"


class Play(Tapped):
    """A room in which Amal does private things, and Fola about Amal."""

    def __init__(self, house: House, others: tuple[str, ...] = OTHERS) -> None:
        self.others = others
        super().__init__(house, make_room(house.database, PEOPLE, stages(), state=SessionState.LIVE))
        room = self.room
        room.lets_in("Gia", guest=True)
        room.people["Milo"] = room.does("Fola", "seat", member_id=self.member("Milo"))["participant_id"]
        self.row_of("Dolores", "shown", "group_named", "to be shown")
        room.does("Fola", "show_reflection", id=self.own["shown"])
        for name, audience in (
            ("asked", "facilitators"),
            ("withdrawn", "group_named"),
            ("private", "facilitators"),
        ):
            self.row_of("Amal", name, audience, f"{CANARY} {name}")
        room.does("Fola", "request_share", id=self.own["asked"])
        for alias, name in (("Amal", "scribed"), ("Milo", "aloud")):
            self.writes_for(alias, name)
        self.own["question"] = room.does("Fola", "ask", participant_id=room.people["Amal"], question="safe")[
            "id"
        ]
        for name, kind in (("call", "support"), ("lowered", "hand"), ("answered", "support")):
            self.own[name] = str(uuid4())
            room.does("Amal", "raise_signal", id=self.own[name], kind=kind)
        self.comes(*LEADING, "Amal", "Birgit", "Chidi", "Gia", "display")
        room.does("Fola", "remove", participant_id=room.people["Chidi"])
        self.pushes()

    def goes_to(self, state: SessionState, stage: str) -> None:
        """Puts the session into a state, whatever way leads there."""
        for each in STAGES[1 : STAGES.index(stage or STAGES[0]) + 1]:
            self.room.does("Fola", "go_to_stage", stage_id=each, version=self.room.row.version)
        if state == SessionState.LIVE and stage == "s-lines":
            self.writes_a_line()
        values: dict[str, Any] = {"state": state}
        if state == SessionState.ENDED:
            values["ended_at"] = now()
        query = update(GroupSession).where(GroupSession.id == self.room.id).values(**values)  # type: ignore[arg-type]
        self.house.database.writer.do(lambda db: db.execute(query))
        self.nudges()
        self.pushes()
        self.marks = {name: len(self.frames(name)) for name in self.others}

    def member(self, alias: str) -> str:
        new = self.house.database.writer.do(groups.add_members, self.room.group, [alias])[0]
        self.house.database.writer.do(everybody_says_yes, self.room.group)
        return str(new)

    def row_of(self, alias: str, name: str, audience: str, words: str) -> None:
        self.own[name] = str(uuid4())
        answer = {"stage_id": "s-words", "answer": {"text": words}, "audience": audience}
        self.room.does(alias, "submit_reflection", id=self.own[name], **answer)

    def writes_for(self, alias: str, name: str) -> None:
        self.own[name] = str(uuid4())
        spoken = {"stage_id": "s-words", "answer": {"text": f"{CANARY} spoken"}, "audience": "group_named"}
        self.room.does(
            "Fola", "write_for", id=self.own[name], participant_id=self.room.people[alias], **spoken
        )

    def writes_a_line(self) -> None:
        people = TABLES["participant"]
        amal, birgit = (
            self.room.all(select(people).where(people.c.id == self.room.people[alias]))[0]
            for alias in ("Amal", "Birgit")
        )
        answer = {"lines": [{"to": birgit.member_id, "text": f"{CANARY} line"}]}
        self.room.does(
            "Amal",
            "submit_reflection",
            id=self.own.setdefault("lines", str(uuid4())),
            stage_id="s-lines",
            answer=answer,
            audience="facilitators",
        )
        lines = TABLES["feedback_line"]
        self.own["line"] = self.room.all(select(lines.c.id).where(lines.c.participant_id == amal.id))[0].id
        self.own["to"] = birgit.member_id

    # what happens privately

    def answers(self, **more: Any) -> dict[str, Any]:
        usual = {"stage_id": "s-words", "answer": {"text": f"{CANARY} words"}, "audience": "facilitators"}
        return self.says("Amal", "submit_reflection", **{"id": str(uuid4())} | usual | more)

    def revises(self) -> dict[str, Any]:
        """An answer to the stage that is current, where that is one of words or of lines."""
        if "lines" not in self.own:
            return self.answers(id=self.own["private"], revision=2)
        answer = {"lines": [{"to": self.own["to"], "text": f"{CANARY} other line"}]}
        return self.answers(id=self.own["lines"], revision=2, stage_id="s-lines", answer=answer)

    def writes(self, verb: Callable[..., Any], *args: Any, **named: Any) -> dict[str, Any]:
        """Something that no command does: a page's verb."""
        try:
            self.house.database.writer.do(verb, *args, **named)
        except Refused as refusal:
            return refusal.answer()
        return {"ok": True}

    def sends_a_form(self) -> dict[str, Any]:
        return self.writes(_form, self.room.who("Amal"))

    def alert(self) -> str:
        signals = TABLES["signal"]
        mine = (signals.c.group_session_id == self.room.id) & (signals.c.kind == "item_9")
        return str(self.room.all(select(signals.c.id).where(mine))[0].id)

    def comes_again(self, **answers: bool) -> dict[str, Any]:
        member = self.row_of_member("Amal")
        return self.writes(door.join, self.room.id, alias="Amal", member=member, **answers)

    def row_of_member(self, alias: str) -> Any:
        people, members = TABLES["participant"], TABLES["member"]
        person = self.room.all(select(people).where(people.c.id == self.room.people[alias]))[0]
        return self.room.all(select(members).where(members.c.id == person.member_id))[0]


def _form(db: Any, who: Any) -> None:
    measure = instruments.find(db, "phq9")
    item_9 = dict.fromkeys(measure.keys, 0) | dict.fromkeys(measure.alert_items, 2)
    with changing(db, who, "submit_measure") as change:
        measures.submit_measure(
            change,
            person=views.participant(db, who.group_session_id, who.id),
            measure=measure,
            response_id=str(uuid4()),
            revision=1,
            answers=item_9,
        )


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
    ("request_share", lambda p: p.says("Fola", "request_share", id=p.own["private"])),
    ("answer_share_request", lambda p: p.says("Amal", "answer_share_request", id=p.own["asked"],
                                              accept=False)),
    ("confirm_reflection", lambda p: p.says("Amal", "confirm_reflection", id=p.own["scribed"], accept=True)),
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
    ("ask", lambda p: p.says("Fola", "ask", participant_id=p.room.people["Amal"], question="all_right")),
    ("read_answer", lambda p: p.says("Fola", "read_answer", id=p.own["question"])),
    ("save_note", lambda p: p.says("Fola", "save_note", text=f"{CANARY} note", revision=1)),
    ("save_note", lambda p: p.says("Fola", "save_note", text=f"{CANARY} note", revision=1,
                                   participant_id=p.room.people["Amal"])),
    ("mark_heard", lambda p: p.says("Fola", "mark_heard", participant_id=p.room.people["Amal"])),
    ("mark_not_safe", lambda p: p.says("Fola", "mark_not_safe", participant_id=p.room.people["Amal"])),
    ("check_line", lambda p: p.says("Fola", "check_line", id=p.own.get("line", "none"), state="held")),
    ("add_line", lambda p: p.says("Fola", "add_line", stage_id="s-lines", id=new(), text=f"{CANARY} line",
                                  to=p.own.get("to", "none"))),
    ("submit_reflection", lambda p: p.revises()),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="word", id=new())),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="calm")),
    ("pause_for_me", lambda p: p.says("Amal", "pause_for_me", choice="listen")),
    ("stop_now", lambda p: p.says("Amal", "stop_now", id=new())),
    ("let_write", lambda p: p.says("Fola", "let_write", participant_id=p.room.people["Amal"])),
    ("a measure with item 9", lambda p: p.sends_a_form()),
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


def they_are_alike(with_it: Play, without: Play, after: str) -> None:
    """Something public happens in both rooms: everybody receives the same, and the one removed nothing."""
    for play in (with_it, without):
        play.nudges()
        play.pushes()
        for name in play.others:
            play.says(name, "sync", seen=0)
    for name in with_it.others:
        frames = [play.plain(play.frames(name)[play.marks[name] :]) for play in (with_it, without)]
        assert frames[0] == frames[1], f"{after}: {name}"
        assert bool(frames[0]) is (name != "Chidi")
        for play in (with_it, without):
            play.marks[name] = len(play.frames(name))


@pytest.mark.parametrize(("state", "stage"), MOMENTS)
def test_nothing_private_reaches_anybody_else(house: House, state: SessionState, stage: str) -> None:
    with_it, without = Play(house), Play(house)
    for play in (with_it, without):
        play.goes_to(state, stage)
    one_by_one = (state, stage) == (SessionState.LIVE, "s-lines")
    refused = {}
    for what, thing in PRIVATE:
        answer = thing(with_it)
        if not answer["ok"]:
            refused[what] = answer["error"]
        if one_by_one:
            with_it.pushes()
            nothing_came(with_it, what)
    with_it.pushes()
    nothing_came(with_it, "all of it")
    they_are_alike(with_it, without, "all of it")
    private = ids_of(with_it)
    for name in with_it.others:
        heard = "\n".join(with_it.frames(name))
        assert CANARY not in heard
        assert not [each for each in private if each in heard], name
    led = "\n".join(with_it.frames("Fola"))
    assert CANARY in led and sum(each in led for each in private) > 3, "there is somebody who reads it"
    if one_by_one:
        assert refused == {}, "all of it has happened"


def test_a_private_thing_beside_a_public_one_makes_no_frame_differ(house: House) -> None:
    with_it, without = Play(house), Play(house)
    for play in (with_it, without):
        play.goes_to(SessionState.LIVE, "s-lines")
    for what, thing in PRIVATE:
        assert thing(with_it)["ok"], what
        they_are_alike(with_it, without, what)


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
        they_are_alike(with_it, without, what)
    assert with_it.own["support"] in "\n".join(with_it.frames("Fola")), "there is somebody who reads it"
