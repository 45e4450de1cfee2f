"""Column names of nested paths and of undeclared fields."""

import pytest

from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.column_names import column_name, overflow_name, root_names, split_name

PATHS = [
    pytest.param(("tier",), "metadata.tier", id="one key"),
    pytest.param(("user", "tier"), "metadata.user.tier", id="two keys"),
    pytest.param(("user.tier",), r"metadata.user\.tier", id="a dot in a key"),
    pytest.param(("user\\", "tier"), r"metadata.user\\.tier", id="a backslash at the end of a key"),
    pytest.param(("user\\.tier",), r"metadata.user\\\.tier", id="a backslash and a dot in a key"),
    pytest.param(("",), "metadata.", id="an empty key"),
    pytest.param(("", ""), "metadata..", id="two empty keys"),
    pytest.param((".",), r"metadata.\.", id="a key that is a dot"),
    pytest.param(("*",), r"metadata.\*", id="a key that is a star"),
    pytest.param(("\\*",), r"metadata.\\*", id="a key that is an escaped star"),
    pytest.param(("a*",), "metadata.a*", id="a star within a key"),
    pytest.param(("*", "a"), r"metadata.\*.a", id="a star above a key"),
    pytest.param(("\ud800",), r"metadata.\ud800", id="a lone surrogate"),
    pytest.param(("\\ud800",), r"metadata.\\ud800", id="text that looks like an escaped surrogate"),
    pytest.param(("a\nb",), "metadata.a\nb", id="a line break"),
    pytest.param(("Ünïcode 漢\U0001f600",), "metadata.Ünïcode 漢\U0001f600", id="unicode"),
    pytest.param((), "metadata", id="no key"),
]


@pytest.mark.parametrize(("keys", "name"), PATHS)
def test_column_name_escapes_what_would_be_ambiguous(keys: tuple[str, ...], name: str) -> None:
    """A path's name is its keys joined by dots, with dots, backslashes and a lone star escaped."""
    assert name == column_name("metadata", keys)


@pytest.mark.parametrize(("keys", "name"), PATHS)
def test_split_name_gives_the_path_back(keys: tuple[str, ...], name: str) -> None:
    """The keys of a path are read from its name exactly."""
    assert ("metadata", list(keys), False) == split_name(name)


@pytest.mark.parametrize(
    ("root", "name", "expected"),
    [
        pytest.param("metadata", "metadata.*", ("metadata", [], True), id="of one field"),
        pytest.param(None, "*", ("*", [], True), id="of the record"),
    ],
)
def test_overflow_columns_are_told_from_keys(
    root: str | None, name: str, expected: tuple[str, list[str], bool]
) -> None:
    """The column of what has no column of its own ends in an unescaped star, which no key does."""
    assert name == overflow_name(root)
    assert expected == split_name(name)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(["runId"], {"runId": "run_id"}, id="snake_case"),
        pytest.param(["runId", "run_id"], {"runId": "run_id", "run_id": r"run\_id"}, id="the API's spelling wins"),
        pytest.param(["run_id", "runId"], {"runId": "run_id", "run_id": r"run\_id"}, id="in any order"),
        pytest.param(
            ["run_Id", "run_id"], {"run_Id": "run__id", "run_id": "run_id"}, id="an underscore before a capital"
        ),
        pytest.param(["a_b", "A_b"], {"A_b": "a_b", "a_b": r"a\_b"}, id="no rival in the API's spelling: by name"),
        pytest.param(["version_id"], {"version_id": r"version\_id"}, id="a declared name in snake_case"),
        pytest.param(["Id"], {"Id": "Id"}, id="a declared name in capitals"),
        pytest.param(["a.b"], {"a.b": r"a\.b"}, id="the separator"),
        pytest.param(["*"], {"*": r"\*"}, id="a star"),
        pytest.param([""], {"": ""}, id="an empty name"),
        pytest.param(["context.a"], {"context.a": r"context\.a"}, id="a path of a declared field"),
        pytest.param(["\ud800"], {"\ud800": r"\ud800"}, id="a lone surrogate"),
        pytest.param(["removedAt"], {"removedAt": "removedAt"}, id="a column of a mirror's own"),
        pytest.param(["removed_at"], {"removed_at": r"removed\_at"}, id="the same in snake_case"),
        pytest.param(["syncedAt", "extra"], {"syncedAt": "synced_at", "extra": "extra"}, id="what no frame holds"),
    ],
)
def test_unknown_fields_get_names_of_their_own(fields: list[str], expected: dict[str, str]) -> None:
    """A field that is not declared is named in snake_case, unless that name is another's."""
    assert expected == root_names(fields, {"id": "id", "versionId": "version_id", "context": "context"})


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        pytest.param("id", "id", id="one word"),
        pytest.param("versionIds", "version_ids", id="two words"),
        pytest.param("initializationEndpointConnectionId", "initialization_endpoint_connection_id", id="four words"),
        pytest.param("Id", "id", id="a capital in front"),
        pytest.param("webRTC", "web_rtc", id="an abbreviation"),
    ],
)
def test_snake_case_follows_the_capitals(api: str, expected: str) -> None:
    """Each capital begins a word, unless it is one of several in a row."""
    assert expected == snake_case(api)


def test_names_of_any_length_are_split_in_no_time() -> None:
    """Keys are what others wrote: five million characters are five million steps, not their square."""
    name = "a" * 5_000_000
    assert ("metadata", [name, "b"], False) == split_name(f"metadata.{name}.b")
