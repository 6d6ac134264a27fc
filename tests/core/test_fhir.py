"""A bundle is FHIR R4 as a strict reader takes it, and what is of one member names no other."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fhirclient.models import bundle as reader
from fhirclient.models import fhirelementfactory

from app import runtime
from app.core import measures, record, sealing, stored
from app.core.course_models import MeasureResponse
from app.core.models import new_id
from app.core.record_models import NoteKind, RecordNote
from app.core.sealing import seal
from app.library.measures import bundled
from app.papers import fhir, fhir_codes
from app.papers.registry import Asked
from tests.core.cast import MEMBERS, Oak
from tests.core.one_database import database_kind
from tests.core.record import PRIVATE, WROTE, keeps_a_record
from tests.house.environment import KEYS

__all__ = ["database_kind"]

Bundle = dict[str, Any]


@pytest.fixture
def oak(oak: Oak) -> Oak:
    return keeps_a_record(oak)


@pytest.fixture(autouse=True)
def _ring_of_the_tests(ring: None) -> Iterator[None]:
    """Whatever ring a test uses, the next one finds the usual."""
    yield
    sealing.use(sealing.parse_ring(KEYS))


def bundle(oak: Oak, named: bool = True, session: str = "", member: str = "") -> Bundle:
    asked = Asked(group_id=oak.group_id, group_session_id=session, member_id=oak.members.get(member, ""))
    with oak.database.reader() as db:
        made: Bundle = json.loads(fhir.made(db, asked, named))
    return made


def of_type(made: Bundle, kind: str) -> list[Any]:
    return [each["resource"] for each in made["entry"] if each["resource"]["resourceType"] == kind]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from [each] if key == "reference" else references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def patient_of(made: Bundle, alias: str) -> str:
    found = [each["id"] for each in of_type(made, "Patient") if each["name"][0]["text"] == alias]
    assert len(found) == 1
    return str(found[0])


def empties(value: Any) -> Iterator[Any]:
    """What FHIR does not allow anywhere: null, "", [] and {}."""
    if value in (None, "", [], {}):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from empties(each)


def test_a_strict_reader_of_r4_takes_every_bundle_and_every_resource(oak: Oak) -> None:
    for made in (
        bundle(oak),
        bundle(oak, named=False),
        bundle(oak, session=oak.id),
        bundle(oak, member="Amal"),
        bundle(oak, named=False, member="Ewa"),
    ):
        read = reader.Bundle(made, strict=True)
        assert read.type == "collection" and len(read.entry) == len(made["entry"])
        for each in made["entry"]:
            resource = fhirelementfactory.FHIRElementFactory.instantiate(
                each["resource"]["resourceType"], each["resource"]
            )
            assert resource.as_json() == each["resource"]
        assert list(empties(made)) == []


def test_the_strict_reader_sees_a_fault(oak: Oak) -> None:
    made = bundle(oak)
    of_type(made, "Encounter")[0]["participants"] = []
    with pytest.raises(Exception, match="participants"):
        reader.Bundle(made, strict=True)


def test_every_reference_leads_to_an_entry_of_the_bundle(oak: Oak) -> None:
    for made in (bundle(oak), bundle(oak, named=False), bundle(oak, member="Amal")):
        urls = [each["fullUrl"] for each in made["entry"]]
        assert len(set(urls)) == len(urls)
        assert urls == [f"urn:uuid:{each['resource']['id']}" for each in made["entry"]]
        assert set(references(made)) <= set(urls)
        practitioners = {f"urn:uuid:{each['id']}" for each in of_type(made, "Practitioner")}
        assert practitioners and practitioners <= set(references(made))


def test_no_resource_points_at_two_members(oak: Oak) -> None:
    made = bundle(oak)
    patients = {f"urn:uuid:{each['id']}" for each in of_type(made, "Patient")}
    assert len(patients) == len(MEMBERS)
    for each in made["entry"]:
        assert len(patients & set(references(each["resource"]))) <= 1
        assert each["resource"]["resourceType"] != "Group"


@pytest.mark.parametrize("name", MEMBERS)
def test_a_members_bundle_mentions_no_other(oak: Oak, name: str) -> None:
    made = bundle(oak, member=name)
    text = json.dumps(made, ensure_ascii=False)
    text += "".join(
        base64.b64decode(each["content"][0]["attachment"]["data"]).decode()
        for each in of_type(made, "DocumentReference")
    )
    whole = bundle(oak)
    assert name in text and patient_of(whole, name) in text
    for other in set(MEMBERS) - {name}:
        assert other not in text and WROTE[other] not in text
        assert patient_of(whole, other) not in text and oak.members[other] not in text
    assert "The group met." not in text


def test_each_member_has_an_encounter_for_each_session_with_practitioners_alone(oak: Oak) -> None:
    made = bundle(oak)
    encounters = of_type(made, "Encounter")
    here = {alias: patient_of(made, alias) for alias in MEMBERS}
    by_patient = [each["subject"]["reference"].removeprefix("urn:uuid:") for each in encounters]
    # three sessions of which all came to two, and Ewa missed the last
    assert {name: by_patient.count(own) for name, own in here.items()} == {
        **dict.fromkeys(MEMBERS[:4], 3),
        "Ewa": 2,
    }
    people = {f"urn:uuid:{each['id']}" for each in of_type(made, "Practitioner")}
    for each in encounters:
        assert each["status"] == "finished" and each["class"]["code"] == "VR"
        assert {one["individual"]["reference"] for one in each["participant"]} <= people
    names = [each["name"][0]["text"] for each in of_type(made, "Practitioner")]
    assert "Fola" in names


def test_a_score_has_its_code_its_band_and_the_answers_it_was_made_of(oak: Oak) -> None:
    made = bundle(oak, member="Amal")
    scores = {each["code"]["coding"][0]["code"]: each for each in of_type(made, "Observation")}
    assert scores.keys() == {"44261-6", "70274-6"}
    phq9 = scores["44261-6"]
    assert phq9["valueQuantity"]["value"] == 7 and phq9["interpretation"] == [{"text": "mild"}]
    assert phq9["note"] == [{"text": "Pro-rated: 1 not answered."}]
    assert "note" not in scores["70274-6"] and scores["70274-6"]["valueQuantity"]["value"] == 7
    forms = {f"urn:uuid:{each['id']}": each for each in of_type(made, "QuestionnaireResponse")}
    form = forms[phq9["derivedFrom"][0]["reference"]]
    assert form["questionnaire"] == "http://loinc.org/q/44249-1"
    assert [(each["linkId"], each["answer"][0]["valueInteger"]) for each in form["item"]] == [
        *(("/44250-9", 1), ("/44255-8", 1), ("/44259-0", 1), ("/44254-1", 1), ("/44251-7", 2)),
        *(("/44252-5", 0), ("/44253-3", 0), ("/44260-8", 0)),  # what was left blank is not there
    ]
    encounters = {f"urn:uuid:{each['id']}" for each in of_type(made, "Encounter")}
    assert phq9["encounter"]["reference"] in encounters


def test_a_score_that_was_entered_by_hand_has_no_answers_and_no_encounter(oak: Oak) -> None:
    made = bundle(oak, member="Birgit")
    [score] = of_type(made, "Observation")
    assert score["code"] == {"text": "WHO-5"} and "derivedFrom" not in score and "encounter" not in score
    assert of_type(made, "QuestionnaireResponse") == []
    [fola] = [each for each in of_type(made, "Practitioner") if each["name"][0]["text"] == "Fola"]
    assert score["performer"] == [{"reference": f"urn:uuid:{fola['id']}"}]


def test_a_form_without_a_score_gives_its_answers_and_no_number(oak: Oak) -> None:
    def blank(db: Any) -> None:
        [row] = [each for each in stored.find_all(db, MeasureResponse) if each.measure_id == "gad7"]
        score = json.dumps(measures.score(bundled()["gad7"], {"gad7_1": 1}))
        stored.change(db, MeasureResponse, row.id, score=seal(MeasureResponse.score, row.id, score))

    oak.database.writer.do(blank)
    made = bundle(oak, member="Amal")
    assert [each["code"]["coding"][0]["code"] for each in of_type(made, "Observation")] == ["44261-6"]
    assert len(of_type(made, "QuestionnaireResponse")) == 2


def test_signed_notes_are_there_as_text_and_drafts_and_process_notes_never(oak: Oak) -> None:
    made = bundle(oak)
    documents = of_type(made, "DocumentReference")
    with oak.database.reader() as db:
        signatures = {row.signature for row in stored.find_all(db, RecordNote)}
    kinds = sorted(each["type"]["text"] for each in documents)
    assert kinds == ["Group note", "Individual note", "Individual note"]
    for each in documents:
        attachment = each["content"][0]["attachment"]
        data = base64.b64decode(attachment["data"])
        assert attachment["hash"] == base64.b64encode(hashlib.sha1(data).digest()).decode()
        assert each["identifier"][0]["value"] in signatures
        assert b"marker" not in data or any(WROTE[name].encode() in data for name in MEMBERS[:2])
        whose = each["type"]["text"] == "Individual note"
        assert ("subject" in each) == ("encounter" in each["context"]) == whose
        assert each["docStatus"] == ("final" if whose else "amended")
    texts = [base64.b64decode(each["content"][0]["attachment"]["data"]).decode() for each in documents]
    assert any("Added later." in each for each in texts)
    assert "Note\nAmal came. amalmarker" in next(each for each in texts if "Amal" in each)
    assert sum("Shared\nAll came." in each for each in texts) == 2, "each individual note stands alone"
    for never in ("draftmarker", "processmarker", PRIVATE):
        assert not any(never in each for each in texts)


def test_an_addendum_is_dated_and_signed_by_whoever_wrote_it(oak: Oak) -> None:
    """The note was signed before; the document is as new as its newest addendum, and has both authors."""
    with oak.database.reader() as db:
        [group] = [row for row in stored.find_all(db, RecordNote) if row.kind == NoteKind.GROUP]
    later = group.signed_at + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        oak.database.writer.do(record.add, oak.leaders["Sami"], group.id, new_id(), "Sami adds.")
    made = bundle(oak)
    [told] = [each for each in of_type(made, "DocumentReference") if each["docStatus"] == "amended"]
    attachment = told["content"][0]["attachment"]
    assert told["date"] == attachment["creation"] == later.isoformat(timespec="seconds")
    names = {f"urn:uuid:{each['id']}": each["name"][0]["text"] for each in of_type(made, "Practitioner")}
    assert [names[each["reference"]] for each in told["author"]] == ["Fola", "Sami"]
    text = base64.b64decode(attachment["data"]).decode()
    assert f"Addendum, {later:%Y-%m-%d %H:%M} UTC, Sami\nSami adds." in text
    assert re.search(r"Addendum, \S+ \S+ UTC, Fola\nAdded later\.", text)
    reader.Bundle(made, strict=True)


def test_without_names_nothing_says_who_is_who_and_ids_are_others(oak: Oak) -> None:
    named, bare = bundle(oak), bundle(oak, named=False)
    text = json.dumps(bare, ensure_ascii=False)
    for mark in (*MEMBERS, *oak.leaders, *oak.members.values(), *WROTE.values(), "Oak"):
        assert mark not in text
    assert of_type(bare, "DocumentReference") == []
    assert len(of_type(bare, "Observation")) == len(of_type(named, "Observation"))
    ids = [{each["fullUrl"] for each in made["entry"]} for made in (named, bare)]
    assert not ids[0] & ids[1]
    assert {each["fullUrl"] for each in bundle(oak)["entry"]} == ids[0]


def test_who_knows_our_ids_or_has_a_file_with_names_finds_nobody_in_one_without(oak: Oak) -> None:
    def patients() -> list[str]:
        return [each["id"] for each in of_type(bundle(oak, named=False), "Patient")]

    before = patients()
    people = [each["id"] for each in of_type(bundle(oak, named=False), "Practitioner")]
    assert len(people) > 1 and people == sorted(people) and before == sorted(before), "not as people joined"
    sealing.use(sealing.parse_ring("new:" + "22" * 32 + "," + KEYS))
    assert patients() == before, "the same with a new key in front"
    ids = fhir.Ids("unnamed")
    assert {ids.of("Patient", each) for each in oak.members.values()} == set(before)
    sealing.use(sealing.parse_ring("other:" + "22" * 32))
    assert not {ids.of("Patient", each) for each in oak.members.values()} & set(before), "without our key"


def test_a_bundle_of_many_lets_others_have_their_turn(oak: Oak, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    monkeypatch.setattr(runtime, "give_way", lambda: turns.append(1))
    bundle(oak)
    assert len(turns) == len(MEMBERS)


def test_a_sessions_bundle_holds_what_is_of_that_session_alone(oak: Oak) -> None:
    made = bundle(oak, session=oak.first)
    assert len(of_type(made, "Patient")) == len(of_type(made, "Encounter")) == 5
    assert [each["code"]["coding"][0]["code"] for each in of_type(made, "Observation")] == ["44261-6"]
    assert of_type(made, "DocumentReference") == []
    last = bundle(oak, session=oak.id)
    assert len(of_type(last, "Patient")) == 4 and len(of_type(last, "DocumentReference")) == 3


def test_a_sessions_bundle_holds_the_signed_note_of_somebody_who_was_away(oak: Oak) -> None:
    place = (oak.leaders["Fola"], oak.id, NoteKind.INDIVIDUAL, oak.members["Ewa"], "plain")
    with oak.database.reader() as db:
        stands = stored.find(db, RecordNote, group_session_id=oak.id, kind=NoteKind.SHARED, member_id="")
    assert stands is not None
    shared = (record.sections_of(stands), stands.revision)
    section = [{"key": "note", "title": "Note", "text": "Ewa was ill."}]
    oak.database.writer.do(record.sign, *place, section, 0, *shared)
    made = bundle(oak, session=oak.id)
    ewa = patient_of(made, "Ewa")
    [note] = [each for each in of_type(made, "DocumentReference") if ewa in json.dumps(each)]
    assert "Ewa was ill." in base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert "encounter" not in note["context"] and ewa not in json.dumps(of_type(made, "Encounter"))
    reader.Bundle(made, strict=True)
    assert len(of_type(bundle(oak, named=False, session=oak.id), "Patient")) == 4, "nothing else is of her"


def test_items_of_forms_have_as_many_codes_as_questions() -> None:
    for name, codes in fhir_codes.ITEMS.items():
        measure = bundled()[name]
        assert [fhir_codes.link_id(name, key) for key in measure.keys] == [f"/{code}" for code in codes]
    assert fhir_codes.link_id("phq9", "phq9_difficulty") == "phq9_difficulty"
