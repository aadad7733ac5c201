"""Following a job from the terminal, and running it here where no worker takes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cco.cli import terminal
from cco.core.errors import CcoError, Unavailable
from cco.store.database import Database
from cco.store.jobs import Job, Jobs
from cco.wiring import Wiring
from cco.worker.jobs import BUILT_IN
from cco.worker.run import Runner, owner_name

LEASE: Final = timedelta(seconds=30)
LOOK_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 30.0


class Bar:
    """One line on standard error that tells how far something is; nothing where no terminal shows it."""

    def __init__(self) -> None:
        out = terminal.console(errors=True)
        self.seen = out.is_terminal
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("[progress.description]{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("[dim]{task.fields[amount]}"),
            TimeElapsedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def progress(self, done: int, total: int, unit: str, message: str) -> None:
        """How far it is. total: 0 where nobody knows."""
        if self._task is None:
            self._task = self._bar.add_task("", total=None, amount="")
        self._bar.update(
            self._task,
            description=escape(message),
            completed=done,
            total=total or None,
            amount=f"{done:,}/{total:,} {unit}" if total else "",
        )

    def clear(self) -> None:
        """What was going on has ended; what follows begins anew."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None

    def line(self, markup: str) -> None:
        """A line above the bar, which stays."""
        if self.seen:
            self._bar.console.print(markup, soft_wrap=True)


def followed(
    database: Database,
    job: Job,
    tell: Callable[[int, int, str, str], None],
    *,
    given_up: Callable[[], bool] = lambda: False,
) -> Job:
    """The job once it has ended, or somebody gave up waiting; `tell` hears its progress meanwhile.

    Raises Unavailable where the database stays away.
    """
    answered = time.monotonic()
    waiting = threading.Event()
    while not job.ended and not given_up():
        try:
            with database.transaction() as transaction:
                job = Jobs(transaction).get(job.org_id, job.id)
            answered = time.monotonic()
            said = job.progress
            tell(said["done"], said["total"] or 0, said["unit"], said["message"])
        except Unavailable:
            if time.monotonic() - answered > PATIENCE_SECONDS:
                raise
        if not job.ended:
            waiting.wait(LOOK_SECONDS)
    return job


def done_here(wiring: Wiring, job: Job, tell: Callable[[int, int, str, str], None]) -> Job:
    """The job once it has ended: run by this process, unless a worker has it already."""
    runner = Runner(wiring, BUILT_IN, owner=owner_name("cli"), lease=LEASE)
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            if runner.run_next(job.id) is None:
                ended.wait(LOOK_SECONDS)

    thread = threading.Thread(target=work, name=f"run-{job.id}")
    thread.start()
    try:
        return followed(wiring.database, job, tell)
    finally:
        ended.set()
        runner.leave()
        thread.join()


def succeeded(job: Job) -> dict[str, Any]:
    """What the job brought. Raises its error where it failed, Unavailable where somebody cancelled it."""
    if job.state == "succeeded":
        return job.result or {}
    if job.error is not None:
        raise CcoError(job.error["message"], remedy=job.error.get("remedy", ""), code=job.error["code"])
    raise Unavailable("Somebody cancelled the job.", remedy="Start it again.", code="job-cancelled")
