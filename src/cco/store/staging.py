"""The engine behind ingest: DuckDB reads a delivered file once, casts, maps and checks it, and keeps
the result in a compact file of its own until it is written to the lake.

What a file means is decided elsewhere (`cco.ingest`); this module runs the SELECT it is given and
answers questions about the outcome. Rows never pass through Python, except rejected ones.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import duckdb

from cco.core.charge import CHARGE_COLUMNS, CostKind
from cco.core.errors import BadFile, CcoError, Unavailable
from cco.core.money import EXACT
from cco.core.resource import Resource

CHARGES = "staged_charges"
"""The view of the rows to keep: the charge columns and ``period``, as `Lake.write` wants them."""

NULLS = ("", "NULL", "null", "\\N")
"""How files spell an empty cell."""

SAMPLE_ROWS = 5_000

DICTIONARY_ROWS = 50_000
"""From so many rows on it pays to parse each distinct text once."""

IN_PLACE_ROWS = 100_000
"""From so many rows on Parquet files are judged where they lie instead of being staged."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A file that DuckDB can read as it is: uncompressed UTF-8 text, or Parquet.

    name: what the user calls it; path: where it lies; headers and delimiter: for delimited text.
    """

    name: str
    path: Path
    kind: Literal["csv", "parquet", "jsonl"]
    delimiter: str = ","
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the reader yields it. sql: the expression; type: DuckDB's; nulled: its empty cells
    are NULL already."""

    header: str
    sql: str
    type: str
    nulled: bool


@dataclass(slots=True)
class Part:
    """A file and the SELECT that makes charges of it.

    select: ``{reader}`` stands for the relation that reads the file. totals: cost kind → column with the
    source's own value. numbered: the SELECT yields ``_row``, the data row a charge comes from. split: a
    row may become several charges. period: the expression over the file on which alone the billing
    period depends, or None. offset: the delivery's rows before this file.
    """

    readable: Readable
    select: str
    totals: Mapping[CostKind, str]
    numbered: bool
    split: bool
    period: str | None = None
    offset: int = 0

    def query(self, reader: str, *, period: str | None = None) -> str:
        """The SELECT over a reader; with `period`, that expression is there as ``_period``."""
        query = self.select.replace("{reader}", reader)
        if period is not None:
            return (
                query.replace("{period}", f", {period} AS _raw_period")
                .replace("{_period}", ", _raw_period AS _period")
                .replace("{_raw}", ", _raw_period")
            )
        query = query.replace("{period}", "").replace("{_period}", "").replace("{_raw}", "")
        if self.offset:
            query = f"SELECT * REPLACE (_row + {self.offset} AS _row) FROM ({query})"
        return query


@dataclass(frozen=True, slots=True)
class Rejected:
    """One fault of one row. row: 1-based data row in `file`; cells: the row as it stood, in the order
    of the file's columns."""

    file: str
    row: int
    column: str
    value: str | None
    reason: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was staged.

    rows_read = rows_kept + rows_rejected, in rows of the file; charges: rows to write, more than
    rows_kept where the format splits rows. totals: currency → cost kind → the source's own sum over
    the rows kept. notes: bit → rows.
    """

    rows_read: int
    rows_kept: int
    rows_rejected: int
    charges: int
    periods: tuple[date, ...]
    totals: Mapping[str, Mapping[CostKind, Decimal]]
    notes: Mapping[int, int]


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    """A quoted SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def macros() -> str:
    """The macros that formats use, as one SQL script."""
    return (files("cco.store") / "sql" / "macros.sql").read_text("utf-8")


