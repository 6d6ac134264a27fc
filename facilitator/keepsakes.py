"""A member's keepsake, as facilitators give it and take it back."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from app.core import keepsake
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, me, my_group, read

pages = Blueprint("keepsakes", __name__)


@pages.post("/groups/<group_id>/members/<member_id>/keepsake")
@facilitators_only
def give(group_id: str, member_id: str) -> Any:
    """Gives it, or takes it back, which closes the page at once."""
    read(my_group, group_id, True)
    if request.form.get("give") == "yes":
        services().database.writer.do(keepsake.give, me(), group_id, member_id)
        told = _("The keepsake is given.")
    else:
        services().database.writer.do(keepsake.revoke, group_id, member_id)
        told = _("The keepsake is closed.")
    return back("course.course", told, "keepsake", group_id=group_id, member_id=member_id)
