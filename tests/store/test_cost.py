from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cco.core.charge import CostKind
from cco.core.errors import InvalidInput
from cco.core.window import Days
from cco.store.cost import Costs
from cco.store.lake import Lake, LoadKey, Snapshot
from cco.store.scope import Filter, Op, Rates, Relation, Scope, merged, parse_filter

Deliver = Callable[..., LoadKey]
Make = Callable[..., dict[str, Any]]
Row = dict[str, Any]
MARCH = Days(date(2026, 3, 1), date(2026, 4, 1))
USD = Rates("USD")
SERVICES = ("Amazon EC2", "Amazon S3", "AWS Lambda")


def company(make_charge: Make, *, currencies: tuple[str, ...] = ("USD",), seed: int = 3) -> list[Row]:
    """Three months of random charges with tags, sources of ties, negatives and missing values."""
    chance = random.Random(seed)
    rows = []
    for number in range(700):
        tags: dict[str, str] | None = {}
        if chance.random() < 0.6:
            tags["team"] = chance.choice(["red", "blue"])
        if chance.random() < 0.5:
            tags["Name"] = f"host {number}"
        billed = Decimal(chance.randrange(-500, 50_000)).scaleb(-6)
        rows.append(
            make_charge(
                date(2026, 2, 1) + timedelta(days=chance.randrange(89)),
                billed,
                EffectiveCost=billed / 2,
                ServiceName=chance.choice(SERVICES),
                SubAccountId=chance.choice(["1", "2", None]),
                ResourceId=chance.choice([None, *(f"r{n}" for n in range(40))]),
                ChargeCategory=chance.choice(["Usage", "Usage", "Tax", "Credit"]),
                BillingCurrency=chance.choice(currencies),
                SkuId=chance.choice(["s1", "s2", None]),
                PricingQuantity=chance.choice([None, Decimal(chance.randrange(1, 100))]),
                tags=tags or None,
                x_SourceRow=number + 1,
            )
        )
    return rows


def tag(row: Row, key: str) -> str | None:
    return dict(row["Tags"] or []).get(key)


def within(rows: Iterable[Row], days: Days) -> list[Row]:
    return [row for row in rows if row["x_UsageDate"] in days]


def summed(rows: Iterable[Row], column: str = "EffectiveCost") -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


@pytest.fixture
def costs(lake: Lake) -> Costs:
    return Costs(lake)


@pytest.fixture
def rows(make_charge: Make, deliver: Deliver) -> list[Row]:
    made = company(make_charge)
    deliver(made[:350])
    deliver(made[350:], part="b.csv")
    deliver([make_charge(date(2026, 3, 5), "1000")], org="somebody else")
    return made


def scope(*filters: Filter, days: Days = MARCH, rates: Rates = USD, **more: Any) -> Scope:
    return Scope("org", days, rates, filters=filters, **more)


def test_totals_of_all_four_costs(costs: Costs, rows: list[Row]) -> None:
    totals = costs.totals(costs.snapshot(), scope(), MARCH.previous())
    march, february = within(rows, MARCH), within(rows, MARCH.previous())
    assert totals.now == {kind: summed(march, kind.value) for kind in CostKind}
    assert totals.before == {kind: summed(february, kind.value) for kind in CostKind}
    assert totals.charges == len(march)
    assert totals.evidence.source == "rollup"
    assert totals.evidence.data_until == max(row["x_UsageDate"] for row in rows)


FILTERS: list[tuple[Filter, Callable[[Row], bool]]] = [
    (Filter("ServiceName", Op.IN, ("Amazon S3",)), lambda row: row["ServiceName"] == "Amazon S3"),
    (Filter("ServiceName", Op.NOT, ("Amazon S3", "x")), lambda row: row["ServiceName"] != "Amazon S3"),
    (Filter("SubAccountId", Op.MISSING), lambda row: row["SubAccountId"] is None),
    (Filter("SubAccountId", Op.NOT, ("1",)), lambda row: row["SubAccountId"] != "1"),
    (Filter("ResourceId", Op.IN, ("r1", "r2", "r3")), lambda row: row["ResourceId"] in ("r1", "r2", "r3")),
    (Filter("ChargeCategory", Op.IN, ("Tax",)), lambda row: row["ChargeCategory"] == "Tax"),
    (Filter("tag:team", Op.IN, ("red",)), lambda row: tag(row, "team") == "red"),
    (Filter("tag:team", Op.MISSING), lambda row: tag(row, "team") is None),
    (Filter("tag:team", Op.PRESENT), lambda row: tag(row, "team") is not None),
    (Filter("tag:Name", Op.PRESENT), lambda row: tag(row, "Name") is not None),
    (Filter("tag:nobody's", Op.MISSING), lambda _: True),
]


