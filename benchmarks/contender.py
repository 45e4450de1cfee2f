"""Contenders that do the same work, and their turns."""

from __future__ import annotations

import gc
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Given = TypeVar("Given")

#: Rows and columns of a result; None where there is no such thing.
Shape = tuple[int, int | None]

_LONGEST_PROBLEM = 120


@dataclass(frozen=True)
class Contender(Generic[Given]):
    """One way to do the work.

    Attributes:
        name: what the table calls it.
        run: does the work and returns whatever came of it; this is what is timed.
        shape: looks at the result, after the clock has stopped.
        needs: the package to be installed.
        collector: whether Python's garbage collector runs meanwhile, as it does unless a program turns it off.
    """

    name: str
    run: Callable[[Given], object]
    shape: Callable[[object], Shape]
    needs: str = "galtea_frames"
    collector: bool = True

    @property
    def missing(self) -> bool:
        """Whether the package is not installed."""
        return find_spec(self.needs) is None


@dataclass
class Outcome:
    """What was measured of one contender.

    Attributes:
        name: the contender's.
        seconds: of each round.
        ratios: by the name of a base, seconds in each round over the base's just before.
        shape: of the result.
        problem: why there is none.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    shape: Shape = (0, None)
    problem: str | None = None

    def ratio(self, base: str) -> float | None:
        """Return the median of the ratios to a base, pair by pair."""
        return median(self.ratios[base]) if self.ratios.get(base) else None

    def median_seconds(self) -> float | None:
        """Return the median of the seconds."""
        return median(self.seconds) if self.seconds else None


def take_turns(
    contenders: Sequence[Contender[Given]], bases: Sequence[Contender[Given]], given: Given, rounds: int
) -> list[Outcome]:
    """Let every contender do the work so many times, the bases again before each of them.

    A machine is faster in one minute than in the next. So ratios are of pairs that ran one right after the other, and
    a base that is a contender too shows what two runs of the same thing differ by.
    """
    outcomes = [Outcome(each.name, problem=_import_problem(each.needs)) for each in contenders]
    for _ in range(rounds):
        for contender, outcome in zip(contenders, outcomes, strict=True):
            if outcome.problem is None:
                _take_turn(contender, bases, given, outcome)
    return outcomes


def _import_problem(package: str) -> str | None:
    """Import a package before the clock starts; return why that fails, if it does."""
    try:
        import_module(package)
    except Exception as error:  # noqa: BLE001 - installed and broken: that is its result
        return _said(error)
    return None


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_PROBLEM]


def _take_turn(contender: Contender[Given], bases: Sequence[Contender[Given]], given: Given, outcome: Outcome) -> None:
    before = [(base.name, _timed(base, given)[0]) for base in bases]
    try:
        seconds, outcome.shape = _timed(contender, given)
    except Exception as error:  # noqa: BLE001 - whatever an alternative fails with is its result
        outcome.problem = _said(error)
        return
    outcome.seconds.append(seconds)
    for name, base_seconds in before:
        outcome.ratios.setdefault(name, []).append(seconds / base_seconds)


def _timed(contender: Contender[Given], given: Given) -> tuple[float, Shape]:
    """Return seconds and the shape of the result; the result itself is gone before the next one begins."""
    gc.collect()
    if not contender.collector:
        gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of mixed types, and what else contenders say of these rows
            begin = perf_counter()
            result = contender.run(given)
            end = perf_counter()
            return end - begin, contender.shape(result)
    finally:
        gc.enable()


def installed(contenders: Sequence[Contender[Given]]) -> tuple[list[Contender[Given]], list[str]]:
    """Return the contenders that can run, and a line for each that cannot."""
    able = [each for each in contenders if not each.missing]
    lines = [
        f"{each.name}: {each.needs} is not installed (pip install 'galtea-frames[benchmarks]')"
        for each in contenders
        if each.missing
    ]
    return able, lines


def problems(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line for each contender that failed."""
    return [f"{each.name} fails: {each.problem}" for each in outcomes if each.problem is not None]
