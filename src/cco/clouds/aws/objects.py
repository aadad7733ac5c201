"""S3, or a store that speaks its protocol, as a place where bills are delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from cco.core.errors import CcoError, InvalidInput, NotAllowed, NotFound, Unavailable
from cco.ports.billing import Entry

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MANIFEST_BYTES = 16 << 20
DENIED = ("403", "AccessDenied", "AllAccessDisabled", "InvalidAccessKeyId", "SignatureDoesNotMatch")


def parted(url: str) -> tuple[str, str]:
    """``s3://bucket/some/prefix/`` as (bucket, ``some/prefix``)."""
    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise InvalidInput(f"{url} is not an S3 location.", remedy="Write it like s3://bucket/prefix.")
    return bucket, prefix.strip("/")


@dataclass(frozen=True)
class Objects:
    """The objects below an S3 prefix.

    url: ``s3://bucket/prefix``. only: the names (relative to the prefix) that count, or None for all.
    endpoint: of a store other than AWS. Credentials come from boto3's usual chain.
    """

    url: str
    only: tuple[str, ...] | None = None
    endpoint: str | None = None
    timeout_seconds: float = field(default=20.0)

    @property
    def location(self) -> str:
        """The URL without a trailing slash."""
        bucket, prefix = parted(self.url)
        return f"s3://{bucket}/{prefix}".rstrip("/")

    @cached_property
    def _client(self) -> S3Client:
        client: S3Client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            config=Config(
                connect_timeout=self.timeout_seconds,
                read_timeout=60,
                retries={"max_attempts": 4, "mode": "standard"},
            ),
        )
        return client

    def entries(self) -> Sequence[Entry]:
        """All objects below the prefix; "folders" and empty markers left out."""
        bucket, prefix = parted(self.url)
        start = f"{prefix}/" if prefix else ""
        found: list[Entry] = []
        with self._explained():
            if self.only is not None:
                for name in self.only:
                    head = self._client.head_object(Bucket=bucket, Key=start + name)
                    found.append(Entry(name, head["ContentLength"], head["ETag"], head["LastModified"]))
                return found
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
            for each in (found for page in pages for found in page.get("Contents", [])):
                name = each["Key"].removeprefix(start)
                if name and not name.endswith("/"):
                    found.append(Entry(name, each["Size"], each["ETag"], each["LastModified"]))
        return sorted(found, key=lambda entry: entry.name)

    def read(self, name: str) -> bytes:
        """The content of a manifest."""
        bucket, prefix = parted(self.url)
        with self._explained():
            body = self._client.get_object(Bucket=bucket, Key=f"{prefix}/{name}".lstrip("/"))["Body"]
            content: bytes = body.read(MANIFEST_BYTES)
        return content

    def fetch(self, name: str, into: Path) -> Path:
        """A copy of the object in the folder `into`."""
        bucket, prefix = parted(self.url)
        into.mkdir(parents=True, exist_ok=True)
        # The object's key is not a file name to trust: "../" and length limits are its author's.
        target = into / hashlib.sha256(name.encode()).hexdigest()[:32]
        with self._explained():
            self._client.download_file(bucket, f"{prefix}/{name}".lstrip("/"), str(target))
        return target

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise self._meaning(error) from error

    def _meaning(self, error: Exception) -> CcoError:
        if isinstance(error, NoCredentialsError):
            return NotAllowed(
                f"There are no AWS credentials to read {self.url}.",
                remedy="Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the "
                "machine a role that may list and get the objects.",
                code="no-credentials",
            )
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "")
            if code in ("NoSuchBucket",):
                return NotFound(
                    f"There is no bucket for {self.url}.", remedy="Check its name and the account's region."
                )
            if code in ("404", "NoSuchKey"):
                return NotFound(f"There is no object {self.url}.", remedy="Check its key.")
            if code in DENIED:
                return NotAllowed(
                    f"Access to {self.url} was denied.",
                    remedy="Allow these credentials s3:ListBucket on the bucket and s3:GetObject in it.",
                    code="access-denied",
                )
        return Unavailable(
            f"{self.url} does not answer: {type(error).__name__}.",
            remedy="Try again; check the network and CCO_S3_ENDPOINT_URL.",
            code="object-store-unavailable",
        )
