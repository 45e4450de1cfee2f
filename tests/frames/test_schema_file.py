"""Schemas: of frames, in files, as Arrow, and what drifts from them."""

from __future__ import annotations

import copy
import json
import os
import pickle
import stat
import warnings
from itertools import chain
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from direct_transport import DirectTransport
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_pages import Record, records

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.pins import PINS
from galtea_frames.files.parquet import write_frames
from galtea_frames.frames.load import iterate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from galtea_frames.frames.frame import DtypeBackend

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")

BACKENDS: list[DtypeBackend] = ["numpy_nullable", "pyarrow"]

#: A value for each dtype, under which name it is in `metadata`.
EXAMPLES: dict[str, Any] = {
    "string": "a",
    "Int64": 5,
    "Float64": 1.5,
    "boolean": True,
    "category": "gold",
    "datetime64[us, UTC]": "2026-01-01T00:00:00.000Z",
    "epoch_s": 1_767_225_600,
    "epoch_ms": 1_767_225_600_000,
    "list[string]": ["a", None],
    "list[Int64]": [1],
    "list[Float64]": [0.5],
    "list[boolean]": [],
    "json": {"a": [1]},
}
PINNED = {f"metadata.{number}": dtype for number, dtype in enumerate(EXAMPLES)}


def rows(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return records with these fields."""
    return [
        {"id": f"s{n}", "status": "FAILED", "createdAt": f"2026-03-01T{n // 60:02}:{n % 60:02}:00.000Z", **each}
        for n, each in enumerate(fields)
    ]


def load(*fields: dict[str, Any], **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - a loader's arguments
    """Return a frame of records with these fields."""
    return gf.load_sessions(client=DirectTransport(rows(*fields)).client(), **arguments)


def full() -> dict[str, Any]:
    """A record with a value for each dtype."""
    return {"metadata": {str(number): value for number, value in enumerate(EXAMPLES.values())}}


# -- of a frame --


def is_servable(sent: list[Record]) -> bool:
    """Tell whether the sample API can send these records."""
    try:
        json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return True


@pytest.mark.uncounted
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
@given(sent=st.lists(records(), max_size=4).filter(is_servable), backend=st.sampled_from(BACKENDS))
def test_a_schema_gives_back_the_frame_that_it_is_of(
    sent: list[Record], backend: DtypeBackend, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For any records, or none: the same columns, dtypes and values, and files that have its Arrow schema."""
    folder = tmp_path_factory.mktemp("schema")
    client = DirectTransport([each | row for each, row in zip(sent, rows(*[{}] * len(sent)), strict=True)]).client()
    frame = gf.load_sessions(client=client, dtype_backend=backend)
    schema = gf.Schema.of(frame)
    assert schema == gf.Schema.of(gf.load_sessions(client=client))
    schema.write(folder / "s.toml")
    assert schema == gf.Schema.read(folder / "s.toml")
    again = gf.load_sessions(client=client, dtype_backend=backend, schema=folder / "s.toml")
    pd.testing.assert_frame_equal(frame, again)
    assert schema == gf.Schema.of(again)
    drift = schema.check(frame)
    assert drift == schema.check(again)
    declared = {column.name for column in SESSIONS.columns if column.kind != "object"}
    assert [] == [*drift.new_paths, *drift.vanished_paths, *drift.changed_dtypes, *drift.new_statuses]
    assert set(drift.misfits) <= declared  # which no schema changes
    none = gf.load_sessions(client=client, dtype_backend=backend, schema=schema, limit=0)
    assert again.dtypes.equals(none.dtypes)
    for each in (again, none):
        gf.write_parquet(each, folder / "f.parquet")
        assert schema.to_arrow().equals(pq.read_schema(folder / "f.parquet"))
        pd.testing.assert_frame_equal(each, gf.read_parquet(folder / "f.parquet"))


def test_the_schema_of_a_frame_names_declared_pinned_and_inferred_dtypes() -> None:
    """Pins stay what they are, also those whose column has another dtype; times that were parsed become pins."""
    pins = {"metadata.e": "epoch_ms", "metadata.c": "category", "metadata.j": "json"}
    sent = {"metadata": {"e": 1, "c": "a", "j": 1, "t": "2026-01-01T00:00:00Z", "n": None, "l": []}, "isNew": 1}
    frame = load(sent, dtype=pins, parse_dates="metadata.t")
    expected = pins | {
        "id": "string",
        "status": "category",
        "created_at": "datetime64[us, UTC]",
        "metadata.t": "datetime64[us, UTC]",
        "metadata.n": "string",
        "metadata.l": "list[string]",
        "is_new": "Int64",
    }
    schema = gf.Schema.of(frame)
    assert expected == {name: schema.columns[name] for name in expected}
    assert list(frame.columns) == list(schema.columns)
    assert {**pins, "metadata.t": "datetime64[us, UTC]"}.items() <= schema.dtype.items()
    assert "id" not in schema.dtype


def test_a_pin_that_no_longer_holds_is_not_believed() -> None:
    """Attrs pass through files, and anyone can change them and the columns."""
    frame = load({"metadata": {"a": 1}}, dtype={"metadata.a": "epoch_ms"})
    frame["metadata.a"] = pd.array([5], "Int64")
    assert "Int64" == gf.Schema.of(frame).columns["metadata.a"]
    frame.attrs["galtea_frames"] |= {"dtype": {"metadata.a": 5}, "json_columns": 7, "misfits": {"id": "many"}}
    assert "Int64" == gf.Schema.of(frame).columns["metadata.a"]


def test_columns_of_a_caller_have_the_nearest_dtype() -> None:
    """Narrower numbers, NumPy's dtypes and text objects are what a load would give."""
    frame = load({})
    frame["metadata.a"] = np.array([1], "int8")
    frame["metadata.b"] = np.array([1.5], "float32")
    frame["metadata.c"] = pd.Series(["x"], dtype=object)
    frame["metadata.d"] = [[1, 2]]
    frame["metadata.e"] = True
    schema = gf.Schema.of(frame)
    assert ["Int64", "Float64", "string", "list[Int64]", "boolean"] == [
        schema.columns[f"metadata.{n}"] for n in "abcde"
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.to_dict(), "a schema is of a DataFrame, not {"),
        (lambda _: pd.DataFrame({"id": ["a"]}), "the frame does not say which list it is of; pass a frame of a load"),
        (lambda _: load({}, nested="json"), "the frame has nested='json'; load it with nested=\"columns\""),
        (lambda frame: frame.rename(columns={"id": 5}), "columns need distinct names of text"),
        (lambda frame: frame[["id", "id"]], "columns need distinct names of text"),
        (lambda frame: frame.assign(x=[1 + 1j]), "column 'x' has values that no loader returns (complex128)"),
        (lambda frame: frame.assign(**{"metadata.a\\b": 1}), "is not a column name: a backslash escapes a dot"),
        (lambda frame: frame.assign(created_at="now"), "the dtype of 'created_at' is always datetime64[us, UTC], not"),
        (lambda frame: frame.iloc[:, :0], "a schema has at least one column"),
    ],
)
def test_what_no_load_gives_has_no_schema(change: Callable[[pd.DataFrame], Any], message: str) -> None:
    """The error says what is wrong in one line."""
    changed = change(load({}))
    with pytest.raises(gf.SchemaError) as caught:
        gf.Schema.of(changed)
    assert message in str(caught.value)


