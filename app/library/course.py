"""The rules of a course: sums of minutes, one agenda for each session, and what IPT asks of every session."""

from collections.abc import Iterable, Iterator

from app.library.items import Agenda, Exercise, Meeting, Programme, Row
from app.library.loading import Items

TAPS = {"scale_0_10", "single_choice", "multi_choice", "roleplay_pair"}
ARRIVING = {"one_word_checkin", "talk_or_listen", "safe_place_check"}
CLOSING = {"step_plan", "session_pulse", "leaving_check", "one_word_checkin", "goodbye", "goodbye_lines"}
LAST_SESSION_NEVER = {"session_pulse", "step_plan", "ending_feelings"}
FIRST_PRE_ROW = "Privacy and its limits, consent, alias, where you are"
ALONE = "Alone: afraid of anyone?"
ROUND_MINUTES = 15  # the opening round, outside a first session
WRITING = 3  # stages with words to type before the close

Known = dict[str, Exercise]


def check_programmes(items: Items) -> Iterator[str]:
    """Yield every rule that a programme, a pool or the call to a leaving member breaks."""
    known = items.exercises
    reached = {name for pool in items.pools.values() for name in pool}
    for pool, names in items.pools.items():
        yield from (f"pool {pool}: no exercise {name}" for name in names if name not in known)
    for programme in items.programmes.values():
        yield from _programme(programme, known)
        agendas: tuple[Agenda | Meeting, ...] = (*programme.meetings, *programme.sessions)
        for agenda in agendas:
            reached |= {name for row in agenda.rows for name in row.exercises}
            yield from (f"{programme.id}, {agenda.id}: no cue" for row in agenda.rows if not row.cue)
    if items.when_a_member_leaves:
        call = items.when_a_member_leaves.call
        yield from _rows("when_a_member_leaves", call.rows, call.total, None, known)
    yield from (f"exercise {name}: in no agenda and no pool" for name in known if name not in reached)


def programme_advice(programme: Programme, known: Known) -> Iterator[str]:
    """Yield every rule that one programme breaks."""
    yield from _programme(programme, known)


def row_advice(rows: Iterable[Row], phase: str, known: Known) -> Iterator[str]:
    """Yield what the rows of one session ask that their minutes or their phase do not give."""
    listed = list(rows)
    for sentence in _rows("", listed, sum(row.minutes for row in listed), phase, known):
        yield sentence.removeprefix(", ")


def _programme(p: Programme, known: Known) -> Iterator[str]:
    if p.status == "conditional" and not p.requires:
        yield f"{p.id}: conditional on nothing"
    if not 1 <= p.group_size[0] <= p.group_size[1]:
        yield f"{p.id}: group size {p.group_size}"
    covered = [n for first, last in p.phases.values() for n in range(first, last + 1)]
    if covered != list(range(1, p.group_sessions + 1)):
        yield f"{p.id}: phases cover {covered}"
    yield from _meetings(p, known)
    for n in range(1, p.group_sessions + 1):
        agendas = sum(a.numbers[0] <= n <= a.numbers[1] for a in p.sessions)
        if agendas != 1:
            yield f"{p.id}: session {n} has {agendas} agendas"
    for agenda in p.sessions:
        where = f"{p.id}, {agenda.id}"
        low, high = p.phases.get(agenda.phase, (0, -1))
        first, last = agenda.numbers
        if not low <= first <= last <= high:
            yield f"{where}: sessions {first} to {last} are not in phase {agenda.phase}"
        if agenda.total != p.length_min:
            yield f"{where}: total {agenda.total} is not length_min {p.length_min}"
        yield from _rows(where, agenda.rows, agenda.total, agenda.phase, known)
        yield from _course(where, agenda, p.group_sessions, known)


