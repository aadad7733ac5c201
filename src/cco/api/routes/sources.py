"""Sources: the places bills come from, and how they are doing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from cco import logs
from cco.api import present
from cco.api.deps import Caller, Id, Transaction, Wired, may, real_data
from cco.api.errors import problems
from cco.api.schemas.loads import (
    Delivery,
    Job,
    Source,
    SourceHealth,
    SourceIn,
    SourceKind,
    SourcePatch,
    Sources,
    SourceSettings,
    SourceTest,
    SourceTestIn,
)
from cco.core.errors import CcoError, Conflict, InvalidInput, NotAllowed
from cco.core.role import Role
from cco.ingest.delivery import deliveries
from cco.ingest.sources import place
from cco.ports.billing import Bills
from cco.store import sources as store
from cco.store.audit import Audit
from cco.store.database import Session
from cco.store.identity import Principal
from cco.store.jobs import ACTIVE, Jobs
from cco.store.lake import VisibleFile
from cco.store.loads import Load, Loads
from cco.wiring import Wiring

router = APIRouter(prefix="/sources", tags=["sources"])
_VIEWER = [Depends(may(Role.VIEWER))]
_ANALYST = [Depends(may(Role.ANALYST))]
_ADMIN = [Depends(may(Role.ADMIN))]

_SHOWN = 20
_MOST_ACTIVE = 200


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known about an organisation's sources, read once for all of them."""

    files: tuple[VisibleFile, ...]
    newest: dict[str, Load]
    active: dict[str, str]

    @classmethod
    def read(cls, wiring: Wiring, session: Session, org_id: str) -> _Known:
        jobs = Jobs(session).page(org_id, limit=_MOST_ACTIVE, states=ACTIVE)
        return cls(
            wiring.lake.files(org_id),
            Loads(session).newest(org_id),
            {str(job.payload["source_id"]): job.id for job in jobs if "source_id" in job.payload},
        )

    def source(self, of: store.Source) -> Source:
        """A source with its health."""
        files = [file for file in self.files if file.source_id == of.id]
        last = self.newest.get(of.id)
        error = of.last_error or (last.error if last is not None and last.status == "rejected" else None)
        periods: list[date] = sorted({file.period for file in files})
        return Source(
            id=of.id,
            name=of.name,
            kind=SourceKind(of.kind),
            location=of.location,
            settings=_settings(of),
            poll_minutes=of.poll_minutes,
            enabled=of.enabled,
            next_poll_at=of.next_poll_at,
            last_polled_at=of.last_polled_at,
            created_at=of.created_at,
            health=self._health(of, failing=error is not None, empty=not files),
            error=present.fault(error),
            last_load=present.load(last, of.name) if last is not None else None,
            periods=periods,
            charges=sum(file.rows for file in files),
            bytes=sum(file.bytes for file in files),
            active_job_id=self.active.get(of.id),
        )

    def _health(self, of: store.Source, *, failing: bool, empty: bool) -> SourceHealth:
        if of.id in self.active:
            return SourceHealth.LOADING
        if not of.enabled:
            return SourceHealth.PAUSED
        if failing:
            return SourceHealth.FAILING
        return SourceHealth.EMPTY if empty else SourceHealth.OK


@router.get("", summary="Sources", dependencies=_VIEWER)
def sources(who: Caller, session: Transaction, wiring: Wired) -> Sources:
    """Every source with its last load, its billing months, and what is wrong with it."""
    known = _Known.read(wiring, session, who.org.id)
    return Sources(sources=[known.source(one) for one in store.Sources(session).all(who.org.id)])


@router.get("/{source_id}", summary="A source", dependencies=_VIEWER, responses=problems(404))
def source(source_id: Id, who: Caller, session: Transaction, wiring: Wired) -> Source:
    """One source with its health."""
    found = store.Sources(session).get(who.org.id, source_id)
    return _Known.read(wiring, session, who.org.id).source(found)


@router.post("", summary="Connect a source", status_code=201, dependencies=_ADMIN, responses=problems(409))
def connect_source(
    body: SourceIn, response: Response, who: Caller, session: Transaction, wiring: Wired
) -> Source:
    """A folder of the server (below CCO_ALLOWED_ROOTS) or an S3 prefix. It is looked at at once, and
    then every `poll_minutes`."""
    real_data(who)
    bills = _bills(wiring, body.kind, body.location)
    made = store.Sources(session).create(
        who.org.id,
        name=body.name,
        kind=body.kind.value,
        location=bills.location,
        settings=_kept(body.settings),
        poll_minutes=body.poll_minutes,
        enabled=body.enabled,
        now=wiring.clock.now(),
    )
    _note(session, wiring, who, "source-connected", made)
    response.headers["Location"] = f"/api/v1/sources/{made.id}"
    return _Known((), {}, {}).source(made)


@router.post("/test", summary="Look at a place", dependencies=_ADMIN)
def test_source(body: SourceTestIn, who: Caller, wiring: Wired) -> SourceTest:
    """What a place offers before it is connected; nothing is loaded."""
    real_data(who)
    return _tested(wiring, body.kind, body.location)


@router.post("/{source_id}/test", summary="Look at a source", dependencies=_ANALYST, responses=problems(404))
def test_known_source(source_id: Id, who: Caller, session: Transaction, wiring: Wired) -> SourceTest:
    """What a source offers at the moment; nothing is loaded."""
    found = store.Sources(session).get(who.org.id, source_id)
    return _tested(wiring, _polled(found), found.location)


