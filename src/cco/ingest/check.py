"""The rules a charge must keep, and when a file breaks too many of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cco.core import charge
from cco.core.charge import CostKind
from cco.core.money import plain

MAX_REJECTED_SHARE = 0.05
"""Above this share of rejected rows a file is rejected as a whole."""

OVERLAP_SHARE = 0.8
"""From this share of identical charges, both ways, a delivery is the same bill twice."""

CLOSED_LISTS: Mapping[str, tuple[str, ...]] = {
    "ChargeCategory": charge.CHARGE_CATEGORIES,
    "ChargeClass": charge.CHARGE_CLASSES,
    "ChargeFrequency": charge.CHARGE_FREQUENCIES,
    "PricingCategory": charge.PRICING_CATEGORIES,
    "CommitmentDiscountCategory": charge.COMMITMENT_DISCOUNT_CATEGORIES,
    "CommitmentDiscountStatus": charge.COMMITMENT_DISCOUNT_STATUSES,
    "ServiceCategory": charge.SERVICE_CATEGORIES,
}
"""FOCUS columns that take a value of a closed list."""

SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "ServiceCategory": {
        "database": "Databases",
        "network": "Networking",
        "ai": "AI and Machine Learning",
        "machinelearning": "AI and Machine Learning",
        "management": "Management and Governance",
        "iot": "Internet of Things",
    },
    "PricingCategory": {"ondemand": "Standard", "commitmentbased": "Committed", "spot": "Dynamic"},
    "ChargeFrequency": {"usage": "Usage-Based"},
    "CommitmentDiscountCategory": {},
}
"""Spellings that older FOCUS drafts and examples use, by bare value (lower-case letters only)."""

STRICT_LISTS = ("ChargeCategory",)
"""Closed lists without which a charge can't be understood: another value rejects the row. In the
others it becomes NULL (ServiceCategory: Other), is kept in ``x_Provider``, and counts as a warning."""

_CODES = """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLF CLP CNY CNH COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL"""
CURRENCIES = frozenset(_CODES.split())
"""ISO 4217 codes of national currencies in use or replaced lately, and CNH, in which clouds bill."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was rejected. row: 1-based data row within the file."""

    file: str
    row: int
    column: str
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Exact sums of one currency."""

    currency: str
    amounts: Mapping[CostKind, Decimal]

    def as_json(self) -> dict[str, str]:
        """Money as text, keyed as the command line and the API print it."""
        return {"currency": self.currency} | {
            name: plain(self.amounts[kind]) for name, kind in TOTAL_NAMES.items()
        }


TOTAL_NAMES: Mapping[str, CostKind] = {
    "billed": CostKind.BILLED,
    "effective": CostKind.EFFECTIVE,
    "list": CostKind.LIST,
    "contracted": CostKind.CONTRACTED,
}


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that was changed or looks odd without stopping the load. count: rows."""

    code: str
    message: str
    count: int


def too_many(rows_read: int, rows_rejected: int, *, share: float = MAX_REJECTED_SHARE) -> bool:
    """Whether so many rows are bad that the file itself must be."""
    return rows_rejected > 0 and rows_rejected > rows_read * share


def differences(source: Sequence[Totals], kept: Sequence[Totals]) -> list[str]:
    """Where the lake's totals differ from the source's own, in words; empty when they agree to the
    last decimal."""
    by_currency = {each.currency: each.amounts for each in kept}
    found = []
    for each in source:
        amounts = by_currency.pop(each.currency, {})
        for kind, amount in each.amounts.items():
            other = amounts.get(kind, Decimal(0))
            if other != amount:
                found.append(
                    f"{kind.value} in {each.currency}: the file has {plain(amount)}, "
                    f"what was written {plain(other)}"
                )
    found.extend(
        f"{currency}: written, but not in the file"
        for currency, amounts in by_currency.items()
        if any(amounts.values())
    )
    return found
