"""``cco sources``: places are connected, polled and removed at the terminal."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Focus

pytestmark = pytest.mark.integration


def settled(path: Path) -> None:
    """Nobody is writing the file any more."""
    before = time.time() - 3600
    os.utime(path, (before, before))


def test_a_folder_from_connecting_to_removing(cli: Cli, focus: Focus, tmp_path: Path) -> None:
    allowed = Cli(cli.home, (("CCO_ALLOWED_ROOTS", str(tmp_path)),))
    bill = focus("bills/a.csv", "5", "7", account="source")
    settled(bill)
    made = allowed.ok("sources", "add", str(bill.parent), "--every", "30", "--json").object
    assert (made["name"], made["kind"], made["poll_minutes"]) == ("bills", "folder", 30)
    assert made["location"] == str(bill.parent)
    twice = allowed("sources", "add", str(bill.parent), "--json")
    assert (twice.code, twice.object["error"]["code"]) == (1, "source-exists")

    loads = allowed.ok("sources", "poll", "bills", "--json").objects
    assert [(load["file"], load["status"], load["rows_kept"]) for load in loads] == [("a.csv", "loaded", 2)]
    assert set(loads[0]) >= {"format", "billing_periods", "totals", "error", "warnings", "load_id"}
    assert "nothing new" in allowed.ok("sources", "poll", str(bill.parent)).out

    bad = bill.with_name("bad.csv")
    bad.write_text("Name,Age\nAda,36\n")
    settled(bad)
    said = allowed("sources", "poll", made["id"])
    assert said.code == 1
    assert "rejected" in said.out
    assert "bad.csv" in said.err

    (listed,) = allowed.ok("sources", "list", "--json").object["sources"]
    assert (listed["charges"], listed["periods"]) == (2, ["2026-03-01"])
    assert listed["last_load"]["status"] == "rejected"
    table = allowed.ok("sources", "list")
    assert "every 30 minutes" in table.out
    assert allowed.ok("costs", "--json").object["total"] == "12"

    unsure = allowed("sources", "remove", "bills", "--json")
    assert (unsure.code, unsure.object["error"]["code"]) == (2, "not-confirmed")
    assert allowed.ok("sources", "remove", "bills", "--yes", "--json").object["charges"] == 2
    assert allowed("costs", "--json").object["error"]["code"] == "no-data"
    assert bill.exists()
    assert "cco sources add" in allowed.ok("sources", "list").err


def test_a_folder_the_server_may_not_read_is_refused(cli: Cli, tmp_path: Path) -> None:
    said = cli("sources", "add", str(tmp_path), "--json")
    assert (said.code, said.object["error"]["code"]) == (1, "outside-allowed-roots")
    assert "CCO_ALLOWED_ROOTS" in said.object["error"]["remedy"]


def test_a_source_that_is_not_there_is_told(cli: Cli) -> None:
    said = cli("sources", "poll", "nothing", "--json")
    assert (said.code, said.object["error"]["code"]) == (1, "no-source")
    assert cli("sources", "remove", "nothing", "--yes").code == 1