# -- the value --


def test_schemas_compare_by_list_columns_order_and_statuses() -> None:
    """They can be keys, and survive copies and other processes."""
    one = gf.Schema("sessions", {"id": "string", "status": "category"})
    assert one == gf.Schema("sessions", {"id": "string", "status": "category"}, ["PENDING", "COMPLETED", "FAILED"])
    others = [
        gf.Schema("sessions", {"status": "category", "id": "string"}),
        gf.Schema("sessions", {"id": "string", "status": "category"}, ["FAILED"]),
        gf.Schema("sessions", {"id": "string"}),
        gf.Schema("versions", {"id": "string"}),
    ]
    assert 5 == len({one, *others, copy.deepcopy(one), pickle.loads(pickle.dumps(one))})  # noqa: S301 - our own
    assert one != "sessions"
    assert "<Schema of sessions: 2 columns>" == repr(one)
    assert () == others[2].statuses == others[3].statuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluation", {"id": "string"}), "not of 'evaluation'; did you mean 'evaluations'?"),
        ((5, {"id": "string"}), "not of 5"),
        (("sessions", {}), "a schema has at least one column"),
        (("sessions", "id"), "a schema has at least one column"),
        (("sessions", {"metadata.a": "int"}), "dtype: 'metadata.a' is one of string, Int64"),
        (("sessions", {"metadata.a": 5}), "not 5"),
        (("sessions", {"id": "Int64"}), "the dtype of 'id' is always string, not Int64"),
        (("joined", {"version.id": "Int64"}), "the dtype of 'version.id' is always string, not Int64"),
        (("sessions", {"metadata.*": "string"}), "the dtype of 'metadata.*' is always json, not string"),
        (("sessions", {"id.x": "string"}), "id is one column, so there is no column 'id.x'"),
        (("joined", {"version.id.x": "string"}), "version.id is one column, so there is no column 'version.id.x'"),
        (("sessions", {"": "string", "metadata.a\\b": "string"}), "is not a column name"),
        (("sessions", {"id": "string"}, "FAILED"), "statuses is a list of text, not 'FAILED'"),
        (("sessions", {"id": "string"}, [5]), "statuses is a list of text, not [5]"),
    ],
)
def test_an_invalid_schema_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    """In one line that says what is wrong."""
    with pytest.raises(gf.SchemaError) as caught:
        gf.Schema(*arguments)
    assert message in str(caught.value)


