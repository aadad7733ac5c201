from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cco.core.charge import CostKind
from cco.store.lake import Lake, LakeFile, LoadKey, sidecar

Written = Callable[..., tuple[LoadKey, list[LakeFile]]]
Deliver = Callable[..., LoadKey]
Make = Callable[..., dict[str, Any]]
JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def total(lake: Lake, org: str = "org") -> Decimal:
    paths = [file.path for file in lake.files(org)]
    if not paths:
        return Decimal(0)
    with lake.reading() as cursor:
        found = cursor.execute("SELECT sum(BilledCost) FROM read_parquet(?)", [paths]).fetchall()
    return Decimal(found[0][0])


def test_written_files_are_unseen_until_committed(lake: Lake, written: Written, make_charge: Make) -> None:
    key, files = written([make_charge(JAN, "1.5")])
    assert lake.files("org") == ()
    lake.commit(key, [JAN], files)
    assert total(lake) == Decimal("1.5")


def test_a_redelivered_part_replaces_its_periods_and_nothing_else(
    lake: Lake, deliver: Deliver, make_charge: Make
) -> None:
    deliver([make_charge(JAN, "1"), make_charge(FEB, "2")])
    deliver([make_charge(FEB, "10")], part="b.csv")
    deliver([make_charge(FEB, "100")], source="other")
    deliver([make_charge(FEB, "1000")], org="another")
    deliver([make_charge(FEB, "3")])
    assert total(lake) == Decimal("114")
    assert total(lake, "another") == Decimal("1000")
    assert {(file.part, file.period) for file in lake.files("org", "source")} == {
        ("a.csv", JAN),
        ("a.csv", FEB),
        ("b.csv", FEB),
    }


def test_the_same_load_commits_once(lake: Lake, written: Written, make_charge: Make) -> None:
    key, files = written([make_charge(JAN, "1")])
    first = lake.commit(key, [JAN], files)
    assert lake.commit(key, [JAN], files) == first
    assert lake.snapshot_of(key.load_id) == first
    assert lake.snapshot_of("never") is None
    assert total(lake) == Decimal(1)


def test_totals_are_exact_to_the_last_of_24_decimals(written: Written, make_charge: Make) -> None:
    tiny = Decimal("0.000000000000000000000001")
    _, files = written(
        [make_charge(JAN, tiny), make_charge(JAN, "12345678901234.1"), make_charge(JAN, "-0.3")]
    )
    assert files[0].totals["USD"][CostKind.BILLED] == Decimal("12345678901233.800000000000000000000001")
    assert files[0].rows == 3


def test_rollups_add_up_to_the_line_items(lake: Lake, deliver: Deliver, make_charge: Make) -> None:
    chance = random.Random(7)
    rows = [
        make_charge(
            JAN + timedelta(days=chance.randrange(59)),
            Decimal(chance.randrange(-1000, 10**9)).scaleb(-9),
            ServiceName=f"service {chance.randrange(5)}",
            ResourceId=f"r-{number}",
            tags=chance.choice([None, {}, {"team": "a", "Name": f"n{number}"}, {"team": "b"}]),
        )
        for number in range(900)
    ]
    deliver(rows)
    for file in lake.files("org"):
        with lake.reading() as cursor:
            for kind in ("data", "daily", "tagged", "values"):
                path = file.path if kind == "data" else file.sidecar(kind)
                chosen = "WHERE dimension = 'ServiceName'" if kind == "values" else ""
                counted = "count(*)" if kind == "data" else "sum(charges)"
                found = cursor.execute(
                    f"SELECT sum(EffectiveCost), {counted} FROM read_parquet(?) {chosen}", [path]
                ).fetchall()
                wanted = [row for row in rows if row["x_UsageDate"].month == file.period.month]
                assert found == [(sum(row["EffectiveCost"] for row in wanted), len(wanted))], kind


def test_a_tag_key_with_many_values_is_left_to_the_line_items(
    lake: Lake, deliver: Deliver, make_charge: Make
) -> None:
    deliver([make_charge(JAN, "1", tags={"team": "a", "Name": f"n{n}"}) for n in range(301)])
    facts = lake.files("org")[0].facts
    assert facts.tag_keys == {"team": True, "Name": False}
    assert facts.tagged
    assert (facts.first_day, facts.last_day, facts.currencies) == (JAN, JAN, ("USD",))


