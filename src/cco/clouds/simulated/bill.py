"""The bills: FOCUS 1.2 rows of a provider and month, as Arrow record batches.

Rows are built block by block (some days of one provider) from integer arrays. What is the same for
every row of a meter is a *template*; a row is a template number, a slot of time and exact integers.
Columns of text become dictionary arrays by indexing with template numbers; no Python runs per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cco.clouds.simulated.catalogue import AWS, AZURE, COST_DIGITS, GCP, QUANTITY_DIGITS, Region, Sku
from cco.clouds.simulated.chance import Draws, date_of, normal
from cco.clouds.simulated.commitments import UNIT_DIGITS, Commitment, Coverage
from cco.clouds.simulated.demand import Demand, Ints
from cco.clouds.simulated.organisation import Account, BillingAccount, Pattern
from cco.core.charge import FOCUS_COLUMNS
from cco.core.window import month_of

COMMITMENT_DIGITS: Final = 9
"""Decimals of CommitmentDiscountQuantity."""

_COST = pa.decimal128(24, COST_DIGITS)
_PRICE = pa.decimal64(18, COST_DIGITS)
_QUANTITY = pa.decimal64(18, QUANTITY_DIGITS)
_COMMITTED = pa.decimal128(24, COMMITMENT_DIGITS)
_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.dictionary(pa.int32(), pa.string())
_MAP = pa.map_(_TEXT, _TEXT)

_TYPES: Final[dict[str, pa.DataType]] = {
    "BilledCost": _COST,
    "BillingPeriodEnd": _TIME,
    "BillingPeriodStart": _TIME,
    "ChargePeriodEnd": _TIME,
    "ChargePeriodStart": _TIME,
    "CommitmentDiscountQuantity": _COMMITTED,
    "ConsumedQuantity": _QUANTITY,
    "ContractedCost": _COST,
    "ContractedUnitPrice": _PRICE,
    "EffectiveCost": _COST,
    "ListCost": _COST,
    "ListUnitPrice": _PRICE,
    "PricingCurrencyContractedUnitPrice": _PRICE,
    "PricingCurrencyEffectiveCost": _COST,
    "PricingCurrencyListUnitPrice": _PRICE,
    "PricingQuantity": _QUANTITY,
    "SkuPriceDetails": _MAP,
    "Tags": _MAP,
}
"""The columns that are not text."""

EXTRA: Final = {AWS: ("x_UsageType",), AZURE: ("x_ResourceGroupName",), GCP: ("x_ServiceId",)}
"""What each provider reports beyond FOCUS."""

_ALL_EXTRA: Final = tuple(name for names in EXTRA.values() for name in names)

TEXT_COLUMNS: Final = (
    *(column.name for column in FOCUS_COLUMNS if column.name not in _TYPES),
    *_ALL_EXTRA,
)
"""The columns of text, in file order."""


def schema(provider: str) -> pa.Schema:
    """The columns of a provider's file: FOCUS 1.2 in its order, then the provider's own."""
    names = [column.name for column in FOCUS_COLUMNS] + list(EXTRA[provider])
    return pa.schema([pa.field(name, _TYPES.get(name, _TEXT)) for name in names])


# ---------------------------------------------------------------- static text


class _Vocabulary:
    """Text values by number; None is -1. after: numbers its own values behind those of another, which
    stays as it is, so that threads may share that one."""

    def __init__(self, after: _Vocabulary | None = None) -> None:
        self.values: list[str] = [] if after is None else list(after.values)
        self._known: dict[str, int] = {} if after is None else after._numbers
        self._numbers: dict[str, int] = {}

    def number(self, value: str | None) -> int:
        if value is None:
            return -1
        known = self._known.get(value)
        if known is not None:
            return known
        found = self._numbers.setdefault(value, len(self.values))
        if found == len(self.values):
            self.values.append(value)
        return found


def _sku_ids(sku: Sku, region: Region) -> tuple[str, str]:
    draws = Draws("sku", sku.key, region.id)
    letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    code = "".join(letters[draws.whole(0, len(letters) - 1)] for _ in range(16))
    if sku.provider == AWS:
        return code, f"{code}.JRTCKXETXF.6YS6EN2CT7"
    if sku.provider == AZURE:
        return f"DZH318Z0{code[:4]}", f"DZH318Z0{code[:4]}/00{code[4:6]}"
    digits = draws.hex(12).upper()
    identity = f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
    return identity, f"services/{service_id(sku.service)}/skus/{identity}"


def service_id(service: str) -> str:
    """A GCP service's id."""
    digits = Draws("service", service).hex(12).upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


