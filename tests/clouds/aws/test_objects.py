"""Deliveries in S3, against the moto server over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from cco.clouds.aws.objects import Objects, parted
from cco.core.errors import InvalidInput, NotAllowed, NotFound, Unavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def s3(endpoint: str) -> Iterator[S3Client]:
    client: S3Client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="bills")
    yield client
    for each in client.list_objects_v2(Bucket="bills").get("Contents", []):
        client.delete_object(Bucket="bills", Key=each["Key"])
    client.delete_bucket(Bucket="bills")


def test_objects_below_a_prefix_are_listed_read_and_fetched(
    s3: S3Client, endpoint: str, tmp_path: Path
) -> None:
    for key in ("aws/a.csv", "aws/sub/b.csv", "aws/", "awsome/c.csv"):
        s3.put_object(Bucket="bills", Key=key, Body=key.encode())
    place = Objects("s3://bills/aws/", endpoint=endpoint)
    assert place.location == "s3://bills/aws"
    entries = place.entries()
    assert [entry.name for entry in entries] == ["a.csv", "sub/b.csv"]
    assert place.read("a.csv") == b"aws/a.csv"
    fetched = place.fetch("sub/b.csv", tmp_path / "new")
    assert fetched.read_bytes() == b"aws/sub/b.csv"
    s3.put_object(Bucket="bills", Key="aws/a.csv", Body=b"other")
    assert place.entries()[0].version != entries[0].version
    only = Objects("s3://bills/aws", only=("a.csv",), endpoint=endpoint)
    assert [entry.size for entry in only.entries()] == [5]


def test_a_missing_bucket_or_object_is_told(s3: S3Client, endpoint: str, tmp_path: Path) -> None:
    s3.put_object(Bucket="bills", Key="a.csv", Body=b"x")
    with pytest.raises(NotFound, match="no bucket"):
        Objects("s3://no-such-bucket/x", endpoint=endpoint).entries()
    with pytest.raises(NotFound):
        Objects("s3://bills", only=("b.csv",), endpoint=endpoint).entries()
    with pytest.raises(NotFound):
        Objects("s3://bills", endpoint=endpoint).fetch("b.csv", tmp_path)


def test_denied_access_names_the_permissions_that_are_missing(
    s3: S3Client, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    s3.put_object(Bucket="bills", Key="a.csv", Body=b"x")
    # The server checks policies from now on; these credentials belong to nobody.
    httpx.post(f"{endpoint}/moto-api/reset-auth", content="0").raise_for_status()
    try:
        with pytest.raises(NotAllowed, match="denied") as refused:
            Objects("s3://bills", endpoint=endpoint).entries()
    finally:
        httpx.post(f"{endpoint}/moto-api/reset-auth", content="inf").raise_for_status()
    assert "s3:ListBucket" in refused.value.remedy


def test_no_credentials_and_no_answer_are_told(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        Objects("s3://bills", endpoint="http://127.0.0.1:9", timeout_seconds=0.2).entries()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NotAllowed, match="no AWS credentials"):
        Objects("s3://bills", endpoint=endpoint).entries()


@pytest.mark.parametrize("url", ["s3://", "http://x/y", "s3:/x"])
def test_what_is_no_s3_location_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        parted(url)