@pytest.mark.parametrize("seed", range(6))
def test_ranking_equals_a_plain_sum_under_any_filters(costs: Costs, rows: list[Row], seed: int) -> None:
    chance = random.Random(seed)
    chosen = chance.sample(FILTERS, seed % 3 + 1)
    chosen = [
        pair
        for place, pair in enumerate(chosen)
        if pair[0].dimension not in {p[0].dimension for p in chosen[:place]}
    ]
    group_by = chance.sample(["ServiceName", "SubAccountId", "tag:team", "ChargeCategory"], seed % 3 + 1)

    def key(row: Row) -> tuple[str | None, ...]:
        return tuple(tag(row, name[4:]) if name.startswith("tag:") else row[name] for name in group_by)

    kept = [row for row in rows if all(holds(row) for _, holds in chosen)]
    now: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
    before: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
    for row in within(kept, MARCH):
        now[key(row)] += row["EffectiveCost"]
    for row in within(kept, MARCH.previous()):
        before[key(row)] += row["EffectiveCost"]

    snapshot = costs.snapshot()
    asked = scope(*(each for each, _ in chosen))
    ranking = costs.rank(snapshot, asked, MARCH.previous(), group_by, limit=1000)
    assert {row.key: row.amount for row in ranking.rows} == {k: now[k] for k in {*now, *before}}
    assert {row.key: row.previous for row in ranking.rows} == {k: before[k] for k in {*now, *before}}
    assert ranking.total.amount == summed(within(kept, MARCH))
    assert [row.amount for row in ranking.rows] == sorted((row.amount for row in ranking.rows), reverse=True)

    short = costs.rank(snapshot, asked, MARCH.previous(), group_by, limit=1)
    if ranking.groups > 1:
        assert short.other is not None
        assert short.rows[0].amount + short.other.amount == ranking.total.amount
        assert short.groups == ranking.groups
    second = costs.rank(snapshot, asked, MARCH.previous(), group_by, limit=1, offset=1)
    assert second.rows == ranking.rows[1:2]


@pytest.mark.parametrize("granularity", ["day", "week", "month"])
def test_buckets_add_up_to_the_total(costs: Costs, rows: list[Row], granularity: str) -> None:
    days = Days(date(2026, 2, 11), date(2026, 4, 20))
    snapshot = costs.snapshot()
    found = costs.buckets(snapshot, scope(days=days), granularity, ["tag:team"], [("red",), (None,)])
    red = [row for row in within(rows, days) if tag(row, "team") == "red"]
    untagged = [row for row in within(rows, days) if tag(row, "team") is None]
    assert sum(found[0].values()) == summed(red)
    assert sum(found[1].values()) == summed(untagged)
    assert sum(found[None].values()) == summed(within(rows, days)) - summed(red) - summed(untagged)
    assert min(min(each) for each in found.values()) >= days.start


def test_search_looks_into_resource_ids_literally(costs: Costs, rows: list[Row], lake: Lake) -> None:
    found = costs.rank(costs.snapshot(), scope(search="R3"), MARCH.previous(), ["ResourceId"], limit=50)
    assert {row.key[0] for row in found.rows} <= {"r3", *(f"r3{n}" for n in range(10))}
    assert found.rows
    nothing = costs.rank(costs.snapshot(), scope(search="r_"), MARCH.previous(), ["ResourceId"], limit=50)
    assert nothing.rows == ()


