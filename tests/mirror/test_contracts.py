"""Chosen and pinned columns: every reader of a mirror gives the frame of the loader, and joins agree."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport
from mirror_helpers import assert_same, session, version

import galtea_frames as gf
from galtea_frames.errors import SchemaError
from galtea_frames.frames.schema import Schema

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")

SESSIONS = [
    session(1, 3, metadata={"a": 1, "b": {"c": "x"}, "at": 1_772_359_200}, error=5, runId="r1"),
    session(2, 2, metadata={"a": "2", "b": 5, "at": 1.5}, status="FAILED", userId="u"),
    session(3, 1, metadata="bare", context={"a": [1, {"b": 2}]}, versionId=None, error="\ud800"),
    session(4, 4, metadata={"a": [1], "b": {"c": 2.0}, "at": "soon"}, versionId="version_b", isSeed=True),
    session(5, 0, metadata={}, versionId="version_gone", customId="2026-01-01", status="ODD"),
]
VERSIONS = [version("a", facts={"n": 1}, number=3), version("b", 1, facts={"n": "x"}, systemPrompt=5)]


@pytest.fixture(scope="module")
def client() -> gf.Client:
    """An account of a few sessions."""
    return DirectTransport(SESSIONS, VERSIONS).client()


@pytest.fixture(scope="module")
def mirror(client: gf.Client, tmp_path_factory: pytest.TempPathFactory) -> gf.Mirror:
    """A copy of it."""
    mirror = gf.Mirror(tmp_path_factory.mktemp("contracts") / "mirror")
    mirror.sync(client)
    return mirror


PINS = {"metadata.a": "Int64", "metadata.b.c": "string", "metadata.at": "epoch_s"}

#: Options of sessions, versions and both.
ALIKE: list[Any] = [
    pytest.param({"columns": ["status", "id"]}, id="in this order"),
    pytest.param({"columns": "created_at", "sort": ("id", "desc")}, id="sorted by a column that is left out"),
    pytest.param({"columns": ["created_at"], "sort": ("user_id", "desc"), "limit": 3, "offset": 1}, id="cut"),
    pytest.param({"columns": ["id"], "dtype_backend": "pyarrow"}, id="Arrow's dtypes"),
    pytest.param({"columns": ["id", "*"], "limit": 3}, id="what is left over"),
    pytest.param({"columns": ["id"], "nested": "json"}, id="JSON text"),
]
OF_SESSIONS: list[Any] = [
    pytest.param({"columns": ["metadata.b", "id"], "dtype": PINS}, id="below a name"),
    pytest.param({"dtype": PINS, "dtype_backend": "pyarrow"}, id="Arrow's dtypes of pins"),
    pytest.param({"dtype": PINS, "nested": "both"}, id="pins beside JSON text"),
    pytest.param({"columns": ["metadata.a", "metadata"], "dtype": PINS, "nested": "both"}, id="JSON text by name"),
    pytest.param({"columns": ["metadata.a"], "dtype": PINS, "nested": "both", "limit": 2}, id="without JSON text"),
    pytest.param({"columns": ["custom_id", "id"], "parse_dates": "custom_id"}, id="dates"),
    pytest.param({"dtype": PINS, "limit": 2, "sort": ("version_id", "desc")}, id="pins of a part"),
    pytest.param({"columns": ["run_id", "metadata.none", "*", "metadata.*"], "dtype": PINS}, id="by name"),
    pytest.param(
        {"schema": Schema("sessions", {"id": "string", "metadata.a": "Int64", "metadata": "string"})}, id="schema"
    ),
]
JOINED: list[Any] = [
    pytest.param({"columns": ["version.name", "id", "version.facts"]}, id="of both"),
    pytest.param({"columns": ["version"], "dtype": {"version.facts.n": "Int64"}}, id="all of versions"),
    pytest.param({"columns": ["id"], "dtype": PINS | {"version.facts.n": "string"}}, id="pins of both, none named"),
    pytest.param({"dtype": PINS | {"version.facts.n": "string"}, "dtype_backend": "pyarrow"}, id="Arrow's dtypes"),
    pytest.param({"columns": ["version.created_at"], "sort": ("user_id", "desc"), "limit": 2}, id="cut"),
    pytest.param({"columns": ["custom_id", "version.name"], "parse_dates": ["custom_id", "version.name"]}, id="dates"),
    pytest.param({"dtype": {"metadata.a": "string", "version.facts.n": "json"}, "nested": "columns"}, id="JSON"),
]


def about(frame: pd.DataFrame) -> dict[str, Any]:
    """What a frame says of its columns."""
    attrs = frame.attrs["galtea_frames"]
    return {name: attrs[name] for name in ("columns", "dtype", "absent_columns", "misfits", "replaced_text", "rows")}


@pytest.mark.parametrize("options", [*ALIKE, *OF_SESSIONS])
def test_sessions_are_the_loaders(client: gf.Client, mirror: gf.Mirror, options: dict[str, Any]) -> None:
    """Read from a mirror, or loaded in several frames."""
    loaded, stored = gf.load_sessions(client=client, **options), mirror.load_sessions(**options)
    pd.testing.assert_frame_equal(loaded, stored)
    assert about(loaded) == about(stored)
    parts = list(gf.iter_sessions(client=client, **options))
    pd.testing.assert_frame_equal(loaded, pd.concat(parts))
    assert about(loaded) == about(parts[0])


@pytest.mark.parametrize("options", JOINED)
def test_joined_frames_are_the_loaders(client: gf.Client, mirror: gf.Mirror, options: dict[str, Any]) -> None:
    """Of sessions with their versions; the columns are those of the frame that has all."""
    loaded, stored = gf.load_sessions_with_versions(client=client, **options), mirror.join(**options)
    pd.testing.assert_frame_equal(loaded, stored)
    assert about(loaded) == about(stored)
    everything = gf.load_sessions_with_versions(client=client, **{**options, "columns": None})
    pd.testing.assert_frame_equal(everything[list(loaded.columns)], loaded)


def test_versions_are_the_loaders(client: gf.Client, mirror: gf.Mirror) -> None:
    """And every list for the options that all have."""
    options: dict[str, Any] = {"columns": ["facts", "name"], "dtype": {"facts.n": "Int64"}}
    pd.testing.assert_frame_equal(gf.load_versions(client=client, **options), mirror.load_versions(**options))
    assert_same(mirror, client, columns=["created_at", "id"], sort=("id", "desc"))


def test_removed_at_comes_if_named(mirror: gf.Mirror, tmp_path: Path) -> None:
    """Without `columns`, always; with them, at its place; of a joined frame, of both."""
    copy = gf.Mirror(tmp_path / "mirror")
    copy.sync(DirectTransport(SESSIONS, VERSIONS).client())
    copy.sync(DirectTransport(SESSIONS[:3], VERSIONS).client(), full=True)
    named = copy.load_sessions(columns=["removed_at", "status"], include_removed=True)
    assert ["removed_at", "status"] == list(named.columns) == about(named)["columns"]
    assert [True, False, False, False, True] == named["removed_at"].notna().tolist()
    assert ["removed_at"] == list(copy.load_sessions(columns="removed_at", include_removed=True).columns)
    assert ["id"] == list(copy.load_sessions(columns="id", include_removed=True).columns)
    assert 5 == len(copy.load_sessions(schema=Schema("sessions", {"id": "string"}), include_removed=True))
    assert "removed_at" == copy.load_sessions(include_removed=True).columns[-1]
    joined = copy.join(columns=["version.removed_at", "id", "removed_at"], include_removed=True)
    assert ["version.removed_at", "id", "removed_at"] == list(joined.columns)
    assert 2 == joined["removed_at"].notna().sum()
    with pytest.raises(gf.QueryError, match="'removed_at' needs include_removed=True"):
        mirror.load_sessions(columns=["id", "removed_at"])
    with pytest.raises(gf.QueryError, match=r"'version\.removed_at' needs include_removed=True"):
        mirror.join(columns=["version.removed_at"])


def test_a_misfit_raises_in_every_reader(client: gf.Client, mirror: gf.Mirror) -> None:
    """With column, id and value; of versions in a joined frame too."""
    options: dict[str, Any] = {"dtype": {"metadata.a": "Int64"}, "columns": "metadata.a", "on_misfit": "raise"}
    for load in (
        lambda: gf.load_sessions(client=client, **options),
        lambda: list(gf.iter_sessions(client=client, **options)),
        lambda: mirror.load_sessions(**options),
        lambda: gf.load_sessions_with_versions(client=client, **options),
        lambda: mirror.join(**options),
    ):
        with pytest.raises(SchemaError, match=r"metadata\.a of the session 'session_0004' is not Int64: \[1\]"):
            load()
    options = {"columns": "version.facts", "dtype": {"version.facts.n": "Int64"}, "on_misfit": "raise"}
    with pytest.raises(SchemaError, match=r"facts\.n of the version 'version_b' is not Int64: 'x'"):
        mirror.join(**options)
    with warnings.catch_warnings(), pytest.raises(SchemaError, match=r"facts\.n of the version"):
        gf.load_sessions_with_versions(client=client, **options)


def test_loaded_frames_join_by_hand(client: gf.Client) -> None:
    """Frames of some columns; a column by which rows are joined that was left out is named."""
    versions = gf.load_versions(client=client, columns=["id", "facts"], dtype={"facts.n": "string"})
    sessions = gf.load_sessions(client=client, columns=["id", "version_id", "metadata.a"], dtype=PINS)
    joined = gf.join_sessions_versions(sessions, versions)
    assert ["id", "version_id", "metadata.a", "version.id", "version.facts.n"] == list(joined.columns)
    with pytest.raises(gf.JoinError, match="sessions have no column 'version_id'"):
        gf.join_sessions_versions(sessions[["id"]], versions)


def test_a_pinned_category_without_rows_has_its_dtype() -> None:
    """Also of a field that no row has, so that there is not even a list of members."""
    frame = gf.load_sessions(client=DirectTransport([]).client(), dtype={"facts.a": "category"})
    assert (0, "category") == (len(frame), str(frame["facts.a"].dtype))
