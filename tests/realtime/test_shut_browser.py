"""A browser that came to an occupied seat without proof takes part, and gets none of the seat's words."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from realtime.presence import Presence
from realtime.push import Pusher
from realtime.sockets import person_room
from tests.house.rooms import make_room
from tests.realtime.conftest import Wire, code_of
from tests.realtime.test_push_order import Ear


def test_own_words_reach_the_browser_that_wrote_them_and_not_a_shut_one(wire: Wire) -> None:
    room, ear = make_room(wire.database, sandbox=True), Ear()
    first, shut = room.who("Amal"), replace(room.who("Amal"), shut=True)
    for sid, who in (("at home", first), ("elsewhere", shut)):
        wire.dispatcher.admit("/participant", sid, {"ticket": wire.tickets.issue(who, sandbox=True)})
    pusher = Pusher(wire.app, ear, wire.database, wire.dispatcher.screens, wire.sockets, Presence())
    wire.bus.listen(pusher.on_committed)

    def got(who: Any) -> str:
        return json.dumps([data for _, to, data in ear.emitted if to == person_room(who)])

    words = {"stage_id": "s-one", "audience": "facilitators", "answer": {"text": "Words of today."}}
    wire.plays("/participant", "at home", "submit_reflection", {"id": str(uuid4()), **words})
    with ear.heard:
        assert ear.heard.wait_for(lambda: "Words of today." in got(first) and '"form"' in got(shut), 10)
    synced = wire.plays("/participant", "elsewhere", "sync", {"seen": 0})
    assert code_of(synced) == "ok" and "stays closed in this browser" in json.dumps(wire.server.emitted)
    assert "Words of today." not in got(shut) + json.dumps(wire.server.emitted)
    signal = {"id": str(uuid4()), "kind": "support"}
    assert code_of(wire.plays("/participant", "elsewhere", "raise_signal", signal)) == "ok"


def test_what_a_leader_answers_to_a_signal_is_told_to_the_open_browser_alone(wire: Wire) -> None:
    room = make_room(wire.database, sandbox=True)
    signal = str(uuid4())
    room.does("Amal", "raise_signal", id=signal, kind="support")
    room.does("Fola", "answer_signal", id=signal, reply="I will call your sister.")
    screens, row = wire.dispatcher.screens, room.row
    with wire.app.app_context(), wire.database.reader() as db:
        for shut in (False, True):
            told = screens.me(db, row, replace(room.who("Amal"), shut=shut))
            assert [each["status"] for each in told["signals"]] == ["seen"]
            assert ("I will call your sister." in str(told)) is not shut
