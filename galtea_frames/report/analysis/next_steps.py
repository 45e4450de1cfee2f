"""What to look at next: a few lines, each with a command if one helps; pure."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from galtea_frames.pages.wording import count, cut, percent, plural
from galtea_frames.printable import printable
from galtea_frames.report.findings import NextStep, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from galtea_frames.report.findings import ErrorShape, Findings, Scope, VersionLine

#: Steps of a report, and how many of them are about versions.
_MOST, _VERSIONS = 5, 2

#: Sessions that a version must have had before its silence is worth a line.
_NOTICED = 30

#: Characters of a name and of a message.
_LABEL, _SHAPE = 40, 110

#: The API's `toCreatedAt` is inclusive, and times have microseconds at the most.
_INSTANT = timedelta(microseconds=1)


def next_steps(found: Findings) -> tuple[NextStep, ...]:
    """Return what to look at next, the most pressing first: which version, which error, which command."""
    if found.verdict is Verdict.INCOMPLETE:
        text = "Make the report again when the data is complete; until then, no number in it proves anything."
        return (NextStep(text, found.reproduction.command),)
    return tuple(
        islice(
            chain(_of_versions(found), _of_scores(found), _of_errors(found), _of_silence(found), _of_lateness(found)),
            _MOST,
        )
    )


def _of_versions(found: Findings) -> Iterator[NextStep]:
    """Yield versions that break a threshold or got worse, and the comparison of the first with the one before it."""
    for number, line in enumerate(islice(_worse(found), _VERSIONS)):
        rate = line.failure_rate
        change = "" if line.change.value is None else f", {_points(line.change.value)} {found.scope.previous.code}"
        ended = f"{count(rate.count)} of {plural(rate.n, 'ended session')} failed"
        text = f"{_name(line.label)}: {ended} ({percent(rate.value)}{change})."
        yield NextStep(text, _export(("--version-id", [line.id]), ("--status", ["FAILED"]), scope=found.scope))
        if number == 0:
            yield from _comparison(line, found.versions)


def _comparison(line: VersionLine, versions: Sequence[VersionLine]) -> Iterator[NextStep]:
    """Yield the comparison with the version of its product created before it, if possible one with enough sessions."""
    older = [
        each
        for each in versions
        if each.product == line.product and each.created and line.created and each.created < line.created
    ]
    usable = [each for each in older if not each.few] or older
    if usable:
        before = max(usable, key=lambda each: (str(each.created), str(each.id)))
        words = [before.id, line.id]
        if all(_can_be_typed(each) and not str(each).startswith("-") for each in words):
            command = shlex.join(["galtea-frames", "compare", *map(str, words), "--out", "comparison"])
            yield NextStep(f"Compare {_name(line.label)} with {_name(before.label)}, the version before it.", command)


def _worse(found: Findings) -> Iterator[VersionLine]:
    """Yield versions that break a threshold, then those whose failure rate rose by more than chance explains."""
    broken = {check.version_id for each in found.thresholds if each.per_version for check in each.broken}
    for is_pressing in (True, False):
        for line in found.versions:
            rose = not line.few and (line.change.low or 0) > 0
            if line.failure_rate.count and (line.id in broken if is_pressing else rose and line.id not in broken):
                yield line


def _of_scores(found: Findings) -> Iterator[NextStep]:
    """Yield the metric whose pass rate fell most, by more than chance explains."""
    metrics = () if found.scores is None else found.scores.metrics
    fallen = [each for each in metrics if not each.total.few and (each.total.pass_rate_change.high or 0) < 0]
    if fallen:
        worst = min(fallen, key=lambda each: each.total.pass_rate_change.value or 0)
        rate, change = worst.total.now.pass_rate, worst.total.pass_rate_change.value or 0
        moved = f"{percent(rate.value)} of {plural(rate.n, 'session')} pass, {_points(change)}"
        place = "in production" if worst.place == "production" else "in tests"
        yield NextStep(f"{_name(worst.label)}, {place}: {moved} {found.scope.previous.code}.", None)


def _of_errors(found: Findings) -> Iterator[NextStep]:
    """Yield the error that rose most."""
    shapes = found.changes.errors
    worst = max(shapes, key=lambda each: (each.sessions - each.before, each.is_new), default=None)
    if worst is not None and worst.sessions > worst.before:
        text = f"{_rise(worst, found.scope)}: “{cut(printable(worst.shape), _SHAPE)}”."
        yield NextStep(text, _export(("--id", worst.examples)))


def _rise(error: ErrorShape, scope: Scope) -> str:
    sessions = f"in {plural(error.sessions, 'session')}"
    if scope.no_previous:
        return f"The most frequent error, {sessions}"
    return f"A new error, {sessions}" if error.is_new else f"An error {sessions}, {count(error.before)} before"


def _of_silence(found: Findings) -> Iterator[NextStep]:
    """Yield the version with the most sessions before and none now."""
    silent = [each for each in found.changes.silent_versions if each.before >= _NOTICED]
    if silent:
        first = max(silent, key=lambda each: each.before)
        sessions = plural(first.before, "session")
        yield NextStep(f"{_name(first.label)} had {sessions} in {found.scope.previous.code} and has none now.", None)


def _of_lateness(found: Findings) -> Iterator[NextStep]:
    """Yield the report whose numbers have changed since."""
    if found.quality.late_changes:
        period = cut(printable(str(found.quality.late_period)), _LABEL)
        yield NextStep(f"Numbers of {period} have changed since its report was made; make it again.", None)


def _export(*filters: tuple[str, Iterable[str | None]], scope: Scope | None = None) -> str | None:
    """Return the command that exports sessions; None if an id cannot be typed."""
    words = ["galtea-frames", "export", "sessions", "--out", "sessions.parquet"]
    given = [(option, value) for option, values in filters for value in values]
    if not given or not all(_can_be_typed(value) for _, value in given):
        return None
    words += [word for option, value in given for word in (option, str(value))]
    if scope is not None:
        last = datetime.fromisoformat(scope.period.end) - _INSTANT
        words += ["--from-created-at", scope.period.start, "--to-created-at", last.isoformat()]
    return shlex.join(words)


def _can_be_typed(id_: str | None) -> bool:
    return bool(id_) and printable(str(id_)) == id_


def _points(change: float) -> str:
    """Compare a rate with that of the previous period."""
    points = abs(100 * change)
    return f"{points:.1f} points {'more' if change > 0 else 'less'} than in" if round(points, 1) else "as in"


def _name(label: str) -> str:
    return cut(printable(label), _LABEL)
