"""How fast a bill is loaded, against bare DuckDB sorting the same file into Parquet, in the same run.

    python -m benchmarks.ingest [--rows 10000000] [--nise FILE] [--work DIR]

The load reads, normalises, checks, sorts, writes, reads back, rolls up and commits; the baseline only
runs `COPY (SELECT * … ORDER BY day, account, service, resource) TO parquet`.
"""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from pathlib import Path

from benchmarks.measure import Run, company_file, machine, run

BASELINE = """
import duckdb, json, os, sys, time
source, target, order = sys.argv[1:4]
connection = duckdb.connect()
connection.execute("SET memory_limit = '1GB'")
connection.execute("SET temp_directory = ?", [target + ".spill"])
connection.execute("SET preserve_insertion_order = false")
started = time.perf_counter()
connection.execute(
    f"COPY (SELECT * FROM read_parquet('{source}') ORDER BY {order}) TO '{target}' "
    "(FORMAT parquet, COMPRESSION zstd)"
)
print(json.dumps({"seconds": time.perf_counter() - started, "bytes": os.path.getsize(target)}))
"""

LOAD = """
import json, sys, time
from pathlib import Path
from cco import logs
from cco.ingest.load import Ingest
from cco.ingest.sources import ingest_paths
from cco.settings import Settings
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import opened
home, source = Path(sys.argv[1]), sys.argv[2]
with opened(Settings(home=home)) as wiring:
    with wiring.database.transaction() as session:
        org = Orgs(session).ensure(DEFAULT)
    ingest = Ingest(wiring.lake, wiring.database, wiring.clock, home)
    started = time.perf_counter()
    (report,) = list(ingest_paths(ingest, org.id, [source]))
    seconds = time.perf_counter() - started
    if report.status != "loaded":
        raise SystemExit(str(report.error))
    files = wiring.lake.files(org.id)
    said = report.as_json()
    print(json.dumps({
        "seconds": seconds, "rows": report.rows_kept, "bytes": sum(file.bytes for file in files),
        "beside": sum(
            Path(file.sidecar(kind)).stat().st_size
            for file in files for kind in ("daily", "tagged", "values") if Path(file.sidecar(kind)).exists()
        ),
        "totals": said["totals"],
    }))
"""

FOCUS_ORDER = '"ChargePeriodStart", "SubAccountId", "ServiceName", "ResourceId"'
CUR_ORDER = (
    '"lineItem/UsageStartDate", "lineItem/UsageAccountId", "product/ProductName", "lineItem/ResourceId"'
)


def compare(name: str, source: Path, order: str, work: Path, rounds: int) -> list[tuple[Run, Run]]:
    """Baseline and load, one after the other, so that both see the same machine."""
    result = []
    for number in range(rounds):
        home = work / f"home-{name}"
        shutil.rmtree(home, ignore_errors=True)
        bare = run(BASELINE, source, work / "baseline.parquet", order)
        load = run(LOAD, home, source)
        result.append((bare, load))
        rows = load.said["rows"]
        print(
            f"{name} round {number + 1}: {rows:,} rows; bare DuckDB {bare.seconds:.1f} s "
            f"({bare.peak_mib:.0f} MiB, {bare.said['bytes'] / rows:.1f} B/row); load {load.seconds:.1f} s "
            f"= {rows / load.seconds:,.0f} rows/s ({load.peak_mib:.0f} MiB, "
            f"{load.said['bytes'] / rows:.1f} B/row + {load.said['beside'] / rows:.1f} B/row beside); "
            f"speed {bare.seconds / load.seconds:.2f}x of bare",
            flush=True,
        )
    return result


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--nise", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    print(machine())
    if given.nise:
        compare("nise", given.nise.resolve(), CUR_ORDER, given.work.resolve(), given.rounds)
    if given.rows:
        source = company_file(given.work, given.rows, date(2026, 11, 1))
        compare("company", source.resolve(), FOCUS_ORDER, given.work.resolve(), given.rounds)


if __name__ == "__main__":
    main()
