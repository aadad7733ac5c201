"""The app: everything put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from cco import __version__
from cco.api import dashboard, errors, metrics
from cco.api.access import Cookie, Pace, Signer, signing_key
from cco.api.answers import Answers
from cco.api.deps import guards
from cco.api.job_feed import JobFeed
from cco.api.observe import Bounds, Observe
from cco.api.routes import (
    auth,
    costs,
    health,
    jobs,
    loads,
    orgs,
    resources,
    sources,
    tokens,
    uploads,
    users,
)
from cco.wiring import Wiring

PREFIX = "/api/v1"

_TAGS = (
    ("costs", "What was charged, over time, by any dimension, and what changed."),
    ("resources", "What costs money, one by one."),
    ("sources", "The places bills come from."),
    ("uploads", "Bills from somebody's own machine."),
    ("loads", "What became of each delivery."),
    ("jobs", "Work that runs outside the request."),
    ("organisation", "The caller's organisation, its exchange rates and audit log."),
    ("users", "The people of the organisation, and oneself."),
    ("tokens", "API tokens for scripts."),
    ("auth", "Signing in and out."),
    ("health", "Is it alive, can it work?"),
)

_DESCRIPTION = """
Money is exact decimal text; time is UTC; windows end before their `end`. Errors are
`application/problem+json` (RFC 9457) with a stable `code` and a `remedy`. Cost answers carry an `ETag` that
changes only with the data: send it back as `If-None-Match` for a `304`.

Scripts send an API token (Settings → Tokens): `Authorization: Bearer cco_…`.
"""

_OPEN = (auth.router, health.router)
_GUARDED = (
    orgs.router,
    users.router,
    tokens.router,
    costs.router,
    resources.router,
    sources.router,
    uploads.router,
    loads.router,
    jobs.router,
)


def create_app(wiring: Wiring) -> FastAPI:
    """The API and the dashboard on top of what `wiring` has built."""
    settings = wiring.settings
    app = bare_app()
    signer = Signer(signing_key(settings.home, settings.secret_key))
    told = metrics.Metrics(wiring)
    app.state.wiring = wiring
    app.state.signer = signer
    app.state.cookie = Cookie(signer.installation, settings.public_url)
    app.state.pace = Pace(settings.requests_per_minute)
    app.state.answers = Answers()
    app.state.job_feed = JobFeed(wiring.database)
    app.state.metrics = told
    app.state.dashboard = settings.web_dist or dashboard.PACKAGED
    app.add_middleware(Bounds, but=(f"{PREFIX}/uploads",))
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(
        Observe,
        metrics=told,
        templates={guard.endpoint: guard.path for guard in guards(app)},
        https=(settings.public_url or "").startswith("https://"),
    )
    return app


def bare_app() -> FastAPI:
    """The routes alone, enough for the OpenAPI document; every request to it fails."""
    app = FastAPI(
        title="Cloud Cost Optimizer",
        version=__version__,
        summary="From a cloud bill to a proven saving.",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=[{"name": name, "description": told} for name, told in _TAGS],
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    errors.install(app)
    api = APIRouter(prefix=PREFIX, responses=errors.problems(*errors.EVERYWHERE))
    for router in _OPEN:
        api.include_router(router)
    for router in _GUARDED:
        api.include_router(router, responses=errors.problems(*errors.SIGNED_IN))
    app.include_router(api)
    app.include_router(metrics.router)
    app.include_router(dashboard.router)
    if undeclared := [guard.path for guard in guards(app) if not guard.declared]:
        raise RuntimeError(f"routes that declare no role: {', '.join(undeclared)}")
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finished(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    feed = cast(JobFeed | None, getattr(app.state, "job_feed", None))
    if feed is not None:
        feed.close()


def _operation_id(route: APIRoute) -> str:
    return route.name


def _finished(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each kind of problem described once, under its own media type."""
    shared: dict[str, Any] = {}
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for status, answer in answers.items():
                content = answer.get("content", {})
                schema = content.get("application/json", {}).get("schema", {})
                if schema.get("$ref", "").endswith("/Problem"):
                    problem = {**content[errors.MEDIA], "schema": schema}
                    shared[f"Problem{status}"] = {**answer, "content": {errors.MEDIA: problem}}
                    answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    document["components"]["responses"] = dict(sorted(shared.items()))
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document
