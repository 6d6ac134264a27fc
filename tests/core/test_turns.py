"""Whose turn it is: one works, the others listen or answer what is meant for them."""

from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import course, door, follow_ups, groups
from app.core.changes import Who
from app.core.course_models import Turn
from app.core.models import Audience, GroupSession, Reflection, SessionState
from app.core.turns import turn_tracker
from app.library.agendas import stage_of_exercise, stage_of_row
from app.library.items import Row
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def turn_stage(**more: Any) -> dict[str, Any]:
    return stage(
        "work",
        prompt("setting", who="worker"),
        prompt("idea", who="others"),
        **more,
    )


@pytest.fixture
def working(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At a stage in which one works and the others offer ideas."""
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [turn_stage(), stage("next", prompt("text"))])
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def gives(oak: Oak, name: str) -> dict[str, Any]:
    return oak.does(oak.fola, "give_turn", stage_id="work", participant_id=oak.people[name].id)


def keys(oak: Oak, name: str) -> list[str]:
    return [each["key"] for each in oak.me(oak.people[name])["prompts"]]


def test_before_anybody_has_the_turn_nobody_is_asked_what_is_for_one_or_for_the_others(working: Oak) -> None:
    assert keys(working, "Amal") == keys(working, "Birgit") == []
    assert working.me(working.amal)["turn"] == "open"
    assert working.console()["turns"]["turn"] is None


def test_the_one_with_the_turn_and_the_others_are_asked_their_own_questions(working: Oak) -> None:
    gives(working, "Amal")
    assert (keys(working, "Amal"), keys(working, "Birgit")) == (["setting"], ["idea"])
    assert (working.me(working.amal)["turn"], working.me(working.birgit)["turn"]) == ("mine", "theirs")
    assert working.room()["stage"]["turn"] == {"id": working.amal.id, "alias": "Amal"}


def test_an_answer_to_a_question_for_somebody_else_is_refused(working: Oak) -> None:
    gives(working, "Amal")
    with refused("invalid"):
        working.writes(working.birgit, "work", setting="At the table.")
    with refused("invalid"):
        working.writes(working.amal, "work", idea="Wait.")
    working.writes(working.amal, "work", setting="At the table.")
    working.writes(working.birgit, "work", idea="Wait.")


def test_who_had_the_turn_keeps_the_questions_so_that_no_answer_loses_a_part(working: Oak) -> None:
    gives(working, "Amal")
    written = working.writes(working.amal, "work", setting="At the table.")
    gives(working, "Birgit")
    assert keys(working, "Amal") == ["setting", "idea"]
    revised = {"setting": "At the table.", "idea": "Wait."}
    working.writes(working.amal, "work", id=written["id"], revision=2, **revised)
    assert working.me(working.amal)["mine"][0]["answer"] == revised


def test_the_turn_goes_only_to_somebody_in_the_room(working: Oak) -> None:
    guest = working.joins("Zoe")
    for nobody in (guest.id, "nobody", working.fola.id):
        with refused("not_found"):
            working.does(working.fola, "give_turn", stage_id="work", participant_id=nobody)
    with refused("not_found"):
        working.does(working.fola, "give_turn", stage_id="nowhere", participant_id=working.amal.id)


def test_the_same_turn_given_twice_is_given_once(working: Oak) -> None:
    first = gives(working, "Amal")
    assert gives(working, "Amal") == first
    assert len(working.all(Turn.__table__.select())) == 1


def test_a_turn_makes_no_command_stale(working: Oak) -> None:
    version = working.row().version
    gives(working, "Amal")
    working.does(working.sami, "go_to_stage", stage_id="next", version=version)
    assert working.row().state == SessionState.LIVE


def test_everybody_hears_of_a_turn(working: Oak, news: list[Any]) -> None:
    gives(working, "Amal")
    assert news[-1].shared
    names = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa")
    assert news[-1].people == {working.people[name].id for name in names}


def test_a_stage_without_questions_of_ones_own_says_nothing_of_turns(oak: Oak) -> None:
    assert oak.me(oak.amal)["turn"] == ""
    assert [each["key"] for each in oak.me(oak.amal)["prompts"]] == ["text"]
    assert not oak.console()["turns"]["takes"]


def test_member_work_takes_turns_and_offers_its_pool(oak: Oak) -> None:
    oak.moves_to("talk")
    assert oak.console()["turns"]["takes"]
    assert offered(oak) == (["decision_analysis", "role_play"], [])


def offered(oak: Oak) -> tuple[list[str], list[str]]:
    """What the console lists in a stage with a pool, and what it keeps behind "Show all"."""
    turns = oak.console()["turns"]
    return [each["id"] for each in turns["pool"]], [each["id"] for each in turns["rest"]]


POOL = [
    "patterns",
    "old_new_role",
    "communication_analysis",
    "remember_the_person",
    "expectations_both_sides",
]


@pytest.fixture
def choosing(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At member work in the middle phase, with a pool for several areas."""
    row = Row(minutes=30, title="Work", exercises=tuple(POOL), pool="work", core=True, cue="")
    monkeypatch.setattr(
        "tests.core.cast.agenda", lambda: [stage_of_row(row, "middle") | {"id": "work"}, stage("next")]
    )
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def test_the_pool_is_filtered_by_the_focus_of_whoever_has_the_turn(choosing: Oak) -> None:
    oak = choosing
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["dispute"], "")
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Birgit"], ["grief"], "")
    assert offered(oak) == (POOL, []), "nobody has the turn"
    gives(oak, "Amal")
    assert offered(oak) == (
        ["communication_analysis", "expectations_both_sides", "patterns"],
        ["old_new_role", "remember_the_person"],
    )
    gives(oak, "Birgit")
    assert offered(oak)[0] == ["remember_the_person", "communication_analysis"]
    gives(oak, "Chidi")
    assert offered(oak) == (POOL, []), "a member without a focus"


