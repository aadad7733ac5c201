"""Google Cloud billing exports: credits as charges of their own, nested and flat, exact sums."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cco.core.charge import CostKind
from tests.ingest.formats.loaded import Load, Loaded, assert_focus, exact_sum, in_full, moment, summed

INSTANCE = "//compute.googleapis.com/projects/shop-prod/zones/us-central1-a/instances/123"

DETAILED: Mapping[str, Any] = {
    "billing_account_id": "01ABCD-234567-89EF01",
    "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
    "sku": {"id": "D973-5D65-BAB2", "description": "N2 Instance Core running in Americas"},
    "usage_start_time": "2026-04-02 03:00:00 UTC",
    "usage_end_time": "2026-04-02 04:00:00 UTC",
    "project": {
        "id": "shop-prod",
        "number": "7",
        "name": "Shop",
        "labels": [{"key": "env", "value": "prod"}, {"key": "team", "value": "of the project"}],
        "ancestry_numbers": "/1/2/",
    },
    "labels": [{"key": "team", "value": "blue"}, {"key": "goog-gke-node", "value": "n1"}],
    "system_labels": [{"key": "compute.googleapis.com/cores", "value": "2"}],
    "tags": [{"key": "cost-center", "value": "c7", "inherited": True, "namespace": "1"}],
    "location": {
        "location": "us-central1",
        "country": "US",
        "region": "us-central1",
        "zone": "us-central1-a",
    },
    "resource": {"name": "web-1", "global_name": INSTANCE},
    "cost": 1.0,
    "cost_at_list": 1.25,
    "currency": "EUR",
    "currency_conversion_rate": 0.9,
    "usage": {
        "amount": 7200.0,
        "unit": "seconds",
        "amount_in_pricing_units": 2.0,
        "pricing_unit": "hour",
    },
    "price": {"effective_price": 0.5, "tier_start_amount": 0, "unit": "hour", "list_price": 0.625},
    "credits": [],
    "invoice": {"month": "202604"},
    "cost_type": "regular",
    "adjustment_info": {"id": None, "description": None, "type": None, "mode": None},
    "export_time": "2026-04-02 09:00:00 UTC",
    "transaction_type": "GOOGLE",
    "seller_name": "Google LLC",
    "subscription": {"instance_id": None},
}


def row(cost: float, **columns: Any) -> dict[str, Any]:
    """A row of the detailed export without a list price."""
    return {**DETAILED, "cost": cost, "cost_at_list": None, **columns}


def credit(kind: str, amount: float, name: str = "", id: str = "") -> dict[str, Any]:
    """One of a row's credits."""
    return {"name": name, "amount": amount, "full_name": None, "id": id, "type": kind}


BILL: Sequence[Mapping[str, Any]] = (
    {
        **DETAILED,
        "credits": [
            credit("SUSTAINED_USAGE_DISCOUNT", -0.2, "Sustained Usage Discount", "Sustained Usage Discount"),
            credit("COMMITTED_USAGE_DISCOUNT", -0.3, "Committed Usage Discount: CPU", "cud-1"),
        ],
    },
    row(
        0.4,
        sku={"id": "F1", "description": "Commitment v1: N2 Cpu in Americas for 1 Year"},
        subscription={"instance_id": "sub-1"},
        resource={"name": None, "global_name": None},
    ),
    row(
        0.7,
        sku={"id": "F2", "description": "Commitment - dollar based v1: GCE for 3 years"},
        credits=[credit("FEE_UTILIZATION_OFFSET", -0.7, "Fee utilization offset", "off-1")],
        subscription={"instance_id": "sub-2"},
    ),
    row(0.5, credits=[credit("COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", -0.1, "GCE Commitments", "flex-1")]),
    row(
        2.0, credits=[credit("PROMOTION", -1.5, "Free trial", "trial-1"), credit("FREE_TIER", -0.25, "Free")]
    ),
    row(0.19, cost_type="tax", sku={"id": "T", "description": "VAT"}, usage=dict.fromkeys(DETAILED["usage"])),
    row(-0.05, cost_type="rounding_error", usage=dict.fromkeys(DETAILED["usage"])),
    row(
        -3.0,
        cost_type="adjustment",
        adjustment_info={
            "id": "adj-1",
            "description": "x",
            "type": "USAGE_CORRECTION",
            "mode": "PARTIAL_CORRECTION",
        },
    ),
    row(0.03, sku={"id": "P", "description": "Spot Preemptible N2 Instance Core running in Americas"}),
)

FIGURES = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
NATURE = ("ChargeCategory", "ChargeClass", "ChargeFrequency", "PricingCategory")
COMMITMENT = ("CommitmentDiscountStatus", "CommitmentDiscountCategory", "CommitmentDiscountId")
NONE = (None, None, None)
CREDIT = ("Credit", None, "Usage-Based", None)