def test_a_schema_prints_as_a_table() -> None:
    """In a terminal and in a notebook, with what the frame held."""
    schema = gf.Schema.of(load({"metadata": {"a": "<b>"}}, {}, columns=["id", "metadata.a"]))
    assert (
        "path        type    filled  example\nid          string  100 %   s0\nmetadata.a  string  50 %    <b>"
        == str(schema)
    )
    assert "<td>metadata.a</td><td>string</td><td>50 %</td><td>&lt;b&gt;</td>" in schema._repr_html_()
    bare = gf.Schema("sessions", {"id": "string"})
    assert "path  type    filled  example\nid    string" == str(bare)
    columns = [{"path": "id", "type": "string", "filled": None, "example": None}]
    assert {"list": "sessions", "statuses": [], "columns": columns} == bare.to_dict()


# -- files --


def test_the_file_is_made_for_people(tmp_path: Path) -> None:
    """A header, then one line per column; the same schema gives the same file."""
    emoji = "half \ud83d \u202e\n" + "x" * 100
    sent = [{"metadata": {"a.b": n, 'q"': n, "z\u202e": n, "e": emoji}} for n in range(300)]
    frame = load(*(each for each in sent[:60]), {"metadata": {"rare": "gsk_0123456789abcdefghij"}})
    schema = gf.Schema.of(frame)
    schema.write(tmp_path / "s.toml")
    text = (tmp_path / "s.toml").read_text("utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("# A schema of galtea_frames")
    assert '#   "metadata.*" = "json"' in lines
    assert ["format = 1", 'list = "sessions"', 'statuses = ["PENDING", "COMPLETED", "FAILED"]'] == [
        line for line in lines if " = " in line and not line.startswith(("#", '"', "'"))
    ]
    assert '"id" = "string"   # 100 % filled, e.g. s0' in lines
    assert "'metadata.a\\.b' = \"Int64\"   # 98 % filled, e.g. 0" in lines
    assert '"metadata.q\\"" = "Int64"   # 98 % filled, e.g. 0' in lines
    assert '"metadata.z\\U0000202e" = "Int64"   # 98 % filled, e.g. 0' in lines
    assert '"metadata.rare" = "string"   # 2 % filled, e.g. gsk_…' in lines
    assert '"error" = "string"   # never filled' in lines
    assert all(len(line) < 120 and line.isprintable() for line in lines)
    gf.Schema.of(frame).write(tmp_path / "t.toml")
    assert text == (tmp_path / "t.toml").read_text("utf-8")
    assert schema == gf.Schema.read(str(tmp_path / "s.toml"))


@pytest.mark.parametrize(
    ("filled", "words"), [(1, "1 %"), (999, "99 %"), (1_000, "100 %"), (500, "50 %"), (0, "never")]
)
def test_shares_are_not_rounded_to_all_or_nothing(filled: int, words: str) -> None:
    """A single null shows, and so does a single value."""
    frame = load({})
    many = pd.DataFrame({"metadata.a": pd.array(["x"] * filled + [None] * (1_000 - filled), "string")})
    many.attrs = frame.attrs
    assert words == gf.Schema.of(many).seen["metadata.a"].percent


def test_a_schema_without_rows_has_no_comments(tmp_path: Path) -> None:
    """Nothing was seen."""
    gf.Schema.of(load()).write(tmp_path / "s.toml")
    assert "filled" not in (tmp_path / "s.toml").read_text("utf-8")


def test_a_file_edited_by_hand_is_read(tmp_path: Path) -> None:
    """Bare keys, other quotes, no statuses, a byte order mark."""
    text = "\ufefflist = 'versions'\nformat = 1\n[columns]\nid = 'string' # mine\n\"facts.a\" = 'json'\n"
    (tmp_path / "s.toml").write_text(text, "utf-8")
    assert gf.Schema("versions", {"id": "string", "facts.a": "json"}) == gf.Schema.read(tmp_path / "s.toml")
    gf.Schema("versions", {"id": "string"}).write(tmp_path / "s.toml")
    assert gf.Schema("versions", {"id": "string"}) == gf.Schema.read(tmp_path / "s.toml")


HEAD = 'format = 1\nlist = "sessions"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns", "not valid TOML: "),
        ("a = " + "[" * 100_000, "not valid TOML: "),
        ("a = 1\na = 2\n", "not valid TOML: "),
        ("", "not a schema: there is no line 'format = 1'"),
        ("format = 'x'", "not a schema: there is no line 'format = 1'"),
        ("format = true", "not a schema: there is no line 'format = 1'"),
        ("format = 0", "not a schema: there is no line 'format = 1'"),
        ("format = 2\nx = 1", "written by a newer release, in format 2; update galtea_frames"),
        (HEAD + "colums = 1", "unknown entry 'colums'; a schema has format, list, statuses, columns"),
        ("format = 1\n[columns]\nid = 'string'", 'no list is named; add a line such as list = "sessions"'),
        (HEAD, "there is no table [columns]"),
        (HEAD + "[columns]\n", "a schema has at least one column"),
        (HEAD + "[columns]\nmetadata.a = 'Int64'", 'names with dots need quotes: "metadata.a"'),
        (HEAD + "[columns]\nmetadata = {}", 'names with dots need quotes: "metadata.…"'),
        (HEAD + "[columns]\nid = 5", "the type of 'id' is text such as \"Int64\", not 5"),
        (HEAD + "[columns]\nid = 'Int64'", "the dtype of 'id' is always string, not Int64"),
        (HEAD + "[columns]\n'metadata.a' = 'Int46'", "did you mean 'Int64'?"),
        (HEAD + "statuses = 5\n[columns]\nid = 'string'", "statuses is a list of text, not 5"),
        ("format = 1\nlist = 'scores'\n[columns]\nid = 'string'", "not of 'scores'"),
        (HEAD + "#" * 1_000_000, "is larger than 1,000,000 bytes"),
        (HEAD + "\x00", "not valid TOML: "),
    ],
)
def test_a_file_that_is_no_schema_is_refused_before_any_request(tmp_path: Path, text: str, message: str) -> None:
    """In one line with the path, by `read` and by every load."""
    path = tmp_path / "s.toml"
    path.write_text(text, "utf-8")
    server = DirectTransport(rows({}))
    for read in (gf.Schema.read, lambda path: gf.load_sessions(schema=path, client=server.client())):
        with pytest.raises(gf.SchemaError) as caught:
            read(path)
        assert str(path) in str(caught.value)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    assert [] == server.requests


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: None, "no such file or directory"),
        (lambda path: path.mkdir(), "is a folder, not a regular file"),
        (os.mkfifo, "is a pipe, not a regular file"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8 text: byte 1 cannot be read"),
    ],
    ids=["missing", "folder", "pipe", "binary"],
)
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], object], reason: str) -> None:
    """By `read` at once, and by `write` unless there is nothing yet."""
    path = tmp_path / "s.toml"
    make(path)
    with pytest.raises(gf.SchemaError, match=f"^cannot read the schema .*s.toml: {reason}$"):
        gf.Schema.read(path)
    schema = gf.Schema("sessions", {"id": "string"})
    if path.exists():
        with pytest.raises(gf.SchemaError, match=f"^cannot write the schema .*s.toml: {reason}$"):
            schema.write(path)
    else:
        schema.write(path)
        assert schema == gf.Schema.read(path)


