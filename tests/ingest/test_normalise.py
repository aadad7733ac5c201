"""Exactness of what the engine casts, against Python's own decimals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cco.store.staging import macros


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(macros())
    yield connection
    connection.close()


def one(engine: duckdb.DuckDBPyConnection, expression: str, *values: object) -> object:
    row = engine.execute(f"SELECT {expression}", list(values)).fetchone()
    assert row is not None
    return row[0]


digits = st.text("0123456789", min_size=1, max_size=12)


@settings(deadline=None)
@given(
    sign=st.sampled_from(["", "-"]),
    whole=digits,
    fraction=st.text("0123456789", max_size=32),
    exponent=st.none() | st.integers(-20, 2),
    letter=st.sampled_from("eE"),
)
def test_a_number_is_exact_and_beyond_24_decimals_rounded_half_to_even(
    engine: duckdb.DuckDBPyConnection,
    sign: str,
    whole: str,
    fraction: str,
    exponent: int | None,
    letter: str,
) -> None:
    text = sign + whole + (f".{fraction}" if fraction else "")
    text += "" if exponent is None else f"{letter}{exponent}"
    with localcontext(Context(prec=80)):
        meant = Decimal(text).quantize(Decimal(1).scaleb(-24), rounding=ROUND_HALF_EVEN)
        quantity = Decimal(text).quantize(Decimal(1).scaleb(-18), rounding=ROUND_HALF_EVEN)
    if abs(meant) < Decimal(10) ** 14:
        assert one(engine, "to_cost(?)", text) == meant
    assert one(engine, "to_quantity(?)", text) == quantity


@settings(deadline=None)
@given(text=st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_grouped_and_comma_numbers_mean_the_plain_one(
    engine: duckdb.DuckDBPyConnection, text: Decimal
) -> None:
    english = f"{text:,}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert Decimal(str(one(engine, "plain_grouped(?)", english))) == text
    assert Decimal(str(one(engine, "plain_comma(?)", german))) == text


tag = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(tags=st.dictionaries(tag, tag, min_size=1, max_size=5))
def test_tags_are_read_from_every_spelling(engine: duckdb.DuckDBPyConnection, tags: dict[str, str]) -> None:
    text = json.dumps(tags, ensure_ascii=False)
    listed = json.dumps([{"key": key, "value": value} for key, value in tags.items()])
    assert one(engine, "to_map(?)", text) == tags
    assert one(engine, "to_map(?)", text[1:-1]) == tags
    assert one(engine, "to_map(?)", listed) == tags


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[{'key': 'foo', 'value': None}]", {}),
        ('{"a": 1, "b": {"c": [1]}, "d": true}', {"a": "1", "b": '{"c":[1]}', "d": "true"}),
        ('{"a": "1", "a": "2"}', {"a": "1"}),
        ("[]", {}),
        ("{}", {}),
        ("garbage", None),
        ('{"a": ', None),
        ('"a": ', None),
    ],
)
def test_odd_tags_are_read_or_told_unreadable(
    engine: duckdb.DuckDBPyConnection, text: str, meant: dict[str, str] | None
) -> None:
    assert one(engine, "to_map(?)", text) == meant


@pytest.mark.parametrize("text", ["5/1/25", "0025-01-01", "9999-12-31", "infinity", "2025-13-01", "x"])
def test_no_time_is_made_of_what_is_none(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    assert one(engine, "time_iso(?)", text) is None
