"""All measurements, one after the other, into a report.

python -m benchmarks [--rows N] [--report FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import machine

PARTS = (
    ("Generating the simulated company", "benchmarks.simulate", ("--rows", "{rows}")),
    (
        "Loading, against bare DuckDB sorting the same file",
        "benchmarks.ingest",
        ("--rows", "{rows}", "--work", "{work}"),
    ),
    (
        "The dashboard's questions over HTTP, against bare DuckDB",
        "benchmarks.queries",
        ("--home", "{work}/home-company", "--load", "{work}/company-200000.parquet"),
    ),
    ("Starting, and the demo's summary", "benchmarks.startup", ()),
    ("kill -9 at random moments", "benchmarks.crash", ("--rows", "{crash_rows}", "--work", "{work}")),
)  # fmt: skip


def main() -> None:
    """Runs the parts that are asked for and writes what they print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--crash-rows", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--report", type=Path, default=Path("build/benchmarks/report.md"))
    parser.add_argument("--only", nargs="*", default=[], help="names of modules, as in benchmarks/")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    said = [f"# Measured {datetime.now(UTC):%Y-%m-%d}", "", machine(), ""]
    words = {"rows": given.rows, "crash_rows": given.crash_rows, "work": given.work}
    for title, module, arguments in PARTS:
        if given.only and module.rpartition(".")[2] not in given.only:
            continue
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            module,
            *(each.format(**words) for each in arguments),
        ]
        print(f"== {title}", flush=True)
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(ran.stdout, flush=True)
        failed = "" if ran.returncode == 0 else f"\nfailed with exit code {ran.returncode}"
        said += [f"## {title}", "", "```", ran.stdout.strip() + failed, "```", ""]
        given.report.parent.mkdir(parents=True, exist_ok=True)
        given.report.write_text("\n".join(said), encoding="utf-8")
    print(f"Written to {given.report}")


if __name__ == "__main__":
    main()
