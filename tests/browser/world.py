"""What a test's database holds before anybody opens a browser; made by the program's own verbs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.access import SANDBOX_SECONDS, Tickets
from app.core import accounts, commands, door, groups, sealing
from app.core.changes import Who
from app.core.models import GroupSession, LogEntry, Member, Participant, new_id
from app.core.sealing import open_sealed
from app.db import Database
from app.library.agendas import stage_of_exercise, talk_stage
from app.sign_in import enter_path
from tests.house.actors import Leader, Person
from tests.house.environment import KEYS, SECRET_KEY
from tests.house.groups import complete
from tests.house.hashes import quick_hash

EMAIL, PASSWORD = "fola@example.org", "four words that never met"
Stage = dict[str, Any]


def opening_round() -> Stage:
    return stage_of_exercise("mood_event_checkin")


def memory() -> Stage:
    """Five questions in a few words each; to begin with only facilitators read the answer."""
    return stage_of_exercise("good_relationship_memory")


def one_word() -> Stage:
    return stage_of_exercise("one_word_checkin")


def line(title: str, *, repeat: bool = False, audience: str = "group_named") -> Stage:
    """A stage with one box for free text; to begin with the group reads it."""
    stage = talk_stage(title, 5)
    prompt = {"key": "text", "type": "free_text", "text": f"What comes to mind: {title}?", "who": "all"}
    return stage | {
        "kind": "exercise",
        "prompts": [prompt],
        "default_audience": audience,
        "repeat": repeat,
    }


class World:
    """One group and its sessions, led by Fola."""

    def __init__(self, database_url: str, aliases: Sequence[str] = ("Amal", "Birgit", "Chidi")) -> None:
        sealing.use(sealing.parse_ring(KEYS))
        self.database = Database(database_url)
        self.tickets = Tickets(SECRET_KEY)
        self.link = f"set-up link {new_id()}"  # worlds share a server and its database
        self.fola = self.do(accounts.add_facilitator, "Fola", self.link)
        self.group = self.do(
            groups.create_group,
            self.fola,
            name="Tuesday group",
            programme_id="online_short_75",
            crisis_line="116 123",
        )
        self.members = dict(zip(aliases, self.do(groups.add_members, self.group, list(aliases)), strict=True))
        self.do(complete, self.group, self.fola)

    def do(self, verb: Any, *arguments: Any, **named: Any) -> Any:
        return self.database.writer.do(verb, *arguments, **named)

    def gives_fola_a_password(self) -> None:
        """From now on Fola can use the sign-in page; once in a database."""
        hashed = quick_hash(PASSWORD)
        email_hash = accounts.email_hash(SECRET_KEY, EMAIL)
        self.do(accounts.set_up, self.link, email=EMAIL, email_hash=email_hash, password_hash=hashed)

    def plan(self, stages: list[Stage], number: int | None = None) -> str:
        """A planned session with these stages; gives its id."""
        return str(self.do(groups.plan_session, self.group, stages, number=number))

    def leads(self, group_session_id: str, command: str, **payload: Any) -> Any:
        """Fola does something in a session, without a browser."""
        return self._perform(Who("facilitator", group_session_id, self.fola), command, payload)

    def moves(self, group_session_id: str, command: str, **payload: Any) -> Any:
        """The same for what is decided on a version."""
        return self.leads(group_session_id, command, version=self.row(group_session_id).version, **payload)

    def _perform(self, who: Who, command: str, payload: dict[str, Any]) -> Any:
        spec = commands.REGISTRY[who.kind][command]
        given = spec.payload.model_validate(payload)
        return self.do(commands.perform, who, spec, given, of=who.group_session_id)

    def open(self, stages: list[Stage], number: int | None = None, *, started: bool = True) -> str:
        """A session that is live at its first stage, or whose lobby is open."""
        group_session_id = self.plan(stages, number)
        self.moves(group_session_id, "open_lobby")
        if started:
            self.moves(group_session_id, "start")
        return group_session_id

    def joins(self, group_session_id: str, alias: str) -> Who:
        """A member comes in without a browser; `says` and `ticket` speak for them."""
        member = self._row(Member, self.members[alias])
        person = self.do(door.join, group_session_id, alias=alias, member=member, private=True, safe=True)
        return Who("participant", group_session_id, person)

    def joined(self, group_session_id: str, participant_id: str) -> Who:
        """Somebody who is there already, to speak for them without their browser."""
        return Who("participant", group_session_id, participant_id)

    def says(self, who: Who, command: str, **payload: Any) -> Any:
        return self._perform(who, command, payload)

    def ticket(self, who: Who) -> str:
        """What opens a socket for this person, without a limit on commands."""
        return self.tickets.issue(who, SANDBOX_SECONDS, sandbox=True)

    def leader(self, address: str, group_session_id: str) -> Leader:
        """Fola without a browser."""
        who = Who("facilitator", group_session_id, self.fola)
        return Leader(address, "facilitator", self.ticket(who))

    def member(self, address: str, group_session_id: str, alias: str) -> Person:
        """A member who comes in without a browser."""
        return Person(address, "participant", self.ticket(self.joins(group_session_id, alias)))

    def row(self, group_session_id: str) -> Any:
        return self._row(GroupSession, group_session_id)

    def person(self, group_session_id: str, alias: str) -> str:
        """The id in a session of a member who is there."""
        with self.database.reader() as db:
            place = (Participant.group_session_id == group_session_id) & (
                Participant.member_id == self.members[alias]
            )
            return str(db.execute(select(Participant.id).where(place)).scalar_one())

    def logged(self, group_session_id: str, action: str) -> int:
        """How often something was done in a session."""
        entries = select(LogEntry.action).where(LogEntry.group_session_id == group_session_id)
        with self.database.reader() as db:
            return [row.action for row in db.execute(entries)].count(action)

    def _row(self, model: Any, row_id: str) -> Any:
        with self.database.reader() as db:
            return db.execute(select(model.__table__).where(model.id == row_id)).one()

    def member_path(self, alias: str) -> str:
        row = self._row(Member, self.members[alias])
        return f"/m/{open_sealed(Member.link, row.id, row.link)}"

    def room_path(self, group_session_id: str) -> str:
        row = self.row(group_session_id)
        return f"/r/{open_sealed(GroupSession.room_link, row.id, row.room_link)}"

    def display_path(self, group_session_id: str) -> str:
        row = self.row(group_session_id)
        return f"/display/{open_sealed(GroupSession.display_link, row.id, row.display_link)}"

    def enter_path(self, path: str = "/today") -> str:
        """Signs Fola in without the sign-in page; exists in development only."""
        return enter_path(SECRET_KEY, self.fola, path)

    def console_path(self, group_session_id: str) -> str:
        return self.enter_path(f"/sessions/{group_session_id}/console")

    def close(self) -> None:
        self.database.close()
