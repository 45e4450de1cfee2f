"""Coverage-guided fuzzing of the decoder: any bytes are a ValueError, or rows that agree with the slow reference.

``.venv/bin/python tests/support/fuzz_decode.py -max_total_time=3600 FOLDER tests/decoding/corpus`` tries for an hour
and keeps in FOLDER each page that reaches something new; options are libFuzzer's. A finding ends it, and is written to
a file ``crash-…``, which as an only argument is tried again. Each finding belongs in ``tests/decoding/corpus`` with its
test, once it is mended.
"""

from __future__ import annotations

import json
import random
import sys
from contextlib import suppress
from copy import deepcopy
from typing import Any

import atheris

with atheris.instrument_imports(include=["galtea_frames"]):
    import decoder_check

#: Of so many changes to a page, one is made to its bytes, and the others to its values.
ONE_IN_BYTES = 4

#: Numbers as they are written, which no Python value gives: "@" stands before each, and gives way to it.
NUMBERS = [
    "1e400",
    "-1E+999",
    "1e-400",
    "-0",
    "-0.0",
    "1.0",
    "1" * 30,
    "0.1000000000000000055511151231257827",
    "5E-324",
]

KEYS = ["", ".", "\\", "*", "a.b", "id", "createdAt", "created_at", "value", "context", "metadata", "metadata.x",
        "\x00", "\ud800", "\udc00", "é", '"', "\n", "runId", "run_id", "__class__", "f0", "status", "deletedAt",
        "userId"]  # fmt: skip

TIMES = ["2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00Z", "2026-03-01", "2026-W09-7", "20260301T100000Z",
         "2026-03-01T10:00:00,5Z", "2026-03-01t10:00:00z", "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z",
         "2026-03-01 10:00:00+05:30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-01:00", "10000-01-01",
         "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2026-03-01T10:00:00.1234567890Z", "2026-03-01T10Z",
         "2026-03-01T10:00:00.000000Z", "2026-03-01T10:00Z", " 2026-03-01T10:00:00Z",
         "1677-09-21T00:12:43Z", "2026-03-01T24:00z", "2026-03-01T12:00.5Z", "20260301t240000,0+0100"]  # fmt: skip

PLAIN: list[Any] = [None, True, False, 0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64,
         0.5, "", "x", "null", "{}", "\ud800", "\U0001f600", "\x00", [], {}, [None], [1, 2.5], [[]], [{}], [True, 1],
         ["\ud800"], "COMPLETED", "ARCHIVED", {"value": "x"}, {"": {"": 1}}, {"a": {"b": [1]}}]  # fmt: skip


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Return a page with a few of its keys, values or rows changed, or with changed bytes."""
    chance = random.Random(seed)
    # What is no JSON, or too deep for Python's reader and writer, is changed in its bytes.
    with suppress(ValueError, RecursionError):
        rows = json.loads(data.decode())
        if isinstance(rows, list) and chance.randrange(ONE_IN_BYTES):
            changed = _changed(rows, chance)
            return changed if len(changed) <= most else data
    return bytes(atheris.Mutate(data, most))


def _changed(rows: list[Any], chance: random.Random) -> bytes:
    """Return a page of rows of which a few keys, values or rows are changed."""
    for _ in range(chance.randint(1, 4)):
        _change(rows, chance)
    text = json.dumps(rows, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, None, None, 1]))
    for number in NUMBERS:
        text = text.replace(f'"@{number}"', number)
    return text.encode(errors="replace")


def _change(rows: list[Any], chance: random.Random) -> None:
    """Change one place of a page."""
    if not rows or not chance.randrange(8):
        rows.insert(chance.randint(0, len(rows)), deepcopy(chance.choice([{}, _row(chance), *rows])))
        return
    place: Any = rows
    key: Any = chance.randrange(len(rows))
    while isinstance(place[key], (dict, list)) and place[key] and (place is rows or chance.randrange(3)):
        place = place[key]
        key = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
    action = chance.randrange(6)
    if action == 0 and isinstance(place, dict):
        place[chance.choice(KEYS)] = place.pop(key)
    elif action == 1 and isinstance(place, dict):
        place[chance.choice(KEYS)] = _value(chance)
    elif action == 2:
        del place[key]
    elif action == 3:
        place[key] = {chance.choice(KEYS): place[key]}
    elif action == 4 and place is not rows:
        place[key] = [deepcopy(place[key]) for _ in range(chance.randint(1, 3))]
    else:
        place[key] = _row(chance) if place is rows else _value(chance)


def _row(chance: random.Random) -> dict[str, Any]:
    fields = {"id": f"s{chance.randrange(9)}", "createdAt": chance.choice(TIMES)}
    return fields | {chance.choice(KEYS): _value(chance) for _ in range(chance.randrange(4))}


def _value(chance: random.Random) -> Any:  # noqa: ANN401 - whatever JSON can hold
    # A copy: what is put into a page may be changed there.
    return deepcopy(chance.choice([*PLAIN, chance.choice(TIMES), "@" + chance.choice(NUMBERS), chance.choice(KEYS)]))


def main() -> None:
    """Fuzz until told to stop."""
    atheris.Setup(sys.argv, decoder_check.check, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
