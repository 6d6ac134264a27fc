"""The participant's pages: finding the room, coming in, being there, and one's own words afterwards."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request
from flask import session as cookie
from flask_babel import get_locale, gettext, ngettext

from app import last_call, pin, places
from app.access import access_group_session
from app.core import consents, door, keepsake, views
from app.core.changes import Who, version_for
from app.core.commands import REGISTRY, Nothing, perform
from app.core.models import CODE_LENGTH, CODE_LETTERS, GroupSession, Member, SessionState, Standing
from app.core.refusals import NotAgreed, NotFound, NotNow
from app.core.sealing import open_sealed
from app.exercises import Unreadable, clean
from app.exercises.plain import N_
from app.places import GONE, come_in, forget, my_place, own_place, place_in, remembered, renew, sit_down
from app.regions import speaking
from app.services import draft_key, services

pages = Blueprint("participant", __name__)

ALIAS = 40  # code points
WRONG_LINKS, WITHIN = 20, 60.0  # failures of one address, seconds
ENTRY_QUESTIONS = ("at_address", "private", "safe")
YES_NO = {"yes": True, "no": False}
ANOTHER_LINK = N_("Another link was opened in this browser. Nothing was sent. Open your own link again.")


@pages.get("/")
def join() -> Any:
    return render_template("participant/join.html", problem="", code="")


@pages.post("/code")
def enter_code() -> Any:
    typed = request.form.get("code", "")[:32]
    with services().database.reader() as db:
        row = door.session_by_code(db, typed)
    if row is None or row.state not in door.OPEN_STATES:
        _count_a_wrong_one()
        return render_template("participant/join.html", problem=_wrong_code(typed), code=typed), 422
    return redirect(f"/r/{open_sealed(GroupSession.room_link, row.id, row.room_link)}", 303)


@pages.get("/r/<token>")
def room_link(token: str) -> Any:
    return _to_the_door("r", token)


@pages.get("/m/<token>")
def personal_link(token: str) -> Any:
    return _to_the_door("m", token)


def _to_the_door(kind: str, token: str) -> Any:
    """Every link, right or wrong, leads to the same address: no page with a link in it stays in the history,
    and whoever only looks at it (the preview of a chat) claims nothing.
    """
    cookie["door"] = [kind, door.hashed(token)]
    cookie.pop("keepsake", None)  # whoever comes by a link anew types the PIN anew
    answer = redirect("/door", 303)
    answer.delete_cookie(GONE)
    return answer


@pages.route("/door", methods=["GET", "POST"])
def at_the_door() -> Any:
    kind, link_hash = cookie.get("door", ("", ""))
    if request.method == "POST" and request.form.get("door") != this_door():
        raise NotNow(ANOTHER_LINK)  # the page is of one link, and the browser has opened another since
    with services().database.reader() as db:
        if kind == "r":
            return _come_in(db, door.session_by_room_hash(db, link_hash), None)
        member = door.member_by_hash(db, link_hash) if kind == "m" else None
        row = door.session_for_member(db, member, _led) if member else None
        return _come_in(db, row, member)


def this_door() -> str:
    """What a page at the door carries to be told from that of another link; too little to open anything."""
    return str(cookie.get("door", ("", ""))[1][:12])


def member_at_the_door(db: Any) -> Any:
    """Whose own link this browser came by last; None for anybody else."""
    kind, link_hash = cookie.get("door", ("", ""))
    return door.member_by_hash(db, link_hash) if kind == "m" else None


def _led(group_session_id: str) -> bool:
    """Whether a facilitator is at the console of a session."""
    return bool(services().screens.presence.facilitators_here(group_session_id))


def _count_a_wrong_one() -> None:
    """Whoever tries one link or code after the other is stopped; right ones from there still work."""
    limiter, address = services().limiter, f"link:{request.remote_addr}"
    if limiter.blocked(address, WRONG_LINKS, WITHIN):
        abort(429)
    limiter.failed(address)


def _come_in(db: Any, row: Any, member: Any) -> Any:
    """Shows the few questions before the room, or lets the person in who has answered them."""
    if row is None or (row.state == SessionState.PLANNED and member is None):
        if row is None and member is None:
            _count_a_wrong_one()  # a right link that comes too early is no guess
        return closed(views.help_of(db, member.group_id) if member else None)
    here = own_place(db, row.id, member)
    if here is not None and not pin.could_open(here, member):
        return redirect(f"/room/{row.id}", 303)
    if row.state == SessionState.ENDED and member is None:
        return closed()  # as quickly as for a link that never was
    if door.sent_away(db, row.id, member, remembered(row.id)[0]):
        places.told_at_the_door(row.id, member, _answers(request.form))
        return closed(views.help_of(db, member.group_id) if member else None)
    room = services().screens.doorway(db, row)
    if row.state == SessionState.ENDED:
        return _come_back(db, row, member, room)
    alias = open_sealed(Member.alias, member.id, member.alias) if member else ""
    asked, seat = _asked_at_the_door(room, member), door.seat_of(db, row.id, member) if member else None
    given = {
        "alias": request.form.get("alias", ""),
        **{name: request.form.get(name) if name in asked else None for name in ENTRY_QUESTIONS},
        "agree": request.form.getlist("agree"),
    }
    texts, asked_pin = consents.asked(db, row, member, room["language"]), pin.asks(db, member)
    with speaking(room["language"], room["time_zone"]):
        if request.method == "POST":
            problems = _problems(given, member, asked, texts)
            proved, pin_hash, wrong = (
                (False, None, "") if problems else pin.read(asked_pin, request.form, member, seat)
            )
            if wrong:
                problems = {"pin": wrong}
            if not problems:
                more = {"unlocked": proved, "pin_hash": pin_hash, "language": room["language"]}
                more["agreed"] = {each["kind"]: each["version"] for each in texts}
                return _join(row.id, alias or clean(given["alias"]), member, given, more, here)
        else:
            problems = {}
        page = render_template(
            "participant/before.html",
            member=member is not None,
            alias=alias,
            given=given,
            problems=problems,
            facilitators=room["facilitators"],
            readers=room["readers"],
            observers=room["observers"],
            one_to_one=room["one_to_one"],
            rehearsal=room["rehearsal"],
            asked=asked,
            texts=texts,
            pin=asked_pin,
            help=room["help"],
            door=this_door(),
        )
    return page, 422 if problems else 200


def _come_back(db: Any, row: Any, member: Any, room: Any) -> Any:
    """After the end a member's own link and their PIN still lead to their own words, on any device."""
    seat = door.seat_of(db, row.id, member)
    if seat is None:
        return closed(room["help"])
    wrong = ""
    with speaking(room["language"], room["time_zone"]):
        if request.method == "POST" and member.pin_hash:
            proved, _, wrong = pin.read("prove", request.form, member, None)
            if proved:
                sit_down(row.id, seat.id, shut=False)
                return redirect(f"/room/{row.id}/words", 303)
            wrong = wrong or gettext("Type your PIN first.")
        page = render_template(
            "participant/again.html",
            pin=bool(member.pin_hash),
            keepsake=keepsake.is_given(db, member.id),
            door=this_door(),
            problem=wrong,
            facilitators=room["facilitators"],
            help=room["help"],
        )
    return page, 422 if wrong else 200