def test_only_a_schema_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    """Also one that an edit broke, through a link, and an empty file; nothing is left beside it."""
    schema = gf.Schema("sessions", {"id": "string"})
    path, link = tmp_path / "deep" / "s.toml", tmp_path / "link.toml"
    schema.write(path)
    path.chmod(0o640)
    path.write_text(path.read_text("utf-8") + "= broken", "utf-8")
    link.symlink_to(path)
    schema.write(link)
    assert schema == gf.Schema.read(path)
    assert link.is_symlink()
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == list(path.parent.iterdir())
    path.write_text("", "utf-8")
    schema.write(path)
    for other in ("[tool]\n", "mine", HEAD):
        path.write_text(other, "utf-8")
        with pytest.raises(gf.SchemaError, match=r"is a file of another kind; delete it first, or name another file$"):
            schema.write(path)
        assert other == path.read_text("utf-8")


@pytest.mark.parametrize("path", ["s3://bucket/s.toml", "-", ""])
def test_schemas_are_local_files(path: str) -> None:
    """Any other address is refused, and makes no folder."""
    with pytest.raises(gf.SchemaError, match=r"is not the name of a local file$"):
        gf.Schema("sessions", {"id": "string"}).write(path)


def test_a_path_is_text() -> None:
    """Anything else is refused by all that take one."""
    with pytest.raises(gf.SchemaError, match=r"^the path of a schema is text or a pathlib\.Path, not 5$"):
        gf.Schema.read(5)  # type: ignore[arg-type]
    with pytest.raises(gf.QueryError, match=r"^schema is a Schema or the path of its file, not 5$"):
        gf.load_sessions(schema=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["no\0name", "file/s.toml"])
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    """In one line, without a traceback of the system."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(gf.SchemaError, match=r"^cannot write the schema "):
        gf.Schema("sessions", {"id": "string"}).write(tmp_path / name)


def test_a_folder_without_rights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is written."""

    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("galtea_frames.small_files.check_writable", refuse)
    with pytest.raises(gf.SchemaError, match=r"s\.toml: permission denied$"):
        gf.Schema("sessions", {"id": "string"}).write(tmp_path / "s.toml")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""
    gf.Schema("sessions", {"id": "string"}).write(tmp_path / "s.toml")
    before = (tmp_path / "s.toml").read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(gf.SchemaError, match=r"s.toml: no space left on device$"):
        gf.Schema("sessions", {"custom_id": "string"}).write(tmp_path / "s.toml")
    assert before == (tmp_path / "s.toml").read_bytes()
    assert [tmp_path / "s.toml"] == list(tmp_path.iterdir())


