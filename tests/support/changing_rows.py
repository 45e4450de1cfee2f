"""Rows with equal creation times, and inserts, deletes and updates among them during a walk."""

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from galtea_frames.sample import Store

Record = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> str:
    """A creation time as the API writes it."""
    return (START + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")[:-6] + "Z"


def row(number: int, milliseconds: int) -> Record:
    """A session; ids say nothing of the order."""
    return {"id": f"session_{number * 7919 % 100_003:06}", "status": "PENDING", "createdAt": moment(milliseconds)}


def rows_of(sizes: Sequence[int]) -> list[Record]:
    """Sessions in groups of these sizes, each group created at one time."""
    times = itertools.chain.from_iterable([10 * group] * size for group, size in enumerate(sizes))
    return [row(number, milliseconds) for number, milliseconds in enumerate(times)]


def changes_of(number: int) -> Record:
    """What a change of a session changes."""
    return {"status": "COMPLETED", "error": f"change {number}"}


class ChangingRows:
    """Inserts, deletes and updates rows of a store, and remembers what each row was.

    Args:
        store: the rows.
        dice: decides.
        changes: how many changes, at most.
        fresh: makes a new row from its number; when it was created is decided here.
        changed: the fields that a change gives to a row, from its number.

    Attributes:
        stayed: ids of the rows that were there from the beginning and are there still.
        ever: all that each row was, by id, of all rows that ever were.
    """

    def __init__(
        self,
        store: Store,
        dice: random.Random,
        changes: int,
        fresh: Callable[[int], Record] = lambda number: row(number, 0),
        changed: Callable[[int], Record] = changes_of,
    ) -> None:
        self._store = store
        self._dice = dice
        self._left = changes
        self._fresh = fresh
        self._changed = changed
        self._times = [each["createdAt"] for each in store]
        self._number = 50_000
        self._lock = threading.Lock()  # the stand-in answers several requests at once
        self.stayed = {each["id"] for each in store}
        self.ever = {each["id"]: [each] for each in store}

    def step(self) -> None:
        """Change a few rows, or none."""
        with self._lock:
            for _ in range(min(self._left, self._dice.choice([0, 0, 1, 2, 5]))):
                self._left -= 1
                self._number += 1
                self._dice.choice([self._insert, self._insert_tie, self._delete, self._delete_many, self._update])()

    def _insert(self) -> None:
        self._insert_at(moment(self._dice.randrange(-5, 10 * len(self._times))))

    def _insert_tie(self) -> None:
        self._insert_at(self._dice.choice(self._times))

    def _insert_at(self, created: str) -> None:
        fresh = self._fresh(self._number) | {"createdAt": created}
        self.ever[fresh["id"]] = [fresh]
        self._store.insert(fresh)

    def _delete(self) -> None:
        if self.stayed:
            gone = self._dice.choice(sorted(self.stayed))
            self._store.delete(gone)
            self.stayed.discard(gone)

    def _delete_many(self) -> None:
        created = self._dice.choice(self._times)
        for each in [each for each in self._store if each["createdAt"] == created][:3]:
            self._store.delete(each["id"])
            self.stayed.discard(each["id"])

    def _update(self) -> None:
        if self.stayed:
            row_id = self._dice.choice(sorted(self.stayed))
            changed = self._changed(self._number)
            self.ever[row_id].append(self._store[row_id] | changed)
            self._store.update(row_id, **changed)


def rows_with_ties(dice: random.Random) -> list[Record]:
    """A few hundred rows with groups of ties of any size, smaller and larger than a page."""
    return rows_of([dice.choice([1, 1, 1, 2, 5, 12, 40]) for _ in range(dice.randrange(1, 30))])
