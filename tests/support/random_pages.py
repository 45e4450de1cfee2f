"""Hypothesis strategies for records and pages with everything that a field can hold."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, get_args

import slow_reference
from hypothesis import strategies as st

from galtea_frames.api.resources import RESOURCES, SESSIONS
from galtea_frames.decoding.gatherer import Nested

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource

Record = dict[str, Any]

NESTED: tuple[Nested, ...] = get_args(Nested)
DECLARED = {column.api: column for column in SESSIONS.columns}

KEYS = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "a.b",
        "a\\.b",
        "\\",
        ".",
        "",
        "*",
        "\\*",
        "é",
        "漢",
        "value",
        "id",
        "createdAt",
        "metadata",
        "user_id",
        "userId",
        "�",
        "\\ud800",
        "�.",
        '"',
        "\n",
        "\x00",
        "run id",
    ]
) | st.text(max_size=3)
EDGES = [0, 1, -1, 2**53, -(2**53), 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 2**64, 10**30]
NUMBERS = (
    st.sampled_from(EDGES)
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, 1e22, 5e-324, slow_reference.Odd("1e400"), slow_reference.Odd("-1E+999")])
)
TEXTS = st.text(max_size=4) | st.sampled_from(["", "null", "{}", "[1]", "5", "a\ud800", "\udc00\ud800", "\U0001f600"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
# One kind a list, as real ones are, and any mixture.
LISTS = st.one_of([st.lists(each, max_size=3) for each in (st.booleans(), NUMBERS, TEXTS, SCALARS)])
VALUES = st.recursive(
    SCALARS | LISTS,
    lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
UNKNOWN = st.sampled_from(
    [
        "facts",
        "runId",
        "run_id",
        "run_Id",
        "number",
        "isSeed",
        "user_id",
        "Id",
        "ID",
        "iD",
        "a.b",
        "",
        "*",
        "context.a",
        "context\\",
        "�",
        'a"b',
        "\x01",
        "created_at",
        "metadata.*",
        "version.id",
        "removedAt",
        "removed_at",
        "extra",
    ]
) | st.text(max_size=3).filter(lambda name: name not in DECLARED)
TIMES = st.sampled_from(
    [
        "2026-03-01T10:00:00.000Z",
        "2026-03-01T10:00:00.123Z",
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.1Z",
        "2026-03-01T10:00:00.123456Z",
        "2026-03-01T10:00:00.123456789Z",
        "2026-03-01T12:00:00+02:00",
        "2026-03-01T10:00:00",
        "2026-03-01",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "0000-01-01T00:00:00.000Z",
        "0001-01-01T00:00:00+01:00",
        "nonsense",
        "",
    ]
)
MISFITS = st.sampled_from([5, True, 1.5, [], {}, {"a": None}, "\ud800", slow_reference.Odd("1e999")])


#: What the API sends for each kind of declared column but times, and what it may send instead.
TEXT = st.sampled_from(["COMPLETED", "PENDING", "FAILED", "ARCHIVED", "v1", "x\x00y", "é"])
MESSAGES = st.fixed_dictionaries({}, optional={"user_message": TEXTS | VALUES, "assistant_message": TEXTS | VALUES})
ELEMENTS = TEXTS | st.none() | st.sampled_from([5, True, [], {}, slow_reference.Odd("1e400")])
SENT: dict[str, st.SearchStrategy[Any]] = {
    "object": OBJECTS | VALUES | MESSAGES,
    "category": TEXT,
    "string": TEXT,
    "number": NUMBERS | st.floats(0, 1) | st.sampled_from(["0.5", "12", "-0", "1.50", "true"]),
    "integer": NUMBERS | st.sampled_from(["12", "-0", "007", str(2**63)]),
    "flag": st.booleans() | st.sampled_from(["true", "false", "True"]),
    "texts": st.lists(TEXTS, max_size=3) | st.lists(ELEMENTS, max_size=3),
    "json": VALUES | MESSAGES,
}


def records(times: st.SearchStrategy[str] = TIMES, resource: Resource = SESSIONS) -> st.SearchStrategy[Record]:
    """Return rows of a list as the API might send them: any field may be missing, null, or of the wrong type."""
    usual = SENT | {"time": times}
    declared = {column.api: usual[column.kind] | st.none() | MISFITS for column in resource.columns}
    names = {column.api for column in resource.columns}
    fields = st.dictionaries(UNKNOWN.filter(lambda name: name not in names), VALUES, max_size=3)
    return st.builds(operator.or_, st.fixed_dictionaries({}, optional=declared), fields)


#: The name of a list, and some of its rows.
LISTED = st.sampled_from([*RESOURCES]).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(records(resource=RESOURCES[name]), max_size=4))
)


BATCHES = st.lists(records(), max_size=6)
