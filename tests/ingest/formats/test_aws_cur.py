"""AWS Cost and Usage Reports: every line item type, both generations, the samples to the last decimal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cco.core.charge import CostKind
from tests.ingest.formats.loaded import (
    Load,
    Loaded,
    assert_focus,
    exact_sum,
    in_full,
    moment,
    records,
    summed,
)
from tests.ingest.samples import Run

LEGACY: Mapping[str, str] = {
    "identity/LineItemId": "x1",
    "bill/BillType": "Anniversary",
    "bill/BillingEntity": "AWS",
    "bill/InvoiceId": "42",
    "bill/InvoicingEntity": "Amazon Web Services, Inc.",
    "bill/PayerAccountId": "111111111111",
    "bill/BillingPeriodStartDate": "2026-04-01T00:00:00Z",
    "bill/BillingPeriodEndDate": "2026-05-01T00:00:00Z",
    "lineItem/UsageAccountId": "222222222222",
    "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-04-02T03:00:00Z",
    "lineItem/UsageEndDate": "2026-04-02T04:00:00Z",
    "lineItem/ProductCode": "AmazonEC2",
    "lineItem/UsageType": "BoxUsage:m5.large",
    "lineItem/Operation": "RunInstances",
    "lineItem/AvailabilityZone": "us-east-1a",
    "lineItem/ResourceId": "i-0abc",
    "lineItem/UsageAmount": "1",
    "lineItem/CurrencyCode": "USD",
    "lineItem/UnblendedRate": "0.096",
    "lineItem/UnblendedCost": "0.096",
    "lineItem/LineItemDescription": "$0.096 per On Demand Linux m5.large Instance Hour",
    "lineItem/LegalEntity": "Amazon Web Services, Inc.",
    "product/ProductName": "Amazon Elastic Compute Cloud",
    "product/productFamily": "Compute Instance",
    "product/instanceType": "m5.large",
    "product/operatingSystem": "Linux",
    "product/vcpu": "2",
    "product/region": "us-east-1",
    "product/sku": "SKU1",
    "pricing/RateCode": "SKU1.TERM.RATE",
    "pricing/publicOnDemandCost": "0.096",
    "pricing/publicOnDemandRate": "0.096",
    "pricing/term": "OnDemand",
    "pricing/unit": "Hrs",
    "reservation/EffectiveCost": "",
    "reservation/ReservationARN": "",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "",
    "reservation/UnusedQuantity": "",
    "reservation/UnusedRecurringFee": "",
    "savingsPlan/SavingsPlanARN": "",
    "savingsPlan/SavingsPlanEffectiveCost": "",
    "savingsPlan/SavingsPlanRate": "",
    "savingsPlan/TotalCommitmentToDate": "",
    "savingsPlan/UsedCommitment": "",
    "resourceTags/user:Name": "",
    "resourceTags/user:team": "",
    "resourceTags/aws:createdBy": "",
    "costCategory/Env": "",
}

RESERVATION = "arn:aws:ec2:us-east-1:111111111111:reserved-instances/r1"
PLAN = "arn:aws:savingsplans::111111111111:savingsplan/p1"


def line(kind: str, cost: str, **columns: str) -> dict[str, str]:
    """A line item of a type; columns by the part of their header after the slash."""
    by_name = {header.split("/")[1]: header for header in LEGACY}
    row = {**LEGACY, "lineItem/LineItemType": kind, "lineItem/UnblendedCost": cost}
    if kind not in ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"):
        row |= {"pricing/publicOnDemandCost": "", "pricing/publicOnDemandRate": "", "lineItem/ResourceId": ""}
    return row | {by_name[name]: value for name, value in columns.items()}


EVERY_TYPE: Sequence[Mapping[str, str]] = (
    line("Usage", "0.096"),
    line("Usage", "0.03", UsageType="SpotUsage:m5.large"),
    line("DiscountedUsage", "0", EffectiveCost="0.06", ReservationARN=RESERVATION),
    line("SavingsPlanCoveredUsage", "0.096", SavingsPlanEffectiveCost="0.07", SavingsPlanARN=PLAN),
    line("SavingsPlanNegation", "-0.096", SavingsPlanARN=PLAN),
    line(
        "SavingsPlanRecurringFee",
        "0.1",
        SavingsPlanARN=PLAN,
        TotalCommitmentToDate="0.1",
        UsedCommitment="0.07",
        ProductCode="ComputeSavingsPlans",
    ),
    line("SavingsPlanUpfrontFee", "876", SavingsPlanARN=PLAN, ProductCode="ComputeSavingsPlans"),
    line(
        "RIFee",
        "21.6",
        ReservationARN=RESERVATION,
        UnusedAmortizedUpfrontFeeForBillingPeriod="1.25",
        UnusedRecurringFee="0.75",
        UnusedQuantity="30",
        UsageAmount="720",
    ),
    line(
        "RIFee",
        "21.6",
        ReservationARN=RESERVATION,
        UnusedAmortizedUpfrontFeeForBillingPeriod="0",
        UnusedRecurringFee="0",
    ),
    line("Fee", "300", ReservationARN=RESERVATION),
    line("Fee", "12", ProductCode="AmazonRegistrar"),
    line("Tax", "4.2"),
    line("Credit", "-5"),
    line("Refund", "-1.5"),
    line("EdpDiscount", "-0.5"),
    line("PrivateRateDiscount", "-0.1"),
    line("BundledDiscount", "-0.2"),
    line("SppDiscount", "-0.3"),
    line("SomethingNew", "0.01"),
)

FIGURES = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
NATURE = ("ChargeCategory", "ChargeClass", "ChargeFrequency", "PricingCategory")
COMMITMENT = ("CommitmentDiscountStatus", "CommitmentDiscountCategory", "CommitmentDiscountType")

USED = ("Used", "Spend", "Savings Plan")
RESERVED = ("Used", "Usage", "Reserved Instance")
NONE = (None, None, None)

# row, what it is, commitment, billed, effective, list, contracted
GOLDEN = (
    (1, ("Usage", None, "Usage-Based", "Standard"), NONE, ("0.096", "0.096", "0.096", "0.096")),
    (2, ("Usage", None, "Usage-Based", "Dynamic"), NONE, ("0.03", "0.03", "0.096", "0.03")),
    (3, ("Usage", None, "Usage-Based", "Committed"), RESERVED, ("0", "0.06", "0.096", "0.096")),
    (4, ("Usage", None, "Usage-Based", "Committed"), USED, ("0.096", "0.07", "0.096", "0.096")),
    (5, ("Usage", None, "Usage-Based", "Committed"), USED, ("-0.096", "0", "0", "0")),
    (
        6,
        ("Usage", None, "Usage-Based", "Committed"),
        ("Unused", "Spend", "Savings Plan"),
        ("0", "0.03", "0", "0"),
    ),
    (
        6,
        ("Purchase", None, "Recurring", "Standard"),
        (None, "Spend", "Savings Plan"),
        ("0.1", "0", "0.1", "0.1"),
    ),
    (
        7,
        ("Purchase", None, "One-Time", "Standard"),
        (None, "Spend", "Savings Plan"),
        ("876", "0", "876", "876"),
    ),
    (
        8,
        ("Usage", None, "Usage-Based", "Committed"),
        ("Unused", "Usage", "Reserved Instance"),
        ("0", "2", "0", "0"),
    ),
    (
        8,
        ("Purchase", None, "Recurring", "Standard"),
        (None, "Usage", "Reserved Instance"),
        ("21.6", "0", "21.6", "21.6"),
    ),
    (
        9,
        ("Purchase", None, "Recurring", "Standard"),
        (None, "Usage", "Reserved Instance"),
        ("21.6", "0", "21.6", "21.6"),
    ),
    (
        10,
        ("Purchase", None, "One-Time", "Standard"),
        (None, "Usage", "Reserved Instance"),
        ("300", "0", "300", "300"),
    ),
    (11, ("Purchase", None, "One-Time", "Standard"), NONE, ("12", "12", "12", "12")),
    (12, ("Tax", None, "One-Time", None), NONE, ("4.2", "4.2", "4.2", "4.2")),
    (13, ("Credit", None, "One-Time", None), NONE, ("-5", "-5", "-5", "-5")),
    (14, ("Adjustment", "Correction", "One-Time", None), NONE, ("-1.5", "-1.5", "-1.5", "-1.5")),
    (15, ("Usage", None, "Usage-Based", "Standard"), NONE, ("-0.5", "-0.5", "0", "-0.5")),
    (16, ("Usage", None, "Usage-Based", "Standard"), NONE, ("-0.1", "-0.1", "0", "-0.1")),
    (17, ("Usage", None, "Usage-Based", "Standard"), NONE, ("-0.2", "-0.2", "0", "-0.2")),
    (18, ("Usage", None, "Usage-Based", "Standard"), NONE, ("-0.3", "-0.3", "0", "-0.3")),
    (19, ("Adjustment", None, "One-Time", None), NONE, ("0.01", "0.01", "0.01", "0.01")),
)


def seen(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A charge as `GOLDEN` writes it."""
    return (
        row["x_SourceRow"],
        tuple(row[name] for name in NATURE),
        tuple(row[name] for name in COMMITMENT),
        tuple(in_full(row[name]) for name in FIGURES),
    )


