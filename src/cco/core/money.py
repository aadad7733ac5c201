"""Exact money. Two currencies are never added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, DefaultContext, InvalidOperation, getcontext, localcontext

from cco.core.errors import InvalidInput

EXACT = Context(prec=60)
"""Wide enough to add any number of 38-digit amounts without rounding."""

# Python rounds decimal arithmetic to 28 digits unless told otherwise; costs have up to 38. The default of
# threads yet to start, and the context of the one that imports us.
DefaultContext.prec = EXACT.prec
getcontext().prec = EXACT.prec


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency (ISO 4217 code, or the provider's own virtual currency)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"money takes a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise InvalidInput(f"{self.amount} is not an amount of money.")
        if not self.currency:
            raise InvalidInput("Money needs a currency.")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Money:
        return Money(EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise InvalidInput(
                f"{self.currency} and {other.currency} can't be combined without an exchange rate.",
                remedy="Convert one of them first.",
                code="currency-mismatch",
            )


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum; zero in `currency` when there are none."""
    result = Money(Decimal(0), currency)
    for amount in amounts:
        result = result + amount
    return result


def plain(amount: Decimal) -> str:
    """Text without exponent or trailing zeros, as it stands in JSON: ``0.00000080000`` → ``0.0000008``."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def amount(text: str) -> Decimal:
    """The exact value of ``plain`` text. Raises InvalidInput where it is not a finite number."""
    try:
        with localcontext(EXACT):
            value = Decimal(text)
    except InvalidOperation:
        raise InvalidInput(f"{text!r} is not a number.", remedy="Write it like 1234.56.") from None
    if not value.is_finite():
        raise InvalidInput(f"{text!r} is not an amount of money.")
    return value
