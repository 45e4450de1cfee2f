"""Pseudo-random choices that are the same on every Python version."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

SYMBOLS = "abcdefghijklmnopqrstuvwxyz0123456789"
_PAIRS = tuple(first + second for first in SYMBOLS for second in SYMBOLS)


class Dice:
    """A seeded source of choices.

    Only ``random()`` is used: the results of the other methods of `random.Random` have changed between Python
    versions, and the records must not.
    """

    def __init__(self, seed: int) -> None:
        self.roll: Callable[[], float] = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.roll() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, with equal probability."""
        return choices[int(self.roll() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, inclusive."""
        return low + int(self.roll() * (high - low + 1))

    def code(self, length: int = 24) -> str:
        """Lower-case letters and digits, as in an id; the length must be even."""
        return "".join([_PAIRS[int(self.roll() * len(_PAIRS))] for _ in range(length // 2)])
