"""Drafts of notes from what was recorded: sentences with gaps, no prose of their own.

``say(sentence, **values)`` puts a sentence into the writer's language; core knows no language but its own.
Days are written as numbers, so that no month or weekday in a note is anybody's name. A draft of one member's
note is free of the others' names: they are "another member", and what cannot be told from a common word is
left for the check before signing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core import names_check
from app.core.draft_facts import Facts, urgent
from app.core.layouts import FACTS, MEMBER_SAFE, SHARED, Layout, Section
from app.core.names_check import WORDS, Check
from app.core.record_models import NoteKind
from app.exercises.plain import N_

Say = Callable[..., str]
Lines = Mapping[str, str]  # fact → what a draft says of it

ENDS = ".!?…。؟।"  # of a sentence
AREA_NAMES = {
    "grief": N_("Grief"),
    "dispute": N_("Disputes"),
    "change": N_("Life changes"),
    "lonely": N_("Loneliness"),
}
PERSPECTIVE_NAMES = {
    "how_we_are_with_others": N_("How we are with others"),
    "how_others_are_with_us": N_("How others are with us"),
    "how_relationships_change": N_("How our relationships change over time"),
}
EVENTS = {
    "support": (N_("One member asked for support."), N_("%(count)s members asked for support.")),
    "item_9": (
        N_("A private form of one member called for a person."),
        N_("Private forms of %(count)s members called for a person."),
    ),
    "not_safe": (
        N_("One member said that they were not safe."),
        N_("%(count)s members said that they were not safe."),
    ),
    "stop": (N_("One member stopped for a while."), N_("%(count)s members stopped for a while.")),
}
CALLS = {
    "support": N_("Asked for support at %(time)s."),
    "item_9": N_("A private form called for a person at %(time)s."),
    "not_safe": N_("Said at %(time)s that they were not safe."),
    "stop": N_("Stopped at %(time)s."),
}
MET = {
    "talked": N_("We talked."),
    "later": N_("We agreed to talk later."),
    "handed": N_("Handed to somebody else."),
}
ATTENDED = {
    "present": N_("Was there."),
    "late": N_("Was there, came late."),
    "excused": N_("Was not there, had said so before."),
    "absent": N_("Was not there."),
}
FOLLOWED = {
    "seen": N_("Seen: %(words)s"),
    "asked": N_("Asked: %(words)s"),
    "judged": N_("Judged: %(words)s"),
    "done": N_("Done: %(words)s"),
    "told": N_("Told: %(words)s"),
    "next": N_("Next contact: %(words)s"),
}


def english(sentence: str, **values: Any) -> str:
    """A sentence as it stands in the code, with its gaps filled."""
    return sentence % values if values else sentence


def group_note(facts: Facts, layout: Layout, say: Say = english) -> list[Section]:
    """The draft of the note that names nobody but the leaders: no scores, no words of anybody."""
    return _filled(layout["sections"], NoteKind.GROUP, _of_group(facts["group"], say), say)


def shared_part(facts: Facts, say: Say = english) -> list[Section]:
    """The draft of what lands in every individual note."""
    return _filled([SHARED], NoteKind.SHARED, _of_group(facts["group"], say), say)


def member_safe(facts: Facts, say: Say = english) -> list[Section]:
    """The draft of what members may be given: no risk, no scores, no numbers of people, and themes only from
    what was written for the group with a name.
    """
    group = facts["group"]
    lines = {
        "exercises": _listed(N_("We worked with: %(words)s."), group["exercises"], say),
        "themes": _listed(N_("What it was about: %(words)s."), _tag_words(group["named_tags"], say), say),
        "steps": say(N_("Steps for the time until we meet again were agreed.")) if group["steps"] else "",
        "next": _next(group, say),
    }
    return _filled([MEMBER_SAFE], NoteKind.MEMBER_SAFE, lines, say)


def individual(
    facts: Facts, member_id: str, layout: Layout, check: Check, say: Say = english
) -> list[Section]:
    """The draft of one member's note, without the shared part. What is also somebody else's words, by the
    names check, is left out.
    """
    lines = _of_member(_alone(facts["members"][member_id], member_id, check), facts["group"], say)
    others = [each for each in check.people if each.id != member_id]
    sections = _filled(layout["sections"], NoteKind.INDIVIDUAL, lines, say)
    instead = say(N_("another member"))
    return [each | {"text": names_check.without(each["text"], others, instead)} for each in sections]


def _filled(sections: Sequence[Section], kind: NoteKind, lines: Lines, say: Say) -> list[Section]:
    """Sections with their titles and texts; what is left out of the layout is not filled in."""
    told = {fact: lines[fact] for fact in FACTS[kind] if lines.get(fact)}
    return [
        {
            "key": each["key"],
            "title": say(each["title"]),
            "text": "\n".join(told[fact] for fact in each["from"] if fact in told),
        }
        for each in sections
    ]


# of all


def _of_group(group: Facts, say: Say) -> Lines:
    there = sum(each in ("present", "late") for each in group["statuses"]) + group["guests"]
    excused = group["statuses"].count("excused")
    absent = group["statuses"].count("absent") + excused
    numbers = say(N_("Present: %(there)s. Absent: %(absent)s."), there=there, absent=absent)
    if excused:
        numbers += " " + say(N_("Of these, had said so before: %(excused)s."), excused=excused)
    return {
        "when": _when(group, say),
        "place": say(N_("Online.")) if group["online"] else say(N_("In one room.")),
        "leaders": _leaders(group, say),
        "numbers": numbers,
        "came": say(N_("Present: %(there)s."), there=there),
        "stages": "\n".join(_stage(each, say) for each in group["stages"]),
        "exercises": _listed(N_("Exercises: %(words)s."), group["exercises"], say),
        "themes": _listed(N_("Themes: %(words)s."), _tag_words(group["tags"], say), say),
        "events": " ".join(_event(kind, count, say) for kind, count in group["events"].items()),
        "plan": _next(group, say),
    }


def _when(group: Facts, say: Say) -> str:
    if group["started_at"] is None:
        return ""
    start = _local(group["started_at"], group)
    if group["ended_at"] is None:
        return say(N_("%(day)s, from %(start)s."), day=_day(start), start=_clock(start))
    return say(
        N_("%(day)s, %(start)s to %(end)s (%(actual)s minutes, %(planned)s planned)."),
        day=_day(start),
        start=_clock(start),
        end=_clock(_local(group["ended_at"], group)),
        actual=group["actual"],
        planned=group["planned"],
    )


def _leaders(group: Facts, say: Say) -> str:
    words = {
        "lead": N_("%(name)s led."),
        "support": N_("%(name)s supported."),
        "observer": N_("%(name)s observed."),
    }
    return " ".join(say(words[role], name=name) for name, role in group["leaders"])


def _stage(stage: dict[str, Any], say: Say) -> str:
    if stage["actual"] is None:
        return say(N_("%(title)s: skipped."), title=stage["title"])
    minutes = {"actual": stage["actual"], "planned": stage["planned"]}
    return say(N_("%(title)s: %(actual)s min of %(planned)s."), title=stage["title"], **minutes)


def _event(kind: str, count: int, say: Say) -> str:
    one, more = EVENTS[kind]
    return say(one) if count == 1 else say(more, count=count)


def _next(group: Facts, say: Say) -> str:
    if group["next"] is None:
        return ""
    at = _local(group["next"], group)
    return say(N_("Next session: %(day)s, %(time)s."), day=_day(at), time=_clock(at))


def _tag_words(tags: dict[str, list[str]], say: Say) -> list[str]:
    areas = [say(AREA_NAMES[each]) for each in tags.get("areas", ())]
    perspectives = [say(PERSPECTIVE_NAMES[each]) for each in tags.get("perspectives", ())]
    return [*tags.get("themes", ()), *areas, *perspectives]


def _listed(sentence: str, words: Sequence[str], say: Say) -> str:
    return say(sentence, words="; ".join(words)) if words else ""


# of one member


def _of_member(own: Facts, group: Facts, say: Say) -> Lines:
    person = own["person"]
    lines = {
        "attendance": _attendance(own, group, say),
        "scores": " ".join(_score(each, say) for each in own["scores"]),
        "goals": "\n".join(_goals(own, say)),
        "risk": _risk(own, group, say),
        "step": "\n".join(_steps(own, say)),
        "plan": _next(group, say),
    }
    if person is None:
        return lines
    return lines | {
        "mood": _mood(person, say),
        "part": _part(own, say),
        "words": "\n".join(_words(own, say)),
        "response": say(N_("Left: %(word)s."), word=person["leaving"]) if person["leaving"] else "",
    }


def _alone(own: Facts, member_id: str, check: Check) -> Facts:
    """What is recorded of a member, without texts in which eight words in a row are somebody else's, too."""

    def free(each: Any) -> bool:
        text = each if isinstance(each, str) else each["text"]
        return all(found.kind != WORDS for found in check.of({"": text}, member_id))

    return own | {name: list(filter(free, own[name])) for name in ("words", "goals", "steps", "reviews")}


