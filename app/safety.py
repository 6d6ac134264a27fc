"""Headers, hosts and origins for every answer, Socket.IO included; and the counting of wrong guesses."""

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.config import Settings

OURS_IN_DEVELOPMENT = {"127.0.0.1", "localhost", "[::1]"}
OPEN_PATHS = {"/healthz", "/readyz"}
LARGEST_BODY = 64 * 1024
FOREVER = ("/static/vendor/", "/static/fonts/")

FIXED_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), payment=(), usb=()",
    ),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
]
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def content_policy(settings: Settings, host: str) -> str:
    """The content security policy; the socket's address is named for browsers whose 'self' leaves it out."""
    secure = urlsplit(settings.origin).scheme == "https"
    socket = f"{'wss' if secure else 'ws'}://{urlsplit(settings.origin).netloc or host}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {socket}; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types regions"
    )


class Edge:
    """The outermost WSGI wrapper: what Flask never sees passes here too."""

    def __init__(self, app: Callable[..., Iterable[bytes]], settings: Settings):
        self.app = app
        self.settings = settings

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", ""))
        path = str(environ.get("PATH_INFO", ""))
        # browsers would get compression for each socket: memory, and a side channel by length
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ.pop("HTTP_X_FORWARDED_HOST", None)
        if not self.settings.trust_proxy:
            environ.pop("HTTP_X_FORWARDED_PROTO", None)
            environ.pop("HTTP_X_FORWARDED_FOR", None)
        refusal = self._refusal(environ, host, path)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, self._headers(headers, host, path), *more)

        if refusal:
            status, text = refusal
            start(status, [("Content-Type", "text/plain; charset=utf-8")])
            return [text.encode()]
        return self.app(environ, start)

    def origin_is_ours(self, origin: str | None, _environ: Any = None) -> bool:
        """Whether a page of this origin may open a socket."""
        if not origin:
            return not self.settings.production
        if self.settings.origin and origin == self.settings.origin:
            return True
        return not self.settings.production and _name(urlsplit(origin).netloc) in OURS_IN_DEVELOPMENT

    def _refusal(self, environ: dict[str, Any], host: str, path: str) -> tuple[str, str] | None:
        if path in OPEN_PATHS:
            return None
        if not self._host_is_ours(host):
            return "400 BAD REQUEST", "This is not our address."
        if path.startswith("/socket.io"):
            query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
            if "j" in query or query.get("EIO") != ["4"]:
                return "400 BAD REQUEST", "Not spoken here."
            if not self.origin_is_ours(environ.get("HTTP_ORIGIN")):
                # browsers leave it out where a page of ours polls by GET, and nowhere else
                upgrade = str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"
                if environ.get("HTTP_ORIGIN") or upgrade or environ.get("REQUEST_METHOD") != "GET":
                    return "400 BAD REQUEST", "Not an origin of ours."
            if _length(environ) > LARGEST_BODY:
                return "413 CONTENT TOO LARGE", "Too large."
        return None

    def _host_is_ours(self, host: str) -> bool:
        if self.settings.origin and host == urlsplit(self.settings.origin).netloc:
            return True
        return not self.settings.production and _name(host) in OURS_IN_DEVELOPMENT

    def _headers(self, headers: list[tuple[str, str]], host: str, path: str) -> list[tuple[str, str]]:
        ours = [*FIXED_HEADERS, ("Content-Security-Policy", content_policy(self.settings, host))]
        if self.settings.origin.startswith("https:"):
            ours.append(STRICT_TRANSPORT)
        names = {name.lower() for name, _ in ours} | {"server"}
        if path.startswith("/static/"):
            names.add("cache-control")
            kept = "public, max-age=31536000, immutable" if path.startswith(FOREVER) else "no-cache"
            ours.append(("Cache-Control", kept))
        elif not any(name.lower() == "cache-control" for name, _ in headers):
            ours.append(("Cache-Control", "no-store"))
        return [(name, value) for name, value in headers if name.lower() not in names] + ours


class Limiter:
    """Counts failures by key in a sliding window of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._failures: dict[str, list[float]] = {}

    def failed(self, key: str) -> None:
        """Counts one failure."""
        self._failures.setdefault(key, []).append(self._clock())
        if len(self._failures) > 10_000:
            self._forget(3600.0)

    def blocked(self, key: str, most: int, seconds: float) -> bool:
        """Whether this key has failed ``most`` times in the last ``seconds``."""
        since = self._clock() - seconds
        recent = [at for at in self._failures.get(key, []) if at > since]
        if recent:
            self._failures[key] = recent
        else:
            self._failures.pop(key, None)
        return len(recent) >= most

    def cleared(self, key: str) -> None:
        self._failures.pop(key, None)

    def taken_back(self, key: str) -> None:
        """The last failure of a key was none."""
        if self._failures.get(key, [])[1:]:
            self._failures[key].pop()
        else:
            self.cleared(key)

    def _forget(self, seconds: float) -> None:
        since = self._clock() - seconds
        self._failures = {key: times for key, times in self._failures.items() if times[-1] > since}


def _name(host: str) -> str:
    """A host without its port."""
    return host.rsplit(":", 1)[0] if ":" in host and not host.endswith("]") else host


def _length(environ: dict[str, Any]) -> int:
    try:
        return int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return LARGEST_BODY + 1
