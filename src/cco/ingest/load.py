"""One delivery becomes charges in the lake: the only file of ingest that touches the world.

    fetch → unpack → recognise → stage (read, cast, map, check) → compare → write → reconcile → commit
         → accounts and resources

Nothing is visible before the commit and all of it after; a load that fails or is killed leaves what
was there. Run again with the same id, a load that was committed only finishes its bookkeeping.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from cco import logs
from cco.core.charge import CostKind
from cco.core.errors import BadFile, CcoError
from cco.core.money import EXACT
from cco.core.window import Clock
from cco.ingest import check, detect
from cco.ingest.check import Totals, Warned
from cco.ingest.delivery import Delivery, may_be_bill
from cco.ingest.detect import HEAD_BYTES, Recognised, Seen, Undecided
from cco.ingest.format import Format
from cco.ingest.formats import BUILT_IN
from cco.ingest.normalise import NOTES, Cell, Styles
from cco.ingest.normalise import plan as plan_for
from cco.ports.billing import Bills
from cco.store import archive, staging
from cco.store.accounts import Accounts
from cco.store.archive import Limits
from cco.store.database import Database
from cco.store.lake import Lake, LakeFile, LoadKey, Progress
from cco.store.loads import Load, Loads
from cco.store.resources import Resources
from cco.store.sources import Source, Sources
from cco.store.staging import CHARGES, Column, Outcome, Overlap, Part, Readable, Staging

log = logs.logger(__name__)

Status = Literal["loaded", "unchanged", "rejected"]

Overlapping = Literal["refuse", "replace", "add"]
"""What to do with a delivery that another part or source has brought already: refuse it, let it take
the other's place, or count both."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """What a load needs, built once.

    home: where scratch and reject files go. roots: the folders that the server may read, or None
    where the caller may read whatever the process may. endpoint: of an object store other than AWS.
    """

    lake: Lake
    database: Database
    clock: Clock
    home: Path
    formats: tuple[Format, ...] = BUILT_IN
    limits: Limits = field(default_factory=Limits)
    roots: tuple[Path, ...] | None = None
    endpoint: str | None = None
    memory: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to load. again: even where the same content is loaded already. max_rejected_share: of rows."""

    overlapping: Overlapping = "refuse"
    again: bool = False
    max_rejected_share: float = check.MAX_REJECTED_SHARE


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How a load ended. file: its name as people know it; totals: what the lake now holds of it."""

    load_id: str
    file: str
    format: str | None
    status: Status
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    billing_periods: tuple[date, ...] = ()
    totals: tuple[Totals, ...] = ()
    warnings: tuple[Warned, ...] = ()
    error: CcoError | None = None
    rejects_path: str | None = None
    snapshot_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that ``cco ingest --json`` prints."""
        return {
            "file": self.file,
            "format": self.format,
            "status": self.status,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_rejected": self.rows_rejected,
            "billing_periods": [str(period) for period in self.billing_periods],
            "totals": [each.as_json() for each in self.totals],
            "warnings": [warning_json(each) for each in self.warnings],
            "rejects": self.rejects_path,
            "error": None if self.error is None else error_json(self.error),
        }


def error_json(error: CcoError) -> dict[str, Any]:
    """An error as it is stored and printed."""
    said: dict[str, Any] = {"code": error.code, "message": error.message, "remedy": error.remedy}
    if isinstance(error, BadFile):
        said |= {"file": error.file, "row": error.row, "column": error.column}
    return said


def warning_json(warning: Warned) -> dict[str, Any]:
    """A warning as it is stored and printed."""
    return {"code": warning.code, "message": warning.message, "remedy": "", "count": warning.count}


def silent(done: int, total: int, unit: str, message: str) -> None:
    """Progress that nobody watches."""