class Staging:
    """One delivery on its way to the lake, in a database file that nobody else uses.

    connection: from `Lake.connect(database=…)`; the staged rows go to its database file, which the
    caller removes.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._files: list[tuple[str, int, int]] = []
        self._numbered = False
        self._split = False
        self._totals: Mapping[CostKind, str] = {}
        self._dictionaries: list[str] = []
        self._in_place: dict[date, list[tuple[Part, list[Any]]]] = {}
        self._rows = 0
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(macros())

    def columns(self, readable: Readable) -> list[Column]:
        """The file's columns in order; nested structs are flattened to dotted names.

        Raises BadFile where the file can't be read at all."""
        if readable.kind == "csv":
            return [
                Column(header, f"f{number}", "VARCHAR", nulled=True)
                for number, header in enumerate(readable.headers)
            ]
        with explained(readable.name):
            hidden = " EXCLUDE (file_row_number)" if readable.kind == "parquet" else ""
            relation = self.connection.sql(f"SELECT *{hidden} FROM {self.reader(readable)}")
            return [
                column
                for name, kind in zip(relation.columns, relation.types, strict=True)
                for column in _flattened(name, identifier(name), kind)
            ]

    def reader(self, readable: Readable) -> str:
        """The relation that reads the file."""
        path = literal(str(readable.path))
        if readable.kind == "parquet":
            return f"read_parquet({path}, file_row_number=true)"
        if readable.kind == "csv":
            columns = ", ".join(f"'f{number}': 'VARCHAR'" for number in range(len(readable.headers)))
            nulls = ", ".join(literal(null) for null in NULLS)
            return (
                f"read_csv({path}, columns={{{columns}}}, header=true, auto_detect=false,"
                f" delim={literal(readable.delimiter)}, quote='\"', escape='\"', strict_mode=true,"
                f" nullstr=[{nulls}], allow_quoted_nulls=true, compression='none',"
                f" max_line_size=16777216)"
            )
        with explained(readable.name):
            shape = self.connection.sql(
                f"SELECT * FROM read_json({path}, format='auto', sample_size=-1, compression='none',"
                " maximum_depth=6, map_inference_threshold=-1, convert_strings_to_integers=false,"
                " maximum_object_size=67108864)"
            )
            columns = ", ".join(
                f"{literal(name)}: {literal(_as_text(kind))}"
                for name, kind in zip(shape.columns, shape.types, strict=True)
            )
        return (
            f"read_json({path}, format='auto', columns={{{columns}}}, compression='none',"
            " maximum_object_size=67108864)"
        )

    def sample(
        self, readable: Readable, expressions: Sequence[str], *, everything: bool = False
    ) -> list[list[tuple[int, str]]]:
        """For each text expression over the file its (row, text) pairs, NULL left out: those of the
        first rows, or (`everything`) each distinct text of the whole file with the first row that
        has it. Rows are 1-based data rows."""
        if not expressions:
            return []
        reader = self.reader(readable)
        with explained(readable.name):
            if not everything:
                named = ", ".join(f"{sql} AS e{n}" for n, sql in enumerate(expressions))
                rows = self.connection.execute(f"SELECT {named} FROM {reader} LIMIT {SAMPLE_ROWS}").fetchall()
                return [
                    [(at, row[n]) for at, row in enumerate(rows, 1) if row[n] is not None]
                    for n in range(len(expressions))
                ]
            found: list[list[tuple[int, str]]] = []
            for sql in expressions:
                rows = self.connection.execute(
                    f"""SELECT min(line), text FROM (
                        SELECT row_number() OVER () AS line, {sql} AS text FROM {reader})
                        WHERE text IS NOT NULL
                        GROUP BY text, translate(text, '012345678', '999999999')
                        ORDER BY 1 LIMIT 200000"""
                ).fetchall()
                found.append([(at, text) for at, text in rows])
            return found

    def filled(self, readable: Readable, columns: Sequence[Column]) -> Mapping[str, bool] | None:
        """Headers of a Parquet file that hold any value → whether every row has one, from a scan of
        those columns alone; None for other files, where looking would mean reading them twice."""
        if readable.kind != "parquet" or not columns:
            return None
        counts = ", ".join(f"count(nullif(CAST({column.sql} AS VARCHAR), ''))" for column in columns)
        with explained(readable.name):
            rows, *filled = self._one(f"SELECT count(*), {counts} FROM {self.reader(readable)}")
        return {column.header: count == rows for column, count in zip(columns, filled, strict=True) if count}

    def dictionary(self, readable: Readable, column: Column, macro: str) -> str | None:
        """A table (``text``, ``value``) of what the macro makes of each distinct text of a column, or
        None where that is not worth it: the texts repeat in few files, and only Parquet can be asked
        for one column."""
        if readable.kind != "parquet" or column.type != "VARCHAR":
            return None
        reader, name = self.reader(readable), f"dictionary_{len(self._dictionaries)}"
        with explained(readable.name):
            rows, distinct = self._one(
                f"SELECT count({column.sql}), approx_count_distinct({column.sql}) FROM {reader}"
            )
            if rows < DICTIONARY_ROWS or distinct * 4 > rows or distinct > 2_000_000:
                return None
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT text, {macro}(text) AS value"
                f" FROM (SELECT DISTINCT {column.sql} AS text FROM {reader})"
                f" WHERE text IS NOT NULL AND text NOT IN ('', 'NULL')"
            )
        self._dictionaries.append(name)
        return name

    def look(self, parts: Sequence[Part]) -> Outcome | None:
        """The outcome of Parquet files judged in place, column by column, without staging their rows;
        None where they have to be staged: rows are to be rejected, or the file is small, or its rows
        can't be told apart by billing period cheaply."""
        rows = sum(
            self._one(f"SELECT count(*) FROM {self.reader(part.readable)}")[0]
            for part in parts
            if part.readable.kind == "parquet" and part.numbered and not part.split
        )
        if rows < IN_PLACE_ROWS or not all(part.numbered and not part.split for part in parts):
            return None
        self._totals, self._numbered, self._split = parts[0].totals, True, False
        totals = ", ".join(f"sum({column})" for column in self._totals.values())
        seen: dict[str, dict[CostKind, Decimal]] = {}
        notes: dict[int, int] = {}
        periods: dict[date, list[tuple[Part, list[Any]]]] = {}
        offset = 0
        self.connection.execute("SET disabled_optimizers = 'in_clause'")
        for part in parts:
            if part.period is None:
                return None
            with explained(part.readable.name):
                query = part.query(self.reader(part.readable), period=part.period)
                found = self.connection.execute(
                    f"SELECT _currency, period, _notes, count(*), count(_faults), "
                    f"list(DISTINCT _period), {totals} FROM ({query}) GROUP BY ALL"
                ).fetchall()
            by_period: dict[date, set[Any]] = {}
            here = 0
            for currency, period, bits, count, faults, raw, *sums in found:
                if faults or period is None:
                    return None
                here += count
                by_period.setdefault(period, set()).update(raw)
                held = seen.setdefault(currency, dict.fromkeys(self._totals, Decimal(0)))
                for kind, amount in zip(self._totals, sums, strict=True):
                    held[kind] = EXACT.add(held[kind], amount or Decimal(0))
                _note(notes, bits, count)
            for period, values in by_period.items():
                if None in values or len(values) > 40:
                    return None
                periods.setdefault(period, []).append((part, sorted(values)))
            self._files.append((part.readable.name, offset, here))
            part.offset = offset
            offset += here
        self._rows = offset
        self._in_place = periods
        self._view([query for period in periods for query in self._of_period(period)])
        return Outcome(offset, offset, 0, offset, tuple(sorted(periods)), seen, notes)

    def relations(self) -> Iterator[str]:
        """The rows to keep, in one or more turns of the view `CHARGES`."""
        if not self._in_place:
            yield CHARGES
        for period in sorted(self._in_place):
            self._view(self._of_period(period))
            yield CHARGES

    def _of_period(self, period: date) -> list[str]:
        """The rows of one period, read where they lie: the billing period's own column, compared with
        plain values, lets the reader skip what is not of it."""
        return [
            part.query(
                "(SELECT * FROM "
                + self.reader(part.readable)
                + " WHERE "
                + " OR ".join(f"{part.period} = {_constant(value)}" for value in values)
                + ")",
            )
            for part, values in self._in_place[period]
        ]

    def _view(self, queries: Sequence[str]) -> None:
        columns = ", ".join(
            "_row AS x_SourceRow" if column.name == "x_SourceRow" else column.name
            for column in CHARGE_COLUMNS
        )
        union = " UNION ALL ".join(f"SELECT {columns}, period FROM ({query})" for query in queries)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {CHARGES} AS {union}")

    def fill(self, part: Part) -> int:
        """Run a file's SELECT and keep its rows. Returns how many rows the file has."""
        query = part.query(self.reader(part.readable))
        if part.numbered:
            query = f"SELECT * REPLACE (_row + {self._rows} AS _row) FROM ({query})"
        first = not self._files
        with explained(part.readable.name):
            # The order of rows is where they come from; and an IN list that becomes a join (in_clause)
            # would read columns that nothing needs and stop the rows from streaming through.
            before = self._setting("preserve_insertion_order")
            self.connection.execute("SET preserve_insertion_order = true")
            self.connection.execute("SET disabled_optimizers = 'in_clause'")
            try:
                self.connection.execute(
                    f"CREATE TABLE staged_rows AS {query}" if first else f"INSERT INTO staged_rows {query}"
                )
            finally:
                self.connection.execute(f"SET preserve_insertion_order = {before}")
                self.connection.execute("SET disabled_optimizers = ''")
            counted = self._one(
                "SELECT coalesce(max(_row), 0) FROM staged_rows"
                if part.numbered
                else "SELECT count(*) FROM staged_rows"
            )
        rows = int(counted[0]) - self._rows
        self._files.append((part.readable.name, self._rows, rows))
        self._rows += rows
        self._totals, self._numbered, self._split = part.totals, part.numbered, part.split
        return rows

    def clear(self) -> None:
        """Forget what was staged."""
        self.connection.execute("DROP TABLE IF EXISTS staged_rows")
        self._files.clear()
        self._in_place = {}
        self._rows = 0

    def outcome(self) -> Outcome:
        """Counts, periods and the source's own totals, and the view `CHARGES` of what to keep."""
        bad, keep = "_faults IS NOT NULL", "_faults IS NULL"
        if self._split:
            rejected = int(self._one(f"SELECT count(DISTINCT _row) FROM staged_rows WHERE {bad}")[0])
            if rejected:
                keep = f"_row NOT IN (SELECT _row FROM staged_rows WHERE {bad})"
        else:
            rejected = int(self._one(f"SELECT count(*) FROM staged_rows WHERE {bad}")[0])
        source_row = "_row" if self._numbered else "rowid + 1"
        columns = ", ".join(
            f"{source_row} AS x_SourceRow" if column.name == "x_SourceRow" else column.name
            for column in CHARGE_COLUMNS
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {CHARGES} AS SELECT {columns}, period FROM staged_rows WHERE {keep}"
        )
        sums = ", ".join(f"sum({column})" for column in self._totals.values())
        own = ", ".join(f"any_value({column}) AS {column}" for column in self._totals.values())
        rows = (
            f"(SELECT any_value(_currency) AS _currency, {own} FROM staged_rows WHERE {keep} GROUP BY _row)"
            if self._split
            else f"(SELECT * FROM staged_rows WHERE {keep})"
        )
        with explained(self._files[0][0] if self._files else ""):
            totals = {
                row[0]: {
                    kind: row[1 + n] if row[1 + n] is not None else Decimal(0)
                    for n, kind in enumerate(self._totals)
                }
                for row in self.connection.execute(
                    f"SELECT _currency, {sums} FROM {rows} GROUP BY 1 ORDER BY 1"
                ).fetchall()
            }
        periods = tuple(
            row[0]
            for row in self.connection.execute(f"SELECT DISTINCT period FROM {CHARGES} ORDER BY 1").fetchall()
        )
        notes: dict[int, int] = {}
        for bits, count in self.connection.execute(
            f"SELECT _notes, count(*) FROM staged_rows WHERE {keep} AND _notes <> 0 GROUP BY 1"
        ).fetchall():
            _note(notes, bits, count)
        charges = int(self._one(f"SELECT count(*) FROM {CHARGES}")[0])
        return Outcome(
            rows_read=self._rows,
            rows_kept=self._rows - rejected,
            rows_rejected=rejected,
            charges=charges,
            periods=periods,
            totals=totals,
            notes=notes,
        )

    def rejected(self) -> Iterator[Rejected]:
        """Every fault of every rejected row, in file order."""
        at = "_row" if self._numbered else "rowid + 1"
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT {at}, _faults, _cells FROM staged_rows WHERE _faults IS NOT NULL ORDER BY 1")
        seen: tuple[int, set[tuple[str, str]]] = (0, set())
        while batch := cursor.fetchmany(1000):
            for row, faults, cells in batch:
                file, number = self.place(row)
                if seen[0] != row:
                    seen = (row, set())
                for fault in faults:
                    if (key := (fault["column"], fault["reason"])) in seen[1]:
                        continue
                    seen[1].add(key)
                    yield Rejected(
                        file, number, fault["column"], fault["value"], fault["reason"], tuple(cells)
                    )

    def place(self, row: int) -> tuple[str, int]:
        """Which file a row of the delivery is in, and which data row of it."""
        for name, offset, rows in self._files:
            if row <= offset + rows:
                return name, row - offset
        raise LookupError(f"row {row} is in no file")

    def _setting(self, name: str) -> str:
        return str(self._one(f"SELECT current_setting({literal(name)})")[0]).lower()

    def _one(self, sql: str) -> tuple[Any, ...]:
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows[0]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Charges that another delivery has brought already, for one billing account and period.

    mine, theirs: distinct charges that cost something on either side; shared: those on both.
    """

    source_id: str
    part: str
    period: date
    billing_account_id: str
    mine: int
    theirs: int
    shared: int


def overlaps(connection: duckdb.DuckDBPyConnection, others: Sequence[tuple[str, date]]) -> list[Overlap]:
    """Compare the staged charges with data files of the lake.

    others: (path, period) of the files that other parts have for the same periods. A charge is known
    by whose it is, when, for which resource and how much was billed, not by names that differ between
    a CUR and a FOCUS export of the same bill. Large periods are compared on a sample of the charges,
    the same one on both sides.
    """
    if not others:
        return []
    periods = ", ".join(f"DATE '{period}'" for period in sorted({period for _, period in others}))
    identity = (
        "hash(BillingAccountId, SubAccountId, ChargePeriodStart, ResourceId, ChargeCategory, BilledCost)"
    )
    rows = connection.execute(
        f"SELECT count(*) FROM {CHARGES} WHERE period IN ({periods}) AND BilledCost <> 0"
    ).fetchall()[0][0]
    share = max(1, int(rows) // 500_000)
    chosen = f"BilledCost <> 0 AND {identity} % {share} = 0"
    paths = ", ".join(literal(path) for path, _ in others)
    found = connection.execute(
        f"""WITH mine AS (
            SELECT DISTINCT period, BillingAccountId, {identity} AS charge
            FROM {CHARGES} WHERE period IN ({periods}) AND {chosen}
        ), theirs AS (
            SELECT DISTINCT source_id, part, period, BillingAccountId, {identity} AS charge
            FROM read_parquet([{paths}])
            WHERE BillingAccountId IN (SELECT DISTINCT BillingAccountId FROM mine) AND {chosen}
        ), both_sides AS (
            SELECT source_id, part, period, BillingAccountId, count(*) AS theirs,
                   count(*) FILTER (charge IN (SELECT charge FROM mine)) AS shared
            FROM theirs GROUP BY ALL
        )
        SELECT source_id, part, period, BillingAccountId, own.mine, theirs, shared
        FROM both_sides
        JOIN (SELECT period, BillingAccountId, count(*) AS mine FROM mine GROUP BY ALL) AS own
        USING (period, BillingAccountId) ORDER BY ALL"""
    ).fetchall()
    return [Overlap(*row) for row in found]


def resources(connection: duckdb.DuckDBPyConnection, relation: str = CHARGES) -> Iterator[list[Resource]]:
    """What the charges say about the resources they are for, in batches: the newest name, type, place
    and tags of each, and the first and last moment it was charged for."""
    newest = ", ".join(
        f"arg_max({column}, ChargePeriodStart) FILTER ({column} IS NOT NULL)"
        for column in ("ResourceName", "ResourceType", "ServiceName", "RegionId", "SubAccountId", "Tags")
    )
    connection.execute(
        f"SELECT ProviderName, ResourceId, {newest}, min(ChargePeriodStart), max(ChargePeriodStart)"
        f" FROM {relation} WHERE ResourceId IS NOT NULL GROUP BY ALL"
    )
    while rows := connection.fetchmany(10_000):
        yield [
            Resource(
                provider=row[0],
                id=row[1],
                name=row[2],
                type=row[3],
                service=row[4],
                region=row[5],
                account_id=row[6],
                tags={key: value for key, value in (row[7] or {}).items() if value is not None},
                first_seen=row[8].replace(tzinfo=UTC),
                last_seen=row[9].replace(tzinfo=UTC),
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class ChargedAccount:
    """An account that was charged. first_seen, last_seen: aware UTC."""

    provider: str
    account_id: str
    name: str | None
    billing_account_id: str
    first_seen: datetime
    last_seen: datetime


def accounts(connection: duckdb.DuckDBPyConnection, relation: str = CHARGES) -> list[ChargedAccount]:
    """The accounts that the charges are for; a charge without one is for the billing account itself."""
    rows = connection.execute(
        f"""SELECT ProviderName, coalesce(SubAccountId, BillingAccountId),
            arg_max(CASE WHEN SubAccountId IS NULL THEN BillingAccountName ELSE SubAccountName END,
                    ChargePeriodStart),
            arg_max(BillingAccountId, ChargePeriodStart), min(ChargePeriodStart), max(ChargePeriodStart)
        FROM {relation} GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()
    return [
        ChargedAccount(row[0], row[1], row[2], row[3], row[4].replace(tzinfo=UTC), row[5].replace(tzinfo=UTC))
        for row in rows
    ]


