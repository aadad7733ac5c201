"""The PostgreSQL tables. What a row means is told by the repository of its noun.

Ids are UUIDs that sort by time, as text in Python. Times are aware UTC. Every table that holds an
organisation's data has `org_id`, and dies with the organisation.
"""

from __future__ import annotations

import os
import time
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def new_id() -> str:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random ones. Sorts by creation."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def one_of(column: str, *values: str) -> str:
    """The SQL of a check that a text column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


ROLES = ("viewer", "analyst", "admin")
LINK_KINDS = ("setup", "demo", "invite")
SOURCE_KINDS = ("upload", "folder", "s3", "simulated")
LOAD_STATUSES = ("pending", "running", "loaded", "unchanged", "rejected")
JOB_STATES = ("queued", "running", "succeeded", "failed", "cancelled")
RECOMMENDATION_STATES = (
    "open",
    "planned",
    "in_review",
    "approved",
    "executing",
    "realised",
    "verified",
    "regressed",
    "failed",
    "rolled_back",
    "dismissed",
    "snoozed",
    "stale",
    "superseded",
)


class Row(DeclarativeBase):
    """A table's row, as SQLAlchemy sees it; does not leave `store`."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's own hook)
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        date: Date(),
        dict[str, Any]: JSONB(none_as_null=True),
        dict[str, str]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
        list[date]: ARRAY(Date()),
    }


def _id() -> Mapped[str]:
    return mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)


def _org() -> Mapped[str]:
    return mapped_column(Uuid(as_uuid=False), ForeignKey("orgs.id", ondelete="CASCADE"))


def _user() -> Mapped[str]:
    return mapped_column(Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"))


def _now() -> Mapped[datetime]:
    return mapped_column(server_default=text("now()"))


def _empty_object() -> Mapped[Any]:
    return mapped_column(server_default=text("'{}'::jsonb"))


def _empty_list() -> Mapped[Any]:
    return mapped_column(server_default=text("'[]'::jsonb"))


class OrgRow(Row):
    __tablename__ = "orgs"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name="slug"),
        CheckConstraint("reporting_currency <> ''", name="currency"),
    )

    id: Mapped[str] = _id()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    reporting_currency: Mapped[str] = mapped_column(server_default="USD")
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = _now()


class UserRow(Row):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[str] = _id()
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")
    password_hash: Mapped[str | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()
    last_sign_in_at: Mapped[datetime | None]


class MembershipRow(Row):
    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        Index(None, "org_id"),
    )

    user_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    org_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("orgs.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str]


class RefreshTokenRow(Row):
    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "family_id"), Index(None, "user_id"), Index(None, "org_id"))

    id: Mapped[str] = _id()
    family_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    user_id: Mapped[str] = _user()
    org_id: Mapped[str] = _org()
    token_hash: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str | None]


class ApiTokenRow(Row):
    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        Index(None, "org_id"),
        Index(None, "user_id"),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    user_id: Mapped[str] = _user()
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()


class SignInLinkRow(Row):
    __tablename__ = "sign_in_links"
    __table_args__ = (
        CheckConstraint(one_of("kind", *LINK_KINDS), name="kind"),
        CheckConstraint(one_of("role", *ROLES), name="role"),
        Index(None, "org_id"),
        Index(None, "user_id"),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    user_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE")
    )
    kind: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    role: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    reusable: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = _now()


class ThrottleRow(Row):
    """Tries of something within a window, counted over all processes: a sign-in by account or address."""

    __tablename__ = "throttles"
    __table_args__ = (CheckConstraint("tries > 0", name="tries"), Index(None, "since"))

    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime] = _now()


