"""Wakes whoever watches a job, as soon as PostgreSQL says that it has changed.

One listening connection a process serves all watchers. A notification may be lost when that connection
is; so watchers look at the row anyway now and then, and the feed only makes them look sooner.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from cco.core.errors import CcoError
from cco.store.database import Database
from cco.store.jobs import EVENTS

log = structlog.get_logger(__name__)


class JobFeed:
    """The watchers of this process. The listener starts with the first of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @contextmanager
    def watching(self, job_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when the job has changed. For the running loop's tasks."""
        watcher = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._watchers[job_id].add(watcher)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="job-feed", daemon=True)
                self._thread.start()
        try:
            yield watcher[1]
        finally:
            with self._lock:
                self._watchers[job_id].discard(watcher)
                if not self._watchers[job_id]:
                    del self._watchers[job_id]

    @property
    def watched(self) -> int:
        """How many watch at the moment."""
        with self._lock:
            return sum(len(watchers) for watchers in self._watchers.values())

    def close(self) -> None:
        """Stops listening and wakes everybody."""
        self._closing.set()
        with self._lock:
            thread, everybody = self._thread, [one for each in self._watchers.values() for one in each]
        for watcher in everybody:
            _wake(watcher)
        if thread is not None:
            thread.join(timeout=3)

    @property
    def closed(self) -> bool:
        """The process is about to end."""
        return self._closing.is_set()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                with self._database.listening(EVENTS) as listener:
                    while not self._closing.is_set():
                        for _, job_id in listener.wait(1.0):
                            self._changed(job_id)
            except CcoError as error:
                log.warning("job-feed.lost", detail=error.message)
                self._closing.wait(1.0)

    def _changed(self, job_id: str) -> None:
        with self._lock:
            watchers = list(self._watchers.get(job_id, ()))
        for watcher in watchers:
            _wake(watcher)


def _wake(watcher: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
    loop, event = watcher
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
