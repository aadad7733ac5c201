"""What every cost question needs: the lake's state, the scope that the request describes, the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from cco.api.answers import Answers
from cco.api.deps import Caller, Transaction, Wired
from cco.api.figures import KINDS, month_to_date
from cco.api.schemas.costs import CostKindName
from cco.core.charge import CostKind
from cco.core.errors import InvalidInput
from cco.core.window import Days, month_of
from cco.store.charges import Charges
from cco.store.cost import Costs, data_days
from cco.store.lake import Snapshot
from cco.store.rates import Rates as KnownRates
from cco.store.scope import Rates, Scope, merged, parse_filter

LONGEST = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Desk:
    """A cost question, ready to be asked: one snapshot, one scope, one version to know the answer by."""

    costs: Costs
    charges: Charges
    snapshot: Snapshot
    scope: Scope
    previous: Days
    known: Days | None
    kind: CostKindName
    version: str
    answers: Answers
    scratch: Path

    @property
    def currency(self) -> str:
        """The currency of all converted figures."""
        return self.scope.rates.reporting

    def scope_before(self) -> Scope:
        """The same question about the previous window."""
        return replace(self.scope, days=self.previous)

    def answer(self, request: Request, make: Callable[[], BaseModel], *, also: object = "") -> Response:
        """The answer, made only where neither the client nor we have it already. also: what it depends
        on besides the lake and the organisation's settings."""
        return self.answers.serve(request, self.scope.org_id, f"{self.version} {also}", make)


def _desk(
    request: Request, who: Caller, wiring: Wired, session: Transaction, scope: Scope, days: Days | None
) -> Desk:
    costs = Costs(wiring.lake)
    snapshot = costs.snapshot(session)
    reporting = who.org.reporting_currency
    table = {
        (rate.currency, rate.period): rate.rate for rate in KnownRates(session).into(who.org.id, reporting)
    }
    known = data_days(snapshot.of(who.org.id))
    today = wiring.clock.now().date()
    days = days or (month_to_date(known.end - timedelta(days=1)) if known else month_of(today))
    rates = repr(sorted(table.items()))
    settled = hashlib.sha256(f"{reporting} {rates}".encode()).hexdigest()[:16]
    kind = next(name for name, of in KINDS.items() if of is scope.cost)
    return Desk(
        costs=costs,
        charges=Charges(wiring.lake),
        snapshot=snapshot,
        scope=replace(scope, org_id=who.org.id, days=days, rates=Rates(reporting, table)),
        previous=_previous(days),
        known=known,
        kind=kind,
        version=f"{snapshot.id} {settled} {today if known is None else days}",
        answers=request.app.state.answers,
        scratch=wiring.scratch,
    )


def _previous(days: Days) -> Days:
    """What a window is compared with: for a month that is still running, the same days of the month
    before; else as `Days.previous`."""
    month = month_of(days.start)
    if days.start == month.start and days.end < month.end:
        before = month_of(month.start - timedelta(days=1))
        return Days(before.start, min(before.start + timedelta(days=len(days)), before.end))
    return days.previous()


def _days(start: date | None, end: date | None) -> Days | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidInput("A window needs both start and end.", remedy="Give both, the end exclusive.")
    days = Days(start, end)
    if end - start > LONGEST:
        raise InvalidInput(
            f"The window of {len(days):,} days is too long.", remedy="Ask for at most five years at once."
        )
    return days


_NOTHING = Scope("", Days(date(2000, 1, 1), date(2000, 1, 2)), Rates(""))


def cost_desk(
    request: Request,
    who: Caller,
    wiring: Wired,
    session: Transaction,
    start: Annotated[
        date | None, Query(description="First day (UTC). Default: the month of the newest charges.")
    ] = None,
    end: Annotated[date | None, Query(description="The day after the last one.")] = None,
    cost: Annotated[
        CostKindName, Query(description="Which of the four costs of FOCUS.")
    ] = CostKindName.EFFECTIVE,
    filter: Annotated[
        list[str],
        Query(
            max_length=50,
            description="`dimension=op=value`, op one of in, not, missing, present; several values of one "
            "dimension are alternatives, several dimensions all hold.",
            examples=[["ServiceName=in=Amazon EC2", "tag:team=missing="]],
        ),
    ] = [],  # noqa: B006
) -> Desk:
    """The question of a request with a window, a cost and filters. Raises InvalidInput."""
    scope = replace(_NOTHING, cost=KINDS[cost], filters=merged(parse_filter(written) for written in filter))
    return _desk(request, who, wiring, session, scope, _days(start, end))


def picker_desk(request: Request, who: Caller, wiring: Wired, session: Transaction) -> Desk:
    """The question of a picker: all loaded data, effective cost."""
    scope = replace(_NOTHING, cost=CostKind.EFFECTIVE)
    days = data_days(Costs(wiring.lake).snapshot(session).of(who.org.id))
    return _desk(request, who, wiring, session, scope, days)


Asked = Annotated[Desk, Depends(cost_desk)]
Picking = Annotated[Desk, Depends(picker_desk)]
