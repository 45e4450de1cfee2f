"""Conditions on a report's figures: read by a small parser, judged with three outcomes; pure.

```
threshold  := comparison ("and" comparison)* ["per version" | "in total"]
comparison := figure ("<" | "<=" | ">" | ">=" | "==" | "!=") number ["%"]
```
"""

from __future__ import annotations

import math
import operator
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, get_args

from galtea_frames.errors import QueryError

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

#: What is judged when nothing is asked for: the one sign of getting worse that chance alone gives once in forty.
USUAL = {"warn_if": ["failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version"]}

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<operator>[<>=!]=|[<>])"
    r"|(?P<number>[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)

_SHOWN = 60


@dataclass(frozen=True)
class Comparison:
    """A figure, an operator, a limit."""

    figure: str
    operator: str
    limit: float

    def of(self, value: float | None) -> bool | None:
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

    def broken(self, figures: Mapping[str, float | None]) -> bool | None:
        """Tell whether figures break it; None where that cannot be told, for a figure that matters is missing."""
        outcomes = [each.of(figures[each.figure]) for each in self.comparisons]
        if False in outcomes:
            return False
        return None if None in outcomes else True


def read_thresholds(given: Any) -> tuple[Threshold, ...]:  # noqa: ANN401 - `Thresholds`, or what has to be refused
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
        given = _read_file(Path(fspath(given)))
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


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise QueryError(f"cannot read thresholds from {path}: {problem.strerror or problem}") from None
    except ValueError as problem:  # no TOML, or no UTF-8
        raise QueryError(f"{path} is not TOML: {problem}") from None


def _listed(texts: Any) -> list[str]:  # noqa: ANN401 - as in `read_thresholds`
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise QueryError(f"a threshold is text such as 'failure_rate > 5% and n >= 30', not {texts!r}")
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
        limit = float(number.rstrip("%")) / (100 if number.endswith("%") else 1)
        if not math.isfinite(limit):
            raise self._error("the number is too large", place)
        return Comparison(name, sign, limit), at

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
