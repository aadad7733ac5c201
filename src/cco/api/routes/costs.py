"""Costs: totals, series, breakdowns, movers, pickers and line items."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from decimal import Decimal
from io import StringIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from cco.api.cost_desk import Asked, Desk, Picking
from cco.api.deps import may
from cco.api.figures import (
    KINDS,
    added,
    aligned,
    computed,
    difference,
    figure,
    granularity_for,
    share,
    starts,
    text,
    window,
)
from cco.api.schemas.costs import (
    Breakdown,
    BreakdownRow,
    Charge,
    Charges,
    CostKinds,
    Dimension,
    Dimensions,
    DimensionValue,
    DimensionValues,
    Granularity,
    Mover,
    MoverReason,
    Movers,
    RunRate,
    Series,
    SeriesGroup,
    Summary,
)
from cco.core.charge import CostKind
from cco.core.errors import InvalidInput
from cco.core.role import Role
from cco.store.charges import SHOWN
from cco.store.cost import Evidence, Key, Moved, Ranked
from cco.store.scope import DIMENSIONS, TAG, known

router = APIRouter(prefix="/costs", tags=["costs"], dependencies=[Depends(may(Role.VIEWER))])

MAX_BUCKETS = 400
MAX_EXPORTED = 100_000
"""Groups in an exported breakdown; more than a spreadsheet likes."""

_GROUP_BY = Annotated[
    list[str],
    Query(
        max_length=3,
        description="Up to three dimensions, the outermost first.",
        examples=[["ServiceName"], ["SubAccountId", "tag:team"]],
    ),
]
_DOMINANT = Decimal("0.7")


@router.get("/summary", summary="Totals of a window against the one before it", response_model=Summary)
def summary(request: Request, desk: Asked) -> Response:
    """All four costs, the change against the previous window, and where the month is heading."""

    def make() -> Summary:
        totals = desk.costs.totals(desk.snapshot, desk.scope, desk.previous)
        kind, currency, evidence = desk.scope.cost, desk.currency, totals.evidence
        now, before = totals.now[kind], totals.before[kind]
        change = difference(now, before)
        effective, listed = totals.now[CostKind.EFFECTIVE], totals.now[CostKind.LIST]
        kept = share(effective, listed)
        kinds = {name.value: figure(totals.now[of], currency, evidence) for name, of in KINDS.items()}
        return Summary(
            window=window(desk.scope.days),
            previous_window=window(desk.previous),
            cost_kind=desk.kind,
            total=figure(now, currency, evidence),
            previous_total=figure(before, currency, evidence),
            change=figure(change, currency, evidence),
            change_share=share(change, before),
            by_cost_kind=CostKinds(**kinds),
            savings_share=None if kept is None else 1 - kept,
            run_rate=_run_rate(desk, evidence),
            computed=computed(evidence, kind, totals.charges),
        )

    return desk.answer(request, make)


def _run_rate(desk: Desk, evidence: Evidence) -> RunRate | None:
    last_day = desk.scope.days.end - timedelta(days=1)
    if evidence.data_until is None or desk.known is None or last_day < desk.known.start:
        return None
    rate = desk.costs.run_rate(desk.snapshot, desk.scope, min(last_day, evidence.data_until))
    currency = desk.currency
    estimate = None if rate.month_end is None else round(rate.month_end, 2)
    return RunRate(
        month=rate.month,
        month_to_date=figure(rate.month_to_date, currency, evidence),
        month_end=None if estimate is None else figure(estimate, currency, evidence),
        last_month=figure(rate.last_month, currency, evidence),
        last_month_to_same_day=figure(rate.last_month_to_same_day, currency, evidence),
        days_complete=rate.days_complete,
        days_in_month=rate.days_in_month,
        complete=rate.days_complete >= rate.days_in_month,
    )


@router.get("/series", summary="Cost over time", response_model=Series)
def series(
    request: Request,
    desk: Asked,
    granularity: Granularity = Granularity.DAY,
    group_by: _GROUP_BY = [],  # noqa: B006
    top: Annotated[int, Query(ge=1, le=50)] = 7,
) -> Response:
    """Buckets of the window by the largest groups, the rest as "Other", and the previous window."""
    dimensions = _dimensions(group_by)
    buckets = starts(desk.scope.days, granularity)
    if len(buckets) > MAX_BUCKETS:
        raise InvalidInput(
            f"That is {len(buckets)} buckets; a series has at most {MAX_BUCKETS}.",
            remedy="Choose a shorter window or a coarser granularity.",
        )

    def make() -> Series:
        ranking = desk.costs.rank(
            desk.snapshot, desk.scope, desk.previous, dimensions, limit=top if dimensions else 1
        )
        keys = [row.key for row in ranking.rows] if dimensions else []
        found = desk.costs.buckets(desk.snapshot, desk.scope, granularity, dimensions, keys)
        before = desk.costs.buckets(desk.snapshot, desk.scope_before(), granularity)
        end = desk.scope.days.end
        groups = [
            SeriesGroup(
                key=list(row.key),
                label=_label(row.key, row.labels, dimensions),
                other=False,
                total=text(row.amount),
                values=aligned(found.get(place, {}), buckets, desk.known, end=end),
            )
            for place, row in enumerate(ranking.rows)
            if dimensions
        ]
        if ranking.other is not None and dimensions:
            groups.append(
                SeriesGroup(
                    key=[],
                    label="Other",
                    other=True,
                    total=text(ranking.other.amount),
                    values=aligned(found.get(None, {}), buckets, desk.known, end=end),
                )
            )
        earlier = starts(desk.previous, granularity)
        return Series(
            window=window(desk.scope.days),
            granularity=granularity,
            cost_kind=desk.kind,
            currency=desk.currency,
            group_by=dimensions,
            buckets=buckets,
            groups=groups,
            totals=aligned(added(list(found.values())), buckets, desk.known, end=end),
            previous_window=window(desk.previous),
            previous_totals=aligned(before.get(None, {}), earlier, desk.known, end=desk.previous.end),
            computed=computed(ranking.evidence, desk.scope.cost, ranking.total.charges),
        )

    return desk.answer(request, make)


@router.get("/breakdown", summary="Cost by up to three dimensions", response_model=Breakdown)
def breakdown(
    request: Request,
    desk: Asked,
    group_by: _GROUP_BY = ["ServiceName"],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    sort: Literal["cost", "change"] = "cost",
    trend: Annotated[bool, Query(description="Add a sparkline to each row.")] = True,
) -> Response:
    """Groups with their share, their change against the previous window and a sparkline."""
    dimensions = _dimensions(group_by)

    def make() -> Breakdown:
        ranking = desk.costs.rank(
            desk.snapshot, desk.scope, desk.previous, dimensions, limit=limit, order=sort
        )
        total = ranking.total
        shape = granularity_for(desk.scope.days)
        buckets = starts(desk.scope.days, shape)
        found = (
            desk.costs.buckets(
                desk.snapshot, desk.scope, shape, dimensions, [row.key for row in ranking.rows]
            )
            if trend
            else {}
        )

        def line(place: int | None) -> list[str | None]:
            return (
                aligned(found.get(place, {}), buckets, desk.known, end=desk.scope.days.end) if trend else []
            )

        everything = added(list(found.values()))
        return Breakdown(
            window=window(desk.scope.days),
            previous_window=window(desk.previous),
            cost_kind=desk.kind,
            currency=desk.currency,
            group_by=dimensions,
            rows=[_row(row, total, line(place), dimensions) for place, row in enumerate(ranking.rows)],
            groups=ranking.groups,
            other=None if ranking.other is None else _row(ranking.other, total, line(None), dimensions),
            total=_row(
                total,
                total,
                aligned(everything, buckets, desk.known, end=desk.scope.days.end) if trend else [],
                dimensions,
            ),
            computed=computed(ranking.evidence, desk.scope.cost, total.charges),
        )

    return desk.answer(request, make)


@router.get(
    "/breakdown/export",
    summary="The whole breakdown as a CSV file",
    response_class=Response,
    dependencies=[Depends(may(Role.ANALYST))],
    responses={200: {"content": {"text/csv": {}}}},
)
def export_breakdown(
    desk: Asked,
    group_by: _GROUP_BY = ["ServiceName"],  # noqa: B006
) -> Response:
    """A row a group, the dearest first: key and name of each dimension, then the costs, exact. An amount
    that is unknown for want of an exchange rate is empty."""
    dimensions = _dimensions(group_by)
    ranking = desk.costs.rank(desk.snapshot, desk.scope, desk.previous, dimensions, limit=MAX_EXPORTED)
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    named = [heading for name in dimensions for heading in (name, f"{name} (name)")]
    table.writerow([*named, desk.scope.cost.value, "Previous", "Change", "Currency", "Charges"])
    for row in ranking.rows:
        labels = _labels(row.key, row.labels, dimensions)
        pairs = [cell for key, label in zip(row.key, labels, strict=True) for cell in (key, label)]
        amounts = [text(row.amount), text(row.previous), text(difference(row.amount, row.previous))]
        table.writerow([*pairs, *amounts, desk.currency, row.charges])
    days = desk.scope.days
    return Response(
        out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="costs-{days.start}-{days.end}.csv"'},
    )


@router.get("/movers", summary="What changed most, and why", response_model=Movers)
def movers(
    request: Request,
    desk: Asked,
    group_by: _GROUP_BY = ["ServiceName"],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> Response:
    """Groups by the size of their change against the previous window, each split into its effects."""
    dimensions = _dimensions(group_by)

    def make() -> Movers:
        moved, evidence = desk.costs.movers(desk.snapshot, desk.scope, desk.previous, dimensions, limit=limit)
        totals = desk.costs.totals(desk.snapshot, desk.scope, desk.previous)
        kind = desk.scope.cost
        return Movers(
            window=window(desk.scope.days),
            previous_window=window(desk.previous),
            cost_kind=desk.kind,
            currency=desk.currency,
            group_by=dimensions,
            rows=[_mover(each, dimensions) for each in moved],
            change=text(difference(totals.now[kind], totals.before[kind])),
            computed=computed(evidence, kind, totals.charges),
        )

    return desk.answer(request, make)


@router.get("/dimensions", summary="What costs can be grouped and filtered by", response_model=Dimensions)
def dimensions(request: Request, desk: Picking) -> Response:
    """FOCUS columns first, then the tag keys seen, by the share of cost that carries them."""

    def make() -> Dimensions:
        return Dimensions(
            dimensions=[
                Dimension(
                    name=each.name,
                    label=each.label,
                    kind="tag" if each.name.startswith(TAG) else "column",
                    values=each.values,
                    coverage=each.coverage,
                )
                for each in desk.costs.dimensions(desk.snapshot, desk.scope)
            ]
        )

    return desk.answer(request, make)


@router.get(
    "/dimensions/{name:path}/values",
    summary="Values of a dimension, for pickers",
    response_model=DimensionValues,
)
def dimension_values(
    request: Request,
    name: str,
    desk: Picking,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Values that contain the search text, most expensive first."""
    known(name)

    def make() -> DimensionValues:
        values, more = desk.costs.values(desk.snapshot, desk.scope, name, search=search, limit=limit)
        return DimensionValues(
            dimension=name,
            values=[
                DimensionValue(
                    value=each.value,
                    label=each.label or _absent(name),
                    charges=each.charges,
                    cost=None if each.cost is None else f"{each.cost:.2f}",
                )
                for each in values
            ],
            more=more,
        )

    return desk.answer(request, make)


