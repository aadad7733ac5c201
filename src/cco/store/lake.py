"""The lake: what was billed, as one Apache Iceberg table of charges over sorted Parquet files.

DuckDB writes and reads the files; pyiceberg keeps the snapshots, with its catalog in PostgreSQL. A load
writes its files first, unseen, and one commit then takes the place of what an earlier delivery of the
same (organisation, source, part, billing period) had brought: readers see the old or the new, never a mix.

Beside each data file lie three small ones, found from its path alone, so they are exactly as
current as the file itself:

    data/ORG/SOURCE/LOAD-NONCE/202609.parquet     the charges, sorted by day, account, service, resource
    daily/…/202609.parquet                        summed by day and the columns of DAILY
    tagged/…/202609.parquet                       the same, split further by tag keys with few values
    values/…/202609.parquet                       distinct values per dimension, for pickers, and under the
                                                  dimension `tag` each tag key; its key-value metadata
                                                  says days, currencies and tag keys (FileFacts)
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import fsspec
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    DateType,
    DecimalType,
    IcebergType,
    LongType,
    MapType,
    NestedField,
    StringType,
    TimestampType,
)
from sqlalchemy import Connection, Engine, make_url, text

from cco.core.charge import CHARGE_COLUMNS, COST_TYPE, KEY_COLUMNS, LAKE_COLUMNS, CostKind
from cco.core.errors import Unavailable
from cco.core.window import SystemClock

SORT = ("x_UsageDate", "SubAccountId", "ServiceName", "ResourceId")
"""The order of rows within a data file: what dashboards prune and compress by."""

DAILY = (
    "x_UsageDate",
    "period",
    "ProviderName",
    "BillingAccountId",
    "BillingAccountName",
    "SubAccountId",
    "SubAccountName",
    "ServiceCategory",
    "ServiceName",
    "RegionId",
    "RegionName",
    "ResourceType",
    "ChargeCategory",
    "ChargeClass",
    "ChargeFrequency",
    "PricingCategory",
    "CommitmentDiscountStatus",
    "PublisherName",
    "BillingCurrency",
)
"""The columns of the daily rollup."""

VALUES = {
    "ProviderName": "ProviderName",
    "BillingAccountId": "BillingAccountName",
    "SubAccountId": "SubAccountName",
    "ServiceCategory": "ServiceCategory",
    "ServiceName": "ServiceName",
    "RegionId": "RegionName",
    "ResourceType": "ResourceType",
    "ChargeCategory": "ChargeCategory",
    "ChargeClass": "ChargeClass",
    "ChargeFrequency": "ChargeFrequency",
    "PricingCategory": "PricingCategory",
    "CommitmentDiscountStatus": "CommitmentDiscountStatus",
    "PublisherName": "PublisherName",
    "BillingCurrency": "BillingCurrency",
}
"""Dimensions with a picker, and the column that names their values."""

ROLLED_TAG_VALUES = 300
ROLLED_TAG_KEYS = 12
"""A tag key is rolled up when it has at most so many values; the costliest keys first."""

PICKER_VALUES = 2_000
"""Values kept per dimension and file for pickers, the costliest first."""

ROLLED_SHARE = 1 / 3
ROLLED_ANYWAY = 5_000
"""The tagged rollup is kept where it has at most this share of the charges, or so few rows."""

ROW_GROUP = 262_144
"""Twice DuckDB's default: a month splits by date in several groups all the same."""

SIDECARS = ("daily", "tagged", "values")
COSTS = tuple(kind.value for kind in CostKind)
_LOCK = 7_461_028
_LOCATION = text(
    "SELECT metadata_location FROM iceberg.iceberg_tables "
    "WHERE table_namespace = 'cco' AND table_name = 'charges'"
)
_SETTLED = timedelta(hours=24)

Progress = Callable[[int, int, str, str], None]
"""Called with (done, total, unit, message) while something long runs."""


