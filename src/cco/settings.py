"""Every setting of the product: ``CCO_*`` environment variables, read once. Imported by wiring alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. Every field is an environment variable with the prefix ``CCO_``."""

    model_config = SettingsConfigDict(env_prefix="CCO_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(
        default=Path("~/.cco"),
        description="Where the embedded database, the lake, keys and logs live.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="Any PostgreSQL 15 or newer (postgresql://…); without it an embedded one runs.",
    )
    redis_url: str | None = Field(
        default=None,
        repr=False,
        description="Redis for Celery workers (redis://…); without it one worker runs beside the API.",
    )
    lake_url: str | None = Field(
        default=None,
        description="Where the lake's files live: a folder or s3://bucket/prefix; default HOME/lake.",
    )
    s3_endpoint_url: str | None = Field(
        default=None,
        description="An S3-compatible store other than AWS (MinIO, Ceph, …), for the lake and for sources.",
    )
    host: str = Field(default="127.0.0.1", description="The address the API listens on.")
    port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="The port of the API; when nobody chose one and it is taken, the next free one.",
    )
    public_url: str | None = Field(
        default=None,
        description="How people reach the dashboard from outside (https://…), for links and cookies.",
    )
    allowed_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="Folders the server may read bills from (separated like PATH); empty: none but uploads.",
    )
    memory_limit: str = Field(
        default="1GiB",
        pattern=r"^\d+(\.\d+)?\s?(MB|MiB|GB|GiB)$",
        description="How much memory DuckDB may use per process before it spills to disk.",
    )
    worker_concurrency: int = Field(
        default=1, ge=1, le=64, description="How many jobs one Celery worker runs at a time."
    )
    lease_seconds: float = Field(
        default=30.0,
        ge=1.0,
        le=3600.0,
        description="How long a job waits for a sign of life from its worker before another one takes it.",
    )
    max_upload_bytes: int = Field(
        default=5 * 1024**3, gt=0, description="The largest file the dashboard accepts."
    )
    requests_per_minute: int = Field(
        default=6_000, ge=0, description="How often one user or token may ask each API process; 0: unlimited."
    )
    metrics_token: str | None = Field(
        default=None,
        min_length=16,
        repr=False,
        description="Opens /metrics to whoever sends it as a bearer token; without it, to this machine.",
    )
    secret_key: str | None = Field(
        default=None,
        min_length=32,
        repr=False,
        description="Signs access tokens; without it one is made and kept in HOME/secret.key.",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto writes for people on a terminal and JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info")
    web_dist: Path | None = Field(
        default=None, description="A built dashboard to serve instead of the packaged one."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("allowed_roots", mode="before")
    @classmethod
    def _split(cls, roots: object) -> object:
        if isinstance(roots, str):
            return tuple(Path(root).expanduser().absolute() for root in roots.split(os.pathsep) if root)
        return roots

    @property
    def lake(self) -> str:
        """The lake's root: a folder's absolute path, or an ``s3://`` prefix without a trailing slash."""
        if self.lake_url is None:
            return str(self.home / "lake")
        if "://" in self.lake_url:
            return self.lake_url.rstrip("/")
        return str(Path(self.lake_url).expanduser().absolute())

    @property
    def port_was_chosen(self) -> bool:
        """Somebody set the port, so another one would surprise."""
        return "port" in self.model_fields_set
