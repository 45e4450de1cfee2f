"""Warnings about columns: each once, at the caller's line, and about the columns of the frame only."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from direct_transport import DirectTransport

import galtea_frames as gf

SESSION = {"id": "s1", "createdAt": "2026-03-01T10:00:00.000Z", "versionId": "v1", "metadata": {"x": "a"}}
OTHER = SESSION | {"id": "s2", "metadata": {"x": 5, "y": [1]}}
VERSION = {"id": "v1", "createdAt": "2026-03-01T10:00:00.000Z", "name": "one"}

Warned = list[tuple[type[Warning], str]]


def warned(
    *sessions: dict[str, Any],
    versions: tuple[dict[str, Any], ...] = (),
    loader: Any = gf.load_sessions,  # noqa: ANN401 - any loader
    **arguments: Any,  # noqa: ANN401 - as above
) -> Warned:
    """Return what a load warns of; all of it is said at this line."""
    client = DirectTransport(sessions, versions).client()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loader(client=client, **arguments)
    assert {each.filename for each in caught} <= {__file__}
    return [(each.category, str(each.message)) for each in caught]


def test_mixed_columns_are_named_once_in_a_process() -> None:
    """The second load of the same columns says nothing; the message says how to get one type."""
    words = "mixed types, kept as JSON text: 'metadata.x'; pin a dtype to get one type: dtype={'metadata.x': 'string'}"
    assert warned(SESSION, OTHER) == [(gf.MixedTypesWarning, words)]
    assert warned(SESSION, OTHER) == []
    new = {"metadata": {"x": "a", "z": True}}
    assert [
        text
        for _, text in warned(SESSION, OTHER, OTHER | new | {"id": "s3"}, OTHER | {"id": "s4", "metadata": {"z": 1}})
    ] == [words.replace("metadata.x", "metadata.z")]
    assert warned(SESSION, OTHER, dtype={"metadata.x": "string"}) == []


def test_misfits_are_warned_of_in_every_load() -> None:
    """Once a load, with their number by column."""
    expected = [
        (gf.MisfitsWarning, "values that do not fit their pinned dtype are null: 1 in metadata.x, 1 in metadata.y")
    ]
    for _ in range(2):
        assert warned(SESSION, OTHER, dtype={"metadata.x": "Int64", "metadata.y": "Int64"}) == expected
    assert warned(SESSION, OTHER, dtype={"metadata.x": "Int64", "metadata.y": "Int64"}, columns=["id"]) == []


def test_absent_columns_are_warned_of_unless_nothing_was_loaded() -> None:
    """A column that no row has is a slip more often than not; an empty result says nothing of it."""
    arguments: dict[str, Any] = {"columns": ["id", "metadata.a"], "dtype": {"metadata.b": "Int64"}}
    assert warned(SESSION, **arguments) == [(gf.AbsentColumnsWarning, "no row has 'metadata.a'")]
    assert warned(**arguments) == []
    assert warned(SESSION, dtype={"metadata.b": "json", "facts": "json"}) == [
        (gf.AbsentColumnsWarning, "no row has 'metadata.b', 'facts'")
    ]


def test_declared_misfits_say_where_they_are() -> None:
    """In the overflow column, unless `columns` leaves it out."""
    odd = SESSION | {"error": 5}
    words = "values that do not match the declared type, kept in column '*' (1 in error)"
    assert warned(odd) == [(gf.MixedTypesWarning, words)]
    assert warned(odd, columns=["*", "error"]) == [(gf.MixedTypesWarning, words)]
    assert warned(odd, columns="error") == [
        (gf.MixedTypesWarning, "values that do not match the declared type are null (1 in error)")
    ]
    assert warned(odd, columns="id") == []


def test_columns_that_are_left_out_are_not_warned_of() -> None:
    """Not even if rows are sorted by them."""
    odd = SESSION | {"status": "ARCHIVED", "metadata": {f"k{number}": 1 for number in range(501)}}
    assert [kind for kind, _ in warned(odd)] == [gf.ColumnBudgetWarning, gf.UnknownStatusWarning]
    assert warned(odd, columns="id", sort="status") == []
    assert warned(SESSION, OTHER, columns=["id", "metadata.y"]) == []


@pytest.mark.parametrize("column", ["version.name", "version.facts", "version.extra"])
def test_joined_loads_name_columns_of_versions(column: str) -> None:
    """With the prefix that they have in the frame."""
    version = VERSION | {"name": 5, "facts": "x"}
    found = warned(
        SESSION,
        versions=(version,),
        loader=gf.load_sessions_with_versions,
        dtype={"version.facts": "Int64", "version.extra": "Int64"},
    )
    assert [(kind, column in text) for kind, text in found] == [
        (gf.MixedTypesWarning, column == "version.name"),
        (gf.MisfitsWarning, column == "version.facts"),
        (gf.AbsentColumnsWarning, column == "version.extra"),
    ]