def test_what_the_filter_keeps_back_can_be_chosen_and_is_listed_no_more(choosing: Oak) -> None:
    oak = choosing
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["dispute"], "")
    gives(oak, "Amal")
    oak.does(oak.fola, "choose_exercise", stage_id="work", exercise_id="remember_the_person")
    turns = oak.console()["turns"]
    assert turns["chosen"] == "remember_the_person"
    assert "remember_the_person" not in {each for listed in offered(oak) for each in listed}


def test_the_phase_filters_also_where_nobody_has_a_turn_or_a_focus(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    oak = planned_oak
    both = Row(minutes=30, title="Work", exercises=("patterns", "role_play"), pool="work", core=True, cue="")
    late = [stage_of_row(both, "termination") | {"id": "work"}, stage("next")]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: late)
    oak.plans()
    oak.starts()
    assert offered(oak) == (["role_play"], ["patterns"])
    assert oak.console()["turns"]["rest"][0]["in_phase"] is False
    gives(oak, "Chidi")
    assert offered(oak) == (["role_play"], ["patterns"])
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Chidi"], ["lonely"], "")
    assert offered(oak) == (["role_play"], ["patterns"]), "the focus brings nothing back of another phase"


TABLE = {"question": "Move out?", "wish": "Less noise", "options": []}


