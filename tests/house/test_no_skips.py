"""On CI a skip whose reason nobody has listed fails the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest over one skipped test, with the plugin."""
    (folder / "test_one.py").write_text(
        "import pytest\n\ndef test_one():\n    pytest.skip('no redis here')\n\ndef test_two():\n    pass\n"
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.plugins.no_skips", "--rootdir", str(folder),
         "-c", "/dev/null", *options, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("parallel", [(), ("-n", "2")])
def test_a_skip_is_a_failure_when_asked_for(tmp_path: Path, parallel: tuple[str, ...]) -> None:
    result = run(tmp_path, "--no-skips", *parallel)
    assert result.returncode == 1
    assert "no redis here" in result.stdout


def test_a_skip_is_a_skip_otherwise(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 0
