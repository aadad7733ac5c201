"""Where deliveries are: what a person names, what a source holds, what a job is about.

Finds them and hands each to `load`; what a delivery is, `delivery` decides.
"""

from __future__ import annotations

import glob
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cco import logs
from cco.clouds.aws.objects import Objects, parted
from cco.core.errors import CcoError, InvalidInput, NotFound
from cco.ingest.delivery import Delivery, deliveries
from cco.ingest.load import Ingest, LoadReport, Options, error_json, load, silent
from cco.ports.billing import Bills
from cco.store.folder import Folder, within
from cco.store.jobs import Jobs
from cco.store.lake import Progress
from cco.store.loads import Loads
from cco.store.sources import UPLOADS, Source, Sources

log = logs.logger(__name__)

SETTLED = timedelta(seconds=10)
"""A file in a folder that changed more recently may still be being written; the next poll takes it."""

UPLOAD_FOLDER = "uploads"
"""Below the home: one folder an organisation, in it one an upload."""


def place(ingest: Ingest, location: str, *, only: tuple[str, ...] | None = None) -> Bills:
    """The place that a source's location names. Raises NotAllowed outside the allowed roots."""
    if location.startswith("s3://"):
        return Objects(location, only=only, endpoint=ingest.endpoint)
    path = Path(location)
    within(path, ingest.roots)
    return Folder(path, only=only, roots=ingest.roots)


def places(ingest: Ingest, target: str) -> list[tuple[Bills, bool]]:
    """The places that a path, folder, glob or S3 URL means, and whether files were named one by one.

    A file's place is its folder: loading it alone or with the folder is the same source. Raises
    NotFound where nothing is there.
    """
    if target.startswith("s3://"):
        return [_objects(ingest, target)]
    path = Path(target).expanduser()
    if path.is_dir():
        return [(place(ingest, str(path.resolve())), False)]
    if path.exists():
        return [(place(ingest, str(path.parent.resolve()), only=(path.name,)), True)]
    found = sorted(glob.glob(str(path), recursive=True))
    if not found:
        raise NotFound(f"There is nothing at {target}.", remedy="Check the path or pattern.")
    result: list[tuple[Bills, bool]] = []
    by_folder: dict[Path, list[str]] = {}
    for each in (Path(name) for name in found):
        if each.is_dir():
            result.append((place(ingest, str(each.resolve())), False))
        else:
            by_folder.setdefault(each.parent.resolve(), []).append(each.name)
    result += [(place(ingest, str(folder), only=tuple(names)), True) for folder, names in by_folder.items()]
    return result


def _objects(ingest: Ingest, url: str) -> tuple[Bills, bool]:
    """An S3 prefix, or the one object of that name."""
    _, prefix = parted(url)
    below = place(ingest, url.rstrip("/"))
    if not prefix or url.endswith("/") or below.entries():
        return below, False
    parent, _, name = url.rstrip("/").rpartition("/")
    one = place(ingest, parent, only=(name,))
    if not one.entries():
        raise NotFound(f"There is nothing at {url}.", remedy="Check the bucket and the prefix.")
    return one, True


def source_at(ingest: Ingest, org_id: str, location: str) -> Source:
    """The source of that location, made when it is new."""
    kind = "s3" if location.startswith("s3://") else "folder"
    name = location.rstrip("/").split("/")[-1] or location
    with ingest.database.transaction() as session:
        return Sources(session).at(org_id, location, kind=kind, name=name)


def ingest_paths(
    ingest: Ingest,
    org_id: str,
    targets: Sequence[str],
    options: Options | None = None,
    *,
    progress: Progress = silent,
) -> Iterator[LoadReport]:
    """Load files, folders, globs and S3 prefixes, one report a delivery, as each is done.

    What can't be loaded is a report with status ``rejected`` too, so that the others still are.
    """
    for target in targets:
        try:
            found = places(ingest, target)
            grouped = [
                (bills, each)
                for bills, named in found
                for each in deliveries(bills.entries(), bills.read, named=named)
            ]
            if not grouped:
                raise NotFound(
                    f"There are no billing files in {target}.",
                    remedy="Name a CSV, JSON lines or Parquet file (plain, gzip or zip), or its folder.",
                )
        except CcoError as error:
            yield LoadReport("", target, None, "rejected", error=error)
            continue
        for bills, delivery in grouped:
            source = source_at(ingest, org_id, bills.location)
            load_id = str(uuid.uuid4())
            try:
                yield load(
                    ingest, org_id, source, bills, delivery, options, progress=progress, load_id=load_id
                )
            except CcoError as error:
                with ingest.database.transaction() as session:
                    Loads(session).save(
                        org_id,
                        load_id,
                        status="rejected",
                        error=error_json(error),
                        finished_at=ingest.clock.now(),
                    )
                yield LoadReport(load_id, delivery.name, None, "rejected", error=error)


