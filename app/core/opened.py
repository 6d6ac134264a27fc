"""The values of a stored answer, unsealed."""

import json
from typing import Any

from app.core.models import Reflection
from app.core.sealing import open_sealed


def answer_of(each: Any) -> dict[str, Any]:
    """The values of an answer's row, by prompt key."""
    answer: dict[str, Any] = json.loads(open_sealed(Reflection.answer, each.id, each.answer))
    return answer
