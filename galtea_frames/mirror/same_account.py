"""Checks that the API serves the account that a mirror holds; pure."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from galtea_frames.errors import MirrorError
from galtea_frames.mirror.rows import PRESENT

if TYPE_CHECKING:
    import pyarrow as pa

    from galtea_frames.api.resource import Resource

#: The columns that say whose a row is.
_OWNERS = ("product_id", "organization_id")

#: How many of the newest rows are fetched by id if no version tells whose account it is.
_NEWEST = 20

_INSIST = "if all were deleted, pass allow_all_gone=True or --allow-all-gone"


def share_values(fetched: pa.Table, stored: pa.Table, column: str) -> bool:
    """Tell whether fetched and stored rows have a value in common."""
    values = pc.unique(stored.column(column).drop_null())
    return bool(pc.any(pc.is_in(fetched.column(column), values, skip_nulls=True)).as_py())


def own_columns(resource: Resource) -> list[str]:
    """Return the columns of stored rows that `own_rows` and `newest_ids` need."""
    return ["id", "created_at", *(each.name for each in resource.columns if each.name in _OWNERS)]


def own_rows(resource: Resource, rows: pa.Table) -> pa.Table:
    """Return the rows that no other account is served, as metrics, models, tests and test cases of the platform are."""
    owners = [each for each in _OWNERS if each in rows.column_names]
    if owners:
        return rows.filter(reduce(or_, (pc.field(each).is_valid() for each in owners)))
    return rows.slice(0, 0) if resource.few else rows


def share_rows(resource: Resource, fetched: pa.Table, stored: pa.Table) -> bool | None:
    """Tell whether a row was fetched that is stored and no other account is served; None if that is no proof."""
    return share_values(fetched, own_rows(resource, stored), "id") or None


def may_be_same(resource: Resource, fetched: pa.Table, stored: pa.Table) -> bool:
    """Tell whether rows may be of the account stored, though none is known: nothing was stored, or a product is."""
    own = own_rows(resource, stored)
    owners = [each for each in _OWNERS if each in own.column_names]
    return not own.filter(PRESENT).num_rows or any(share_values(fetched, own, each) for each in owners)


def newest_ids(rows: pa.Table) -> list[str]:
    """Return the ids of the newest rows."""
    ids: list[str] = rows.sort_by([("created_at", "descending")]).column("id").slice(0, _NEWEST).to_pylist()
    return ids


def another_account(display: str) -> MirrorError:
    """Return the error for a mirror that holds another account."""
    return MirrorError(
        f"{display} belongs to another account: with this key, the API serves none of its versions, products and"
        f" sessions; sync into a new folder, or use the key that the mirror was made with; {_INSIST}"
    )


def all_gone(display: str, what: str, stored: int) -> MirrorError:
    """Return the error for a list of which rows are stored but none is served."""
    return MirrorError(
        f"{display} holds {what} ({stored:,}), but the API serves none with this key; check that it is the key that the"
        f" mirror was made with, and its role; {_INSIST}"
    )
