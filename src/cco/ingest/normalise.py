"""From a file's own columns to FOCUS: the one SELECT that reads, casts, maps and checks every row.

Built as text from the format's table, pure; `store.staging` runs it. It has five storeys, each a
projection that DuckDB streams through in one pass:

    cells     c0, c1, …   the file's columns, empty ones NULL
    numbers   n3, …       those that hold numbers, as plain text
    typed     inputs      cast by their kind; `split` may turn a row into several here
    mapped    FOCUS       the format's expressions, totals beside them
    checked   + verdict   defaults, closed lists, and what is wrong with the row, if anything
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cco.core.charge import CHARGE_COLUMNS, COST_TYPE, CostKind
from cco.ingest.check import CLOSED_LISTS, CURRENCIES, STRICT_LISTS, SYNONYMS
from cco.ingest.detect import NumberStyle, TimeStyle
from cco.ingest.format import Binding, Format, Input, Kind

DERIVED = ("x_SourceRow",)
"""Charge columns that the staging adds by position."""

NOTES: tuple[tuple[str, str], ...] = (
    ("rounded", "costs had more than 24 decimals and were rounded half to even"),
    ("no-list-cost", "charges have no ListCost; counted as 0"),
    ("no-contracted-cost", "charges have no ContractedCost; counted as 0"),
    *(
        (
            f"unknown-{column.lower()}",
            f"charges have a {column} that FOCUS does not know; it is kept in x_Provider",
        )
        for column in CLOSED_LISTS
        if column not in STRICT_LISTS
    ),
)
"""What is noted about a row without rejecting it: (code, what it means for so many rows). A row's
notes are a bit set in this order."""

FAULT_TYPE = 'STRUCT("column" VARCHAR, "value" VARCHAR, "reason" VARCHAR)'


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a delivered file as the engine reads it.

    header: its name in the file; sql: the expression over the reader that yields it; type: DuckDB's;
    nulled: the reader has already made its empty cells NULL.
    """

    header: str
    sql: str
    type: str
    nulled: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it still has to be parsed."""
        return self.type == "VARCHAR"


@dataclass(frozen=True, slots=True)
class Styles:
    """How one file writes what can be written in several ways.

    times: input name → style, for the time inputs that are text; iso where absent."""

    numbers: NumberStyle
    times: Mapping[str, TimeStyle]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one file becomes charges.

    select: the SELECT, with ``{reader}`` where the relation that reads the file belongs. columns: the
    names it yields, in order. totals: cost kind → the staged column that holds the source's own value.
    numbered: the rows carry ``_row``, the data row they come from. split: one data row may become
    several charges. notes: what each bit of ``_notes`` means: NOTES and the format's own. period: the
    expression over the reader on which alone the billing period depends, or None.
    """

    select: str
    columns: tuple[str, ...]
    totals: Mapping[CostKind, str]
    numbered: bool
    split: bool = False
    notes: tuple[tuple[str, str], ...] = NOTES
    period: str | None = None


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def plan(
    format: Format,
    binding: Binding,
    cells: Sequence[Cell],
    styles: Styles,
    *,
    filled: Mapping[str, bool] | None = None,
    dictionaries: Mapping[str, str] | None = None,
    row: str | None = None,
) -> Plan:
    """The SELECT for one file.

    filled: of the columns that nobody reads, those that hold any value → whether every row has one;
    None where nobody looked. dictionaries: header → a table (``text``, ``value``) with the map that
    each text of the column stands for, where such a table was worth making. row: the expression over
    the reader for the 1-based data row, where it has one.
    """
    dictionaries = dictionaries or {}
    index = {cell.header: number for number, cell in enumerate(cells)}
    by_header = {cell.header: cell for cell in cells}
    bound = [each for each in format.inputs if each.name in binding.columns]

    def text_of(header: str) -> str:
        return _text(by_header[header], f"c{index[header]}")

    typed: list[str] = []
    for each in format.inputs:
        if each.name in binding.collected:
            entries = [_entry(key, text_of(header)) for key, header in binding.collected[each.name]]
            value = f"map_from_entries(list_filter([{', '.join(entries)}], lambda e: e.v IS NOT NULL))"
        elif each.name in binding.columns:
            header = binding.columns[each.name]
            value = (
                f"d{index[header]}.value"
                if header in dictionaries
                else _typed(each, by_header[header], f"c{index[header]}", styles)
            )
        else:
            value = f"CAST(NULL AS {each.type})"
        typed.append(f"{value} AS {each.name}")

    rest = [header for header in binding.rest if filled is None or header in filled]
    kept = [binding.columns[each.name] for each in bound if each.keep]
    provider = _leftovers(
        [(header, text_of(header)) for header in rest + kept],
        full=filled is not None and not kept and all(filled.values()),
    )

    broken: list[tuple[str, str, str]] = []  # (condition, column and value, reason) over `typed`
    for each in bound:
        header = binding.columns[each.name]
        if each.kind != "text":
            broken.append(
                (
                    f"c{index[header]} IS NOT NULL AND {each.name} IS NULL"
                    + _unless_nothing(each, by_header[header], f"c{index[header]}"),
                    header,
                    _reason(each.kind, styles, each),
                )
            )
        if each.filled:
            broken.append((f"c{index[header]} IS NULL", header, "is empty"))
    broken_list = ", ".join(
        f"CASE WHEN {condition} THEN {_fault(header, text_of(header), reason)} END"
        for condition, header, reason in broken
    )
    is_broken = " OR ".join(f"({condition})" for condition, _, _ in broken) or "false"

    numeric = {
        index[header]: each.kind
        for each in bound
        if each.kind in ("cost", "quantity") and _as_text(by_header[header := binding.columns[each.name]])
    }
    plain = "".join(
        f", {_number_text(cells[number], f'c{number}', styles)} AS n{number}" for number in numeric
    )
    rounded = [f"rounded_cost(n{number})" for number, kind in numeric.items() if kind == "cost"]

    mapped_columns = dict(format.columns)
    mapped = []
    for column in CHARGE_COLUMNS:
        if column.name in (*DERIVED, "x_UsageDate", "x_Provider"):
            continue
        expression = mapped_columns.get(column.name, "NULL")
        mapped.append(f"CAST({expression} AS {column.type}) AS {column.name}")
    mapped.append(f"{provider} AS x_Provider")
    totals: dict[CostKind, str] = {}
    for kind, expression in format.totals:
        if mapped_columns.get(kind.value) == expression:
            totals[kind] = kind.value
        else:
            totals[kind] = f"_total_{kind.name.lower()}"
            mapped.append(f"CAST({expression} AS {COST_TYPE}) AS {totals[kind]}")
    mapped.append(f"upper(trim({format.currency})) AS _currency")
    mapped.append(
        f"CASE WHEN {is_broken} THEN [{broken_list}] END AS _broken" if broken else "NULL AS _broken"
    )
    mapped.append(f"{' OR '.join(rounded) or 'false'} AS _rounded")
    mapped.append(f"CASE WHEN {is_broken} THEN true END AS _is_broken")
    mapped += [
        f"coalesce({condition}, false) AS _note_{n}" for n, (_, condition, _) in enumerate(format.notes)
    ]

    cell_list = ", ".join(f"{_cell(cell)} AS c{number}" for number, cell in enumerate(cells))
    if row is None and format.split is not None:
        row = "row_number() OVER ()"
    numbering = f"{row} AS _row, " if row is not None else ""
    passed = "".join(f", c{number}" for number in range(len(cells)))
    passed_numbers = "".join(f", n{number}" for number in numeric)
    source = "typed" if format.split is None else f"({format.split})"
    numbered = ", _row" if row is not None else ""
    looked_up = "".join(
        f" LEFT JOIN {table} AS d{index[header]} ON d{index[header]}.text = c{index[header]}"
        for header, table in dictionaries.items()
    )
    texts = ", ".join(_text(cell, f"c{number}") for number, cell in enumerate(cells))

    checked, columns = _checked(totals, row=row is not None)
    select = f"""
WITH cells AS (SELECT {numbering}{cell_list}{{period}} FROM {{reader}}),
numbers AS (SELECT *{plain} FROM cells),
typed AS (SELECT {", ".join(typed)}{numbered}{passed}{passed_numbers}{{_raw}} FROM numbers{looked_up}),
mapped AS (SELECT {", ".join(mapped)}{numbered}{passed}{{_raw}} FROM {source}),
tidy AS (SELECT * REPLACE ({_tidy()}), {_conformed()} FROM mapped),
checked AS (SELECT *, {_verdict(len(format.notes))} FROM tidy)
SELECT {checked}, CASE WHEN _faults IS NOT NULL THEN [{texts}] END AS _cells{{_period}} FROM checked
""".strip()
    notes = (*NOTES, *((code, message) for code, _, message in format.notes))
    return Plan(
        select,
        (*columns, "_cells"),
        totals,
        numbered=row is not None,
        split=format.split is not None,
        notes=notes,
        period=_period_cell(mapped_columns.get("BillingPeriodStart", ""), binding, by_header),
    )


