"""The simulated company's bills: repeatable, valid FOCUS 1.2, exact, and with the planted truth in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from cco.clouds.simulated import Company, Granularity
from cco.clouds.simulated.catalogue import AWS, AZURE, GCP, PROVIDERS
from cco.clouds.simulated.commitments import Payment
from cco.clouds.simulated.truth import Plant
from cco.core.charge import (
    CHARGE_CATEGORIES,
    CHARGE_CLASSES,
    CHARGE_FREQUENCIES,
    COMMITMENT_DISCOUNT_CATEGORIES,
    COMMITMENT_DISCOUNT_STATUSES,
    FOCUS_COLUMNS,
    PRICING_CATEGORIES,
    SERVICE_CATEGORIES,
)
from cco.core.errors import InvalidInput
from cco.core.window import month_of

END = date(2026, 11, 23)
MONTHS = 15


@pytest.fixture(scope="module")
def company() -> Company:
    return Company(7, END, months=MONTHS, resources=320)


@pytest.fixture(scope="module")
def bills(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company's bills as the view `charges`."""
    folder = tmp_path_factory.mktemp("bills")
    company.write(folder)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        f"CREATE VIEW charges AS SELECT *, ChargePeriodStart::DATE AS day "
        f"FROM read_parquet('{folder}/*/*.parquet', union_by_name = true)"
    )
    yield connection
    connection.close()


def rows(bills: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple]:
    return bills.execute(sql, values).fetchall()


def value(bills: duckdb.DuckDBPyConnection, sql: str, *values: object) -> object:
    [(result,)] = rows(bills, sql, *values)
    return result


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listed(company: Company, month: date, provider: str, before: date | None = None) -> list[dict]:
    table = pa.Table.from_batches(company.charges(month, provider))
    if before is not None:
        midnight = datetime(before.year, before.month, before.day, tzinfo=UTC)
        table = table.filter(pc.less(table["ChargePeriodStart"], midnight))
    return table.to_pylist()


def test_same_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Company(3, date(2026, 3, 9), months=2, resources=60).write(tmp_path / name)
    for path in sorted((tmp_path / "one").rglob("*.parquet")):
        assert digest(path) == digest(tmp_path / "two" / path.relative_to(tmp_path / "one"))


def test_another_seed_is_another_world() -> None:
    month = date(2026, 2, 1)
    one = Company(1, date(2026, 3, 1), months=1, resources=60)
    two = Company(2, date(2026, 3, 1), months=1, resources=60)
    assert listed(one, month, GCP) != listed(two, month, GCP)
    assert {r.id for r in one.resources}.isdisjoint(r.id for r in two.resources if r.id.startswith("i-"))


@pytest.mark.parametrize("granularity", list(Granularity))
def test_charges_of_a_past_day_do_not_depend_on_the_end(granularity: Granularity) -> None:
    month, late = date(2026, 2, 1), date(2026, 4, 20)
    early = date(2026, 2, 12 if granularity is Granularity.DAILY else 2)
    short = Company(5, early, months=1, resources=60, granularity=granularity)
    long = Company(5, late, months=5, resources=60, granularity=granularity)
    for provider in PROVIDERS:
        before = listed(short, month, provider)
        assert before
        assert sorted(map(repr, before)) == sorted(map(repr, listed(long, month, provider, before=early)))


def test_a_finished_month_has_the_same_bytes_a_year_later(tmp_path: Path) -> None:
    month = date(2025, 10, 1)
    then = Company(5, date(2025, 11, 1), months=2, resources=60)
    later = Company(5, date(2026, 10, 7), months=13, resources=60)
    for company, name in ((then, "then"), (later, "later")):
        company.write(tmp_path / name, months=[month])
    for provider in PROVIDERS:
        path = then.path(month, provider)
        assert digest(tmp_path / "then" / path) == digest(tmp_path / "later" / path)


def test_a_company_covers_whole_months_up_to_yesterday(company: Company) -> None:
    assert company.months[0] == date(2025, 9, 1)
    assert company.months[-1] == date(2026, 11, 1)
    assert len(company.months) == MONTHS
    assert Company(7, date(2026, 11, 1), months=2, resources=10).months == (
        date(2026, 9, 1),
        date(2026, 10, 1),
    )


