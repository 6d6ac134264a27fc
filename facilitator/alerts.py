"""The strip of every page: calls for a person, in all groups that somebody leads."""

from collections import defaultdict
from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request

from app.core import alerts as calls
from app.core.changes import Who
from app.core.commands import REGISTRY, OfIds, perform
from app.core.door import OPEN_STATES
from app.core.models import now
from app.core.refusals import Invalid, NotFound
from app.services import services
from app.sign_in import also_idle, facilitators_only, who_is_here
from facilitator.pages import me, my_session, read

pages = Blueprint("alerts", __name__)


@pages.get("/alerts")
@also_idle
def alerts() -> Any:
    """What stands in the strip, and whether a call may come ``soon``, so that the page asks again at once;
    ``but`` leaves out a session whose console hears of its own at once. The console of
    a running session is told also when nobody has touched it for long.
    """
    but = request.args.get("but", "")
    idle = (who_is_here() or {"idle": True})["idle"]
    if idle and not (but and read(my_session, but).state in OPEN_STATES):
        abort(401)
    found = read(calls.unseen, me())
    for each in found:
        services().screens.presence.looks(each["group_session_id"])
    left = [each for each in found if each["group_session_id"] != but]
    soon = read(calls.may_come, me(), now(), but)
    return jsonify(html=render_template("facilitator/alerts_in.html", alerts=left), soon=soon)


@pages.post("/alerts/shown")
@also_idle
def shown() -> Any:
    """These stand on a page that can be seen; their senders read so."""
    by_session = defaultdict(list)
    for each in _named():
        by_session[each["group_session_id"]].append(each["id"])
    for group_session_id, ids in by_session.items():
        _does("signals_shown", group_session_id, ids=ids)
    return jsonify(ok=True)


@pages.post("/alerts/seen")
@facilitators_only
def seen() -> Any:
    """Whoever is signed in has seen them."""
    for each in _named():
        _does("acknowledge_signal", each["group_session_id"], id=each["id"])
    return jsonify(ok=True)


def _named() -> list[dict[str, Any]]:
    """Of the signals that a page names, those of their groups that nobody has seen yet: a colleague may have
    been quicker with one of them, and the others stand all the same. NotFound where none does.
    """
    try:
        ids = OfIds.model_validate(request.get_json(silent=True)).ids
    except ValueError:
        raise Invalid() from None
    stand = [each for each in read(calls.unseen, me()) if each["id"] in ids]
    if not stand:
        raise NotFound()
    return stand


def _does(name: str, group_session_id: str, **payload: Any) -> None:
    command, who = REGISTRY["facilitator"][name], Who("facilitator", group_session_id, me())
    services().database.writer.do(perform, who, command, command.payload(**payload), of=group_session_id)
