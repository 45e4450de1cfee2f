"""Which lists a mirror holds, in which order they are synced, and which rows of them belong to some products; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api import values
from galtea_frames.api.arguments import unknown
from galtea_frames.api.resources import PRODUCTS, RESOURCES
from galtea_frames.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from galtea_frames.api.resource import Filter, Resource

#: The lists that every mirror holds: versions tell whose account it is, and sessions which products their turns are of.
DEFAULT_LISTS = ("sessions", "versions")

#: Names all lists that a mirror can hold.
_ALL = "all"


def mirrored_lists() -> list[Resource]:
    """Return the lists that a mirror can hold, in the order in which they are made and synced.

    Those of few rows come first, versions at the very beginning; a list comes after the one by whose rows its products
    are known.
    """
    found = [each for each in RESOURCES.values() if each.is_mirrored]
    return sorted(found, key=lambda each: (not each.few, each.name not in DEFAULT_LISTS, parent_of(each) is not None))


def parse_lists(lists: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the names of the lists that a sync adds to a mirror, those included by which their products are known.

    Raises:
        QueryError: a list is unknown, or cannot be mirrored.
    """
    if lists is None:
        return ()
    known = [each.name for each in mirrored_lists()]
    names = values.texts("lists", values.plain(lists), allows_empty=False)
    for name in names:
        if (resource := RESOURCES.get(name)) and not resource.is_mirrored:
            needed = " or ".join(resource.required)
            raise QueryError(f"{name} cannot be mirrored: load them with load_{name}, by {needed}")
        if name not in (*known, _ALL):
            raise QueryError(unknown("list", name, sorted((*known, _ALL))))
    if _ALL in names:
        return tuple(known)
    parents = [parent for name in names if (parent := parent_of(RESOURCES[name]))]
    return tuple(dict.fromkeys((*names, *(name for _, name in parents))))


def product_arguments(resource: Resource, scope: tuple[str, ...] | None) -> dict[str, Any]:
    """Return the arguments of a query that select the rows of some products; none if the API cannot."""
    if scope is None:
        return {}
    if resource is PRODUCTS:
        return {"ids": list(scope)}
    selects = _product_filter(resource)
    if selects is None or selects.through or selects.skips_null or not _is_of_products(resource):
        return {}
    return {selects.name: list(scope)}


def parent_of(resource: Resource) -> tuple[str, str] | None:
    """Return the column by whose rows the products of a list are known, and the list of these rows.

    The turns of a product, for instance, are those whose `session_id` is one of its sessions. None if the API selects
    rows by product itself, or if they belong to no product.
    """
    selects = _product_filter(resource)
    if selects is None or not selects.through:
        return None
    column = next(each.column for each in resource.filters if each.api == selects.through)
    lists = {each.name: each.references for each in resource.columns}
    return (column, parent) if column and (parent := lists[column]) else None


def in_scope(
    resource: Resource, rows: pa.Table, scope: tuple[str, ...] | None, ids_of: Callable[[str], pa.Table]
) -> pa.Table:
    """Return the rows that belong to some products or to all, of those that the API has selected.

    Args:
        resource: the list.
        rows: its rows.
        scope: the products; None for all.
        ids_of: returns the stored ids of another list.
    """
    if scope is None:
        return rows
    if shared := _shared_column(resource):
        products = rows.column(shared)
        return rows.filter(pc.or_(pc.is_null(products), pc.is_in(products, pa.array(scope, products.type))))
    if parent := parent_of(resource):
        column, name = parent
        return rows.filter(pc.is_in(rows.column(column), ids_of(name).column("id").combine_chunks()))
    return rows


def _shared_column(resource: Resource) -> str | None:
    """Return the column that names a row's product, where the API's filter leaves out rows that belong to all."""
    selects = _product_filter(resource)
    return selects.column if selects is not None and selects.skips_null else None


def references(resource: Resource, other: Resource) -> list[str]:
    """Return the columns of a list that hold ids of another one."""
    return [each.name for each in resource.columns if each.references == other.name and resource is not other]


def revealing_filter(resource: Resource) -> Filter | None:
    """Return a filter that finds rows by a stored column, if the API hides some rows unless told otherwise."""
    if all(each.default is None for each in resource.filters):
        return None
    keys = [each.name for each in resource.columns if each.references]
    return next((each for each in resource.filters if each.column in keys), None)


def _product_filter(resource: Resource) -> Filter | None:
    return next((each for each in resource.filters if each.name == "product_ids"), None)


def _is_of_products(resource: Resource, seen: Collection[str] = ()) -> bool:
    """Tell whether rows belong to products: they name one, or a row that does.

    Metrics do not, though the API filters them by product: it then returns those that the product has been judged by.
    """
    names = {each.references for each in resource.columns if each.references} - {resource.name, *seen}
    return PRODUCTS.name in names or any(_is_of_products(RESOURCES[name], {*seen, *names}) for name in names)
