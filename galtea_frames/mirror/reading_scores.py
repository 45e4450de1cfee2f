"""Stored evaluations with what explains them: the frame of `load_scores`, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.api.resources import EVALUATIONS, RESOURCES
from galtea_frames.api.splitting import sendable_ids
from galtea_frames.frames.score_arguments import ScoreArguments
from galtea_frames.frames.scores import LISTS, assemble_scores
from galtea_frames.mirror.reading import check_arguments, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from galtea_frames.mirror.location import Location

#: The options that all lists share.
_SHARED = ("nested", "dtype_backend", "on_misfit", "include_removed", "as_of", "allow_incomplete")


def read_scores(location: Location, arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the stored evaluations that the arguments select, each beside the rows that it refers to.

    All lists are read as they were at the same time.

    Raises:
        QueryError: an argument cannot be used.
        MirrorError: the mirror does not hold a list that is needed, or as for other readers.
    """
    given = ScoreArguments.of(arguments)
    shared = {name: arguments[name] for name in _SHARED} | {"schema": None}
    lists = [each for each in LISTS if each.name in given.lists]
    for each in lists:  # so that a wrong name raises before evaluations are read
        check_arguments(RESOURCES[each.name], {**shared, **given.lists[each.name]}, f"{each.prefix}.")
    location.check_holds([RESOURCES[name] for name in given.lists])
    frames = {EVALUATIONS.name: read(location, EVALUATIONS, {**arguments, **shared, **given.lists[EVALUATIONS.name]})}
    if isinstance(shared["as_of"], int):
        shared["as_of"] = location.table(EVALUATIONS, shared["as_of"]).committed_at()
    for each in lists:
        ids = sendable_ids(frames[each.of][each.column].dropna().unique())
        wanted = {"ids": ids, **shared, **given.lists[each.name]}
        frames[each.name] = read(location, RESOURCES[each.name], wanted, missing_ok=True, prefix=f"{each.prefix}.")
    return given.select(assemble_scores(frames))
