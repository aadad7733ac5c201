"""``cco costs``: what was charged, for people (a table), programs (JSON) and spreadsheets (CSV)."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from rich.text import Text

from cco.cli import session, terminal
from cco.cli.terminal import DONE, count
from cco.core.charge import CostKind
from cco.core.errors import InvalidInput, NotFound
from cco.core.money import plain
from cco.core.window import Days, month_of
from cco.store.cost import Amount, Costs, Evidence, Key, Ranked, Ranking, data_days
from cco.store.lake import Snapshot
from cco.store.orgs import DEMO, Org, Orgs
from cco.store.rates import Rates as KnownRates
from cco.store.scope import DIMENSIONS, TAG, Filter, Op, Rates, Scope, known, merged, parse_filter
from cco.wiring import Wiring

Shape = Literal["table", "json", "csv"]

KINDS = {
    "billed": CostKind.BILLED,
    "effective": CostKind.EFFECTIVE,
    "list": CostKind.LIST,
    "contracted": CostKind.CONTRACTED,
}
MOST_DIMENSIONS = 3
IN_THE_TABLE = 20
ALL = 10_000_000
MOST_BUCKETS = 40
BARS = "▁▂▃▄▅▆▇█"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as it was typed."""

    group_by: tuple[str, ...]
    start: str | None
    end: str | None
    metric: str
    filters: tuple[str, ...]
    granularity: str | None
    limit: int | None
    currency: str | None
    org: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the answer. start: of its day, week or month, None without a granularity."""

    start: date | None
    key: Key
    labels: tuple[str, ...]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to tell. other: everything beyond the limit; unconverted: the exact totals in the
    currencies they were billed in, where a rate is missing."""

    org: Org
    days: Days
    metric: str
    currency: str
    group_by: tuple[str, ...]
    granularity: str | None
    lines: tuple[Line, ...]
    other: Amount
    groups: int
    shown: int
    total: Amount
    charges: int
    evidence: Evidence
    unconverted: tuple[tuple[str, Decimal], ...]
    trends: tuple[tuple[Amount, ...], ...]
    trend_of: str


def run(question: Question, *, shape: Shape) -> int:
    """Answers on standard output."""
    group_by = _dimensions(question)
    filters = merged(condition(written) for written in question.filters)
    start, end = day(question.start, "--from"), day(question.end, "--to")
    currency = _currency(question.currency)
    with session.stores() as wiring:
        answer = _answer(wiring, question, group_by, filters, start, end, currency, shape)
    if shape == "json":
        terminal.print_json(as_object(answer))
    elif shape == "csv":
        print_csv(answer)
    else:
        show(answer)
    tell_missing_rates(answer)
    return DONE


# ── what was asked ─────────────────────────────────────────────────────────────────────────────


def day(written: str | None, option: str) -> date | None:
    """``2026-10-31``, or ``2026-10`` for the first of the month. Raises InvalidInput."""
    if written is None:
        return None
    try:
        return date.fromisoformat(f"{written}-01" if re.fullmatch(r"\d{4}-\d{2}", written) else written)
    except ValueError:
        raise InvalidInput(
            f"{option} {written} is not a date.",
            remedy="Write it like 2026-10-31, or 2026-10 for the first day of a month.",
            code="bad-date",
        ) from None


def condition(written: str) -> Filter:
    """``ServiceName=Amazon EC2`` and what the API takes: ``ServiceName=not=…``, ``tag:team=missing=``."""
    if not re.search(r"=(in|not|missing|present)=", written) and "=" in written:
        dimension, _, value = written.partition("=")
        if dimension.endswith("!"):
            return Filter(known(dimension[:-1]), Op.NOT, (value,))
        return Filter(known(dimension), Op.IN, (value,))
    return parse_filter(written)


def _dimensions(question: Question) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(question.group_by))
    if len(asked) > MOST_DIMENSIONS:
        raise InvalidInput(
            f"--group-by was given {len(asked)} dimensions.",
            remedy=f"Use at most {MOST_DIMENSIONS}.",
            code="too-many-dimensions",
        )
    for name in asked:
        known(name)
    return asked or (() if question.granularity else ("ServiceName",))