def test_every_line_item_type_has_its_costs_and_category(load: Load) -> None:
    loaded = load(EVERY_TYPE)
    assert loaded.report.format == "AWS Cost and Usage Report (legacy)"
    assert (loaded.report.rows_read, loaded.report.rows_kept, loaded.report.rows_rejected) == (19, 19, 0)
    assert [seen(row) for row in loaded.charges] == list(GOLDEN)
    assert_focus(loaded)
    assert loaded.warnings() == {}
    assert loaded.totals() == [
        {
            "currency": "USD",
            "billed": in_full(exact_sum([row["lineItem/UnblendedCost"] for row in EVERY_TYPE])),
            "effective": in_full(exact_sum([costs[1] for *_, costs in GOLDEN])),
            "list": in_full(exact_sum([costs[2] for *_, costs in GOLDEN])),
            "contracted": in_full(exact_sum([costs[3] for *_, costs in GOLDEN])),
        }
    ]


def test_effective_cost_of_a_fully_reported_commitment_is_what_it_cost(load: Load) -> None:
    """Used plus unused of a plan's hour is its commitment, as AWS documents its amortisation."""
    loaded = load(EVERY_TYPE)
    of_plan = [row for row in loaded.charges if row["CommitmentDiscountId"] == PLAN]
    assert exact_sum([row["EffectiveCost"] for row in of_plan]) == Decimal("0.1")
    quantities = {row["CommitmentDiscountStatus"]: row["CommitmentDiscountQuantity"] for row in of_plan[:1]}
    assert quantities == {"Used": Decimal("0.07")}


