"""A group's schedule as a calendar file: neutral titles, no names, no description.

Whoever looks over a shoulder at a calendar learns nothing. An event keeps its UID, and its SEQUENCE grows
with every change to the session, so that taking the file again moves an appointment instead of doubling it.
"""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import Connection

from app.core import stored
from app.core.agenda import agenda_of
from app.core.models import GroupSession, now
from app.core.overview import minutes_of
from app.core.refusals import NotNow
from app.core.views import group_row
from app.exercises.plain import N_
from app.papers.registry import Asked

NO_DATE = N_("No session of this group has a date yet.")
PLACE = uuid.UUID("7aa2b80a-8a7f-42ae-8273-bd7ec5369ccc")  # of our events among all UIDs


def made(db: Connection, asked: Asked, title: str) -> bytes:
    """The file, each session called ``title``; NotNow where no session has a date."""
    rows = stored.find_all(db, GroupSession, group_id=asked.group_id, rehearsal_of=None, sandbox=False)
    dated = [row for row in rows if row.scheduled_at is not None]
    if not dated:
        raise NotNow(NO_DATE)
    zone = ZoneInfo(group_row(db, asked.group_id).time_zone)
    calendar = Calendar()
    calendar.add("prodid", "-//Concentric//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in sorted(dated, key=lambda each: (each.scheduled_at, each.id)):
        event, minutes = Event(), minutes_of(agenda_of(row))
        event.add("uid", str(uuid.uuid5(PLACE, row.id)))
        event.add("sequence", row.version)
        event.add("dtstamp", now())
        event.add("dtstart", row.scheduled_at.astimezone(zone))
        # counted in UTC: an hour is an hour in the night in which the clocks change, too
        event.add("dtend", (row.scheduled_at + timedelta(minutes=minutes)).astimezone(zone))
        event.add("summary", title)
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
