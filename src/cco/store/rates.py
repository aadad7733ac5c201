"""Exchange rates: one per currency and billing month, into the reporting currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cco.core.errors import InvalidInput
from cco.core.money import plain
from cco.store.tables import ExchangeRateRow


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is worth `rate` of `reporting_currency` for bills of the month `period`."""

    currency: str
    reporting_currency: str
    period: date
    rate: Decimal


class Rates:
    """The exchange rates of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, org_id: str, rates: Iterable[Rate]) -> int:
        """Adds rates or takes the place of those there; how many. Raises InvalidInput for a rate that is
        not above zero, needs more than 12 decimals, or is of a day within a month."""
        values = {}
        for each in rates:
            checked(each)
            values[each.currency, each.reporting_currency, each.period] = {
                "org_id": org_id,
                "currency": each.currency,
                "reporting_currency": each.reporting_currency,
                "period": each.period,
                "rate": each.rate,
            }
        rows = [values[key] for key in sorted(values)]
        for start in range(0, len(rows), 1_000):
            statement = insert(ExchangeRateRow).values(rows[start : start + 1_000])
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["org_id", "currency", "reporting_currency", "period"],
                    set_={"rate": statement.excluded.rate},
                )
            )
        return len(rows)

    def into(self, org_id: str, reporting_currency: str) -> Sequence[Rate]:
        """The rates into one currency, newest month first."""
        rows = self._session.scalars(
            select(ExchangeRateRow)
            .where(ExchangeRateRow.org_id == org_id, ExchangeRateRow.reporting_currency == reporting_currency)
            .order_by(ExchangeRateRow.period.desc(), ExchangeRateRow.currency)
        )
        return tuple(Rate(row.currency, row.reporting_currency, row.period, row.rate) for row in rows)

    def remove(
        self,
        org_id: str,
        reporting_currency: str,
        *,
        currency: str | None = None,
        period: date | None = None,
    ) -> int:
        """Forgets the rates into one currency: all, or of one currency, one month, or both. How many."""
        query = delete(ExchangeRateRow).where(
            ExchangeRateRow.org_id == org_id, ExchangeRateRow.reporting_currency == reporting_currency
        )
        if currency is not None:
            query = query.where(ExchangeRateRow.currency == currency)
        if period is not None:
            query = query.where(ExchangeRateRow.period == period)
        return len(self._session.execute(query.returning(ExchangeRateRow.currency)).all())


def checked(rate: Rate) -> None:
    """Raises InvalidInput where a rate can't be kept exactly or makes no sense."""
    exponent = rate.rate.as_tuple().exponent
    if not isinstance(exponent, int) or rate.rate <= 0:
        raise InvalidInput(
            f"The rate of {rate.currency} for {rate.period:%B %Y} is not a number above zero.",
            remedy="Write how much of the reporting currency one unit buys, like 1.0841.",
            code="bad-rate",
        )
    if exponent < -12 or rate.rate >= Decimal(10) ** 8:
        raise InvalidInput(
            f"The rate of {rate.currency} for {rate.period:%B %Y}, {plain(rate.rate)}, is too long.",
            remedy="Round it to 12 decimals; it must be below 100,000,000.",
            code="bad-rate",
        )
    if rate.period.day != 1:
        raise InvalidInput(
            f"{rate.period} is not the first day of a month.",
            remedy="Give one rate per billing month, dated its first day.",
            code="bad-rate",
        )