class SourceRow(Row):
    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("org_id", "location"),
        CheckConstraint(one_of("kind", *SOURCE_KINDS), name="kind"),
        CheckConstraint("poll_minutes > 0", name="poll_minutes"),
        Index(
            "sources_next_poll_at_idx",
            "next_poll_at",
            postgresql_where=text("enabled AND next_poll_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    name: Mapped[str]
    kind: Mapped[str]
    location: Mapped[str]
    settings: Mapped[dict[str, Any]] = _empty_object()
    poll_minutes: Mapped[int | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    next_poll_at: Mapped[datetime | None]
    last_polled_at: Mapped[datetime | None]
    seen: Mapped[dict[str, str]] = _empty_object()
    last_error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = _now()


class JobRow(Row):
    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(one_of("state", *JOB_STATES), name="state"),
        CheckConstraint("attempts >= 0 AND max_attempts > 0", name="attempts"),
        CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL) "
            "AND (lease_owner IS NULL) = (lease_until IS NULL)",
            name="lease",
        ),
        CheckConstraint(
            "(state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished"
        ),
        Index(
            "jobs_active_key",
            "org_id",
            "kind",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL AND state IN ('queued', 'running')"),
        ),
        Index("jobs_due_at_idx", "due_at", postgresql_where=text("state = 'queued'")),
        Index("jobs_lease_until_idx", "lease_until", postgresql_where=text("state = 'running'")),
        Index("jobs_org_id_created_at_idx", "org_id", text("created_at DESC")),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    kind: Mapped[str]
    key: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = _empty_object()
    state: Mapped[str] = mapped_column(server_default="queued")
    progress: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("""'{"done": 0, "total": null, "unit": "", "message": ""}'::jsonb""")
    )
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(server_default=text("5"))
    due_at: Mapped[datetime] = _now()
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    error: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    correlation_id: Mapped[str | None]
    created_at: Mapped[datetime] = _now()
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class LoadRow(Row):
    __tablename__ = "loads"
    __table_args__ = (
        CheckConstraint(one_of("status", *LOAD_STATUSES), name="status"),
        Index("loads_org_id_created_at_idx", "org_id", text("created_at DESC")),
        Index(None, "source_id", "part"),
        Index(None, "org_id", "content_hash"),
        Index(None, "job_id"),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    source_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), ForeignKey("sources.id", ondelete="CASCADE"))
    job_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("jobs.id", ondelete="SET NULL")
    )
    part: Mapped[str]
    file: Mapped[str]
    content_hash: Mapped[str] = mapped_column(server_default="")
    bytes: Mapped[int] = mapped_column(server_default=text("0"))
    format: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="pending")
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_kept: Mapped[int] = mapped_column(server_default=text("0"))
    rows_rejected: Mapped[int] = mapped_column(server_default=text("0"))
    billing_periods: Mapped[list[date]] = mapped_column(server_default=text("'{}'::date[]"))
    totals: Mapped[list[Any]] = _empty_list()
    source_totals: Mapped[list[Any]] = _empty_list()
    warnings: Mapped[list[Any]] = _empty_list()
    error: Mapped[dict[str, Any] | None]
    snapshot_id: Mapped[int | None]
    rejects_path: Mapped[str | None]
    created_at: Mapped[datetime] = _now()
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class AccountRow(Row):
    __tablename__ = "accounts"

    org_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("orgs.id", ondelete="CASCADE"), primary_key=True
    )
    provider: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    billing_account_id: Mapped[str | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class ResourceRow(Row):
    __tablename__ = "cloud_resources"
    __table_args__ = (
        UniqueConstraint("org_id", "provider", "resource_id"),
        CheckConstraint("jsonb_typeof(tags) = 'object'", name="tags"),
        Index(None, "org_id", "last_seen"),
        Index(None, "org_id", "account_id"),
        Index("cloud_resources_tags_idx", "tags", postgresql_using="gin"),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    provider: Mapped[str]
    resource_id: Mapped[str]
    name: Mapped[str | None]
    type: Mapped[str | None]
    service: Mapped[str | None]
    region: Mapped[str | None]
    account_id: Mapped[str | None]
    tags: Mapped[dict[str, str]] = _empty_object()
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecommendationRow(Row):
    __tablename__ = "optimization_recommendations"
    __table_args__ = (
        UniqueConstraint("org_id", "rule", "subject", "bucket"),
        CheckConstraint(one_of("state", *RECOMMENDATION_STATES), name="state"),
        CheckConstraint("(monthly_saving IS NULL) = (currency IS NULL)", name="saving"),
        Index(None, "org_id", "state"),
        Index(None, "resource_id"),
    )

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    resource_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("cloud_resources.id", ondelete="SET NULL")
    )
    rule: Mapped[str]
    subject: Mapped[str]
    bucket: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="open")
    title: Mapped[str]
    evidence: Mapped[dict[str, Any]] = _empty_object()
    monthly_saving: Mapped[Decimal | None] = mapped_column(Numeric(38, 24))
    currency: Mapped[str | None]
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _now()
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


class ExchangeRateRow(Row):
    __tablename__ = "exchange_rates"
    __table_args__ = (
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("extract(day from period) = 1", name="period"),
    )

    org_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("orgs.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(primary_key=True)
    reporting_currency: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(38, 18))


class AuditEventRow(Row):
    __tablename__ = "audit_events"
    __table_args__ = (Index("audit_events_org_id_at_idx", "org_id", text("at DESC")),)

    id: Mapped[str] = _id()
    org_id: Mapped[str] = _org()
    at: Mapped[datetime] = _now()
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = _empty_object()
