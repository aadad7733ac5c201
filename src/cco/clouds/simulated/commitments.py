"""Reservations, savings plans and committed use discounts: bought, used, unused.

A commitment pays a fixed amount an hour for its term. What it covers is billed at zero and carries its
share of that amount as effective cost; what nobody used is an ``Unused`` row. Per slot of time, used and
unused effective cost add up to exactly what the commitment costs in that time, and over its term to
what was paid for it.

Discounts are applied per slot: a day in daily bills, an hour in hourly ones. Over a day the covered
machines may take turns, so an hourly bill of the same company has a little more unused commitment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from cco.clouds.simulated.catalogue import AWS, AZURE, COST_DIGITS, GCP
from cco.clouds.simulated.chance import Draws
from cco.clouds.simulated.demand import Demand, Ints, exact_sum
from cco.clouds.simulated.organisation import ACCOUNTS, ENROLLMENT, GOOGLE, PAYER, Account, BillingAccount

TERM_DAYS: Final = 365


class Payment(StrEnum):
    """When a commitment is paid."""

    UPFRONT = "all-upfront"
    PARTIAL = "partial-upfront"
    MONTHLY = "monthly"
    HOURLY = "hourly"


@dataclass(frozen=True, slots=True)
class Plan:
    """A commitment that is bought again every year, sized on the week before.

    spend: commits to money an hour (True) or to units of a family (False). families, region: what it
    may cover, "" for any region. coverage: the share of eligible use it is sized to. percent: its
    discount on list prices.
    """

    key: str
    billing: BillingAccount
    account: str
    spend: bool
    families: tuple[str, ...]
    region: str
    first: int
    coverage: float
    percent: int
    payment: Payment
    name: str
    type: str
    service: str
    category: str
    subcategory: str
    unit: str


PLANS: Final = (
    Plan("aws-ri-m5", PAYER, "tna-management", False, ("ec2.m5",), "us-west-2", 68, 1.2, 38, Payment.PARTIAL,
         "m5 Linux reserved instances, us-west-2", "Reserved Instance", "Amazon Elastic Compute Cloud",
         "Compute", "Virtual Machines", "Normalized Hours"),
    Plan("aws-ri-rds", PAYER, "tna-management", False, ("rds.r6g",), "us-east-1", 139, 0.92, 34,
        Payment.UPFRONT,
         "db.r6g PostgreSQL reserved instances, us-east-1", "Reserved Instance",
         "Amazon Relational Database Service", "Databases", "Relational", "Normalized Hours"),
    Plan("aws-sp-a", PAYER, "tna-management", True, ("ec2.", "fargate"), "", 31, 0.46, 28, Payment.HOURLY,
         "Compute Savings Plan, February", "Savings Plan", "Savings Plans for AWS Compute usage",
         "Compute", "Virtual Machines", "USD"),
    Plan("aws-sp-b", PAYER, "tna-management", True, ("ec2.", "fargate"), "", 226, 0.3, 28, Payment.HOURLY,
         "Compute Savings Plan, August", "Savings Plan", "Savings Plans for AWS Compute usage",
         "Compute", "Virtual Machines", "USD"),
    Plan("az-ri-e16", ENROLLMENT, "TNA Connectivity Hub", False, ("azvm.E16s v5",), "eastus2", 90, 1.0, 37,
         Payment.MONTHLY, "VM_RI_E16s_v5_eastus2", "Reservation", "Virtual Machines", "Compute",
         "Virtual Machines", "Hours"),
    Plan("az-ri-d16", ENROLLMENT, "TNA Connectivity Hub", False, ("azvm.D16s v5",), "eastus2", 254, 1.05, 36,
         Payment.UPFRONT, "VM_RI_D16s_v5_eastus2", "Reservation", "Virtual Machines", "Compute",
         "Virtual Machines", "Hours"),
    Plan("az-sp", ENROLLMENT, "TNA Connectivity Hub", True, ("azvm.", "azapp"), "", 151, 0.34, 22,
         Payment.HOURLY, "Savings plan for compute", "Savings Plan", "Virtual Machines", "Compute",
         "Virtual Machines", "USD"),
    Plan("gcp-cud-core", GOOGLE, "tna-host-network", False, ("gce.n2.core",), "us-central1", 14, 0.9, 37,
         Payment.HOURLY, "n2-cores-us-central1", "Resource-based CUD", "Compute Engine", "Compute",
         "Virtual Machines", "vCPU Hours"),
    Plan("gcp-cud-ram", GOOGLE, "tna-host-network", False, ("gce.n2.ram",), "us-central1", 14, 0.9, 37,
         Payment.HOURLY, "n2-memory-us-central1", "Resource-based CUD", "Compute Engine", "Compute",
         "Virtual Machines", "GiB Hours"),
    Plan("gcp-cud-flex", GOOGLE, "tna-host-network", True, ("gce.",), "", 200, 0.16, 28, Payment.HOURLY,
         "compute-flexible-cud", "Spend-based CUD", "Compute Engine", "Compute", "Virtual Machines", "USD"),
)  # fmt: skip
"""In the order in which they are applied: reservations before spend."""

UNIT_DIGITS: Final = 4
"""Decimals of a reservation's units."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """One term of a plan. start, end: day numbers, end exclusive.

    hourly_cost: its price an hour over the whole term, in 10⁻¹² USD, a whole multiple of hourly_units;
    hourly_units: what it covers in an hour: 10⁻⁴ units,
        or for spend the same 10⁻¹² USD. upfront_percent of the price is paid at the start.
    """

    plan: Plan
    id: str
    start: int
    end: int
    hourly_cost: int
    hourly_units: int

    @property
    def account(self) -> Account:
        """The account that bought it."""
        return ACCOUNTS[self.plan.account]

    @property
    def upfront_cost(self) -> int:
        """What is paid at the start, in 10⁻¹² USD."""
        return (self.hourly_cost - self.recurring_cost) * 24 * TERM_DAYS

    @property
    def recurring_cost(self) -> int:
        """What is paid an hour besides, in 10⁻¹² USD."""
        share = {Payment.UPFRONT: 0, Payment.PARTIAL: 2}.get(self.plan.payment, 1)
        return self.hourly_cost // share if share else 0


def eligible(plan: Plan, demand: Demand) -> Ints:
    """The meters that a plan may cover."""
    fits = np.array(
        [
            any(sku.family.startswith(family) if family.endswith(".") else sku.family == family
                for family in plan.families)
            and sku.family != ""
            and plan.region in ("", region.id)
            for sku, region in demand.offers
        ]
    )  # fmt: skip
    billed = np.array([resource.account.billing is plan.billing for resource in demand.resources])
    return np.flatnonzero(fits[demand.offer] & billed[demand.resource]).astype(np.int64)


def unit_prices(plan: Plan, demand: Demand, lines: Ints) -> Ints:
    """What a spend plan charges per pricing unit: the discounted list price to five decimals where the
    meter has them, in 10⁻⁽¹²⁻ᵠ⁾ USD."""
    step = 10 ** np.maximum(COST_DIGITS - demand.digits[lines] - 5, 0)
    return np.asarray(demand.list_price[lines] * (100 - plan.percent) // 100 // step * step, np.int64)


def purchases(seed: int, demand: Demand, until: int) -> list[Commitment]:
    """Every commitment bought before a day, in the order in which they are applied."""
    result = []
    for plan in PLANS:
        lines = eligible(plan, demand)
        start = plan.first
        while start < until:
            bought = _bought(seed, plan, demand, lines, start)
            if bought is not None:
                result.append(bought)
            start += TERM_DAYS
    return result


def _bought(seed: int, plan: Plan, demand: Demand, lines: Ints, start: int) -> Commitment | None:
    week = np.arange(start - 7, start, dtype=np.int64)
    lines = lines[(demand.launched[lines] < start) & (demand.ended[lines] > start - 7)]
    if not lines.size:
        return None
    used = demand.quantities(lines, week, planted=False)
    identity = _identity(plan, Draws(seed, "commitment", plan.key, start))
    end = start + TERM_DAYS
    if plan.spend:
        spend = exact_sum(used * unit_prices(plan, demand, lines)[:, None])
        step = 10 ** (COST_DIGITS - 3)
        hourly = int(Decimal(spend) * Decimal(str(plan.coverage)) / (7 * 24)) // step * step
        return Commitment(plan, identity, start, end, hourly, hourly) if hourly else None
    per_unit = units(demand, lines)
    whole = 10**UNIT_DIGITS
    covered = int(float((used * per_unit[:, None]).sum()) * plan.coverage / (7 * 24)) // whole
    covered = max(1, covered)
    price = int(demand.list_price[lines[0]]) // int(per_unit[0]) * (100 - plan.percent) // 100
    price = max(100, price // 100 * 100)
    return Commitment(plan, identity, start, end, covered * price * whole, covered * whole)


def units(demand: Demand, lines: Ints) -> Ints:
    """How many units of its family one pricing unit of each meter takes."""
    per_offer = np.array([max(sku.units, 1) for sku, _ in demand.offers], np.int64)
    return np.asarray(per_offer[demand.offer[lines]], np.int64)


def _identity(plan: Plan, draws: Draws) -> str:
    digits = draws.hex(32)
    uuid = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
    account = ACCOUNTS[plan.account].id
    match plan.billing.provider, plan.spend:
        case (provider, True) if provider == AWS:
            return f"arn:aws:savingsplans::{account}:savingsplan/{uuid}"
        case (provider, False) if provider == AWS:
            service = "rds" if plan.key.endswith("rds") else "ec2"
            kind = "ri:" if service == "rds" else "reserved-instances/"
            return f"arn:aws:{service}:{plan.region}:{account}:{kind}{uuid}"
        case (provider, spend) if provider == AZURE:
            order = draws.hex(12)
            kind = (
                "Microsoft.BillingBenefits/savingsPlanOrders"
                if spend
                else "Microsoft.Capacity/reservationOrders"
            )
            leaf = "savingsPlans" if spend else "reservations"
            return f"/providers/{kind}/{digits[:20]}{order}/{leaf}/{uuid}"
    if plan.billing.provider != GCP:
        raise AssertionError(f"{plan.key} has no id")
    place = f"regions/{plan.region}" if plan.region else "global"
    return f"projects/{account}/{place}/commitments/{plan.name}-{digits[:6]}"


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What one commitment covered: parallel arrays of meters, slots, quantities, the effective cost
    they carry and how much of the commitment they took; and per slot what nobody used.

    slots of `unused_*` are those in which the commitment runs.
    """

    commitment: Commitment
    line: Ints
    slot: Ints
    quantity: Ints
    effective: Ints
    taken: Ints
    unused_slot: Ints
    unused_cost: Ints
    unused_units: Ints