def test_every_column_is_focus_or_marked_as_the_providers_own(company: Company) -> None:
    for provider in PROVIDERS:
        batch = next(company.charges(date(2026, 10, 1), provider))
        names = batch.schema.names
        focus = [column.name for column in FOCUS_COLUMNS]
        assert names[: len(focus)] == focus
        assert all(name.startswith("x_") for name in names[len(focus) :])


def test_the_file_is_an_ordinary_parquet_file(company: Company, tmp_path: Path) -> None:
    [path, *_] = company.write(tmp_path, months=[date(2026, 11, 1)])
    schema = pq.read_schema(path)
    assert schema.field("BilledCost").type == pa.decimal128(24, 12)
    assert schema.field("ServiceName").type == pa.string()
    assert schema.field("Tags").type == pa.map_(pa.string(), pa.string())
    assert schema.field("ChargePeriodStart").type == pa.timestamp("us", tz="UTC")


def test_required_columns_are_never_null(bills: duckdb.DuckDBPyConnection) -> None:
    for column in FOCUS_COLUMNS:
        if column.required:
            assert value(bills, f"SELECT count(*) FROM charges WHERE {column.name} IS NULL") == 0, column.name


def test_closed_lists_hold_only_allowed_values(bills: duckdb.DuckDBPyConnection) -> None:
    for column, allowed in {
        "ChargeCategory": CHARGE_CATEGORIES,
        "ChargeClass": (*CHARGE_CLASSES, None),
        "ChargeFrequency": CHARGE_FREQUENCIES,
        "PricingCategory": (*PRICING_CATEGORIES, None),
        "CommitmentDiscountCategory": (*COMMITMENT_DISCOUNT_CATEGORIES, None),
        "CommitmentDiscountStatus": (*COMMITMENT_DISCOUNT_STATUSES, None),
        "ServiceCategory": SERVICE_CATEGORIES,
        "BillingCurrency": ("USD", "EUR"),
        "ProviderName": PROVIDERS,
    }.items():
        found = {one for (one,) in rows(bills, f"SELECT DISTINCT {column} FROM charges")}
        assert found <= set(allowed), column


def test_all_kinds_of_charges_occur(bills: duckdb.DuckDBPyConnection) -> None:
    assert {c for (c,) in rows(bills, "SELECT DISTINCT ChargeCategory FROM charges")} == set(
        CHARGE_CATEGORIES
    )
    for condition in (
        "CommitmentDiscountStatus = 'Used'",
        "CommitmentDiscountStatus = 'Unused'",
        "ChargeClass = 'Correction'",
        "PricingCategory = 'Dynamic'",
        "ServiceSubcategory = 'Support'",
        "PublisherName = 'MongoDB, Inc.'",
        "ChargeFrequency = 'One-Time' AND ChargeCategory = 'Purchase'",
        "BillingCurrency = 'EUR'",
        "cardinality(Tags) = 0",
        "Tags IS NULL",
    ):
        assert value(bills, f"SELECT count(*) FROM charges WHERE {condition}"), condition


def test_charge_periods_lie_in_their_billing_month(bills: duckdb.DuckDBPyConnection) -> None:
    assert value(
        bills,
        """SELECT count(*) FROM charges WHERE NOT (
             BillingPeriodStart <= ChargePeriodStart AND ChargePeriodStart < ChargePeriodEnd
             AND ChargePeriodEnd <= BillingPeriodEnd
             AND BillingPeriodStart = date_trunc('month', BillingPeriodStart)
             AND BillingPeriodEnd = BillingPeriodStart + INTERVAL 1 MONTH)""",
    ) == 0  # fmt: skip


def test_nothing_is_charged_from_today_on(bills: duckdb.DuckDBPyConnection) -> None:
    assert value(bills, "SELECT max(day) FROM charges") == END - timedelta(days=1)


def test_costs_are_exactly_price_times_quantity(bills: duckdb.DuckDBPyConnection) -> None:
    for cost, price in (("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice")):
        assert value(
            bills,
            f"SELECT count(*) FROM charges WHERE {price} IS NOT NULL "
            f"AND {cost} <> {price}::DECIMAL(20,12) * PricingQuantity",
        ) == 0  # fmt: skip


