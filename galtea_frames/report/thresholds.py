"""Thresholds: conditions read from an argument or a file.

```
threshold  := comparison ("and" comparison)* [scope]
comparison := number_of ("<" | "<=" | ">" | ">=" | "==" | "!=") number ["%"]
number_of  := name | name "(" metric ")"
metric     := a metric's name or id in single or double quotes, where a backslash makes the next character plain
scope      := ["per version"] ["in production" | "in tests"] | "in total"
```

A condition on a metric is judged in production and in tests apart, or in the place it names. In it, `n` is the number
of sessions that the metric scored; of several samples, the smallest.

Limits are exact fractions, and so are all numbers but the ends of intervals: 29 of 1,000 does not exceed 2.9 %.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from os import PathLike, fspath
from typing import Any

from galtea_frames.errors import QueryError
from galtea_frames.printable import listed, quoted
from galtea_frames.report.conditions import (
    IN_TOTAL,
    LEVELS,
    OF_METRICS,
    OF_VERSIONS,
    OPERATORS,
    PLACES,
    SHARES,
    Comparison,
    Level,
    Place,
    Threshold,
)
from galtea_frames.small_files import SmallFileError, read_small_file

#: One or more conditions to fail on, `{"fail_if": …, "warn_if": …}`, or the path of a TOML file.
Thresholds = str | Sequence[str] | Mapping[str, str | Sequence[str]] | PathLike[str]

#: The default: warn of a rise in the failure rate that chance alone would cause once in forty.
USUAL = {"warn_if": ["failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version"]}

#: A quoted name, and the characters in it that a backslash makes plain.
_STRING = r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

#: Accepts the no-break spaces and the minus sign that a report prints, so that its numbers can be pasted.
_TOKEN = re.compile(
    rf"{_STRING}|"
    r"(?P<space>[\s\u00a0\u202f]+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<operator>[<>=!]=|[<>])"
    r"|(?P<number>[+\-\u2212]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?([\s\u00a0\u202f]*%)?)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)

#: How many characters of a condition an error message quotes on either side.
_QUOTED = 60

#: How many metrics an error message names.
_NAMED = 5

#: Limits that no condition needs to exceed: digits and exponents of a number, characters of a condition, conditions.
_DIGITS, _EXPONENTS = 40, range(-400, 309)
_LONGEST, _MOST = 2_000, 1_000

#: The largest file of thresholds and its longest line, in bytes: the time to parse TOML grows with the square of a
#: key's length.
_LARGEST, _LINE = 50_000, 2_500


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


def check_metrics(thresholds: Iterable[Threshold], known: Iterable[str] | None) -> None:
    """Check that the metrics that conditions name exist.

    Args:
        thresholds: the conditions.
        known: names and ids of metrics; None if there are no scores.

    Raises:
        QueryError: one does not; the message names one like it.
    """
    named = {metric: each.text for each in thresholds for metric in each.metrics}
    if named and known is None:
        text = quoted(next(iter(named.values())))
        raise QueryError(f"the threshold {text} needs scores: pass scores=, or --scores on the command line")
    names = {*(known or ())}
    for metric in named:
        if metric not in names:
            close = difflib.get_close_matches(metric, names, n=1) or sorted(names)[:_NAMED]
            hint = f", use {listed([*map(quoted, close)], _NAMED)}" if close else ""
            raise QueryError(f"thresholds name a metric that does not exist, {quoted(metric)}{hint}")


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
        per_version, place = self._scope()
        self._expect("end", "'and', 'per version', 'in total', 'in production', 'in tests' or the end")
        found = Threshold(level, self.text.strip(), tuple(each for each, _ in comparisons), per_version, place)
        if per_version or found.places:
            for each, position in comparisons:
                if each.metric is None and each.name not in OF_VERSIONS:
                    where = "in total" if per_version else "for all sessions together"
                    raise self._error(f"{each.name} is only available {where}", position)
        return found

    def _comparison(self) -> tuple[Comparison, int]:
        name, position = self._expect("name", "a name such as failure_rate")
        if name not in IN_TOTAL and name not in OF_METRICS:
            names = [*IN_TOTAL, *(f'{each}("…")' for each in OF_METRICS)]
            raise self._error(f"unknown name {name[:_QUOTED]!r}, use one of {', '.join(names)}", position)
        metric = self._metric(name) if name in OF_METRICS else None
        sign, _ = self._expect("operator", "one of " + " ".join(OPERATORS))
        number, limit_position = self._expect("number", "a number")
        limit = self._limit(name, number.replace("\u2212", "-"), limit_position)
        return Comparison(name, sign, limit, metric), position

    def _metric(self, name: str) -> str:
        """Read the name of a metric in parentheses and quotes."""
        example = f'{name}("Accuracy")'
        if self.tokens[0][:2] != ("other", "("):
            raise self._error(f"{name} needs the name of a metric, as in {example}", self.tokens[0][2])
        del self.tokens[0]
        metric, _ = self._expect("string", f"the name of a metric in quotes, as in {example}")
        if self.tokens[0][:2] != ("other", ")"):
            raise self._error("expected ')'", self.tokens[0][2])
        del self.tokens[0]
        return _ESCAPED.sub(r"\1", metric[1:-1])

    def _limit(self, name: str, number: str, position: int) -> Fraction:
        digits, percent, _ = number.partition("%")
        written = Decimal(digits.strip())
        if len(digits) > _DIGITS or written.adjusted() not in _EXPONENTS:
            raise self._error(f"the number is too large, too small or has more than {_DIGITS} digits", position)
        limit = Fraction(written)
        if percent:
            return limit / 100
        if abs(limit) > 1 and name in SHARES:
            least = -1 if "change" in name else 0
            raise self._error(f"{name} ranges from {least} to 1: write {digits.strip()}% for a percentage", position)
        if limit < -1 and name == "sessions_change":
            raise self._error(f"{name} is at least -1: write {digits.strip()}% for a percentage", position)
        return limit

    def _scope(self) -> tuple[bool, Place | None]:
        """Read whether it is judged per version, and where."""
        per_version = self._skip("per")
        if per_version:
            self._word("version")
        if not self._skip("in"):
            return per_version, None
        for place in PLACES:
            if self._skip(place):
                return per_version, place
        if per_version:
            raise self._error("expected 'production' or 'tests'", self.tokens[0][2])
        self._word("total", "'total', 'production' or 'tests'")
        return False, None

    def _skip(self, word: str) -> bool:
        found = self.tokens[0][:2] == ("name", word)
        if found:
            del self.tokens[0]
        return found

    def _word(self, word: str, what: str | None = None) -> None:
        if not self._skip(word):
            raise self._error(f"expected {what or repr(word)}", self.tokens[0][2])

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
