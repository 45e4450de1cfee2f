"""`columns`, `dtype` and `on_misfit`: bad values raise before any request, good ones are taken in any shape."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.pins import PINS
from galtea_frames.frames.load_joined import iterate_joined
from galtea_frames.frames.options import parse_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

LOADERS = (gf.load_sessions, gf.iter_sessions, gf.load_sessions_with_versions)
X = "metadata.x"


def refused(arguments: dict[str, Any], loader: Callable[..., Any] = gf.load_sessions) -> str:
    """Return the message with which a load is refused, in one line and before any request."""
    transport = DirectTransport([])
    with pytest.raises(gf.QueryError) as caught:
        loader(client=transport.client(), **arguments)
    assert transport.requests == []
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) <= 1_000
    return message


NO_LIST = "columns is a column or a list of columns, not "
ESCAPE = "is not a column name: a backslash escapes a dot, a backslash or *"


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param([], "columns is empty; name at least one column", id="none"),
        pytest.param((), "columns is empty", id="an empty tuple"),
        pytest.param(iter([]), "columns is empty", id="an empty iterator"),
        pytest.param(pd.Series([], dtype=object), "columns is empty", id="an empty Series"),
        pytest.param({"id", "status"}, "columns is a list, because a set has no order, not {", id="a set"),
        pytest.param(frozenset({"id"}), "because a set has no order", id="a frozenset"),
        pytest.param({"id": 1}.keys(), "because a set has no order", id="keys"),
        pytest.param({"id": 1}, NO_LIST + "{'id': 1}", id="a dict"),
        pytest.param(5, NO_LIST + "5", id="a number"),
        pytest.param(float("nan"), NO_LIST + "nan", id="NaN"),
        pytest.param(True, NO_LIST + "True", id="a truth value"),
        pytest.param(b"id", NO_LIST + "b'id'", id="bytes"),
        pytest.param(["id", None], NO_LIST, id="None in a list"),
        pytest.param(["id", b"x"], NO_LIST, id="bytes in a list"),
        pytest.param(["id", 5], NO_LIST, id="a number in a list"),
        pytest.param(pd.Series(["id", None]), NO_LIST + "a Series", id="a Series with a null"),
        pytest.param(pd.DataFrame({"a": ["id"]}), NO_LIST + "a DataFrame", id="a frame"),
        pytest.param(np.array([["id"]]), NO_LIST + "an ndarray", id="two dimensions"),
        pytest.param("", f"'' {ESCAPE}", id="no text"),
        pytest.param("statuss", "columns: unknown column 'statuss'; did you mean 'status'?", id="a slip"),
        pytest.param("createdAt", "did you mean 'created_at'?", id="the API's name"),
        pytest.param("ID", "unknown column 'ID'; did you mean 'id'?", id="capitals"),
        pytest.param("metdata.x", "did you mean 'metadata.x'?", id="a slip before a key"),
        pytest.param("facts", "pinning it: dtype={'facts': 'string'}", id="a field that is not known"),
        pytest.param("latency", "nested columns are named 'metadata.latency'", id="a key without its field"),
        pytest.param("id,status", "did you mean", id="several in one text"),
        pytest.param("status.x", "status is one column, so there is no column 'status.x'", id="below a column"),
        pytest.param("status.*", "status is one column", id="overflow of a column"),
        pytest.param("metadata.user.*", "'metadata.user' selects all below it", id="overflow of a path"),
        pytest.param("facts.*", "there is no column 'facts.*'; 'facts' selects all below it", id="overflow of a field"),
        pytest.param("*.x", rf"'*.x' {ESCAPE}; did you mean '\\*.x'?", id="below the overflow column"),
        pytest.param("metadata.\\", rf"'metadata.\\' {ESCAPE}; did you mean 'metadata.\\\\'?", id="one backslash"),
        pytest.param("metadata.\\x", f"{ESCAPE}; did you mean 'metadata.x'?", id="an escape too many"),
        pytest.param("metadata.\\u0041", f"{ESCAPE}; did you mean 'metadata.A'?", id="an escaped letter"),
        pytest.param("metadata.\ud800", ESCAPE, id="half an emoji as such"),
        pytest.param("fac\\ts.x", f"{ESCAPE}; did you mean 'facts.x'?", id="an escape too many in a field"),
        pytest.param("a\\_b_c.x", f"{ESCAPE}; did you mean 'a_b_c.x'?", id="some underscores escaped"),
        pytest.param("metadata" + ".k" * 33, "has more than 32 keys", id="33 keys"),
        pytest.param("x" * 1_000_000, "have no column", id="a million letters"),
        pytest.param("a\nb", "'a\\nb'", id="two lines"),
    ],
)
def test_bad_columns_are_refused_before_any_request(columns: object, words: str, loader: Callable[..., Any]) -> None:
    """Each mistake has its line."""
    assert words in refused({"columns": columns}, loader)


#: What callers may write, each with the dtype that an error suggests.
MEANT: list[tuple[object, str]] = [
    *((each, "Int64") for each in ("int", "int64", "INT64", "integer", " Int64", int, np.dtype("int64"), np.int64)),
    *((each, "string") for each in ("str", "text", "object", "String", "strng", str)),
    *((each, "Float64") for each in ("float", "float64", "number", float, np.float64)),
    *((each, "boolean") for each in ("bool", "Boolean", bool)),
    *((each, "datetime64[us, UTC]") for each in ("datetime", "timestamp", "datetime64[us]", np.dtype("M8[ns]"))),
    (pd.DatetimeTZDtype("ns", "UTC"), "datetime64[us, UTC]"),
    *((each, "list[string]") for each in ("list", "list[str]", list)),
    *((each, "json") for each in ("dict", "JSON", dict)),
    ("list[int64]", "list[Int64]"),
    ("epoch", "epoch_s"),
]


@pytest.mark.parametrize("name", ["user_message.a", "assistant_message.b.c"])
def test_derived_columns_have_none_below_them(name: str) -> None:
    """They are one column of text, of one dtype."""
    with pytest.raises(gf.QueryError, match=f"is one column, so there is no column '{re.escape(name)}'"):
        gf.load_inference_results(columns=[name])
    with pytest.raises(gf.QueryError, match="'user_message' is a declared column, whose dtype is fixed"):
        gf.load_inference_results(dtype={"user_message": "string"})


ONE_OF = "dtype: 'metadata.x' is one of string, Int64, Float64, boolean, category"


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        *[pytest.param({X: given}, f"did you mean {meant!r}?", id=str(given)) for given, meant in MEANT],
        *[pytest.param({X: each}, ONE_OF, id=repr(each)[:20]) for each in (None, 5, "", "Int32", ["string"], b"json")],
        pytest.param({X: "x" * 1_000_000}, ONE_OF, id="a million letters"),
        pytest.param({"a\nb": "int"}, r"dtype: 'a\nb' is one of", id="two lines"),
        pytest.param("Int64", "dtype is a dict of columns and dtypes, not 'Int64'", id="text"),
        pytest.param(["Int64"], "dtype is a dict", id="a list"),
        pytest.param({5: "Int64"}, "dtype is a dict", id="a number as name"),
        pytest.param(pd.Series({5: "Int64"}), "dtype is a dict", id="a Series of a number"),
        pytest.param(pd.Series(["Int64", "string"], index=[X, X]), f"dtype names '{X}' twice", id="a Series with two"),
        pytest.param({"status": "string"}, "'status' is a declared column, whose dtype is fixed", id="declared"),
        pytest.param({"created_at": "epoch_ms"}, "is a declared column", id="a declared time"),
        pytest.param({"removed_at": "string"}, "is a mirror's own column", id="the mirror's"),
        pytest.param({"status.x": "string"}, "status is one column", id="below a declared column"),
        pytest.param({"metadata.*": "json"}, "'metadata.*' is always JSON text", id="an overflow column"),
        pytest.param({"*": "json"}, "'*' is always JSON text", id="the overflow column"),
        pytest.param({"metadata.user.*": "json"}, "'metadata.user' selects all below it", id="overflow of a path"),
        pytest.param({"facts.*": "json"}, "'facts' selects all below it", id="overflow of a field"),
        pytest.param({"metdata.x": "json"}, "did you mean 'metadata.x'?", id="a slip"),
        pytest.param({"metadata.\\x": "json"}, ESCAPE, id="an escape too many"),
        pytest.param({"fac\\ts": "json"}, ESCAPE, id="an escape too many in a field"),
        pytest.param({"metadata" + ".k" * 33: "json"}, "has more than 32 keys", id="33 keys"),
    ],
)
def test_bad_dtypes_are_refused_before_any_request(dtype: object, words: str, loader: Callable[..., Any]) -> None:
    """Each mistake has its line, with what was most likely meant."""
    assert words in refused({"dtype": dtype}, loader)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        *[({"on_misfit": each}, "on_misfit is 'null' or 'raise', not ") for each in ("drop", None, True, ["raise"], 5)],
        ({"nested": "json", "dtype": {X: "Int64"}}, 'with nested="json" there is no column'),
        ({"nested": "json", "dtype": {"metadata": "string"}}, 'with nested="json" there is no column'),
        ({"nested": "json", "dtype": {"facts": "json"}}, 'with nested="json" there is no column'),
        ({"nested": "json", "columns": [X]}, "with nested=\"json\" there is no column 'metadata.x', only metadata"),
        ({"nested": "json", "columns": ["metadata.*"]}, 'with nested="json" there is no column'),
        ({"nested": "both", "dtype": {"metadata": "json"}}, "pin columns below metadata only"),
        ({"nested": "both", "dtype": {"facts.x": "json"}}, "pin columns below metadata only"),
        ({"parse_dates": [X], "dtype": {X: "string"}}, "'metadata.x' is pinned; leave it out of one of the two"),
        ({"parse_dates": [X], "columns": ["id"]}, "parse_dates: columns leaves out 'metadata.x'"),
        ({"parse_dates": "created_at", "columns": [X]}, "parse_dates: columns leaves out 'created_at'"),
        ({"parse_dates": "created_at", "columns": {"id"}}, "because a set has no order"),
        ({"schema": "x.toml", "columns": ["id"]}, "schema names the columns and their dtypes; leave out columns"),
        ({"schema": "x.toml", "dtype": {X: "Int64"}}, "schema names the columns and their dtypes; leave out dtype"),
    ],
)
def test_contradictions_are_refused_before_any_request(arguments: dict[str, Any], words: str) -> None:
    """Arguments that cannot both be met."""
    assert words in refused(arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"columns": ["version.nam"]}, "did you mean 'version.name'?"),
        ({"columns": ["version.foo"]}, "versions have no column 'version.foo'; a field that the API does not document"),
        ({"columns": ["version."]}, ESCAPE),
        ({"dtype": {"version.name": "string"}}, "'version.name' is a declared column"),
        ({"dtype": {"version.x": "int"}}, "dtype: 'version.x' is one of"),
        ({"parse_dates": "version.created_at", "columns": ["id"]}, "columns leaves out 'version.created_at'"),
        ({"parse_dates": "version.x", "dtype": {"version.x": "string"}}, "'version.x' is pinned"),
    ],
)
def test_columns_of_versions_are_checked_under_their_names(arguments: dict[str, Any], words: str) -> None:
    """What is wrong with a column of versions is said with its prefix."""
    assert words in refused(arguments, gf.load_sessions_with_versions)
    with pytest.raises(gf.QueryError, match=re.escape(words)):
        next(iterate_joined({"client": DirectTransport([]).client(), **arguments}))


@pytest.mark.parametrize(
    "columns",
    [
        ["id", X],
        ("id", X),
        ["id", X, "id"],
        iter(["id", X]),
        (name for name in ("id", X)),
        pd.Index(["id", X]),
        pd.Series(["id", X]),
        pd.Series(["id", X], index=[7, 7]),
        pd.array(["id", X], dtype="string"),
        pd.Categorical(["id", X]),
        np.array(["id", X]),
        np.array(["id", X], dtype=object),
        [np.str_("id"), X],
    ],
    ids=lambda each: type(each).__name__,
)
def test_columns_in_any_shape(columns: object) -> None:
    """Lists, iterators, pandas and numpy: the names, each once, in order, as plain text."""
    _, options = parse_arguments(SESSIONS, {"columns": columns})
    assert options.contract.names == ("id", X)
    assert {type(name) for name in options.contract.names or ()} == {str}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (pd.Int64Dtype(), "Int64"),
        (pd.Float64Dtype(), "Float64"),
        (pd.BooleanDtype(), "boolean"),
        (pd.StringDtype("pyarrow"), "string"),
        (pd.CategoricalDtype(), "category"),
        (pd.DatetimeTZDtype("us", "UTC"), "datetime64[us, UTC]"),
        (np.str_("Int64"), "Int64"),
        *[(name, name) for name in PINS],
    ],
    ids=str,
)
def test_dtypes_as_pandas_writes_them(value: object, name: str) -> None:
    """A dict or a Series of names or of pandas' own dtypes."""
    for dtype in ({X: value}, pd.Series({X: value}, dtype=object)):
        _, options = parse_arguments(SESSIONS, {"dtype": dtype})
        assert options.contract.dtypes == {X: name}
        assert type(options.contract.dtypes[X]) is str
    assert json.dumps(dict(options.contract.dtypes)) == json.dumps({X: name})


