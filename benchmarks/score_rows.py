"""Evaluations, and the rows that they refer to: made from their number alone, as those of `rows`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.rows import PAGE_ROWS, VERSION_IDS, encode, records

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]

#: Evaluations of one session.
_OF_A_SESSION = 5

_METRICS, _CASES, _TESTS = 12, 500, 10

#: About as much text as a prompt has.
_PROMPT = "Whether the answer quotes the refund window correctly, and explains how to apply for a refund. " * 8
_REASON = "The answer names the refund window, but not how to apply for it, so the user has to ask again."
_STATUSES = (
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SUCCESS",
    "SKIPPED",
    "PENDING",
    "FAILED",
)


def pages_of(name: str, evaluations: int) -> Iterator[bytes]:
    """Yield a list as bodies of pages of 1,000, for so many evaluations; each made when it is asked for."""
    page: list[Record] = []
    for record in _LISTS[name](evaluations):
        page.append(record)
        if len(page) == PAGE_ROWS:
            yield encode(page)
            page = []
    if page:
        yield encode(page)


def _evaluations(rows: int) -> Iterator[Record]:
    sessions = records(-(-rows // _OF_A_SESSION), "plain")
    session: Record = {}
    for number in range(rows):
        if number % _OF_A_SESSION == 0:
            session = next(sessions)
        status = _STATUSES[number * 7 % len(_STATUSES)]
        score = number % 101 / 100 if status == "SUCCESS" else None
        yield {
            "id": f"evaluation_{number:024x}",
            "metricId": f"metric_{number % _METRICS:024x}",
            "sessionId": session["id"],
            "inferenceResultId": None,
            "testCaseId": f"testCase_{number // _OF_A_SESSION % _CASES:024x}" if number % 3 else None,
            "productId": "product_benchmark",
            "runId": f"run_{number // 5_000:024x}",
            "status": status,
            "score": score,
            "reason": None if score is None else _REASON,
            "error": "No retrieval context" if status in ("SKIPPED", "FAILED") else None,
            "humanScore": 1 if number % 50 == 0 else None,
            "passed": None if score is None else score >= 0.5,
            "metricPassThreshold": 0.5,
            "longInput": False,
            "failedTurns": [str(number % 4)] if number % 10 == 0 else [],
            "judgeInputTokens": 800 + number % 900,
            "judgeOutputTokens": 40 + number % 90,
            "creditsUsed": 1,
            "canRetry": False,
            "retriesAttempted": 0,
            "createdAt": session["createdAt"],
            "evaluatedAt": session["createdAt"],
            "deletedAt": None,
        }


def _sessions(rows: int) -> Iterator[Record]:
    return records(-(-rows // _OF_A_SESSION), "plain")


def _metrics(_: int) -> Iterator[Record]:
    for number in range(_METRICS):
        yield {
            "id": f"metric_{number:024x}",
            "metricGroupId": f"metricGroup_{number:024x}",
            "name": f"Metric {number}",
            "source": "PARTIAL_PROMPT",
            "evaluationParams": ["input", "actual_output"],
            "judgePrompt": _PROMPT,
            "passThreshold": 0.5,
            "createdAt": "2026-01-01T00:00:00.000Z",
        }


def _versions(_: int) -> Iterator[Record]:
    for number, version_id in enumerate(VERSION_IDS):
        name = f"1.{number}.0"
        yield {
            "id": version_id,
            "productId": "product_benchmark",
            "name": name,
            "createdAt": "2026-01-01T00:00:00.000Z",
        }


def _test_cases(_: int) -> Iterator[Record]:
    for number in range(_CASES):
        yield {
            "id": f"testCase_{number:024x}",
            "testId": f"test_{number % _TESTS:024x}",
            "testCaseGroupId": f"testCaseGroup_{number:024x}",
            "input": {"user_message": f"May I return shoes after {number} days, and who pays for the parcel?"},
            "expectedOutput": "Within 30 days, and the shop pays.",
            "variant": ("original", "paraphrased", "misspelled")[number % 3],
            "languageCode": ("en", "es", "de")[number % 3],
            "createdAt": "2026-01-01T00:00:00.000Z",
        }


def _tests(_: int) -> Iterator[Record]:
    for number in range(_TESTS):
        yield {
            "id": f"test_{number:024x}",
            "name": f"Test {number}",
            "type": "QUALITY",
            "createdAt": "2026-01-01T00:00:00.000Z",
        }


_LISTS = {
    "evaluations": _evaluations,
    "metrics": _metrics,
    "sessions": _sessions,
    "versions": _versions,
    "test_cases": _test_cases,
    "tests": _tests,
}