@dataclass(frozen=True, slots=True)
class LoadKey:
    """Whose charges they are and which delivery brought them."""

    org_id: str
    source_id: str
    part: str
    load_id: str


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A data file that has been written and is not yet visible.

    totals: what the file holds, read back from it: currency → cost kind → exact sum.
    """

    path: str
    period: date
    rows: int
    bytes: int
    totals: dict[str, dict[CostKind, Decimal]]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a query planner must know about a data file without opening it.

    tag_keys: key → whether the tagged rollup carries it; tagged: whether that rollup exists.
    """

    first_day: date
    last_day: date
    currencies: tuple[str, ...]
    tag_keys: dict[str, bool]
    tagged: bool


@dataclass(frozen=True, slots=True)
class VisibleFile:
    """A data file of the current snapshot."""

    path: str
    org_id: str
    source_id: str
    part: str
    period: date
    rows: int
    bytes: int
    facts: FileFacts

    def sidecar(self, kind: str) -> str:
        """The path of the small file of this kind beside it."""
        return sidecar(self.path, kind)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the lake. id: "0" before the first load."""

    id: str
    committed_at: datetime | None
    files: tuple[VisibleFile, ...]

    def of(self, org_id: str) -> tuple[VisibleFile, ...]:
        """This organisation's files."""
        return tuple(file for file in self.files if file.org_id == org_id)


def sidecar(data_path: str, kind: str) -> str:
    """``…/data/ORG/…`` → ``…/KIND/ORG/…``."""
    head, tail = data_path.rsplit("/data/", 1)
    return f"{head}/{kind}/{tail}"