def _join(
    group_session_id: str,
    alias: str,
    member: Any,
    given: dict[str, Any],
    more: dict[str, Any],
    here: Who | None,
) -> Any:
    """Lets somebody in. ``here`` is the place that this browser has already."""
    answers = _answers(given)
    try:
        come_in(group_session_id, here, alias=alias, member=member, **answers, **more)
    except NotAgreed as refusal:
        with services().database.reader() as db:
            return closed(views.help_of(db, member.group_id), gettext(refusal.sentence))
    except (NotNow, NotFound):
        places.told_at_the_door(group_session_id, member, answers)
        return closed()
    return redirect(f"/room/{group_session_id}", 303)


@pages.get("/room/<group_session_id>")
def room(group_session_id: str) -> Any:
    """The room; loading it gives this browser the next token of its seat."""
    page = _inside(group_session_id, "participant/room.html")
    if isinstance(page, str):
        renew(group_session_id)
    return page


@pages.get("/room/<group_session_id>/help")
def help_page(group_session_id: str) -> Any:
    return _inside(group_session_id, "participant/help.html")


@pages.get("/room/<group_session_id>/words")
def own_words(group_session_id: str) -> Any:
    return _inside(group_session_id, "participant/own_words.html")


@pages.get("/room/<group_session_id>/words.txt")
def own_words_file(group_session_id: str) -> Any:
    answer = _inside(group_session_id, "participant/own_words.txt")
    if isinstance(answer, str):
        headers = {"Content-Disposition": 'attachment; filename="words.txt"', "Cache-Control": "no-store"}
        return Response(answer.strip() + "\n", mimetype="text/plain", headers=headers)
    return answer


