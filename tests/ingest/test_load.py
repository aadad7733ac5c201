"""Loads end to end: real files, a real database, a real lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from cco.ingest.load import Ingest, LoadReport, Options
from cco.ingest.sources import ingest_paths
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import Wiring


@pytest.fixture
def ingest(wiring: Wiring) -> Ingest:
    return Ingest(wiring.lake, wiring.database, wiring.clock, wiring.settings.home)


@pytest.fixture
def org(wiring: Wiring) -> str:
    with wiring.database.transaction() as session:
        return Orgs(session).ensure(DEFAULT).id


def run(ingest: Ingest, org: str, *targets: Path | str, options: Options | None = None) -> list[LoadReport]:
    return list(ingest_paths(ingest, org, [str(target) for target in targets], options))


def test_every_shared_file_loads_or_is_refused_for_its_reason_and_a_second_time_changes_nothing(
    ingest: Ingest, org: str, data_dir: Path
) -> None:
    folder = data_dir / "billing"
    for each in run(ingest, org, *sorted(folder.iterdir())):
        print(each.as_json())
    snapshot = ingest.lake.snapshot().id
    again = run(ingest, org, *sorted(folder.iterdir()))
    for each in again:
        print(each.as_json())
    assert ingest.lake.snapshot().id == snapshot