def _currency(written: str | None) -> str | None:
    if written is not None and not re.fullmatch(r"[A-Za-z]{3}", written):
        raise InvalidInput(
            f"--currency {written} is not a currency.",
            remedy="Write its ISO code, like EUR.",
            code="bad-currency",
        )
    return None if written is None else written.upper()


def window(start: date | None, end: date | None, data: Days) -> Days:
    """The days in question: the month of the newest charges unless told; one end alone reaches to where
    the data begins or ends."""
    if start is None and end is None:
        return Days(month_of(data.end - timedelta(days=1)).start, data.end)
    if start is None and end is not None:
        start = min(data.start, end - timedelta(days=1))
    if start is not None and end is None:
        end = max(data.end, start + timedelta(days=1))
    if start is None or end is None:
        raise AssertionError("a window has two ends")
    return Days(start, end)


# ── the answer ─────────────────────────────────────────────────────────────────────────────────


def _answer(
    wiring: Wiring,
    question: Question,
    group_by: tuple[str, ...],
    filters: tuple[Filter, ...],
    start: date | None,
    end: date | None,
    currency: str | None,
    shape: Shape,
) -> Answer:
    org = session.organisation(wiring.database, question.org)
    costs = Costs(wiring.lake)
    snapshot = costs.snapshot()
    data = data_days(snapshot.of(org.id))
    if data is None:
        raise _no_data(wiring, snapshot, org)
    reporting = currency or org.reporting_currency
    with wiring.database.transaction() as transaction:
        table = {
            (rate.currency, rate.period): rate.rate
            for rate in KnownRates(transaction).into(org.id, reporting)
        }
    days = window(start, end, data)
    scope = Scope(org.id, days, Rates(reporting, table), KINDS[question.metric], filters)
    limit = question.limit or (IN_THE_TABLE if shape == "table" else ALL)
    ranking = costs.rank(snapshot, scope, days, group_by, limit=limit)
    lines = _lines(costs, snapshot, scope, question.granularity, group_by, ranking)
    trends: tuple[tuple[Amount, ...], ...] = ()
    buckets = trend_of(days)
    if shape == "table" and question.granularity is None and group_by:
        trends = _trends(costs, snapshot, scope, buckets, group_by, ranking.rows)
    missing = bool(ranking.evidence.missing_rates)
    return Answer(
        org=org,
        days=days,
        metric=question.metric,
        currency=reporting,
        group_by=group_by,
        granularity=question.granularity,
        lines=lines,
        other=ranking.other.amount if ranking.other is not None else Decimal(0),
        groups=ranking.groups,
        shown=len(ranking.rows),
        total=ranking.total.amount,
        charges=ranking.total.charges,
        evidence=ranking.evidence,
        unconverted=_unconverted(costs, snapshot, scope, ranking.evidence) if missing else (),
        trends=trends,
        trend_of=buckets,
    )


def _no_data(wiring: Wiring, snapshot: Snapshot, org: Org) -> NotFound:
    """Why there is nothing to tell, and what to do about it."""
    remedy = "Load a bill with `cco ingest FILE`."
    if org.slug == DEMO:
        remedy = "Load the simulated company with `cco demo`."
    else:
        with wiring.database.transaction() as transaction:
            demos = [each for each in Orgs(transaction).all() if each.is_demo]
        if any(snapshot.of(each.id) for each in demos):
            remedy = f"{remedy[:-1]}, or look at the simulated company with `cco costs --org demo`."
    return NotFound(f"The organisation {org.slug} has no charges yet.", remedy=remedy, code="no-data")


def _lines(
    costs: Costs,
    snapshot: Snapshot,
    scope: Scope,
    granularity: str | None,
    group_by: tuple[str, ...],
    ranking: Ranking,
) -> tuple[Line, ...]:
    if granularity is None:
        return tuple(Line(None, row.key, row.labels, row.amount) for row in ranking.rows if row.charges)
    keys = [row.key for row in ranking.rows] if group_by else []
    found = costs.buckets(snapshot, scope, granularity, group_by, keys)
    labels: dict[int | None, tuple[Key, tuple[str, ...]]] = {
        place: (row.key, row.labels) for place, row in enumerate(ranking.rows)
    }
    if not group_by:
        labels = {None: ((), ())}
    starts = sorted({start for place, buckets in found.items() if place in labels for start in buckets})
    return tuple(
        Line(start, key, names, found[place][start])
        for start in starts
        for place, (key, names) in labels.items()
        if start in found.get(place, {})
    )


