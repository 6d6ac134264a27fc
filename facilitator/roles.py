"""Roles of a group: a lead adds facilitators of the installation, changes what they do, and ends it."""

from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from app import access
from app.core import roles as core
from app.core.models import Role
from app.core.refusals import NotFound
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, read

pages = Blueprint("roles", __name__)


@pages.post("/groups/<group_id>/roles")
@facilitators_only
def give(group_id: str) -> Any:
    """Gives somebody a role, or another one."""
    read(_leads, group_id)
    role = request.form.get("role", "")
    if role not in set(Role):
        abort(400)
    services().database.writer.do(core.give_role, me(), group_id, field("facilitator", 36), Role(role))
    return back("groups.group", _("The role is kept. It holds from now on."), "roles", group_id=group_id)


@pages.post("/groups/<group_id>/roles/end")
@facilitators_only
def end(group_id: str) -> Any:
    """Takes somebody out of the group; whoever takes themselves out is led to all groups."""
    read(_leads, group_id)
    who = field("facilitator", 36)
    services().database.writer.do(core.end_role, me(), group_id, who)
    told = _("They have no role in this group any more.")
    return (
        back("groups.groups", told) if who == me() else back("groups.group", told, "roles", group_id=group_id)
    )


def choice(db: Any, group_id: str) -> list[dict[str, Any]] | None:
    """Whom a lead can add; None for somebody who does not lead, and changes nothing here."""
    if access.facilitator_role(db, me(), group_id) != Role.LEAD:
        return None
    return core.choices(db, group_id)


def _leads(db: Any, group_id: str) -> None:
    if access.facilitator_role(db, me(), group_id) != Role.LEAD:
        raise NotFound()
