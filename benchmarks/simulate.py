"""How fast the simulated company writes its bills, and what they look like.

python benchmarks/simulate.py --rows 10000000 --months 12
python benchmarks/simulate.py --report          # the demo, month by month and service by service
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from cco.clouds.simulated import Company, Granularity


def measure(company: Company, folder: Path) -> None:
    start, busy = time.perf_counter(), time.process_time()
    paths = company.write(folder)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    rows = sum(pq.ParquetFile(path).metadata.num_rows for path in paths)
    size = sum(path.stat().st_size for path in paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} rows/s ({rows / busy:,.0f} a second of one "
        f"core), {size / rows:.1f} bytes a row, peak memory {peak:,.0f} MiB, "
        f"{len(company.inventory):,} resources since the epoch"
    )


def show(connection: duckdb.DuckDBPyConnection, title: str, sql: str) -> None:
    cursor = connection.execute(sql)
    print(f"\n{title}\n" + "  ".join(column[0] for column in cursor.description))
    for row in cursor.fetchall():
        print("  ".join("" if value is None else str(value) for value in row))


def report(company: Company, folder: Path) -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        f"CREATE VIEW c AS SELECT *, strftime(BillingPeriodStart, '%Y-%m') AS month "
        f"FROM read_parquet('{folder}/*/*.parquet', union_by_name = true)"
    )
    last = company.months[-2]
    for title, sql in {
        "By month and provider": """
            SELECT month, ProviderName, BillingCurrency, count(*) AS n, round(sum(BilledCost)) AS billed,
                   round(sum(EffectiveCost)) AS effective, round(sum(ListCost)) AS list
            FROM c GROUP BY ALL ORDER BY ALL""",
        f"By service in {last:%Y-%m}": f"""
            SELECT ProviderName, ServiceName, ServiceCategory, round(sum(EffectiveCost)) AS effective,
                   count(*) AS n, count(DISTINCT ResourceId) AS resources
            FROM c WHERE month = '{last:%Y-%m}' GROUP BY ALL ORDER BY effective DESC LIMIT 60""",
        f"By account in {last:%Y-%m}": f"""
            SELECT ProviderName, SubAccountName, round(sum(EffectiveCost)) AS effective,
                   count(DISTINCT ResourceId) AS resources
            FROM c WHERE month = '{last:%Y-%m}' GROUP BY ALL ORDER BY effective DESC""",
        "By kind of charge": """
            SELECT ProviderName, ChargeCategory, ChargeClass, ChargeFrequency, PricingCategory,
                   CommitmentDiscountStatus, count(*) AS n, round(sum(BilledCost), 2) AS billed,
                   round(sum(EffectiveCost), 2) AS effective
            FROM c GROUP BY ALL ORDER BY ALL""",
        "Use of commitments": """
            SELECT CommitmentDiscountName,
                   round(100 * sum(EffectiveCost) FILTER (CommitmentDiscountStatus = 'Used')
                         / sum(EffectiveCost), 1) AS used_percent,
                   round(sum(EffectiveCost)) AS effective, round(sum(BilledCost)) AS billed
            FROM c WHERE CommitmentDiscountId IS NOT NULL GROUP BY ALL ORDER BY ALL""",
        "Tag keys by resources": """
            SELECT key, count(DISTINCT ResourceId) AS resources
            FROM (SELECT ResourceId, unnest(map_keys(Tags)) AS key FROM c)
            GROUP BY ALL ORDER BY resources DESC""",
    }.items():
        show(connection, title, sql)
    print("\nPlanted events")
    for event in company.truth.events:
        until = event.end or "…"
        print(
            f"{event.start} to {until}  {event.expected_excess:>12,.2f}  {event.account_name}  {event.title}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, help="about how many rows; without it, the demo's size")
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument(
        "--granularity", type=Granularity, choices=list(Granularity), default=Granularity.DAILY
    )
    parser.add_argument("--end", type=date.fromisoformat, default=date(2026, 11, 1))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, help="keep the files here")
    parser.add_argument("--report", action="store_true", help="print what the bills look like")
    given = parser.parse_args()
    if given.rows is None:
        company = Company(given.seed, given.end, months=given.months, granularity=given.granularity)
    else:
        company = Company.sized(
            given.seed, given.end, rows=given.rows, months=given.months, granularity=given.granularity
        )
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.out or Path(scratch)
        measure(company, folder)
        if given.report:
            report(company, folder)


if __name__ == "__main__":
    main()
