"""Every kind of file that is made as a paper: what it is called, what it is of, and how it is made.

A page that hands one out checks rights and the password first and keeps the export, then::

    paper = PAPERS["summary.pdf"]
    data = read(paper.gather, Asked(group_id=…, group_session_id=…, facilitator_id=me()))
    made = maker.make(paper.kind, data)                 # raises maker.NotMade, a Refused with its sentence
    Response(made, content_type=paper.content_type, …)  # an attachment, whose name names nobody

``gather`` runs in a request (it speaks the reader's language) within one snapshot of the database; NotFound
where there is nothing to print. Its result is fit for JSON, and ``make`` is called with the snapshot closed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.exercises.plain import N_
from app.papers import course_paper, group_paper, keepsake_paper, note_paper, plan_paper, session_paper

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Asked:
    """Of what a paper is asked for, and by whom; which of the ids are needed stands in ``Paper.of``."""

    group_id: str = ""
    group_session_id: str = ""
    member_id: str = ""
    facilitator_id: str = ""


@dataclass(frozen=True)
class Paper:
    """One kind of file. ``of`` names the fields of Asked without which there is none; ``title`` is what a
    list of files calls it, to be translated there; ``named`` says whether names or aliases stand in it.
    """

    kind: str  # as the export is kept: "summary.pdf"
    title: str
    of: tuple[str, ...]
    gather: Callable[[Connection, Asked], dict[str, Any]]
    content_type: str = PDF
    press: str = "pdf"
    named: bool = True


SESSION, MEMBER, GROUP = ("group_session_id",), ("member_id",), ("group_id",)
BOTH = ("group_session_id", "member_id")


def _notes() -> Iterator[Paper]:
    """Signed notes, each kind as PDF and as DOCX."""
    for kind, title, of, gather, named in (
        ("group_note", N_("Group note"), SESSION, note_paper.of_kind("group"), False),
        ("member_safe", N_("Summary for members"), SESSION, note_paper.of_kind("member_safe"), False),
        ("individual_note", N_("Individual note"), BOTH, note_paper.of_kind("individual"), True),
        ("record", N_("All signed notes of a member"), MEMBER, note_paper.record, True),
    ):
        yield Paper(f"{kind}.pdf", title, of, gather, named=named)
        yield Paper(f"{kind}.docx", title, of, gather, DOCX, "docx", named)


PAPERS: dict[str, Paper] = {
    paper.kind: paper
    for paper in (
        Paper("summary.pdf", N_("Summary of the session"), SESSION, session_paper.gather),
        Paper("plan.pdf", N_("Plan of the session on one page"), SESSION, plan_paper.gather, named=False),
        Paper("group.pdf", N_("Course of the group"), GROUP, group_paper.gather),
        Paper("course.pdf", N_("Course of a member"), MEMBER, course_paper.gather),
        Paper("keepsake.pdf", N_("Keepsake"), MEMBER, keepsake_paper.gather),
        *_notes(),
    )
}
