"""Limits on tries that hold over all processes, because they are counted in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.store.tables import ThrottleRow


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of one key within a window; the window starts with the first of them."""

    key: str
    tries: int
    window: timedelta


class Throttle:
    """Counts tries. Commit before the try itself, so that many at once are all counted."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, limit: Limit, now: datetime) -> float | None:
        """Counts a try; None where it is allowed, else the seconds until another one is.

        Atomic: concurrent tries of one key wait for each other on its row.
        """
        fresh = ThrottleRow.since < now - limit.window
        found = self._session.execute(
            insert(ThrottleRow)
            .values(key=limit.key, tries=1, since=now)
            .on_conflict_do_update(
                index_elements=[ThrottleRow.key],
                set_={
                    "tries": case((fresh, 1), else_=func.least(ThrottleRow.tries + 1, limit.tries + 1)),
                    "since": case((fresh, now), else_=ThrottleRow.since),
                },
            )
            .returning(ThrottleRow.tries, ThrottleRow.since)
        ).one()
        if found.tries <= limit.tries:
            return None
        wait: timedelta = found.since + limit.window - now
        return max(1.0, wait.total_seconds())

    def clear(self, *keys: str) -> None:
        """Forgets the tries of these keys: they ended well."""
        self._session.execute(delete(ThrottleRow).where(ThrottleRow.key.in_(keys)))

    def forget(self, before: datetime) -> None:
        """Removes the keys whose window began before this moment."""
        self._session.execute(delete(ThrottleRow).where(ThrottleRow.since < before))
