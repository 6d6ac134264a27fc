"""Operations from the command line."""

import argparse
import errno
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app import config, runtime
from app.core import sealing

HERE = "127.0.0.1"


def main() -> None:
    """Runs one command; a sentence and exit code 1 where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Concentric")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serving = commands.add_parser("serve", help="run the server")
    serving.add_argument("--host", default=HERE)
    serving.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    running = commands.add_parser("run", help="development: migrate, make a demo, serve")
    running.add_argument("--pace", type=float, default=1.0, help="how fast the simulated members are")
    simulating = commands.add_parser("simulate", help="the simulated members of the demo or of a rehearsal")
    simulating.add_argument("plan", type=Path, help="who takes part where; - reads it, with its tickets")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("check-library", help="check programmes and exercises")
    commands.add_parser("new-key", help="print a fresh ring for CONCENTRIC_KEYS")

    adding = commands.add_parser("add-facilitator", help="make a one-time link to set e-mail and password")
    adding.add_argument("name", help="the name that participants see")
    adding.add_argument(
        "--administrator", action="store_true", help="may add instruments; the first account always may"
    )
    making = commands.add_parser("make-administrator", help="let an account that there is add instruments")
    making.add_argument("email", help="the address with which its facilitator signs in")

    renewing = commands.add_parser("new-password", help="make a one-time link to set a new password")
    renewing.add_argument("email", help="the address with which its facilitator signs in")
    disabling = commands.add_parser("disable-facilitator", help="let nobody sign in with an account any more")
    disabling.add_argument("email", help="the address with which its facilitator signs in")

    measure = commands.add_parser("add-measure", help="take in the items of an instrument you may use")
    measure.add_argument("file", type=Path, help="its definition, named after the instrument: wsas.yaml")
    measure.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who answers for it")
    measure.add_argument(
        "--we-hold-permission", action="store_true", help="you hold the owner's permission for this use"
    )

    expiring = commands.add_parser(
        "expire", help="delete what has been kept for long enough; also once an hour"
    )
    expiring.add_argument("--confirm", action="store_true", help="the clock is right, however far it went")

    sandbox = commands.add_parser("sandbox", help="live sessions for programs; refused in production")
    sandbox.add_argument("--rooms", type=int, required=True)
    sandbox.add_argument("--members", type=int, required=True)
    sandbox.add_argument("--json", type=Path, required=True)

    options = parser.parse_args()
    action = globals()[options.command.replace("-", "_")]
    action(options)


def serve(options: argparse.Namespace) -> None:
    """Serves until SIGTERM; refuses a database that is not up to date or was sealed with other keys."""
    from sqlalchemy import exc

    from app import migrations
    from app.db import check_keys
    from app.factory import create_app

    settings = config.from_environment()
    runtime.self_check()
    _bring_up_to_date(settings)
    app = create_app(settings)
    kept = app.extensions["concentric"]
    try:
        with kept.database.reader() as db:
            if not migrations.is_current(db):
                raise SystemExit("The database is not up to date. Run: python -m app migrate")
        check_keys(kept.database)
    except exc.OperationalError:
        raise SystemExit("The database cannot be reached. Check DATABASE_URL.") from None
    except sealing.Unsealable:
        raise SystemExit("This database was sealed with other keys. Check CONCENTRIC_KEYS.") from None
    kept.screens.origin = settings.origin or _address(options.host, options.port)
    kept.screens.warm()
    app.extensions["concentric.keeper"].start()
    kept.crowds.start(_address(options.host, options.port))
    try:
        runtime.serve(app, options.host, options.port, kept.drain)
    except OSError as failed:
        if failed.errno != errno.EADDRINUSE:
            raise
        raise SystemExit(f"Port {options.port} is in use. Choose another: PORT={options.port + 1}") from None


def run(options: argparse.Namespace) -> None:
    """What ``make run`` does: the demo beside a development server."""
    from app import demo

    demo.run(config.from_environment(), int(os.environ.get("PORT", "8000")), options.pace)


def simulate(options: argparse.Namespace) -> None:
    """With a file it signs tickets, in development only; from the input it is given them, and no key."""
    from app import simulated

    if str(options.plan) == "-":
        plan = simulated.Plan.parse(sys.stdin.read())
        simulated.run(plan, lambda place: plan.tickets[place])
        return

    from app.access import Tickets
    from app.core.changes import Who

    settings = config.from_environment()
    if settings.production:
        raise SystemExit("Simulated members are refused in production.")
    plan, tickets = simulated.Plan.read(options.plan), Tickets(settings.secret_key)
    simulated.run(
        plan, lambda place: tickets.issue(Who("participant", plan.group_session_id, plan.people[place]))
    )


def migrate(_options: argparse.Namespace) -> None:
    from app import migrations

    migrations.upgrade(config.from_environment().database_url)


def check_library(_options: argparse.Namespace) -> None:
    from app.library import check

    sys.exit(check.main())


def new_key(_options: argparse.Namespace) -> None:
    print(sealing.new_key())


def add_facilitator(options: argparse.Namespace) -> None:
    from app.core import accounts

    settings, database = _database()
    token = secrets.token_urlsafe(32)
    database.writer.do(accounts.add_facilitator, options.name, token, options.administrator)
    database.close()
    _print_link(settings, token)


def new_password(options: argparse.Namespace) -> None:
    from app.core import accounts

    token = secrets.token_urlsafe(32)
    _print_link(_changes_account(accounts.new_password_link, options.email, token), token)


def disable_facilitator(options: argparse.Namespace) -> None:
    """Also while a server runs: the account's pages and sockets are closed within two seconds."""
    from app.core import accounts

    _changes_account(accounts.disable, options.email)
    print("Nobody can sign in with this account any more.")


