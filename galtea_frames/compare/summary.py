"""What a comparison comes to, in one word and one sentence that say no more than its table; pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from galtea_frames.compare.metrics import BETTER, ENOUGH, FEW, SAME, WORSE
from galtea_frames.pages.wording import plural, signed_score
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Metrics to name in a sentence.
_NAMED = 3


class Verdict(StrEnum):
    """What a comparison comes to; metrics are counted, never pooled."""

    INCOMPLETE = "INCOMPLETE"
    WORSE = "WORSE"
    MIXED = "MIXED"
    BETTER = "BETTER"
    NO_DIFFERENCE = "NO DIFFERENCE SHOWN"
    TOO_FEW = "TOO FEW"
    NOTHING_SHARED = "NOTHING SHARED"


def verdict(metrics: pd.DataFrame, problems: Sequence[str]) -> Verdict:
    """Return the verdict of all metrics."""
    found = set(metrics["verdict"])
    if problems:
        return Verdict.INCOMPLETE
    if not found:
        return Verdict.NOTHING_SHARED
    if {WORSE, BETTER} <= found:
        return Verdict.MIXED
    if found & {WORSE, BETTER}:
        return Verdict.WORSE if WORSE in found else Verdict.BETTER
    return Verdict.NO_DIFFERENCE if SAME in found else Verdict.TOO_FEW


def headline(metrics: pd.DataFrame) -> str:
    """Return the result in a sentence or two."""
    total = len(metrics)
    if not total:
        return "Nothing to compare: the versions share no test case that the same revision of a metric has scored."
    counts = metrics["verdict"].value_counts()
    parts = [
        f"{name} on {counts[name]} of {plural(total, 'metric')} ({_named(metrics, name)})"
        for name in (WORSE, BETTER)
        if counts[name]
    ]
    if counts[SAME]:
        shows = "shows" if counts[SAME] == 1 else "show"
        parts.append(f"{_of(int(counts[SAME]), total)} {shows} no difference")
    if counts[FEW]:
        has = "has" if counts[FEW] == 1 else "have"
        parts.append(f"{_of(int(counts[FEW]), total)} {has} fewer than {ENOUGH} pairs, too few to say")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _of(number: int, total: int) -> str:
    """Return a number of metrics, as all of them if they are."""
    if number == total:
        return "the one metric" if total == 1 else f"all {total} metrics"
    return f"{number} of {plural(total, 'metric')}"


def _named(metrics: pd.DataFrame, name: str) -> str:
    """Return the first metrics of a verdict with their differences."""
    rows = metrics[metrics["verdict"] == name]
    rows = rows if name == WORSE else rows.iloc[::-1]
    called = rows["metric"].fillna(rows["metric_id"])
    shown = [
        f"{printable(str(metric))} {signed_score(float(difference))}"
        for metric, difference in zip(called, rows["difference"], strict=True)
    ]
    return ", ".join(shown[:_NAMED]) + (f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else "")
