"""Accounts of facilitators: set-up links, signing in and out. Passwords arrive here already hashed."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from app.core import stored
from app.core.door import hashed
from app.core.models import Facilitator, SetUpLink, SignIn, new_id, now
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)  # a sign-in is written at most this often, not with every page
SET_UP_WITHIN = timedelta(days=3)


def email_hash(secret: str, email: str) -> str:
    """Finds an account without keeping its address readable; changing the secret breaks the tie."""
    plain = email.strip().casefold()
    return hmac.new(secret.encode(), b"email:" + plain.encode(), hashlib.sha256).hexdigest()


def add_facilitator(db: Connection, name: str, token: str, administrator: bool = False) -> str:
    """Makes an account that nobody can sign in to before its one-time link was used; gives its id."""
    new = new_account(db, name, administrator)
    make_set_up_link(db, new, token)
    return new


def new_account(db: Connection, name: str, administrator: bool = False) -> str:
    """Makes an account without a way in, and gives its id; an installation's first is an administrator."""
    new, first = new_id(), db.execute(select(col(Facilitator.id)).limit(1)).first() is None
    db.execute(
        insert(Facilitator).values(
            id=new,
            name=seal(Facilitator.name, new, name),
            created_at=now(),
            administrator=administrator or first,
        )
    )
    return new


def make_administrator(db: Connection, email_hash: str) -> None:
    """Makes the account of this address an administrator; NotFound where there is none that is in use."""
    found = account_by_email(db, email_hash)
    if found is None:
        raise NotFound()
    db.execute(update(Facilitator).where(col(Facilitator.id) == found.id).values(administrator=True))


def by_address(db: Connection, email: str) -> list[str]:
    """The ids of the accounts, in use or not, that have this address, the newest first; found also when the
    secret has changed since, which lets one address have several. NotFound where there is none.
    """
    rows = db.execute(
        select(col(Facilitator.id), col(Facilitator.email))
        .where(col(Facilitator.email).is_not(None))
        .order_by(col(Facilitator.created_at).desc())
    ).all()
    plain = email.strip().casefold()
    found = [
        str(row.id) for row in rows if open_sealed(Facilitator.email, row.id, row.email).casefold() == plain
    ]
    if not found:
        raise NotFound()
    return found


def disable(db: Connection, email: str) -> None:
    """Nobody signs in with an account of this address any more: its browsers are signed out, and its links
    fail. What it wrote and signed stays. NotFound where there is none.
    """
    found = by_address(db, email)
    db.execute(
        update(Facilitator)
        .where(col(Facilitator.id).in_(found), col(Facilitator.disabled_at).is_(None))
        .values(disabled_at=now())
    )
    for each in found:
        end_all_sign_ins(db, each)


def new_password_link(db: Connection, email: str, token: str) -> None:
    """Makes a one-time link of this token for the newest account of this address that is in use. Its password
    stands until the link is used. NotFound where there is none.
    """
    for found in by_address(db, email):
        if stored.exists(db, Facilitator, id=found, disabled_at=None):
            return make_set_up_link(db, found, token)
    raise NotFound()


def is_administrator(db: Connection, facilitator_id: str) -> bool:
    """Whether this account, while it is in use, is an administrator."""
    return stored.exists(db, Facilitator, id=facilitator_id, administrator=True, disabled_at=None)


def administrators(db: Connection) -> list[dict[str, Any]]:
    """The administrators of the installation, by name."""
    rows = db.execute(
        select(col(Facilitator.id), col(Facilitator.name)).where(
            col(Facilitator.administrator), col(Facilitator.disabled_at).is_(None)
        )
    ).all()
    return sorted((_person(row) for row in rows), key=lambda person: person["name"].casefold())


def make_set_up_link(db: Connection, facilitator_id: str, token: str) -> None:
    """Makes a one-time link of this token; links made earlier for the account fail from now on."""
    at = now()
    db.execute(
        update(SetUpLink)
        .where(col(SetUpLink.facilitator_id) == facilitator_id, col(SetUpLink.used_at).is_(None))
        .values(used_at=at)
    )
    db.execute(
        insert(SetUpLink).values(
            token_hash=hashed(token), facilitator_id=facilitator_id, expires_at=at + SET_UP_WITHIN
        )
    )


def account_of_link(db: Connection, token: str) -> dict[str, Any] | None:
    """Whose set-up link this is, while it can be used."""
    row = db.execute(
        select(col(Facilitator.id), col(Facilitator.name))
        .join(SetUpLink, col(SetUpLink.facilitator_id) == col(Facilitator.id))
        .where(
            col(SetUpLink.token_hash) == hashed(token),
            col(SetUpLink.used_at).is_(None),
            col(SetUpLink.expires_at) > now(),
            col(Facilitator.disabled_at).is_(None),
        )
    ).one_or_none()
    return None if row is None else _person(row)


