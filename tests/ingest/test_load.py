"""Loads end to end: real files, a real database, a real lake."""

from __future__ import annotations

import csv
import gzip
import os
import resource
import subprocess
import sys
import textwrap
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from cco.core.charge import CostKind
from cco.core.errors import Unavailable
from cco.ingest.delivery import deliveries
from cco.ingest.load import Ingest, Options, load
from cco.ingest.sources import ingest_paths, load_job, place, poll, source_at
from cco.store.accounts import Accounts
from cco.store.archive import Limits, no_space
from cco.store.jobs import Jobs
from cco.store.loads import Loads
from cco.store.resources import Resources
from cco.store.sources import UPLOADS, Sources
from tests.ingest.samples import ROW, Run, as_csv, rows, texts

Ask = Callable[..., list[tuple[object, ...]]]


def test_every_shared_file_loads_or_is_refused_for_its_reason_and_a_second_time_changes_nothing(
    ingest: Ingest, run: Run, data_dir: Path
) -> None:
    folders = sorted(folder for folder in (data_dir / "billing").iterdir() if folder.name != "aws")
    small = data_dir / "billing" / "aws" / "cur_legacy_focus_converters_sample.csv"
    first = {each.file: each for each in run(*folders, small)}
    refused = {name: each.error.code for name, each in first.items() if each.error is not None}
    assert refused == {"Template.csv": "missing-column", "VirtualMachine.csv": "missing-column"}
    focus = first["focus1.0_foundation_sample_1000.csv"]
    assert (focus.format, focus.rows_read, focus.rows_kept) == ("FOCUS 1.0", 1000, 1000)
    assert focus.totals[0].as_json() == {
        "currency": "USD",
        "billed": "20.52022672899",
        "effective": "14.97651418586",
        "list": "20.39090575119",
        "contracted": "14.97626039326",
    }
    assert first["ea_export_focus_converters_sample.csv"].totals[0].currency == "CAD"
    assert sum(each.rows_kept for name, each in first.items() if name.startswith("nise_gcp")) == 25_632
    snapshot = ingest.lake.snapshot().id
    again = {each.file: each for each in run(*folders, small)}
    assert {name: each.status for name, each in again.items()} == {
        name: "rejected" if name in refused else "unchanged" for name in first
    }
    assert [again[name].totals for name in again] == [first[name].totals for name in again]
    assert ingest.lake.snapshot().id == snapshot


def test_what_is_kept_agrees_with_the_file_in_every_column(run: Run, bills: Path, charges: Ask) -> None:
    (bills / "a.csv").write_text(as_csv(rows(2)))
    (report,) = run(bills / "a.csv")
    assert (report.status, report.rows_kept, report.billing_periods) == ("loaded", 2, (date(2025, 4, 1),))
    assert report.as_json()["totals"] == [
        {"currency": "USD", "billed": "3.5", "effective": "2.5", "list": "4", "contracted": "3.5"}
    ]
    found = charges(
        "ResourceId, BilledCost, Tags['team'], x_Provider['x_Extra'], x_SourceRow, x_UsageDate, part",
        "ORDER BY x_SourceRow",
    )
    assert found == [
        ("r-0", Decimal("1.25"), "blue", "kept", 1, date(2025, 4, 2), "a.csv"),
        ("r-1", Decimal("2.25"), "blue", "kept", 2, date(2025, 4, 2), "a.csv"),
    ]


def test_accounts_and_resources_are_remembered_with_their_newest_tags(
    ingest: Ingest, org: str, run: Run, bills: Path
) -> None:
    two = rows(2, ResourceId="r-1")
    two[1] |= {"ChargePeriodStart": "2025-04-20T00:00:00Z", "Tags": '{"team": "red"}'}
    (bills / "a.csv").write_text(as_csv(two))
    run(bills)
    run(bills)
    with ingest.database.transaction() as session:
        (known,) = Resources(session).search(org, "r-1", limit=5)
        (account,) = Accounts(session).all(org)
    assert (known.name, known.tags, known.first_seen.day, known.last_seen.day) == (
        "one",
        {"team": "red"},
        2,
        20,
    )
    assert (account.account_id, account.name, account.billing_account_id) == ("222", "Team", "111")


