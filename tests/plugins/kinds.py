"""Sorts the tests by what they use, so that nobody has to remember a marker.

unit: no other process. integration: a fixture it uses starts or talks to one (PostgreSQL, the moto server,
Redis, a worker, the whole product), or it says so itself with `@pytest.mark.integration`. browser: lies in
tests/browser. data, besides: reads the third-party billing files (see `data_dir`), so that a checkout
without them can leave those tests out and say so.
"""

from __future__ import annotations

import pytest

INTEGRATION = frozenset({"postgres_server", "moto_server", "redis_server", "running_worker", "product"})
"""The fixtures that own a process; whatever needs one of them, however indirectly, is integration."""


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "unit: needs no other process",
        "integration: needs PostgreSQL, Redis, moto or the whole product",
        "browser: drives the dashboard in a real Chromium",
        "data: reads the third-party billing files that CCO_TEST_DATA names",
    ):
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if "browser" in item.path.relative_to(item.config.rootpath).parts:
            item.add_marker("browser")
        elif item.get_closest_marker("integration") is None:
            item.add_marker("integration" if INTEGRATION & used else "unit")
        if "data_dir" in used:
            item.add_marker("data")
