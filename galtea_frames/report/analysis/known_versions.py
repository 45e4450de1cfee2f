"""What is known of each version, and its label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.frames.unchanged import microseconds
from galtea_frames.pages.labels import NO_VERSION, UNKNOWN, UNNAMED, labels
from galtea_frames.printable import printable
from galtea_frames.report.analysis.fields import texts
from galtea_frames.report.analysis.sessions import check_unique

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.report.periods import Period


#: The columns that a report reads.
COLUMNS = ("id", "name", "model_id", "product_id", "created_at")


@dataclass(frozen=True)
class Entry:
    """One version; unknown attributes are None.

    Attributes:
        id: its id; None for the sessions without a version.
        label: its unique label.
        name: its name.
        created: when it was created.
        model: the model it runs.
        product: the product it belongs to.
        known: whether the frame of versions has it.
    """

    id: str | None
    label: str
    name: str | None = None
    created: pd.Timestamp | None = None
    model: str | None = None
    product: str | None = None
    known: bool = False

    def made_in(self, period: Period) -> bool:
        """Tell whether it was created in a period."""
        return self.created is not None and period.start <= self.created < period.end


Roster = dict[str | None, Entry]


def roster(versions: pd.DataFrame, occurring: Iterable[str | None]) -> Roster:
    """Return an entry for each version in the frame and for each further id in sessions.

    Raises:
        ReportError: the frame has no ids, repeats one, or has creation times of another type.
    """
    if "id" not in versions.columns:
        raise ReportError("versions has no column 'id': load the frame with galtea_frames")
    check_unique(versions, "versions", COLUMNS)
    ids, names, models, products = (_texts(versions, name) for name in ("id", "name", "model_id", "product_id"))
    rows = [row for row in zip(ids, names, _created(versions), models, products, strict=True) if row[0] is not None]
    known = [row[0] for row in rows]
    if repeated := [id_ for id_, count in Counter(known).items() if count > 1]:
        raise ReportError(f"versions has {printable(repeated[0])!r} more than once: keep one row per version")
    unknown = {each for each in occurring if each is not None} - set(known)
    called = labels([(row[0], row[1] or UNNAMED) for row in rows] + [(each, UNKNOWN) for each in unknown])
    entries: Roster = {
        id_: Entry(id_, called[id_], name, made, model, product, known=True) for id_, name, made, model, product in rows
    }
    entries |= {each: Entry(each, called[each]) for each in unknown}
    return entries | {None: Entry(None, NO_VERSION)}


def _texts(frame: pd.DataFrame, column: str) -> list[Any]:
    """Return the texts of a column; None for other values."""
    if column not in frame:
        return [None] * len(frame)
    return [None if each is pd.NA else each for each in texts(frame[column]).found]


def _created(versions: pd.DataFrame) -> list[pd.Timestamp | None]:
    if "created_at" not in versions:
        return [None] * len(versions)
    present = versions["created_at"].notna()
    return [
        pd.Timestamp(int(moment), unit="us", tz="UTC") if there else None
        for moment, there in zip(microseconds(versions["created_at"]), present, strict=True)
    ]