@router.post(
    "/{source_id}/poll",
    summary="Load what is new",
    status_code=202,
    dependencies=_ANALYST,
    responses=problems(404),
)
def poll_source(source_id: Id, response: Response, who: Caller, session: Transaction, wiring: Wired) -> Job:
    """Looks for deliveries that have not been loaded; watch the job for how it goes."""
    found = store.Sources(session).get(who.org.id, source_id)
    _polled(found)
    job = Jobs(session).enqueue(
        who.org.id, "poll", {"source_id": found.id}, key=found.id, correlation_id=logs.correlation_id()
    )
    _note(session, wiring, who, "source-polled", found)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return present.job(job)


@router.patch("/{source_id}", summary="Change a source", dependencies=_ADMIN, responses=problems(404))
def change_source(
    source_id: Id, body: SourcePatch, who: Caller, session: Transaction, wiring: Wired
) -> Source:
    """Its name, whether and how often it is looked at, its settings. `poll_minutes: null` means: only
    when asked."""
    repository = store.Sources(session)
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    for name in ("name", "enabled", "settings"):
        if name in changes and changes[name] is None:
            raise InvalidInput(f"{name} can't be null.", remedy="Leave it out to keep it.")
    if body.settings is not None:
        changes["settings"] = _kept(body.settings)
    changed = repository.change(who.org.id, source_id, **changes)
    if {"poll_minutes", "enabled"} & set(changes):
        if changed.poll_minutes is not None:
            _polled(changed)
        changed = repository.schedule(who.org.id, source_id, wiring.clock.now())
    _note(session, wiring, who, "source-changed", changed)
    return _Known.read(wiring, session, who.org.id).source(changed)


@router.delete(
    "/{source_id}",
    summary="Remove a source",
    status_code=204,
    dependencies=_ADMIN,
    responses=problems(404, 409),
)
def remove_source(
    source_id: Id,
    who: Caller,
    session: Transaction,
    wiring: Wired,
    confirm: Annotated[str, Query(max_length=200, description="The source's name, typed by a person.")],
) -> None:
    """The source, its loads and all its charges are gone for good. Files at its place stay."""
    repository = store.Sources(session)
    found = repository.get(who.org.id, source_id)
    if confirm.strip() != found.name:
        raise InvalidInput(
            "The name to confirm with is another one.",
            remedy=f"Type {found.name} to remove it with all its charges.",
            code="not-confirmed",
        )
    if source_id in _Known.read(wiring, session, who.org.id).active:
        raise Conflict(
            "The source is being loaded.",
            remedy="Cancel the job or wait for it, then try again.",
            code="busy",
        )
    repository.remove(who.org.id, source_id)
    _note(session, wiring, who, "source-removed", found)
    session.flush()
    wiring.lake.remove(who.org.id, source_id)


def _settings(of: store.Source) -> SourceSettings:
    options = of.settings.get("options", {})
    return SourceSettings(overlapping=options.get("overlapping", "refuse"))


def _kept(settings: SourceSettings) -> dict[str, Any]:
    """As the poller reads them."""
    return {"options": settings.model_dump()}


def _polled(found: store.Source) -> SourceKind:
    if found.kind not in (SourceKind.FOLDER, SourceKind.S3):
        raise Conflict(
            f"{found.name} is no place to look at.",
            remedy="Upload files instead." if found.kind == SourceKind.UPLOAD else "",
            code="not-a-place",
        )
    return SourceKind(found.kind)


def _bills(wiring: Wiring, kind: SourceKind, location: str) -> Bills:
    """The place, where the server may read it. Raises InvalidInput, NotAllowed."""
    if kind is SourceKind.S3:
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x1f]*)?", location):
            raise InvalidInput(
                f"{location[:80]} is not an S3 location.", remedy="Write it like s3://bucket/prefix."
            )
    elif not Path(location).is_absolute() or "\0" in location:
        raise InvalidInput(f"{location[:80]} is not an absolute path.", remedy="Write it like /srv/bills.")
    else:
        location = str(Path(location).resolve())
    # Not the uploads, which the loader may read besides: they are not anybody's folder.
    return place(replace(wiring.ingest(), roots=wiring.settings.allowed_roots), location)


def _tested(wiring: Wiring, kind: SourceKind, location: str) -> SourceTest:
    try:
        bills = _bills(wiring, kind, location)
        found = deliveries(bills.entries(), bills.read)
    except CcoError as error:
        if isinstance(error, InvalidInput) or (
            isinstance(error, NotAllowed) and error.code == "outside-allowed-roots"
        ):
            raise
        return SourceTest(reachable=False, deliveries=[], found=0, error=present.explained(error))
    newest = sorted(
        found, key=lambda each: each.changed_at.timestamp() if each.changed_at else 0.0, reverse=True
    )
    return SourceTest(
        reachable=True,
        deliveries=[
            Delivery(part=one.part, files=len(one.files), bytes=one.bytes, modified_at=one.changed_at)
            for one in newest[:_SHOWN]
        ],
        found=len(found),
        error=None,
    )


def _note(session: Session, wiring: Wiring, who: Principal, action: str, of: store.Source) -> None:
    Audit(session).record(
        who.org.id,
        wiring.clock.now(),
        actor=who.actor,
        action=action,
        subject=of.name,
        details={"source": of.id, "location": of.location},
    )