def _period_cell(expression: str, binding: Binding, by_header: Mapping[str, Cell]) -> str | None:
    """The expression over the reader that tells the billing period by itself, where there is one."""
    header = binding.columns.get(expression)
    return None if header is None else by_header[header].sql


def _leftovers(columns: Sequence[tuple[str, str]], *, full: bool) -> str:
    """``x_Provider``. Where every row has every column, a struct is cast, which is five times faster
    than building a map and checking that its keys differ."""
    if not columns:
        return "CAST(NULL AS MAP(VARCHAR, VARCHAR))"
    if full:
        fields = ", ".join(f"{quoted(header)}: {value}" for header, value in columns)
        return f"CAST({{{fields}}} AS MAP(VARCHAR, VARCHAR))"
    entries = ", ".join(_entry(header, value) for header, value in columns)
    return f"nullif(map_from_entries(list_filter([{entries}], lambda e: e.v IS NOT NULL)), MAP {{}})"


def _unless_nothing(each: Input, cell: Cell, name: str) -> str:
    """Reports made with Python spell a missing number or time ``None`` or ``nan``; where a value must
    be, that is a fault all the same."""
    if each.filled or not cell.is_text or each.kind in ("map", "json"):
        return ""
    return f" AND lower({name}) NOT IN ('none', 'nan')"


