"""The planner of a session that has not opened yet."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from app.core import groups as verbs
from app.core import instruments, overview, shelf, turns
from app.core.agenda import Stage, find_stage
from app.core.models import now
from app.core.refusals import Refused, Retry
from app.core.stages import LARGEST_AGENDA
from app.exercises import Unreadable, clean
from app.library import agendas
from app.regions import clock
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, in_zone, leads, me, my_session, page, read

pages = Blueprint("planner", __name__)


@pages.get("/sessions/<group_session_id>/plan")
@facilitators_only
def plan(group_session_id: str) -> Any:
    shown = read(_plan, group_session_id)
    if shown["session"]["state"] != "planned":
        return back("console.console", group_session_id=group_session_id)
    in_zone(shown["group"]["time_zone"])
    at = shown["session"]["scheduled_at"]
    zone = ZoneInfo(shown["group"]["time_zone"])
    times = {"starts": clock(at), "when": at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else ""}
    phase = next((stage["phase"] for stage in shown["stages"] if stage["phase"]), "")
    for stage in shown["stages"]:
        found = read(shelf.exercises, stage["pool"])
        stage["choices"] = [each for each in found if turns.in_phase(each, stage)]
        stage["rest"] = [each for each in found if not turns.in_phase(each, stage)]
    return page(
        "facilitator/planner.html",
        "groups",
        phase=phase,
        exercises=read(shelf.offered, me()).filtered(),
        instruments=list(read(instruments.askable).values()),
        own=[each for each in read(shelf.own_list, me()) if each["kind"] == "session"],
        leads=read(leads, shown["group"]["id"]),
        **times,
        **shown,
    )


@pages.post("/sessions/<group_session_id>/plan")
@facilitators_only
def save(group_session_id: str) -> Any:
    """What the fields of the stages hold, in order, as JSON; refuses what was decided on an older plan."""
    sent = request.get_json(silent=True)
    shown = read(_plan, group_session_id, True)
    in_zone(shown["group"]["time_zone"])
    try:
        stages = _edited(shown["stages"], sent, set(read(instruments.askable)))
        version = _write(group_session_id, stages, int(sent["version"]))
    except (KeyError, TypeError, ValueError, Unreadable):
        return {"ok": False, "error": {"code": "invalid"}}, 422
    except Retry as refusal:
        return refusal.answer(), 503
    except Refused as refusal:
        return refusal.answer(), 409
    return {"ok": True, "version": version, "saved_at": clock(now())}


@pages.post("/sessions/<group_session_id>/plan/add")
@facilitators_only
def add(group_session_id: str) -> Any:
    """An exercise of the library, or a talk, at the end."""
    shown = read(_plan, group_session_id, True)
    exercise_id, title = field("exercise", 64), field("title", 120)
    if len(shown["stages"]) >= LARGEST_AGENDA:
        abort(400)
    if exercise_id:
        found = read(shelf.offered, me()).exercises.get(exercise_id)
        stage = agendas.stage_of_exercise(found) if found else abort(400)
    else:
        stage = agendas.talk_stage(title, 10) if title else abort(400)
    return _kept(group_session_id, shown, [*shown["stages"], stage], stage["id"])


@pages.post("/sessions/<group_session_id>/plan/<stage_id>/remove")
@facilitators_only
def remove(group_session_id: str, stage_id: str) -> Any:
    shown = read(_plan, group_session_id, True)
    stages = [stage for stage in shown["stages"] if stage["id"] != stage_id]
    return _kept(group_session_id, shown, stages, "plan")


@pages.post("/sessions/<group_session_id>/plan/<stage_id>/choose")
@facilitators_only
def choose(group_session_id: str, stage_id: str) -> Any:
    """An exercise for a stage that offers several; none makes it a talk again."""
    shown = read(_plan, group_session_id, True)
    place = read(lambda _db: find_stage(shown["stages"], stage_id))
    stage, exercise_id = shown["stages"][place], field("exercise", 64)
    if exercise_id and exercise_id not in stage["pool"]:
        abort(400)
    shown["stages"][place] = agendas.with_exercise(
        stage, read(shelf.exercise, exercise_id) if exercise_id else None
    )
    return _kept(group_session_id, shown, shown["stages"], stage_id)


@pages.post("/sessions/<group_session_id>/plan/keep")
@facilitators_only
def keep(group_session_id: str) -> Any:
    """The plan as a session of one's own library."""
    shown = read(_plan, group_session_id, True)
    title = field("title", 120)
    if not title or not shown["stages"]:
        return back("planner.plan", _("Give it a name first."), "own", group_session_id=group_session_id)
    phase = next((stage["phase"] for stage in shown["stages"] if stage["phase"]), "middle")
    facts = {"title": title, "basis": "own", "phase": phase}
    body = facts | {"rows": [agendas.row_of_stage(stage) for stage in shown["stages"]]}
    item_id = services().database.writer.do(shelf.keep, me(), "session", body)
    return back("library_edit.edit", _("It is in your library now."), item_id=item_id)


