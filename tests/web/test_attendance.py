"""Attendance on the summary page, and who has long been silent on the page of the group."""

from collections.abc import Callable

from app.core.models import Role
from tests.core.cast import MEMBERS, Oak
from tests.core.test_attendance import holds, was
from tests.core.test_roles import add_account, gives
from tests.house.browser import Browser


def test_a_leader_corrects_who_was_there_and_whoever_watches_reads_it(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    amal, summary = oak.members["Amal"], f"/sessions/{oak.id}/summary"
    assert f'name="was-{amal}"' in fola.visit(summary)
    sent = {f"was-{key}": "present" for key in oak.members.values()} | {f"was-{amal}": "excused"}
    assert fola.send(f"/sessions/{oak.id}/attendance", **sent) == f"{summary}#attendance"
    assert was(oak)["Amal"] == "excused" and "corrected" in fola.visit(summary)
    fola.send(f"/sessions/{oak.id}/attendance", 409, **{f"was-{amal}": "somewhere"})
    olu = browser_of(add_account(oak, "Olu"))
    gives(oak, "f-olu", Role.OBSERVER)
    page = olu.visit(summary)
    assert "Excused" in page and f'name="was-{amal}"' not in page
    olu.send(f"/sessions/{oak.id}/attendance", 404, **sent)
    assert was(oak)["Amal"] == "excused"


def test_whoever_was_silent_three_times_running_stands_on_the_page_of_the_group_and_the_roster(
    oak: Oak, fola: Browser
) -> None:
    group, said = f"/groups/{oak.group_id}", "Not heard for three sessions"
    for number in range(3):
        if number:
            holds(oak, *MEMBERS)
        for name in MEMBERS[1:]:
            oak.does(oak.fola, "mark_heard", participant_id=oak.people[name].id)
        assert said not in fola.visit(group)
        oak.does(oak.fola, "end")
    assert said in fola.visit(group)
    holds(oak, *MEMBERS)
    assert fola.visit(f"/sessions/{oak.id}/console").count("Silent three times: meet alone?") == 1
