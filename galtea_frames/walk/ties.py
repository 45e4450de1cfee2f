"""Rows of one creation time, which only `offset` leads through, and when they are known to be all."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Boundary:
    """What was known when a pass reached the end of the group.

    Attributes:
        size: rows in the group then, at the most.
        before: ids seen until then.
        after: those of them seen again since, and so alive then.
        beyond: the first creation time after the group, or None where nothing follows.
    """

    size: int
    before: frozenset[str]
    after: set[str]
    beyond: str | None


@dataclass
class TieGroup:
    """The rows of one creation time, read by `offset` while they may change, until they are known to be all.

    A pass that reaches the group's end learns its size. A row seen both before and after that moment was there at that
    moment; once as many such rows are known as the group had, they are the group, in whatever order the server
    listed them and whatever came or went.
    """

    seen: set[str] = field(default_factory=set)
    boundaries: list[Boundary] = field(default_factory=list)

    def observe(self, ids: list[str]) -> set[str]:
        """Note rows of the group; return those that are new."""
        fresh = set(ids) - self.seen
        self.seen |= fresh
        for boundary in self.boundaries:
            boundary.after |= boundary.before & set(ids)
        return fresh

    def reach_end(self, size: int, beyond: str | None) -> None:
        """Note that the group has at most this many rows, and the creation time that follows it."""
        self.boundaries.append(Boundary(size, frozenset(self.seen), set(), beyond))

    @property
    def settled(self) -> Boundary | None:
        """The moment at which all of the group's rows are known, if there is one."""
        return next((each for each in self.boundaries if len(each.after) >= each.size), None)
