"""Writes docs/formats.md, the mapping tables of the billing formats, from the formats themselves.

formats.py           writes it
formats.py --check   fails where it is not what the code says
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from cco.ingest.format import Format, Input
from cco.ingest.formats import aws_cur, azure_export, focus, gcp_export, services
from cco.ingest.formats.sql import named

PAGE = Path(__file__).parents[1] / "docs" / "formats.md"

SECTIONS: tuple[tuple[ModuleType, tuple[Format, ...]], ...] = (
    (focus, (focus.FOCUS,)),
    (aws_cur, (aws_cur.AWS_CUR_LEGACY, aws_cur.AWS_CUR_2)),
    (azure_export, (azure_export.AZURE_EXPORT,)),
    (gcp_export, (gcp_export.GCP_EXPORT,)),
)

LONG_TABLES = {"RESOURCE_TYPES": "Resource types", "RESOURCE_ID_TYPES": "Resource types by id"}
"""Value tables that are named here and read in the code. (SERVICES is told at the end.)"""

INTRODUCTION = """\
# Billing formats

What each file we read means, column by column. Everything becomes [FOCUS 1.2](https://focus.finops.org/focus-specification/v1-2/).
This page is written from the mapping tables that do the work (`src/cco/ingest/formats`) by
`scripts/formats.py`; a test fails when it is not what they say.

How to read it:

- A file's format is told by its header, never by its name. Headers are compared without case and without
  anything but letters and digits, so `lineItem/UnblendedCost` and `line_item_unblended_cost` are the same.
- The first table of each format gives every FOCUS column as a DuckDB expression over the provider's columns
  (lower case) and, in CAPITALS, the expressions named beneath it. `table[key]` looks a value up.
- A FOCUS column without a line has no value. A billing period that is not given is the calendar month, a
  charge's end that is not given the end of its day. Provider columns that no line reads are kept, as
  text, in `x_Provider`; tags keep where they came from in `x_TagOrigins`.
- Each load is reconciled: the sums of the four costs, in every currency, are computed from the provider's
  columns alone and must equal what was written, to the last decimal. They are listed as "Reconciled with".
- "A load says" lists what is told of rows that are kept although something about them is unusual.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for module, formats in SECTIONS:
        parts.append("\n".join(_section(module, formats)))
    parts.append("\n".join(_services()))
    return "\n".join(parts).rstrip() + "\n"


def _section(module: ModuleType, formats: tuple[Format, ...]) -> Iterator[str]:
    first = formats[0]
    yield f"\n## {' and '.join(each.title for each in formats)}\n"
    yield inspect.cleandoc(module.__doc__ or "") + "\n"
    yield "Sources:\n"
    yield from (f"- <{link}>" for each in formats for link in each.documentation)
    yield "\n### FOCUS columns\n"
    names = _named_expressions(module)
    used: set[str] = set()
    yield "| FOCUS column | comes from |"
    yield "|---|---|"
    for column, expression in first.columns:
        yield f"| {column} | {_code(_shortened(expression, names, used))} |"
    if first.split is not None:
        yield f"\nA row becomes several charges:\n\n```sql\n{_shortened(first.split, names, used)}\n```"
    totals = [(kind.value, _shortened(expression, names, used)) for kind, expression in first.totals]
    yield "\n### Reconciled with\n"
    yield "| Cost | Sum over the file's rows of |"
    yield "|---|---|"
    yield from (f"| {name} | {_code(text)} |" for name, text in totals)
    notes = [(message, _shortened(condition, names, used)) for _, condition, message in first.notes]
    if definitions := list(_definitions(names, used)):
        yield "\n### Where\n"
        yield "| Name | means |"
        yield "|---|---|"
        yield from (f"| {name} | {_code(text)} |" for name, text in definitions)
    yield from _value_tables(module)
    if notes:
        yield "\n### A load says\n"
        yield from (f"- N {message}: {_code(condition)}" for message, condition in notes)
    yield "\n### Columns read\n"
    yield "| Column | Other spellings | Read as | |"
    yield "|---|---|---|---|"
    yield from (_input(each) for each in first.inputs)


def _input(each: Input) -> str:
    spellings = ", ".join(f"`{alias}`" for alias in each.aliases)
    if each.collects is not None:
        spellings = f"every column like `{each.collects}`".replace("|", "\\|")
    marks = [
        text
        for text, holds in (
            ("required", each.required),
            ("never empty", each.filled),
            ("also in `x_Provider`", each.keep),
        )
        if holds
    ]
    return f"| `{each.name}` | {spellings} | {each.kind} | {', '.join(marks)} |"


def _named_expressions(module: ModuleType) -> dict[str, str]:
    """The module's named pieces of SQL, as the page shows them, the longest first."""
    found = {
        name: _tidy(value)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and not re.fullmatch(r"\w+", value.strip())
    }
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def _tidy(expression: str) -> str:
    return re.sub(r"(?<=[(\[]) | (?=[)\]])", "", " ".join(named(expression).split()))


def _shortened(expression: str, names: Mapping[str, str], used: set[str]) -> str:
    """The expression with the named pieces in it replaced by their names."""
    text = _tidy(expression)
    for name, meaning in names.items():
        if meaning != text and meaning in text and name != "SPLIT":
            text = text.replace(meaning, name)
            used.add(name)
        elif meaning == text and len(text) > 60 and name != "SPLIT":
            used.add(name)
            return name
    return text


def _definitions(names: Mapping[str, str], used: set[str]) -> Iterator[tuple[str, str]]:
    """What the names used mean, and the names used by those."""
    waiting, told = set(used), {}
    while waiting:
        name = waiting.pop()
        inner: set[str] = set()
        others = {other: text for other, text in names.items() if other != name}
        told[name] = _shortened(names[name], others, inner)
        waiting |= inner - told.keys()
    yield from sorted(told.items())


def _value_tables(module: ModuleType) -> Iterator[str]:
    source = inspect.getsource(module)
    for name, value in vars(module).items():
        if not (name.isupper() and isinstance(value, dict)) or f"\n{name} = " not in source:
            continue
        if name == "SERVICES":
            continue
        yield f"\n### `{name.lower()}`\n"
        if name in LONG_TABLES:
            file = module.__name__.rsplit(".", 1)[-1]
            yield f"{LONG_TABLES[name]}: {len(value)} of them, in [`{file}.py`]({_link(module)})."
            continue
        yield "| Value | becomes |"
        yield "|---|---|"
        yield from (f"| {key} | {meaning} |" for key, meaning in value.items())


def _services() -> Iterator[str]:
    yield "\n## Service categories\n"
    yield inspect.cleandoc(services.__doc__ or "").split("\n\n", 1)[1] + "\n"
    yield "| Category | Subcategory | AWS (product code) | Azure (meter category, provider) | Google Cloud |"
    yield "|---|---|---|---|---|"
    for category, all_of in services.SUBCATEGORIES.items():
        for subcategory in all_of:
            clouds = [
                ", ".join(table.get(subcategory, ()))
                for table in (services.AWS_SERVICES, services.AZURE_SERVICES, services.GCP_SERVICES)
            ]
            if any(clouds):
                yield f"| {category} | {subcategory} | {' | '.join(clouds)} |"


def _link(module: ModuleType) -> str:
    return f"../src/{module.__name__.replace('.', '/')}.py"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    wanted = page()
    if arguments == ["--check"]:
        if PAGE.exists() and PAGE.read_text() == wanted:
            return 0
        print("docs/formats.md is not what the formats say: run scripts/formats.py", file=sys.stderr)
        return 1
    PAGE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
