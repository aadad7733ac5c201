"""Costs: what was charged, over time, by whatever dimension, and what changed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from cco.api.schemas.base import Figure, Out, Window


class CostKindName(StrEnum):
    """The four costs of FOCUS."""

    EFFECTIVE = "effective"
    BILLED = "billed"
    LIST = "list"
    CONTRACTED = "contracted"


class Granularity(StrEnum):
    """The width of a bucket. Weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class RateUsed(Out):
    """An exchange rate that went into a figure: one unit of `currency` in the reporting currency."""

    currency: str
    period: date
    rate: str


class Computed(Out):
    """How the answer was computed, so that every number explains itself."""

    formula: str = Field(examples=["Σ EffectiveCost over 18,204 charges"])
    charges: int = Field(description="Line items behind the figure.")
    source: Literal["rollup", "charges"] = Field(description="Daily rollup or the line items themselves.")
    data_until: date | None = Field(description="Last day with charges, over all sources.")
    loaded_at: datetime | None = Field(description="When the newest load was committed.")
    snapshot: str = Field(description="Lake snapshot the answer was read from.")
    currencies: list[str] = Field(description="Billing currencies behind the figure.")
    rates: list[RateUsed] = Field(description="Exchange rates used; empty when nothing was converted.")


class CostKinds(Out):
    """The same charges, by each cost of FOCUS."""

    effective: Figure
    billed: Figure
    list: Figure
    contracted: Figure


class RunRate(Out):
    """Where the month of the window's last day with data is heading.

    month_end = cost of the complete days so far + mean of the last 7 complete days (usage charges
    only) × remaining days. An estimate: show it as one. Null with less than 3 complete days.
    """

    month: date
    month_to_date: Figure
    month_end: Figure | None
    last_month: Figure
    last_month_to_same_day: Figure
    days_complete: int
    days_in_month: int
    complete: bool = Field(description="The month is over and all its days have data.")


class Summary(Out):
    """Totals of a window against the one before it."""

    window: Window
    previous_window: Window
    cost_kind: CostKindName
    total: Figure
    previous_total: Figure
    change: Figure
    change_share: float | None = Field(description="(total − previous) ÷ |previous|; null when unknown.")
    by_cost_kind: CostKinds
    savings_share: float | None = Field(description="1 − effective ÷ list: what discounts are worth.")
    run_rate: RunRate | None
    computed: Computed


class SeriesGroup(Out):
    """One line or stack of the chart; `values` are aligned with `buckets`."""

    key: list[str | None] = Field(description="One value per group-by dimension; null is 'missing'.")
    label: str
    other: bool = Field(description="The rest beyond the top N; its key is empty.")
    total: str | None
    values: list[str | None]


class Series(Out):
    """Cost over time. All amounts are exact text in `currency`; null where a rate is missing."""

    window: Window
    granularity: Granularity
    cost_kind: CostKindName
    currency: str
    group_by: list[str]
    buckets: list[date] = Field(description="First day of each bucket.")
    groups: list[SeriesGroup]
    totals: list[str | None]
    previous_window: Window
    previous_totals: list[str | None] = Field(
        description="The previous window's buckets, aligned by position (may be one shorter or longer)."
    )
    computed: Computed


class BreakdownRow(Out):
    """One group's cost in the window and in the one before it."""

    key: list[str | None]
    labels: list[str]
    amount: str | None
    share: float | None
    previous_amount: str | None
    change: str | None
    change_share: float | None
    charges: int
    trend: list[str | None] = Field(description="Amounts per bucket for a sparkline (≤ 62 points).")


class Breakdown(Out):
    """Cost by up to three dimensions, largest first."""

    window: Window
    previous_window: Window
    cost_kind: CostKindName
    currency: str
    group_by: list[str]
    rows: list[BreakdownRow]
    groups: int = Field(description="How many groups there are in all.")
    other: BreakdownRow | None = Field(description="Groups beyond the limit, together.")
    total: BreakdownRow
    computed: Computed


class MoverReason(StrEnum):
    """Why a group's cost changed."""

    USAGE = "usage"
    RATE = "rate"
    MIXED = "mixed"
    NEW = "new"
    GONE = "gone"
    OTHER = "other"


class Mover(Out):
    """A group whose cost changed, split exactly into usage and rate effects per SKU:
    usage = (q₁ − q₀)(r₀ + r₁)/2, rate = (r₁ − r₀)(q₀ + q₁)/2; new, gone and unmetered apart."""

    key: list[str | None]
    label: str
    before: str | None
    after: str | None
    change: str | None
    change_share: float | None
    reason: MoverReason
    usage_effect: str | None
    rate_effect: str | None
    new_effect: str | None
    gone_effect: str | None
    other_effect: str | None = Field(description="Charges without a quantity: fees, credits, taxes.")


class Movers(Out):
    """What changed most between the window and the one before it."""

    window: Window
    previous_window: Window
    cost_kind: CostKindName
    currency: str
    group_by: list[str]
    rows: list[Mover]
    change: str | None = Field(description="Change of the whole scope.")
    computed: Computed


class Dimension(Out):
    """Something costs can be grouped and filtered by."""

    name: str = Field(examples=["ServiceName", "tag:team"])
    label: str = Field(examples=["Service", "team"])
    kind: Literal["column", "tag"]
    values: int | None = Field(description="Distinct values seen; null where not counted.")
    coverage: float | None = Field(description="Tags: share of cost that carries the key.")


class Dimensions(Out):
    """Everything costs can be grouped and filtered by."""

    dimensions: list[Dimension]


class DimensionValue(Out):
    """A value for a picker, with its cost over all loaded data, for ordering."""

    value: str | None
    label: str
    charges: int
    cost: str | None


class DimensionValues(Out):
    """Values of one dimension, most expensive first."""

    dimension: str
    values: list[DimensionValue]
    more: bool


class Charge(Out):
    """A line item. Costs are in `BillingCurrency`, as billed, not converted."""

    ChargePeriodStart: datetime
    ChargePeriodEnd: datetime
    BillingPeriodStart: datetime
    ProviderName: str
    SubAccountId: str | None
    SubAccountName: str | None
    ServiceCategory: str
    ServiceName: str
    RegionId: str | None
    ResourceId: str | None
    ResourceName: str | None
    ResourceType: str | None
    SkuId: str | None
    ChargeCategory: str
    ChargeClass: str | None
    ChargeDescription: str | None
    ChargeFrequency: str | None
    PricingCategory: str | None
    CommitmentDiscountId: str | None
    CommitmentDiscountStatus: str | None
    PricingQuantity: str | None
    PricingUnit: str | None
    ConsumedQuantity: str | None
    ConsumedUnit: str | None
    ListUnitPrice: str | None
    ContractedUnitPrice: str | None
    BillingCurrency: str
    BilledCost: str
    EffectiveCost: str
    ListCost: str
    ContractedCost: str
    Tags: dict[str, str | None]
    load_id: str
    source_id: str
    part: str
    source_row: int = Field(description="Data row in the delivered file, 1-based.")


class Charges(Out):
    """A page of line items; pass `next` as `cursor` for the following one."""

    window: Window
    charges: list[Charge]
    next: str | None
    snapshot: str
