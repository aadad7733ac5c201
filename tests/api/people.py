"""A running API in a test, and the people who call it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from cco.core.role import Role
from cco.ingest.sources import ingest_paths
from cco.store import passwords
from cco.store.api_tokens import ApiTokens
from cco.store.identity import Identity, Principal, SignedIn
from cco.store.orgs import DEFAULT, DEMO, Orgs
from cco.store.sources import Sources
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
    app: FastAPI
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
            return ApiTokens(session, self.clock).make(who, "test", who.role, None)[1]

    def demo_token(self) -> str:
        """The token of a fresh demo link."""
        with self.wiring.database.transaction() as session:
            return Identity(session, self.clock).demo_token(Orgs(session).ensure(DEMO))

    def setup_token(self) -> str:
        """The token of a fresh set-up link."""
        with self.wiring.database.transaction() as session:
            return Identity(session, self.clock).setup_token(Orgs(session).ensure(DEFAULT))


def focus_csv(marker: str, *, days: int = 3, amount: str = "1.5", bad_rows: int = 0) -> bytes:
    """A small FOCUS 1.0 bill of October 2026, recognisable by `marker` wherever it shows."""
    columns = (
        "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingAccountId,BillingAccountName,"
        "BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
        "ChargeCategory,ChargeDescription,ChargeFrequency,ProviderName,PublisherName,InvoiceIssuerName,"
        "ServiceCategory,ServiceName,SubAccountId,SubAccountName,ResourceId,ResourceName,RegionId,Tags"
    )
    lines = [columns]
    for number in range(days + bad_rows):
        start = f"2026-10-{number % 28 + 1:02}T00:00:00Z"
        end = f"2026-10-{number % 28 + 2:02}T00:00:00Z"
        billed = amount if number < days else "not-a-number"
        lines.append(
            f"{billed},{amount},{amount},{amount},payer-{marker},Payer {marker},USD,"
            f"2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,{start},{end},Usage,Hours {marker},Usage-Based,"
            f"AWS,AWS,AWS,Compute,Amazon EC2,account-{marker},Shop {marker},i-{marker}-{number % 2},"
            f'web {marker},eu-central-1,"{{""team"": ""{marker}""}}"'
        )
    return ("\n".join(lines) + "\n").encode()


def loaded(server: Server, org_id: str, folder: Path, marker: str) -> str:
    """Loads a bill into an organisation from a folder, and tells the source's id."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{marker}.csv").write_bytes(focus_csv(marker))
    (report,) = ingest_paths(server.wiring.ingest(anywhere=True), org_id, [str(folder)])
    assert report.status == "loaded", report
    with server.wiring.database.transaction() as session:
        return next(one.id for one in Sources(session).all(org_id) if one.location == str(folder))