def test_nothing_given_is_no_contract() -> None:
    """None, an empty dict and an empty Series pin nothing."""
    nothing: tuple[object, ...] = (None, {}, pd.Series([], dtype=object))
    for dtype in nothing:
        _, options = parse_arguments(VERSIONS, {"dtype": dtype, "columns": None})
        assert (options.contract.dtypes, options.contract.names) == ({}, None)


@pytest.mark.parametrize(
    "name",
    ["run_id", "*", "metadata.*", r"metadata.a\.b", r"metadata.\*", r"a\_b.x", r"\*.x", r"\ud800.x", "run.x"],
)
def test_names_that_a_row_may_have(name: str) -> None:
    """Known fields, overflow columns and escaped keys are taken."""
    _, options = parse_arguments(SESSIONS, {"columns": [name]})
    assert options.contract.names == (name,)


def test_a_field_is_selected_by_pinning_it() -> None:
    """A field that the API does not document may be chosen if it has a dtype."""
    for dtype in ({"facts": "json"}, {"facts.x": "Int64"}):
        _, options = parse_arguments(SESSIONS, {"columns": ["facts"], "dtype": dtype})
        assert options.contract.names == ("facts",)


def test_a_schema_names_typed_columns_only() -> None:
    """JSON text has no columns that a schema could name."""
    schema = gf.Schema("sessions", {"id": "string"})
    with pytest.raises(gf.QueryError, match=r"leave out nested"):
        gf.load_sessions(schema=schema, nested="json", client=DirectTransport([]).client())


def test_keys_that_no_struct_can_name_and_rare_keys_beside_chosen_ones() -> None:
    """Each is found where it is chosen, and no other key of its object appears."""
    objects: list[dict[str, Any]] = [{'q"x': n, "a": n, "b": n} for n in range(9)]
    objects[4]["rare"] = {"c": 1}
    rows = [{"id": f"s{n}", "createdAt": "2026-03-01T10:00:00.000Z", "metadata": objects[n]} for n in range(9)]
    client = DirectTransport(rows).client()
    chosen = gf.load_sessions(columns=['metadata.q"x', "metadata.a"], client=client)
    assert [*range(9)] == chosen['metadata.q"x'].tolist() == chosen["metadata.a"].tolist()
    schema = gf.Schema("sessions", {"metadata": "json", "metadata.a": "Int64"})
    exact = gf.load_sessions(schema=schema, client=client)
    assert ["metadata", "metadata.a"] == list(exact.columns)
    assert [*range(9)] == exact["metadata.a"].tolist()