def poll(ingest: Ingest, org_id: str, source_id: str, *, correlation_id: str | None = None) -> list[str]:
    """Look at a source, and make a job of every delivery that is new or has changed since the last look.

    Returns the jobs' ids. What stands in the way is noted on the source, and raised.
    """
    with ingest.database.transaction() as session:
        source = Sources(session).get(org_id, source_id)
        seen = Sources(session).seen(source_id)
    now = ingest.clock.now()
    try:
        bills = place(ingest, source.location)
        found = deliveries(bills.entries(), bills.read)
    except CcoError as error:
        with ingest.database.transaction() as session:
            Sources(session).polled(source_id, now, error_json(error))
        raise
    started: dict[str, str] = {}
    with ingest.database.transaction() as session:
        jobs = Jobs(session)
        for each in found:
            unsettled = each.changed_at is not None and each.changed_at > now - SETTLED
            if seen.get(each.key) == each.version or (unsettled and source.kind == "folder"):
                continue
            payload = {
                "source_id": source_id,
                "part": each.part,
                "name": each.name,
                "options": dict(source.settings.get("options", {})),
            }
            job = jobs.enqueue(
                org_id,
                "load",
                payload,
                key=f"{source_id}/{each.key}/{each.version}",
                correlation_id=correlation_id,
            )
            started[job.id] = each.key
        sources = Sources(session)
        sources.remember(
            source_id, {each.key: each.version for each in found if each.key in started.values()}
        )
        sources.polled(source_id, now)
    return list(started)


def load_job(
    ingest: Ingest,
    org_id: str,
    job_id: str,
    payload: Mapping[str, Any],
    *,
    progress: Progress = silent,
) -> LoadReport:
    """Run a job of kind ``load``; every attempt at it is the same load.

    payload: source_id; location (the path or URL of one file) or name (of one delivery that the
    source holds); part; options (overlapping, again). An uploaded file is removed once its load has
    ended either way.
    """
    with ingest.database.transaction() as session:
        source = Sources(session).get(org_id, str(payload["source_id"]))
    options = _options(payload.get("options", {}))
    bills, delivery = _one(ingest, source, payload)
    load_id = str(uuid.uuid5(uuid.NAMESPACE_OID, job_id))
    report = load(
        ingest,
        org_id,
        source,
        bills,
        delivery,
        options,
        progress=progress,
        load_id=load_id,
        job_id=job_id,
    )
    location = str(payload.get("location", ""))
    uploads = (ingest.home / UPLOAD_FOLDER).resolve()
    if source.location == UPLOADS and Path(location).resolve().is_relative_to(uploads / org_id):
        shutil.rmtree(Path(location).parent, ignore_errors=True)
    return report


def _options(said: Mapping[str, Any]) -> Options:
    overlapping = said.get("overlapping", "refuse")
    if overlapping not in ("refuse", "replace", "add"):
        raise InvalidInput(
            f"{overlapping!r} is no way to deal with charges that are loaded already.",
            remedy="Use refuse, replace or add.",
        )
    return Options(overlapping=overlapping, again=bool(said.get("again", False)))


def _one(ingest: Ingest, source: Source, payload: Mapping[str, Any]) -> tuple[Bills, Delivery]:
    """The delivery that a job is about, as it is now."""
    part = payload.get("part")
    if location := payload.get("location"):
        parent, _, name = str(location).rpartition("/")
        bills: Bills
        if source.location == UPLOADS:
            # An upload lies in a folder of ours, whatever the server may read besides.
            bills = Folder(Path(parent), only=(name,), roots=(ingest.home / UPLOAD_FOLDER,))
        else:
            bills = place(ingest, parent, only=(name,))
        entry = bills.entries()[0]
        return bills, Delivery(str(part or name), name, (entry,))
    bills = place(ingest, source.location)
    for each in deliveries(bills.entries(), bills.read):
        if each.name == payload.get("name") and part in (None, each.part):
            return bills, each
    raise NotFound(
        f"{payload.get('name')} is no longer in {source.location}.",
        remedy="Deliver it again; what it brought before is still there.",
    )
