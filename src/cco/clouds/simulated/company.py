"""The simulated company: its accounts, resources, charges and the truth planted in them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cco.clouds.simulated import fees
from cco.clouds.simulated.bill import Printer, schema
from cco.clouds.simulated.catalogue import AWS, AZURE, COST_DIGITS, GCP, PROVIDERS
from cco.clouds.simulated.chance import EPOCH, Draws, date_of, day_number
from cco.clouds.simulated.commitments import PLANS, Commitment, Coverage, cover, eligible, purchases
from cco.clouds.simulated.demand import Demand, Ints, exact_sum
from cco.clouds.simulated.inventory import NOMINAL, SimulatedResource, applications, population
from cco.clouds.simulated.organisation import (
    ACCOUNTS,
    BILLING_ACCOUNTS,
    NAME,
    TEAMS,
    Account,
    Application,
    BillingAccount,
    Team,
)
from cco.clouds.simulated.truth import Event, Planner, Truth, effects, fleets, measure
from cco.core.errors import InvalidInput
from cco.core.resource import Resource
from cco.core.window import Days, add_months, month_of

DEMO_MONTHS: Final = 13
DEMO_RESOURCES: Final = 1000

MOST_RESOURCES: Final = 250_000
"""More would make single charges that no longer fit into 64 bits of 10⁻¹² dollars."""

_FOLDER: Final = {AWS: "aws", AZURE: "azure", GCP: "gcp"}

_ROWS_A_DAY: Final = {"daily": (60.0, 0.92), "hourly": (1_100.0, 21.5)}
"""Rows of a day's bills: so many, and so many more for each of `resources`. Measured, from about 400
resources on; a company has no fewer rows than that."""

_BLOCK_CELLS: Final = 500_000
"""Meters × slots that are worked on at once: what bounds the memory."""

_BATCH_ROWS: Final = 65_536


class Granularity(StrEnum):
    """The length of a charge period of usage."""

    DAILY = "daily"
    HOURLY = "hourly"


@dataclass(frozen=True, slots=True)
class Rate:
    """The exchange rate of a billing period: one `currency` is `rate` of `reporting_currency`."""

    currency: str
    reporting_currency: str
    period: date
    rate: Decimal


class Company:
    """Tern & Alder from the world's epoch to a day.

    Everything is a function of the seed and the day: two companies of the same seed, size and
    granularity that end on different days have the same charges on every day they share, and a month
    that is over has the same bytes.

    seed: which world; end: the first day without charges; months: billing months, the last of them
    that of the day before `end`; resources: how many resources the bills of 13 months name, roughly;
    granularity: of usage charges.
    """

    name = NAME

    def __init__(
        self,
        seed: int,
        end: date,
        *,
        months: int = DEMO_MONTHS,
        resources: int = DEMO_RESOURCES,
        granularity: Granularity = Granularity.DAILY,
    ) -> None:
        """Raises InvalidInput where the window starts within a year of the world's epoch, or a size is
        out of bounds."""
        if months < 1 or not 1 <= resources <= MOST_RESOURCES:
            raise InvalidInput(
                f"A company needs at least one month and 1 to {MOST_RESOURCES:,} resources.",
                remedy="Ask for hourly charges to get more rows.",
            )
        last_month = month_of(end - timedelta(days=1)).start
        self.window = Days(add_months(last_month, 1 - months), end)
        if self.window.start < add_months(EPOCH, 12):
            raise InvalidInput(
                f"The simulated company's bills begin in {add_months(EPOCH, 12):%B %Y}, not "
                f"{self.window.start:%B %Y}.",
                remedy="Ask for fewer months or a later end.",
            )
        self.seed = seed
        self.scale = resources / NOMINAL
        self.granularity = granularity
        self._slot_hours = 1 if granularity is Granularity.HOURLY else 24
        self._until = day_number(end)
        self._lock = threading.Lock()
        self._billed: dict[tuple[str, date], Decimal] = {}

    @classmethod
    def sized(
        cls,
        seed: int,
        end: date,
        *,
        rows: int,
        months: int = 12,
        granularity: Granularity = Granularity.DAILY,
    ) -> Company:
        """A company whose charges are roughly so many rows (at least some 400 a day, hourly 9,700)."""
        first = add_months(month_of(end - timedelta(days=1)).start, 1 - months)
        fixed, each = _ROWS_A_DAY[granularity]
        resources = max(1, round((rows / (end - first).days - fixed) / each))
        return cls(seed, end, months=months, resources=resources, granularity=granularity)

    # -- who and what

    @property
    def accounts(self) -> tuple[Account, ...]:
        """AWS accounts, Azure subscriptions and GCP projects."""
        return tuple(ACCOUNTS.values())

    @property
    def billing_accounts(self) -> tuple[BillingAccount, ...]:
        """Who receives invoices."""
        return BILLING_ACCOUNTS

    @property
    def teams(self) -> tuple[Team, ...]:
        """The teams that own applications."""
        return tuple(TEAMS.values())

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        """The applications started before the end, pilots included."""
        return tuple(applications(self.seed, self._until))

    @cached_property
    def inventory(self) -> tuple[SimulatedResource, ...]:
        """Every resource since the epoch, oldest first, with what its cost follows from."""
        everything = population(self.seed, self._until, self.scale) + fleets(self.seed, self._until)
        return tuple(sorted(everything, key=lambda resource: resource.order))

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The named resources that the window's bills charge for."""
        first = day_number(self.window.start)
        result = []
        for one in self.inventory:
            if one.id is None or one.ended <= first:
                continue
            start, end = max(one.launched, first), min(one.ended, self._until)
            service = self._demand.service_of(one)
            result.append(Resource(
                one.account.provider, one.id, one.name, one.type, service, one.region, one.account.id,
                dict(one.tags), _moment(start), _moment(end),
            ))  # fmt: skip
        return tuple(result)

    @cached_property
    def commitments(self) -> tuple[Commitment, ...]:
        """Every commitment bought before the end, in the order in which they are applied."""
        return tuple(purchases(self.seed, self._demand, self._until))

    @cached_property
    def truth(self) -> Truth:
        """What was planted in the window."""
        return measure(self.seed, self._demand, self._events, self.applications, self.window)

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The exchange rates of the window's months, into US dollars."""
        return tuple(
            Rate("EUR", "USD", month, Decimal(self._euro(month)).scaleb(-4)) for month in self.months
        )

    @property
    def months(self) -> tuple[date, ...]:
        """First days of the window's billing months, oldest first."""
        return tuple(self.window.months())

    # -- charges

    def charges(self, month: date, provider: str) -> Iterator[pa.RecordBatch]:
        """The FOCUS 1.2 charges of one provider in a billing month, up to the company's end.

        Raises InvalidInput for a month outside the window.
        """
        if month not in self.months:
            raise InvalidInput(f"{month:%Y-%m} is not a month of this company.")
        for batches in self._blocks(month, provider):
            yield from batches

    def write(self, folder: Path, *, months: Sequence[date] | None = None, workers: int = 2) -> list[Path]:
        """Writes a Parquet file per provider and month, as ``<folder>/<cloud>/focus-<month>.parquet``.

        months: only these. A file appears under its name when it is complete. Returns the files,
        months in order.
        """
        chosen = [month for month in self.months if months is None or month in months]
        tasks = [(month, provider) for month in chosen for provider in PROVIDERS]
        self._prepare()
        with ThreadPoolExecutor(max_workers=workers) as pool:
            return list(pool.map(lambda task: self._write(folder, *task), tasks))

    def path(self, month: date, provider: str) -> Path:
        """Where `write` puts a provider's month, relative to its folder."""
        return Path(_FOLDER[provider]) / f"focus-{month:%Y-%m}.parquet"

    def _write(self, folder: Path, month: date, provider: str) -> Path:
        path = folder / self.path(month, provider)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        target = schema(provider)
        text = [field.name for field in target if pa.types.is_dictionary(field.type)]
        try:
            with pq.ParquetWriter(
                partial, target, compression="zstd", compression_level=1,
                    use_dictionary=_dictionary_columns(text),
                store_schema=False, store_decimal_as_integer=True, write_statistics=False,
            ) as writer:  # fmt: skip
                for batches in self._blocks(month, provider):
                    table = pa.Table.from_batches(list(batches), schema=target)
                    if table.num_rows:
                        writer.write_table(table, row_group_size=2 * _BATCH_ROWS)
            partial.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                partial.unlink()
            raise
        return path

    def _prepare(self) -> None:
        """Computes what all bills share, once, before threads ask for it."""
        _ = (self._printer, self.commitments, self._coverable)

    # -- parts

    @cached_property
    def _bare_demand(self) -> Demand:
        return Demand(self.seed, self.inventory)

    @cached_property
    def _events(self) -> tuple[Event, ...]:
        spikes = max(2, round(2 * self.scale**0.5))
        return tuple(Planner(self.seed, self._bare_demand, self._until, spikes).plan())

    @cached_property
    def _demand(self) -> Demand:
        demand = self._bare_demand
        demand.effects = effects(self._events)
        return demand

    @cached_property
    def _printer(self) -> Printer:
        return Printer(self._demand, self._euro)

    @cached_property
    def _coverable(self) -> dict[str, Ints]:
        return {plan.key: eligible(plan, self._demand) for plan in PLANS}

    def _euro(self, month: date) -> int:
        """USD for one euro, in 10⁻⁴."""
        index = month.year * 12 + month.month
        triangle = abs(index % 34 - 17) / 17
        return 10_600 + round(1_150 * triangle) + Draws(self.seed, "euro", month).whole(-70, 70)

    def _block_days(self, month: date, lines: int) -> list[Days]:
        """The month's days up to the end, in blocks that fit into memory."""
        days = Days(month, min(month_of(month).end, self.window.end))
        per_day = max(1, lines * (24 // self._slot_hours))
        step = max(1, min(len(days), _BLOCK_CELLS // per_day))
        return [
            Days(days.start + timedelta(days=at), min(days.start + timedelta(days=at + step), days.end))
            for at in range(0, len(days), step)
        ]

    def _blocks(self, month: date, provider: str) -> Iterator[Iterator[pa.RecordBatch]]:
        """The month's blocks, each as its record batches."""
        commitments = self._running(month, provider)
        before = Decimal(0)
        if fees.needs_month_before(provider, month, self.window.end):
            before = self._month_billed(add_months(month, -1), provider)
        taxable: dict[tuple[str, str, str], int] = {}
        total = 0
        for days in self._block_days(month, len(self._lines(month, provider))):
            block = self._block(month, provider, days, commitments)
            rows = self._printer.usage(
                month, block.lines, block.left, block.slots, self._slot_hours, block.coverages
            )
            if provider == AWS:
                self._add_taxable(taxable, block, rows.template, rows.billed)
            specials = fees.all_fees(
                self.seed, provider, month, days, self._slot_hours, commitments, before
            ) + fees.unused(block.coverages, month, block.slots, self._slot_hours)
            if provider == AWS:
                specials += fees.tax(month, days, taxable)
            total += exact_sum(rows.billed)
            yield self._printer.print(
                provider, month, block.lines, block.coverages, rows, specials, _BATCH_ROWS
            )
        if month_of(month).end <= self.window.end:
            self._remember_billed(month, provider, total)

    def _running(self, month: date, provider: str) -> list[Commitment]:
        first, end = day_number(month), day_number(month_of(month).end)
        return [
            one for one in self.commitments
            if one.plan.billing.provider == provider and one.start < end and one.end > first
        ]  # fmt: skip

    def _lines(self, month: date, provider: str) -> Ints:
        period = month_of(month)
        lines = self._demand.alive(day_number(period.start), min(day_number(period.end), self._until))
        return np.asarray(lines[self._printer.provider_of_line[lines] == provider], np.int64)

    def _block(self, month: date, provider: str, days: Days, commitments: Sequence[Commitment]) -> _Block:
        lines = self._lines(month, provider)
        numbers = np.arange(day_number(days.start), day_number(days.end), dtype=np.int64)
        left = self._demand.quantities(lines, numbers)
        slots = numbers * 24
        if self.granularity is Granularity.HOURLY:
            left = self._demand.hourly(left, lines)
            slots = np.arange(numbers[0] * 24, (numbers[-1] + 1) * 24, dtype=np.int64)
        coverages = cover(
            self._demand, commitments, self._coverable, lines, left, slots // 24, self._slot_hours
        )
        return _Block(lines, left, slots, coverages)

    def _add_taxable(
        self, taxable: dict[tuple[str, str, str], int], block: _Block, template: Ints, billed: Ints
    ) -> None:
        if not len(block.lines):
            return
        per_line = np.zeros(len(block.lines), np.int64)
        np.add.at(per_line, template % len(block.lines), billed)
        for at in np.flatnonzero(per_line).tolist():
            line = int(block.lines[at])
            sku = self._demand.offers[int(self._demand.offer[line])][0]
            account = self._demand.resources[int(self._demand.resource[line])].account.name
            key = (account, sku.service, sku.category)
            taxable[key] = taxable.get(key, 0) + int(per_line[at])

    def _month_billed(self, month: date, provider: str) -> Decimal:
        """What a provider billed for a whole month's usage and recurring commitment fees."""
        with self._lock:
            known = self._billed.get((provider, month))
        if known is not None:
            return known
        commitments = self._running(month, provider)
        total = 0
        for days in self._block_days(month, len(self._lines(month, provider))):
            block = self._block(month, provider, days, commitments)
            rows = self._printer.usage(
                month, block.lines, block.left, block.slots, self._slot_hours, block.coverages
            )
            total += exact_sum(rows.billed)
        return self._remember_billed(month, provider, total)

    def _remember_billed(self, month: date, provider: str, usage: int) -> Decimal:
        """A complete month's usage and recurring commitment fees: the basis of the next month's support."""
        recurring = 0
        first, end = day_number(month), day_number(month_of(month).end)
        for one in self._running(month, provider):
            recurring += one.recurring_cost * 24 * (min(one.end, end) - max(one.start, first))
        result = Decimal(usage + recurring).scaleb(-COST_DIGITS)
        with self._lock:
            self._billed[(provider, month)] = result
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some days of a provider. left: what no commitment covered, (lines, slots); slots: hours since
    the epoch at which they start."""

    lines: Ints
    left: Ints
    slots: Ints
    coverages: list[Coverage]


def _moment(day: int) -> datetime:
    one = date_of(day)
    return datetime(one.year, one.month, one.day, tzinfo=UTC)


def _dictionary_columns(text: list[str]) -> list[str]:
    """Columns in which few values repeat."""
    return [
        *text, "Tags.key_value.key", "Tags.key_value.value", "SkuPriceDetails.key_value.key",
        "SkuPriceDetails.key_value.value", "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart",
        "ChargePeriodEnd", "ListUnitPrice", "ContractedUnitPrice",
    ]  # fmt: skip
