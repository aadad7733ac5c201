"""Both doorbells with real processes: jobs run once, survive `kill -9`, and stop when asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from cco.store.jobs import Jobs
from cco.store.loads import Loads
from cco.store.sources import Sources
from cco.wiring import Wiring

Eventually = Callable[..., None]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(params=["embedded", "celery"])
def start(request: pytest.FixtureRequest, workers: Any) -> Callable[[], Any]:
    """Starts a worker of either transport."""
    if request.param == "embedded":
        return lambda: workers.start()
    redis_url = request.getfixturevalue("redis_url")
    return lambda: workers.start(CCO_REDIS_URL=redis_url)


def kill_running(worker: Any) -> None:
    """`kill -9` to the process that runs jobs: the pool's under Celery, else the worker itself."""
    for process in psutil.Process(worker.pid).children(recursive=True):
        process.kill()
    if not psutil.Process(worker.pid).children(recursive=True):
        worker.kill()
        worker.wait()


def kill_all(worker: Any) -> None:
    """`kill -9` to the worker and whatever it started."""
    family = psutil.Process(worker.pid).children(recursive=True)
    worker.kill()
    worker.wait()
    for process in family:
        process.kill()


def test_a_job_is_run_with_progress_and_its_correlation_id_in_the_log(
    start: Callable[[], Any], desk: Any, workers: Any, eventually: Eventually
) -> None:
    start()
    job_id = desk.enqueue(steps=40)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "progress is seen")
    assert desk.get(job_id).progress["unit"] == "steps"
    eventually(lambda: desk.get(job_id).state == "succeeded", "the job succeeded")
    job = desk.get(job_id)
    assert (job.result, job.attempts, job.progress["done"]) == ({"steps": 40}, 1, 39)
    lines = [json.loads(line) for line in workers.log.read_text().splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("job_id") == job_id]
    assert {line["message"] for line in told} >= {"job started", "job succeeded"}
    assert {line["correlation_id"] for line in told if "kind" in line} == {"test-correlation"}


def test_a_killed_worker_s_job_finishes_exactly_once(
    start: Callable[[], Any], desk: Any, eventually: Eventually
) -> None:
    first = start()
    job_id = desk.enqueue(steps=100, pause=0.03)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "the job runs")
    kill_all(first)
    assert desk.get(job_id).state == "running"
    start()
    eventually(lambda: desk.get(job_id).ended, "the job ended", seconds=90)
    job = desk.get(job_id)
    assert (job.state, job.attempts) == ("succeeded", 2)
    assert desk.begun(job_id) == 2


def test_a_load_killed_at_different_moments_loads_every_row_once(
    start: Callable[[], Any],
    desk: Any,
    wiring: Wiring,
    bill: Callable[[int], Path],
    eventually: Eventually,
) -> None:
    path = bill(150)
    with wiring.database.transaction() as session:
        source = Sources(session).at(desk.org_id, str(path.parent), kind="folder", name="Bills")
    worker = start()
    job_id = desk.enqueue(
        "load", source_id=source.id, part="bill.csv", location=str(path), options={"overlapping": "add"}
    )
    for moment in ("Reading", ""):
        eventually(
            lambda moment=moment: (
                desk.get(job_id).ended
                or (desk.get(job_id).state == "running" and moment in desk.get(job_id).progress["message"])
            ),
            "the load runs",
            seconds=90,
        )
        kill_all(worker)
        worker = start()
    eventually(lambda: desk.get(job_id).ended, "the load ended", seconds=150)
    job = desk.get(job_id)
    assert job.state == "succeeded", job.error
    assert job.attempts >= 2
    (load,) = (job.result or {})["loads"]
    assert (load["status"], load["rows_read"]) == ("loaded", 150_000)
    files = wiring.lake.files(desk.org_id)
    assert sum(file.rows for file in files) == load["rows_kept"]
    with wiring.lake.reading() as connection:
        paths = [file.path for file in files]
        (billed,) = connection.execute("SELECT sum(BilledCost) FROM read_parquet(?)", [paths]).fetchone() or (
            None,
        )
    (told,) = [Decimal(total["billed"]) for total in load["totals"]]
    assert billed == told
    with wiring.database.transaction() as session:
        (row,) = Loads(session).page(desk.org_id, limit=10)
    assert (row.status, row.rows_kept) == ("loaded", load["rows_kept"])


