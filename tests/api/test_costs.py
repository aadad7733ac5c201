from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from cco.core.resource import Resource
from cco.core.role import Role
from cco.store.lake import LoadKey
from cco.store.orgs import DEFAULT, DEMO, Orgs
from cco.store.rates import Rate, Rates
from cco.store.resources import Resources
from tests.api.people import Server
from tests.charges import charge, deliver

OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
Row = dict[str, Any]


def days(first: date, count: int, cost: str, **columns: Any) -> list[Row]:
    return [charge(first + timedelta(days=n), cost, x_SourceRow=n + 1, **columns) for n in range(count)]


def loaded(server: Server, rows: list[Row], *, org: str = DEFAULT, part: str = "a.csv") -> str:
    with server.wiring.database.transaction() as session:
        org_id = Orgs(session).ensure(org).id
        seen = {(row["ProviderName"], row["ResourceId"]): row for row in rows if row["ResourceId"]}
        moment = datetime(2026, 10, 1, tzinfo=UTC)
        Resources(session).seen(
            org_id,
            [
                Resource(
                    provider, found, row["ResourceName"], "vm", row["ServiceName"], "eu-west-1",
                    row["SubAccountId"], {"team": "red"}, moment, moment,
                )
                for (provider, found), row in seen.items()
            ],
        )  # fmt: skip
    deliver(server.wiring.lake, rows, LoadKey(org_id, "source", part, f"load-{part}"))
    return org_id


@pytest.fixture
def viewer(server: Server) -> httpx.Client:
    return server.as_(Role.VIEWER)


@pytest.fixture
def bill(server: Server) -> list[Row]:
    rows = [
        *days(date(2026, 9, 1), 30, "1", ServiceName="Amazon EC2", ResourceId="i-1", tags={"team": "red"}),
        *days(date(2026, 10, 1), 31, "2", ServiceName="Amazon EC2", ResourceId="i-1", tags={"team": "red"}),
        *days(date(2026, 10, 1), 31, "0.5", ServiceName="Amazon S3", ResourceId="b-1", ResourceName="logs"),
        charge(date(2026, 10, 3), "7.25", ServiceName="AWS Support", ChargeCategory="Purchase"),
        *days(date(2026, 11, 1), 22, "3", ServiceName="Amazon EC2", ResourceId="i-1", tags={"team": "blue"}),
    ]
    loaded(server, rows)
    return rows


def test_summary_totals_and_change(viewer: httpx.Client, bill: list[Row]) -> None:
    found = viewer.get("/costs/summary", params=OCTOBER).raise_for_status().json()
    assert found["total"] == {"amount": "84.75", "currency": "USD", "missing_rates": []}
    assert found["previous_total"]["amount"] == "30"
    assert found["change"]["amount"] == "54.75"
    assert found["change_share"] == pytest.approx(54.75 / 30)
    assert found["previous_window"] == {"start": "2026-09-01", "end": "2026-10-01"}
    assert found["by_cost_kind"]["list"]["amount"] == "84.75"
    assert found["savings_share"] == 0
    assert found["computed"]["charges"] == 63
    assert found["computed"]["data_until"] == "2026-11-22"
    assert found["computed"]["source"] == "rollup"


def test_summary_without_a_window_is_the_newest_month(viewer: httpx.Client, bill: list[Row]) -> None:
    found = viewer.get("/costs/summary").raise_for_status().json()
    assert found["window"] == {"start": "2026-11-01", "end": "2026-11-23"}
    assert found["previous_window"] == {"start": "2026-10-01", "end": "2026-10-23"}
    assert found["total"]["amount"] == "66"
    rate = found["run_rate"]
    assert rate["month_to_date"]["amount"] == "66"
    assert rate["month_end"]["amount"] == "90"
    assert rate["last_month"]["amount"] == "84.75"
    assert (rate["days_complete"], rate["days_in_month"], rate["complete"]) == (22, 30, False)


