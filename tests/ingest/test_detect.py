"""What a file is, from its bytes."""

from __future__ import annotations

import pytest

from cco.core.errors import BadFile
from cco.ingest.detect import (
    Seen,
    Undecided,
    container,
    dialect,
    encoding,
    is_json,
    number_style,
    recognise,
    same_zone,
    time_style,
)
from cco.ingest.formats import BUILT_IN
from cco.ingest.formats.focus import FOCUS


def seen(*texts: str) -> list[Seen]:
    return [Seen(row, text) for row, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "zip"), (b"PAR1abc", "parquet"), (b"a,b\n", "text")],
)
def test_the_outermost_layer_is_told_by_its_first_bytes(head: bytes, kind: str) -> None:
    assert container(head, file="f") == kind


@pytest.mark.parametrize("head", [b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1", b"Obj\x01", b"BZh9"])
def test_what_can_hold_no_bill_is_refused(head: bytes) -> None:
    with pytest.raises(BadFile):
        container(head, file="f")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("a,b".encode("utf-8-sig"), "utf-8-sig"),
        ("a,b".encode("utf-16"), "utf-16"),
        ("a,b\n1,2\n".encode("utf-16-be"), "utf-16-be"),
        ("ä,b".encode(), "utf-8"),
        ("ä,b".encode()[:1] + b"", "utf-8"),
        ("Zürich,b".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_told_by_mark_or_pattern(head: bytes, name: str) -> None:
    assert encoding(head, file="f") == name


def test_a_quoted_header_with_line_breaks_is_one_record() -> None:
    found = dialect('"a","b\nc","d;e"\n1,2,3\n', file="f")
    assert (found.delimiter, found.headers) == (",", ("a", "b\nc", "d;e"))


def test_a_header_whose_quote_never_ends_is_refused() -> None:
    with pytest.raises(BadFile, match="never closed"):
        dialect('"a,b\n1,2\n', file="f")


@pytest.mark.parametrize(
    ("text", "json"), [('{"a": 1}', True), ('[{"a": 1}]', True), ("{}", True), ("a,b", False), ("[a]", False)]
)
def test_json_is_told_from_delimited_text(text: str, json: bool) -> None:
    assert is_json(text) is json


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (("1.5", "-2", "3e-7", ".5"), "plain"),
        (("1,234.5", "7"), "grouped"),
        (("1,234,567",), "grouped"),
        (("$5", "6"), "grouped"),
        (("1,234", "5.75"), "grouped"),
        (("1.234,5",), "comma"),
        (("0,5", "1.234"), "comma"),
        (("1.234.567", "5"), "comma"),
        (("1.234",), "plain"),
        (("n/a",), "plain"),
    ],
)
def test_a_files_numbers_decide_how_it_writes_them(texts: tuple[str, ...], style: str) -> None:
    assert number_style(seen(*texts)) == style


@pytest.mark.parametrize("texts", [("1,5", "1.5"), ("1,234.5", "1.234,5"), ("1,234", "12,345")])
def test_numbers_that_contradict_each_other_or_say_too_little_are_undecided(texts: tuple[str, ...]) -> None:
    with pytest.raises(Undecided):
        number_style(seen(*texts))


def test_first_days_of_months_tell_day_from_month() -> None:
    assert time_style(seen("1/5/2025", "1/6/2025"), first_of_month=True) == "dmy"
    assert time_style(seen("5/1/2025", "6/1/2025"), first_of_month=True) == "mdy"
    assert time_style(seen("1/1/2025"), first_of_month=True) == "mdy"
    assert time_style(seen("1/5/2025", "1/6/2025")) == "mdy"


def test_a_zone_on_all_or_none_of_the_times_is_fine_and_utc_is_no_zone() -> None:
    same_zone(seen("2025-01-01T00:00:00Z", "2025-01-01 00:00:00", "2025-01-01T00:00:00+00:00", "2025-01-01"))
    same_zone(seen("2025-01-01T00:00:00+02:00", "2025-01-01T00:00:00Z"))
    with pytest.raises(Undecided):
        same_zone(seen("2025-01-01 00:00:00+02", "2025-01-01 00:00"))


def test_focus_is_recognised_in_any_spelling_and_told_by_version() -> None:
    headers = [name for name, _ in FOCUS.columns if name not in ("BillingAccountType", "InvoiceId")]
    shouted = [header.upper() for header in headers]
    assert recognise(BUILT_IN, shouted, file="f").title == "FOCUS 1.2"
    early = [header for header in headers if not header.startswith(("Pricing", "Sku", "SubAccountType"))]
    early = [header for header in early if not header.startswith(("Capacity", "Commitment", "ServiceSub"))]
    assert recognise(BUILT_IN, early, file="f").title == "FOCUS 1.0"
