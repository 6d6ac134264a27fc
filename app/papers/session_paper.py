"""What a session came to, as a paper: the same as its page says, without the reader's own notes."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Connection

from app import runtime
from app.core import attendance, stored, to_follow_up
from app.core.models import GroupSession
from app.core.summary import summary_of
from app.papers import calls, drawings, wording
from app.papers.blocks import Block, answer, facts, heading, part, table, text, words

SHORT = ("scale_0_10", "single_choice")  # they stand beside their question


def gather(db: Connection, asked: Any) -> dict[str, Any]:
    """The paper of one session; NotFound for a rehearsal."""
    told = summary_of(db, asked.group_session_id)
    runtime.give_way()
    row = stored.find(db, GroupSession, id=asked.group_session_id)
    there = attendance.attendance(db, row)
    to_do = to_follow_up.to_follow_up(db, row, told, there) if row is not None else []
    zone, session = told["group"]["time_zone"], told["session"]
    content = [
        _figures(told, there),
        *_done(told["stages"]),
        *_touched(told["themes"], told["touched"]),
        *_people(told["people"], zone),
        *_steps(told["people"]),
        *part(_("To follow up"), calls.to_do(to_do, zone)),
        *part(_("Signals"), calls.signals(told["earlier"], told["signals"], zone)),
        *_pulse(told["pulse"]),
        *_written(told["stages"]),
    ]
    under = [_when(session, zone), wording.led(told["facilitators"])]
    return wording.laid_out(
        wording.session_title(session),
        content,
        over=told["group"]["name"],
        under=[each for each in under if each],
    )


def _when(session: dict[str, Any], zone: str) -> str:
    if not session["started_at"]:
        return str(_("Not begun yet."))
    start = wording.moment(session["started_at"], zone)
    if not session["ended_at"]:
        return str(_("Began %(start)s, not ended yet.", start=start))
    return str(_("%(start)s to %(end)s.", start=start, end=wording.clock(session["ended_at"], zone)))


def _figures(told: dict[str, Any], attended: list[dict[str, Any]]) -> Block:
    mood, leaving, session = told["mood"], told["leaving"], told["session"]
    if mood["mean"] is None:
        also = _("nobody gave a number")
    elif mood["last_mean"] is None:
        also = ngettext("from %(num)s number, the first", "from %(num)s numbers, the first", mood["count"])
    else:
        changes = {"mean": mood["last_mean"], "up": mood["up"], "down": mood["down"]}
        also = _("last time %(mean)s; %(up)s went up, %(down)s down", **changes)
    ways = [_("%(count)s: %(word)s", count=each["count"], word=each["text"]) for each in leaving]
    took = _("%(minutes)s min", minutes=session["actual"]) if session["actual"] is not None else "–"
    return facts(
        [
            _there(told["people"], attended),
            (_("Mood this week"), "–" if mood["mean"] is None else mood["mean"], also),
            (
                _("How people left"),
                ways[0] if ways else "–",
                "; ".join(ways[1:]) if ways else _("nobody was asked, or nobody said"),
            ),
            (_("Time"), took, _("planned %(minutes)s", minutes=session["planned"])),
        ]
    )


def _there(people: list[dict[str, Any]], attended: list[dict[str, Any]]) -> tuple[str, Any, str]:
    """How many came of how many, and who did not or came late."""
    if not attended:
        return _("There"), len(people), ""
    came = [each for each in attended if each["status"] in ("present", "late")]
    late = [each["alias"] for each in attended if each["status"] == "late"]
    away = [each["alias"] for each in attended if each["status"] in ("excused", "absent")]
    also = [_("late: %(names)s", names=", ".join(late))] if late else []
    also += [_("not there: %(names)s", names=", ".join(away))] if away else []
    guests = sum(each["member_id"] is None for each in people)
    also += [ngettext("and %(num)s guest", "and %(num)s guests", guests)] if guests else []
    count = _("%(came)s of %(all)s", came=len(came), all=len(attended))
    return _("There"), count, "; ".join(also) or _("everybody came")


def _done(stages: list[dict[str, Any]]) -> list[Block | None]:
    rows = [[_stage(each), each["planned"], wording.minutes(each)] for each in stages]
    head = [_("Stage"), _("Planned minutes"), _("Took")]
    return part(_("What was done"), table(head, rows, numbers=(1, 2)))


def _stage(stage: dict[str, Any]) -> str:
    return str(_("%(stage)s (added)", stage=stage["title"])) if stage["added"] else str(stage["title"])


def _touched(themes: list[dict[str, Any]], touched: dict[str, Any]) -> list[Block | None]:
    """What was tagged while reading, and what the exercises work on; each says which of the two it is."""
    rows = [[each["text"], _tagged(each["count"]), ""] for each in themes]
    rows += [[wording.area(each["key"]), *_from(each)] for each in touched["areas"]]
    rows += [[wording.perspective(each["key"]), *_from(each)] for each in touched["perspectives"]]
    head = [_("Themes and focus"), _("Tagged"), _("Exercises")]
    return part(_("What it was about"), table(head, rows, wide=2))


def _from(each: dict[str, Any]) -> list[str]:
    return [_tagged(each["tagged"]), ", ".join(each["exercises"])]


def _tagged(people: int) -> str:
    return str(ngettext("with %(num)s person", "with %(num)s people", people)) if people else ""


def _people(people: list[dict[str, Any]], zone: str) -> list[Block | None]:
    head = [_("Name"), _("There"), _("Mood"), _("First word, last word"), _("Leaving")]
    rows = [[each["alias"], _stay(each, zone), _mood(each), _said(each), each["leaving"]] for each in people]
    unsure = [each["alias"] for each in people if set(each["scribed"]) - {"step"}]
    also = _("Written down for them, not confirmed: %(names)s", names=", ".join(unsure)) if unsure else ""
    told = table(head, rows, wide=3)
    return part(_("Who was there"), told, text(also, True) if also else None)


def _stay(person: dict[str, Any], zone: str) -> str:
    start = wording.clock(person["came_at"], zone)
    if person["removed"]:
        return str(_("From %(start)s, removed.", start=start)).rstrip(".")
    if person["left_at"]:
        return str(_("%(start)s to %(end)s", start=start, end=wording.clock(person["left_at"], zone)))
    return str(_("from %(start)s", start=start))


def _mood(person: dict[str, Any]) -> str:
    if person["mood"] is None:
        return ""
    if person["last_mood"] is None:
        return str(person["mood"])
    last = {"last": person["last_mood"], "number": person["last_number"]}
    return str(_("%(mood)s, last time, session %(number)s: %(last)s", mood=person["mood"], **last))


def _said(person: dict[str, Any]) -> str:
    if person["words_in_note"]:
        return str(_("in the signed note"))
    if not person["last_word"]:
        return str(person["first_word"])
    if not person["first_word"]:
        return str(_("Last word: %(word)s.", word=person["last_word"]))
    return str(_("%(first)s, then %(last)s", first=person["first_word"], last=person["last_word"]))


def _steps(people: list[dict[str, Any]]) -> list[Block | None]:
    unsure = _("written down for them, not confirmed")
    told = [
        words(each["step"], each["alias"], unsure if "step" in each["scribed"] else "")
        for each in people
        if each["step"]
    ]
    return part(_("Steps for next week"), *told)


def _pulse(pulse: list[dict[str, Any]]) -> list[Block | None]:
    if any(each["mean"] is None for each in pulse):
        return part(
            _("The group’s pulse"), text(_("An average stands here when five or more have answered."), True)
        )
    rows = [[each["prompt"], each["mean"]] for each in pulse]
    told = table([_("Question"), _("Average")], rows, numbers=(1,))
    also = text(_("Our own four questions, not a validated scale."), True)
    return part(_("The group’s pulse"), told, also) if rows else []


def _written(stages: list[dict[str, Any]]) -> list[Block | None]:
    found: list[Block | None] = [heading(_("What people wrote"))]
    for stage in stages:
        if not stage["answers"] and not stage["passed"]:
            continue
        runtime.give_way()
        found.append(heading(stage["title"], 2))
        for each in stage["answers"]:
            found += _answer(each)
        if stage["passed"]:
            found.append(text(_("Passed: %(names)s", names=", ".join(stage["passed"])), True))
    return found if len(found) > 1 else [*found, text(_("Nobody has sent anything."), True)]


def _answer(told: dict[str, Any]) -> list[Block]:
    """Each question that was answered, and the circle beside its words."""
    several = len(told["parts"]) > 1
    parts = []
    for each in told["parts"]:
        short = each["type"] in SHORT
        label = each["prompt"] if several or short else ""
        parts.append(words(each["text"], label=label, short=short))
        if each["type"] == "closeness_circle" and each["drawn"]:
            parts.append(drawings.circle(each["drawn"], "", 34))
    if told["hidden"]:
        parts.append(words(_("The words are in the signed note."), short=True))
    return answer(parts, told["alias"], _reach(told))


def _reach(told: dict[str, Any]) -> str:
    reach = wording.aim(told["audience"], told["late"])
    also = [_("shown")] if told["shown"] else []
    also += [_("written down for them, not confirmed")] if told["scribed"] else []
    return ", ".join([reach, *also])
