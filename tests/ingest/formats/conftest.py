"""What the tests of the native formats share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cco.core.charge import CHARGE_COLUMNS
from tests.ingest.formats.loaded import Load, Loaded
from tests.ingest.samples import Run, as_csv


@pytest.fixture
def load(run: Run, bills: Path, charges: Callable[..., list[tuple[Any, ...]]]) -> Load:
    """Load one file, or rows as CSV, into an empty lake."""

    def load(what: Path | Sequence[Mapping[str, str]]) -> Loaded:
        if not isinstance(what, Path):
            (bills / "bill.csv").write_text(as_csv(what))
            what = bills / "bill.csv"
        (report,) = run(what)
        names = [column.name for column in CHARGE_COLUMNS]
        found = charges(
            ", ".join(names),
            "ORDER BY x_SourceRow, ChargeCategory DESC, CommitmentDiscountStatus NULLS FIRST",
        )
        return Loaded(report, [dict(zip(names, row, strict=True)) for row in found])

    return load