# -- loads --


def test_a_schema_of_another_list_is_refused() -> None:
    """By each loader, and next to arguments that it replaces."""
    schema = gf.Schema("joined", {"id": "string"})
    client = DirectTransport([]).client()
    with pytest.raises(gf.SchemaError, match=r"^this is a schema of joined; sessions need one of sessions$"):
        gf.load_sessions(schema=schema, client=client)
    with pytest.raises(
        gf.SchemaError, match=r"^this is a schema of versions; sessions with their versions need one of"
    ):
        gf.load_sessions_with_versions(schema=gf.Schema("versions", {"id": "string"}), client=client)
    with pytest.raises(gf.QueryError, match=r"^schema names the columns and their dtypes; leave out dtype$"):
        gf.load_sessions_with_versions(schema=schema, dtype={"metadata.a": "Int64"}, client=client)


@pytest.mark.parametrize("backend", BACKENDS)
def test_joined_frames_have_a_schema(tmp_path: Path, backend: DtypeBackend) -> None:
    """Of both lists, with names that the join escapes, an escaped field of its own, and misfits of versions."""
    sessions = rows({"versionId": "v1", "version": {"a": 1}, "metadata": {"m": 1}}, {"metadata": {"m": "x"}})
    versions = [
        {"id": "v1", "createdAt": "2026-01-01T00:00:00.000Z", "facts": {"n": 5, "t": "a", "m": [1, "a"]}, "number": 3}
    ]
    transport = DirectTransport(sessions, versions)
    client, mirror = transport.client(), gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    frame = gf.load_sessions_with_versions(client=client, dtype_backend=backend)
    schema = gf.Schema.of(frame)
    assert schema == gf.Schema.of(mirror.join())
    assert "joined" == schema.resource
    expected = {"version.facts.n": "Int64", r"version\.a": "Int64", "metadata.m": "json", "version.facts.m": "json"}
    assert expected.items() <= schema.columns.items()
    schema.write(tmp_path / "s.toml")
    for again in (
        gf.load_sessions_with_versions(client=client, dtype_backend=backend, schema=tmp_path / "s.toml"),
        mirror.join(schema=schema, dtype_backend=backend),
    ):
        pd.testing.assert_frame_equal(frame, again)
        assert not schema.check(again)
    columns = {**schema.columns, "version.facts.t": "Int64", "version.*": "json", "version.nope": "Int64"}
    narrow = gf.Schema("joined", columns, schema.statuses)
    drift = narrow.check(gf.load_sessions_with_versions(client=client, schema=narrow))
    assert (1, '"a"') == (drift.misfits["version.facts.t"].count, drift.misfits["version.facts.t"].example)
    assert ["version.nope"] == list(drift.vanished_paths)


