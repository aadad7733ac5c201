"""Logs: one JSON object a line, tied together by the correlation id."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from cco import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_ours_and_the_libraries_lines_are_json_with_what_is_bound() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    with logs.bound(correlation_id="abc", job_id="7"):
        logs.logger("cco.test").info("loaded", rows=12)
        logging.getLogger("some.library").warning("careful: %s", "hot")
        assert logs.correlation_id() == "abc"
    logs.logger("cco.test").debug("not shown")
    logs.logger("cco.test").info("after")
    ours, theirs, after = lines(stream)
    assert (ours["message"], ours["rows"], ours["correlation_id"], ours["job_id"]) == (
        "loaded",
        12,
        "abc",
        "7",
    )
    assert ours["level"] == "info"
    assert ours["timestamp"].endswith("Z")
    assert (theirs["message"], theirs["correlation_id"], theirs["logger"]) == (
        "careful: hot",
        "abc",
        "some.library",
    )
    assert "correlation_id" not in after
    assert logs.correlation_id() is None


def test_an_exception_is_one_line_with_its_trace() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError:
        logs.logger("cco.test").exception("failed")
    (line,) = lines(stream)
    assert "ZeroDivisionError: by zero" in line["exception"]


def test_people_get_text_and_auto_means_json_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    logs.configure("console", "info", stream)
    logs.logger("cco.test").info("loaded", rows=12)
    assert "loaded" in stream.getvalue()
    assert "rows=12" in stream.getvalue()
    stream = io.StringIO()
    logs.configure("auto", "info", stream)
    logs.logger("cco.test").info("loaded")
    assert lines(stream)[0]["message"] == "loaded"


def test_libraries_that_chatter_are_quiet() -> None:
    stream = io.StringIO()
    logs.configure("json", "debug", stream)
    logging.getLogger("botocore.auth").debug("signing with …")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("offered", [None, "", "x" * 65, "a b", "a\nb", '"; drop'])
def test_a_strange_correlation_id_is_replaced(offered: str | None) -> None:
    made = logs.new_correlation_id(offered)
    assert made != offered
    assert len(made) == 32


def test_a_harmless_correlation_id_is_kept() -> None:
    assert logs.new_correlation_id("req-1.2:3_4") == "req-1.2:3_4"
