"""Kills the worker with `kill -9` at random moments of a load, and checks what readers see.

    python -m benchmarks.crash [--rows 10000000] [--kills 10] [--chain] [--work DIR]

The bill is loaded once; then the same file with doubled costs is delivered in its place, and back, and so
on. Each delivery's worker is killed at a random moment and started again; the load must end with exactly
the new totals. Meanwhile a reader asks for the total of every billing period without pause: all of them
must be of the same delivery. With --chain one delivery takes all the kills before it may end.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from benchmarks.measure import company_file, machine
from cco.settings import Settings
from cco.store.jobs import Jobs
from cco.store.orgs import DEFAULT, Orgs
from cco.store.sources import Sources
from cco.wiring import Wiring, opened

Totals = dict[date, tuple[Decimal, int]]


def seen(wiring: Wiring, org_id: str) -> Totals:
    """Billed cost and rows per billing period, as a reader sees them now."""
    files = wiring.lake.snapshot().of(org_id)
    if not files:
        return {}
    with wiring.lake.reading() as cursor:
        rows = cursor.execute(
            "SELECT period, sum(BilledCost), count(*) FROM read_parquet(?) GROUP BY 1",
            [[file.path for file in files]],
        ).fetchall()
    return {period: (billed, count) for period, billed, count in rows}


class Reader(threading.Thread):
    """Looks at the lake without pause and remembers what it saw, by delivery."""

    def __init__(self, wiring: Wiring, org_id: str, known: list[Totals]) -> None:
        super().__init__(daemon=True)
        self._wiring, self._org, self._known = wiring, org_id, known
        self.looks: Counter[str] = Counter()
        self.stop = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        while not self.stop.is_set():
            now = seen(self._wiring, self._org)
            name = next((str(place) for place, one in enumerate(self._known) if one == now), "MIXED")
            self.looks[name] += 1
            time.sleep(0.05)


def worker(home: Path) -> subprocess.Popen[bytes]:
    """A worker of this home, as `cco up` starts it."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "cco.worker"],
        env={**os.environ, "CCO_HOME": str(home), "CCO_LOG_LEVEL": "error", "CCO_LEASE_SECONDS": "5"},
        stdout=subprocess.DEVNULL,
    )


def deliver(wiring: Wiring, org_id: str, source_id: str, name: str) -> str:
    """A job that loads the file now in the source."""
    with wiring.database.transaction() as session:
        payload = {"source_id": source_id, "name": name, "part": name}
        return Jobs(session).enqueue(org_id, "load", payload, max_attempts=50).id


def state(wiring: Wiring, org_id: str, job_id: str) -> tuple[str, int]:
    """A job's state and how often it was started."""
    with wiring.database.transaction() as session:
        job = Jobs(session).get(org_id, job_id)
        return str(job.state), job.attempts


def finish(wiring: Wiring, org_id: str, job_id: str, running: subprocess.Popen[bytes]) -> float:
    """Waits for the job's end; how long it took. Raises where it failed."""
    started = time.perf_counter()
    while True:
        now, _ = state(wiring, org_id, job_id)
        if now == "succeeded":
            return time.perf_counter() - started
        if now in ("failed", "cancelled") or running.poll() is not None:
            raise SystemExit(f"the job is {now} and the worker {running.poll()}")
        time.sleep(0.2)


def main() -> None:
    """Runs and prints; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--chain", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    given = parser.parse_args()
    work = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    single = company_file(work, given.rows, date(2026, 11, 1))
    double = work / f"double-{given.rows}.parquet"
    if not double.exists():
        with duckdb.connect() as connection:
            connection.execute("SET memory_limit = '4GB'")
            connection.execute(
                f"COPY (SELECT * REPLACE (BilledCost * 2 AS BilledCost) FROM read_parquet('{single}')) "
                f"TO '{double}' (FORMAT parquet, COMPRESSION zstd)"
            )
    files = [single, double]
    home, bills = work / "crash-home", work / "crash-bills"
    for folder in (home, bills):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    chance = random.Random(given.seed)
    known: list[Totals] = []
    for each in files:
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT date_trunc('month', BillingPeriodStart)::DATE, sum(BilledCost)::DECIMAL(38, 24), "
                f"count(*) FROM read_parquet('{each}') GROUP BY 1"
            ).fetchall()
        known.append({period: (billed, count) for period, billed, count in rows})
    print(machine())
    with opened(Settings(home=home, allowed_roots=(bills,)), application="crash") as wiring:
        os.environ["CCO_ALLOWED_ROOTS"] = str(bills)
        with wiring.database.transaction() as session:
            org_id = Orgs(session).ensure(DEFAULT).id
            source = Sources(session).at(org_id, str(bills), kind="folder", name="bills")
        target = bills / "bill.parquet"

        def put(place: int) -> str:
            fresh = bills / "fresh.part"
            shutil.copyfile(files[place], fresh)
            fresh.replace(target)
            return deliver(wiring, org_id, source.id, target.name)

        running = worker(home)
        first = put(0)
        whole = finish(wiring, org_id, first, running)
        count = sum(rows for _, rows in known[0].values())
        right = seen(wiring, org_id) == known[0]
        print(f"{count:,} rows loaded in {whole:.1f} s, totals {'right' if right else 'WRONG'}", flush=True)
        reader = Reader(wiring, org_id, known)
        reader.start()
        now, wrong = 0, 0 if right else 1
        for trial in range(1 if given.chain else given.kills):
            other = 1 - now
            job = put(other)
            for _ in range(given.kills if given.chain else 1):
                moment = chance.uniform(0.02, 1.0) * whole
                time.sleep(moment)
                ended = state(wiring, org_id, job)[0] == "succeeded"
                running.send_signal(signal.SIGKILL)
                running.wait()
                found = seen(wiring, org_id)
                place = next((p for p, one in enumerate(known) if one == found), None)
                print(
                    f"{datetime.now(UTC):%H:%M:%S} killed after {moment:6.1f} s"
                    f"{' (had ended)' if ended else ''}: readers see delivery {place}",
                    flush=True,
                )
                wrong += place is None
                running = worker(home)
            taken = finish(wiring, org_id, job, running)
            right = seen(wiring, org_id) == known[other]
            wrong += not right
            attempts = state(wiring, org_id, job)[1]
            print(
                f"  trial {trial + 1}: ended {taken:.1f} s later after {attempts} attempts, "
                f"totals {'right' if right else 'WRONG'}",
                flush=True,
            )
            now = other
        reader.stop.set()
        reader.join()
        running.send_signal(signal.SIGTERM)
        running.wait()
        leftovers = len(list((home / "scratch").glob("*")))
        print(f"readers' looks by delivery: {dict(reader.looks)}; scratch folders left: {leftovers}")
        if wrong or reader.looks["MIXED"]:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
