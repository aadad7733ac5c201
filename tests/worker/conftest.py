"""Worker processes, a real Redis, and bills to load."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cco.core.window import FixedClock
from cco.store.database import Database
from cco.store.jobs import Job, Jobs
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import Wiring

PROGRAM = Path(__file__).with_name("program.py")


@dataclass
class Workers:
    """Starts worker processes on the test's home and database, and ends them all."""

    environment: dict[str, str]
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), *arguments],
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def workers(wiring: Wiring, tmp_path: Path) -> Iterator[Workers]:
    """Workers over the same home and database as `wiring`."""
    environment = {
        **os.environ,
        "CCO_HOME": str(wiring.settings.home),
        "CCO_DATABASE_URL": wiring.database.url,
        "CCO_LEASE_SECONDS": "2",
        "CCO_LOG_FORMAT": "json",
        "CCO_ALLOWED_ROOTS": str(tmp_path),
    }
    workers = Workers(environment, tmp_path / "worker.log")
    yield workers
    workers.end()
    if workers.log.exists():
        print(workers.log.read_text()[-20_000:])


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test's own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("These tests need redis-server: apt-get install redis-server", pytrace=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                process.kill()
                process.wait()
                pytest.fail("redis-server does not answer")
            time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


@dataclass
class Desk:
    """Enqueues jobs for the default organisation and looks at them."""

    database: Database
    log: Path

    @property
    def org_id(self) -> str:
        with self.database.transaction() as session:
            return Orgs(session).ensure(DEFAULT).id

    def enqueue(self, kind: str = "steps", **payload: Any) -> str:
        org_id = self.org_id
        if kind == "steps":
            payload["log"] = str(self.log)
        with self.database.transaction() as session:
            return Jobs(session).enqueue(org_id, kind, payload, correlation_id="test-correlation").id

    def get(self, job_id: str) -> Job:
        org_id = self.org_id
        with self.database.transaction() as session:
            return Jobs(session).get(org_id, job_id)

    def cancel(self, job_id: str) -> None:
        org_id = self.org_id
        with self.database.transaction() as session:
            Jobs(session).cancel(org_id, job_id)

    def begun(self, job_id: str) -> int:
        """How many attempts at it began."""
        text = self.log.read_text() if self.log.exists() else ""
        return sum(line.startswith(job_id) for line in text.splitlines())


@pytest.fixture
def desk(wiring: Wiring, tmp_path: Path) -> Desk:
    """Where the test hands in jobs."""
    return Desk(wiring.database, tmp_path / "begun.log")


@pytest.fixture
def bill(data_dir: Path, tmp_path: Path, clock: FixedClock) -> Callable[[int], Path]:
    """Writes a FOCUS bill of so many thousand rows, from the anonymised sample."""

    def write(thousands: int) -> Path:
        sample = (data_dir / "billing/focus/focus1.0_foundation_sample_1000.csv").read_text("utf-8-sig")
        header, _, rows = sample.partition("\n")
        folder = tmp_path / "bills"
        folder.mkdir(exist_ok=True)
        path = folder / "bill.csv"
        with path.open("w") as out:
            out.write(header + "\n")
            for _ in range(thousands):
                out.write(rows if rows.endswith("\n") else rows + "\n")
        # Settled for the clock of the tests and for that of the machine.
        old = min(time.time(), clock.now().timestamp()) - 3600
        os.utime(path, (old, old))
        return path

    return write
