from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cco.core.errors import InvalidInput
from cco.core.money import Money, amount, plain, total

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=24, min_value=-(10**14), max_value=10**14)


@given(st.lists(AMOUNTS, max_size=40))
def test_sums_are_exact_in_any_order(amounts: list[Decimal]) -> None:
    there = total((Money(each, "USD") for each in amounts), "USD")
    back = total((Money(each, "USD") for each in reversed(amounts)), "USD")
    assert there == back
    scaled = sum(int(each.scaleb(24)) for each in amounts)
    assert int(there.amount.scaleb(24)) == scaled


@given(AMOUNTS, AMOUNTS)
def test_taking_away_undoes_adding(one: Decimal, other: Decimal) -> None:
    first, second = Money(one, "EUR"), Money(other, "EUR")
    assert first + second - second == first
    negative = -first
    assert -negative == first
    assert first * 2 == first + first == 2 * first


@given(AMOUNTS)
def test_plain_text_reads_back_as_the_same_amount(value: Decimal) -> None:
    text = plain(value)
    assert amount(text) == value
    assert "E" not in text
    assert not text.endswith(".")


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.00000080000", "0.0000008"), ("-0.0", "0"), ("100", "100"), ("1E+3", "1000"), ("-2.50", "-2.5")],
)
def test_plain_text_has_no_exponent_and_no_idle_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_plain_decimals_are_added_exactly_in_every_thread() -> None:
    large, tiny = Decimal("12345678901234"), Decimal("0.000000000000000000000001")
    with ThreadPoolExecutor(1) as pool:
        for found in (large + tiny, pool.submit(lambda: large + tiny).result()):
            assert str(found) == "12345678901234.000000000000000000000001"


def test_two_currencies_are_never_combined() -> None:
    dollars, euros = Money(Decimal(1), "USD"), Money(Decimal(1), "EUR")
    for combine in (lambda: dollars + euros, lambda: dollars - euros, lambda: dollars < euros):
        with pytest.raises(InvalidInput, match="exchange rate") as raised:
            combine()
        assert raised.value.code == "currency-mismatch"
    assert Money(Decimal("0.5"), "USD") < dollars
    assert str(euros) == "1 EUR"


def test_money_is_made_of_finite_decimals_and_a_currency() -> None:
    with pytest.raises(TypeError, match="not float"):
        Money(1.5, "USD")  # type: ignore[arg-type]
    for amount_ in ("NaN", "Infinity"):
        with pytest.raises(InvalidInput):
            Money(Decimal(amount_), "USD")
    with pytest.raises(InvalidInput):
        Money(Decimal(1), "")


@pytest.mark.parametrize("text", ["", "twelve", "1,5", "NaN", "inf"])
def test_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        amount(text)