def _attendance(own: Facts, group: Facts, say: Say) -> str:
    told = [say(ATTENDED[own["status"]])]
    person = own["person"]
    if person is not None and own["status"] in ("present", "late"):
        told.append(say(N_("Came in at %(time)s."), time=_clock(_local(person["came_at"], group))))
        ended = own["row"].ended_at
        if person["left_at"] is not None and (ended is None or person["left_at"] < ended):
            told.append(say(N_("Left at %(time)s."), time=_clock(_local(person["left_at"], group))))
    return " ".join(told)


def _mood(person: dict[str, Any], say: Say) -> str:
    if person["mood"] is None:
        return ""
    told = say(N_("Mood this week: %(mood)s of 10."), mood=person["mood"])
    if person["last_mood"] is not None:
        last = {"number": person["last_number"], "mood": person["last_mood"]}
        told += " " + say(N_("Last time, in session %(number)s: %(mood)s."), **last)
    return told


def _score(score: dict[str, Any], say: Say) -> str:
    if score["total"] is None:
        return say(N_("%(name)s: not complete."), name=score["name"])
    values = {"name": score["name"], "total": score["total"]}
    if score["band"]:
        told = say(N_("%(name)s: %(total)s (%(band)s)."), **values, band=score["band"])
    else:
        told = say(N_("%(name)s: %(total)s."), **values)
    return told + " " + say(N_("Pro-rated.")) if score["pro_rated"] else told