def _entry(key: str, value: str) -> str:
    return f"{{'k': {quoted(key)}, 'v': {value}}}"


def _fault(column: str, value: str, reason: str) -> str:
    return f"{{'column': {quoted(column)}, 'value': {value}, 'reason': {quoted(reason)}}}"


def _cell(cell: Cell) -> str:
    """A cell with its spellings of nothing made NULL."""
    if cell.nulled or not cell.is_text:
        return cell.sql
    return f"nullif(nullif({cell.sql}, ''), 'NULL')"


def _text(cell: Cell, name: str) -> str:
    """A cell as text."""
    if cell.is_text:
        return name
    if cell.type.startswith(("STRUCT", "MAP", "JSON")) or cell.type.endswith("]"):
        return f"CAST(to_json({name}) AS VARCHAR)"
    return f"CAST({name} AS VARCHAR)"


def _as_text(cell: Cell) -> bool:
    """Whether a number is best read through its text: it is text, or a float, whose shortest
    decimal spelling is what the provider meant (0.1 and not 0.1000000000000000055…)."""
    return cell.is_text or cell.type in ("DOUBLE", "FLOAT")


def _number_text(cell: Cell, name: str, styles: Styles) -> str:
    if not cell.is_text:
        return f"CAST({name} AS VARCHAR)"
    return {"plain": name, "grouped": f"plain_grouped({name})", "comma": f"plain_comma({name})"}[
        styles.numbers
    ]