@pytest.fixture
def deciding(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """Amal decides something with the exercise for it; the others may send ideas, one a card."""
    stages = [stage_of_exercise("decision_analysis") | {"id": "work"}, stage("next", prompt("text"))]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    gives(planned_oak, "Amal")
    return planned_oak


def tables(oak: Oak) -> list[str]:
    return [each["answer"]["table"]["question"] for each in oak.shown()]


def test_what_the_worker_presents_changes_before_everybodys_eyes_and_no_other_answer_does(
    deciding: Oak,
) -> None:
    oak, worker = deciding, deciding.writes(deciding.amal, "work", table=TABLE)
    oak.does(oak.fola, "show_reflection", id=worker["id"])
    assert tables(oak) == ["Move out?"]
    oak.writes(oak.amal, "work", id=worker["id"], revision=2, table=TABLE | {"question": "In May?"}, sure=4)
    assert tables(oak) == ["In May?"] and "sure" not in oak.shown()[0]["answer"]
    private = {"revision": 3, "audience": "facilitators", "table": TABLE}
    oak.writes(oak.amal, "work", id=worker["id"], **private)
    assert oak.shown() == []


def test_the_worker_has_one_answer_and_the_others_as_many_cards_as_they_like(deciding: Oak) -> None:
    oak, worker = deciding, deciding.writes(deciding.amal, "work", table=TABLE)
    with refused("already_answered") as refusal:
        oak.writes(oak.amal, "work", table=TABLE | {"question": "A second one?"})
    assert refusal.value.more["id"] == worker["id"]
    with refused("already_answered"):
        oak.writes(oak.amal, "work", passed=True)
    for idea in ("Wait.", "Ask him."):
        oak.writes(oak.birgit, "work", idea=[idea])
    amal, birgit = oak.me(oak.amal), oak.me(oak.birgit)
    assert (amal["in_form"], birgit["in_form"]) == (worker["id"], None)
    assert (amal["cards"], birgit["cards"]) == (False, True) and len(birgit["mine"]) == 2


def test_when_the_turn_passes_one_answer_stays_and_cards_begin(deciding: Oak) -> None:
    oak, worker = deciding, deciding.writes(deciding.amal, "work", table=TABLE)
    oak.writes(oak.birgit, "work", idea=["Wait."])
    gives(oak, "Birgit")
    assert (keys(oak, "Amal"), keys(oak, "Birgit")) == (["idea"], ["table", "sure"])
    assert oak.me(oak.amal)["cards"] and oak.me(oak.birgit)["in_form"] is None
    card = oak.writes(oak.amal, "work", idea=["Ask her."])
    again = oak.writes(oak.amal, "work", id=worker["id"], revision=2, table=TABLE | {"wish": "Sleep"})
    assert again["revision"] == 2, "words that were in the form when the turn passed still go out"
    with refused("already_answered"):
        oak.writes(oak.amal, "work", id=card["id"], revision=2, table=TABLE)
    oak.writes(oak.birgit, "work", table=TABLE)


# who has had time of their own


def tracked(oak: Oak, *names: str) -> dict[str, tuple[int, bool]]:
    with oak.database.reader() as db:
        told = turn_tracker(db, oak.group_id)
    return {name: (told[oak.members[name]]["without"], told[oak.members[name]]["due"]) for name in names}


def how(oak: Oak, name: str) -> tuple[list[int], list[int], int, str]:
    """With the turn in, heard in, words alone, and which of them was the last."""
    with oak.database.reader() as db:
        told = turn_tracker(db, oak.group_id)[oak.members[name]]
    return told["sessions"], told["heard"], told["words"], told["how"]


def next_session(oak: Oak, *there: str) -> None:
    """The session ends; the next one runs, with these members in it."""
    oak.does(oak.fola, "end")
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name)
    oak.does(oak.fola, "start")


def test_who_had_no_time_of_their_own_last_week_is_due(working: Oak) -> None:
    gives(working, "Amal")
    next_session(working, "Amal", "Birgit", "Ewa")
    gives(working, "Birgit")
    working.does(working.fola, "end")
    due = {"Amal": (1, True), "Birgit": (0, False), "Ewa": (2, True)}
    assert tracked(working, "Amal", "Birgit", "Ewa") == due


def test_to_be_heard_is_no_time_of_their_own_where_somebody_had_the_turn(working: Oak) -> None:
    gives(working, "Birgit")
    working.does(working.fola, "mark_heard", participant_id=working.amal.id)
    next_session(working, "Amal", "Birgit")
    working.does(working.fola, "end")
    assert tracked(working, "Amal", "Birgit") == {"Amal": (2, True), "Birgit": (1, True)}
    assert how(working, "Amal") == ([], [], 0, "")


def test_where_nobody_was_given_the_turn_being_heard_is_what_is_known(working: Oak) -> None:
    working.does(working.fola, "mark_heard", participant_id=working.amal.id)
    assert how(working, "Amal") == ([], [], 0, ""), "the turn may still be given"
    number = working.row().number
    working.does(working.fola, "end")
    assert tracked(working, "Amal", "Birgit") == {"Amal": (0, False), "Birgit": (1, True)}
    assert how(working, "Amal") == ([], [number], 0, "heard")


def test_a_follow_up_is_a_word_with_a_facilitator(working: Oak) -> None:
    gives(working, "Birgit")
    number = working.row().number
    working.does(working.fola, "end")
    place = (working.leaders["Fola"], working.group_id, working.members["Amal"], "follow-up-1", "")
    working.database.writer.do(follow_ups.write, *place, done="Rang.")
    assert tracked(working, "Amal", "Birgit") == {"Amal": (0, False), "Birgit": (0, False)}
    assert (how(working, "Amal"), how(working, "Birgit")) == (([], [], 1, "word"), ([number], [], 0, "turn"))


