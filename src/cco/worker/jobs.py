"""The kinds of job, and what each does. Run twice, each has the effect of once."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from cco.clouds.simulated import demo as simulated
from cco.core.errors import InvalidInput
from cco.ingest.delivery import deliveries
from cco.ingest.load import LoadReport
from cco.ingest.load import load as load_delivery
from cco.ingest.sources import load_job
from cco.ingest.sources import poll as look
from cco.store.folder import Folder
from cco.store.jobs import Job
from cco.store.loads import Load, Loads
from cco.store.orgs import Orgs
from cco.store.rates import Rate, Rates
from cco.store.sources import Source, Sources
from cco.wiring import Wiring
from cco.worker.run import Kind, Progress


def load(wiring: Wiring, job: Job, progress: Progress) -> dict[str, Any]:
    """Loads one delivery of a source. Payload: see `ingest.sources.load_job`."""

    def run() -> LoadReport:
        return load_job(wiring.ingest(), job.org_id, job.id, job.payload, progress=progress)

    with wiring.database.transaction() as session:
        known = Loads(session).page(job.org_id, limit=1, job_id=job.id)
    return {"loads": [_once(known[0] if known else None, run)]}


def poll(wiring: Wiring, job: Job, progress: Progress) -> dict[str, Any]:
    """Looks at a source and makes a load of each delivery that is new or has changed.

    Payload: source_id.
    """
    progress(0, 0, "deliveries", "Looking for deliveries")
    started = look(
        wiring.ingest(), job.org_id, str(job.payload["source_id"]), correlation_id=job.correlation_id
    )
    return {"jobs": started}


def demo(wiring: Wiring, job: Job, progress: Progress) -> dict[str, Any]:
    """Brings the demo organisation's simulated bills up to yesterday. Payload: nothing."""
    today = wiring.clock.now().date()
    with wiring.database.transaction() as session:
        org = Orgs(session).get(job.org_id)
        if not org.is_demo:
            raise InvalidInput(
                f"{org.name} holds real data.", remedy="The simulated company has its own organisation."
            )
        source = Sources(session).at(
            org.id, simulated.SOURCE_LOCATION, kind=simulated.SOURCE_KIND, name="Simulated company"
        )
        until = Sources(session).seen(source.id).get("until")
    folder = wiring.scratch / f"demo-{job.id}"
    try:
        made = simulated.write_demo(
            folder,
            today,
            loaded_until=None if until is None else date.fromisoformat(until),
            progress=lambda done, total: progress(done, total, "months", "Simulating a company"),
        )
        with wiring.database.transaction() as session:
            Rates(session).put(
                org.id, [Rate(r.currency, r.reporting_currency, r.period, r.rate) for r in made.rates]
            )
        said = []
        # The newest month first: it is what people look at while the others arrive.
        newest_first = sorted(made.deliveries, key=lambda one: one.period, reverse=True)
        for number, one in enumerate(newest_first):
            done = _Share(progress, number, len(made.deliveries))
            load_id = str(uuid.uuid5(uuid.UUID(job.id), one.part))
            run = partial(_load_simulated, wiring, job, source, one, load_id, done)
            with wiring.database.transaction() as session:
                known = Loads(session).find(org.id, load_id)
            said.append(_once(known, run))
        with wiring.database.transaction() as session:
            Sources(session).remember(source.id, {"until": today.isoformat()})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"loads": said}


BUILT_IN: tuple[Kind, ...] = (Kind("load", load), Kind("poll", poll), Kind("demo", demo))


@dataclass(frozen=True, slots=True)
class _Share:
    """The progress of one load as a share of many: deliveries done, and what it says itself."""

    progress: Progress
    number: int
    total: int

    def __call__(self, _done: int, _total: int, _unit: str, message: str) -> None:
        self.progress(self.number, self.total, "bills", message)


def _load_simulated(
    wiring: Wiring, job: Job, source: Source, one: simulated.Delivery, load_id: str, progress: Progress
) -> LoadReport:
    bills = Folder(one.path.parent, only=(one.path.name,))
    (delivery,) = deliveries(bills.entries(), bills.read, named=True)
    return load_delivery(
        wiring.ingest(),
        job.org_id,
        source,
        bills,
        replace(delivery, part=one.part, name=one.part),
        progress=progress,
        load_id=load_id,
        job_id=job.id,
    )


def _once(known: Load | None, run: Callable[[], LoadReport]) -> dict[str, Any]:
    """What became of a load: of an earlier attempt that got to its end, or of this one."""
    if known is None or known.status in ("pending", "running"):
        report = run()
        return {"id": report.load_id, **report.as_json()}
    return {
        "id": known.id,
        "file": known.file,
        "format": known.format,
        "status": known.status,
        "rows_read": known.rows_read,
        "rows_kept": known.rows_kept,
        "rows_rejected": known.rows_rejected,
        "billing_periods": [str(period) for period in known.billing_periods],
        "totals": known.totals,
        "warnings": known.warnings,
        "rejects": known.rejects_path,
        "error": known.error,
    }
