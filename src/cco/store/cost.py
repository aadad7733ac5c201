"""Questions about cost, answered from one snapshot of the lake.

Amounts are exact decimals in the scope's reporting currency, or None where an exchange rate is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from cco.core.charge import CostKind
from cco.core.window import Days, add_months, month_of
from cco.store.lake import PICKER_VALUES, Lake, Snapshot, VisibleFile
from cco.store.scope import DIMENSIONS, TAG, Filter, Op, Relation, Scope, known
from cco.store.sql import sql

Amount = Decimal | None
Key = tuple[str | None, ...]

_IS_NOW = "CASE WHEN x_UsageDate >= $start THEN true WHEN x_UsageDate < $previous_end THEN false END"
"""In the window, in the one before, or (null) in neither: month-to-date skips the rest of last month."""

_BUCKETS = {
    "day": "x_UsageDate",
    "week": "greatest(date_trunc('week', x_UsageDate)::DATE, $start)",
    "month": "greatest(date_trunc('month', x_UsageDate)::DATE, $start)",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on, so that it can explain itself."""

    source: str
    currencies: tuple[str, ...]
    rates: tuple[tuple[str, date, Decimal], ...]
    missing_rates: tuple[tuple[str, date], ...]
    data_until: date | None
    loaded_at: datetime | None
    snapshot: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group's cost in the window and in the one before it."""

    key: Key
    labels: tuple[str, ...]
    amount: Amount
    previous: Amount
    charges: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The largest groups; `other` is the rest, `total` everything in scope."""

    rows: tuple[Ranked, ...]
    other: Ranked | None
    total: Ranked
    groups: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Totals:
    """All four costs of the window and of the one before it."""

    now: Mapping[CostKind, Amount]
    before: Mapping[CostKind, Amount]
    charges: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RunRate:
    """Where the month is heading; see the API's RunRate for the formula."""

    month: date
    month_to_date: Amount
    month_end: Amount
    last_month: Amount
    last_month_to_same_day: Amount
    days_complete: int
    days_in_month: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A group's change between two windows, split into its effects (they add up to the change)."""

    key: Key
    label: str
    before: Amount
    after: Amount
    usage: Amount
    rate: Amount
    new: Amount
    gone: Amount
    other: Amount
    was_there: bool
    is_there: bool


@dataclass(frozen=True, slots=True)
class PickerValue:
    """A value of a dimension; cost is approximate and only orders the list."""

    value: str | None
    label: str
    charges: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class KnownDimension:
    """A dimension that has values in this organisation's data."""

    name: str
    label: str
    values: int | None
    coverage: float | None


