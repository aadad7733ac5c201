"""Sources: the places bills come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import cast, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, NotFound
from cco.store.database import noun
from cco.store.tables import SourceRow, new_id

UPLOADS = "upload"
"""The location of an organisation's uploads."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place bills come from.

    kind: folder, s3, upload or simulated; location: an absolute path, ``s3://bucket/prefix``, ``upload``
    or ``simulated``. poll_minutes: how often to look, None: only when asked. last_error: what stood in
    the way of the last look, {code, message, remedy}.
    """

    id: str
    org_id: str
    name: str
    kind: str
    location: str
    settings: dict[str, Any]
    poll_minutes: int | None
    enabled: bool
    next_poll_at: datetime | None
    last_polled_at: datetime | None
    last_error: dict[str, Any] | None
    created_at: datetime


class Sources:
    """The sources of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def at(self, org_id: str, location: str, *, kind: str, name: str) -> Source:
        """The source of this location, made when it is new; several callers at once get the same."""
        self._session.execute(
            insert(SourceRow)
            .values(id=new_id(), org_id=org_id, location=location, kind=kind, name=name)
            .on_conflict_do_nothing(index_elements=["org_id", "location"])
        )
        row = self._session.scalars(
            select(SourceRow).where(SourceRow.org_id == org_id, SourceRow.location == location)
        ).one()
        return noun(Source, row)

    def create(
        self,
        org_id: str,
        *,
        name: str,
        kind: str,
        location: str,
        settings: Mapping[str, Any] | None = None,
        poll_minutes: int | None = None,
        enabled: bool = True,
        now: datetime,
    ) -> Source:
        """A new source, due at once where it is polled. Raises Conflict where the location is taken."""
        row = self._session.scalar(
            insert(SourceRow)
            .values(
                id=new_id(),
                org_id=org_id,
                name=name,
                kind=kind,
                location=location,
                settings=dict(settings or {}),
                poll_minutes=poll_minutes,
                enabled=enabled,
                next_poll_at=now if poll_minutes is not None else None,
            )
            .on_conflict_do_nothing(index_elements=["org_id", "location"])
            .returning(SourceRow)
        )
        if row is None:
            raise Conflict(
                f"{location} is connected already.",
                remedy="Change that source instead.",
                code="source-exists",
            )
        return noun(Source, row)

    def get(self, org_id: str, source_id: str) -> Source:
        """Raises NotFound."""
        return noun(Source, self._row(org_id, source_id))

    def all(self, org_id: str) -> Sequence[Source]:
        """An organisation's sources by name."""
        rows = self._session.scalars(
            select(SourceRow).where(SourceRow.org_id == org_id).order_by(SourceRow.name, SourceRow.id)
        )
        return tuple(noun(Source, row) for row in rows)

    def change(self, org_id: str, source_id: str, **columns: Any) -> Source:
        """The source with other values of name, settings, poll_minutes or enabled, whose next poll is
        left to `schedule`. Raises NotFound."""
        row = self._row(org_id, source_id)
        for name, value in columns.items():
            if name not in ("name", "settings", "poll_minutes", "enabled"):
                raise TypeError(f"a source's {name} can't be changed")
            setattr(row, name, value)
        self._session.flush()
        return noun(Source, row)

    def schedule(self, org_id: str, source_id: str, now: datetime) -> Source:
        """The source, due at once where it is enabled and polled, never else. Raises NotFound."""
        row = self._row(org_id, source_id)
        row.next_poll_at = now if row.enabled and row.poll_minutes is not None else None
        self._session.flush()
        return noun(Source, row)

    def take_due(self, now: datetime, limit: int = 20) -> Sequence[Source]:
        """The sources whose time to be polled has come, and sets the next time; each goes to one caller
        even where several ask at once."""
        rows = self._session.scalars(
            select(SourceRow)
            .where(SourceRow.enabled, SourceRow.poll_minutes.is_not(None), SourceRow.next_poll_at <= now)
            .order_by(SourceRow.next_poll_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.next_poll_at = now + timedelta(minutes=row.poll_minutes or 60)
        self._session.flush()
        return tuple(noun(Source, row) for row in rows)

    def polled(self, source_id: str, at: datetime, error: Mapping[str, Any] | None = None) -> None:
        """Notes that a source was looked at, and what stood in the way."""
        self._session.execute(
            update(SourceRow)
            .where(SourceRow.id == source_id)
            .values(last_polled_at=at, last_error=None if error is None else dict(error))
        )

    def seen(self, source_id: str) -> dict[str, str]:
        """Part → version of the deliveries that were handed on to be loaded."""
        return dict(self._session.scalar(select(SourceRow.seen).where(SourceRow.id == source_id)) or {})

    def remember(self, source_id: str, versions: Mapping[str, str]) -> None:
        """Adds to what `seen` tells."""
        self._session.execute(
            update(SourceRow)
            .where(SourceRow.id == source_id)
            .values(seen=SourceRow.seen.op("||")(cast(dict(versions), JSONB)))
        )

    def remove(self, org_id: str, source_id: str) -> None:
        """Forgets a source and its loads; its charges are `Lake.remove`'s. Raises NotFound."""
        self._row(org_id, source_id)
        self._session.execute(delete(SourceRow).where(SourceRow.id == source_id))

    def _row(self, org_id: str, source_id: str) -> SourceRow:
        row = self._session.get(SourceRow, source_id)
        if row is None or row.org_id != org_id:
            raise NotFound("There is no such source.")
        return row