def test_a_schema_selects_a_field_of_sessions_that_is_named_version() -> None:
    """Without a schema, the name stands for all columns of versions."""
    sessions = rows({"versionId": "v1", "version": 5})
    client = DirectTransport(sessions, [{"id": "v1", "createdAt": "2026-01-01T00:00:00.000Z", "name": "n"}]).client()
    schema = gf.Schema("joined", {"version.name": "string", "version": "Int64"})
    frame = gf.load_sessions_with_versions(client=client, schema=schema)
    assert {"version.name": ["n"], "version": [5]} == frame.to_dict("list")


def test_known_statuses_are_categories_without_a_warning() -> None:
    """Those of a schema are members in every week; others are added, and warned of."""
    schema = gf.Schema("sessions", {"status": "category"}, ["FAILED", "PAUSED"])
    sent = rows({"status": "PAUSED"}, {"status": "FAILED"})
    frames = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", gf.UnknownStatusWarning)
        frames = [
            gf.load_sessions(schema=schema, client=DirectTransport(each).client()) for each in (sent, sent[1:], [])
        ]
    members = ["PENDING", "COMPLETED", "FAILED", "PAUSED"]
    assert [members] * 3 == [frame["status"].cat.categories.tolist() for frame in frames]
    assert tuple(members) == gf.Schema.of(frames[1]).statuses
    with pytest.warns(gf.UnknownStatusWarning):
        gf.load_sessions(schema=schema, client=DirectTransport(rows({"status": "ODD"})).client())


def test_an_overflow_column_is_there_without_misfits() -> None:
    """As null JSON text, which is no absent column; and holds misfits where there are some."""
    schema = gf.Schema("sessions", {"id": "string", "metadata.a": "Int64", "metadata.*": "json", "*": "json"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = load({"metadata": {"a": 1}}, schema=schema)
    assert [None, None] == [None if frame[each].isna().all() else 1 for each in ("metadata.*", "*")]
    assert [] == frame.attrs["galtea_frames"]["absent_columns"]
    assert schema == gf.Schema.of(frame)
    assert ['{"a":"x"}'] == load({"metadata": {"a": "x"}}, schema=schema)["metadata.*"].tolist()


def test_a_field_with_a_name_close_to_a_declared_one_is_loaded() -> None:
    """A schema is no place for typos: its names are those of a frame."""
    frame = load({"userIds": 5, "": 1})
    schema = gf.Schema.of(frame)
    pd.testing.assert_frame_equal(frame, load({"userIds": 5, "": 1}, schema=schema))


# -- files of frames --


def weeks() -> list[list[dict[str, Any]]]:
    """Weeks of different contents: plain, many members of a category, hostile, and none."""
    many = [{"metadata": {"4": f"member {n}"}} for n in range(60)]
    hostile = [{"metadata": {str(number): value}} for number in range(len(EXAMPLES)) for value in (None, "x", {"a": 1})]
    return [[full(), {}], many, hostile, []]


@pytest.mark.parametrize("backend", BACKENDS)
def test_files_of_any_week_have_one_arrow_schema(tmp_path: Path, backend: DtypeBackend) -> None:
    """For every dtype, both backends, streams and partitioned datasets; DuckDB, Polars and Arrow read them together."""
    assert set(EXAMPLES) == set(PINS)
    schema = gf.Schema(
        "sessions", {"id": "string", "status": "category", "created_at": "datetime64[us, UTC]", **PINNED}
    )
    expected = schema.to_arrow()
    frames = []
    for number, week in enumerate(weeks()):
        frames.append(frame := load(*week, schema=schema, dtype_backend=backend))
        path = tmp_path / f"{number}.parquet"
        gf.write_parquet(frame, path)
        pd.testing.assert_frame_equal(frame, gf.read_parquet(path))
        assert expected.equals(pq.read_schema(path))
        gf.write_parquet(frame, tmp_path / f"dataset {number}", partition_by="status")
        for file in (tmp_path / f"dataset {number}").rglob("*.parquet"):
            assert expected.remove(1).equals(pq.read_schema(file))
        pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / f"dataset {number}"))
        assert list(expected.names) == pa.Table.from_pandas(frame, schema=expected, preserve_index=False).column_names
        assert [str(dtype) for dtype in frame.dtypes] == [str(dtype) for dtype in frames[0].dtypes]
    files = sorted(map(str, tmp_path.glob("*.parquet")))
    rows = sum(map(len, frames))
    assert rows == ds.dataset(files).to_table().num_rows
    assert expected.equals(ds.dataset(files).schema)
    assert rows == pl.scan_parquet(files).collect().height
    assert rows == len(duckdb.read_parquet(files).fetchall())


