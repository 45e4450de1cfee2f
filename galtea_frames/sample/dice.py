"""Pseudo-random choices that come out alike on every Python version."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_SYMBOLS = "abcdefghijklmnopqrstuvwxyz0123456789"
_PAIRS = tuple(first + second for first in _SYMBOLS for second in _SYMBOLS)


class Dice:
    """A seeded source of choices.

    Only ``random()`` is drawn from: how the library's other methods use the generator has changed between
    Python versions, and the records must not.
    """

    def __init__(self, seed: int) -> None:
        self.roll: Callable[[], float] = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.roll() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely as the others."""
        return choices[int(self.roll() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def code(self, length: int = 24) -> str:
        """Lower-case letters and digits, as they stand in an id; an even length."""
        return "".join([_PAIRS[int(self.roll() * len(_PAIRS))] for _ in range(length // 2)])