def test_a_killed_pool_process_does_not_lose_its_job(
    desk: Any, workers: Any, redis_url: str, eventually: Eventually
) -> None:
    worker = workers.start(CCO_REDIS_URL=redis_url)
    job_id = desk.enqueue(steps=100, pause=0.03)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "the job runs")
    kill_running(worker)
    eventually(lambda: desk.get(job_id).ended, "the job ended", seconds=90)
    assert (desk.get(job_id).state, desk.begun(job_id)) == ("succeeded", 2)


def test_jobs_survive_a_redis_that_forgets_everything(
    desk: Any, workers: Any, redis_url: str, eventually: Eventually
) -> None:
    ids = [desk.enqueue(steps=3) for _ in range(5)]
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    workers.start(CCO_REDIS_URL=redis_url)
    eventually(lambda: any(desk.get(each).ended for each in ids), "the first ended", seconds=60)
    client.flushall()
    client.close()
    eventually(lambda: all(desk.get(each).ended for each in ids), "all ended", seconds=90)
    assert {desk.get(each).state for each in ids} == {"succeeded"}
    assert all(desk.begun(each) == 1 for each in ids)


def test_two_celery_workers_run_each_job_once(
    desk: Any, workers: Any, redis_url: str, eventually: Eventually
) -> None:
    for _ in range(2):
        workers.start(CCO_REDIS_URL=redis_url)
    ids = [desk.enqueue(steps=2) for _ in range(20)]
    eventually(lambda: all(desk.get(each).ended for each in ids), "all ended", seconds=90)
    assert all(desk.begun(each) == 1 for each in ids)


def test_a_worker_asked_to_end_gives_its_job_back(desk: Any, workers: Any, eventually: Eventually) -> None:
    worker = workers.start()
    job_id = desk.enqueue(steps=1_000)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "the job runs")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    job = desk.get(job_id)
    assert (job.state, job.error) == ("queued", None)


def test_a_job_that_does_not_listen_is_given_back_all_the_same(
    desk: Any, workers: Any, eventually: Eventually
) -> None:
    worker = workers.start()
    job_id = desk.enqueue(steps=2, pause=60)
    eventually(lambda: desk.begun(job_id) == 1, "the job runs")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(25) == 0
    assert desk.get(job_id).state == "queued"


def test_a_second_worker_of_a_home_takes_over_when_the_first_is_killed(
    desk: Any, workers: Any, eventually: Eventually
) -> None:
    first = workers.start(CCO_LEASE_SECONDS="600")
    job_id = desk.enqueue(steps=100, pause=0.03)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "the job runs")
    workers.start(CCO_LEASE_SECONDS="600")
    first.kill()
    first.wait()
    # Long before the lease runs out: the lock on the home says that its holder is dead.
    eventually(lambda: desk.get(job_id).ended, "the job ended", seconds=60)
    assert desk.begun(job_id) == 2


def test_a_running_job_is_cancelled(start: Callable[[], Any], desk: Any, eventually: Eventually) -> None:
    start()
    job_id = desk.enqueue(steps=3_000)
    eventually(lambda: desk.get(job_id).progress["done"] > 0, "the job runs")
    desk.cancel(job_id)
    eventually(lambda: desk.get(job_id).state == "cancelled", "the job stopped", seconds=15)


