"""The bootstrap says what is wrong with a machine, and does nothing twice."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "bootstrap.py"


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_unknown_command_explains_the_commands() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "dance"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "bootstrap.py env [--dev]" in done.stderr


def test_a_python_that_is_too_old_is_told_so(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(bootstrap.Failure, match=r"Python 3\.99 to 3\.99 is needed, and .* is 3\."):
        bootstrap.suitable_python((3, 99), (3, 99))


def test_a_newer_python_on_the_path_is_taken(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "python3.99"
    newer.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.suitable_python((3, 99), (3, 99)) == str(newer)


def test_a_stamp_lasts_until_what_it_depends_on_changes(bootstrap: ModuleType, tmp_path: Path) -> None:
    bootstrap.TOOLS = str(tmp_path)
    lock = tmp_path / "lock"
    lock.write_text("one")
    key = bootstrap.digest([str(lock)], "")
    assert not bootstrap.fresh("uv", key)
    bootstrap.mark("uv", key)
    assert bootstrap.fresh("uv", key)
    lock.write_text("two")
    assert not bootstrap.fresh("uv", bootstrap.digest([str(lock)], ""))


def test_a_node_that_is_too_old_is_not_used(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, says in (("node", "v18.2.0"), ("npm", "9")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {says}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    bootstrap.TOOLS = str(tmp_path / "tools")
    own = tmp_path / "tools" / "node" / "bin" / "npm"
    own.parent.mkdir(parents=True)
    own.touch()
    bootstrap.mark("node", bootstrap.digest([str(ROOT / "scripts" / "node.txt")], bootstrap.TOOLS))
    assert bootstrap.npm() == str(own)
    (tmp_path / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    assert bootstrap.npm() == str(tmp_path / "npm")
