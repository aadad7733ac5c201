"""Which files belong together."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from cco.ingest.delivery import Delivery, deliveries
from cco.ports.billing import Entry

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


class Shelf:
    """Files by name, with content where it matters."""

    def __init__(self, *names: str, **manifests: object) -> None:
        self.contents = dict.fromkeys(names, b"")
        self.contents |= {name: json.dumps(said).encode() for name, said in manifests.items()}

    def put(self, name: str, said: object) -> Shelf:
        self.contents[name] = json.dumps(said).encode()
        return self

    def deliveries(self, *, named: bool = False) -> list[Delivery]:
        entries = [
            Entry(name, len(content), "1", NOON + timedelta(seconds=number))
            for number, (name, content) in enumerate(self.contents.items())
        ]
        return deliveries(entries, self.contents.__getitem__, named=named)


def told(found: list[Delivery]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.part, each.name, tuple(entry.name for entry in each.files)) for each in found]


def test_files_without_a_manifest_are_deliveries_of_their_own_and_others_are_left_alone() -> None:
    shelf = Shelf("a.csv", "sub/b.parquet", "README.md", "_SUCCESS", "data", "create-table.sql", "x.json.gz")
    assert [part for part, _, _ in told(shelf.deliveries())] == [
        "a.csv",
        "data",
        "sub/b.parquet",
        "x.json.gz",
    ]


def test_a_file_named_by_itself_is_tried_whatever_its_name() -> None:
    assert [part for part, _, _ in told(Shelf("bill.md").deliveries(named=True))] == ["bill.md"]


def test_a_cur_manifest_groups_its_files_and_earlier_assemblies_are_superseded() -> None:
    month = "cur/daily/20240901-20241001"
    said = {
        "reportName": "daily",
        "billingPeriod": {"start": "20240901T000000.000Z", "end": "20241001T000000.000Z"},
        "reportKeys": [f"my/{month}/new/daily-00001.csv.gz", f"my/{month}/new/daily-00002.csv.gz"],
    }
    shelf = Shelf(
        f"{month}/old/daily-00001.csv.gz",
        f"{month}/new/daily-00001.csv.gz",
        f"{month}/new/daily-00002.csv.gz",
        "other.csv",
    )
    shelf.put(f"{month}/new/daily-Manifest.json", said)
    shelf.put(f"{month}/daily-Manifest.json", said)
    assert told(shelf.deliveries()) == [
        ("daily", "daily 202409", (f"{month}/new/daily-00001.csv.gz", f"{month}/new/daily-00002.csv.gz")),
        ("other.csv", "other.csv", ("other.csv",)),
    ]


def test_each_billing_period_of_a_data_export_is_a_delivery_of_the_same_part() -> None:
    shelf = Shelf()
    for month in ("2024-09", "2024-10"):
        name = f"exports/cur2/data/BILLING_PERIOD={month}/cur2-00001.snappy.parquet"
        shelf.contents[name] = b""
        shelf.put(
            f"exports/cur2/metadata/BILLING_PERIOD={month}/cur2-Manifest.json",
            {"dataFiles": [f"s3://bucket/prefix/{name}"]},
        )
    found = shelf.deliveries()
    assert [(each.part, each.name) for each in found] == [("cur2", "cur2 202409"), ("cur2", "cur2 202410")]
    assert len({each.key for each in found}) == 2


def test_the_newest_run_of_an_azure_export_holds() -> None:
    shelf = Shelf()
    for run, submitted in (("aaa", "2024-09-03T00:00:00Z"), ("bbb", "2024-09-02T00:00:00Z")):
        blob = f"exports/actual/20240901-20240930/{run}/part_0_0001.csv"
        shelf.contents[blob] = b"x"
        shelf.put(
            f"exports/actual/20240901-20240930/{run}/manifest.json",
            {
                "exportConfig": {"exportName": "actual"},
                "runInfo": {"startDate": "2024-09-01T00:00:00", "submittedTime": submitted},
                "dataRowCount": 7,
                "blobs": [{"blobName": f"container/{blob}"}],
            },
        )
    (found,) = shelf.deliveries()
    assert (found.part, found.expected_rows) == ("actual", 7)
    assert found.files[0].name.split("/")[3] == "aaa"


def test_a_manifest_whose_files_are_missing_can_not_be_loaded_yet() -> None:
    shelf = Shelf().put("r-Manifest.json", {"reportName": "r", "reportKeys": ["x/r-1.csv.gz"]})
    (found,) = shelf.deliveries()
    assert found.problem is not None
    assert found.problem.code == "incomplete-delivery"
    (empty,) = Shelf().put("r-Manifest.json", {"reportName": "r", "dataFiles": []}).deliveries()
    assert empty.problem is not None
    assert empty.problem.code == "empty-delivery"


def test_another_json_file_of_that_name_is_no_manifest() -> None:
    shelf = Shelf("a.csv").put("manifest.json", {"name": "an app"}).put("x-manifest.json", [1])
    shelf.contents["broken-manifest.json"] = b"{"
    assert [each.part for each in shelf.deliveries()] == ["a.csv"]


def test_a_delivery_changes_its_version_with_any_of_its_files() -> None:
    first = Delivery("p", "n", (Entry("a", 1, "1", NOON), Entry("b", 1, "1", NOON)))
    second = Delivery("p", "n", (Entry("a", 1, "1", NOON), Entry("b", 1, "2", NOON)))
    assert first.version != second.version
    assert (first.bytes, first.changed_at) == (2, NOON)