def test_whoever_only_stood_at_the_door_of_a_meeting_had_no_time_in_it(working: Oak) -> None:
    gives(working, "Amal")
    next_session(working, "Amal", "Birgit")
    working.does(working.fola, "end")
    for name in ("Amal", "Birgit"):
        meets(working, name, waits=True)
    assert tracked(working, "Amal", "Birgit") == {"Amal": (1, True), "Birgit": (2, True)}


def test_a_meeting_one_to_one_counts_as_time_of_their_own(working: Oak) -> None:
    next_session(working, "Amal", "Birgit")
    working.does(working.fola, "end")
    assert tracked(working, "Amal", "Birgit") == {"Amal": (2, True), "Birgit": (2, True)}
    meets(working, "Amal", comes=False)
    assert tracked(working, "Amal") == {"Amal": (2, True)}
    meets(working, "Amal")
    assert tracked(working, "Amal", "Birgit") == {"Amal": (0, False), "Birgit": (2, True)}


def meets(oak: Oak, name: str, comes: bool = True, waits: bool = False) -> None:
    """A meeting with this member, who comes, stays away, or stands at its held door until it is over."""
    session = oak.database.writer.do(
        groups.plan_session, oak.group_id, [stage("talk")], kind="mid", member_id=oak.members[name]
    )
    fola = Who("facilitator", session, oak.leaders["Fola"])
    oak.does(fola, "open_lobby", version=0)
    if comes and not waits:
        oak.database.writer.do(door.join, session, alias=name, member=oak.member(name))
    oak.does(fola, "start", version=version_of(oak, session))
    if waits:
        oak.does(fola, "hold_door", held=True)
        oak.database.writer.do(door.join, session, alias=name, member=oak.member(name))
    oak.does(fola, "end", version=version_of(oak, session))


def version_of(oak: Oak, session: str) -> int:
    table = GroupSession.__table__
    return int(oak.one(select(table).where(table.c.id == session)).version)


def test_a_session_somebody_missed_or_was_not_in_the_group_for_is_not_one_without(working: Oak) -> None:
    next_session(working, "Amal")
    [new] = working.database.writer.do(groups.add_members, working.group_id, ["Zoe"])
    working.members["Zoe"] = new
    next_session(working, "Amal", "Zoe")
    working.does(working.fola, "end")
    assert tracked(working, "Amal", "Birgit", "Zoe") == {
        "Amal": (3, True),
        "Birgit": (1, True),
        "Zoe": (1, True),
    }


def test_a_session_in_which_nobody_works_is_not_one_without(
    working: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_words = [stage("words", prompt("text")), turn_stage(skipped=True)]
    for stages in (only_words, [stage("words", prompt("text")), turn_stage()]):  # skipped, and not reached
        monkeypatch.setattr("tests.core.cast.agenda", lambda stages=stages: stages)
        next_session(working, "Amal")
    working.does(working.fola, "end")
    assert tracked(working, "Amal") == {"Amal": (1, True)}


def test_the_workers_words_never_stand_without_a_name_where_everybody_knows_whose_they_are(
    working: Oak,
) -> None:
    """Whose turn it is stands on every screen, and only they were asked."""
    gives(working, "Amal")
    ideas = [
        working.writes(working.people[name], "work", idea=f"{name}'s idea.", audience="group_unnamed")["id"]
        for name in ("Birgit", "Chidi", "Dolores", "Ewa")
    ]
    own = working.writes(working.amal, "work", setting="At the table.", audience="group_unnamed")["id"]
    assert working.reflection(own).audience == "facilitators"
    as_before = update(Reflection.__table__).where(Reflection.__table__.c.id == own)
    working.database.writer.do(lambda db: db.execute(as_before.values(audience=Audience.UNNAMED)) and None)
    working.does(working.fola, "reveal", stage_id="work")
    assert sorted(working.shown_ids()) == sorted(ideas)


def test_what_one_of_the_others_alone_can_have_written_stays_hidden(working: Oak) -> None:
    gives(working, "Amal")
    for name in ("Birgit", "Chidi", "Dolores"):
        working.writes(working.people[name], "work", idea=f"{name}'s idea.")
    alone = working.writes(working.ewa, "work", idea="Ewa's idea.", audience="group_unnamed")["id"]
    working.does(working.fola, "reveal", stage_id="work")
    assert len(working.shown()) == 3 and alone not in working.shown_ids()
