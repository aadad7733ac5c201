"""``cco ingest`` as people and scripts use it."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from cco.store.postgres import EmbeddedPostgres
from tests.cli.conftest import Cli, Focus, total

pytestmark = pytest.mark.integration

KEYS = {
    *("file", "format", "status", "rows_read", "rows_kept", "rows_rejected", "billing_periods", "totals"),
    *("error", "warnings", "load_id"),
}


def test_a_bill_is_loaded_once_and_its_totals_are_those_of_the_file(cli: Cli, sample: Path) -> None:
    said = cli.ok("ingest", str(sample), "--json")
    first = said.object
    assert set(first) == KEYS
    assert (first["file"], first["format"], first["status"]) == (sample.name, "FOCUS 1.0", "loaded")
    assert (first["rows_read"], first["rows_kept"], first["rows_rejected"]) == (1000, 1000, 0)
    assert first["error"] is None
    assert first["billing_periods"][0] == "2024-09-01"
    (totals,) = first["totals"]
    assert set(totals) == {"currency", "billed", "effective", "list", "contracted"}
    assert totals["currency"] == "USD"
    assert Decimal(totals["billed"]) == total(sample, "BilledCost")
    assert Decimal(totals["effective"]) == total(sample, "EffectiveCost")
    assert Decimal(totals["list"]) == total(sample, "ListCost")
    again = cli.ok("ingest", str(sample), "--json").object
    assert again["status"] == "unchanged"
    varying = {"load_id": None, "status": None, "warnings": None}
    assert {**again, **varying} == {**first, **varying}


def test_people_get_a_table_and_nothing_else_on_standard_output(cli: Cli, focus: Focus) -> None:
    said = cli.ok("ingest", str(focus("table/a.csv", "1.5", "2.25", account="table")))
    heading, line = said.out.splitlines()
    assert heading.split() == ["File", "Format", "Status", "Rows", "Periods", "Billed"]
    assert "loaded" in line
    assert "3.75 USD" in line
    assert said.err == ""


def test_a_bad_file_is_rejected_with_the_reason_and_the_good_ones_are_loaded(cli: Cli, focus: Focus) -> None:
    good = focus("mixed/good.csv", "4", account="mixed")
    bad = good.with_name("bad.csv")
    bad.write_text("Name,Age\nAda,36\n")
    empty = good.with_name("empty.csv")
    empty.write_bytes(b"")
    said = cli("ingest", str(good.parent), "--json")
    assert said.code == 1
    found = {each["file"]: each for each in said.objects}
    assert {name: each["status"] for name, each in found.items()} == {
        "good.csv": "loaded",
        "bad.csv": "rejected",
        "empty.csv": "rejected",
    }
    for name in ("bad.csv", "empty.csv"):
        assert set(found[name]) == KEYS
        assert found[name]["totals"] == []
        assert {"code", "message", "remedy", "file"} <= set(found[name]["error"])
    people = cli("ingest", str(bad))
    assert people.code == 1
    assert "rejected" in people.out
    assert "✗ bad.csv" in people.err
    assert "→" in people.err
    assert "Traceback" not in people.err


def test_a_glob_names_files_of_several_folders(cli: Cli, focus: Focus, tmp_path: Path) -> None:
    focus("glob/one/a.csv", "1", account="glob-one")
    focus("glob/two/a.csv", "2", account="glob-two")
    focus("glob/two/b.txt", "3", account="glob-three")
    said = cli.ok("ingest", str(tmp_path / "glob" / "*" / "*.csv"), "--json")
    assert [each["file"] for each in said.objects] == ["a.csv", "a.csv"]
    assert [each["totals"][0]["billed"] for each in said.objects] == ["1", "2"]
    again = cli.ok("ingest", str(tmp_path / "glob" / "one"), "--json")
    assert [each["status"] for each in again.objects] == ["unchanged"]


def test_a_packed_bill_is_the_same_bill(cli: Cli, focus: Focus) -> None:
    plain = focus("packed/a.csv", "0.000000000000000000000001", account="packed")
    packed = plain.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    said = cli.ok("ingest", str(packed), "--json").object
    assert said["totals"][0]["billed"] == "0.000000000000000000000001"


def test_a_newer_delivery_replaces_and_a_copy_elsewhere_needs_a_word(cli: Cli, focus: Focus) -> None:
    costs = [str(number) for number in range(1, 61)]
    first = focus("copy/a.csv", *costs, account="copy")
    cli.ok("ingest", str(first))
    focus("copy/a.csv", "9", *costs[1:], account="copy")
    newer = cli.ok("ingest", str(first), "--json").object
    assert newer["status"] == "loaded"
    assert Decimal(newer["totals"][0]["billed"]) == sum(map(Decimal, costs)) + 8
    copy = first.parent / "other" / "b.csv"
    copy.parent.mkdir()
    lines = first.read_text().splitlines(keepends=True)
    copy.write_text("".join([lines[0], *reversed(lines[1:])]))
    refused = cli("ingest", str(copy), "--json")
    assert refused.code == 1
    assert refused.object["error"]["code"] == "already-loaded"
    assert "--replace" in refused.object["error"]["remedy"]
    assert cli.ok("ingest", str(copy), "--replace", "--json").object["status"] == "loaded"
    told = cli.ok("costs", "-f", "SubAccountId=copy", "--from", "2026-03", "--metric", "billed", "--json")
    assert Decimal(told.object["total"]) == sum(map(Decimal, costs)) + 8


def test_what_is_not_there_is_a_rejected_load(cli: Cli, tmp_path: Path) -> None:
    said = cli("ingest", str(tmp_path / "nothing.csv"), "--json")
    assert said.code == 1
    assert said.object["status"] == "rejected"
    assert said.object["load_id"] is None
    assert "There is nothing at" in said.object["error"]["message"]


def test_real_bills_never_go_into_the_demo(cli: Cli, sample: Path) -> None:
    said = cli("ingest", str(sample), "--org", "demo", "--json")
    assert said.code == 1
    assert said.object["error"]["code"] == "demo"


def test_an_organisation_that_is_not_there_is_named(cli: Cli, sample: Path) -> None:
    said = cli("ingest", str(sample), "--org", "emea")
    assert said.code == 1
    assert "'emea'" in said.err
    assert "default" in said.err


def test_replacing_and_adding_at_once_makes_no_sense(cli: Cli, sample: Path) -> None:
    said = cli("ingest", str(sample), "--replace", "--add")
    assert said.code == 2
    assert "exclude each other" in said.err


def test_rejected_rows_are_told_with_the_file_that_holds_them(cli: Cli, focus: Focus) -> None:
    path = focus("rows/a.csv", *["1"] * 59, "many", account="rows")
    said = cli.ok("ingest", str(path), "--json").object
    assert (said["status"], said["rows_kept"], said["rows_rejected"]) == ("loaded", 59, 1)
    (warning,) = [each for each in said["warnings"] if each["code"] == "rows-rejected"]
    rejects = Path(warning["message"].rpartition(" ")[2])
    assert "many" in rejects.read_text()


def test_it_works_on_a_home_that_was_not_there_and_leaves_no_process(cold: Cli, focus: Focus) -> None:
    assert cold.ok("ingest", str(focus("cold/a.csv", "7")), "--json").object["status"] == "loaded"
    assert cold.ok("costs", "--json").object["total"] == "7"
    assert not EmbeddedPostgres(cold.home).alive()