def test_usage_costs_follow_focus(bills: duckdb.DuckDBPyConnection) -> None:
    for broken in (
        "ChargeCategory = 'Usage' AND ContractedCost > ListCost",
        "CommitmentDiscountStatus IS NULL AND ChargeCategory = 'Usage'"
        " AND (BilledCost <> ContractedCost OR EffectiveCost <> ContractedCost)",
        "CommitmentDiscountStatus = 'Used' AND (BilledCost <> 0 OR EffectiveCost <= 0"
        " OR EffectiveCost >= ListCost OR PricingCategory <> 'Committed' OR ResourceId IS NULL)",
        "CommitmentDiscountStatus = 'Unused' AND (BilledCost <> 0 OR EffectiveCost <= 0"
        " OR ConsumedQuantity IS NOT NULL)",
        "ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL AND EffectiveCost <> 0",
        "ChargeCategory = 'Usage' AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'"
        " AND (ConsumedQuantity IS NULL OR ConsumedQuantity <= 0 OR SkuPriceId IS NULL)",
        "(CommitmentDiscountId IS NULL) <> (CommitmentDiscountQuantity IS NULL)"
        " AND ChargeFrequency <> 'Recurring'",
        "ChargeCategory = 'Tax' AND PricingCategory IS NOT NULL",
        "ChargeCategory = 'Credit' AND BilledCost >= 0",
        "(RegionId IS NULL) <> (RegionName IS NULL)",
        "(ResourceId IS NULL) <> (ResourceName IS NULL)",
    ):
        assert value(bills, f"SELECT count(*) FROM charges WHERE {broken}") == 0, broken