_PUBLISHERS: Final = {AWS: "Amazon Web Services, Inc.", AZURE: "Microsoft", GCP: "Google"}


def offer_text(sku: Sku, region: Region, list_price: int) -> dict[str, str | None]:
    """The static columns that a SKU in a region decides."""
    identity, price_id = _sku_ids(sku, region)
    price = f"{list_price / 10 ** (COST_DIGITS - sku.digits):.10f}".rstrip("0")
    price += "0" * max(0, 3 - len(price.partition(".")[2]))
    return {
        "ChargeCategory": "Usage",
        "ChargeDescription": sku.description.format(price=price, region=region.name)
        + (f" - {region.name}" if sku.provider == AWS and sku.regional else ""),
        "ChargeFrequency": "Usage-Based",
        "ConsumedUnit": sku.consumed_unit,
        "PricingCategory": "Dynamic" if sku.dynamic else "Standard",
        "PricingUnit": sku.unit,
        "ProviderName": sku.provider,
        "PublisherName": sku.publisher or _PUBLISHERS[sku.provider],
        "RegionId": region.id if region.id != "global" else None,
        "RegionName": region.name if region.id != "global" else None,
        "ServiceCategory": sku.category,
        "ServiceName": sku.service,
        "ServiceSubcategory": sku.subcategory,
        "SkuId": identity,
        "SkuMeter": sku.meter,
        "SkuPriceId": price_id,
        "x_UsageType": sku.usage_type if sku.provider == AWS else None,
        "x_ServiceId": service_id(sku.service) if sku.provider == GCP else None,
    }


def account_text(account: Account) -> dict[str, str | None]:
    """The static columns that an account decides."""
    return {
        **billing_text(account.billing),
        "SubAccountId": account.id,
        "SubAccountName": account.name,
        "SubAccountType": account.type,
    }


def billing_text(billing: BillingAccount) -> dict[str, str | None]:
    """The static columns that a billing account decides."""
    return {
        "BillingAccountId": billing.id,
        "BillingAccountName": billing.name,
        "BillingAccountType": billing.type,
        "BillingCurrency": billing.currency,
        "InvoiceIssuerName": billing.issuer,
        "PricingCurrency": "USD",
    }


def commitment_text(commitment: Commitment) -> dict[str, str | None]:
    """The static columns of charges that belong to a commitment, but for its status."""
    plan = commitment.plan
    return {
        "CommitmentDiscountCategory": "Spend" if plan.spend else "Usage",
        "CommitmentDiscountId": commitment.id,
        "CommitmentDiscountName": plan.name,
        "CommitmentDiscountType": plan.type,
        "CommitmentDiscountUnit": plan.unit,
    }


def invoice_id(billing: BillingAccount, month: date) -> str:
    """The invoice on which a month's charges of a billing account stand."""
    digits = int(Draws("invoice", billing.id, month).hex(12), 16)
    prefix = {AWS: "", AZURE: "G", GCP: ""}[billing.provider]
    return f"{prefix}{digits % 10**10:010d}"


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class Special:
    """A charge that is no metered usage: a purchase, fee, tax, credit or correction.

    Costs are 10⁻¹² units of the billing currency; quantity 10⁻⁶ pricing units, None where there is
    none; price: 10⁻¹² units a pricing unit; committed: 10⁻⁹ units of the commitment.
    """

    text: dict[str, str | None]
    start: datetime
    end: datetime
    billed: int
    effective: int
    listed: int
    contracted: int
    quantity: int | None = None
    price: int | None = None
    committed: int | None = None


