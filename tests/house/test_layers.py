"""The layer contracts notice what they are there for: each is broken on purpose in a copy of the source."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layers")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("_ui", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Runs one contract over the copy."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-logo", "--no-cache", "--contract", contract],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "core/broken.py", "import cco.store"),
        ("layers", "store/broken.py", "import cco.ingest"),
        ("layers", "clouds/broken.py", "import cco.store"),
        ("layers", "elsewhere.py", "import cco.core"),
        ("settings", "api/broken.py", "from cco.settings import Settings"),
        ("core", "core/broken.py", "import pydantic"),
        ("databases", "ingest/broken.py", "import duckdb"),
        ("databases", "api/broken.py", "from sqlalchemy.orm import Session"),
        ("cloud-sdks", "ingest/broken.py", "import boto3"),
        ("celery", "api/broken.py", "from celery import Celery"),
        ("fastapi", "worker/broken.py", "import fastapi"),
    ],
)
def test_a_broken_rule_is_noticed(copy: Path, contract: str, module: str, line: str) -> None:
    intruder = copy / "src" / "cco" / module
    intruder.write_text(line + "\n")
    try:
        result = lint(copy, contract)
    finally:
        intruder.unlink()
    assert result.returncode != 0
    assert "broken" in result.stdout or "elsewhere" in result.stdout
