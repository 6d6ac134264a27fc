"""Planned and actual minutes of a session."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.core import stored
from app.core.agenda import Stage
from app.core.models import SessionState, StageVisit, now
from app.core.views import brief

Row = Any


class Times:
    """Planned and actual minutes of a session."""

    def __init__(self, db: Connection, row: Row):
        self.row = row
        self.at = row.ended_at or now()
        self.seconds: dict[str, float] = {}
        self.entered: datetime | None = None
        for visit in stored.find_all(db, StageVisit, ("entered_at",), group_session_id=row.id):
            spent = ((visit.left_at or self.at) - visit.entered_at).total_seconds()
            self.seconds[visit.stage_id] = self.seconds.get(visit.stage_id, 0.0) + max(0.0, spent)
            if visit.left_at is None:
                self.entered = visit.entered_at

    def actual(self, stage_id: str) -> int | None:
        """Whole minutes spent in a stage; None if it was never shown."""
        seconds = self.seconds.get(stage_id)
        return None if seconds is None else int(seconds // 60)

    @property
    def spent(self) -> int:
        return int(sum(self.seconds.values()) // 60)

    def stage(self, place: int, stage: Stage) -> dict[str, Any]:
        skipped = bool(stage.get("skipped"))
        here = self.row.state in (SessionState.LIVE, SessionState.HELD) and place == self.row.stage_index
        been = stage["id"] in self.seconds
        phase = "skipped" if skipped else "now" if here else "done" if been else "ahead"
        return {
            **brief(stage),
            "minutes": stage["minutes"],
            "actual": self.actual(stage["id"]),
            "core": stage["core"],
            "skipped": skipped,
            "phase": phase,
            "pool": stage.get("pool", []),
        }

    def behind(self, stages: list[Stage]) -> int:
        """Minutes behind the plan: what was spent beyond the plan so far."""
        over = 0.0
        for place, stage in enumerate(stages):
            if stage["id"] not in self.seconds:
                continue
            spent, planned = self.seconds[stage["id"]] / 60, stage["minutes"]
            here = place == self.row.stage_index and self.row.state != SessionState.ENDED
            over += max(0.0, spent - planned) if here else spent - planned
        return round(over)
