"""The doorbells. Both do what is due: the embedded loop itself, the ringer by telling Celery.

Jobs, timers and leases are rows, so a bell that is lost, late or rung twice changes nothing but time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cco import logs
from cco.core.errors import Unavailable
from cco.store.database import Listener
from cco.store.jobs import RINGS, Jobs
from cco.store.sources import Sources
from cco.wiring import Wiring
from cco.worker.loads import settle_loads
from cco.worker.run import Runner, owner_prefix
from cco.worker.tidy import Tidy

log = logs.logger(__name__)

POLL_SECONDS = 5.0
"""How long nobody needs to have rung before the due jobs are looked up all the same."""

LONGEST_TICK_SECONDS = 15.0

RING_AGAIN_SECONDS = 10.0
"""How long a bell may go unanswered before it is rung again."""


def tick_seconds(wiring: Wiring) -> float:
    """How often expired leases are taken away and due sources are polled: often enough that a lease is
    not expired for long."""
    return min(LONGEST_TICK_SECONDS, wiring.settings.lease_seconds / 2)


def tick(wiring: Wiring) -> None:
    """Takes expired leases away and makes jobs of the timers that are due. Any number may do it."""
    with wiring.database.transaction() as session:
        jobs = Jobs(session)
        for job_id in jobs.reap():
            log.warning("lease expired", job_id=job_id)
        for source in Sources(session).take_due(wiring.clock.now()):
            jobs.enqueue(source.org_id, "poll", {"source_id": source.id}, key=source.id)
    settle_loads(wiring)


class EmbeddedLoop:
    """One worker process of a home: claims due jobs and runs them one after the other."""

    def __init__(self, wiring: Wiring, runner: Runner) -> None:
        self._wiring = wiring
        self._database = wiring.database
        self._runner = runner
        self._home = wiring.settings.home
        self._leaving = threading.Event()

    def leave(self) -> None:
        """Ends `run` soon; the running job is given back at its next step."""
        self._leaving.set()
        self._runner.leave()

    def run(self) -> None:
        """Works until `leave`. Waits while another worker of the same home does."""
        with self._only_one() as mine:
            if mine:
                while not self._leaving.is_set():
                    try:
                        self._work()
                    except Unavailable as error:
                        log.warning("no database", reason=error.message)
                        self._leaving.wait(1.0)

    def _work(self) -> None:
        prefix = owner_prefix("embedded", place_of(self._home))
        with self._database.transaction() as session:
            # The lock says that whoever else had leases here is dead: no need to let them expire.
            for job_id in Jobs(session).take_from(prefix, but=self._runner.owner):
                log.info("took over a dead worker's job", job_id=job_id)
        with self._database.listening(RINGS) as listener:
            ticked, every = float("-inf"), tick_seconds(self._wiring)
            tidy = Tidy(self._wiring)
            while not self._leaving.is_set():
                if time.monotonic() - ticked >= every:
                    tick(self._wiring)
                    ticked = time.monotonic()
                if self._runner.run_next() is not None:
                    settle_loads(self._wiring)
                    continue
                tidy.when_due()
                self._rest(listener)

    def _rest(self, listener: Listener) -> None:
        with self._database.transaction() as session:
            due = Jobs(session).next_due()
        longest = min(POLL_SECONDS, tick_seconds(self._wiring))
        until = time.monotonic() + (longest if due is None else min(longest, max(due, 0.05)))
        while not self._leaving.is_set() and (left := until - time.monotonic()) > 0:
            if listener.wait(min(left, 0.5)):
                return

    @contextmanager
    def _only_one(self) -> Iterator[bool]:
        folder = self._home / "run"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            told = False
            while not self._leaving.is_set():
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield True
                    return
                except BlockingIOError:
                    if not told:
                        log.info("another worker serves this home; waiting to take its place")
                        told = True
                    self._leaving.wait(0.5)
            yield False
        finally:
            os.close(descriptor)


def place_of(home: Path) -> str:
    """A short name of a home, the same in every process."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


class Ringer:
    """Rings Celery's bell for jobs that are due and unleased; among many ringers, one at a time does.

    ring: is given a job's id; what it raises is logged, and the bell rung again later.
    """

    def __init__(self, wiring: Wiring, ring: Callable[[str], None]) -> None:
        self._wiring = wiring
        self._database = wiring.database
        self._ring = ring
        self._leaving = threading.Event()
        self._rung: dict[str, float] = {}

    def leave(self) -> None:
        """Ends `run` soon."""
        self._leaving.set()

    def run(self) -> None:
        """Rings until `leave`."""
        while not self._leaving.is_set():
            try:
                with self._database.try_lock("cco-ringer") as elected:
                    if elected:
                        self._serve()
            except Unavailable as error:
                log.warning("no database", reason=error.message)
            self._leaving.wait(1.0)

    def _serve(self) -> None:
        log.info("ringing for due jobs")
        with self._database.listening(RINGS) as listener:
            looked = ticked = float("-inf")
            every = tick_seconds(self._wiring)
            tidy = Tidy(self._wiring)
            while not self._leaving.is_set():
                now = time.monotonic()
                if now - ticked >= every:
                    tick(self._wiring)
                    ticked = now
                if now - looked >= POLL_SECONDS:
                    self._look()
                    looked = now
                    tidy.when_due()
                for _, job_id in listener.wait(0.5):
                    self._tell(job_id)

    def _look(self) -> None:
        with self._database.transaction() as session:
            due = Jobs(session).due()
        self._rung = {job_id: at for job_id, at in self._rung.items() if job_id in set(due)}
        for job_id in due:
            if time.monotonic() - self._rung.get(job_id, -RING_AGAIN_SECONDS) >= RING_AGAIN_SECONDS:
                self._tell(job_id)

    def _tell(self, job_id: str) -> None:
        try:
            self._ring(job_id)
            self._rung[job_id] = time.monotonic()
        except Exception as error:  # noqa: BLE001  (whatever the broker's client raises)
            log.warning("the bell can't be rung", job_id=job_id, reason=str(error))
