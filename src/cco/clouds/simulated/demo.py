"""Writes the demo company's bills to a folder, to be loaded like any customer's.

The loader treats the folder as one source (kind ``simulated``, location ``simulated``) and each file as
a part. A month that is over never changes, so tomorrow's files differ from today's in the current month
alone, and in the one before on the first day of a month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cco.clouds.simulated.catalogue import PROVIDERS
from cco.clouds.simulated.company import Company, Rate
from cco.core.window import month_of

SEED: Final = 7
"""The world that the demo shows."""

SOURCE_KIND: Final = "simulated"
SOURCE_LOCATION: Final = "simulated"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One bill of the demo: a file, and the part that it is of its source."""

    path: Path
    part: str
    period: date


@dataclass(frozen=True, slots=True)
class Demo:
    """What there is to load. rates: to be imported before figures in euros can be shown in dollars."""

    company: Company
    deliveries: tuple[Delivery, ...]
    rates: tuple[Rate, ...]


def company(today: date, *, seed: int = SEED) -> Company:
    """The demo company with charges up to yesterday."""
    return Company(seed, today)


def write_demo(
    folder: Path,
    today: date,
    *,
    seed: int = SEED,
    loaded_until: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Demo:
    """Writes the demo's bills up to yesterday into `folder` and says what they are.

    today: the first day without charges. loaded_until: `today` of the last demo that was loaded, so
    that only the months which have changed since are written; None writes all thirteen. progress: is
    told how many of how many months are written. Deliveries come newest month first, so that the
    dashboard has something to show while the rest is loaded.
    """
    made = company(today, seed=seed)
    months = [
        month for month in made.months
        if loaded_until is None or (month_of(month).end > loaded_until and loaded_until < today)
    ]  # fmt: skip
    deliveries: list[Delivery] = []
    for done, month in enumerate(reversed(months)):
        if progress is not None:
            progress(done, len(months))
        made.write(folder, months=[month])
        for provider in PROVIDERS:
            path = made.path(month, provider)
            deliveries.append(Delivery(folder / path, path.as_posix(), month))
    if progress is not None:
        progress(len(months), len(months))
    return Demo(made, tuple(deliveries), made.rates)
