"""The rules of decoding once more, slow and plain: one record, one cell, one rule at a time.

Nothing here is shared with the package but its list of declared columns. What it says is what the guarantees say:
"Types do not depend on the data" and "Nothing of a record is lost".
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from galtea_frames.api.resource import DeclaredColumn, Resource

#: Whatever JSON can hold.
Json = Any

Record = dict[str, Any]
Path = tuple[str, ...]

BUDGET = 500
DEEPEST = 32


@dataclass(frozen=True)
class Odd:
    """A number that no double holds, as it is written."""

    text: str


@dataclass(frozen=True)
class Column:
    """What a column must be: its type as Arrow prints it ("json" for JSON text), and the value of each cell.

    With it come, by row, the values in whose text U+FFFD stands for a lone surrogate.
    """

    type: str
    cells: list[Any]
    mixed: bool = False
    exact: dict[int, Any] = field(default_factory=dict, compare=False)


@dataclass
class Expected:
    """What a table must be."""

    columns: dict[str, Column] = field(default_factory=dict)
    overflow: set[str] = field(default_factory=set)

    @property
    def mixed(self) -> set[str]:
        """The columns that are JSON text because their values share no type."""
        return {name for name, column in self.columns.items() if column.mixed}

    @property
    def replaced(self) -> dict[str, int]:
        """The columns that show U+FFFD for lone surrogates, and in how many values."""
        return {name: len(column.exact) for name, column in self.columns.items() if column.exact}


# -- JSON --


def dump(value: Json, *, double: bool = False) -> str:
    """Return JSON text; with `double`, the first key of each object stands there twice, and the last one counts."""
    if isinstance(value, Odd):
        return value.text
    if isinstance(value, list):
        return "[" + ", ".join(dump(each, double=double) for each in value) + "]"
    if isinstance(value, dict):
        fields = [f"{json.dumps(key)}: {dump(each, double=double)}" for key, each in value.items()]
        again = [f"{json.dumps(key)}: [false]" for key in list(value)[:1] if double]
        return "{" + ", ".join(again + fields) + "}"
    return json.dumps(value)


def page(records: Iterable[Any], *, double: bool = False) -> bytes:
    """Return the bytes of a page of records."""
    return dump(list(records), double=double).encode()


def parse(text: str) -> Json:
    """Return the value of a JSON text; a number beyond a double is Odd."""
    return json.loads(text, parse_float=_number, parse_constant=_refuse)


def _number(text: str) -> float | Odd:
    value = float(text)
    return Odd(text) if math.isinf(value) else value


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def is_page(content: bytes) -> bool:
    """Tell whether the bytes are a JSON list of objects, by the standard library's own reader."""
    try:
        rows = parse(content.decode("utf-8").removeprefix("\ufeff"))
    except ValueError:
        return False
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def tagged(value: Json) -> Json:
    """Return a value such that == tells 1, 1.0, True and -0.0 apart."""
    if isinstance(value, list):
        return [tagged(each) for each in value]
    if isinstance(value, dict):
        return {key: tagged(each) for key, each in value.items()}
    return (type(value).__name__, repr(value))


def plain(value: Json) -> Json:
    """Return a value such that == takes 1 and 1.0 for the same number, but not True."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, bool):
        return ("bool", value)
    return Decimal(value.text) if isinstance(value, Odd) else value


def without_nulls(value: Json) -> Json:
    """Return a value without the keys that are null, and null for an object that held nothing else."""
    if not isinstance(value, dict) or not value:
        return value
    kept = {key: without_nulls(each) for key, each in value.items()}
    return {key: each for key, each in kept.items() if each is not None} or None


# -- names --


def escape(key: str) -> str:
    """Return a key as it stands in a column's name."""
    text = ""
    for letter in key:
        if letter in ".\\":
            text += "\\" + letter
        elif 0xD800 <= ord(letter) <= 0xDFFF:
            text += "\\u" + format(ord(letter), "04x")
        else:
            text += letter
    return "\\*" if text == "*" else text