class Costs:
    """Cost queries over one lake. Every method reads the snapshot it is given, so that an answer of
    several queries is of one state."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def snapshot(self, session: Session | None = None) -> Snapshot:
        """The state that questions asked now should be about, asked for over the caller's session."""
        return self._lake.snapshot(None if session is None else session.connection())

    def totals(self, snapshot: Snapshot, scope: Scope, previous: Days) -> Totals:
        """The window's four costs against the previous window's."""
        both = Days(min(previous.start, scope.days.start), scope.days.end)
        relation = Relation(snapshot, scope, days=both)
        costs = {f"cost_{place}": kind.value for place, kind in enumerate(CostKind)}
        summed = relation.summed({"is_now": _IS_NOW}, costs=costs)
        sums = ", ".join(f"CASE WHEN count(*) = count({a}) THEN sum({a}) END AS {a}" for a in costs)
        rows = self._run(
            sql("totals", totals=sums, summed=summed),
            relation,
            start=scope.days.start,
            previous_end=previous.end,
        )
        found = {row["is_now"]: row for row in rows}
        zero = dict.fromkeys(costs, Decimal(0))

        def kinds(is_now: bool) -> dict[CostKind, Amount]:
            row = found.get(is_now, zero)
            return {kind: row[alias] for alias, kind in zip(costs, CostKind, strict=True)}

        charges = found[True]["charges"] if True in found else 0
        return Totals(kinds(True), kinds(False), charges, self._evidence(snapshot, relation))

    def rank(
        self,
        snapshot: Snapshot,
        scope: Scope,
        previous: Days,
        group_by: Sequence[str],
        *,
        limit: int,
        offset: int = 0,
        order: str = "cost",
        descending: bool = True,
    ) -> Ranking:
        """Groups by cost, by change or by name."""
        both = Days(min(previous.start, scope.days.start), scope.days.end)
        relation = Relation(snapshot, scope, dimensions=group_by, days=both)
        keys, labels = _keys(relation, group_by)
        names = list(keys)
        by = {"cost": "amount", "change": "abs(amount - previous)", "name": "lower(coalesce(l0, k0))"}[order]
        direction = "DESC" if descending else "ASC"
        text = sql(
            "rank",
            summed=relation.summed({**keys, "is_now": _IS_NOW}, labels),
            keys=", ".join(names),
            labels=", ".join(f"max({alias}) AS {alias}" for alias in labels),
            chosen_keys=", ".join(_chosen(alias) for alias in names),
            chosen_labels=", ".join(_chosen(alias) for alias in labels),
            null_keys=", ".join(f"NULL::VARCHAR AS {alias}" for alias in names),
            null_labels=", ".join(f"NULL::VARCHAR AS {alias}" for alias in labels),
            order=f"{by} {direction} NULLS LAST",
        )
        rows = self._run(
            text, relation, start=scope.days.start, previous_end=previous.end, limit=limit, offset=offset
        )
        made = [_ranked(row, group_by) for row in rows if row["part"] == "row"]
        other = next((_ranked(row, group_by) for row in rows if row["part"] == "other"), None)
        total = next(row for row in rows if row["part"] == "total")
        return Ranking(
            tuple(made), other, _ranked(total, group_by), total["groups"], self._evidence(snapshot, relation)
        )

    def buckets(
        self,
        snapshot: Snapshot,
        scope: Scope,
        granularity: str,
        group_by: Sequence[str] = (),
        chosen: Sequence[Key] = (),
    ) -> dict[int | None, dict[date, Amount]]:
        """Cost over time: place in `chosen` (None: everything else) → first day of bucket → amount.
        Buckets without charges are absent."""
        relation = Relation(snapshot, scope, dimensions=group_by)
        keys, _ = _keys(relation, group_by)
        matching = " AND ".join(f"summed.{alias} IS NOT DISTINCT FROM chosen.{alias}" for alias in keys)
        wanted = ", ".join(
            [f"unnest($want_{alias}::VARCHAR[]) AS {alias}" for alias in keys]
            + ["unnest(range(len($want_k0::VARCHAR[]))) AS place"]
        )
        for place, alias in enumerate(keys):
            relation.parameters[f"want_{alias}"] = (
                [key[place] for key in chosen] if group_by else [None] * len(chosen)
            )
        summed = relation.summed({**keys, "bucket": _BUCKETS[granularity]})
        text = sql("buckets", summed=summed, wanted=wanted, matching=matching)
        result: dict[int | None, dict[date, Amount]] = {}
        for row in self._run(text, relation, start=scope.days.start):
            result.setdefault(row["chosen"], {})[row["bucket"]] = row["amount"]
        return result

    def run_rate(self, snapshot: Snapshot, scope: Scope, data_until: date) -> RunRate:
        """Month-to-date and month-end estimate of the month that holds `data_until`.

        A day counts as complete when it ended before the newest load was committed.
        """
        month = month_of(data_until)
        last_month = month_of(add_months(month.start, -1))
        committed = snapshot.committed_at.date() if snapshot.committed_at else data_until
        complete_until = min(data_until + timedelta(days=1), max(committed, month.start))
        days = Days(min(last_month.start, data_until - timedelta(days=14)), month.end)
        relation = Relation(snapshot, scope, dimensions=("ChargeCategory",), days=days)
        keys = {"bucket": "x_UsageDate", "is_usage": "\"ChargeCategory\" = 'Usage'"}
        rows = self._run(sql("days", summed=relation.summed(keys)), relation)
        cost = {(row["bucket"], row["is_usage"]): row["amount"] for row in rows}

        def over(start: date, end: date, *, usage_only: bool = False) -> Amount:
            kinds = (True,) if usage_only else (True, False)
            if end <= start:
                return Decimal(0)
            return _sum([cost.get((day, kind), Decimal(0)) for day in Days(start, end) for kind in kinds])

        done = (complete_until - month.start).days
        so_far = over(month.start, complete_until)
        recent = over(complete_until - timedelta(days=7), complete_until, usage_only=True)
        month_end: Amount = None
        if done == len(month):
            month_end = so_far
        elif done >= 3 and so_far is not None and recent is not None:
            month_end = so_far + recent / 7 * (len(month) - done)
        same_day = min(add_months(month.start, -1) + timedelta(days=done), last_month.end)
        return RunRate(
            month.start,
            over(month.start, data_until + timedelta(days=1)),
            month_end,
            over(last_month.start, last_month.end),
            over(last_month.start, same_day),
            done,
            len(month),
        )

    def movers(
        self, snapshot: Snapshot, scope: Scope, previous: Days, group_by: Sequence[str], *, limit: int
    ) -> tuple[tuple[Moved, ...], Evidence]:
        """The groups whose cost changed most, with the reason."""
        both = Days(min(previous.start, scope.days.start), scope.days.end)
        relation = Relation(
            snapshot,
            scope,
            dimensions=group_by,
            columns=("SkuId", "PricingQuantity", "PricingUnit"),
            days=both,
        )
        keys, labels = _keys(relation, group_by)
        sku = (
            "CASE WHEN PricingQuantity IS NOT NULL "
            "THEN coalesce(SkuId, '') || ' ' || coalesce(PricingUnit, '') END"
        )
        summed = relation.summed({**keys, "sku": sku, "is_now": _IS_NOW}, labels, quantity=True)
        text = sql(
            "movers",
            summed=summed,
            keys=", ".join(keys),
            labels=", ".join(f"max({alias}) AS {alias}" for alias in labels),
            label_names=", ".join(f"max({alias}) AS {alias}" for alias in labels),
        )
        rows = self._run(text, relation, start=scope.days.start, previous_end=previous.end, limit=limit)
        return tuple(_moved(row, group_by) for row in rows), self._evidence(snapshot, relation)

    def dimensions(self, snapshot: Snapshot, scope: Scope) -> tuple[KnownDimension, ...]:
        """Everything this organisation's costs can be grouped by: columns first, then its tag keys by
        how much cost carries them."""
        files = snapshot.of(scope.org_id)
        if not files:
            return tuple(
                KnownDimension(name, label, 0, None)
                for name, (label, _) in DIMENSIONS.items()
                if name != "SkuId"
            )
        relation = Relation(snapshot, scope, days=_all_days(files))
        relation.parameters["values"] = [file.sidecar("values") for file in files]
        rows = self._run(sql("dimensions", rates=_average(relation)), relation)
        counted = {row["dimension"]: row for row in rows}
        everything = counted["ProviderName"]["cost"]
        result = [
            KnownDimension(name, label, counted[name]["distinct_values"] if name in counted else None, None)
            for name, (label, _) in DIMENSIONS.items()
            if name != "SkuId"
        ]
        tags = [
            KnownDimension(
                name,
                name.removeprefix(TAG),
                None if row["distinct_values"] >= PICKER_VALUES else row["distinct_values"],
                row["cost"] / everything if everything else None,
            )
            for name, row in counted.items()
            if name.startswith(TAG)
        ]
        return (*result, *sorted(tags, key=lambda tag: (-(tag.coverage or 0), tag.name)))

    def values(
        self, snapshot: Snapshot, scope: Scope, dimension: str, *, search: str = "", limit: int
    ) -> tuple[tuple[PickerValue, ...], bool]:
        """Values of a dimension that contain `search`, costliest first, and whether there are more."""
        files = snapshot.of(scope.org_id)
        if not files:
            return (), False
        if dimension in DIMENSIONS and dimension in (
            "ResourceId",
            "CommitmentDiscountId",
            "SkuId",
            "source_id",
        ):
            return self._rare_values(snapshot, scope, dimension, search, limit)
        relation = Relation(snapshot, scope, days=_all_days(files))
        relation.parameters["values"] = [file.sidecar("values") for file in files]
        pattern = re.sub(r"([\\%_])", r"\\\1", search)
        rows = self._run(
            sql("picker", rates=_average(relation)),
            relation,
            dimension=known(dimension),
            search=f"%{pattern}%" if pattern else "%",
            limit=limit + 1,
        )
        found = [
            PickerValue(row["value"], row["label"] or row["value"] or "", row["charges"], row["cost"])
            for row in rows
        ]
        return tuple(found[:limit]), len(found) > limit

    def _rare_values(
        self, snapshot: Snapshot, scope: Scope, dimension: str, search: str, limit: int
    ) -> tuple[tuple[PickerValue, ...], bool]:
        """Values of dimensions with too many of them for a picker file: ranked from the line items."""
        narrowed = Scope(scope.org_id, scope.days, scope.rates, scope.cost, (), "")
        if dimension == "ResourceId":
            narrowed = Scope(scope.org_id, scope.days, scope.rates, scope.cost, (), search)
        ranking = self.rank(snapshot, narrowed, scope.days, (dimension,), limit=limit + 1)
        rows = [
            PickerValue(
                row.key[0],
                row.labels[0],
                row.charges,
                # How much it costs, for the order of a picker only.
                None if row.amount is None else float(row.amount),  # nosemgrep: money-is-not-a-float
            )
            for row in ranking.rows
            if dimension == "ResourceId" or search.lower() in (row.labels[0] + (row.key[0] or "")).lower()
        ]
        return tuple(rows[:limit]), len(rows) > limit

    # ── plumbing ───────────────────────────────────────────────────────────────────────────────

    def _run(self, text: str, relation: Relation, **more: Any) -> list[dict[str, Any]]:
        used = set(re.findall(r"\$(\w+)", text))
        parameters = {name: value for name, value in {**relation.parameters, **more}.items() if name in used}
        with self._lake.reading() as cursor:
            cursor.execute(text, parameters)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _evidence(self, snapshot: Snapshot, relation: Relation) -> Evidence:
        org = snapshot.of(relation.scope.org_id)
        rates: tuple[tuple[str, date, Decimal], ...] = ()
        missing: tuple[tuple[str, date], ...] = ()
        if relation.converts:
            text = sql(
                "missing_rates", relation=relation.text, rates=relation.rates(), condition=relation.condition
            )
            bounds = {"start_all": relation.days.start, "end_all": relation.days.end}
            missing = tuple(
                (row["BillingCurrency"], row["period"]) for row in self._run(text, relation, **bounds)
            )
            wanted = {
                (currency, file.period) for file in relation.files for currency in file.facts.currencies
            }
            rates = tuple(
                (*pair, rate)
                for pair, rate in sorted(relation.scope.rates.table.items())
                if pair in wanted and pair[0] != relation.scope.rates.reporting
            )
        return Evidence(
            relation.source,
            relation.currencies,
            rates,
            missing,
            max((file.facts.last_day for file in org), default=None),
            snapshot.committed_at,
            snapshot.id,
        )


