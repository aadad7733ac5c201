"""What routes are given: the wiring, a transaction, the caller, and whether they may.

Deny by default: every route states the least role that may call it with `may(Role.…)`, or that it
is `public`; `guards` lists them all, and the app refuses to start with one that states neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, cast

import structlog
from fastapi import Depends, FastAPI, Path, Query, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cco.api.access import Cookie, Pace, Signer
from cco.core.errors import NotAllowed, NotAuthenticated
from cco.core.role import Role
from cco.store.api_tokens import MARK, ApiTokens
from cco.store.database import Session
from cco.store.identity import Identity, Principal
from cco.wiring import Wiring

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An access token of the dashboard (minutes), or an API token (`cco_…`).",
)


async def wired(request: Request) -> Wiring:
    """Everything the process was built with."""
    return cast(Wiring, request.app.state.wiring)


async def signer(request: Request) -> Signer:
    """Makes and reads access tokens."""
    return cast(Signer, request.app.state.signer)


async def refresh_cookie(request: Request) -> Cookie:
    """Keeps the refresh token in the browser."""
    return cast(Cookie, request.app.state.cookie)


Wired = Annotated[Wiring, Depends(wired)]
Signing = Annotated[Signer, Depends(signer)]
RefreshCookie = Annotated[Cookie, Depends(refresh_cookie)]


def transaction(wiring: Wired) -> Iterator[Session]:
    """One transaction for the request, committed before the answer leaves, undone by an error."""
    with wiring.database.transaction() as session:
        yield session


TRANSACTIONS = 16
"""Transactions of requests that are open at once in a process. Fewer than the pool has connections (20),
so that whoever holds one and asks the lake too, which takes another, never waits for somebody who does
the same; further requests wait their turn without a thread."""

Transaction = Annotated[Session, Depends(transaction, scope="function", max_concurrency=TRANSACTIONS)]


def caller(
    request: Request,
    wiring: Wired,
    signing: Signing,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Principal:
    """Who asks, as they are at this moment. Raises NotAuthenticated, TooMany."""
    if credentials is None:
        raise NotAuthenticated(
            "Nobody is signed in.", remedy="Sign in, or send an API token as Authorization: Bearer cco_…."
        )
    secret = credentials.credentials
    with wiring.database.transaction() as session:
        if secret.startswith(MARK):
            found = ApiTokens(session, wiring.clock).principal(secret)
        else:
            claims = signing.read(secret, wiring.clock.now())
            identity = Identity(session, wiring.clock)
            found = identity.session_principal(claims.user_id, claims.org_id, claims.session_id)
    pace = cast(Pace, request.app.state.pace)
    pace.take(found.token_id or f"{found.user.id} {found.org.id}")
    request.scope["cco.principal"] = found
    return found


Caller = Annotated[Principal, Depends(caller)]


class May:
    """Lets pass whoever has at least this role in the organisation they ask in."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, who: Caller) -> None:
        """Raises NotAllowed."""
        structlog.contextvars.bind_contextvars(org_id=who.org.id, actor_id=who.token_id or who.user.id)
        if not who.role.covers(self.role):
            raise NotAllowed(
                f"This takes the role {self.role}; yours here is {who.role}.",
                remedy="Ask an admin of the organisation.",
                code="role-missing",
            )


_MAY = {role: May(role) for role in Role}


def may(role: Role) -> May:
    """The dependency that asks for this role; put it on the route or its router."""
    return _MAY[role]


async def public() -> None:
    """The route is open to everybody, signed in or not."""


def real_data(who: Principal) -> None:
    """Raises NotAllowed in the demo: real bills never mix with the simulated company."""
    if who.org.is_demo:
        raise NotAllowed(
            "The demo holds the simulated company, and real bills never go there.",
            remedy="Switch to your own organisation, or set one up with the link in the terminal.",
            code="demo",
        )


@dataclass(frozen=True, slots=True)
class Guarded:
    """A route of the API and who may call it. role: the least that may, None where it is public;
    declared: the route says so."""

    methods: tuple[str, ...]
    path: str
    endpoint: Callable[..., Any] | None
    role: Role | None
    declared: bool


def guards(app: FastAPI) -> list[Guarded]:
    """Every route of the app with the role that it asks for."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            continue
        calls = list(_calls(dependant))
        roles = [call.role for call in calls if isinstance(call, May)]
        role = max(roles, key=lambda role: role.rank) if roles else None
        found.append(
            Guarded(
                methods=tuple(sorted(route.methods or ())),
                path=route.path or "",
                endpoint=route.endpoint,
                role=role,
                declared=bool(roles) or public in calls,
            )
        )
    return found


def _calls(dependant: Dependant) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


UUID = r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
Id = Annotated[str, Path(pattern=UUID, examples=["019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44"])]
"""An id in an address."""

IdQuery = Annotated[str | None, Query(pattern=UUID)]
"""An id to look for."""

IdCursor = Annotated[str | None, Query(pattern=UUID, description="`next` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=200, description="Rows of a page.")]
