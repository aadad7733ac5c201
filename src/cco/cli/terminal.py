"""What people and programs read: answers on standard output, everything else on standard error.

Exit codes: 0 it is done; 1 it could not be done; 2 the command or a setting is wrong; 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cco.core.errors import BadFile, CcoError, InvalidInput, MissingRate

DONE: Final = 0
FAILED: Final = 1
WRONG: Final = 2
INTERRUPTED: Final = 130

WIDE: Final = 160
"""The width of tables that no terminal shows: a file or another program reads them."""


def console(*, errors: bool = False) -> Console:
    """Standard output, or standard error."""
    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(stderr=errors, width=width, highlight=False, soft_wrap=False, emoji=False)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(message: str) -> None:
    """A remark for people, on standard error. `message` is plain text."""
    console(errors=True).print(Text(message), soft_wrap=True)


def warn(message: str) -> None:
    """Something people should know before they trust the answer, on standard error."""
    console(errors=True).print(Text.assemble(("! ", "bold yellow"), message), soft_wrap=True)


def table(*headings: str, right: Iterable[str] = ()) -> Table:
    """An empty table of the house; `right` names the headings whose cells are figures."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    figures = frozenset(right)
    for heading in headings:
        made.add_column(
            heading, justify="right" if heading in figures else "left", no_wrap=heading in figures
        )
    return made


def row(made: Table, cells: Sequence[str | Text]) -> None:
    """Adds a row; text in it is shown as it is, whatever brackets it has."""
    made.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))


def exit_code(error: CcoError) -> int:
    """WRONG where the caller must write something else, FAILED where the world is to blame."""
    callers = isinstance(error, InvalidInput) and not isinstance(error, BadFile | MissingRate)
    return WRONG if callers else FAILED


def error_object(error: CcoError) -> dict[str, Any]:
    """An error as programs read it."""
    said: dict[str, Any] = {"code": error.code, "message": error.message, "remedy": error.remedy}
    if isinstance(error, BadFile):
        said |= {"file": error.file, "row": error.row, "column": error.column}
    return said


def complain(error: CcoError, *, as_json: bool) -> None:
    """Says what went wrong and what to do: an object on standard output, or words on standard error."""
    if as_json:
        print_json({"error": error_object(error)})
        return
    out = console(errors=True)
    where = f"{place(error)}: " if isinstance(error, BadFile) else ""
    out.print(f"[bold red]Error:[/] {escape(where + error.message)}", soft_wrap=True)
    if error.remedy:
        out.print(f"[dim]→[/] {escape(error.remedy)}", soft_wrap=True)


def place(error: BadFile) -> str:
    """The file, row and column to blame."""
    found = error.file
    if error.row is not None:
        found += f", row {error.row}"
    if error.column is not None:
        found += f", column {error.column}"
    return found


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 charge``, ``1,204 charges``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def money(amount: Decimal) -> str:
    """For people: ``1,204.57``, and small amounts with as many decimals as tell them from nothing."""
    if amount == 0:
        return "0.00"
    if abs(amount) >= Decimal("0.01"):
        return f"{amount.quantize(Decimal('0.01')):,}"
    return f"{amount:.2g}" if abs(amount) >= Decimal("0.000001") else f"{amount:.1e}"