def _typed(each: Input, cell: Cell, name: str, styles: Styles) -> str:
    """The expression that casts a cell to its input's type, NULL where it does not parse."""
    match each.kind:
        case "text":
            return _text(cell, name)
        case "cost" | "quantity":
            if _as_text(cell):
                return f"to_{each.kind}(n{name[1:]})"
            return f"TRY_CAST({name} AS {each.type})"
        case "time":
            if cell.is_text:
                return f"time_{styles.times.get(each.name, 'iso')}({name})"
            return f"believable(CAST({name} AS TIMESTAMP))"
        case "map":
            if cell.is_text:
                return f"to_map({name})"
            if cell.type.startswith("MAP"):
                return f"TRY_CAST({name} AS {each.type})"
            return f"json_to_map(to_json({name}))"
        case "json":
            return f"to_json_value({name})" if cell.is_text else f"to_json({name})"


def _reason(kind: Kind, styles: Styles, each: Input) -> str:
    if kind in ("cost", "quantity"):
        example = {"plain": "1234.56", "grouped": "1,234.56", "comma": "1.234,56"}[styles.numbers]
        return f"is not a number like {example}, as elsewhere in this file"
    if kind == "time":
        example = {
            "iso": "2024-09-30T23:00:00Z",
            "mdy": "9/30/2024",
            "dmy": "30/9/2024",
            "dotted": "30.9.2024",
            "compact": "20240930",
        }[styles.times.get(each.name, "iso")]
        return f"is not a time like {example}, as elsewhere in this column"
    return "is not a JSON object or list of keys and values" if kind == "map" else "is not JSON"


def _bare(column: str) -> str:
    """A value of a closed list as it is compared: lower-case letters only."""
    return f"regexp_replace(lower({column}), '[^a-z]', '', 'g')"


def _folded(column: str) -> str:
    """A closed list's value in FOCUS's own spelling, NULL where it is none. The exact spelling is
    the fast path."""
    values = CLOSED_LISTS[column]
    spellings = {"".join(letter for letter in value.lower() if letter.isalpha()): value for value in values}
    spellings |= SYNONYMS.get(column, {})
    exact = ", ".join(quoted(value) for value in values)  # inside CASE, so never a join
    cases = " ".join(f"WHEN {quoted(bare)} THEN {quoted(value)}" for bare, value in spellings.items())
    return (
        f"CASE WHEN {column} IS NULL OR {column} IN ({exact}) THEN {column} "
        f"ELSE CASE {_bare(column)} {cases} END END"
    )


def _tidy() -> str:
    """Defaults that hold for every format."""
    return ", ".join(
        (
            "trim(upper(BillingCurrency)) AS BillingCurrency",
            "coalesce(BillingPeriodStart, month_start(ChargePeriodStart)) AS BillingPeriodStart",
            "coalesce(BillingPeriodEnd, next_month(coalesce(BillingPeriodStart, ChargePeriodStart)))"
            " AS BillingPeriodEnd",
            "coalesce(ChargePeriodEnd, ChargePeriodStart + INTERVAL 1 DAY) AS ChargePeriodEnd",
        )
    )


def _conformed() -> str:
    """The closed lists' values beside the file's own."""
    return ", ".join(f"{_folded(column)} AS _ok_{column}" for column in CLOSED_LISTS)


