"""Whether what the API serves is the account that a mirror holds; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from galtea_frames.errors import MirrorError

if TYPE_CHECKING:
    import pyarrow as pa

#: How many of the newest sessions are asked for by id where no version tells whose account it is.
_NEWEST = 20

_INSIST = "if all were deleted, say so: allow_all_gone=True, or --allow-all-gone"


def share_values(fetched: pa.Table, stored: pa.Table, column: str) -> bool:
    """Tell whether fetched and stored rows have a value in common."""
    values = pc.unique(stored.column(column).drop_null())
    return bool(pc.any(pc.is_in(fetched.column(column), values, skip_nulls=True)).as_py())


def newest_ids(sessions: pa.Table) -> list[str]:
    """Return the ids of the newest sessions."""
    ids: list[str] = sessions.sort_by([("created_at", "descending")]).column("id").slice(0, _NEWEST).to_pylist()
    return ids


def another_account(display: str) -> MirrorError:
    """Return the error that fetched rows are none of a mirror's account."""
    return MirrorError(
        f"{display} holds another account: the API serves none of its versions, products and sessions to this key; sync"
        f" into a new folder, or with the key that the mirror was made with; {_INSIST}"
    )


def all_gone(display: str, what: str, stored: int) -> MirrorError:
    """Return the error that a list is empty of which rows are stored."""
    return MirrorError(
        f"{display} holds {what} ({stored:,}), but the API serves none at all to this key: is it the key that it was"
        f" made with, and has it the same role? {_INSIST}"
    )
