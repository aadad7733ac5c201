"""What the tests of ingest share: the parts of a load, and small files to load."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from cco.ingest.load import Ingest, LoadReport, Options
from cco.ingest.sources import ingest_paths
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import Wiring

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


@pytest.fixture
def ingest(wiring: Wiring) -> Ingest:
    """A load's surroundings, for a person at the command line."""
    return Ingest(wiring.lake, wiring.database, wiring.clock, wiring.settings.home)


@pytest.fixture
def org(wiring: Wiring) -> str:
    """The default organisation."""
    with wiring.database.transaction() as session:
        return Orgs(session).ensure(DEFAULT).id


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """An empty folder for deliveries."""
    folder = tmp_path / "bills"
    folder.mkdir()
    return folder


Run = Callable[..., list[LoadReport]]


@pytest.fixture
def run(ingest: Ingest, org: str) -> Run:
    """Ingest paths into the default organisation."""

    def run(*targets: Path | str, options: Options | None = None) -> list[LoadReport]:
        return list(ingest_paths(ingest, org, [str(target) for target in targets], options))

    return run


@pytest.fixture
def charges(ingest: Ingest, org: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Ask the lake's charges: the SELECT list and what follows FROM."""

    def ask(select: str, rest: str = "") -> list[tuple[object, ...]]:
        files = [file.path for file in ingest.lake.files(org)]
        if not files:
            return []
        with ingest.lake.reading() as cursor:
            return cursor.execute(f"SELECT {select} FROM read_parquet(?) {rest}", [files]).fetchall()

    return ask


def texts(reports: Sequence[LoadReport]) -> list[tuple[str, str | None]]:
    """(status, error code) of reports."""
    return [(each.status, each.error.code if each.error else None) for each in reports]