GOLDEN = (
    (1, ("Usage", None, "Usage-Based", "Standard"), NONE, ("1", "1", "1.25", "1")),
    (1, ("Credit", None, "Usage-Based", "Committed"), ("Used", "Usage", "cud-1"), ("-0.3", "-0.3", "0", "0")),
    (1, CREDIT, NONE, ("-0.2", "-0.2", "0", "-0.2")),
    (2, ("Purchase", None, "Recurring", "Standard"), (None, "Usage", "sub-1"), ("0.4", "0.4", "0.4", "0.4")),
    (3, ("Purchase", None, "Recurring", "Standard"), (None, "Spend", "sub-2"), ("0.7", "0.7", "0.7", "0.7")),
    (3, ("Credit", None, "Usage-Based", "Committed"), ("Used", "Spend", "sub-2"), ("-0.7", "-0.7", "0", "0")),
    (4, ("Usage", None, "Usage-Based", "Standard"), NONE, ("0.5", "0.5", "0.5", "0.5")),
    (
        4,
        ("Credit", None, "Usage-Based", "Committed"),
        ("Used", "Spend", "flex-1"),
        ("-0.1", "-0.1", "0", "0"),
    ),
    (5, ("Usage", None, "Usage-Based", "Standard"), NONE, ("2", "2", "2", "2")),
    (5, ("Credit", None, "One-Time", None), NONE, ("-1.5", "-1.5", "-1.5", "-1.5")),
    (5, CREDIT, NONE, ("-0.25", "-0.25", "0", "-0.25")),
    (6, ("Tax", None, "One-Time", None), NONE, ("0.19", "0.19", "0.19", "0.19")),
    (7, ("Adjustment", None, "One-Time", None), NONE, ("-0.05", "-0.05", "-0.05", "-0.05")),
    (8, ("Adjustment", "Correction", "One-Time", None), NONE, ("-3", "-3", "-3", "-3")),
    (9, ("Usage", None, "Usage-Based", "Dynamic"), NONE, ("0.03", "0.03", "0.03", "0.03")),
)


def as_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """JSON lines, as BigQuery exports them."""
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def as_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Parquet with structs and lists."""
    pairs = pa.list_(pa.struct({"key": pa.string(), "value": pa.string()}))
    record = {
        "project": pa.struct(
            {
                "id": pa.string(),
                "number": pa.string(),
                "name": pa.string(),
                "labels": pairs,
                "ancestry_numbers": pa.string(),
            }
        ),
        "labels": pairs,
        "system_labels": pairs,
        "credits": pa.list_(
            pa.struct(
                {
                    "name": pa.string(),
                    "amount": pa.float64(),
                    "full_name": pa.string(),
                    "id": pa.string(),
                    "type": pa.string(),
                }
            )
        ),
    }
    pq.write_table(
        pa.table({name: pa.array([each[name] for each in rows], record.get(name)) for name in rows[0]}), path
    )
    return path


def as_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Flattened, with dotted headers and lists as Python writes them."""
    flat = []
    for each in rows:
        cells: dict[str, Any] = {}
        for name, value in each.items():
            if isinstance(value, dict):
                cells |= {f"{name}.{key}": inner for key, inner in value.items()}
            else:
                cells[name] = value
        flat.append({name: "" if value is None else value for name, value in cells.items()})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(flat[0]))
    writer.writeheader()
    writer.writerows(flat)
    path.write_text(out.getvalue())
    return path


WRITERS = {"bill.jsonl": as_jsonl, "bill.parquet": as_parquet, "bill.csv": as_csv}


def in_order(loaded: Loaded) -> list[dict[str, Any]]:
    """The charges, a row's credits after it, the largest first."""
    return sorted(
        loaded.charges,
        key=lambda each: (each["x_SourceRow"], each["ChargeCategory"] == "Credit", each["BilledCost"]),
    )


@pytest.mark.parametrize("name", WRITERS)
def test_credits_are_charges_and_every_cost_type_has_its_category(
    load: Load, tmp_path: Path, name: str
) -> None:
    loaded = load(WRITERS[name](tmp_path / name, BILL))
    assert loaded.report.format == "Google Cloud billing export"
    assert (loaded.report.rows_read, loaded.report.rows_kept, len(loaded.charges)) == (9, 9, 15)
    found = [
        (
            each["x_SourceRow"],
            tuple(each[name] for name in NATURE),
            tuple(each[name] for name in COMMITMENT),
            tuple(in_full(each[name]) for name in FIGURES),
        )
        for each in in_order(loaded)
    ]
    assert found == list(GOLDEN)
    assert_focus(loaded)
    paid = exact_sum(
        [str(each["cost"]) for each in BILL]
        + [str(part["amount"]) for each in BILL for part in each["credits"]]
    )
    assert summed(loaded, CostKind.BILLED) == summed(loaded, CostKind.EFFECTIVE) == paid


