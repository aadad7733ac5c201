"""Is the process alive, and can it work?"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends, Response

from cco import __version__
from cco.api.deps import Wired, public
from cco.api.errors import problems
from cco.api.schemas.loads import Health
from cco.core.errors import CcoError

router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(public)])


@router.get("/live", summary="Is the process alive?")
async def live() -> Health:
    """Yes, if it answers. Looks at nothing else, so that a slow store does not get it restarted."""
    return Health(status="ok", checks={}, version=__version__)


@router.get(
    "/ready",
    summary="Can it work?",
    responses={503: {**problems(503)[503], "model": Health, "content": {}}},
)
def ready(response: Response, wiring: Wired) -> Health:
    """Whether the database answers with the tables of this version, and the lake can be read."""
    checks = {"database": _database(wiring), "lake": _lake(wiring)}
    status: Literal["ok", "unavailable"] = (
        "ok" if all(said == "ok" for said in checks.values()) else "unavailable"
    )
    if status != "ok":
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return Health(status=status, checks=checks, version=__version__)


def _database(wiring: Wired) -> str:
    try:
        return "ok" if wiring.database.is_current() else "the tables are of another version"
    except CcoError:
        return "does not answer"


def _lake(wiring: Wired) -> str:
    try:
        wiring.lake.snapshot()
    except Exception as error:  # noqa: BLE001  (whatever the object store raises, it is not ready)
        return f"can't be read ({type(error).__name__})"
    return "ok"
