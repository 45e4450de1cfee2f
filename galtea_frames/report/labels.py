"""What to call versions, so that no two look alike wherever they are shown; pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from galtea_frames.printable import printable
from galtea_frames.report.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What stands for the sessions without a version, and for versions without a name.
NO_VERSION, UNNAMED, UNKNOWN = "No version", "Unnamed", "Unknown version"

#: What reports call other things than versions.
_TAKEN = (NO_VERSION, UNNAMED, UNKNOWN, "Other", "All versions", "all sessions")

#: As much of a label as there is room for everywhere: two labels differ within it.
ROOM = 26

#: As much of an id as tells most versions of one name apart, and as much as there is room for.
_TAILS = (6, 12)


def labels(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a label for each id: its name where that is unlike all others, else with the end of its id behind it.

    Labels differ within their first 26 characters as they are shown, also in capitals and in width.

    Args:
        names: ids, each once, with their names.
    """
    wanted = {id_: " ".join(printable(name).split()) or UNNAMED for id_, name in sorted(names)}
    rivals = Counter(map(_look, wanted.values())) + Counter(map(_look, _TAKEN))
    found = {id_: name for id_, name in wanted.items() if rivals[_look(name)] == 1}
    seen = {_look(each) for each in (*found.values(), *_TAKEN)}
    for id_, name in wanted.items():
        if id_ not in found:
            found[id_] = next(each for each in _further(name, id_) if _look(each) not in seen)
            seen.add(_look(found[id_]))
    return found


def _further(name: str, id_: str) -> Iterator[str]:
    """Yield the name with more and more of the id behind it, and then with numbers."""
    shown = "".join(printable(id_).split())
    for length in _TAILS:
        yield _with(name, f"…{shown[-length:]}")
    number = 2
    while True:
        yield _with(name, f"…{shown[-_TAILS[0] :]}, {number}")
        number += 1


def _with(name: str, mark: str) -> str:
    return f"{cut(name, ROOM - len(mark) - 3)} ({mark})"


def _look(label: str) -> str:
    """Return what two labels have in common that look alike where there is little room."""
    return unicodedata.normalize("NFKC", cut(label, ROOM)).casefold()