@router.get("/charges", summary="Line items", response_model=Charges)
def charges(
    request: Request,
    desk: Asked,
    sort: Literal["date", "cost"] = "date",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """The charges as billed, newest or costliest first, each with the load and row it came from."""

    def make() -> Charges:
        rows, following = desk.charges.page(desk.snapshot, desk.scope, order=sort, limit=limit, cursor=cursor)
        return Charges(
            window=window(desk.scope.days),
            charges=[_charge(row) for row in rows],
            next=following,
            snapshot=desk.snapshot.id,
        )

    return desk.answer(request, make)


@router.get(
    "/charges/export",
    summary="All line items in scope as a file",
    response_class=StreamingResponse,
    dependencies=[Depends(may(Role.ANALYST))],
    responses={200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}}},
)
def export_charges(desk: Asked, format: Literal["csv", "parquet"] = "csv") -> StreamingResponse:
    """FOCUS columns, exact costs; CSV is streamed while it is read."""
    kinds = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
    pieces: Iterator[bytes] = desk.charges.export(
        desk.snapshot, desk.scope, kind=format, scratch=desk.scratch
    )
    days = desk.scope.days
    return StreamingResponse(
        pieces,
        media_type=kinds[format],
        headers={"Content-Disposition": f'attachment; filename="charges-{days.start}-{days.end}.{format}"'},
    )


