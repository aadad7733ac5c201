"""Organisations: whose data it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, NotFound
from cco.store.database import noun
from cco.store.tables import OrgRow, new_id

DEFAULT = "default"
DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Org:
    """slug: its short name in commands; is_demo: holds simulated data and never real bills."""

    id: str
    slug: str
    name: str
    reporting_currency: str
    is_demo: bool
    created_at: datetime


class Orgs:
    """The organisations of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ensure(self, slug: str) -> Org:
        """The organisation of this name, made when it is not there: ``demo`` for the simulated company,
        any other for real data."""
        self._session.execute(
            insert(OrgRow)
            .values(
                id=new_id(),
                slug=slug,
                name={DEFAULT: "My organisation", DEMO: "Demo company"}.get(slug, slug),
                is_demo=slug == DEMO,
            )
            .on_conflict_do_nothing(index_elements=["slug"])
        )
        return self.by_slug(slug)

    def create(self, slug: str, name: str, reporting_currency: str = "USD") -> Org:
        """A new organisation for real data. Raises Conflict where the slug is taken."""
        row = self._session.scalar(
            insert(OrgRow)
            .values(id=new_id(), slug=slug, name=name, reporting_currency=reporting_currency)
            .on_conflict_do_nothing(index_elements=["slug"])
            .returning(OrgRow)
        )
        if row is None:
            raise Conflict(f"There is an organisation {slug!r} already.", remedy="Choose another name.")
        return noun(Org, row)

    def get(self, org_id: str) -> Org:
        """Raises NotFound."""
        row = self._session.get(OrgRow, org_id)
        if row is None:
            raise NotFound("There is no such organisation.")
        return noun(Org, row)

    def by_slug(self, slug: str) -> Org:
        """Raises NotFound, naming those there are."""
        row = self._session.scalar(select(OrgRow).where(OrgRow.slug == slug))
        if row is None:
            there = ", ".join(org.slug for org in self.all()) or "none yet"
            raise NotFound(f"There is no organisation {slug!r}.", remedy=f"Choose one of: {there}.")
        return noun(Org, row)

    def all(self) -> Sequence[Org]:
        """Every organisation, oldest first."""
        rows = self._session.scalars(select(OrgRow).order_by(OrgRow.created_at, OrgRow.id))
        return tuple(noun(Org, row) for row in rows)

    def change(self, org_id: str, *, name: str | None = None, reporting_currency: str | None = None) -> Org:
        """The organisation with a new name or reporting currency. Raises NotFound."""
        row = self._session.get(OrgRow, org_id, with_for_update=True)
        if row is None:
            raise NotFound("There is no such organisation.")
        if name is not None:
            row.name = name
        if reporting_currency is not None:
            row.reporting_currency = reporting_currency
        self._session.flush()
        return noun(Org, row)