def cover(
    demand: Demand,
    commitments: Sequence[Commitment],
    coverable: Mapping[str, Ints],
    lines: Ints,
    left: Ints,
    slot_days: Ints,
    slot_hours: int,
) -> list[Coverage]:
    """Applies commitments in their order and takes what they cover out of `left`.

    coverable: the meters that each plan may cover,
        by its key; lines: sorted meters; left: their quantities still to be charged, (lines, slots),
            changed in place;
    slot_days: the day number of each slot; slot_hours: how long a slot is.
    """
    result = []
    for commitment in commitments:
        running = np.flatnonzero((slot_days >= commitment.start) & (slot_days < commitment.end))
        if running.size:
            mine = np.flatnonzero(np.isin(lines, coverable[commitment.plan.key]))
            result.append(_cover_one(demand, commitment, lines, mine, left, running, slot_hours))
    return result


def _cover_one(
    demand: Demand,
    commitment: Commitment,
    lines: Ints,
    mine: Ints,
    left: Ints,
    running: Ints,
    slot_hours: int,
) -> Coverage:
    plan = commitment.plan
    rates = unit_prices(plan, demand, lines[mine]) if plan.spend else units(demand, lines[mine])
    available = commitment.hourly_units * slot_hours
    cost = commitment.hourly_cost * slot_hours
    grid = np.ix_(mine, running)
    wanted = left[grid] * rates[:, None]
    before = np.cumsum(wanted, axis=0) - wanted
    granted = np.clip(available - before, 0, wanted)
    quantity = granted // np.maximum(rates[:, None], 1)
    taken = quantity * rates[:, None]
    left[grid] -= quantity
    effective = taken * (commitment.hourly_cost // commitment.hourly_units)
    unused_units = available - taken.sum(axis=0)
    unused_cost = cost - effective.sum(axis=0)
    row, column = np.nonzero(quantity)
    effective = effective[row, column]
    # What is left of a fully used commitment is smaller than one more unit: rounding, not waste.
    smallest = 10 ** (COST_DIGITS - 2)
    crumbs = np.flatnonzero((unused_cost > 0) & (unused_cost < smallest))
    if crumbs.size and row.size:
        last = np.full(len(running), -1, np.int64)
        last[column] = np.arange(len(column))
        crumbs = crumbs[last[crumbs] >= 0]
        effective[last[crumbs]] += unused_cost[crumbs]
        unused_cost[crumbs] = 0
        unused_units[crumbs] = 0
    return Coverage(
        commitment, mine[row], running[column], quantity[row, column], effective, taken[row, column],
        running, unused_cost, unused_units,
    )  # fmt: skip
