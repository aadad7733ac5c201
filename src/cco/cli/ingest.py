"""``cco ingest``: loads bills in this process, with a bar on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.text import Text

from cco.cli import session, terminal
from cco.cli.follow import Bar
from cco.cli.terminal import DONE, FAILED, count
from cco.core.charge import CostKind
from cco.core.errors import BadFile
from cco.ingest.check import Totals
from cco.ingest.load import LoadReport, Options, Overlapping
from cco.ingest.sources import ingest_paths

STATUS = {"loaded": "[green]loaded[/]", "unchanged": "[dim]unchanged[/]", "rejected": "[bold red]rejected[/]"}


def run(paths: Sequence[str], *, org: str, overlapping: Overlapping, as_json: bool) -> int:
    """Loads what the paths name, each delivery as soon as the one before is done."""
    with session.stores("cco ingest") as wiring:
        org_id = session.real_organisation(wiring.database, org).id
        ingest = wiring.ingest(anywhere=True)
        reports: list[LoadReport] = []
        with Bar() as bar:
            for report in ingest_paths(
                ingest, org_id, paths, Options(overlapping=overlapping), progress=bar.progress
            ):
                reports.append(report)
                bar.clear()
                bar.line(f"{STATUS[report.status]} {escape(report.file)}")
                if as_json:
                    terminal.print_json(load_object(report))
    if not as_json:
        show(reports)
    return FAILED if any(report.status == "rejected" for report in reports) else DONE


def load_object(report: LoadReport) -> dict[str, Any]:
    """A load as programs read it; money as text."""
    told = report.as_json()
    rejects = (
        [
            {
                "code": "rows-rejected",
                "message": f"{count(report.rows_rejected, 'row')} rejected; why is in {report.rejects_path}",
                "remedy": "",
                "count": report.rows_rejected,
            }
        ]
        if report.rows_rejected and report.status == "loaded" and report.rejects_path
        else []
    )
    return {
        "file": told["file"],
        "format": told["format"],
        "status": told["status"],
        "rows_read": told["rows_read"],
        "rows_kept": told["rows_kept"],
        "rows_rejected": told["rows_rejected"],
        "billing_periods": told["billing_periods"],
        "totals": told["totals"],
        "error": told["error"],
        "warnings": told["warnings"] + rejects,
        "load_id": report.load_id or None,
    }


# ── the answer ─────────────────────────────────────────────────────────────────────────────────


def show(reports: Sequence[LoadReport]) -> None:
    """The table of all loads, then what people must know about each."""
    rejected = any(report.rows_rejected for report in reports)
    kinds = [CostKind.BILLED]
    if any(each.amounts[kinds[0]] != each.amounts[CostKind.EFFECTIVE] for r in reports for each in r.totals):
        kinds.append(CostKind.EFFECTIVE)
    counts = ["Rows", *(["Rejected"] if rejected else [])]
    costs = [kind.value.removesuffix("Cost") for kind in kinds]
    made = terminal.table("File", "Format", "Status", *counts, "Periods", *costs, right=(*counts, *costs))
    for report in reports:
        first, *more = report.totals or (None,)
        numbers = [report.rows_kept, *([report.rows_rejected] if rejected else [])]
        terminal.row(
            made,
            [
                report.file,
                report.format or "–",
                Text.from_markup(STATUS[report.status]),
                *(f"{number:,}" for number in numbers),
                periods(report),
                *_amounts(first, kinds),
            ],
        )
        for each in more:
            terminal.row(made, ["", "", "", *("" for _ in numbers), "", *_amounts(each, kinds)])
    terminal.console().print(made)
    for report in reports:
        for warning in report.warnings:
            terminal.warn(f"{report.file}: {warning.message} ({count(warning.count, 'row')})")
        if report.status == "loaded" and report.rows_rejected and report.rejects_path:
            rows = count(report.rows_rejected, "row")
            terminal.warn(f"{report.file}: {rows} rejected; why is in {report.rejects_path}")
        if report.error is not None:
            error = report.error
            told = terminal.place(error) if isinstance(error, BadFile) else report.file
            out = terminal.console(errors=True)
            out.print(f"[bold red]✗[/] {escape(f'{told}: {error.message}')}", soft_wrap=True)
            if error.remedy:
                out.print(f"  [dim]→[/] {escape(error.remedy)}", soft_wrap=True)


def periods(report: LoadReport) -> str:
    """``2024-09``, or ``2024-09 … 2024-11``."""
    months = [f"{period:%Y-%m}" for period in report.billing_periods]
    if len(months) <= 2:
        return ", ".join(months)
    return f"{months[0]} … {months[-1]}"


def _amounts(totals: Totals | None, kinds: Sequence[CostKind]) -> list[str]:
    if totals is None:
        return ["" for _ in kinds]
    return [f"{terminal.money(totals.amounts[kind])} {totals.currency}" for kind in kinds]
