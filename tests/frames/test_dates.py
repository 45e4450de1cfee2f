"""`parse_dates`: valid names, and errors and warnings for the others."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.frames.column_arguments import checked_dates, split_names
from galtea_frames.frames.load_joined import iterate_joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

TIME, TEXT = "datetime64[us, UTC]", "string"
DAY = "2026-03-01"


@pytest.mark.parametrize(
    ("resource", "name", "nested", "words"),
    [
        pytest.param(SESSIONS, "creatd_at", "columns", "'creatd_at'; did you mean 'created_at'", id="a slip"),
        pytest.param(SESSIONS, "createdAt", "columns", "did you mean 'created_at'", id="the API's name"),
        pytest.param(SESSIONS, "metdata.at", "columns", "did you mean 'metadata.at'", id="a slip before a key"),
        pytest.param(SESSIONS, "error.at", "columns", "error is one column", id="below a column"),
        pytest.param(SESSIONS, "status.at", "both", "status is one column", id="below the status"),
        pytest.param(SESSIONS, "metadata.at", "json", 'with nested="json"', id="below JSON text"),
        pytest.param(VERSIONS, "descripton", "columns", "did you mean 'description'", id="of versions"),
    ],
)
def test_a_name_that_no_rows_can_have_is_refused(resource: Resource, name: str, nested: Nested, words: str) -> None:
    """What can be known before a request is said before it."""
    with pytest.raises(gf.QueryError, match=words):
        checked_dates(resource, [name], nested)


@pytest.mark.parametrize("value", [5, [5], ["created_at", None], [b"created_at"]], ids=repr)
def test_what_is_no_name_is_refused(value: object) -> None:
    """Columns are named by text."""
    with pytest.raises(gf.QueryError, match="parse_dates is a column or a list of columns"):
        checked_dates(SESSIONS, value, "columns")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("created_at", id="a time already"),
        pytest.param("custom_id", id="declared text"),
        pytest.param("metadata", id="bare text in place of an object"),
        pytest.param("metadata.creatd_at", id="any key"),
        pytest.param("updated_at", id="a field that the API may send tomorrow"),
        pytest.param("recreated_at", id="another one"),
        pytest.param("run.started_at", id="a key of one"),
        pytest.param(r"created\_at", id="a field that is nearly called like another"),
    ],
)
def test_a_name_that_rows_may_have_is_taken(name: str) -> None:
    """What a field is called that is not declared cannot be known; each name counts once."""
    assert (name,) == checked_dates(SESSIONS, [name, name], "columns") == checked_dates(SESSIONS, name, "columns")
    assert () == checked_dates(SESSIONS, None, "columns")


def test_joined_names_are_those_of_the_joined_frame() -> None:
    """What begins with the prefix is the right frame's, whatever the left one has."""
    names = ["metadata.at", "version.description", "version.version.at", "versions", "version", r"version\.region.at"]
    left, right = split_names(names, "version.")
    assert ("metadata.at", "versions", "version", "version.region.at") == left
    assert ("description", "version.at") == right


ROWS: list[dict[str, Any]] = [
    {
        "id": f"s{n}",
        "versionId": "v1",
        "createdAt": f"2026-03-01T10:00:0{n}.000Z",
        "customId": DAY,
        "metadata": {"at": DAY, "facts": DAY},
        "version": {"description": DAY, "since": DAY},
    }
    for n in range(3)
]
OTHERS: list[dict[str, Any]] = [
    {
        "id": "v1",
        "name": DAY,
        "description": DAY,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "metadata": {"at": DAY},
        "facts": {"at": DAY},
    }
]


def joined_ways(tmp_path: Path) -> dict[str, Callable[..., pd.DataFrame]]:
    """Return the ways to sessions beside their versions."""
    client = DirectTransport(ROWS, OTHERS).client()
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    return {
        "load": lambda **given: gf.load_sessions_with_versions(client=client, **given),
        "iterate": lambda **given: pd.concat(list(iterate_joined({"client": client, **given}))),
        "mirror": mirror.join,
    }


@pytest.mark.parametrize("way", ["load", "iterate", "mirror"])
def test_a_joined_frame_reads_exactly_the_columns_that_were_named(way: str, tmp_path: Path) -> None:
    """A name of sessions touches no column of versions, and the other way round; nothing is warned of."""
    load = joined_ways(tmp_path)[way]
    named = ["metadata.at", "version.description", "version.facts.at", r"version\.since"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = load(parse_dates=named)
    times = {str(name) for name, dtype in frame.dtypes.items() if dtype == TIME}
    assert set(named) == {name for name in times if not name.endswith(("created_at", "deleted_at"))}
    assert TEXT == str(frame["version.metadata.at"].dtype) == str(frame["custom_id"].dtype)


@pytest.mark.parametrize("way", ["load", "iterate", "mirror"])
def test_what_no_row_has_is_told_by_its_name_in_the_frame(way: str, tmp_path: Path) -> None:
    """One warning for the sessions' columns and one for the versions'; what is no time is told with the prefix."""
    load = joined_ways(tmp_path)[way]
    with pytest.warns(gf.GalteaFramesWarning) as caught:
        load(parse_dates=["metadata.on", "metadata.by", "facts.at", "version.custom", "version.model_id", "version.id"])
    assert [
        "parse_dates: no row has 'metadata.on', 'metadata.by', 'facts.at'",
        "parse_dates: no row has 'version.custom'",
        "parse_dates: version.id is not converted: not all values are ISO 8601 text",
    ] == [str(each.message) for each in caught]
    assert [gf.AbsentColumnsWarning] * 2 == [each.category for each in caught][:2]


@pytest.mark.parametrize("way", ["load", "iterate", "mirror"])
def test_a_wrong_name_of_a_version_is_told_before_any_request(way: str, tmp_path: Path) -> None:
    """The error names the column as it would stand in the joined frame."""
    load = joined_ways(tmp_path)[way]
    with pytest.raises(gf.QueryError, match=r"'version\.descripton'; did you mean 'version\.description'"):
        load(parse_dates="version.descripton")
    server = DirectTransport(ROWS, OTHERS)
    with pytest.raises(gf.QueryError):
        gf.load_sessions_with_versions(client=server.client(), parse_dates="version.name.x")
    assert [] == server.requests


def test_of_no_rows_nothing_is_said() -> None:
    """Where nothing came, no path can be missed: a day without traffic is no mistake of the caller's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = gf.load_sessions(client=DirectTransport([]).client(), parse_dates=["metadata.at", "created_at"])
    assert "metadata.at" not in frame
