"""Resources: what costs money, one by one."""

from __future__ import annotations

from datetime import date, datetime

from cco.api.schemas.base import Out, Window
from cco.api.schemas.costs import Computed, CostKindName


class ResourceRow(Out):
    """A resource in a list. `id` is null where charges name a resource that no load has registered."""

    id: str | None
    provider: str
    resource_id: str
    name: str | None
    type: str | None
    service: str | None
    region: str | None
    account_id: str | None
    account_name: str | None
    tags: dict[str, str | None]
    first_seen: datetime | None
    last_seen: datetime | None
    ended_at: datetime | None
    cost: str | None
    previous_cost: str | None
    change_share: float | None
    trend: list[str | None]


class Resources(Out):
    """A page of resources."""

    window: Window
    previous_window: Window
    cost_kind: CostKindName
    currency: str
    buckets: list[date]
    resources: list[ResourceRow]
    next: str | None
    total: int
    computed: Computed


class SkuCost(Out):
    """What one SKU (or kind of charge) of a resource cost."""

    sku: str | None
    description: str
    charge_category: str | None
    amount: str | None
    previous_amount: str | None
    share: float | None
    charges: int


class ResourceDetail(Out):
    """A resource with its daily cost and what the cost is made of."""

    resource: ResourceRow
    window: Window
    previous_window: Window
    cost_kind: CostKindName
    currency: str
    days: list[date]
    daily: list[str | None]
    skus: list[SkuCost]
    computed: Computed
