"""What one list of the API is: its path, its filters and the columns that they compare, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: What is kept of a field for a filter to compare.
Value = str | float | tuple[str, ...] | None

Derive = Callable[[Mapping[str, Any]], Value]


@dataclass(frozen=True, slots=True)
class Through:
    """A filter by the rows of another list.

    Attributes:
        column: The column that must have a value ``taken`` from the other list's rows.
        list: The other list.
        where: The other list's column that selects those rows, or its own filter by a third list; empty for all rows.
        taken: The other list's column.
    """

    column: str
    list: str
    where: str = ""
    taken: str = "id"


@dataclass(frozen=True, slots=True)
class Switch:
    """A flag that shows or hides some rows, and does not select others.

    Attributes:
        column: A column that is "true" for the rows to hide.
        is_on: Whether these rows are shown if the flag is not sent.
        key: If the column belongs to another list, the column with its ids.
        list: That list.
    """

    column: str
    is_on: bool
    key: str = ""
    list: str = ""


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: Its name in this package.
        includes: Array parameters that select rows, with the column to compare. Of a column that holds a list, one
            member suffices.
        excludes: Array parameters that exclude rows.
        empty_means_none: Array parameters in which the empty string matches rows without a value.
        path: Its path, if that is not its name.
        noun: One row, as the messages of the server call it.
        holds_all: Array parameters of columns that hold a list, which must have all members.
        most: Array parameters that take only so many members.
        flags: Boolean parameters, with the column to compare.
        exists: Boolean parameters: whether the other list has such a row.
        switches: Boolean parameters that show or hide some rows.
        integers: Parameters that take an integer, with its column.
        numbers: Beginnings of the parameters ``…Gt``, ``…Gte``, ``…Lt`` and ``…Lte``, from 0 to 1, with the column.
        contains: Parameters that select rows whose text contains theirs, in any case.
        through: Array parameters that select rows by those of another list.
        since: The parameter of the earliest time.
        until: The parameter of the latest time.
        time: The column of these two.
        sortable: Fields that ``sort`` accepts besides ``createdAt``.
        lists: Columns that hold a list of texts.
        kept: Columns that other lists' filters compare.
        indexed: Columns whose rows are found without looking at all rows.
        derived: Columns that are not fields, with functions that derive them from a row.
    """

    name: str
    includes: Mapping[str, str]
    excludes: Mapping[str, str] = field(default_factory=dict)
    empty_means_none: frozenset[str] = frozenset()
    path: str = ""
    noun: str = "Row"
    holds_all: Mapping[str, str] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    exists: Mapping[str, Through] = field(default_factory=dict)
    switches: Mapping[str, Switch] = field(default_factory=dict)
    integers: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    contains: Mapping[str, str] = field(default_factory=dict)
    through: Mapping[str, Through] = field(default_factory=dict)
    since: str = "fromCreatedAt"
    until: str = "toCreatedAt"
    time: str = "createdAt"
    sortable: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()
    indexed: frozenset[str] = frozenset()
    derived: Mapping[str, Derive] = field(default_factory=dict)

    @property
    def nouns(self) -> str:
        """Several rows, as the messages of the server call them."""
        return self.noun.lower() + "s"

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The parameters that take many members."""
        return frozenset({*self.includes, *self.excludes, *self.holds_all, *self.through})

    @cached_property
    def bounds(self) -> dict[str, tuple[str, str]]:
        """The parameters that bound a number: its column, and ``Gt``, ``Gte``, ``Lt`` or ``Lte``."""
        ends = ("Gt", "Gte", "Lt", "Lte")
        return {name + end: (column, end) for name, column in self.numbers.items() for end in ends}

    @cached_property
    def scalars(self) -> frozenset[str]:
        """The parameters that take a single value."""
        paging = {"limit", "offset", self.since, self.until}
        return frozenset(
            {*paging, *self.flags, *self.exists, *self.switches, *self.integers, *self.bounds, *self.contains}
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that are kept of each row beside its JSON."""
        own = (switch.key or switch.column for switch in self.switches.values())
        theirs = (each.column for each in (*self.through.values(), *self.exists.values()))
        return tuple(dict.fromkeys((*self._texts, *self.flags.values(), *own, *self._others, *theirs, *self.kept)))

    @property
    def _texts(self) -> tuple[str, ...]:
        return (*self.includes.values(), *self.excludes.values(), *self.contains.values(), *self.holds_all.values())

    @property
    def _others(self) -> tuple[str, ...]:
        times = () if self.time == "createdAt" else (self.time,)
        return (*self.integers.values(), *self.numbers.values(), *times)

    @cached_property
    def _derivations(self) -> tuple[Derive, ...]:
        return tuple(self._derivation(column) for column in self.columns)

    def _derivation(self, column: str) -> Derive:
        if column in self.derived:
            return self.derived[column]
        if column in self.flags.values():
            return lambda record: flag(record.get(column))
        if column in self._others:
            return lambda record: number(record.get(column))
        if column in self.lists:
            return lambda record: texts(record.get(column))
        return lambda record: text(record.get(column))

    def values(self, record: Mapping[str, Any]) -> tuple[Value, ...]:
        """A row's value in each of `columns`; None for values of another type, which no filter selects."""
        return tuple([derive(record) for derive in self._derivations])


def text(value: object) -> str | None:
    """The value if it is text."""
    return value if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...] | None:
    """The texts of a list."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else None


def number(value: object) -> float | None:
    """The value if it is a number."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(value: object) -> str | None:
    """A boolean as the API's parameters spell it."""
    return str(value).lower() if isinstance(value, bool) else None
