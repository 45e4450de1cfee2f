"""Thresholds: conditions on a report's numbers that are true, false or unknown.

```
threshold  := comparison ("and" comparison)* ["per version" | "in total"]
comparison := name ("<" | "<=" | ">" | ">=" | "==" | "!=") number ["%"]
```

Limits are exact fractions, and so are all numbers but the ends of intervals: 29 of 1,000 does not exceed 2.9 %.
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

#: One or more conditions to fail on, `{"fail_if": …, "warn_if": …}`, or the path of a TOML file.
Thresholds = str | Sequence[str] | Mapping[str, str | Sequence[str]] | PathLike[str]

#: The numbers a condition may name, per version or in total, with their meaning.
OF_VERSIONS = {
    "sessions": "sessions of the period",
    "completed": "sessions with the status COMPLETED",
    "failed": "sessions with the status FAILED",
    "pending": "sessions with the status PENDING",
    "n": "completed + failed, the denominator of the failure rate",
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

#: Shares and differences of shares, which cannot exceed 1.
_SHARES = frozenset(name for name in IN_TOTAL if "rate" in name)

#: The default: warn of a rise in the failure rate that chance alone would cause once in forty.
USUAL = {"warn_if": ["failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version"]}

#: A number's value; None if there is nothing to divide by or to compare with.
Value = Fraction | float | None

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

#: Accepts the no-break spaces and the minus sign that a report prints, so that its numbers can be pasted.
_TOKEN = re.compile(
    r"(?P<space>[\s\u00a0\u202f]+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<operator>[<>=!]=|[<>])"
    r"|(?P<number>[+\-\u2212]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?([\s\u00a0\u202f]*%)?)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)

#: How many characters of a condition an error message quotes on either side.
_QUOTED = 60

#: Limits that no condition needs to exceed: digits and exponents of a number, characters of a condition, conditions.
_DIGITS, _EXPONENTS = 40, range(-400, 309)
_LONGEST, _MOST = 2_000, 1_000

#: The largest file of thresholds and its longest line, in bytes: the time to parse TOML grows with the square of a
#: key's length.
_LARGEST, _LINE = 50_000, 2_500


@dataclass(frozen=True)
class Comparison:
    """The name of a number, an operator and a limit."""

    name: str
    operator: str
    limit: Fraction

    def of(self, value: Value) -> bool | None:
        """Tell whether it is true of a value; None without a value."""
        return None if value is None else _OPERATORS[self.operator](value, self.limit)


@dataclass(frozen=True)
class Threshold:
    """A condition that makes a report fail or warn.

    Attributes:
        level: "fail" or "warn".
        text: the condition as it was written.
        comparisons: all of them must be true.
        per_version: whether it is judged per version, not in total.
    """

    level: Level
    text: str
    comparisons: tuple[Comparison, ...]
    per_version: bool

    def broken(self, numbers: Mapping[str, Value]) -> bool | None:
        """Tell whether numbers break it; None if a number that matters is missing."""
        outcomes = [each.of(numbers[each.name]) for each in self.comparisons]
        if False in outcomes:
            return False
        return None if None in outcomes else True


def parse_thresholds(given: Any) -> tuple[Threshold, ...]:  # noqa: ANN401 - `Thresholds`, or an invalid value
    """Return the thresholds of an argument; None means the default ones.

    Args:
        given: one or more conditions to fail on; a mapping with `fail_if` and `warn_if`; or the `pathlib.Path` of a
            TOML file with these keys.

    Raises:
        QueryError: a condition is invalid; the message points at the error.
    """
    if given is None:
        given = USUAL
    if isinstance(given, PathLike):
        given = _read_file(fspath(given))
    if not isinstance(given, Mapping):
        given = {"fail_if": given}
    if unknown := sorted(str(key) for key in given if key not in ("fail_if", "warn_if")):
        raise QueryError(f"unknown key {unknown[0]!r} in thresholds: use fail_if and warn_if")
    return tuple(parse(text, level) for level in LEVELS for text in _listed(given.get(f"{level}_if", ())))


def parse(text: str, level: Level) -> Threshold:
    """Return the threshold of a condition.

    Raises:
        QueryError: it is invalid; the message points at the error.
    """
    return _Parser(text).threshold(level)


def _read_file(path: str) -> dict[str, Any]:
    try:
        content = read_small_file(path, _LARGEST)
    except SmallFileError as problem:
        raise QueryError(f"cannot read thresholds from {path}: {problem}") from None
    if any(len(line) > _LINE for line in content.splitlines()):
        raise QueryError(f"{path} has a line of more than {_LINE:,} bytes: write one condition per line")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:  # not TOML, not UTF-8, or nested too deep
        raise QueryError(f"{path} is not valid TOML: {problem}") from None


def _listed(texts: Any) -> list[str]:  # noqa: ANN401 - an invalid value too
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise QueryError(f"a threshold must be text such as 'failure_rate > 5% and n >= 30', not {quoted(texts)}")
    if len(texts) > _MOST or any(len(each) > _LONGEST for each in texts):
        raise QueryError(f"at most {_MOST:,} thresholds of at most {_LONGEST:,} characters each are supported")
    return list(texts)


class _Parser:
    """Parses one condition from left to right."""

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
        if per_version and (lacking := [each.name for each, _ in comparisons if each.name not in OF_VERSIONS]):
            position = next(start for each, start in comparisons if each.name == lacking[0])
            raise self._error(f"{lacking[0]} is only available in total", position)
        return Threshold(level, self.text.strip(), tuple(each for each, _ in comparisons), per_version)

    def _comparison(self) -> tuple[Comparison, int]:
        name, position = self._expect("name", "a name such as failure_rate")
        if name not in IN_TOTAL:
            raise self._error(f"unknown name {name[:_QUOTED]!r}, use one of {', '.join(IN_TOTAL)}", position)
        sign, _ = self._expect("operator", "one of " + " ".join(_OPERATORS))
        number, limit_position = self._expect("number", "a number")
        limit = self._limit(name, number.replace("\u2212", "-"), limit_position)
        return Comparison(name, sign, limit), position

    def _limit(self, name: str, number: str, position: int) -> Fraction:
        digits, percent, _ = number.partition("%")
        written = Decimal(digits.strip())
        if len(digits) > _DIGITS or written.adjusted() not in _EXPONENTS:
            raise self._error(f"the number is too large, too small or has more than {_DIGITS} digits", position)
        limit = Fraction(written)
        if percent:
            return limit / 100
        if abs(limit) > 1 and name in _SHARES:
            least = -1 if "change" in name else 0
            raise self._error(f"{name} ranges from {least} to 1: write {digits.strip()}% for a percentage", position)
        if limit < -1 and name == "sessions_change":
            raise self._error(f"{name} is at least -1: write {digits.strip()}% for a percentage", position)
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
        found, token, position = self.tokens[0]
        if found != kind:
            advice = ": write one threshold per side" if (found, token) == ("name", "or") else ""
            raise self._error(f"expected {what}{advice}", position)
        del self.tokens[0]
        return token, position

    def _error(self, problem: str, position: int) -> QueryError:
        start = max(0, position - _QUOTED)
        before, after = self.text[start:position], self.text[position : position + _QUOTED]
        display = " ".join(f"{before}⟶{after}".split())
        return QueryError(f"invalid threshold at character {position + 1}: {problem}: {display}")