@dataclass(slots=True)
class Rows:
    """Rows in columns. template: which static text; micros: microseconds since 1970."""

    template: Ints
    start: Ints
    end: Ints
    quantity: Ints
    list_price: Ints
    contracted_price: Ints
    listed: Ints
    contracted: Ints
    billed: Ints
    effective: Ints
    pricing_effective: Ints
    committed: Ints
    priced: NDArray[np.bool_]
    consumed: NDArray[np.bool_]
    has_committed: NDArray[np.bool_]


def micros(moment: datetime | date) -> int:
    """Microseconds since 1970 of an aware moment, or of a day's UTC midnight."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


_DAY_MICROS: Final = 86_400_000_000
_EPOCH_MICROS: Final = micros(date_of(0))


@dataclass(slots=True)
class _Texts:
    """The static text of meters of one company: per offer, account and resource, as numbers."""

    offer: dict[str, Ints] = field(default_factory=dict)
    account: dict[str, Ints] = field(default_factory=dict)
    resource: dict[str, Ints] = field(default_factory=dict)


class Printer:
    """Prints charges of a company's meters."""

    def __init__(self, demand: Demand, currency_rate: Callable[[date], int]) -> None:
        """currency_rate: USD for one euro in a month, in 10⁻⁴."""
        self._demand = demand
        self._rate = currency_rate
        self._vocabulary = {name: _Vocabulary() for name in TEXT_COLUMNS}
        accounts: dict[str, int] = {}
        self._accounts: list[Account] = []
        indices = []
        for resource in demand.resources:
            index = accounts.setdefault(resource.account.id, len(accounts))
            if index == len(self._accounts):
                self._accounts.append(resource.account)
            indices.append(index)
        self._account = np.array(indices, np.int64)
        self.account_of_line = self._account[demand.resource]
        list_price_of_offer = np.zeros(len(demand.offers), np.int64)
        list_price_of_offer[demand.offer] = demand.list_price
        self._texts = _Texts()
        self._texts.offer = self._numbers(
            [
                offer_text(*offer, int(price))
                for offer, price in zip(demand.offers, list_price_of_offer, strict=True)
            ]
        )
        self._texts.account = self._numbers([account_text(account) for account in self._accounts])
        self._texts.resource = self._numbers([
            {
                "AvailabilityZone": resource.zone,
                "ResourceId": resource.id,
                "ResourceName": resource.name,
                "ResourceType": resource.type,
                "x_ResourceGroupName": f"rg-{resource.application.tag}-{resource.env}"
                if resource.account.provider == AZURE and resource.id else None,
            }
            for resource in demand.resources
        ])  # fmt: skip
        self._tags = _Maps([resource.tags if resource.id else None for resource in demand.resources])
        self._details = _Maps([tuple(sorted(sku.details.items())) or None for sku, _ in demand.offers])
        self._monthly = np.array([meter.pattern is Pattern.MONTHLY for meter in demand.meters])
        self._euro = np.array([r.account.billing.currency == "EUR" for r in demand.resources])[
            demand.resource
        ]
        providers = np.array([resource.account.provider for resource in demand.resources])
        self.provider_of_line = providers[demand.resource]

    @property
    def accounts(self) -> list[Account]:
        """The accounts that have resources; `account_of_line` counts in these."""
        return self._accounts

    def _numbers(self, rows: Sequence[dict[str, str | None]]) -> dict[str, Ints]:
        names = dict.fromkeys(name for row in rows for name in row)
        return {
            name: np.array([self._vocabulary[name].number(row.get(name)) for row in rows], np.int64)
            for name in names
        }

    # -- numbers

    def prices(self, lines: Ints, month: date) -> tuple[Ints, Ints]:
        """List and contracted unit prices of meters in their billing currency, 10⁻⁽¹²⁻ᵠ⁾."""
        listed = self._demand.list_price[lines]
        contracted = self._demand.contracted_price[lines]
        euro = self._euro[lines]
        if euro.any():
            rate = self._rate(month)
            listed = np.where(euro, (listed * 10_000 + rate // 2) // rate, listed)
            contracted = np.where(euro, (contracted * 10_000 + rate // 2) // rate, contracted)
        return listed, contracted

    def usage(
        self,
        month: date,
        lines: Ints,
        left: Ints,
        slots: Ints,
        slot_hours: int,
        coverages: Sequence[Coverage],
    ) -> Rows:
        """The rows of metered usage of a block: what no commitment covered, then what each did.

        lines: meters; left: quantities at ordinary prices (lines, slots); slots: start of each slot in
        hours since the epoch. Templates are numbered lines first, then each coverage's lines.
        """
        slot, line = np.nonzero(left.T)
        parts_line = [line, *(coverage.line for coverage in coverages)]
        parts_slot = [slot, *(coverage.slot for coverage in coverages)]
        quantity = np.concatenate([left.T[slot, line], *(coverage.quantity for coverage in coverages)])
        where = np.concatenate(parts_line)
        when = np.concatenate(parts_slot)
        template = np.concatenate(
            [part + len(lines) * number for number, part in enumerate(parts_line)]
        )  # fmt: skip
        listed_price, contracted_price = self.prices(lines, month)
        list_price, contract_price = listed_price[where], contracted_price[where]
        pricing_contract = self._demand.contracted_price[lines][where]
        dynamic = np.flatnonzero(self._demand.dynamic[lines][where])
        if dynamic.size:
            drift = self._spot_drift(lines, slots)
            factor = drift[where[dynamic], when[dynamic]]
            for prices in (list_price, contract_price, pricing_contract):
                prices[dynamic] = prices[dynamic] * factor // 1000
        listed = quantity * list_price
        contracted = quantity * contract_price
        ordinary = len(line)
        billed = contracted.copy()
        billed[ordinary:] = 0
        effective = contracted.copy()
        pricing_effective = quantity * pricing_contract
        committed = np.zeros(len(quantity), np.int64)
        at = ordinary
        for coverage in coverages:
            upto = at + len(coverage.line)
            effective[at:upto] = coverage.effective
            pricing_effective[at:upto] = coverage.effective
            committed[at:upto] = committed_quantity(coverage.commitment, coverage.taken, coverage.effective)
            at = upto
        start = _EPOCH_MICROS + slots[when] * 3_600_000_000
        end = start + slot_hours * 3_600_000_000
        end[self._monthly[lines][where]] = micros(month_of(month).end)
        shift = 10 ** (QUANTITY_DIGITS - self._demand.digits[lines])[where]
        price_shift = 10 ** self._demand.digits[lines][where]
        yes = np.ones(len(quantity), bool)
        has_committed = yes.copy()
        has_committed[:ordinary] = False
        return Rows(
            template, start, end, quantity * shift, list_price * price_shift, contract_price * price_shift,
            listed, contracted, billed, effective, pricing_effective, committed, yes, yes, has_committed,
        )  # fmt: skip

    def _spot_drift(self, lines: Ints, slots: Ints) -> Ints:
        """The day's spot price of each meter relative to its usual one, in 10⁻³, (lines, slots)."""
        dynamic = np.flatnonzero(self._demand.dynamic[lines])
        result = np.full((len(lines), len(slots)), 1000, np.int64)
        days, inverse = np.unique(slots // 24, return_inverse=True)
        series = normal(self._demand.keys[lines[dynamic]] ^ np.uint64(0x5707), days)
        result[dynamic] = np.rint(1000 + 60 * series).astype(np.int64)[:, inverse]
        return result

    # -- Arrow

    def print(
        self,
        provider: str,
        month: date,
        lines: Ints,
        coverages: Sequence[Coverage],
        rows: Rows,
        specials: Sequence[Special],
        batch_rows: int,
    ) -> Iterator[pa.RecordBatch]:
        """Record batches of a block's usage rows and special charges."""
        static = self._static(provider, month, lines, coverages, specials)
        usd = _UsdPrices(
            self._euro[lines],
            self._demand.list_price[lines] * 10 ** self._demand.digits[lines],
            self._demand.contracted_price[lines] * 10 ** self._demand.digits[lines],
        )
        tags, details = self._maps(lines, coverages, specials)
        rows = _with_specials(rows, specials, len(lines) * (1 + len(coverages)))
        total = len(rows.template)
        period = month_of(month)
        period_start, period_end = micros(period.start), micros(period.end)
        target = schema(provider)
        for first in range(0, total, batch_rows):
            cut = slice(first, min(first + batch_rows, total))
            columns: list[pa.Array] = []
            template = rows.template[cut]
            count = len(template)
            for one in target:
                name = one.name
                if name in static:
                    columns.append(static[name].take(template))
                elif name == "Tags":
                    columns.append(tags.take(template))
                elif name == "SkuPriceDetails":
                    columns.append(details.take(template))
                elif name == "BillingPeriodStart":
                    columns.append(_times(np.full(count, period_start, np.int64)))
                elif name == "BillingPeriodEnd":
                    columns.append(_times(np.full(count, period_end, np.int64)))
                else:
                    columns.append(_amount(name, provider, rows, usd, cut))
            yield pa.RecordBatch.from_arrays(columns, schema=target)

    def _static(
        self,
        provider: str,
        month: date,
        lines: Ints,
        coverages: Sequence[Coverage],
        specials: Sequence[Special],
    ) -> dict[str, _Codes]:
        demand, texts = self._demand, self._texts
        invoices = [invoice_id(account.billing, month) for account in self._accounts]
        words = {name: _Vocabulary(after=self._vocabulary[name]) for name in TEXT_COLUMNS}
        invoice = np.array([words["InvoiceId"].number(one) for one in invoices], np.int64)
        by_line: dict[str, Ints] = {"InvoiceId": invoice[self.account_of_line[lines]]}
        by_line |= {name: codes[demand.offer[lines]] for name, codes in texts.offer.items()}
        by_line |= {name: codes[self.account_of_line[lines]] for name, codes in texts.account.items()}
        by_line |= {name: codes[demand.resource[lines]] for name, codes in texts.resource.items()}
        nothing = np.full(len(lines), -1, np.int64)
        recurring = words["ChargeFrequency"].number("Recurring")
        by_line["ChargeFrequency"] = np.where(self._monthly[lines], recurring, by_line["ChargeFrequency"])
        result = {}
        for name in TEXT_COLUMNS:
            if name in _ALL_EXTRA and name not in EXTRA[provider]:
                continue
            vocabulary = words[name]
            own = by_line.get(name, nothing)
            parts = [own]
            for coverage in coverages:
                text = commitment_text(coverage.commitment) | {
                    "CommitmentDiscountStatus": "Used", "PricingCategory": "Committed",
                }  # fmt: skip
                parts.append(
                    np.full(len(lines), vocabulary.number(text[name]), np.int64) if name in text else own
                )
            parts.append(np.array([vocabulary.number(one.text.get(name)) for one in specials], np.int64))
            result[name] = _Codes(np.concatenate(parts), vocabulary.values)
        return result

    def _maps(
        self, lines: Ints, coverages: Sequence[Coverage], specials: Sequence[Special]
    ) -> tuple[_MapCodes, _MapCodes]:
        times = 1 + len(coverages)
        none = np.full(len(specials), -1, np.int64)
        tags = np.concatenate([np.tile(self._tags.codes[self._demand.resource[lines]], times), none])
        details = np.concatenate([np.tile(self._details.codes[self._demand.offer[lines]], times), none])
        return _MapCodes(self._tags, tags), _MapCodes(self._details, details)


@dataclass(frozen=True, slots=True, eq=False)
class _UsdPrices:
    euro: NDArray[np.bool_]
    listed: Ints
    contracted: Ints


def _amount(name: str, provider: str, rows: Rows, usd: _UsdPrices, cut: slice) -> pa.Array:
    priced, consumed = rows.priced[cut], rows.consumed[cut]
    if name.startswith("PricingCurrency") and provider != AZURE:
        return pa.nulls(len(priced), _TYPES[name])
    match name:
        case "ChargePeriodStart":
            return _times(rows.start[cut])
        case "ChargePeriodEnd":
            return _times(rows.end[cut])
        case "PricingQuantity":
            return _decimals(rows.quantity[cut], _QUANTITY, priced)
        case "ConsumedQuantity":
            return _decimals(rows.quantity[cut], _QUANTITY, consumed)
        case "ListUnitPrice":
            return _decimals(rows.list_price[cut], _PRICE, priced)
        case "ContractedUnitPrice":
            return _decimals(rows.contracted_price[cut], _PRICE, priced)
        case "PricingCurrencyListUnitPrice":
            return _decimals(
                _in_usd(rows.list_price, usd.listed, usd.euro, rows.template, cut), _PRICE, priced
            )
        case "PricingCurrencyContractedUnitPrice":
            return _decimals(
                _in_usd(rows.contracted_price, usd.contracted, usd.euro, rows.template, cut), _PRICE, priced
            )
        case "ListCost":
            return _decimals(rows.listed[cut], _COST)
        case "ContractedCost":
            return _decimals(rows.contracted[cut], _COST)
        case "BilledCost":
            return _decimals(rows.billed[cut], _COST)
        case "EffectiveCost":
            return _decimals(rows.effective[cut], _COST)
        case "PricingCurrencyEffectiveCost":
            return _decimals(rows.pricing_effective[cut], _COST)
        case "CommitmentDiscountQuantity":
            return _decimals(rows.committed[cut], _COMMITTED, rows.has_committed[cut])
    raise AssertionError(f"no column {name}")


def _in_usd(prices: Ints, usd: Ints, euro: NDArray[np.bool_], templates: Ints, cut: slice) -> Ints:
    """Unit prices in USD: as they are, except for the meters of a euro account."""
    result = prices[cut].copy()
    template = templates[cut]
    chosen = np.flatnonzero(template < len(euro))
    chosen = chosen[euro[template[chosen]]]
    result[chosen] = usd[template[chosen]]
    return result


def committed_quantity(commitment: Commitment, taken: Ints, cost: Ints) -> Ints:
    """How much of a commitment was taken, in 10⁻⁹ of its unit: money for spend, units otherwise."""
    if commitment.plan.spend:
        return np.asarray(cost // 10 ** (COST_DIGITS - COMMITMENT_DIGITS), np.int64)
    return np.asarray(taken * 10 ** (COMMITMENT_DIGITS - UNIT_DIGITS), np.int64)


def _with_specials(rows: Rows, specials: Sequence[Special], first_template: int) -> Rows:
    if not specials:
        return rows

    def ints(values: Sequence[int | None]) -> Ints:
        return np.array([value or 0 for value in values], np.int64)

    def flags(values: Sequence[int | None]) -> NDArray[np.bool_]:
        return np.array([value is not None for value in values], bool)

    effective = ints([one.effective for one in specials])
    price = ints([one.price for one in specials])
    added = {
        "template": np.arange(first_template, first_template + len(specials), dtype=np.int64),
        "start": ints([micros(one.start) for one in specials]),
        "end": ints([micros(one.end) for one in specials]),
        "quantity": ints([one.quantity for one in specials]),
        "list_price": price,
        "contracted_price": price,
        "listed": ints([one.listed for one in specials]),
        "contracted": ints([one.contracted for one in specials]),
        "billed": ints([one.billed for one in specials]),
        "effective": effective,
        "pricing_effective": effective,
        "committed": ints([one.committed for one in specials]),
        "priced": flags([one.price for one in specials]),
        "consumed": np.zeros(len(specials), bool),
        "has_committed": flags([one.committed for one in specials]),
    }
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(rows, name), more]) for name, more in added.items()
    }
    return Rows(**joined)


class _Codes:
    """A text column of templates as numbers into the values that occur, in the order in which they do:
    so a month's file does not depend on what comes after it."""

    def __init__(self, numbers: Ints, values: Sequence[str]) -> None:
        used, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        self._nulls = bool(used.size and used[0] == -1)
        order = np.argsort(first)
        if self._nulls:
            order = order[order != 0]
        rank = np.full(len(used), -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        self._values = pa.array([values[number] for number in used[order].tolist()], pa.string())
        self._codes = rank[inverse]

    def take(self, template: Ints) -> pa.Array:
        codes = self._codes[template]
        return _dictionary(codes, self._values, codes >= 0 if self._nulls else None)


def _dictionary(codes: NDArray[np.int32], values: pa.Array, valid: NDArray[np.bool_] | None) -> pa.Array:
    if valid is not None and valid.all():
        valid = None
    if valid is not None:
        codes = np.where(valid, codes, 0).astype(np.int32)
    buffers = [_bitmap(valid), pa.py_buffer(np.ascontiguousarray(codes))]
    indices = pa.Array.from_buffers(pa.int32(), len(codes), buffers)
    if not len(values):
        return pa.nulls(len(codes), _TEXT)
    return pa.DictionaryArray.from_arrays(indices, values, safe=False)


def _bitmap(valid: NDArray[np.bool_] | None) -> pa.Buffer | None:
    return None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))


def _times(values: Ints) -> pa.Array:
    return pa.Array.from_buffers(_TIME, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _decimals(values: Ints, type_: pa.DataType, valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Exact decimals from their integers, without a loop. valid: False makes a null."""
    if valid is not None and valid.all():
        valid = None
    if pa.types.is_decimal128(type_):
        wide = np.empty((len(values), 2), np.int64)
        wide[:, 0] = values
        wide[:, 1] = values >> 63
        data = pa.py_buffer(wide)
    else:
        data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(type_, len(values), [_bitmap(valid), data])


class _Maps:
    """Distinct maps of text to text by number; None is -1."""

    def __init__(self, maps: Sequence[tuple[tuple[str, str], ...] | None]) -> None:
        numbers: dict[tuple[tuple[str, str], ...], int] = {}
        self.codes = np.array(
            [-1 if one is None else numbers.setdefault(one, len(numbers)) for one in maps], np.int64
        )  # fmt: skip
        keys, values = _Vocabulary(), _Vocabulary()
        distinct = list(numbers)
        self.lengths = np.array([len(one) for one in distinct], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        self.key_numbers = np.array([keys.number(key) for one in distinct for key, _ in one], np.int64)
        self.value_numbers = np.array(
            [values.number(value) for one in distinct for _, value in one], np.int64
        )
        self.keys, self.values = keys.values, values.values


class _MapCodes:
    """A map column of templates."""

    def __init__(self, maps: _Maps, codes: Ints) -> None:
        used, inverse = np.unique(codes, return_inverse=True)
        self._null = bool(used.size and used[0] == -1)
        known = used[1:] if self._null else used
        self._codes = inverse - int(self._null)
        self._lengths = maps.lengths[known]
        flat = _ranges(maps.starts[known], self._lengths)
        self._starts = np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64)
        self._keys = _Codes(maps.key_numbers[flat], maps.keys)
        self._values = _Codes(maps.value_numbers[flat], maps.values)

    def take(self, template: Ints) -> pa.Array:
        codes = self._codes[template]
        valid = codes >= 0
        if not len(self._lengths) or not valid.any():
            return pa.nulls(len(codes), _MAP)
        safe = np.where(valid, codes, 0)
        lengths = np.where(valid, self._lengths[safe], 0)
        flat = _ranges(self._starts[safe], lengths)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        entries = pa.StructArray.from_arrays(
            [self._keys.take(flat), self._values.take(flat)],
            fields=[_MAP.key_field, _MAP.item_field],
        )
        buffers = [None if valid.all() else _bitmap(valid), pa.py_buffer(offsets)]
        return pa.Array.from_buffers(_MAP, len(codes), buffers, children=[entries])


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """start, start + 1, … for each pair, one after another."""
    total = int(lengths.sum())
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - lengths), lengths))


def midnight(day: date) -> datetime:
    """The start of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