def load(
    ingest: Ingest,
    org_id: str,
    source: Source,
    bills: Bills,
    delivery: Delivery,
    options: Options | None = None,
    *,
    progress: Progress = silent,
    load_id: str | None = None,
    job_id: str | None = None,
) -> LoadReport:
    """Load one delivery of a source.

    load_id: the same for every attempt at the same job. A file that can't be loaded is a report with
    status ``rejected``; what may work later (no space, no answer) is raised after nothing was kept.
    """
    load_id = load_id or str(uuid.uuid4())
    scratch = ingest.home / "scratch" / load_id
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(parents=True)
        work = _Work(
            ingest, org_id, source, bills, delivery, options or Options(), progress, load_id, job_id, scratch
        )
        return work.run()
    except OSError as error:
        if staging.disk_full(error):
            raise archive.no_space() from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass(slots=True)
class _Work:
    """A load in progress."""

    ingest: Ingest
    org_id: str
    source: Source
    bills: Bills
    delivery: Delivery
    options: Options
    progress: Progress
    load_id: str
    job_id: str | None
    scratch: Path
    recognised: Recognised | None = None
    rejects_path: str | None = None
    outcome: Outcome | None = None
    headers: Sequence[str] = ()
    notes: tuple[tuple[str, str], ...] = NOTES

    def run(self) -> LoadReport:
        with self.ingest.database.transaction() as session:
            known = Loads(session).find(self.org_id, self.load_id)
        if known is not None and known.status in ("loaded", "unchanged", "rejected"):
            return _told(known)
        if known is not None and self.ingest.lake.snapshot_of(self.load_id) is not None:
            return self._finish(known)
        try:
            return self._load()
        except BadFile as error:
            return self._reject(error)

    def _finish(self, known: Load) -> LoadReport:
        """The bookkeeping of a load that was killed after its commit."""
        files = [
            file.path
            for file in self.ingest.lake.files(self.org_id, known.source_id)
            if f"/{self.load_id}-" in file.path
        ]
        if files:
            connection = self.ingest.lake.connect(scratch=self.scratch / "spill", memory=self.ingest.memory)
            try:
                paths = ", ".join(staging.literal(path) for path in files)
                self._see(connection, f"(SELECT * FROM read_parquet([{paths}]))")
            finally:
                connection.close()
        self._save(
            status="loaded",
            snapshot_id=self.ingest.lake.snapshot_of(self.load_id),
            finished_at=self._now(),
        )
        with self.ingest.database.transaction() as session:
            return _told(Loads(session).get(self.org_id, self.load_id))

    def _load(self) -> LoadReport:
        self.progress(0, 0, "bytes", f"Fetching {self.delivery.name}")
        self._begin()
        if self.delivery.problem is not None:
            raise self.delivery.problem
        fetched = [
            (entry.name.split("/")[-1], self.bills.fetch(entry.name, self.scratch / "fetched"))
            for entry in self.delivery.files
        ]
        digests = [archive.digest(path) for _, path in fetched]
        content = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        self._save(content_hash=content)
        if not self.options.again and (before := self._current(content)) is not None:
            return self._unchanged(before)
        readables = [readable for name, path in fetched for readable in self._readable(name, path, depth=0)]
        connection = self.ingest.lake.connect(
            database=self.scratch / "staging.duckdb",
            scratch=self.scratch / "spill",
            memory=self.ingest.memory,
        )
        try:
            with staging.explained(self.delivery.name):
                return self._stage_and_write(Staging(connection), readables)
        finally:
            connection.close()

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def _readable(self, name: str, path: Path, *, depth: int) -> list[Readable]:
        """What DuckDB can read of a delivered file, unpacked and in UTF-8."""
        head = archive.head(path, HEAD_BYTES)
        kind = detect.container(head, file=name)
        if depth > 3:
            raise BadFile(
                "Archives are packed in archives too deeply.",
                file=name,
                remedy="Unpack it yourself and load the files in it.",
                code="archive-too-large",
            )
        target = (
            self.scratch / "unpacked" / hashlib.sha256(f"{depth} {name} {path}".encode()).hexdigest()[:16]
        )
        match kind:
            case "gzip":
                self.progress(0, 0, "bytes", f"Unpacking {name}")
                plain = archive.gunzip(path, target, file=name, limits=self.ingest.limits)
                return self._readable(name, plain, depth=depth + 1)
            case "zip":
                self.progress(0, 0, "bytes", f"Unpacking {name}")
                members = archive.unzip(path, target, file=name, limits=self.ingest.limits)
                bills = [each for each in members if may_be_bill(each[0])] or members
                if not bills:
                    raise BadFile(
                        "The archive holds no files.", file=name, remedy="Pack it again.", code="empty-file"
                    )
                return [
                    readable
                    for member, unpacked in bills
                    for readable in self._readable(f"{name}:{member}", unpacked, depth=depth + 1)
                ]
            case "parquet":
                return [Readable(name, path, "parquet")]
            case "text":
                return [self._text(name, path, head, target)]

    def _text(self, name: str, path: Path, head: bytes, target: Path) -> Readable:
        encoding = detect.encoding(head, file=name)
        if encoding == "utf-8" and not archive.is_utf8(path):
            encoding = "cp1252"
        if encoding not in ("utf-8", "utf-8-sig"):
            path = archive.to_utf8(path, target, encoding=encoding, file=name)
            head = archive.head(path, HEAD_BYTES)
        text = head.decode("utf-8-sig", errors="ignore")
        if detect.is_json(text):
            return Readable(name, path, "jsonl")
        dialect = detect.dialect(text, file=name)
        return Readable(name, path, "csv", dialect.delimiter, dialect.headers)

    def _stage_and_write(self, stage: Staging, readables: list[Readable]) -> LoadReport:
        planned = [self._plan(stage, readable) for readable in readables]
        self.progress(0, len(planned), "files", f"Reading {self.delivery.name}")
        outcome = stage.look(planned)
        if outcome is None:
            stage.clear()
            outcome = self._fill(stage, planned)
        if outcome.rows_rejected and self._style_faults(stage):
            # The first rows did not show how the file writes its numbers or times: look at all of them.
            again = [self._plan(stage, readable, everything=True) for readable in readables]
            if [part.select for part in again] != [part.select for part in planned]:
                stage.clear()
                outcome = self._fill(stage, again)
        self.outcome = outcome
        if outcome.rows_rejected:
            self._write_rejects(stage, readables)
        self._judge(stage, readables)
        source_totals = _totals(outcome)
        self._save(
            format=self._title(),
            rows_read=outcome.rows_read,
            rows_kept=outcome.rows_kept,
            rows_rejected=outcome.rows_rejected,
            billing_periods=list(outcome.periods),
            totals=[each.as_json() for each in source_totals],
            source_totals=[each.as_json() for each in source_totals],
            rejects_path=self.rejects_path,
        )
        warnings = [
            Warned(code, message, outcome.notes[bit])
            for bit, (code, message) in enumerate(self.notes)
            if outcome.notes.get(bit)
        ]
        key = LoadKey(self.org_id, self.source.id, self.delivery.part, self.load_id)
        if self.options.overlapping != "add":
            key, found = self._compare(stage, key, outcome)
            warnings += found
        return self._write(stage, key, outcome, source_totals, warnings)

    def _plan(self, stage: Staging, readable: Readable, *, everything: bool = False) -> Part:
        columns = stage.columns(readable)
        headers = [column.header for column in columns]
        recognised = detect.recognise(self.ingest.formats, headers, file=readable.name)
        if self.recognised is not None and recognised.format is not self.recognised.format:
            raise BadFile(
                f"The delivery mixes {self.recognised.format.title} and {recognised.format.title} files.",
                file=readable.name,
                remedy="Deliver each format by itself.",
                code="mixed-formats",
            )
        self.recognised = recognised
        self.headers = headers
        styles = self._styles(stage, readable, recognised, columns, everything=everything)
        rest = [column for column in columns if column.header in recognised.binding.rest]
        by_header = {column.header: column for column in columns}
        dictionaries = {
            header: table
            for each in recognised.format.inputs
            if each.kind == "map" and (header := recognised.binding.columns.get(each.name)) is not None
            if (table := stage.dictionary(readable, by_header[header], "to_map")) is not None
        }
        plan = plan_for(
            recognised.format,
            recognised.binding,
            [Cell(column.header, column.sql, column.type, column.nulled) for column in columns],
            styles,
            filled=stage.filled(readable, rest),
            dictionaries=dictionaries,
            row="file_row_number + 1" if readable.kind == "parquet" else None,
        )
        self.notes = plan.notes
        return Part(readable, plan.select, plan.totals, plan.numbered, plan.split, plan.period)

    def _styles(
        self,
        stage: Staging,
        readable: Readable,
        recognised: Recognised,
        columns: Sequence[Column],
        *,
        everything: bool,
    ) -> Styles:
        """How the file writes numbers and times. Raises BadFile where it contradicts itself."""
        by_header = {column.header: column for column in columns}
        bound = {
            each.name: (each, by_header[recognised.binding.columns[each.name]])
            for each in recognised.format.inputs
            if each.name in recognised.binding.columns and each.kind in ("cost", "quantity", "time")
        }
        text = {name: pair for name, pair in bound.items() if pair[1].type == "VARCHAR"}
        cells = dict(
            zip(
                text,
                stage.sample(readable, [column.sql for _, column in text.values()], everything=everything),
                strict=True,
            )
        )
        header = {name: column.header for name, (_, column) in text.items()}
        first_row = 2 if readable.kind == "csv" else 1

        def seen(name: str) -> list[Seen]:
            return [Seen(row, value) for row, value in cells[name] if value not in staging.NULLS]

        at = ""
        try:
            numbers = [
                (name, cell) for name, (each, _) in text.items() if each.kind != "time" for cell in seen(name)
            ]
            columns_of = {id(cell): name for name, cell in numbers}
            numbers.sort(key=lambda pair: pair[1].row)
            number_style = detect.number_style(cell for _, cell in numbers)
            times = {}
            for name, (each, _) in text.items():
                if each.kind == "time":
                    at = name
                    times[name] = detect.time_style(
                        seen(name), first_of_month="billing_period" in name or "bill_billing" in name
                    )
                    if times[name] == "iso":
                        detect.same_zone(seen(name))
        except Undecided as undecided:
            name = columns_of.get(id(undecided.second), at) or at
            raise self._contradiction(undecided, readable.name, first_row - 1, header.get(name)) from None
        return Styles(number_style, times)

    def _contradiction(self, undecided: Undecided, file: str, offset: int, column: str | None) -> BadFile:
        first, second = undecided.first, undecided.second
        if first is second:
            message = (
                f"{first.text!r} may be a thousand or one and a bit, and no other number in the file tells."
            )
        elif undecided.what == "time zone":
            message = (
                f"{first.text!r} (row {first.row + offset}) and {second.text!r} mix times with an offset "
                "from UTC and times without any zone, so nobody can say which moments they mean."
            )
        else:
            message = (
                f"{first.text!r} (row {first.row + offset}) and {second.text!r} write a {undecided.what} "
                "in two ways that contradict each other."
            )
        return BadFile(
            message,
            file=file,
            row=second.row + offset,
            column=column,
            remedy="Export the file again with one way of writing it throughout (numbers like 1234.56, "
            "times like 2024-09-30T23:00:00Z).",
            code=f"mixed-{undecided.what.replace(' ', '-')}s",
        )

    def _fill(self, stage: Staging, planned: Sequence[Part]) -> Outcome:
        for number, part in enumerate(planned):
            self.progress(number, len(planned), "files", f"Reading {part.readable.name}")
            stage.fill(part)
        self.progress(len(planned), len(planned), "files", "Checking")
        return stage.outcome()

    def _style_faults(self, stage: Staging) -> bool:
        for number, fault in enumerate(stage.rejected()):
            if "as elsewhere in" in fault.reason:
                return True
            if number > 1000:
                break
        return False

    # ── judging ────────────────────────────────────────────────────────────────────────────────

    def _judge(self, stage: Staging, readables: Sequence[Readable]) -> None:
        """Raise BadFile where the file as a whole can't be loaded."""
        outcome = self.outcome
        if outcome is None:
            raise LookupError("nothing was staged")
        first = readables[0]
        if outcome.rows_read == 0:
            raise BadFile(
                "The file has a header and no rows.",
                file=self.delivery.name,
                row=1,
                remedy="Export it again for a period with charges, or wait for the next delivery.",
                code="no-rows",
            )
        promised = self.delivery.expected_rows
        if promised is not None and promised != outcome.rows_read:
            raise BadFile(
                f"The manifest promises {promised} rows and the files have {outcome.rows_read}.",
                file=self.delivery.name,
                remedy="Wait until the delivery is complete, or copy all of its files.",
                code="incomplete-delivery",
            )
        if check.too_many(outcome.rows_read, outcome.rows_rejected, share=self.options.max_rejected_share):
            fault = next(stage.rejected())
            share = 100 * outcome.rows_rejected / outcome.rows_read
            header_rows = 1 if first.kind == "csv" else 0
            value = "The cell" if fault.value is None else repr(fault.value)
            raise BadFile(
                f"{value} {fault.reason}. {outcome.rows_rejected} of {outcome.rows_read} rows "
                f"({share:.0f} %) are like this or otherwise wrong, so the file was rejected as a whole.",
                file=fault.file,
                row=fault.row + header_rows,
                column=fault.column,
                remedy=f"Correct the export; every rejected row and why is in {self.rejects_path}.",
                code=_fault_code(fault.reason),
            )

    def _write_rejects(self, stage: Staging, readables: Sequence[Readable]) -> None:
        folder = self.ingest.home / "rejects"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.load_id}.csv"
        offset = {readable.name: 1 if readable.kind == "csv" else 0 for readable in readables}
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "row", "column", "value", "reason", *self.headers])
            for fault in stage.rejected():
                writer.writerow(
                    [
                        fault.file,
                        fault.row + offset.get(fault.file, 0),
                        fault.column,
                        fault.value,
                        fault.reason,
                        *fault.cells,
                    ]
                )
        self.rejects_path = str(path)

    def _compare(self, stage: Staging, key: LoadKey, outcome: Outcome) -> tuple[LoadKey, list[Warned]]:
        """Look for the same charges in what other parts and sources have brought.

        Returns whose place the load takes, and warnings; raises BadFile for the same bill twice."""
        others = [
            file
            for file in self.ingest.lake.files(self.org_id)
            if file.period in outcome.periods and (file.source_id, file.part) != (key.source_id, key.part)
        ]
        found = staging.overlaps(stage.connection, [(file.path, file.period) for file in others])
        same = _same_bill(found)
        if same is None:
            return key, [
                Warned(
                    "overlap",
                    f"charges for {each.period:%B %Y} are in {each.part} too; both are counted",
                    each.shared,
                )
                for each in found
                if each.shared
            ]
        if self.options.overlapping == "replace":
            return replace(key, source_id=same.source_id, part=same.part), []
        with self.ingest.database.transaction() as session:
            other = Sources(session).get(self.org_id, same.source_id)
        shared = f"{100 * same.shared / max(same.mine, same.theirs):.0f} %"
        raise BadFile(
            f"{shared} of its charges of billing account {same.billing_account_id} are loaded already, "
            f"from {same.part} in {other.location} ({same.period:%B %Y}).",
            file=self.delivery.name,
            remedy="Load it with --replace to put it in that delivery's place, or with --add to count both.",
            code="already-loaded",
        )

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def _write(
        self,
        stage: Staging,
        key: LoadKey,
        outcome: Outcome,
        source_totals: tuple[Totals, ...],
        warnings: list[Warned],
    ) -> LoadReport:
        lake = self.ingest.lake
        files: list[LakeFile] = []
        try:
            for relation in stage.relations():
                files += lake.write(stage.connection, relation, key, progress=self.progress)
            written = _lake_totals(files)
            differing = check.differences(source_totals, written)
            if sum(file.rows for file in files) != outcome.charges:
                differing.append(
                    f"{outcome.charges} charges were staged and {sum(f.rows for f in files)} written"
                )
            if differing:
                raise BadFile(
                    "What was written does not agree with the file: " + "; ".join(differing[:4]) + ".",
                    file=self.delivery.name,
                    remedy="Nothing was kept. Please report this with the file's format and version.",
                    code="not-reconciled",
                )
            self._save(
                source_id=key.source_id,
                part=key.part,
                totals=[each.as_json() for each in written],
                warnings=[warning_json(each) for each in warnings],
            )
            self.progress(outcome.charges, outcome.charges, "rows", "Committing")
            snapshot = lake.commit(key, outcome.periods, files)
        except BaseException:
            if lake.snapshot_of(self.load_id) is None:
                lake.discard(files)
            raise
        self.progress(outcome.charges, outcome.charges, "rows", "Listing resources")
        written_to = ", ".join(staging.literal(file.path) for file in files)
        self._see(stage.connection, f"read_parquet([{written_to}])" if lake.local else CHARGES)
        self._save(status="loaded", snapshot_id=snapshot, finished_at=self._now())
        log.info(
            "loaded",
            load_id=self.load_id,
            file=self.delivery.name,
            format=self._title(),
            rows=outcome.rows_kept,
            rejected=outcome.rows_rejected,
        )
        return LoadReport(
            load_id=self.load_id,
            file=self.delivery.name,
            format=self._title(),
            status="loaded",
            rows_read=outcome.rows_read,
            rows_kept=outcome.rows_kept,
            rows_rejected=outcome.rows_rejected,
            billing_periods=outcome.periods,
            totals=written,
            warnings=tuple(warnings),
            rejects_path=self.rejects_path,
            snapshot_id=snapshot,
        )

    def _see(self, connection: Any, relation: str) -> None:
        """Remember the accounts and resources that the charges are for."""
        with self.ingest.database.transaction() as session:
            Accounts(session).seen(self.org_id, staging.accounts(connection, relation))
            repository = Resources(session)
            for batch in staging.resources(connection, relation):
                repository.seen(self.org_id, batch)

    # ── bookkeeping ────────────────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        with self.ingest.database.transaction() as session:
            Loads(session).begin(
                self.org_id,
                self.load_id,
                source_id=self.source.id,
                job_id=self.job_id,
                part=self.delivery.part,
                file=self.delivery.name,
                bytes=self.delivery.bytes,
                started_at=self._now(),
            )

    def _save(self, **columns: Any) -> None:
        with self.ingest.database.transaction() as session:
            Loads(session).save(self.org_id, self.load_id, **columns)

    def _current(self, content_hash: str) -> Load | None:
        """A load of the same content whose charges are all still what readers see."""
        with self.ingest.database.transaction() as session:
            known = Loads(session).of_content(self.org_id, content_hash)
        if not known:
            return None
        files = self.ingest.lake.files(self.org_id)
        for each in known:
            visible = {file.period for file in files if f"/{each.id}-" in file.path}
            if each.billing_periods and visible.issuperset(each.billing_periods):
                return each
        return None

    def _unchanged(self, before: Load) -> LoadReport:
        self._save(
            status="unchanged",
            format=before.format,
            rows_read=before.rows_read,
            rows_kept=before.rows_kept,
            rows_rejected=before.rows_rejected,
            billing_periods=list(before.billing_periods),
            totals=before.totals,
            source_totals=before.source_totals,
            finished_at=self._now(),
        )
        return LoadReport(
            load_id=self.load_id,
            file=self.delivery.name,
            format=before.format,
            status="unchanged",
            rows_read=before.rows_read,
            rows_kept=before.rows_kept,
            rows_rejected=before.rows_rejected,
            billing_periods=tuple(before.billing_periods),
            totals=tuple(_totals_from(each) for each in before.totals),
        )

    def _reject(self, error: BadFile) -> LoadReport:
        outcome = self.outcome
        counts = (outcome.rows_read, outcome.rows_rejected) if outcome is not None else (0, 0)
        self._save(
            status="rejected",
            format=self._title(),
            error=error_json(error),
            rows_read=counts[0],
            rows_kept=0,
            rows_rejected=counts[1],
            rejects_path=self.rejects_path,
            finished_at=self._now(),
        )
        log.info("rejected", load_id=self.load_id, file=self.delivery.name, code=error.code)
        return LoadReport(
            load_id=self.load_id,
            file=self.delivery.name,
            format=self._title(),
            status="rejected",
            rows_read=counts[0],
            rows_rejected=counts[1],
            error=error,
            rejects_path=self.rejects_path,
        )

    def _title(self) -> str | None:
        return None if self.recognised is None else self.recognised.title

    def _now(self) -> datetime:
        return self.ingest.clock.now()


