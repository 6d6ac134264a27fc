"""Which techniques suit which problem area: two for what suits best, one for what may (basis, 3.5)."""

from collections.abc import Sequence

from app.library.items import Exercise

AREAS = ("grief", "dispute", "change", "lonely")
TECHNIQUES = {
    "feelings": (2, 1, 2, 1),
    "communication_analysis": (1, 2, 1, 1),
    "decision_analysis": (1, 2, 2, 1),
    "role_play": (1, 2, 1, 2),
    "timeline": (2, 1, 2, 1),
    "closeness_circle": (1, 1, 1, 2),
    "two_sided_lists": (2, 2, 2, 0),
    "support": (2, 1, 2, 2),
}
TECHNIQUE_OF = {
    "name_the_feeling": "feelings",
    "feelings_scale_down": "feelings",
    "communication_analysis": "communication_analysis",
    "communication_tips": "communication_analysis",
    "decision_analysis": "decision_analysis",
    "problem_solving": "decision_analysis",
    "role_play": "role_play",
    "timeline": "timeline",
    "closeness_circle": "closeness_circle",
    "balanced_picture": "two_sided_lists",
    "old_new_role": "two_sided_lists",
    "expectations_both_sides": "two_sided_lists",
    "support_map": "support",
    "connection_ladder": "support",
    "asking_for_help": "support",
    "reconnect_after_loss": "support",
    "new_role_skills": "support",
}


def fit(exercise: Exercise, areas: Sequence[str]) -> int:
    """How well an exercise suits somebody who works on these areas: 0 not meant for them, 1 may, 2 well.

    An exercise made for these areas and no other suits well; so does one whose technique does.
    """
    shared = set(areas) & set(exercise.areas)
    if not shared:
        return 0
    technique = TECHNIQUES.get(TECHNIQUE_OF.get(exercise.like or exercise.id, ""))
    best = max(technique[AREAS.index(area)] for area in shared) if technique else 1
    return 2 if len(exercise.areas) == 1 else max(1, best)
