"""How a session kept to the method: fourteen lines, pre-ticked from what was recorded, corrected by hand.

What only a screen can collect (a mood, the pulse) and nobody sent is a "no". What may just as well have been
said aloud and stands nowhere is not known: the line waits for a person. Members never see any of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from app.core import fidelity_facts, stored
from app.core.agenda import counts
from app.core.changes import Who, changing
from app.core.fidelity_facts import FEELINGS, Facts
from app.core.models import GroupSession, SessionState
from app.core.record_models import Fidelity
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.summary_answers import LEAVING, MOOD, PULSE, STEP
from app.exercises.plain import N_

ANSWERS = ("yes", "partly", "no", "not_due")
ON_TIME = timedelta(minutes=5)  # earlier or later than planned
LINES = {
    "on_time": N_("Started and ended on time"),
    "sessions_left": N_("Said how many sessions are left"),
    "heard": N_("Everyone was heard once"),
    "mood": N_("Everyone rated their mood"),
    "linked": N_("At least one mood was linked to an event"),
    "focus": N_("Kept to the focus areas"),
    "technique": N_("Used a technique of the method"),
    "helped": N_("Members helped members"),
    "step": N_("A step was set for each who was there"),
    "feelings": N_("Feelings were named"),
    "silence": N_("Silence and dominance were handled"),
    "risk": N_("Risk was checked"),
    "pulse": N_("The pulse was collected"),
    "debrief": N_("Talked it over with the co-leader"),
}
UNKNOWN = N_("Not known: please tick.")
DELETED = N_("The answers of this session are deleted by now. This is what they said before.")

Why = tuple[str, dict[str, Any]]  # a sentence, and the numbers in it
Told = tuple[str | None, list[Why]]  # an answer (None: not known), and from what


# what a facilitator sets


def set_line(db: Connection, facilitator_id: str, group_session_id: str, line: str, answer: str) -> None:
    """Answers one line by hand. What equals the record needs no correction: the line follows the record."""
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "mark_fidelity") as change:
        row = change.before
        _must_have_one(row)
        if line not in LINES or answer not in ANSWERS:
            raise Invalid()
        stands = _lines(db, row)[line]
        if stands["answer"] == answer:
            return
        kept = stored.find(db, Fidelity, group_session_id=row.id, line=line)
        before = kept.recorded if kept is not None else None
        _clear(db, row.id, line)
        if stands["recorded"] != answer:
            _put(db, row.id, line, answer, before, facilitator_id, change.at)
        elif before is not None:
            _put(db, row.id, line, answer, before, None, change.at)
        change.wrote(line)


def keep_recorded(db: Connection, group_session_id: str, at: datetime) -> None:
    """Keeps what the record says of a session, before the answers that say so are deleted; once."""
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None or not has_one(row):
        return
    rows = {each.line: each for each in _rows(db, [row.id])}
    if any(each.recorded is not None for each in rows.values()):
        return
    for key, line in _lines(db, row).items():
        before, by = line["recorded"] or "", rows[key].set_by if key in rows else None
        _clear(db, row.id, key)
        _put(db, row.id, key, line["answer"] or "", before, by, at)


# what facilitators and supervisors read


def of_session(db: Connection, group_session_id: str) -> list[dict[str, Any]]:
    """The fourteen lines of a session that has ended, in their order.

    Of each: ``key``, ``name``, ``answer`` (of ANSWERS, or None: not known), ``recorded`` (what the record
    says), ``by_hand`` (whether a person answered it) and ``why``, sentences with their numbers.
    """
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None:
        raise NotFound()
    _must_have_one(row)
    return list(_lines(db, row).values())


def of_group(db: Connection, group_id: str) -> list[dict[str, Any]]:
    """The sessions of a group that have ended, in their order: ``id``, ``number``, ``ended_at``, and the
    ``answers`` by line (of ANSWERS, or None), with the lines answered ``by_hand``.
    """
    rows = [row for row in stored.find_all(db, GroupSession, ("number",), group_id=group_id) if has_one(row)]
    by_hand = _rows(db, [row.id for row in rows])
    told = []
    for facts in fidelity_facts.of_sessions(db, rows):
        own = [each for each in by_hand if each.group_session_id == facts.row.id]
        lines = _told(facts, own)
        told.append(
            {
                "id": facts.row.id,
                "number": facts.row.number,
                "ended_at": facts.row.ended_at,
                "answers": {each["key"]: each["answer"] for each in lines},
                "by_hand": [each["key"] for each in lines if each["by_hand"]],
            }
        )
    return told


def left(lines: Iterable[dict[str, Any]]) -> int:
    """How many lines wait for a person."""
    return sum(each["answer"] is None for each in lines)


def may_have_one(row: Any) -> bool:
    """Whether a session is one of a group's own, and has a checklist once it was held."""
    return bool(row.kind == "group" and counts(row))


