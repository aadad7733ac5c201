"""Jobs: work that runs outside the request, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cco.api import present
from cco.api.access import ACCESS_LASTS
from cco.api.deps import Caller, Id, IdCursor, PageSize, Transaction, Wired, may
from cco.api.errors import problems
from cco.api.job_feed import JobFeed
from cco.api.schemas.loads import Job, JobProgress, Jobs, JobState
from cco.core.role import Role
from cco.store import jobs as store
from cco.wiring import Wiring

router = APIRouter(prefix="/jobs", tags=["jobs"])
_VIEWER = [Depends(may(Role.VIEWER))]

LOOK_SECONDS = 5.0
"""How often a watcher looks at the row though nobody said that it has changed."""


@router.get("", summary="Jobs", dependencies=_VIEWER)
def jobs(
    who: Caller,
    session: Transaction,
    state: Annotated[list[JobState], Query(description="Only these states.", max_length=5)] = [],  # noqa: B006
    kind: Annotated[
        list[Annotated[str, Query(pattern="^[a-z-]{1,40}$")]],
        Query(description="Only these kinds.", max_length=10),
    ] = [],  # noqa: B006
    limit: PageSize = 50,
    cursor: IdCursor = None,
) -> Jobs:
    """Newest first."""
    found = store.Jobs(session).page(
        who.org.id, limit=limit + 1, before=cursor, states=[one.value for one in state], kinds=kind
    )
    return Jobs(
        jobs=[present.job(one) for one in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )


@router.get("/{job_id}", summary="A job", dependencies=_VIEWER, responses=problems(404))
def job(job_id: Id, who: Caller, session: Transaction) -> Job:
    """How far it is, and how it ended."""
    return present.job(store.Jobs(session).get(who.org.id, job_id))


@router.post(
    "/{job_id}/cancel",
    summary="Cancel a job",
    dependencies=[Depends(may(Role.ANALYST))],
    responses=problems(404, 409),
)
def cancel_job(job_id: Id, who: Caller, session: Transaction) -> Job:
    """A queued one ends at once, a running one at its next step; what it has not committed is undone."""
    return present.job(store.Jobs(session).cancel(who.org.id, job_id))


def _watched(job_id: Id, who: Caller, session: Transaction) -> store.Job:
    """The job to watch, found before the stream begins, so that one that is not there is a 404."""
    return store.Jobs(session).get(who.org.id, job_id)


@router.get(
    "/{job_id}/events",
    summary="Watch a job",
    dependencies=_VIEWER,
    response_class=EventSourceResponse,
    responses=problems(404),
)
async def job_events(
    request: Request, wiring: Wired, first: Annotated[store.Job, Depends(_watched, scope="function")]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` when something has changed, `end` when the job has ended, each
    with state, done, total, unit and message. A comment now and then keeps the connection open.

    The stream ends with the access token at the latest; without an `end` event, connect again.
    """
    feed = cast(JobFeed, request.app.state.job_feed)
    now = first
    told: JobProgress | None = None
    loop = asyncio.get_running_loop()
    until = loop.time() + ACCESS_LASTS.total_seconds()
    with feed.watching(first.id) as changed:
        now = await run_in_threadpool(_read, wiring, first)
        while True:
            said = present.job_progress(now)
            if now.ended:
                yield ServerSentEvent(event="end", data=said)
                return
            if said != told:
                yield ServerSentEvent(event="progress", data=said, retry=2000)
                told = said
            if feed.closed or loop.time() > until:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_SECONDS)
            changed.clear()
            now = await run_in_threadpool(_read, wiring, first)


def _read(wiring: Wiring, job: store.Job) -> store.Job:
    with wiring.database.transaction() as session:
        return store.Jobs(session).get(job.org_id, job.id)
