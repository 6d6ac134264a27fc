"""The frozen agenda of a session: a list of stages, sealed as JSON in the session's row."""

import copy
import json
from functools import lru_cache
from typing import Any

from app.core.models import GroupSession
from app.core.refusals import NotFound
from app.core.sealing import Sealed, open_sealed, seal

Stage = dict[str, Any]

REHEARSAL, REHEARSAL_ALONE = "rehearsal", "rehearsal_alone"  # kinds of sessions, beside group and meetings


def alone(row: Any) -> bool:
    """Whether a session is with one person: a one-to-one meeting, or the rehearsal of one."""
    return row.kind not in ("group", REHEARSAL)


def counts(row: Any) -> bool:
    """Whether a session is one of the group's own; what is rehearsed or tried out is in nobody's course."""
    return not row.sandbox and row.rehearsal_of is None


def agenda_of(row: Any) -> list[Stage]:
    """The stages of a session's row. Shared and cached: never change what comes back, use ``edited()``."""
    return _opened(row.id, row.agenda)


def edited(row: Any) -> list[Stage]:
    """A copy of the stages, to be changed and sealed again."""
    return copy.deepcopy(agenda_of(row))


def sealed_agenda(group_session_id: str, stages: list[Stage]) -> Sealed:
    return seal(GroupSession.agenda, group_session_id, json.dumps(stages, ensure_ascii=False))


def find_stage(stages: list[Stage], stage_id: str) -> int:
    """The place of a stage in the agenda; NotFound where there is none."""
    for index, stage in enumerate(stages):
        if stage["id"] == stage_id:
            return index
    raise NotFound()


def next_index(stages: list[Stage], index: int) -> int | None:
    """The next stage that is not skipped, after ``index``."""
    return next((i for i in range(index + 1, len(stages)) if not stages[i].get("skipped")), None)


def previous_index(stages: list[Stage], index: int) -> int | None:
    return next((i for i in range(index - 1, -1, -1) if not stages[i].get("skipped")), None)


@lru_cache(maxsize=1024)
def _opened(row_id: str, sealed: str) -> list[Stage]:
    stages: list[Stage] = json.loads(open_sealed(GroupSession.agenda, row_id, sealed))
    return stages
