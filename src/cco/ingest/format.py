"""What a billing format is: a table that a FinOps engineer can read.

A format names the columns it reads (`Input`), says which of them make a file one of its own
(`signatures`), and gives each FOCUS column one DuckDB expression over the typed inputs. How a file
is decoded, cast, checked and staged is the same for all formats and lives elsewhere
(`detect`, `normalise`, `check`).

What an expression sees: every input by its name, typed, NULL where the file has no such column or
the cell is empty (``''``, ``NULL``); and the macros of ``store/sql/macros.sql``. What needs no line
in the table, because it is done for every format after the mapping:

- ``BillingPeriodStart`` and ``BillingPeriodEnd`` default to the calendar month of
  ``ChargePeriodStart``; ``ChargePeriodEnd`` to one day after the start;
- values of FOCUS's closed lists (charge category, class, frequency, pricing category, commitment
  category and status, service category) are spelled as FOCUS does whatever the case in the file;
- ``ListCost`` and ``ContractedCost`` that stay NULL become 0, and the rows are counted in a warning
  (FOCUS wants them in every row; filling them from another kind of cost would mix the kinds up);
- ``ServiceCategory`` defaults to ``Other``;
- ``x_UsageDate`` and ``x_SourceRow``;
- ``x_Provider``: the file's columns that no `Input` reads, as text, empty ones left out, plus the
  inputs marked ``keep``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cco.core.charge import COST_TYPE, QUANTITY_TYPE, CostKind

Kind = Literal["text", "cost", "quantity", "time", "map", "json"]
"""How the cells of an input are read.

text: VARCHAR. cost: DECIMAL(38,24). quantity: DECIMAL(38,18); unit prices too. time: TIMESTAMP, UTC.
map: MAP(VARCHAR, VARCHAR) from a JSON object, from one without its braces (Azure), from a list of
``{key, value}`` in JSON or in Python's spelling (GCP), or from a native Parquet map, struct or list.
json: JSON, for what is nested deeper, in JSON or in Python's spelling.
"""

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "cost": COST_TYPE,
    "quantity": QUANTITY_TYPE,
    "time": "TIMESTAMP",
    "map": "MAP(VARCHAR, VARCHAR)",
    "json": "JSON",
}


@dataclass(frozen=True, slots=True)
class Input:
    """A column that a format reads.

    name: what the expressions call it, snake_case. aliases: other spellings of the header; headers
    are compared in lower case with everything but letters and digits dropped, so that
    ``lineItem/UsageAmount`` and ``line_item_usage_amount`` need no alias of each other. Where a file
    has several of them, the first in the order (name, aliases) is the one read. required: a file
    without the column is rejected. filled: a row in which it is empty is rejected. collects: a regular
    expression with one group; the input is then a map that gathers every column whose header
    matches it in full (case-insensitively), keyed by the group: ``resourceTags/user:(.+)``.
    keep: its text goes to ``x_Provider`` although it is read.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    collects: str | None = None
    keep: bool = False

    def __post_init__(self) -> None:
        if self.collects is not None and self.kind != "map":
            raise ValueError(f"{self.name} collects columns, so it is a map")

    @property
    def type(self) -> str:
        """DuckDB's type of the input."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of billing file and how it becomes FOCUS.

    name: stable identifier (``aws-cur-legacy``); title: what people call it.
    documentation: the provider's pages that the mapping follows.
    signatures: alternatives, each a tuple of input names; a file is of this format when it has all
    columns of one of them. Among the formats that match, the longest matching signature wins.
    columns: FOCUS column → DuckDB expression, in FOCUS order; a column without a line is NULL.
    ``Tags`` and ``x_TagOrigins`` are lines like the others.
    notes: (code, condition over one typed row, message): rows that are kept as they are but of which the
    load tells, by their number: "1,234 " + message.
    split: turns one input row into several (GCP credits): a SELECT from relation ``typed``, which
    must keep all its columns (``SELECT typed.*, …``) and may add some for ``columns`` to use. It
    reads ``typed`` once: ``unnest`` a list rather than UNION.
    currency: the input's billing currency, an expression over ``typed``.
    totals: each cost kind's value of one *input* row, straight from its columns and independent of
    `columns` and `split`; summed by currency it is what the load is reconciled with.
    versions: newest first, what tells them apart: (``1.2``, headers that no earlier version has).
    """

    name: str
    title: str
    documentation: tuple[str, ...]
    inputs: tuple[Input, ...]
    signatures: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, str], ...]
    currency: str
    totals: tuple[tuple[CostKind, str], ...]
    split: str | None = None
    notes: tuple[tuple[str, str, str], ...] = ()
    versions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        names = [each.name for each in self.inputs]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.name}: an input is named twice")
        unknown = {name for signature in self.signatures for name in signature} - set(names)
        if unknown:
            raise ValueError(f"{self.name}: its signature names no input: {sorted(unknown)}")

    def input(self, name: str) -> Input:
        """The input of that name. Raises KeyError where there is none."""
        for each in self.inputs:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Binding:
    """Which of a file's columns a format reads.

    columns: input name → header, for what the file has; collected: input name → (key, header)
    pairs; rest: headers that nobody reads, in file order.
    """

    columns: dict[str, str]
    collected: dict[str, tuple[tuple[str, str], ...]]
    rest: tuple[str, ...]


def bare(header: str) -> str:
    """A header as it is compared: lower-case letters and digits only."""
    return "".join(letter for letter in header.lower() if letter.isalnum())


def bind(format: Format, headers: Iterable[str]) -> Binding:
    """Match a format's inputs with a file's headers; each header is read at most once, except that
    a header named by an input is not collected by another."""
    headers = list(headers)
    by_bare: dict[str, str] = {}
    for header in headers:
        by_bare.setdefault(bare(header), header)
    columns: dict[str, str] = {}
    for each in format.inputs:
        if each.collects is not None:
            continue
        for spelling in (each.name, *each.aliases):
            found = by_bare.get(bare(spelling))
            if found is not None:
                columns[each.name] = found
                break
    read = set(columns.values())
    collected: dict[str, tuple[tuple[str, str], ...]] = {}
    for each in format.inputs:
        if each.collects is None:
            continue
        pattern = re.compile(each.collects, re.IGNORECASE)
        pairs = [
            (match.group(1), header)
            for header in headers
            if header not in read and (match := pattern.fullmatch(header))
        ]
        read.update(header for _, header in pairs)
        if pairs:
            collected[each.name] = tuple(pairs)
    return Binding(columns, collected, tuple(header for header in headers if header not in read))


def titled(format: Format, headers: Iterable[str]) -> str:
    """The format's title with the version whose own headers the file has, the newest of them."""
    present = {bare(header) for header in headers}
    for version, telling in format.versions:
        if not telling or any(bare(header) in present for header in telling):
            return f"{format.title} {version}"
    return format.title


def specificity(format: Format, binding: Binding) -> int:
    """The length of the longest signature that the file has in full; 0 where it has none."""
    present = binding.columns.keys() | binding.collected.keys()
    return max(
        (len(signature) for signature in format.signatures if present.issuperset(signature)),
        default=0,
    )
