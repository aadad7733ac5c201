"""The migration dry run: on a copy of a database with data, each migration goes down and up again, the
whole chain too, and at the end the tables are what the code says (`alembic check`).

Rows of tables that a downgrade does not drop are counted before and after: none may be lost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url, text

from cco.store.database import drift, engine_url, head, migrate
from cco.store.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[1]
COPY = "dry_run"


def main() -> None:
    """Raises, so exits non-zero, when a step fails or a row is lost."""
    chain = [
        script.revision
        for script in ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).walk_revisions()
    ]
    with tempfile.TemporaryDirectory(prefix="cco-") as folder:
        home = Path(folder) / "home"
        fill(home, Path(folder))
        server = EmbeddedPostgres(home)
        with server.running() as url:
            original = make_url(url).database
            engine = create_engine(engine_url(server.url_of("postgres")), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {COPY} TEMPLATE {original}"))
            engine.dispose()
            copy = server.url_of(COPY)
            before = rows(copy)
            say(
                f"copied {sum(before.values())} rows in {sum(1 for count in before.values() if count)} tables"
            )
            migrate(copy)
            drift(copy)
            for newer, older in zip(chain, [*chain[1:], "base"], strict=True):
                kept = rows(copy)
                migrate(copy, older)
                between = rows(copy)
                migrate(copy, newer)
                after = rows(copy)
                lost = {
                    table: count for table, count in kept.items() if table in between and after[table] < count
                }
                if lost:
                    raise SystemExit(f"{newer} loses rows on its way down and up: {lost}")
                say(f"{newer}: down to {older} and up again")
                migrate(copy, older)
            say(f"all the way down; now up to {head()}")
            migrate(copy)
            drift(copy)
            say("the tables are what the code says")


def fill(home: Path, folder: Path) -> None:
    """A home with an organisation, a source, a load and its resources, made by the product itself."""
    bill = folder / "bill.csv"
    bill.write_text(
        "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,"
        "ChargeCategory,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,"
        "ConsumedUnit,ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,PricingQuantity,PricingUnit,"
        "ProviderName,PublisherName,RegionId,ResourceId,ServiceCategory,ServiceName,SubAccountId,Tags\n"
        + "".join(
            f"1.25,acct,Account,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,Hours,Usage-Based,"
            f"2026-10-{day + 1:02d}T00:00:00Z,2026-10-{day:02d}T00:00:00Z,24,Hours,1.5,1.25,AWS,2,24,Hours,"
            f'AWS,AWS,eu-central-1,i-{day % 3},Compute,Amazon EC2,sub,"{{""team"": ""blue""}}"\n'
            for day in range(1, 31)
        )
    )
    command = [sys.executable, "-m", "cco", "ingest", str(bill), "--json"]
    environment = {**os.environ, "CCO_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 or json.loads(done.stdout)["status"] != "loaded":
        raise SystemExit(f"`cco ingest` could not make data to migrate:\n{done.stdout}\n{done.stderr}")


def rows(url: str) -> dict[str, int]:
    """Table → its number of rows, Alembic's own table aside."""
    engine = create_engine(engine_url(url))
    try:
        with engine.connect() as connection:
            tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
            return {
                name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                for name in tables
            }
    finally:
        engine.dispose()


def say(message: str) -> None:
    print(f"  {message}", flush=True)


if __name__ == "__main__":
    main()
