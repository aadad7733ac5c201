from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cco.core.errors import InvalidInput
from cco.core.window import Days, FixedClock, SystemClock, add_months, month_of

DAY = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
LENGTH = st.integers(min_value=1, max_value=800)


@given(DAY, LENGTH)
def test_a_window_holds_its_start_and_not_its_end(start: date, length: int) -> None:
    days = Days(start, start + timedelta(days=length))
    assert len(days) == length == len(list(days))
    assert start in days
    assert days.end not in days
    assert days.end - timedelta(days=1) in days


@given(DAY, LENGTH)
def test_the_previous_window_ends_where_this_one_starts(start: date, length: int) -> None:
    days = Days(start, start + timedelta(days=length))
    before = days.previous()
    assert before.end == days.start
    if not (days.start.day == days.end.day == 1):
        assert len(before) == len(days)


def test_whole_months_are_compared_with_whole_months() -> None:
    march = Days(date(2026, 3, 1), date(2026, 4, 1))
    assert march.previous() == Days(date(2026, 2, 1), date(2026, 3, 1))
    quarter = Days(date(2026, 1, 1), date(2026, 4, 1))
    assert quarter.previous() == Days(date(2025, 10, 1), date(2026, 1, 1))


@given(DAY, st.integers(min_value=-500, max_value=500))
def test_adding_months_and_taking_them_away(day: date, months: int) -> None:
    first = day.replace(day=1)
    moved = add_months(first, months)
    assert moved.day == 1
    assert add_months(moved, -months) == first


@given(DAY)
def test_a_month_is_made_of_the_days_that_share_it(day: date) -> None:
    month = month_of(day)
    assert day in month
    assert {each.month for each in month} == {day.month}
    assert month.start.day == month.end.day == 1


def test_months_that_a_window_touches() -> None:
    days = Days(date(2025, 12, 31), date(2026, 2, 2))
    assert days.months() == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(InvalidInput, match="empty") as raised:
        Days(date(2026, 1, 1), date(2026, 1, 1))
    assert raised.value.code == "empty-window"


def test_clocks_are_aware_and_utc() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert FixedClock(noon).now() == noon
    now = SystemClock().now()
    assert now.tzinfo is UTC
