"""Loads of one bill, and what FOCUS asks of every charge."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cco.core.charge import CHARGE_COLUMNS, CostKind
from cco.core.money import EXACT, plain
from cco.ingest.load import LoadReport

Load = Callable[..., "Loaded"]


@dataclass(frozen=True)
class Loaded:
    """A load and the charges it brought, in the order of the file's rows."""

    report: LoadReport
    charges: list[dict[str, Any]]

    def totals(self) -> list[dict[str, str]]:
        """As the command line prints them."""
        return [each.as_json() for each in self.report.totals]

    def warnings(self) -> dict[str, int]:
        """Code → rows."""
        return {each.code: each.count for each in self.report.warnings}


def records(path: Path) -> list[dict[str, str]]:
    """A CSV file as Python reads it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def exact_sum(values: Sequence[str | Decimal]) -> Decimal:
    """Python's own exact sum."""
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(value or 0))
    return total


def in_full(amount: Decimal) -> str:
    """As totals print it."""
    return plain(amount)


def summed(loaded: Loaded, kind: CostKind) -> Decimal:
    """The charges' cost of a kind."""
    return exact_sum([row[kind.value] for row in loaded.charges])


def assert_focus(loaded: Loaded) -> None:
    """What FOCUS asks of every charge, whatever the provider."""
    required = [column.name for column in CHARGE_COLUMNS if column.required]
    for row in loaded.charges:
        assert all(row[name] is not None for name in required), row
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"]
        assert row["BillingPeriodStart"] < row["BillingPeriodEnd"]
        assert (row["CommitmentDiscountStatus"] is None) or row["CommitmentDiscountType"] is not None
        assert (row["CommitmentDiscountCategory"] is None) == (row["CommitmentDiscountType"] is None)
        if row["ChargeCategory"] == "Usage" and row["ChargeClass"] is None:
            assert row["PricingCategory"] is not None
        if row["ChargeCategory"] == "Tax":
            assert row["PricingCategory"] is None
        assert (row["Tags"] or {}).keys() == (row["x_TagOrigins"] or {}).keys()
    for total in loaded.report.totals:
        for kind, amount in total.amounts.items():
            assert amount == exact_sum(
                [row[kind.value] for row in loaded.charges if row["BillingCurrency"] == total.currency]
            )


def moment(text: str) -> datetime:
    """A time as the lake holds it: UTC, without saying so."""
    return datetime.fromisoformat(text)