class Lake:
    """The charges of all organisations.

    url: a local directory (``file:///…`` or a plain path) or ``s3://bucket/prefix``.
    engine: the PostgreSQL that keeps the catalog (schema ``iceberg``) and the commit lock.
    """

    def __init__(
        self,
        url: str,
        engine: Engine,
        *,
        scratch: Path,
        memory: str = "1GB",
        threads: int | None = None,
        s3_endpoint: str | None = None,
    ) -> None:
        self.root = url if "://" in url else f"file://{Path(url).resolve()}"
        self.root = self.root.rstrip("/")
        self.scratch = scratch
        self.memory = memory
        self.threads = threads
        self.s3_endpoint = s3_endpoint
        self._engine = engine
        self._lock = threading.RLock()
        self._catalog_made: SqlCatalog | None = None
        self._catalog_known = False
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._facts: dict[str, FileFacts] = {}
        self._snapshot: tuple[str, Snapshot] | None = None

    @property
    def local(self) -> bool:
        """Whether the files lie on this machine's disk."""
        return self.root.startswith("file://")

    # ── connections ────────────────────────────────────────────────────────────────────────────

    def connect(
        self, *, database: Path | None = None, scratch: Path | None = None, memory: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection of its own: UTC, bounded memory, spilling to `scratch`, able to read the
        lake. database: a file for its tables, so that they need not fit in memory."""
        spill = scratch or self.scratch
        spill.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(database) if database else ":memory:")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{_word(memory or self.memory)}'")
        connection.execute("SET temp_directory = ?", [str(spill)])
        connection.execute("SET preserve_insertion_order = false")
        if database:  # what is staged there is thrown away: nobody needs it settled on disk
            connection.execute("SET checkpoint_threshold = '1TB'")
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        if self.threads:
            connection.execute(f"SET threads = {int(self.threads)}")
        if not self.local:
            connection.register_filesystem(self.object_store())
        return connection

    def object_store(self) -> Any:
        """The fsspec file system that holds the lake's files."""
        if self.local:
            return fsspec.filesystem("file")
        options = {"endpoint_url": self.s3_endpoint} if self.s3_endpoint else {}
        return fsspec.filesystem("s3", client_kwargs=options)

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one query, on a connection all readers share (with its metadata cache)."""
        with self._lock:
            if self._reader is None:
                self._reader = self.connect()
                self._reader.execute("SET parquet_metadata_cache = true")
                self._reader.execute("SET validate_external_file_cache = 'NO_VALIDATION'")
            cursor = self._reader.cursor()
        try:
            cursor.execute("SET TimeZone = 'UTC'")
            yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the shared reader and the catalog's connections."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            if self._catalog_made is not None:
                self._catalog_made.engine.dispose()
                self._catalog_made = None

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        key: LoadKey,
        *,
        progress: Progress | None = None,
    ) -> list[LakeFile]:
        """Write the rows of `relation` as sorted files, one per billing period, with their sidecars.

        relation: a table or view of `connection` with the columns of CHARGE_COLUMNS and a DATE
        `period`. Nothing becomes visible; `commit` does that, `discard` undoes this.
        """
        periods = connection.execute(
            f"SELECT period, count(*) FROM {_word(relation)} GROUP BY 1 ORDER BY 1"
        ).fetchall()
        total = sum(count for _, count in periods)
        folder = f"{self.root}/data/{key.org_id}/{key.source_id}/{key.load_id}-{uuid.uuid4().hex[:8]}"
        files: list[LakeFile] = []
        done = 0
        for period, count in periods:
            if progress is not None:
                progress(done, total, "rows", f"Writing {period:%B %Y}")
            files.append(
                self._write_period(connection, relation, key, period, f"{folder}/{period:%Y%m}.parquet")
            )
            done += count
        return files

    def _write_period(
        self, connection: duckdb.DuckDBPyConnection, relation: str, key: LoadKey, period: date, path: str
    ) -> LakeFile:
        local = {kind: self._staged(sidecar(path, kind)) for kind in ("data", *SIDECARS)}
        for target in local.values():
            target.parent.mkdir(parents=True, exist_ok=True)
        keys = {
            "org_id": _text(key.org_id),
            "source_id": _text(key.source_id),
            "part": _text(key.part),
            "load_id": _text(key.load_id),
            "period": "period",
        }
        columns = ", ".join(
            [f'{keys[column.name]}::{column.type} AS "{column.name}"' for column in KEY_COLUMNS]
            + [f'"{column.name}"' for column in CHARGE_COLUMNS]
        )
        order = ", ".join(f'"{name}"' for name in SORT)
        data = _text(str(local["data"]))
        connection.execute(
            f"COPY (SELECT {columns} FROM {relation} WHERE period = DATE '{period}' ORDER BY {order}) "
            f"TO {data} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        totals = self._totals(connection, str(local["data"]))
        rows = sum(count for count, _ in totals.values())
        self._write_sidecars(connection, local, rows)
        for kind, target in local.items():
            if target.exists():
                self._deliver(target, sidecar(path, kind))
        size = int(self.object_store().size(_plain(path)))
        return LakeFile(path, period, rows, size, {currency: sums for currency, (_, sums) in totals.items()})

    def _totals(
        self, connection: duckdb.DuckDBPyConnection, path: str
    ) -> dict[str, tuple[int, dict[CostKind, Decimal]]]:
        sums = ", ".join(f'sum("{name}")' for name in COSTS)
        rows = connection.execute(
            f"SELECT BillingCurrency, count(*), {sums} FROM read_parquet(?) GROUP BY 1",
            [path],
        ).fetchall()
        return {row[0]: (row[1], dict(zip(CostKind, row[2:], strict=True))) for row in rows}

    def _write_sidecars(
        self, connection: duckdb.DuckDBPyConnection, local: dict[str, Path], rows: int
    ) -> None:
        """The daily and tagged rollups and the picker values of a data file that has just been written.

        Tags are looked at once per distinct set of them: resources repeat theirs on every row.
        """
        data = f"read_parquet({_text(str(local['data']))})"
        sums = ", ".join(f'sum("{name}")::{COST_TYPE} AS "{name}"' for name in COSTS)
        dims = ", ".join(f'"{name}"' for name in DAILY)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE side_tags AS "
            "SELECT e.key AS key, e.value AS value, BillingCurrency, sum(charges)::BIGINT AS charges, "
            f"sum(cost)::{COST_TYPE} AS cost, sum(size) AS size FROM ("
            "SELECT unnest(map_entries(Tags)) AS e, BillingCurrency, charges, cost, size FROM ("
            "SELECT Tags, BillingCurrency, count(*) AS charges, sum(EffectiveCost) AS cost, "
            f"sum(abs(EffectiveCost::DOUBLE)) AS size FROM {data} GROUP BY 1, 2)) GROUP BY 1, 2, 3"
        )
        tags = connection.execute(
            "SELECT key, count(DISTINCT value) FROM side_tags GROUP BY 1 ORDER BY sum(size) DESC, 1"
        ).fetchall()
        few = [name for name, values in tags if values <= ROLLED_TAG_VALUES][:ROLLED_TAG_KEYS]
        tagged = False
        if few:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE side_sets AS "
                "SELECT Tags, map_from_entries(list_sort(list_filter("
                f"map_entries(Tags), lambda e: e.key IN ({', '.join(map(_text, few))})))) AS kept "
                f"FROM (SELECT DISTINCT Tags FROM {data})"
            )
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE side_tagged AS SELECT {dims}, kept AS Tags, {sums}, "
                f"count(*) AS charges FROM {data} AS data JOIN side_sets "
                "ON side_sets.Tags IS NOT DISTINCT FROM data.Tags GROUP BY ALL"
            )
            found = int(connection.execute("SELECT count(*) FROM side_tagged").fetchall()[0][0])
            tagged = found <= max(rows * ROLLED_SHARE, ROLLED_ANYWAY)
        source, counted = ("side_tagged", "sum(charges)::BIGINT") if few else (data, "count(*)")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE side_daily AS "
            f"SELECT {dims}, {sums}, {counted} AS charges FROM {source} GROUP BY ALL"
        )
        for table, kind in (("side_tagged", "tagged"), ("side_daily", "daily")):
            if kind == "daily" or tagged:
                connection.execute(
                    f"COPY (SELECT * FROM {table} ORDER BY x_UsageDate, SubAccountId, ServiceName) "
                    f"TO {_text(str(local[kind]))} (FORMAT parquet, COMPRESSION zstd)"
                )
        self._write_values(connection, local, {name: name in few for name, _ in tags}, tagged=tagged)
        for table in ("side_tags", "side_sets", "side_tagged", "side_daily"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def _write_values(
        self,
        connection: duckdb.DuckDBPyConnection,
        local: dict[str, Path],
        tag_keys: dict[str, bool],
        *,
        tagged: bool,
    ) -> None:
        first, last, currencies = connection.execute(
            "SELECT min(x_UsageDate), max(x_UsageDate), list_sort(list(DISTINCT BillingCurrency)) "
            "FROM side_daily"
        ).fetchall()[0]
        facts = {
            "first_day": str(first),
            "last_day": str(last),
            "currencies": currencies,
            "tag_keys": tag_keys,
            "tagged": tagged,
        }
        pickers = [
            f'SELECT \'{name}\' AS dimension, "{name}" AS value, max("{label}") AS label, BillingCurrency, '
            f"sum(charges)::BIGINT AS charges, sum(EffectiveCost)::{COST_TYPE} AS EffectiveCost "
            "FROM side_daily GROUP BY 1, 2, 4"
            for name, label in VALUES.items()
        ]
        pickers.append("SELECT 'tag:' || key, value, value, BillingCurrency, charges, cost FROM side_tags")
        pickers.append(
            f"SELECT 'tag', key, key, BillingCurrency, sum(charges)::BIGINT, sum(cost)::{COST_TYPE} "
            "FROM side_tags WHERE value IS NOT NULL GROUP BY 1, 2, 3, 4"
        )
        connection.execute(
            f"COPY (SELECT * FROM ({' UNION ALL '.join(pickers)}) "
            f"QUALIFY row_number() OVER (PARTITION BY dimension ORDER BY abs(EffectiveCost) DESC, value) <= "
            f"{PICKER_VALUES}) TO {_text(str(local['values']))} "
            f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{cco: {_text(json.dumps(facts))}}})"
        )

    def _staged(self, path: str) -> Path:
        """Where DuckDB writes a file: in place on disk, else in scratch before it is uploaded."""
        if self.local:
            return Path(_plain(path))
        return self.scratch / "upload" / hashlib.sha256(path.encode()).hexdigest()

    def _deliver(self, staged: Path, path: str) -> None:
        if not self.local:
            self.object_store().put_file(str(staged), path)
            staged.unlink()

    # ── committing ─────────────────────────────────────────────────────────────────────────────

    def commit(self, key: LoadKey, periods: Sequence[date], files: Sequence[LakeFile]) -> int:
        """Make the files visible in place of what (org, source, part) had in these periods.

        One Iceberg transaction, under a lock that all processes share; a load that is already
        committed changes nothing. Returns the snapshot id.
        """
        with self._alone():
            table = self._table()
            done = _snapshot_of(table, key.load_id)
            if done is not None:
                return done
            wanted = set(periods)
            gone = [
                file
                for file in _data_files(table)
                if _owner(file) == (key.org_id, key.source_id, key.part) and _period(file) in wanted
            ]
            self._replace(table, gone, [file.path for file in files], {"cco.load-id": key.load_id})
            return self._current_id()

    def remove(self, org_id: str, source_id: str, part: str | None = None) -> int:
        """Take all charges of a source, or of one part of it, out of the lake. Returns the snapshot id."""
        with self._alone():
            table = self._table()
            gone = [
                file
                for file in _data_files(table)
                if _owner(file)[:2] == (org_id, source_id) and part in (None, _owner(file)[2])
            ]
            if gone:
                self._replace(table, gone, [], {"cco.removed-source": source_id})
            return self._current_id()

    def snapshot_of(self, load_id: str) -> int | None:
        """The snapshot that made this load visible, if it was committed."""
        return _snapshot_of(self._table(), load_id)

    def discard(self, files: Sequence[LakeFile]) -> None:
        """Delete files that were written and never committed, with their sidecars."""
        store = self.object_store()
        for folder in {file.path.rsplit("/", 1)[0] for file in files}:
            for kind in ("data", *SIDECARS):
                _remove_tree(store, sidecar(folder, kind))

    def sweep(self, *, now: datetime | None = None, settled: timedelta = _SETTLED) -> int:
        """Forget snapshots and delete files that no reader can need any more: older than `settled` and
        not part of the current state. Returns the number of folders deleted."""
        moment = now or SystemClock().now()
        with self._alone():
            table = self._table()
            old = [
                snapshot.snapshot_id
                for snapshot in table.snapshots()
                if snapshot.timestamp_ms < (moment - settled).timestamp() * 1000
                and (head := table.current_snapshot()) is not None
                and snapshot.snapshot_id != head.snapshot_id
            ]
            if old:
                table.maintenance.expire_snapshots().by_ids(old).commit()
                table = self._table()
            store = self.object_store()
            kept = {
                str(store._strip_protocol(file.file_path)).rsplit("/", 1)[0]
                for snapshot in table.snapshots()
                for file in _data_files(table, snapshot.snapshot_id)
            }
        store.invalidate_cache()
        removed = 0
        for folder in store.glob(store._strip_protocol(f"{self.root}/data") + "/*/*/*"):
            if folder in kept or not _settled(store, folder, moment - settled):
                continue
            for kind in ("data", *SIDECARS):
                _remove_tree(store, sidecar(folder, kind))
            removed += 1
        return removed

    def _replace(
        self, table: Table, gone: Sequence[DataFile], paths: Sequence[str], properties: dict[str, str]
    ) -> None:
        with (
            table.transaction() as transaction,
            transaction.update_snapshot(snapshot_properties=properties).overwrite() as overwrite,
        ):
            for file in gone:
                overwrite.delete_data_file(file)
            for path in paths:
                overwrite.append_data_file(parquet_file_to_data_file(table.io, table.metadata, path))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of the charges table over all processes."""
        with self._engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, connection: Connection | None = None) -> Snapshot:
        """The current state. One small query when nothing has changed, over the caller's connection
        where it has one."""
        location = self._metadata_location(connection)
        held = self._snapshot
        if held is not None and held[0] == location:
            return held[1]
        if location == "":
            made = Snapshot("0", None, ())
        else:
            table = self._table()
            current = table.current_snapshot()
            location = table.metadata_location
            made = (
                Snapshot("0", None, ())
                if current is None
                else Snapshot(
                    str(current.snapshot_id),
                    datetime.fromtimestamp(current.timestamp_ms / 1000, UTC),
                    self._visible(_data_files(table)),
                )
            )
        with self._lock:
            self._snapshot = (location, made)
        return made

    def files(self, org_id: str, source_id: str | None = None) -> tuple[VisibleFile, ...]:
        """An organisation's current files, of one source or all."""
        return tuple(file for file in self.snapshot().of(org_id) if source_id in (None, file.source_id))

    def _visible(self, files: Sequence[DataFile]) -> tuple[VisibleFile, ...]:
        missing = [file.file_path for file in files if file.file_path not in self._facts]
        if missing:
            with self.reading() as cursor:
                rows = cursor.execute(
                    "SELECT file_name, decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'cco'",
                    [[_plain(sidecar(path, "values")) for path in missing]],
                ).fetchall()
            told = {name: _facts(json.loads(value)) for name, value in rows}
            found = {path: told[_plain(sidecar(path, "values"))] for path in missing}
            with self._lock:
                self._facts |= found
        with self._lock:
            facts = {file.file_path: self._facts[file.file_path] for file in files}
            self._facts = dict(facts)
        visible = [
            VisibleFile(
                _plain(file.file_path),
                *_owner(file),
                _period(file),
                file.record_count,
                file.file_size_in_bytes,
                facts[file.file_path],
            )
            for file in files
        ]
        return tuple(sorted(visible, key=lambda file: (file.org_id, file.period, file.source_id, file.path)))

    # ── catalog ────────────────────────────────────────────────────────────────────────────────

    def _metadata_location(self, connection: Connection | None) -> str:
        if connection is None:
            with self._engine.connect() as own:
                return self._metadata_location(own)
        if not self._catalog_known:
            if connection.execute(text("SELECT to_regclass('iceberg.iceberg_tables')")).scalar() is None:
                return ""
            self._catalog_known = True
        return str(connection.execute(_LOCATION).scalar() or "")

    def _current_id(self) -> int:
        current = self._table().current_snapshot()
        return current.snapshot_id if current else 0

    def _catalog(self) -> SqlCatalog:
        with self._lock:
            if self._catalog_made is None:
                url = make_url(self._engine.url).update_query_dict({"options": "-csearch_path=iceberg"})
                with self._engine.begin() as connection:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK + 1})
                    connection.execute(text("CREATE SCHEMA IF NOT EXISTS iceberg"))
                properties = {
                    "uri": url.render_as_string(hide_password=False),
                    "warehouse": self.root,
                    "pool_size": "2",
                }
                if self.s3_endpoint:
                    properties["s3.endpoint"] = self.s3_endpoint
                with self._engine.begin() as connection:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK + 1})
                    self._catalog_made = SqlCatalog("cco", **properties)
            return self._catalog_made

    def _table(self) -> Table:
        catalog = self._catalog()
        try:
            return catalog.load_table("cco.charges")
        except NoSuchTableError:
            with suppress(NamespaceAlreadyExistsError):
                catalog.create_namespace("cco")
            schema = _schema()
            try:
                return catalog.create_table(
                    "cco.charges",
                    schema,
                    location=f"{self.root}/iceberg/charges",
                    partition_spec=_partitioning(schema),
                    sort_order=SortOrder(
                        *[
                            SortField(
                                source_id=schema.find_field(name).field_id, transform=IdentityTransform()
                            )
                            for name in SORT
                        ]
                    ),
                    properties={
                        "schema.name-mapping.default": schema.name_mapping.model_dump_json(),
                        "write.metadata.delete-after-commit.enabled": "true",
                        "write.metadata.previous-versions-max": "20",
                        "commit.manifest-merge.enabled": "true",
                    },
                )
            except TableAlreadyExistsError:
                return catalog.load_table("cco.charges")