def _part(own: Facts, say: Say) -> str:
    told = []
    if own["person"]["heard"]:
        told.append(say(N_("Was heard in the round.")))
    if own["turn"]:
        told.append(say(N_("Had the turn.")))
    told.append(say(N_("Wrote in %(count)s parts of the session."), count=own["wrote"]))
    if own["passed"]:
        told.append(say(N_("Passed in %(count)s."), count=own["passed"]))
    return " ".join(told)


def _words(own: Facts, say: Say) -> list[str]:
    person = own["person"]
    told = []
    if person["first_word"]:
        told.append(say(N_("First word: %(word)s."), word=person["first_word"]))
    if person["last_word"]:
        told.append(say(N_("Last word: %(word)s."), word=person["last_word"]))
    lines = [" ".join(told)] if told else []
    own_words = N_("In own words: “%(words)s”")
    return lines + [say(own_words, words=" ".join(each.split())) for each in own["words"]]


def _goals(own: Facts, say: Say) -> list[str]:
    lines = []
    for each in own["goals"]:
        if each["rating"] is None:
            lines.append(say(N_("Goal: %(words)s"), words=each["text"]))
        else:
            rated = N_("Goal: %(words)s Rated %(rating)s of 10 today.")
            lines.append(say(rated, words=each["text"], rating=each["rating"]))
    worked = _listed(N_("Worked on: %(words)s."), _tag_words(own["tags"], say), say)
    return lines + ([worked] if worked else [])


def _risk(own: Facts, group: Facts, say: Say) -> str:
    calls = [*own["earlier"], *urgent(own["calls"])]
    if not calls and not own["follow_ups"]:
        return say(N_("No call for support, no alert.")) if own["person"] else ""
    lines = [_call(each, group, say) for each in calls]
    lines += [
        " ".join(say(FOLLOWED[name], words=words) for name, words in each.items() if words)
        for each in own["follow_ups"]
    ]
    return "\n".join(lines)


def _call(call: dict[str, Any], group: Facts, say: Say) -> str:
    told = [say(CALLS[call["kind"]], time=_time(call["raised_at"], group))]
    if call["seen_at"] is not None and call["seen_by"]:
        seen = {"name": call["seen_by"], "time": _time(call["seen_at"], group)}
        told.append(say(N_("Seen by %(name)s at %(time)s."), **seen))
    if call["taken_back"]:
        told.append(say(N_("Taken back.")))
    if call["reply"]:
        told.append(_reply(call, say))
    if call["met"]:
        told += [say(MET[call["met"]["how"]]), call["met"]["words"]]
    if call["resolved_at"] is not None:
        told.append(say(N_("Closed at %(time)s."), time=_time(call["resolved_at"], group)))
    return " ".join(each for each in told if each)


def _reply(call: dict[str, Any], say: Say) -> str:
    words, name = call["reply"], call["reply_name"]
    words = words if name is None else say(words, name=name) if name else say(words)
    if call["replied_by"]:
        return say(N_("%(name)s answered: “%(words)s”"), name=call["replied_by"], words=words)
    return say(N_("Answered: “%(words)s”"), words=words)


def _steps(own: Facts, say: Say) -> list[str]:
    reviewed = N_("Last step: %(words)s How it went: %(outcome)s.")
    lines = [say(reviewed, words=_ended(each["text"]), outcome=each["outcome"]) for each in own["reviews"]]
    return lines + [say(N_("Next step: %(words)s"), words=_ended(each)) for each in own["steps"]]


def _ended(words: str) -> str:
    """A step as a sentence: its day stands last, and nobody ends a day with a full stop."""
    return words if words.rstrip()[-1:] in ENDS else f"{words.rstrip()}."


# times


def _local(at: datetime, group: Facts) -> datetime:
    return at.astimezone(ZoneInfo(group["zone"]))


def _time(at: datetime, group: Facts) -> str:
    """A time of the session's day; of another day with that day."""
    there, began = _local(at, group), group["started_at"]
    if began is None or there.date() == _local(began, group).date():
        return _clock(there)
    return f"{_day(there)}, {_clock(there)}"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"
