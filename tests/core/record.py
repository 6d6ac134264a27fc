"""The oak group with a record: two sessions, measures, notes, and everybody's own marker in their words."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Connection

from app.core import attendance, measures, record, stored
from app.core.agenda import agenda_of
from app.core.changes import changing
from app.core.course_models import MeasureResponse
from app.core.models import GroupSession, Member, Participant, new_id, now
from app.core.record_models import NoteKind, RecordNote
from app.core.views import participant
from app.library.agendas import stage_of_exercise
from app.library.measures import bundled
from tests.core.cast import MEMBERS, Oak, prompt, stage

PHQ9 = [1, 1, 1, 1, 2, None, 0, 0, 0]  # eight answers summing to 6: 6.75, so 7, pro-rated; "mild"
WROTE = {name: f"{name.lower()}marker" for name in MEMBERS}  # what each of them wrote for the group
PRIVATE = "privatemarker"
OWN = prompt("birgit_said", "single_choice", options=["I agree with Zora", "No"], text="What of Zora?")


def keeps_a_record(oak: Oak) -> Oak:
    """Plays a session with five, a second without Ewa, and writes notes about both."""
    oak.does(oak.fola, "end")
    _plays(oak, MEMBERS)
    oak.first = oak.id
    _measures(oak, "phq9", PHQ9)
    oak.does(oak.fola, "end")
    _plays(oak, MEMBERS[:4])
    _measures(oak, "gad7", [1] * 7)
    oak.does(oak.fola, "end")
    oak.database.writer.do(_later, oak)
    oak.database.writer.do(_notes, oak)
    return oak


def _plays(oak: Oak, names: list[str]) -> None:
    oak.plans([stage_of_exercise("mood_event_checkin"), stage("own", prompt("text"), OWN)])
    round_of = agenda_of(oak.row())[0]
    oak.does(oak.fola, "open_lobby")
    for name in names:
        oak.joins(name)
    oak.does(oak.fola, "start")
    for place, name in enumerate(names):
        mood = next(each["key"] for each in round_of["prompts"] if each["type"] == "scale_0_10")
        oak.writes(getattr(oak, name.lower()), round_of["id"], **{mood: place})
    oak.moves_to("own")
    for name in names:
        said = {"text": WROTE[name], "birgit_said": "I agree with Zora"}
        audience = "facilitators" if name == "Chidi" else "group_named"
        said |= {"text": PRIVATE} if name == "Chidi" else {}
        oak.writes(getattr(oak, name.lower()), "own", audience=audience, **said)


def _measures(oak: Oak, measure_id: str, values: list[int | None]) -> None:
    measure = bundled()[measure_id]
    answers = dict(zip(measure.keys, values, strict=True))

    def submit(db: Connection) -> None:
        with changing(db, oak.amal, "submit_measure") as change:
            person = participant(db, oak.id, oak.amal.id)
            given = {"response_id": str(uuid4()), "revision": 1, "answers": answers}
            measures.submit_measure(change, person=person, measure=measure, **given)

    oak.database.writer.do(submit)


def _later(db: Connection, oak: Oak) -> None:
    """Moves the first session a week back, and enters a score that was taken elsewhere."""
    row = stored.find(db, GroupSession, id=oak.first)
    assert row is not None
    week = timedelta(days=7)
    moved = {"started_at": row.started_at - week, "ended_at": row.ended_at - week}
    stored.change(db, GroupSession, oak.first, **moved)
    for one in stored.find_all(db, Participant, group_session_id=oak.first):
        stored.change(db, Participant, one.id, admitted_at=one.admitted_at - week)
    for one in stored.find_all(db, Member, group_id=oak.group_id):
        stored.change(db, Member, one.id, created_at=one.created_at - week)
    for each in stored.find_all(db, MeasureResponse, group_session_id=oak.first):
        stored.change(db, MeasureResponse, each.id, taken_at=each.taken_at - week)
    measures.enter_score(db, oak.leaders["Fola"], oak.members["Birgit"], "who5", 40, now())
    attendance.correct(db, oak.leaders["Fola"], oak.id, {oak.members["Ewa"]: "excused"})


def _notes(db: Connection, oak: Oak) -> None:
    for name in MEMBERS[:2]:
        _signs(db, oak, NoteKind.INDIVIDUAL, oak.members[name], f"{name} came. {WROTE[name]}")
    group = _signs(db, oak, NoteKind.GROUP, "", "The group met.")
    record.add(db, oak.leaders["Fola"], group, new_id(), "Added later.")
    place = (NoteKind.INDIVIDUAL, oak.members["Chidi"], "plain")
    record.save(db, oak.leaders["Fola"], oak.id, *place, _section("draftmarker"), 1)
    record.save_process(db, oak.leaders["Fola"], oak.id, "processmarker", 1)


def _signs(db: Connection, oak: Oak, kind: NoteKind, member_id: str, text: str) -> str:
    stands = stored.find(db, RecordNote, group_session_id=oak.id, kind=NoteKind.SHARED, member_id="")
    shared = (_section("All came.", "shared"), stands.revision if stands else 0)
    rest = shared if kind == NoteKind.INDIVIDUAL else ()
    place = (oak.leaders["Fola"], oak.id, kind, member_id, "plain")
    told = record.sign(db, *place, _section(text), 0, *rest)
    return str(told["note_id"])


def _section(text: str, key: str = "note") -> list[dict[str, str]]:
    return [{"key": key, "title": key.capitalize(), "text": text}]
