"""Line items: pages of them, and all of them as a file. Costs stay in the currency they were billed in."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from cco.core.charge import FOCUS_COLUMNS
from cco.core.errors import InvalidInput
from cco.store.lake import Lake, Snapshot
from cco.store.scope import Relation, Scope
from cco.store.sql import sql

SHOWN = (
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "BillingPeriodStart",
    "ProviderName",
    "SubAccountId",
    "SubAccountName",
    "ServiceCategory",
    "ServiceName",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "SkuId",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "PricingCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "PricingQuantity",
    "PricingUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "BillingCurrency",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "Tags",
    "load_id",
    "source_id",
    "part",
    "x_SourceRow",
)
"""The columns of a line item as shown, in order."""

_TIE = ("load_id", "x_SourceRow", "ChargeCategory", "BilledCost", "EffectiveCost", "line")
"""What makes a row's place certain among equals: where it came from, and (for source rows that became
several charges, as a usage and its credits do) a hash of the charge."""

_LINE = "hash(ChargeDescription, ChargePeriodStart, ListCost, SkuId)::VARCHAR AS line"
_TYPES = {
    "x_UsageDate": "DATE",
    "x_SourceRow": "BIGINT",
    "BilledCost": "DECIMAL(38, 24)",
    "EffectiveCost": "DECIMAL(38, 24)",
    "cost": "DECIMAL(38, 24)",
}


class Charges:
    """Line items of one lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def page(
        self, snapshot: Snapshot, scope: Scope, *, order: str, limit: int, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of line items (SHOWN) by ``date`` or ``cost``, descending, and the next page's cursor.

        The cursor names the last row seen, so pages neither repeat nor skip rows while they are read.
        """
        relation = self._relation(snapshot, scope, (*SHOWN, "Tags"))
        first = "x_UsageDate" if order == "date" else f'"{scope.cost.value}"'
        ordering = (first, *_TIE)
        parameters: dict[str, Any] = {}
        after = "true"
        if cursor is not None:
            values = _read_cursor(cursor, len(ordering))
            left = ", ".join(f'"{name.strip(chr(34))}"' for name in ordering)
            marks = []
            for place, (name, value) in enumerate(zip(ordering, values, strict=True)):
                parameters[f"after_{place}"] = value
                plain = name.strip('"')
                kind = _TYPES.get("cost" if place == 0 and order == "cost" else plain, "VARCHAR")
                marks.append(f"$after_{place}::{kind}")
            after = f"({left}) < ({', '.join(marks)})"
        columns = ", ".join(["x_UsageDate", *(f'"{name}"' for name in SHOWN), "line"])
        text = sql(
            "charges",
            columns=columns,
            relation=self._with_line(relation),
            condition=relation.condition,
            after=after,
            order=", ".join(f"{name} DESC" for name in ordering),
        )
        parameters |= {"start": scope.days.start, "end": scope.days.end, "limit": limit + 1}
        rows = self._run(text, {**relation.parameters, **parameters})
        more = len(rows) > limit
        rows = rows[:limit]
        following = None
        if more:
            last = rows[-1]
            following = _write_cursor([_place(last[name.strip('"')]) for name in ordering])
        return rows, following

    def columns_of(self) -> tuple[str, ...]:
        """The columns of an export: all of FOCUS, then where each row came from."""
        return (*(column.name for column in FOCUS_COLUMNS), "x_UsageDate", "source_id", "part", "x_SourceRow")

    def export(self, snapshot: Snapshot, scope: Scope, *, kind: str, scratch: Path) -> Iterator[bytes]:
        """All line items in scope as ``csv`` or ``parquet``, in pieces; costs exact.

        CSV is produced as it is read; Parquet is written to `scratch` first, for its footer needs all rows.
        """
        names = self.columns_of()
        relation = self._relation(snapshot, scope, (*names, "Tags"))
        columns = [_exported(name, kind) for name in names]
        text = sql(
            "export",
            columns=", ".join(columns),
            relation=relation.text,
            condition=relation.condition,
        )
        parameters = {**relation.parameters, "start": scope.days.start, "end": scope.days.end}
        if kind == "parquet":
            return self._parquet(text, parameters, scratch)
        return self._csv(text, parameters)

    def _csv(self, text: str, parameters: dict[str, Any]) -> Iterator[bytes]:
        with self._lake.reading() as cursor:
            found = cursor.sql(text, params=_used(text, parameters))
            reader: pa.RecordBatchReader = found.to_arrow_reader(50_000)
            header = True
            for batch in reader:
                sink = pa.BufferOutputStream()
                csv.write_csv(batch, sink, csv.WriteOptions(include_header=header))
                header = False
                yield sink.getvalue().to_pybytes()
            if header:
                yield (",".join(f'"{field.name}"' for field in reader.schema) + "\n").encode()

    def _parquet(self, text: str, parameters: dict[str, Any], scratch: Path) -> Iterator[bytes]:
        scratch.mkdir(parents=True, exist_ok=True)
        target = scratch / f"export-{uuid.uuid4().hex}.parquet"
        try:
            with self._lake.reading() as cursor:
                found = cursor.sql(text, params=_used(text, parameters))
                reader: pa.RecordBatchReader = found.to_arrow_reader(50_000)
                with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
                    for batch in reader:
                        writer.write_batch(batch)
            with target.open("rb") as file:
                while piece := file.read(1 << 20):
                    yield piece
        finally:
            target.unlink(missing_ok=True)

    def _relation(self, snapshot: Snapshot, scope: Scope, columns: tuple[str, ...]) -> Relation:
        return Relation(snapshot, scope, columns=columns, days=scope.days)

    def _with_line(self, relation: Relation) -> str:
        return f"(SELECT *, {_LINE} FROM {relation.text})"

    def _run(self, text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        with self._lake.reading() as cursor:
            cursor.execute(text, _used(text, parameters))
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _exported(name: str, kind: str) -> str:
    column = next((column for column in FOCUS_COLUMNS if column.name == name), None)
    if kind == "csv" and column is not None:
        if column.type.startswith("DECIMAL"):
            return f"rtrim(rtrim(\"{name}\"::VARCHAR, '0'), '.') AS \"{name}\""
        if column.type.startswith("MAP"):
            return f'to_json("{name}")::VARCHAR AS "{name}"'
        if column.type == "TIMESTAMP":
            return f'strftime("{name}", \'%Y-%m-%dT%H:%M:%SZ\') AS "{name}"'
    return f'"{name}"'


def _used(text: str, parameters: dict[str, Any]) -> dict[str, Any]:
    wanted = set(re.findall(r"\$(\w+)", text))
    return {name: value for name, value in parameters.items() if name in wanted}


def _place(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_cursor(values: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[str]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != length or not all(isinstance(v, str) for v in values):
        raise InvalidInput("The cursor is not one of ours.", remedy="Start again without a cursor.")
    return values