@pytest.mark.parametrize("name", WRITERS)
def test_usage_has_its_quantities_prices_labels_and_place(load: Load, tmp_path: Path, name: str) -> None:
    charge = in_order(load(WRITERS[name](tmp_path / name, BILL)))[0]
    expected = {
        "AvailabilityZone": "us-central1-a",
        "BillingAccountId": "01ABCD-234567-89EF01",
        "BillingCurrency": "EUR",
        "BillingPeriodStart": moment("2026-04-01"),
        "BillingPeriodEnd": moment("2026-05-01"),
        "ChargeDescription": "N2 Instance Core running in Americas",
        "ChargePeriodStart": moment("2026-04-02T03:00"),
        "ChargePeriodEnd": moment("2026-04-02T04:00"),
        "ConsumedQuantity": 7200,
        "ConsumedUnit": "seconds",
        "ContractedUnitPrice": Decimal("0.5"),
        "ListUnitPrice": Decimal("0.625"),
        "PricingQuantity": 2,
        "PricingUnit": "hour",
        "ProviderName": "Google Cloud",
        "PublisherName": "Google LLC",
        "RegionId": "us-central1",
        "RegionName": "Iowa",
        "ResourceId": INSTANCE,
        "ResourceName": "web-1",
        "ResourceType": "compute.googleapis.com/Instance",
        "ServiceCategory": "Compute",
        "ServiceName": "Compute Engine",
        "ServiceSubcategory": "Virtual Machines",
        "SkuId": "D973-5D65-BAB2",
        "SkuMeter": "N2 Instance Core running in Americas",
        "SubAccountId": "shop-prod",
        "SubAccountName": "Shop",
        "Tags": {
            "compute.googleapis.com/cores": "2",
            "env": "prod",
            "team": "blue",
            "cost-center": "c7",
            "goog-gke-node": "n1",
        },
        "x_TagOrigins": {
            "compute.googleapis.com/cores": "system",
            "env": "project",
            "team": "user",
            "cost-center": "tag",
            "goog-gke-node": "system",
        },
    }
    assert {name: charge[name] for name in expected} == expected
    assert charge["x_Provider"]["project.ancestry_numbers"] == "/1/2/"


def test_a_credit_says_what_it_is_and_belongs_to_the_resource_it_reduces(load: Load, tmp_path: Path) -> None:
    charges = in_order(load(as_jsonl(tmp_path / "bill.jsonl", BILL)))
    credits = [each for each in charges if each["ChargeCategory"] == "Credit"]
    assert [each["ChargeDescription"] for each in credits] == [
        "Committed use discount (resource-based): Committed Usage Discount: CPU",
        "Sustained use discount: Sustained Usage Discount",
        "Committed use discount fee offset: Fee utilization offset",
        "Committed use discount (spend-based): GCE Commitments",
        "Promotion: Free trial",
        "Free tier: Free",
    ]
    assert [each["SkuPriceDetails"]["x_CreditType"] for each in credits[:2]] == [
        "COMMITTED_USAGE_DISCOUNT",
        "SUSTAINED_USAGE_DISCOUNT",
    ]
    assert {each["ResourceId"] for each in credits} == {INSTANCE}
    assert all(each["ConsumedQuantity"] is None and each["Tags"]["team"] == "blue" for each in credits)


def test_the_invoice_month_is_the_billing_period_whenever_it_was_used(load: Load, tmp_path: Path) -> None:
    late = {
        **DETAILED,
        "usage_start_time": "2026-03-31 23:00:00 UTC",
        "usage_end_time": "2026-04-01 00:00:00 UTC",
    }
    loaded = load(as_jsonl(tmp_path / "bill.jsonl", [late]))
    assert [str(period) for period in loaded.report.billing_periods] == ["2026-04-01"]


@pytest.mark.parametrize(
    ("sku", "category"),
    [
        ("Storage PD Capacity", "Storage"),
        ("Balanced PD Capacity in Belgium", "Storage"),
        ("Network Internet Data Transfer Out from Americas to EMEA", "Networking"),
        ("N2 Instance Ram running in Americas", "Compute"),
    ],
)
def test_compute_engine_is_told_by_its_skus(load: Load, tmp_path: Path, sku: str, category: str) -> None:
    loaded = load(as_jsonl(tmp_path / "bill.jsonl", [{**DETAILED, "sku": {"id": "x", "description": sku}}]))
    assert loaded.charges[0]["ServiceCategory"] == category


# ── the samples ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("month", "rows"), [("202601", 8928), ("202602", 8064), ("202603", 8640)])
def test_a_sample_adds_up_to_the_last_decimal(load: Load, data_dir: Path, month: str, rows: int) -> None:
    path = data_dir / "billing" / "gcp" / f"nise_gcp_{month}.csv.gz"
    with gzip.open(path, "rt", newline="") as file:
        source = list(csv.DictReader(file))
    loaded = load(path)
    assert (loaded.report.rows_read, loaded.report.rows_rejected, len(loaded.charges)) == (rows, 0, rows)
    billed = exact_sum([each["cost"] for each in source])
    for kind in CostKind:
        assert summed(loaded, kind) == billed
    assert_focus(loaded)
    first = loaded.charges[0]
    assert first["BilledCost"] == Decimal(source[0]["cost"])
    assert first["SubAccountId"] == source[0]["project.id"]
    assert first["Tags"]["foo"] == "bar"
