"""Waiting: what workers make of an API that takes its time for each answer."""

from __future__ import annotations

import warnings
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.http import Api, load, normalize
from benchmarks.server import Server
from benchmarks.table import Table, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from benchmarks.plan import Plan
    from benchmarks.rows import Traffic

_WORKERS = (1, 4, 8)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield a table for even traffic, and one for traffic of which nine tenths fall in a hundredth of the time."""
    yield _table(plan, "uniform")
    yield _table(plan, "skewed")


def _table(plan: Plan, traffic: Traffic) -> Table:
    page_rows = max(1, plan.rows // plan.latency_pages)
    rows = page_rows * plan.latency_pages
    with Server(rows, traffic=traffic) as server:
        decode = _seconds(load, replace(Api.of(server), page_rows=page_rows, workers=1))
    table = Table(
        f"Waiting: {plan.latency_pages} pages of {page_rows:,} mixed rows, {plan.latency * 1_000:.0f} ms a request,"
        f" {traffic} traffic",
        ["", "of the ideal", "without decode", "seconds", "ideal", "requests", "at once"],
        notes=[
            f"ideal: {plan.latency_pages} pages of {plan.latency} s, shared among the workers",
            f"without decode: less the {decode:.2f} s that the same load takes from a server that answers at once",
        ],
    )
    with Server(rows, traffic=traffic, latency=plan.latency) as server:
        api = replace(Api.of(server), page_rows=page_rows)
        for workers in _WORKERS:
            name = f"galtea_frames, {workers} worker{'s' if workers > 1 else ''}"
            spent = _seconds(load, replace(api, workers=workers))
            table.rows.append(_row(name, spent, decode, plan.latency_pages * plan.latency / workers, server))
        spent = _seconds(normalize, api)
        table.rows.append(_row("requests, json_normalize", spent, None, plan.latency_pages * plan.latency, server))
    return table


def _seconds(run: Callable[[Api], pd.DataFrame], api: Api) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of mixed types
        begin = perf_counter()
        run(api)
        return perf_counter() - begin


def _row(name: str, spent: float, decode: float | None, ideal: float, server: Server) -> list[str]:
    seen = server.tally()
    waiting = None if decode is None else (spent - decode) / ideal
    return [
        name,
        ratio(spent / ideal),
        ratio(waiting),
        seconds(spent),
        seconds(ideal),
        str(seen.requests),
        str(seen.at_once),
    ]
