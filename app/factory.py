"""create_app(): the only place where all pieces meet."""

import logging
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from flask_babel import Babel, gettext
from flask_socketio import SocketIO
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import FileSystemBytecodeCache
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import facilitator
from app import (
    consent_page,
    keepsake,
    last_call,
    own_lines,
    participant,
    private_form,
    quick_exit,
    runtime,
)
from app.access import Tickets
from app.config import Settings
from app.core import gate, sealing
from app.core.consents import LANGUAGES
from app.core.refusals import NotFound, Refused, Retry
from app.db import Database
from app.expiry import Expiry
from app.library import LANGUAGE as LIBRARY_LANGUAGE
from app.on_call import OnCall
from app.regions import Screens, clock, clock_or_day, find_texts_once, long_day
from app.runtime import Drain
from app.safety import LARGEST_BODY, Edge, Limiter
from app.services import Services
from app.simulated_crowds import Crowds
from realtime.absences import Absences
from realtime.bus import Bus
from realtime.codec import StrictJSON, StrictPacket
from realtime.dispatch import Dispatcher
from realtime.keeper import Keeper
from realtime.leaders import Leaders
from realtime.presence import Presence
from realtime.push import Pusher
from realtime.rights import Rights
from realtime.sockets import Sockets

SIGNED_IN_SECONDS = 36 * 3600  # the row of the sign-in ends earlier; a console then asks in place


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The application, ready to serve. The database has been migrated, and its keys are checked elsewhere."""
    sealing.use(sealing.parse_ring(settings.keys))
    gate.use(bool(settings.smtp_url) or not settings.production)  # while developing no mail is waited for
    app = Flask("app", root_path=None, static_folder=None, template_folder="../templates")
    _configure(app, settings)
    _keep_compiled(app, settings.var / "templates")
    app.static_folder = "../static"
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)

    database = database or Database(settings.database_url, spawn=runtime.spawn)
    presence, sockets, drain = Presence(), Sockets(), Drain(pause=2.0 if settings.production else 0.3)
    screens = Screens(app, presence, settings.origin)
    tickets = Tickets(settings.secret_key)
    crowds = Crowds(settings, database, tickets)
    kept = Services(settings, database, tickets, screens, Limiter(), drain, crowds)
    app.extensions["concentric"] = kept

    _speak(app)
    app.before_request(_make_room_for_files)  # before anything reads the form
    csrf = CSRFProtect(app)
    app.register_blueprint(participant.pages)
    app.register_blueprint(private_form.pages)
    app.register_blueprint(consent_page.pages)
    app.register_blueprint(own_lines.pages)
    app.register_blueprint(keepsake.pages)
    app.register_blueprint(last_call.pages)
    app.register_blueprint(quick_exit.pages)
    csrf.exempt(quick_exit.leave_at_once)  # it asks by itself: a ping has no token
    facilitator.register(app)
    _answer_health(app, kept)
    _answer_errors(app)

    edge = Edge(app.wsgi_app, settings)
    kept.socketio = socketio = _socketio(app, edge)
    edge.app = app.wsgi_app
    app.wsgi_app = ProxyFix(edge, x_for=1, x_proto=1) if settings.trust_proxy else edge  # type: ignore[method-assign]

    server = socketio.server
    pusher = Pusher(app, server, database, screens, sockets, presence)
    dispatcher = Dispatcher(app, server, database, tickets, screens, sockets, presence, pusher, drain)
    pusher.enter_rooms = dispatcher.enter_rooms
    dispatcher.listen()
    bus = Bus()
    bus.listen(pusher.on_committed)
    app.extensions["concentric.bus"] = bus
    app.extensions["concentric.keeper"] = Keeper(
        server,
        pusher,
        Rights(server, database, sockets),
        Leaders(database, sockets, presence),
        Absences(database, sockets, presence),
        OnCall(app, settings, database, screens),
        Expiry(database),
    )
    drain.closing.append(lambda: runtime.close_sockets(server.eio))
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=48 * 1024,
        MAX_FORM_PARTS=400,
        SESSION_COOKIE_NAME="__Host-s" if settings.production else "s",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_SECONDS,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, and our pages send none
        BABEL_TRANSLATION_DIRECTORIES="translations",
        BABEL_DEFAULT_LOCALE="en",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    for name in ("werkzeug", "socketio", "engineio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # their lines quote what clients send


def _keep_compiled(app: Flask, folder: Path) -> None:
    """Compiled templates outlive the process, so that after a restart a room is back two seconds earlier.

    Jinja names them by their source and its own version; where nothing can be written each start compiles.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder), "%s")


def _make_room_for_files() -> None:
    """A file of the library may be larger than what is typed."""
    if request.endpoint in ("library.from_file", "measures.add"):
        most = facilitator.uploads.LARGEST_FILE + LARGEST_BODY
        request.max_content_length = request.max_form_memory_size = most


def _speak(app: Flask) -> None:
    """Interface text in the reader's language; a session's pages choose their group's."""
    Babel(
        app,
        locale_selector=lambda: request.accept_languages.best_match(LANGUAGES) or "en" if request else "en",
    )
    find_texts_once(app.jinja_env)
    app.jinja_env.filters["clock"] = clock
    app.jinja_env.filters["clock_or_day"] = clock_or_day
    app.jinja_env.filters["long_day"] = long_day
    app.jinja_env.globals["library_language"] = LIBRARY_LANGUAGE
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def _socketio(app: Flask, edge: Edge) -> Any:
    return SocketIO(
        app,
        async_mode=runtime.mode,
        cors_allowed_origins=edge.origin_is_ours,
        max_http_buffer_size=runtime.LARGEST_MESSAGE,
        async_handlers=False,  # one client's commands in order
        ping_interval=20,
        ping_timeout=15,
        http_compression=False,
        always_connect=False,
        manage_session=False,
        logger=False,
        engineio_logger=False,
        serializer=StrictPacket,
        json=StrictJSON,
        cookie=None,
    )


def _answer_health(app: Flask, kept: Services) -> None:
    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/readyz")
    def readyz() -> tuple[str, int]:
        if kept.drain.begun:
            return "draining", 503
        return ("ready", 200) if kept.database.answers() else ("no database", 503)


def _answer_errors(app: Flask) -> None:
    known = {400, 404, 409, 413, 429, 500, 503}

    def page(code: int, sentence: str = "") -> tuple[Any, int]:
        wants_json = request.is_json or "application/json" in request.headers.get("Accept", "")
        if wants_json:
            return {
                "ok": False,
                "error": {"code": "not_found" if code == 404 else "invalid", "message": sentence},
            }, code
        name = code if code in (401, 404, 413, 429, 500) else 409 if code in known else 500
        return render_template(f"errors/{name}.html", sentence=sentence), code

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> tuple[Any, int]:
        return page(error.code or 500)

    @app.errorhandler(CSRFError)
    def on_csrf(_error: CSRFError) -> tuple[Any, int]:
        return page(
            400, gettext("This page was open for too long. Go back, load it again, and try once more.")
        )

    @app.errorhandler(Refused)
    def on_refusal(refusal: Refused) -> tuple[Any, int]:
        if isinstance(refusal, NotFound):
            return page(404)
        if isinstance(refusal, Retry):
            return page(503)  # its own sentence promises another try, which a form does not make
        return page(409, gettext(refusal.sentence))