def _verdict(format_notes: int) -> str:
    """``_faults``: what is wrong with the row, NULL for a good one. ``_notes``: what was noted."""
    faults = []
    for column in STRICT_LISTS:
        known = ", ".join(CLOSED_LISTS[column])
        faults.append(
            (f"{column} IS NOT NULL AND _ok_{column} IS NULL", column, column, f"is none of {known}")
        )
    filled_here = (*DERIVED, "x_UsageDate", "ListCost", "ContractedCost", "ServiceCategory")
    faults += [
        (f"{each.name} IS NULL", each.name, "CAST(NULL AS VARCHAR)", "is empty")
        for each in CHARGE_COLUMNS
        if each.required and each.name not in filled_here
    ]
    # A long IN would become a join, which ends the streaming; the usual currencies are tried first.
    codes = ", ".join(quoted(code) for code in sorted(CURRENCIES))
    usual = " AND ".join(f"BillingCurrency <> {quoted(code)}" for code in ("USD", "EUR", "GBP"))
    faults.append(
        (
            f"{usual} AND NOT list_contains([{codes}], BillingCurrency)",
            "BillingCurrency",
            "BillingCurrency",
            "is not an ISO 4217 currency code like USD",
        )
    )
    listed = ", ".join(
        f"CASE WHEN {condition} THEN {_fault(column, value, reason)} END"
        for condition, column, value, reason in faults
    )
    bad = " OR ".join(f"({condition})" for condition, _, _, _ in faults)
    noted = ["_rounded", "ListCost IS NULL", "ContractedCost IS NULL"] + [
        f"({column} IS NOT NULL AND _ok_{column} IS NULL)"
        for column in CLOSED_LISTS
        if column not in STRICT_LISTS
    ]
    noted += [f"_note_{n}" for n in range(format_notes)]
    bits = " + ".join(
        f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END" for bit, condition in enumerate(noted)
    )
    return (
        # A cell that does not parse explains the empty column that follows from it: say it once.
        f"CASE WHEN _is_broken THEN list_filter(_broken, lambda f: f IS NOT NULL)"
        f" WHEN {bad} THEN list_filter([{listed}], lambda f: f IS NOT NULL) END"
        f" AS _faults, CAST({bits} AS INTEGER) AS _notes"
    )


def _checked(totals: Mapping[CostKind, str], *, row: bool) -> tuple[str, list[str]]:
    """The staged columns: charges first, then the engine's own."""
    strange = [column for column in CLOSED_LISTS if column not in STRICT_LISTS]
    unknown = " OR ".join(f"({column} IS NOT NULL AND _ok_{column} IS NULL)" for column in strange)
    kept = ", ".join(
        _entry(column, f"CASE WHEN _ok_{column} IS NULL THEN {column} END") for column in strange
    )
    own = {
        "ListCost": f"coalesce(ListCost, 0::{COST_TYPE})",
        "ContractedCost": f"coalesce(ContractedCost, 0::{COST_TYPE})",
        "x_UsageDate": "CAST(ChargePeriodStart AS DATE)",
        "x_Provider": f"CASE WHEN {unknown} THEN map_concat(coalesce(x_Provider, MAP {{}}),"
        f" map_from_entries(list_filter([{kept}], lambda e: e.v IS NOT NULL))) ELSE x_Provider END",
        **{column: f"_ok_{column}" for column in CLOSED_LISTS},
        "ServiceCategory": "coalesce(_ok_ServiceCategory, 'Other')",
    }
    selected: list[tuple[str, str]] = [
        (own.get(column.name, column.name), column.name)
        for column in CHARGE_COLUMNS
        if column.name not in DERIVED
    ]
    # A billing period that begins at midnight east of Greenwich is the month of that day all the same.
    selected.append(("CAST(date_trunc('month', BillingPeriodStart + INTERVAL 14 HOUR) AS DATE)", "period"))
    selected += [(name, name) for name in totals.values() if name.startswith("_")]
    selected += [(name, name) for name in ("_currency", "_faults", "_notes")]
    if row:
        selected.append(("_row", "_row"))
    return (
        ", ".join(
            expression if expression == name else f"{expression} AS {name}" for expression, name in selected
        ),
        [name for _, name in selected],
    )