@pytest.mark.parametrize(
    ("fault", "state", "attempts", "code"),
    [("unavailable", "succeeded", 2, None), ("invalid", "failed", 1, "invalid-input")],
)
def test_a_failed_attempt_is_tried_again_only_where_that_may_help(
    desk: Any, workers: Any, eventually: Eventually, fault: str, state: str, attempts: int, code: str | None
) -> None:
    workers.start()
    job_id = desk.enqueue(fault=fault)
    eventually(lambda: desk.get(job_id).ended, "the job ended")
    job = desk.get(job_id)
    assert (job.state, job.attempts, job.error and job.error["code"]) == (state, attempts, code)


def test_a_bug_is_kept_from_people_and_told_in_the_log(
    desk: Any, workers: Any, eventually: Eventually
) -> None:
    workers.start()
    job_id = desk.enqueue(fault="bug")
    eventually(lambda: desk.get(job_id).error is not None, "the attempt failed")
    job = desk.get(job_id)
    assert (job.state, job.error and job.error["code"]) == ("queued", "internal")
    assert "secret internals" not in json.dumps(job.error)
    assert "secret internals" in workers.log.read_text()
    desk.cancel(job_id)


def test_expired_leases_and_due_sources_are_seen_to_without_anybody_asking(
    start: Callable[[], Any],
    desk: Any,
    wiring: Wiring,
    bill: Callable[[int], Path],
    eventually: Eventually,
) -> None:
    path = bill(1)
    with wiring.database.transaction() as session:
        source = Sources(session).create(
            desk.org_id,
            name="Bills",
            kind="folder",
            location=str(path.parent),
            poll_minutes=60,
            now=wiring.clock.now() - timedelta(days=1),
        )
    stale = desk.enqueue()
    with wiring.database.transaction() as session:
        Jobs(session).claim("gone", timedelta(seconds=1), job_id=stale)
    start()
    eventually(lambda: desk.get(stale).state == "succeeded", "the stale job ran", seconds=60)

    def loads() -> list[str]:
        with wiring.database.transaction() as session:
            return [load.status for load in Loads(session).page(desk.org_id, limit=9)]

    eventually(lambda: loads() == ["loaded"], "the bill was found and loaded", seconds=60)
    with wiring.database.transaction() as session:
        seen = Sources(session).get(desk.org_id, source.id)
    assert seen.last_polled_at is not None
    assert seen.last_error is None
    assert seen.next_poll_at is not None


def test_a_cancelled_load_is_rejected_and_keeps_nothing(
    desk: Any, wiring: Wiring, workers: Any, bill: Callable[[int], Path], eventually: Eventually
) -> None:
    path = bill(200)
    with wiring.database.transaction() as session:
        source = Sources(session).at(desk.org_id, str(path.parent), kind="folder", name="Bills")
    workers.start()
    job_id = desk.enqueue("load", source_id=source.id, part="bill.csv", location=str(path))
    eventually(lambda: desk.get(job_id).state == "running", "the load runs")
    desk.cancel(job_id)

    def status() -> list[str]:
        with wiring.database.transaction() as session:
            return [load.status for load in Loads(session).page(desk.org_id, limit=9)]

    eventually(lambda: desk.get(job_id).state == "cancelled", "the job stopped", seconds=60)
    eventually(lambda: status() in (["rejected"], []), "the load has its end", seconds=30)
    assert wiring.lake.files(desk.org_id) == ()


def test_the_worker_dies_with_its_parent(workers: Any, eventually: Eventually, tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from cco.supervise import Command, Keeper\n"
        "keeper = Keeper(Command('worker', [sys.executable, sys.argv[1]]))\n"
        "keeper.start()\n"
        "while keeper.pid is None: time.sleep(0.01)\n"
        "print(keeper.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).with_name("program.py"))],
        env=workers.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    eventually(lambda: "worker" in " ".join(psutil.Process(child).cmdline()), "the worker runs")
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    eventually(lambda: not psutil.pid_exists(child), "the worker ended", seconds=30)
