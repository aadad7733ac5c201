"""What a delivered file is, judged from its bytes and never from its name."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cco.core.errors import BadFile
from cco.ingest.format import Binding, Format, bind, specificity, titled

HEAD_BYTES = 1 << 20
"""How much of a file is looked at to recognise it."""

Container = Literal["gzip", "zip", "parquet", "text"]
NumberStyle = Literal["plain", "grouped", "comma"]
"""plain: ``1234.56``, ``1.2e-7``. grouped: ``1,234.56``, ``$1,234.56 ``. comma: ``1.234,56``."""

TimeStyle = Literal["iso", "mdy", "dmy", "dotted", "compact"]
"""iso: ``2024-09-01[T]00:00:00[Z|+02:00]``. mdy: ``9/1/24``. dmy: ``1/9/2024``. dotted: ``1.9.2024``.
compact: ``20240901``."""

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text file is written, and its header."""

    delimiter: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """The format of a file, its name with the version where that can be told, and which of the
    file's columns the format reads."""

    format: Format
    title: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell as it stands in the file. row: 1-based data row."""

    row: int
    text: str


class Undecided(Exception):
    """Two cells of one file contradict each other about how it is written."""

    def __init__(self, what: str, first: Seen, second: Seen) -> None:
        super().__init__(what)
        self.what = what
        self.first = first
        self.second = second


def container(head: bytes, *, file: str) -> Container:
    """What the outermost layer of a file is. Raises BadFile where it can't hold a bill."""
    if not head:
        raise BadFile(
            "The file is empty (0 bytes).",
            file=file,
            remedy="Export it again, or wait until its delivery has finished.",
            code="empty-file",
        )
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, what in (
        (b"%PDF", "a PDF document"),
        (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
        (b"Obj\x01", "an Avro file"),
        (b"ORC", "an ORC file"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"BZh", "a bzip2 archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
    ):
        if head.startswith(magic):
            raise BadFile(
                f"This is {what}, not a billing export.",
                file=file,
                remedy="Export the bill as CSV, JSON lines or Parquet (plain, gzip or zip).",
                code="unknown-content",
            )
    return "text"


def encoding(head: bytes, *, file: str) -> str:
    """The text encoding: UTF-8 or UTF-16 by its mark or its pattern, else Windows' Latin-1.

    Raises BadFile where the bytes are no text at all."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    sample = head[:4096]
    if b"\x00" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > len(sample) // 4 and even < len(sample) // 16:
            return "utf-16-le"
        if even > len(sample) // 4 and odd < len(sample) // 16:
            return "utf-16-be"
        raise BadFile(
            "The file is binary, not text, and no format we know.",
            file=file,
            remedy="Export the bill as CSV, JSON lines or Parquet (plain, gzip or zip).",
            code="unknown-content",
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def is_json(text: str) -> bool:
    """Whether text that is not CSV looks like JSON lines (or a JSON array of objects)."""
    return bool(re.match(r'\s*(\[\s*)?\{\s*("|\})', text))


def dialect(text: str, *, file: str) -> Dialect:
    """Delimiter and header of delimited text: the delimiter that splits the first record into most
    fields. Raises BadFile where the header is empty, ambiguous, or not split by any delimiter."""
    candidates = [(d, record) for d in DELIMITERS if (record := _record(text, d)) is not None]
    if not candidates:
        raise BadFile(
            "The first line has no end: a quote is opened and never closed.",
            file=file,
            row=1,
            remedy="Export the file again; it is probably truncated.",
            code="unterminated-quote",
        )
    delimiter, headers = max(candidates, key=lambda each: len(each[1]))
    if len(headers) < 2:
        shown = headers[0][:60] if headers else ""
        raise BadFile(
            f"The first line is not a header with columns split by comma, semicolon, tab or bar: {shown!r}.",
            file=file,
            row=1,
            remedy="Export the file again with one of these delimiters and its header line.",
            code="wrong-delimiter",
        )
    seen: set[str] = set()
    for header in headers:
        if header in seen:
            raise BadFile(
                f"The header names the column {header!r} twice.",
                file=file,
                row=1,
                column=header,
                remedy="Remove or rename one of them, so that it is clear which one counts.",
                code="duplicate-header",
            )
        seen.add(header)
    return Dialect(delimiter, tuple(headers))


def _record(text: str, delimiter: str) -> list[str] | None:
    """The first record, or None where its quoting never ends."""
    lines = text.splitlines(keepends=True)
    try:
        record = next(iter(csv.reader(lines, delimiter=delimiter, strict=True)), [])
    except csv.Error:
        return None
    return [field.strip() for field in record]


def recognise(formats: Sequence[Format], headers: Sequence[str], *, file: str) -> Recognised:
    """The format whose longest signature the header has in full.

    Raises BadFile, naming what is missing, where there is none, or where the format's required
    columns are not all there."""
    matches = []
    for format in formats:
        binding = bind(format, headers)
        if score := specificity(format, binding):
            matches.append((score, format, binding))
    if not matches:
        raise BadFile(
            f"The columns are those of no billing format we know ({_nearest(formats, headers)}).",
            file=file,
            row=1,
            remedy="Deliver FOCUS 1.0 to 1.3, an AWS CUR or Data Export, an Azure cost export or a "
            "GCP billing export, with its header.",
            code="unknown-format",
        )
    _, format, binding = max(matches, key=lambda each: each[0])
    missing = [
        each.name
        for each in format.inputs
        if each.required and each.name not in binding.columns and each.name not in binding.collected
    ]
    if missing:
        names = ", ".join(_spelling(format, name) for name in missing)
        raise BadFile(
            f"This looks like {format.title}, but its column {names} is missing.",
            file=file,
            row=1,
            column=_spelling(format, missing[0]),
            remedy="Export it again with all mandatory columns.",
            code="missing-column",
        )
    return Recognised(format, titled(format, headers), binding)


def _spelling(format: Format, name: str) -> str:
    """How the provider writes an input: its first alias, or its name."""
    aliases = format.input(name).aliases
    return aliases[0] if aliases else name


def _nearest(formats: Sequence[Format], headers: Sequence[str]) -> str:
    """Which format comes closest, and what it lacks, for an error message."""
    best: tuple[float, str] = (0.0, f"it begins with {', '.join(headers[:4])}")
    for format in formats:
        binding = bind(format, headers)
        for signature in format.signatures:
            lacking = [name for name in signature if name not in binding.columns]
            share = 1 - len(lacking) / len(signature)
            if share > best[0]:
                names = ", ".join(_spelling(format, name) for name in lacking)
                best = (share, f"closest is {format.title}, which also has {names}")
    return best[1]


_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_DECORATION = re.compile(r"[\s()$€£¥₹+-]")


def number_style(cells: Iterable[Seen]) -> NumberStyle:
    """How a file writes its numbers, from its cells that hold numbers (others are passed over).

    Raises Undecided where two cells contradict each other, or where a comma may be either: only
    ``1,234`` and nothing that tells whether it is a thousand or one and a bit."""
    grouped: Seen | None = None
    comma: Seen | None = None
    either: Seen | None = None
    decorated = False
    pointed: Seen | None = None
    for cell in cells:
        text = cell.text.strip()
        if _PLAIN.fullmatch(text):
            if "." in text and "e" not in text.lower() and not re.fullmatch(r"[-+]?\d{1,3}\.\d{3}", text):
                pointed = pointed or cell
            continue
        core = _DECORATION.sub("", text)
        decorated = decorated or core != text
        if "," not in core:
            if core.count(".") > 1 and re.fullmatch(r"\d{1,3}(\.\d{3})+", core):
                comma = comma or cell
            elif "." in core:
                pointed = pointed or cell
            continue
        last = core.rfind(",")
        if "." in core:
            if core.rfind(".") > last:
                grouped = grouped or cell
            else:
                comma = comma or cell
        elif core.count(",") > 1:
            grouped = grouped or cell
        elif re.fullmatch(r"[1-9]\d{0,2},\d{3}", core):
            either = either or cell
        elif re.fullmatch(r"\d+,\d+", core):
            comma = comma or cell
    english = grouped or pointed
    if comma is not None and english is not None:
        raise Undecided("number", *sorted((comma, english), key=lambda cell: cell.row))
    if comma is not None:
        return "comma"
    if grouped is not None or (either is not None and pointed is not None):
        return "grouped"
    if either is not None:
        raise Undecided("number", either, either)
    return "grouped" if decorated else "plain"


def time_style(cells: Iterable[Seen], *, first_of_month: bool = False) -> TimeStyle:
    """How a column writes its times.

    first_of_month: the column holds first days of months (a billing period's bounds), which tells
    ``5/1/25`` from ``1/5/25``. Where nothing tells, the month comes first, as the clouds' and
    FOCUS's own examples have it. Raises Undecided where two cells contradict each other."""
    iso: Seen | None = None
    slashed: Seen | None = None
    month_first: Seen | None = None
    day_first: Seen | None = None
    dotted: Seen | None = None
    compact: Seen | None = None
    firsts: set[int] = set()
    seconds: set[int] = set()
    for cell in cells:
        text = cell.text.strip()
        if re.match(r"\d{4}[-/]\d", text):
            iso = iso or cell
        elif match := re.match(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b", text):
            slashed = slashed or cell
            first, second = int(match[1]), int(match[2])
            firsts.add(first)
            seconds.add(second)
            if first > 12:
                day_first = day_first or cell
            elif second > 12:
                month_first = month_first or cell
        elif re.match(r"\d{1,2}\.\d{1,2}\.\d{2,4}\b", text):
            dotted = dotted or cell
        elif re.fullmatch(r"(19|20)\d{6}", text):
            compact = compact or cell
    styles: list[Seen] = [cell for cell in (iso, slashed, dotted, compact) if cell is not None]
    if len(styles) > 1:
        raise Undecided("time", *sorted(styles, key=lambda cell: cell.row)[:2])
    if month_first is not None and day_first is not None:
        raise Undecided("time", *sorted((month_first, day_first), key=lambda cell: cell.row))
    if slashed is not None:
        if day_first is not None:
            return "dmy"
        if month_first is None and first_of_month and firsts == {1} and seconds != {1}:
            return "dmy"
        return "mdy"
    if dotted is not None:
        return "dotted"
    return "compact" if compact is not None else "iso"


_ZONED = re.compile(r".*\d\s*(?:Z|UTC|GMT|[+-]00(?::?00)?)", re.IGNORECASE)
_OFFSET = re.compile(r".*\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?P<offset>[+-]\d{2}(?::?\d{2})?)")
_NAIVE = re.compile(r".*\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")


def same_zone(cells: Iterable[Seen]) -> None:
    """Raises Undecided where some times of a column carry an offset from UTC and others no zone at
    all, so that nobody can say which moment the latter mean."""
    offset: Seen | None = None
    naive: Seen | None = None
    for cell in cells:
        text = cell.text.strip()
        if _ZONED.fullmatch(text):
            continue
        if _OFFSET.fullmatch(text):
            offset = offset or cell
        elif _NAIVE.fullmatch(text):
            naive = naive or cell
        if offset is not None and naive is not None:
            raise Undecided("time zone", *sorted((offset, naive), key=lambda each: each.row))