def trend_of(days: Days) -> str:
    """Buckets for a sparkline: at most MOST_BUCKETS of them."""
    if len(days) <= MOST_BUCKETS:
        return "day"
    return "week" if len(days) <= 7 * (MOST_BUCKETS - 1) else "month"


def _trends(
    costs: Costs,
    snapshot: Snapshot,
    scope: Scope,
    granularity: str,
    group_by: tuple[str, ...],
    rows: Sequence[Ranked],
) -> tuple[tuple[Amount, ...], ...]:
    found = costs.buckets(snapshot, scope, granularity, group_by, [row.key for row in rows])
    firsts = starts(scope.days, granularity)
    return tuple(
        tuple(found.get(place, {}).get(start, Decimal(0)) for start in firsts) for place in range(len(rows))
    )


def starts(days: Days, granularity: str) -> list[date]:
    """First days of the buckets; the first bucket may be cut short."""
    if granularity == "day":
        return list(days)
    if granularity == "month":
        return [max(month, days.start) for month in days.months()]
    monday = days.start - timedelta(days=days.start.weekday())
    weeks = range(0, (days.end - monday).days, 7)
    return [max(monday + timedelta(days=offset), days.start) for offset in weeks]


def _unconverted(
    costs: Costs, snapshot: Snapshot, scope: Scope, evidence: Evidence
) -> tuple[tuple[str, Decimal], ...]:
    found = []
    for currency in evidence.currencies:
        narrowed = merged((*scope.filters, Filter("BillingCurrency", Op.IN, (currency,))))
        own = Scope(scope.org_id, scope.days, Rates(currency), scope.cost, narrowed)
        total = costs.rank(snapshot, own, scope.days, (), limit=1).total
        if total.charges and total.amount is not None:
            found.append((currency, total.amount))
    return tuple(found)


# ── how it is told ─────────────────────────────────────────────────────────────────────────────


def as_object(answer: Answer) -> dict[str, Any]:
    """The answer as programs read it: money as text, null where a rate is missing."""
    return {
        "org": answer.org.slug,
        "from": answer.days.start.isoformat(),
        "to": answer.days.end.isoformat(),
        "metric": answer.metric,
        "currency": answer.currency,
        "group_by": list(answer.group_by),
        "granularity": answer.granularity,
        "rows": [_row(answer, line) for line in answer.lines],
        "other": _text(answer.other),
        "total": _text(answer.total),
        "charges": answer.charges,
        "missing_rates": [
            {"currency": currency, "period": period.isoformat()}
            for currency, period in answer.evidence.missing_rates
        ],
        "unconverted": [
            {"currency": currency, "amount": plain(amount)} for currency, amount in answer.unconverted
        ],
        "data_until": None if answer.evidence.data_until is None else answer.evidence.data_until.isoformat(),
    }


def _row(answer: Answer, line: Line) -> dict[str, str | None]:
    said: dict[str, str | None] = {} if line.start is None else {"start": line.start.isoformat()}
    return said | dict(zip(answer.group_by, line.key, strict=False)) | {"amount": _text(line.amount)}


def _text(amount: Amount) -> str | None:
    return None if amount is None else plain(amount)


