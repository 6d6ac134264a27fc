"""What the group sees of each type is what the table of response types says, wherever it is shown."""

import json
from typing import Any

import pytest

from app.core.agenda import Stage
from app.core.compared import compared
from app.exercises import TYPES, is_whole
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

BONDS = ["warm", "tense"]
COLUMNS = ["listens", "helps with jobs", "is fun"]
SECTIONS = ["What could bring it back?", "Who will you tell?"]
CANARY = "canary"
STEP = {"text": f"{CANARY} easy", "hard": 1}
# type → options, what somebody sends with their name, what the group gets of it (None: nothing)
TABLE: dict[str, tuple[list[str] | None, Any, Any]] = {
    "free_text": (None, "Words.", "Words."),
    "short_texts": (None, ["Words."], ["Words."]),
    "scale_0_10": (["low", "high"], 7, None),
    "single_choice": (COLUMNS, "is fun", None),
    "multi_choice": (COLUMNS, ["is fun"], None),
    "matrix": (
        COLUMNS,
        {"rows": [CANARY], "ticks": [[0, 1]]},
        {"rows": [], "cols": ["listens", "is fun"], "ticks": []},
    ),
    "goal": (
        None,
        {"text": "Ring my sister", "first_step": CANARY, "when": CANARY, "who": CANARY, "rating": [4]},
        {"text": "Ring my sister", "first_step": "", "when": "", "who": "", "rating": []}
        | {"status": "open", "standing": []},
    ),
    "roleplay_pair": (
        ["self", "coach"],
        {"scene": "In the kitchen", "role": "self", "rounds": [CANARY], "observer_notes": [CANARY]},
        {"scene": "In the kitchen", "role": "", "rounds": [], "observer_notes": []},
    ),
    "ordered_steps": (
        None,
        {"steps": [STEP, {"text": "Say hello", "hard": 4, "chosen": True}]},
        {"steps": [{"text": "Say hello", "hard": None, "chosen": True}]},
    ),
    "structured_plan": (SECTIONS, {"sections": {SECTIONS[0]: CANARY}}, None),
    "compare": (["mood", "goals", "circle"], ["goals"], ["goals"]),
}
NOTHING_LEFT: dict[str, Any] = {
    "matrix": {"rows": ["Ana"], "ticks": [[0, 0], [0, 1], [0, 2]]},
    "goal": {"first_step": CANARY},
    "roleplay_pair": {"rounds": [CANARY]},
    "ordered_steps": {"steps": [STEP]},
}


def asked(kind: str, **more: Any) -> dict[str, Any]:
    options = TABLE[kind][0]
    return prompt("it", kind, **({"options": options} if options else {}), **more)


def begins(oak: Oak, monkeypatch: pytest.MonkeyPatch, *stages: Stage) -> Oak:
    monkeypatch.setattr("tests.core.cast.agenda", lambda: list(stages))
    oak.plans()
    oak.starts()
    return oak


def seen_by_the_group(oak: Oak) -> str:
    """Everything that reaches participants and the wall, as one text."""
    return json.dumps([oak.room()["shown"], oak.wall()["shown"]], default=str)


def test_whatever_the_group_does_not_see_whole_stands_in_the_table() -> None:
    less = {kind for kind in TYPES if not is_whole({"key": "it", "type": kind})}
    assert less == {kind for kind, (_, sent, seen) in TABLE.items() if sent != seen} | {"feedback"}


@pytest.mark.parametrize("kind", TABLE)
def test_the_group_sees_of_an_answer_what_the_table_says(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    oak = begins(planned_oak, monkeypatch, stage("work", asked(kind), prompt("text")))
    _, sent, seen = TABLE[kind]
    mine = oak.writes(oak.amal, "work", it=sent, text="And this.")
    oak.does(oak.fola, "show_reflection", id=mine["id"])
    [shown] = oak.shown()
    assert shown["answer"] == ({"it": seen} if seen is not None else {}) | {"text": "And this."}
    assert CANARY not in seen_by_the_group(oak)
    whole = {"free_text", "short_texts", "compare"}
    assert oak.me(oak.amal)["mine"][0]["group_sees"] == ("all" if kind in whole else "part")


@pytest.mark.parametrize("kind", NOTHING_LEFT)
def test_where_nothing_is_left_for_the_group_it_is_not_shown_and_not_asked_for(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    oak = begins(planned_oak, monkeypatch, stage("work", asked(kind)))
    mine = oak.writes(oak.amal, "work", it=NOTHING_LEFT[kind])
    private = oak.writes(oak.birgit, "work", audience="facilitators", it=NOTHING_LEFT[kind])
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=mine["id"])
    with refused("not_now"):
        oak.does(oak.fola, "request_share", id=private["id"])
    assert oak.me(oak.amal)["mine"][0]["group_sees"] == "nothing"


def test_a_plan_is_for_the_facilitators_whatever_its_writer_chose(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    oak = begins(planned_oak, monkeypatch, stage("work", asked("structured_plan")))
    mine = oak.writes(oak.amal, "work", it=TABLE["structured_plan"][1])
    oak.does(oak.fola, "reveal", stage_id="work")
    assert oak.shown() == [] and oak.me(oak.amal)["private"] == ["it"]
    with refused("not_now"):
        oak.does(oak.fola, "show_reflection", id=mine["id"])


def test_who_is_asked_to_share_reads_what_the_group_would_see(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    oak = begins(planned_oak, monkeypatch, stage("work", asked("goal")))
    mine = oak.writes(oak.amal, "work", audience="facilitators", it=TABLE["goal"][1])
    oak.does(oak.fola, "request_share", id=mine["id"])
    [own] = oak.me(oak.amal)["mine"]
    assert [part["text"] for part in own["for_group"]] == ["Ring my sister"]
    assert CANARY in own["parts"][0]["text"]
    oak.does(oak.amal, "answer_share_request", id=mine["id"], accept=True)
    assert CANARY not in seen_by_the_group(oak)


def test_then_and_now_is_shown_as_far_as_its_member_ticked_and_without_numbers(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["mood", "goals", "circle"]
    oak = begins(
        planned_oak,
        monkeypatch,
        stage(
            "before",
            prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators"),
            prompt("goal", "goal", exercise="goal_setting"),
            prompt("rating", "scale_0_10", exercise="goal_setting", audience="facilitators"),
            prompt("circle", "closeness_circle", options=BONDS),
        ),
        stage("review", prompt("look", "compare", options=options)),
    )
    near, far = ({"people": [{"label": "Ana", "ring": ring}]} for ring in (1, 4))
    oak.writes(
        oak.amal,
        "before",
        audience="facilitators",
        mood=3,
        goal={"text": "Ring my sister"},
        rating=2,
        circle=far,
    )
    oak.writes(oak.birgit, "before", audience="facilitators", circle=near)
    oak.moves_to("review")
    member = oak.person(oak.amal).member_id
    mine = oak.writes(oak.amal, "review", look=["goals", "circle"])
    oak.does(oak.fola, "show_reflection", id=mine["id"])
    [part] = oak.shown()[0]["parts"]
    assert part["then"]["goals"] == [{"text": "Ring my sister", "way": ""}]
    assert [each["ring"] for each in part["then"]["circle"]["first"]["people"]] == [4]
    assert "mood" not in part["then"]
    with oak.database.reader() as db:
        assert compared(db, member, ["mood"]) == {"mood": ""}, "one number went nowhere"
        assert compared(db, member, []) == {} == compared(db, None, options)
