"""What is on a bill besides usage: purchases, support, tax, credits, corrections, rounding.

Each charge is a function of days up to its own, so that a later bill never changes an earlier day:
support on the 6th and 7th is for the month before, tax stands on the month's last day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np

from cco.clouds.simulated.bill import (
    Special,
    account_text,
    billing_text,
    commitment_text,
    committed_quantity,
    invoice_id,
    midnight,
)
from cco.clouds.simulated.catalogue import AWS, AZURE, COST_DIGITS, GCP, QUANTITY_DIGITS, REGIONS
from cco.clouds.simulated.chance import Draws, date_of, day_number
from cco.clouds.simulated.commitments import TERM_DAYS, Commitment, Coverage, Payment
from cco.clouds.simulated.demand import Ints
from cco.clouds.simulated.organisation import ACCOUNTS, ENROLLMENT, GMBH, GOOGLE, Account
from cco.core.window import Days, month_of

ONE: Final = 10**COST_DIGITS
_UNIT: Final = 10**QUANTITY_DIGITS

SUPPORT_DAYS: Final = {AWS: 6, GCP: 7}

TAX_PERCENT: Final = Decimal("6.25")
TAXED: Final = ("Networking", "Storage", "Management and Governance")
"""US sales tax on the categories that the parent's state taxes."""

_BUSINESS_SUPPORT: Final = ((10_000, 10), (80_000, 7), (250_000, 5), (None, 3))
"""AWS Business support: percent of the month's charges by tier."""


def cents(amount: Decimal) -> int:
    """An amount rounded to cents, in 10⁻¹²."""
    return int(amount.quantize(Decimal("0.01"), ROUND_HALF_UP).scaleb(COST_DIGITS))


def _charge(
    account: Account,
    month: date,
    days: Days,
    text: dict[str, str | None],
    billed: int,
    *,
    effective: int | None = None,
    quantity: int | None = None,
    price: int | None = None,
    committed: int | None = None,
) -> Special:
    """A special charge; list and contracted cost are those billed."""
    return Special(
        {
            "InvoiceId": invoice_id(account.billing, month),
            "ProviderName": account.provider,
            "PublisherName": {AWS: "Amazon Web Services, Inc.", AZURE: "Microsoft",
                GCP: "Google"}[account.provider],
            **account_text(account),
            **text,
        },
        midnight(days.start), midnight(days.end), billed, billed if effective is None else effective, billed,
            billed,
        quantity, price, committed,
    )  # fmt: skip


