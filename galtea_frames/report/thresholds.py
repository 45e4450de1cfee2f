"""Conditions on a report's figures: read by a small parser, judged with three outcomes; pure.

```
threshold  := comparison ("and" comparison)* ["per version" | "in total"]
comparison := figure ("<" | "<=" | ">" | ">=" | "==" | "!=") number ["%"]
```

Limits are exact fractions, and so are all figures but the ends of intervals: 29 of 1,000 is 2.9 %, not a hair more.
"""

from __future__ import annotations

import operator
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from os import PathLike, fspath
from typing import Any, Literal, get_args

from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted
from galtea_frames.small_files import SmallFileError, read_small_file

Level = Literal["fail", "warn"]

LEVELS: tuple[Level, ...] = get_args(Level)

#: One condition or a list of them to fail on, `{"fail_if": …, "warn_if": …}`, or the path of a TOML file.
Thresholds = str | Sequence[str] | Mapping[str, str | Sequence[str]] | PathLike[str]

#: The figures that a condition may name, with their meaning; those of versions first.
OF_VERSIONS = {
    "sessions": "sessions of the period",
    "completed": "sessions with the status COMPLETED",
    "failed": "sessions with the status FAILED",
    "pending": "sessions with the status PENDING",
    "n": "completed and failed sessions: what the failure rate is of",
    "failure_rate": "failed / (completed + failed)",
    "failure_rate_low": "lower end of its 95 % interval",
    "failure_rate_high": "upper end of its 95 % interval",
    "failure_rate_change": "failure rate minus that of the previous period, as a fraction",
    "failure_rate_change_low": "lower end of its 95 % interval",
    "failure_rate_change_high": "upper end of its 95 % interval",
    "pending_rate": "pending sessions / sessions",
    "previous_sessions": "sessions of the previous period",
    "previous_n": "completed and failed sessions of the previous period",
    "sessions_change": "sessions / sessions of the previous period - 1",
}
IN_TOTAL = OF_VERSIONS | {
    "production_rate": "sessions in production / sessions",
    "users": "distinct users",
    "active_versions": "versions with a session",
}

#: Those that are shares, or differences of shares: beyond 1 they cannot be.
_SHARES = frozenset(name for name in IN_TOTAL if "rate" in name)

#: What is judged when nothing is asked for: the one sign of getting worse that chance alone gives once in forty.
USUAL = {"warn_if": ["failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version"]}

#: A figure's value: exact, but for the ends of intervals; None where there is nothing to divide or to compare with.
Value = Fraction | float | None

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

