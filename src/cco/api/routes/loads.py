"""Loads: what became of each delivery."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse

from cco.api import present
from cco.api.deps import UUID, Caller, Id, IdQuery, PageSize, Transaction, Wired, may
from cco.api.errors import problems
from cco.api.schemas.loads import Load, Loads, LoadStatus
from cco.core.errors import InvalidInput, NotFound
from cco.core.role import Role
from cco.store import loads as store
from cco.store.sources import Sources

router = APIRouter(prefix="/loads", tags=["loads"], dependencies=[Depends(may(Role.VIEWER))])

_CURSOR_FAULT = "The cursor is not one of a page before."


@router.get("", summary="Loads")
def loads(
    who: Caller,
    session: Transaction,
    source: IdQuery = None,
    status: LoadStatus | None = None,
    job: IdQuery = None,
    limit: PageSize = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
) -> Loads:
    """Newest first."""
    found = store.Loads(session).page(
        who.org.id,
        limit=limit + 1,
        source_id=source,
        status=status.value if status else None,
        job_id=job,
        before=_place(cursor) if cursor else None,
    )
    names = {one.id: one.name for one in Sources(session).all(who.org.id)}
    return Loads(
        loads=[present.load(one, names.get(one.source_id, "")) for one in found[:limit]],
        next=_cursor(found[limit - 1]) if len(found) > limit else None,
    )


@router.get("/{load_id}", summary="A load", responses=problems(404))
def load(load_id: Id, who: Caller, session: Transaction) -> Load:
    """Its rows, its totals against those of the file, warnings, and what was wrong."""
    found = store.Loads(session).get(who.org.id, load_id)
    return present.load(found, Sources(session).get(who.org.id, found.source_id).name)


@router.get(
    "/{load_id}/rejects",
    summary="The rejected rows",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The rows as CSV."},
        **problems(404),
    },
)
def rejects(load_id: Id, who: Caller, session: Transaction, wiring: Wired) -> FileResponse:
    """The rows that were left out, with file, row, column and reason, as CSV."""
    found = store.Loads(session).get(who.org.id, load_id)
    if found.rejects_path is None:
        raise NotFound("This load rejected no rows.")
    path = Path(found.rejects_path)
    if not path.is_absolute():
        path = wiring.settings.home / path
    if not path.resolve().is_relative_to(wiring.settings.home.resolve()) or not path.is_file():
        raise NotFound(
            "The file of rejected rows is no longer there.", remedy="Load the file again to get it."
        )
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename=f"rejects-{Path(found.file).name}.csv",
        headers={"Cache-Control": "private, no-store"},
    )


def _cursor(of: store.Load) -> str:
    return base64.urlsafe_b64encode(f"{of.created_at.isoformat()} {of.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        at, _, load_id = text.partition(" ")
        created_at = datetime.fromisoformat(at)
    except ValueError:
        raise InvalidInput(_CURSOR_FAULT, remedy="Begin without a cursor.") from None
    if created_at.tzinfo is None or not re.fullmatch(UUID, load_id):
        raise InvalidInput(_CURSOR_FAULT, remedy="Begin without a cursor.")
    return created_at, load_id
