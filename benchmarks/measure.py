"""Running one thing in a process of its own: how long it took and how much memory it had at its peak."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psutil

from cco.clouds.simulated.company import Company


@dataclass(frozen=True)
class Run:
    """seconds: wall clock of the measured part; peak_mib: highest resident memory of the process and
    its children; said: what the process printed as its last line, as JSON."""

    seconds: float
    peak_mib: float
    said: Any


def run(script: str, *arguments: object, cwd: Path | None = None) -> Run:
    """Runs Python code in a new process. The last line it prints is JSON with `seconds`."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "CCO_LOG_LEVEL": "error"},
    )
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.is_set():
            try:
                whole = psutil.Process(process.pid)
                family = [whole, *whole.children(recursive=True)]
                held = sum(one.memory_info().rss for one in family if "postgres" not in one.name())
                peak = max(peak, held / 2**20)
            except psutil.Error:
                pass
            done.wait(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"the measured process failed with {process.returncode}: {output}")
    said = json.loads(output.strip().splitlines()[-1])
    return Run(float(said["seconds"]), peak, said)


def machine() -> str:
    """What the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def company_file(folder: Path, rows: int, end: Any) -> Path:
    """The simulated company of 12 months as one Parquet file of roughly so many rows, made once."""
    target = folder / f"company-{rows}.parquet"
    if target.exists():
        return target
    parts = folder / f"company-{rows}"
    started = time.perf_counter()
    made = Company.sized(7, end, rows=rows, months=12)
    made.write(parts)
    print(f"generated in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    partial = target.with_suffix(".partial")
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"COPY (SELECT * FROM read_parquet('{parts}/**/*.parquet', union_by_name = true)) "
            f"TO '{partial}' (FORMAT parquet, COMPRESSION zstd)"
        )
    partial.replace(target)
    return target
