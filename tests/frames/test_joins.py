"""`join_sessions_versions`: rows, columns, counts, and the frames it rejects."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from direct_transport import DirectTransport
from page_frames import Option, frame_of

import galtea_frames as gf
from galtea_frames.api.resources import VERSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.joins import How, join_sessions_versions
from galtea_frames.frames.load_joined import iterate_joined

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
    about = joined.attrs["galtea_frames"]["join"]
    assert (about["null_version_ids"], about["versions"]) == (2, {})


@pytest.mark.parametrize(
    ("left", "right", "how", "message"),
    [
        pytest.param(
            {"version_id": ["a"]},
            {"id": ["a", "b", "a"]},
            "left",
            "duplicate version ids would duplicate sessions: a",
            id="a repeated id",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": ["a", None]},
            "left",
            "a version without an id cannot be joined; drop it first",
            id="a null id",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": [f"v{at // 2}" for at in range(14)]},
            "left",
            "duplicate version ids would duplicate sessions: v0, v1, v2, v3, v4 and 2 more",
            id="many repeated ids",
        ),
        pytest.param(
            {"id": ["a"]},
            {"id": ["a"]},
            "left",
            "sessions have no column 'version_id'; their columns are id",
            id="no version_id",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"name": ["a"]},
            "left",
            "versions have no column 'id'; their columns are name",
            id="no id",
        ),
        pytest.param(
            {"version_id": [["a"]]},
            {"id": ["a"]},
            "left",
            "ids must be text, not lists or other objects",
            id="a list among version ids",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": [{"a": 1}]},
            "left",
            "ids must be text, not lists or other objects",
            id="an object among ids",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"x" * 10_000 + str(at): ["a"] for at in range(7)},
            "left",
            f"versions have no column 'id'; their columns are {', '.join(['x' * 60 + '…'] * 5)} and 2 more",
            id="long names",
        ),
        pytest.param(
            {"version_id": ["a"]},
            {"id": ["a"]},
            "cross",
            'how is "left", "inner", "right" or "outer", not \'cross\'',
            id="an unknown way",
        ),
    ],
)
def test_a_join_that_would_lose_or_double_rows_raises(
    left: dict[str, list[Any]], right: dict[str, list[Any]], how: How, message: str
) -> None:
    """What cannot be joined without losing or doubling rows or columns is an error that says why."""
    with pytest.raises(gf.JoinError) as caught:
        join_sessions_versions(pd.DataFrame(left), pd.DataFrame(right), how=how)
    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        pytest.param(
            None, versions, "sessions must be a pandas DataFrame with a column 'version_id', not None", id="None"
        ),
        pytest.param(
            sessions,
            [],
            "versions must be a pandas DataFrame with a column 'id', not []",
            id="an empty list of versions",
        ),
        pytest.param(
            lambda: sessions()["version_id"],
            versions,
            "sessions must be a pandas DataFrame with a column 'version_id', not a Series",
            id="Series",
        ),
        pytest.param(
            sessions,
            lambda: pl.DataFrame({"id": ["a"]}),
            "versions must be a pandas DataFrame with a column 'id', not a DataFrame",
            id="Polars",
        ),
        pytest.param(
            lambda: sessions().rename(columns={"error": "version_id"}),
            versions,
            "sessions have the column 'version_id' twice; drop one of them first",
            id="version_id twice",
        ),
    ],
)
def test_what_is_no_frame_is_refused(left: Any, right: Any, message: str) -> None:  # noqa: ANN401 - whatever is given
    """Arguments of another kind are an error of one line."""
    one, other = (each() if callable(each) else each for each in (left, right))
    with pytest.raises(gf.JoinError) as caught:
        join_sessions_versions(one, other)
    assert message == str(caught.value)


def test_a_way_that_is_no_text_is_refused() -> None:
    """An array compares with each of the ways, one by one."""
    with pytest.raises(gf.JoinError, match=r"^how is .*, not an ndarray$"):
        join_sessions_versions(sessions(), versions(), how=np.array(["left"]))  # type: ignore[arg-type]


#: Sessions of an API that sends an object `version` with each.
WITH_VERSION: list[dict[str, Any]] = [
    {"id": "s1", "versionId": "v1", "version": {"id": "v1", "name": "mine", "region": "eu", "odd": [1, {}]}},
    {"id": "s2", "versionId": None, "version": {"id": "x", "user": {"tier": 1}}, "version.name": {"x": 2}},
]


@pytest.mark.parametrize("how", ["left", "inner", "right", "outer"])
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("nested", ["columns", "both"])
def test_columns_that_are_called_as_versions_are_kept(how: How, backend: str, nested: Nested) -> None:
    """Under escaped names that are no others', with their values and dtypes; `version.*` are the versions' own."""
    left, right = frame_of(WITH_VERSION, nested, dtype_backend=backend), versions(dtype_backend=backend)
    assert r"version\.name.x" in left
    joined = join_sessions_versions(left, right, how=how)
    renamed = joined.attrs["galtea_frames"]["join"]["renamed_columns"]
    expected = {name: name.replace(".", r"\.", 1) for name in renamed}
    # As JSON text, the field `version.name` has the first choice of a name.
    assert expected | ({"version.name": r"version\\.name"} if nested == "both" else {}) == renamed
    assert {"version.id", "version.name", "version.odd", "version.region", "version.user.tier"} == set(renamed)
    new = left.rename(columns=renamed)
    assert [*new.columns, *right.add_prefix("version.").columns] == joined.columns.tolist()
    assert left.columns.tolist() == frame_of(WITH_VERSION, nested).columns.tolist()
    if how == "left":
        pd.testing.assert_frame_equal(new, joined[new.columns.tolist()])
    json_columns = joined.attrs["galtea_frames"]["json_columns"]
    assert r"version\.odd" in json_columns
    assert set(json_columns) <= set(new.columns)


def test_an_escaped_name_that_is_taken_is_escaped_again() -> None:
    """A field of the API can be called just so."""
    left = pd.DataFrame({"version_id": ["v1"], "version.a": [1], r"version\.a": [2], "versions.a": [3], 5: [4]})
    joined = join_sessions_versions(left, versions())
    assert ["version_id", r"version\\.a", r"version\.a", "versions.a", 5] == joined.columns.tolist()[:5]
    again = join_sessions_versions(joined, versions())
    assert again.columns.is_unique
    assert 1 == again[r"version\\.a"][0]


@pytest.mark.parametrize("attrs", [5, None, ["resource"], "sessions"], ids=repr)
def test_attrs_of_a_wrong_kind_do_not_stop_a_join(attrs: object) -> None:
    """They say nothing, as if there were none."""
    left, right = sessions(), versions()
    left.attrs["galtea_frames"] = right.attrs["galtea_frames"] = attrs
    joined = join_sessions_versions(left, right)
    assert {"resource", "rows", "join"} == set(joined.attrs["galtea_frames"])
    assert {} == joined.attrs["galtea_frames"]["join"]["versions"]


def test_attrs_that_cannot_be_compared_do_not_stop_a_join() -> None:
    """Pandas asks whether they are equal, which of an array has no answer."""
    left, right = sessions(), versions()
    left.attrs, right.attrs = ({"mine": pd.Series([1, 2])} | each.attrs for each in (left, right))
    assert [1, 2] == join_sessions_versions(left, right).attrs["mine"].tolist()
    assert {"mine"} < set(left.attrs)


def test_odd_attrs_of_columns_do_not_stop_a_join() -> None:
    """Lists of other things than names are passed on."""
    left = frame_of(WITH_VERSION)
    left.attrs["galtea_frames"]["json_columns"] = [5, ["a"]]
    assert [5, ["a"]] == join_sessions_versions(left, versions()).attrs["galtea_frames"]["json_columns"]


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_a_field_called_version_stops_no_join(tmp_path: Path) -> None:
    """Whoever joins for the caller: loaders, iterators, which `export joined` writes, the mirror; and a file of it."""
    whole = [each | {"createdAt": NOON} for each in WITH_VERSION]
    client = DirectTransport(whole, [each | {"createdAt": NOON} for each in VERSION_ROWS]).client()
    joined = gf.load_sessions_with_versions(client=client)
    assert ["mine", "x"] == [joined[r"version\.name"][0], joined[r"version\.id"][1]]
    assert ["one", None] == joined["version.name"].astype(object).where(joined["version.name"].notna(), None).tolist()
    (part,) = iterate_joined({"client": client})
    pd.testing.assert_frame_equal(joined, part)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    pd.testing.assert_frame_equal(joined, mirror.join())
    gf.write_parquet(joined, tmp_path / "joined.parquet")
    pd.testing.assert_frame_equal(joined, gf.read_parquet(tmp_path / "joined.parquet"))
    sessions = gf.load_sessions(client=client, nested="json")
    assert [each["version"] for each in whole] == [each["version"] for each in gf.to_records(sessions)]