def _note(notes: dict[int, int], bits: int, count: int) -> None:
    """Count the rows of each bit that is set."""
    for bit in range(31):
        if bits & (1 << bit):
            notes[bit] = notes.get(bit, 0) + count


def _constant(value: Any) -> str:
    """A literal of the value's own type, so that comparing it needs no cast of the column."""
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value}'"
    return literal(str(value))


def _flattened(header: str, sql: str, kind: Any) -> Iterator[Column]:
    if kind.id == "struct":
        for name, child in kind.children:
            yield from _flattened(f"{header}.{name}", f"{sql}.{identifier(name)}", child)
    else:
        yield Column(header, sql, str(kind), nulled=False)


def _as_text(kind: Any) -> str:
    """The type to read a JSON value with, so that numbers and times keep their spelling."""
    if kind.id == "struct":
        fields = ", ".join(f"{identifier(name)} {_as_text(child)}" for name, child in kind.children)
        return f"STRUCT({fields})"
    return "JSON" if kind.id in ("list", "map", "json") or str(kind) == "JSON" else "VARCHAR"


OUR_FAULTS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.NotSupportedError,
    duckdb.ParserException,
    duckdb.SyntaxException,
)

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_EXPECTED = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_JSON_LINE = re.compile(r"line (\d+)|record/value (\d+)")