def purchases(commitments: Sequence[Commitment], month: date, days: Days, slot_hours: int) -> list[Special]:
    """What is paid for commitments on these days: upfront, by the month, by the slot."""
    result = []
    for commitment in commitments:
        plan, account = commitment.plan, commitment.account
        start, end = date_of(commitment.start), date_of(commitment.end)
        if start >= days.end or end <= days.start:
            continue
        text = commitment_text(commitment) | {
            "ChargeCategory": "Purchase",
            "PricingCategory": "Standard",
            "PricingUnit": plan.unit if plan.spend else "Reservation",
            "ServiceName": plan.service,
            "ServiceCategory": plan.category,
            "ServiceSubcategory": plan.subcategory,
            **_place(commitment),
        }
        if start in days and commitment.upfront_cost:
            hours = 24 * TERM_DAYS
            paid = commitment.upfront_cost
            result.append(_charge(
                account, month, Days(start, start + timedelta(days=1)),
                text | {"ChargeFrequency": "One-Time",
                        "ChargeDescription": f"{plan.name}: upfront fee for one year"},
                paid, effective=0, quantity=_UNIT, price=paid, committed=_committed(commitment, hours),
            ))  # fmt: skip
        recurring = commitment.recurring_cost
        if not recurring:
            continue
        text |= {"ChargeFrequency": "Recurring"}
        if plan.payment is not Payment.HOURLY:
            first = max(start, month)
            if first not in days:
                continue
            paid_days = Days(first, min(end, month_of(month).end))
            hours = 24 * len(paid_days)
            result.append(_charge(
                account, month, paid_days,
                text | {"ChargeDescription": f"{plan.name}: monthly fee"},
                recurring * hours, effective=0, quantity=_UNIT, price=recurring * hours,
                committed=_committed(commitment, hours) if plan.payment is not Payment.PARTIAL else None,
            ))  # fmt: skip
            continue
        for day in days:
            if not start <= day < end:
                continue
            for nth in range(24 // slot_hours):
                begin = midnight(day) + timedelta(hours=nth * slot_hours)
                paid = recurring * slot_hours
                one = _charge(
                    account, month, Days(day, day + timedelta(days=1)),
                    text | {"ChargeDescription": f"{plan.name}: ${recurring / ONE:.3f} hourly commitment"},
                    paid, effective=0, quantity=_UNIT, price=paid, committed=_committed(commitment,
                        slot_hours),
                )  # fmt: skip
                result.append(Special(
                    one.text, begin, begin + timedelta(hours=slot_hours), one.billed, one.effective,
                    one.listed, one.contracted, one.quantity, one.price, one.committed,
                ))  # fmt: skip
    return result


def _place(commitment: Commitment) -> dict[str, str | None]:
    """The region of a commitment, if it has one, and what is sold."""
    plan = commitment.plan
    region = REGIONS[plan.billing.provider].get(plan.region)
    return {
        "RegionId": region.id if region else None,
        "RegionName": region.name if region else None,
        "SkuId": f"{plan.key}-1y-{plan.payment}",
        "SkuPriceId": f"{plan.key}-1y-{plan.payment}-{plan.percent}",
    }


def _committed(commitment: Commitment, hours: int) -> int:
    taken = np.array([commitment.hourly_units * hours], np.int64)
    cost = np.array([commitment.hourly_cost * hours], np.int64)
    return int(committed_quantity(commitment, taken, cost)[0])


def unused(coverages: Sequence[Coverage], month: date, slots: Ints, slot_hours: int) -> list[Special]:
    """The rows of what nobody used of commitments. slots: start of each slot in hours since the epoch."""
    result = []
    for coverage in coverages:
        commitment = coverage.commitment
        plan = commitment.plan
        text = commitment_text(commitment) | {
            "ChargeCategory": "Usage",
            "ChargeFrequency": "Usage-Based",
            "CommitmentDiscountStatus": "Unused",
            "PricingCategory": "Committed",
            "PricingUnit": plan.unit,
            "ServiceName": plan.service,
            "ServiceCategory": plan.category,
            "ServiceSubcategory": plan.subcategory,
            **_place(commitment),
            "ChargeDescription": f"{plan.name}: unused",
        }
        quantities = committed_quantity(commitment, coverage.unused_units, coverage.unused_cost)
        for at in np.flatnonzero(coverage.unused_cost > 0).tolist():
            hour = int(slots[coverage.unused_slot[at]])
            begin = midnight(date_of(0)) + timedelta(hours=hour)
            day = begin.date()
            base = _charge(commitment.account, month, Days(day, day + timedelta(days=1)), text, 0)
            result.append(Special(
                base.text, begin, begin + timedelta(hours=slot_hours), 0, int(coverage.unused_cost[at]), 0, 0,
                quantity=int(quantities[at]) // 1000, price=0, committed=int(quantities[at]),
            ))  # fmt: skip
    return result


def support(provider: str, month: date, days: Days, month_before: Decimal) -> list[Special]:
    """The support plan's fee. month_before: what the provider billed for the month before, in USD."""
    text: dict[str, str | None] = {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "Recurring",
        "ServiceCategory": "Management and Governance",
        "ServiceSubcategory": "Support",
    }
    if provider == AZURE:
        if month not in days:
            return []
        fee = 1000 * ONE
        return [_charge(
            ACCOUNTS["TNA Connectivity Hub"], month, month_of(month),
            text | {"ServiceName": "Azure Support",
                "ChargeDescription": "Azure Support - Professional Direct",
                    "PricingCategory": "Standard", "PricingUnit": "1/Month", "SkuId": "DZH318Z0BV54",
                    "SkuPriceId": "DZH318Z0BV54/000X"},
            fee, quantity=_UNIT, price=fee,
        )]  # fmt: skip
    day = month + timedelta(days=SUPPORT_DAYS[provider] - 1)
    if day not in days:
        return []
    tiers: Sequence[tuple[int | None, int]] = _BUSINESS_SUPPORT if provider == AWS else ((None, 3),)
    fee_usd, below = Decimal(500 if provider == GCP else 0), Decimal(0)
    for upto, percent in tiers:
        top = month_before if upto is None else min(month_before, Decimal(upto))
        fee_usd += max(Decimal(0), top - below) * percent / 100
        below = max(below, top)
    fee = cents(fee_usd)
    account = ACCOUNTS["tna-management"] if provider == AWS else ACCOUNTS["tna-host-network"]
    name = "AWS Support (Business)" if provider == AWS else "Support"
    words = (
        f"AWS Support (Business) for {month_of(month).previous().start:%B %Y}"
        if provider == AWS
        else f"Enhanced Support for {month_of(month).previous().start:%B %Y}"
    )
    return [_charge(
        account, month, Days(day, day + timedelta(days=1)),
        text | {"ServiceName": name, "ChargeDescription": words, "PricingCategory": "Standard",
                "PricingUnit": "Months", "SkuId": f"{name} fee", "SkuPriceId": f"{name} fee"},
        fee, quantity=_UNIT, price=fee,
    )]  # fmt: skip


def subscriptions(provider: str, month: date, days: Days) -> list[Special]:
    """Marketplace subscriptions, paid on the first of the month."""
    if month not in days or provider == GCP:
        return []
    text: dict[str, str | None] = {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "Recurring",
        "PricingCategory": "Standard",
        "PricingUnit": "Months",
    }
    if provider == AWS:
        fee = 5400 * ONE
        return [_charge(
            ACCOUNTS["tna-management"], month, month_of(month),
            text | {"ServiceName": "Datadog Pro", "ServiceCategory": "Management and Governance",
                    "ServiceSubcategory": "Observability", "PublisherName": "Datadog, Inc.",
                    "ChargeDescription": "AWS Marketplace subscription - Datadog Pro, 150 hosts",
                    "SkuId": "MP-DATADOG-PRO-150", "SkuPriceId": "MP-DATADOG-PRO-150-2023"},
            fee, quantity=_UNIT, price=fee,
        )]  # fmt: skip
    fee = 780 * ONE
    return [_charge(
        ACCOUNTS["TNA Warehouse Systems"], month, month_of(month),
        text | {"ServiceName": "SendGrid", "ServiceCategory": "Integration",
            "ServiceSubcategory": "Messaging",
                "PublisherName": "Twilio Inc.", "PricingUnit": "1/Month",
                "ChargeDescription": "Azure Marketplace - SendGrid Email API Pro 1.5M",
                "SkuId": "sendgrid-pro-1500k", "SkuPriceId": "sendgrid-pro-1500k/1m"},
        fee, quantity=_UNIT, price=fee,
    )]  # fmt: skip


def tax(month: date, days: Days, billed: Mapping[tuple[str, str, str], int]) -> list[Special]:
    """Sales tax of a complete month on AWS. billed: 10⁻¹² USD by account name, service and category."""
    last = month_of(month).end - timedelta(days=1)
    if last not in days:
        return []
    result = []
    for (name, service, category), amount in sorted(billed.items()):
        due = cents(Decimal(amount).scaleb(-COST_DIGITS) * TAX_PERCENT / 100)
        if category not in TAXED or due <= 0:
            continue
        result.append(_charge(
            ACCOUNTS[name], month, Days(last, last + timedelta(days=1)),
            {"ChargeCategory": "Tax", "ChargeFrequency": "Recurring",
             "ServiceName": service, "ServiceCategory": category,
             "ServiceSubcategory": f"Other ({category})",
             "ChargeDescription": f"US Sales Tax for {service}"},
            due,
        ))  # fmt: skip
    return result


def credits_and_corrections(seed: int, provider: str, month: date, days: Days) -> list[Special]:
    """Promotional credits, refunds and the cents of rounding."""
    result = []
    draws = Draws(seed, "credits", provider, month)
    number = month.year * 12 + month.month
    day = month + timedelta(days=2)
    common: dict[str, str | None] = {"ChargeFrequency": "One-Time", "PricingCategory": "Other"}
    if provider == AWS and day in days and number % 12 in (3, 4, 5, 6, 7, 8):
        result.append(_charge(
            ACCOUNTS["ml-research"], month, Days(day, day + timedelta(days=1)),
            common | {"ChargeCategory": "Credit", "ServiceName": "Amazon Bedrock",
                      "ServiceCategory": "AI and Machine Learning", "ServiceSubcategory": "Generative AI",
                      "ChargeDescription": "Promotional credit: generative AI proof of concept programme"},
            -1500 * ONE,
        ))  # fmt: skip
    if provider == GCP and day in days and number % 12 in (0, 1, 2, 11):
        result.append(_charge(
            ACCOUNTS["tna-analytics-prod"], month, Days(day, day + timedelta(days=1)),
            common | {"ChargeCategory": "Credit", "ServiceName": "BigQuery", "ServiceCategory": "Databases",
                      "ServiceSubcategory": "Data Warehouse",
                      "ChargeDescription": "Promotion: data migration credit"},
            -cents(Decimal(draws.whole(40, 80)) * 10),
        ))  # fmt: skip
    fixed = month + timedelta(days=11)
    if draws.unit() < 0.3 and fixed in days:
        account, service, category, subcategory = {
            AWS: ("payments-prod", "Amazon Relational Database Service", "Databases", "Relational"),
            AZURE: ("TNA Back Office Prod", "SQL Database", "Databases", "Relational"),
            GCP: ("tna-recommender-prod", "Compute Engine", "Compute", "Virtual Machines"),
        }[provider]
        before = month_of(month).previous().start
        result.append(_charge(
            ACCOUNTS[account], month, Days(fixed, fixed + timedelta(days=1)),
            common | {"ChargeCategory": "Adjustment", "ChargeClass": "Correction", "ServiceName": service,
                      "ServiceCategory": category, "ServiceSubcategory": subcategory,
                      "ChargeDescription": f"Refund: service credit for {before:%B %Y} ({service})"},
            -cents(Decimal(draws.whole(3000, 42000)) / 100),
        ))  # fmt: skip
    last = month_of(month).end - timedelta(days=1)
    if provider != AWS and last in days:
        for billing in (ENROLLMENT, GMBH) if provider == AZURE else (GOOGLE,):
            account = next(a.name for a in ACCOUNTS.values() if a.billing is billing)
            result.append(_charge(
                ACCOUNTS[account], month, Days(last, last + timedelta(days=1)),
                common | billing_text(billing) | {
                    "ChargeCategory": "Adjustment", "ServiceName": "Invoice", "ServiceCategory": "Other",
                    "ServiceSubcategory": "Other (Other)", "SubAccountId": None, "SubAccountName": None,
                    "SubAccountType": None, "ChargeDescription": "Rounding adjustment"},
                draws.whole(-49, 49) * ONE // 10_000,
            ))  # fmt: skip
    return result


def all_fees(
    seed: int,
    provider: str,
    month: date,
    days: Days,
    slot_hours: int,
    commitments: Sequence[Commitment],
    month_before: Decimal,
) -> list[Special]:
    """Every special charge of these days but tax and unused commitments."""
    mine = [one for one in commitments if one.plan.billing.provider == provider]
    return [
        *purchases(mine, month, days, slot_hours),
        *subscriptions(provider, month, days),
        *support(provider, month, days, month_before),
        *credits_and_corrections(seed, provider, month, days),
    ]


def needs_month_before(provider: str, month: date, end: date) -> bool:
    """Whether a bill that ends before `end` holds a fee on the month before."""
    day = SUPPORT_DAYS.get(provider)
    return day is not None and day_number(month) + day <= day_number(end)
