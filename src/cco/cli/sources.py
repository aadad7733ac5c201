"""``cco sources``: the places bills come from."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.text import Text

from cco.cli import session, terminal
from cco.cli.follow import Bar, done_here, succeeded
from cco.cli.terminal import DONE, FAILED, count
from cco.core.errors import Conflict, InvalidInput, NotFound
from cco.ingest.sources import place
from cco.store.audit import Audit
from cco.store.database import Session
from cco.store.jobs import ACTIVE, Jobs
from cco.store.lake import VisibleFile
from cco.store.loads import Load, Loads
from cco.store.orgs import Org
from cco.store.sources import Source, Sources
from cco.wiring import Wiring

ACTOR = "cli"


def show(*, org: str, as_json: bool) -> int:
    """All sources with how they are doing."""
    with session.stores() as wiring:
        found = session.organisation(wiring.database, org)
        with wiring.database.transaction() as transaction:
            sources = Sources(transaction).all(found.id)
            newest = Loads(transaction).newest(found.id)
        files = wiring.lake.files(found.id)
    told = [source_object(source, newest.get(source.id), files) for source in sources]
    if as_json:
        terminal.print_json({"org": found.slug, "sources": told})
        return DONE
    made = terminal.table("Name", "Location", "Charges", "Months", "Last load", "Polled", right=("Charges",))
    for source, said in zip(sources, told, strict=True):
        months = [period[:7] for period in said["periods"]]
        span = months[0] if len(months) == 1 else f"{months[0]} … {months[-1]}" if months else "–"
        every = f"every {count(source.poll_minutes, 'minute')}" if source.poll_minutes else "when asked"
        cells = [
            source.name,
            source.location,
            f"{said['charges']:,}",
            span,
            _last(newest.get(source.id)),
            every,
        ]
        terminal.row(made, cells)
    terminal.console().print(made)
    for source, said in zip(sources, told, strict=True):
        if said["error"] is not None:
            terminal.warn(f"{source.name}: {said['error']['message']} {said['error'].get('remedy', '')}")
    if not sources:
        terminal.say(
            "There are no sources yet: `cco sources add LOCATION`, or load a file with `cco ingest`."
        )
    return DONE


def add(location: str, *, name: str | None, every: int | None, org: str, as_json: bool) -> int:
    """Connects a place that the product can read."""
    with session.stores() as wiring:
        found = session.real_organisation(wiring.database, org)
        kind = "s3" if location.startswith("s3://") else "folder"
        if kind == "folder":
            location = str(Path(location).expanduser().resolve())
        bills = place(wiring.ingest(), location)
        files = len(bills.entries())
        with wiring.database.transaction() as transaction:
            made = Sources(transaction).create(
                found.id,
                name=name or location.rstrip("/").rpartition("/")[2] or location,
                kind=kind,
                location=bills.location,
                poll_minutes=every,
                now=wiring.clock.now(),
            )
            _note(transaction, wiring, made, "source-connected")
    if as_json:
        terminal.print_json(source_object(made, None, ()))
        return DONE
    out = terminal.console()
    out.print(
        f"Connected {made.name}: {count(files, 'file')} at {made.location}.", markup=False, soft_wrap=True
    )
    if every is None:
        terminal.say(f"Load them with `cco sources poll '{made.name}'`.")
    else:
        terminal.say(f"`cco up` looks every {count(every, 'minute')}; `cco sources poll` looks now.")
    return DONE


def remove(which: str, *, yes: bool, org: str, as_json: bool) -> int:
    """Disconnects a source and takes its charges away."""
    with session.stores() as wiring:
        found = session.organisation(wiring.database, org)
        source = named(wiring, found, which)
        charges = sum(file.rows for file in wiring.lake.files(found.id, source.id))
        if not yes:
            _ask(source, charges)
        with wiring.database.transaction() as transaction:
            active = Jobs(transaction).page(found.id, limit=200, states=ACTIVE)
            if any(job.payload.get("source_id") == source.id for job in active):
                raise Conflict(
                    f"{source.name} is being loaded.",
                    remedy="Wait for that to end, then try again.",
                    code="busy",
                )
            Sources(transaction).remove(found.id, source.id)
            _note(transaction, wiring, source, "source-removed")
        wiring.lake.remove(found.id, source.id)
    if as_json:
        terminal.print_json({"removed": source.name, "location": source.location, "charges": charges})
    else:
        out = terminal.console()
        out.print(f"Removed {source.name} with {count(charges, 'charge')}.", markup=False, soft_wrap=True)
    return DONE


def poll(which: str, *, org: str, as_json: bool) -> int:
    """Loads what is new or has changed at a source."""
    loads: list[dict[str, Any]] = []
    with session.stores() as wiring:
        found = session.real_organisation(wiring.database, org)
        source = named(wiring, found, which)
        if source.kind not in ("folder", "s3"):
            raise InvalidInput(f"{source.name} is no place to look at.", remedy="Name a folder or S3 source.")
        with wiring.database.transaction() as transaction:
            job = Jobs(transaction).enqueue(found.id, "poll", {"source_id": source.id}, key=source.id)
            _note(transaction, wiring, source, "source-polled")
        with Bar() as bar:
            for job_id in succeeded(done_here(wiring, job, bar.progress))["jobs"]:
                with wiring.database.transaction() as transaction:
                    one = Jobs(transaction).get(found.id, job_id)
                bar.clear()
                for load in succeeded(done_here(wiring, one, bar.progress))["loads"]:
                    loads.append(load)
                    if as_json:
                        terminal.print_json(_load_object(load))
    if not as_json:
        _show_loads(source, loads)
    return FAILED if any(load["status"] == "rejected" for load in loads) else DONE


def named(wiring: Wiring, org: Org, which: str) -> Source:
    """The source of this name, location or id. Raises NotFound, and Conflict for a name of several."""
    with wiring.database.transaction() as transaction:
        sources = Sources(transaction).all(org.id)
    place_like = which.rstrip("/") if which.startswith("s3://") else str(Path(which).expanduser().resolve())
    for fits in (
        [source for source in sources if source.id == which],
        [source for source in sources if source.location in (which, place_like)],
        [source for source in sources if source.name == which],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            places = ", ".join(source.location for source in fits)
            raise Conflict(f"Several sources are called {which}.", remedy=f"Name one by location: {places}.")
    there = ", ".join(source.name for source in sources[:8]) or "none yet"
    raise NotFound(f"There is no source {which}.", remedy=f"There are: {there}.", code="no-source")


def source_object(source: Source, newest: Load | None, files: tuple[VisibleFile, ...]) -> dict[str, Any]:
    """A source as programs read it."""
    mine = [file for file in files if file.source_id == source.id]
    rejected = newest.error if newest is not None and newest.status == "rejected" else None
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "location": source.location,
        "enabled": source.enabled,
        "poll_minutes": source.poll_minutes,
        "next_poll_at": _iso(source.next_poll_at),
        "last_polled_at": _iso(source.last_polled_at),
        "charges": sum(file.rows for file in mine),
        "bytes": sum(file.bytes for file in mine),
        "periods": sorted({file.period.isoformat() for file in mine}),
        "last_load": None
        if newest is None
        else {
            "load_id": newest.id,
            "file": newest.file,
            "status": newest.status,
            "finished_at": _iso(newest.finished_at),
        },
        "error": source.last_error or rejected,
    }


def _load_object(load: dict[str, Any]) -> dict[str, Any]:
    """A finished job's load as `cco ingest --json` prints it."""
    names = (
        "file",
        "format",
        "status",
        "rows_read",
        "rows_kept",
        "rows_rejected",
        "billing_periods",
        "totals",
    )
    return {name: load[name] for name in (*names, "error", "warnings")} | {"load_id": load["id"]}