def _meetings(p: Programme, known: Known) -> Iterator[str]:
    ids = [meeting.id for meeting in p.meetings] + [agenda.id for agenda in p.sessions]
    if len(set(ids)) != len(ids):
        yield f"{p.id}: a meeting or agenda id twice"
    for meeting in p.meetings:
        where = f"{p.id}, {meeting.id}"
        yield from _rows(where, meeting.rows, meeting.total, meeting.phase, known)
        if meeting.kind == "mid" and not 1 <= (meeting.after_session or 0) < p.group_sessions:
            yield f"{where}: after_session {meeting.after_session}"
        if meeting.kind == "follow_up" and meeting.weeks_after != (4, 12):
            yield f"{where}: weeks_after {meeting.weeks_after}"
    kinds = [meeting.kind for meeting in p.meetings]
    if kinds[:1] != ["pre"] or "follow_up" not in kinds:
        yield f"{p.id}: needs a pre meeting first and a follow-up"
        return
    titles = [row.title for row in p.meetings[0].rows]
    if titles[:1] != [FIRST_PRE_ROW]:
        yield f"{p.id}: the first row of the first meeting is not consent and privacy"
    if not any(title.startswith(ALONE) for title in titles):
        yield f"{p.id}: no violence and exclusion screen in the first meeting"


def _rows(where: str, rows: Iterable[Row], total: int, phase: str | None, known: Known) -> Iterator[str]:
    minutes = sum(row.minutes for row in rows)
    if minutes != total:
        yield f"{where}: rows sum to {minutes}, total says {total}"
    for row in rows:
        here = f"{where}, '{row.title}'"
        if row.minutes < 1:
            yield f"{here}: {row.minutes} min"
        yield from (f"{here}: no exercise {name}" for name in row.exercises if name not in known)
        if len(set(row.exercises)) != len(row.exercises):
            yield f"{here}: an exercise twice"
        found = [known[name] for name in row.exercises if name in known]
        if phase:
            strange = [e.id for e in found if phase not in e.phases]
            yield from (f"{here}: {name} is not for phase {phase}" for name in strange)
        needs = [e.minutes[0] for e in found]
        if row.pool and len(found) < 2:
            yield f"{here}: a pool of {len(found)}"
        if needs and (max(needs) if row.pool else sum(needs)) > row.minutes:
            yield f"{here}: needs {max(needs) if row.pool else sum(needs)} min, has {row.minutes}"


def _course(where: str, agenda: Agenda, last_number: int, known: Known) -> Iterator[str]:
    rows = agenda.rows
    if not rows:
        yield f"{where}: no rows"
        return
    first, last = agenda.numbers
    body = [row for row in rows if not (row.exercises and set(row.exercises) <= CLOSING | ARRIVING)]
    writing = sum(_writes(row, known) for row in body)
    if writing > WRITING:
        yield f"{where}: {writing} writing stages before the close"
    mood = [row for row in rows if "mood_event_checkin" in row.exercises]
    if len(mood) != 1:
        yield f"{where}: {len(mood)} mood rows"
    elif first > 1 and mood[0].minutes < ROUND_MINUTES:
        yield f"{where}: the opening round has {mood[0].minutes} min"
    if not all("one_word_checkin" in row.exercises for row in (rows[0], rows[-1])):
        yield f"{where}: first and last word are not the first and the last row"
    if "leaving_check" not in rows[-1].exercises:
        yield f"{where}: nobody asks how people are leaving"
    names = {name for row in rows if not row.pool for name in row.exercises}
    if (last == last_number) != ("goodbye" in names):
        yield f"{where}: the goodbye stands in the last session and nowhere else"
    if last == last_number and names & LAST_SESSION_NEVER:
        yield f"{where}: no pulse, no step in the last session"
    if (first == last == last_number - 1) != ("goodbye_lines" in names):
        yield f"{where}: goodbye lines are begun in the last session but one and nowhere else"


def _writes(row: Row, known: Known) -> bool:
    """Say whether one member at least has words to type, beyond taps."""
    who = ("all", "worker", "others") if row.pool else ("all",)
    prompts = (p for name in row.exercises if name in known for p in known[name].prompts)
    return any(p.type not in TAPS and p.who in who for p in prompts)
