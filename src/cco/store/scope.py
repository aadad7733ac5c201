"""Which charges a question is about, and the cheapest files that can answer it.

A `Scope` is the question's frame; `Relation` is DuckDB SQL over the files of one lake snapshot that hold
its charges: for each file the daily rollup where its columns suffice, the tagged rollup where it carries
the tag keys, else the line items themselves. All three have the same columns, so no query knows which
it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cco.core.charge import COST_TYPE, LAKE_COLUMNS, CostKind
from cco.core.errors import InvalidInput
from cco.core.window import Days
from cco.store.lake import COSTS, DAILY, Snapshot, VisibleFile

DIMENSIONS: dict[str, tuple[str, str]] = {
    "ProviderName": ("Provider", "ProviderName"),
    "BillingAccountId": ("Billing account", "BillingAccountName"),
    "SubAccountId": ("Account", "SubAccountName"),
    "ServiceCategory": ("Service category", "ServiceCategory"),
    "ServiceName": ("Service", "ServiceName"),
    "RegionId": ("Region", "RegionName"),
    "ResourceType": ("Resource type", "ResourceType"),
    "ResourceId": ("Resource", "ResourceName"),
    "ChargeCategory": ("Charge category", "ChargeCategory"),
    "ChargeClass": ("Charge class", "ChargeClass"),
    "ChargeFrequency": ("Charge frequency", "ChargeFrequency"),
    "PricingCategory": ("Pricing category", "PricingCategory"),
    "CommitmentDiscountStatus": ("Commitment status", "CommitmentDiscountStatus"),
    "CommitmentDiscountId": ("Commitment", "CommitmentDiscountName"),
    "PublisherName": ("Publisher", "PublisherName"),
    "BillingCurrency": ("Billing currency", "BillingCurrency"),
    "SkuId": ("SKU", "ChargeDescription"),
    "source_id": ("Source", "source_id"),
}
"""Column → (what people call it, the column that names its values)."""

TAG = "tag:"
_TYPES = {column.name: column.type for column in LAKE_COLUMNS}


class Op(StrEnum):
    """How a filter compares."""

    IN = "in"
    NOT = "not"
    MISSING = "missing"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one dimension; values belong to `in` and `not`."""

    dimension: str
    op: Op
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known(self.dimension)
        if self.op in (Op.IN, Op.NOT) and not self.values:
            raise InvalidInput(
                f"The filter on {self.dimension} names no value.",
                remedy=f"Write {self.dimension}={self.op}=value, or use missing or present.",
            )


@dataclass(frozen=True, slots=True)
class Rates:
    """Exchange rates into one reporting currency: (currency, first day of billing month) → rate."""

    reporting: str
    table: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """The frame of a question: whose charges, when, which cost, under which conditions.

    search: free text that ResourceId or ResourceName must contain.
    """

    org_id: str
    days: Days
    rates: Rates
    cost: CostKind = CostKind.EFFECTIVE
    filters: tuple[Filter, ...] = ()
    search: str = ""


def known(dimension: str) -> str:
    """The dimension itself. Raises InvalidInput where nobody knows it."""
    if dimension in DIMENSIONS or (dimension.startswith(TAG) and len(dimension) > len(TAG)):
        return dimension
    raise InvalidInput(
        f"{dimension!r} is not a dimension of costs.",
        remedy=f"Use one of {', '.join(DIMENSIONS)} or tag:<key>.",
        code="unknown-dimension",
    )


def parse_filter(written: str) -> Filter:
    """``ServiceName=in=Amazon EC2``, ``tag:team=missing=`` → Filter. Raises InvalidInput."""
    found = re.match(r"^(?P<dimension>.+?)=(?P<op>in|not|missing|present)=(?P<value>.*)$", written, re.DOTALL)
    if found is None:
        raise InvalidInput(
            f"{written!r} is not a filter.",
            remedy="Write dimension=op=value with op one of in, not, missing, present.",
            code="bad-filter",
        )
    op = Op(found["op"])
    values = (found["value"],) if op in (Op.IN, Op.NOT) else ()
    return Filter(known(found["dimension"]), op, values)


