"""What is pushed after a change: to whom it concerns, and no more than has changed."""

from app.db import Database
from tests.house.actors import ACK, Company, strictly_read
from tests.house.rooms import Room, asking, make_room


def test_a_push_brings_the_answer_that_changed_and_not_all_of_them_again(
    company: Company, database: Database
) -> None:
    room = make_room(database, stages=[asking("s-one", repeat=True)])
    amal = company.person(room, "Amal")
    ids = []
    for number in range(5):
        ids.append(amal.writes(f"card {number}")["id"])
        amal.sees(lambda: set(ids) <= set(amal.of("mine")), "the card that was just saved")
    pushed = [[each["id"] for each in data["mine"]] for name, data in amal.events if "mine" in data]
    assert pushed == [[], *([each] for each in ids)]


def test_many_cards_of_one_person_keep_nobody_elses_answer_waiting(
    company: Company, database: Database
) -> None:
    room = make_room(database, stages=[asking("s-one", repeat=True)])
    amal, birgit, fola = company.person(room, "Amal"), company.person(room, "Birgit"), company.leader(room)
    pending = [amal.begins("submit_reflection", amal.answer(f"card {number}")) for number in range(120)]
    assert birgit.writes("mine alone")["ok"]
    assert all(each.now(within=30)["ok"] for each in pending)
    fola.sees(lambda: len(fola.of("reflections")) == 121, "all cards", within=20)
    amal.sees(lambda: len(amal.of("mine")) == 120, "all own cards", within=20)


def test_a_signal_moves_nobody_elses_version_and_sends_them_nothing(company: Company, oak: Room) -> None:
    fola, amal, birgit = company.leader(oak), company.person(oak, "Amal"), company.person(oak, "Birgit")
    before, heard = amal.says("sync", seen=0)["version"], len(amal.frames)
    signals = [birgit.signals(kind) for kind in ("support", "hand", "slower")]
    assert all(each["ok"] for each in signals)
    fola.sees(lambda: len(fola.of("people")[oak.people["Birgit"]]["signals"]) == 3, "three signals")
    assert amal.says("sync", seen=before) == {"ok": True, "version": before}
    fola.sees(lambda: any(data.get("name") == "signals" for _, data in fola.events), "the region of signals")
    news = [frame for frame in amal.frames[heard:] if strictly_read(frame)[0] != ACK]
    assert news == []