def test_what_a_commitment_is_called(load: Load) -> None:
    charges = load(EVERY_TYPE).charges
    by_row = {row["x_SourceRow"]: row for row in charges}
    assert {row["CommitmentDiscountId"] for row in charges} == {None, RESERVATION, PLAN}
    assert (by_row[3]["CommitmentDiscountQuantity"], by_row[3]["CommitmentDiscountUnit"]) == (1, "Hrs")
    assert (by_row[4]["CommitmentDiscountQuantity"], by_row[4]["CommitmentDiscountUnit"]) == (
        Decimal("0.07"),
        "USD",
    )
    unused = next(row for row in charges if row["x_SourceRow"] == 8 and row["ChargeCategory"] == "Usage")
    assert unused["CommitmentDiscountQuantity"] == 30
    assert unused["ChargeDescription"].startswith("Unused: ")
    assert unused["ConsumedQuantity"] is None


def test_usage_has_its_quantities_prices_and_place(load: Load) -> None:
    row = load([LEGACY]).charges[0]
    expected = {
        "AvailabilityZone": "us-east-1a",
        "BillingAccountId": "111111111111",
        "BillingCurrency": "USD",
        "BillingPeriodStart": moment("2026-04-01"),
        "BillingPeriodEnd": moment("2026-05-01"),
        "ChargeDescription": "$0.096 per On Demand Linux m5.large Instance Hour",
        "ChargePeriodStart": moment("2026-04-02T03:00"),
        "ChargePeriodEnd": moment("2026-04-02T04:00"),
        "ConsumedQuantity": 1,
        "ConsumedUnit": "Hrs",
        "ContractedUnitPrice": Decimal("0.096"),
        "InvoiceId": "42",
        "InvoiceIssuerName": "Amazon Web Services, Inc.",
        "ListUnitPrice": Decimal("0.096"),
        "PricingQuantity": 1,
        "PricingUnit": "Hrs",
        "ProviderName": "AWS",
        "PublisherName": "Amazon Web Services, Inc.",
        "RegionId": "us-east-1",
        "RegionName": "US East (N. Virginia)",
        "ResourceId": "i-0abc",
        "ResourceName": "i-0abc",
        "ResourceType": "AWS::EC2::Instance",
        "ServiceCategory": "Compute",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "ServiceSubcategory": "Virtual Machines",
        "SkuId": "SKU1",
        "SkuMeter": "BoxUsage:m5.large",
        "SkuPriceDetails": {"CoreCount": "2", "InstanceType": "m5.large", "OperatingSystem": "Linux"},
        "SkuPriceId": "SKU1.TERM.RATE",
        "SubAccountId": "222222222222",
    }
    assert {name: row[name] for name in expected} == expected
    kept = row["x_Provider"]
    assert kept["lineItem/LineItemType"] == "Usage"
    assert kept["lineItem/Operation"] == "RunInstances"
    assert kept["identity/LineItemId"] == "x1"


