"""Rows as several engines return them, made comparable."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import galtea_frames as gf

#: Microseconds, so that engines with other units and zones can be compared.
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Rows = dict[str, dict[str, Any]]


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever an engine gives
    """A value as Python has it: a time as microseconds of UTC, any null as None, any list as a list."""
    if isinstance(value, dt.datetime) and value is not pd.NaT:
        moment = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return (moment - EPOCH) // dt.timedelta(microseconds=1)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(each) for each in value]
    return None if value is None or pd.isna(value) else value


def rows(columns: dict[str, list[Any]]) -> Rows:
    """Rows by their id; datasets are read in any order."""
    names = list(columns)
    cells = zip(*([plain(value) for value in columns[name]] for name in names), strict=True)
    made = [dict(zip(names, row, strict=True)) for row in cells]
    return {row["id"]: row for row in made}


def of_pandas(frame: pd.DataFrame) -> Rows:
    """The rows of a frame."""
    return rows({str(name): frame[name].tolist() for name in frame.columns})


@pytest.fixture(name="frame", scope="module")
def frame_of_each_type() -> pd.DataFrame:
    """Sessions with their versions, and a column of each type that sample rows have not."""
    with gf.sample.serve(400, 6) as api, gf.Client(api.api_key, api.url) as client, pytest.warns(gf.MixedTypesWarning):
        frame = gf.load_sessions_with_versions(client=client)
    return frame.assign(
        day=frame["created_at"].dt.date,
        local=frame["created_at"].dt.tz_convert("Asia/Tokyo"),
        naive=frame["created_at"].dt.tz_localize(None),
        count=range(len(frame)),
        ratio=[number / 7 for number in range(len(frame))],
        nothing=None,
    )