# ── how files are written ──────────────────────────────────────────────────────────────────────


WAYS = (
    *(
        "plain",
        "tab",
        "semicolon",
        "bar",
        "bom",
        "crlf",
        "utf-16",
        "utf-16-le",
        "cp1252",
        "gzip",
        "two-gzips",
    ),
    *("zip", "zip-with-a-readme", "zip-of-gzip", "parquet", "json-lines", "json-array"),
)


def _as_parquet(path: Path, source: Path) -> None:
    duckdb.connect().execute(
        f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{path}' (FORMAT parquet)"
    )


@pytest.mark.parametrize("how", WAYS)
def test_the_same_charges_are_found_however_the_file_is_written(
    how: str, run: Run, bills: Path, charges: Ask, tmp_path: Path
) -> None:
    name = "Café Zürich" if how != "plain" else "plain"
    text = as_csv(rows(3, BillingAccountName=name))
    path = bills / "delivery"
    match how:
        case "plain":
            path.write_text(text)
        case "tab" | "semicolon" | "bar":
            delimiter = {"tab": "\t", "semicolon": ";", "bar": "|"}[how]
            path.write_text(as_csv(rows(3, BillingAccountName=name), delimiter=delimiter))
        case "bom":
            path.write_text(text, encoding="utf-8-sig")
        case "utf-16" | "utf-16-le" | "cp1252":
            path.write_text(text, encoding=how)
        case "gzip":
            path.write_bytes(gzip.compress(text.encode()))
        case "two-gzips":
            first, rest = text.encode()[:100], text.encode()[100:]
            path.write_bytes(gzip.compress(first) + gzip.compress(rest))
        case "zip" | "zip-with-a-readme":
            lines = text.splitlines(keepends=True)
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("one.csv", "".join(lines[:2]))
                archive.writestr("sub/two.csv", "".join([lines[0], *lines[2:]]))
                if how != "zip":
                    archive.writestr("README.md", "Not a bill.")
        case "zip-of-gzip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("one.csv.gz", gzip.compress(text.encode()))
        case "crlf":
            path.write_bytes(text.replace("\n", "\r\n").encode())
        case _:
            source = tmp_path / "source.csv"
            source.write_text(text)
            kind = {"parquet": "FORMAT parquet", "json-lines": "FORMAT json"}.get(
                how, "FORMAT json, ARRAY true"
            )
            duckdb.connect().execute(
                f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{path}' ({kind})"
            )
    (report,) = run(path)
    assert (report.status, report.rows_kept, report.error) == ("loaded", 3, None)
    assert report.totals[0].amounts[CostKind.BILLED] == Decimal("6.75")
    assert charges("any_value(BillingAccountName), max(x_SourceRow), count(DISTINCT ResourceId)") == [
        (name, 3, 3)
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (("1,234.56", "2.5"), "1237.06"),
        (("1.234,56", "2,5"), "1237.06"),
        (("$10,000.00 ", "$0.50 "), "10000.5"),
        (("(1,234.50)", "-0.5"), "-1235"),
        (("1e-7", "2.5E+2"), "250.0000001"),
        (("2.7265128E-05", "0"), "0.000027265128"),
        (("0.0000000000000000000000015", "0.0000000000000000000000025"), "0.000000000000000000000004"),
    ],
)
def test_numbers_are_read_as_the_file_writes_them(
    written: tuple[str, str], meant: str, run: Run, bills: Path
) -> None:
    delimiter = ";" if "," in written[1] else ","
    file = as_csv(rows(2, BilledCost=lambda number: written[number]), delimiter=delimiter)
    file = file.replace("1.75", "1,75").replace("1.25", "1,25") if delimiter == ";" else file
    (bills / "a.csv").write_text(file)
    (report,) = run(bills)
    assert report.error is None
    assert report.totals[0].as_json()["billed"] == meant
    assert [each.code for each in report.warnings] == (["rounded"] if len(written[0]) > 26 else [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (("4/2/25", "4/13/25"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
        (("04/02/2025", "04/13/2025 13:00"), ((2025, 4, 2, 0), (2025, 4, 13, 13))),
        (("2/4/2025", "13/4/2025"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
        (("02.04.2025", "13.04.2025"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
        (("20250402", "20250413"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
        (("2025-04-02 05:00:00", "2025-04-13"), ((2025, 4, 2, 5), (2025, 4, 13, 0))),
        (("2025-04-02T02:00:00+02:00", "2025-04-13T00:00:00Z"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
        (("2025-04-02 00:00:00 UTC", "2025-04-13 00:00:00.5 UTC"), ((2025, 4, 2, 0), (2025, 4, 13, 0))),
    ],
)
def test_times_are_read_as_the_column_writes_them_and_become_utc(
    written: tuple[str, str], meant: object, run: Run, bills: Path, charges: Ask
) -> None:
    (bills / "a.csv").write_text(as_csv(rows(2, ChargePeriodStart=lambda number: written[number])))
    (report,) = run(bills)
    assert report.error is None
    found = charges(
        "year(ChargePeriodStart), month(ChargePeriodStart), day(ChargePeriodStart), hour(ChargePeriodStart)",
        "ORDER BY x_SourceRow",
    )
    assert tuple(found) == meant


def test_a_style_that_only_later_rows_show_is_found(run: Run, bills: Path) -> None:
    many = rows(6_000, BilledCost=lambda number: "1.5" if number < 5_500 else "1,000.5")
    (bills / "a.csv").write_text(as_csv(many))
    (report,) = run(bills)
    assert report.error is None
    assert report.totals[0].as_json()["billed"] == "508500"


def test_values_of_closed_lists_take_focus_spelling_and_unknown_ones_are_kept_aside(
    run: Run, bills: Path, charges: Ask
) -> None:
    odd = rows(2, ChargeFrequency="usage-based", ServiceCategory="database", ChargeCategory="USAGE")
    odd[1] |= {"PricingCategory": "Bargain", "ServiceCategory": "Quantum"}
    (bills / "a.csv").write_text(as_csv(odd))
    (report,) = run(bills)
    found = charges(
        "ChargeCategory, ChargeFrequency, ServiceCategory, PricingCategory, x_Provider['PricingCategory'], "
        "x_Provider['ServiceCategory']",
        "ORDER BY x_SourceRow",
    )
    assert found == [
        ("Usage", "Usage-Based", "Databases", "Standard", None, None),
        ("Usage", "Usage-Based", "Other", None, "Bargain", "Quantum"),
    ]
    assert {each.code: each.count for each in report.warnings} == {
        "unknown-pricingcategory": 1,
        "unknown-servicecategory": 1,
    }


def test_focus_1_3_columns_find_their_place(run: Run, bills: Path, charges: Ask) -> None:
    row = {name: value for name, value in ROW.items() if name != "ProviderName"}
    row |= {"ServiceProviderName": "Snowflake", "HostProviderName": "AWS", "AllocatedMethodId": "m1"}
    (bills / "a.csv").write_text(as_csv([row]))
    (report,) = run(bills)
    assert (report.status, report.format) == ("loaded", "FOCUS 1.3")
    assert charges("ProviderName, PublisherName, x_Provider['HostProviderName']") == [
        ("Snowflake", None, "AWS")
    ]
    assert charges("x_Provider['AllocatedMethodId']") == [("m1",)]


def _many(path: Path, bad_row: int | None = None) -> None:
    """120,000 rows in Parquet, two billing periods interleaved, in the types that providers write."""
    cost = "(i % 977 * 0.000123457 + 0.1)" + (
        "" if bad_row is None else f" / CASE WHEN i = {bad_row - 1} THEN 0 ELSE 1 END"
    )
    duckdb.connect().execute(
        f"""COPY (
            SELECT 'acc' AS BillingAccountId, 'USD' AS BillingCurrency, 'Usage' AS ChargeCategory,
                TIMESTAMP '2025-04-01' + to_months(i % 2) AS BillingPeriodStart,
                TIMESTAMP '2025-04-02' + to_months(i % 2) + to_hours(i % 500) AS ChargePeriodStart,
                {cost}::DOUBLE AS BilledCost, 0.1::DECIMAL(20,10) AS EffectiveCost, 2 AS ListCost,
                '0.25' AS ContractedCost, 'AWS' AS ProviderName, 'EC2' AS ServiceName,
                'Compute' AS ServiceCategory, 'r-' || i % 300 AS ResourceId, 's' || i % 7 AS SubAccountId,
                '{{"team": "t' || i % 9 || '"}}' AS Tags, 'op' || i % 5 AS x_Operation
            FROM range(120000) AS t(i)
        ) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 10000)"""
    )


def test_large_parquet_is_judged_in_place_and_agrees_row_by_row(run: Run, bills: Path, charges: Ask) -> None:
    _many(bills / "a.parquet")
    (report,) = run(bills)
    assert (report.status, report.rows_kept, report.error) == ("loaded", 120_000, None)
    meant = sum(n % 977 * Decimal("0.000123457") + Decimal("0.1") for n in range(120_000))
    assert report.totals[0].amounts[CostKind.BILLED] == meant
    assert report.totals[0].as_json()["contracted"] == "30000"
    assert charges("period, count(*), count(DISTINCT x_SourceRow)", "GROUP BY 1 ORDER BY 1") == [
        (date(2025, 4, 1), 60_000, 60_000),
        (date(2025, 5, 1), 60_000, 60_000),
    ]
    off = charges(
        "count(*)",
        "WHERE ResourceId <> 'r-' || (x_SourceRow - 1) % 300 OR Tags['team'] <> 't' || (x_SourceRow - 1) % 9"
        " OR x_Provider['x_Operation'] <> 'op' || (x_SourceRow - 1) % 5",
    )
    assert off == [(0,)]


def test_large_parquet_with_a_bad_row_is_staged_and_the_row_rejected(
    run: Run, bills: Path, charges: Ask
) -> None:
    _many(bills / "a.parquet", bad_row=77_000)
    (report,) = run(bills)
    assert (report.status, report.rows_kept, report.rows_rejected) == ("loaded", 119_999, 1)
    assert report.rejects_path is not None
    assert "a.parquet,77000,BilledCost" in Path(report.rejects_path).read_text()
    assert charges("count(*), count(*) FILTER (x_SourceRow = 77000)") == [(119_999, 0)]


# ── bad files ──────────────────────────────────────────────────────────────────────────────────


def _bad(run: Run, path: Path, code: str) -> str:
    (report,) = run(path)
    assert texts([report]) == [("rejected", code)]
    assert report.error is not None
    assert report.error.remedy
    return str(report.error)


def _good_text(count: int = 40) -> str:
    return as_csv(rows(count))


def test_an_empty_file_is_refused(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_bytes(b"")
    (bills / "b.parquet").write_bytes(b"")
    assert texts(run(bills)) == [("rejected", "empty-file")] * 2


def test_a_truncated_gzip_is_refused(run: Run, bills: Path) -> None:
    packed = gzip.compress(_good_text(500).encode())
    (bills / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    assert "truncated" in _bad(run, bills, "truncated-archive")
    (bills / "a.csv.gz").write_bytes(packed[:-4])
    _bad(run, bills, "truncated-archive")


def test_a_truncated_or_damaged_parquet_is_refused(run: Run, bills: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(_good_text())
    _as_parquet(bills / "a.parquet", tmp_path / "a.csv")
    content = (bills / "a.parquet").read_bytes()
    (bills / "a.parquet").write_bytes(content[: len(content) // 2])
    assert "truncated" in _bad(run, bills, "unreadable-file")


def test_a_quote_that_never_ends_is_refused_with_its_row(run: Run, bills: Path) -> None:
    text = _good_text()
    (bills / "a.csv").write_text(text[: text.rindex('"{""team""') + 4])
    assert "row 41" in _bad(run, bills, "unterminated-quote")


def test_a_row_cut_short_is_refused_with_its_row(run: Run, bills: Path) -> None:
    lines = _good_text().splitlines()
    lines[7] = ",".join(lines[7].split(",")[:5])
    (bills / "a.csv").write_text("\n".join(lines))
    assert "row 8" in _bad(run, bills, "ragged-row")


def test_an_unknown_delimiter_is_refused(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_text(_good_text().replace(",", "~"))
    assert "delimiter" in _bad(run, bills, "wrong-delimiter")


def test_bytes_that_are_no_text_are_refused(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_bytes(bytes(range(256)) * 20)
    _bad(run, bills, "unknown-content")


def test_utf_16_that_ends_in_the_middle_of_a_character_is_refused(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_bytes(_good_text().encode("utf-16")[:-1])
    _bad(run, bills, "wrong-encoding")


def test_a_missing_required_column_is_named(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_text(
        as_csv([{name: value for name, value in ROW.items() if name != "ChargeCategory"}])
    )
    assert "ChargeCategory" in _bad(run, bills, "missing-column")


def test_columns_of_no_format_are_refused_with_the_nearest(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_text("name,age\nann,3\n")
    assert "no billing format" in _bad(run, bills, "unknown-format")


def test_a_header_that_names_a_column_twice_is_refused(run: Run, bills: Path) -> None:
    lines = _good_text().splitlines()
    (bills / "a.csv").write_text("\n".join(f"{line},{line.split(',')[0]}" for line in lines))
    assert "BilledCost" in _bad(run, bills, "duplicate-header")


def test_a_header_without_rows_is_refused(run: Run, bills: Path) -> None:
    (bills / "a.csv").write_text(_good_text().splitlines()[0] + "\n")
    _bad(run, bills, "no-rows")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("BilledCost", "twelve", "bad-number"),
        ("ChargePeriodStart", "yesterday", "bad-time"),
        ("ChargePeriodStart", "2025-02-30T00:00:00Z", "bad-time"),
        ("BillingCurrency", "XYZ", "unknown-currency"),
        ("BillingAccountId", "", "empty-cell"),
        ("ChargeCategory", "Fun", "bad-rows"),
        ("Tags", "{not json", "bad-rows"),
    ],
)
def test_a_wrong_cell_rejects_its_row_and_in_a_small_file_the_file(
    column: str, value: str, code: str, run: Run, bills: Path
) -> None:
    (bills / "a.csv").write_text(as_csv([*rows(3), *rows(1, **{column: value})]))
    said = _bad(run, bills, code)
    assert f"a.csv, row 5, column {column}" in said
    assert (value or "The cell") in said


def test_few_bad_rows_are_kept_out_and_told_with_their_reasons(
    ingest: Ingest, run: Run, bills: Path, charges: Ask
) -> None:
    many = rows(100)
    many[41] |= {"BilledCost": "twelve", "EffectiveCost": ""}
    many[77] |= {"BillingCurrency": "XYZ"}
    (bills / "a.csv").write_text(as_csv(many))
    (report,) = run(bills)
    assert (report.status, report.rows_read, report.rows_kept, report.rows_rejected) == ("loaded", 100, 98, 2)
    assert report.rejects_path is not None
    with open(report.rejects_path, newline="") as stream:
        told = list(csv.DictReader(stream))
    assert [(each["file"], each["row"], each["column"], each["value"]) for each in told] == [
        ("a.csv", "43", "BilledCost", "twelve"),
        ("a.csv", "43", "EffectiveCost", ""),
        ("a.csv", "79", "BillingCurrency", "XYZ"),
    ]
    assert told[0]["ResourceId"] == "r-41"
    assert charges("count(*), count(*) FILTER (x_SourceRow IN (42, 78))") == [(98, 0)]
    expected = sum(Decimal(f"{n + 1}.25") for n in range(100) if n not in (41, 77))
    assert report.totals[0].amounts[CostKind.BILLED] == expected


@pytest.mark.parametrize(
    ("column", "values", "code", "row"),
    [
        ("BilledCost", ("1.234,5", "1,234.5"), "mixed-numbers", 3),
        ("BilledCost", ("1,234", "2,345"), "mixed-numbers", 2),
        ("ChargePeriodStart", ("13/4/2025", "4/14/2025"), "mixed-times", 3),
        ("ChargePeriodStart", ("4/13/2025", "2025-04-14"), "mixed-times", 3),
        (
            "ChargePeriodStart",
            ("2025-04-13T00:00:00+02:00", "2025-04-14T00:00:00"),
            "mixed-time-zones",
            3,
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_row_and_column(
    column: str, values: tuple[str, str], code: str, row: int, run: Run, bills: Path
) -> None:
    whole = {"EffectiveCost": "1", "ListCost": "2", "ContractedCost": "2"}
    (bills / "a.csv").write_text(as_csv(rows(2, **whole, **{column: lambda number: values[number]})))
    assert f"row {row}, column {column}" in _bad(run, bills, code)


def test_a_zip_bomb_is_stopped(ingest: Ingest, org: str, bills: Path) -> None:
    with zipfile.ZipFile(bills / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 30_000_000)
    (bills / "b.gz").write_bytes(gzip.compress(b"0" * 30_000_000))
    by_ratio = replace(ingest, limits=Limits(free=1 << 20))
    by_size = replace(ingest, limits=Limits(bytes=10 << 20))
    for limited in (by_ratio, by_size):
        reports = list(ingest_paths(limited, org, [str(bills)]))
        assert texts(reports) == [("rejected", "archive-too-large")] * 2
    assert not list((ingest.home / "scratch").glob("*"))


def test_a_zip_that_names_a_path_outside_itself_is_refused(run: Run, bills: Path) -> None:
    with zipfile.ZipFile(bills / "a.zip", "w") as archive:
        archive.writestr("../../escape.csv", _good_text())
    assert "escape" in _bad(run, bills, "path-escape")
    assert not (bills.parent / "escape.csv").exists()


def test_an_excel_workbook_is_refused_with_what_to_do(run: Run, bills: Path) -> None:
    with zipfile.ZipFile(bills / "a.zip", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert "CSV" in _bad(run, bills, "unknown-content")


def test_a_zip_of_two_formats_is_refused(run: Run, bills: Path, data_dir: Path) -> None:
    with zipfile.ZipFile(bills / "a.zip", "w") as archive:
        archive.writestr("a.csv", _good_text())
        archive.write(data_dir / "billing" / "azure" / "Enterprise.csv", "b.csv")
    _bad(run, bills, "mixed-formats")


def test_nothing_where_something_was_named(run: Run, bills: Path) -> None:
    assert texts(run(bills / "nothing.csv", bills / "*.csv", bills)) == [("rejected", "not-found")] * 3


# ── delivered again ────────────────────────────────────────────────────────────────────────────


def test_the_same_file_twice_changes_nothing_under_another_name_too(
    ingest: Ingest, run: Run, bills: Path
) -> None:
    (bills / "a.csv").write_text(_good_text())
    run(bills)
    snapshot = ingest.lake.snapshot().id
    (bills / "copy.csv").write_text(_good_text())
    assert [each.status for each in run(bills)] == ["unchanged", "unchanged"]
    assert ingest.lake.snapshot().id == snapshot


def test_a_new_version_of_a_file_replaces_its_periods_and_leaves_the_others(
    run: Run, bills: Path, charges: Ask
) -> None:
    may = {"BillingPeriodStart": "2025-05-01", "BillingPeriodEnd": "2025-06-01"}
    (bills / "a.csv").write_text(as_csv([*rows(3), *rows(2, **may)]))
    run(bills)
    (bills / "a.csv").write_text(as_csv(rows(1, **may, BilledCost="7")))
    (report,) = run(bills)
    assert (report.status, report.billing_periods) == ("loaded", (date(2025, 5, 1),))
    assert charges("period, count(*), sum(BilledCost)", "GROUP BY 1 ORDER BY 1") == [
        (date(2025, 4, 1), 3, Decimal("6.75")),
        (date(2025, 5, 1), 1, Decimal(7)),
    ]


def test_the_same_bill_from_another_file_is_refused_replaced_or_added(
    run: Run, bills: Path, charges: Ask
) -> None:
    (bills / "a.csv").write_text(as_csv(rows(10)))
    run(bills)
    nearly = rows(10)
    nearly[9]["BilledCost"] = "99"
    (bills / "b.csv").write_text(as_csv(nearly))
    said = _bad(run, bills / "b.csv", "already-loaded")
    assert "a.csv" in said
    assert "--replace" in said
    assert "--add" in said
    assert charges("count(*)") == [(10,)]
    (replaced,) = run(bills / "b.csv", options=Options(overlapping="replace"))
    assert replaced.status == "loaded"
    assert charges("count(*), max(BilledCost), any_value(part)") == [(10, Decimal(99), "a.csv")]
    nearly[0]["BilledCost"] = "50"
    (bills / "c.csv").write_text(as_csv(nearly))
    (added,) = run(bills / "c.csv", options=Options(overlapping="add"))
    assert added.status == "loaded"
    assert charges("count(*)") == [(20,)]


def test_a_smaller_overlap_is_a_warning(run: Run, bills: Path, charges: Ask) -> None:
    (bills / "a.csv").write_text(as_csv(rows(10)))
    (bills / "b.csv").write_text(as_csv(rows(30)[5:]))
    first, second = run(bills)
    assert (first.status, second.status) == ("loaded", "loaded")
    assert [(each.code, each.count) for each in second.warnings] == [("overlap", 5)]
    assert charges("count(*)") == [(35,)]


def test_a_load_killed_after_its_commit_only_finishes_its_bookkeeping(
    ingest: Ingest, org: str, bills: Path, charges: Ask
) -> None:
    (bills / "a.csv").write_text(_good_text())
    source = source_at(ingest, org, str(bills))
    folder = place(ingest, str(bills))
    (delivery,) = deliveries(folder.entries(), folder.read)
    load_id = str(uuid.uuid4())
    first = load(ingest, org, source, folder, delivery, load_id=load_id)
    with ingest.database.transaction() as session:
        Loads(session).save(org, load_id, status="running", finished_at=None, snapshot_id=None)
    snapshot = ingest.lake.snapshot().id
    again = load(ingest, org, source, folder, delivery, load_id=load_id)
    assert ingest.lake.snapshot().id == snapshot
    assert (again.status, again.rows_kept, again.totals, again.snapshot_id) == (
        "loaded",
        40,
        first.totals,
        first.snapshot_id,
    )
    told = load(ingest, org, source, folder, delivery, load_id=load_id)
    assert (told.status, told.totals) == ("loaded", first.totals)


def test_a_failed_load_leaves_what_was_there(run: Run, bills: Path, charges: Ask, ingest: Ingest) -> None:
    (bills / "a.csv").write_text(as_csv(rows(10)))
    run(bills)
    before = charges("count(*), sum(BilledCost)")
    (bills / "a.csv").write_text(as_csv(rows(10, BilledCost="oops")))
    assert texts(run(bills)) == [("rejected", "bad-number")]
    assert charges("count(*), sum(BilledCost)") == before
    assert not list((ingest.home / "scratch").glob("*"))


def test_a_full_disk_is_told_and_nothing_is_kept(bills: Path, tmp_path: Path, database_url: str) -> None:
    """In a process of its own, whose files may not grow beyond a few megabytes."""
    (bills / "a.csv").write_text(
        as_csv(rows(30_000, ChargeDescription=lambda number: uuid.UUID(int=number**7 % 2**127).hex * 8))
    )
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from cco.ingest.load import Ingest
        from cco.ingest.sources import ingest_paths
        from cco.settings import Settings
        from cco.store.orgs import Orgs
        from cco.wiring import build

        home, bills, url = sys.argv[1:]
        wiring = build(Settings(home=Path(home)), url)
        with wiring.database.transaction() as session:
            org = Orgs(session).create("full-disk", "Full disk").id
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        ingest = Ingest(wiring.lake, wiring.database, wiring.clock, wiring.settings.home)
        for report in ingest_paths(ingest, org, [bills]):
            print(report.status, report.error.code if report.error else None)
        print(len(wiring.lake.files(org)), len(list((Path(home) / "scratch").glob("*"))))
        wiring.close()
        """
    )
    home = tmp_path / "small"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), str(bills), database_url],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "CCO_MEMORY_LIMIT": "1GiB"},
    )
    assert done.stdout.split("\n")[:2] == ["rejected disk-full", "0 0"], done.stderr
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


# ── sources, jobs and polls ────────────────────────────────────────────────────────────────────


def _settle(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1_700_000_000 + path.stat().st_size, 1_700_000_000))


def test_a_poll_starts_a_load_for_what_is_new_or_has_changed(
    ingest: Ingest, org: str, bills: Path, charges: Ask
) -> None:
    (bills / "a.csv").write_text(as_csv(rows(3)))
    source = source_at(ingest, org, str(bills))
    assert poll(ingest, org, source.id) == []  # it may still be being written
    _settle(bills)
    (job_id,) = poll(ingest, org, source.id, correlation_id="c-1")
    assert poll(ingest, org, source.id) == []
    with ingest.database.transaction() as session:
        job = Jobs(session).get(org, job_id)
    assert (job.kind, job.correlation_id) == ("load", "c-1")
    report = load_job(ingest, org, job_id, job.payload)
    assert (report.status, charges("count(*)")) == ("loaded", [(3,)])
    again = load_job(ingest, org, job_id, job.payload)
    assert (again.load_id, again.status) == (report.load_id, "loaded")
    (bills / "b.csv").write_text(as_csv(rows(2, BillingAccountId="999")))
    _settle(bills)
    assert len(poll(ingest, org, source.id)) == 1


def test_a_poll_of_a_place_that_is_gone_is_noted_on_the_source(
    ingest: Ingest, org: str, tmp_path: Path
) -> None:
    source = source_at(ingest, org, str(tmp_path / "gone"))
    with pytest.raises(Exception, match="no folder"):
        poll(ingest, org, source.id)
    with ingest.database.transaction() as session:
        noted = Sources(session).get(org, source.id).last_error
    assert noted is not None
    assert noted["code"] == "not-found"


def test_an_upload_is_loaded_as_the_part_of_its_name_and_then_removed(
    ingest: Ingest, org: str, charges: Ask
) -> None:
    server = replace(ingest, roots=())
    with ingest.database.transaction() as session:
        source = Sources(session).at(org, UPLOADS, kind="upload", name="Uploads")
    for count in (3, 2):
        arrived = ingest.home / "uploads" / org / uuid.uuid4().hex / "bill.csv"
        arrived.parent.mkdir(parents=True)
        arrived.write_text(as_csv(rows(count)))
        payload = {"source_id": source.id, "location": str(arrived), "part": "bill.csv", "options": {}}
        with ingest.database.transaction() as session:
            job = Jobs(session).enqueue(org, "load", payload)
        report = load_job(server, org, job.id, job.payload)
        assert (report.status, report.file, arrived.exists()) == ("loaded", "bill.csv", False)
        assert charges("count(*), any_value(part)") == [(count, "bill.csv")]


def test_a_path_outside_the_allowed_roots_is_refused_through_a_link_too(
    ingest: Ingest, org: str, bills: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text(_good_text())
    (bills / "link.csv").symlink_to(outside / "a.csv")
    server = replace(ingest, roots=(bills,))
    reports = list(ingest_paths(server, org, [str(outside / "a.csv"), str(bills / "link.csv"), str(bills)]))
    assert texts(reports) == [("rejected", "outside-allowed-roots")] * 3


def test_disk_full_is_worth_another_try_and_so_raised(ingest: Ingest) -> None:
    assert isinstance(no_space(), Unavailable)
