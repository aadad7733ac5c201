"""`make screenshots`: every page at 1440 and 390 px, light and dark, of the demo company.

They go to build/screenshots. The few that the documentation shows are written to docs/images too, with
--docs; look at them before you commit them.

    screenshots.py [--docs] [--only NAME] [--url URL --link LINK]

With --url and --link (the demo link that `cco up` prints) a product that runs already is photographed.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.pages import PAGES, settled, visit  # noqa: E402  (the tests lie beside, not in a package)
from tests.browser.product import launch, running  # noqa: E402

WIDTHS = {1440: 900, 390: 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOWN = ("overview-light-1440", "overview-dark-1440")
"""What the documentation shows, written to docs/images under the name without its width."""


def main() -> None:
    """Takes them all and says where they are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--docs", action="store_true", help="also write the documentation's images")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--url", help="a product that runs already")
    parser.add_argument("--link", help="its demo link")
    asked = parser.parse_args()
    target = ROOT / "build" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    taken = 0
    with product(asked.url, asked.link) as (url, link), sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme in SCHEMES:
            for width, height in WIDTHS.items():
                for name, image in shots(browser, url, link, scheme, width, height, asked.only):
                    file = f"{name}-{scheme}-{width}"
                    (target / f"{file}.png").write_bytes(image)
                    if asked.docs and file in SHOWN:
                        (ROOT / "docs" / "images" / f"{name}-{scheme}.png").write_bytes(image)
                    taken += 1
                    print(f"  {file}", flush=True)
        browser.close()
    print(f"{taken} screenshots in {target}")


@contextlib.contextmanager
def product(url: str | None, link: str | None) -> Iterator[tuple[str, str]]:
    """The address and demo link of the product to photograph: the one named, or one of our own."""
    if url and link:
        yield url.rstrip("/"), link
        return
    with (
        tempfile.TemporaryDirectory(prefix="cco-") as folder,
        running(Path(folder) / "home", demo=True) as own,
    ):
        assert own.demo_link is not None
        yield own.url, own.demo_link


def shots(
    browser: Browser,
    url: str,
    link: str,
    scheme: Literal["light", "dark"],
    width: int,
    height: int,
    only: str,
) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of each page, in one look."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    settled(page, "Sign in")
    if only in "sign-in":
        yield "sign-in", page.screenshot()
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    for place in PAGES:
        if only in place.name:
            visit(page, url, place)
            yield place.name, whole(page)
    if only in "resource":
        page.goto(f"{url}/resources")
        settled(page, "Resources")
        page.locator("[data-row]").first.click()
        expect(page.get_by_role("dialog").get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        yield "resource-drawer", page.screenshot(animations="disabled")
        page.goto(f"{url}/resources/{re.findall(r'open=([^&]+)', page.url)[0]}")
        page.wait_for_load_state("networkidle")
        yield "resource", whole(page)
    context.close()


def whole(page: Page) -> bytes:
    """The page from top to bottom: the window grows until nothing is left to scroll."""
    size = page.viewport_size
    assert size is not None
    tall = page.evaluate(
        "Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll('main')]"
        ".map((main) => main.scrollHeight + main.getBoundingClientRect().top))"
    )
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(int(tall), 4000))})
    page.wait_for_timeout(300)
    image = page.screenshot(animations="disabled")
    page.set_viewport_size(size)
    return image


if __name__ == "__main__":
    main()