#: Spaces are also those that a report puts between a number and its unit, and a minus is also the one that it writes.
_TOKEN = re.compile(
    r"(?P<space>[\s\u00a0\u202f]+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<operator>[<>=!]=|[<>])"
    r"|(?P<number>[+\-\u2212]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?([\s\u00a0\u202f]*%)?)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)

_SHOWN = 60

#: More than any figure needs, and little enough to compute with: of a number, of a condition, of a list of them.
_DIGITS, _EXPONENTS = 40, range(-400, 309)
_LONGEST, _MOST = 2_000, 1_000

#: Bytes of a file of thresholds, and of one of its lines, at the most: what TOML takes to be read grows with
#: the square of a key's length.
_LARGEST, _LINE = 50_000, 2_500


@dataclass(frozen=True)
class Comparison:
    """A figure, an operator, a limit."""

    figure: str
    operator: str
    limit: Fraction

    def of(self, value: Value) -> bool | None:
        """Tell whether it is true of a value; None where there is no value."""
        return None if value is None else _OPERATORS[self.operator](value, self.limit)


@dataclass(frozen=True)
class Threshold:
    """A condition that makes a report fail or warn.

    Attributes:
        level: "fail" or "warn".
        text: the condition as it was written.
        comparisons: all of them must be true.
        per_version: whether it is about each version, or about the total.
    """

    level: Level
    text: str
    comparisons: tuple[Comparison, ...]
    per_version: bool

    def broken(self, figures: Mapping[str, Value]) -> bool | None:
        """Tell whether figures break it; None where that cannot be told, for a figure that matters is missing."""
        outcomes = [each.of(figures[each.figure]) for each in self.comparisons]
        if False in outcomes:
            return False
        return None if None in outcomes else True


def parse_thresholds(given: Any) -> tuple[Threshold, ...]:  # noqa: ANN401 - `Thresholds`, or what has to be refused
    """Return the thresholds of what a caller gives; the usual ones of None.

    Args:
        given: a condition or a list of them, to fail on; a mapping with `fail_if` and `warn_if`; or the path, as a
            `pathlib.Path`, of a TOML file with these two keys.

    Raises:
        QueryError: a condition cannot be read; the message points at the place.
    """
    if given is None:
        given = USUAL
    if isinstance(given, PathLike):
        given = _read_file(fspath(given))
    if not isinstance(given, Mapping):
        given = {"fail_if": given}
    if unknown := sorted(str(key) for key in given if key not in ("fail_if", "warn_if")):
        raise QueryError(f"thresholds have the keys fail_if and warn_if, not {unknown[0]!r}")
    return tuple(parse(text, level) for level in LEVELS for text in _listed(given.get(f"{level}_if", ())))


def parse(text: str, level: Level) -> Threshold:
    """Return the threshold that a condition says.

    Raises:
        QueryError: it cannot be read; the message points at the place.
    """
    return _Parser(text).threshold(level)


def _read_file(path: str) -> dict[str, Any]:
    try:
        content = read_small_file(path, _LARGEST)
    except SmallFileError as problem:
        raise QueryError(f"cannot read thresholds from {path}: {problem}") from None
    if any(len(line) > _LINE for line in content.splitlines()):
        raise QueryError(f"{path} has a line of more than {_LINE:,} bytes: write one condition a line")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:  # no TOML, no UTF-8, or lists in lists in lists
        raise QueryError(f"{path} is not TOML: {problem}") from None


def _listed(texts: Any) -> list[str]:  # noqa: ANN401 - as in `parse_thresholds`
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise QueryError(f"a threshold is text such as 'failure_rate > 5% and n >= 30', not {quoted(texts)}")
    if len(texts) > _MOST or any(len(each) > _LONGEST for each in texts):
        raise QueryError(f"thresholds are at most {_MOST:,} of at most {_LONGEST:,} characters each")
    return list(texts)


class _Parser:
    """One condition, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            (str(found.lastgroup), found.group(), found.start())
            for found in _TOKEN.finditer(text)
            if found.lastgroup != "space"
        ]
        self.tokens.append(("end", "", len(text)))

    def threshold(self, level: Level) -> Threshold:
        comparisons = [self._comparison()]
        while self._skip("and"):
            comparisons.append(self._comparison())
        per_version = self._scope()
        self._expect("end", "'and', 'per version', 'in total' or the end")
        if per_version and (lacking := [each.figure for each, _ in comparisons if each.figure not in OF_VERSIONS]):
            place = next(at for each, at in comparisons if each.figure == lacking[0])
            raise self._error(f"{lacking[0]} is not known per version", place)
        return Threshold(level, self.text.strip(), tuple(each for each, _ in comparisons), per_version)

    def _comparison(self) -> tuple[Comparison, int]:
        name, at = self._expect("name", "a figure")
        if name not in IN_TOTAL:
            raise self._error(f"there is no figure {name[:_SHOWN]!r}, but {', '.join(IN_TOTAL)}", at)
        sign, _ = self._expect("operator", "one of " + " ".join(_OPERATORS))
        number, place = self._expect("number", "a number")
        return Comparison(name, sign, self._limit(name, number.replace("\u2212", "-"), place)), at

    def _limit(self, figure: str, number: str, at: int) -> Fraction:
        digits, percent, _ = number.partition("%")
        written = Decimal(digits.strip())
        if len(digits) > _DIGITS or written.adjusted() not in _EXPONENTS:
            raise self._error(f"the number is too large, too small or of more than {_DIGITS} digits", at)
        limit = Fraction(written)
        if percent:
            return limit / 100
        if abs(limit) > 1 and figure in _SHARES:
            least = -1 if "change" in figure else 0
            raise self._error(f"{figure} is from {least} to 1: write {digits.strip()}% for a percentage", at)
        if limit < -1 and figure == "sessions_change":
            raise self._error(f"{figure} is -1 at the least: write {digits.strip()}% for a percentage", at)
        return limit

    def _scope(self) -> bool:
        if self._skip("per"):
            self._word("version")
            return True
        if self._skip("in"):
            self._word("total")
        return False

    def _skip(self, word: str) -> bool:
        found = self.tokens[0][:2] == ("name", word)
        if found:
            del self.tokens[0]
        return found

    def _word(self, word: str) -> None:
        if not self._skip(word):
            raise self._error(f"expected {word!r}", self.tokens[0][2])

    def _expect(self, kind: str, what: str) -> tuple[str, int]:
        found, token, at = self.tokens[0]
        if found != kind:
            advice = ": write one threshold for each side" if (found, token) == ("name", "or") else ""
            raise self._error(f"expected {what}{advice}", at)
        del self.tokens[0]
        return token, at

    def _error(self, problem: str, at: int) -> QueryError:
        start = max(0, at - _SHOWN)
        before, after = self.text[start:at], self.text[at : at + _SHOWN]
        # One line, whatever the text holds.
        shown = " ".join(f"{before}⟶{after}".split())
        return QueryError(f"threshold, at character {at + 1}: {problem}: {shown}")
