"""The safety plan of a group, its texts, and what is held of its members for an emergency."""

from typing import Any

from babel import Locale
from babel.core import get_global
from flask import Blueprint, abort, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core import consents, contacts, gate, overview, retention
from app.core.models import now
from app.core.refusals import Refused
from app.library.consents import shipped
from app.library.numbers import by_country
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, lines, me, my_group, page, read

pages = Blueprint("safety_plan", __name__)

LANGUAGES = {"en": "English", "es": "Español"}
LONGEST_PROCEDURE = 4000  # code points
ON_CALL = {"name": 80, "reach": 80, "mail": 200, "webhook": 400}


@pages.get("/groups/<group_id>/safety")
@facilitators_only
def plan(group_id: str) -> str:
    return _page(group_id, _values(read(my_group, group_id, True)), "")


def _values(row: Any) -> dict[str, Any]:
    """The safety plan as it stands, with the numbers of the country suggested where there are none."""
    stands = gate.safety_plan(row)
    country = stands["country"] or get_global("zone_territories").get(row.time_zone, "")
    suggested = by_country().get(country)
    values = stands | {"country": country, "confirmed": stands["confirmed_at"] is not None}
    if suggested and not stands["crisis_line"]:
        values |= {"emergency_number": suggested.emergency, "crisis_line": suggested.crisis}
    return values


@pages.post("/groups/<group_id>/safety")
@facilitators_only
def keep(group_id: str) -> Any:
    """Keeps what is there, complete or not; the page then says what is still missing."""
    read(my_group, group_id, True)
    values = _sent()
    try:
        services().database.writer.do(gate.keep_safety_plan, group_id, **values)
    except Refused as refusal:
        return _page(group_id, values | {"confirmed_at": None}, _(refusal.sentence)), 422
    missing = read(gate.of_group, group_id)
    told = _("Kept. The list says what is still missing.") if missing else _("Kept. Nothing is missing.")
    return back("safety_plan.plan", told, group_id=group_id)


@pages.post("/groups/<group_id>/retention")
@facilitators_only
def keep_days(group_id: str) -> Any:
    """For how many days the group keeps drafts, answers and working material."""
    read(my_group, group_id, True)
    sent = {name: field(name, 3) for name in retention.BOUNDS}
    days = {name: int(each) if each.isdecimal() else 0 for name, each in sent.items()}
    hide = request.form.get("hide_signed") == "yes"
    try:
        services().database.writer.do(retention.keep_settings, group_id, days, hide)
    except Refused as refusal:
        values = _values(read(my_group, group_id))
        kept = read(retention.settings_of, group_id) | sent | {"hide_signed": hide}
        return _page(group_id, values, "", kept, _(refusal.sentence)), 422
    return back("safety_plan.plan", _("These days are kept."), "kept", group_id=group_id)


@pages.post("/groups/<group_id>/texts")
@facilitators_only
def adopt(group_id: str) -> Any:
    """Takes the shipped texts where the group has none yet."""
    read(my_group, group_id, True)
    services().database.writer.do(consents.adopt, me(), group_id)
    told = _("The texts are the group's now. Everybody is asked when they next come in.")
    return back("safety_plan.plan", told, "texts", group_id=group_id)


@pages.get("/groups/<group_id>/texts/<text_kind>")
@facilitators_only
def text(group_id: str, text_kind: str) -> str:
    read(my_group, group_id, True)
    return _text_page(group_id, text_kind, None, "")


@pages.post("/groups/<group_id>/texts/<text_kind>")
@facilitators_only
def change_text(group_id: str, text_kind: str) -> Any:
    """A new version of a text, in every language at once."""
    read(my_group, group_id, True)
    bodies = {
        language: request.form.get(language, "").replace("\r\n", "\n") for language in consents.LANGUAGES
    }
    try:
        services().database.writer.do(consents.change_text, me(), group_id, text_kind, bodies)
    except Refused as refusal:
        return _text_page(group_id, text_kind, bodies, _(refusal.sentence)), 422
    told = _("Kept. Whoever has said yes to an older version is asked again when they come in.")
    return back("safety_plan.plan", told, "texts", group_id=group_id)


@pages.post("/groups/<group_id>/members/<member_id>/contacts")
@facilitators_only
def keep_contacts(group_id: str, member_id: str) -> Any:
    """Who a member is and where they can be reached, for an emergency, and their code word."""
    read(my_group, group_id, True)
    held = {name: field(name, most) for name, most in contacts.FIELDS.items()}
    services().database.writer.do(contacts.keep, group_id, member_id, held, field("code_word", 60))
    told = _("Kept. Only facilitators of this group can read it.")
    return back("course.course", told, "contacts", group_id=group_id, member_id=member_id)


@pages.post("/groups/<group_id>/members/<member_id>/yes")
@facilitators_only
def record_yes(group_id: str, member_id: str) -> Any:
    """A member has said yes to the texts aloud or on paper, or has taken it back."""
    read(my_group, group_id, True)
    given = request.form.get("given") == "yes"
    services().database.writer.do(consents.record_for, me(), group_id, member_id, given)
    return back("course.course", _("It is on record."), "contacts", group_id=group_id, member_id=member_id)


def _sent() -> dict[str, Any]:
    country = field("country", 2)
    known = by_country().get(country)
    seconds = field("escalate_after", 4)
    return {
        "country": country if known else "",
        "emergency_number": field("emergency_number", 20) or (known.emergency if known else ""),
        "crisis_line": field("crisis_line", 60) or (known.crisis if known else ""),
        "confirmed": request.form.get("confirmed") == "yes",
        "clinician": field("clinician", 200),
        "procedure": lines("procedure", LONGEST_PROCEDURE),
        "on_call": {name: field(f"on_call_{name}", most) for name, most in ON_CALL.items()},
        "works_alone": request.form.get("works_alone") == "yes",
        "escalate_after": int(seconds) if seconds.isdecimal() else 0,
    }


def _page(
    group_id: str,
    values: dict[str, Any],
    fault: str,
    kept: dict[str, Any] | None = None,
    fault_of_days: str = "",
) -> str:
    territories = (get_locale() or Locale("en")).territories
    countries = [
        {"code": code, "name": territories.get(code, code), **numbers.model_dump()}
        for code, numbers in by_country().items()
    ]
    return page(
        "facilitator/safety_plan.html",
        "groups",
        group=read(overview.group_page, group_id)["group"],
        missing=read(gate.of_group, group_id),
        values=values,
        fault=fault,
        no_mail="" if services().settings.smtp_url else _(gate.NO_MAIL),
        countries=sorted(countries, key=lambda each: str(each["name"])),
        texts=read(consents.texts, group_id),
        kinds=consents.KINDS,
        kept=kept or read(retention.settings_of, group_id),
        end=read(retention.end_of, group_id, now()),
        soon=[each for each in read(retention.soon, me(), now()) if each["group_id"] == group_id],
        fault_of_days=fault_of_days,
    )


def _text_page(group_id: str, kind: str, bodies: dict[str, str] | None, fault: str) -> str:
    if kind not in consents.KINDS:
        abort(404)
    stands = read(consents.texts, group_id).get(kind)
    return page(
        "facilitator/text.html",
        "groups",
        group=read(overview.group_page, group_id)["group"],
        kind=kind,
        stands=stands,
        bodies=bodies or (stands["bodies"] if stands else shipped(kind)),
        languages=LANGUAGES,
        fault=fault,
    )
