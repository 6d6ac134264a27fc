"""Tags while reading: one tag set or taken off an answer; the answer brings the region that counts them."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, StrictBool, StrictStr, ValidationError

from app.core import summary, tags
from app.core.refusals import Invalid, NotFound, Refused, Retry
from app.regions import clock
from app.services import services
from app.sign_in import asked_by_pages, facilitators_only
from facilitator.pages import in_zone, me, my_session, read

pages = Blueprint("tagging", __name__)


class Tag(BaseModel):
    """One tag, on or off one answer."""

    model_config = ConfigDict(extra="forbid")

    reflection_id: StrictStr
    tag: StrictStr
    on: StrictBool


@pages.post("/sessions/<group_session_id>/tags")
@facilitators_only
def tag(group_session_id: str) -> Any:
    """Stores one tag. The answer has the tags that stand on it now, whoever set them."""
    try:
        read(my_session, group_session_id, True)
        sent = _sent()
        stands = services().database.writer.do(
            *(tags.set_tag, me(), group_session_id, sent.reflection_id, sent.tag, sent.on),
            of=group_session_id,
        )
    except Refused as refusal:
        code = 404 if isinstance(refusal, NotFound) else 503 if isinstance(refusal, Retry) else 422
        error = refusal.answer()["error"]
        return jsonify(ok=False, error=error | {"message": _(error["message"])}), code
    told = read(_touched, group_session_id)
    return jsonify(ok=True, tags=stands, saved_at=clock(datetime.now(UTC)), html=told["html"])


@pages.get("/sessions/<group_session_id>/tags")
@asked_by_pages
def tagged(group_session_id: str) -> Any:
    """All tags of a session, for a page that was away: somebody else may have set some."""
    read(my_session, group_session_id)
    return jsonify(read(_touched, group_session_id))


def _touched(db: Any, group_session_id: str) -> dict[str, Any]:
    told = summary.touched_of(db, group_session_id)
    in_zone(told["time_zone"])
    html = render_template("facilitator/summary_touched.html", **told)
    return {"tags": tags.of_session(db, group_session_id), "html": html}


def _sent() -> Tag:
    try:
        return Tag.model_validate(request.get_json(silent=True))
    except ValidationError:
        raise Invalid() from None
