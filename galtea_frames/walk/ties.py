"""Rows that share one creation time, and how a walk knows that it has all of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Boundary:
    """The state when a pass reached the end of the group.

    Attributes:
        size: maximum number of rows in the group at that moment.
        before: ids seen up to then.
        after: those of them seen again since, which therefore existed at that moment.
        beyond: the first creation time after the group; None if no rows follow.
    """

    size: int
    before: frozenset[str]
    after: set[str]
    beyond: str | None


@dataclass
class TieGroup:
    """The rows of one creation time, read by `offset` while rows may be added or deleted, until they are complete.

    A pass that reaches the group's end learns its size. A row seen both before and after that moment existed at that
    moment. Once as many such rows are known as the group had, they are the whole group, in whatever order the server
    lists them.
    """

    seen: set[str] = field(default_factory=set)
    boundaries: list[Boundary] = field(default_factory=list)

    def observe(self, ids: list[str]) -> set[str]:
        """Record ids of the group, and return those that are new."""
        fresh = set(ids) - self.seen
        self.seen |= fresh
        for boundary in self.boundaries:
            boundary.after |= boundary.before & set(ids)
        return fresh

    def reach_end(self, size: int, beyond: str | None) -> None:
        """Record that a pass reached the end: the maximum size of the group, and the creation time that follows."""
        self.boundaries.append(Boundary(size, frozenset(self.seen), set(), beyond))

    @property
    def resolved(self) -> Boundary | None:
        """The boundary at which all rows of the group are known, if there is one."""
        return next((each for each in self.boundaries if len(each.after) >= each.size), None)
