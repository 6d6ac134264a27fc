"""Who practises with whom in a stage: assigned, swapped or drawn by lot; the scene is theirs to share."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete
from sqlmodel import col

from app.core import stored
from app.core.agenda import Stage, agenda_of, find_stage
from app.core.changes import Change, at
from app.core.course_models import Pair, PairMember
from app.core.models import Participant, Standing, new_id
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.sealing import open_sealed, seal
from app.core.turns import turns_of
from app.exercises.roleplay_pair import OBSERVER, is_blank

TYPE = "roleplay_pair"
WATCHER = "watcher"  # the word of the library for whoever observes
TRIES = 50  # of the lot, so that it is another one


def assign_pairs(change: Change, command: Any) -> dict[str, Any]:
    """Puts people together, two or three each; who is named first has the first role, a third one watches."""
    _stage(change, command.stage_id)
    wanted = [list(each) for each in command.pairs]
    named = [each for pair in wanted for each in pair]
    if len(set(named)) != len(named) or any(len(pair) not in (2, 3) for pair in wanted):
        raise Invalid("A pair has two people, or three; nobody is in two pairs.")
    if not set(named) <= set(_inside(change)):
        raise NotFound()
    return _put(change, command.stage_id, wanted)


def draw_pairs(change: Change, command: Any) -> dict[str, Any]:
    """Draws pairs by lot among everybody who is in the room and has not left; an odd number makes a group of
    three. Drawn again they are others. Whoever has the turn is first in their pair.
    """
    _stage(change, command.stage_id)
    people = _here(change)
    taken = turns_of(change.db, change.before.id, command.stage_id)
    if len(people) < 2:
        raise NotNow("There are not enough people in the room for pairs.")
    before = [
        [each["id"] for each in pair["people"]]
        for pair in pairs_of(change.db, change.before.id, command.stage_id)
    ]
    pairs = before
    for _ in range(TRIES):
        if pairs == before:
            secrets.SystemRandom().shuffle(people)
            pairs = [people[place : place + 2] for place in range(0, len(people) - 1, 2)]
            if len(people) % 2:
                pairs[-1].append(people[-1])
            pairs = [_worker_first(pair, taken) for pair in pairs]
    return _put(change, command.stage_id, pairs)


def pairs_of(db: Connection, group_session_id: str, stage_id: str) -> list[dict[str, Any]]:
    """The pairs of a stage: number, scene, and people (participant and place) in the order of their roles."""
    pairs = stored.find_all(db, Pair, ("number",), group_session_id=group_session_id, stage_id=stage_id)
    return [
        {
            "id": each.id,
            "number": each.number,
            "scene": open_sealed(Pair.scene, each.id, each.scene) or "",
            "people": [
                {"id": one.participant_id, "place": one.place}
                for one in stored.find_all(db, PairMember, ("place",), pair_id=each.id)
            ],
        }
        for each in pairs
    ]


def pair_of(db: Connection, row: Any, stage: Stage, participant_id: str) -> dict[str, Any] | None:
    """What one person knows of their pair: partners, own role, the scene. Never another's card."""
    if not has_pairs(stage):
        return None
    for pair in pairs_of(db, row.id, stage["id"]):
        mine = next((each for each in pair["people"] if each["id"] == participant_id), None)
        if mine is not None:
            names = aliases(db, row.id)
            others = [each["id"] for each in pair["people"] if each["id"] != participant_id]
            return {
                "partners": [names.get(each, "") for each in others],
                "role": role_of(stage, mine["place"]),
                "scene": pair["scene"],
                "trio": len(pair["people"]) > 2,
            }
    return None


