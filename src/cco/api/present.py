"""Nouns of the store as they go over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cco.api.schemas import identity as schema
from cco.api.schemas import loads as work
from cco.core.errors import CcoError
from cco.core.money import amount
from cco.store import identity
from cco.store.api_tokens import ApiToken
from cco.store.audit import AuditEvent
from cco.store.jobs import Job
from cco.store.loads import Load
from cco.store.orgs import Org


def person(of: identity.Person) -> schema.User:
    """A user."""
    return schema.User(id=of.id, email=of.email, name=of.name)


def org(of: Org) -> schema.Org:
    """An organisation."""
    return schema.Org(
        id=of.id,
        slug=of.slug,
        name=of.name,
        reporting_currency=of.reporting_currency,
        is_demo=of.is_demo,
    )


def membership(of: identity.Membership) -> schema.OrgMembership:
    """A role in an organisation."""
    return schema.OrgMembership(org=org(of.org), role=of.role)


def member(of: identity.Member) -> schema.Member:
    """A user of an organisation."""
    return schema.Member(
        user=person(of.user),
        role=of.role,
        disabled=of.disabled,
        created_at=of.created_at,
        last_sign_in_at=of.last_sign_in_at,
    )


def invite(of: identity.Invite) -> schema.Invite:
    """An open invitation."""
    return schema.Invite(id=of.id, email=of.email, role=of.role, expires_at=of.expires_at)


def api_token(of: ApiToken) -> schema.ApiToken:
    """A token without its secret."""
    return schema.ApiToken(
        id=of.id,
        name=of.name,
        prefix=of.prefix,
        role=of.role,
        owner=person(of.owner),
        created_at=of.created_at,
        expires_at=of.expires_at,
        last_used_at=of.last_used_at,
    )


def audit_event(of: AuditEvent) -> schema.AuditEvent:
    """A line of the audit log."""
    return schema.AuditEvent(
        id=of.id, at=of.at, actor=of.actor, action=of.action, subject=of.subject, details=of.details
    )


def fault(said: Mapping[str, Any] | None) -> work.Fault | None:
    """An error as a job, load or source keeps it."""
    if said is None:
        return None
    row = said.get("row")
    return work.Fault(
        code=str(said.get("code", "error")),
        message=str(said.get("message", "")),
        remedy=str(said.get("remedy", "")),
        file=said.get("file"),
        row=row if isinstance(row, int) else None,
        column=said.get("column"),
    )


def explained(error: CcoError) -> work.Fault:
    """An error that is part of the answer."""
    return work.Fault(
        code=error.code, message=error.message, remedy=error.remedy, file=None, row=None, column=None
    )


def job(of: Job) -> work.Job:
    """Work that runs outside the request."""
    return work.Job(
        id=of.id,
        kind=of.kind,
        state=work.JobState(of.state),
        progress=_progress(of),
        attempts=of.attempts,
        max_attempts=of.max_attempts,
        error=fault(of.error),
        result=of.result,
        correlation_id=of.correlation_id,
        created_at=of.created_at,
        due_at=of.due_at,
        started_at=of.started_at,
        finished_at=of.finished_at,
    )


def job_progress(of: Job) -> work.JobProgress:
    """What an event of a job's stream says."""
    return work.JobProgress(state=work.JobState(of.state), **_progress(of).model_dump())


def _progress(of: Job) -> work.Progress:
    said = of.progress
    total = said.get("total")
    return work.Progress(
        done=int(said.get("done") or 0),
        total=int(total) if total else None,
        unit=str(said.get("unit") or ""),
        message=str(said.get("message") or ""),
    )


def load(of: Load, source_name: str) -> work.Load:
    """A delivery and what became of it."""
    totals = [_total(each) for each in of.totals]
    told = [_total(each) for each in of.source_totals]
    return work.Load(
        id=of.id,
        source_id=of.source_id,
        source_name=source_name,
        job_id=of.job_id,
        part=of.part,
        file=of.file,
        format=of.format,
        bytes=of.bytes,
        status=work.LoadStatus(of.status),
        rows_read=of.rows_read,
        rows_kept=of.rows_kept,
        rows_rejected=of.rows_rejected,
        billing_periods=of.billing_periods,
        totals=totals,
        source_totals=told,
        reconciled=_amounts(totals) == _amounts(told) if of.status == "loaded" else None,
        warnings=[
            work.LoadWarning(
                code=str(each.get("code", "warning")),
                message=str(each.get("message", "")),
                count=each.get("count"),
            )
            for each in of.warnings
        ],
        error=fault(of.error),
        snapshot=str(of.snapshot_id) if of.snapshot_id is not None else None,
        has_rejects=of.rejects_path is not None,
        created_at=of.created_at,
        started_at=of.started_at,
        finished_at=of.finished_at,
    )


_KINDS = ("billed", "effective", "list", "contracted")


def _total(said: Mapping[str, Any]) -> work.LoadTotal:
    return work.LoadTotal(currency=str(said["currency"]), **{kind: said.get(kind) for kind in _KINDS})


def _amounts(totals: list[work.LoadTotal]) -> dict[tuple[str, str], Decimal]:
    return {
        (each.currency, kind): amount(value)
        for each in totals
        for kind in _KINDS
        if (value := getattr(each, kind)) is not None
    }
