"""The arguments of loaders and mirrors: types that they share, and errors about unknown names."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from galtea_frames.api.resource import snake_case
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

#: Characters of a name to compare with others.
_MOST = 100


SortPair = tuple[str, Literal["asc", "desc", "ASC", "DESC"]]
Sort = str | SortPair | Sequence[str | SortPair]


Loader = TypeVar("Loader", bound="Callable[..., Any]")


def reject_unknown_arguments(whose: str = "") -> Callable[[Loader], Loader]:
    """Return a decorator that makes a loader raise QueryError for unknown argument names.

    Args:
        whose: what the loader reads, if it does not take all filters of the API; the error then lists those that it
            takes. By default, the error suggests the closest name.
    """

    def decorate(loader: Loader) -> Loader:
        known = [name for name in inspect.signature(loader).parameters if name != "self"]

        @functools.wraps(loader)
        def named(*positional: Any, **arguments: Any) -> Any:  # noqa: ANN401 - what the loader returns
            for name in arguments:
                if name not in known:
                    answer = f"{whose} takes no {name}; it takes {', '.join(sorted(known))}"
                    raise QueryError(answer if whose else unknown("argument", name, known))
            return loader(*positional, **arguments)

        return cast("Loader", named)

    return decorate


def unknown(what: str, name: str, known: list[str]) -> str:
    """Return the message for a name that is not among the known ones."""
    return f"unknown {what} {quoted(name)}: {meant(name, known)}"


def meant(name: str, known: list[str]) -> str:
    """Return a hint: the known name that is closest, or all of them."""
    short = name[:_MOST]
    close = difflib.get_close_matches(short, known, n=1) or difflib.get_close_matches(snake_case(short), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    if "params" in known and not close:
        hint += "; pass other filters of the API in params={…}, by API name"
    return hint
