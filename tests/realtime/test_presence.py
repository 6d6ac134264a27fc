"""Who is here, away or gone follows from sockets and times."""

from datetime import UTC, datetime, timedelta

import time_machine

from realtime.presence import Presence

BEGIN = datetime(2026, 11, 3, 18, 20, tzinfo=UTC)


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
