"""An answer is stored once, however often, from wherever and however late it is sent."""

from uuid import uuid4

from app.db import Database
from tests.house.actors import Company
from tests.house.rooms import Room, make_room, words_of

TWENTY = tuple(f"Person {number}" for number in range(1, 21))


def test_twenty_people_send_the_same_answer_five_times_and_twenty_rows_stand(
    company: Company, database: Database
) -> None:
    room = make_room(database, TWENTY)
    people = [company.person(room, alias, sandbox=False) for alias in TWENTY]
    sent = [person.answer("the same words") for person in people]
    pending = [
        [person.begins("submit_reflection", answer) for _ in range(5)]
        for person, answer in zip(people, sent, strict=True)
    ]
    for answer, answers in zip(sent, pending, strict=True):
        first, *rest = [each.now() for each in answers]
        assert first["ok"] and first["id"] == answer["id"] and first["revision"] == 1
        assert rest == [first] * 4
    assert sorted(row.id for row in room.reflections) == sorted(answer["id"] for answer in sent)
    assert {words_of(row) for row in room.reflections} == {'{"text": "the same words"}'}
    assert room.has_every_version()
    assert sum(entry.action == "submit_reflection" for entry in room.log) == 20


def test_one_answer_sent_from_two_sockets_at_once_is_one_row(company: Company, oak: Room) -> None:
    phone, laptop = company.person(oak, "Amal"), company.person(oak, "Amal")
    answer = phone.answer("from both")
    pending = [each.begins("submit_reflection", answer) for _ in range(5) for each in (phone, laptop)]
    first, *rest = [each.now() for each in pending]
    assert first["ok"] and rest == [first] * 9
    assert [row.id for row in oak.reflections] == [answer["id"]]


def test_two_devices_that_write_different_words_keep_the_first_and_are_told(
    company: Company, oak: Room
) -> None:
    phone, laptop = company.person(oak, "Amal"), company.person(oak, "Amal")
    answer = phone.answer("from the phone")
    other = answer | {"answer": {"text": "from the laptop"}}
    pending = [phone.begins("submit_reflection", answer), laptop.begins("submit_reflection", other)]
    outcomes = [each.now() for each in pending]
    assert sorted(outcome["ok"] for outcome in outcomes) == [False, True]
    refused = next(outcome for outcome in outcomes if not outcome["ok"])
    assert (refused["error"]["code"], refused["error"]["revision"]) == ("superseded", 1)
    winner = answer if outcomes[0]["ok"] else other
    assert [words_of(row) for row in oak.reflections] == [f'{{"text": "{winner["answer"]["text"]}"}}']


def test_an_answer_whose_acknowledgement_was_lost_is_sent_again_and_stands_once(
    company: Company, oak: Room
) -> None:
    amal = company.person(oak, "Amal")
    answer = amal.answer("did it arrive?")
    first = amal.begins("submit_reflection", answer)
    first.now()  # it was stored; the person never reads this
    amal.leaves()
    again = company.person(oak, "Amal").says("submit_reflection", **answer)
    assert again == first.value
    assert len(oak.reflections) == 1


def test_an_old_revision_that_arrives_late_changes_nothing(company: Company, oak: Room) -> None:
    amal = company.person(oak, "Amal")
    answer = amal.answer("first")
    second = answer | {"revision": 2, "answer": {"text": "second"}}
    assert amal.says("submit_reflection", **answer)["ok"]
    assert amal.says("submit_reflection", **second)["ok"]
    before = oak.row.version
    refused = amal.says("submit_reflection", **answer)
    assert (refused["error"]["code"], refused["error"]["revision"]) == ("superseded", 2)
    assert amal.says("submit_reflection", **second)["revision"] == 2
    assert (words_of(oak.reflections[0]), oak.row.version) == ('{"text": "second"}', before)


def test_a_signal_sent_ten_times_from_two_sockets_is_one_signal(company: Company, oak: Room) -> None:
    phone, laptop = company.person(oak, "Amal"), company.person(oak, "Amal")
    fola = company.leader(oak)
    signal = {"id": str(uuid4()), "kind": "support"}
    pending = [each.begins("raise_signal", signal) for _ in range(5) for each in (phone, laptop)]
    assert [each.now() for each in pending] == [{"ok": True, "status": "new"}] * 10
    fola.sees(
        lambda: [each["id"] for each in fola.of("people")[oak.people["Amal"]]["signals"]] == [signal["id"]],
        "the one signal",
    )
    assert sum(entry.action == "raise_signal" for entry in oak.log) == 1
