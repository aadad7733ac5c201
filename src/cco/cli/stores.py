"""``cco migrate`` and ``cco worker``."""

from __future__ import annotations

from cco import logs
from cco.cli import session, terminal
from cco.cli.terminal import DONE
from cco.store.database import Database, head
from cco.store.database import migrate as bring
from cco.wiring import running_database
from cco.worker.__main__ import main as work


def migrate(*, as_json: bool) -> int:
    """Brings the tables to this version's migration."""
    settings = session.settings()
    logs.configure("console", "error")
    session.usable(settings.home)
    with running_database(settings) as url:
        database = Database(url, application="cco migrate")
        try:
            before = database.revision()
        finally:
            database.close()
        bring(url)
    after = head()
    if as_json:
        terminal.print_json({"from": before, "to": after, "changed": before != after})
    elif before == after:
        terminal.console().print(f"The tables are at migration {after} already.")
    else:
        terminal.console().print(f"The tables went from migration {before or 'none'} to {after}.")
    return DONE


def worker() -> int:
    """Works until it is asked to end."""
    session.usable(session.settings().home)
    return work([])
