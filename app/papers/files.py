"""The files that are data rather than papers: tables, JSON, FHIR, a calendar. Each is made in one snapshot.

``of`` names what a file may be of: a session, a group, a member. ``offers`` are the boxes that somebody may
tick (``named``, ``words``); without a box, ``named`` and ``words`` say what stands in the file anyway, words
never without names.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Connection

from app.core import export
from app.core.summary import summary_of
from app.exercises.plain import N_
from app.papers import calendar, fhir, research
from app.papers.registry import PAPERS, Asked

SESSION, GROUP, MEMBER = "group_session_id", "group_id", "member_id"


@dataclass(frozen=True)
class DataFile:
    """One kind of file; ``make`` raises a Refused with its sentence where there is nothing for it."""

    kind: str
    title: str
    also: str
    of: tuple[str, ...]
    make: Callable[[Connection, Asked, bool, bool], bytes]
    content_type: str
    offers: tuple[str, ...] = ()
    named: bool = True
    words: bool = True


def _summary_csv(db: Connection, asked: Asked, _named: bool, _words: bool) -> bytes:
    # the mark at the start tells spreadsheets that this is UTF-8
    return (research.MARK + export.as_csv(summary_of(db, asked.group_session_id))).encode()


def _summary_json(db: Connection, asked: Asked, _named: bool, _words: bool) -> bytes:
    told = export.as_json(summary_of(db, asked.group_session_id))
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False).encode()


def _research_csv(db: Connection, asked: Asked, named: bool, words: bool) -> bytes:
    return research.as_csv(research.gather(db, asked, named, words))


def _research_json(db: Connection, asked: Asked, named: bool, words: bool) -> bytes:
    return research.as_json(research.gather(db, asked, named, words))


def _fhir(db: Connection, asked: Asked, named: bool, _words: bool) -> bytes:
    return fhir.made(db, asked, named)


def _calendar(db: Connection, asked: Asked, _named: bool, _words: bool) -> bytes:
    return calendar.made(db, asked, _("Appointment"))


CSV, JSON = "text/csv; charset=utf-8", "application/json; charset=utf-8"
BOTH = ("named", "words")

FILES: dict[str, DataFile] = {
    each.kind: each
    for each in (
        DataFile(
            "summary.csv",
            N_("Answers as a table (CSV)"),
            N_("One row for each answer, with names. For a spreadsheet."),
            (SESSION,),
            _summary_csv,
            CSV,
        ),
        DataFile(
            "summary.json",
            N_("The whole summary as data (JSON)"),
            N_("All that the summary says, with names."),
            (SESSION,),
            _summary_json,
            JSON,
        ),
        DataFile(
            "fhir.json",
            N_("For a health record (FHIR R4)"),
            N_("Sessions, measures and signed notes, each under one person alone. Notes only with names."),
            (SESSION, GROUP, MEMBER),
            _fhir,
            "application/fhir+json; charset=utf-8",
            offers=("named",),
        ),
        DataFile(
            "research.csv",
            N_("Table for research (CSV)"),
            N_("One row for each value. Only of those who said yes to research."),
            (SESSION, GROUP),
            _research_csv,
            CSV,
            offers=BOTH,
        ),
        DataFile(
            "research.json",
            N_("Data for research (JSON)"),
            N_("The same rows, with what each of them means."),
            (SESSION, GROUP),
            _research_json,
            JSON,
            offers=BOTH,
        ),
        DataFile(
            "schedule.ics",
            N_("Dates for a calendar (ICS)"),
            N_("Each session is called “Appointment”. No names, no topic."),
            (GROUP,),
            _calendar,
            "text/calendar; charset=utf-8",
            named=False,
            words=False,
        ),
    )
}


def title_of(kind: str) -> str:
    """What a kind of file is called, to be translated; its own word where it is not made any more."""
    known = FILES.get(kind) or PAPERS.get(kind)
    return known.title if known else kind
