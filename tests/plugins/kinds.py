"""Sorts the tests by what they use, so that nobody has to remember a marker.

unit: no other process. integration: a fixture it uses starts or talks to one (PostgreSQL, the moto server,
Redis, a worker, the whole product), or it says so itself with `@pytest.mark.integration`. browser: lies in
tests/browser. data, besides: reads the third-party billing files (see `data_dir`). Without those files such
a test fails and says so; with --data-optional (`make test`, CI) it is left out, and the run says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

INTEGRATION = frozenset({"postgres_server", "moto_server", "redis_server", "running_worker", "product"})
"""The fixtures that own a process; whatever needs one of them, however indirectly, is integration."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data-optional", action="store_true", help="leave tests on third-party billing files out if absent"
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "unit: needs no other process",
        "integration: needs PostgreSQL, Redis, moto or the whole product",
        "browser: drives the dashboard in a real Chromium",
        "data: reads the third-party billing files that CCO_TEST_DATA names",
    ):
        config.addinivalue_line("markers", marker)


def pytest_itemcollected(item: pytest.Item) -> None:
    used = set(getattr(item, "fixturenames", ()))
    if "browser" in item.path.relative_to(item.config.rootpath).parts:
        item.add_marker("browser")
        item.add_marker(pytest.mark.xdist_group("browser"))  # one product for all of them
    elif item.get_closest_marker("integration") is None:
        item.add_marker("integration" if INTEGRATION & used else "unit")
    if "data_dir" in used:
        item.add_marker("data")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--data-optional") and not data_is_here(config.rootpath):
        items[:] = [item for item in items if item.get_closest_marker("data") is None]


def data_is_here(root: Path) -> bool:
    """Where `data_dir` would look, there is something."""
    given = os.environ.get("CCO_TEST_DATA")
    return ((Path(given) if given else root.parent / "shared" / "data") / "billing").is_dir()


def pytest_report_header(config: pytest.Config) -> str | None:
    if config.getoption("--data-optional") and not data_is_here(config.rootpath):
        return "third-party billing files: not here (CCO_TEST_DATA), so the tests that read them are left out"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    if config.getoption("--data-optional") and not data_is_here(config.rootpath):
        terminalreporter.line("left out: tests on third-party billing files (set CCO_TEST_DATA to run them)")
