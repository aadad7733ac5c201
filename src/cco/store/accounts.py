"""Accounts: the cloud accounts, subscriptions and projects that were charged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.store.database import noun
from cco.store.tables import AccountRow


class SeenAccount(Protocol):
    """What a delivery says about an account; times aware, UTC."""

    @property
    def provider(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def billing_account_id(self) -> str | None: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def last_seen(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Account:
    """A cloud account, subscription or project. name: the newest one any bill gave it."""

    org_id: str
    provider: str
    account_id: str
    name: str | None
    billing_account_id: str | None
    first_seen: datetime
    last_seen: datetime


class Accounts:
    """The accounts of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def seen(self, org_id: str, accounts: Iterable[SeenAccount]) -> None:
        """Adds accounts, or widens their time and takes the newer bill's name. The same twice changes
        nothing; each may come once."""
        values = [
            {
                "org_id": org_id,
                "provider": each.provider,
                "account_id": each.account_id,
                "name": each.name,
                "billing_account_id": each.billing_account_id,
                "first_seen": each.first_seen,
                "last_seen": each.last_seen,
            }
            for each in sorted(accounts, key=lambda each: (each.provider, each.account_id))
        ]
        for start in range(0, len(values), 1_000):
            statement = insert(AccountRow).values(values[start : start + 1_000])
            new, newer = statement.excluded, statement.excluded.last_seen >= AccountRow.last_seen
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["org_id", "provider", "account_id"],
                    set_={
                        name: case(
                            (newer, func.coalesce(new[name], getattr(AccountRow, name))),
                            else_=func.coalesce(getattr(AccountRow, name), new[name]),
                        )
                        for name in ("name", "billing_account_id")
                    }
                    | {
                        "first_seen": func.least(AccountRow.first_seen, new.first_seen),
                        "last_seen": func.greatest(AccountRow.last_seen, new.last_seen),
                    },
                )
            )

    def all(self, org_id: str) -> Sequence[Account]:
        """An organisation's accounts by provider and id."""
        rows = self._session.scalars(
            select(AccountRow)
            .where(AccountRow.org_id == org_id)
            .order_by(AccountRow.provider, AccountRow.account_id)
        )
        return tuple(noun(Account, row) for row in rows)

    def names(self, org_id: str) -> dict[tuple[str, str], str]:
        """(provider, account id) → name, where there is one."""
        rows = self._session.execute(
            select(AccountRow.provider, AccountRow.account_id, AccountRow.name).where(
                AccountRow.org_id == org_id, AccountRow.name.is_not(None)
            )
        )
        return {(row.provider, row.account_id): row.name for row in rows if row.name}
