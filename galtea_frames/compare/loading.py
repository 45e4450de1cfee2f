"""What a comparison loads: the scores, sessions and turns of two versions, from the API or a mirror."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from galtea_frames.api.client import Client
from galtea_frames.api.resources import RESOURCES
from galtea_frames.compare.columns import SCORES, SESSIONS, VERSIONS
from galtea_frames.compare.versions import find_versions, versions_in
from galtea_frames.frames import loaders
from galtea_frames.frames.options import parse_arguments
from galtea_frames.frames.score_arguments import ScoreArguments
from galtea_frames.frames.scores import LISTS
from galtea_frames.mirror.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from os import PathLike

    import pandas as pd

    from galtea_frames.compare.terms import Terms

    #: The frames of a comparison by name: "scores", "sessions", "versions" and "turns".
    Frames = dict[str, pd.DataFrame]

    Loaders = Mapping[str, Callable[..., pd.DataFrame]]

#: The columns that are loaded of lists of which few are needed; `is_production` and `created_at` prove and divide rows.
_SESSIONS = [*SESSIONS, "created_at"]
_VERSIONS = [*VERSIONS, "created_at"]


def _check_groups(terms: Terms) -> None:
    """Check the columns to group by, as far as the documented columns tell.

    Raises:
        QueryError: scores never have such a column.
    """
    for name, arguments in ScoreArguments.of({"columns": ["id", *terms.by]}).lists.items():
        prefix = next((f"{each.prefix}." for each in LISTS if each.name == name), "")
        parse_arguments(RESOURCES[name], arguments, prefix)


def load_frames(
    terms: Terms,
    frames: Frames,
    client: Client | None = None,
    mirror: Mirror | str | PathLike[str] | None = None,
    *,
    turns: bool = True,
) -> Frames:
    """Return the frames given, and what else is needed.

    Args:
        terms: what the comparison is to be about.
        frames: the frames given; they are not loaded.
        client: where to load from.
        mirror: what to read instead.
        turns: whether turns are wanted.

    Raises:
        QueryError: a version is unknown or its name is not unique.
        RequestError, ResponseError, MirrorError: a list could not be loaded.
    """
    _check_groups(terms)
    with _loaders(client, mirror) as load:
        found = dict(frames)
        if "versions" not in found:
            found["versions"] = load["versions"](columns=_VERSIONS)
        known = versions_in(found["versions"], found.get("scores"), found.get("sessions"))
        ids = list(dict.fromkeys(each.id for each in find_versions(terms.baseline, terms.candidate, known)))
        if "scores" not in found:
            found["scores"] = load["scores"](version_ids=ids, columns=[*SCORES, "test_case.test_id", *terms.by])
        if "sessions" not in found:
            found["sessions"] = load["sessions"](version_ids=ids, columns=_SESSIONS)
        if turns and "turns" not in found:
            found["turns"] = load["turns"](session_ids=list(found["sessions"]["id"]))
        return found


@contextmanager
def _loaders(client: Client | None, mirror: Mirror | str | PathLike[str] | None) -> Iterator[Loaders]:
    """Give the loaders of a client or of a mirror, by the frames that they return."""
    if mirror is not None:
        yield _of_mirror(mirror if isinstance(mirror, Mirror) else Mirror(mirror))
        return
    with nullcontext(client) if client is not None else Client() as asked:
        yield {
            "versions": partial(loaders.load_versions, client=asked),
            # Hidden scores too, to say how many are left out.
            "scores": partial(loaders.load_scores, client=asked, include_excluded_from_analytics=True),
            "sessions": partial(loaders.load_sessions, client=asked),
            "turns": partial(loaders.load_inference_results, client=asked),
        }


def _of_mirror(mirror: Mirror) -> Loaders:
    # If a sync did not finish, the attrs say so, which makes the comparison INCOMPLETE.
    incomplete: dict[str, Any] = {"allow_incomplete": True}
    return {
        "versions": partial(mirror.load_versions, **incomplete),
        "scores": partial(_stored_scores, mirror, **incomplete),
        "sessions": partial(mirror.load_sessions, **incomplete),
        "turns": partial(mirror.load_inference_results, **incomplete),
    }


def _stored_scores(mirror: Mirror, *, version_ids: list[str], **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any option
    """Return the scores of versions, which stored evaluations only name through their sessions."""
    sessions = mirror.load_sessions(version_ids=version_ids, columns=["id"], allow_incomplete=True)
    return mirror.load_scores(session_ids=list(sessions["id"]), **options)