def _schema() -> Schema:
    fields = []
    for number, column in enumerate(LAKE_COLUMNS, start=1):
        kind: IcebergType
        if column.type == "VARCHAR":
            kind = StringType()
        elif column.type == "TIMESTAMP":
            kind = TimestampType()
        elif column.type == "DATE":
            kind = DateType()
        elif column.type == "BIGINT":
            kind = LongType()
        elif found := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", column.type):
            kind = DecimalType(int(found[1]), int(found[2]))
        else:
            kind = MapType(
                1000 + 2 * number, StringType(), 1001 + 2 * number, StringType(), value_required=False
            )
        fields.append(NestedField(number, column.name, kind, required=False))
    return Schema(*fields)


def _partitioning(schema: Schema) -> PartitionSpec:
    names = ("org_id", "source_id", "part", "period")
    return PartitionSpec(
        *[
            PartitionField(schema.find_field(name).field_id, 2000 + number, IdentityTransform(), name)
            for number, name in enumerate(names)
        ]
    )


def _data_files(table: Table, snapshot_id: int | None = None) -> list[DataFile]:
    if table.current_snapshot() is None:
        return []
    return [task.file for task in table.scan(snapshot_id=snapshot_id).plan_files()]


def _owner(file: DataFile) -> tuple[str, str, str]:
    return file.partition[0], file.partition[1], file.partition[2]


