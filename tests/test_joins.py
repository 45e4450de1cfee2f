from typing import Any

import pandas as pd
import pytest
from tables import Option, frame_of

import galtea_frames as gf
from galtea_frames.joins import How, join_sessions_versions
from galtea_frames.resources import VERSIONS

NOON = "2026-03-01T12:00:00.000Z"
SESSION_ROWS: list[dict[str, Any]] = [
    {"id": "s1", "versionId": "v2", "status": "FAILED", "metadata": {"n": 1, "l": [1]}, "createdAt": NOON},
    {"id": "s2", "versionId": None},
    {"id": "s3", "versionId": "gone", "isSeed": True},
    {"id": "s4", "versionId": "v1", "metadata": {"n": 2}},
    {"id": "s5", "versionId": "v2"},
]
VERSION_ROWS: list[dict[str, Any]] = [
    {"id": "v1", "name": "one", "number": 1, "createdAt": NOON, "facts": {"ok": True}},
    {"id": "v2", "name": "same", "number": 2},
    {"id": "v3", "name": "same", "number": 3},
]


def sessions(**options: Option) -> pd.DataFrame:
    """Return the frame of the sessions above."""
    return frame_of(SESSION_ROWS, **options)


def versions(rows: list[dict[str, Any]] | None = None, **options: Option) -> pd.DataFrame:
    """Return the frame of the versions above, or of others."""
    return frame_of(VERSION_ROWS if rows is None else rows, resource=VERSIONS, **options)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param("left", ["s1-v2", "s2-", "s3-", "s4-v1", "s5-v2"], id="left"),
        pytest.param("inner", ["s1-v2", "s4-v1", "s5-v2"], id="inner"),
        pytest.param("right", ["s1-v2", "s4-v1", "s5-v2", "-v3"], id="right"),
        pytest.param("outer", ["s1-v2", "s2-", "s3-", "s4-v1", "s5-v2", "-v3"], id="outer"),
    ],
)
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_rows_of_each_way_of_joining(how: How, expected: list[str], backend: str) -> None:
    """Each way of joining gives its rows in the order of the sessions, then of the versions alone."""
    joined = join_sessions_versions(sessions(dtype_backend=backend), versions(dtype_backend=backend), how=how)
    pairs = zip(joined["id"].fillna(""), joined["version.id"].fillna(""), strict=True)
    assert expected == [f"{session}-{version}" for session, version in pairs]


@pytest.mark.parametrize("how", ["left", "inner", "right", "outer"])
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_every_column_keeps_its_dtype(how: How, backend: str) -> None:
    """All columns of both sides are there with their dtypes, whatever nulls the join brings."""
    left, right = sessions(dtype_backend=backend), versions(dtype_backend=backend)
    joined = join_sessions_versions(left, right, how=how)
    pd.testing.assert_series_equal(pd.concat([left.dtypes, right.add_prefix("version.").dtypes]), joined.dtypes)


@pytest.mark.parametrize(
    "index",
    [
        pytest.param([7, 3, 9, 1, 5], id="numbers"),
        pytest.param(list("vwxyz"), id="text"),
        pytest.param([1, 1, 2, 2, 2], id="repeated"),
        pytest.param(pd.MultiIndex.from_product([["a"], range(5)]), id="two levels"),
        pytest.param(pd.Index(range(5), name="row"), id="named"),
    ],
)
def test_a_left_join_leaves_the_sessions_as_they_are(index: pd.Index | list[int] | list[str]) -> None:
    """The sessions' columns of a left join equal the sessions, rows, order, index and all."""
    left = sessions().set_axis(index)
    joined = join_sessions_versions(left, versions().set_axis([5, 5, 5]))
    pd.testing.assert_frame_equal(left, joined[left.columns.to_list()])
    inner = join_sessions_versions(left, versions(), how="inner")
    pd.testing.assert_frame_equal(left.iloc[[0, 3, 4]], inner[left.columns.to_list()])


