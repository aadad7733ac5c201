"""Puts the migrations and the built dashboard into the wheel, so that whoever installs it needs no node.

An editable install (development) is left alone: there `make web` builds the dashboard.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DashboardHook(BuildHookInterface):
    """Adds the migrations; builds `web` into `src/cco/_ui` when it is not there yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """version: "standard" or "editable". Raises RuntimeError where the dashboard can't be built."""
        ui = Path(self.root) / "src" / "cco" / "_ui"
        web = Path(self.root) / "web"
        if version == "editable":
            return
        build_data["force_include"][str(Path(self.root) / "migrations")] = "cco/migrations"
        if (ui / "index.html").is_file() or not (web / "package.json").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The wheel carries the dashboard, and building it needs npm. "
                "Run `make web` first (it brings its own node), or install node 20 or newer."
            )
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
        if not (ui / "index.html").is_file():
            raise RuntimeError(f"`npm run build` left no index.html in {ui}.")
