"""The evaluations of the sample sessions: scores, reasons, and why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from galtea_frames.sample.catalog import EDITED
from galtea_frames.sample.dice import Dice
from galtea_frames.sample.metrics import DELETED_METRIC, METRICS, REFUND, Metric
from galtea_frames.sample.reasons import reason_for
from galtea_frames.sample.records import NEW_FIELDS_SINCE, cases_of_test, has_evaluations, sample_tests
from galtea_frames.sample.story import REVISION, Conversation, code_of, share_of
from galtea_frames.sample.times import stamp
from galtea_frames.sample.traffic import END

Record = dict[str, Any]

#: The share of production sessions that the monitor scores.
_SAMPLED = 0.5
_AFTER_TEST, _AFTER_CLOSING, _BEFORE_REPLAY = timedelta(minutes=4), timedelta(minutes=45), timedelta(days=2)
_RECENT = timedelta(days=2)
_REVIEWED_WITHIN = timedelta(days=10)
_SUPERSEDED = frozenset(cases_of_test(head)[REVISION - 1] for head in sample_tests())
_REVIEWERS = ("user_reviewer_ana", "user_reviewer_ben")

_NEW_FIELDS = (
    "productId",
    "runId",
    "userId",
    "passed",
    "metricPassThreshold",
    "confidence",
    "longInput",
    "scoreBreakdown",
    "judgeInputTokens",
    "judgeOutputTokens",
    "judgeReasoningTokens",
)


def is_deleted_run(run_id: object) -> bool:
    """Whether a run was deleted: it is not listed, nor are its evaluations, but its sessions name it."""
    return isinstance(run_id, str) and share_of(run_id, "deleted") < 0.03  # noqa: PLR2004 - a share


def replay_of(run_id: object) -> str | None:
    """The id of the later run that scored the sessions of a run once more; None for most runs."""
    if not isinstance(run_id, str) or share_of(run_id, "replayed") > 0.2:  # noqa: PLR2004 - a share
        return None
    return f"run_{code_of(run_id, 'replay')}"


def evaluation_records(conversation: Conversation, dice: Dice) -> Iterator[Record]:
    """The evaluations of a conversation, in no order."""
    run_id = conversation.record.get("runId")
    if not has_evaluations(str(conversation.record.get("versionId"))) or is_deleted_run(run_id):
        return
    if conversation.test_case_id is None and share_of(conversation.id, "sampled") >= _SAMPLED:
        return
    made = conversation.created + (_AFTER_CLOSING if conversation.test_case_id is None else _AFTER_TEST)
    is_about_refunds = conversation.case.topic.is_about_refunds
    for metric in (*METRICS, DELETED_METRIC):
        share = metric.in_production if conversation.test_case_id is None else metric.in_tests
        is_scored = dice.chance(share) and (is_about_refunds or metric.family != REFUND.family)
        if not is_scored or not metric.is_current(stamp(made)):
            continue
        for turn in _turns(conversation, metric, dice):
            yield _Evaluation(conversation, metric, turn, made, run_id, dice).record()
        replay = replay_of(run_id)
        if replay and metric.family == REFUND.family:
            yield _Evaluation(conversation, metric, None, made + _BEFORE_REPLAY, replay, dice).record()


def _turns(conversation: Conversation, metric: Metric, dice: Dice) -> list[int | None]:
    """The turns that are scored, with None for the whole session."""
    if not metric.per_turn or not conversation.turns:
        return [None]
    last = conversation.turns - 1
    if conversation.test_case_id is None:
        return [last]
    return [None, last] if last and dice.chance(0.3) else [None]


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """One evaluation in the making."""

    conversation: Conversation
    metric: Metric
    turn: int | None
    made: datetime
    run_id: object
    dice: Dice

    def record(self) -> Record:
        conversation, metric = self.conversation, self.metric
        status, error = self.outcome()
        score = self.score() if status in {"SUCCESS", "OUTDATED"} and metric.source != "HUMAN_EVALUATION" else None
        human = self.human_score(status, score)
        is_long = metric.source == "CLASSIFIER" and score is not None and self.dice.chance(0.06)
        reported = human if human is not None else score
        turn = "" if self.turn is None else str(self.turn)
        in_production = conversation.test_case_id is None
        is_done = status not in {"PENDING", "PENDING_HUMAN"}
        usage = self.usage(is_used=metric.is_judged and score is not None)
        record: Record = {
            "id": f"evaluation_{code_of(conversation.id, metric.id, turn, stamp(self.made))}",
            "metricId": metric.id,
            "sessionId": conversation.id,
            "inferenceResultId": None if self.turn is None else conversation.turn_id(self.turn),
            "testCaseId": conversation.test_case_id,
            "productId": conversation.product_id,
            "runId": self.run_id if isinstance(self.run_id, str) else None,
            "userId": None if in_production else conversation.record.get("userId"),
            "status": status,
            "score": score,
            "reason": reason_for(metric.name, score, metric.threshold, conversation) if score is not None else None,
            "error": error,
            "humanScore": human,
            **self.review(human, score),
            "passed": None if reported is None or is_long else reported >= metric.threshold,
            "metricPassThreshold": metric.threshold,
            **self.classified(score, is_long=is_long),
            "failedTurns": ["1"] if score is not None and score < metric.threshold and conversation.turns > 1 else None,
            **usage,
            "creditsUsed": 1 if metric.is_judged and score is not None else 0,
            "canRetry": status == "FAILED",
            "retriesAttempted": 1 if status == "FAILED" else 0,
            "conversationSimulatorVersion": "2.1" if conversation.case.topic.type == "SCENARIOS" else None,
            "metricLegacyAt": metric.ended,
            "metricDisabledAt": metric.ended if metric.source == "FULL_PROMPT" else None,
            "testCaseLegacyAt": EDITED if conversation.test_case_id in _SUPERSEDED else None,
            "createdAt": stamp(self.made),
            "evaluatedAt": stamp(self.made + timedelta(seconds=self.dice.between(2, 90))) if is_done else None,
            "deletedAt": None,
        }
        if self.made < NEW_FIELDS_SINCE:
            for name in _NEW_FIELDS:
                del record[name]
        return record

    def outcome(self) -> tuple[str, str | None]:
        """The status, and why there is no score."""
        in_production = self.conversation.test_case_id is None
        if self.metric.source == "HUMAN_EVALUATION":
            is_waiting = END - self.made < _REVIEWED_WITHIN or self.dice.chance(0.15)
            return ("PENDING_HUMAN" if is_waiting else "SUCCESS"), None
        is_recent = END - self.made < _RECENT
        if self.conversation.record.get("status") == "PENDING" or (is_recent and self.dice.chance(0.15)):
            return "PENDING", None
        if skipped := self.skipped():
            return "SKIPPED", skipped
        if self.dice.chance(0.015):
            return "FAILED", "The judge did not answer: HTTP 503 Service Unavailable, 3 attempts."
        return ("OUTDATED" if in_production and self.dice.chance(0.05) else "SUCCESS"), None

    def skipped(self) -> str | None:
        """Why the session could not be scored."""
        turns = self.conversation.turns
        if self.conversation.record.get("status") == "FAILED":
            return "The session failed, so there is no answer to evaluate."
        if self.metric.source == "DETERMINISTIC" and turns > 1:
            return f"Deterministic metrics score single turns, and the session has {turns}."
        if self.metric.source == "GEVAL" and self.dice.chance(0.2):
            return "The parameter retrieval_context is missing: the session has no RETRIEVER span."
        return "The metric does not apply to this session." if self.dice.chance(0.01) else None

    def score(self) -> float:
        """The score, which is 0 or 1 for metrics that a rule or the product decides."""
        quality = self.conversation.quality(self.metric)
        if self.metric.source in {"DETERMINISTIC", "SELF_HOSTED"}:
            return 1 if self.dice.chance(quality) else 0
        score = round(min(max(quality + 0.06 * (self.dice.roll() - 0.5), 0.0), 1.0), 2)
        return int(score) if score in {0, 1} else score

    def human_score(self, status: str, score: float | None) -> float | None:
        """The score of a reviewer, who reads a few test sessions and sometimes disagrees with the judge."""
        dice = self.dice
        if self.metric.source == "HUMAN_EVALUATION":
            quality = self.conversation.quality(self.metric)
            return None if status == "PENDING_HUMAN" else round(4 * quality) / 4
        if self.conversation.test_case_id is None or not self.metric.is_judged or not dice.chance(0.07):
            return None
        if score is None:
            return 1 if status in {"FAILED", "SKIPPED"} and dice.chance(0.3) else None
        agrees = dice.chance(0.7)
        return int((score >= self.metric.threshold) is agrees)

    def review(self, human: float | None, score: float | None) -> Record:
        """The reviewer, and the times of the review."""
        if human is None:
            return dict.fromkeys(_REVIEW)
        begun = self.made + timedelta(hours=self.dice.between(3, 70))
        words = "The judge is too strict here." if score is not None and human > score else "The judge missed an error."
        return {
            "humanReason": words if score is not None and self.dice.chance(0.5) else None,
            "humanEvaluatorId": self.dice.pick(_REVIEWERS),
            "humanEvaluatorStartedAt": stamp(begun),
            "humanEvaluatorFinishedAt": stamp(begun + timedelta(minutes=self.dice.between(1, 9))),
        }

    def classified(self, score: float | None, *, is_long: bool) -> Record:
        """What a classifier adds."""
        if self.metric.question is None or score is None:
            return {"confidence": None, "longInput": False, "scoreBreakdown": None}
        confidence = round(0.5 + abs(score - 0.5) * 0.9, 2)
        if self.metric.question["type"] == "yes_no":
            breakdown = {"type": "yes_no", "version": 2, "model": "jev-2", "pYes": round(1 - score, 2)}
            breakdown |= {"goodAnswer": "no", "value": score, "confidence": confidence}
        else:
            low, high = max(1 - 2 * score, 0), max(2 * score - 1, 0)
            shares = {"0": round(low, 2), "1": round(1 - low - high, 2), "2": round(high, 2)}
            breakdown = {"type": "scale", "version": 1, "model": "jev-2", "probabilities": shares}
            breakdown |= {"levelScores": [0, 0.5, 1], "doesNotApply": False, "value": score}
        return {"confidence": confidence, "longInput": is_long, "scoreBreakdown": breakdown}

    def usage(self, *, is_used: bool) -> Record:
        """What the judge's call took."""
        dice = self.dice
        return {
            "judgeInputTokens": dice.between(900, 4_000) if is_used else None,
            "judgeOutputTokens": dice.between(40, 220) if is_used else None,
            "judgeReasoningTokens": None,
        }


_REVIEW = ("humanReason", "humanEvaluatorId", "humanEvaluatorStartedAt", "humanEvaluatorFinishedAt")
