"""The pages that exist. axe and the screenshots walk this list."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class Place:
    """A page: its name in file names, its path, and the level-one heading that says it has come."""

    name: str
    path: str
    heading: str


PAGES: tuple[Place, ...] = (
    Place("overview", "/", "Overview"),
    Place("explorer", "/explorer", "Explorer"),
    Place("explorer-tag", "/explorer?by=tag:team&chart=area", "Explorer"),
    Place("resources", "/resources", "Resources"),
    Place("sources", "/sources", "Sources"),
    Place("settings", "/settings", "Settings"),
)
"""Behind the sign-in, in the order of the rail."""


def visit(page: Page, base: str, place: Place) -> None:
    """Opens a page and waits until its skeletons have given way."""
    page.goto(base + place.path)
    settled(page, place.heading)


def settled(page: Page, heading: str) -> None:
    """The page's heading is there and nothing on it is still loading."""
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy=true], .mantine-Skeleton-root[data-visible=true]")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => true)")
