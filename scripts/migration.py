"""`make migrate m="what it does"`: writes the next migration from what the tables say and the database lacks.

The database is a fresh embedded one, brought to the newest migration first. Read what it writes: renames
look like a drop and an add, and data is never moved by itself.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from cco.store.database import migrate
from cco.store.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[1]


def main(message: str) -> None:
    """Writes migrations/versions/NNNN_MESSAGE.py."""
    config = Config(str(ROOT / "alembic.ini"))
    newest = max(int(path.name[:4]) for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    with tempfile.TemporaryDirectory(prefix="cco-") as home, EmbeddedPostgres(Path(home)).running() as url:
        migrate(url)
        config.cmd_opts = type("Options", (), {"x": [f"url={url}"]})()
        command.revision(config, message=message, autogenerate=True, rev_id=f"{newest + 1:04d}")
    print("Next: read it, write its downgrade, add it to CHANGELOG.md, then `.ci/run migrations`.")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