def test_effective_cost_of_every_commitment_adds_up_to_what_it_costs_each_day(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    found = {
        (identity, day): total
        for identity, day, total in rows(
            bills,
            "SELECT CommitmentDiscountId, day, sum(EffectiveCost) FROM charges "
            "WHERE CommitmentDiscountStatus IS NOT NULL GROUP BY ALL",
        )
    }
    checked = 0
    for commitment in company.commitments:
        cost = Decimal(commitment.hourly_cost * 24).scaleb(-12)
        for day in company.window:
            number = (day - date(2023, 1, 1)).days
            if commitment.start <= number < commitment.end:
                assert found[(commitment.id, day)] == cost
                checked += 1
    assert checked == len(found)


def test_effective_cost_over_a_term_is_what_was_paid_for_it() -> None:
    company = Company(7, date(2026, 9, 15), months=25, resources=10)
    paid: dict[str, Decimal] = {}
    spread: dict[str, Decimal] = {}
    for month in company.months:
        for provider in PROVIDERS:
            for batch in company.charges(month, provider):
                picked = batch.select(["CommitmentDiscountId", "BilledCost", "EffectiveCost"])
                for row in picked.filter(picked["CommitmentDiscountId"].is_valid()).to_pylist():
                    identity = row["CommitmentDiscountId"]
                    paid[identity] = paid.get(identity, Decimal(0)) + row["BilledCost"]
                    spread[identity] = spread.get(identity, Decimal(0)) + row["EffectiveCost"]
    payments = set()
    for commitment in company.commitments:
        start = date(2023, 1, 1) + timedelta(days=commitment.start)
        end = date(2023, 1, 1) + timedelta(days=commitment.end)
        if company.window.start <= start and end <= company.window.end:
            assert paid[commitment.id] == spread[commitment.id] > 0
            payments.add(commitment.plan.payment)
    assert payments == set(Payment)


def test_some_commitments_are_well_used_and_one_is_not(bills: duckdb.DuckDBPyConnection) -> None:
    used = dict(
        rows(
            bills,
            """SELECT CommitmentDiscountName,
                      sum(EffectiveCost) FILTER (CommitmentDiscountStatus = 'Used') / sum(EffectiveCost)
               FROM charges WHERE CommitmentDiscountStatus IS NOT NULL GROUP BY 1""",
        )
    )
    assert sum(share > 0.95 for share in used.values()) >= 5
    assert min(used.values()) < 0.95


def test_providers_share_the_bill_believably(bills: duckdb.DuckDBPyConnection) -> None:
    shares = dict(
        rows(
            bills,
            "SELECT ProviderName, sum(EffectiveCost) / (SELECT sum(EffectiveCost) FROM charges) "
            "FROM charges GROUP BY 1",
        )
    )
    assert 0.5 < shares[AWS] < 0.7
    assert 0.15 < shares[AZURE] < 0.35
    assert 0.08 < shares[GCP] < 0.25


def test_spending_grows(bills: duckdb.DuckDBPyConnection) -> None:
    months = dict(
        rows(
            bills,
            "SELECT BillingPeriodStart::DATE, sum(ContractedCost) FROM charges "
            "WHERE ChargeCategory = 'Usage' AND BillingCurrency = 'USD' GROUP BY 1",
        )
    )
    growth = float(months[date(2026, 10, 1)] / months[date(2025, 10, 1)])
    assert 1.03 < growth < 1.45


def test_machines_with_office_hours_rest_on_weekends(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    office = [r.id for r in company.inventory if r.pattern == "office-hours" and r.kind == "ec2"]
    days = dict(
        rows(
            bills,
            "SELECT isodow(day) > 5, sum(ConsumedQuantity) FROM charges "
            "WHERE list_contains(?, ResourceId) GROUP BY 1",
            office,
        )
    )
    assert days[False] > 0
    assert True not in days


def test_black_friday_is_seen(bills: duckdb.DuckDBPyConnection) -> None:
    [(friday, ordinary)] = rows(
        bills,
        """SELECT sum(ContractedCost) FILTER (day = DATE '2025-11-28'),
                  sum(ContractedCost) FILTER (day = DATE '2025-11-14')
           FROM charges WHERE ServiceName = 'Amazon CloudFront'""",
    )
    assert friday > ordinary * Decimal("1.5")


def test_month_start_fees_support_and_tax_stand_on_their_days(bills: duckdb.DuckDBPyConnection) -> None:
    def days(condition: str) -> set[int]:
        return {day for (day,) in rows(bills, f"SELECT DISTINCT day(day) FROM charges WHERE {condition}")}

    assert days("ServiceName = 'AWS Support (Business)'") == {6}
    assert days("ServiceName = 'Support' AND ProviderName = 'Google Cloud'") == {7}
    assert days("ServiceName = 'Azure Support'") == {1}
    assert days("ServiceName = 'Datadog Pro'") == {1}
    assert days("SkuMeter = 'Hosted Zone'") == {1}
    assert days("ChargeCategory = 'Tax'") <= {28, 30, 31}
    assert not rows(bills, "SELECT 1 FROM charges WHERE ChargeCategory = 'Tax' AND day >= DATE '2026-11-01'")


def test_support_is_a_share_of_the_month_before(bills: duckdb.DuckDBPyConnection) -> None:
    [(usage, fees, support)] = rows(
        bills,
        """SELECT sum(BilledCost) FILTER (ChargeCategory = 'Usage' AND BillingPeriodStart = '2026-08-01'),
                  sum(BilledCost) FILTER (CommitmentDiscountId IS NOT NULL AND ChargeFrequency = 'Recurring'
                                          AND BillingPeriodStart = '2026-08-01'),
                  sum(BilledCost) FILTER (ServiceSubcategory = 'Support'
                                          AND BillingPeriodStart = '2026-09-01')
           FROM charges WHERE ProviderName = 'Google Cloud'""",
    )
    assert support == (500 + (usage + fees) * Decimal("0.03")).quantize(Decimal("0.01"))


def test_only_the_german_subscription_is_billed_in_euros(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    found = rows(
        bills, "SELECT DISTINCT SubAccountName FROM charges WHERE BillingCurrency = 'EUR' ORDER BY 1"
    )
    assert [name for (name,) in found if name] == ["TNA GmbH Shop DE"]
    assert [rate.period for rate in company.rates] == list(company.months)
    for rate in company.rates:
        assert (rate.currency, rate.reporting_currency) == ("EUR", "USD")
        [(euro, usd)] = rows(
            bills,
            "SELECT sum(EffectiveCost), sum(PricingCurrencyEffectiveCost) FROM charges "
            "WHERE BillingCurrency = 'EUR' AND PricingCurrency = 'USD' AND SubAccountId IS NOT NULL "
            "AND BillingPeriodStart = ?",
            rate.period,
        )
        assert abs(euro * rate.rate / usd - 1) < Decimal("0.0001")


def test_tags_have_the_usual_mess(company: Company, bills: duckdb.DuckDBPyConnection) -> None:
    named = list(company.resources)
    untagged = sum(not resource.tags for resource in named) / len(named)
    assert 0.08 < untagged < 0.3
    keys = {key for resource in named for key in resource.tags}
    assert {"team", "Team", "env", "Environment", "cost-center", "owner"} <= keys
    assert keys & {"team ", "enviroment", "evn", "tema", "onwer", "aplication"}
    assert value(
        bills, "SELECT count(*) FROM charges WHERE ProviderName = 'Google Cloud' "
        "AND list_bool_or([k <> lower(k) FOR k IN map_keys(Tags)])",
    ) == 0  # fmt: skip


def test_the_bills_name_exactly_the_companys_resources(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    known = {(resource.provider, resource.id): resource for resource in company.resources}
    assert len(known) == len(company.resources)
    billed = rows(
        bills,
        """SELECT ProviderName, ResourceId, any_value(ResourceType), any_value(ResourceName),
                  any_value(SubAccountId), any_value(Tags), min(ChargePeriodStart)
           FROM charges WHERE ResourceId IS NOT NULL GROUP BY 1, 2""",
    )
    assert len(billed) > 0.9 * len(known)
    for provider, identity, type_, name, account, tags, first in billed:
        resource = known[(provider, identity)]
        assert (resource.type, resource.name, resource.account_id) == (type_, name, account)
        assert resource.tags == dict(tags)
        assert resource.first_seen is not None
        assert first >= resource.first_seen


def test_resources_come_and_go(company: Company) -> None:
    start = datetime(2025, 12, 1, tzinfo=UTC)
    end = datetime(2026, 11, 1, tzinfo=UTC)
    assert sum(r.first_seen > start for r in company.resources if r.first_seen) > 20
    assert sum(r.last_seen < end for r in company.resources if r.last_seen) > 20


def test_truth_holds_every_kind_of_event(company: Company) -> None:
    kinds = {event.kind for event in company.truth.events}
    assert kinds == set(Plant)
    for event in company.truth.events:
        assert event.start < company.window.end
        assert event.end is None or event.end > company.window.start
        assert (event.expected_excess < 0) == (event.kind is Plant.CANCELLED)
    assert company.truth.waste
    assert {season.name for season in company.truth.seasons} == {"Black Friday week", "December"}
    assert any(trend.yearly_growth > Decimal("0.2") for trend in company.truth.trends)


def test_truth_is_plain_json(company: Company) -> None:
    plain = json.loads(company.truth.to_json())
    assert plain == company.truth.as_dict()
    assert Decimal(plain["events"][0]["expected_excess"]) == company.truth.events[0].expected_excess


def test_planted_spikes_are_in_the_charges(company: Company, bills: duckdb.DuckDBPyConnection) -> None:
    seen = 0
    for event in company.truth.events:
        if event.kind is not Plant.SPIKE or event.end is None or event.start < date(2025, 10, 1):
            continue
        if event.skus[0] not in ("bq:analysis", "lambda:gbs", "dynamodb:read", "cw:ingest", "azlog:ingest"):
            continue
        cost = dict(
            rows(
                bills,
                "SELECT day, sum(ContractedCost) FROM charges WHERE SubAccountId = ? AND "
                "ResourceId IS NOT DISTINCT FROM ? AND ServiceName = ? AND day BETWEEN ? AND ? GROUP BY 1",
                event.account_id,
                event.resource_ids[0] if event.resource_ids else None,
                event.service,
                event.start - timedelta(days=7),
                event.start,
            )
        )
        before = sorted(amount for day, amount in cost.items() if day < event.start)[len(cost) // 2 - 1]
        excess = cost[event.start] - before
        days = (event.end - event.start).days
        assert float(excess * days) == pytest.approx(float(event.expected_excess), rel=0.6)
        assert cost[event.start] > 2 * before
        seen += 1
    assert seen >= 2


def test_a_forgotten_fleet_costs_exactly_its_excess(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    fleets = [event for event in company.truth.events if event.kind is Plant.FORGOTTEN_GPUS]
    assert len(fleets) >= 2
    for event in fleets:
        [(cost, first, last)] = rows(
            bills,
            "SELECT sum(ContractedCost), min(day), max(day) FROM charges WHERE list_contains(?, ResourceId)",
            list(event.resource_ids),
        )
        assert cost == event.expected_excess
        assert first == max(event.start, company.window.start)
        assert event.end is None or last == event.end - timedelta(days=1)


def test_a_cancelled_application_stops_and_leaves_disks_behind(
    company: Company, bills: duckdb.DuckDBPyConnection
) -> None:
    cancelled = [event for event in company.truth.events if event.kind is Plant.CANCELLED]
    assert cancelled
    for event in cancelled:
        assert not rows(
            bills,
            "SELECT 1 FROM charges WHERE list_contains(?, ResourceId) AND day >= ? LIMIT 1",
            list(event.resource_ids),
            event.start,
        )
    waste = {one.resource_id for one in company.truth.waste if one.kind == "unattached-disk"}
    assert any(r.id in waste and r.application.life is not None for r in company.inventory)


def test_hourly_bills_hold_the_same_usage_as_daily_ones() -> None:
    end, month = date(2026, 3, 4), date(2026, 3, 1)
    totals: dict[Granularity, dict[tuple, tuple[Decimal, Decimal]]] = {}
    for granularity in Granularity:
        company = Company(7, end, months=1, resources=60, granularity=granularity)
        found: dict[tuple, tuple[Decimal, Decimal]] = {}
        for provider in PROVIDERS:
            for row in listed(company, month, provider):
                if row["ConsumedQuantity"] is None or row["PricingCategory"] == "Dynamic":
                    continue
                if granularity is Granularity.HOURLY and row["ChargeFrequency"] == "Usage-Based":
                    assert row["ChargePeriodEnd"] - row["ChargePeriodStart"] == timedelta(hours=1)
                key = (
                    row["ChargePeriodStart"].date(), row["SubAccountId"], row["ResourceId"], row["SkuId"],
                    row["RegionId"],
                )  # fmt: skip
                quantity, cost = found.get(key, (Decimal(0), Decimal(0)))
                found[key] = (quantity + row["ConsumedQuantity"], cost + row["ListCost"])
        totals[granularity] = found
    assert totals[Granularity.DAILY] == totals[Granularity.HOURLY]


def test_hourly_commitments_add_up_each_hour() -> None:
    company = Company(7, date(2026, 3, 3), months=1, resources=60, granularity=Granularity.HOURLY)
    hourly = {one.id: Decimal(one.hourly_cost).scaleb(-12) for one in company.commitments}
    sums: dict[tuple[str, datetime], Decimal] = {}
    for row in listed(company, date(2026, 3, 1), AWS):
        if row["CommitmentDiscountStatus"]:
            key = (row["CommitmentDiscountId"], row["ChargePeriodStart"])
            sums[key] = sums.get(key, Decimal(0)) + row["EffectiveCost"]
    assert len(sums) >= 4 * 48
    for (identity, _), total in sums.items():
        assert total == hourly[identity]


@pytest.mark.parametrize(
    ("granularity", "end"), [(Granularity.DAILY, date(2026, 4, 1)), (Granularity.HOURLY, date(2026, 3, 5))]
)
def test_a_company_is_sized_by_rows(granularity: Granularity, end: date) -> None:
    company = Company.sized(7, end, rows=150_000, months=1, granularity=granularity)
    count = sum(
        batch.num_rows
        for month in company.months
        for provider in PROVIDERS
        for batch in company.charges(month, provider)
    )
    assert 0.7 < count / 150_000 < 1.4


def test_more_resources_make_more_rows_in_bounded_batches() -> None:
    month = date(2026, 2, 1)
    small = Company(7, date(2026, 3, 1), months=1, resources=200)
    large = Company(7, date(2026, 3, 1), months=1, resources=8000)
    few = sum(batch.num_rows for batch in small.charges(month, AWS))
    sizes = [batch.num_rows for batch in large.charges(month, AWS)]
    assert sum(sizes) > 15 * few
    assert max(sizes) <= 65_536


def test_a_month_outside_the_window_is_refused(company: Company) -> None:
    with pytest.raises(InvalidInput):
        next(company.charges(date(2020, 1, 1), AWS))


@pytest.mark.parametrize(
    ("end", "months", "resources"),
    [(END, 0, 10), (END, 1, 0), (END, 1, 10_000_000), (date(2024, 3, 1), 13, 10)],
)
def test_impossible_sizes_are_refused(end: date, months: int, resources: int) -> None:
    with pytest.raises(InvalidInput):
        Company(7, end, months=months, resources=resources)


def test_a_failed_write_leaves_no_half_file(tmp_path: Path) -> None:
    company = Company(7, date(2026, 3, 2), months=1, resources=10)
    path = tmp_path / company.path(date(2026, 3, 1), AWS)
    path.mkdir(parents=True)
    with pytest.raises(OSError, match=r"focus-2026-03"):
        company.write(tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_teams_accounts_and_applications_belong_together(company: Company) -> None:
    teams = {team.tag for team in company.teams}
    assert {application.team for application in company.applications} <= teams
    assert len(company.accounts) == 30
    assert {account.billing for account in company.accounts} == set(company.billing_accounts)
    assert month_of(company.window.start).start == company.window.start
