"""Rows for a stand-in API, and the ids that a query must select from them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any

from galtea_frames import sample

Record = dict[str, Any]
Test = Callable[[Record], bool]

VERSIONS = sample.version_records(30)
SESSIONS = sample.session_records(900, VERSIONS)
IN_RUNS = [each for each in SESSIONS if each["testCaseId"]]

TEST, OTHER_TEST = list(dict.fromkeys(sample.owning_test(each["testCaseId"]) for each in IN_RUNS))[:2]

MIDDLE = SESSIONS[450]["createdAt"]


def owner_of(session: Record) -> str | None:
    """The test that a session belongs to."""
    case = session["testCaseId"]
    return sample.owning_test(case) if case else None


def expected_ids(
    records: Sequence[Record],
    keep: Test = lambda _: True,
    *,
    sort: Sequence[tuple[str, bool]] = (),
    limit: int | None = None,
    offset: int = 0,
) -> list[str]:
    """The ids that a loader must give, by comparing plain records: nulls last, ties by creation, then id."""

    def compare(one: Record, other: Record) -> int:
        for name, descends in (*sort, ("createdAt", False), ("id", False)):
            a: Any = one.get(name)
            b: Any = other.get(name)
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return -1 if (a < b) != descends else 1
        return 0

    kept = sorted(filter(keep, records), key=cmp_to_key(compare))
    return [each["id"] for each in kept][offset : None if limit is None else offset + limit]


def created_from(moment: str) -> Test:
    """Whether a record was created then or later."""
    return lambda each: each["createdAt"] >= moment


def many(prefix: str, known: Sequence[str], total: int = 120) -> list[str]:
    """That many ids, the known ones scattered among unknown ones."""
    unknown = [f"{prefix}_{number:024}" for number in range(total - len(known))]
    mixed = [*known, *unknown]
    random.Random(0).shuffle(mixed)
    return mixed


MANY_TESTS = many("test", [TEST, OTHER_TEST])
IDS = [each["id"] for each in SESSIONS]