def _show_loads(source: Source, loads: list[dict[str, Any]]) -> None:
    out = terminal.console()
    if not loads:
        out.print(f"There is nothing new at {source.location}.", markup=False, soft_wrap=True)
        return
    made = terminal.table("File", "Format", "Status", "Rows", right=("Rows",))
    styles = {"loaded": "green", "unchanged": "dim", "rejected": "bold red"}
    for load in loads:
        status = Text(load["status"], style=styles[load["status"]])
        terminal.row(made, [load["file"], load["format"] or "–", status, f"{load['rows_kept']:,}"])
    out.print(made)
    for load in loads:
        if load["error"] is not None:
            terminal.warn(f"{load['file']}: {load['error']['message']} {load['error'].get('remedy', '')}")


def _ask(source: Source, charges: int) -> None:
    """Raises InvalidInput unless somebody at the terminal types the source's name."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            f"Removing {source.name} takes {count(charges, 'charge')} out of all figures.",
            remedy="Say --yes to do it without being asked.",
            code="not-confirmed",
        )
    terminal.say(f"This takes {count(charges, 'charge')} from {source.location} out of all figures.")
    typed = terminal.console(errors=True).input(f"Type [bold]{escape(source.name)}[/] to remove it: ")
    if typed.strip() != source.name:
        raise InvalidInput(
            "That is not its name; nothing was removed.", remedy="Try again.", code="not-confirmed"
        )


def _note(transaction: Session, wiring: Wiring, source: Source, action: str) -> None:
    Audit(transaction).record(
        source.org_id,
        wiring.clock.now(),
        actor=ACTOR,
        action=action,
        subject=source.name,
        details={"source": source.id, "location": source.location},
    )


def _last(load: Load | None) -> Text:
    if load is None:
        return Text("–")
    style = {"loaded": "green", "unchanged": "dim", "rejected": "bold red"}.get(load.status, "")
    return Text.assemble((load.status, style), f" {load.finished_at or load.created_at:%Y-%m-%d %H:%M}")


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
