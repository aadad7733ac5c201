"""Chance is the same for the same key, however it is asked for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cco.clouds.simulated.chance import EPOCH, Draws, date_of, day_number, key_of, normal


def test_days_count_from_the_epoch() -> None:
    assert day_number(EPOCH) == 0
    assert date_of(day_number(date(2026, 11, 23))) == date(2026, 11, 23)


def test_draws_belong_to_their_key() -> None:
    one, same, other = Draws(1, "a"), Draws(1, "a"), Draws(1, "b")
    first = [one.unit() for _ in range(5)]
    assert first == [same.unit() for _ in range(5)]
    assert first != [other.unit() for _ in range(5)]
    assert all(0 <= draw < 1 for draw in first)


def test_draws_stay_in_their_bounds() -> None:
    draws = Draws("bounds")
    assert {draws.whole(2, 4) for _ in range(200)} == {2, 3, 4}
    assert {draws.one_of(("x", "y")) for _ in range(50)} == {"x", "y"}
    assert all(5 <= draws.between(5, 6) < 6 for _ in range(100))
    assert len(draws.hex(21)) == 21


def test_noise_is_standard_and_depends_on_key_and_day_alone() -> None:
    keys = np.array([key_of("meter", n) for n in range(300)], np.uint64)
    days = np.arange(700, 1100, dtype=np.int64)
    noise = normal(keys, days)
    assert noise.shape == (300, 400)
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.01)
    assert abs(np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]) < 0.02
    assert np.array_equal(normal(keys[5:6], days[37:38]), noise[5:6, 37:38])
