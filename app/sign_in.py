"""A facilitator proves who they are: set-up link, sign-in, sign-out, and the guard of their pages."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core import accounts
from app.core.refusals import Invalid, NotFound
from app.hashing import hash_password, password_fits
from app.services import services

LEAST_PASSWORD, MOST_PASSWORD = 12, 1024
FAILURES, WITHIN = 5, 60.0  # failures of one address with one account, seconds
OF_AN_ADDRESS = 30  # the same with any accounts: hashing is slow, and who signs in elsewhere waits for it
ENTER_WITHIN = 24 * 60 * 60  # seconds


pages = Blueprint("sign_in", __name__)


@cache
def _nobodys_hash() -> str:
    """Verified where there is no account, so that both answers take the same time."""
    return hash_password("nobody has this password")


def who_is_here() -> dict[str, Any] | None:
    """The facilitator signed in with this browser, read once for each request."""
    if "facilitator" not in g:
        g.facilitator = _read_sign_in()[0]
    return g.facilitator  # type: ignore[no-any-return]


def _read_sign_in(also_idle: bool = False) -> tuple[dict[str, Any] | None, str]:
    token = cookie.get("facilitator")
    if not isinstance(token, str):
        return None, ""
    with services().database.reader() as db:
        return accounts.signed_in(db, token, also_idle=also_idle), token


def facilitators_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guards a page: whoever is not signed in is asked to, and comes back here afterwards."""
    return _guarded(view)


