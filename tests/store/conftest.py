"""Charges made by hand, in a real lake."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cco.store.lake import Lake, LakeFile, LoadKey
from cco.wiring import Wiring
from tests import charges

Written = Callable[..., tuple[LoadKey, list[LakeFile]]]


@pytest.fixture
def lake(wiring: Wiring) -> Lake:
    """The lake of a fresh home."""
    return wiring.lake


@pytest.fixture
def written(lake: Lake) -> Written:
    """Writes rows as a load that is not yet committed."""
    numbers = itertools.count(1)

    def write(
        rows: Sequence[Mapping[str, Any]], *, org: str = "org", source: str = "source", part: str = "a.csv"
    ) -> tuple[LoadKey, list[LakeFile]]:
        key = LoadKey(org, source, part, f"load{next(numbers)}")
        return key, charges.write(lake, rows, key)

    return write


@pytest.fixture
def deliver(lake: Lake, written: Written) -> Callable[..., LoadKey]:
    """Writes and commits rows as one load."""

    def make(rows: Sequence[Mapping[str, Any]], **whose: str) -> LoadKey:
        key, files = written(rows, **whose)
        lake.commit(key, [file.period for file in files], files)
        return key

    return make


@pytest.fixture
def make_charge() -> Callable[..., dict[str, Any]]:
    """`charge`, for tests."""
    return charges.charge
