"""A member's keepsake as a paper to read: their plan, their people then and now, their goals, their words."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from app import runtime
from app.core import keepsake, stored
from app.core.models import Member
from app.core.refusals import NotFound
from app.papers import drawings, wording
from app.papers.blocks import Block, answer, heading, pair, part, table, text, words


def gather(db: Connection, asked: Any) -> dict[str, Any]:
    """The keepsake of a member for their facilitators to print, given or not, as far as they may read it."""
    member = stored.find(db, Member, id=asked.member_id, group_id=asked.group_id)
    if member is None:
        raise NotFound()
    return laid_out(keepsake.words_of(db, member, for_leaders=True))


def laid_out(told: dict[str, Any]) -> dict[str, Any]:
    """The paper of what ``keepsake.opened`` gave. No name stands in it that its member did not write."""
    content = [
        *_plan(told["plan"]),
        *_circles(told["circle"]),
        *_goals(told["goals"]),
        *_words(told["sessions"], told["left_out"], told["time_zone"]),
    ]
    under = [] if told["left_out"] else [_("What you wrote, from the first session to the last.")]
    return wording.laid_out(_("Yours to keep"), content, under=under, face="reading")


def _plan(plan: dict[str, Any] | None) -> list[Block | None]:
    parts = plan["parts"] if plan else []
    return part(
        _("Your plan for staying well"), *[words(each["text"], label=each["prompt"]) for each in parts]
    )


def _circles(circle: dict[str, Any]) -> list[Block | None]:
    first, last = circle["first"], circle["last"]
    if first is None:
        return []
    if last is None:
        drawn = drawings.circle(first, _("Then"), 60)
    else:
        drawn = pair([drawings.circle(first, _("Then"))], [drawings.circle(last, _("Now"))])
    return part(_("People near and far"), drawn, *drawings.circle_list(first, last))


def _goals(goals: list[dict[str, Any]]) -> list[Block | None]:
    """As a table: the drawing of goals shortens long ones, and these are their words."""
    rows = [[each["text"], _number(each["first"]), _number(each["last"])] for each in goals]
    told = table([_("Goal"), _("At first"), _("Later")], rows, numbers=(1, 2))
    scale = text(_("Numbers from 0, not at all, to 10, fully."), True)
    return part(_("What you wanted to be different"), told, scale) if told else []


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)


def _words(sessions: list[dict[str, Any]], left_out: list[dict[str, Any]], zone: str) -> list[Block | None]:
    found = _not_here(left_out, zone)
    for session in sessions:
        runtime.give_way()
        found.append(heading(wording.when_of(session, zone), 2))
        for each in session["answers"]:
            found += answer(
                [words(part["text"], label=part["prompt"]) for part in each["parts"]], each["stage"]
            )
    return part(_("Your own words"), *found)


def _not_here(left_out: list[dict[str, Any]], zone: str) -> list[Block | None]:
    """Which words facilitators cannot print, and why: a paper that is silent looks as if nothing was said."""
    if not left_out:
        return []
    when = "; ".join(wording.when_of(each, zone) for each in left_out)
    return [
        text(_("Words that are not on this paper: %(sessions)s.", sessions=when)),
        text(
            _(
                "Your leaders have signed their notes about these sessions. Since then they cannot read or "
                "print what you wrote there. It is still yours: your own page shows it, as long as your link "
                "and your PIN open it and the words are kept."
            ),
            True,
        ),
    ]
