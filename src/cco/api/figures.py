"""From exact decimals to what goes over the wire: text, shares, and how it was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from cco.api.schemas.base import Figure, MissingRateOut, Window
from cco.api.schemas.costs import Computed, CostKindName, RateUsed
from cco.core.charge import CostKind
from cco.core.money import plain
from cco.core.window import Days
from cco.store.cost import Amount, Evidence

KINDS = {
    CostKindName.EFFECTIVE: CostKind.EFFECTIVE,
    CostKindName.BILLED: CostKind.BILLED,
    CostKindName.LIST: CostKind.LIST,
    CostKindName.CONTRACTED: CostKind.CONTRACTED,
}


def text(amount: Amount) -> str | None:
    """The amount as it stands in JSON; null where it is unknown."""
    return None if amount is None else plain(amount)


def figure(amount: Amount, currency: str, evidence: Evidence) -> Figure:
    """An amount with the exchange rates it lacks."""
    missing = evidence.missing_rates if amount is None else ()
    return Figure(
        amount=text(amount),
        currency=currency,
        missing_rates=[MissingRateOut(currency=code, period=period) for code, period in missing],
    )


def difference(now: Amount, before: Amount) -> Amount:
    """now − before, unknown where either is."""
    return None if now is None or before is None else now - before


def share(part: Amount, whole: Amount) -> float | None:
    """part ÷ |whole| as a float for display; null where it says nothing."""
    if part is None or whole is None or whole == 0:
        return None
    return float(part / abs(whole))


def window(days: Days) -> Window:
    """The window as it stands in JSON."""
    return Window(start=days.start, end=days.end)


def computed(evidence: Evidence, kind: CostKind, charges: int, *, formula: str = "") -> Computed:
    """What an answer rests on."""
    converted = ", each billing period converted with its rate" if evidence.rates else ""
    return Computed(
        formula=formula or f"Σ {kind.value} over {charges:,} charges{converted}",
        charges=charges,
        source="rollup" if evidence.source == "rollup" else "charges",
        data_until=evidence.data_until,
        loaded_at=evidence.loaded_at,
        snapshot=evidence.snapshot,
        currencies=list(evidence.currencies),
        rates=[RateUsed(currency=c, period=p, rate=plain(r)) for c, p, r in evidence.rates],
    )


def starts(days: Days, granularity: str) -> list[date]:
    """First days of the buckets a window is cut into; the first may be cut short."""
    if granularity == "day":
        return list(days)
    if granularity == "month":
        months = days.months()
        return [max(month, days.start) for month in months]
    monday = days.start - timedelta(days=days.start.weekday())
    result = []
    while monday < days.end:
        result.append(max(monday, days.start))
        monday += timedelta(days=7)
    return result


def aligned(
    found: Mapping[date, Amount], buckets: Sequence[date], known: Days | None, *, end: date
) -> list[str | None]:
    """Amounts per bucket: 0 on days we have a bill for, null before the first and after the last."""
    following = [*buckets[1:], end]
    result: list[str | None] = []
    for start, stop in zip(buckets, following, strict=True):
        covered = known is not None and start < known.end and stop > known.start
        if start in found:
            result.append(text(found[start]))
        else:
            result.append("0" if covered else None)
    return result


def added(series: Sequence[Mapping[date, Amount]]) -> dict[date, Amount]:
    """Bucket-wise sum; unknown where any part is."""
    result: dict[date, Amount] = {}
    for each in series:
        for day, amount in each.items():
            held = result.get(day, Decimal(0))
            result[day] = None if held is None or amount is None else held + amount
    return result


def granularity_for(days: Days) -> str:
    """Buckets for a sparkline: at most 62 points."""
    if len(days) <= 62:
        return "day"
    return "week" if len(days) <= 62 * 7 else "month"


def month_to_date(until: date) -> Days:
    """The month of the last day with data, up to and including it."""
    return Days(until.replace(day=1), until + timedelta(days=1))
