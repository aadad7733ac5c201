"""Runs one job: under a lease that a heartbeat renews, with progress that others can watch."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from cco import logs
from cco.core.errors import BadFile, CcoError, TooMany, Unavailable
from cco.store.database import Database
from cco.store.jobs import Job, Jobs
from cco.wiring import Wiring

log = logs.logger(__name__)

Progress = Callable[[int, int, str, str], None]
"""(done, total or 0 where nobody knows, unit, message). Raises where the job must not go on; whoever
catches that undoes what is not committed and lets it pass."""

REPORT_SECONDS = 0.25
SETTLE_SECONDS = 60.0


class Function(Protocol):
    """What a kind of job does. The result is kept with the job. Run twice, it has the effect of once."""

    def __call__(self, wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job."""

    name: str
    run: Function


class Interrupted(Exception):
    """The job must not go on. Not an error of the job's own, so functions let it pass."""


class Cancelled(Interrupted):
    """Somebody cancelled the job."""


class LeaseLost(Interrupted):
    """Somebody else may be running the job by now."""


class Leaving(Interrupted):
    """The worker was asked to end."""


def owner_name(transport: str, place: str = "") -> str:
    """A lease owner that no other process has: transport:machine:place:process:nonce."""
    return f"{owner_prefix(transport, place)}{os.getpid()}:{secrets.token_hex(4)}"


def owner_prefix(transport: str, place: str = "") -> str:
    """What the names of all owners of one transport on this machine and in one place begin with."""
    return f"{transport}:{socket.gethostname()}:{place}:"


def stored(error: Exception) -> dict[str, Any]:
    """An error as it is kept with the job and shown to people; an unforeseen one tells no internals."""
    if isinstance(error, CcoError):
        said: dict[str, Any] = {"code": error.code, "message": error.message, "remedy": error.remedy}
        if isinstance(error, BadFile):
            said |= {"file": error.file, "row": error.row, "column": error.column}
        return said
    return {
        "code": "internal",
        "message": f"Something unforeseen went wrong ({type(error).__name__}).",
        "remedy": "Look for the job's correlation id in the log, and please report what it says.",
    }


class Runner:
    """Claims jobs for one owner and runs them, one at a time a thread.

    lease: how long a job stays ours without a sign of life; a quarter of it passes between signs.
    """

    def __init__(
        self, wiring: Wiring, kinds: Sequence[Kind], *, owner: str, lease: timedelta = timedelta(seconds=30)
    ) -> None:
        self.owner = owner
        self._wiring = wiring
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) != len(kinds):
            raise ValueError("two kinds of job have the same name")
        self._lease = lease
        self._leaving = threading.Event()
        self._current: Job | None = None

    def leave(self) -> None:
        """Asks the running job to stop at its next step and to be given back."""
        self._leaving.set()

    @property
    def leaving(self) -> bool:
        """Whether `leave` was called."""
        return self._leaving.is_set()

    def abandon(self) -> None:
        """Gives the running job back from another thread, for a worker that ends without waiting."""
        job = self._current
        if job is not None:
            with self._wiring.database.transaction() as session:
                Jobs(session).release(job)

    def run_next(self, job_id: str | None = None) -> Job | None:
        """Claims the next due job, or the one given if it is due, and runs it to an end or a pause.

        The job as it was claimed; None where there was nothing to do.
        """
        if self.leaving:
            return None
        with self._wiring.database.transaction() as session:
            job = Jobs(session).claim(self.owner, self._lease, job_id=job_id, kinds=tuple(self._kinds))
        if job is None:
            return None
        self._current = job
        try:
            with logs.bound(
                correlation_id=job.correlation_id or job.id,
                job_id=job.id,
                kind=job.kind,
                org_id=job.org_id,
                attempt=job.attempts,
            ):
                self._run(job)
        finally:
            self._current = None
        return job

    def _run(self, job: Job) -> None:
        began = time.monotonic()
        log.info("job started")
        pulse = _Pulse(self._wiring.database, job, self._lease, self._leaving)
        try:
            with pulse:
                result = self._kinds[job.kind].run(self._wiring, job, pulse.progress)
                pulse.flush()
            self._settle(lambda jobs: jobs.finish(job, result))
            log.info("job succeeded", seconds=round(time.monotonic() - began, 3))
        except Cancelled:
            self._settle(lambda jobs: jobs.stop(job))
            log.info("job cancelled")
        except LeaseLost:
            log.warning("job was taken over by another worker")
        except Leaving:
            self._settle(lambda jobs: jobs.release(job))
            log.info("job given back")
        except CcoError as error:
            kept = stored(error)
            retry = isinstance(error, Unavailable | TooMany)
            self._settle(lambda jobs: jobs.fail(job, kept, retry=retry))
            log.warning("job failed", code=error.code, reason=str(error), retry=retry)
        except Exception as error:  # a job's bug must not end the worker
            kept = stored(error)
            self._settle(lambda jobs: jobs.fail(job, kept, retry=True))
            log.exception("job failed")

    def _settle(self, write: Callable[[Jobs], bool]) -> None:
        """Writes how the job ended, waiting for a database that is being started again."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                with self._wiring.database.transaction() as session:
                    if not write(Jobs(session)):
                        log.warning("job was taken over by another worker; its end is not written")
                return
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)


class _Pulse:
    """Renews a job's lease while it runs, and carries news between the job and its row."""

    def __init__(self, database: Database, job: Job, lease: timedelta, leaving: threading.Event) -> None:
        self._database = database
        self._job = job
        self._lease = lease
        self._leaving = leaving
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._cancelled = threading.Event()
        self._unwritten: tuple[int, int | None, str, str] | None = None
        self._written_at = 0.0
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{job.id}", daemon=True)

    def __enter__(self) -> _Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, done: int, total: int, unit: str, message: str) -> None:
        """What the job calls. Writes at most every REPORT_SECONDS."""
        if self._lost.is_set():
            raise LeaseLost
        if self._cancelled.is_set():
            raise Cancelled
        if self._leaving.is_set():
            raise Leaving
        self._unwritten = (done, total or None, unit, message)
        if time.monotonic() - self._written_at >= REPORT_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes the newest progress, if it is not written yet."""
        if self._unwritten is None:
            return
        try:
            with self._database.transaction() as session:
                self._hear(Jobs(session).report(self._job, *self._unwritten))
            self._unwritten = None
        except Unavailable:
            log.debug("progress not written")
        self._written_at = time.monotonic()

    def _beat(self) -> None:
        valid_until = time.monotonic() + self._lease.total_seconds()
        while not self._ended.wait(self._lease.total_seconds() / 4):
            try:
                with self._database.transaction() as session:
                    found = Jobs(session).renew(self._job, self._lease)
                valid_until = time.monotonic() + self._lease.total_seconds()
                self._hear(found)
            except Unavailable:
                if time.monotonic() > valid_until:
                    self._lost.set()
            if self._lost.is_set():
                return

    def _hear(self, found: Job | None) -> None:
        if found is None:
            self._lost.set()
        elif found.cancel_requested:
            self._cancelled.set()
