"""The demo's deliveries: thirteen months at first, then only what has changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cco.clouds.simulated.catalogue import PROVIDERS
from cco.clouds.simulated.demo import write_demo

TODAY = date(2026, 11, 23)


def months(folder: Path, today: date, loaded_until: date | None) -> list[date]:
    demo = write_demo(folder, today, loaded_until=loaded_until)
    assert all(delivery.path == folder / delivery.part for delivery in demo.deliveries)
    assert all(delivery.path.is_file() for delivery in demo.deliveries)
    return sorted({delivery.period for delivery in demo.deliveries})


def test_the_first_start_writes_thirteen_months_with_rates_and_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    demo = write_demo(tmp_path, TODAY, progress=lambda done, total: told.append((done, total)))
    assert len(demo.deliveries) == 13 * len(PROVIDERS)
    assert demo.deliveries[0].part == "aws/focus-2026-11.parquet"
    assert told == [(done, 13) for done in range(14)]
    assert {rate.period for rate in demo.rates} == {delivery.period for delivery in demo.deliveries}
    written = {delivery.path: delivery.path.read_bytes() for delivery in demo.deliveries}
    for delivery in write_demo(tmp_path, TODAY).deliveries:
        assert delivery.path.read_bytes() == written[delivery.path]


def test_the_next_day_only_restates_the_current_month(tmp_path: Path) -> None:
    assert months(tmp_path, date(2026, 11, 24), TODAY) == [date(2026, 11, 1)]


def test_a_start_on_the_same_day_writes_nothing(tmp_path: Path) -> None:
    assert months(tmp_path, TODAY, TODAY) == []


def test_the_first_start_in_a_new_month_also_completes_the_one_before(tmp_path: Path) -> None:
    assert months(tmp_path, date(2026, 12, 3), TODAY) == [date(2026, 11, 1), date(2026, 12, 1)]


def test_on_the_first_of_a_month_yesterdays_month_is_completed(tmp_path: Path) -> None:
    assert months(tmp_path, date(2026, 12, 1), date(2026, 11, 30)) == [date(2026, 11, 1)]
    assert months(tmp_path, date(2026, 12, 2), date(2026, 12, 1)) == [date(2026, 12, 1)]
