"""``cco demo``: the simulated company, in an organisation of its own."""

from __future__ import annotations

from typing import Any

from cco.cli import session, terminal
from cco.cli.follow import Bar, done_here, succeeded
from cco.cli.terminal import DONE, count
from cco.clouds.simulated.demo import SOURCE_LOCATION
from cco.core.errors import Conflict
from cco.store.cost import data_days
from cco.store.jobs import Jobs
from cco.store.orgs import DEMO, Org, Orgs
from cco.store.sources import Sources
from cco.wiring import Wiring

JOB = "demo"
"""The kind of the job, and its key: one at a time."""


def run(*, reset: bool, as_json: bool) -> int:
    """Loads what is missing up to yesterday; with `reset` everything anew."""
    with session.stores("cco demo") as wiring:
        with wiring.database.transaction() as transaction:
            org = Orgs(transaction).ensure(DEMO)
        if reset:
            clear(wiring, org)
        with wiring.database.transaction() as transaction:
            job = Jobs(transaction).enqueue(org.id, JOB, {}, key=JOB)
        with Bar() as bar:
            loads = succeeded(done_here(wiring, job, bar.progress)).get("loads", [])
        files = wiring.lake.files(org.id)
        days = data_days(files)
    said = {
        "org": org.slug,
        "loaded": sum(load["status"] == "loaded" for load in loads),
        "unchanged": sum(load["status"] == "unchanged" for load in loads),
        "charges": sum(file.rows for file in files),
        "from": None if days is None else days.start.isoformat(),
        "to": None if days is None else days.end.isoformat(),
    }
    if as_json:
        terminal.print_json(said)
    else:
        show(said)
    return DONE


def clear(wiring: Wiring, org: Org) -> None:
    """Takes the simulated charges out of the lake and forgets what was loaded. Raises Conflict while a
    job loads them."""
    with wiring.database.transaction() as transaction:
        if Jobs(transaction).active(org.id, JOB, JOB) is not None:
            raise Conflict(
                "The simulated company is being loaded.", remedy="Wait for that to end.", code="busy"
            )
        sources = Sources(transaction)
        for source in sources.all(org.id):
            if source.location == SOURCE_LOCATION:
                sources.remove(org.id, source.id)
                wiring.lake.remove(org.id, source.id)


def show(said: dict[str, Any]) -> None:
    """One line for people."""
    out = terminal.console()
    what = count(said["charges"], "charge")
    if said["loaded"]:
        out.print(f"Loaded {count(said['loaded'], 'bill')} of the simulated company, now {what} in all.")
    else:
        out.print(f"The simulated company is up to date: {what}.")
    out.print("Look at it with `cco costs --org demo`, or in the dashboard of `cco up`.", style="dim")