def _inside(group_session_id: str, template: str) -> Any:
    """A page of somebody who has a place in the room, read in one snapshot."""
    screens = services().screens
    with services().database.reader() as db:
        try:
            who = place_in(db, group_session_id)
            row = access_group_session(db, who)
            person = views.participant(db, row.id, who.id)
        except NotFound:
            return _not_inside(db, group_session_id)
        waiting = person.standing == Standing.WAITING
        whole = template != "participant/room.html"  # own words afterwards are nobody's screen in the group
        room = screens.place(db, row, person)
        me = screens.me(db, row, who, whole)
        kept = person.member_id is not None and keepsake.is_given(db, person.member_id)
        with speaking(room["language"], room["time_zone"]):
            return render_template(
                template,
                room=room,
                help=room["help"],
                me=me | {"mine": [] if waiting else me["mine"]},
                version=version_for(person, row.shared_version),
                draft_key=draft_key(who.id),
                new_ids=last_call.new_ids(),
                keepsake=kept and cookie.get("door", ("",))[0] == "m",
            )


def _not_inside(db: Any, group_session_id: str) -> Any:
    """For somebody who was sent away a call is left, and a token that opens no seat any more still leads to
    the door; for everybody else the room looks closed.
    """
    try:
        return last_call.page_of(db, place_in(db, group_session_id)) or closed()
    except NotFound:
        return redirect("/door", 303) if remembered(group_session_id)[0] and "door" in cookie else closed()


@pages.post("/room/<group_session_id>/ticket")
def ticket(group_session_id: str) -> Any:
    with services().database.reader() as db:
        who = place_in(db, group_session_id)
        access_group_session(db, who)
    return jsonify(ticket=services().tickets.issue(who))


@pages.post("/room/<group_session_id>/leave")
def leave(group_session_id: str) -> Any:
    who = my_place(group_session_id)
    services().database.writer.do(
        perform, who, REGISTRY["participant"]["leave"], Nothing(), of=group_session_id
    )
    forget(group_session_id)
    with services().database.reader() as db:
        room = services().screens.doorway(db, access_group_session(db, who))
    with speaking(room["language"], room["time_zone"]):
        about = {"readers": room["readers"], "rehearsal": room["rehearsal"], "help": room["help"]}
        answer = current_app.make_response(render_template("participant/left.html", **about))
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


def closed(help: dict[str, str] | None = None, why: str = "") -> Any:
    """Unknown, closed, ended and forbidden look alike. Help numbers stand on the page in any case: those of
    the group for a member with a good link, general ones for everybody else. ``why`` is for a member who has
    proved who they are.
    """
    return render_template("participant/closed.html", help=help, why=why), 404


def _asked_at_the_door(room: dict[str, Any], member: Any) -> tuple[str, ...]:
    """Who sits in one room with the others is asked nothing; of a guest no address is held."""
    if not room["online"]:
        return ()
    return ENTRY_QUESTIONS if member else ENTRY_QUESTIONS[1:]


def _problems(
    given: dict[str, Any], member: Any, asked: tuple[str, ...], texts: list[dict[str, Any]]
) -> dict[str, str]:
    problems = {}
    if member is None and not _readable_alias(given["alias"]):
        problems["alias"] = gettext("Write a name of up to %(num)s letters.", num=ALIAS)
    for name in asked:
        if given[name] not in YES_NO:
            problems[name] = gettext("Choose yes or no.")
    if not {f"{each['kind']} {each['version']}" for each in texts} <= set(given["agree"]):
        problems["agree"] = gettext("Say yes to each text to come in, or ask your leader first.")
    return problems


def _answers(given: Any) -> dict[str, bool | None]:
    return {name: YES_NO.get(given.get(name) or "") for name in ENTRY_QUESTIONS}


def _readable_alias(alias: str) -> bool:
    try:
        return 0 < len(clean(alias)) <= ALIAS and "\n" not in clean(alias)
    except Unreadable:
        return False


def _wrong_code(typed: str) -> str:
    letters = "".join(typed.upper().split()).replace("-", "")
    missing = CODE_LENGTH - len(letters)
    if not letters:
        return gettext("Type the six letters and numbers of your room.")
    if missing > 0:
        return ngettext(
            "This code is %(num)s letter short. It has six.",
            "This code is %(num)s letters short. It has six.",
            missing,
        )
    if missing < 0:
        return gettext("This code is too long. It has six letters and numbers.")
    if any(letter in "01OI" for letter in letters):
        return gettext("Codes have no 0, O, 1 or I. Look at it once more.")
    if any(letter not in CODE_LETTERS for letter in letters):
        return gettext("A code has only letters and numbers. Look at it once more.")
    return gettext("No open room has this code. Check it with your facilitator.")


@pages.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of every page needs: its language and direction, and where Quick exit leads."""
    locale = get_locale()
    return {
        "page_language": str(locale).replace("_", "-"),
        "page_direction": locale.text_direction if locale else "ltr",
        "quick_exit_url": services().settings.exit_url,
    }


@pages.app_template_filter("tel")
def tel(number: str) -> str:
    """What a phone dials: the digits of a number, and a plus at its start."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return f"+{digits}" if number.strip().startswith("+") else digits