def data_days(files: Sequence[VisibleFile]) -> Days | None:
    """The days from the first to the last charge, or None without any."""
    return _all_days(files) if files else None


def only(scope: Scope, dimension: str, value: str) -> Scope:
    """The scope narrowed to one value of a dimension."""
    added = Filter(dimension, Op.IN, (value,))
    return Scope(scope.org_id, scope.days, scope.rates, scope.cost, (*scope.filters, added), scope.search)


def _all_days(files: Sequence[VisibleFile]) -> Days:
    first = min(file.facts.first_day for file in files)
    last = max(file.facts.last_day for file in files)
    return Days(first, last + timedelta(days=1))


def _average(relation: Relation) -> str:
    return f"(SELECT currency, avg(rate) AS rate FROM {relation.rates()} GROUP BY 1)"


def _keys(relation: Relation, group_by: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    if not group_by:
        return {"k0": "NULL::VARCHAR"}, {"l0": "NULL::VARCHAR"}
    keys = {f"k{place}": relation.expression(name) for place, name in enumerate(group_by)}
    return keys, {f"l{place}": relation.label(name) for place, name in enumerate(group_by)}


def _chosen(alias: str) -> str:
    return f"max({alias}) FILTER (rank <= $offset + $limit) AS {alias}"


def _ranked(row: Mapping[str, Any], group_by: Sequence[str]) -> Ranked:
    places = range(len(group_by))
    key = tuple(row[f"k{place}"] for place in places)
    labels = tuple(row[f"l{place}"] or row[f"k{place}"] or "" for place in places)
    if row["part"] != "row":
        key, labels = (), ()
    return Ranked(key, labels, row["amount"], row["previous"], row["charges"])


def _moved(row: Mapping[str, Any], group_by: Sequence[str]) -> Moved:
    places = range(len(group_by))
    key = tuple(row[f"k{place}"] for place in places)
    label = " · ".join(row[f"l{place}"] or row[f"k{place}"] or "" for place in places)
    there = row["was_there"], row["is_there"]
    before, after = row["before"], row["after"]
    if before is None or after is None:
        return Moved(key, label, before, after, None, None, None, None, None, *there)
    zero = Decimal(0)
    metered, new, gone = (row[name] or zero for name in ("metered_change", "new_effect", "gone_effect"))
    usage = zero if row["usage_effect"] is None else Decimal(repr(round(row["usage_effect"], 10)))
    other = after - before - metered - new - gone
    return Moved(key, label, before, after, usage, metered - usage, new, gone, other, *there)


def _sum(amounts: Sequence[Amount]) -> Amount:
    result = Decimal(0)
    for each in amounts:
        if each is None:
            return None
        result += each
    return result
