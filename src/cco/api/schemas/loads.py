"""Where bills come from and what became of them: sources, loads, jobs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from cco.api.schemas.base import In, Out
from cco.api.schemas.identity import ONE_LINE, Label

Location = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024, pattern=ONE_LINE)
]


class SourceKind(StrEnum):
    """What kind of place a source is."""

    UPLOAD = "upload"
    FOLDER = "folder"
    S3 = "s3"
    SIMULATED = "simulated"


class LoadStatus(StrEnum):
    """What became of a delivered file."""

    PENDING = "pending"
    RUNNING = "running"
    LOADED = "loaded"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SourceHealth(StrEnum):
    """A source at a glance."""

    OK = "ok"
    EMPTY = "empty"
    LOADING = "loading"
    FAILING = "failing"
    PAUSED = "paused"


class Fault(Out):
    """What went wrong, in words for people."""

    code: str
    message: str
    remedy: str
    file: str | None
    row: int | None
    column: str | None


class LoadTotal(Out):
    """Exact totals of one billing currency."""

    currency: str = Field(examples=["USD"])
    billed: str | None
    effective: str | None
    list: str | None
    contracted: str | None


class LoadWarning(Out):
    """Something to know about a load that went through."""

    code: str
    message: str
    count: int | None = Field(description="Rows concerned, where that means something.")


class Load(Out):
    """One delivered file or report and what became of it."""

    id: str
    source_id: str
    source_name: str
    job_id: str | None
    part: str
    file: str
    format: str | None = Field(examples=["FOCUS 1.2"])
    bytes: int
    status: LoadStatus
    rows_read: int
    rows_kept: int
    rows_rejected: int
    billing_periods: list[date]
    totals: list[LoadTotal] = Field(description="Of the rows kept.")
    source_totals: list[LoadTotal] = Field(description="What the file itself says; equal when reconciled.")
    reconciled: bool | None = Field(description="Totals and source totals agree; null before the end.")
    warnings: list[LoadWarning]
    error: Fault | None
    snapshot: str | None
    has_rejects: bool = Field(description="Rejected rows can be downloaded.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Loads(Out):
    """A page of loads, newest first; pass `next` as `cursor` for the following one."""

    loads: list[Load]
    next: str | None


class SourceSettings(In):
    """How a source's deliveries are loaded."""

    overlapping: Literal["refuse", "replace", "add"] = Field(
        default="refuse",
        description="Where another source has brought mostly the same charges: refuse the delivery, "
        "let it replace them, or count both.",
    )


class Source(Out):
    """A place bills come from, and how it is doing."""

    id: str
    name: str
    kind: SourceKind
    location: str
    settings: SourceSettings
    poll_minutes: int | None
    enabled: bool
    next_poll_at: datetime | None
    last_polled_at: datetime | None
    created_at: datetime
    health: SourceHealth
    error: Fault | None
    last_load: Load | None
    periods: list[date] = Field(description="Billing months with charges in the lake.")
    charges: int = Field(description="Charges in the lake.")
    bytes: int = Field(description="Their size in the lake.")
    active_job_id: str | None


class Sources(Out):
    """Every source of the organisation."""

    sources: list[Source]


class SourceIn(In):
    """A folder or an S3 prefix to load from."""

    name: Label
    kind: Literal[SourceKind.FOLDER, SourceKind.S3]
    location: Location = Field(examples=["s3://acme-billing/cur2/", "/srv/bills"])
    poll_minutes: int | None = Field(
        default=60, ge=1, le=10_080, description="How often to look; null: only when asked."
    )
    enabled: bool = True
    settings: SourceSettings = SourceSettings()


class SourcePatch(In):
    """What to change; what is left out stays."""

    name: Label | None = None
    poll_minutes: int | None = Field(default=None, ge=1, le=10_080)
    enabled: bool | None = None
    settings: SourceSettings | None = None


class SourceTestIn(In):
    """A place to look at before connecting it."""

    kind: Literal[SourceKind.FOLDER, SourceKind.S3]
    location: Location


class Delivery(Out):
    """Something a source offers to load."""

    part: str
    files: int
    bytes: int
    modified_at: datetime | None


class SourceTest(Out):
    """What a source offers at the moment."""

    reachable: bool
    deliveries: list[Delivery] = Field(description="The newest first, at most 20.")
    found: int = Field(description="How many there are in all.")
    error: Fault | None


class Progress(Out):
    """How far a job is."""

    done: int
    total: int | None
    unit: str = Field(examples=["rows"])
    message: str = Field(examples=["Reading"])


class Job(Out):
    """Work that runs outside the request."""

    id: str
    kind: str = Field(examples=["load"])
    state: JobState
    progress: Progress
    attempts: int
    max_attempts: int
    error: Fault | None
    result: dict[str, Any] | None
    correlation_id: str | None
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(Out):
    """A page of jobs, newest first; pass `next` as `cursor` for the following one."""

    jobs: list[Job]
    next: str | None


class JobProgress(Out):
    """What an event of a job's stream says."""

    state: JobState
    done: int
    total: int | None
    unit: str
    message: str


class Health(Out):
    """Whether the process is alive or ready."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str] = Field(description="What was checked, and ok or what is wrong.")
    version: str
