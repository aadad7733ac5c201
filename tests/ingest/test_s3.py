"""A data export delivered to S3, loaded over HTTP from the moto server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import boto3
import pytest
from moto.server import ThreadedMotoServer

from cco.core.charge import CostKind
from cco.ingest.load import Ingest
from cco.ingest.sources import ingest_paths, poll, source_at
from tests.ingest.samples import as_csv, rows, texts


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_an_export_with_a_manifest_is_one_load_and_its_next_version_replaces_it(
    endpoint: str, ingest: Ingest, org: str
) -> None:
    s3 = boto3.session.Session().client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket="bills")
    ingest = replace(ingest, endpoint=endpoint)

    def deliver(*parts: int) -> None:
        keys = []
        for number, count in enumerate(parts):
            keys.append(f"s3://bills/focus/data/BILLING_PERIOD=2025-04/focus-{number:05}.csv.gz")
            body = gzip.compress(as_csv(rows(count, SubAccountId=str(number))).encode())
            s3.put_object(Bucket="bills", Key=keys[-1].removeprefix("s3://bills/"), Body=body)
        manifest = json.dumps({"dataFiles": keys}).encode()
        name = "focus/metadata/BILLING_PERIOD=2025-04/focus-Manifest.json"
        s3.put_object(Bucket="bills", Key=name, Body=manifest)

    deliver(2, 3)
    (report,) = ingest_paths(ingest, org, ["s3://bills/focus"])
    assert (report.status, report.file, report.rows_read) == ("loaded", "focus 202504", 5)
    assert report.totals[0].amounts[CostKind.BILLED] == Decimal("10.25")
    deliver(1)
    (report,) = ingest_paths(ingest, org, ["s3://bills/focus/"])
    assert (report.status, report.rows_read) == ("loaded", 1)
    assert [file.rows for file in ingest.lake.files(org)] == [1]
    source = source_at(ingest, org, "s3://bills/focus")
    assert len(poll(ingest, org, source.id)) == 1
    assert poll(ingest, org, source.id) == []
    one = "s3://bills/focus/data/BILLING_PERIOD=2025-04/focus-00000.csv.gz"
    assert texts(list(ingest_paths(ingest, org, [one]))) == [("unchanged", None)]


def test_what_stands_in_the_way_is_told(endpoint: str, ingest: Ingest, org: str) -> None:
    ingest = replace(ingest, endpoint=endpoint)
    assert texts(list(ingest_paths(ingest, org, ["s3://nowhere/x"]))) == [("rejected", "not-found")]
    boto3.session.Session().client("s3", endpoint_url=endpoint).create_bucket(Bucket="bills")
    assert texts(list(ingest_paths(ingest, org, ["s3://bills/x"]))) == [("rejected", "not-found")]
