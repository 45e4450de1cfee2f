"""The description in a table's metadata, by which a mirror and its products are recognised; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import MirrorError
from galtea_frames.mirror.rows import stored_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from galtea_frames.api.resource import Resource

#: The table layout that this release writes; newer releases write higher numbers.
FORMAT = 1


def describe_scope(scope: tuple[str, ...] | None) -> str:
    """Return the description of a table that holds these products; None means all."""
    return json.dumps({"galtea_frames": FORMAT, "product_ids": scope})


def parse_scope(description: str | None, display: str) -> tuple[str, ...] | None:
    """Return the products that a table's description names; None means all.

    Raises:
        MirrorError: it is not the description of a mirror, or a newer release wrote it.
    """
    said = _said(description)
    if said is None:
        raise MirrorError(f"{display} holds other Delta tables, not a mirror; name another folder")
    version, products = said["galtea_frames"], said.get("product_ids")
    if isinstance(version, int) and version > FORMAT:
        raise MirrorError(f"{display} was made by a newer galtea-frames: pip install --upgrade galtea-frames")
    if version != FORMAT or isinstance(version, bool) or not _is_scope(products) or "product_ids" not in said:
        raise MirrorError(f"{display}: the description of the mirror is damaged; restore it, or sync into a new folder")
    return None if products is None else tuple(products)


def _said(description: str | None) -> dict[str, Any] | None:
    """Return the content of a description; None if it is not that of a mirror."""
    try:
        said = json.loads(description or "")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and "galtea_frames" in said else None


def _is_scope(products: object) -> bool:
    if products is None:
        return True
    return isinstance(products, list) and bool(products) and all(isinstance(each, str) and each for each in products)


def check_columns(schema: pa.Schema, resource: Resource, display: str) -> None:
    """Refuse a table whose columns are not those of a mirror: filters would miss values, or readers return nulls.

    Raises:
        MirrorError: a column is missing, has another type, or is unknown.
    """
    expected = {field.name: field.type for field in stored_schema(resource)}
    found = {field.name: field.type for field in schema}
    if odd := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        raise MirrorError(
            f"{display}: the columns of {resource.name} do not match those of a mirror ({', '.join(odd[:3])});"
            " restore it, or sync into a new folder"
        )
