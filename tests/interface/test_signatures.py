"""The signatures of loaders and readers: what editors and `help()` show."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from package_source import tree_of

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES, SESSIONS

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource

LOADERS = [
    pytest.param(getattr(gf, f"{begin}_{name}"), resource, id=f"{begin}_{name}")
    for name, resource in RESOURCES.items()
    for begin in ("load", "iter")
] + [pytest.param(gf.load_sessions_with_versions, SESSIONS, id="load_sessions_with_versions")]

STORED = [
    pytest.param(getattr(gf.Mirror, f"{begin}_{name}"), resource, id=f"Mirror.{begin}_{name}")
    for name, resource in RESOURCES.items()
    for begin in ("load", "iter")
    if resource.is_mirrored
] + [
    pytest.param(gf.Mirror.join, SESSIONS, id="Mirror.join"),
    pytest.param(gf.Mirror.to_dask, SESSIONS, id="Mirror.to_dask"),
]

PAGING = ["sort", "limit", "offset", "params"]
OPTIONS = ["columns", "dtype", "schema", "on_misfit", "nested", "parse_dates", "dtype_backend", "client"]
SELECTION = ["include_removed", "as_of", "allow_incomplete"]

#: The type of an argument for each kind of filter.
KINDS = {
    "texts": str | Iterable[str] | None,
    "text": str | None,
    "flag": bool | None,
    "number": float | None,
    "integer": int | None,
    "time": str | date | np.datetime64 | None,
}


def documented(loader: Any) -> dict[str, str]:  # noqa: ANN401 - any loader
    """The arguments that a docstring explains, each with what it says, in its source: that is what editors read."""
    name = loader.__qualname__.rpartition(".")[2]
    module = tree_of(loader.__module__)
    sources = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef) and each.name == name]
    (words,) = [ast.get_docstring(each) or "" for each in sources]
    listed = words.partition("Args:\n")[2].partition("\n\nRaises:")[0]
    return dict(line.strip().split(": ", 1) for line in listed.splitlines())


@pytest.mark.parametrize(("loader", "resource"), LOADERS)
def test_signatures_name_the_filters(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """Editors and `help()` see every filter of the table by name with its type, keyword-only, and no other."""
    parameters = inspect.signature(loader).parameters
    assert [each.name for each in resource.filters] + PAGING + OPTIONS == list(parameters)
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    defaults = {name: each.default for name, each in parameters.items() if each.default is not None}
    assert defaults == {"on_misfit": "null", "nested": "columns", "dtype_backend": "numpy_nullable"}
    assert [KINDS[each.kind] for each in resource.filters] == [
        parameters[each.name].annotation for each in resource.filters
    ]


@pytest.mark.parametrize(("loader", "resource"), STORED)
def test_mirrors_signatures_agree_with_the_table(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any reader
    """What a mirror can be asked has the names, order and types that the API's filters have."""
    parameters = inspect.signature(loader).parameters
    own = ["self", "statuses", *PAGING, *OPTIONS, *SELECTION]
    shared = [name for name in parameters if name not in own]
    assert [each.name for each in resource.filters if each.name in shared] == shared
    assert [KINDS[each.kind] for each in resource.filters if each.name in shared] == [
        parameters[name].annotation for name in shared
    ]


@pytest.mark.parametrize(("loader", "resource"), [*LOADERS, *STORED])
def test_docstrings_explain_every_argument(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """Each has one line in the source, as editors show no second one; a filter's is what the table says it means."""
    said = documented(loader)
    assert [name for name in inspect.signature(loader).parameters if name != "self"] == list(said)
    meanings = {each.name: f"{each.meaning}." for each in resource.filters}
    if "mirror" in loader.__module__:  # asked of other rows, `ids` mean another error
        del meanings["ids"]
    assert {name: meanings[name] for name in said if name in meanings} == {
        name: words for name, words in said.items() if name in meanings
    }
    assert all(words.endswith(".") for words in said.values())


def test_options_are_explained_in_the_same_words() -> None:
    """What all loaders take is explained alike by all of them."""
    every = [documented(each.values[0]) for each in [*LOADERS, *STORED]]
    for name in [*PAGING, "parse_dates", "dtype_backend", "client", *SELECTION]:
        assert len({said[name] for said in every if name in said}) == 1, name


def test_an_argument_that_a_loader_does_not_have_is_named() -> None:
    """The one that was meant is suggested, an option too; nothing is asked for."""
    with pytest.raises(gf.QueryError, match=r"^unknown argument 'nestd': did you mean 'nested'\?$"):
        gf.load_sessions(nestd="json")  # type: ignore[call-arg]
    with pytest.raises(gf.QueryError, match=r"'zzz': there are ids, .*, client; pass other filters .* in params="):
        gf.load_sessions(zzz="FAILED")  # type: ignore[call-arg]
    with pytest.raises(gf.QueryError, match=r"^a mirror of sessions takes no test_ids; it takes .*, custom_ids, "):
        gf.Mirror("nowhere").load_sessions(test_ids="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes 0 positional arguments but 1 was given"):
        gf.load_sessions("version_1")  # type: ignore[call-arg]