def field_names(fields: Iterable[str], resource: Resource) -> dict[str, str]:
    """Return the column's name of each field that is not declared."""
    declared = set(resource.column_names)
    fields = sorted(fields)
    names = {}
    for each in fields:
        snake = _snake(each)
        rivals = [other for other in fields if _snake(other) == snake]
        usual = [other for other in rivals if _camel(snake) == other]
        winner = None if snake in declared or snake == "removed_at" else (usual or rivals)[0]
        names[each] = escape(snake) if each == winner else escape(each).replace("_", "\\_")
    return names


def _snake(name: str) -> str:
    text = ""
    for at, letter in enumerate(name):
        before, after, behind = name[at - 1 : at], name[at + 1 : at + 2], name[at + 2 : at + 3]
        starts = before == "_" or (before.isalnum() and not _is_capital(before))
        if _is_capital(before) and _is_small(after):
            starts = after != "s" or _is_small(behind)
        text += "_" + letter if _is_capital(letter) and starts else letter
    return text.lower()


def _is_capital(letter: str) -> bool:
    return "A" <= letter <= "Z"


def _is_small(letter: str) -> bool:
    return "a" <= letter <= "z"


def _camel(name: str) -> str:
    words = name.split("_")
    return words[0] + "".join(word.capitalize() for word in words[1:])


# -- types --


def ladder(values: Sequence[Any]) -> str:
    """Return the type of a column of these values, none of them null."""
    if not any(isinstance(value, list) for value in values):
        return _rung(values)
    if not all(isinstance(value, list) for value in values):
        return "json"
    element = _rung([each for value in values for each in value if each is not None])
    return "json" if element == "json" else f"list<{element}>"


def _rung(values: Sequence[Any]) -> str:
    if all(isinstance(value, str) for value in values):
        return "string"
    if all(isinstance(value, bool) for value in values):
        return "bool"
    whole = [value for value in values if _is_int(value)]
    if len(whole) == len(values) and all(-(2**63) <= value < 2**63 for value in values):
        return "int64"
    if all(_is_int(value) or isinstance(value, float) for value in values) and all(
        -(2**53) <= value <= 2**53 for value in whole
    ):
        return "double"
    return "json"


