"""Keeps what the dashboard is built against in step with the API.

openapi.py           writes web/openapi.json and web/src/api/schema.d.ts
openapi.py --check   fails, with the difference, where one of them is not what the API says
"""

from __future__ import annotations

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

from cco.api.openapi import document

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "web" / "openapi.json"
TYPES = ROOT / "web" / "src" / "api" / "schema.d.ts"


def types_of(contract: Path) -> str:
    """The TypeScript types of a contract, as the dashboard's generator prints them."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "schema.d.ts"
        subprocess.run(
            [
                sys.executable, str(ROOT / "scripts" / "bootstrap.py"), "npm", "exec", "--",
                "openapi-typescript", str(contract), "-o", str(written),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return written.read_text()


def differs(path: Path, wanted: str) -> bool:
    """Prints the first lines of the difference between a file and what it should be."""
    present = path.read_text() if path.exists() else ""
    difference = list(
        difflib.unified_diff(
            present.splitlines(), wanted.splitlines(), str(path), "the API", lineterm="", n=1
        )
    )
    print("\n".join(difference[:60]))
    return bool(difference)


def main(check: bool) -> int:
    """The exit code."""
    if not check:
        CONTRACT.write_text(document())
        TYPES.write_text(types_of(CONTRACT))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.json"
        fresh.write_text(document())
        drifted = [
            path
            for path, wanted in ((CONTRACT, document()), (TYPES, types_of(fresh)))
            if differs(path, wanted)
        ]
    if drifted:
        print("\nNot what the API says. Run `make openapi` and commit the result.")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
