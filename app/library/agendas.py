"""Turns library items into the stages that a session freezes when its lobby opens.

A stage is a plain dict, stored as JSON, in the shape that `_stage` shows. It holds all its words, so that a
later edition of the library changes no session that has begun.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from app.exercises import AUDIENCES, narrowest
from app.library import Library, load
from app.library.items import Exercise, Prompt, Row

Stage = dict[str, Any]


def agenda_of(programme_id: str, number: int, library: Library | None = None) -> list[Stage]:
    """Return the stages of one group session; LookupError if there is no such programme or session.

    ``library`` holds facilitators' own items as well; without it, only what is shipped is known.
    """
    library = library or load()
    agenda = library.programmes[programme_id].agenda(number)
    return stages_of(agenda.rows, agenda.phase, library)


def stages_of(rows: Iterable[Row], phase: str, library: Library) -> list[Stage]:
    """Return the stages of some rows, in their order."""
    return [stage_of_row(row, phase, library) for row in rows]


def meeting_agenda(programme_id: str, meeting_id: str, library: Library | None = None) -> list[Stage]:
    """Return the stages of a one-to-one meeting; LookupError if there is no such programme or meeting."""
    library = library or load()
    meeting = library.programmes[programme_id].meeting(meeting_id)
    return for_one(stages_of(meeting.rows, meeting.phase, library))


def stage_of_row(row: Row, phase: str, library: Library | None = None) -> Stage:
    """Return one stage for a row: the prompts of all its exercises in order, or a talk.

    A row with a pool is a talk until an exercise is chosen (what fits, see core/turns.py); a row with a
    private measure is a talk beside it.
    """
    known = [(library or load()).exercises[name] for name in row.exercises]
    if row.pool:
        stage = talk_stage(row.title, row.minutes)
        stage["pool"] = [exercise.id for exercise in known]
    else:
        stage = _stage(row.title, row.minutes, known)
    # The row speaks for this session, the exercise for every time it is used; both are for the leader's eyes.
    stage["cue"]["say"] = _joined(each for each in (row.cue, stage["cue"]["say"]) if each)
    return stage | {"core": row.core, "measures": list(row.measures), "phase": phase}


def row_of_stage(stage: Stage) -> dict[str, Any]:
    """Return the row, as plain data, from which a stage like this one is made: stage_of_row backwards."""
    added = _stage(stage["title"], stage["minutes"], _shipped(stage["exercises"]))["cue"]["say"]
    own_words = stage["cue"]["say"]
    if added and not stage["pool"]:
        own_words = own_words.removesuffix(added).rstrip("\n")
    return {
        "minutes": stage["minutes"],
        "title": stage["title"],
        "exercises": list(stage["pool"] or stage["exercises"]),
        "pool": "own" if stage["pool"] else None,
        "measures": list(stage["measures"]),
        "core": stage["core"],
        "cue": own_words,
    }


def _shipped(exercise_ids: Iterable[str]) -> list[Exercise]:
    return [load().exercises[each] for each in exercise_ids if each in load().exercises]


def stage_of_exercise(
    exercise: Exercise | str, minutes: int | None = None, title: str | None = None
) -> Stage:
    """Return a stage for one exercise (a shipped one also by its id), with its shortest time unless told
    otherwise.
    """
    if isinstance(exercise, str):
        exercise = load().exercises[exercise]
    return _stage(title or exercise.title, minutes or exercise.minutes[0], [exercise])


def talk_stage(title: str, minutes: int) -> Stage:
    """Return a stage in which nobody types."""
    return _stage(title, minutes, [])


def with_exercise(stage: Stage, exercise: Exercise | None) -> Stage:
    """Return the stage with this exercise in it, or as a talk for None. Its place, minutes and programme
    words stay.
    """
    keys = ("id", "minutes", "core", "pool", "measures", "phase", "holds_door", "added", "planned")
    kept = {key: stage[key] for key in keys if key in stage}
    if exercise is None:
        fresh = talk_stage(stage["title"], stage["minutes"])
        return fresh | kept | {"cue": fresh["cue"] | {"say": stage["cue"]["say"]}}
    fresh = stage_of_exercise(exercise, stage["minutes"])
    cue = fresh["cue"] | {"say": stage["cue"]["say"], "also": fresh["cue"]["say"]}
    return fresh | kept | {"cue": cue}


def for_one(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages as a one-to-one meeting sees them: there is no group to write for."""
    return [stage | {"audiences": ["facilitators"], "default_audience": "facilitators"} for stage in stages]


def _stage(title: str, minutes: int, exercises: Sequence[Exercise]) -> Stage:
    default = max((e.default_audience for e in exercises), key=AUDIENCES.index, default="facilitators")
    prompts = _prompts(exercises, default)
    private = all(prompt.get("audience") == "facilitators" for prompt in prompts)
    return {
        "id": f"s-{secrets.token_urlsafe(6)}",
        "title": title,
        "kind": "exercise" if prompts else "talk",
        "minutes": minutes,
        "core": False,
        "cue": {
            "aim": _joined(exercise.aim for exercise in exercises),
            "steps": [step for exercise in exercises for step in exercise.steps],
            "say": _joined(exercise.cue for exercise in exercises),
            "also": "",  # what the chosen exercise says, beside the words of the programme
            "care": _joined(exercise.care for exercise in exercises),
        },
        "exercises": [exercise.id for exercise in exercises],
        "pool": [],
        "reading": [paragraph for exercise in exercises for paragraph in exercise.reading],
        "prompts": prompts,
        # Where every prompt is for the facilitators alone, offering the group would be an empty promise.
        "audiences": ["facilitators"] if prompts and private else list(AUDIENCES),
        "default_audience": "facilitators" if private else default,
        # Several cards per person fit one exercise; beside another, its questions would be asked again.
        "repeat": len(exercises) == 1 and exercises[0].repeat,
        "perspectives": list(dict.fromkeys(each for e in exercises for each in e.perspectives)),
        "measures": [],
        "phase": "",
    }


def _prompts(exercises: Sequence[Exercise], default: str) -> list[dict[str, Any]]:
    prompts: dict[str, dict[str, Any]] = {}
    for exercise in exercises:
        for prompt in exercise.prompts:
            key = prompt.key if prompt.key not in prompts else f"{exercise.id}_{prompt.key}"
            limit: str | None = prompt.audience
            if exercise.default_audience != default:
                # Beside an exercise that starts wider, the more private one may not be carried along.
                limit = narrowest([limit or "group_named", exercise.default_audience])
            prompts[key] = _prompt(prompt, key, exercise.like or exercise.id, limit)
    return list(prompts.values())


def _prompt(prompt: Prompt, key: str, exercise_id: str, limit: str | None) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "key": key,
        "type": prompt.type,
        "text": prompt.text,
        "who": prompt.who,
        "exercise": exercise_id,
    }
    if limit:
        asked["audience"] = limit
    if prompt.options:
        asked["options"] = list(prompt.options)
    if prompt.taps:
        asked["taps"] = list(prompt.taps)
    return asked


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(texts)
