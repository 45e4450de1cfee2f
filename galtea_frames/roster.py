"""What is known of each version that sessions name, and what to call it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.periods import Period

#: As much of an id as tells versions of one name apart.
_TAIL = 6


@dataclass(frozen=True)
class Entry:
    """One version; what is not known of it is None.

    Attributes:
        id: its id; None for the sessions without a version.
        label: what to call it, unlike any other here.
        name: its name.
        created: when it was made.
        model: the model it runs.
        product: the product it is of.
        known: whether it is among the versions.
    """

    id: str | None
    label: str
    name: str | None = None
    created: pd.Timestamp | None = None
    model: str | None = None
    product: str | None = None
    known: bool = False

    def made_in(self, period: Period) -> bool:
        """Tell whether it was made in a period."""
        return self.created is not None and period.start <= self.created < period.end


Roster = dict[str | None, Entry]


def roster(versions: pd.DataFrame, occurring: Iterable[str | None]) -> Roster:
    """Return an entry for each version of the frame, and for each other id that occurs in sessions.

    Raises:
        ReportError: the frame has no ids, or one of them twice.
    """
    if "id" not in versions.columns:
        raise ReportError("versions have no column 'id': load the frame with galtea_frames")
    if versions["id"].duplicated().any():
        raise ReportError(f"version {versions['id'][versions['id'].duplicated()].iloc[0]!r} occurs more than once")
    ids, names, models, products = (_texts(versions, name) for name in ("id", "name", "model_id", "product_id"))
    times = versions["created_at"] if "created_at" in versions else [None] * len(versions)
    created = [None if pd.isna(each) else pd.Timestamp(each) for each in times]
    namesakes = Counter(names)
    entries: Roster = {}
    for id_, name, made, model, product in zip(ids, names, created, models, products, strict=True):
        label = name if name and namesakes[name] == 1 else f"{name or 'Unnamed'} (…{str(id_)[-_TAIL:]})"
        entries[id_] = Entry(id_, label, name, made, model, product, known=True)
    for each in occurring:
        if each not in entries:
            entries[each] = Entry(each, "No version" if each is None else f"Unknown version (…{each[-_TAIL:]})")
    return entries


def _texts(frame: pd.DataFrame, column: str) -> list[Any]:
    if column not in frame:
        return [None] * len(frame)
    return [None if pd.isna(each) else str(each) for each in frame[column]]
