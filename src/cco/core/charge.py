"""The charge: one FOCUS 1.2 row, and the few columns the lake adds to it.

FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/) names, orders and types the columns;
what a provider reports beyond them is kept in ``x_Provider``. All times are UTC; all costs are exact
decimals in the row's ``BillingCurrency``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

COST_TYPE = "DECIMAL(38,24)"
"""Exact costs: 14 integer digits (sums up to 10^14 in a currency) and 24 decimals, which hold the
longest floats that exports print (21 decimals seen)."""

QUANTITY_TYPE = "DECIMAL(38,18)"
"""Exact quantities and unit prices."""


class CostKind(StrEnum):
    """The four costs of FOCUS, never mixed up. The value is the FOCUS column."""

    EFFECTIVE = "EffectiveCost"
    BILLED = "BilledCost"
    LIST = "ListCost"
    CONTRACTED = "ContractedCost"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lake's charges table.

    type: DuckDB's type; required: never null after normalising; focus: part of FOCUS 1.2.
    """

    name: str
    type: str
    required: bool = False
    focus: bool = True


_T, _TS, _C, _Q, _MAP = "VARCHAR", "TIMESTAMP", COST_TYPE, QUANTITY_TYPE, "MAP(VARCHAR, VARCHAR)"

FOCUS_COLUMNS: tuple[Column, ...] = (
    Column("AvailabilityZone", _T),
    Column("BilledCost", _C, required=True),
    Column("BillingAccountId", _T, required=True),
    Column("BillingAccountName", _T),
    Column("BillingAccountType", _T),
    Column("BillingCurrency", _T, required=True),
    Column("BillingPeriodEnd", _TS, required=True),
    Column("BillingPeriodStart", _TS, required=True),
    Column("CapacityReservationId", _T),
    Column("CapacityReservationStatus", _T),
    Column("ChargeCategory", _T, required=True),
    Column("ChargeClass", _T),
    Column("ChargeDescription", _T),
    Column("ChargeFrequency", _T),
    Column("ChargePeriodEnd", _TS, required=True),
    Column("ChargePeriodStart", _TS, required=True),
    Column("CommitmentDiscountCategory", _T),
    Column("CommitmentDiscountId", _T),
    Column("CommitmentDiscountName", _T),
    Column("CommitmentDiscountQuantity", _Q),
    Column("CommitmentDiscountStatus", _T),
    Column("CommitmentDiscountType", _T),
    Column("CommitmentDiscountUnit", _T),
    Column("ConsumedQuantity", _Q),
    Column("ConsumedUnit", _T),
    Column("ContractedCost", _C, required=True),
    Column("ContractedUnitPrice", _Q),
    Column("EffectiveCost", _C, required=True),
    Column("InvoiceId", _T),
    Column("InvoiceIssuerName", _T),
    Column("ListCost", _C, required=True),
    Column("ListUnitPrice", _Q),
    Column("PricingCategory", _T),
    Column("PricingCurrency", _T),
    Column("PricingCurrencyContractedUnitPrice", _Q),
    Column("PricingCurrencyEffectiveCost", _C),
    Column("PricingCurrencyListUnitPrice", _Q),
    Column("PricingQuantity", _Q),
    Column("PricingUnit", _T),
    Column("ProviderName", _T, required=True),
    Column("PublisherName", _T),
    Column("RegionId", _T),
    Column("RegionName", _T),
    Column("ResourceId", _T),
    Column("ResourceName", _T),
    Column("ResourceType", _T),
    Column("ServiceCategory", _T, required=True),
    Column("ServiceName", _T, required=True),
    Column("ServiceSubcategory", _T),
    Column("SkuId", _T),
    Column("SkuMeter", _T),
    Column("SkuPriceDetails", _MAP),
    Column("SkuPriceId", _T),
    Column("SubAccountId", _T),
    Column("SubAccountName", _T),
    Column("SubAccountType", _T),
    Column("Tags", _MAP),
)
"""FOCUS 1.2, in its own (alphabetical) order."""

X_COLUMNS: tuple[Column, ...] = (
    Column("x_TagOrigins", _MAP, focus=False),
    Column("x_Provider", _MAP, focus=False),
    Column("x_UsageDate", "DATE", required=True, focus=False),
    Column("x_SourceRow", "BIGINT", required=True, focus=False),
)
"""What the lake adds to each row while normalising.

x_TagOrigins: tag key → where it came from, only where the provider says (``user``, ``aws``,
``cost_category``, ``project``, ``system``, …). x_Provider: the provider's columns without a FOCUS
home, as text. x_UsageDate: the UTC day of ChargePeriodStart. x_SourceRow: 1-based data row within
the delivered file (in file order over a manifest), so that a figure can be traced to its line.
"""

KEY_COLUMNS: tuple[Column, ...] = (
    Column("org_id", _T, required=True, focus=False),
    Column("source_id", _T, required=True, focus=False),
    Column("part", _T, required=True, focus=False),
    Column("load_id", _T, required=True, focus=False),
    Column("period", "DATE", required=True, focus=False),
)
"""Whose row it is and which delivery brought it. part: the file or report within the source;
(org_id, source_id, part, period) is what a re-delivery replaces. period: first day of the billing
period's month (UTC)."""

CHARGE_COLUMNS = FOCUS_COLUMNS + X_COLUMNS
"""What `ingest` produces."""

LAKE_COLUMNS = KEY_COLUMNS + CHARGE_COLUMNS
"""What the lake stores."""

CHARGE_CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
CHARGE_CLASSES = ("Correction",)
CHARGE_FREQUENCIES = ("One-Time", "Recurring", "Usage-Based")
PRICING_CATEGORIES = ("Standard", "Dynamic", "Committed", "Other")
COMMITMENT_DISCOUNT_CATEGORIES = ("Spend", "Usage")
COMMITMENT_DISCOUNT_STATUSES = ("Used", "Unused")
SERVICE_CATEGORIES = (
    "AI and Machine Learning",
    "Analytics",
    "Business Applications",
    "Compute",
    "Databases",
    "Developer Tools",
    "Multicloud",
    "Identity",
    "Integration",
    "Internet of Things",
    "Management and Governance",
    "Media",
    "Migration",
    "Mobile",
    "Networking",
    "Security",
    "Storage",
    "Web",
    "Other",
)
