"""The course of a group over its sessions."""

from flask import Blueprint

from app.core import group_course
from app.services import services
from app.sign_in import facilitators_only
from facilitator import drawn
from facilitator.pages import leads, my_group, page, read

pages = Blueprint("group_courses", __name__)


@pages.get("/groups/<group_id>/course")
@facilitators_only
def course(group_id: str) -> str:
    """Whoever observes reads it too, without who needs a call."""
    read(my_group, group_id)
    told = read(group_course.group_course, group_id, services().settings.reliable_change)
    more = {"leads": read(leads, group_id), "moods": drawn.of_group(told)}
    return page("facilitator/group_course.html", "groups", **told, **more)
