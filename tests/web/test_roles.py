"""Roles on the group's page, and what the console offers by role."""

from collections.abc import Callable
from datetime import timedelta

import time_machine

from app.core import leaderless
from app.core.models import Role, now
from tests.core.cast import Oak
from tests.core.test_roles import add_account, gives, roles_of
from tests.house.browser import Browser

Enter = Callable[[str], Browser]


def test_a_lead_adds_changes_and_ends_a_role_on_the_page_of_the_group(oak: Oak, fola: Browser) -> None:
    olu, group = add_account(oak, "Olu"), f"/groups/{oak.group_id}"
    assert "Olu" in fola.visit(group)
    assert fola.send(f"{group}/roles", facilitator=olu, role="observer") == f"{group}#roles"
    assert roles_of(oak)[olu] == Role.OBSERVER
    assert "Everybody with an account here has a role already." in fola.visit(group)
    fola.send(f"{group}/roles", 400, facilitator=olu, role="king")
    fola.send(f"{group}/roles/end", facilitator=olu)
    assert olu not in roles_of(oak)
    assert "Make somebody else the lead first." in fola.send(
        f"{group}/roles/end", 409, facilitator=oak.leaders["Fola"]
    )
    fola.send(f"{group}/roles", facilitator=oak.leaders["Sami"], role="lead")
    assert fola.send(f"{group}/roles/end", facilitator=oak.leaders["Fola"]) == "/groups"
    fola.visit(group, 404)


def test_whoever_does_not_lead_sees_the_roles_and_changes_none(oak: Oak, browser_of: Enter) -> None:
    sami, group = browser_of(oak.leaders["Sami"]), f"/groups/{oak.group_id}"
    page = sami.visit(group)
    assert "Who leads this group" in page and "/roles" not in page
    sami.send(f"{group}/roles", 404, facilitator=oak.leaders["Sami"], role="lead")
    sami.send(f"{group}/roles/end", 404, facilitator=oak.leaders["Fola"])
    assert roles_of(oak) == {"f-fola": Role.LEAD, "f-sami": Role.SUPPORT}


def test_whoever_watches_is_offered_nothing_to_press(oak: Oak, browser_of: Enter) -> None:
    olu = add_account(oak, "Olu")
    gives(oak, olu, Role.OBSERVER)
    oak.writes(oak.amal, text="A walk.")
    console = browser_of(olu).visit(f"/sessions/{oak.id}/console")
    assert "You watch." in console
    for command in ("go_to_stage", "hold", "show_reflection", "reveal", "mark_heard", "hand_over"):
        assert f'data-command="{command}"' not in console


def test_whoever_watches_sees_calls_and_who_waits_with_no_button_beside_them(
    oak: Oak, fola: Browser, browser_of: Enter
) -> None:
    olu = add_account(oak, "Olu")
    gives(oak, olu, Role.OBSERVER)
    for name, kind in (("Amal", "support"), ("Birgit", "hand"), ("Chidi", "slower"), ("Dolores", "support")):
        oak.signals(oak.people[name], kind)
    for signal in [each["id"] for each in oak.console()["signals"] if each["alias"] in ("Amal", "Birgit")]:
        oak.does(oak.fola, "acknowledge_signal", id=signal)
    oak.joins("Gus")
    asked = oak.does(oak.fola, "ask", participant_id=oak.ewa.id, question="pause")["id"]
    oak.does(oak.ewa, "answer_question", id=asked, answer="yes")
    asks = (
        "read_answer",
        "acknowledge_signal",
        "answer_signal",
        "resolve_signal",
        "admit",
        "refuse",
        "hold_door",
    )
    leading = fola.visit(f"/sessions/{oak.id}/console")
    watching = browser_of(olu).visit(f"/sessions/{oak.id}/console")
    for words in ("Amal needs support.", "Birgit would like to say something", "Gus", "Ewa answered: "):
        assert words in leading and words in watching
    for command in asks:
        assert f'data-command="{command}"' in leading, command
        assert f'data-command="{command}"' not in watching, command


def test_the_console_says_who_leads_and_what_was_pressed_last(oak: Oak, fola: Browser) -> None:
    oak.does(oak.sami, "go_to_stage", stage_id="mixed")
    oak.does(oak.fola, "hand_over", facilitator_id=oak.leaders["Sami"])
    oak.does(oak.sami, "hold")
    console = fola.visit(f"/sessions/{oak.id}/console")
    assert "Leads now" in console and "Sami: Hold, " in console
    assert 'data-command="hand_over"' in console


def test_a_session_that_nobody_ended_stands_on_today_until_one_of_the_leaders_has_looked(
    oak: Oak, fola: Browser, browser_of: Enter
) -> None:
    olu = browser_of(add_account(oak, "Olu"))
    gives(oak, "f-olu", Role.OBSERVER)
    said = "Ended without a close"
    for looks in ("summary", "mark"):
        with time_machine.travel(now() + timedelta(days=1), tick=False):
            oak.database.writer.do(leaderless.close, oak.id)
        summary = f"/sessions/{oak.id}/summary"
        assert said in olu.visit(summary) and said in fola.visit("/today"), "who watches does not mark it"
        olu.send(f"/sessions/{oak.id}/followed-up", 404)
        if looks == "summary":
            assert said in fola.visit(summary)
        else:
            assert fola.send(f"/sessions/{oak.id}/followed-up") == "/today"
        assert said not in fola.visit("/today") and said in fola.visit(summary)
        oak.plans()
        oak.starts()
