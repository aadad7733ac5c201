"""The lake in an object store, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from cco.core.window import Days
from cco.store.cost import Costs
from cco.store.lake import Lake, LoadKey
from cco.store.scope import Rates, Scope
from cco.wiring import Wiring
from tests.charges import charge, deliver, write

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    """The address of an S3 of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_lake(
    moto_server: str, wiring: Wiring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lake]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"lake-{tmp_path.name.lower().replace('_', '-')}"[:63].strip("-")
    boto3.client("s3", endpoint_url=moto_server).create_bucket(Bucket=bucket)
    lake = Lake(
        f"s3://{bucket}/costs", wiring.database.engine, scratch=tmp_path / "scratch", s3_endpoint=moto_server
    )
    yield lake
    lake.close()


def test_charges_live_in_the_bucket_and_are_replaced_there(s3_lake: Lake) -> None:
    key = LoadKey("org", "source", "a.csv", "first")
    deliver(s3_lake, [charge(JAN, "1", tags={"team": "a"}), charge(FEB, "2")], key)
    deliver(s3_lake, [charge(FEB, "3", tags={"team": "b"})], LoadKey("org", "source", "a.csv", "second"))
    costs = Costs(s3_lake)
    snapshot = costs.snapshot()
    assert {file.path.split("://")[0] for file in snapshot.files} == {"s3"}
    scope = Scope("org", Days(JAN, date(2026, 3, 1)), Rates("USD"))
    ranking = costs.rank(snapshot, scope, scope.days.previous(), ["tag:team"], limit=5)
    assert {row.key[0]: row.amount for row in ranking.rows} == {"a": Decimal(1), "b": Decimal(3)}
    resources = costs.rank(snapshot, scope, scope.days.previous(), ["ResourceId"], limit=5)
    assert resources.total.amount == Decimal(4)


def test_what_never_became_visible_is_swept(s3_lake: Lake) -> None:
    deliver(s3_lake, [charge(JAN, "1")], LoadKey("org", "source", "a.csv", "first"))
    discarded = write(s3_lake, [charge(FEB, "2")], LoadKey("org", "source", "b.csv", "second"))
    store = s3_lake.object_store()
    assert store.exists(discarded[0].path)
    s3_lake.discard(discarded)
    store.invalidate_cache()
    assert not store.exists(discarded[0].path)
    abandoned = write(s3_lake, [charge(FEB, "2")], LoadKey("org", "source", "b.csv", "third"))
    assert s3_lake.sweep() == 0
    assert s3_lake.sweep(now=datetime.now(UTC) + timedelta(days=2)) == 1
    store.invalidate_cache()
    assert not store.exists(abandoned[0].path)
    assert [file.rows for file in s3_lake.files("org")] == [1]