def on_console(db: Connection, row: Any, stage: Stage, inside: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The pairs as facilitators see them, and who has none."""
    if not has_pairs(stage):
        return {"takes": False, "pairs": [], "without": []}
    names = {each["id"]: each["alias"] for each in inside}
    pairs = pairs_of(db, row.id, stage["id"])
    for pair in pairs:
        pair["people"] = [
            each | {"alias": names.get(each["id"], ""), "role": role_of(stage, each["place"])}
            for each in pair["people"]
            if each["id"] in names
        ]
    paired = {each["id"] for pair in pairs for each in pair["people"]}
    return {
        "takes": True,
        "pairs": pairs,
        "without": [each for each in inside if each["id"] not in paired],
    }


def keep_scene(change: Change, stage: Stage, participant_id: str, answer: Mapping[str, Any]) -> None:
    """The scene that somebody sends with their answer is their pair's from then on."""
    scene = next(
        (
            answer[prompt["key"]]["scene"]
            for prompt in stage["prompts"]
            if prompt["type"] == TYPE and prompt["key"] in answer
        ),
        "",
    )
    if not scene:
        return
    for pair in pairs_of(change.db, change.before.id, stage["id"]):
        people = [each["id"] for each in pair["people"]]
        if participant_id in people and pair["scene"] != scene:
            stored.change(change.db, Pair, pair["id"], scene=seal(Pair.scene, pair["id"], scene))
            change.wrote(pair["id"], people=people)


def without_partners_scene(
    change: Change,
    stage: Stage,
    participant_id: str,
    answer: Mapping[str, Any],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """An answer without the scene that stood in the form because a partner wrote it: it would be taken for
    this person's words, in their keepsake for one. ``before`` is the answer as it is stored, where it is.
    """
    keys = [each["key"] for each in stage["prompts"] if each["type"] == TYPE and each["key"] in answer]
    pair = pair_of(change.db, change.before, stage, participant_id) if keys else None
    scene = pair["scene"] if pair else ""
    own = {before[key]["scene"] for key in keys if key in before}
    kept = dict(answer)
    for key in keys if scene and scene not in own else ():
        if kept[key]["scene"] == scene:
            kept[key] = kept[key] | {"scene": ""}
            if is_blank(kept[key]):
                del kept[key]
    return kept


def has_pairs(stage: Stage) -> bool:
    return any(prompt["type"] == TYPE for prompt in stage["prompts"])


def roles_of(stage: Stage) -> list[str]:
    """The roles of all the prompts that hand out roles, once each."""
    listed = (prompt.get("options") or () for prompt in stage["prompts"] if prompt["type"] == TYPE)
    return list(dict.fromkeys(each for options in listed for each in options))


def with_all_roles(stage: Stage) -> list[dict[str, Any]]:
    """The prompts of a stage, to read answers by: a role is a fact of the pair, whichever prompt names it."""
    roles = roles_of(stage)
    return [
        {**prompt, "options": roles} if prompt["type"] == TYPE else dict(prompt)
        for prompt in stage["prompts"]
    ]


def in_role(
    asked: Sequence[Mapping[str, Any]], stage: Stage, pair: Mapping[str, Any] | None
) -> list[Mapping[str, Any]]:
    """What somebody is asked, in the words of the prompt that names the role they have."""
    plays = [prompt for prompt in stage["prompts"] if prompt["type"] == TYPE]
    role = pair["role"] if pair else ""
    wanted = {role, WATCHER} if role == OBSERVER else {role}
    named = next((each for each in plays if wanted & {*(each.get("options") or ())}), None)
    if named is None or named["key"] in {each["key"] for each in asked}:
        return list(asked)
    return [{**each, "text": named["text"]} if each["type"] == TYPE else each for each in asked]


def role_of(stage: Stage, place: int) -> str:
    """The role at a place, over all the prompts that hand out roles; beyond them one observes."""
    roles = roles_of(stage)
    if {"self", "other"} <= set(roles):
        roles = ["self", "other"]  # coach and watcher are for those beyond a pair
    return roles[place] if place < min(2, len(roles)) else OBSERVER


def aliases(db: Connection, group_session_id: str) -> dict[str, str]:
    """The names of everybody in the room, by participant."""
    rows = stored.find_all(
        db, Participant, ("joined_at", "id"), group_session_id=group_session_id, standing=Standing.ADMITTED
    )
    return {each.id: open_sealed(Participant.alias, each.id, each.alias) for each in rows}


def _stage(change: Change, stage_id: str) -> Stage:
    stages = agenda_of(change.before)
    stage = stages[find_stage(stages, stage_id)]
    if not has_pairs(stage):
        raise NotNow("There are no pairs in this stage.")
    return stage


def _worker_first(pair: list[str], taken: Sequence[str]) -> list[str]:
    """A pair with whoever has the turn, or had it last, in the first place."""
    return sorted(pair, key=lambda each: taken.index(each) if each in taken else len(taken))


def _inside(change: Change) -> list[str]:
    return list(aliases(change.db, change.before.id))


def _here(change: Change) -> list[str]:
    gone = {
        each.id
        for each in stored.find_all(change.db, Participant, group_session_id=change.before.id)
        if each.left_at is not None
    }
    return [each for each in _inside(change) if each not in gone]


def _put(change: Change, stage_id: str, pairs: list[list[str]]) -> dict[str, Any]:
    before = pairs_of(change.db, change.before.id, stage_id)
    if [[each["id"] for each in pair["people"]] for pair in before] == pairs:
        return at(change)
    scenes = {frozenset(each["id"] for each in pair["people"]): pair["scene"] for pair in before}
    ids = [pair["id"] for pair in before]
    change.db.execute(delete(PairMember).where(col(PairMember.pair_id).in_(ids)))
    change.db.execute(delete(Pair).where(col(Pair.id).in_(ids)))
    for number, people in enumerate(pairs, 1):
        new = new_id()
        scene = scenes.get(frozenset(people)) or ""  # the same two who swap roles keep their scene
        sealed = seal(Pair.scene, new, scene) if scene else None
        stored.add(
            change.db,
            Pair,
            id=new,
            group_session_id=change.before.id,
            stage_id=stage_id,
            number=number,
            scene=sealed,
        )
        for place, person in enumerate(people):
            stored.add(change.db, PairMember, pair_id=new, participant_id=person, place=place)
    touched = {each["id"] for pair in before for each in pair["people"]} | {each for p in pairs for each in p}
    change.wrote(stage_id, people=touched)
    return at(change)