def test_versions_stand_beside_their_sessions() -> None:
    """The values of a version come as `version.*` beside each of its sessions, and nulls elsewhere."""
    joined = join_sessions_versions(sessions(), versions())
    columns = joined[["version.number", "version.created_at", "version.facts.ok"]].astype(object)
    noon = pd.Timestamp(NOON)
    assert [(2, None, None), (None, None, None), (None, None, None), (1, noon, True), (2, None, None)] == list(
        columns.where(columns.notna(), None).itertuples(index=False, name=None)
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param([], VERSION_ROWS, id="no sessions"),
        pytest.param(SESSION_ROWS, [], id="no versions"),
        pytest.param([], [], id="neither"),
    ],
)
@pytest.mark.parametrize("how", ["left", "inner", "right", "outer"])
def test_empty_sides_join(left: list[dict[str, Any]], right: list[dict[str, Any]], how: How) -> None:
    """A side without rows joins to what it must, with the columns of both."""
    joined = join_sessions_versions(frame_of(left), versions(right), how=how)
    expected = (len(left) if how in ("left", "outer") else 0) + (len(right) if how in ("right", "outer") else 0)
    assert expected == len(joined)
    assert {"id", "version.id", "version.created_at"} <= set(joined.columns)


@pytest.mark.parametrize(("how", "rows"), [("left", 5), ("inner", 3), ("right", 4), ("outer", 6)])
def test_the_join_is_counted_in_the_attrs(how: How, rows: int) -> None:
    """Matched sessions, those without a version and those whose version is unknown are counted."""
    left, right = sessions(), versions()
    left.attrs["mine"] = "kept"
    joined = join_sessions_versions(left, right, how=how)
    attrs = joined.attrs["galtea_frames"]
    assert (attrs["resource"], attrs["rows"]) == ("joined", rows)
    assert attrs["join"] == {
        "how": how,
        "matched": 3,
        "null_version_ids": 1,
        "unknown_version_ids": 1,
        "versions": right.attrs["galtea_frames"],
    }
    assert joined.attrs["mine"] == "kept"
    assert attrs == left.attrs["galtea_frames"] | {"resource": "joined", "rows": rows, "join": attrs["join"]}
    assert left.attrs["galtea_frames"]["resource"] == "sessions"


def test_frames_without_attrs_join() -> None:
    """Plain frames join as well, on the two columns that the join needs."""
    joined = join_sessions_versions(
        pd.DataFrame({"version_id": ["v1", None, float("nan")]}), pd.DataFrame({"id": ["v1"], "name": ["one"]})
    )
    assert joined["version.name"].fillna("").tolist() == ["one", "", ""]
    counted = joined.attrs["galtea_frames"]["join"]
    assert (counted["null_version_ids"], counted["versions"]) == (2, {})


@pytest.mark.parametrize(
    ("left", "right", "how", "message"),
    [
        pytest.param(
            {"version_id": ["a"]}, {"id": ["a", "b", "a"]}, "left", "would double sessions: a$", id="a repeated id"
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": ["a", None]},
            "left",
            "^a version without an id cannot be joined; drop it first$",
            id="a null id",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": [f"v{at // 2}" for at in range(14)]},
            "left",
            "v0, v1, v2, v3, v4 and 2 more",
            id="many repeated ids",
        ),
        pytest.param(
            {"id": ["a"]},
            {"id": ["a"]},
            "left",
            "sessions have no column 'version_id'; their columns are id",
            id="no version_id",
        ),
        pytest.param({"version_id": ["a"]}, {"name": ["a"]}, "left", "versions have no column 'id'", id="no id"),
        pytest.param(
            {"version_id": ["a"], "version.name": ["x"]},
            {"id": ["a"], "name": ["y"]},
            "left",
            "already have the columns version.name",
            id="a column twice",
        ),
        pytest.param({"version_id": ["a"]}, {"id": ["a"]}, "cross", "not 'cross'", id="an unknown way"),
    ],
)
def test_a_join_that_would_lose_or_double_rows_raises(
    left: dict[str, list[Any]], right: dict[str, list[Any]], how: How, message: str
) -> None:
    """What cannot be joined without losing or doubling rows or columns is an error that says why."""
    with pytest.raises(gf.JoinError, match=message):
        join_sessions_versions(pd.DataFrame(left), pd.DataFrame(right), how=how)
