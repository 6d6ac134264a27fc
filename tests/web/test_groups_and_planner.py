"""Groups, their people and links, and the planner of a session."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core import groups, overview
from app.core.models import Role
from app.core.refusals import NotNow
from app.library import agendas
from tests.core.cast import Oak
from tests.core.test_roles import add_account, gives
from tests.house.browser import Browser
from tests.house.groups import complete

DATES = {"kind": "group", "when": "2027-03-02T18:20"}
A_GROUP = {
    "name": "Tuesday",
    "programme": "online_short_75",
    "language": "en",
    "time_zone": "Europe/London",
    "emergency_number": "112",
    "crisis_line": "116 123",
    "online": "yes",
    "colleague": "",
}


def planned(oak: Oak) -> str:
    """One more session of the oak group, not opened yet, with a shipped agenda."""
    stages = agendas.agenda_of("online_short_75", 4)
    return str(oak.database.writer.do(groups.plan_session, oak.group_id, stages))


# groups


def test_a_group_is_made_and_its_people_get_links_at_once(fola: Browser, oak: Oak) -> None:
    path = fola.send(
        "/groups/new",
        **A_GROUP,
    )
    assert "The group stands." in fola.visit(path)
    fola.send(f"{path}/members", aliases="Amal\n\n Birgit \nChidi")
    page = fola.visit(path)
    assert "3 people added" in page
    links = re.findall(r"http://localhost/m/[\w-]{22}", page)
    assert len(set(links)) == 3
    assert "There is a “amal” already." in fola.send(f"{path}/members", 422, aliases="Dolores\namal")
    assert "3 members" in fola.visit(path)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Give the group a name."),
        ("programme", "nothing", "Choose a programme, or none."),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list"),
        ("crisis_line", "", "People must find a number to call under Help."),
    ],
)
def test_a_group_without_what_it_needs_is_not_made(fola: Browser, field: str, value: str, said: str) -> None:
    page = fola.send("/groups/new", 422, **(A_GROUP | {field: value}))
    assert said in page
    assert 'value="116 123"' in page or field == "crisis_line"


def test_what_a_group_is_for_puts_the_programmes_in_order_and_names_measures(fola: Browser) -> None:
    wrong = A_GROUP | {"name": "", "purpose": "eating", "sessions": "20"}
    page = fola.send("/groups/new", 422, **wrong)
    offered = re.findall(r'name="programme" value="(\w*)"', page)
    assert offered[0] == "ipt_g_20" and offered[-1] == "" and len(offered) == 8
    assert set(offered[-3:-1]) == {"perinatal_8", "uganda_16"}
    assert "helps many with bulimia and binge eating. Measures to start with: PHQ-9." in page
    assert "Give a number of sessions" in fola.send("/groups/new", 422, **(A_GROUP | {"sessions": "none"}))


@pytest.mark.parametrize(("programme", "of"), [("", 10), ("gipt_8", 8), ("uganda_16", 16)])
def test_a_group_has_the_sessions_of_its_programme_or_its_own(
    fola: Browser, oak: Oak, programme: str, of: int
) -> None:
    path = fola.send("/groups/new", **(A_GROUP | {"programme": programme, "sessions": "10"}))
    with oak.database.reader() as db:
        assert overview.group_page(db, path.rsplit("/", 1)[1])["group"]["of"] == of


def test_a_group_without_a_programme_may_come_to_have_more_sessions_but_not_fewer_than_it_had(
    fola: Browser, oak: Oak
) -> None:
    path = f"/groups/{oak.group_id}/edit"

    def left() -> int | None:
        return oak.room()["session"]["left"]  # type: ignore[no-any-return]

    assert oak.row().number == 1 and left() is None
    fola.send(path, **(A_GROUP | {"sessions": "4"}))
    assert left() == 3 and 'value="4"' in fola.visit(path)
    assert "Give a number of sessions" in fola.send(path, 422, **(A_GROUP | {"sessions": "0"}))
    oak.does(oak.fola, "end")
    oak.plans()
    oak.starts()
    assert "More sessions than that have been already." in fola.send(
        path, 422, **(A_GROUP | {"sessions": "1"})
    )
    assert left() == 2
    fola.send(path, **(A_GROUP | {"sessions": ""}))
    assert left() is None


def test_the_page_says_who_had_no_meeting_before_the_group_and_takes_a_reason(
    fola: Browser, oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    path = fola.send("/groups/new", **A_GROUP)
    oak.group_id = path.rsplit("/", 1)[1]
    complete_now(oak)
    fola.send(f"{path}/members", aliases="Amal\nBirgit")
    oak.plans(agendas.agenda_of("online_short_75", 1))
    assert fola.visit(path).count("No meeting before the group yet") == 2
    plan, console = fola.visit(f"/sessions/{oak.id}/plan"), fola.visit(f"/sessions/{oak.id}/console")
    for page in (plan, console):
        assert "The meeting before the group with each member" in page and f"{path}#members" in page
    fola.send(f"{path}/without-meeting", member="all", reason="Met on paper.")
    assert fola.visit(path).count("Begins without a meeting: ") == 2
    assert 'data-command="open_lobby"' in fola.visit(f"/sessions/{oak.id}/console")
    olu = add_account(oak, "Olu")
    gives(oak, olu, Role.OBSERVER)
    watching = browser_of(olu)
    seen = watching.visit(path)
    assert "Begins without a meeting" in seen and "Met on paper." not in seen
    watching.send(f"{path}/without-meeting", 404, member="all", reason="x")
    birgit = re.findall(r'name="member" value="([\w-]{22})"', fola.visit(path))[1]
    fola.send(f"{path}/without-meeting", member=birgit, reason="")
    assert fola.visit(path).count("No meeting before the group yet") == 1


def complete_now(oak: Oak) -> None:
    oak.database.writer.do(complete, oak.group_id, oak.leaders["Fola"])


def test_a_group_with_a_programme_keeps_its_number(fola: Browser, oak: Oak) -> None:
    path = fola.send("/groups/new", **A_GROUP)
    assert 'name="sessions"' not in fola.visit(f"{path}/edit")
    fola.send(f"{path}/edit", **(A_GROUP | {"sessions": "40"}))
    group_id = path.rsplit("/", 1)[1]
    with oak.database.reader() as db:
        assert overview.group_page(db, group_id)["group"]["of"] == 12
    with pytest.raises(NotNow):
        oak.database.writer.do(groups.set_sessions, group_id, 40)


def test_help_numbers_can_be_changed(fola: Browser, oak: Oak) -> None:
    path = f"/groups/{oak.group_id}"
    assert fola.send(f"{path}/edit", **(A_GROUP | {"crisis_line": "0800 111 0 111"})) == path
    assert "112 and 0800 111 0 111" in fola.visit(path)
    assert oak.room()["help"]["crisis"] == "0800 111 0 111"


def test_a_whole_programme_is_planned_week_by_week_at_the_same_hour(fola: Browser, oak: Oak) -> None:
    path = fola.send("/groups/new", **A_GROUP)
    assert "Say when the first one is." in fola.send(
        f"{path}/sessions", 422, kind="group", when="", weekly="yes"
    )
    fola.send(f"{path}/sessions", weekly="yes", **DATES)
    page = fola.visit(path)
    assert "12 sessions are planned." in page
    assert "Tuesday 23 March, 18:20" in page
    assert "Tuesday 30 March, 18:20" in page  # summer time has begun in between


def test_with_one_member_it_is_one_to_one(fola: Browser, oak: Oak) -> None:
    path = fola.send("/groups/new", **A_GROUP)
    fola.send(f"{path}/members", aliases="Nia")
    fola.send(f"{path}/sessions", kind="one_to_one", when="")
    with oak.database.reader() as db:
        [session] = overview.group_page(db, path.rsplit("/", 1)[1])["sessions"]
        stages = overview.plan_page(db, session["id"])["stages"]
    assert session["kind"] == "one_to_one"
    assert {tuple(stage["audiences"]) for stage in stages} == {("facilitators",)}
    assert (
        fola.client.post(
            f"{path}/sessions", data={"kind": "group", "when": "", "csrf_token": fola.token()}
        ).status_code
        == 400
    )


def test_a_renewed_link_ends_the_old_one(fola: Browser, oak: Oak, stranger: Browser) -> None:
    path = f"/groups/{oak.group_id}"
    old = re.findall(r"/m/[\w-]{22}", fola.visit(path))[0]
    assert stranger.client.get(old, follow_redirects=True).status_code == 200
    member = re.search(r"/members/([\w-]+)/renew", fola.visit(path))
    assert member
    fola.send(f"{path}/members/{member[1]}/renew")
    assert stranger.client.get(old, follow_redirects=True).status_code == 404


# the planner


def plan_of(oak: Oak, group_session_id: str) -> dict[str, Any]:
    with oak.database.reader() as db:
        return overview.plan_page(db, group_session_id)


def sent(plan: dict[str, Any]) -> list[dict[str, Any]]:
    keys = ("id", "minutes", "title")
    return [{key: stage[key] for key in keys} | {"say": stage["cue"]["say"]} for stage in plan["stages"]]


def test_a_plan_says_which_stage_holds_the_door(fola: Browser, oak: Oak) -> None:
    session = planned(oak)
    plan = plan_of(oak, session)
    stages = sent(plan)
    stages[1]["holds_door"] = True
    version = plan["session"]["version"]
    fola.fetch(f"/sessions/{session}/plan", {"stages": stages, "version": version})
    held = [stage.get("holds_door", False) for stage in plan_of(oak, session)["stages"]]
    assert held == [False, True, *held[2:]] and not any(held[2:])


def test_a_plan_keeps_order_minutes_names_and_cues(fola: Browser, oak: Oak) -> None:
    session = planned(oak)
    plan = plan_of(oak, session)
    stages = sent(plan)[::-1]
    stages[0] |= {"minutes": 7, "title": "Our end", "say": "Slowly.", "measures": ["gad7", "phq9"]}
    answer = fola.fetch(
        f"/sessions/{session}/plan", {"version": plan["session"]["version"], "stages": stages}
    )
    assert answer.json["ok"]
    kept = plan_of(oak, session)["stages"]
    assert [stage["id"] for stage in kept] == [stage["id"] for stage in stages]
    assert (kept[0]["minutes"], kept[0]["title"], kept[0]["cue"]["say"]) == (7, "Our end", "Slowly.")
    assert kept[0]["measures"] == ["gad7", "phq9"]
    assert [stage["measures"] for stage in kept[1:]] == [
        stage["measures"] for stage in plan["stages"][-2::-1]
    ]
    assert kept[0]["prompts"] == plan["stages"][-1]["prompts"]


def test_a_plan_made_on_an_older_one_is_refused_as_stale(fola: Browser, oak: Oak) -> None:
    session = planned(oak)
    plan = plan_of(oak, session)
    body = {"version": plan["session"]["version"], "stages": sent(plan)}
    assert fola.fetch(f"/sessions/{session}/plan", body).json["ok"]
    answer = fola.fetch(f"/sessions/{session}/plan", body)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "stale")


@pytest.mark.parametrize(
    "damage",
    [
        lambda stages: stages[1:],
        lambda stages: [*stages, stages[0]],
        lambda stages: [stages[0] | {"minutes": 0}, *stages[1:]],
        lambda stages: [stages[0] | {"minutes": "many"}, *stages[1:]],
        lambda stages: [stages[0] | {"title": "x" * 500}, *stages[1:]],
        lambda stages: [stages[0] | {"measures": ["who5"]}, *stages[1:]],
        lambda stages: [stages[0] | {"measures": [{}]}, *stages[1:]],
        lambda stages: "stages",
        lambda stages: None,
    ],
)
def test_a_plan_that_cannot_be_read_changes_nothing(
    fola: Browser, oak: Oak, damage: Callable[..., Any]
) -> None:
    session = planned(oak)
    plan = plan_of(oak, session)
    body = {"version": plan["session"]["version"], "stages": damage(sent(plan))}
    assert fola.fetch(f"/sessions/{session}/plan", body).status_code == 422
    assert plan_of(oak, session) == plan


def test_stages_are_added_chosen_and_taken_out(fola: Browser, oak: Oak) -> None:
    session = planned(oak)
    path = f"/sessions/{session}/plan"
    before = plan_of(oak, session)["stages"]
    fola.send(f"{path}/add", exercise="good_relationship_memory")
    fola.send(f"{path}/add", title="A walk")
    assert [stage["kind"] for stage in plan_of(oak, session)["stages"][-2:]] == ["exercise", "talk"]
    pooled = next(stage for stage in before if stage["pool"])
    fola.send(f"{path}/{pooled['id']}/choose", exercise=pooled["pool"][0])
    chosen = next(stage for stage in plan_of(oak, session)["stages"] if stage["id"] == pooled["id"])
    assert chosen["exercises"] == [pooled["pool"][0]]
    assert (chosen["kind"], chosen["minutes"]) == ("exercise", pooled["minutes"])
    fola.send(f"{path}/{pooled['id']}/choose", exercise="")
    fola.send(f"{path}/{before[0]['id']}/remove")
    kept = plan_of(oak, session)["stages"]
    assert before[0]["id"] not in [stage["id"] for stage in kept]
    assert next(stage for stage in kept if stage["id"] == pooled["id"])["kind"] == "talk"


def test_the_planner_of_an_open_room_leads_to_the_console(fola: Browser, oak: Oak) -> None:
    assert fola.goes(f"/sessions/{oak.id}/plan") == f"/sessions/{oak.id}/console"