def has_one(row: Any) -> bool:
    """Whether it was held and has ended."""
    return may_have_one(row) and row.state == SessionState.ENDED and row.started_at is not None


def _must_have_one(row: Any) -> None:
    if not may_have_one(row):
        raise NotFound()
    if not has_one(row):
        raise NotNow("The checklist stands here once the session has ended.")


def _lines(db: Connection, row: Any) -> dict[str, dict[str, Any]]:
    told = _told(fidelity_facts.of_sessions(db, [row])[0], _rows(db, [row.id]))
    return {each["key"]: each for each in told}


def _rows(db: Connection, group_session_ids: list[str]) -> list[Any]:
    query = select(Fidelity.__table__).where(col(Fidelity.group_session_id).in_(group_session_ids))
    return list(db.execute(query).all())


def _clear(db: Connection, group_session_id: str, line: str) -> None:
    where = (col(Fidelity.group_session_id) == group_session_id, col(Fidelity.line) == line)
    db.execute(delete(Fidelity).where(*where))


def _put(
    db: Connection,
    group_session_id: str,
    line: str,
    answer: str,
    recorded: str | None,
    by: str | None,
    at: datetime,
) -> None:
    place = {"group_session_id": group_session_id, "line": line}
    stored.add(db, Fidelity, **place, answer=answer, recorded=recorded, set_by=by, set_at=at)


def _told(facts: Facts, rows: Iterable[Any]) -> list[dict[str, Any]]:
    own = {each.line: each for each in rows}
    lines = []
    for key, name in LINES.items():
        row = own.get(key)
        recorded, why = PRE_TICKS[key](facts)
        if row is not None and row.recorded is not None:
            recorded = row.recorded or None
            why = [(DELETED, {})] if recorded else []
        by_hand = row is not None and row.set_by is not None
        if recorded is None and not by_hand:
            why = [*why, (UNKNOWN, {})]
        answer = row.answer if row is not None and by_hand else recorded
        line = {"key": key, "name": name, "answer": answer, "recorded": recorded, "why": why}
        lines.append(line | {"by_hand": by_hand})
    return lines


# from what each line is ticked


def _share(count: int, of: int) -> str | None:
    """All: yes. Half or more: partly. Fewer: no."""
    if not of:
        return None
    return "yes" if count >= of else "partly" if 2 * count >= of else "no"


def _counted(people: Sequence[str] | set[str], facts: Facts, words: str) -> Told:
    count, of = len(people), len(facts.there)
    return _share(count, of), [(words, {"count": count, "of": of})]


def _on_time(facts: Facts) -> Told:
    row, why = facts.row, []
    ends = row.started_at + timedelta(minutes=facts.planned)
    if row.scheduled_at is not None:
        ends = row.scheduled_at + timedelta(minutes=facts.planned)
        late = row.started_at - row.scheduled_at
        began: bool | None = abs(late) <= ON_TIME
        why.append(_off(late, BEGAN))
    else:
        began = None
        why.append((N_("No start was planned."), {}))
    if row.without_close:
        ended = False
        why.append((N_("The room closed by itself."), {}))
    else:
        ended = abs(row.ended_at - ends) <= ON_TIME
        why.append(_off(row.ended_at - ends, ENDED))
    if began is None:
        return None, why
    return ("yes" if began and ended else "partly" if began or ended else "no"), why


BEGAN = (N_("Began on time."), N_("Began %(count)s min late."), N_("Began %(count)s min early."))
ENDED = (N_("Ended on time."), N_("Ended %(count)s min late."), N_("Ended %(count)s min early."))


def _off(by: timedelta, words: tuple[str, str, str]) -> Why:
    minutes = round(by.total_seconds() / 60)
    if not minutes:
        return words[0], {}
    return words[1 if minutes > 0 else 2], {"count": abs(minutes)}


def _sessions_left(facts: Facts) -> Told:
    if facts.of is None or not facts.screens:
        return None, []
    return "yes", [(N_("Every screen said: session %(count)s of %(of)s."), _place(facts))]


def _place(facts: Facts) -> dict[str, Any]:
    return {"count": facts.row.number, "of": facts.of}


def _heard(facts: Facts) -> Told:
    if not facts.marked and not facts.heard:
        return None, [(N_("Nobody was marked as heard."), {})]
    return _counted(facts.heard, facts, N_("%(count)s of %(of)s were marked as heard or had a turn."))


