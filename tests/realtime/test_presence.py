"""Who is here, away or gone follows from sockets and times."""

from datetime import UTC, datetime, timedelta

import time_machine

from realtime.presence import Presence

BEGIN = datetime(2026, 11, 3, 18, 20, tzinfo=UTC)


def test_a_leaders_line_that_blinks_leaves_a_private_form_open_for_a_moment() -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        presence = Presence()
        assert not presence.led_lately("oak")
        presence.arrives("facilitator", "oak", "fola", "first socket")
        presence.leaves("facilitator", "oak", "fola", "first socket")
        clock.shift(timedelta(seconds=20))
        assert presence.led_lately("oak") and not presence.facilitators_here("oak")
        clock.shift(timedelta(seconds=20))
        assert not presence.led_lately("oak")


def test_somebody_who_was_gone_for_a_while_is_told_where_the_group_is() -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        presence = Presence()
        presence.arrives("participant", "oak", "amal", "first socket")
        assert not presence.came_back("oak", "amal")
        presence.leaves("participant", "oak", "amal", "first socket")
        clock.shift(timedelta(minutes=3))
        assert presence.of("oak", "amal")[0] == "gone"
        assert presence.came_back("oak", "amal"), "the page is drawn before its socket opens"
        presence.arrives("participant", "oak", "amal", "second socket")
        assert presence.of("oak", "amal")[0] == "here"
        assert presence.came_back("oak", "amal")


def test_a_short_drop_and_a_second_tab_are_no_return() -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        presence = Presence()
        presence.arrives("participant", "oak", "amal", "first tab")
        presence.arrives("participant", "oak", "amal", "second tab")
        presence.leaves("participant", "oak", "amal", "second tab")
        clock.shift(timedelta(minutes=3))
        assert presence.of("oak", "amal")[0] == "here"
        presence.leaves("participant", "oak", "amal", "first tab")
        clock.shift(timedelta(seconds=30))
        assert presence.of("oak", "amal")[0] == "away"
        presence.arrives("participant", "oak", "amal", "third tab")
        assert not presence.came_back("oak", "amal")


def test_nobody_is_there_only_after_thirty_seconds_without_a_leader() -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        presence = Presence()
        assert presence.line("oak") == "dropped", "who has just begun knows nothing of what was before"
        clock.shift(timedelta(seconds=30))
        assert presence.line("oak") == "nobody"
        presence.arrives("observer", "oak", "olu", "the observer's")
        assert presence.line("oak") == "nobody"
        presence.arrives("facilitator", "oak", "fola", "the leader's")
        assert presence.line("oak") == "here"
        presence.leaves("facilitator", "oak", "olu", "the observer's")
        presence.leaves("facilitator", "oak", "fola", "the leader's")
        clock.shift(timedelta(seconds=29))
        assert presence.line("oak") == "dropped"
        before = presence.state_of_all("oak")
        clock.shift(timedelta(seconds=1))
        assert presence.line("oak") == "nobody"
        assert presence.state_of_all("oak") != before, "the phones hear of it"


def test_a_leader_who_looks_at_another_page_is_somebody() -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        presence = Presence()
        clock.shift(timedelta(minutes=5))
        presence.looks("oak")
        assert presence.line("oak") == "dropped"
        clock.shift(timedelta(seconds=20))
        assert presence.line("oak") == "nobody"


def test_a_role_that_changes_while_somebody_is_connected_counts_from_then_on() -> None:
    presence = Presence()
    presence.arrives("facilitator", "oak", "sami", "a socket")
    presence.settle("oak", {"sami"})
    assert presence.line("oak") == "dropped" and presence.facilitators_here("oak") == set()
    presence.settle("oak", set())
    assert presence.line("oak") == "here"
    presence.settle("oak", {"sami"})
    assert presence.leaves("facilitator", "oak", "sami", "a socket")