def test_series_by_group_with_other_and_ghost(viewer: httpx.Client, bill: list[Row]) -> None:
    asked = {**OCTOBER, "group_by": "ServiceName", "top": "1", "granularity": "week"}
    found = viewer.get("/costs/series", params=asked).raise_for_status().json()
    assert found["buckets"] == ["2026-10-01", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"]
    first, other = found["groups"]
    assert (first["label"], first["total"], first["other"]) == ("Amazon EC2", "62", False)
    assert first["values"] == ["8", "14", "14", "14", "12"]
    assert (other["label"], other["total"], other["other"], other["key"]) == ("Other", "22.75", True, [])
    assert found["totals"] == ["17.25", "17.5", "17.5", "17.5", "15"]
    assert sum(map(Decimal, found["previous_totals"])) == 30


def test_days_after_the_last_bill_are_unknown_not_zero(viewer: httpx.Client, bill: list[Row]) -> None:
    asked = {"start": "2026-11-20", "end": "2026-11-26", "group_by": "ServiceName"}
    found = viewer.get("/costs/series", params=asked).json()
    assert found["totals"] == ["3", "3", "3", None, None, None]
    assert found["groups"][0]["values"] == ["3", "3", "3", None, None, None]


def test_breakdown_by_tag_names_what_is_missing(viewer: httpx.Client, bill: list[Row]) -> None:
    found = viewer.get("/costs/breakdown", params={**OCTOBER, "group_by": "tag:team"}).json()
    assert [(row["key"], row["labels"], row["amount"]) for row in found["rows"]] == [
        (["red"], ["red"], "62"),
        ([None], ["No team tag"], "22.75"),
    ]
    assert found["total"]["amount"] == "84.75"
    assert found["rows"][0]["share"] == pytest.approx(62 / 84.75)
    assert found["rows"][0]["trend"] == ["2"] * 31
    assert found["other"] is None


def test_filters_compose(viewer: httpx.Client, bill: list[Row]) -> None:
    asked = {**OCTOBER, "filter": ["tag:team=missing=", "ServiceName=not=AWS Support"]}
    assert viewer.get("/costs/summary", params=asked).json()["total"]["amount"] == "15.5"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter": "nonsense"}, "bad-filter"),
        ({"filter": "Color=in=red"}, "unknown-dimension"),
        ({"start": "2026-10-01"}, "invalid-input"),
        ({"start": "2026-10-01", "end": "2026-10-01"}, "empty-window"),
        ({"start": "1990-10-01", "end": "2026-10-01"}, "invalid-input"),
        ({"start": "soon", "end": "2026-10-01"}, "invalid-input"),
        ({"cost": "guessed"}, "invalid-input"),
    ],
)
def test_a_question_nobody_understands_is_explained(viewer: httpx.Client, query: Row, code: str) -> None:
    answer = viewer.get("/costs/summary", params=query)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == code
    assert problem["detail"]


@pytest.mark.parametrize("path", ["series", "breakdown", "movers"])
def test_a_dimension_named_twice_is_refused(viewer: httpx.Client, path: str) -> None:
    answer = viewer.get(f"/costs/{path}", params={"group_by": ["ServiceName", "ServiceName"]})
    assert answer.status_code == 422


def test_series_have_a_bounded_number_of_buckets(viewer: httpx.Client) -> None:
    asked = {"start": "2024-01-01", "end": "2026-01-01"}
    assert viewer.get("/costs/series", params=asked).status_code == 422
    assert viewer.get("/costs/series", params={**asked, "granularity": "month"}).status_code == 200


def test_movers_say_why(server: Server, viewer: httpx.Client) -> None:
    def sku(day: date, cost: str, quantity: int, **more: Any) -> Row:
        return charge(day, cost, SkuId="s", PricingUnit="Hrs", PricingQuantity=Decimal(quantity), **more)

    september, october = date(2026, 9, 5), date(2026, 10, 5)
    loaded(
        server,
        [
            sku(september, "10", 100, ServiceName="grown"),
            sku(october, "30", 300, ServiceName="grown"),
            sku(september, "10", 100, ServiceName="dearer"),
            sku(october, "19", 100, ServiceName="dearer"),
            sku(october, "8", 1, ServiceName="fresh"),
            sku(september, "7", 1, ServiceName="stopped"),
            charge(september, "1", ServiceName="fee"),
            charge(october, "2", ServiceName="fee"),
        ],
    )
    found = viewer.get("/costs/movers", params=OCTOBER).raise_for_status().json()
    assert [(row["label"], row["change"], row["reason"]) for row in found["rows"]] == [
        ("grown", "20", "usage"),
        ("dearer", "9", "rate"),
        ("fresh", "8", "new"),
        ("stopped", "-7", "gone"),
        ("fee", "1", "other"),
    ]
    assert found["change"] == "31"
    assert found["rows"][0]["usage_effect"] == "20"


