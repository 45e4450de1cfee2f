"""From a running API to a frame, over HTTP."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd
import requests

import galtea_frames as gf
from benchmarks.columns import DTYPES, NINE
from benchmarks.contender import Contender, installed, problems, take_turns
from benchmarks.decode import of_frame
from benchmarks.rows import PAGE_ROWS, VERSION_IDS
from benchmarks.server import Server
from benchmarks.table import Table, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.plan import Plan

_TIMEOUT = 60.0


@dataclass(frozen=True)
class Api:
    """Where to ask, and how much at a time."""

    url: str
    api_key: str
    page_rows: int = PAGE_ROWS
    workers: int = 4

    @classmethod
    def of(cls, server: Server) -> Api:
        """Return the API of a running server."""
        return cls(server.url, server.api_key)


def load(api: Api) -> pd.DataFrame:
    """Return all sessions by `load_sessions`."""
    with gf.Client(api.api_key, api.url, page_size=api.page_rows, max_workers=api.workers, progress=False) as client:
        return gf.load_sessions(client=client)


def load_nine(api: Api) -> pd.DataFrame:
    """Return nine columns of all sessions."""
    with gf.Client(api.api_key, api.url, page_size=api.page_rows, max_workers=api.workers, progress=False) as client:
        return gf.load_sessions(columns=NINE, dtype=DTYPES, client=client)


def normalize(api: Api) -> pd.DataFrame:
    """Return all sessions as a script of ten lines does: pages by offset, then `json_normalize`."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {api.api_key}"
        return pd.json_normalize(list(_paged(lambda offset: _page(session, api, offset), api.page_rows)))


def _page(session: requests.Session, api: Api, offset: int) -> list[Any]:
    wanted: list[tuple[str, str | int]] = [("sort[]", "createdAt"), ("sort[]", "asc")]
    wanted += [("limit", api.page_rows), ("offset", offset)]
    answer = session.get(f"{api.url}/sessions", params=wanted, timeout=_TIMEOUT)
    answer.raise_for_status()
    page: list[Any] = answer.json()
    return page


def vendor(api: Api) -> pd.DataFrame:
    """Return all sessions through the vendor's client, whose `list` gives one page: pages by offset."""
    with (
        contextlib.redirect_stdout(io.StringIO()),  # it greets
        import_module("galtea").Galtea(api.api_key, base_url=api.url) as client,
    ):
        asked = {"version_id": list(VERSION_IDS), "sort_by_created_at": "asc", "limit": api.page_rows}
        sessions = _paged(lambda offset: client.sessions.list(**asked, offset=offset), api.page_rows)
        return pd.DataFrame([each.model_dump() for each in sessions])


def _paged(get: Callable[[int], Sequence[Any]], page_rows: int) -> Iterator[Any]:
    """Yield rows until a page is short: that the server caps no page is given to them."""
    offset = 0
    while page := get(offset):
        yield from page
        offset += len(page)
        if len(page) < page_rows:
            return


CONTENDERS = (
    Contender("galtea_frames, 4 workers", load, of_frame),
    Contender("requests, json_normalize", normalize, of_frame, "requests"),
    Contender("vendor's client, DataFrame", vendor, of_frame, "galtea"),
)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield the table."""
    able, missing = installed(CONTENDERS)
    base = CONTENDERS[0]
    with Server(plan.rows) as server:
        outcomes = take_turns(able, [base], Api.of(server), plan.rounds)
    yield Table(
        f"End to end: {plan.rows:,} mixed rows over HTTP, the server in a process of its own",
        ["", f"of {base.name}", "seconds", "rows"],
        [
            [each.name, ratio(each.ratio(base.name)), seconds(each.median_seconds()), f"{each.shape[0]:,}"]
            for each in outcomes
        ],
        [*missing, *problems(outcomes)],
    )
