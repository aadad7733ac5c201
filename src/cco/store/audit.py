"""The log of who did what. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cco.store.tables import AuditEventRow

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something somebody did.

    actor: an e-mail address, ``token:<prefix>`` or ``system``; action: a hyphenated verb;
    subject: what it was done to, as people call it. details never hold a secret.
    """

    id: str
    org_id: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Detail]


class Audit:
    """The audit log within one transaction: an event is kept exactly when its cause is."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(
        self,
        org_id: str,
        at: datetime,
        *,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        """Adds an event."""
        self._session.add(
            AuditEventRow(
                org_id=org_id, at=at, actor=actor, action=action, subject=subject, details=dict(details or {})
            )
        )

    def page(self, org_id: str, *, limit: int, before: str | None = None) -> list[AuditEvent]:
        """An organisation's events, newest first, older than the event `before`."""
        query = select(AuditEventRow).where(AuditEventRow.org_id == org_id)
        if before is not None:
            query = query.where(AuditEventRow.id < before)
        rows = self._session.scalars(query.order_by(AuditEventRow.id.desc()).limit(limit))
        return [
            AuditEvent(row.id, row.org_id, row.at, row.actor, row.action, row.subject, dict(row.details))
            for row in rows
        ]
