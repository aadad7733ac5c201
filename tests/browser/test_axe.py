"""axe finds nothing serious on any page, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import PAGES, Place, visit
from tests.browser.product import Product

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it is, one line per rule and element."""
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', "
        "'wcag22aa', 'best-practice']})"
    )
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:160]} "
        f"{node.get('failureSummary', '')}"
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PAGES, ids=lambda place: place.name)
def test_axe_finds_nothing_serious(demo: Page, product: Product, place: Place, scheme: Any) -> None:
    demo.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visit(demo, product.url, place)
    assert findings(demo) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_at_the_door(page: Page, product: Product, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{product.url}/sign-in")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert findings(page) == []


@pytest.mark.parametrize("place", PAGES, ids=lambda place: place.name)
def test_axe_finds_nothing_serious_on_a_phone(demo: Page, product: Product, place: Place) -> None:
    demo.set_viewport_size({"width": 390, "height": 844})
    demo.emulate_media(reduced_motion="reduce")
    visit(demo, product.url, place)
    assert findings(demo) == []


@pytest.mark.parametrize("place", PAGES, ids=lambda place: place.name)
def test_a_phone_never_scrolls_sideways(demo: Page, product: Product, place: Place) -> None:
    demo.set_viewport_size({"width": 390, "height": 844})
    visit(demo, product.url, place)
    assert demo.evaluate("document.documentElement.scrollWidth") <= 390
