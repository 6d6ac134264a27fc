"""The facilitator's pages: today, groups, planner, console, display, summaries, library. Pages only."""

from flask import Flask

from app import sign_in
from facilitator import console, course, display, groups, library, meetings, pages, planner, summaries, today


def register(app: Flask) -> None:
    """Puts all pages of facilitators, and the wall, into the application."""
    app.register_blueprint(pages.frame)
    for module in (sign_in, today, groups, course, meetings, planner, console, summaries, library, display):
        app.register_blueprint(module.pages)
