"""How much of each meter the company uses on each day, as exact integers.

The quantity of a day is base × (pattern × weekday × season × growth) × chance × planted events. It is
a function of (seed, meter, day) alone, made with multiplications only, so that every machine and
every length of simulation gets the same integer.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cco.clouds.simulated.catalogue import REGIONS, SKUS, Region, Sku, list_price
from cco.clouds.simulated.chance import date_of, day_number, key_of, normal
from cco.clouds.simulated.inventory import Meter, SimulatedResource, growth_level
from cco.clouds.simulated.organisation import Application, Pattern

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PATTERNS: Final = tuple(Pattern)

_SHOPPERS: Final = (1.03, 0.98, 0.97, 0.98, 0.95, 1.01, 1.08)
_BUSINESS: Final = (1.05, 1.07, 1.08, 1.07, 1.03, 0.86, 0.84)
"""Traffic by weekday, Monday first: of shops and of the rest."""

STORAGE_GROWTH: Final = 0.12
"""What is stored grows by this much a year more than the traffic that makes it."""

HOURS: Final[dict[Pattern, tuple[int, ...]]] = {
    Pattern.ALWAYS: (1,) * 24,
    Pattern.STORED: (1,) * 24,
    Pattern.MONTHLY: (1,) + (0,) * 23,
    Pattern.OFFICE_HOURS: (0,) * 7 + (1,) * 12 + (0,) * 5,
    Pattern.NIGHTLY: (0,) + (1,) * 6 + (0,) * 17,
    Pattern.BURSTY: (0,) * 9 + (2, 4, 4, 3, 2, 1) + (0,) * 9,
    Pattern.OFFICE: (1, 1, 1, 1, 1, 1, 2, 5, 9, 12, 13, 12, 10, 12, 13, 12, 10, 7, 4, 2, 2, 1, 1, 1),
    Pattern.TRAFFIC: (9, 6, 4, 3, 3, 4, 6, 8, 10, 12, 13, 14, 15, 15, 15, 15, 16, 17, 18, 19, 20, 19, 16, 12),
    Pattern.ELASTIC: (9, 8, 7, 7, 7, 7, 8, 9, 10, 11, 12, 12, 13, 13, 13, 13, 13, 14, 14, 15, 15, 14, 13, 11),
}
"""Share of the day's quantity by hour of the day, UTC."""


@lru_cache(maxsize=64)
def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def retail_season(day: date) -> float:
    """Demand of shoppers relative to an ordinary day: quiet spring, Black Friday week, December."""
    angle = 2 * math.pi * (day.timetuple().tm_yday - 340) / 365.25
    level = 1 + 0.07 * math.cos(angle)
    from_friday = (day - black_friday(day.year)).days
    peak = {-4: 1.1, -3: 1.12, -2: 1.18, -1: 1.35, 0: 1.95, 1: 1.55, 2: 1.45, 3: 1.8, 4: 1.25, 5: 1.15}
    level *= peak.get(from_friday, 1.0)
    if day.month == 12 and day.day <= 20 and from_friday > 5:
        level *= 1.18
    elif (day.month, day.day) in ((12, 24), (12, 25), (12, 26)):
        level *= 0.78
    return level


def is_holiday(day: date) -> bool:
    """Days on which offices are closed."""
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) in ((1, 1), (7, 4), (7, 3))


