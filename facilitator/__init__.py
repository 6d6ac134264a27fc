"""The facilitator's pages: today, groups, planner, console, display, summaries, library. Pages only."""

from flask import Flask

from app import sign_in
from facilitator import (
    alerts,
    console,
    course,
    display,
    exports,
    fidelity,
    follow_ups,
    group_courses,
    groups,
    keepsakes,
    layouts,
    library,
    library_edit,
    measures,
    meetings,
    pages,
    planner,
    record,
    rehearsals,
    roles,
    safety_plan,
    summaries,
    supervision,
    tagging,
    today,
)

WITH_PAGES = (
    *(
        sign_in,
        alerts,
        today,
        groups,
        group_courses,
        roles,
        course,
        meetings,
        planner,
        rehearsals,
        console,
        summaries,
    ),
    *(library, library_edit, measures, display, safety_plan, follow_ups, keepsakes, tagging, exports),
    *(record, layouts),
    fidelity,
    supervision,
)


def register(app: Flask) -> None:
    """Puts all pages of facilitators, and the wall, into the application."""
    app.register_blueprint(pages.frame)
    for module in WITH_PAGES:
        app.register_blueprint(module.pages)
