"""Every failure leaves as RFC 9457 problem details; what we did not foresee leaks nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from cco.api.schemas.base import Problem, ProblemField
from cco.core import errors

log = structlog.get_logger(__name__)

MEDIA = "application/problem+json"


class TooLarge(errors.InvalidInput):
    """The body is larger than this installation takes."""

    code = "too-large"


_KINDS: tuple[tuple[type[errors.CcoError], int, str], ...] = (
    (TooLarge, 413, "Too large"),
    (errors.InvalidInput, 422, "Invalid input"),
    (errors.NotAuthenticated, 401, "Not signed in"),
    (errors.NotAllowed, 403, "Not allowed"),
    (errors.NotFound, 404, "Not found"),
    (errors.Conflict, 409, "Conflict"),
    (errors.TooMany, 429, "Too many requests"),
    (errors.Unavailable, 503, "Unavailable"),
    (errors.CcoError, 500, "Error"),
)

_HTTP: dict[int, tuple[str, str, str, str]] = {
    400: ("bad-request", "Bad request", "The request can't be read.", "Check how it was written."),
    404: ("not-found", "Not found", "There is nothing at this address.", "Check the address."),
    405: ("method-not-allowed", "Method not allowed", "This address does not take that method.", ""),
    413: ("too-large", "Too large", "The request is larger than this address takes.", "Send less at once."),
    415: (
        "unsupported-media-type",
        "Unsupported media type",
        "The body has a type this address does not take.",
        "Set Content-Type as the documentation says.",
    ),
}

UNEXPECTED = "Something went wrong that nobody foresaw. It has been logged."


def correlation(request: Request) -> str:
    """The id that ties this request to its log lines and jobs."""
    return str(request.scope.get("cco.correlation_id", ""))


def reply(
    request: Request,
    *,
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    fields: Sequence[ProblemField] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem as it goes over the wire."""
    problem = Problem(
        type=f"urn:cco:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        correlation_id=correlation(request),
        fields=list(fields),
    )
    return Response(
        problem.model_dump_json(),
        status_code=status,
        media_type=MEDIA,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


class InvalidFields(errors.InvalidInput):
    """Values that only a look at the stores shows to be wrong, each with its place."""

    def __init__(
        self, message: str, fields: Sequence[tuple[str, str]], *, remedy: str = "", code: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.fields = tuple(ProblemField(place=place, message=text) for place, text in fields)


def explained(request: Request, error: Exception) -> Response:
    """One of our own errors as a problem."""
    if not isinstance(error, errors.CcoError):
        raise TypeError("not one of ours")
    status, title = next((status, title) for kind, status, title in _KINDS if isinstance(error, kind))
    headers: dict[str, str] = {}
    fields: list[ProblemField] = []
    if isinstance(error, errors.NotAuthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="cco"'
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, errors.BadFile) and error.row is not None:
        place = f"row {error.row}" + (f".{error.column}" if error.column else "")
        fields.append(ProblemField(place=place, message=error.message))
    if isinstance(error, InvalidFields):
        fields.extend(error.fields)
    if status >= 500:
        log.warning("request.failed", code=error.code, detail=error.message)
    return reply(
        request,
        status=status,
        title=title,
        code=error.code,
        detail=error.message,
        remedy=error.remedy,
        fields=fields,
        headers=headers,
    )


def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError("not a validation error")
    found = [
        ProblemField(place=".".join(str(step) for step in one["loc"]) or "body", message=str(one["msg"]))
        for one in error.errors()
    ]
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return reply(
            request,
            status=422,
            title="Invalid input",
            code="bad-json",
            detail="The body is not valid JSON.",
            remedy="Check the body.",
            fields=found,
        )
    count = "One value is" if len(found) == 1 else f"{len(found)} values are"
    return reply(
        request,
        status=422,
        title="Invalid input",
        code="invalid-input",
        detail=f"{count} not as this address needs them.",
        remedy="Correct them and try again.",
        fields=found,
    )


def http_problem(request: Request, error: Exception) -> Response:
    """An HTTP error of the framework, in our words."""
    if not isinstance(error, HTTPException):
        raise TypeError("not an HTTP error")
    code, title, detail, remedy = _HTTP.get(
        error.status_code, (f"http-{error.status_code}", "Error", str(error.detail), "")
    )
    return reply(
        request,
        status=error.status_code,
        title=title,
        code=code,
        detail=detail,
        remedy=remedy,
        headers=dict(error.headers or {}),
    )


def unexpected(request: Request, error: Exception) -> Response:
    """The answer to a failure nobody foresaw: an id to quote, and nothing of what happened."""
    log.error("request.crashed", error=type(error).__name__, exc_info=error)
    return reply(
        request,
        status=500,
        title="Internal error",
        code="internal",
        detail=UNEXPECTED,
        remedy="Try again; if it stays, quote the correlation id to whoever runs this installation.",
    )


def install(app: FastAPI) -> None:
    """Makes every failure of the app a problem."""
    app.add_exception_handler(errors.CcoError, explained)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_problem)


def _example(status: int, title: str, code: str, detail: str, remedy: str) -> dict[str, Any]:
    return {
        "type": f"urn:cco:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
        "correlation_id": "019ab1f0c7be7d3c9d2f5f6e2b1a0c44",
        "fields": [],
    }


EXAMPLES: dict[int, dict[str, Any]] = {
    400: _example(400, "Bad request", "bad-request", "The request can't be read.", ""),
    401: _example(
        401, "Not signed in", "not-authenticated", "Nobody is signed in.", "Sign in, or send an API token."
    ),
    403: _example(
        403, "Not allowed", "not-allowed", "This takes the role admin; you are viewer.", "Ask an admin."
    ),
    404: _example(404, "Not found", "not-found", "There is no such source here.", "Check the id."),
    409: _example(409, "Conflict", "conflict", "There is a source at /srv/bills already.", "Use that one."),
    413: _example(413, "Too large", "too-large", "The file is larger than 5 GiB.", "Split it."),
    415: _example(415, "Unsupported media type", "unsupported-media-type", "The body is not CSV.", ""),
    422: {
        **_example(422, "Invalid input", "invalid-input", "One value is not as needed.", "Correct it."),
        "fields": [{"place": "query.start", "message": "Input should be a valid date"}],
    },
    429: _example(429, "Too many requests", "too-many", "Too many tries.", "Wait for a minute."),
    500: _example(500, "Internal error", "internal", UNEXPECTED, "Quote the correlation id."),
    503: _example(503, "Unavailable", "unavailable", "The database does not answer.", "Try again soon."),
}

_TITLES = {status: str(example["title"]) for status, example in EXAMPLES.items()}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares in OpenAPI for these statuses."""
    return {
        status: {
            "model": Problem,
            "description": _TITLES[status],
            "content": {MEDIA: {"example": EXAMPLES[status]}},
        }
        for status in sorted(statuses)
    }


EVERYWHERE = (422, 429, 500, 503)
"""What any route may answer."""

SIGNED_IN = (401, 403)
"""What a route that needs a role may answer."""