class _Explained:
    """Turns DuckDB's errors about a file into BadFile, and a full disk into Unavailable."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        # A statement of ours that makes no sense is our fault, not the file's.
        if not isinstance(error, duckdb.Error) or isinstance(error, OUR_FAULTS):
            return
        raise explain(error, self.file) from error


def explain(error: duckdb.Error, file: str) -> CcoError:
    """What a DuckDB error about a delivered file means to the person who delivered it."""
    text = str(error)
    if disk_full(error):
        return Unavailable(
            "There is no space left on the disk for this load; nothing of it was kept.",
            remedy="Free space under the home directory (CCO_HOME) or move it to a larger disk, then retry.",
            code="disk-full",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable(
            "There is not enough memory for this load; nothing of it was kept.",
            remedy="Raise CCO_MEMORY_LIMIT, or free disk space for spilling, then try again.",
            code="out-of-memory",
        )
    if match := _LINE.search(text):
        row = int(match[1])
        if "unterminated quote" in text:
            return BadFile(
                "A quoted value never ends: the file is truncated or its quoting is broken.",
                file=file,
                row=row,
                remedy="Export the file again, or wait until its delivery has finished.",
                code="unterminated-quote",
            )
        if counts := _EXPECTED.search(text):
            return BadFile(
                f"The row has {counts[2]} values where the header names {counts[1]} columns: "
                "the file is truncated, or its delimiter or quoting changes.",
                file=file,
                row=row,
                remedy="Export the file again with one delimiter throughout.",
                code="ragged-row",
            )
        if "unicode" in text.lower():
            return BadFile(
                "The row is not valid UTF-8 text although the beginning of the file is.",
                file=file,
                row=row,
                remedy="Save the file in one encoding (UTF-8) and try again.",
                code="wrong-encoding",
            )
        return BadFile(
            "The row can't be read as delimited text.",
            file=file,
            row=row,
            remedy="Export the file again.",
            code="unreadable-row",
        )
    if "JSON" in text:
        match = _JSON_LINE.search(text)
        return BadFile(
            "The line is not a JSON object: the file is truncated or no JSON lines file.",
            file=file,
            row=int(match[1] or match[2]) if match else None,
            remedy="Export the file again as JSON lines, one object a line.",
            code="bad-json",
        )
    return BadFile(
        "The file can't be read: it is truncated or damaged.",
        file=file,
        remedy="Export the file again, or wait until its delivery has finished.",
        code="unreadable-file",
    )


def explained(file: str) -> AbstractContextManager[None]:
    """A block whose DuckDB errors are told as what they mean about this file."""
    return _Explained(file)


def disk_full(error: BaseException) -> bool:
    """Whether an error says that no more can be written (no space, or a file size limit)."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    text = str(error)
    return isinstance(error, duckdb.Error) and any(
        sign in text
        for sign in (
            "No space left on device",
            "File too large",
            "Disk quota exceeded",
            "failed to offload data block",
            "Could not write all bytes",
        )
    )
