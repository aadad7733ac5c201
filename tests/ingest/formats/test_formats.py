"""What holds for every format: complete tables, expressions that bind, and the page that shows them."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from cco.core.charge import CHARGE_COLUMNS, SERVICE_CATEGORIES, CostKind
from cco.ingest.check import CLOSED_LISTS
from cco.ingest.format import Format, bind
from cco.ingest.formats import BUILT_IN, services
from cco.ingest.formats.regions import AZURE_REGION_SPELLINGS, AZURE_REGIONS
from cco.ingest.formats.sql import lookup, merged, named, origins, prefixed, text
from cco.store.staging import macros

ROOT = Path(__file__).parents[3]
every_format = pytest.mark.parametrize("format", BUILT_IN, ids=lambda format: format.name)
every_native = pytest.mark.parametrize(
    "format", [each for each in BUILT_IN if each.name != "focus"], ids=lambda format: format.name
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(macros())
    yield connection
    connection.close()


def one(engine: duckdb.DuckDBPyConnection, expression: str, *values: object) -> object:
    row = engine.execute(f"SELECT {expression}", list(values)).fetchone()
    assert row is not None
    return row[0]


# ── every format ───────────────────────────────────────────────────────────────────────────────


@every_format
def test_columns_are_of_focus_in_its_order_and_all_required_ones_are_there(format: Format) -> None:
    order = [column.name for column in CHARGE_COLUMNS]
    names = [name for name, _ in format.columns]
    assert names == sorted(names, key=order.index)
    given_by_default = {
        "BillingPeriodStart",
        "BillingPeriodEnd",
        "ChargePeriodEnd",
        "x_UsageDate",
        "x_SourceRow",
    }
    required = {column.name for column in CHARGE_COLUMNS if column.required} - given_by_default
    assert required <= set(names)
    assert [kind for kind, _ in format.totals] == [
        CostKind.BILLED,
        CostKind.EFFECTIVE,
        CostKind.LIST,
        CostKind.CONTRACTED,
    ]


@every_format
def test_every_expression_binds_whatever_columns_a_file_lacks(
    engine: duckdb.DuckDBPyConnection, format: Format
) -> None:
    nulls = ", ".join(f"CAST(NULL AS {each.type}) AS {each.name}" for each in format.inputs)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE typed AS SELECT {nulls}")
    constants = f"SELECT * FROM (SELECT {nulls}) AS typed"
    for source in ("SELECT * FROM typed", constants):
        rows = (
            source
            if format.split is None
            else format.split.replace("FROM typed", f"FROM ({source}) AS typed")
        )
        for _, expression in (*format.columns, *format.totals):
            engine.execute(f"SELECT {expression} FROM ({rows})").fetchall()
        for _, condition, _ in format.notes:
            engine.execute(f"SELECT {condition} FROM ({rows})").fetchall()


@every_format
def test_a_format_names_its_documentation_and_reads_each_header_once(format: Format) -> None:
    assert format.documentation
    assert all(link.startswith("https://") for link in format.documentation)
    headers = [each.name for each in format.inputs if each.collects is None]
    assert bind(format, headers).rest == ()
    assert set(bind(format, headers).columns) == set(headers)


@every_native
def test_constants_of_closed_lists_are_focus_words(format: Format) -> None:
    """Every word that a mapping can yield for a closed list is spelled as FOCUS does."""
    for name, expression in format.columns:
        if name not in CLOSED_LISTS or name == "ServiceCategory":
            continue
        words = set(re.findall(r"(?:THEN|ELSE) '([^']+)'", expression))
        words |= set(re.findall(r"'[^']+': '([^']+)'", expression))
        assert words
        assert words <= set(CLOSED_LISTS[name]), name


# ── services and regions ───────────────────────────────────────────────────────────────────────


def test_subcategories_belong_to_focus_categories() -> None:
    assert set(services.SUBCATEGORIES) == set(SERVICE_CATEGORIES)
    assert len(services.CATEGORY_OF) == sum(len(all_of) for all_of in services.SUBCATEGORIES.values())


@pytest.mark.parametrize(
    ("table", "at_least"),
    [(services.AWS_SERVICES, 190), (services.AZURE_SERVICES, 250), (services.GCP_SERVICES, 180)],
    ids=["aws", "azure", "gcp"],
)
def test_services_stand_once_and_cover_what_bills_hold(
    table: dict[str, dict[str, str]] | dict[str, tuple[str, ...]], at_least: int
) -> None:
    categories = services.categories(table)
    assert len(categories) >= at_least
    assert set(categories.values()) <= set(SERVICE_CATEGORIES)
    assert len(set(categories.values())) >= 15


@pytest.mark.parametrize(
    ("table", "service", "category"),
    [
        (services.AWS_SERVICES, "amazons3", "Storage"),
        (services.AWS_SERVICES, "amazonrds", "Databases"),
        (services.AWS_SERVICES, "awslambda", "Compute"),
        (services.AZURE_SERVICES, "virtual machines", "Compute"),
        (services.AZURE_SERVICES, "microsoft.keyvault", "Security"),
        (services.GCP_SERVICES, "bigquery", "Analytics"),
        (services.GCP_SERVICES, "cloud storage", "Storage"),
    ],
)
def test_well_known_services_are_where_focus_puts_them(
    table: dict[str, dict[str, str]] | dict[str, tuple[str, ...]], service: str, category: str
) -> None:
    assert services.categories(table)[service] == category


def test_a_service_in_two_places_or_an_unknown_subcategory_is_an_error() -> None:
    with pytest.raises(ValueError, match="two subcategories"):
        services.subcategories({"Containers": ("A",), "Messaging": ("a",)})
    with pytest.raises(ValueError, match="no service subcategory"):
        services.subcategories({"Things": ("A",)})


def test_old_spellings_lead_to_regions_that_exist() -> None:
    assert set(AZURE_REGION_SPELLINGS.values()) <= set(AZURE_REGIONS)
    assert not set(AZURE_REGION_SPELLINGS) & set(AZURE_REGIONS)


# ── pieces of SQL ──────────────────────────────────────────────────────────────────────────────


def test_a_lookup_finds_its_value_and_reads_as_its_name(engine: duckdb.DuckDBPyConnection) -> None:
    expression = lookup("names", {"it's": "a 'quoted' value", "x]": "y}"}, "lower(?)")
    assert one(engine, expression, "IT'S") == "a 'quoted' value"
    assert one(engine, expression, "X]") == "y}"
    assert one(engine, expression, "z") is None
    assert one(engine, expression, None) is None
    assert named(f"coalesce({expression}, 'z')") == "coalesce(names[lower(?)], 'z')"


def test_maps_are_prefixed_merged_and_told_where_they_come_from(engine: duckdb.DuckDBPyConnection) -> None:
    a, b, nothing = "MAP {'k': '1', 'only': '2'}", "MAP {'k': '3'}", "CAST(NULL AS MAP(VARCHAR, VARCHAR))"
    assert one(engine, merged(a, nothing, b)) == {"k": "3", "only": "2"}
    assert one(engine, merged(nothing, nothing)) is None
    assert one(engine, prefixed(a, "p/")) == {"p/k": "1", "p/only": "2"}
    assert one(engine, prefixed(nothing, "p/")) is None
    assert one(engine, origins(a, "CASE WHEN k = 'k' THEN 'user' ELSE 'aws' END")) == {
        "k": "user",
        "only": "aws",
    }
    assert one(engine, origins(nothing, "'user'")) is None
    assert text("o'clock") == "'o''clock'"


@pytest.mark.parametrize(
    ("quantity", "price", "cost"),
    [
        ("720", "0.096", "69.12"),
        ("0.000000000001", "0.5", "0.0000000000005"),
        ("12345678901", "0.000001", "12345.678901"),
        ("-2", "1.5", "-3"),
        ("99999999999999999999", "1000000", None),
        (None, "1", None),
    ],
)
def test_quantity_times_price_is_exact_or_unknown(
    engine: duckdb.DuckDBPyConnection, quantity: str | None, price: str, cost: str | None
) -> None:
    found = one(engine, "cost_of(CAST(? AS DECIMAL(38,18)), CAST(? AS DECIMAL(38,18)))", quantity, price)
    assert found == (None if cost is None else Decimal(cost))


# ── the page ───────────────────────────────────────────────────────────────────────────────────


def test_the_page_of_formats_is_what_the_code_says() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "formats.py"))["page"]()
    assert (ROOT / "docs" / "formats.md").read_text() == page, "run scripts/formats.py"
    for format in BUILT_IN:
        assert format.title in page
        assert all(f"| {name} |" in page for name, _ in format.columns)
