"""A running product with the demo company, and pages in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.product import Product, launch, running

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        try:
            launched = launch(playwright)
        except Error as error:
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the demo company, for tests that only look."""
    if not (ROOT / "src" / "cco" / "_ui" / "index.html").exists():
        pytest.fail("The dashboard is not built. Run `make web`.", pytrace=False)
    with running(tmp_path_factory.mktemp("demo") / "home", demo=True) as product:
        yield product


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser without cookies, whose trace is kept in build/browser when the test fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.tracing.start(screenshots=True, snapshots=True)
    failed_before = request.session.testsfailed
    yield context
    if request.session.testsfailed > failed_before:
        context.tracing.stop(path=ROOT / "build" / "browser" / f"{request.node.name}.zip")
    else:
        context.tracing.stop()
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors, "\n".join(errors)


@pytest.fixture
def demo(page: Page, product: Product) -> Page:
    """A page that has entered the demo by its link."""
    assert product.demo_link is not None
    page.goto(product.demo_link)
    page.wait_for_url(f"{product.url}/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    return page