def print_csv(answer: Answer) -> None:
    """The rows alone; an unknown amount is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*(("start",) if answer.granularity else ()), *answer.group_by, "amount", "currency"])
    for line in answer.lines:
        start = [] if line.start is None else [line.start.isoformat()]
        cells = [value or "" for value in line.key[: len(answer.group_by)]]
        writer.writerow([*start, *cells, _text(line.amount) or "", answer.currency])
    sys.stdout.flush()


def show(answer: Answer) -> None:
    """A table with shares and trends for people."""
    last = answer.days.end - timedelta(days=1)
    title = f"{answer.metric.capitalize()} cost in {answer.currency} · {span(answer.days.start, last)}"
    if answer.org.is_demo:
        title += " · simulated company"
    headings = [*(("From",) if answer.granularity else ()), *(heading(name) for name in answer.group_by)]
    made = terminal.table(*headings, "Cost", "Share", right=("Cost", "Share"))
    if answer.trends:
        made.add_column(f"Per {answer.trend_of}", no_wrap=True)
    for place, line in enumerate(answer.lines):
        cells = [_named(answer, line, index) for index in range(len(answer.group_by))]
        start = [] if line.start is None else [line.start.isoformat()]
        trend = [Text(sparkline(answer.trends[place]), style="cyan")] if answer.trends else []
        terminal.row(made, [*start, *cells, _shown(line.amount), _share(line.amount, answer.total), *trend])
    blank: list[str | Text] = [""] * max(len(headings) - 1, 0)
    end: list[str | Text] = [""] if answer.trends else []
    if answer.groups > answer.shown and answer.group_by:
        more = f"{count(answer.groups - answer.shown, 'other')}"
        terminal.row(
            made,
            [Text(more, style="dim"), *blank, _shown(answer.other), _share(answer.other, answer.total), *end],
        )
    total: list[str | Text] = [Text("Total", style="bold"), *blank] if headings else []
    terminal.row(made, [*total, Text(_shown(answer.total), style="bold"), "", *end])
    out = terminal.console()
    out.print(Text(title, style="bold"))
    out.print(made)
    if not answer.charges:
        until = answer.evidence.data_until
        terminal.warn(f"There are no such charges in this window; the newest charges are of {until}.")


def heading(dimension: str) -> str:
    """What people call a dimension."""
    return dimension.removeprefix(TAG) if dimension.startswith(TAG) else DIMENSIONS[dimension][0]


def span(first: date, last: date) -> str:
    """``1–30 Sep 2024``, ``20 Aug – 3 Sep 2024``."""
    if first == last:
        return f"{last.day} {last:%b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def _named(answer: Answer, line: Line, index: int) -> str | Text:
    value, label = line.key[index], line.labels[index]
    if value is None:
        name = answer.group_by[index]
        return Text("untagged" if name.startswith(TAG) else "none", style="dim")
    return label if label == value or not label else f"{label} ({value})"


def _shown(amount: Amount) -> str:
    return "no rate" if amount is None else terminal.money(amount)


def _share(amount: Amount, total: Amount) -> str:
    if amount is None or total is None or total == 0:
        return NOTHING
    return f"{100 * amount / total:.1f} %"


def sparkline(amounts: Sequence[Amount]) -> str:
    """Bars of eight heights from nothing to the greatest; a space where a rate is missing."""
    known_amounts = [amount for amount in amounts if amount is not None]
    greatest = max((amount for amount in known_amounts if amount > 0), default=None)
    return "".join(_bar(amount, greatest) for amount in amounts)


def _bar(amount: Amount, greatest: Amount) -> str:
    if amount is None:
        return " "
    if greatest is None or amount <= 0:
        return BARS[0]
    return BARS[min(int(amount / greatest * len(BARS)), len(BARS) - 1)]


def tell_missing_rates(answer: Answer) -> None:
    """Says which figures are unknown for want of a rate, and how to get them."""
    missing: Mapping[str, list[date]] = _by_currency(answer.evidence)
    for currency, periods in missing.items():
        months = ", ".join(f"{period:%Y-%m}" for period in periods[:6]) + (", …" if len(periods) > 6 else "")
        terminal.warn(
            f"There is no rate from {currency} to {answer.currency} for {months}: amounts that need it are "
            "unknown. Import rates in the dashboard (Settings → Exchange rates), or use --currency "
            f"{currency} for charges as they were billed."
        )
    if answer.unconverted:
        billed = ", ".join(f"{terminal.money(amount)} {currency}" for currency, amount in answer.unconverted)
        terminal.warn(f"As billed the total is {billed}.")


def _by_currency(evidence: Evidence) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for currency, period in evidence.missing_rates:
        found.setdefault(currency, []).append(period)
    return found
