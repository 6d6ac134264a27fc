"""What a stored answer's row says: its values, unsealed, and whether they are its person's yet."""

import json
from typing import Any

from app.core.models import Reflection
from app.core.sealing import open_sealed


def answer_of(each: Any) -> dict[str, Any]:
    """The values of an answer's row, by prompt key."""
    answer: dict[str, Any] = json.loads(open_sealed(Reflection.answer, each.id, each.answer))
    return answer


def waits_for_yes(each: Any) -> bool:
    """Whether an answer was written by a facilitator and its person has not confirmed it yet."""
    return each.written_by is not None and each.confirmed_at is None