def test_tags_and_cost_categories_keep_their_origin(load: Load) -> None:
    tagged = {
        **LEGACY,
        "resourceTags/user:Name": "web-1",
        "resourceTags/user:team": "blue",
        "resourceTags/aws:createdBy": "Root:1",
        "costCategory/Env": "prod",
    }
    row, bare = load([tagged, LEGACY]).charges
    assert row["Tags"] == {
        "Name": "web-1",
        "team": "blue",
        "aws:createdBy": "Root:1",
        "costCategory/Env": "prod",
    }
    assert row["x_TagOrigins"] == {
        "Name": "user",
        "team": "user",
        "aws:createdBy": "aws",
        "costCategory/Env": "cost_category",
    }
    assert row["ResourceName"] == "web-1"
    assert not bare["Tags"]


@pytest.mark.parametrize(
    ("columns", "kind", "name"),
    [
        ({"ResourceId": "arn:aws:rds:eu-west-1:1:db:shop"}, "AWS::RDS::DBInstance", "shop"),
        ({"ResourceId": "arn:aws:lambda:eu-west-1:1:function:resize"}, "AWS::Lambda::Function", "resize"),
        ({"ResourceId": "arn:aws:dynamodb:eu-west-1:1:table/carts"}, "AWS::DynamoDB::Table", "carts"),
        ({"ResourceId": "arn:aws:sqs:eu-west-1:1:jobs"}, "AWS::SQS::Queue", "jobs"),
        (
            {"ResourceId": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/front/50dc6c"},
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "front",
        ),
        ({"ResourceId": "arn:aws:newthing:eu-west-1:1:gadget/g1"}, None, "g1"),
        ({"ResourceId": "vol-1"}, "AWS::EC2::Volume", "vol-1"),
        ({"ResourceId": "photos", "ProductCode": "AmazonS3"}, "AWS::S3::Bucket", "photos"),
        ({"ResourceId": ""}, None, None),
    ],
)
def test_a_resource_is_told_by_its_id(
    load: Load, columns: dict[str, str], kind: str | None, name: str | None
) -> None:
    row = load([line("Usage", "1", **columns)]).charges[0]
    assert (row["ResourceType"], row["ResourceName"]) == (kind, name)


@pytest.mark.parametrize(
    ("columns", "category", "service"),
    [
        ({"productFamily": "Storage"}, "Storage", "Amazon Elastic Compute Cloud"),
        ({"productFamily": "NAT Gateway"}, "Networking", "Amazon Elastic Compute Cloud"),
        ({"ProductCode": "AmazonBedrock", "ProductName": ""}, "AI and Machine Learning", "Amazon Bedrock"),
        (
            {"ProductCode": "AWSSupportNew", "ProductName": "AWS Support"},
            "Management and Governance",
            "AWS Support",
        ),
        ({"ProductCode": "5hnnev4d0v7", "ProductName": "Red Hat"}, "Other", "Red Hat"),
        ({"ProductCode": "5hnnev4d0v7", "ProductName": ""}, "Other", "5hnnev4d0v7"),
    ],
)
def test_a_service_has_its_category(load: Load, columns: dict[str, str], category: str, service: str) -> None:
    row = load([line("Usage", "1", **columns)]).charges[0]
    assert (row["ServiceCategory"], row["ServiceName"]) == (category, service)


def test_net_costs_are_what_is_paid(load: Load) -> None:
    """Where AWS reports discounts in columns, the unblended cost is before them."""
    net = {
        "lineItem/NetUnblendedCost": "0.09",
        "lineItem/NetUnblendedRate": "0.09",
        "savingsPlan/NetSavingsPlanEffectiveCost": "",
        "reservation/NetEffectiveCost": "",
    }
    plan = line("SavingsPlanCoveredUsage", "0.096", SavingsPlanARN=PLAN, SavingsPlanEffectiveCost="0.07")
    loaded = load([{**LEGACY, **net}, {**plan, **net, "savingsPlan/NetSavingsPlanEffectiveCost": "0.065"}])
    figures = [[in_full(row[name]) for name in FIGURES] for row in loaded.charges]
    assert figures == [["0.09", "0.09", "0.096", "0.09"], ["0.09", "0.065", "0.096", "0.09"]]
    assert loaded.charges[0]["ContractedUnitPrice"] == Decimal("0.09")
    assert_focus(loaded)


def test_a_covered_line_without_effective_cost_takes_the_plans_rate_and_says_so(load: Load) -> None:
    loaded = load(
        [
            line(
                "SavingsPlanCoveredUsage", "0.2", SavingsPlanRate="0.07", UsageAmount="2", SavingsPlanARN=PLAN
            ),
            line("SavingsPlanCoveredUsage", "0.2", SavingsPlanARN=PLAN),
            line("DiscountedUsage", "0", ReservationARN=RESERVATION),
        ]
    )
    assert [in_full(row["EffectiveCost"]) for row in loaded.charges] == ["0.14", "0.2", "0"]
    assert loaded.warnings() == {"plan-rate": 2, "no-reservation-cost": 1}


def test_a_line_without_cost_is_rejected(load: Load) -> None:
    loaded = load([LEGACY] * 30 + [{**LEGACY, "lineItem/UnblendedCost": ""}])
    assert (loaded.report.rows_kept, loaded.report.rows_rejected) == (30, 1)


# ── CUR 2.0 ────────────────────────────────────────────────────────────────────────────────────


CUR_2: Mapping[str, Any] = {
    "bill_billing_entity": "AWS",
    "bill_billing_period_start_date": moment("2026-04-01"),
    "bill_billing_period_end_date": moment("2026-05-01"),
    "bill_payer_account_id": "111111111111",
    "bill_payer_account_name": "Acme",
    "line_item_usage_account_id": "222222222222",
    "line_item_usage_account_name": "shop",
    "line_item_line_item_type": "Usage",
    "line_item_usage_start_date": moment("2026-04-02T03:00"),
    "line_item_usage_end_date": moment("2026-04-02T04:00"),
    "line_item_product_code": "AmazonECS",
    "line_item_usage_type": "USE1-Fargate-vCPU-Hours:perCPU",
    "line_item_resource_id": "arn:aws:ecs:us-east-1:222222222222:task/web/0a1b",
    "line_item_usage_amount": 0.25,
    "line_item_currency_code": "USD",
    "line_item_unblended_cost": 0.1,
    "line_item_net_unblended_cost": 0.07,
    "pricing_public_on_demand_cost": 0.1,
    "pricing_unit": "hours",
    "product_region_code": "us-east-1",
    "split_line_item_split_cost": 0.012,
    "split_line_item_parent_resource_id": "i-0abc",
    "savings_plan_savings_plan_a_r_n": "",
    "product": {"product_name": "Amazon Elastic Container Service", "region": "us-east-1"},
    "resource_tags": {"user_team": "blue", "aws_created_by": "Root:1"},
    "cost_category": {"Env": "prod"},
    "discount": {"bundled_discount": -0.03},
}


def cur_2(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """The rows as Parquet, maps as maps."""
    maps = {
        name: pa.map_(pa.string(), pa.string())
        for name in ("product", "resource_tags", "cost_category", "tags")
    }
    maps["discount"] = pa.map_(pa.string(), pa.float64())
    columns = {
        name: pa.array(
            [
                list(row[name].items()) if name in maps and row[name] is not None else row[name]
                for row in rows
            ],
            maps.get(name),
        )
        for name in rows[0]
    }
    pq.write_table(pa.table(columns), path)
    return path


EXPECTED_CUR_2 = {
    "BilledCost": Decimal("0.07"),
    "ListCost": Decimal("0.1"),
    "BillingAccountName": "Acme",
    "SubAccountName": "shop",
    "RegionId": "us-east-1",
    "ResourceType": "AWS::ECS::Task",
    "ServiceName": "Amazon Elastic Container Service",
    "ServiceCategory": "Compute",
    "ServiceSubcategory": "Containers",
    "Tags": {"costCategory/Env": "prod", "team": "blue", "aws_created_by": "Root:1"},
    "x_TagOrigins": {"costCategory/Env": "cost_category", "team": "user", "aws_created_by": "aws"},
}


def test_cur_2_is_read_from_parquet_with_maps(load: Load, tmp_path: Path) -> None:
    loaded = load(cur_2(tmp_path / "cur2.parquet", [CUR_2, {**CUR_2, "resource_tags": None}]))
    assert loaded.report.format == "AWS Cost and Usage Report 2.0 (Data Exports)"
    row = loaded.charges[0]
    assert {name: row[name] for name in EXPECTED_CUR_2} == EXPECTED_CUR_2
    kept = row["x_Provider"]
    assert kept["split_line_item_split_cost"] == "0.012"
    assert kept["split_line_item_parent_resource_id"] == "i-0abc"
    assert json.loads(kept["discount"]) == {"bundled_discount": -0.03}
    assert loaded.charges[1]["Tags"] == {"costCategory/Env": "prod"}
    assert_focus(loaded)


def test_cur_2_is_read_from_csv_with_json_maps(load: Load) -> None:
    text = {
        name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in CUR_2.items()
    }
    loaded = load([text])
    assert loaded.report.format == "AWS Cost and Usage Report 2.0 (Data Exports)"
    assert {name: loaded.charges[0][name] for name in EXPECTED_CUR_2} == EXPECTED_CUR_2


def test_the_tags_column_tells_resource_account_and_user_tags_apart(load: Load, tmp_path: Path) -> None:
    tags = {
        "resourceTags/department": "a",
        "userAttribute/Department": "b",
        "accountTag/department": "c",
        "costCategory/department": "d",
        "resourceTags/aws:createdBy": "e",
    }
    row = {**CUR_2, "tags": tags, "resource_tags": None, "cost_category": None}
    charge = load(cur_2(tmp_path / "cur2.parquet", [row])).charges[0]
    assert charge["Tags"] == {
        "department": "a",
        "userAttribute/Department": "b",
        "accountTag/department": "c",
        "costCategory/department": "d",
        "aws:createdBy": "e",
    }
    assert charge["x_TagOrigins"] == {
        "department": "user",
        "userAttribute/Department": "user_attribute",
        "accountTag/department": "account",
        "costCategory/department": "cost_category",
        "aws:createdBy": "aws",
    }


# ── the samples ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sample(load: Load, data_dir: Path) -> Loaded:
    """The anonymised report of November 2023."""
    return load(data_dir / "billing" / "aws" / "cur_legacy_focus_converters_sample.csv")


def test_the_sample_adds_up_to_the_last_decimal(sample: Loaded, data_dir: Path) -> None:
    source = records(data_dir / "billing" / "aws" / "cur_legacy_focus_converters_sample.csv")
    billed = exact_sum([row["lineItem/UnblendedCost"] for row in source])
    listed = exact_sum(
        [
            row["lineItem/UnblendedCost"]
            if not Decimal(row["pricing/publicOnDemandCost"] or 0)
            else row["pricing/publicOnDemandCost"]
            for row in source
        ]
    )
    assert (sample.report.rows_read, sample.report.rows_rejected, len(sample.charges)) == (1281, 0, 1281)
    assert summed(sample, CostKind.BILLED) == billed == Decimal("1.6823086974")
    assert summed(sample, CostKind.EFFECTIVE) == summed(sample, CostKind.CONTRACTED) == billed
    assert summed(sample, CostKind.LIST) == listed
    for kept, row in zip(sample.charges, source, strict=True):
        assert kept["BilledCost"] == Decimal(row["lineItem/UnblendedCost"])
        assert kept["ServiceName"] == row["product/ProductName"]
    assert_focus(sample)


def test_a_row_of_the_sample_checked_by_hand(sample: Loaded, data_dir: Path) -> None:
    source = records(data_dir / "billing" / "aws" / "cur_legacy_focus_converters_sample.csv")
    at = next(
        number
        for number, row in enumerate(source)
        if row["lineItem/UsageType"] == "USE1-CAN1-AWS-Out-Bytes"
        and row["lineItem/UsageStartDate"] == "2023-11-04T23:00:00.000Z"
    )
    row = sample.charges[at]
    expected = {
        "BillingAccountId": "123412340534",
        "BillingPeriodStart": moment("2023-11-01"),
        "BillingPeriodEnd": moment("2023-12-01"),
        "ChargeCategory": "Usage",
        "ChargePeriodStart": moment("2023-11-04T23:00"),
        "ChargePeriodEnd": moment("2023-11-05"),
        "ConsumedUnit": "GB",
        "InvoiceIssuerName": "Amazon Web Services Canada, Inc.",
        "ListUnitPrice": Decimal("0.02"),
        "ServiceCategory": "Storage",
        "ServiceName": "Amazon Simple Storage Service",
        "SkuMeter": "USE1-CAN1-AWS-Out-Bytes",
        "SubAccountId": "123412340534",
    }
    assert {name: row[name] for name in expected} == expected
    taxes = [row for row in sample.charges if row["ChargeCategory"] == "Tax"]
    assert len(taxes) == 12
    assert {row["x_Provider"]["lineItem/TaxType"] for row in taxes} == {"Canada Tax"}


def test_the_generated_quarter_adds_up_to_the_last_decimal(
    run: Run, charges: Callable[..., list[tuple[Any, ...]]], data_dir: Path
) -> None:
    path = data_dir / "billing" / "aws" / "nise_cur_2026Q1.parquet"
    source = pq.read_table(
        path,
        columns=[
            "lineItem/LineItemType",
            "lineItem/UnblendedCost",
            "savingsPlan/SavingsPlanEffectiveCost",
            "pricing/publicOnDemandCost",
        ],
    ).to_pydict()
    costs = source["lineItem/UnblendedCost"]
    effective = [
        plan if kind == "SavingsPlanCoveredUsage" else cost
        for kind, cost, plan in zip(
            source["lineItem/LineItemType"],
            costs,
            source["savingsPlan/SavingsPlanEffectiveCost"],
            strict=True,
        )
    ]
    (report,) = run(path)
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (526_440, 526_440, 0)
    assert [period.month for period in report.billing_periods] == [1, 2, 3]
    (totals,) = report.totals
    assert totals.amounts[CostKind.BILLED] == exact_sum(costs)
    assert totals.amounts[CostKind.EFFECTIVE] == exact_sum(effective)
    assert totals.amounts[CostKind.LIST] == exact_sum(source["pricing/publicOnDemandCost"])
    kept = charges("count(*), sum(BilledCost), sum(EffectiveCost), count(DISTINCT x_SourceRow)")
    assert kept == [(526_440, exact_sum(costs), exact_sum(effective), 526_440)]
