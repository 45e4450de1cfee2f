"""Type annotations cover the whole public interface."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import galtea_frames as gf
from galtea_frames import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

TREE = ast.parse((Path(__file__).parent / "typing_api.py").read_text(encoding="utf-8"))

CLASSES = [gf.Client, gf.Comparison, gf.Mirror, gf.MirrorInfo, gf.Report, gf.SyncResult]

#: What takes arguments that no other takes; those of the iterators, joins and `to_dask` are the loaders' own.
FUNCTIONS = [
    gf.Client,
    gf.load_sessions,
    gf.load_versions,
    gf.join_sessions_versions,
    gf.to_records,
    gf.write_parquet,
    gf.read_parquet,
    gf.Mirror,
    gf.Mirror.sync,
    gf.Mirror.load_sessions,
    gf.build_report,
    gf.compare_versions,
    sample.serve,
]


def used_names() -> set[str]:
    """The names after a dot in `tests/interface/typing_api.py`."""
    return {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}


def calls_of(name: str) -> Iterator[ast.Call]:
    """The calls of a function or method in `tests/interface/typing_api.py`."""
    for node in ast.walk(TREE):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


@pytest.mark.parametrize("module", [gf, sample], ids=["galtea_frames", "sample"])
def test_every_public_name_has_a_type(module: Any) -> None:  # noqa: ANN401 - a module
    """Each name of `__all__` is used where type checkers look."""
    assert set(module.__all__) - used_names() == set()


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_member_has_a_type(kind: type) -> None:
    """Each public method, property and field of what users hold is used there."""
    members = {name for name in vars(kind) if not name.startswith("_")}
    members |= {each.name for each in fields(kind)} if is_dataclass(kind) else set()
    assert members - used_names() == set()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_every_argument_has_a_type(function: Any) -> None:  # noqa: ANN401 - any callable
    """Each argument is given there, by its place or its name, whichever of the functions with its name it is of."""
    parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    placed = [each.name for each in parameters if each.kind == inspect.Parameter.POSITIONAL_OR_KEYWORD]
    given = set()
    for call in calls_of(function.__name__):
        given |= {keyword.arg for keyword in call.keywords} | set(placed[: len(call.args)])
    assert {each.name for each in parameters} - given == set()


def test_the_package_says_that_it_is_typed() -> None:
    """Without its marker, type checkers take the package for untyped."""
    assert (Path(gf.__file__).parent / "py.typed").is_file()


def test_every_wrong_use_is_one_for_both_type_checkers() -> None:
    """A line that must be an error names the error of mypy and of pyright."""
    lines = (Path(__file__).parent / "typing_api.py").read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if "# type: ignore" in line or "# pyright: ignore" in line]
    assert len(wrong) > 40
    assert [line for line in wrong if "# type: ignore[" not in line or "# pyright: ignore[report" not in line] == []
