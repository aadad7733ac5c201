"""The real command line, in processes of its own, on a home of its own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cco.store.postgres import EmbeddedPostgres
from tests.conftest import CARELESS


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """Its only line of output, as JSON."""
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Its lines of output, as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Cli:
    """``cco`` on one home."""

    home: Path
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes."""
        return {**os.environ, "CCO_HOME": str(self.home), **dict(self.environment)}

    def __call__(self, *arguments: str, seconds: float = 150) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "cco", *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str) -> Said:
        """The same, for what must work."""
        said = self(*arguments)
        assert said.code == 0, f"cco {' '.join(arguments)}: {said}"
        return said


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A home for all tests of a module; its database runs meanwhile, so that commands join it quickly."""
    home = tmp_path_factory.mktemp("cli") / "home"
    home.mkdir()
    with EmbeddedPostgres(home, options=CARELESS).running():
        yield Cli(home)


@pytest.fixture
def cold(tmp_path: Path) -> Cli:
    """A home that is not there yet; every command starts and stops the database."""
    return Cli(tmp_path / "home")


@pytest.fixture(scope="session")
def sample(data_dir: Path) -> Path:
    """1,000 FOCUS 1.0 charges of September 2024."""
    return data_dir / "billing" / "focus" / "focus1.0_foundation_sample_1000.csv"


def total(path: Path, column: str) -> Decimal:
    """The exact sum of a column, by the standard library alone."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        cells = [row[column] for row in csv.DictReader(file)]
    return sum((Decimal(cell) for cell in cells if cell not in ("", "NULL")), Decimal(0))


Focus = Callable[..., Path]


@pytest.fixture
def focus(tmp_path: Path) -> Focus:
    """Writes a small FOCUS bill: one charge a cost, of one resource each."""

    def write(
        name: str, *costs: str, account: str = "payer", currency: str = "USD", month: str = "2026-03"
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {
                "BilledCost": cost,
                "EffectiveCost": cost,
                "ListCost": cost,
                "ContractedCost": cost,
                "BillingAccountId": account,
                "BillingCurrency": currency,
                "BillingPeriodStart": f"{month}-01T00:00:00Z",
                "BillingPeriodEnd": f"{month}-28T00:00:00Z",
                "ChargePeriodStart": f"{month}-0{1 + number % 9}T00:00:00Z",
                "ChargePeriodEnd": f"{month}-0{1 + number % 9}T01:00:00Z",
                "ChargeCategory": "Usage",
                "ChargeDescription": f"charge {number} of {name}",
                "ProviderName": "AWS",
                "PublisherName": "AWS",
                "ServiceCategory": "Compute",
                "ServiceName": "Amazon EC2",
                "ResourceId": f"i-{account}-{number}",
                "SubAccountId": account,
            }
            for number, cost in enumerate(costs)
        ]
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