def _changes_account(verb: Callable[..., None], *args: str) -> config.Settings:
    from app.core.refusals import NotFound

    settings, database = _database()
    try:
        database.writer.do(verb, *args)
    except NotFound:
        raise SystemExit("No facilitator has this e-mail address. Nothing was changed.") from None
    finally:
        database.close()
    return settings


def _print_link(settings: config.Settings, token: str) -> None:
    origin = settings.origin or _address(HERE, int(os.environ.get("PORT", "8000")))
    print(f"Open this once, within three days: {origin}/set-up/{token}")


def make_administrator(options: argparse.Namespace) -> None:
    from app.core import accounts

    secret = config.from_environment().secret_key
    _changes_account(accounts.make_administrator, accounts.email_hash(secret, options.email))
    print("This account is an administrator now.")


def add_measure(options: argparse.Namespace) -> None:
    from app.core import accounts, instruments
    from app.core.refusals import Refused
    from app.library.measures import Damaged

    if not options.we_hold_permission:
        raise SystemExit("Say --we-hold-permission if you hold the owner's permission. Nothing was changed.")
    settings, database = _database()
    try:
        text = options.file.read_text(encoding="utf-8")
        with database.reader() as db:
            found = accounts.account_by_email(db, accounts.email_hash(settings.secret_key, options.by))
        if found is None:
            raise SystemExit("No facilitator has this e-mail address.")
        database.writer.do(instruments.add_instrument, found.id, options.file.stem, text, True)
    except Damaged as damaged:
        raise SystemExit("\n".join([*damaged.sentences(str(options.file)), "Nothing was changed."])) from None
    except (OSError, UnicodeDecodeError) as wrong:
        raise SystemExit(f"{options.file}: {wrong}. Nothing was changed.") from None
    except Refused as refusal:
        raise SystemExit(f"{refusal.sentence} Nothing was changed.") from None
    finally:
        database.close()
    print(f"{options.file.stem} can be used now.")


def expire(options: argparse.Namespace) -> None:
    """Deletes by retention; a clock that went further than usual is confirmed first."""
    from app import expiry
    from app.core import retention
    from app.core.models import now

    _, database = _database()
    try:
        with database.reader() as db:
            jumped = retention.jumped(db, now())
        if jumped is not None and not options.confirm:
            raise SystemExit(
                f"No run for {jumped.days} days. If the clock is right, say --confirm. Nothing was deleted."
            )
        gone = expiry.run(database)
    finally:
        database.close()
    print(f"{gone} answers, notes and drafts were deleted." if gone else "Nothing was due.")


def sandbox(options: argparse.Namespace) -> None:
    from app import sandbox as rooms

    settings, database = _database()
    if settings.production:
        raise SystemExit("The sandbox is refused in production.")
    rooms.make(settings, database, options.rooms, options.members, options.json)
    database.close()


def _address(host: str, port: int) -> str:
    """Where a browser of this machine finds a development server, also one that listens everywhere."""
    name = host if host.strip(".:0") else HERE
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _database() -> tuple[config.Settings, object]:
    """Settings and a database that is up to date, for a command that writes."""
    from app.db import Database, check_keys

    settings = config.from_environment()
    sealing.use(sealing.parse_ring(settings.keys))
    _bring_up_to_date(settings)
    database = Database(settings.database_url)
    check_keys(database)
    return settings, database


def _bring_up_to_date(settings: config.Settings) -> None:
    """In development a database migrates by itself; in production that is a step of the release."""
    if not settings.production and not _is_current(settings.database_url):
        # a process of its own: this one may be patched
        subprocess.run([sys.executable, "-m", "app", "migrate"], check=True)


def _is_current(url: str) -> bool:
    """Whether nothing is to migrate; no if the database cannot be asked, and whoever migrates says why."""
    from sqlalchemy import create_engine, exc

    from app import migrations

    engine = create_engine(url)
    try:
        with engine.connect() as db:
            return migrations.is_current(db)
    except exc.SQLAlchemyError:
        return False
    finally:
        engine.dispose()
