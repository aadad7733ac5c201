"""A running API in a test, and the people who call it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from cco.core.role import Role
from cco.store import passwords
from cco.store.identity import Identity, Principal, SignedIn
from cco.store.orgs import DEFAULT, DEMO, Orgs
from cco.wiring import Wiring

PASSWORD = "correct horse battery"
HASH = passwords.hashed(PASSWORD)


@dataclass
class MovableClock:
    """A clock that a test moves."""

    at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Server:
    """A running API, and people to call it as."""

    url: str
    wiring: Wiring
    clock: MovableClock
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """Somebody's connection; without a token, anybody's."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        made = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        self.clients.append(made)
        return made

    def member(self, email: str, role: Role, org: str = DEFAULT) -> Principal:
        """A user of an organisation whose password is PASSWORD."""
        with self.wiring.database.transaction() as session:
            found = Orgs(session).ensure(org)
            identity = Identity(session, self.clock)
            admin = Principal(None, found, Role.ADMIN, None, None, "test")  # type: ignore[arg-type]
            _, token = identity.invite(admin, email, role)
            done = identity.use_link(
                token,
                email=None,
                name=email.partition("@")[0].title(),
                password_hash=HASH,
                proven=True,
                user_agent=None,
            )
            assert isinstance(done, SignedIn)
            return done.principal

    def as_(self, role: Role, org: str = DEFAULT) -> httpx.Client:
        """The connection of a fresh member with this role, by API token."""
        return self.client(self.token(self.member(f"{role}-{time.time_ns()}@example.com", role, org)))

    def token(self, who: Principal) -> str:
        """An API token of somebody, with their role."""
        with self.wiring.database.transaction() as session:
            return Identity(session, self.clock).make_token(who, "test", who.role, None)[1]

    def demo_token(self) -> str:
        """The token of a fresh demo link."""
        with self.wiring.database.transaction() as session:
            return Identity(session, self.clock).demo_token(Orgs(session).ensure(DEMO))

    def setup_token(self) -> str:
        """The token of a fresh set-up link."""
        with self.wiring.database.transaction() as session:
            return Identity(session, self.clock).setup_token(Orgs(session).ensure(DEFAULT))
