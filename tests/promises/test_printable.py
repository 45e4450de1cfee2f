"""Text made safe to print: quoted values and lists of names."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from galtea_frames.printable import listed, quoted


class Broken:
    """A value that cannot say what it is."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("a", "'a'", id="text"),
        pytest.param("it's", '"it\'s"', id="quote"),
        pytest.param("a\nb\u202ec\ud83d", r"'a\nb\u202ec\ud83d'", id="characters that would move the line"),
        pytest.param("x" * 101, "'" + "x" * 100 + "'…", id="long text"),
        pytest.param(None, "None", id="None"),
        pytest.param(True, "True", id="flag"),
        pytest.param(pd.NaT, "NaT", id="NaT"),
        pytest.param(1.5, "1.5", id="number"),
        pytest.param(np.array(3), "array(3)", id="an array that is one number"),
        pytest.param(["a", 1, None], "['a', 1, None]", id="list"),
        pytest.param({"b": 1, "a": {"c": 2}}, "{'b': 1, 'a': {'c': 2}}", id="dictionary, in its order"),
        pytest.param(b"ab", "b'ab'", id="bytes"),
        pytest.param([[[[[5]]]]], "[[[[[...]]]]]", id="depth"),
        pytest.param({1: {2: {3: {4: {5: 6}}}}}, "{1: {2: {3: {4: {...}}}}}", id="depth of dictionaries"),
        pytest.param(dict.fromkeys(range(21)), f"{dict.fromkeys(range(20))}"[:100] + "…", id="many keys"),
        pytest.param(pd.DataFrame({"a": [1]}), "a DataFrame", id="table"),
        pytest.param(pd.Index(["a"]), "an Index", id="Index"),
        pytest.param(np.array([1]), "an ndarray", id="array"),
        pytest.param(10**5_000, "an int", id="more digits than Python writes"),
    ],
)
def test_values_are_quoted_as_python_writes_them(value: Any, expected: str) -> None:  # noqa: ANN401 - any value
    """A short value is quoted as it is, on one line; a long one is cut, and a table named by its type."""
    assert expected == quoted(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 10_000_000, id="text"),
        pytest.param(b"x" * 10_000_000, id="bytes"),
        pytest.param(["x" * 10_000] * 10_000, id="list"),
        pytest.param({str(each): "x" * 10_000 for each in range(1_000)}, id="dictionary"),
        pytest.param(Broken(), id="an object that cannot say what it is"),
    ],
)
@pytest.mark.parametrize("most", [20, 200])
def test_quotes_are_short(value: Any, most: int) -> None:  # noqa: ANN401 - any value
    """Whatever a value holds, no more of it is quoted than was asked for."""
    assert len(quoted(value, most)) <= most + 4


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param([], "", id="none"),
        pytest.param(["a", 5], "a, 5", id="two"),
        pytest.param(["a", "b", "c"], "a, b and 1 more", id="more"),
        pytest.param(["a\n\x1b[31mb", "x" * 61], f"a \ufffd[31mb, {'x' * 60}…", id="odd and long"),
    ],
)
def test_names_are_listed_in_one_line(names: list[object], expected: str) -> None:
    """The first two of them, printable and cut, and how many follow."""
    assert expected == listed(names, 2)
