"""How fast the dashboard's questions are over HTTP, against bare DuckDB.

same: the very SQL that the answer takes, over the same files, in a bare DuckDB connection. plain: one
plain GROUP BY over the line items, as an analyst would write it.

    python -m benchmarks.queries --home HOME [--users 16] [--load FILE]

HOME holds a loaded bill (benchmarks.ingest leaves one in build/benchmarks/home-company). Every round asks
about another window, so that no answer has been given before; the repeat asks the same again. With
--load, that file is loaded into another source again and again while the users ask.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import duckdb
import httpx

from benchmarks.ingest import LOAD
from benchmarks.measure import machine
from cco.core.charge import CostKind
from cco.core.window import Days
from cco.store.charges import Charges
from cco.store.cost import Costs
from cco.store.lake import Lake, Snapshot
from cco.store.scope import Filter, Op, Rates, Scope, merged, parse_filter

SERVER = """
import json, pickle, sys
from pathlib import Path
import uvicorn
from cco import logs
from cco.api.app import create_app
from cco.core.role import Role
from cco.settings import Settings
from cco.store.api_tokens import ApiTokens
from cco.store.identity import Identity, Principal, SignedIn
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import opened
from cco.store import passwords
logs.configure("json", "error")
settings = Settings(home=Path(sys.argv[1]), requests_per_minute=0)
with opened(settings) as wiring:
    with wiring.database.transaction() as session:
        org = Orgs(session).ensure(DEFAULT)
        identity = Identity(session, wiring.clock)
        admin = Principal(None, org, Role.ADMIN, None, None, "benchmark")
        _, link = identity.invite(admin, f"bench-{wiring.clock.now():%H%M%S%f}@example.com", Role.ADMIN)
        password = passwords.hashed("a long password")
        signed = identity.use_link(
            link, email=None, name="Bench", password_hash=password, proven=True, user_agent=None
        )
        token = ApiTokens(session, wiring.clock).make(signed.principal, "bench", Role.ADMIN, None)[1]
    config = uvicorn.Config(create_app(wiring), port=int(sys.argv[2]), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with Path(sys.argv[3]).open("wb") as file:
        pickle.dump((org.id, wiring.lake.snapshot()), file)
    print(json.dumps({"token": token}), flush=True)
    server.run()
"""

AGAIN = LOAD.replace("[source])", "[source], Options(again=True))").replace(
    "from cco.ingest.load import Ingest", "from cco.ingest.load import Ingest, Options"
)

Window = tuple[date, date]
Ask = tuple[str, Callable[[Window], dict[str, Any]], Callable[[Window], str]]


def _where(window: Window) -> str:
    return f"x_UsageDate >= DATE '{window[0]}' AND x_UsageDate < DATE '{window[1]}'"


def _previous(window: Window) -> Window:
    return window[0] - (window[1] - window[0]), window[0]


QUESTIONS: dict[str, Ask] = {
    "summary": (
        "costs/summary",
        lambda _: {},
        lambda w: (
            "SELECT sum(EffectiveCost), sum(BilledCost), sum(ListCost), sum(ContractedCost), count(*) "
            f"FROM charges WHERE {_where((_previous(w)[0], w[1]))}"
        ),
    ),
    "day by service": (
        "costs/series",
        lambda _: {"group_by": "ServiceName"},
        lambda w: (
            "SELECT x_UsageDate, ServiceName, sum(EffectiveCost) FROM charges "
            f"WHERE {_where(w)} GROUP BY 1, 2"
        ),
    ),
    "by account, with trend": (
        "costs/breakdown",
        lambda _: {"group_by": "SubAccountId"},
        lambda w: (
            "SELECT SubAccountId, x_UsageDate, sum(EffectiveCost), count(*) "
            f"FROM charges WHERE {_where((_previous(w)[0], w[1]))} GROUP BY 1, 2"
        ),
    ),
    "by tag": (
        "costs/breakdown",
        lambda _: {"group_by": "tag:team"},
        lambda w: (
            "SELECT Tags['team'], x_UsageDate, sum(EffectiveCost), count(*) "
            f"FROM charges WHERE {_where((_previous(w)[0], w[1]))} GROUP BY 1, 2"
        ),
    ),
    "filtered by service and region": (
        "costs/series",
        lambda _: {
            "group_by": "SubAccountId",
            "filter": ["ServiceName=in=Amazon Elastic Compute Cloud", "RegionId=in=us-east-1"],
        },
        lambda w: (
            f"SELECT x_UsageDate, SubAccountId, sum(EffectiveCost) FROM charges WHERE {_where(w)} "
            "AND ServiceName = 'Amazon Elastic Compute Cloud' AND RegionId = 'us-east-1' GROUP BY 1, 2"
        ),
    ),
    "top 20 resources": (
        "resources",
        lambda _: {"limit": "20"},
        lambda w: (
            "SELECT ProviderName, ResourceId, sum(EffectiveCost) c, any_value(ResourceName) FROM charges "
            f"WHERE {_where((_previous(w)[0], w[1]))} AND ResourceId IS NOT NULL "
            "GROUP BY 1, 2 ORDER BY c DESC LIMIT 20"
        ),
    ),
    "movers by service": (
        "costs/movers",
        lambda _: {},
        lambda w: (
            f"SELECT ServiceName, SkuId, x_UsageDate >= DATE '{w[0]}', "
            "sum(EffectiveCost), sum(PricingQuantity) "
            f"FROM charges WHERE {_where((_previous(w)[0], w[1]))} GROUP BY 1, 2, 3"
        ),
    ),
    "line items": (
        "costs/charges",
        lambda _: {"sort": "cost", "limit": "50"},
        lambda w: f"SELECT * FROM charges WHERE {_where(w)} ORDER BY EffectiveCost DESC LIMIT 50",
    ),
}


class BareLake:
    """Lends a bare DuckDB connection to the product's own queries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of the bare connection."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


class Same:
    """Runs the SQL behind each question on a bare connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, org_id: str) -> None:
        lake = cast(Lake, BareLake(connection))
        self._costs, self._charges = Costs(lake), Charges(lake)
        self._snapshot, self._org = snapshot, org_id

    def ask(self, name: str, window: Window) -> None:
        """The statements of one answer, one after the other."""
        path, more, _ = QUESTIONS[name]
        given = more(window)
        filters = tuple(parse_filter(each) for each in given.get("filter", []))
        scope = Scope(self._org, Days(*window), Rates("USD"), CostKind.EFFECTIVE, merged(filters))
        before = scope.days.previous()
        costs, snapshot = self._costs, self._snapshot
        if path == "costs/summary":
            costs.totals(snapshot, scope, before)
            costs.run_rate(snapshot, scope, window[1] - timedelta(days=1))
        elif path == "costs/movers":
            costs.movers(snapshot, scope, before, ["ServiceName"], limit=10)
            costs.totals(snapshot, scope, before)
        elif path == "costs/charges":
            self._charges.page(snapshot, scope, order="cost", limit=50, cursor=None)
        else:
            by = (
                [given["group_by"]] if "group_by" in given else ["ProviderName", "ResourceId", "SubAccountId"]
            )
            if path == "resources":
                scope = replace(scope, filters=(Filter("ResourceId", Op.PRESENT),))
            else:
                by = [given["group_by"]]
            limit = {"costs/series": 7, "costs/breakdown": 50, "resources": 20}[path]
            ranking = costs.rank(snapshot, scope, before, by, limit=limit)
            costs.buckets(snapshot, scope, "day", by, [row.key for row in ranking.rows])
            if path == "costs/series":
                costs.buckets(snapshot, replace(scope, days=before), "day")


def windows(rounds: int, last: date) -> list[Window]:
    """Windows of 30 days, each another."""
    return [(last - timedelta(days=30 + 7 * n), last - timedelta(days=7 * n)) for n in range(rounds)]


def spread(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(times)
    return statistics.median(ordered) * 1000, ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] * 1000


def timed(ask: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--last", type=date.fromisoformat, default=date(2026, 11, 1))
    parser.add_argument("--port", type=int, default=18473)
    parser.add_argument("--load", type=Path)
    given = parser.parse_args()
    print(machine())
    environment = {**os.environ, "CCO_LOG_LEVEL": "error"}
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, given.home, str(given.port), given.home / "snapshot"],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        token = json.loads(server.stdout.readline())["token"]
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{given.port}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
            limits=httpx.Limits(max_connections=given.users),
        )
        while True:
            try:
                client.get("health/ready").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        with (given.home / "snapshot").open("rb") as file:
            org_id, snapshot = pickle.load(file)
        measure(client, given, org_id, snapshot)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def measure(client: httpx.Client, given: argparse.Namespace, org_id: str, snapshot: Snapshot) -> None:
    """One user against bare DuckDB, the repeat, then many users while a bill is loaded."""
    files = sorted(str(path) for path in given.home.glob("lake/data/**/*.parquet"))
    bare = duckdb.connect()
    bare.execute("SET parquet_metadata_cache = true")
    listed = ", ".join(f"'{path}'" for path in files)
    bare.execute(f"CREATE VIEW charges AS SELECT * FROM read_parquet([{listed}])")
    rows = bare.execute("SELECT count(*) FROM charges").fetchall()[0][0]
    print(f"{rows:,} rows in {len(files)} files")
    asked = windows(given.rounds, given.last)
    same = Same(bare, snapshot, org_id)

    def ask(name: str, window: Window) -> httpx.Response:
        path, more, _ = QUESTIONS[name]
        asking = {"start": str(window[0]), "end": str(window[1]), **more(window)}
        return client.get(path, params=asking).raise_for_status()

    def plain(query: str) -> None:
        bare.execute(query).fetchall()

    heads = ("HTTP ms", "p95", "same ms", "p95", "ratio", "plain ms", "ratio", "repeat", "304")
    print(f"{'question':32} " + " ".join(f"{head:>8}" for head in heads))
    for name, (path, more, query) in QUESTIONS.items():
        warm = windows(given.rounds + 1, given.last)[-1]
        ask(name, warm)
        same.ask(name, warm)
        over_http = [timed(partial(ask, name, window)) for window in asked]
        in_same = [timed(partial(same.ask, name, window)) for window in asked]
        in_plain = [timed(partial(plain, query(window))) for window in asked]
        repeat = [timed(partial(ask, name, asked[0])) for _ in range(20)]
        tag = ask(name, asked[0]).headers["etag"]
        known = {"start": str(asked[0][0]), "end": str(asked[0][1]), **more(asked[0])}
        once_more = partial(client.get, path, params=known, headers={"If-None-Match": tag})
        unchanged = [timed(once_more) for _ in range(20)]
        (h50, h95), (s50, s95), (p50, _) = spread(over_http), spread(in_same), spread(in_plain)
        print(
            f"{name:32} {h50:8.1f} {h95:8.1f} {s50:8.1f} {s95:8.1f} {h50 / s50:7.2f}x {p50:8.1f} "
            f"{h50 / p50:7.2f}x {spread(repeat)[0]:8.1f} {spread(unchanged)[0]:8.1f}"
        )
    crowd(given, ask, same)


def crowd(
    given: argparse.Namespace,
    ask: Callable[[str, Window], httpx.Response],
    same: Same,
) -> None:
    """Many users at once, each asking every question about windows of their own; then the same SQL by
    as many threads on one bare DuckDB."""
    stop = threading.Event()
    loads = 0

    def keep_loading() -> None:
        nonlocal loads
        while not stop.is_set():
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", AGAIN, given.home, given.load],
                stdout=subprocess.DEVNULL, check=False, env={**os.environ, "CCO_LOG_LEVEL": "error"},
            )  # fmt: skip
            loads += 1

    loader = threading.Thread(target=keep_loading)
    if given.load:
        loader.start()
    chance = random.Random(1)
    plans = []
    for user in range(given.users):
        shift = timedelta(days=3 * user + 1)
        order = list(QUESTIONS)
        chance.shuffle(order)
        plans.append([(name, (w[0] - shift, w[1] - shift)) for w in windows(4, given.last) for name in order])

    def run(one: Callable[[str, Window], object]) -> dict[str, list[float]]:
        taken: dict[str, list[float]] = {name: [] for name in QUESTIONS}

        def user(plan: list[tuple[str, Window]]) -> None:
            for name, window in plan:
                taken[name].append(timed(partial(one, name, window)))

        with ThreadPoolExecutor(given.users) as pool:
            list(pool.map(user, plans))
        return taken

    over_http = run(ask)

    in_bare = run(same.ask)
    stop.set()
    if given.load:
        loader.join()
    print(f"\n{given.users} users at once" + (f", {loads} loads meanwhile" if given.load else ""))
    print(f"{'question':32} {'HTTP ms':>9} {'p95':>7} {'same ms':>9} {'p95':>7} {'p95 ratio':>9}")
    for name in QUESTIONS:
        (h50, h95), (b50, b95) = spread(over_http[name]), spread(in_bare[name])
        print(f"{name:32} {h50:9.1f} {h95:7.1f} {b50:9.1f} {b95:7.1f} {h95 / b95:8.2f}x")


if __name__ == "__main__":
    main()