def test_a_missing_rate_is_named(server: Server, viewer: httpx.Client) -> None:
    org_id = loaded(server, [charge(date(2026, 10, 5), "10", BillingCurrency="EUR")])
    found = viewer.get("/costs/summary", params=OCTOBER).json()
    assert found["total"] == {
        "amount": None,
        "currency": "USD",
        "missing_rates": [{"currency": "EUR", "period": "2026-10-01"}],
    }
    with server.wiring.database.transaction() as session:
        Rates(session).put(org_id, [Rate("EUR", "USD", date(2026, 10, 1), Decimal("1.1"))])
    found = viewer.get("/costs/summary", params=OCTOBER).json()
    assert found["total"]["amount"] == "11"
    assert found["computed"]["rates"] == [{"currency": "EUR", "period": "2026-10-01", "rate": "1.1"}]


def test_dimensions_and_their_values(viewer: httpx.Client, bill: list[Row]) -> None:
    known = {each["name"]: each for each in viewer.get("/costs/dimensions").json()["dimensions"]}
    assert known["ServiceName"] == {
        "name": "ServiceName", "label": "Service", "kind": "column", "values": 3, "coverage": None,
    }  # fmt: skip
    assert known["tag:team"]["kind"] == "tag"
    assert 0 < known["tag:team"]["coverage"] < 1
    values = viewer.get("/costs/dimensions/ServiceName/values", params={"search": "amazon"}).json()
    assert [value["value"] for value in values["values"]] == ["Amazon EC2", "Amazon S3"]
    assert viewer.get("/costs/dimensions/tag:team/values").json()["values"][0]["value"] == "red"
    assert viewer.get("/costs/dimensions/Color/values").status_code == 422


def test_line_items_page_through_everything_once(viewer: httpx.Client, bill: list[Row]) -> None:
    for order in ("date", "cost"):
        seen: list[Row] = []
        cursor: str | None = None
        while True:
            asked = {**OCTOBER, "sort": order, "limit": "20"} | ({"cursor": cursor} if cursor else {})
            page = viewer.get("/costs/charges", params=asked).raise_for_status().json()
            seen += page["charges"]
            cursor = page["next"]
            if cursor is None:
                break
        october = [row for row in bill if row["x_UsageDate"].month == 10]
        assert len(seen) == len(october)
        assert sum(Decimal(row["BilledCost"]) for row in seen) == sum(row["BilledCost"] for row in october)
        keys = [
            row["ChargePeriodStart"] if order == "date" else Decimal(row["EffectiveCost"]) for row in seen
        ]
        assert keys == sorted(keys, reverse=True)
    assert seen[0]["part"] == "a.csv"
    assert seen[0]["source_row"] == 1
    assert viewer.get("/costs/charges", params={"cursor": "bm9uc2Vuc2U"}).status_code == 422


def test_exports_hold_every_row_exactly(server: Server, bill: list[Row]) -> None:
    analyst = server.as_(Role.ANALYST)
    october = [row for row in bill if row["x_UsageDate"].month == 10]
    answer = analyst.get("/costs/charges/export", params=OCTOBER).raise_for_status()
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(october)
    assert sum(Decimal(row["EffectiveCost"]) for row in rows) == Decimal("84.75")
    assert rows[0]["ChargePeriodStart"].endswith("Z")
    assert "attachment" in answer.headers["content-disposition"]
    answer = analyst.get("/costs/charges/export", params={**OCTOBER, "format": "parquet"}).raise_for_status()
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.num_rows == len(october)
    assert sum(table["EffectiveCost"].to_pylist()) == Decimal("84.75")
    empty = analyst.get("/costs/charges/export", params={"start": "2020-01-01", "end": "2020-02-01"})
    assert empty.text.startswith('"AvailabilityZone","BilledCost"')
    assert server.as_(Role.VIEWER).get("/costs/charges/export").status_code == 403


def test_an_exported_breakdown_holds_every_group_exactly(server: Server, bill: list[Row]) -> None:
    analyst = server.as_(Role.ANALYST)
    asked = {**OCTOBER, "group_by": ["SubAccountId", "tag:team"]}
    answer = analyst.get("/costs/breakdown/export", params=asked).raise_for_status()
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    shown = analyst.get("/costs/breakdown", params=asked).raise_for_status().json()
    assert len(rows) == shown["groups"]
    assert sum(Decimal(row["EffectiveCost"]) for row in rows) == Decimal("84.75")
    assert [row["SubAccountId"] for row in rows] == [row["key"][0] for row in shown["rows"]]
    assert {row["Currency"] for row in rows} == {shown["currency"]}
    assert server.as_(Role.VIEWER).get("/costs/breakdown/export").status_code == 403


