"""What a frame must say about its columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass
class Notes:
    """What a frame reports about its columns.

    Attributes:
        mixed: columns of JSON text because their values share no type.
        overflow: overflow columns: JSON text of values that no other column holds exactly.
        crowded: those of them with paths beyond the most columns that a field may have.
        json: all columns of JSON text, including mixed and overflow columns.
        fields: the API name of each undeclared field, by column name.
        null_fields: those of them whose nulls were sent; for the others, null means the field was absent.
        whole_numbers: float columns, and lists of floats, in which some numbers were sent as integers.
        time_digits: digits after the second of each time column whose times were not sent with three.
        absent: selected columns that no row has.
        pinned_misfits: the number of misfits of each pinned column.
        misfits: declared columns with values of another type, and how many.
        replaced: columns with U+FFFD in place of lone surrogates, and in how many values.
        unknown_statuses: statuses that are not declared.
    """

    mixed: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)
    crowded: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    null_fields: list[str] = field(default_factory=list)
    whole_numbers: list[str] = field(default_factory=list)
    time_digits: dict[str, int] = field(default_factory=dict)
    misfits: dict[str, int] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    unknown_statuses: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    pinned_misfits: dict[str, int] = field(default_factory=dict)

    def keep(self, names: Collection[str]) -> None:
        """Leave out what is said of any other column."""
        for attribute in ("mixed", "overflow", "crowded", "json", "whole_numbers"):
            setattr(self, attribute, [name for name in getattr(self, attribute) if name in names])
        for attribute in ("time_digits", "misfits", "replaced", "pinned_misfits"):
            setattr(self, attribute, {name: each for name, each in getattr(self, attribute).items() if name in names})