def test_a_category_of_many_members_is_text(tmp_path: Path) -> None:
    """No number of members changes the type: pandas counts them with one byte up to 127."""
    schema = gf.Schema("sessions", {"metadata.c": "category"})
    sent = [{"id": f"s{n}", "createdAt": "2026-03-01T10:00:00.000Z", "metadata": {"c": f"m{n}"}} for n in range(300)]
    frame = gf.load_sessions(schema=schema, client=DirectTransport(sent).client())
    gf.write_parquet(frame, tmp_path / "f.parquet")
    assert schema.to_arrow().equals(pq.read_schema(tmp_path / "f.parquet"))
    pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / "f.parquet"))


def test_streamed_files_have_the_schema_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frame by frame, as `export` writes them."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 2)
    schema = gf.Schema("sessions", {"id": "string", **PINNED})
    week = [full(), {}, {"metadata": {"4": "silver"}}]
    frames = iterate(SESSIONS, {"schema": schema, "client": DirectTransport(rows(*week)).client()})
    first = next(frames)
    write_frames(chain([first], frames), 3, tmp_path / "f.parquet")
    assert schema.to_arrow().equals(pq.read_schema(tmp_path / "f.parquet"))


def test_text_is_stored_alike_by_both_backends(tmp_path: Path) -> None:
    """And read as it was: dtypes of Arrow stay `string`, those of pandas theirs."""
    frame = pd.DataFrame({"a": pd.array(["x", None], "string[pyarrow]"), "b": pd.array(["x"] * 2, "string[python]")})
    frame["c"] = frame["a"].astype(pd.ArrowDtype(pa.string()))
    frame["d"] = frame["a"].astype(pd.ArrowDtype(pa.large_string()))
    gf.write_parquet(frame, tmp_path / "f.parquet")
    assert {pa.large_string()} == set(pq.read_schema(tmp_path / "f.parquet").types)
    pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / "f.parquet"))


# -- drift --


def test_a_frame_that_fits_does_not_drift() -> None:
    """Also if its columns have other dtypes that fit, or it has no rows."""
    columns = {"id": "string", "metadata.a": "Float64", "metadata.b": "string", "metadata.j": "json"}
    schema = gf.Schema("sessions", columns)
    frame = load({"metadata": {"a": 1, "b": 5, "j": {"x": 1}}})
    drift = schema.check(frame)
    assert not drift
    assert "No drift from the schema of sessions in 1 row" == repr(drift)
    assert "<p>No drift from the schema of sessions in 1 row</p>" == drift._repr_html_()
    assert not schema.check(load())
    assert not schema.check(load(schema=schema))
    assert {"drifted": False, "rows": 1}.items() <= drift.to_dict().items()


@pytest.mark.parametrize("how", ["inferred", "pinned", "schema"])
def test_each_kind_of_drift_is_found(how: str) -> None:
    """However the frame was loaded; only a load with the schema does not have new paths."""
    columns = {
        "id": "string",
        "status": "category",
        "metadata.a": "Int64",
        "metadata.gone": "string",
        "is_old": "boolean",
    }
    schema = gf.Schema("sessions", columns | {"metadata.*": "json", "*": "json"}, ["COMPLETED"])
    sent: list[dict[str, Any]] = [
        {"metadata": {"a": 1, "new": "<x>"}},
        {"metadata": {"a": "fast"}, "isOld": "y"},
        {"isOld": True, "metadata": {"a": 2.5}},
    ]
    ways: dict[str, dict[str, Any]] = {"inferred": {}, "pinned": {"dtype": schema.dtype}, "schema": {"schema": schema}}
    given = ways[how]
    drift = schema.check(load(*sent, **given))
    assert drift
    assert ({} if how == "schema" else {"metadata.new": "string"}) == drift.new_paths
    assert ("metadata.gone",) == tuple(drift.vanished_paths)
    assert {"metadata.a": (2, '"fast"'), "is_old": (1, '"y"')} == {
        name: (each.count, each.example) for name, each in drift.misfits.items()
    }
    assert {"FAILED": 3} == drift.new_statuses
    lines = repr(drift).splitlines()
    assert "Drift from the schema of sessions in 3 rows:" == lines[0]
    assert '  misfits        metadata.a     2 values not Int64, e.g. "fast"' in lines
    assert "  new status     FAILED         in 3 rows" in lines
    if how != "schema":
        assert "  new path       metadata.new   string, e.g. <x>" in lines
        assert "<td>new path</td><td>metadata.new</td><td>string, e.g. &lt;x&gt;</td>" in drift._repr_html_()
    found = json.loads(json.dumps(drift.to_dict()))
    assert {"count": 1, "dtype": "boolean", "example": '"y"'} == found["misfits"]["is_old"]
    assert drift == pickle.loads(pickle.dumps(drift))  # noqa: S301 - our own


