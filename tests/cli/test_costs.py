"""``cco costs``: exact figures for programs, a table for people, and honesty about what is unknown."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cco.cli.costs import Question, condition, day, run, span, sparkline, starts, trend_of, window
from cco.cli.terminal import count, money
from cco.core.errors import InvalidInput
from cco.core.window import Days
from cco.ingest.sources import ingest_paths
from cco.store.orgs import DEMO, Orgs
from cco.store.scope import Filter, Op
from cco.wiring import opened, read_settings
from tests.cli.conftest import Cli, Focus, total

integration = pytest.mark.integration
SEPTEMBER = ("--from", "2024-09-01", "--to", "2024-10-01")


@pytest.fixture(scope="module")
def loaded(cli: Cli, sample: Path) -> Cli:
    """A home with the sample and nothing else."""
    cli.ok("ingest", str(sample))
    return cli


def summed(path: Path, column: str, by: str) -> dict[str | None, Decimal]:
    """The exact sums of a column by another, by the standard library alone."""
    found: dict[str | None, Decimal] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            key = None if row[by] in ("", "NULL") else row[by]
            found[key] = found.get(key, Decimal(0)) + Decimal(row[column])
    return found


@integration
@pytest.mark.parametrize(
    ("metric", "column"), [("billed", "BilledCost"), ("effective", "EffectiveCost"), ("list", "ListCost")]
)
def test_the_total_is_the_exact_sum_of_the_bill(loaded: Cli, sample: Path, metric: str, column: str) -> None:
    said = loaded.ok("costs", *SEPTEMBER, "--metric", metric, "--json").object
    assert Decimal(said["total"]) == total(sample, column)
    assert (said["currency"], said["metric"], said["charges"]) == ("USD", metric, 1000)
    assert (said["from"], said["to"]) == ("2024-09-01", "2024-10-01")


@integration
def test_rows_carry_their_dimension_by_name_and_the_amount_as_text(loaded: Cli, sample: Path) -> None:
    said = loaded.ok("costs", "--group-by", "ServiceName", *SEPTEMBER, "--metric", "billed", "--json").object
    assert all(set(row) == {"ServiceName", "amount"} for row in said["rows"])
    assert {row["ServiceName"]: Decimal(row["amount"]) for row in said["rows"]} == summed(
        sample, "BilledCost", "ServiceName"
    )
    assert sum(Decimal(row["amount"]) for row in said["rows"]) == Decimal(said["total"])
    assert (said["other"], said["missing_rates"], said["unconverted"]) == ("0", [], [])


@integration
def test_rows_by_resource_come_from_the_line_items_and_keep_what_has_none(loaded: Cli, sample: Path) -> None:
    said = loaded.ok("costs", "-g", "ResourceId", *SEPTEMBER, "--metric", "billed", "--json").object
    assert {row["ResourceId"]: Decimal(row["amount"]) for row in said["rows"]} == summed(
        sample, "BilledCost", "ResourceId"
    )


@integration
def test_a_limit_leaves_the_rest_in_other(loaded: Cli) -> None:
    said = loaded.ok("costs", "-g", "ServiceName", "-g", "SubAccountId", "--limit", "3", "--json").object
    assert len(said["rows"]) == 3
    assert all(set(row) == {"ServiceName", "SubAccountId", "amount"} for row in said["rows"])
    parts = [Decimal(row["amount"]) for row in said["rows"]]
    assert sum(parts) + Decimal(said["other"]) == Decimal(said["total"])


@integration
@pytest.mark.parametrize("granularity", ["day", "week", "month"])
def test_a_granularity_cuts_the_total_by_time(loaded: Cli, granularity: str) -> None:
    alone = loaded.ok("costs", *SEPTEMBER, "--granularity", granularity, "--json").object
    assert all(set(row) == {"start", "amount"} for row in alone["rows"])
    assert sum(Decimal(row["amount"]) for row in alone["rows"]) == Decimal(alone["total"])
    grouped = loaded.ok(
        "costs", *SEPTEMBER, "--granularity", granularity, "-g", "ProviderName", "--json"
    ).object
    assert sum(Decimal(row["amount"]) for row in grouped["rows"]) == Decimal(alone["total"])
    assert {row["start"] for row in grouped["rows"]} == {row["start"] for row in alone["rows"]}


@integration
def test_filters_narrow_and_their_opposites_complete_each_other(loaded: Cli) -> None:
    def told(*filters: str) -> Decimal:
        flags = [part for each in filters for part in ("--filter", each)]
        return Decimal(loaded.ok("costs", *SEPTEMBER, "--metric", "billed", *flags, "--json").object["total"])

    everything = told()
    aws = told("ProviderName=AWS")
    assert aws == told("ProviderName=in=AWS")
    assert aws + told("ProviderName!=AWS") == everything
    assert told("ResourceId=missing=") + told("ResourceId=present=") == everything
    assert told("ProviderName=AWS", "ProviderName=Microsoft") == aws + told("ProviderName=Microsoft")


@integration
def test_csv_holds_the_same_rows(loaded: Cli) -> None:
    rows = list(
        csv.DictReader(io.StringIO(loaded.ok("costs", *SEPTEMBER, "-g", "ProviderName", "--csv").out))
    )
    said = loaded.ok("costs", *SEPTEMBER, "-g", "ProviderName", "--json").object
    assert rows == [{**row, "currency": "USD"} for row in said["rows"]]
    header = loaded.ok("costs", "--granularity", "month", "--csv").out.splitlines()[0]
    assert header == "start,amount,currency"


@integration
def test_people_see_shares_trends_and_the_total(loaded: Cli, sample: Path) -> None:
    said = loaded.ok("costs", *SEPTEMBER, "--metric", "billed", "--limit", "2")
    title, heading, first, _, others, last = said.out.splitlines()
    assert title == "Billed cost in USD · 1–30 Sep 2024"
    assert heading.split() == ["Service", "Cost", "Share", "Per", "day"]
    assert first.startswith("Amazon Elastic Compute Cloud")
    assert first.split()[-1][-1] in "▁▂▃▄▅▆▇█"
    assert others.startswith(f"{len(summed(sample, 'BilledCost', 'ServiceName')) - 2} others")
    assert last.split() == ["Total", "20.52"]
    assert said.err == ""


@integration
def test_without_dates_it_is_the_month_of_the_newest_charges(loaded: Cli) -> None:
    said = loaded.ok("costs", "--json").object
    assert (said["from"], said["to"], said["data_until"]) == ("2024-09-01", "2024-10-01", "2024-09-30")


@integration
def test_a_window_without_charges_is_told_to_be_one(loaded: Cli) -> None:
    said = loaded.ok("costs", "--from", "2026-01", "--to", "2026-02")
    assert "the newest charges are of 2024-09-30" in said.err
    assert loaded.ok("costs", "--from", "2026-01", "--to", "2026-02", "--json").object["rows"] == []


@integration
def test_without_a_rate_an_amount_is_unknown_and_not_nothing(cold: Cli, focus: Focus) -> None:
    cold.ok("ingest", str(focus("money/cad.csv", "10.50", "0.25", account="north", currency="CAD")))
    cold.ok("ingest", str(focus("money/usd.csv", "3", account="south", currency="USD")))
    told = cold.ok("costs", "-g", "SubAccountId", "--json")
    said = told.object
    assert said["total"] is None
    amounts = {row["SubAccountId"]: row["amount"] for row in said["rows"]}
    assert amounts == {"north": None, "south": "3"}
    assert said["missing_rates"] == [{"currency": "CAD", "period": "2026-03-01"}]
    assert said["unconverted"] == [
        {"currency": "CAD", "amount": "10.75"},
        {"currency": "USD", "amount": "3"},
    ]
    assert "no rate from CAD to USD for 2026-03" in told.err
    people = cold.ok("costs", "-g", "SubAccountId")
    assert "no rate" in people.out
    assert "0.00" not in people.out
    assert "10.75 CAD, 3.00 USD" in people.err
    assert cold.ok("costs", "-g", "SubAccountId", "--csv").out.splitlines()[-1] == "north,,USD"
    own = cold.ok("costs", "--currency", "cad", "-f", "SubAccountId=north", "--json").object
    assert (own["currency"], own["total"], own["missing_rates"]) == ("CAD", "10.75", [])


@integration
def test_an_empty_organisation_says_what_to_do(cold: Cli, focus: Focus) -> None:
    said = cold("costs")
    assert said.code == 1
    assert said.out == ""
    assert "cco ingest FILE" in said.err
    assert "--org demo" not in said.err
    assert cold("costs", "--org", "demo", "--json").object["error"]["remedy"].endswith("`cco demo`.")
    bill = focus("demo/a.csv", "1", account="simulated")
    with opened(read_settings(home=cold.home)) as wiring:
        with wiring.database.transaction() as session:
            demo = Orgs(session).ensure(DEMO)
        (report,) = ingest_paths(wiring.ingest(anywhere=True), demo.id, [str(bill)])
        assert report.status == "loaded"
    said = cold("costs", "--json")
    assert said.code == 1
    assert said.object["error"]["code"] == "no-data"
    assert "`cco costs --org demo`" in said.object["error"]["remedy"]
    assert "simulated company" in cold.ok("costs", "--org", "demo").out


@integration
def test_what_makes_no_sense_is_refused_before_any_store_is_opened(cold: Cli) -> None:
    both = cold("costs", "--json", "--csv")
    assert (both.code, both.object["error"]["code"]) == (2, "invalid-input")
    wrong = cold("costs", "--filter", "Colour=red")
    assert wrong.code == 2
    assert "'Colour' is not a dimension" in wrong.err
    assert "Use one of" in wrong.err
    assert not cold.home.exists()


# ── the pure parts ─────────────────────────────────────────────────────────────────────────────


NOTHING = Question((), None, None, "billed", (), None, None, None, "default")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (replace(NOTHING, start="yesterday"), "--from yesterday is not a date"),
        (replace(NOTHING, end="2024-13"), "--to 2024-13 is not a date"),
        (replace(NOTHING, group_by=("Colour",)), "'Colour' is not a dimension"),
        (replace(NOTHING, group_by=("tag:a", "tag:b", "tag:c", "tag:d")), "4 dimensions"),
        (replace(NOTHING, filters=("ServiceName",)), "is not a filter"),
        (replace(NOTHING, currency="euros"), "--currency euros is not a currency"),
    ],
)
def test_each_mistake_is_named(asked: Question, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as caught:
        run(asked, shape="json")
    assert caught.value.remedy


def test_one_end_of_a_window_reaches_to_where_the_data_begins_or_ends() -> None:
    data = Days(date(2024, 3, 10), date(2024, 5, 5))
    assert window(None, None, data) == Days(date(2024, 5, 1), date(2024, 5, 5))
    assert window(date(2024, 4, 1), None, data) == Days(date(2024, 4, 1), date(2024, 5, 5))
    assert window(None, date(2024, 4, 1), data) == Days(date(2024, 3, 10), date(2024, 4, 1))
    assert window(date(2025, 1, 1), None, data) == Days(date(2025, 1, 1), date(2025, 1, 2))
    assert window(None, date(2024, 1, 1), data) == Days(date(2023, 12, 31), date(2024, 1, 1))
    with pytest.raises(InvalidInput, match="is empty"):
        window(date(2024, 5, 1), date(2024, 4, 1), data)


def test_trends_have_a_bucket_for_every_day_week_or_month() -> None:
    month = Days(date(2024, 9, 1), date(2024, 10, 1))
    assert (trend_of(month), len(starts(month, "day"))) == ("day", 30)
    quarter = Days(date(2024, 9, 4), date(2024, 12, 1))
    assert trend_of(quarter) == "week"
    assert starts(quarter, "week")[:2] == [date(2024, 9, 4), date(2024, 9, 9)]
    years = Days(date(2023, 1, 15), date(2024, 3, 1))
    assert trend_of(years) == "month"
    assert starts(years, "month")[:2] == [date(2023, 1, 15), date(2023, 2, 1)]


def test_a_month_stands_for_its_first_day() -> None:
    assert day("2026-10", "--from") == date(2026, 10, 1)
    assert day("2026-10-31", "--from") == date(2026, 10, 31)
    assert day(None, "--from") is None
    with pytest.raises(InvalidInput, match="2026-13"):
        day("2026-13", "--to")


def test_a_filter_may_leave_out_its_operator() -> None:
    assert condition("ServiceName=a=b") == Filter("ServiceName", Op.IN, ("a=b",))
    assert condition("ServiceName!=a") == Filter("ServiceName", Op.NOT, ("a",))
    assert condition("tag:team=missing=") == Filter("tag:team", Op.MISSING)
    assert condition("tag:team=in=x") == Filter("tag:team", Op.IN, ("x",))


def test_a_sparkline_rises_with_the_amounts_and_leaves_gaps_for_the_unknown() -> None:
    eight = [Decimal(number) for number in range(8)]
    assert sparkline(eight) == "▁▂▃▄▅▆▇█"
    assert sparkline([Decimal(-1), None, Decimal(0)]) == "▁ ▁"
    assert sparkline([]) == ""


def test_spans_are_told_as_people_do() -> None:
    assert span(date(2024, 9, 1), date(2024, 9, 30)) == "1–30 Sep 2024"
    assert span(date(2024, 8, 20), date(2024, 9, 3)) == "20 Aug – 3 Sep 2024"
    assert span(date(2023, 12, 31), date(2024, 1, 1)) == "31 Dec 2023 – 1 Jan 2024"
    assert span(date(2024, 1, 1), date(2024, 1, 1)) == "1 Jan 2024"


def test_money_for_people_never_shows_something_as_nothing() -> None:
    told = {
        "0": "0.00",
        "1234.565": "1,234.56",
        "-0.0301": "-0.03",
        "0.00088": "0.00088",
        "-0.004": "-0.004",
        "0.00000037": "3.7e-7",
        "999999.999": "1,000,000.00",
    }
    assert {amount: money(Decimal(amount)) for amount in told} == told


def test_nouns_agree_with_their_number() -> None:
    assert (count(1, "charge"), count(1200, "charge"), count(0, "entry", "entries")) == (
        "1 charge",
        "1,200 charges",
        "0 entries",
    )