def test_charges_without_tags_have_no_tagged_rollup(lake: Lake, deliver: Deliver, make_charge: Make) -> None:
    deliver([make_charge(JAN, "1")])
    file = lake.files("org")[0]
    assert not file.facts.tagged
    assert not Path(file.sidecar("tagged")).exists()
    assert Path(file.sidecar("daily")).exists()


def test_rows_are_sorted_by_day_account_service_resource(
    lake: Lake, deliver: Deliver, make_charge: Make
) -> None:
    rows = [
        make_charge(JAN + timedelta(days=n % 3), "1", SubAccountId=str(n % 4), ResourceId=str(n % 5))
        for n in range(200)
    ]
    random.Random(1).shuffle(rows)
    deliver(rows)
    with lake.reading() as cursor:
        found = cursor.execute(
            "SELECT x_UsageDate, SubAccountId, ServiceName, ResourceId FROM read_parquet(?)",
            [lake.files("org")[0].path],
        ).fetchall()
    assert found == sorted(found)


def test_discard_leaves_no_file(lake: Lake, written: Written, make_charge: Make) -> None:
    _, files = written([make_charge(JAN, "1", tags={"team": "a"}), make_charge(FEB, "1")])
    assert all(Path(file.path.removeprefix("file://")).exists() for file in files)
    lake.discard(files)
    root = Path(lake.root.removeprefix("file://"))
    assert list(root.rglob("*.parquet")) == []


def test_sweep_keeps_what_is_visible_and_what_is_young(
    lake: Lake, written: Written, deliver: Deliver, make_charge: Make
) -> None:
    deliver([make_charge(JAN, "1")])
    deliver([make_charge(JAN, "2")])
    _, abandoned = written([make_charge(FEB, "3")])
    assert lake.sweep() == 0
    later = datetime.now(UTC) + timedelta(days=2)
    assert lake.sweep(now=later) == 2
    assert not Path(abandoned[0].path.removeprefix("file://")).exists()
    assert total(lake) == Decimal(2)
    assert lake.sweep(now=later) == 0


def test_remove_takes_a_part_or_a_source(lake: Lake, deliver: Deliver, make_charge: Make) -> None:
    deliver([make_charge(JAN, "1")])
    deliver([make_charge(JAN, "2")], part="b.csv")
    deliver([make_charge(JAN, "4")], source="other")
    lake.remove("org", "source", "a.csv")
    assert total(lake) == Decimal(6)
    lake.remove("org", "source")
    assert total(lake) == Decimal(4)
    before = lake.snapshot().id
    lake.remove("org", "source")
    assert lake.snapshot().id == before


def test_readers_see_the_old_or_the_new_month_never_a_mix(
    lake: Lake, deliver: Deliver, make_charge: Make
) -> None:
    def month(cost: int) -> list[dict[str, Any]]:
        return [make_charge(JAN + timedelta(days=n), cost) for n in range(31)]

    deliver(month(1))
    seen: set[Decimal] = set()
    failures: list[BaseException] = []
    done = threading.Event()

    def watch() -> None:
        try:
            while not done.is_set():
                seen.add(total(lake))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    readers = [threading.Thread(target=watch) for _ in range(3)]
    for reader in readers:
        reader.start()
    for cost in (2, 3, 4, 5):
        deliver(month(cost))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen <= {Decimal(31 * cost) for cost in (1, 2, 3, 4, 5)}
    assert total(lake) == Decimal(155)


def test_two_processes_commit_different_periods_at_once(
    lake: Lake, written: Written, make_charge: Make
) -> None:
    loads = [written([make_charge(date(2025, month, 1), "1")], part=f"{month}.csv") for month in range(1, 7)]
    threads = [
        threading.Thread(target=lake.commit, args=(key, [file.period for file in files], files))
        for key, files in loads
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total(lake) == Decimal(6)


def test_an_empty_lake_answers(lake: Lake) -> None:
    assert lake.snapshot().id == "0"
    assert lake.files("org") == ()
    assert lake.sweep() == 0


def test_sidecars_lie_beside_the_data() -> None:
    assert (
        sidecar("s3://b/lake/data/o/s/l/202601.parquet", "daily") == "s3://b/lake/daily/o/s/l/202601.parquet"
    )
    assert sidecar("/data/lake/data/o/s/l/1.parquet", "values") == "/data/lake/values/o/s/l/1.parquet"


@pytest.mark.parametrize("relation", ["charges; DROP TABLE x", "a'b"])
def test_relation_names_are_plain_words(lake: Lake, relation: str) -> None:
    with pytest.raises(ValueError, match="plain word"):
        lake.write(lake.connect(), relation, LoadKey("o", "s", "p", "l"))