@pages.post("/sessions/<group_session_id>/plan/take")
@facilitators_only
def take(group_session_id: str) -> Any:
    """The stages of a session of the library in place of this plan, or after it."""
    shown = read(_plan, group_session_id, True)
    entry = read(shelf.page, me(), field("session", 64))
    if entry["kind"] != "session":
        abort(400)
    item = entry["item"]
    stages = agendas.stages_of(item.rows, item.phase, read(shelf.whole))
    if request.form.get("place") == "after":
        stages = [*shown["stages"], *stages]
    if len(stages) > LARGEST_AGENDA:
        abort(400)
    return _kept(group_session_id, shown, stages, "plan")


def _plan(db: Any, group_session_id: str, leading: bool = False) -> dict[str, Any]:
    my_session(db, group_session_id, leading)
    return overview.plan_page(db, group_session_id)


def _edited(stages: list[Stage], sent: Any, forms: set[str]) -> list[Stage]:
    """The stages in the order that was sent, with their minutes, names, cue cards and private forms."""
    known = {stage["id"]: stage for stage in stages}
    if {each["id"] for each in sent["stages"]} != set(known) or len(sent["stages"]) != len(known):
        raise ValueError("not the stages of this plan")
    return [_retold(known[each["id"]], each, forms) for each in sent["stages"]]


def _retold(stage: Stage, sent: dict[str, Any], forms: set[str]) -> Stage:
    minutes = int(sent["minutes"])
    title = clean(sent["title"], limit=120).replace("\n", " ") or stage["title"]
    if not 1 <= minutes <= 240:
        raise ValueError("minutes")
    measures = list(dict.fromkeys(sent.get("measures", stage["measures"])))
    if not set(measures) <= forms | set(stage["measures"]):
        raise ValueError("measures")
    return stage | {
        "minutes": minutes,
        "title": title,
        "measures": measures,
        "holds_door": sent.get("holds_door") is True,
        "cue": stage["cue"] | {"say": clean(sent["say"], limit=1000)},
    }


def _kept(group_session_id: str, shown: dict[str, Any], stages: list[Stage], anchor: str) -> Any:
    try:
        _write(group_session_id, stages, shown["session"]["version"])
    except Refused:
        told = _("Somebody else changed this plan a moment ago. This is how it stands; try again.")
        return back("planner.plan", told, group_session_id=group_session_id)
    return back("planner.plan", anchor=anchor, group_session_id=group_session_id)


def _write(group_session_id: str, stages: list[Stage], version: int) -> int:
    row = read(my_session, group_session_id, True)
    if row.kind != "group":
        stages = agendas.for_one(stages)
    return int(
        services().database.writer.do(
            verbs.edit_agenda, me(), group_session_id, stages, version, of=group_session_id
        )
    )