def _period(file: DataFile) -> date:
    value = file.partition[3]
    return value if isinstance(value, date) else date(1970, 1, 1) + timedelta(days=value)


def _snapshot_of(table: Table, load_id: str) -> int | None:
    for snapshot in reversed(table.snapshots()):
        if (
            snapshot.summary is not None
            and snapshot.summary.additional_properties.get("cco.load-id") == load_id
        ):
            return snapshot.snapshot_id
    if any(f"/{load_id}-" in file.file_path for file in _data_files(table)):
        current = table.current_snapshot()
        return current.snapshot_id if current else None
    return None


def _facts(told: dict[str, Any]) -> FileFacts:
    return FileFacts(
        date.fromisoformat(told["first_day"]),
        date.fromisoformat(told["last_day"]),
        tuple(told["currencies"]),
        dict(told["tag_keys"]),
        bool(told["tagged"]),
    )


def _plain(url: str) -> str:
    """How DuckDB and the file system name a file: a plain path on disk, the URL in an object store."""
    return url.removeprefix("file://")


def _text(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def _word(value: str) -> str:
    """A name or size that goes into SQL as it is; anything that could end it is refused."""
    if not re.fullmatch(r"[A-Za-z0-9_.% ]+", value):
        raise ValueError(f"{value!r} is not a plain word")
    return value


def _remove_tree(store: Any, path: str) -> None:
    target = _plain(path)
    if store.exists(target):
        store.rm(target, recursive=True)


def _settled(store: Any, folder: str, before: datetime) -> bool:
    found = store.find(folder, detail=True).values()
    for entry in found:
        stamp = entry.get("mtime") or entry.get("LastModified")
        if stamp is None:
            raise Unavailable(f"{folder} does not say when it was written.")
        when = stamp if isinstance(stamp, datetime) else datetime.fromtimestamp(stamp, UTC)
        if when > before:
            return False
    return True
