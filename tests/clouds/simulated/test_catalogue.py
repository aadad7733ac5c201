"""What the simulated clouds sell is priced and classified as FOCUS has it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cco.clouds.simulated.catalogue import COST_DIGITS, REGIONS, SKUS, Sku, list_price
from cco.core.charge import SERVICE_CATEGORIES


@pytest.mark.parametrize("sku", SKUS.values(), ids=lambda sku: sku.key)
def test_every_sku_can_be_charged_exactly(sku: Sku) -> None:
    assert sku.category in SERVICE_CATEGORIES
    assert 0 <= sku.digits <= 6
    assert sku.service
    assert sku.unit
    home = list_price(sku, REGIONS[sku.provider]["global"])
    assert Decimal(home).scaleb(sku.digits - COST_DIGITS) == sku.price
    for region in REGIONS[sku.provider].values():
        assert list_price(sku, region) >= home


def test_a_subcategory_has_one_category() -> None:
    parents: dict[str, str] = {}
    for sku in SKUS.values():
        assert parents.setdefault(sku.subcategory, sku.category) == sku.category


def test_prices_of_other_regions_have_four_significant_digits() -> None:
    price = list_price(SKUS["ec2:m6i.xlarge"], REGIONS["AWS"]["eu-west-1"])
    assert Decimal(price).scaleb(4 - COST_DIGITS) == Decimal("0.2131")
