"""A room in which private things happen, and the clients of everybody else who is there."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from app.core import consents, door, escalation, groups, instruments, measures, seats, views
from app.core.changes import changing
from app.core.commands import REGISTRY
from app.core.models import GroupSession, SessionState, now
from app.core.refusals import Refused
from app.core.sealing import open_sealed
from tests.house.groups import everybody_says_yes
from tests.house.rooms import FORM, TABLES, asking, make_room
from tests.realtime.packets import House, Tapped

CANARY = "canary-7f3a"
LEADING = ("Fola", "Sami", "Olu")
# a peer with two devices, a guest who was let in, a guest who waits, one who was removed, and the wall
OTHERS = ("Birgit", "Birgit at home", "Hana", "Gia", "Chidi", "display")
PEOPLE = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid", "Greta")
PAGES = ("", "/help", "/words", "/words.txt", "/consent", FORM)
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


class Play(Tapped):
    """A room in which Amal does private things, and Fola about Amal."""

    def __init__(self, house: House, others: tuple[str, ...] = OTHERS) -> None:
        self.others, self.loaded = others, dict[str, list[str]]()
        super().__init__(house, make_room(house.database, PEOPLE, stages(), state=SessionState.LIVE))
        room = self.room
        for guest in ("Gia", "Hana"):
            room.lets_in(guest, guest=True)
        room.does("Fola", "admit", participant_id=room.people["Hana"])
        room.people["Milo"] = room.does("Fola", "seat", member_id=self.member("Milo"))["participant_id"]
        self.row_of("Dolores", "shown", "group_named", "to be shown")
        room.does("Fola", "show_reflection", id=self.own["shown"])
        for name, audience in (
            ("asked", "facilitators"),
            ("withdrawn", "group_named"),
            ("private", "facilitators"),
            ("narrowed", "group_named"),
            ("kept", "group_named"),
        ):
            self.row_of("Amal", name, audience, f"{CANARY} {name}")
        room.does("Fola", "request_share", id=self.own["asked"])
        for alias, name in (("Amal", "scribed"), ("Amal", "misheard"), ("Milo", "aloud")):
            self.writes_for(alias, name)
        for name, question in (("question", "safe"), ("second", "pause")):
            asked = room.does("Fola", "ask", participant_id=room.people["Amal"], question=question)
            self.own[name] = asked["id"]
        for name, kind in (("call", "support"), ("lowered", "hand"), ("answered", "support")):
            self.own[name] = str(uuid4())
            room.does("Amal", "raise_signal", id=self.own[name], kind=kind)
        self.comes(*LEADING, "Amal", "Amal shut", *OTHERS)
        room.does("Fola", "remove", participant_id=room.people["Chidi"])
        self.pushes()

    def goes_to(self, state: SessionState, stage: str, how: str = "") -> None:
        """Puts the session into a state, whatever way leads there; ``how`` is ``leaderless``, ``locked`` or
        ``rehearsal``.
        """
        for each in STAGES[1 : STAGES.index(stage or STAGES[0]) + 1]:
            self.room.does("Fola", "go_to_stage", stage_id=each, version=self.room.row.version)
        if state == SessionState.LIVE and stage == "s-lines":
            self.writes_a_line()
        values: dict[str, Any] = {"state": state}
        if state == SessionState.ENDED:
            values["ended_at"] = now()
        if how == "locked":
            values["locked_at"] = now()
        if how == "rehearsal":
            values["rehearsal_of"] = self.room.id
        if how == "leaderless":
            self.drops(*LEADING)
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

    # what others ask for

    def loads(self, name: str) -> list[str]:
        """Each page that somebody can open, as it would be in any room like this one."""
        browser, who = self.house.app.test_client(), self.who(name)
        paths = [f"/room/{self.room.id}{path}" for path in PAGES]
        if who.kind == "display":
            table = TABLES["group_session"]
            row = self.room.all(select(table).where(table.c.id == self.room.id))[0]
            paths = [f"/display/{open_sealed(GroupSession.display_link, row.id, row.display_link)}"]
        else:
            token = str(uuid4())
            self.house.database.writer.do(seats.give, who.id, token)
            with browser.session_transaction() as cookie:
                cookie["places"] = [[self.room.id, who.id, False, token]]
        answers = [browser.get(path) for path in paths]
        self.loaded[name] = [f"{each.status_code} {each.headers} {each.text}" for each in answers]
        return self.plain([each.text for each in answers])

    def asks(self, name: str) -> list[str]:
        """What somebody is told who sends each command once, in an order in which most are taken."""
        if self.who(name).kind == "display":
            return self.plain([str(self.says(name, "sync", seen=0))])
        own = {each: str(uuid4()) for each in ("answer", "hand", "call", "stop")}
        words = {"stage_id": "s-words", "answer": {"text": "Mine."}, "audience": "group_named"}
        payloads: dict[str, dict[str, Any]] = {
            "sync": {"seen": 0},
            "set_writing": {"stage_id": "s-words", "writing": True},
            "submit_reflection": words | {"id": own["answer"]},
            "take_back": {"id": own["answer"]},
            "answer_share_request": {"id": own["answer"], "accept": True},
            "confirm_reflection": {"id": own["answer"], "accept": True},
            "withdraw_reflection": {"id": own["answer"]},
            "raise_signal": {"id": own["call"], "kind": "hand"},
            "say_safe_for_now": {"id": own["call"]},
            "ask_to_talk": {"id": own["call"]},
            "lower_signal": {"id": own["call"]},
            "answer_question": {"id": own["call"], "answer": "no"},
            "pause_for_me": {"choice": "back"},
            "come_in": {},
            "stop_now": {"id": own["stop"]},
            "leave": {},
        }
        assert payloads.keys() == REGISTRY["participant"].keys()
        told = [(each, self.says(name, each, **payload)) for each, payload in payloads.items()]
        return self.plain([str(each) for each in told])

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

    def calls_out(self) -> dict[str, Any]:
        """The on-call contact is called: nobody has seen the form's alert in time."""
        call = {"id": str(uuid4()), "signal_id": self.alert(), "channel": "mail", "due_at": now(), "tries": 1}
        self.house.database.writer.do(lambda db: db.execute(TABLES["escalation"].insert().values(**call)))
        return self.writes(escalation.called, self.room.id, call["id"], "", now())

    def knocks(self) -> dict[str, Any]:
        """A stranger comes to the door."""
        self.own["stranger"] = str(uuid4())
        return self.writes(
            door.join,
            self.room.id,
            alias=CANARY,
            participant_id=self.own["stranger"],
            agreed=self.agreed(),
            private=True,
            safe=False,
        )

    def agreed(self) -> dict[str, int]:
        with self.house.database.reader() as db:
            return consents.newest(db, self.room.group)

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