def _dimensions(group_by: Sequence[str]) -> list[str]:
    result = [known(name) for name in group_by]
    if len(set(result)) != len(result):
        raise InvalidInput("A dimension is named twice.", remedy="Group by different dimensions.")
    return result


def _absent(dimension: str) -> str:
    if dimension.startswith(TAG):
        return f"No {dimension.removeprefix(TAG)} tag"
    return f"No {DIMENSIONS[dimension][0].lower()}"


def _labels(key: Key, labels: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    return [
        label or ("" if value is not None else _absent(name))
        for value, label, name in zip(key, labels, dimensions, strict=False)
    ]


def _label(key: Key, labels: Sequence[str], dimensions: Sequence[str]) -> str:
    return " · ".join(_labels(key, labels, dimensions))


def _row(row: Ranked, total: Ranked, trend: list[str | None], dimensions: Sequence[str]) -> BreakdownRow:
    change = difference(row.amount, row.previous)
    return BreakdownRow(
        key=list(row.key),
        labels=_labels(row.key, row.labels, dimensions),
        amount=text(row.amount),
        share=share(row.amount, total.amount),
        previous_amount=text(row.previous),
        change=text(change),
        change_share=share(change, row.previous),
        charges=row.charges,
        trend=trend,
    )


def _mover(moved: Moved, dimensions: Sequence[str]) -> Mover:
    change = difference(moved.after, moved.before)
    return Mover(
        key=list(moved.key),
        label=moved.label or _label(moved.key, [""] * len(dimensions), dimensions),
        before=text(moved.before),
        after=text(moved.after),
        change=text(change),
        change_share=share(change, moved.before),
        reason=_reason(moved),
        usage_effect=text(moved.usage),
        rate_effect=text(moved.rate),
        new_effect=text(moved.new),
        gone_effect=text(moved.gone),
        other_effect=text(moved.other),
    )


def _reason(moved: Moved) -> MoverReason:
    """The effect that makes up at least 70 % of all movement; "mixed" where none does."""
    if not moved.was_there:
        return MoverReason.NEW
    if not moved.is_there:
        return MoverReason.GONE
    effects = {
        MoverReason.USAGE: moved.usage,
        MoverReason.RATE: moved.rate,
        MoverReason.NEW: moved.new,
        MoverReason.GONE: moved.gone,
        MoverReason.OTHER: moved.other,
    }
    sizes = {reason: abs(effect) for reason, effect in effects.items() if effect is not None}
    movement = sum(sizes.values(), Decimal(0))
    if movement == 0:
        return MoverReason.MIXED
    reason, size = max(sizes.items(), key=lambda pair: pair[1])
    return reason if size >= _DOMINANT * movement else MoverReason.MIXED


_MOMENTS = ("ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart")
_EXACT = {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost"} | {
    "PricingQuantity",
    "ConsumedQuantity",
    "ListUnitPrice",
    "ContractedUnitPrice",
}


def _charge(row: dict[str, Any]) -> Charge:
    shown = {name: row[name] for name in SHOWN if name != "x_SourceRow"}
    for name in _EXACT:
        shown[name] = text(shown[name])
    for name in _MOMENTS:
        shown[name] = shown[name].replace(tzinfo=UTC)
    shown["Tags"] = dict(row["Tags"] or {})
    return Charge(**shown, source_row=row["x_SourceRow"])
