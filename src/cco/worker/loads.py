"""Loads whose job has ended without them: cancelled, or failed for good."""

from __future__ import annotations

from cco.store.loads import Loads
from cco.wiring import Wiring

CANCELLED = {
    "code": "cancelled",
    "message": "The load was cancelled; nothing of it was kept.",
    "remedy": "Load the file again when you want it.",
}


def settle_loads(wiring: Wiring) -> None:
    """Gives unfinished loads of ended jobs their end: loaded where the lake has them, else rejected with
    what the job says."""
    with wiring.database.transaction() as session:
        stranded = Loads(session).stranded()
    for load, error in stranded:
        snapshot = wiring.lake.snapshot_of(load.id)
        with wiring.database.transaction() as session:
            if snapshot is not None:
                Loads(session).save(
                    load.org_id,
                    load.id,
                    status="loaded",
                    snapshot_id=snapshot,
                    finished_at=wiring.clock.now(),
                )
            else:
                Loads(session).save(
                    load.org_id,
                    load.id,
                    status="rejected",
                    error=error or CANCELLED,
                    finished_at=wiring.clock.now(),
                )
