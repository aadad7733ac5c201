"""Deterministic chance: the same key gives the same draw on every machine, in any order.

A draw depends on its key alone and not on the draws before it, so what happened on a day does not
change when the simulation runs for longer.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import blake2b
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

EPOCH: Final = date(2023, 1, 1)
"""The simulated world's day 0."""

_T = TypeVar("_T")
_MASK: Final = (1 << 64) - 1


def day_number(day: date) -> int:
    """Days since the world's epoch."""
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)


def key_of(*parts: object) -> int:
    """A 64-bit key of these parts' text."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _mix(value: int) -> int:
    """One step of splitmix64 (Steele, Lea, Flood 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class Draws:
    """A short sequence of draws that belongs to one key."""

    __slots__ = ("_state",)

    def __init__(self, *parts: object) -> None:
        self._state = key_of(*parts)

    def bits(self) -> int:
        """64 random bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        return _mix(self._state)

    def unit(self) -> float:
        """Uniform in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def one_of(self, choices: tuple[_T, ...] | list[_T]) -> _T:
        """One of the choices, each as likely."""
        return choices[int(self.unit() * len(choices))]

    def hex(self, length: int) -> str:
        """So many hexadecimal digits."""
        text = ""
        while len(text) < length:
            text += f"{self.bits():016x}"
        return text[:length]


def normal(keys: NDArray[np.uint64], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Standard-normal-like noise, bounded by ±3.5, for each key and day: shape (keys, days).

    The sum of four uniform 16-bit numbers from one splitmix64 hash of key and day; sums and one
    multiplication only, so that every machine gets the same bits.
    """
    with np.errstate(over="ignore"):
        value = keys[:, None] ^ (days.astype(np.uint64)[None, :] * np.uint64(0xD1342543DE82EF95))
        value += np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        value ^= value >> np.uint64(31)
    sums = np.ascontiguousarray(value).view(np.uint16).reshape(*value.shape, 4).sum(axis=2, dtype=np.int64)
    result: NDArray[np.float64] = (sums - 131070).astype(np.float64) * (1.7320508 / 65536.0)
    return result