def _mood(facts: Facts) -> Told:
    if MOOD not in facts.been:
        return "no", [(N_("No stage asked for it."), {})]
    return _counted(facts.answered.get(MOOD, set()), facts, N_("%(count)s of %(of)s rated their mood."))


def _linked(facts: Facts) -> Told:
    if not facts.linked:
        return None, [(N_("Nobody said in writing which came first."), {})]
    count = {"count": len(facts.linked), "of": len(facts.there)}
    return "yes", [(N_("%(count)s of %(of)s said which came first, the mood or what happened."), count)]


def _focus(facts: Facts) -> Told:
    if not facts.focus:
        return "not_due", [(N_("Nobody who was there has a focus yet."), {})]
    if not facts.areas:
        return None, [(N_("No answer is tagged with an area."), {})]
    count = len(facts.areas & facts.focus)
    answer = "yes" if count == len(facts.areas) else "partly" if count else "no"
    words = N_("Areas that came up: %(of)s; somebody’s focus: %(count)s.")
    return answer, [(words, {"count": count, "of": len(facts.areas)})]


def _technique(facts: Facts) -> Told:
    if not facts.techniques:
        return None, [(N_("No exercise with a technique was opened."), {})]
    return "yes", [(N_("Exercises with a technique: %(count)s."), {"count": facts.techniques})]


def _helped(facts: Facts) -> Told:
    if not facts.helped:
        return None, [(N_("Nobody wrote a line to another or practised in a pair."), {})]
    count = {"count": len(facts.helped), "of": len(facts.there)}
    answer = "yes" if 2 * len(facts.helped) >= len(facts.there) else "partly"
    return answer, [(N_("%(count)s of %(of)s wrote a line to another or practised in a pair."), count)]


def _step(facts: Facts) -> Told:
    own = facts.steps | facts.answered.get(STEP, set())
    if STEP not in facts.in_plan and not own:
        return "not_due", [(N_("The plan had no step for the week."), {})]
    return _counted(own, facts, N_("%(count)s of %(of)s wrote down a step."))


def _feelings(facts: Facts) -> Told:
    people = {each for name in FEELINGS for each in facts.answered.get(name, ())}
    if not people:
        return None, [(N_("No feeling was named in writing."), {})]
    answer = "yes" if 2 * len(people) >= len(facts.there) else "partly"
    count = {"count": len(people), "of": len(facts.there)}
    return answer, [(N_("%(count)s of %(of)s named a feeling in writing."), count)]


def _silence(facts: Facts) -> Told:
    quiet = facts.there - facts.spoke
    if not quiet:
        return None, [(N_("Nobody was silent. Who talked much is not recorded."), {})]
    asked = quiet & facts.asked
    words = N_("Silent: %(of)s; asked privately: %(count)s.")
    answer = "yes" if asked == quiet else "partly" if asked else "no"
    return answer, [(words, {"count": len(asked), "of": len(quiet)})]


def _risk(facts: Facts) -> Told:
    if facts.calls:
        met = facts.calls - facts.unmet
        words = N_("Urgent calls: %(of)s; met: %(count)s.")
        return ("no" if facts.unmet else "yes"), [(words, {"count": met, "of": facts.calls})]
    if facts.forms_asked:
        return _counted(facts.forms, facts, N_("No urgent call. %(count)s of %(of)s sent the private form."))
    if LEAVING in facts.been:
        people = facts.answered.get(LEAVING, set())
        return _counted(people, facts, N_("No urgent call. %(count)s of %(of)s said how they leave."))
    return None, [(N_("No urgent call, and nothing asked."), {})]


def _pulse(facts: Facts) -> Told:
    if PULSE not in facts.in_plan:
        return "not_due", [(N_("The plan had no pulse."), {})]
    if PULSE not in facts.been:
        return "no", [(N_("The stage with the pulse was not opened."), {})]
    return _counted(facts.answered.get(PULSE, set()), facts, N_("%(count)s of %(of)s answered the pulse."))


def _debrief(facts: Facts) -> Told:
    if facts.leaders < 2:
        return "not_due", [(N_("There is one leader."), {})]
    return None, []


PRE_TICKS = {
    "on_time": _on_time,
    "sessions_left": _sessions_left,
    "heard": _heard,
    "mood": _mood,
    "linked": _linked,
    "focus": _focus,
    "technique": _technique,
    "helped": _helped,
    "step": _step,
    "feelings": _feelings,
    "silence": _silence,
    "risk": _risk,
    "pulse": _pulse,
    "debrief": _debrief,
}
