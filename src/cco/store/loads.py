"""Loads: what became of each delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.core.errors import NotFound
from cco.store.database import noun
from cco.store.tables import JobRow, LoadRow


@dataclass(frozen=True, slots=True)
class Load:
    """One delivery and what became of it.

    part: what it replaces within its source; totals: of what the lake holds, source_totals: of what the
    delivery says, both [{currency, billed, effective, list, contracted}] with money as text; error:
    {code, message, remedy, …} of a rejected one; rejects_path: the file of rejected rows.
    """

    id: str
    org_id: str
    source_id: str
    job_id: str | None
    part: str
    file: str
    content_hash: str
    bytes: int
    format: str | None
    status: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    billing_periods: list[date]
    totals: list[Any]
    source_totals: list[Any]
    warnings: list[Any]
    error: dict[str, Any] | None
    snapshot_id: int | None
    rejects_path: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Loads:
    """The loads of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self,
        org_id: str,
        load_id: str,
        *,
        source_id: str,
        job_id: str | None,
        part: str,
        file: str,
        bytes: int,
        started_at: datetime,
    ) -> None:
        """Notes that a load runs; another attempt at the same load starts it afresh."""
        fresh: dict[str, Any] = {
            "status": "running",
            "source_id": source_id,
            "job_id": job_id,
            "part": part,
            "file": file,
            "bytes": bytes,
            "started_at": started_at,
            "finished_at": None,
            "error": None,
        }
        self._session.execute(
            insert(LoadRow)
            .values(id=load_id, org_id=org_id, **fresh)
            .on_conflict_do_update(
                index_elements=["id"],
                set_=fresh,
                where=(LoadRow.org_id == org_id) & LoadRow.status.in_(("pending", "running")),
            )
        )

    def save(self, org_id: str, load_id: str, **columns: Any) -> bool:
        """Sets columns of a load; False where there is no such load."""
        found = self._session.execute(
            update(LoadRow)
            .where(LoadRow.org_id == org_id, LoadRow.id == load_id)
            .values(**columns)
            .returning(LoadRow.id)
        )
        return found.first() is not None

    def find(self, org_id: str, load_id: str) -> Load | None:
        """The load, or None."""
        row = self._session.get(LoadRow, load_id)
        return noun(Load, row) if row is not None and row.org_id == org_id else None

    def get(self, org_id: str, load_id: str) -> Load:
        """Raises NotFound."""
        found = self.find(org_id, load_id)
        if found is None:
            raise NotFound("There is no such load.")
        return found

    def of_content(self, org_id: str, content_hash: str) -> Sequence[Load]:
        """Loads of this very content that went into the lake, newest first."""
        rows = self._session.scalars(
            select(LoadRow)
            .where(LoadRow.org_id == org_id, LoadRow.content_hash == content_hash, LoadRow.status == "loaded")
            .order_by(LoadRow.created_at.desc(), LoadRow.id.desc())
        )
        return tuple(noun(Load, row) for row in rows)

    def page(
        self,
        org_id: str,
        *,
        limit: int,
        source_id: str | None = None,
        status: str | None = None,
        job_id: str | None = None,
        before: tuple[datetime, str] | None = None,
    ) -> Sequence[Load]:
        """Loads, newest first, older than the (created_at, id) `before`."""
        query = select(LoadRow).where(LoadRow.org_id == org_id)
        if source_id is not None:
            query = query.where(LoadRow.source_id == source_id)
        if status is not None:
            query = query.where(LoadRow.status == status)
        if job_id is not None:
            query = query.where(LoadRow.job_id == job_id)
        if before is not None:
            query = query.where(tuple_(LoadRow.created_at, LoadRow.id) < before)
        rows = self._session.scalars(
            query.order_by(LoadRow.created_at.desc(), LoadRow.id.desc()).limit(limit)
        )
        return tuple(noun(Load, row) for row in rows)

    def stranded(self) -> Sequence[tuple[Load, dict[str, Any] | None]]:
        """Unfinished loads of jobs that have ended, with the job's error."""
        rows = self._session.execute(
            select(LoadRow, JobRow.error)
            .join(JobRow, LoadRow.job_id == JobRow.id)
            .where(
                LoadRow.status.in_(("pending", "running")),
                JobRow.state.in_(("succeeded", "failed", "cancelled")),
            )
        )
        return tuple((noun(Load, row), error) for row, error in rows)

    def newest(self, org_id: str) -> dict[str, Load]:
        """The newest load of each source, by source id."""
        rows = self._session.scalars(
            select(LoadRow)
            .where(LoadRow.org_id == org_id)
            .distinct(LoadRow.source_id)
            .order_by(LoadRow.source_id, LoadRow.created_at.desc(), LoadRow.id.desc())
        )
        return {row.source_id: noun(Load, row) for row in rows}

    def count(self) -> dict[str, int]:
        """How many loads have each status."""
        rows = self._session.execute(select(LoadRow.status, func.count()).group_by(LoadRow.status))
        return {str(status): int(count) for status, count in rows}