def _is_int(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _never_typed(value: Json) -> bool:
    """Tell whether a value would be JSON text however alone it stood: an object, an odd number, a list of such."""
    if isinstance(value, list):
        return all(each is None or isinstance(each, (dict, list, Odd)) for each in value)
    return isinstance(value, (dict, Odd))


def _typed(values: Sequence[Any]) -> Column:
    present = [value for value in values if value is not None]
    kind = ladder(present)
    if kind == "double":
        values = [None if value is None else float(value) for value in values]
    if kind == "list<double>":
        values = [v if v is None else [e if e is None else float(e) for e in v] for v in values]
    if kind == "json":
        return Column(kind, list(values), mixed=not all(map(_never_typed, present)))
    cells = [shown(value) for value in values]
    return Column(kind, cells, exact={row: value for row, value in enumerate(values) if value != cells[row]})


def shown(value: Json) -> Json:
    """Return text, or a list of texts, with U+FFFD for each lone surrogate."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


# -- tables --


def flattened(values: Sequence[tuple[int, Path, Any]], rows: int) -> tuple[dict[Path, Column], list[Any] | None]:
    """Return the columns of free-form values by path, and what no column below the field holds exactly, row by row."""
    cells: dict[Path, dict[int, Any]] = {}
    for row, path, value in values:
        for leaf, each in _leaves(path, value):
            cells.setdefault(leaf, {})[row] = each
    present = {path: sum(value is not None for value in found.values()) for path, found in cells.items()}
    wanted = [
        path
        for path, count in present.items()
        if count or (path and not any(other[: len(path)] == path and other != path for other in cells))
    ]
    ranked = sorted(wanted, key=lambda path: (path != (), -present[path], path))
    columns = {path: _typed([cells[path].get(row) for row in range(rows)]) for path in sorted(ranked[:BUDGET])}
    left = {path: cells[path] for path in ranked[BUDGET:]}
    left |= {path: column.exact for path, column in columns.items() if column.exact and path}
    rest: list[Any] = [None] * rows
    for path, found in left.items():
        for row, value in found.items():
            if value is not None:
                rest[row] = rest[row] or {}
                _place(rest[row], path, value)
    return columns, rest if left else None


def _leaves(path: Path, value: Json) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value and len(path) < DEEPEST:
        for key, each in value.items():
            yield from _leaves((*path, key), each)
    else:
        yield path, value


def _place(target: dict[str, Any], path: Path, value: Json) -> None:
    for key in path[:-1]:
        target = target.setdefault(key, {})
    target[path[-1]] = value


def microseconds(text: str) -> int | None:
    """Return a time in microseconds since 1970, None for what is no time."""
    day, between, clock = re.split("([Tt ])", text + " ", maxsplit=1)
    clock = clock[:-1] if between + clock != " " else "00"
    found = re.fullmatch("(.*?) ?([zZ]|[+-][0-9:.]+)?", clock)
    clock, zone = (found[1], (found[2] or "Z").replace(":", "")) if found else ("", "Z")
    hours = re.fullmatch("([0-9]{2})(?:(:?)([0-9]{2})(?:\\2([0-9]{2})(?:[.,]([0-9]+))?)?)?", clock)
    offset = (
        re.fullmatch("([+-])([0-9]{2})([0-9]{2})?([0-9]{2})?(?:[.]([0-9]{1,6}))?", zone) if zone not in "zZ" else None
    )
    if hours is None or (offset is None and zone not in "zZ"):
        return None
    hour, minute, second = int(hours[1]), int(hours[3] or 0), int(hours[4] or 0)
    micro = int(((hours[5] or "") + "000000")[:6])
    ends = (hour, minute, second, int(hours[5] or 0)) == (24, 0, 0, 0)
    try:
        midnight = _day(day)
        moment = midnight.replace(hour=0 if ends else hour, minute=minute, second=second, microsecond=micro)
        moment += timedelta(days=ends)
        if offset:
            hour, minute, second = (int(part or 0) for part in offset.group(2, 3, 4))
            if hour > 23 or minute > 59 or second > 59:
                return None
            ahead = timedelta(
                hours=hour, minutes=minute, seconds=second, microseconds=int(((offset[5] or "") + "000000")[:6])
            )
            moment = moment - ahead if offset[1] == "+" else moment + ahead
    except (ValueError, OverflowError):
        return None
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _day(text: str) -> datetime:
    """Return the midnight of a day."""
    if found := re.fullmatch("([0-9]{4})(-?)([0-9]{2})\\2([0-9]{2})", text):
        return datetime(int(found[1]), int(found[3]), int(found[4]), tzinfo=UTC)
    if found := re.fullmatch("([0-9]{4})(-?)W([0-9]{2})(?:\\2([0-9]))?", text):
        day = datetime.fromisocalendar(int(found[1]), int(found[3]), int(found[4] or 1))
        return day.replace(tzinfo=UTC)
    raise ValueError(text)


def table(records: Sequence[Record], resource: Resource) -> Expected:
    """Return what the table of these records must be with `nested="columns"`."""
    expected = Expected()
    leftovers: list[Record] = [{} for _ in records]
    for column in resource.columns:
        values = [record.get(column.api) for record in records]
        if column.kind == "object":
            _add_object(expected, column, values, leftovers)
        elif column.kind == "json":
            expected.columns[column.name] = Column("json", values)
        elif column.kind in TAKEN:
            expected.columns[column.name] = _taken(column, values, leftovers)
        else:
            expected.columns[column.name] = _text_or_time(column, values, leftovers)
    for derived in resource.derived:
        cells = [_message(record.get(derived.source), derived.key) for record in records]
        expected.columns[derived.name] = Column("string", cells)
    _add_others(expected, records, resource, leftovers)
    return expected


def _add_object(expected: Expected, column: DeclaredColumn, values: Sequence[Json], leftovers: list[Record]) -> None:
    columns, rest = flattened([(row, (), value) for row, value in enumerate(values)], len(values))
    for path, each in columns.items():
        expected.columns[".".join([column.name, *map(escape, path)])] = each
        for row, value in each.exact.items() if not path else ():
            leftovers[row][column.api] = value
    if rest is not None:
        expected.columns[f"{column.name}.*"] = Column("json", rest)
        expected.overflow.add(f"{column.name}.*")


def _text_or_time(column: DeclaredColumn, values: Sequence[Json], leftovers: list[Record]) -> Column:
    cells, exact = [], {}
    for row, value in enumerate(values):
        cell: Json = shown(value) if isinstance(value, str) else None
        if cell != value and cell is not None and column.kind != "time":
            exact[row] = leftovers[row][column.api] = value
        if cell is not None and column.kind == "time":
            cell = microseconds(cell)
        if value is not None and cell is None:
            leftovers[row][column.api] = value
        cells.append(cell)
    return Column(column.kind, cells, exact=exact)


def _message(value: Json, key: str) -> str | None:
    """Return the text of a field that is text, or an object with text under a key."""
    found = value.get(key) if isinstance(value, dict) else value
    text: str | None = shown(found) if isinstance(found, str) else None
    return text


# -- declared numbers, truth values and lists of text --


class _MisfitError(Exception):
    pass


def _as_number(value: Json) -> float:
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", value) and value != "-0":
        value = json.loads(value)
    if isinstance(value, float) or (_is_int(value) and -(2**53) <= value <= 2**53):
        return float(value)
    raise _MisfitError


def _as_integer(value: Json) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,18})", value) and value != "-0":
        value = int(value)
    if isinstance(value, float) and value == int(value) and abs(value) <= 2**53:
        value = int(value)
    if _is_int(value) and -(2**63) <= value < 2**63:
        return int(value)
    raise _MisfitError


def _as_flag(value: Json) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    if isinstance(value, bool):
        return value
    raise _MisfitError


def _as_texts(value: Json) -> list[str | None]:
    if not isinstance(value, list) or any(isinstance(each, (list, dict)) for each in value):
        raise _MisfitError
    return [each if each is None or isinstance(each, str) else dump(each) for each in value]


#: By kind of declared column: its Arrow type, and its rule.
TAKEN: dict[str, tuple[str, Callable[[Json], Any]]] = {
    "number": ("double", _as_number),
    "integer": ("int64", _as_integer),
    "flag": ("bool", _as_flag),
    "texts": ("list<string>", _as_texts),
}


def _taken(column: DeclaredColumn, values: Sequence[Json], leftovers: list[Record]) -> Column:
    """Return a column; what was sent in another form is left over as it was sent."""
    kind, take = TAKEN[column.kind]
    cells: list[Any] = []
    exact = {}
    for row, value in enumerate(values):
        try:
            found = None if value is None else take(value)
        except _MisfitError:
            found = None
        cells.append(shown(found))
        if cells[-1] != value:
            leftovers[row][column.api] = value
        if cells[-1] != found:
            exact[row] = value
    return Column(kind, cells, exact=exact)


def _add_others(expected: Expected, records: Sequence[Record], resource: Resource, leftovers: list[Record]) -> None:
    declared = {column.api for column in resource.columns}
    others = [(row, (api,), value) for row, record in enumerate(records) for api, value in record.items()]
    others = [each for each in others if each[1][0] not in declared]
    names = field_names({path[0] for _, path, _ in others}, resource)
    columns, rest = flattened(others, len(records))
    for (api, *keys), each in columns.items():
        expected.columns[".".join([names[api], *map(escape, keys)])] = each
    for row, cell in enumerate(rest or ()):
        leftovers[row] |= cell or {}
    if any(leftovers):
        expected.columns["*"] = Column("json", [each or None for each in leftovers])
        expected.overflow.add("*")
