"""Azure cost exports: actual and amortized, every agreement's columns, the samples to the last decimal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from cco.core.charge import CostKind
from tests.ingest.formats.loaded import Load, assert_focus, exact_sum, in_full, moment, records, summed

VM = "/subscriptions/S1/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/web-1"
RESERVATION = "/providers/Microsoft.Capacity/reservationOrders/o1/reservations/r1"
PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/o2/savingsPlans/p1"

EA: Mapping[str, str] = {
    "BillingAccountId": "8611537",
    "BillingAccountName": "Trey Research",
    "BillingPeriodStartDate": "09/01/2023",
    "BillingPeriodEndDate": "09/30/2023",
    "BillingProfileId": "8611537",
    "BillingProfileName": "Trey Research",
    "SubscriptionId": "S1",
    "SubscriptionName": "Web",
    "Date": "09/21/2023",
    "ProductName": "Virtual Machines BS Series - B2s - US East",
    "PartNumber": "AAA-68652",
    "MeterId": "m1",
    "ServiceFamily": "Compute",
    "MeterCategory": "Virtual Machines",
    "MeterSubCategory": "BS Series",
    "MeterName": "B2s",
    "Quantity": "10",
    "EffectivePrice": "0.04",
    "CostInBillingCurrency": "0.4",
    "UnitPrice": "0.05",
    "PayGPrice": "0.06",
    "BillingCurrencyCode": "USD",
    "ResourceLocation": "EastUS",
    "ConsumedService": "Microsoft.Compute",
    "ResourceId": VM,
    "ResourceName": "web-1",
    "Tags": '"env": "prod","team": "blue"',
    "UnitOfMeasure": "1 Hour",
    "ResourceGroup": "Web",
    "ReservationId": "",
    "ReservationName": "",
    "PublisherName": "Microsoft",
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PublisherType": "Azure",
    "PricingModel": "OnDemand",
    "benefitId": "",
    "benefitName": "",
}


def row(cost: str, **columns: str) -> dict[str, str]:
    """A row of an Enterprise Agreement export."""
    return {**EA, "CostInBillingCurrency": cost, **columns}


RESERVED = {
    "PricingModel": "Reservation",
    "ReservationId": "r1",
    "benefitId": RESERVATION,
    "benefitName": "VM_RI",
}
PLANNED = {"PricingModel": "SavingsPlan", "benefitId": PLAN, "benefitName": "Compute_SP"}
NOTHING = {"ResourceId": "", "ResourceName": "", "Tags": "", "Quantity": "", "EffectivePrice": ""}
ONCE = {"Frequency": "OneTime"}

COMMON = (
    row("0.4"),
    row("0.1", PricingModel="Spot", EffectivePrice="0.01"),
    row("0.07", ChargeType="RoundingAdjustment", **ONCE, **NOTHING),
    row("3.1", ChargeType="Tax", **ONCE, **NOTHING),
    row("-2", ChargeType="Refund", PricingModel="OnDemand", **ONCE, **NOTHING),
    row(
        "9",
        ChargeType="Purchase",
        Frequency="Recurring",
        PublisherType="Marketplace",
        PublisherName="Datadog",
        MeterCategory="",
        ConsumedService="Datadog.Saas",
        **NOTHING,
    ),
)
ACTUAL = (
    *COMMON,
    row("0", EffectivePrice="0", **RESERVED),
    row(
        "100",
        ChargeType="Purchase",
        Quantity="1",
        EffectivePrice="100",
        UnitPrice="100",
        PayGPrice="0",
        **ONCE,
        **RESERVED,
    ),
    row("-30", ChargeType="Refund", **ONCE, **{**RESERVED, **NOTHING}),
)
AMORTIZED = (
    *COMMON,
    row("0.3", EffectivePrice="0.03", **RESERVED),
    row("0.2", EffectivePrice="0.02", **PLANNED),
    row("0.05", ChargeType="UnusedReservation", **{**RESERVED, **NOTHING}),
    row("0.02", ChargeType="UnusedSavingsPlan", **{**PLANNED, **NOTHING}),
)

FIGURES = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
NATURE = ("ChargeCategory", "ChargeClass", "ChargeFrequency", "PricingCategory")
COMMITMENT = ("CommitmentDiscountStatus", "CommitmentDiscountCategory", "CommitmentDiscountType")
NONE = (None, None, None)
USED = ("Used", "Usage", "Reservation")

GOLDEN_COMMON = (
    (("Usage", None, "Usage-Based", "Standard"), NONE, ("0.4", "0.4", "0.6", "0.5")),
    (("Usage", None, "Usage-Based", "Dynamic"), NONE, ("0.1", "0.1", "0.6", "0.5")),
    (("Adjustment", None, "One-Time", None), NONE, ("0.07", "0.07", "0.07", "0.07")),
    (("Tax", None, "One-Time", None), NONE, ("3.1", "3.1", "3.1", "3.1")),
    (("Purchase", "Correction", "One-Time", None), NONE, ("-2", "-2", "-2", "-2")),
    (("Purchase", None, "Recurring", "Standard"), NONE, ("9", "9", "9", "9")),
)
GOLDEN_ACTUAL = (
    *GOLDEN_COMMON,
    (("Usage", None, "Usage-Based", "Committed"), USED, ("0", "0", "0.6", "0.5")),
    (("Purchase", None, "One-Time", "Standard"), (None, "Usage", "Reservation"), ("100", "0", "100", "100")),
    (
        ("Purchase", "Correction", "One-Time", None),
        (None, "Usage", "Reservation"),
        ("-30", "0", "-30", "-30"),
    ),
)
GOLDEN_AMORTIZED = (
    *GOLDEN_COMMON,
    (("Usage", None, "Usage-Based", "Committed"), USED, ("0", "0.3", "0.6", "0.5")),
    (
        ("Usage", None, "Usage-Based", "Committed"),
        ("Used", "Spend", "Savings Plan"),
        ("0", "0.2", "0.6", "0.5"),
    ),
    (
        ("Usage", None, "Usage-Based", "Committed"),
        ("Unused", "Usage", "Reservation"),
        ("0", "0.05", "0", "0"),
    ),
    (
        ("Usage", None, "Usage-Based", "Committed"),
        ("Unused", "Spend", "Savings Plan"),
        ("0", "0.02", "0", "0"),
    ),
)


@pytest.mark.parametrize(
    ("bill", "golden", "warnings"),
    [(ACTUAL, GOLDEN_ACTUAL, {"azure-actual": 2}), (AMORTIZED, GOLDEN_AMORTIZED, {"azure-amortized": 4})],
    ids=["actual", "amortized"],
)
def test_actual_tells_what_is_billed_and_amortized_what_is_effective(
    load: Load,
    bill: Sequence[Mapping[str, str]],
    golden: Sequence[tuple[object, ...]],
    warnings: dict[str, int],
) -> None:
    loaded = load(bill)
    found = [
        (
            tuple(charge[name] for name in NATURE),
            tuple(charge[name] for name in COMMITMENT),
            tuple(in_full(charge[name]) for name in FIGURES),
        )
        for charge in loaded.charges
    ]
    assert found == list(golden)
    assert loaded.warnings() == warnings
    assert_focus(loaded)


def test_an_actual_export_has_the_whole_billed_cost_and_an_amortized_one_the_whole_effective_cost(
    load: Load,
) -> None:
    actual = load(ACTUAL)
    assert summed(actual, CostKind.BILLED) == exact_sum([each["CostInBillingCurrency"] for each in ACTUAL])


def test_an_amortized_export_has_the_whole_effective_cost(load: Load) -> None:
    amortized = load(AMORTIZED)
    whole = exact_sum([each["CostInBillingCurrency"] for each in AMORTIZED])
    assert summed(amortized, CostKind.EFFECTIVE) == whole


def test_usage_has_its_quantities_prices_and_place(load: Load) -> None:
    charge = load([EA]).charges[0]
    expected = {
        "BillingAccountId": "8611537",
        "BillingAccountName": "Trey Research",
        "BillingCurrency": "USD",
        "BillingPeriodStart": moment("2023-09-01"),
        "BillingPeriodEnd": moment("2023-10-01"),
        "ChargeDescription": "Virtual Machines BS Series - B2s - US East",
        "ChargePeriodStart": moment("2023-09-21"),
        "ChargePeriodEnd": moment("2023-09-22"),
        "ConsumedQuantity": 10,
        "ConsumedUnit": "1 Hour",
        "ContractedUnitPrice": Decimal("0.05"),
        "InvoiceIssuerName": "Microsoft",
        "ListUnitPrice": Decimal("0.06"),
        "ProviderName": "Microsoft",
        "PublisherName": "Microsoft",
        "RegionId": "eastus",
        "RegionName": "East US",
        "ResourceId": VM.lower(),
        "ResourceName": "web-1",
        "ResourceType": "Microsoft.Compute/virtualMachines",
        "ServiceCategory": "Compute",
        "ServiceName": "Virtual Machines",
        "ServiceSubcategory": "Virtual Machines",
        "SkuId": "m1",
        "SkuMeter": "B2s",
        "SkuPriceId": "AAA-68652",
        "SubAccountId": "S1",
        "SubAccountName": "Web",
        "Tags": {"env": "prod", "team": "blue"},
        "x_TagOrigins": {"env": "user", "team": "user"},
    }
    assert {name: charge[name] for name in expected} == expected
    assert charge["x_Provider"]["ResourceGroup"] == "Web"
    assert charge["x_Provider"]["ChargeType"] == "Usage"


def test_commitments_have_their_id_and_name(load: Load) -> None:
    charges = load(AMORTIZED).charges[len(COMMON) :]
    assert [(each["CommitmentDiscountId"], each["CommitmentDiscountName"]) for each in charges] == [
        (RESERVATION, "VM_RI"),
        (PLAN, "Compute_SP"),
        (RESERVATION, "VM_RI"),
        (PLAN, "Compute_SP"),
    ]
    assert [(each["CommitmentDiscountQuantity"], each["CommitmentDiscountUnit"]) for each in charges[:2]] == [
        (10, "1 Hour"),
        (Decimal("0.2"), "USD"),
    ]


def test_without_a_pricing_model_a_reservation_tells_committed_usage(load: Load) -> None:
    """Exports from before 2021 have no PricingModel."""
    older = {name: value for name, value in row("0", ReservationId="r1").items() if name != "PricingModel"}
    charge = load([older]).charges[0]
    assert (charge["PricingCategory"], charge["CommitmentDiscountStatus"]) == ("Committed", "Used")
    assert charge["CommitmentDiscountId"] == "r1"


def test_a_customer_agreement_converts_prices_to_the_billing_currency(load: Load) -> None:
    mca = {
        "invoiceId": "G001",
        "billingAccountId": "a:b",
        "billingAccountName": "Contoso",
        "billingProfileId": "P1",
        "billingProfileName": "Contoso Ltd",
        "billingPeriodStartDate": "09/01/2023",
        "billingPeriodEndDate": "09/30/2023",
        "date": "09/21/2023",
        "meterCategory": "Storage",
        "meterName": "LRS Data Stored",
        "ProductId": "DZH318Z0BNXN",
        "ProductName": "Blob Storage",
        "SubscriptionId": "S1",
        "consumedService": "Microsoft.Storage",
        "ResourceId": VM.replace("Compute/virtualMachines", "Storage/storageAccounts"),
        "resourceLocation": "EU West",
        "effectivePrice": "0.018",
        "unitPrice": "0.02",
        "payGPrice": "0.02",
        "quantity": "100",
        "unitOfMeasure": "1 GB/Month",
        "chargeType": "Usage",
        "billingCurrency": "EUR",
        "pricingCurrency": "USD",
        "exchangeRatePricingToBilling": "0.9",
        "costInPricingCurrency": "2",
        "costInBillingCurrency": "1.8",
        "paygCostInBillingCurrency": "2.25",
        "pricingModel": "OnDemand",
        "tags": '{"env": "dev"}',
    }
    without = {**mca, "paygCostInBillingCurrency": "", "payGPrice": "0.025"}
    charge, derived = load([mca, without]).charges
    assert [in_full(charge[name]) for name in FIGURES] == ["1.8", "1.8", "2.25", "1.8"]
    assert [in_full(derived[name]) for name in FIGURES] == ["1.8", "1.8", "2.25", "1.8"]
    expected = {
        "BillingAccountId": "P1",
        "BillingAccountName": "Contoso Ltd",
        "BillingAccountType": "Billing Profile",
        "BillingCurrency": "EUR",
        "InvoiceId": "G001",
        "PricingCurrency": "USD",
        "PricingCurrencyEffectiveCost": 2,
        "RegionId": "westeurope",
        "RegionName": "West Europe",
        "ResourceName": "web-1",
        "ResourceType": "Microsoft.Storage/storageAccounts",
        "SkuId": "DZH318Z0BNXN",
        "Tags": {"env": "dev"},
    }
    assert {name: charge[name] for name in expected} == expected


def test_where_quantity_and_price_have_other_units_the_cost_stands_for_both(load: Load) -> None:
    charge = load([row("0.00004", Quantity="4", EffectivePrice="0.1", UnitOfMeasure="10K")]).charges[0]
    assert [in_full(charge[name]) for name in FIGURES] == ["0.00004"] * 4


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (
            "/subscriptions/s/resourceGroups/g/providers/microsoft.sql/servers/a/databases/b",
            "Microsoft.Sql/servers/databases",
        ),
        ("/subscriptions/s/resourcegroups/g/providers/MICROSOFT.WEB/SITES/a", "Microsoft.Web/sites"),
        ("/subscriptions/s/resourceGroups/g/providers/Contoso.Things/gadgets/a", "Contoso.Things/gadgets"),
        (RESERVATION, "Microsoft.Capacity/reservationOrders/reservations"),
        ("web-1", None),
        ("", None),
    ],
)
def test_a_resource_is_told_by_its_id(load: Load, resource: str, kind: str | None) -> None:
    assert load([row("1", ResourceId=resource)]).charges[0]["ResourceType"] == kind


@pytest.mark.parametrize(
    ("columns", "category", "service"),
    [
        ({"MeterCategory": "Azure Cosmos DB"}, "Databases", "Azure Cosmos DB"),
        ({"MeterCategory": "", "ConsumedService": "microsoft.keyvault"}, "Security", "microsoft.keyvault"),
        ({"MeterCategory": "Unassigned", "ConsumedService": "", "ProductName": "Thing"}, "Other", "Thing"),
        ({"MeterCategory": "Brand New", "ConsumedService": ""}, "Other", "Brand New"),
        (
            {"MeterCategory": "", "ConsumedService": "", "PublisherType": "Marketplace"},
            "Other",
            "Azure Marketplace",
        ),
    ],
)
def test_a_service_has_its_category(load: Load, columns: dict[str, str], category: str, service: str) -> None:
    charge = load([row("1", **columns)]).charges[0]
    assert (charge["ServiceCategory"], charge["ServiceName"]) == (category, service)


# ── the samples ────────────────────────────────────────────────────────────────────────────────

SAMPLES = {
    "EA_ActualCost_Small.csv": ("Cost", 11, "8.5450077867419368"),
    "Enterprise.csv": ("CostInBillingCurrency", 1, "0"),
    "EnterpriseCamel.csv": ("costInBillingCurrency", 1, "0.012"),
    "PayAsYouGo.csv": ("PreTaxCost", 1, "0.075"),
    "costreport_1c075470-f2bc-464b-895d-1846e5d3d4f1.csv": (
        "CostInBillingCurrency",
        176,
        "26.5836543680466913873",
    ),
    "costreport_873a6cd6-6b3b-4d2f-985a-0b05b0a9aaec.csv": (
        "CostInBillingCurrency",
        248,
        "39.667764900417730547",
    ),
    "ea_export_focus_converters_sample.csv": ("CostInBillingCurrency", 27, "1.26136926505726"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_adds_up_to_the_last_decimal(load: Load, data_dir: Path, name: str) -> None:
    column, rows, billed = SAMPLES[name]
    path = data_dir / "billing" / "azure" / name
    source = [{key: value for key, value in each.items() if key} for each in records(path)]
    loaded = load(path)
    assert (loaded.report.rows_read, loaded.report.rows_rejected, len(loaded.charges)) == (rows, 0, rows)
    assert summed(loaded, CostKind.BILLED) == exact_sum([each[column] for each in source]) == Decimal(billed)
    bought = exact_sum([each[column] for each in source if each.get("ChargeType") == "Purchase"])
    assert summed(loaded, CostKind.EFFECTIVE) == Decimal(billed) - bought
    assert [charge["BilledCost"] for charge in loaded.charges] == [Decimal(each[column]) for each in source]
    assert_focus(loaded)


@pytest.mark.parametrize("name", ["Template.csv", "VirtualMachine.csv"])
def test_a_bill_without_a_currency_is_refused(load: Load, data_dir: Path, name: str) -> None:
    error = load(data_dir / "billing" / "azure" / name).report.error
    assert error is not None
    assert (error.code, "BillingCurrency" in error.message) == ("missing-column", True)


def test_rows_of_the_samples_checked_by_hand(load: Load, data_dir: Path) -> None:
    charges = load(data_dir / "billing" / "azure" / "EA_ActualCost_Small.csv").charges
    purchase, storage = charges[:2]
    assert {name: purchase[name] for name in (*NATURE, *COMMITMENT, "ResourceName")} == {
        "ChargeCategory": "Purchase",
        "ChargeClass": None,
        "ChargeFrequency": "Recurring",
        "PricingCategory": "Standard",
        "CommitmentDiscountStatus": None,
        "CommitmentDiscountCategory": "Usage",
        "CommitmentDiscountType": "Reservation",
        "ResourceName": "VM_RI_06-21-2023_18-56",
    }
    assert [in_full(purchase[name]) for name in FIGURES] == ["3.25", "0", "3.25", "3.25"]
    assert [in_full(storage[name]) for name in FIGURES] == ["0.00004"] * 4
    assert storage["Tags"] == {
        "CostCenter": "1234",
        "env": "prod",
        "org": "trey",
        "application": "databricks",
        "databricks-environment": "true",
    }
    assert (storage["RegionId"], storage["ServiceCategory"]) == ("eastus2", "Storage")


def test_spot_of_the_canadian_sample_is_dynamic(load: Load, data_dir: Path) -> None:
    loaded = load(data_dir / "billing" / "azure" / "ea_export_focus_converters_sample.csv")
    assert {charge["BillingCurrency"] for charge in loaded.charges} == {"CAD"}
    spot = [
        in_full(charge["BilledCost"]) for charge in loaded.charges if charge["PricingCategory"] == "Dynamic"
    ]
    assert spot == ["0.035351812", "0.006793634", "0.006114271"]
    dearest = max(loaded.charges, key=lambda charge: charge["BilledCost"])
    # 0.428 × 0.0308015 (contract) and × 0.00432 (list), of thousands of runs
    assert [in_full(dearest[name]) for name in FIGURES] == [
        "0.479356887",
        "0.479356887",
        "0.00184896",
        "0.013183042",
    ]
