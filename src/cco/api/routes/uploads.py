"""Uploads: a bill from somebody's own machine."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from cco import logs
from cco.api import present
from cco.api.deps import Caller, Wired, may, real_data
from cco.api.errors import InvalidFields, problems
from cco.api.schemas.loads import Job
from cco.api.uploads import Upload, receive, too_large
from cco.core.role import Role
from cco.store.audit import Audit
from cco.store.identity import Principal
from cco.store.jobs import Jobs
from cco.store.sources import UPLOADS, Sources
from cco.wiring import Wiring

router = APIRouter(tags=["uploads"], dependencies=[Depends(may(Role.ANALYST))])

_ENVELOPE = 64 * 1024
_OVERLAPPING = ("refuse", "replace", "add")


@router.post(
    "/uploads",
    summary="Upload a bill",
    status_code=202,
    responses=problems(413, 415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {
                                "type": "string",
                                "format": "binary",
                                "description": "CSV, JSON lines or Parquet; plain, gzip or zip.",
                            },
                            "overlapping": {
                                "type": "string",
                                "enum": list(_OVERLAPPING),
                                "default": "refuse",
                                "description": "What to do where another source has brought mostly the "
                                "same charges: refuse, let this file replace them, or count both.",
                            },
                        },
                    }
                }
            },
        }
    },
)
async def upload(request: Request, response: Response, who: Caller, wiring: Wired) -> Job:
    """Takes the file and begins a load; watch the job for how it goes. A file of the same name takes
    the place of what it brought before."""
    real_data(who)
    limit = wiring.settings.max_upload_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit + _ENVELOPE:
        raise too_large(limit)
    folder = wiring.uploads / who.org.id / uuid.uuid4().hex
    arrived = await receive(request.stream(), request.headers.get("content-type"), folder, limit=limit)
    try:
        overlapping = _options(arrived)
        job = await run_in_threadpool(_enqueue, wiring, who, arrived, overlapping)
    except BaseException:
        await run_in_threadpool(arrived.discard)
        raise
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job


def _options(arrived: Upload) -> str:
    unknown = sorted(set(arrived.fields) - {"overlapping"})
    overlapping = arrived.fields.get("overlapping", "refuse")
    faults = [(f"body.{name[:40]}", "There is no such option.") for name in unknown]
    if overlapping not in _OVERLAPPING:
        faults.append(("body.overlapping", f"One of {', '.join(_OVERLAPPING)}."))
    if faults:
        raise InvalidFields("The options of the upload are wrong.", faults, remedy="Correct them.")
    return overlapping


def _enqueue(wiring: Wiring, who: Principal, arrived: Upload, overlapping: str) -> Job:
    with wiring.database.transaction() as session:
        source = Sources(session).at(who.org.id, UPLOADS, kind="upload", name="Uploads")
        job = Jobs(session).enqueue(
            who.org.id,
            "load",
            {
                "source_id": source.id,
                "location": str(arrived.path),
                "part": arrived.name,
                "options": {"overlapping": overlapping},
            },
            correlation_id=logs.correlation_id(),
        )
        Audit(session).record(
            who.org.id,
            wiring.clock.now(),
            actor=who.actor,
            action="file-uploaded",
            subject=arrived.name,
            details={"bytes": arrived.bytes, "job": job.id},
        )
        return present.job(job)