def _told(load: Load) -> LoadReport:
    """The report of a load that has ended."""
    error = load.error
    return LoadReport(
        load_id=load.id,
        file=load.file,
        format=load.format,
        status=cast("Status", load.status),
        rows_read=load.rows_read,
        rows_kept=load.rows_kept,
        rows_rejected=load.rows_rejected,
        billing_periods=tuple(load.billing_periods),
        totals=tuple(_totals_from(each) for each in load.totals),
        warnings=tuple(Warned(each["code"], each["message"], each["count"]) for each in load.warnings),
        error=None
        if error is None
        else BadFile(
            error["message"],
            file=error.get("file") or load.file,
            remedy=error["remedy"],
            row=error.get("row"),
            column=error.get("column"),
            code=error["code"],
        ),
        rejects_path=load.rejects_path,
        snapshot_id=load.snapshot_id,
    )


def _fault_code(reason: str) -> str:
    for sign, code in (
        ("currency", "unknown-currency"),
        ("number", "bad-number"),
        ("time", "bad-time"),
        ("empty", "empty-cell"),
    ):
        if sign in reason:
            return code
    return "bad-rows"


def _same_bill(found: Sequence[Overlap]) -> Overlap | None:
    """Where one part and billing account has brought nearly the same charges already: over all the
    periods that both have, or in a single one with enough charges to tell."""
    groups: dict[tuple[str, str, str], list[Overlap]] = {}
    for each in found:
        groups.setdefault((each.source_id, each.part, each.billing_account_id), []).append(each)
    for group in groups.values():
        together = replace(
            max(group, key=lambda each: each.shared),
            mine=sum(each.mine for each in group),
            theirs=sum(each.theirs for each in group),
            shared=sum(each.shared for each in group),
        )
        for each in (together, *(one for one in group if one.mine >= 50)):
            if each.shared >= check.OVERLAP_SHARE * max(each.mine, each.theirs):
                return each
    return None


def _totals(outcome: Outcome) -> tuple[Totals, ...]:
    return tuple(Totals(currency, amounts) for currency, amounts in sorted(outcome.totals.items()))


def _lake_totals(files: Sequence[LakeFile]) -> tuple[Totals, ...]:
    sums: dict[str, dict[CostKind, Decimal]] = {}
    for file in files:
        for currency, amounts in file.totals.items():
            held = sums.setdefault(currency, dict.fromkeys(CostKind, Decimal(0)))
            for kind, amount in amounts.items():
                held[kind] = EXACT.add(held[kind], amount)
    return tuple(Totals(currency, amounts) for currency, amounts in sorted(sums.items()))


def _totals_from(said: Any) -> Totals:
    return Totals(said["currency"], {kind: Decimal(said[name]) for name, kind in check.TOTAL_NAMES.items()})
