"""Charges made by hand, in a real lake."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from cco.core.charge import CHARGE_COLUMNS
from cco.store.lake import Lake, LakeFile, LoadKey
from cco.wiring import Wiring

Deliver = Callable[..., LoadKey]
_ARROW = {
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "DECIMAL(38,24)": pa.decimal128(38, 24),
    "DECIMAL(38,18)": pa.decimal128(38, 18),
    "MAP(VARCHAR, VARCHAR)": pa.map_(pa.string(), pa.string()),
}


def charge(day: date, cost: str | Decimal, **columns: Any) -> dict[str, Any]:
    """A usage charge of one day, all four costs the same unless told."""
    amount = Decimal(cost)
    start = datetime(day.year, day.month, day.day)
    month = start.replace(day=1)
    row: dict[str, Any] = {column.name: None for column in CHARGE_COLUMNS}
    row |= {
        "BilledCost": amount,
        "EffectiveCost": amount,
        "ListCost": amount,
        "ContractedCost": amount,
        "BillingAccountId": "payer",
        "BillingCurrency": "USD",
        "BillingPeriodStart": month,
        "BillingPeriodEnd": (month + timedelta(days=32)).replace(day=1),
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + timedelta(days=1),
        "ChargeCategory": "Usage",
        "ProviderName": "AWS",
        "ServiceCategory": "Compute",
        "ServiceName": "Amazon EC2",
        "SubAccountId": "111",
        "SubAccountName": "shop",
        "x_UsageDate": day,
        "x_SourceRow": 1,
    }
    tags = columns.pop("tags", None)
    row |= columns
    row["Tags"] = None if tags is None else list(tags.items())
    return row


def arrow(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows as a table with the lake's types."""
    return pa.table(
        {
            column.name: pa.array([row[column.name] for row in rows], type=_ARROW[column.type])
            for column in CHARGE_COLUMNS
        }
    )


@pytest.fixture
def lake(wiring: Wiring) -> Lake:
    """The lake of a fresh home."""
    return wiring.lake


@pytest.fixture
def written(lake: Lake) -> Callable[..., tuple[LoadKey, list[LakeFile]]]:
    """Writes rows as a load that is not yet committed."""
    numbers = itertools.count(1)

    def write(
        rows: Sequence[Mapping[str, Any]], *, org: str = "org", source: str = "source", part: str = "a.csv"
    ) -> tuple[LoadKey, list[LakeFile]]:
        key = LoadKey(org, source, part, f"load{next(numbers)}")
        connection = lake.connect()
        try:
            connection.register("given", arrow(rows))
            connection.execute(
                "CREATE TABLE charges AS SELECT *, date_trunc('month', BillingPeriodStart)::DATE AS period FROM given"
            )
            return key, lake.write(connection, "charges", key)
        finally:
            connection.close()

    return write


@pytest.fixture
def deliver(lake: Lake, written: Callable[..., tuple[LoadKey, list[LakeFile]]]) -> Deliver:
    """Writes and commits rows as one load."""

    def make(rows: Sequence[Mapping[str, Any]], **whose: str) -> LoadKey:
        key, files = written(rows, **whose)
        lake.commit(key, [file.period for file in files], files)
        return key

    return make


@pytest.fixture
def make_charge() -> Callable[..., dict[str, Any]]:
    """`charge`, for tests."""
    return charge