def test_conversion_uses_one_rate_per_billing_period(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    deliver(
        [
            make_charge(date(2026, 2, 3), "10", BillingCurrency="EUR"),
            make_charge(date(2026, 3, 3), "10", BillingCurrency="EUR"),
            make_charge(date(2026, 3, 4), "1"),
        ]
    )
    february, march = date(2026, 2, 1), date(2026, 3, 1)
    rates = Rates("USD", {("EUR", february): Decimal("1.1"), ("EUR", march): Decimal("1.25")})
    totals = costs.totals(costs.snapshot(), scope(rates=rates), MARCH.previous())
    assert totals.now[CostKind.BILLED] == Decimal("13.5")
    assert totals.before[CostKind.BILLED] == Decimal(11)
    assert totals.evidence.currencies == ("EUR", "USD")
    assert totals.evidence.rates == (("EUR", february, Decimal("1.1")), ("EUR", march, Decimal("1.25")))
    assert totals.evidence.missing_rates == ()


def test_a_missing_rate_makes_the_figure_unknown_not_zero(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    deliver(
        [
            make_charge(date(2026, 3, 3), "10", BillingCurrency="EUR", ServiceName="A"),
            make_charge(date(2026, 3, 3), "5", ServiceName="B"),
        ]
    )
    snapshot = costs.snapshot()
    totals = costs.totals(snapshot, scope(), MARCH.previous())
    assert totals.now[CostKind.EFFECTIVE] is None
    assert totals.evidence.missing_rates == (("EUR", date(2026, 3, 1)),)
    ranking = costs.rank(snapshot, scope(), MARCH.previous(), ["ServiceName"], limit=10)
    assert {row.key[0]: row.amount for row in ranking.rows} == {"A": None, "B": Decimal(5)}
    assert ranking.total.amount is None
    only_usd = scope(Filter("BillingCurrency", Op.IN, ("USD",)))
    assert costs.totals(snapshot, only_usd, MARCH.previous()).now[CostKind.EFFECTIVE] == Decimal(5)
    assert costs.buckets(snapshot, scope(), "month")[None] == {date(2026, 3, 1): None}


def test_converted_rankings_agree_with_converted_rows(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    made = company(make_charge, currencies=("USD", "EUR"))
    deliver(made)
    rate = {month: Decimal("1.07") + Decimal(month) / 100 for month in (2, 3, 4)}
    rates = Rates("USD", {("EUR", date(2026, month, 1)): value for month, value in rate.items()})
    ranking = costs.rank(costs.snapshot(), scope(rates=rates), MARCH.previous(), ["tag:team"], limit=9)
    for row in ranking.rows:
        mine = [each for each in within(made, MARCH) if tag(each, "team") == row.key[0]]
        wanted = sum(
            (each["EffectiveCost"] * (1 if each["BillingCurrency"] == "USD" else rate[3]) for each in mine),
            Decimal(0),
        )
        assert row.amount == wanted


def test_effects_of_movers_add_up_to_the_change(costs: Costs, rows: list[Row]) -> None:
    moved, evidence = costs.movers(costs.snapshot(), scope(), MARCH.previous(), ["ServiceName"], limit=10)
    assert len(moved) == 3
    for each in moved:
        assert None not in (each.before, each.after)
        effects = (each.usage, each.rate, each.new, each.gone, each.other)
        assert sum(effects, Decimal(0)) == each.after - each.before
        assert each.after == summed(row for row in within(rows, MARCH) if row["ServiceName"] == each.key[0])
    assert evidence.source == "charges"
    changes = [abs(each.after - each.before) for each in moved]
    assert changes == sorted(changes, reverse=True)


def test_more_usage_at_the_same_rate_is_a_usage_effect(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    def sku(day: date, cost: str, quantity: str, **more: Any) -> Row:
        return make_charge(
            day, cost, SkuId="sku", PricingUnit="Hrs", PricingQuantity=Decimal(quantity), **more
        )

    february, march = date(2026, 2, 3), date(2026, 3, 3)
    deliver(
        [
            sku(february, "10", "100", ServiceName="more usage"),
            sku(march, "30", "300", ServiceName="more usage"),
            sku(february, "10", "100", ServiceName="dearer"),
            sku(march, "15", "100", ServiceName="dearer"),
            sku(march, "7", "1", ServiceName="new"),
            sku(february, "8", "1", ServiceName="gone"),
            make_charge(march, "3", ServiceName="fee"),
            make_charge(february, "1", ServiceName="fee"),
        ]
    )
    moved, _ = costs.movers(costs.snapshot(), scope(), MARCH.previous(), ["ServiceName"], limit=10)
    by_name = {each.key[0]: each for each in moved}
    assert (by_name["more usage"].usage, by_name["more usage"].rate) == (Decimal(20), Decimal(0))
    assert (by_name["dearer"].usage, by_name["dearer"].rate) == (Decimal(0), Decimal(5))
    assert by_name["new"].new == Decimal(7)
    assert not by_name["new"].was_there
    assert by_name["gone"].gone == Decimal(-8)
    assert not by_name["gone"].is_there
    assert by_name["fee"].other == Decimal(2)


def test_run_rate_adds_recent_usage_for_the_days_to_come(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    deliver(
        [make_charge(date(2026, 2, 1) + timedelta(days=n), "10") for n in range(38)]
        + [make_charge(date(2026, 3, 2), "100", ChargeCategory="Purchase")]
    )
    snapshot = costs.snapshot()
    rate = costs.run_rate(snapshot, scope(), date(2026, 3, 10))
    assert rate.month_to_date == Decimal(200)
    assert rate.last_month == Decimal(280)
    assert rate.last_month_to_same_day == Decimal(100)
    assert (rate.days_complete, rate.days_in_month) == (10, 31)
    assert rate.month_end == Decimal(200 + 21 * 10)


def test_a_day_still_running_is_not_complete(costs: Costs, make_charge: Make, deliver: Deliver) -> None:
    deliver([make_charge(date(2026, 3, 1) + timedelta(days=n), "10") for n in range(5)])
    snapshot = costs.snapshot()
    midday = Snapshot(snapshot.id, datetime(2026, 3, 5, 12, tzinfo=UTC), snapshot.files)
    rate = costs.run_rate(midday, scope(), date(2026, 3, 5))
    assert rate.days_complete == 4
    early = Snapshot(snapshot.id, datetime(2026, 3, 3, 1, tzinfo=UTC), snapshot.files)
    assert costs.run_rate(early, scope(), date(2026, 3, 5)).month_end is None


def test_dimensions_tell_how_much_cost_a_tag_covers(
    costs: Costs, make_charge: Make, deliver: Deliver
) -> None:
    deliver([make_charge(date(2026, 3, 1), "3", tags={"team": "a"}), make_charge(date(2026, 3, 1), "1")])
    known = {each.name: each for each in costs.dimensions(costs.snapshot(), scope())}
    assert known["tag:team"].coverage == pytest.approx(0.75)
    assert known["tag:team"].values == 1
    assert known["ServiceName"].values == 1
    assert {each.name for each in Costs(costs._lake).dimensions(costs.snapshot(), Scope("no", MARCH, USD))}


def test_pickers_search_and_order_by_cost(costs: Costs, rows: list[Row]) -> None:
    snapshot = costs.snapshot()
    values, more = costs.values(snapshot, scope(), "ServiceName", search="amazon", limit=10)
    assert [value.value for value in values] == sorted(
        ["Amazon EC2", "Amazon S3"],
        key=lambda name: -summed(row for row in rows if row["ServiceName"] == name),
    )
    assert not more
    assert costs.values(snapshot, scope(), "ServiceName", limit=1)[1]
    assert {value.value for value in costs.values(snapshot, scope(), "tag:team", limit=9)[0]} == {
        "red",
        "blue",
    }
    resources, _ = costs.values(snapshot, scope(), "ResourceId", search="r1", limit=50)
    assert resources
    assert all("r1" in (value.value or "") for value in resources)
    assert costs.values(snapshot, Scope("no", MARCH, USD), "ServiceName", limit=1) == ((), False)


def test_an_organisation_without_charges_has_zero_not_an_error(costs: Costs) -> None:
    snapshot = costs.snapshot()
    totals = costs.totals(snapshot, scope(), MARCH.previous())
    assert set(totals.now.values()) == {Decimal(0)}
    assert totals.charges == 0
    ranking = costs.rank(snapshot, scope(), MARCH.previous(), ["ServiceName"], limit=5)
    assert (ranking.rows, ranking.groups, ranking.total.amount) == ((), 0, Decimal(0))


def test_sources_are_chosen_by_file(costs: Costs, make_charge: Make, deliver: Deliver) -> None:
    deliver([make_charge(date(2026, 3, 1), "1")], source="a")
    deliver([make_charge(date(2026, 3, 1), "2")], source="b")
    snapshot = costs.snapshot()
    only_b = scope(Filter("source_id", Op.IN, ("b",)))
    assert costs.totals(snapshot, only_b, MARCH.previous()).now[CostKind.BILLED] == Decimal(2)
    not_b = scope(Filter("source_id", Op.NOT, ("b",)))
    assert costs.totals(snapshot, not_b, MARCH.previous()).now[CostKind.BILLED] == Decimal(1)
    by_source = costs.rank(snapshot, scope(), MARCH.previous(), ["source_id"], limit=5)
    assert [row.key for row in by_source.rows] == [("b",), ("a",)]


def test_the_cheapest_file_that_can_answer_is_read(costs: Costs, rows: list[Row]) -> None:
    snapshot = costs.snapshot()
    assert Relation(snapshot, scope(), dimensions=["ServiceName"]).source == "rollup"
    assert Relation(snapshot, scope(), dimensions=["tag:team"]).source == "rollup"
    assert Relation(snapshot, scope(), dimensions=["tag:absent"]).source == "rollup"
    assert Relation(snapshot, scope(), dimensions=["ResourceId"]).source == "charges"
    april = Relation(snapshot, scope(days=Days(date(2026, 4, 1), date(2026, 5, 1))))
    assert {file.period for file in april.files} == {date(2026, 4, 1)}


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("ServiceName=in=Amazon EC2", Filter("ServiceName", Op.IN, ("Amazon EC2",))),
        ("tag:team=missing=", Filter("tag:team", Op.MISSING)),
        ("tag:aws:createdBy=in=a=in=b", Filter("tag:aws:createdBy", Op.IN, ("a=in=b",))),
        ("RegionId=not=", Filter("RegionId", Op.NOT, ("",))),
    ],
)
def test_filters_are_read_as_written(written: str, wanted: Filter) -> None:
    assert parse_filter(written) == wanted


@pytest.mark.parametrize(
    "written", ["ServiceName", "Nonsense=in=a", "=in=a", "tag:=in=a", "ServiceName=like=a"]
)
def test_a_filter_nobody_understands_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        parse_filter(written)


def test_filters_of_one_dimension_are_any_of() -> None:
    given = [
        parse_filter("ServiceName=in=b"),
        parse_filter("ServiceName=in=a"),
        parse_filter("RegionId=missing="),
    ]
    assert merged(given) == (
        Filter("RegionId", Op.MISSING),
        Filter("ServiceName", Op.IN, ("a", "b")),
    )


def test_a_hostile_tag_key_stays_a_value(costs: Costs, make_charge: Make, deliver: Deliver) -> None:
    key = "x'] FROM y; DROP TABLE z; --"
    deliver([make_charge(date(2026, 3, 1), "2", tags={key: "'; --"})])
    ranking = costs.rank(costs.snapshot(), scope(), MARCH.previous(), [f"tag:{key}"], limit=5)
    assert ranking.rows[0].key == ("'; --",)


def test_days_between_the_windows_count_in_neither(costs: Costs, make_charge: Make, deliver: Deliver) -> None:
    deliver(
        [
            make_charge(date(2026, 2, 3), "1"),
            make_charge(date(2026, 2, 20), "100"),
            make_charge(date(2026, 3, 3), "10"),
        ]
    )
    now, before = Days(date(2026, 3, 1), date(2026, 3, 11)), Days(date(2026, 2, 1), date(2026, 2, 11))
    snapshot = costs.snapshot()
    totals = costs.totals(snapshot, scope(days=now), before)
    assert (totals.now[CostKind.BILLED], totals.before[CostKind.BILLED]) == (Decimal(10), Decimal(1))
    ranking = costs.rank(snapshot, scope(days=now), before, ["ServiceName"], limit=5)
    assert (ranking.rows[0].amount, ranking.rows[0].previous) == (Decimal(10), Decimal(1))
    (moved,), _ = costs.movers(snapshot, scope(days=now), before, ["ServiceName"], limit=5)
    assert (moved.before, moved.after) == (Decimal(1), Decimal(10))
