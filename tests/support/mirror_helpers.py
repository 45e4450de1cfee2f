"""Small accounts for tests of the mirror, and a comparison with the API."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    Load = Callable[..., pd.DataFrame]
    Stream = Callable[..., Iterator[pd.DataFrame]]

Record = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(days: float) -> str:
    """A time as the API writes it, so many days after the start."""
    return (START + timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def session(number: int, days: float, /, **fields: Any) -> Record:  # noqa: ANN401 - any JSON
    """A session of so many days after the start."""
    usual = {"id": f"session_{number:04}", "versionId": "version_a", "status": "COMPLETED", "createdAt": at(days)}
    return usual | {"metadata": {"number": number}} | fields


def version(name: str, days: float = 0, /, **fields: Any) -> Record:  # noqa: ANN401 - any JSON
    """A version of so many days after the start."""
    return {"id": f"version_{name}", "productId": "product_a", "name": name, "createdAt": at(days)} | fields


def small_steps(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Have a sync commit after so many rows, or tests would need a hundred thousand."""
    monkeypatch.setattr("galtea_frames.mirror.sync.STEP_ROWS", rows)


def assert_same(mirror: gf.Mirror, client: gf.Client, **options: Any) -> None:  # noqa: ANN401 - any option of the loaders
    """Compare every frame that the mirror gives with that of the loader."""
    pairs: list[tuple[Load, Load]] = [
        (gf.load_sessions, mirror.load_sessions),
        (gf.load_versions, mirror.load_versions),
        (gf.load_sessions_with_versions, mirror.join),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for load, read in pairs:
            pd.testing.assert_frame_equal(load(client=client, **options), read(**options))
        streams: list[tuple[Stream, Stream]] = [
            (gf.iter_sessions, mirror.iter_sessions),
            (gf.iter_versions, mirror.iter_versions),
        ]
        for iterate, stream in streams:
            for expected, frame in zip(iterate(client=client, **options), stream(**options), strict=True):
                pd.testing.assert_frame_equal(expected, frame)


def ids(frame: pd.DataFrame) -> list[str]:
    """The numbers in a frame's ids, in its order."""
    return [each.removeprefix("session_").removeprefix("version_") for each in frame["id"]]
