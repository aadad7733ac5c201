"""Resources: what costs money, one by one."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from cco.api.cost_desk import Asked, Desk
from cco.api.deps import Id, Transaction, may
from cco.api.errors import problems
from cco.api.figures import aligned, computed, difference, granularity_for, share, starts, text, window
from cco.api.schemas.resources import ResourceDetail, ResourceRow, Resources, SkuCost
from cco.core.errors import InvalidInput
from cco.core.role import Role
from cco.store.cost import Ranked
from cco.store.resources import KnownResource
from cco.store.resources import Resources as KnownResources
from cco.store.scope import Filter, Op

router = APIRouter(prefix="/resources", tags=["resources"], dependencies=[Depends(may(Role.VIEWER))])

_BY = ["ProviderName", "ResourceId", "SubAccountId"]


@router.get("", summary="Resources by cost, change or name", response_model=Resources)
def resources(
    request: Request,
    desk: Asked,
    session: Transaction,
    search: Annotated[str, Query(max_length=200, description="Part of an id or name.")] = "",
    sort: Literal["cost", "change", "name"] = "cost",
    order: Literal["asc", "desc"] | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Resources charged in the window or in the one before it, with a sparkline each."""
    offset = _offset(cursor)
    scope = replace(
        desk.scope,
        search=search.strip(),
        filters=(*desk.scope.filters, Filter("ResourceId", Op.PRESENT)),
    )
    descending = order == "desc" if order else sort != "name"

    def make() -> Resources:
        ranking = desk.costs.rank(
            desk.snapshot,
            scope,
            desk.previous,
            _BY,
            limit=limit,
            offset=offset,
            order=sort,
            descending=descending,
        )
        shape = granularity_for(desk.scope.days)
        buckets = starts(desk.scope.days, shape)
        found = desk.costs.buckets(desk.snapshot, scope, shape, _BY, [row.key for row in ranking.rows])
        known = KnownResources(session).named(
            desk.scope.org_id, {(row.key[0] or "", row.key[1] or "") for row in ranking.rows}
        )
        total = ranking.total
        end = offset + len(ranking.rows)
        return Resources(
            window=window(desk.scope.days),
            previous_window=window(desk.previous),
            cost_kind=desk.kind,
            currency=desk.currency,
            buckets=buckets,
            resources=[
                _row(
                    row,
                    known.get((row.key[0] or "", row.key[1] or "")),
                    aligned(found.get(place, {}), buckets, desk.known, end=desk.scope.days.end),
                )
                for place, row in enumerate(ranking.rows)
            ],
            next=_cursor(end, desk) if end < ranking.groups else None,
            total=ranking.groups,
            computed=computed(ranking.evidence, desk.scope.cost, total.charges),
        )

    return desk.answer(request, make, also=KnownResources(session).count(desk.scope.org_id))


@router.get(
    "/{id}",
    summary="A resource and what its cost is made of",
    response_model=ResourceDetail,
    responses=problems(404),
)
def resource(request: Request, id: Id, desk: Asked, session: Transaction) -> Response:
    """Daily cost in the window, and the SKUs behind it."""
    known = KnownResources(session).get(desk.scope.org_id, id)
    mine = (
        Filter("ProviderName", Op.IN, (known.provider,)),
        Filter("ResourceId", Op.IN, (known.resource_id,)),
    )
    scope = replace(desk.scope, filters=(*desk.scope.filters, *mine))

    def make() -> ResourceDetail:
        whole = desk.costs.rank(desk.snapshot, scope, desk.previous, _BY, limit=1)
        skus = desk.costs.rank(desk.snapshot, scope, desk.previous, ["SkuId", "ChargeCategory"], limit=50)
        days = starts(desk.scope.days, "day")
        daily = desk.costs.buckets(desk.snapshot, scope, "day").get(None, {})
        line = aligned(daily, days, desk.known, end=desk.scope.days.end)
        row = (
            whole.rows[0]
            if whole.rows
            else Ranked(
                (known.provider, known.resource_id, known.account_id),
                ("",) * 3,
                whole.total.amount,
                whole.total.previous,
                0,
            )
        )
        return ResourceDetail(
            resource=_row(row, known, line),
            window=window(desk.scope.days),
            previous_window=window(desk.previous),
            cost_kind=desk.kind,
            currency=desk.currency,
            days=days,
            daily=line,
            skus=[
                SkuCost(
                    sku=each.key[0],
                    description=each.labels[0] or each.key[0] or "Charges without a SKU",
                    charge_category=each.key[1],
                    amount=text(each.amount),
                    previous_amount=text(each.previous),
                    share=share(each.amount, skus.total.amount),
                    charges=each.charges,
                )
                for each in skus.rows
            ],
            computed=computed(skus.evidence, desk.scope.cost, skus.total.charges),
        )

    return desk.answer(request, make, also=known)


def _row(row: Ranked, known: KnownResource | None, trend: list[str | None]) -> ResourceRow:
    provider, resource_id, account = row.key
    change = difference(row.amount, row.previous)
    return ResourceRow(
        id=known.id if known else None,
        provider=provider or "",
        resource_id=resource_id or "",
        name=(known.name if known else None) or _named(row.labels[1], resource_id),
        type=known.type if known else None,
        service=known.service if known else None,
        region=known.region if known else None,
        account_id=account,
        account_name=row.labels[2] or None,
        tags=dict(known.tags) if known else {},
        first_seen=known.first_seen if known else None,
        last_seen=known.last_seen if known else None,
        ended_at=known.ended_at if known else None,
        cost=text(row.amount),
        previous_cost=text(row.previous),
        change_share=share(change, row.previous),
        trend=trend,
    )


def _named(label: str, resource_id: str | None) -> str | None:
    return label if label and label != resource_id else None


def _cursor(offset: int, desk: Desk) -> str:
    return base64.urlsafe_b64encode(f"{desk.snapshot.id}:{offset}".encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    """How many rows the pages before held. A cursor of an older snapshot goes on at the same place."""
    if cursor is None:
        return 0
    try:
        written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        written = ""
    found = re.fullmatch(r"\d+:(\d{1,9})", written)
    if found is None:
        raise InvalidInput("The cursor is not one of ours.", remedy="Start again without a cursor.")
    return int(found[1])
