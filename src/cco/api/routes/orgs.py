"""The caller's organisation: who and what it is, its exchange rates, its audit log."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool

from cco import __version__
from cco.api import present
from cco.api.deps import Caller, IdCursor, PageSize, Transaction, Wired, may
from cco.api.errors import InvalidFields, problems
from cco.api.schemas.identity import (
    AuditEvents,
    DataWindow,
    Me,
    Org,
    OrgPatch,
    Rate,
    Rates,
    RatesImported,
)
from cco.core.errors import CcoError, InvalidInput
from cco.core.money import amount, plain
from cco.core.role import Role
from cco.store import rates as store
from cco.store.audit import Audit, Detail
from cco.store.database import Session
from cco.store.identity import Identity, Principal
from cco.store.lake import Snapshot
from cco.store.orgs import Orgs
from cco.wiring import Wiring

router = APIRouter(prefix="/orgs/me", tags=["organisation"])

MAX_CSV_BYTES = 1 << 20
_PERIOD = re.compile(r"(\d{4})-(\d{2})(?:-01)?")
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{2,9}")
_SHOWN_FAULTS = 50


@router.get("", summary="Who am I, and where", dependencies=[Depends(may(Role.VIEWER))])
def me(who: Caller, session: Transaction, wiring: Wired) -> Me:
    """The caller, the organisation, the others the caller belongs to, and what has been loaded."""
    snapshot = wiring.lake.snapshot()
    data = _window(who.org.id, snapshot)
    return Me(
        user=present.person(who.user),
        org=present.org(who.org),
        role=who.role,
        orgs=[present.membership(one) for one in Identity(session, wiring.clock).memberships(who.user.id)],
        has_data=data is not None,
        data=data,
        snapshot=snapshot.id,
        version=__version__,
    )


def _window(org_id: str, snapshot: Snapshot) -> DataWindow | None:
    files = snapshot.of(org_id)
    if not files:
        return None
    return DataWindow(
        first_day=min(file.facts.first_day for file in files),
        last_day=max(file.facts.last_day for file in files),
        charges=sum(file.rows for file in files),
        currencies=sorted({currency for file in files for currency in file.facts.currencies}),
        loaded_at=snapshot.committed_at,
    )


@router.patch("", summary="Change the organisation", dependencies=[Depends(may(Role.ADMIN))])
def change_org(body: OrgPatch, who: Caller, session: Transaction, wiring: Wired) -> Org:
    """Its name, and the currency that reports are in. Rates into another currency are kept."""
    changed = Orgs(session).change(who.org.id, name=body.name, reporting_currency=body.reporting_currency)
    details: dict[str, Detail] = body.model_dump(exclude_none=True)
    if details:
        _note(session, wiring, who, "org-changed", changed.name, details)
    return present.org(changed)


@router.get("/rates", summary="Exchange rates", dependencies=[Depends(may(Role.VIEWER))])
def rates(who: Caller, session: Transaction) -> Rates:
    """Into the present reporting currency, newest month first."""
    return _rates(session, who)


@router.put(
    "/rates",
    summary="Import exchange rates",
    dependencies=[Depends(may(Role.ADMIN))],
    responses=problems(413, 415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "currency,period,rate\nEUR,2026-10-01,1.0841\nGBP,2026-10-01,1.2710\n",
                }
            },
        }
    },
)
async def import_rates(request: Request, who: Caller, wiring: Wired) -> RatesImported:
    """CSV with the columns currency, period (a month: 2026-10 or 2026-10-01) and rate: what one unit
    of that currency is worth in the reporting currency. All rows are taken, or none; a rate that is
    there already is replaced, others stay."""
    text = await _csv(request)
    found = read_rates(text, who.org.reporting_currency)
    return await run_in_threadpool(_import, wiring, who, found)


def _import(wiring: Wiring, who: Principal, found: list[store.Rate]) -> RatesImported:
    with wiring.database.transaction() as session:
        imported = store.Rates(session).put(who.org.id, found)
        _note(session, wiring, who, "rates-imported", who.org.name, {"rates": imported})
        return RatesImported(imported=imported, rates=_rates(session, who))


async def _csv(request: Request) -> str:
    media = request.headers.get("content-type", "text/csv").partition(";")[0].strip().lower()
    if media not in ("text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"):
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_CSV_BYTES:
            raise HTTPException(413)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8 text.", remedy="Save it as CSV in UTF-8.") from None


def read_rates(text: str, reporting_currency: str) -> list[store.Rate]:
    """The rates of a CSV file. Raises InvalidFields naming every row that is wrong (the header is 1)."""
    reader = csv.reader(io.StringIO(text), strict=True)
    found: list[store.Rate] = []
    faults: list[tuple[str, str]] = []
    seen: dict[tuple[str, date], int] = {}
    columns: dict[str, int] = {}
    try:
        for cells in reader:
            row = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = {cell.strip().lower(): at for at, cell in enumerate(cells)}
                missing = [name for name in ("currency", "period", "rate") if name not in columns]
                if missing:
                    raise InvalidFields(
                        f"The header lacks {', '.join(missing)}.",
                        [(f"row {row}", "The header must name currency, period and rate.")],
                        remedy="Begin the file with the line: currency,period,rate",
                    )
                continue
            try:
                rate = _rate(cells, columns, reporting_currency)
            except CcoError as error:
                faults.append((f"row {row}", error.message))
                continue
            before = seen.setdefault((rate.currency, rate.period), row)
            if before != row:
                faults.append(
                    (f"row {row}", f"{rate.currency} for {rate.period:%Y-%m} is in row {before} too.")
                )
            found.append(rate)
    except csv.Error as error:
        raise InvalidFields(
            "The file is not CSV.", [(f"row {reader.line_num}", str(error))], remedy="Check its quotes."
        ) from None
    if faults:
        rows = "row is" if len(faults) == 1 else "rows are"
        raise InvalidFields(
            f"{len(faults)} {rows} wrong, and nothing was imported.",
            faults[:_SHOWN_FAULTS],
            remedy="Correct the file and import it again.",
        )
    if not found:
        raise InvalidInput("The file holds no rates.", remedy="Add a line like EUR,2026-10-01,1.0841.")
    return found


def _rate(cells: list[str], columns: dict[str, int], reporting_currency: str) -> store.Rate:
    if len(cells) <= max(columns[name] for name in ("currency", "period", "rate")):
        raise InvalidInput("The row has too few columns.")
    currency, period, value = (cells[columns[name]].strip() for name in ("currency", "period", "rate"))
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput(f"{currency[:20]!r} is not a currency code like EUR.")
    if currency == reporting_currency:
        raise InvalidInput(f"{currency} is the reporting currency: it needs no rate.")
    match = _PERIOD.fullmatch(period)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1970:
        raise InvalidInput(f"{period[:20]!r} is not a month like 2026-10.")
    rate = store.Rate(currency, reporting_currency, date(int(match[1]), int(match[2]), 1), amount(value[:80]))
    store.checked(rate)
    return rate


@router.delete("/rates", summary="Remove exchange rates", dependencies=[Depends(may(Role.ADMIN))])
def remove_rates(
    who: Caller,
    session: Transaction,
    wiring: Wired,
    currency: Annotated[
        str | None, Query(pattern=r"^[A-Z][A-Z0-9]{2,9}$", description="Only of this currency.")
    ] = None,
    period: Annotated[date | None, Query(description="Only of the month with this day.")] = None,
) -> Rates:
    """All rates into the reporting currency, or those of one currency, one month, or both."""
    gone = store.Rates(session).remove(
        who.org.id,
        who.org.reporting_currency,
        currency=currency,
        period=period.replace(day=1) if period else None,
    )
    if gone:
        _note(session, wiring, who, "rates-removed", who.org.name, {"rates": gone})
    return _rates(session, who)


@router.get("/audit", summary="Who did what", dependencies=[Depends(may(Role.ADMIN))])
def audit(who: Caller, session: Transaction, limit: PageSize = 50, cursor: IdCursor = None) -> AuditEvents:
    """The organisation's audit log, newest first."""
    events = Audit(session).page(who.org.id, limit=limit + 1, before=cursor)
    return AuditEvents(
        events=[present.audit_event(event) for event in events[:limit]],
        next=events[limit - 1].id if len(events) > limit else None,
    )


def _rates(session: Session, who: Principal) -> Rates:
    currency = who.org.reporting_currency
    return Rates(
        reporting_currency=currency,
        rates=[
            Rate(currency=rate.currency, period=rate.period, rate=plain(rate.rate))
            for rate in store.Rates(session).into(who.org.id, currency)
        ],
    )


def _note(
    session: Session, wiring: Wiring, who: Principal, action: str, subject: str, details: dict[str, Detail]
) -> None:
    Audit(session).record(
        who.org.id, wiring.clock.now(), actor=who.actor, action=action, subject=subject, details=details
    )
