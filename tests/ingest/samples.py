"""Small FOCUS files for the tests of ingest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cco.ingest.load import LoadReport, Options


class Run(Protocol):
    """Ingests paths into the default organisation."""

    def __call__(self, *targets: Path | str, options: Options | None = None) -> list[LoadReport]: ...


ROW: Mapping[str, str] = {
    "BilledCost": "1.5",
    "BillingAccountId": "111",
    "BillingAccountName": "Acme",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2025-04-01T00:00:00Z",
    "BillingPeriodEnd": "2025-05-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "A charge",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodStart": "2025-04-02T00:00:00Z",
    "ChargePeriodEnd": "2025-04-02T01:00:00Z",
    "ConsumedQuantity": "2",
    "ContractedCost": "1.75",
    "EffectiveCost": "1.25",
    "ListCost": "2",
    "ProviderName": "AWS",
    "PricingCategory": "Standard",
    "RegionId": "us-east-1",
    "ResourceId": "r-1",
    "ResourceName": "one",
    "ServiceCategory": "Compute",
    "ServiceName": "EC2",
    "SubAccountId": "222",
    "SubAccountName": "Team",
    "Tags": '{"team": "blue"}',
    "x_Extra": "kept",
}
"""A good FOCUS row."""


def rows(count: int, **changes: str | Callable[[int], str]) -> list[dict[str, str]]:
    """So many good rows that differ in resource and cost, with other values where `changes` says."""
    result = []
    for number in range(count):
        row = {**ROW, "ResourceId": f"r-{number}", "BilledCost": f"{number + 1}.25"}
        row |= {name: value(number) if callable(value) else value for name, value in changes.items()}
        result.append(row)
    return result


def as_csv(rows: Iterable[Mapping[str, str]], *, delimiter: str = ",") -> str:
    """The rows as delimited text with a header."""
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def texts(reports: Sequence[LoadReport]) -> list[tuple[str, str | None]]:
    """(status, error code) of reports."""
    return [(each.status, each.error.code if each.error else None) for each in reports]
