"""What was planted in the company on purpose: the answers that detectors are measured against.

Events are planned month by month from the world's epoch, each as a function of (seed, month, meters
that existed before it), so a longer simulation only adds some.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import numpy as np

from cco.clouds.simulated.catalogue import COST_DIGITS
from cco.clouds.simulated.chance import Draws, date_of, day_number
from cco.clouds.simulated.demand import Demand, Effect, Ints, black_friday, exact_sum
from cco.clouds.simulated.inventory import REFERENCE_DAY, SimulatedResource, gpu_fleet, growth_level
from cco.clouds.simulated.organisation import Application
from cco.core.money import plain
from cco.core.window import Days, add_months


class Plant(StrEnum):
    """The kinds of planted events."""

    SPIKE = "spike"
    RUNAWAY_LOGS = "runaway-logs"
    LEVEL_SHIFT = "level-shift"
    SLOW_LEAK = "slow-leak"
    EGRESS = "egress-storm"
    FORGOTTEN_GPUS = "forgotten-gpus"
    CANCELLED = "cancelled-application"


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted event.

    start, end: its days, end exclusive; end is None where it lasts. An anomaly is one that a person
    would want to hear of; a level shift by a deploy or a cancelled application is a change instead.
    expected_excess: what it adds (or, for a cancelled application, saves) within the simulated window,
    at contracted prices before commitments, in the account's pricing currency.
    """

    id: str
    kind: Plant
    title: str
    start: date
    end: date | None
    anomaly: bool
    provider: str
    account_id: str
    account_name: str
    application: str
    team: str
    service: str
    skus: tuple[str, ...]
    resource_ids: tuple[str, ...]
    expected_excess: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Trend:
    """How much an application's traffic grew over the window. growth: 0.2 is 20 % in a year."""

    application: str
    team: str
    yearly_growth: Decimal
    window_growth: Decimal


