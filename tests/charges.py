"""Charges made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from cco.core.charge import CHARGE_COLUMNS
from cco.store.lake import Lake, LakeFile, LoadKey

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
    start = datetime.combine(day, time())
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


def write(lake: Lake, rows: Sequence[Mapping[str, Any]], key: LoadKey) -> list[LakeFile]:
    """Writes rows as a load that is not yet committed."""
    connection = lake.connect()
    try:
        connection.register("given", arrow(rows))
        connection.execute(
            "CREATE TABLE charges AS "
            "SELECT *, date_trunc('month', BillingPeriodStart)::DATE AS period FROM given"
        )
        return lake.write(connection, "charges", key)
    finally:
        connection.close()


def deliver(lake: Lake, rows: Sequence[Mapping[str, Any]], key: LoadKey) -> LoadKey:
    """Writes and commits rows as one load."""
    files = write(lake, rows, key)
    lake.commit(key, [file.period for file in files], files)
    return key
