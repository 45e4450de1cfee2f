"""The rows that everything is measured on: made from their number alone, so the same in every run and every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

#: "plain": eight metadata keys, each of one type. "mixed": the same with a key of conflicting types in a tenth of the
#: rows, and rare keys. The others are bad input: see `_METADATA`.
Kind = Literal["plain", "mixed", "large_page", "large_row", "many_keys"]

#: Of an account that grows: what it holds on one day, and on the next.
Day = Literal["yesterday", "today"]

#: How creation times spread: evenly, or nine tenths of the rows within a hundredth of the time.
Traffic = Literal["uniform", "skewed"]

Record = dict[str, Any]

PAGE_ROWS = 1_000

VERSION_IDS = tuple(f"version_benchmark{number:015}" for number in range(8))

_FIRST = datetime(2026, 1, 5, tzinfo=UTC)
_SPAN_MS = 84 * 24 * 3_600 * 1_000

_MODELS = ("model_small-2026-03", "model_large-2025-12", "model_large-2026-02")
_TAGS: tuple[list[str], ...] = (["voice"], ["web", "returning"], [], ["web", "new", "trial"])
_TIERS = ("free", "pro", "enterprise")
_COUNTRIES = ("ES", "GB", "DE", "PT", "JP")
_QUESTIONS = (
    "I booked a table for two and the confirmation never came. Can you look it up?",
    "¿Puedo cambiar la fecha de mi reserva sin coste? Viajo con un niño pequeño.",
    "The invoice shows VAT twice, and the total is not what I agreed to last week.",
)
#: What stands in place of a number. Scalars all: an object or a list among them would make Polars refuse the rows.
_SCALARS = ("2 of 3", True, 0.5, "none", "1")
#: About a hundred bytes as JSON.
_TURN = {"role": "assistant", "text": "Your booking is confirmed for two at eight.", "ms": 512, "ok": [True, False]}
_TURN_BYTES = 100
_LARGE_ROW_BYTES = 20_000
_LARGE_PAGE_TURNS = 45
_KEYS_A_ROW = 10

_MASK = 2**64 - 1
_DONE = "COMPLETED"


def records(
    rows: int, kind: Kind = "mixed", traffic: Traffic = "uniform", *, of: int | None = None
) -> Iterator[Record]:
    """Yield so many sessions as the API would send them, oldest first: all there are, or the first of so many."""
    return (_record(number, of or rows, kind, traffic) for number in range(rows))


def account(rows: int, day: Day) -> Iterator[Record]:
    """Yield so many sessions less a thousandth, as they are yesterday; or all of them, as they are today.

    Sessions are pending in their last week only, and half as many as there are new ones are completed overnight.
    """
    new = rows // 1_000
    settling = new // 2 if day == "today" else 0
    week = rows - rows * 7 * 24 * 3_600 * 1_000 // _SPAN_MS
    for number, record in enumerate(records(rows if day == "today" else rows - new, of=rows)):
        if record["status"] == "PENDING" and (number < week or settling):
            settling -= number >= week
            record |= {"status": _DONE, "stoppingReason": "GOAL_ACHIEVED"}
        yield record


def pages(rows: int, kind: Kind = "mixed") -> Iterator[bytes]:
    """Yield so many sessions as bodies of pages of 1,000, each made when it is asked for."""
    of_all = records(rows, kind)
    for start in range(0, rows, PAGE_ROWS):
        yield encode([next(of_all) for _ in range(min(PAGE_ROWS, rows - start))])


def encode(value: Record | list[Record]) -> bytes:
    """Return compact JSON in UTF-8, as the API writes it."""
    return msgspec.json.encode(value)


def _record(number: int, rows: int, kind: Kind, traffic: Traffic) -> Record:
    dice = _scrambled(number)
    status = "FAILED" if dice % 13 == 0 else "PENDING" if dice % 31 == 0 else _DONE
    context = {"value": _QUESTIONS[dice % 3], "channel": "web" if dice % 2 else "voice"}
    return {
        "id": f"session_{dice:016x}{number:08x}",
        "customId": f"conversation-{number:07}" if dice % 10 < 7 else None,
        "versionId": VERSION_IDS[dice // 7 % len(VERSION_IDS)],
        "userId": None,
        "testCaseId": f"testCase_{dice // 11 % 40:024x}" if dice % 5 == 0 else None,
        "context": context if dice % 17 else None,
        "stoppingReason": "GOAL_ACHIEVED" if status == _DONE else None,
        "error": "Endpoint answered 502 Bad Gateway" if status == "FAILED" else None,
        "status": status,
        "metadata": _METADATA[kind](number, rows, dice),
        "createdAt": _created_at(number, rows, traffic),
        "deletedAt": None,
    }


def _scrambled(number: int) -> int:
    """Return 64 bits that look random: a generator of random numbers for each row would cost more than the row."""
    bits = (number + 1) * 0x9E3779B97F4A7C15 & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    return bits ^ bits >> 27


def _created_at(number: int, rows: int, traffic: Traffic) -> str:
    """Return the creation time; rows come in pairs that share it, as what is written in one transaction does."""
    share = number // 2 * 2 / rows
    if traffic == "skewed":
        share = share * 9.9 if share < 0.1 else 0.99 + (share - 0.1) / 90
    moment = _FIRST + timedelta(milliseconds=int(share * _SPAN_MS))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03}Z"


def _plain(number: int, rows: int, dice: int) -> Record:
    del number, rows
    return {
        "latency_ms": 300 + dice // 3 % 6_000,
        "cost_usd": (1 + dice // 5 % 40_000) / 1_000_000,
        "model": _MODELS[dice // 2 % 3],
        "cached": dice // 16 % 4 == 0,
        "retries": dice // 32 % 4,
        "score": (dice // 64 % 21) / 4,
        "tags": _TAGS[dice // 128 % 4],
        "user": {"tier": _TIERS[dice // 256 % 3], "country": _COUNTRIES[dice // 512 % 5]},
    }


def _mixed(number: int, rows: int, dice: int) -> Record:
    metadata = _plain(number, rows, dice)
    if dice // 1_024 % 10 == 0:
        metadata["retries"] = _SCALARS[dice // 10_240 % 5]
    if dice // 2_048 % 50 == 0:
        metadata[f"experiment_{dice // 102_400 % 30}"] = {"arm": "b", "seed": dice % 1_000}
    return metadata


def _large_page(number: int, rows: int, dice: int) -> Record:
    """5 kB a row, so that a page of 10,000 rows has 50 MB."""
    return _plain(number, rows, dice) | {"transcript": [_TURN] * _LARGE_PAGE_TURNS}


def _large_row(number: int, rows: int, dice: int) -> Record:
    """One row of 20 kB times the number of rows, so 20 MB of 1,000; the others are plain."""
    metadata = _plain(number, rows, dice)
    if number == rows // 2:
        metadata["transcript"] = [_TURN] * (rows * _LARGE_ROW_BYTES // _TURN_BYTES)
    return metadata


def _many_keys(number: int, rows: int, dice: int) -> Record:
    """Ten keys that no other row has, so 100,000 in 10,000 rows."""
    keys = range(number * _KEYS_A_ROW, (number + 1) * _KEYS_A_ROW)
    return _plain(number, rows, dice) | {f"key_{key:07}": key for key in keys}


_METADATA = {
    "plain": _plain,
    "mixed": _mixed,
    "large_page": _large_page,
    "large_row": _large_row,
    "many_keys": _many_keys,
}
