"""Loads whose job has ended without them get an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cco.store.jobs import Jobs
from cco.store.loads import Load, Loads
from cco.store.sources import Sources
from cco.wiring import Wiring
from cco.worker.loads import settle_loads


def begun(wiring: Wiring, desk: Any, job_id: str, load_id: str) -> None:
    with wiring.database.transaction() as session:
        source = Sources(session).at(desk.org_id, "/bills", kind="folder", name="Bills")
        Loads(session).begin(
            desk.org_id,
            load_id,
            source_id=source.id,
            job_id=job_id,
            part="a.csv",
            file="a.csv",
            bytes=1,
            started_at=wiring.clock.now(),
        )


def load(wiring: Wiring, desk: Any, load_id: str) -> Load:
    with wiring.database.transaction() as session:
        return Loads(session).get(desk.org_id, load_id)


LOAD = "0192b7a0-0000-7000-8000-000000000001"


def test_a_load_whose_job_failed_says_why(wiring: Wiring, desk: Any) -> None:
    job_id = desk.enqueue("load")
    begun(wiring, desk, job_id, LOAD)
    settle_loads(wiring)
    assert load(wiring, desk, LOAD).status == "running"
    with wiring.database.transaction() as session:
        jobs = Jobs(session)
        job = jobs.claim("me", timedelta(seconds=9))
        assert job is not None
        jobs.fail(job, {"code": "worker-lost", "message": "Lost.", "remedy": ""}, retry=False)
    settle_loads(wiring)
    ended = load(wiring, desk, LOAD)
    assert ended.status == "rejected"
    assert ended.error is not None
    assert ended.error["code"] == "worker-lost"
    assert ended.finished_at == wiring.clock.now()


def test_a_load_whose_job_was_cancelled_says_so(wiring: Wiring, desk: Any) -> None:
    job_id = desk.enqueue("load")
    begun(wiring, desk, job_id, LOAD)
    desk.cancel(job_id)
    settle_loads(wiring)
    error = load(wiring, desk, LOAD).error
    assert error is not None
    assert error["code"] == "cancelled"