def set_up(db: Connection, token: str, *, email: str, email_hash: str, password_hash: str) -> str:
    """Uses a set-up link: e-mail and password stand, and every browser signed in before is signed out."""
    found = account_of_link(db, token)
    if found is None:
        raise NotFound()
    taken = db.execute(
        select(col(Facilitator.id)).where(
            col(Facilitator.email_hash) == email_hash, col(Facilitator.id) != found["id"]
        )
    ).first()
    if taken is not None:
        raise Invalid("There is an account with this address already.")
    at = now()
    db.execute(update(SetUpLink).where(col(SetUpLink.token_hash) == hashed(token)).values(used_at=at))
    db.execute(
        update(Facilitator)
        .where(col(Facilitator.id) == found["id"])
        .values(
            email=seal(Facilitator.email, found["id"], email.strip()),
            email_hash=email_hash,
            password_hash=password_hash,
        )
    )
    end_all_sign_ins(db, found["id"])
    return str(found["id"])


def account_by_email(db: Connection, email_hash: str) -> Any:
    """The id and password hash of an account that is set up and not disabled."""
    return db.execute(
        select(col(Facilitator.id), col(Facilitator.password_hash)).where(
            col(Facilitator.email_hash) == email_hash,
            col(Facilitator.password_hash).is_not(None),
            col(Facilitator.disabled_at).is_(None),
        )
    ).one_or_none()


def password_of(db: Connection, facilitator_id: str) -> str | None:
    """The password hash of an account; None where it never was set up."""
    found = db.execute(
        select(col(Facilitator.password_hash)).where(col(Facilitator.id) == facilitator_id)
    ).scalar_one_or_none()
    return None if found is None else str(found)


def begin_sign_in(db: Connection, facilitator_id: str) -> str:
    """Signs a browser in and gives the token for its cookie."""
    token, at = new_id(), now()
    db.execute(
        insert(SignIn).values(
            token_hash=hashed(token), facilitator_id=facilitator_id, created_at=at, last_seen_at=at
        )
    )
    return token


def signed_in(db: Connection, token: str, *, also_idle: bool = False) -> dict[str, Any] | None:
    """Who is signed in with this token: ``{"id", "name", "touch", "idle"}``, unless it ended, idled or grew
    old; with ``also_idle`` only unless it ended.

    ``touch`` says that it is time to write down that the browser is still in use.
    """
    row = db.execute(
        select(col(Facilitator.id), col(Facilitator.name), col(SignIn.last_seen_at), col(SignIn.created_at))
        .join(SignIn, col(SignIn.facilitator_id) == col(Facilitator.id))
        .where(
            col(SignIn.token_hash) == hashed(token),
            col(SignIn.ended_at).is_(None),
            col(Facilitator.disabled_at).is_(None),
        )
    ).one_or_none()
    if row is None or (_idle(row) and not also_idle):
        return None
    return {**_person(row), "touch": row.last_seen_at < now() - TOUCH_EVERY, "idle": _idle(row)}


def _idle(row: Any) -> bool:
    at = now()
    return bool(row.last_seen_at < at - IDLE or row.created_at < at - WHOLE)


def sign_ins_that_stand(db: Connection, token_hashes: Iterable[str]) -> dict[str, bool]:
    """Which of these sign-ins have not ended, of accounts that are not disabled, each with whether it has
    idled: such a one still looks on, and does nothing before the password was given again.
    """
    rows = db.execute(
        select(col(SignIn.token_hash), col(SignIn.last_seen_at), col(SignIn.created_at))
        .join(Facilitator, col(Facilitator.id) == col(SignIn.facilitator_id))
        .where(
            col(SignIn.token_hash).in_(list(token_hashes)),
            col(SignIn.ended_at).is_(None),
            col(Facilitator.disabled_at).is_(None),
        )
    )
    return {row.token_hash: _idle(row) for row in rows}


def touch_sign_in(db: Connection, token: str) -> None:
    db.execute(update(SignIn).where(col(SignIn.token_hash) == hashed(token)).values(last_seen_at=now()))


def end_sign_in(db: Connection, token: str) -> None:
    db.execute(
        update(SignIn)
        .where(col(SignIn.token_hash) == hashed(token), col(SignIn.ended_at).is_(None))
        .values(ended_at=now())
    )


def end_all_sign_ins(db: Connection, facilitator_id: str) -> None:
    db.execute(
        update(SignIn)
        .where(col(SignIn.facilitator_id) == facilitator_id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now())
    )


def colleagues(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """The other accounts, by name, for choosing who leads together."""
    rows = db.execute(
        select(col(Facilitator.id), col(Facilitator.name)).where(
            col(Facilitator.id) != facilitator_id,
            col(Facilitator.disabled_at).is_(None),
        )
    ).all()
    return sorted((_person(row) for row in rows), key=lambda person: person["name"].casefold())


def _person(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": open_sealed(Facilitator.name, row.id, row.name)}
