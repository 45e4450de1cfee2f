"""A table of hostile sessions, each with the columns it must become, and of pages that must be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import galtea_frames as gf

NOON = "2026-03-01T12:00:00.000Z"

#: A column's dtype, as text, and its one value; None for null.
Cell = tuple[str, Any]


@dataclass(frozen=True)
class HostileRow:
    """One hostile session.

    Attributes:
        name: what is odd about it.
        fields: its JSON, besides `id` and `createdAt`.
        columns: columns that it must have, with dtype and value.
        warning: what the load must warn of; None for nothing.
        text: fields of it that come back as their JSON text, too deep to be taken apart.
    """

    name: str
    fields: str
    columns: dict[str, Cell] = field(default_factory=dict)
    warning: type[gf.GalteaFramesWarning] | None = None
    text: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        """Its JSON; the name is the id, and its own fields win."""
        return f'{{"id":"{self.name}","createdAt":"{NOON}",{self.fields}}}'


def deep(levels: int, opening: str = '{"k":', closing: str = "}") -> str:
    """Return JSON nested so many levels deep."""
    return opening * levels + "1" + closing * levels


def _deep_column(levels: int) -> dict[str, Cell]:
    return {"metadata" + ".k" * 32: ("string", deep(levels - 32))}


def _metadata(name: str, dtype: str, value: Any, written: str | None = None) -> HostileRow:  # noqa: ANN401 - any cell
    """Return a session with one odd value in `metadata`."""
    return HostileRow(name, f'"metadata":{{"x":{written or name}}}', {"metadata.x": (dtype, value)})


def _key(name: str, written: str, column: str) -> HostileRow:
    """Return a session with one odd key in `metadata`, and as the name of a field."""
    return HostileRow(name, f'"metadata":{{"{written}":1}}', {f"metadata.{column}": ("Int64", 1)})


MIXED = gf.MixedTypesWarning


def _misfit(name: str, written: str, column: str, dtype: str = "string") -> HostileRow:
    """Return a session with a declared field of another type, which its column cannot hold."""
    return HostileRow(name, written, {column: (dtype, None), "*": ("string", "{" + written + "}")}, MIXED)


HOSTILE_ROWS = [
    # depth
    HostileRow("32 levels", f'"metadata":{deep(32)}', {"metadata" + ".k" * 32: ("Int64", 1)}),
    HostileRow("33 levels", f'"metadata":{deep(33)}', _deep_column(33)),
    HostileRow("600 levels", f'"metadata":{deep(600)}', _deep_column(600), text=("metadata",)),
    HostileRow("10,000 levels", f'"metadata":{deep(10_000)}', _deep_column(10_000), text=("metadata",)),
    HostileRow(
        "10,000 lists",
        f'"context":{deep(10_000, "[", "]")}',
        {"context": ("string", deep(10_000, "[", "]"))},
        text=("context",),
    ),
    HostileRow("10,000 in a new field", f'"new":{deep(10_000)}', {"new" + ".k" * 31: ("string", deep(9_969))},
           text=("new",)),
    # numbers
    _metadata("1e400", "string", "1e400"),
    HostileRow("10**400", f'"metadata":{{"x":{10**400}}}', {"metadata.x": ("string", str(10**400))}, MIXED),
    _metadata("5,000 digits", "string", "1" * 5_000, "1" * 5_000),
    _metadata("-0.0", "Float64", -0.0),
    _metadata("-0", "Int64", 0),
    _metadata("2**53+1", "Int64", 2**53 + 1, str(2**53 + 1)),
    _metadata("2**63-1", "Int64", 2**63 - 1, str(2**63 - 1)),
    _metadata("1e-400", "Float64", 0.0),
    _metadata("5e-324", "Float64", 5e-324),
    _metadata("a long decimal", "Float64", 0.1, "0.1000000000000000055511151231257827021181583404541015625"),
    HostileRow("2**63", f'"metadata":{{"x":{2**63}}}', {"metadata.x": ("string", str(2**63))}, MIXED),
    HostileRow("2**64", f'"metadata":{{"x":{2**64}}}', {"metadata.x": ("string", str(2**64))}, MIXED),
    HostileRow(
        "a list of 2**53+1 and 0.5",
        f'"metadata":{{"x":[{2**53 + 1},0.5]}}',
        {"metadata.x": ("string", f"[{2**53 + 1},0.5]")},
        MIXED,
    ),
    # text
    _metadata("a surrogate pair", "string", "\U0001f600", r'"\ud83d\ude00"'),
    _metadata("NUL", "string", "\x00", r'"\u0000"'),
    HostileRow("a lone surrogate", r'"metadata":{"x":"\ud800"}',
           {"metadata.x": ("string", "\ufffd"), "metadata.*": ("string", r'{"x":"\ud800"}')}),
    HostileRow("lone surrogates in a list", r'"metadata":{"x":["\udc00a","b"]}',
           {"metadata.x": ("list<item: string>[pyarrow]", ["\ufffda", "b"]),
            "metadata.*": ("string", r'{"x":["\udc00a","b"]}')}),
    HostileRow("a lone surrogate as context", r'"context":"\ud83d"',
           {"context": ("string", "\ufffd"), "*": ("string", r'{"context":"\ud83d"}')}),
    HostileRow("a lone surrogate in a new field", r'"new":{"x":{"y":"\ud83d"}}',
           {"new.x.y": ("string", "\ufffd"), "*": ("string", r'{"new":{"x":{"y":"\ud83d"}}}')}),
    HostileRow("a lone surrogate as key", r'"metadata":{"\udc00":1}', {r"metadata.\udc00": ("Int64", 1)}),
    HostileRow("a lone surrogate as field", r'"\ud800":1', {r"\ud800": ("Int64", 1)}),
    HostileRow("a lone surrogate as error", r'"error":"a\ud800"',
           {"error": ("string", "a\ufffd"), "*": ("string", r'{"error":"a\ud800"}')}),
    HostileRow("a lone surrogate as status", r'"status":"\ud800"',
           {"status": ("category", "\ufffd"), "*": ("string", r'{"status":"\ud800"}')}, gf.UnknownStatusWarning),
    HostileRow("20 MB", f'"error":"{"x" * 20_000_000}"', {"error": ("string", "x" * 20_000_000)}),
    # keys
    _key("NUL as key", r"\u0000", "\x00"),
    _key("an empty key", "", ""),
    _key("a dot", ".", r"\."),
    _key("a backslash", r"\\", r"\\"),
    _key("a star", "*", r"\*"),
    _key("value as key", "value", "value"),
    _key("metadata.x as key", "metadata.x", r"metadata\.x"),
    _key("id as key", "id", "id"),
    _key("created_at as key", "created_at", "created_at"),
    HostileRow("an empty field", '"":1', {"": ("Int64", 1)}),
    HostileRow("a star as field", '"*":1', {r"\*": ("Int64", 1)}),
    HostileRow("metadata.x as field", '"metadata.x":1,"metadata":{"x":2}',
           {r"metadata\.x": ("Int64", 1), "metadata.x": ("Int64", 2)}),
    HostileRow("created_at as field", '"created_at":"x"',
           {r"created\_at": ("string", "x"), "created_at": ("datetime64[us, UTC]", NOON)}),
    HostileRow("a field twice", '"error":"first","error":"last"', {"error": ("string", "last")}),
    HostileRow("an id twice", '"id":"an id twice"', {"id": ("string", "an id twice")}),
    HostileRow("a key twice", '"metadata":{"a":{"b":1},"a":{"c":2}}', {"metadata.a.c": ("Int64", 2)}),
    HostileRow("a field twice beside a lone surrogate", r'"error":"first","userId":"\ud800","error":"last"',
           {"error": ("string", "last"), "user_id": ("string", "\ufffd")}),
    HostileRow("a key twice beside a deep one", f'"metadata":{{"a":1,"a":2,"b":{deep(10_000)}}}',
           {"metadata.a": ("Int64", 2), "metadata.b" + ".k" * 31: ("string", deep(9_969))}, text=("metadata",)),
    # what context and metadata may be
    HostileRow("bare text", '"context":"x"', {"context": ("string", "x")}),
    HostileRow("text as value", '"context":{"value":"x"}', {"context.value": ("string", "x")}),
    HostileRow("an empty object", '"metadata":{}', {"metadata": ("string", "{}")}),
    HostileRow("a number as metadata", '"metadata":5', {"metadata": ("Int64", 5)}),
    HostileRow("a list as context", '"context":[1,null]', {"context": ("list<item: int64>[pyarrow]", [1, None])}),
    HostileRow("objects in a list", '"context":[{"a":1}]', {"context": ("string", '[{"a":1}]')}),
    HostileRow("text and a number in a list", '"context":["a",1]', {"context": ("string", '["a",1]')}, MIXED),
    # fields of other types, and missing
    HostileRow("an unknown status", '"status":"ARCHIVED"', {"status": ("category", "ARCHIVED")},
           gf.UnknownStatusWarning),
    HostileRow("an empty status", '"status":""', {"status": ("category", "")}, gf.UnknownStatusWarning),
    _misfit("a number as status", '"status":7', "status", "category"),
    _misfit("a number as versionId", '"versionId":7', "version_id"),
    _misfit("an object as error", '"error":{"a":1}', "error"),
    _misfit("true as customId", '"customId":true', "custom_id"),
    _misfit("a number as deletedAt", '"deletedAt":0', "deleted_at", "datetime64[us, UTC]"),
    _misfit("text as deletedAt", '"deletedAt":"soon"', "deleted_at", "datetime64[us, UTC]"),
]  # fmt: skip

#: Ways to write a time, and the instant that each is; None for what is kept as text and not as a time.
TIMES: list[tuple[str, str | None]] = [
    ("2026-03-01T12:00:00.000Z", NOON),
    ("2026-03-01T12:00:00Z", NOON),
    ("2026-03-01T12:00Z", NOON),
    ("2026-03-01T12Z", NOON),
    ("2026-03-01T12:00:00", NOON),
    ("2026-03-01 12:00:00Z", NOON),
    ("2026-03-01T12:00:00 Z", NOON),
    ("2026-03-01t12:00:00Z", NOON),
    ("20260301T120000Z", NOON),
    ("20260301T12Z", NOON),
    ("2026-W09-7T12:00:00Z", NOON),
    ("2026W097T120000Z", NOON),
    ("2026-W09", "2026-02-23T00:00:00.000Z"),
    ("2026-03-01", "2026-03-01T00:00:00.000Z"),
    ("20260301", "2026-03-01T00:00:00.000Z"),
    ("2026-03-01T14:00:00+02:00", NOON),
    ("2026-03-01T17:45:00+0545", NOON),
    ("2026-03-01T02:30:00-09:30", NOON),
    ("2026-03-01T12:00:00-00:00", NOON),
    ("2026-03-01T12:00:30+00:00:30", NOON),
    ("2026-03-01T12:00:00,5Z", "2026-03-01T12:00:00.500Z"),
    ("2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.500Z"),
    ("2026-03-01T12:00:00.123456Z", "2026-03-01T12:00:00.123456Z"),
    ("2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.123456Z"),
    ("2026-03-01T12:00:00.1234567891234Z", "2026-03-01T12:00:00.123456Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ("1677-09-21T00:12:43Z", "1677-09-21T00:12:43.000Z"),
    ("2262-04-12T00:00:00Z", "2262-04-12T00:00:00.000Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"),
    ("2026-02-29T12:00:00Z", None),
    ("2026-03-01T12:00:00z", NOON),
    ("2026-03-01t12:00:00.000z", NOON),
    ("2026-03-01T13:00:00+0100", NOON),
    ("2026-03-01T13:00:00+01", NOON),
    ("2026-02-28T24:00:00Z", "2026-03-01T00:00:00.000Z"),
    ("2026-02-28t24:00z", "2026-03-01T00:00:00.000Z"),
    ("20260228T240000.000+0100", "2026-02-28T23:00:00.000Z"),
    ("2026-02-28 24:00", "2026-03-01T00:00:00.000Z"),
    ("9999-12-31T24:00:00Z", None),
    ("2026-03-01T24:00:00.5Z", None),
    ("2026-03-01T24:01:00Z", None),
    ("2026-03-01T12.5Z", None),
    ("2026-03-01T12:00.5Z", None),
    ("20260301T1200,5Z", None),
    ("2026-03-01z", None),
    ("2026-03-01T12:00:00xZ", None),
    ("2026-03-01X12:00:00Z", None),
    ("2026-03-01T12:00:00,Z", None),
    ("2026-03-01T12:00:00.5 +01:00", "2026-03-01T11:00:00.500Z"),
    ("2026-03-01T12:00:00zz", None),
    ("2026-03-01T23:59:60Z", None),
    ("2026-03-01T12:00:61Z", None),
    ("2026-03-01T24:00:01Z", None),
    ("2026-060", None),
    ("2026-03", None),
    ("2026", None),
    ("0000-01-01T00:00:00Z", None),
    ("0000-12-31T23:59:59-01:00", None),
    ("0001-01-01T00:00:00+14:00", None),
    ("9999-12-31T23:59:59-14:00", None),
    ("10000-01-01T00:00:00Z", None),
    ("+12026-03-01T12:00:00Z", None),
    ("-0001-01-01T00:00:00Z", None),
    ("-1", None),
    ("1772366400000", None),
    (" 2026-03-01T12:00:00Z", None),
    ("2026-03-01T12:00:00Z\\u0000", None),
    ("2026-03-01T12:00:00Z\\u0000x", None),
    ("2026-03-01\\u0000", None),
    ("2026-03-01T12:00:00Z\\n", None),
    ("2026-03-01T12:00:00+24:00", None),
    ("\\u0662026-03-01T12:00:00Z", None),
    ("2026-03-01T12:00:00 Europe/Madrid", None),
    ("today", None),
    ("NaT", None),
    ("", None),
]

#: Pages that no frame is made of, and what the one line of the error says.
REFUSED = {
    "no id": f'[{{"createdAt":"{NOON}"}}]',
    "a number as id": f'[{{"id":5,"createdAt":"{NOON}"}}]',
    "a null as id": f'[{{"id":null,"createdAt":"{NOON}"}}]',
    "an object as id": f'[{{"id":{{}},"createdAt":"{NOON}"}}]',
    "no createdAt": '[{"id":"a"}]',
    "a null as createdAt": '[{"id":"a","createdAt":null}]',
    "a number as createdAt": '[{"id":"a","createdAt":1772366400000}]',
    "text as createdAt": '[{"id":"a","createdAt":"yesterday"}]',
    "a createdAt in the year 10000": '[{"id":"a","createdAt":"10000-01-01T00:00:00Z"}]',
    "a second createdAt that is null": f'[{{"id":"a","createdAt":"{NOON}","createdAt":null}}]',
    "NaN": f'[{{"id":"a","createdAt":"{NOON}","metadata":{{"x":NaN}}}}]',
    "Infinity": f'[{{"id":"a","createdAt":"{NOON}","metadata":{{"x":-Infinity}}}}]',
    "a raw control character": f'[{{"id":"a","createdAt":"{NOON}","error":"\x01"}}]',
    "100,000 levels cut off": f'[{{"id":"a","createdAt":"{NOON}","metadata":' + '{"k":' * 100_000,
    "100,000 lists instead of rows": "[" * 100_000 + "]" * 100_000,
    "two byte order marks": "\ufeff\ufeff[]",
    "a byte order mark in UTF-16": "\ufffe[]",
}