def test_misfits_of_declared_columns_drift() -> None:
    """With the value from the overflow column of the record, if the frame has it."""
    schema = gf.Schema(
        "sessions", {"id": "string", "custom_id": "string", "deleted_at": "datetime64[us, UTC]", "*": "json"}
    )
    frame = load({"customId": 5, "deletedAt": "soon"}, {"customId": "half \ud83d"})
    drift = schema.check(frame)
    assert {"custom_id": (1, "5"), "deleted_at": (1, '"soon"')} == {
        name: (each.count, each.example) for name, each in drift.misfits.items()
    }
    assert schema.check(frame.drop(columns="*")).misfits["custom_id"].example is None
    assert "  misfits  custom_id   1 value not string\n" in repr(schema.check(frame.drop(columns="*")))


def test_columns_of_another_dtype_drift() -> None:
    """Declared ones, and those that no load gives."""
    schema = gf.Schema("sessions", {"id": "string", "metadata.a": "Int64", "created_at": "datetime64[us, UTC]"})
    frame = load({"metadata": {"a": 1}})
    frame["created_at"] = "now"
    frame["metadata.a"] = 1j
    frame["metadata.b"] = 1j
    drift = schema.check(frame)
    assert {
        "metadata.a": ("Int64", "complex128"),
        "created_at": ("datetime64[us, UTC]", "string"),
    } == drift.changed_dtypes
    assert {"metadata.b": "complex128"} == drift.new_paths
    assert "  dtype     created_at  string instead of datetime64[us, UTC]" in repr(drift).splitlines()
    assert {"schema": "Int64", "frame": "complex128"} == drift.to_dict()["changed_dtypes"]["metadata.a"]


def test_values_of_a_caller_in_json_columns_are_compared_as_they_are() -> None:
    """A column of JSON text may have been parsed, or hold other text by now."""
    frame = load({"metadata": {"a": 1}}, {"metadata": {"a": "x"}})
    frame["metadata.a"] = ["soon", "5"]
    drift = gf.Schema("sessions", {"metadata.a": "Int64"}).check(frame)
    assert (1, '"soon"') == (drift.misfits["metadata.a"].count, drift.misfits["metadata.a"].example)
    frame["metadata.a"] = pd.array([1, None], "Int64")
    assert "Int64" == gf.Schema.of(frame).columns["metadata.a"]
    assert not gf.Schema("sessions", {"metadata.a": "Int64"}).check(frame)


def test_the_example_of_a_misfit_is_a_misfit() -> None:
    """Not another value that the overflow column keeps; none if the row is no longer there."""
    schema = gf.Schema("sessions", {"metadata.a": "category", "metadata.*": "json"})
    frame = load({"metadata": {"a": "half \ud83d"}}, {"metadata": {"a": 5}}, schema=schema)
    assert 2 == frame["metadata.*"].notna().sum()
    assert ["5", None] == [schema.check(each).misfits["metadata.a"].example for each in (frame, frame.iloc[:1])]


def test_paths_in_json_text_are_neither_new_nor_vanished() -> None:
    """A whole object is one column of a schema; with columns of its own below, others are new."""
    frame = load({"metadata": {"user": {"tier": "pro", "age": 5}}})
    assert not gf.Schema("sessions", {"metadata.user": "json"}).check(frame)
    below = gf.Schema("sessions", {"metadata.user": "json", "metadata.user.tier": "string"})
    assert ["metadata.user.age"] == list(below.check(frame).new_paths)
    assert ["id"] == list(gf.Schema("sessions", {"id": "string"}).check(frame[["metadata.user.tier"]]).vanished_paths)


def test_many_changes_are_cut() -> None:
    """The printed table is short; the values are all there."""
    frame = load({"metadata": {f"k{n:02}": n for n in range(60)}})
    drift = gf.Schema("sessions", {"id": "string"}).check(frame)
    assert 60 == len(drift.new_paths)
    lines = repr(drift).splitlines()
    assert (52, "  … and 10 more") == (len(lines), lines[-1])
    assert 50 == drift._repr_html_().count("<tr>")


def test_only_a_frame_of_the_list_is_compared() -> None:
    """Versions have no drift from a schema of sessions."""
    with pytest.raises(gf.SchemaError, match=r"^the schema is of versions, the frame of sessions$"):
        gf.Schema("versions", {"id": "string"}).check(load({}))
