"""What an analyst and a first administrator do, from the link to the exported figures."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import settled
from tests.browser.product import Product, running

BILL = Path("billing") / "focus" / "focus1.0_foundation_sample_1000.csv"
PASSWORD = "violet-otter-rides-at-dawn"
KEY = "environment"
"""A tag key of the file."""


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product that nobody has set up and nothing was loaded into."""
    with running(tmp_path_factory.mktemp("fresh") / "home", demo=False) as product:
        yield product


def enter(page: Page, product: Product) -> None:
    """Comes in as the administrator: by the set-up link the first time, by e-mail and password later."""
    page.goto(product.setup_link)
    fresh = page.get_by_role("heading", level=1, name="Set up your account")
    expect(fresh.or_(page.get_by_role("heading", level=1, name="This link does not work"))).to_be_visible()
    if fresh.is_visible():
        page.get_by_label("E-mail").fill("ana@example.com")
        page.get_by_label("Name", exact=True).fill("Ana")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Create the account").click()
    else:
        page.get_by_role("link", name="Go to sign-in").click()
        page.get_by_label("E-mail").fill("ana@example.com")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def upload(page: Page, file: Path) -> Locator:
    """Sends a file on the Sources page and returns the list of uploads."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Sources")).to_be_visible()
    page.get_by_label("Bills to upload").set_input_files(file)
    uploads = page.get_by_role("list", name="Uploads")
    expect(uploads.get_by_text(file.name, exact=True)).to_be_visible()
    return uploads


def by_tag(bill: Path) -> dict[str, Decimal]:
    """Effective cost per value of the tag key, as the file itself says; rows without it under ""."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    with bill.open(newline="") as file:
        for row in csv.DictReader(file):
            tags = json.loads(row["Tags"]) if row["Tags"] not in ("", "NULL") else {}
            totals[tags.get(KEY) or ""] += Decimal(row["EffectiveCost"])
    return dict(totals)


def test_the_demo_opens_by_its_link_alone(demo: Page) -> None:
    settled(demo, "Overview")
    expect(demo.get_by_text("Demo company").first).to_be_visible()
    expect(demo.get_by_role("heading", name="Top services")).to_be_visible()
    expect(demo.get_by_role("heading", name="What changed most")).to_be_visible()


def test_a_page_behind_the_door_asks_to_sign_in_and_then_opens(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/resources")
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def test_from_set_up_to_an_exported_figure(page: Page, fresh: Product, data_dir: Path) -> None:
    bill = data_dir / BILL
    enter(page, fresh)
    uploads = upload(page, bill)
    expect(uploads.get_by_text(re.compile(r"1,000 of 1,000 rows kept"))).to_be_visible(timeout=60_000)
    expect(uploads.get_by_text("agrees with the file")).to_be_visible()

    # Grouped by a tag, the explorer shows what the file says, to the last decimal in the export.
    page.goto(f"{fresh.url}/explorer?range=custom&start=2024-09-01&end=2024-10-01")
    settled(page, "Explorer")
    page.get_by_role("button", name="Service", exact=True).first.click()
    page.get_by_label("Find a dimension").fill(KEY)
    page.get_by_role("search").get_by_role("button", name=re.compile(f"^{KEY}")).first.click()
    expect(page).to_have_url(re.compile(rf"by=tag(:|%3A){KEY}"))
    table = page.get_by_role("region", name="Costs by group").get_by_role("table").first
    wanted = by_tag(bill)
    dearest = max((value for value in wanted if value), key=lambda value: wanted[value])
    expect(table.get_by_text(dearest, exact=True)).to_be_visible()

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Table as CSV").click()
    with Path(saved.value.path()).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(wanted)
    exported = {row[f"tag:{KEY}"]: Decimal(row["EffectiveCost"]) for row in rows}
    assert exported == wanted


def test_the_same_file_again_changes_nothing(page: Page, fresh: Product, data_dir: Path) -> None:
    enter(page, fresh)
    expect(upload(page, data_dir / BILL).get_by_text("Loaded")).to_be_visible(timeout=60_000)
    page.reload()
    expect(upload(page, data_dir / BILL).get_by_text("Unchanged")).to_be_visible(timeout=60_000)


def test_a_file_that_is_no_bill_is_refused_with_a_remedy(page: Page, fresh: Product, tmp_path: Path) -> None:
    notes = tmp_path / "notes.csv"
    notes.write_text("one,two\n1,2\n")
    enter(page, fresh)
    uploads = upload(page, notes)
    expect(uploads.get_by_role("button", name="Details")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("table").get_by_text("Refused").first).to_be_visible()


def test_the_explorer_of_the_demo_by_keyboard(demo: Page) -> None:
    demo.keyboard.press("g")
    demo.keyboard.press("e")
    expect(demo.get_by_role("heading", level=1, name="Explorer")).to_be_visible()
    demo.keyboard.press("Control+k")
    expect(demo.get_by_role("dialog")).to_be_visible()


def test_filters_live_in_the_address(demo: Page, product: Product, browser: Browser) -> None:
    demo.goto(f"{product.url}/explorer?by=tag:team&chart=table")
    settled(demo, "Explorer")
    first = demo.get_by_role("region", name="Costs by group").get_by_role("row").nth(1).inner_text()
    again = demo.context.new_page()
    again.goto(demo.url)
    settled(again, "Explorer")
    assert again.get_by_role("region", name="Costs by group").get_by_role("row").nth(1).inner_text() == first


def test_a_resource_opens_from_the_list(demo: Page, product: Product) -> None:
    demo.goto(f"{product.url}/resources")
    settled(demo, "Resources")
    row = demo.get_by_role("table").get_by_role("row").nth(1)
    row.click()
    drawer = demo.get_by_role("dialog")
    name = drawer.get_by_role("heading", level=1).inner_text()
    expect(drawer.get_by_role("heading", name="What the cost is made of")).to_be_visible()
    demo.goto(f"{product.url}/resources/{re.findall(r'open=([^&]+)', demo.url)[0]}")
    expect(demo.get_by_role("heading", level=1, name=name)).to_be_visible()
