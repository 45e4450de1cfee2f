"""`python -m benchmarks`: measure and print, table by table."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import columns, decode, growth, hard, http, latency, life, memory, mirror, scores
from benchmarks.machine import machine
from benchmarks.plan import SMALL, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.table import Table

MEASUREMENTS: dict[str, Callable[[Plan], Iterator[Table]]] = {
    "decode": decode.tables,
    "columns": columns.tables,
    "http": http.tables,
    "latency": latency.tables,
    "memory": memory.tables,
    "growth": growth.tables,
    "hard": hard.tables,
    "mirror": mirror.tables,
    "scores": scores.tables,
    "mirror-life": life.tables,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for and print each table as soon as it is known."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    print(machine(), flush=True)
    for name in asked.only:
        for table in MEASUREMENTS[name](_plan(asked)):
            print(f"\n{table.markdown() if asked.markdown else table.text()}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--rows", type=_positive, metavar="N", help="rows of the usual measurement (100,000)")
    parser.add_argument("--rounds", type=_positive, metavar="N", help="turns of each contender (5)")
    parser.add_argument(
        "--only", type=_names, default=list(MEASUREMENTS), metavar="NAME,…", help=", ".join(MEASUREMENTS)
    )
    parser.add_argument("--small", action="store_true", help="10,000 rows and one round: everything within a minute")
    parser.add_argument("--markdown", action="store_true", help="print tables ready to paste")
    return parser


def _plan(asked: argparse.Namespace) -> Plan:
    given = {name: getattr(asked, name) for name in ("rows", "rounds") if getattr(asked, name) is not None}
    return replace(SMALL if asked.small else Plan(), **given)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(MEASUREMENTS)}")
    return names


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of one or more")
    return number


if __name__ == "__main__":
    main()
