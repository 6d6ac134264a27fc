"""Live sessions for programs that test or measure: many rooms, admitted members, tickets that last a day."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from app.access import SANDBOX_SECONDS, Tickets
from app.config import Settings
from app.core import door, groups
from app.core.agenda import Stage
from app.core.changes import Who
from app.core.models import (
    Facilitator,
    GroupSession,
    Member,
    SessionState,
    StageVisit,
    new_id,
    now,
)
from app.core.sealing import seal
from app.db import Database

STAGES = 50
AUDIENCES = ["facilitators", "group_unnamed", "group_named"]


def make(settings: Settings, database: Database, rooms: int, members: int, file: Path) -> None:
    """Makes the sessions and writes what opens them as JSON."""
    tickets = Tickets(settings.secret_key)

    def ticket(kind: str, group_session_id: str, person_id: str) -> str:
        return tickets.issue(Who(kind, group_session_id, person_id), SANDBOX_SECONDS, sandbox=True)

    made = []
    leader = database.writer.do(_leader)
    for number in range(1, rooms + 1):
        room = database.writer.do(_room, leader, number, members)
        made.append(
            {
                "session": room["session"],
                "code": room["code"],
                "facilitator": {"ticket": ticket("facilitator", room["session"], leader)},
                "display": {"ticket": ticket("display", room["session"], "")},
                "members": [
                    {"alias": alias, "ticket": ticket("participant", room["session"], person)}
                    for alias, person in room["members"]
                ],
            }
        )
    file.write_text(json.dumps(made, indent=1), encoding="utf-8")


def _leader(db: Connection) -> str:
    new = new_id()
    db.execute(insert(Facilitator).values(id=new, name=seal(Facilitator.name, new, "Fola"), created_at=now()))
    return new


def _room(db: Connection, leader: str, number: int, members: int) -> dict[str, Any]:
    group = groups.create_group(db, leader, name=f"Sandbox {number}", programme_id=None)
    stages = [_stage(place) for place in range(1, STAGES + 1)]
    group_session = groups.plan_session(db, group, stages, sandbox=True)
    at = now()
    values = {"state": SessionState.LIVE, "opened_at": at, "started_at": at}
    db.execute(update(GroupSession).where(GroupSession.id == group_session).values(**values))  # type: ignore[arg-type]
    db.execute(
        insert(StageVisit).values(group_session_id=group_session, stage_id=stages[0]["id"], entered_at=at)
    )
    aliases = [f"Member {place}" for place in range(1, members + 1)]
    people = []
    for alias, member_id in zip(aliases, groups.add_members(db, group, aliases), strict=True):
        member = db.execute(Member.__table__.select().where(Member.id == member_id)).one()  # type: ignore[attr-defined]
        people.append((alias, door.join(db, group_session, alias=alias, member=member)))
    code = db.execute(GroupSession.__table__.select().where(GroupSession.id == group_session)).one().code  # type: ignore
    return {"session": group_session, "code": code, "members": people}


def _stage(place: int) -> Stage:
    return {
        "id": f"s-{new_id()[:8]}",
        "title": f"Stage {place}",
        "kind": "exercise",
        "minutes": 5,
        "core": False,
        "cue": {"aim": "", "steps": [], "say": "", "also": "", "care": ""},
        "exercises": [],
        "pool": [],
        "reading": [],
        "prompts": [{"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"}],
        "audiences": AUDIENCES,
        "default_audience": "facilitators",
        "repeat": True,
        "perspectives": [],
        "measures": [],
        "phase": "",
    }