def test_the_same_answer_costs_nothing_until_the_data_changes(
    server: Server, viewer: httpx.Client, bill: list[Row]
) -> None:
    first = viewer.get("/costs/summary", params=OCTOBER)
    tag = first.headers["etag"]
    again = viewer.get("/costs/summary", params=OCTOBER, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert viewer.get("/costs/summary", params=OCTOBER).content == first.content
    other = viewer.get("/costs/summary", params={**OCTOBER, "cost": "list"}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    loaded(server, [charge(date(2026, 10, 9), "100")], part="b.csv")
    changed = viewer.get("/costs/summary", params=OCTOBER, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["total"]["amount"] == "184.75"


def test_organisations_never_see_each_other(server: Server, bill: list[Row]) -> None:
    loaded(server, [charge(date(2026, 10, 9), "1000", ResourceId="i-demo")], org=DEMO, part="demo.csv")
    mine = server.as_(Role.VIEWER)
    session = server.client().post("/auth/link", json={"token": server.demo_token()}).json()
    demo = server.client(session["access_token"])
    assert mine.get("/costs/summary", params=OCTOBER).json()["total"]["amount"] == "84.75"
    assert demo.get("/costs/summary", params=OCTOBER).json()["total"]["amount"] == "1000"
    found = demo.get("/resources", params=OCTOBER).json()["resources"]
    assert [row["resource_id"] for row in found] == ["i-demo"]
    assert mine.get(f"/resources/{found[0]['id']}").status_code == 404


def test_resources_by_cost_with_pages_and_search(viewer: httpx.Client, bill: list[Row]) -> None:
    page = viewer.get("/resources", params={**OCTOBER, "limit": "1"}).raise_for_status().json()
    assert page["total"] == 2
    assert (page["resources"][0]["resource_id"], page["resources"][0]["cost"]) == ("i-1", "62")
    assert page["resources"][0]["previous_cost"] == "30"
    assert page["resources"][0]["tags"] == {"team": "red"}
    assert page["resources"][0]["trend"] == ["2"] * 31
    second = viewer.get("/resources", params={**OCTOBER, "limit": "1", "cursor": page["next"]}).json()
    assert second["resources"][0]["name"] == "logs"
    assert second["next"] is None
    by_name = viewer.get("/resources", params={**OCTOBER, "search": "LOG"}).json()
    assert [row["resource_id"] for row in by_name["resources"]] == ["b-1"]
    assert viewer.get("/resources", params={"cursor": "bm9uc2Vuc2U"}).status_code == 422


def test_a_resource_shows_its_days_and_skus(viewer: httpx.Client, bill: list[Row]) -> None:
    found = viewer.get("/resources", params=OCTOBER).json()["resources"][0]
    detail = viewer.get(f"/resources/{found['id']}", params=OCTOBER).raise_for_status().json()
    assert detail["daily"] == ["2"] * 31
    assert detail["resource"]["cost"] == "62"
    assert [(sku["amount"], sku["charges"]) for sku in detail["skus"]] == [("62", 31)]
    quiet = viewer.get(
        f"/resources/{found['id']}", params={"start": "2026-01-01", "end": "2026-02-01"}
    ).json()
    assert quiet["resource"]["cost"] == "0"
    missing = viewer.get("/resources/019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44")
    assert missing.status_code == 404


def test_an_empty_organisation_answers_every_question(viewer: httpx.Client) -> None:
    for path in ("summary", "series", "breakdown", "movers", "dimensions", "charges"):
        assert viewer.get(f"/costs/{path}").status_code == 200, path
    found = viewer.get("/costs/summary").json()
    assert found["total"]["amount"] == "0"
    assert found["run_rate"] is None
    assert viewer.get("/resources").json()["resources"] == []


def test_many_ask_the_same_at_once(server: Server, bill: list[Row]) -> None:
    client = server.as_(Role.VIEWER)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.get, "/costs/breakdown", params=OCTOBER) for _ in range(16)]
    bodies = {answer.result().content for answer in asked}
    assert len(bodies) == 1