def _factor(pattern: Pattern, application: Application, day: date) -> float:
    """Quantity relative to the meter's base, without chance; nine decimals, the same everywhere."""
    number = day_number(day)
    working = day.weekday() < 5 and not is_holiday(day)
    match pattern:
        case Pattern.ALWAYS:
            value = 1.0
        case Pattern.OFFICE_HOURS:
            value = 0.5 if working else 0.0
        case Pattern.NIGHTLY:
            value = 1.0 if day.weekday() != 6 else 0.6
        case Pattern.MONTHLY:
            value = 1.0 if day.day == 1 else 0.0
        case Pattern.STORED:
            value = growth_level(application.growth + STORAGE_GROWTH, number)
        case Pattern.OFFICE | Pattern.BURSTY:
            value = (1.0 if working else 0.18) * growth_level(application.growth, number)
        case Pattern.TRAFFIC | Pattern.ELASTIC:
            weekday = (_SHOPPERS if application.seasonal >= 0.5 else _BUSINESS)[day.weekday()]
            season = 1 + application.seasonal * (retail_season(day) - 1)
            if pattern is Pattern.ELASTIC:
                value = min(1.0, 0.3 + 0.42 * weekday * season)
            else:
                value = weekday * season * growth_level(application.growth, number)
    return round(value, 9)


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a planted event does to some meters: their quantity times a factor per day.

    lines: indices of meters; start: day number of factors[0].
    """

    lines: Ints
    start: int
    factors: Floats


class Demand:
    """Every meter of a set of resources, one row of each array a meter, older resources first."""

    def __init__(self, seed: int, resources: Sequence[SimulatedResource]) -> None:
        self.resources = resources
        self.meters: list[Meter] = []
        self.offers: list[tuple[Sku, Region]] = []
        """What is sold where: a SKU in a region."""
        self.applications: list[Application] = []
        offer_of: dict[tuple[str, str], int] = {}
        application_of: dict[str, int] = {}
        resource_index, offer_index, series, keys = [], [], [], []
        for index, resource in enumerate(resources):
            provider = resource.account.provider
            app = application_of.setdefault(resource.application.tag, len(application_of))
            if app == len(self.applications):
                self.applications.append(resource.application)
            for nth, meter in enumerate(resource.meters):
                offer = offer_of.setdefault((meter.sku, resource.region), len(offer_of))
                if offer == len(self.offers):
                    self.offers.append((SKUS[meter.sku], REGIONS[provider][resource.region]))
                self.meters.append(meter)
                resource_index.append(index)
                offer_index.append(offer)
                series.append(_PATTERNS.index(meter.pattern) + len(_PATTERNS) * app)
                keys.append(key_of(seed, resource.key, nth, "noise"))
        self.resource = np.array(resource_index, np.int64)
        self.offer = np.array(offer_index, np.int64)
        self.series = np.array(series, np.int64)
        self.keys = np.array(keys, np.uint64)
        digits = np.array([sku.digits for sku, _ in self.offers], np.int64)[self.offer]
        self.digits = digits
        self.base = np.array([meter.per_day for meter in self.meters]) * 10.0**digits
        self.noise = np.array([meter.noise for meter in self.meters])
        self.month_units = np.array([meter.month_units for meter in self.meters])
        self.bursty = np.array([meter.pattern is Pattern.BURSTY for meter in self.meters])
        self.launched = np.array([resource.launched for resource in resources], np.int64)[self.resource]
        self.ended = np.array([resource.ended for resource in resources], np.int64)[self.resource]
        self.list_price = np.array([list_price(*offer) for offer in self.offers], np.int64)[self.offer]
        discounts = np.array([100 - r.account.billing.discount_percent for r in resources], np.int64)
        own = np.array([not sku.publisher for sku, _ in self.offers])[self.offer]
        percent = np.where(own, discounts[self.resource], 100)
        self.contracted_price = (self.list_price * percent + 50) // 100
        self.dynamic = np.array([sku.dynamic for sku, _ in self.offers])[self.offer]
        self.effects: list[Effect] = []

    def __len__(self) -> int:
        return len(self.meters)

    def service_of(self, resource: SimulatedResource) -> str | None:
        """The service that a resource is charged under: that of its first meter."""
        return SKUS[resource.meters[0].sku].service if resource.meters else None

    def alive(self, first: int, end: int) -> Ints:
        """The meters of resources that exist on some day from `first` until before `end`."""
        return np.flatnonzero((self.launched < end) & (self.ended > first))

    def quantities(self, lines: Ints, days: Ints, *, planted: bool = True) -> Ints:
        """Quantities in 10⁻ᵠ pricing units, shape (lines, days). planted: with the planted events."""
        dates = [date_of(int(day)) for day in days]
        series, inverse = np.unique(self.series[lines], return_inverse=True)
        factors = np.array(
            [
                [_factor(_PATTERNS[one % len(_PATTERNS)], self.applications[one // len(_PATTERNS)], day)
                 for day in dates]
                for one in series.tolist()
            ]
        ).reshape(len(series), len(dates))  # fmt: skip
        result = factors[inverse] * self.base[lines][:, None]
        shares = 1.0 / np.array([monthrange(day.year, day.month)[1] for day in dates])
        monthly = self.month_units[lines]
        result[monthly] *= shares
        noisy = np.flatnonzero(self.noise[lines] > 0)
        if noisy.size:
            chance = normal(self.keys[lines[noisy]], days) * self.noise[lines[noisy]][:, None]
            result[noisy] *= np.maximum(chance + 1.0, 0.05)
        bursty = np.flatnonzero(self.bursty[lines])
        if bursty.size:
            result[bursty] *= normal(self.keys[lines[bursty]] ^ np.uint64(0xB0057), days) > 0.8
        if planted:
            self._plant(result, lines, days)
        result[(days < self.launched[lines][:, None]) | (days >= self.ended[lines][:, None])] = 0.0
        return np.asarray(np.rint(result), np.int64)

    def _plant(self, result: Floats, lines: Ints, days: Ints) -> None:
        if not days.size or not lines.size:
            return
        for effect in self.effects:
            hit = np.flatnonzero((days >= effect.start) & (days < effect.start + len(effect.factors)))
            if not hit.size:
                continue
            where = np.searchsorted(lines, effect.lines)
            where = where[(where < len(lines))]
            where = where[np.isin(lines[where], effect.lines)]
            if where.size:
                result[np.ix_(where, hit)] *= effect.factors[days[hit] - effect.start]

    def hourly(self, quantities: Ints, lines: Ints) -> Ints:
        """Daily quantities spread over the hours: (lines, days) becomes (lines, days × 24), with the
        same sums."""
        tables = np.array([_cumulative(HOURS[pattern]) for pattern in _PATTERNS], np.int64)
        table = tables[self.series[lines] % len(_PATTERNS)]
        until = (quantities[:, :, None] * table[:, None, :]) // _WHOLE
        return np.diff(until, axis=2).reshape(len(lines), -1)

    def costs(self, quantities: Ints, lines: Ints) -> Ints:
        """Contracted cost before commitments, in 10⁻¹² units of the pricing currency, same shape."""
        return quantities * self.contracted_price[lines][:, None]


_WHOLE: Final = 1 << 16


def _cumulative(weights: tuple[int, ...]) -> list[int]:
    total, result, so_far = sum(weights), [0], 0
    for weight in weights:
        so_far += weight
        result.append(so_far * _WHOLE // total)
    return result


def exact_sum(values: Ints) -> int:
    """The sum, however large."""
    high, low = np.divmod(values, 10**6)
    return int(high.sum()) * 10**6 + int(low.sum())
