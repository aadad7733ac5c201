"""What the tests of ingest share: the parts of a load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cco.ingest.load import Ingest, LoadReport, Options
from cco.ingest.sources import ingest_paths
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import Wiring
from tests.ingest.samples import Run


@pytest.fixture
def ingest(wiring: Wiring) -> Ingest:
    """A load's surroundings, for a person at the command line."""
    return Ingest(wiring.lake, wiring.database, wiring.clock, wiring.settings.home)


@pytest.fixture
def org(wiring: Wiring) -> str:
    """The default organisation."""
    with wiring.database.transaction() as session:
        return Orgs(session).ensure(DEFAULT).id


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """An empty folder for deliveries."""
    folder = tmp_path / "bills"
    folder.mkdir()
    return folder


@pytest.fixture
def run(ingest: Ingest, org: str) -> Run:
    """Ingest paths into the default organisation."""

    def run(*targets: Path | str, options: Options | None = None) -> list[LoadReport]:
        return list(ingest_paths(ingest, org, [str(target) for target in targets], options))

    return run


@pytest.fixture
def charges(ingest: Ingest, org: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Ask the lake's charges: the SELECT list and what follows FROM."""

    def ask(select: str, rest: str = "") -> list[tuple[object, ...]]:
        files = [file.path for file in ingest.lake.files(org)]
        if not files:
            return []
        with ingest.lake.reading() as cursor:
            return cursor.execute(f"SELECT {select} FROM read_parquet(?) {rest}", [files]).fetchall()

    return ask
