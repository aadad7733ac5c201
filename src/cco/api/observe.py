"""Around every request: a correlation id, security headers, one log line, metrics, and a problem for
what nobody foresaw. Plain ASGI, so that streams pass through untouched."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping

import structlog
from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cco import logs
from cco.api.errors import explained, http_problem, unexpected
from cco.api.metrics import Metrics
from cco.core.errors import InvalidInput
from cco.store.identity import Principal

log = structlog.get_logger("cco.api")

HEADER = "X-Correlation-Id"
_STYLES = "'self' 'unsafe-inline'"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # Mantine and ECharts set style attributes; scripts are what matters, and none is inline.
        f"style-src {_STYLES}",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNSAFE = re.compile(r"[^\x20-\x7e]")


class Observe:
    """The outermost middleware."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, templates: Mapping[object, str], https: bool
    ) -> None:
        """templates: the address of each route's function, with its parameters' names."""
        self._app = app
        self._templates = templates
        self._metrics = metrics
        self._headers = dict(SECURITY)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation = logs.new_correlation_id(Headers(scope=scope).get(HEADER))
        scope["cco.correlation_id"] = correlation
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = correlation
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        began = time.perf_counter()
        self._metrics.in_flight.inc()
        with logs.bound(**{logs.CORRELATION: correlation}):
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                if status:
                    log.exception("request.broke-off")
                    raise
                await unexpected(Request(scope), error)(scope, receive, sending)
            finally:
                self._metrics.in_flight.dec()
                self._told(scope, status, time.perf_counter() - began)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.requests.labels(route, method, str(status)).inc()
        if not route.endswith("/events"):
            self._metrics.seconds.labels(route, method).observe(seconds)
        if route in _QUIET and status < 400:
            return
        principal = scope.get("cco.principal")
        who = (
            {"org_id": principal.org.id, "actor_id": principal.token_id or principal.user.id}
            if isinstance(principal, Principal)
            else {}
        )
        client = scope.get("client")
        log.info(
            "request",
            method=method,
            route=route,
            path=_UNSAFE.sub("?", scope["path"])[:300],
            status=status,
            ms=round(seconds * 1000, 1),
            address=client[0] if client else None,
            **who,
        )

    def _template(self, scope: Scope) -> str:
        """The route's address with its parameters' names, so that metrics stay few."""
        known = self._templates.get(scope.get("endpoint"))
        return known or ("none" if scope["path"].startswith("/api/") else "dashboard")


_QUIET = ("/metrics", "/api/v1/health/live", "/api/v1/health/ready", "/{path:path}", "dashboard")


BODY_LIMIT = 1 << 20
"""Bytes that a request may bring. Uploads have a limit of their own, kept while the file arrives."""


class Bounds:
    """Refuses what no route can use: bodies above BODY_LIMIT, whether they say so or not, and addresses
    with a NUL, which no store keeps."""

    def __init__(self, app: ASGIApp, *, but: Collection[str]) -> None:
        """but: the addresses that look after themselves."""
        self._app = app
        self._but = frozenset(but)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http" or scope["path"] in self._but:
            await self._app(scope, receive, send)
            return
        if b"%00" in scope["query_string"] or "\0" in scope["path"]:
            refusal = explained(
                Request(scope), InvalidInput("The address holds a NUL.", remedy="Leave it out.")
            )
            await refusal(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > BODY_LIMIT:
            await http_problem(Request(scope), HTTPException(413))(scope, receive, send)
            return
        arrived = 0

        async def receiving() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > BODY_LIMIT:
                raise HTTPException(413)
            return message

        await self._app(scope, receiving, send)
