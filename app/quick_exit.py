"""Leaving at once: the places of a browser are freed quietly, and nothing in it opens them any more."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask import session as cookie

from app import pin
from app.core import door
from app.core.refusals import NotFound, Retry
from app.places import GONE, forget, my_place
from app.services import services

pages = Blueprint("quick_exit", __name__)


@pages.post("/exit")
def leave_at_once() -> Any:
    """Frees every place of this browser, and says nothing, whoever asks. The script of a page asks for it;
    where there is none, the browser itself does, by the ``ping`` of the link.
    """
    _must_be_our_page()
    try:
        for group_session_id, *_ in cookie.get("places", []):
            with suppress(NotFound, Retry):  # a place that is not theirs any more, or a busy database
                services().database.writer.do(door.free_seat, my_place(group_session_id), of=group_session_id)
            forget(group_session_id)
    finally:
        _forget_all()
    return Response(status=204, headers={"Clear-Site-Data": '"cache", "storage"'})


def _must_be_our_page() -> None:
    """A ping carries no token, but what browsers say of themselves no other site can say for them."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        current_app.extensions["csrf"].protect()


@pages.before_app_request
def _forget_who_is_gone() -> None:
    """After Quick exit this browser has no place any more, even if the server was down when it was used."""
    if GONE in request.cookies and request.endpoint != "quick_exit.leave_at_once":
        _forget_all()


def _forget_all() -> None:
    for each in ("places", "door", "keepsake", *pin.KEPT):
        cookie.pop(each, None)
