"""Jobs: work that outlives its request. A row is the truth; whoever rings a bell may ring late or twice.

    queued ──claim──► running ──finish──► succeeded
      ▲  │               │ ├──fail for good, or tries used up──► failed
      │  └──cancel──┐    │ └──cancel asked for──► cancelled
      └─────────────┼────┘ fail and try later, lease expired, released
                    └──► cancelled

A claim takes the row with SKIP LOCKED, leases it to its owner and counts an attempt. (owner, attempt) is
the fence: whoever lost the lease writes nothing more to the row. Leases and due times are told by the
database's clock, which all workers share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, NotFound
from cco.store.database import noun
from cco.store.tables import JobRow, new_id

RINGS = "cco_jobs"
"""The channel that says a job is due now; the payload is its id."""

EVENTS = "cco_job_events"
"""The channel that says a job has changed; the payload is its id."""

ACTIVE = ("queued", "running")
ENDED = ("succeeded", "failed", "cancelled")

LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stood when it was read.

    kind: which function runs it; key: what it is about, unique among the unfinished of its kind; progress:
    {done, total or null, unit, message}; error: {code, message, remedy, …}; attempts: claims so far, which
    with lease_owner is the fence.
    """

    id: str
    org_id: str
    kind: str
    key: str | None
    payload: dict[str, Any]
    state: str
    progress: dict[str, Any]
    lease_owner: str | None
    lease_until: datetime | None
    attempts: int
    max_attempts: int
    due_at: datetime
    cancel_requested: bool
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    correlation_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in ENDED


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts have failed: 2, 4, 8 … seconds, at most five minutes."""
    return min(timedelta(seconds=2**attempts), LONGEST_PAUSE) if attempts < 16 else LONGEST_PAUSE


class Jobs:
    """The jobs of all organisations, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # for those who want work done

    def enqueue(
        self,
        org_id: str,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str | None = None,
        correlation_id: str | None = None,
        delay: timedelta = timedelta(0),
        max_attempts: int = 5,
    ) -> Job:
        """A new job, or the unfinished one of the same organisation, kind and key.

        It is run after the transaction has committed.
        """
        while True:
            row = self._session.scalar(
                insert(JobRow)
                .values(
                    id=new_id(),
                    org_id=org_id,
                    kind=kind,
                    key=key,
                    payload=dict(payload),
                    correlation_id=correlation_id,
                    due_at=func.clock_timestamp() + delay,
                    max_attempts=max_attempts,
                )
                .on_conflict_do_nothing(
                    index_elements=["org_id", "kind", "key"],
                    index_where=text("key IS NOT NULL AND state IN ('queued', 'running')"),
                )
                .returning(JobRow)
            )
            if row is not None:
                if delay <= timedelta(0):
                    self._notify(RINGS, row.id)
                self._notify(EVENTS, row.id)
                return noun(Job, row)
            there = self._session.scalar(
                select(JobRow).where(
                    JobRow.org_id == org_id,
                    JobRow.kind == kind,
                    JobRow.key == key,
                    JobRow.state.in_(ACTIVE),
                )
            )
            if there is not None:
                return noun(Job, there)

    def get(self, org_id: str, job_id: str) -> Job:
        """Raises NotFound."""
        row = self._session.get(JobRow, job_id, populate_existing=True)
        if row is None or row.org_id != org_id:
            raise NotFound("There is no such job.")
        return noun(Job, row)

    def page(
        self,
        org_id: str,
        *,
        limit: int,
        before: str | None = None,
        states: Sequence[str] = (),
        kinds: Sequence[str] = (),
    ) -> Sequence[Job]:
        """Jobs, newest first, older than the job `before`; of these states and kinds, or of all."""
        query = select(JobRow).where(JobRow.org_id == org_id)
        if before is not None:
            query = query.where(JobRow.id < before)
        if states:
            query = query.where(JobRow.state.in_(states))
        if kinds:
            query = query.where(JobRow.kind.in_(kinds))
        rows = self._session.scalars(query.order_by(JobRow.id.desc()).limit(limit))
        return tuple(noun(Job, row) for row in rows)

    def active(self, org_id: str, kind: str, key: str) -> Job | None:
        """The unfinished job of this kind and key, if there is one."""
        row = self._session.scalar(
            select(JobRow).where(
                JobRow.org_id == org_id, JobRow.kind == kind, JobRow.key == key, JobRow.state.in_(ACTIVE)
            )
        )
        return None if row is None else noun(Job, row)

    def cancel(self, org_id: str, job_id: str) -> Job:
        """Ends a queued job, and asks a running one to stop at its next step. Raises NotFound, and
        Conflict where it has ended."""
        ended = JobRow.state == "queued"
        row = self._session.scalar(
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.org_id == org_id, JobRow.state.in_(ACTIVE))
            .values(
                cancel_requested=True,
                state=case((ended, "cancelled"), else_=JobRow.state),
                finished_at=case((ended, func.clock_timestamp()), else_=None),
            )
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )
        if row is None:
            found = self.get(org_id, job_id)
            raise Conflict(f"The job has {found.state} already.", code="job-ended")
        self._notify(EVENTS, job_id)
        return noun(Job, row)

    # for those who do it

    def claim(
        self, owner: str, lease: timedelta, *, job_id: str | None = None, kinds: Sequence[str] = ()
    ) -> Job | None:
        """The job that has been due longest (or the one asked for, if it is due), leased to `owner`;
        None where there is none. No two claims get the same one."""
        due = select(JobRow.id).where(JobRow.state == "queued", JobRow.due_at <= func.clock_timestamp())
        if job_id is not None:
            due = due.where(JobRow.id == job_id)
        if kinds:
            due = due.where(JobRow.kind.in_(kinds))
        due = due.order_by(JobRow.due_at, JobRow.id).limit(1).with_for_update(skip_locked=True)
        row = self._session.scalar(
            update(JobRow)
            .where(JobRow.id == due.scalar_subquery())
            .values(
                state="running",
                lease_owner=owner,
                lease_until=func.clock_timestamp() + lease,
                attempts=JobRow.attempts + 1,
                started_at=func.coalesce(JobRow.started_at, func.clock_timestamp()),
            )
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )
        if row is None:
            return None
        self._notify(EVENTS, row.id)
        return noun(Job, row)

    def renew(self, job: Job, lease: timedelta) -> Job | None:
        """The job with a longer lease; None where it is no longer ours."""
        row = self._session.scalar(
            update(JobRow)
            .where(self._ours(job))
            .values(lease_until=func.clock_timestamp() + lease)
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )
        return None if row is None else noun(Job, row)

    def report(self, job: Job, done: int, total: int | None, unit: str, message: str) -> Job | None:
        """The job with this progress; None where it is no longer ours."""
        progress = {"done": done, "total": total, "unit": unit, "message": message}
        row = self._session.scalar(
            update(JobRow)
            .where(self._ours(job))
            .values(progress=progress)
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )
        if row is None:
            return None
        self._notify(EVENTS, job.id)
        return noun(Job, row)

    def finish(self, job: Job, result: Mapping[str, Any]) -> bool:
        """The job has succeeded. False where it is no longer ours."""
        return self._end(job, "succeeded", result=dict(result), error=None)

    def fail(self, job: Job, error: Mapping[str, Any], *, retry: bool) -> bool:
        """The attempt has failed: tries again after a pause where that may help and tries are left.
        False where the job is no longer ours."""
        if retry and job.attempts < job.max_attempts:
            return self._requeue(job, due_in=pause(job.attempts), error=dict(error))
        return self._end(job, "failed", error=dict(error))

    def stop(self, job: Job) -> bool:
        """The job has stopped because somebody cancelled it. False where it is no longer ours."""
        return self._end(job, "cancelled")

    def release(self, job: Job) -> bool:
        """Gives the job back, due at once, with one more try in exchange: its worker is leaving.
        False where it is no longer ours."""
        # Attempts only ever grow, since with the owner they are the fence.
        return self._requeue(job, due_in=timedelta(0), max_attempts=JobRow.max_attempts + 1)

    # for those who see to it that it gets done

    def reap(self) -> Sequence[str]:
        """Takes expired leases away: queued again, or failed after the last try, or cancelled where
        that was asked for. The ids of the jobs."""
        return self._take_away(JobRow.lease_until < func.clock_timestamp())

    def take_from(self, owners: str, *, but: str) -> Sequence[str]:
        """Takes the leases of dead owners away, whose names begin with `owners`, except one."""
        return self._take_away(
            and_(JobRow.lease_owner.startswith(owners, autoescape=True), JobRow.lease_owner != but)
        )

    def due(self, limit: int = 1_000) -> Sequence[str]:
        """The ids of jobs that wait for somebody to claim them."""
        return self._session.scalars(
            select(JobRow.id)
            .where(JobRow.state == "queued", JobRow.due_at <= func.clock_timestamp())
            .order_by(JobRow.due_at, JobRow.id)
            .limit(limit)
        ).all()

    def next_due(self) -> float | None:
        """Seconds until the next queued job is due, negative where one is late; None without any."""
        seconds = self._session.scalar(
            select(func.extract("epoch", func.min(JobRow.due_at) - func.clock_timestamp())).where(
                JobRow.state == "queued"
            )
        )
        return None if seconds is None else float(seconds)

    def depth(self) -> dict[str, int]:
        """How many jobs are in each state."""
        rows = self._session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
        return {str(state): int(count) for state, count in rows}

    def forget(self, before: datetime) -> int:
        """Removes jobs that ended before then; how many."""
        found = self._session.execute(
            text("DELETE FROM jobs WHERE finished_at < :before RETURNING id"), {"before": before}
        )
        return len(found.all())

    # the fence

    @staticmethod
    def _ours(job: Job) -> ColumnElement[bool]:
        return and_(
            JobRow.id == job.id,
            JobRow.state == "running",
            JobRow.lease_owner == job.lease_owner,
            JobRow.attempts == job.attempts,
        )

    def _end(self, job: Job, state: str, **columns: Any) -> bool:
        found = self._session.execute(
            update(JobRow)
            .where(self._ours(job))
            .values(
                state=state,
                lease_owner=None,
                lease_until=None,
                finished_at=func.clock_timestamp(),
                **columns,
            )
            .returning(JobRow.id)
        ).first()
        self._notify(EVENTS, job.id)
        return found is not None

    def _requeue(self, job: Job, *, due_in: timedelta, **columns: Any) -> bool:
        # A cancelled job is not tried again, whatever brought it here.
        found = self._session.execute(
            update(JobRow)
            .where(self._ours(job))
            .values(
                state=case((JobRow.cancel_requested, "cancelled"), else_="queued"),
                finished_at=case((JobRow.cancel_requested, func.clock_timestamp()), else_=None),
                lease_owner=None,
                lease_until=None,
                due_at=func.clock_timestamp() + due_in,
                **columns,
            )
            .returning(JobRow.id)
        ).first()
        if found is not None and due_in <= timedelta(0):
            self._notify(RINGS, job.id)
        self._notify(EVENTS, job.id)
        return found is not None

    def _take_away(self, condition: ColumnElement[bool]) -> Sequence[str]:
        used_up = JobRow.attempts >= JobRow.max_attempts
        lost = {
            "code": "worker-lost",
            "message": "The worker died again and again while it ran this job.",
            "remedy": "Look into the worker's log for the cause (memory?), then start the job again.",
        }
        rows = self._session.scalars(
            select(JobRow.id).where(JobRow.state == "running", condition).with_for_update(skip_locked=True)
        ).all()
        if not rows:
            return ()
        self._session.execute(
            update(JobRow)
            .where(JobRow.id.in_(rows))
            .values(
                state=case((JobRow.cancel_requested, "cancelled"), (used_up, "failed"), else_="queued"),
                error=case(
                    (and_(used_up, ~JobRow.cancel_requested), literal(lost, JSONB)), else_=JobRow.error
                ),
                finished_at=case((or_(used_up, JobRow.cancel_requested), func.clock_timestamp()), else_=None),
                lease_owner=None,
                lease_until=None,
                due_at=func.clock_timestamp(),
            )
        )
        for job_id in rows:
            self._notify(RINGS, job_id)
            self._notify(EVENTS, job_id)
        return rows

    def _notify(self, channel: str, job_id: str) -> None:
        self._session.execute(select(func.pg_notify(channel, job_id)))
