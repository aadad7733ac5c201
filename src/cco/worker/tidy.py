"""What a store gathers and nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from cco import logs
from cco.core.errors import CcoError
from cco.store.jobs import Jobs
from cco.wiring import Wiring

log = logs.logger(__name__)

EVERY = timedelta(days=1)
JOBS_KEPT = timedelta(days=90)


class Tidy:
    """Once a day: files of the lake that no snapshot holds, and jobs that ended long ago. Any number of
    processes may do it at once."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._last: datetime | None = None

    def when_due(self) -> None:
        """Tidies where a day has passed. A store that does not answer is left for tomorrow."""
        now = self._wiring.clock.now()
        if self._last is not None and now - self._last < EVERY:
            return
        self._last = now
        try:
            folders = self._wiring.lake.sweep(now=now)
            with self._wiring.database.transaction() as session:
                jobs = Jobs(session).forget(now - JOBS_KEPT)
        except (CcoError, OSError) as error:
            log.warning("could not tidy up", reason=str(error))
        else:
            log.info("tidied up", lake_folders=folders, jobs=jobs)