@dataclass(frozen=True, slots=True)
class Season:
    """Days on which demand is expected to differ; not an anomaly."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Waste:
    """A resource that nobody needs, and why."""

    kind: str
    provider: str
    resource_id: str
    account_id: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted in a window."""

    seed: int
    start: date
    end: date
    events: tuple[Planted, ...]
    trends: tuple[Trend, ...]
    seasons: tuple[Season, ...]
    waste: tuple[Waste, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain values; money as text, days as ISO dates."""
        result: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_plain_value))
        return result

    def to_json(self) -> str:
        """As JSON text, the same for the same truth."""
        return json.dumps(self.as_dict(), indent=1, sort_keys=True)


def _plain_value(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no plain form of {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Event:
    """A planned event before it is measured. end: exclusive day number."""

    id: str
    kind: Plant
    title: str
    start: int
    end: int
    lines: tuple[int, ...] = ()
    factors: tuple[float, ...] = ()
    fleet: tuple[str, ...] = ()


_ROTATION: Final = (
    Plant.RUNAWAY_LOGS,
    Plant.FORGOTTEN_GPUS,
    Plant.LEVEL_SHIFT,
    Plant.SLOW_LEAK,
    Plant.EGRESS,
)
"""The headline event of each month, in turn."""

_LOGS: Final = ("cw:ingest", "azlog:ingest", "logging:volume")
_STORES: Final = ("s3:standard", "gcs:standard", "azblob:hot", "bq:storage")
_EGRESS: Final = ("vpc:nat.bytes", "dto:out", "aznet:out", "net:egress", "net:nat", "dto:az")
_SHIFTERS: Final = (
    "lambda:gbs", "dynamodb:read", "fargate:vcpu", "aurora:io", "bedrock:input", "azopenai:input", "run:cpu",
    "bq:analysis", "cw:ingest",
)  # fmt: skip
_SPIKERS: Final = (
    "bq:analysis", "glue:dpu", "dataflow:vcpu", "athena:scan", "lambda:gbs", "dynamodb:write",
        "dynamodb:read",
    "bedrock:input", "azopenai:input", "azdbx:dbu", "cloudfront:out", "codebuild:minutes", "run:cpu",
    "aurora:io", "s3:get", "vertex:gemini", "cw:ingest", "azlog:ingest", "sqs:requests", "guardduty:flow",
    "vpc:nat.bytes", "dto:out",
)  # fmt: skip


def fleets(seed: int, until: int) -> list[SimulatedResource]:
    """The GPU fleets that were started and forgotten before a day."""
    result = []
    for month in _months(until):
        if _headline(seed, month) is Plant.FORGOTTEN_GPUS:
            start, end = _fleet_life(seed, month)
            if start < until:
                result.extend(gpu_fleet(seed, _name(month, Plant.FORGOTTEN_GPUS), start, end))
    return result


def _fleet_life(seed: int, month: date) -> tuple[int, int]:
    draws = Draws(seed, "fleet", month)
    start = day_number(month) + draws.whole(2, 24)
    return start, start + draws.whole(16, 33)


def _months(until: int) -> list[date]:
    result, month = [], add_months(date_of(0), 2)
    while day_number(month) < until:
        result.append(month)
        month = add_months(month, 1)
    return result


def _headline(seed: int, month: date) -> Plant:
    return _ROTATION[(month.year * 12 + month.month + seed) % len(_ROTATION)]


def _name(month: date, kind: Plant, nth: int = 0) -> str:
    return f"{month:%Y-%m}-{kind}" + (f"-{nth}" if nth else "")


class Planner:
    """Chooses the meters that events happen to."""

    def __init__(self, seed: int, demand: Demand, until: int, spikes_a_month: int) -> None:
        self._seed = seed
        self._demand = demand
        self._until = until
        self._spikes = spikes_a_month
        self._busy_until = np.full(len(demand), -1, np.int64)
        self._skus = np.array([meter.sku for meter in demand.meters])
        self._ordinary = np.array([not demand.resources[index].event for index in demand.resource.tolist()])

    def plan(self) -> list[Event]:
        """All events that start before the end, oldest first."""
        events: list[Event] = []
        for month in _months(self._until):
            headline = _headline(self._seed, month)
            event = (
                self._fleet(month)
                if headline is Plant.FORGOTTEN_GPUS
                else self._on_meters(month, headline, 0)
            )
            if event is not None:
                events.append(event)
            for nth in range(1, self._spikes + 1):
                spike = self._on_meters(month, Plant.SPIKE, nth)
                if spike is not None:
                    events.append(spike)
        return [event for event in events if event.start < self._until]

    def _fleet(self, month: date) -> Event:
        start, end = _fleet_life(self._seed, month)
        name = _name(month, Plant.FORGOTTEN_GPUS)
        ids = tuple(
            resource.id for resource in self._demand.resources if resource.event == name and resource.id
        )  # fmt: skip
        return Event(name, Plant.FORGOTTEN_GPUS, f"{len(ids)} GPU machines left running after an experiment",
                     start, end, fleet=ids)  # fmt: skip

    def _on_meters(self, month: date, kind: Plant, nth: int) -> Event | None:
        draws = Draws(self._seed, "event", month, kind, nth)
        start = day_number(month) + draws.whole(1, 26)
        if start >= self._until:
            return None
        match kind:
            case Plant.RUNAWAY_LOGS:
                target = self._target(draws, start, _LOGS, 7.0, 120)
                length, factor = draws.whole(8, 16), draws.between(7, 14)
                factors = [min(factor, 1 + (factor - 1) * (day + 1) / 2) for day in range(length)]
                title = "Debug logging left on"
            case Plant.LEVEL_SHIFT:
                target = self._target(draws, start, _SHIFTERS, 12.0, 400)
                factors = [draws.between(1.5, 2.1)] * draws.whole(150, 300)
                title = "A deploy raised the level"
            case Plant.SLOW_LEAK:
                target = self._target(draws, start, _STORES, 10.0, 200)
                length, factor = draws.whole(60, 95), draws.between(3.0, 5.0)
                factors = [1 + (factor - 1) * (day + 1) / length for day in range(length)]
                title = "Data that nobody deletes"
            case Plant.EGRESS:
                target = self._target(draws, start, _EGRESS, 4.0, 120)
                factors = [draws.between(6, 12)] * draws.whole(3, 6)
                title = "A retry storm sends data out"
            case _:
                target = self._target(draws, start, _SPIKERS, 9.0, 300)
                factors = [draws.between(4, 11)] * (1 if draws.unit() < 0.7 else 2)
                title = "One-off spike"
        if target is None:
            return None
        self._busy_until[target] = start + len(factors) + 60
        factors = [round(factor, 6) for factor in factors]
        meter = self._demand.meters[target]
        resource = self._demand.resources[int(self._demand.resource[target])]
        subject = resource.name or resource.account.name
        return Event(_name(month, kind, nth), kind, f"{title}: {meter.sku} of {subject}", start,
                     start + len(factors), lines=(target,), factors=tuple(factors))  # fmt: skip

    def _target(
        self, draws: Draws, start: int, skus: tuple[str, ...], least: float, most: float
    ) -> int | None:
        """A meter of one of these SKUs that is at least 60 days old, costs between `least` and `most` on
        an average day, is in use on the first day (no office on a Sunday), and has no other event
        near; None where there is none."""
        demand = self._demand
        candidates = np.flatnonzero(
            np.isin(self._skus, skus) & self._ordinary & (demand.launched <= start - 60)
            & (demand.ended > start + 5) & (self._busy_until < start)
        )  # fmt: skip
        if not candidates.size:
            return None
        days = np.array([start - 1 - offset for offset in range(7)], np.int64)
        week = demand.costs(demand.quantities(candidates, days, planted=False), candidates).sum(axis=1)
        first = np.array([start], np.int64)
        today = demand.costs(demand.quantities(candidates, first, planted=False), candidates)[:, 0]
        fitting = candidates[(week >= least * 7e12) & (week <= most * 7e12) & (today >= week / 10)]
        if not fitting.size:
            return None
        return int(fitting[int(draws.unit() * fitting.size)])


def effects(events: Sequence[Event]) -> list[Effect]:
    """The events that change what meters turn."""
    return [
        Effect(np.array(event.lines, np.int64), event.start, np.array(event.factors))
        for event in events
        if event.lines
    ]


def measure(
    seed: int, demand: Demand, events: Sequence[Event], applications: Sequence[Application], window: Days
) -> Truth:
    """The truth of a window, with the excess of each event as the model itself has it."""
    first, end = day_number(window.start), day_number(window.end)
    planted = [
        _measured(demand, event, first, end) for event in events if event.start < end and event.end > first
    ]
    planted.extend(
        _cancelled(demand, application, end)
        for application in applications
        if application.life is not None and first < application.life[1] < end
    )
    planted.sort(key=lambda event: (event.start, event.id))
    return Truth(
        seed, window.start, window.end, tuple(planted),
        tuple(_trend(application, first, end) for application in applications if application.life is None),
        tuple(_seasons(window)), tuple(_waste(demand.resources, first, end)),
    )  # fmt: skip


def _measured(demand: Demand, event: Event, first: int, end: int) -> Planted:
    days = np.arange(max(event.start, first), min(event.end, end), dtype=np.int64)
    if event.fleet:
        lines = np.flatnonzero(
            np.isin(np.array([r.id or "" for r in demand.resources]), event.fleet)[demand.resource]
        ).astype(np.int64)
        excess = _total(demand.costs(demand.quantities(lines, days), lines))
    else:
        lines = np.array(event.lines, np.int64)
        excess = _total(demand.costs(demand.quantities(lines, days), lines)) - _total(
            demand.costs(demand.quantities(lines, days, planted=False), lines)
        )
    resource = demand.resources[int(demand.resource[lines[0]])]
    skus = tuple(dict.fromkeys(demand.meters[line].sku for line in lines.tolist()))
    return Planted(
        id=event.id, kind=event.kind, title=event.title, start=date_of(event.start),
        end=date_of(event.end) if event.end <= end else None, anomaly=event.kind is not Plant.LEVEL_SHIFT,
        provider=resource.account.provider, account_id=resource.account.id,
            account_name=resource.account.name,
        application=resource.application.tag, team=resource.application.team,
        service=demand.offers[int(demand.offer[lines[0]])][0].service, skus=skus,
        resource_ids=_named(demand, lines), expected_excess=excess, currency="USD",
    )  # fmt: skip


def _cancelled(demand: Demand, application: Application, end: int) -> Planted:
    """What a cancelled pilot no longer costs: its last four weeks' daily cost for each day since."""
    if application.life is None:
        raise AssertionError(f"{application.tag} is no pilot")
    over = application.life[1]
    mine = [index for index, r in enumerate(demand.resources) if r.application.tag == application.tag]
    lines = np.flatnonzero(np.isin(demand.resource, mine) & (demand.ended == over)).astype(np.int64)
    before = np.arange(over - 28, over, dtype=np.int64)
    month = _total(demand.costs(demand.quantities(lines, before), lines))
    first = demand.resources[int(demand.resource[lines[0]])]
    return Planted(
        id=f"{date_of(over):%Y-%m}-{Plant.CANCELLED}", kind=Plant.CANCELLED,
        title=f"{application.name} was cancelled", start=date_of(over), end=None, anomaly=False,
        provider=first.account.provider, account_id=first.account.id, account_name=first.account.name,
        application=application.tag, team=application.team, service="", skus=(),
        resource_ids=_named(demand, lines),
        expected_excess=(-month * (end - over) / 28).quantize(Decimal("0.01")), currency="USD",
    )  # fmt: skip


def _named(demand: Demand, lines: Ints) -> tuple[str, ...]:
    """The ids of the resources of these meters, each once."""
    ids = dict.fromkeys(demand.resources[index].id for index in demand.resource[lines].tolist())
    return tuple(one for one in ids if one)


def _total(costs: Ints) -> Decimal:
    """The exact sum, as money."""
    return Decimal(exact_sum(costs)).scaleb(-COST_DIGITS)


def _trend(application: Application, first: int, end: int) -> Trend:
    year = growth_level(application.growth, REFERENCE_DAY + 183) / growth_level(
        application.growth, REFERENCE_DAY - 182
    )
    window = growth_level(application.growth, end) / growth_level(application.growth, first)
    return Trend(application.tag, application.team, Decimal(f"{year - 1:.4f}"), Decimal(f"{window - 1:.4f}"))


def _seasons(window: Days) -> list[Season]:
    result = []
    for year in range(window.start.year, window.end.year + 1):
        friday = black_friday(year)
        for name, start, end in (
            ("Black Friday week", friday - timedelta(days=4), friday + timedelta(days=6)),
            ("December", friday + timedelta(days=6), date(year, 12, 21)),
        ):
            if start < window.end and end > window.start:
                result.append(Season(name, start, end))
    return result


def _waste(resources: Sequence[SimulatedResource], first: int, end: int) -> list[Waste]:
    result = []
    for resource in resources:
        if not resource.waste or resource.id is None:
            continue
        since = resource.launched
        if resource.application.life is not None:
            since = resource.application.life[1]
        if since < end and resource.ended > first:
            result.append(Waste(
                resource.waste, resource.account.provider, resource.id, resource.account.id, date_of(since),
                date_of(resource.ended) if resource.ended < end else None,
            ))  # fmt: skip
    return result