def asked_by_pages(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what pages ask for by themselves: it is no sign that anybody is there."""
    return _guarded(view, active=False)


def also_idle(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what the console of a running session needs: whoever has idled still gets it, until they
    sign out. The view looks at ``idle``.
    """
    return _guarded(view, active=False, idle=True)


def _guarded(view: Callable[..., Any], active: bool = True, idle: bool = False) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.facilitator, token = _read_sign_in(idle)
        if g.facilitator is not None:
            if active and g.facilitator["touch"]:
                services().database.writer.do(accounts.touch_sign_in, token)
            return view(*args, **kwargs)
        if request.method != "GET" or request.headers.get("Sec-Fetch-Dest") == "empty":
            abort(401)
        cookie["next"] = request.path
        return redirect(url_for("sign_in.sign_in"))

    return guarded


@pages.get("/sign-in")
def sign_in() -> Any:
    if who_is_here() is not None:
        return redirect(url_for("today.today"))
    return render_template("facilitator/sign_in.html")


@pages.post("/sign-in")
def prove() -> Any:
    here = services()
    email = request.form.get("email", "")[:254]
    password = request.form.get("password", "")[: MOST_PASSWORD + 1]
    account, address = accounts.email_hash(here.settings.secret_key, email), request.remote_addr
    tries, all_tries = f"sign-in:{account}:{address}", f"sign-in:{address}"
    if here.limiter.blocked(tries, FAILURES, WITHIN) or here.limiter.blocked(
        all_tries, OF_AN_ADDRESS, WITHIN
    ):
        sentence = _("Too many tries. Wait a minute, then try again.")
        return render_template("facilitator/sign_in.html", email=email, sentence=sentence), 429
    for each in (tries, all_tries):
        here.limiter.failed(each)  # before hashing, which lets others in: many tries at once count as many
    with here.database.reader() as db:
        found = accounts.account_by_email(db, account)
    nobodys = _nobodys_hash()  # in any case: the first one takes time
    fits = password_fits(found.password_hash if found else nobodys, password)
    if not (found and fits):
        sentence = _("E-mail or password is wrong.")
        return render_template("facilitator/sign_in.html", email=email, sentence=sentence), 422
    here.limiter.cleared(tries)
    here.limiter.taken_back(all_tries)
    return _sign_in(found.id)


class NotProven(Exception):
    """It was not proven once more; ``sentence`` is what to read, ``status`` is for the answer."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(status)
        self.sentence, self.status = sentence, status


def has_password() -> bool:
    """Whether whoever is signed in has to prove it with a password."""
    return _password_here() is not None or services().settings.production


def prove_again(password: str) -> None:
    """Whoever is signed in proves it once more, in place; raises NotProven. Then ``renew_sign_in``."""
    here, found = services(), who_is_here()
    assert found is not None
    tries = f"sign-in-again:{found['id']}:{request.remote_addr}"
    if here.limiter.blocked(tries, FAILURES, WITHIN):
        raise NotProven(_("Too many tries. Wait a minute, then try again."), 429)
    here.limiter.failed(tries)  # before hashing, as above
    known = _password_here()
    # in development an account may have no password: its links sign it in without one
    if not (password_fits(known, password[: MOST_PASSWORD + 1]) if known else not here.settings.production):
        raise NotProven(_("This password is wrong."), 422)
    here.limiter.cleared(tries)


def renew_sign_in() -> None:
    """The browser gets a new token, and the one before is worth nothing."""
    database, found = services().database, who_is_here()
    assert found is not None
    database.writer.do(accounts.end_sign_in, cookie["facilitator"])
    cookie["facilitator"] = database.writer.do(accounts.begin_sign_in, found["id"])


def sign_in_again(password: str) -> str:
    """Both at once: "" if so, else what to read."""
    try:
        prove_again(password)
    except NotProven as no:
        return no.sentence
    renew_sign_in()
    return ""


def _password_here() -> str | None:
    found = who_is_here()
    assert found is not None
    with services().database.reader() as db:
        return accounts.password_of(db, found["id"])


@pages.post("/sign-out")
def sign_out() -> Any:
    token = cookie.get("facilitator")
    if isinstance(token, str):
        services().database.writer.do(accounts.end_sign_in, token)
    cookie.clear()
    answer = redirect(url_for("sign_in.sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@pages.get("/set-up/<token>")
def set_up(token: str) -> Any:
    found = _account_of_link(token)
    if found is None:
        return render_template("facilitator/set_up_gone.html"), 404
    return render_template("facilitator/set_up.html", name=found["name"], faults={})


@pages.post("/set-up/<token>")
def finish_set_up(token: str) -> Any:
    found = _account_of_link(token)
    if found is None:
        return render_template("facilitator/set_up_gone.html"), 404
    here = services()
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    faults = _faults(email, password, request.form.get("again", ""))
    if not faults:
        try:
            account = accounts.email_hash(here.settings.secret_key, email)
            hashed = hash_password(password)
            here.database.writer.do(
                accounts.set_up, token, email=email, email_hash=account, password_hash=hashed
            )
            return _sign_in(found["id"])
        except Invalid:
            faults = {"email": _("There is an account with this address already.")}
        except NotFound:  # used a moment ago, in another tab
            return render_template("facilitator/set_up_gone.html"), 404
    return render_template("facilitator/set_up.html", name=found["name"], email=email, faults=faults), 422


@pages.get("/enter/<token>")
def enter(token: str) -> Any:
    """Signs in without a password; exists in development only, for the links that the demo prints."""
    here = services()
    if here.settings.production:
        abort(404)
    try:
        facilitator_id, path = _enter_signer(here.settings.secret_key).loads(token, max_age=ENTER_WITHIN)
    except (BadSignature, ValueError):
        abort(404)
    cookie["next"] = path
    return _sign_in(facilitator_id)


def enter_path(secret_key: str, facilitator_id: str, path: str = "/today") -> str:
    """The path of a link that signs a facilitator in and leads to a page; development only."""
    return f"/enter/{_enter_signer(secret_key).dumps([facilitator_id, path])}"


def _enter_signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="enter")


def _sign_in(facilitator_id: str) -> Any:
    database = services().database
    before, path = cookie.pop("facilitator", None), cookie.pop("next", None)
    if isinstance(before, str):
        database.writer.do(accounts.end_sign_in, before)
    token = database.writer.do(accounts.begin_sign_in, facilitator_id)
    cookie["facilitator"] = token
    return redirect(path if isinstance(path, str) and path.startswith("/") else url_for("today.today"))


def _account_of_link(token: str) -> dict[str, Any] | None:
    with services().database.reader() as db:
        return accounts.account_of_link(db, token)


def _faults(email: str, password: str, again: str) -> dict[str, str]:
    faults = {}
    if "@" not in email.strip("@") or len(email) > 254 or " " in email:
        faults["email"] = _("This does not look like an e-mail address.")
    if len(password) < LEAST_PASSWORD:
        faults["password"] = _("This password is too short. It needs 12 characters or more.")
    elif len(password) > MOST_PASSWORD:
        faults["password"] = _("This password is too long. 1,024 characters is the most.")
    elif len(set(password)) < 5 or password.casefold() == email.casefold():
        faults["password"] = _("This password is too easy to guess.")
    elif password != again:
        faults["again"] = _("The two passwords are not the same.")
    return faults
