"""The resource: one thing in a cloud that costs money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as the bill or the cloud's inventory describes it.

    provider: FOCUS ProviderName; id: FOCUS ResourceId, unique per provider; type: the cloud's own
    word (``AWS::EC2::Instance``, ``Microsoft.Compute/virtualMachines``, …) or None where nobody said.
    first_seen, last_seen: the bounds of what has been charged or listed, aware UTC.
    """

    provider: str
    id: str
    name: str | None
    type: str | None
    service: str | None
    region: str | None
    account_id: str | None
    tags: dict[str, str] = field(default_factory=dict)
    first_seen: datetime | None = None
    last_seen: datetime | None = None
