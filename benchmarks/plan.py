"""How much to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Attributes:
        rows: of the usual measurement; growth goes from a tenth of it to ten times as many.
        rounds: turns of each contender.
        latency: seconds that each answer takes where waiting is measured.
        latency_pages: how many pages are waited for there.
        syncs: of a mirror that has a long life.
        hard_share: how large the hard cases are, as a share of their full size.
    """

    rows: int = 100_000
    rounds: int = 5
    latency: float = 0.1
    latency_pages: int = 100
    syncs: int = 1_000
    hard_share: float = 1.0


#: What `--small` starts from: everything in under a minute.
SMALL = Plan(rows=10_000, rounds=1, latency_pages=20, syncs=20, hard_share=0.1)
