"""Time: aware UTC, half-open windows, and the clock that tests replace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from cco.core.errors import InvalidInput


class Clock(Protocol):
    """Where "now" comes from; a field wherever time matters, so that tests can set it."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests and reproducible runs."""

    at: datetime

    def now(self) -> datetime:
        """Always the same moment."""
        return self.at


@dataclass(frozen=True, slots=True)
class Days:
    """Whole UTC days, ``start`` included and ``end`` excluded, as in FOCUS charge periods."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(
                f"The window {self.start} to {self.end} is empty.",
                remedy="The end is exclusive and must be later than the start.",
                code="empty-window",
            )

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __iter__(self) -> Iterator[date]:
        for offset in range(len(self)):
            yield self.start + timedelta(days=offset)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def previous(self) -> Days:
        """What this window is compared with: the whole months before it when it is made of whole
        months, else the same number of days just before it."""
        if self.start.day == 1 and self.end.day == 1:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
            return Days(add_months(self.start, -months), self.start)
        return Days(self.start - timedelta(days=len(self)), self.start)

    def months(self) -> list[date]:
        """First days of the months this window touches, oldest first."""
        result = []
        month = self.start.replace(day=1)
        while month < self.end:
            result.append(month)
            month = add_months(month, 1)
        return result


def month_of(day: date) -> Days:
    """The calendar month that holds this day."""
    start = day.replace(day=1)
    return Days(start, add_months(start, 1))


def add_months(first_of_month: date, months: int) -> date:
    """The first day of the month so many months later (earlier where negative)."""
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
