"""Labels of versions, no two of which look alike; pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from galtea_frames.pages.wording import cut
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Labels of sessions without a version, and of versions without a name or record.
NO_VERSION, UNNAMED, UNKNOWN = "No version", "Unnamed", "Unknown version"

#: Labels of other things than versions.
_TAKEN = (NO_VERSION, UNNAMED, UNKNOWN, "Other", "All versions", "all sessions")

#: The length within which labels differ; every table and chart has room for it.
ROOM = 26

#: How much of an id is appended: enough for most versions of one name, then as much as fits.
_TAILS = (6, 12)


def labels(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a label for each id: its name if no other looks like it, else its name and the end of the id.

    Labels differ within their first 26 characters as displayed, ignoring case and width.

    Args:
        names: pairs of a unique id and a name.
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
    """Yield the name with more and more of the id, then with numbers."""
    display = "".join(printable(id_).split())
    for length in _TAILS:
        yield _with(name, f"…{display[-length:]}")
    number = 2
    while True:
        yield _with(name, f"…{display[-_TAILS[0] :]}, {number}")
        number += 1


def _with(name: str, mark: str) -> str:
    return f"{cut(name, ROOM - len(mark) - 3)} ({mark})"


def _look(label: str) -> str:
    """Return a key that labels which look alike in little room have in common."""
    return unicodedata.normalize("NFKC", cut(label, ROOM)).casefold()