def merged(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Filters of the same dimension and op as one, in a fixed order."""
    values: dict[tuple[str, Op], tuple[str, ...]] = {}
    for each in filters:
        place = (each.dimension, each.op)
        values[place] = tuple(sorted({*values.get(place, ()), *each.values}))
    return tuple(Filter(dimension, op, held) for (dimension, op), held in sorted(values.items()))


class Relation:
    """SQL over the files that hold a scope's charges, with the parameters it binds.

    dimensions: what the query groups by or shows; columns: further charge columns that it needs, which
    only the line items have (quantities, SKUs). days: wider than the scope's where it compares.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        scope: Scope,
        *,
        dimensions: Iterable[str] = (),
        columns: Iterable[str] = (),
        days: Days | None = None,
    ) -> None:
        self.scope = scope
        self.days = days or scope.days
        self.parameters: dict[str, Any] = {}
        self._tags: dict[str, str] = {}
        dimensions, columns = tuple(dimensions), tuple(columns)
        filters = merged(scope.filters)
        asked = [*dimensions, *(each.dimension for each in filters)]
        tag_keys = {name.removeprefix(TAG) for name in asked if name.startswith(TAG)}
        plain = {
            column
            for name in dimensions
            if not name.startswith(TAG)
            for column in (name, DIMENSIONS[name][1])
        }
        plain |= {each.dimension for each in filters if not each.dimension.startswith(TAG)}
        plain |= set(columns)
        if scope.search:
            plain |= {"ResourceId", "ResourceName"}
        if "source_id" not in (*dimensions, *columns):
            plain -= {"source_id"}
        self.files = self._relevant(snapshot.of(scope.org_id), filters)
        self._needed = sorted(plain - {"x_UsageDate", "period", "BillingCurrency", *COSTS, "Tags"})
        self._chosen: dict[str, list[VisibleFile]] = {"daily": [], "tagged": [], "data": []}
        for file in self.files:
            self._chosen[self._cheapest(file, tag_keys)].append(file)
        self._with_tags = bool(tag_keys) or "Tags" in plain
        self.source = "charges" if self._chosen["data"] or not self.files else "rollup"
        self.text = self._text()
        self.condition = self._condition(filters)
        currencies = {currency for file in self.files for currency in file.facts.currencies}
        self.currencies = tuple(sorted(currencies))
        self.converts = bool(currencies - {scope.rates.reporting})

    def expression(self, dimension: str) -> str:
        """The SQL of a dimension's value; a tag's key is bound, never written."""
        if not dimension.startswith(TAG):
            return f'"{known(dimension)}"'
        key = dimension.removeprefix(TAG)
        if key not in self._tags:
            self._tags[key] = f"tag_{len(self._tags)}"
            self.parameters[self._tags[key]] = key
        return f"Tags[${self._tags[key]}]"

    def label(self, dimension: str) -> str:
        """The SQL of the dimension's display name."""
        if dimension.startswith(TAG):
            return self.expression(dimension)
        return f'"{DIMENSIONS[dimension][1]}"'

    def rates(self) -> str:
        """SQL for the exchange rates (currency, period, rate), the reporting currency's own included."""
        reporting = self.scope.rates.reporting
        rows = [
            (*pair, rate) for pair, rate in sorted(self.scope.rates.table.items()) if pair[0] != reporting
        ]
        rows += [(reporting, period, Decimal(1)) for period in sorted({file.period for file in self.files})]
        self.parameters["rate_currency"] = [row[0] for row in rows]
        self.parameters["rate_period"] = [row[1] for row in rows]
        self.parameters["rate_value"] = [format(row[2], "f") for row in rows]
        return (
            "(SELECT unnest($rate_currency::VARCHAR[]) AS currency, unnest($rate_period::DATE[]) AS period, "
            "unnest($rate_value::VARCHAR[])::DECIMAL(20, 12) AS rate)"
        )

    def summed(
        self,
        keys: Mapping[str, str],
        labels: Mapping[str, str] | None = None,
        *,
        costs: Mapping[str, str] | None = None,
        quantity: bool = False,
    ) -> str:
        """SQL that sums the charges by `keys` (alias → SQL), in the reporting currency.

        costs: alias → cost column, ``amount`` of the scope's kind unless told. Each charge's cost is
        converted with the rate of its billing period: sums per (currency, period) are rounded to 12
        decimals and multiplied by the rate; without conversion sums are exact. Where a rate is missing
        the amount is NULL.
        """
        labels = labels or {}
        costs = costs or {"amount": self.scope.cost.value}
        where = f"x_UsageDate >= $start_all AND x_UsageDate < $end_all AND {self.condition}"
        self.parameters["start_all"], self.parameters["end_all"] = self.days.start, self.days.end
        measures = [f'sum("{column}") AS {alias}' for alias, column in costs.items()]
        measures.append("sum(charges) AS charges")
        if quantity:
            measures.append("sum(PricingQuantity) AS quantity")
        keyed = [f"{text} AS {alias}" for alias, text in keys.items()]
        named = [f"any_value({text}) AS {alias}" for alias, text in labels.items()]
        places = ", ".join(str(place) for place in range(1, len(keys) + 1))
        by = f"GROUP BY {places}" if keys else ""
        if not self.converts:
            return (
                f"SELECT {', '.join(keyed + named + measures)} FROM {self.text} AS charges_in_scope "
                f"WHERE {where} {by}"
            )
        converted = [
            f"CASE WHEN count(*) = count(rate) THEN sum({alias}::DECIMAL(27, 12) * rate) END AS {alias}"
            for alias in costs
        ]
        rest = ["sum(charges) AS charges"] + (["sum(quantity) AS quantity"] if quantity else [])
        outer = [f"parts.{alias}" for alias in keys] + [f"any_value({alias}) AS {alias}" for alias in labels]
        parts = ", ".join(
            [*keyed, *named, *measures, "BillingCurrency AS of_currency", "period AS of_period"]
        )
        return (
            f"SELECT {', '.join(outer + converted + rest)} "
            f"FROM (SELECT {parts} FROM {self.text} AS charges_in_scope WHERE {where} "
            f"GROUP BY {places}{', ' if places else ''}of_currency, of_period) AS parts "
            f"LEFT JOIN {self.rates()} AS rates ON rates.currency = of_currency AND rates.period = of_period "
            f"{by}"
        )

    def _relevant(self, files: Iterable[VisibleFile], filters: tuple[Filter, ...]) -> tuple[VisibleFile, ...]:
        kept = [
            file
            for file in files
            if file.facts.first_day < self.days.end and file.facts.last_day >= self.days.start
        ]
        for each in filters:
            if each.dimension == "source_id" and each.op is Op.IN:
                kept = [file for file in kept if file.source_id in each.values]
            elif each.dimension == "source_id" and each.op is Op.NOT:
                kept = [file for file in kept if file.source_id not in each.values]
        return tuple(kept)

    def _cheapest(self, file: VisibleFile, tag_keys: set[str]) -> str:
        if not set(self._needed) <= set(DAILY):
            return "data"
        present = tag_keys & set(file.facts.tag_keys)
        if not present:
            return "daily"
        return "tagged" if file.facts.tagged and all(file.facts.tag_keys[key] for key in present) else "data"

    def _text(self) -> str:
        costs = ", ".join(f'"{name}"' for name in COSTS)
        columns = ", ".join(
            ['x_UsageDate, period, "BillingCurrency"', *(f'"{n}"' for n in self._needed), costs]
        )
        selects = []
        for kind, files in self._chosen.items():
            if not files:
                continue
            paths = [file.path if kind == "data" else file.sidecar(kind) for file in files]
            self.parameters[f"{kind}_files"] = paths
            tags = ""
            if self._with_tags:
                tags = ", Tags" if kind != "daily" else ", NULL::MAP(VARCHAR, VARCHAR) AS Tags"
            count = "1::BIGINT AS charges" if kind == "data" else "charges"
            selects.append(f"SELECT {columns}, {count}{tags} FROM read_parquet(${kind}_files)")
        if selects:
            return f"({' UNION ALL BY NAME '.join(selects)})"
        empty = ", ".join(
            f'NULL::{_TYPES.get(name, "VARCHAR")} AS "{name}"' for name in ["BillingCurrency", *self._needed]
        )
        zero = ", ".join(f'NULL::{COST_TYPE} AS "{name}"' for name in COSTS)
        return (
            f"(SELECT NULL::DATE AS x_UsageDate, NULL::DATE AS period, {empty}, {zero}, "
            "0::BIGINT AS charges, NULL::MAP(VARCHAR, VARCHAR) AS Tags WHERE false)"
        )

    def _condition(self, filters: tuple[Filter, ...]) -> str:
        held: dict[str, list[str]] = {}
        refused: list[str] = []
        for number, each in enumerate(filters):
            if each.dimension == "source_id":
                continue
            value = self.expression(each.dimension)
            names = []
            for index, wanted in enumerate(each.values):
                self.parameters[f"filter_{number}_{index}"] = wanted
                names.append(f"$filter_{number}_{index}")
            if each.op is Op.IN:
                held.setdefault(each.dimension, []).append(f"{value} IN ({', '.join(names)})")
            elif each.op is Op.NOT:
                refused.append(f"({value} IS NULL OR {value} NOT IN ({', '.join(names)}))")
            elif each.op is Op.MISSING:
                held.setdefault(each.dimension, []).append(f"{value} IS NULL")
            else:
                held.setdefault(each.dimension, []).append(f"{value} IS NOT NULL")
        parts = [f"({' OR '.join(any_of)})" for any_of in held.values()] + refused
        if self.scope.search:
            pattern = re.sub(r"([\\%_])", r"\\\1", self.scope.search)
            self.parameters["search"] = f"%{pattern}%"
            parts.append(
                "(\"ResourceId\" ILIKE $search ESCAPE '\\' OR \"ResourceName\" ILIKE $search ESCAPE '\\')"
            )
        return " AND ".join(parts) or "true"
