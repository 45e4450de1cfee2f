"""Lookup of rows by id, and of the ids that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.api.refusals import IdsNotFoundError
from galtea_frames.api.transport import PageTooLarge
from galtea_frames.errors import ResponseError
from galtea_frames.walk.slices import Slice, slice_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galtea_frames.api.page import Rows
    from galtea_frames.api.query import Pairs
    from galtea_frames.walk.source import Source


def look_up(source: Source[Rows], ids: Sequence[str], filters: Pairs) -> tuple[list[Slice[Rows]], list[str]]:
    """Return the rows with these ids that pass the filters, and the ids without such a row.

    The API answers 404 to a request if a single one of its ids has no row. Such a request is split in half until each
    missing id is found, and so is one whose rows are too much for the server.

    Args:
        source: sends the requests.
        ids: as many ids as fit one request.
        filters: the other query parameters.

    Raises:
        ResponseError: the answer has other rows, but not all requested ones.
    """
    try:
        page = source.get([*filters, *(("ids[]", each) for each in ids)], shrinkable=len(ids) > 1)
    except (IdsNotFoundError, PageTooLarge):
        if len(ids) == 1:
            return [], list(ids)
        middle = len(ids) // 2
        parts = [look_up(source, half, filters) for half in (ids[:middle], ids[middle:])]
        return [each for part in parts for each in part[0]], [each for part in parts for each in part[1]]
    found = set(ids) & set(page.ids)
    rest = [each for each in ids if each not in found]
    if rest and not found.issuperset(page.ids):
        raise ResponseError(f"{source.path} ignores ids, so it is unknown which of them exist")
    if not found or not rest:
        return [slice_of(page, found)], rest
    # The server returned fewer rows than requested: ask for the rest.
    slices, missing = look_up(source, rest, filters)
    return [slice_of(page, found), *slices], missing
